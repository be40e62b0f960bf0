"""The imitation server of these tests, and a client that asks it without waiting."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from infragap.fetching.client import Client
from tests.infragap.fetching.imitation import Imitation, imitating


@pytest.fixture(scope="module")
def server() -> Iterator[Imitation]:
    """One for all tests of a module; those that need a fresh one each have a fixture of their own."""
    with imitating() as imitation:
        yield imitation


@pytest.fixture
def client(server: Imitation, tmp_path: Path) -> Iterator[Client]:
    """A client with an empty cache; what a test has changed on the server is taken back."""
    made = Client(tmp_path / "cache", "me@example.org", wait=lambda seconds: None, environment=server.environment)
    made.cache.mkdir()
    server.asked.clear()
    yield made
    server.faults.clear()
