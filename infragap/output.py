"""The output folder: written beside, then put in place whole, so that a killed run leaves the last complete result."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from gis.errors import ParameterError

MARKER = "run.json"
"""File that every complete result holds; a folder without it is never replaced."""


def check_output(out: Path, pack: Path) -> None:
    """Refuse an output folder that would harm the user's files.

    Raises
    ------
    ParameterError
        `out` is no folder, lies in the data pack (or holds it), or is a filled folder that is not an earlier result.
    """
    out, pack = out.resolve(), pack.resolve()
    if out == pack or pack in out.parents or out in pack.parents:
        raise ParameterError(f"--out {out} and the data pack {pack} overlap. Choose a folder outside the pack.")
    if out.exists() and not out.is_dir():
        raise ParameterError(f"--out {out} is no folder. Name a folder.")
    if out.is_dir() and any(out.iterdir()) and not (out / MARKER).exists():
        raise ParameterError(
            f"--out {out} holds files that are no earlier result (no {MARKER} in it). Choose a new or an empty folder."
        )


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
    earlier = out.with_name(f".{out.name}.earlier")
    shutil.rmtree(earlier, ignore_errors=True)
    out.rename(earlier)
    try:
        work.rename(out)
    except OSError:
        earlier.rename(out)
        raise
    shutil.rmtree(earlier)
