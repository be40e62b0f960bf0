"""The last steps to a settlement beside a road through forest, on a raster that can be counted by hand."""

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from infragap.analyses.arrays import BoolArray, IntArray
from infragap.analyses.electricity.routing.cost_surface import LineSurface
from infragap.analyses.electricity.routing.entering import entered_lawfully
from infragap.gis.leastcost.distance import LeastCost, cost_distance, path_back
from infragap.gis.leastcost.steps import MOVES

AT = 2 * 5 + 4
"""The settlement's cell, at the end of the middle row; the line stands at its start."""
OPEN = np.zeros((5, 5), dtype=bool)


@dataclass
class Ground:
    """A surface of 25 cells at 1 each, some closed, where steps into the settlement's cell are lawful from some."""

    lawful_from: set[int]
    wall: BoolArray = field(default_factory=OPEN.copy)
    follows_roads: bool = True
    grid: Any = field(default_factory=lambda: SimpleNamespace(shape=(5, 5)))

    def lawful(self, steps: IntArray) -> BoolArray:
        return np.array(
            [AT not in step or bool(set(step) & self.lawful_from) for step in np.asarray(steps).tolist()], dtype=bool
        )

    def lawful_step(self, start: int, end: int) -> bool:
        return bool(self.lawful(np.array([[start, end]]))[0])

    @property
    def cost(self) -> NDArray[np.float32]:
        return np.where(self.wall, np.inf, 1).astype(np.float32)


def entered(ground: Ground) -> tuple[LeastCost, LeastCost]:
    """The search before and after."""
    start = np.full((5, 5), np.inf, dtype=np.float32)
    start[2, 0] = 0.0
    before = cost_distance(ground.cost, start, neighbours=16, regions=True, predecessors=True)
    cells, open_ground = np.array([AT, -1]), np.ones((5, 5), dtype=np.float32)
    return before, entered_lawfully(before, cells, ground, open_ground)  # type: ignore[arg-type]


def test_the_cheapest_lawful_step_is_taken() -> None:
    # straight it is 4; over (1, 2) it is a knight's move and another, √5 each
    before, after = entered(Ground({1 * 5 + 2, 3 * 5 + 4}))
    assert before.distance[2, 4] == pytest.approx(4.0)
    assert after.distance[2, 4] == pytest.approx(2 * 5**0.5)
    assert path_back(after, (2, 4)).tolist() == [[2, 4], [1, 2], [2, 0]]
    assert after.region is not None
    assert after.region[2, 4] == 2 * 5
    others = np.ones((5, 5), dtype=bool)
    others[2, 4] = False
    assert (after.distance[others] == before.distance[others]).all()


def test_a_way_is_found_where_closing_cells_shut_the_settlement_in() -> None:
    wall = OPEN.copy()
    wall[:, 2:4] = True
    before, after = entered(Ground({2 * 5 + 3}, wall))
    assert np.isinf(before.distance[2, 4])
    assert after.distance[2, 4] == pytest.approx(4.0)
    assert path_back(after, (2, 4))[1].tolist() == [2, 3]
    assert after.region is not None
    assert after.region[2, 4] == 2 * 5


def test_what_is_reached_through_the_settlement_moves_along() -> None:
    wall = OPEN.copy()
    wall[[0, 1, 3, 4], 3] = True
    wall[1, 4] = True
    before, after = entered(Ground({1 * 5 + 2}, wall))
    assert before.distance[3, 4] == pytest.approx(5.0)
    assert after.distance[2, 4] == pytest.approx(2 * 5**0.5)
    assert after.distance[3, 4] == pytest.approx(2 * 5**0.5 + 1)
    assert after.distance[2, 3] == before.distance[2, 3]


def test_where_no_step_is_lawful_or_the_first_is_nothing_changes() -> None:
    for cells in (set(), {2 * 5 + 3}):
        before, after = entered(Ground(cells))
        assert after.distance[2, 4] == before.distance[2, 4]
        assert path_back(after, (2, 4)).tolist() == path_back(before, (2, 4)).tolist()


def test_one_step_is_judged_as_many_are() -> None:
    rng = np.random.default_rng(5)
    courses = SimpleNamespace(
        on_road=rng.random(49) < 0.15, course=lambda start, end: None if (start * 7 + end) % 3 else np.zeros((2, 2))
    )
    surface: Any = SimpleNamespace(follows_roads=True, corridors=courses, grid=SimpleNamespace(shape=(7, 7)))
    surface.in_corridor = lambda steps: LineSurface.in_corridor(surface, steps)
    inner = np.array([row * 7 + column for row in range(2, 5) for column in range(2, 5)])
    steps = np.concatenate([np.column_stack([inner, inner + move @ [7, 1]]) for move in MOVES])
    one_by_one = [LineSurface.lawful_step(surface, start, end) for start, end in steps.tolist()]
    assert one_by_one == LineSurface.lawful(surface, steps).tolist()
    assert 0 < sum(one_by_one) < len(steps)
    surface.follows_roads = False
    assert LineSurface.lawful_step(surface, *steps[0].tolist())
