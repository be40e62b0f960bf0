"""What a run has written into a folder: names and checksums, and from them what somebody else has added or changed
since."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infragap.disk.exchange import put_text

MARKER = "run.json"
"""File that every complete result holds; a folder without it is never replaced."""

RECORD_CHECKSUM = "record_sha256"
"""Key of the marker with the checksum of its other content."""

ADDED_MAX = 1000
"""Foreign files after which a search ends: somebody's home folder is refused as fast as a small one."""

LEFT_BY_PROGRAMS = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})
"""Files that file managers put into every folder that somebody looks at."""

SQLITE_MAGIC = b"SQLite format 3\x00"
SQLITE_OPENING_BYTES = ((18, 20), (24, 28), (92, 100))
"""Parts of a GeoPackage's head that change when a program only opens and closes it: journal mode, change counter,
version that wrote last."""

SQLITE_JOURNALS = {"-wal": (b"\x37\x7f\x06", 32), "-journal": (b"\xd9\xd5\x05\xf9", 512)}
"""Ending of a journal, its first bytes, and the size above which it holds changes that are not in the GeoPackage
yet."""


@dataclass(frozen=True)
class Others:
    """Files of a folder that are not as an earlier run has left them.

    Attributes
    ----------
    added
        Files that no run has written, by their path in the folder.
    changed
        Files that a run has written and somebody has changed.
    """

    added: tuple[str, ...]
    changed: tuple[str, ...]

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self.added or self.changed)

    @property
    def names(self) -> tuple[str, ...]:
        """All of them."""
        return self.added + self.changed


def checksums(folder: Path) -> dict[str, str]:
    """Checksum of every file in a folder but the marker, by its path in it."""
    return {name: checksum(folder / name) for name in sorted(_files(folder)) if name != MARKER}


def checksum(file: Path) -> str:
    """SHA-256 of a file; of a GeoPackage without the bytes that change when a program only looks into it."""
    content = hashlib.sha256()
    with file.open("rb") as stream:
        head = bytearray(stream.read(100))
        if head.startswith(SQLITE_MAGIC) and len(head) == 100:
            for first, after in SQLITE_OPENING_BYTES:
                head[first:after] = bytes(after - first)
        content.update(head)
        while block := stream.read(1 << 20):
            content.update(block)
    return content.hexdigest()


def record_checksum(record: dict[str, Any]) -> str:
    """Checksum of the marker's content without its timings, which no two runs share."""
    kept = {name: value for name, value in record.items() if name not in ("timings", RECORD_CHECKSUM)}
    return hashlib.sha256(json.dumps(kept, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def others(folder: Path, marker: Path | None = None) -> Others:
    """Find what an earlier run has not written, and what was changed since.

    Parameters
    ----------
    folder
        An output folder.
    marker
        Marker of the earlier run, where it does not lie in the folder.
    """
    own = _own(marker or folder / MARKER)
    added: list[str] = []
    changed: list[str] = []
    for name in _files(folder):
        path = folder / name
        if name not in own:
            if not _left_beside(path, own, folder):
                added.append(name)
        elif path.is_symlink() or not path.is_file() or not _unchanged(path, own[name]):
            changed.append(name)
        if len(added) >= ADDED_MAX:
            break
    return Others(tuple(sorted(added)), tuple(sorted(changed)))


def register(folder: Path, names: Iterable[str]) -> None:
    """Note files that were written into a result after its run, so that they count as its own.

    Parameters
    ----------
    folder
        A complete result.
    names
        Files by their path in the folder.
    """
    marker = folder / MARKER
    record = json.loads(marker.read_text(encoding="utf-8"))
    record["files"] = dict(sorted({**record["files"], **{name: checksum(folder / name) for name in names}}.items()))
    record[RECORD_CHECKSUM] = record_checksum(record)
    put_text(marker, json.dumps(record, ensure_ascii=False, indent=1) + "\n")


def written(marker: Path) -> set[str]:
    """Names of the files that a run has written, its marker among them; empty where there is no marker or it is
    damaged."""
    return set(_own(marker))


def _files(folder: Path) -> Iterator[str]:
    """Everything in a folder that is no folder itself, links to folders among it."""
    for place, folders, files in os.walk(folder):
        linked = [name for name in folders if (Path(place) / name).is_symlink()]
        for name in (*files, *linked):
            yield (Path(place) / name).relative_to(folder).as_posix()


def _own(marker: Path) -> dict[str, str | None]:
    """Files of an earlier run with their checksums; None where it noted none, as version 0.1 did."""
    try:
        record = json.loads(marker.read_text(encoding="utf-8"))
        files = record["files"]
        own = {str(name): files[name] if isinstance(files, dict) else None for name in files}
        return {**own, MARKER: record.get(RECORD_CHECKSUM)}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}


def _unchanged(path: Path, expected: str | None) -> bool:
    if expected is None:
        return True
    if path.name == MARKER:
        return record_checksum(json.loads(path.read_text(encoding="utf-8"))) == expected
    return checksum(path) == expected


def _left_beside(path: Path, own: dict[str, str | None], folder: Path) -> bool:
    """Whether a program has left the file beside one of ours that it had open, and the file holds no work."""
    if not own or path.is_symlink() or not path.is_file():
        return False
    if path.name in LEFT_BY_PROGRAMS:
        return True
    beside = path.relative_to(folder).parent
    locked = path.name.removeprefix(".~lock.").removesuffix("#") if path.name.startswith(".~lock.") else path.name[2:]
    if path.name.startswith((".~lock.", "~$")):
        return (beside / locked).as_posix() in own
    for ending in ("-wal", "-journal", "-shm"):
        if path.name.endswith(ending) and (beside / path.name.removesuffix(ending)).as_posix() in own:
            return not _holds_changes(path, ending)
    return False


def _holds_changes(path: Path, ending: str) -> bool:
    if ending not in SQLITE_JOURNALS:
        return False
    magic, empty_bytes = SQLITE_JOURNALS[ending]
    with path.open("rb") as stream:
        return stream.read(len(magic)) == magic and path.stat().st_size > empty_bytes
