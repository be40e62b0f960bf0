"""What a native library writes past Python to the standard output is dropped: HiGHS prints single lines of its inside
there whatever its options say, in the middle of a command's own messages.

Only a command asks for it: the output belongs to whoever uses infragap as a library, who may print from other
threads."""

from __future__ import annotations

import ctypes
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

ASKED = "INFRAGAP_QUIET_SOLVERS"
"""Environment variable that a command sets for itself and the processes that it starts."""
_STDOUT = 1
_lock = threading.Lock()
_within = 0
"""Blocks that are open, in all threads: the first one turns the output away, the last one brings it back."""
_kept = -1


@contextmanager
def native_output_dropped() -> Iterator[None]:
    """Turn file descriptor 1 away while the block runs, where a command asked for it."""
    if not os.environ.get(ASKED):
        yield
        return
    _turn_away()
    try:
        yield
    finally:
        _bring_back()


def _turn_away() -> None:
    global _within, _kept
    with _lock:
        _within += 1
        if _within > 1:
            return
        _flush()
        try:
            _kept = os.dup(_STDOUT)
        except OSError:  # closed, as under a service: there is nothing to keep
            _kept = -1
            return
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, _STDOUT)
        os.close(nowhere)


def _bring_back() -> None:
    global _within, _kept
    with _lock:
        _within -= 1
        if _within or _kept < 0:
            return
        _flush()
        os.dup2(_kept, _STDOUT)
        os.close(_kept)
        _kept = -1


def _flush() -> None:
    """Write out what Python and the C library hold back, so that it goes where it was meant to go."""
    if sys.stdout is not None and not sys.stdout.closed:
        sys.stdout.flush()
    if os.name == "posix":
        ctypes.CDLL(None).fflush(None)
