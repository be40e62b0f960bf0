"""What it is worth to know where a settlement lies before its supply is decided: expected value of its position."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray
from infragap.analyses.electricity.demand.life_cycle import line_factor
from infragap.analyses.electricity.demand.local_works import mv_mvnd_per_km, terrain
from infragap.analyses.electricity.least_cost.plan import Plan
from infragap.analyses.electricity.low_voltage.elsewhere import lv_mvnd_at
from infragap.analyses.electricity.routing.routes import own_way_cost
from infragap.analyses.electricity.uncertainty.positions import PossibleCells, station_distance_m

MOST_PLACES = 1_000_000
"""So many places of settlements, or one settlement more, are looked at together."""


@dataclass(frozen=True, eq=False)
class Places:
    """Where settlements may lie, one row for each place of each, all (places,) unless said.

    Attributes
    ----------
    owner
        Row of the settlement.
    count
        (n,) number of places of each; 0 for those that are not looked at.
    line_mvnd
        Life-cycle cost of a line and of the works on the spot; a straight piece to its line of the plan may join it.
    low_voltage_mvnd
        From the nearest station that stands; inf where none is within reach.
    has_way
        Whether an own line may lawfully be laid to it.
    """

    owner: IntArray
    count: IntArray
    line_mvnd: FloatArray
    low_voltage_mvnd: FloatArray
    has_way: BoolArray

    def mean(self, values: FloatArray) -> FloatArray:
        """Mean over the places of each settlement, (n,)."""
        total = np.bincount(self.owner, values, minlength=len(self.count))
        return np.asarray(total / np.maximum(self.count, 1))


def value_of_position_mvnd(plan: Plan, cells: PossibleCells) -> tuple[FloatArray, FloatArray]:
    """Expected saving of locating each settlement before choosing between grid and own supply, (n,), and the part of
    its possible places where it would be supplied the other way than in the plan, (n,).

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
    ``min (mean) - mean (min)`` over the places: 0 where one supply is the cheaper everywhere, where the settlement
    must be on the grid or cannot be, and where a station that stands supplies it.

    The part counts stations as well: at a place within their reach the cheaper of both ways is the grid's. Who must be
    on the grid is supplied the other way where neither way leads to it, or where one does although none leads to the
    mapped point.
    """
    value, turns = np.zeros(len(cells)), np.zeros(len(cells))
    stations = station_distance_m(plan.study)
    # places of all settlements at once do not fit into memory in a large country
    for rows in np.split(np.arange(len(cells)), np.flatnonzero(np.diff(cells.start[1:] // MOST_PLACES)) + 1):
        places = _places(plan, cells, rows, stations)
        for result, found in zip((value, turns), _value_at(plan, places), strict=True):
            result[rows] = found[rows]
    return value, turns


def _value_at(plan: Plan, places: Places) -> tuple[FloatArray, FloatArray]:
    """What `value_of_position_mvnd` gives, of the settlements whose places these are."""
    study, problem, outcome = plan.study, plan.costs.problem, plan.outcome
    owner = places.owner
    price = plan.choice.household_price_mvnd * study.settlements.households
    off = np.where(np.isfinite(problem.offgrid_mvnd), plan.costs.offgrid.best_mvnd + price, np.inf)
    off = np.where(outcome.joint >= 0, outcome.choice_mvnd + price, off)
    line = np.where(problem.barred[owner], np.inf, places.line_mvnd)
    # where no line can be at some places, the grid is no choice before these are ruled out
    mean_line, mean_best = places.mean(line), places.mean(np.minimum(line, off[owner]))
    value = np.minimum(mean_line, off) - mean_best
    moves = (places.count > 1) & (study.settlements.households > 0)
    free = moves & ~problem.must_grid & np.isfinite(off) & ~outcome.on_lv & np.isfinite(mean_best)
    turns = np.where(moves & ~study.forbidden & ~plan.loading.barred, _turned(plan, places, off), 0.0)
    return np.where(free, np.maximum(value, 0.0), 0.0), turns


def _places(plan: Plan, cells: PossibleCells, rows: IntArray, stations: FloatArray | None) -> Places:
    """What the grid costs at every possible place of some settlements, whose rows, one after the other, are given."""
    study, p, problem = plan.study, plan.parameters, plan.costs.problem
    outcome, grid = plan.outcome, study.surface.grid
    count = np.zeros(len(study.settlements), dtype=np.int64)
    count[rows] = cells.count[rows]
    owner = np.repeat(rows, count[rows])
    at = cells.of(int(rows[0]), int(rows[-1]) + 1)
    x, y = study.surface.middles(np.maximum(at, 0))
    km = np.hypot(x - study.settlements.x[owner], y - study.settlements.y[owner]) / 1000
    stays = km * 1000 < grid.cell_size_m
    km = np.where(stays, 0.0, km)
    own = own_way_cost(study.routes, at) * line_factor(p)
    straight = mv_mvnd_per_km(study.settlements, p) * terrain(study.settlements, p) * line_factor(p)
    mapped = np.where(outcome.on_grid, outcome.share_mvnd, outcome.grid_alone_mvnd - problem.local_mvnd)
    joined = np.nan_to_num(mapped, nan=np.inf)[owner] + km * straight[owner]
    away = np.full(len(at), np.inf) if stations is None else stations.ravel()[np.maximum(at, 0)]
    low_voltage = np.full(len(at), np.inf)
    low_voltage[~stays] = lv_mvnd_at(study.settlements, owner[~stays], away[~stays], p)
    low_voltage[stays] = problem.lv_mvnd[owner[stays]]
    return Places(
        owner=owner,
        count=count,
        line_mvnd=np.fmin(np.where(np.isfinite(own), own, np.inf), joined) + problem.local_mvnd[owner],
        low_voltage_mvnd=low_voltage,
        has_way=np.isfinite(own),
    )


def _turned(plan: Plan, places: Places, off_mvnd: FloatArray) -> FloatArray:
    """Part of the places of each settlement where it is not on the grid although it is in the plan, or is although it
    is not, (n,)."""
    owner, must = places.owner, plan.costs.problem.must_grid
    on_grid = plan.outcome.national_grid
    line = np.where(places.has_way, places.line_mvnd, np.inf)
    by_grid = np.minimum(line, places.low_voltage_mvnd)
    reached = np.where(must[owner], np.isfinite(by_grid), by_grid < off_mvnd[owner])
    return places.mean((reached != on_grid[owner]).astype(float))
