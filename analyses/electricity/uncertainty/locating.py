"""What it is worth to know where a settlement lies before its supply is decided: expected value of its position."""

from __future__ import annotations

import numpy as np

from infragap.analyses.arrays import FloatArray, IntArray
from infragap.analyses.electricity.demand.life_cycle import line_factor
from infragap.analyses.electricity.demand.local_works import mv_mvnd_per_km, terrain
from infragap.analyses.electricity.least_cost.plan import Plan
from infragap.analyses.electricity.routing.routes import own_way_cost


def value_of_position_mvnd(plan: Plan, cells: list[IntArray]) -> tuple[FloatArray, FloatArray]:
    """Expected saving of locating each settlement before choosing between grid and own supply, (n,), and the part of
    its possible places where the other supply than that of the plan is cheaper, (n,).

    Parameters
    ----------
    plan
        The plan.
    cells
        Of `positions.position_cells`: where each may lie, all alike probable.

    Notes
    -----
    Off the grid a settlement costs what the plan takes for it wherever it lies. With a line it costs its works on the
    spot and the cheaper of an own way from there, or its line of the plan and a straight piece to it. The value is
    ``min (mean) - mean (min)`` over the places: 0 where one supply is the cheaper everywhere, and where the settlement
    must be on the grid or cannot be.
    """
    study, p, problem = plan.study, plan.parameters, plan.costs.problem
    outcome, grid = plan.outcome, study.surface.grid
    sizes = np.array([len(each) for each in cells])
    owner = np.repeat(np.arange(len(cells)), sizes)
    at = np.concatenate(cells)
    x, y = study.surface.middles(np.maximum(at, 0))
    km = np.hypot(x - study.settlements.x[owner], y - study.settlements.y[owner]) / 1000
    km = np.where(km * 1000 < grid.cell_size_m, 0.0, km)
    own = own_way_cost(study.routes, at) * line_factor(p)
    straight = mv_mvnd_per_km(study.settlements, p) * terrain(study.settlements, p) * line_factor(p)
    mapped = np.where(outcome.on_grid, outcome.share_mvnd, outcome.grid_alone_mvnd - problem.local_mvnd)
    joined = np.nan_to_num(mapped, nan=np.inf)[owner] + km * straight[owner]
    line = np.fmin(np.where(np.isfinite(own), own, np.inf), joined) + problem.local_mvnd[owner]
    line = np.where(problem.barred[owner], np.inf, line)
    price = plan.choice.household_price_mvnd * study.settlements.households
    off = np.where(np.isfinite(problem.offgrid_mvnd), plan.costs.offgrid.best_mvnd + price, np.inf)
    off = np.where(outcome.joint >= 0, outcome.choice_mvnd + price, off)
    best = np.minimum(line, off[owner])
    # where no line can be at some places, the grid is no choice before these are ruled out
    mean_line, mean_best = _mean(line, owner, sizes), _mean(best, owner, sizes)
    value = np.minimum(mean_line, off) - mean_best
    other = _mean(np.where(outcome.on_grid[owner], off[owner] < line, line < off[owner]).astype(float), owner, sizes)
    free = ~problem.must_grid & np.isfinite(off) & (study.settlements.households > 0) & ~outcome.on_lv
    free &= np.isfinite(mean_best) & (sizes > 1)
    return np.where(free, np.maximum(value, 0.0), 0.0), np.where(free, other, 0.0)


def _mean(values: FloatArray, owner: IntArray, sizes: IntArray) -> FloatArray:
    total = np.bincount(owner, values, minlength=len(sizes))
    return np.asarray(total / np.maximum(sizes, 1))
