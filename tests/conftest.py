"""What all tests share: where the development data lie, and skipping where they are absent."""

import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared() -> Path:
    """Folder with development layers and published instances; the test skips where it is absent."""
    folder = Path(os.environ.get("INFRAGAP_SHARED", REPOSITORY.parent / "shared"))
    if not (folder / "design.md").exists():
        pytest.skip(f"no development data at {folder}; set INFRAGAP_SHARED")
    return folder


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """The embedded reference pack of this checkout."""
    return REPOSITORY / "data"
