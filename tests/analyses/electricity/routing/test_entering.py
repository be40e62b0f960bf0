"""The last step to a settlement beside a road through forest, on a raster that can be counted by hand."""

from types import SimpleNamespace

import numpy as np
import pytest

from infragap.analyses.arrays import BoolArray, IntArray
from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.analyses.electricity.routing.entering import entered_lawfully
from infragap.gis.leastcost import LeastCost, cost_distance, path_back

COST = np.ones((5, 5), dtype=np.float32)
AT = 2 * 5 + 4
"""The settlement's cell, at the end of the middle row; the line stands at its start."""


def searched() -> LeastCost:
    start = np.full((5, 5), np.inf, dtype=np.float32)
    start[2, 0] = 0.0
    return cost_distance(COST, start, neighbours=16, regions=True, predecessors=True)


def entered(from_cells: set[int]) -> tuple[LeastCost, LeastCost]:
    """The search before, and after where only steps from some cells into the settlement's are lawful."""

    def lawful(steps: IntArray) -> BoolArray:
        return np.array([AT not in step or bool(set(step) & from_cells) for step in np.asarray(steps).tolist()])

    surface = SimpleNamespace(
        grid=SimpleNamespace(shape=(5, 5)), follows_roads=True, lawful=lawful, cost=lambda *_, **__: COST
    )
    before = searched()
    after = entered_lawfully(before, np.array([AT, -1]), surface, ElectricityParameters())  # type: ignore[arg-type]
    return before, after


def test_the_cheapest_lawful_step_is_taken() -> None:
    # straight it is 4; over (1, 2) it is a knight's move and another, √5 each
    before, after = entered({1 * 5 + 2, 3 * 5 + 4})
    assert before.distance[2, 4] == pytest.approx(4.0)
    assert after.distance[2, 4] == pytest.approx(2 * 5**0.5)
    assert path_back(after, (2, 4)).tolist() == [[2, 4], [1, 2], [2, 0]]
    assert after.region is not None
    assert after.region[2, 4] == 2 * 5
    others = np.ones((5, 5), dtype=bool)
    others[2, 4] = False
    assert (after.distance[others] == before.distance[others]).all()


def test_where_no_step_is_lawful_or_the_first_is_nothing_changes() -> None:
    for cells in (set(), {2 * 5 + 3}):
        before, after = entered(cells)
        assert after.distance[2, 4] == before.distance[2, 4]
        assert path_back(after, (2, 4)).tolist() == path_back(before, (2, 4)).tolist()
