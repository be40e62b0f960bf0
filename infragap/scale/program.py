"""Which program this is: the same on two machines where our own files and the versions of the libraries are."""

from __future__ import annotations

import hashlib
import json
import os
import platform
from collections.abc import Collection, Iterator
from functools import lru_cache
from importlib import metadata
from pathlib import Path

from infragap.disk.manifest import checksum
from infragap.record import VERSIONS_OF

PACKAGE = Path(__file__).resolve().parent.parent

NOT_OF_THE_PROGRAM = frozenset({"__pycache__", "_data", ".mypy_cache", ".ruff_cache"})
"""Folders of the package that do not change what it does: machine code of it, what tools keep, and the embedded pack,
which is hashed where it is the pack."""


@lru_cache(maxsize=1)
def program() -> str:
    """Hash our own files and the versions of the libraries that compute, SHA-256 in hexadecimal."""
    versions = {name: metadata.version(name) for name in VERSIONS_OF} | {"python": platform.python_version()}
    return hashlib.sha256(f"{hash_of_files(PACKAGE, NOT_OF_THE_PROGRAM)} {json.dumps(versions)}".encode()).hexdigest()


def hash_of_files(folder: Path, without: Collection[str] = ()) -> str:
    """Hash names and contents of all files below a folder, but for folders of some names."""
    content = hashlib.sha256()
    for path in sorted(_files(folder, without)):
        content.update(f"{path.relative_to(folder).as_posix()}\0{checksum(path)}\n".encode("utf-8", "surrogateescape"))
    return content.hexdigest()


def _files(folder: Path, without: Collection[str]) -> Iterator[Path]:
    # in a checkout some rooms of the package are links to folders
    for place, folders, files in os.walk(folder, followlinks=True):
        folders[:] = [name for name in folders if name not in without]
        yield from (Path(place) / name for name in files)
