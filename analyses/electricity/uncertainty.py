"""How sure the choice is: draws of prices, demand and positions, each with a new plan, and one parameter at a time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analyses.electricity.choice import Choice, Question, ask, choose_fast, start_from
from analyses.electricity.columns import SENSITIVITY, names
from analyses.electricity.hydro import falls_within_reach
from analyses.electricity.parameters import ElectricityParameters, uncertain
from analyses.electricity.paths import FloatArray, IntArray
from analyses.electricity.ranking import grid_to_offgrid_ratio, rank_by_ratio
from analyses.electricity.routing import own_way_cost
from analyses.electricity.settlements import Places, line_factor
from analyses.electricity.study import Priced, Study, price
from gis.raster import rasterize, xy

if TYPE_CHECKING:
    import geopandas as gpd

NOT_A_COST = frozenset(
    {
        "tariff_vnd_per_kwh",
        "household_size",
        "forest_delay_months",
        "minigrid_mvnd_per_kwp",
        "home_tier2_mvnd",
        "pico_unit_mvnd",
        "pvout_kwh_per_kwp",
        "worst_month_factor",
        "price_escalation_pct",
        "benchmark_mvnd_per_household",
        "screening_mv_m_per_household",
        "mv_drop_limit_pct",
        "existing_drop_pct",
        "conductor_mvnd_per_tonne",
        "regulator_mvnd",
        "step_up_mvnd",
    }
)
"""Ranges that do not enter the comparison: checks, reports, and what the solar layer overrides."""


@dataclass(frozen=True, eq=False)
class Spread:
    """Result of the draws, all (n,).

    Attributes
    ----------
    grid_probability
        Part of the draws in which the plan connects the settlement.
    rank_low, rank_high
        5 % and 95 % point of its rank.
    """

    grid_probability: FloatArray
    rank_low: FloatArray
    rank_high: FloatArray


def ranges(parameters: ElectricityParameters) -> dict[str, tuple[float, float, float]]:
    """Low, present and high value of everything uncertain that enters the comparison; a value set outside its range widens it."""
    found = {}
    for name, (low, _, high) in uncertain(type(parameters)).items():
        if name not in NOT_A_COST:
            value = float(getattr(parameters, name))
            found[name] = (min(low, value), value, max(high, value))
    return found


def drawn_parameters(parameters: ElectricityParameters, rng: np.random.Generator) -> ElectricityParameters:
    """Draw every uncertain parameter once from a triangle over its range with the peak at its present value."""
    drawn = {
        name: float(rng.triangular(low, mode, high)) if high > low else mode
        for name, (low, mode, high) in ranges(parameters).items()
    }
    first = drawn["household_kwh_per_month_year1"]
    drawn["household_kwh_per_month_year10"] = max(first, drawn["household_kwh_per_month_year10"])
    return parameters.model_copy(update=drawn)


def least_line_distance_m(settlements: gpd.GeoDataFrame, parameters: ElectricityParameters) -> FloatArray:
    """How far from existing lines settlements without grid must lie, or they would have been connected [m], (n,).

    Notes
    -----
    0.4 kV lines reach everybody within `without_grid_m`. Programmes so far have connected whole villages that needed less than
    `screening_mv_m_per_household`, so those that are left need more.
    """
    reached = np.full(len(settlements), parameters.without_grid_m)
    connected = settlements["households"].to_numpy(dtype=np.float64) * parameters.screening_mv_m_per_household
    return np.where(settlements["kind"] == "village", np.maximum(reached, connected), reached)


def position_cells(study: Study, communes: gpd.GeoDataFrame, *, least_line_m: FloatArray) -> list[IntArray]:
    """Cells where each settlement may truly lie: within its radius, in its commune, where one without grid can be; else its own cell.

    Nobody lives in natural or special-use forest (hamlets in it stand on clearings that the forest layer leaves out: assumption), nor nearer to a
    medium-voltage line than `least_line_m`, or than the mapped point where that is nearer.
    """
    grid = study.surface.grid
    numbered = communes[["geometry"]].assign(number=np.arange(1, len(communes) + 1))
    commune = rasterize(numbered, grid, column="number", dtype="int32").values
    commune = np.where(study.surface.passable & ~study.surface.restricted_forest, commune, 0)
    line_m = study.surface.line_distance_m()
    rows, cols = grid.shape
    found = []
    for place, cell in enumerate(study.routes.cell):
        reach = int(study.places.position_accuracy_m[place] / grid.cell_size_m)
        if cell < 0 or reach < 1:
            found.append(np.array([cell], dtype=np.int64))
            continue
        row, col = divmod(int(cell), cols)
        r0, r1, c0, c1 = (
            max(row - reach, 0),
            min(row + reach + 1, rows),
            max(col - reach, 0),
            min(col + reach + 1, cols),
        )
        r, c = np.mgrid[r0:r1, c0:c1]
        near = ((r - row) ** 2 + (c - col) ** 2 <= reach**2) & (
            commune[r0:r1, c0:c1] == study.places.commune[place] + 1
        )
        near &= line_m[r0:r1, c0:c1] >= min(least_line_m[place], line_m[row, col])
        found.append(np.append((r * cols + c)[near], [] if near.any() else [cell]).astype(np.int64))
    return found


def draw_plans(
    study: Study,
    choice: Choice,
    parameters: ElectricityParameters,
    *,
    settlements: gpd.GeoDataFrame,
    communes: gpd.GeoDataFrame,
    barred: NDArray[np.bool_],
) -> Spread:
    """Draw prices, demand, local conditions and positions, and plan anew each time, starting from the known plan.

    Notes
    -----
    The positions are drawn evenly among the cells within the radius in the commune and priced from the cost-distance raster: the difference to
    the way from the mapped position is added to the settlement's local works. Ground and streams are those of the drawn position: each draw gives
    every fall to the settlement that lies nearest in it. Prices are common to all settlements of a draw;
    local works, off-grid plants and pieces of line also have their own spread. Random numbers follow the settlements' identifiers, so
    the order of rows does not matter. Each draw takes the fast primal of the tree solver, not its proof.
    """
    count = parameters.draws
    rng = np.random.default_rng(parameters.random_seed)
    identifier = settlements["settlement_id"].astype(str).to_numpy()
    by_id = np.argsort(identifier)
    cells = position_cells(study, communes, least_line_m=least_line_distance_m(settlements, parameters))
    start = start_from(study.network, choice)
    here = own_way_cost(study.routes, study.routes.cell)
    connected = np.zeros(len(cells))
    ranks = np.empty((count, len(cells)))
    for draw in range(count):
        p = drawn_parameters(parameters, rng)
        place_random, local_noise, off_noise = np.empty(len(cells)), np.empty(len(cells)), np.empty(len(cells))
        place_random[by_id] = rng.random(len(cells))
        local_noise[by_id] = _noise(rng, len(cells), p.local_cost_sd)
        off_noise[by_id] = _noise(rng, len(cells), p.local_cost_sd)
        at = np.array([options[int(u * len(options))] for options, u in zip(cells, place_random, strict=True)])
        there = own_way_cost(study.routes, at)
        priced = price(_study_with_places_at(study, at, p), p, barred=barred)
        scale = line_factor(p) * p.mv35_line_mvnd_per_km / parameters.mv35_line_mvnd_per_km
        question = _moved(
            study,
            priced,
            moved_mvnd=(there - np.where(np.isfinite(here), here, 0.0)) * scale,
            local_mvnd=priced.works.total_life_cycle_mvnd * local_noise,
            offgrid_mvnd=priced.offgrid.best_mvnd * off_noise,
            edge_noise=_noise(rng, len(study.network.ends), p.local_cost_sd),
            blocked=~np.isfinite(there) | barred | study.forbidden,
        )
        plan = choose_fast(study.network, question, start=start)
        alone = there * scale + priced.works.total_life_cycle_mvnd * local_noise
        offgrid = priced.offgrid.best_mvnd * off_noise
        unmapped = ~study.routes.reachable & np.isfinite(alone) & (alone < offgrid) & ~barred & ~study.forbidden
        connected += plan.on_grid | (unmapped & (study.places.households > 0))
        ratio = grid_to_offgrid_ratio(np.where(np.isfinite(alone), alone, np.nan), offgrid)
        ranks[draw] = rank_by_ratio(ratio, study.places.households, identifier)
    low, high = np.percentile(ranks, [5, 95], axis=0)
    return Spread(grid_probability=connected / max(count, 1), rank_low=np.floor(low), rank_high=np.ceil(high))


def _noise(rng: np.random.Generator, count: int, sd: float) -> FloatArray:
    """Factors around 1 with a relative spread, mean 1."""
    return np.asarray(np.exp(rng.standard_normal(count) * sd - sd**2 / 2))


def _moved(
    study: Study,
    priced: Priced,
    *,
    moved_mvnd: FloatArray,
    local_mvnd: FloatArray,
    offgrid_mvnd: FloatArray,
    edge_noise: FloatArray,
    blocked: NDArray[np.bool_],
) -> Question:
    """Question of one draw: the way to the drawn position counts as local works, and a position without a way bars the grid."""
    moved = np.where(np.isfinite(moved_mvnd), moved_mvnd, 0.0)
    inhabited = study.places.households > 0
    barred = blocked | ~inhabited
    return ask(
        study.network,
        edge_mvnd=priced.question.edge_mvnd * edge_noise,
        local_mvnd=local_mvnd + moved,
        offgrid_mvnd=np.where(inhabited, offgrid_mvnd, 0.0),
        required=priced.question.required & ~barred,
        barred=barred,
    )


def moved_places(study: Study, cells: IntArray) -> Places:
    """Settlements at other cells of the routing raster, on the ground there; those at their own cell, or outside, stay as they are."""
    places, surface = study.places, study.surface
    moves = (cells != study.routes.cell) & (cells >= 0)
    at = np.where(moves, cells, 0)
    x, y = xy(surface.grid, at // surface.grid.shape[1], at % surface.grid.shape[1])
    return replace(
        places,
        x=np.where(moves, x, places.x),
        y=np.where(moves, y, places.y),
        roughness=np.where(moves, surface.roughness.ravel()[at], places.roughness),
        at_22_kv=np.where(moves, surface.at_22_kv.ravel()[at], places.at_22_kv),
    )


def _study_with_places_at(study: Study, cells: IntArray, parameters: ElectricityParameters) -> Study:
    """Study with its settlements at other cells, each with the falls that are nearest to it there; lines and network stay."""
    places = moved_places(study, cells)
    reach = falls_within_reach(places, study.resources.falls, parameters)
    return replace(study, places=places, resources=replace(study.resources, reach=reach))


def sensitivity(
    study: Study, choice: Choice, parameters: ElectricityParameters, *, barred: NDArray[np.bool_]
) -> pd.DataFrame:
    """Move every uncertain parameter alone to the ends of its range and plan anew: which one changes most households' choice."""
    start = start_from(study.network, choice)
    rows = []
    for name, (low, now, high) in ranges(parameters).items():
        for end, value in (("low", low), ("high", high)):
            if value == now:
                continue
            p = parameters.model_copy(update={name: value})
            plan = choose_fast(study.network, price(study, p, barred=barred).question, start=start)
            changed = plan.on_grid != choice.on_grid
            rows.append(
                {
                    "parameter": name,
                    "value": value,
                    "end": end,
                    "choices_changed": int(changed.sum()),
                    "households_changed": int(study.places.households[changed].sum()),
                    "grid_settlements": int(plan.on_grid.sum()),
                    "cost_mvnd": plan.cost_mvnd,
                }
            )
    table = pd.DataFrame(rows, columns=names(SENSITIVITY))
    table = table.sort_values(["households_changed", "parameter", "end"], ascending=[False, True, True], kind="stable")
    return table.reset_index(drop=True)
