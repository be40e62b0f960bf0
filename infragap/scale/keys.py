"""When a result may stand: it was made by this program, from these files, with these parameters, and nobody has changed
it since."""

from __future__ import annotations

import hashlib
import json
import os
import platform
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from importlib import metadata
from pathlib import Path

from infragap.disk.exchange import put_text
from infragap.disk.manifest import MARKER, RECORD_CHECKSUM, checksum, others, written
from infragap.profiles.profile import Profile
from infragap.record import VERSIONS_OF
from infragap.settings import Settings, in_country

PACKAGE = Path(__file__).resolve().parent.parent

NOT_OF_THE_PROGRAM = frozenset({"__pycache__", "_data", ".mypy_cache", ".ruff_cache"})
"""Folders of the package that do not change what it does: machine code of it, what tools keep, and the embedded pack,
which is hashed where it is the pack."""


def key_of(folder: Path, profile: Profile, settings: Settings, only: Sequence[str]) -> str:
    """Hash everything that a result depends on, SHA-256 in hexadecimal.

    Parameters
    ----------
    folder
        The pack: all its files count, whether the catalogue names them or not.
    profile
        Its country.
    settings
        Parameters; where they name a file, its content counts.
    only
        Analyses that are run.
    """
    used = in_country(settings, profile)
    candidates = settings.schools.candidate_file
    parts = {
        "program": _program(),
        "pack": _hash_of_files(folder),
        "profile": profile.model_dump_json(),
        "settings": used.model_dump_json(),
        "candidates": checksum(Path(candidates)) if candidates and Path(candidates).is_file() else None,
        "only": sorted(only),
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def stands(result: Path, note: Path, key: str) -> bool:
    """Whether a complete, unchanged result of this key lies in a folder."""
    try:
        noted = json.loads(note.read_text(encoding="utf-8"))
        record = json.loads((result / MARKER).read_text(encoding="utf-8"))
        if noted != {"key": key, "record_sha256": record[RECORD_CHECKSUM]}:
            return False
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return all((result / name).is_file() for name in written(result / MARKER)) and not others(result)


def write_note(result: Path, note: Path, key: str) -> None:
    """Note the key of a complete result; until then it counts as unfinished."""
    record = json.loads((result / MARKER).read_text(encoding="utf-8"))
    note.parent.mkdir(parents=True, exist_ok=True)
    put_text(note, json.dumps({"key": key, "record_sha256": record[RECORD_CHECKSUM]}) + "\n")


@lru_cache(maxsize=1)
def _program() -> str:
    """Hash of our own files and of the versions of the libraries that compute."""
    versions = {name: metadata.version(name) for name in VERSIONS_OF} | {"python": platform.python_version()}
    return hashlib.sha256(f"{_hash_of_files(PACKAGE, NOT_OF_THE_PROGRAM)} {json.dumps(versions)}".encode()).hexdigest()


def _hash_of_files(folder: Path, without: Collection[str] = ()) -> str:
    """Hash of names and contents of all files below a folder, but for folders of some names."""
    content = hashlib.sha256()
    for path in sorted(_files(folder, without)):
        content.update(f"{path.relative_to(folder).as_posix()}\0{checksum(path)}\n".encode("utf-8", "surrogateescape"))
    return content.hexdigest()


def _files(folder: Path, without: Collection[str]) -> Iterator[Path]:
    # in a checkout some rooms of the package are links to folders
    for place, folders, files in os.walk(folder, followlinks=True):
        folders[:] = [name for name in folders if name not in without]
        yield from (Path(place) / name for name in files)
