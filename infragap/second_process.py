"""Pieces of work on the second core while this process does other work, draws and files among them; what the other has
not begun when they are asked for is made here."""

from __future__ import annotations

import importlib
import multiprocessing
import pickle
import tempfile
from collections import deque
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Any

from infragap.analyses.draws import chunks_of
from infragap.analyses.memory import give_back_memory
from infragap.beside import begin_beside
from infragap.profiles.profile import Profile
from infragap.wording.country import speaking_for, spoken_profile

SIZE = 8
"""Draws of one piece of work: small enough that neither process waits long for the other."""

AHEAD = 2
"""Pieces that the other process has: one that it makes and one that waits, so that it need not wait itself."""


class SecondProcess:
    """A maker of pieces of work (`infragap.analyses.draws.Maker`) with a process of its own, as a context."""

    def __init__(self, folder: Path) -> None:
        """Make ready to start the process, which is done when there is something for it; what it needs is written below
        a folder that whoever comes after a killed run clears."""
        self._folder = folder
        # a fresh process, not a fork: the libraries below hold threads and locks that a fork would copy half-way
        context = multiprocessing.get_context("spawn")
        self._pool = ProcessPoolExecutor(1, mp_context=context, initializer=begin_beside)

    def load(self, *modules: str) -> None:
        """Start the process and have it import what its pieces will need."""
        for module in modules:
            self._pool.submit(importlib.import_module, module)

    def __enter__(self) -> SecondProcess:
        """Use the process."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the process."""
        self.end()

    def end(self) -> None:
        """End the process, after the piece of work that it is at; from then on all is made here."""
        self._pool.shutdown(cancel_futures=True)

    @contextmanager
    def __call__(
        self, one_draw: Callable[[Any, int], Any], shared: Any, count: int, alone: Collection[int] = ()
    ) -> Iterator[Callable[[], list[Any]]]:
        """Begin all pieces there; they come in the order of their numbers, whoever made them."""
        chunks = chunks_of(count, SIZE, alone)
        with tempfile.TemporaryDirectory(dir=self._folder) as folder:
            path = Path(folder) / "shared.pickle"
            # straight into the file: in one piece it would stand in memory twice
            with path.open("wb") as file:
                pickle.dump(shared, file, protocol=pickle.HIGHEST_PROTOCOL)
            # the profile is that of the thread that asks; pieces are handed on from another one
            profile = spoken_profile()
            pieces = _Pieces(
                len(chunks), lambda piece: self._pool.submit(_chunk, one_draw, path, chunks[piece], profile)
            )

            def made() -> list[Any]:
                here: dict[int, list[Any]] = {}
                while (piece := pieces.take_last()) is not None:
                    here[piece] = [one_draw(shared, draw) for draw in chunks[piece]]
                    give_back_memory()
                there = pieces.from_there()
                return [
                    draw
                    for piece, chunk in enumerate(chunks)
                    for draw in here.get(piece) or there.get(piece) or [one_draw(shared, draw) for draw in chunk]
                ]

            try:
                yield made
            finally:
                pieces.give_up()


class _Pieces:
    """Pieces of work that are taken from both ends: handed on one by one to another process from the first on, taken
    back here from the last on. What is handed on is never cancelled: a pool whose process has died stumbles over
    that."""

    def __init__(self, count: int, submit: Callable[[int], Future[list[Any]]]) -> None:
        """Hand on the first ones."""
        self._left, self._submit, self._lock = deque(range(count)), submit, Lock()
        self._there: dict[int, Future[list[Any]]] = {}
        for _ in range(AHEAD):
            self._hand_on()

    def _hand_on(self, _done: object = None) -> None:
        with self._lock:
            if not self._left:
                return
            try:
                future = self._submit(self._left[0])
            except RuntimeError:  # a process that has died, or was ended: its pieces are made here
                return
            self._there[self._left.popleft()] = future
        future.add_done_callback(self._hand_on)

    def take_last(self) -> int | None:
        """Take the last piece that is not handed on; None where there is none."""
        with self._lock:
            return self._left.pop() if self._left else None

    def from_there(self) -> dict[int, list[Any]]:
        """Wait for what was handed on; pieces of a process that has died are left out."""
        return {piece: made for piece, future in self._there.items() if (made := _made_or_lost(future)) is not None}

    def give_up(self) -> None:
        """Hand on nothing more."""
        with self._lock:
            self._left.clear()


def _made_or_lost(future: Future[list[Any]]) -> list[Any] | None:
    """Draws of the other process; None where it was ended from outside."""
    try:
        return future.result()
    except BrokenExecutor:
        return None


def _chunk(one_draw: Callable[[Any, int], Any], path: Path, chunk: range, profile: Profile) -> list[Any]:
    shared = _shared(path)
    with speaking_for(profile):
        made = [one_draw(shared, draw) for draw in chunk]
    give_back_memory()
    return made


@lru_cache(maxsize=1)
def _shared(path: Path) -> Any:
    with path.open("rb") as file:
        # written by the process that asks, under a name that is used once
        return pickle.load(file)  # noqa: S301
