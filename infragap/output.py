"""The output folder: written beside, then put in place whole, so that a killed run leaves the last complete result.

A run holds a work folder: beside the output folder, or inside it where the output folder itself cannot be renamed (a
mount point, the folder that the shell stands in). The work folder is locked: a second run is refused, and what a dead
one has left is removed when the next one starts.

    work/owner      who holds it
    work/reserve    space on the disk, until the results are written
    work/tmp…       what the second process needs for draws, scenarios and files, until they are made
    work/result     the results; after the exchange, the earlier ones
    work/exchange   there from before the exchange on: what is in work/result may be the earlier results
    work/placing    there while files are put in place one by one: the next run ends what was begun
    work/run.json   the earlier marker, while files are put in place one by one
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import itertools
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from infragap.console.messages import Message, refused
from infragap.disk.exchange import can_be_renamed, exchange, locked, move_file, reserve
from infragap.disk.manifest import MARKER, others, written
from infragap.gis.errors import ParameterError
from infragap.gis.findings import listed

WORK_INSIDE = ".infragap-work"
"""Name of the work folder inside an output folder that cannot be renamed."""

LONGEST_NAME = "geojson/" + "n" * 80 + ".geojson-journal"
"""A path as long as the longest in a result, tried before the work."""

DISK_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
FULL_BELOW_BYTES = 1_000_000


@dataclass(frozen=True)
class Claim:
    """An output folder that this run alone may write.

    Attributes
    ----------
    out
        The output folder, with links followed.
    work
        The work folder.
    """

    out: Path
    work: Path

    @contextlib.contextmanager
    def result(self, tell: Callable[[Message], None] | None = None) -> Iterator[Path]:
        """Give an empty folder to write into, and put it in the output folder's place if the block ends without error.

        Parameters
        ----------
        tell
            Receives a message where files were put aside that somebody added while the run was going on.
        """
        folder = self.work / "result"
        (self.work / "reserve").unlink(missing_ok=True)
        folder.mkdir()
        try:
            yield folder
            if self.out.is_dir():
                shutil.copystat(self.out, folder)
            kept = _put_in_place(self, folder)
        except Exception as error:
            if _disk_is_full(error, self.work):
                raise _refused("disk_full", out=self.out) from error
            raise
        if kept is not None and tell is not None:
            tell(Message("command.output.kept", {"out": self.out, "kept": kept}))


def check_output(out: Path, pack: Path) -> None:
    """Refuse an output folder that would harm the user's files, or cannot be written.

    Raises
    ------
    ParameterError
        `out` is no folder, lies in the data pack (or holds it), holds files of others or files that were changed, is
        being written by another run, or cannot be written.
    """
    with _told(out, 0):
        out, pack = out.resolve(), pack.resolve()
    if out == pack or pack in out.parents or out in pack.parents:
        raise _refused("overlap", out=out, pack=pack)
    with claimed(out):
        pass


@contextlib.contextmanager
def claimed(out: Path, *, reserve_bytes: int = 0) -> Iterator[Claim]:
    """Claim an output folder for this run; what a dead run has left is put in order first.

    Parameters
    ----------
    out
        The folder; it need not exist.
    reserve_bytes
        Space that the results will take [bytes]; it is held until they are written.

    Raises
    ------
    ParameterError
        `out` is no folder, holds files of others or files that were changed, is being written by another run, or cannot
        be written.
    """
    with contextlib.ExitStack() as held:
        with _told(out, reserve_bytes):
            out = out.resolve()
            if out.exists() and not out.is_dir():
                raise _refused("no_folder", out=out)
            work = _work_folder(out)
            work.parent.mkdir(parents=True, exist_ok=True)
            work.mkdir(exist_ok=True)
            is_ours = held.enter_context(locked(work)) and (not out.is_dir() or held.enter_context(locked(out)))
        if not is_ours:
            raise _refused("in_use", out=out, owner=_owner(work))
        try:
            with _told(out, reserve_bytes):
                for left in _work_folders(out):
                    if left.is_dir():
                        _put_in_order(out, left)
                _refuse_others(out)
                _prepare(work, reserve_bytes)
            yield Claim(out, work)
        finally:
            _tidy(out, work)


def _tidy(out: Path, work: Path) -> None:
    """Remove the work folder, but never the only copy of a result."""
    # a path too long for the system has nothing below it
    with contextlib.suppress(OSError):
        if (work / "placing").exists():
            # interrupted while files were put in place: the next run ends it
            return
        if (work / "earlier").exists() and not out.exists():
            (work / "earlier").rename(out)
    shutil.rmtree(work, ignore_errors=True)


@contextlib.contextmanager
def _told(out: Path, reserve_bytes: int) -> Iterator[None]:
    """Say what the system refuses before the work."""
    try:
        yield
    except OSError as error:
        if error.errno in DISK_FULL:
            raise _refused("no_space", out=out, size_mb=round(reserve_bytes / 1e6)) from error
        raise _refused("not_writable", out=out, reason=error.strerror or error) from error


@contextlib.contextmanager
def atomic_folder(out: Path) -> Iterator[Path]:
    """Give a fresh folder to write into, and put it in `out`'s place if the block ends without error."""
    with claimed(out) as claim, claim.result() as folder:
        yield folder


def _work_folder(out: Path) -> Path:
    inside, beside = _work_folders(out)
    return inside if out.is_dir() and not can_be_renamed(out) else beside


