"""What the system offers to put folders in place: exchange of two folders at once, locks that end with their process,
places that cannot be moved."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import fcntl
import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

AT_FDCWD, RENAME_EXCHANGE = -100, 2
CANNOT_EXCHANGE = (errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP)


def exchange(first: Path, second: Path) -> bool:
    """Let two folders change names in one step.

    Returns
    -------
    bool
        False where the system or the file system has no such step; then nothing has happened.

    Raises
    ------
    OSError
        The folders cannot be renamed.
    """
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):
        return False
    if rename(AT_FDCWD, os.fsencode(first), AT_FDCWD, os.fsencode(second), RENAME_EXCHANGE) == 0:
        return True
    number = ctypes.get_errno()
    if number in CANNOT_EXCHANGE:
        return False
    raise OSError(number, os.strerror(number), str(second))


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[bool]:
    """Hold a folder for this process; the lock ends with the process, however it ends. Gives False where another one
    holds it."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        # another process may have removed the folder between the two lines
        yield _try_lock(handle) and folder.exists() and os.path.samestat(os.fstat(handle), folder.stat())
    finally:
        os.close(handle)


def _try_lock(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        # a file system without locks: two runs into one folder are then not noticed
        return True
    return True


def can_be_renamed(folder: Path) -> bool:
    """Tell whether a folder can get another name: it is no mount point, nobody's working folder here, and its parent
    may be written.

    The working folder of this process is left where it is, because the shell that started the process would stay in the
    folder that is put aside.
    """
    parent = folder.parent
    if folder in mount_points() or folder.is_mount() or _holds_working_folder(folder):
        return False
    if not os.access(parent, os.W_OK | os.X_OK):
        return False
    above = parent.stat()
    owners = (0, above.st_uid, folder.stat().st_uid)
    return not above.st_mode & stat.S_ISVTX or os.geteuid() in owners


def mount_points() -> frozenset[Path]:
    """Places where a file system or a part of one is mounted, as the kernel lists them; empty where it does not."""
    try:
        lines = Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return frozenset()
    # the fifth field; blanks and backslashes in it are octal codes
    fields = [line.split(" ")[4].encode("utf-8", "surrogateescape") for line in lines]
    return frozenset(Path(os.fsdecode(field.decode("unicode_escape").encode("latin-1"))) for field in fields)


def _holds_working_folder(folder: Path) -> bool:
    try:
        here = Path.cwd()
    except OSError:
        return False
    return here == folder or folder in here.parents


def move_file(source: Path, target: Path) -> None:
    """Put a file in another's place in one step, from another file system too."""
    try:
        source.replace(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        beside = target.with_name(f".infragap-{os.getpid()}")
        shutil.copy2(source, beside)
        beside.replace(target)
        source.unlink()


def put_text(target: Path, text: str) -> None:
    """Write a text file (UTF-8) beside its place and put it there in one step."""
    beside = target.with_name(f".{target.name}.new")
    beside.write_text(text, encoding="utf-8", newline="\n")
    beside.replace(target)


def reserve(file: Path, size_bytes: int) -> None:
    """Take up space on the disk, so that it is there later.

    Raises
    ------
    OSError
        The space, or the quota, does not suffice.
    """
    with file.open("wb") as stream:
        if shutil.disk_usage(file.parent).free < size_bytes:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(file))
        try:
            os.posix_fallocate(stream.fileno(), 0, size_bytes)
        except OSError as error:
            if error.errno not in (errno.EINVAL, errno.EOPNOTSUPP):
                raise
