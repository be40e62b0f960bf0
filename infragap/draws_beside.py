"""Draws on the second core while this process does other work; what the other has not begun when they are asked for is
made here."""

from __future__ import annotations

import importlib
import multiprocessing
import pickle
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Any

from infragap.beside import begin_beside
from infragap.profiles.profile import Profile
from infragap.wording.country import speaking_for, spoken_profile

SIZE = 8
"""Draws of one piece of work: small enough that neither process waits long for the other."""


class DrawsBeside:
    """A maker of draws (`infragap.analyses.draws.draws_made_by`) with a process of its own, as a context."""

    def __init__(self, module: str, folder: Path) -> None:
        """Start the process, which imports the module of the draws at once; what it needs is written below a folder
        that whoever comes after a killed run clears."""
        self._folder = folder
        # a fresh process, not a fork: the libraries below hold threads and locks that a fork would copy half-way
        context = multiprocessing.get_context("spawn")
        self._pool = ProcessPoolExecutor(1, mp_context=context, initializer=begin_beside)
        self._pool.submit(importlib.import_module, module)

    def __enter__(self) -> DrawsBeside:
        """Use the process."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the process, after the piece of work that it is at."""
        self._pool.shutdown(cancel_futures=True)

    @contextmanager
    def __call__(
        self, one_draw: Callable[[Any, int], Any], shared: Any, count: int
    ) -> Iterator[Callable[[], list[Any]]]:
        """Begin all draws there; they come in the order of their numbers, whoever made them."""
        chunks = [range(at, min(at + SIZE, count)) for at in range(0, count, SIZE)]
        with tempfile.TemporaryDirectory(dir=self._folder) as folder:
            path = Path(folder) / "shared.pickle"
            try:
                path.write_bytes(pickle.dumps(shared, protocol=pickle.HIGHEST_PROTOCOL))
                waiting = [self._submit(one_draw, path, chunk) for chunk in chunks]
            except OSError:
                # no space for what the other process needs: all are made here
                waiting = [Future() for _ in chunks]

            def made() -> list[Any]:
                # from the end on, towards the other process
                here = {
                    k: [one_draw(shared, draw) for draw in chunks[k]]
                    for k in reversed(range(len(chunks)))
                    if waiting[k].cancel()
                }
                there = (_made_or_lost(future) for k, future in enumerate(waiting) if k not in here)
                parts = [here[k] if k in here else next(there) for k in range(len(chunks))]
                return [
                    draw
                    for part, chunk in zip(parts, chunks, strict=True)
                    for draw in (part if part is not None else [one_draw(shared, draw) for draw in chunk])
                ]

            try:
                yield made
            finally:
                for future in waiting:
                    future.cancel()

    def _submit(self, one_draw: Callable[[Any, int], Any], path: Path, chunk: range) -> Future[list[Any]]:
        try:
            return self._pool.submit(_chunk, one_draw, path, chunk, spoken_profile())
        except BrokenExecutor:
            # never begun, so it is made here
            return Future()


def _made_or_lost(future: Future[list[Any]]) -> list[Any] | None:
    """Draws of the other process; None where it was ended from outside."""
    try:
        return future.result()
    except BrokenExecutor:
        return None


def _chunk(one_draw: Callable[[Any, int], Any], path: Path, chunk: range, profile: Profile) -> list[Any]:
    shared = _shared(path)
    with speaking_for(profile):
        return [one_draw(shared, draw) for draw in chunk]


@lru_cache(maxsize=1)
def _shared(path: Path) -> Any:
    # written by the process that asks, under a name that is used once
    return pickle.loads(path.read_bytes())  # noqa: S301