def _work_folders(out: Path) -> tuple[Path, Path]:
    # the name of the folder may be as long as names can be: only its checksum fits into another name
    return out / WORK_INSIDE, out.parent / f".infragap-{hashlib.sha256(os.fsencode(out.name)).hexdigest()[:12]}"


def _owner(work: Path) -> str:
    try:
        return (work / "owner").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return "?"


def _put_in_order(out: Path, work: Path) -> None:
    """End or undo what a dead run has left in the work folder."""
    folder, earlier = work / "result", work / "earlier"
    if (work / "placing").exists():
        _place_files(Claim(out, work), folder)
    if earlier.exists() and not out.exists():
        earlier.rename(out)
    for left in (folder, earlier):
        if left.is_dir() and (work / "exchange").exists():
            _remove_own(left, out)
    for part in work.iterdir():
        shutil.rmtree(part) if part.is_dir() and not part.is_symlink() else part.unlink()
    if work != _work_folder(out):
        work.rmdir()


def _refuse_others(out: Path) -> None:
    found = others(out) if out.is_dir() else None
    if not found:
        return
    added = [name for name in found.added if not name.startswith(f"{WORK_INSIDE}/")]
    messages = []
    if added:
        messages.append(Message("command.output.added", {"out": out, "count": len(added), "names": listed(added)}))
    if found.changed:
        values = {"out": out, "count": len(found.changed), "names": listed(found.changed)}
        messages.append(Message("command.output.changed", values))
    if messages:
        raise refused(ParameterError, messages)


def _prepare(work: Path, reserve_bytes: int) -> None:
    """Try all that the results will need: names as long as theirs, and space."""
    now = datetime.now().astimezone().strftime("%H:%M")
    (work / "owner").write_text(f"process {os.getpid()}, since {now}", encoding="utf-8")
    longest = work / "result" / LONGEST_NAME
    longest.parent.mkdir(parents=True)
    longest.write_bytes(b"tried")
    shutil.rmtree(work / "result")
    reserve(work / "reserve", reserve_bytes)


def _put_in_place(claim: Claim, folder: Path) -> Path | None:
    """Put a complete result in place; give the folder of files that somebody added meanwhile, if there are any."""
    out, work = claim.out, claim.work
    if work.parent == out:
        return _place_files(claim, folder)
    if not out.exists():
        folder.rename(out)
        return None
    (work / "exchange").touch()
    try:
        if not exchange(folder, out):
            _rename_twice(folder, out, work / "earlier")
            folder = work / "earlier"
    except OSError:
        return _place_files(claim, folder)
    return _remove_own(folder, out)


def _rename_twice(folder: Path, out: Path, earlier: Path) -> None:
    """Exchange by two renames; if the second fails the earlier result goes back."""
    out.rename(earlier)
    try:
        folder.rename(out)
    except OSError:
        earlier.rename(out)
        raise


def _place_files(claim: Claim, folder: Path) -> Path | None:
    """Put files in place one by one, the marker last; what is in the way and not of an earlier run is put aside.

    Every step can be done again: a run that finds the work folder of a dead one goes on where that one stopped.
    """
    out, marker = claim.out, claim.work / MARKER
    names = sorted(_relative_files(folder), key=lambda name: (name == MARKER, name))
    if not (claim.work / "placing").exists():
        if (out / MARKER).exists():
            shutil.copy2(out / MARKER, marker)
        (claim.work / "placing").touch()
    if MARKER in names:
        # while files of two runs lie side by side nobody shall take them for one result
        (out / MARKER).unlink(missing_ok=True)
        wanted = {*names, *written(folder / MARKER)}
        for name in written(marker) - wanted - set(others(out, marker).names):
            (out / name).unlink(missing_ok=True)
    in_the_way = set(others(out, marker).names)
    kept = _put_aside(out, [name for name in names if name in in_the_way], out)
    for name in names:
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        move_file(folder / name, out / name)
    (claim.work / "placing").unlink()
    return kept


def _remove_own(folder: Path, out: Path) -> Path | None:
    """Remove an earlier result; files that are not of it are put aside beside the output folder."""
    kept = _put_aside(folder, others(folder).names, out)
    shutil.rmtree(folder)
    return kept


def _put_aside(folder: Path, names: Iterable[str], out: Path) -> Path | None:
    kept: Path | None = None
    for name in names:
        kept = kept or _new_folder(out)
        (kept / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.move(folder / name, kept / name)
    return kept


def _new_folder(out: Path) -> Path:
    """Make a folder beside the output folder, or in it where there is no right to write beside it."""
    place = out.parent if os.access(out.parent, os.W_OK | os.X_OK) else out
    for number in itertools.count(1):
        folder = place / f"infragap-kept-{number}"
        with contextlib.suppress(FileExistsError):
            folder.mkdir()
            return folder
    raise AssertionError("numbers do not end")


def _relative_files(folder: Path) -> list[str]:
    return (
        [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()] if folder.is_dir() else []
    )


def _disk_is_full(error: BaseException | None, work: Path) -> bool:
    """Whether an error, or what it came from, is a full disk; libraries that write files name it in words of their
    own."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in DISK_FULL:
            return True
        error = error.__cause__ or error.__context__
    with contextlib.suppress(OSError):
        return shutil.disk_usage(work).free < FULL_BELOW_BYTES
    return False


def _refused(name: str, **values: Any) -> ParameterError:
    return refused(ParameterError, [Message(f"command.output.{name}", values)])
