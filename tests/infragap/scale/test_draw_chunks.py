"""Draws in chunks on workers are the draws of one process, in the order of their numbers, whatever broke."""

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import infragap
from infragap.analyses.draws import all_draws, draw_generator, draws_made_by
from infragap.scale.draw_chunks import DrawChunks
from tests.infragap.scale.test_many import Breaking, contents
from tests.pack_factory import write_pack


def one_draw(shared: np.ndarray, draw: int) -> float:
    return float(draw_generator(7, draw).random() * shared.sum())


@pytest.mark.parametrize("size", [1, 3, 10, 11])
def test_any_chunks_give_the_same_draws(size: int, tmp_path: Path) -> None:
    shared = np.arange(5.0)
    here = all_draws(one_draw, shared, 10)
    with draws_made_by(DrawChunks(Breaking(1), tmp_path / "shared", size)):
        assert all_draws(one_draw, shared, 10) == here
    assert all_draws(one_draw, shared, 10) == here
    assert not list(tmp_path.iterdir())


def test_what_is_shared_is_written_once_and_its_loss_is_an_error(tmp_path: Path) -> None:
    seen: list[int] = []

    class Looking(Breaking):
        def submit(self, work: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
            seen.append(len(list((tmp_path / "shared").iterdir())))
            return super().submit(work, *args, **kwargs)

    maker = DrawChunks(Looking(2, 3), tmp_path / "shared", 5, retries=0)
    with draws_made_by(maker), pytest.raises(OSError, match="worker is gone"):
        all_draws(one_draw, np.ones(2), 10)
    assert seen == [1, 1]
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_plans_with_their_draws_on_two_processes_are_those_of_one(tmp_path: Path) -> None:
    pack = write_pack(tmp_path / "pack")
    scenarios = {
        "base": {"electricity": {"draws": 7}},
        "dear": {"electricity": {"draws": 7, "discount_rate_pct": 12.0}},
    }
    only = ("electricity",)
    assert not infragap.plan([pack], scenarios, out=tmp_path / "one", only=only).failed
    with ProcessPoolExecutor(2) as pool:
        many = infragap.plan([pack], scenarios, infragap.DrawsOn(pool, 3), out=tmp_path / "two", only=only)
    assert not many.failed
    assert contents(tmp_path / "two") == contents(tmp_path / "one")
