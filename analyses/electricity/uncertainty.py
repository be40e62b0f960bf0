"""How sure the choice is: draws of prices, demand and positions, each with a new plan, and one parameter at a time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray
from infragap.analyses.columns import names
from infragap.analyses.electricity.choice import Choice, ask, choose_fast, start_from
from infragap.analyses.electricity.columns import SENSITIVITY
from infragap.analyses.electricity.hydro import falls_within_reach
from infragap.analyses.electricity.parameters import ElectricityParameters, uncertain
from infragap.analyses.electricity.paths import Network
from infragap.analyses.electricity.positions import least_line_distance_m, moved_places, position_cells
from infragap.analyses.electricity.ranking import grid_to_offgrid_ratio, rank_by_ratio
from infragap.analyses.electricity.routing import own_way_cost
from infragap.analyses.electricity.settlements import line_factor, mv_mvnd_per_km, terrain
from infragap.analyses.electricity.study import Study, price
from infragap.analyses.electricity.surface import unit_prices
from infragap.analyses.parameters import describe

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


OUT_OF_REACH_MVND = 1e9
"""Price of a line that cannot be built: above any plan."""


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


def draw_plans(
    study: Study,
    choice: Choice,
    parameters: ElectricityParameters,
    *,
    settlements: gpd.GeoDataFrame,
    communes: gpd.GeoDataFrame,
    barred: BoolArray,
) -> Spread:
    """Draw prices, demand, local conditions and positions, and plan anew each time, starting from the known plan.

    Notes
    -----
    Positions are drawn evenly among the cells within the radius in the commune. A settlement that has moved may join the grid by its own way from
    the drawn position, priced from the cost-distance raster, or by a straight line to its mapped place in the network. Ground and streams are those
    of the drawn position: each draw gives every fall to the settlement that lies nearest in it. Prices are common to all settlements of a
    draw; local works, off-grid plants and pieces of line also have their own spread. Random numbers follow the settlements' identifiers, so
    the order of rows does not matter. Each draw takes the fast primal of the tree solver, not its proof.
    """
    count, n = parameters.draws, len(study.places)
    rng = np.random.default_rng(parameters.random_seed)
    identifier = settlements["settlement_id"].astype(str).to_numpy()
    by_id = np.argsort(identifier)
    cells = position_cells(study, communes, least_line_m=least_line_distance_m(settlements, parameters))
    network = _with_drawn_places(study.network)
    start = np.concatenate([start_from(study.network, choice), choice.on_grid])
    connected, ranks = np.zeros(n), np.empty((count, n))
    for draw in range(count):
        p = drawn_parameters(parameters, rng)
        place_random, local_noise, off_noise, line_noise = (np.empty(n) for _ in range(4))
        place_random[by_id] = rng.random(n)
        for noise in (local_noise, off_noise, line_noise):
            noise[by_id] = _noise(rng, n, p.local_cost_sd)
        at = np.array([options[int(u * len(options))] for options, u in zip(cells, place_random, strict=True)])
        moved = _study_with_places_at(study, at, p)
        priced = price(moved, p, barred=barred)
        own = own_way_cost(study.routes, at) * _dearer(study, p, parameters) * line_factor(p) * line_noise
        local = priced.works.total_life_cycle_mvnd * local_noise
        offgrid = priced.offgrid.best_mvnd * off_noise
        pieces = priced.question.edge_mvnd * _noise(rng, len(study.network.ends), p.local_cost_sd)
        inhabited = study.places.households > 0
        off_limits = ~np.isfinite(own) | barred | study.forbidden | ~inhabited
        question = ask(
            network,
            edge_mvnd=np.concatenate([pieces, _ways_from_drawn_places(study, moved, at, own, p)]),
            local_mvnd=local,
            offgrid_mvnd=np.where(inhabited, offgrid, 0.0),
            required=(study.forced | p.all_on_grid) & ~off_limits,
            barred=off_limits,
        )
        connected += choose_fast(network, question, start=start).on_grid
        ratio = grid_to_offgrid_ratio(np.where(np.isfinite(own), own + local, np.nan), offgrid)
        ranks[draw] = rank_by_ratio(ratio, study.places.households, identifier)
    low, high = np.percentile(ranks, [5, 95], axis=0)
    return Spread(grid_probability=connected / max(count, 1), rank_low=np.floor(low), rank_high=np.ceil(high))


def _noise(rng: np.random.Generator, count: int, sd: float) -> FloatArray:
    """Factors around 1 with a relative spread, mean 1."""
    return np.asarray(np.exp(rng.standard_normal(count) * sd - sd**2 / 2))


def _with_drawn_places(network: Network) -> Network:
    """Network with one more node for each settlement, its drawn place, joined to the grid and to its mapped place."""
    count, n = len(network.node_cell), len(network.terminal)
    drawn = count + np.arange(n)
    mapped = network.terminal > 0
    own = np.column_stack([np.zeros(n, dtype=np.int64), drawn])
    to_mapped = np.column_stack([network.terminal[mapped], drawn[mapped]])
    return replace(
        network,
        node_cell=np.append(network.node_cell, np.full(n, -1)),
        terminal=drawn,
        ends=np.concatenate([network.ends, own, to_mapped]),
    )


def _ways_from_drawn_places(
    study: Study, moved: Study, cells: IntArray, own_mvnd: FloatArray, parameters: ElectricityParameters
) -> FloatArray:
    """Cost of the edges that `_with_drawn_places` adds, in its order: who has not moved is at his mapped place, at no cost."""
    p, mapped = parameters, study.network.terminal > 0
    stays = cells == study.routes.cell
    own = np.where(np.isfinite(own_mvnd), own_mvnd, OUT_OF_REACH_MVND)
    own = np.where(stays, np.where(study.network.terminal == 0, 0.0, OUT_OF_REACH_MVND), own)
    km = np.hypot(moved.places.x - study.places.x, moved.places.y - study.places.y) / 1000
    per_km = mv_mvnd_per_km(moved.places, p) * terrain(moved.places, p) * line_factor(p)
    return np.concatenate([own, np.where(stays, 0.0, km * per_km)[mapped]])


def _dearer(study: Study, drawn: ElectricityParameters, usual: ElectricityParameters) -> FloatArray:
    """Price of each settlement's own line at drawn prices by that at the usual ones; of a plain line where it has none."""
    components = np.nan_to_num(study.routes.components)
    now, then = components @ unit_prices(drawn), components @ unit_prices(usual)
    plain = drawn.mv35_line_mvnd_per_km / usual.mv35_line_mvnd_per_km
    return np.asarray(np.divide(now, then, out=np.full(len(now), plain), where=then > 0))


def _study_with_places_at(study: Study, cells: IntArray, parameters: ElectricityParameters) -> Study:
    """Study with its settlements at other cells, each with the falls that are nearest to it there; lines and network stay."""
    places = moved_places(study, cells)
    reach = falls_within_reach(places, study.resources.falls, parameters)
    return replace(study, places=places, resources=replace(study.resources, reach=reach))


def sensitivity(study: Study, choice: Choice, parameters: ElectricityParameters, *, barred: BoolArray) -> pd.DataFrame:
    """Move every uncertain parameter alone to the ends of its range and plan anew: which one changes most households' choice."""
    start = start_from(study.network, choice)
    known = describe(parameters).set_index("parameter")
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
                    "parameter_vi": known.loc[name, "name_vi"],
                    "value": value,
                    "unit": known.loc[name, "unit"],
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
