"""The output folder: written beside, then put in place whole, so that a killed run leaves the last complete result."""

from __future__ import annotations

import contextlib
import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from infragap.gis.errors import ParameterError
from infragap.gis.findings import listed

MARKER = "run.json"
"""File that every complete result holds; a folder without it is never replaced."""


def check_output(out: Path, pack: Path) -> None:
    """Refuse an output folder that would harm the user's files.

    Raises
    ------
    ParameterError
        `out` is no folder, lies in the data pack (or holds it), holds files of others, or cannot be written.
    """
    out, pack = out.resolve(), pack.resolve()
    if out == pack or pack in out.parents or out in pack.parents:
        raise ParameterError(f"--out {out} and the data pack {pack} overlap. Choose a folder outside the pack.")
    if out.exists() and not out.is_dir():
        raise ParameterError(f"--out {out} is no folder. Name a folder.")
    _put_back(out)
    if out.is_dir() and (foreign := _foreign(out)):
        raise ParameterError(
            f"--out {out} holds {len(foreign)} files that no earlier run has written ({listed(foreign)}). Move them, or choose a new or an empty folder."
        )
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{out.name}.try-", dir=out.parent):
            pass
    except OSError as error:
        raise ParameterError(
            f"--out {out}: cannot write there ({error.strerror or error}). Choose another folder."
        ) from error


def _foreign(out: Path) -> list[str]:
    """Files of a folder that are not those of an earlier result, by their path in it."""
    there = {path.relative_to(out).as_posix() for path in out.rglob("*") if not path.is_dir()}
    try:
        own = json.loads((out / MARKER).read_text(encoding="utf-8"))["files"]
        own = {str(name) for name in own} | {MARKER}
    except (OSError, ValueError, KeyError, TypeError):
        own = set()
    # what programs leave beside a file that they have open (results.gpkg-wal, .~lock.….xlsx#) goes with it
    return (
        sorted(
            name
            for name in there - own
            if not name.startswith(tuple(own)) and not Path(name).name.startswith(".~lock.")
        )
        if own
        else sorted(there)
    )


def _put_back(out: Path) -> None:
    """Undo a swap that was cut off between its two renames."""
    earlier = _earlier(out)
    if earlier.exists() and not out.exists():
        earlier.rename(out)


def _earlier(out: Path) -> Path:
    return out.with_name(f".{out.name}.earlier")


@contextlib.contextmanager
def atomic_folder(out: Path) -> Iterator[Path]:
    """Give a fresh folder beside `out` to write into, and put it in `out`'s place if the block ends without error."""
    out = out.resolve()
    out.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f".{out.name}.partial-", dir=out.parent))
    work.chmod(0o755)
    try:
        yield work
        _replace(out, work)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _replace(out: Path, work: Path) -> None:
    """Swap by two renames; if the second fails the earlier result goes back."""
    if not out.exists():
        work.rename(out)
        return
    earlier = _earlier(out)
    shutil.rmtree(earlier, ignore_errors=True)
    out.rename(earlier)
    try:
        work.rename(out)
    except OSError:
        earlier.rename(out)
        raise
    shutil.rmtree(earlier)
