"""Draws of one plan in chunks on an executor: what they share is written once, and read once by each worker."""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from infragap.analyses.draws import chunks_of
from infragap.process_wide import as_a_worker
from infragap.profiles.profile import Profile
from infragap.wording.country import speaking_for, spoken_profile


@dataclass(frozen=True)
class DrawsOn:
    """An executor that makes draws, for plans that are made one after the other in this process.

    Attributes
    ----------
    executor
        Any of processes, or Dask's.
    size
        Draws of one piece of work.
    """

    executor: Executor
    size: int = 25


@dataclass(frozen=True)
class DrawChunks:
    """A maker of draws (`infragap.analyses.draws.draws_made_by`) that hands them out.

    Attributes
    ----------
    executor
        Where they are made.
    folder
        Folder that all workers see under the same path.
    size
        Draws of one piece of work.
    retries
        Further attempts where a worker breaks.
    """

    executor: Executor
    folder: Path
    size: int
    retries: int = 1

    @contextmanager
    def __call__(
        self, one_draw: Callable[[Any, int], Any], shared: Any, count: int, alone: Collection[int] = ()
    ) -> Iterator[Callable[[], list[Any]]]:
        """Begin all draws; they come in the order of their numbers, whoever made them."""
        content = pickle.dumps(shared, protocol=pickle.HIGHEST_PROTOCOL)
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"{hashlib.sha256(content).hexdigest()}.pickle"
        path.write_bytes(content)
        waiting: list[Future[list[Any]]] = []
        try:
            chunks = chunks_of(count, self.size, alone)
            waiting += [self._submit(one_draw, path, chunk) for chunk in chunks]

            def made() -> list[Any]:
                parts = [
                    self._result(future, one_draw, path, chunk) for future, chunk in zip(waiting, chunks, strict=True)
                ]
                return [draw for part in parts for draw in part]

            yield made
        finally:
            for future in waiting:
                future.cancel()
            path.unlink(missing_ok=True)
            with suppress(OSError):
                self.folder.rmdir()

    def _submit(self, one_draw: Callable[[Any, int], Any], path: Path, chunk: range) -> Future[list[Any]]:
        return self.executor.submit(make_chunk, one_draw, path, chunk, spoken_profile())

    def _result(
        self, future: Future[list[Any]], one_draw: Callable[[Any, int], Any], path: Path, chunk: range
    ) -> list[Any]:
        for _ in range(self.retries):
            try:
                return future.result()
            except Exception:
                # draws depend on their number alone, so it does not matter which attempt gives them
                future = self._submit(one_draw, path, chunk)
        return future.result()


def make_chunk(one_draw: Callable[[Any, int], Any], path: Path, chunk: range, profile: Profile) -> list[Any]:
    """Make some draws on a worker."""
    with as_a_worker(), speaking_for(profile):
        shared = _shared(path)
        return [one_draw(shared, draw) for draw in chunk]


@lru_cache(maxsize=1)
def _shared(path: Path) -> Any:
    # the name of the file is the hash of its content, and the file was written by the process that asks
    return pickle.loads(path.read_bytes())  # noqa: S301
