"""Pieces of work on the second core are those of one process, whoever made them and whatever was ended."""

import os
import signal
from concurrent.futures import BrokenExecutor, Future
from pathlib import Path
from typing import Any

import pytest

from infragap import second_process
from infragap.analyses.draws import all_draws, begun_draws, draws_made_by
from infragap.second_process import SecondProcess

COUNT = 3 * second_process.SIZE + 1


def one_draw(shared: int, draw: int) -> tuple[int, bool]:
    return draw, os.getpid() == shared


def ended_draw(shared: int, draw: int) -> int:
    if os.getpid() != shared:
        os.kill(os.getpid(), signal.SIGKILL)
    return draw


class Dying:
    """An executor that does the first so many pieces, dies at the next one, and takes nothing any more."""

    def __init__(self, done: int) -> None:
        self.done = done

    def submit(self, work: Any, *arguments: Any) -> Future[Any]:
        future: Future[Any] = Future()
        if self.done < 0:
            raise BrokenExecutor
        if self.done > 0:
            future.set_result(work(*arguments))
        else:
            future.set_exception(BrokenExecutor())
        self.done -= 1
        return future


@pytest.mark.parametrize("done", [0, 1, 3, 9])
def test_draws_that_the_other_did_not_make_are_made_here_in_order(done: int, tmp_path: Path) -> None:
    maker = SecondProcess.__new__(SecondProcess)
    maker._pool, maker._folder = Dying(done), tmp_path  # type: ignore[assignment]
    with draws_made_by(maker):
        assert all_draws(one_draw, os.getpid(), COUNT) == [(draw, True) for draw in range(COUNT)]
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_the_other_process_makes_some_and_its_end_loses_none(tmp_path: Path) -> None:
    with SecondProcess(tmp_path) as maker, draws_made_by(maker):
        with begun_draws(one_draw, os.getpid(), COUNT) as made:
            maker._pool.submit(int).result()
            found = made()
        assert [value for value, _ in found] == list(range(COUNT))
        assert not any(here for _, here in found)
        for _ in range(2):
            assert all_draws(ended_draw, os.getpid(), COUNT) == list(range(COUNT))
