"""A fetch in a process of its own that kills itself, without warning, at a moment that is counted and not timed."""

import datetime
import os
import signal
import sys
from collections.abc import Iterator
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import requests

from infragap.fetching.client import Client
from infragap.fetching.fetch import LAYERS, MORE_LAYERS, Request, fetch_pack
from infragap.profiles.profile import read_profile

BOX = (35.4, -16.1, 35.6, -15.9)
SEEN = ("open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate")
"""What touches files; each is a moment, and so is each piece of what a server sends."""


class Runs:
    """Fetches that share a cache and a place of the pack; children of one process that has loaded everything."""

    def __init__(self, environment: dict[str, str], folder: Path) -> None:
        self.environment, self.folder = environment, folder
        self._context = get_context("forkserver")
        self._context.set_forkserver_preload(["tests.infragap.fetching.killed", "osmnx", "sklearn.cluster"])

    @property
    def out(self) -> Path:
        return self.folder / "pack"

    def run(self, kill_at: int = 0) -> tuple[int, int]:
        """Give how the process ended, and the moments that it has seen."""
        seen = self._context.Value("i", 0)
        process = self._context.Process(target=_fetch, args=(self.environment, str(self.folder), kill_at, seen))
        process.start()
        process.join(120)
        return process.exitcode, seen.value


def _fetch(environment: dict[str, str], folder: str, kill_at: int, seen: Any) -> None:
    def moment() -> None:
        seen.value += 1
        if seen.value == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def watch(event: str, values: tuple[Any, ...]) -> None:
        if event in SEEN and str(values[0] if values else "").startswith(folder):
            moment()

    pieces = requests.Response.iter_content

    def counted(response: requests.Response, size: int) -> Iterator[bytes]:
        for piece in pieces(response, size):
            moment()
            yield piece

    requests.Response.iter_content = counted
    sys.addaudithook(watch)
    root = Path(folder)
    client = Client(
        root / "cache", "me@example.org", wait=lambda seconds: None, environment=environment,
        today=datetime.date(2026, 11, 28),
    )  # fmt: skip
    layers = (*LAYERS, *MORE_LAYERS)
    fetch_pack(client, Request(root / "pack", read_profile("mw"), "mw", BOX, "MWI", layers=layers, osm="geofabrik"))
