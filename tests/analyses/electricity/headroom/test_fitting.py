"""Plans that a relaxed plan is brought to: within all limits by a sum of their own, and beside enumeration."""

import numpy as np
import pytest

from infragap.analyses.arrays import BoolArray, FloatArray
from infragap.analyses.electricity.headroom.fitting import LINE, LV, OFF, Fitted, fitted
from infragap.analyses.electricity.headroom.layers import Relaxation
from infragap.analyses.electricity.headroom.signs import Priced
from infragap.analyses.electricity.routing.existing_grid import CapacityLimit
from tests.analyses.electricity.headroom.test_bound import enumerated, random_relaxation

pytestmark = pytest.mark.slow


def rows_of_nodes(relaxation: Relaxation, lines: BoolArray) -> dict[int, int]:
    """Existing line that each node of the layers hangs on; the lines must be a tree from node 0."""
    layers = relaxation.layers
    left = np.flatnonzero(lines).tolist()
    fed = {0: -1}
    while left:
        e = next(e for e in left if {*layers.ends[e].tolist()} & fed.keys())
        known, new = sorted(layers.ends[e].tolist(), key=lambda end: end not in fed)
        assert new not in fed, "a circle"
        fed[new] = int(relaxation.edge_row[layers.edge[e]]) if known == 0 else fed[known]
        left.remove(e)
    return fed


def stated(relaxation: Relaxation, plan: Fitted) -> tuple[float, FloatArray]:
    """Cost of a plan, and load on each row, from the plan alone."""
    problem, layers = relaxation.problem, relaxation.layers
    fed = rows_of_nodes(relaxation, plan.lines)
    mvnd = float(problem.edge_mvnd[layers.edge[plan.lines]].sum())
    kw = np.zeros(relaxation.rows + 1)
    place = {int(link[0]): int(k) for link, k in zip(layers.ends[len(layers.edge) :], layers.settlement, strict=True)}
    for k, (way, node) in enumerate(zip(plan.way.tolist(), plan.node.tolist(), strict=True)):
        if way == OFF:
            assert not problem.must_grid[k]
        if way == LINE:
            assert relaxation.network.terminal[k] == 0 or place[node] == k
        mvnd += float({OFF: problem.offgrid_mvnd, LINE: problem.local_mvnd, LV: problem.lv_mvnd}[way][k])
        kw[fed[node] if way == LINE and node > 0 else relaxation.own_row[k] if way != OFF else -1] += (
            relaxation.load_kw[k]
        )
    return mvnd, kw


def test_what_is_fitted_keeps_all_limits_and_costs_little_more_than_the_best() -> None:
    above, count = 0.0, 0
    for seed in range(40):
        r = random_relaxation(seed)
        limits: list[CapacityLimit] = [each.limit for each in r.limits]
        best = enumerated(r, np.inf)
        if not np.isfinite(best):
            continue
        priced = Priced.of(r, np.ones(2), np.full(2, np.inf), 0.0, within=True)
        found = [priced.at(np.full(2, price), lifted=np.zeros(2, dtype=bool)) for price in (0.0, 1.0, 3.0)]
        plans = [fitted(r, limits, r.problem.offgrid_mvnd, each) for each in found]
        costs = []
        for plan in plans:
            if plan is None:
                continue
            mvnd, kw = stated(r, plan)
            assert all(kw[list(limit.lines)].sum() <= limit.headroom_kw + 1e-5 for limit in limits)
            assert mvnd >= best - 1e-9
            costs.append(mvnd)
        if costs:
            above, count = above + min(costs) / best - 1, count + 1
    assert count >= 30
    assert above / count <= 0.01
