"""States of the whole process that several of its threads may want at once."""

from __future__ import annotations

import gc
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from threading import Lock
from types import TracebackType
from typing import Any

from threadpoolctl import threadpool_limits


class WhileWanted:
    """A state of the process, as a context: the first who wants it makes it and the last ends it, so nobody's end takes
    it away from another thread."""

    def __init__(self, make: Callable[[], AbstractContextManager[Any]]) -> None:
        """Parameters: what makes the state, as a context of one user."""
        self._make, self._lock, self._wanted = make, Lock(), 0
        self._held = ExitStack()

    def __enter__(self) -> None:
        """Make the state, unless it is there."""
        with self._lock:
            if self._wanted == 0:
                self._held.enter_context(self._make())
            self._wanted += 1

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the state, unless another wants it still."""
        with self._lock:
            self._wanted -= 1
            if self._wanted == 0:
                self._held.close()


@contextmanager
def _unwarned() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


UNWARNED = WhileWanted(_unwarned)
"""Warnings of libraries are not heard, such as of styles of a sheet that no value hangs on. Python keeps what is heard
for the whole process: layers are read by several threads, and one that ends must not end it for the others."""


@contextmanager
def _sums_by_one_thread_unwarned() -> Iterator[None]:
    with threadpool_limits(1, user_api="blas"), UNWARNED:
        yield


@contextmanager
def _uncollected() -> Iterator[None]:
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


UNCOLLECTED = WhileWanted(_uncollected)
"""Python looks for no waste in circles: for work of a few seconds beside a plan that is held, since each search looks
through all that the plan consists of."""

_ALL = WhileWanted(_sums_by_one_thread_unwarned)


@contextmanager
def as_a_worker() -> Iterator[None]:
    """Work as every worker does: without warnings of libraries, and by one thread each, since a sum over a long array
    differs in its last bit with their number."""
    # OpenMP keeps the number for each thread, BLAS for the process
    with _ALL, threadpool_limits(1, user_api="openmp"):
        yield
