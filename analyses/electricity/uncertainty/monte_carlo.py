"""How sure the choice is: draws of prices, demand and positions, each with a new plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray
from infragap.analyses.draws import draw_generator
from infragap.analyses.electricity.demand.life_cycle import line_factor
from infragap.analyses.electricity.demand.load import household_energy_pv_kwh
from infragap.analyses.electricity.demand.local_works import mv_mvnd_per_km, terrain
from infragap.analyses.electricity.least_cost.choice import SupplyCosts, choose_plan_fast, start_from, state_problem
from infragap.analyses.electricity.least_cost.costs import cost_study
from infragap.analyses.electricity.least_cost.plan import Plan
from infragap.analyses.electricity.least_cost.rank import grid_to_offgrid_ratio, rank_by_ratio
from infragap.analyses.electricity.least_cost.study import Study
from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.analyses.electricity.routing.line_components import unit_prices
from infragap.analyses.electricity.routing.network import CandidateNetwork
from infragap.analyses.electricity.routing.routes import own_way_cost
from infragap.analyses.electricity.uncertainty.positions import (
    PossibleCells,
    least_line_distance_m,
    moved_settlements,
    position_cells,
)
from infragap.analyses.electricity.uncertainty.ranges import drawn_parameters
from infragap.analyses.reuse import content_of, remembered

OUT_OF_REACH_MVND = 1e9
"""Price of a line that cannot be built: above any plan."""


@dataclass(frozen=True, eq=False)
class DrawSummary:
    """Result of the draws, all (n,).

    Attributes
    ----------
    grid_probability
        Part of the draws in which the plan has the settlement on the national grid.
    works_probability
        Part of the draws in which it is supplied in the way of the plan: by a station of its own, from one that stands
        already, or off the grid.
    demand_turns
        How far the parts differ in which it is not, between the half of the draws with more demand and the other.
    rank_low, rank_high
        5 % and 95 % point of its rank.
    """

    grid_probability: FloatArray
    works_probability: FloatArray
    demand_turns: FloatArray
    rank_low: FloatArray
    rank_high: FloatArray


@dataclass(frozen=True, eq=False)
class Known:
    """What all draws share: the plan, where settlements can be, the network with their drawn positions, the start."""

    plan: Plan
    cells: PossibleCells
    network: CandidateNetwork
    start: BoolArray
    by_id: IntArray


@dataclass(frozen=True, eq=False)
class Draw:
    """One draw: (n,) who is on the national grid, who keeps the supply of the plan, ranks; demand of a household."""

    national_grid: BoolArray
    keeps: BoolArray
    rank: FloatArray
    household_kwh: float


def cells_of(plan: Plan) -> PossibleCells:
    """Where each settlement of a plan may lie."""
    study = plan.study
    least_line_m = least_line_distance_m(study.inputs.settlements, plan.parameters)
    return remembered(
        "positions",
        lambda _: position_cells(study, least_line_m=least_line_m),
        plan.parameters,
        (study.inputs, study.grid, study.surface.grid, _what_positions_read(study, least_line_m)),
    )


def what_draws_share(plan: Plan, cells: PossibleCells) -> Known:
    """Prepare once what no draw changes; `cells` are those of the plan (`cells_of`)."""
    study = plan.study
    return Known(
        plan=plan,
        cells=cells,
        network=_with_drawn_positions(study.network),
        start=np.concatenate([start_from(study.network, plan.choice), plan.choice.on_grid]),
        by_id=np.argsort(study.inputs.identifiers),
    )


def _what_positions_read(study: Study, least_line_m: FloatArray) -> str:
    surface = study.surface
    ground = (surface.passable, surface.restricted_forest, surface.corridors.on_road)
    return content_of(least_line_m, study.routes.cell, *ground)


def one_draw(known: Known, draw: int) -> Draw:
    """Plan draw number `draw` anew; it depends on the seed and its number alone, not on other draws.

    Notes
    -----
    Positions are drawn evenly among the cells within the radius in the commune. A settlement that has moved may join
    the grid by its own way from the drawn position, priced from the cost-distance raster, or by a straight line to its
    mapped position in the network. Ground and streams are those of the drawn position: each draw gives every fall to
    the settlement that lies nearest in it. Prices are common to all settlements of a draw; local works, off-grid plants
    and pieces of line also have their own spread. Random numbers follow the settlements' identifiers, so the order of
    rows does not matter. Each draw takes the fast primal of the tree solver, not its proof, and the price of households
    that the target of the plan comes to.
    """
    plan = known.plan
    study, choice, parameters, barred = plan.study, plan.choice, plan.parameters, plan.loading.barred
    n, rng = len(study.settlements), draw_generator(parameters.random_seed, draw)
    inhabited = study.settlements.households > 0
    p = drawn_parameters(parameters, rng)
    place_random, local_noise, off_noise, line_noise = (np.empty(n) for _ in range(4))
    place_random[known.by_id] = rng.random(n)
    for noise in (local_noise, off_noise, line_noise):
        noise[known.by_id] = _noise(rng, n, p.local_cost_sd)
    at = known.cells.drawn(place_random)
    moved = _study_with_settlements_at(study, at, p)
    costs = cost_study(moved, p, barred=barred)
    own = own_way_cost(study.routes, at) * _dearer(study, p, parameters) * line_factor(p) * line_noise
    local = costs.works.total_life_cycle_mvnd * local_noise
    offgrid = np.where(inhabited, costs.problem.offgrid_mvnd, np.nan) * off_noise
    pieces = costs.problem.edge_mvnd * _noise(rng, len(study.network.ends), p.local_cost_sd)
    problem = state_problem(
        known.network,
        edge_mvnd=np.concatenate([pieces, _ways_from_drawn_positions(study, moved, at, own, p)]),
        supply=SupplyCosts(
            local_mvnd=local,
            lv_mvnd=costs.problem.lv_mvnd * local_noise,
            offgrid_mvnd=np.where(inhabited, offgrid, 0.0),
            households=study.settlements.households,
        ),
        must_grid=costs.problem.must_grid,
        barred=~np.isfinite(own) | barred | study.forbidden | ~inhabited,
        household_price_mvnd=choice.household_price_mvnd,
    )
    drawn = choose_plan_fast(known.network, problem, start=known.start)
    ratio = grid_to_offgrid_ratio(np.where(np.isfinite(own), own + local, np.nan), offgrid)
    return Draw(
        national_grid=drawn.national_grid,
        keeps=(drawn.on_grid == choice.on_grid) & (drawn.on_lv == choice.on_lv),
        rank=rank_by_ratio(ratio, study.settlements.households, study.inputs.identifiers).astype(float),
        household_kwh=household_energy_pv_kwh(p),
    )


def summarised(draws: Sequence[Draw], n: int) -> DrawSummary:
    """Count the draws, in whatever parts they were made, for n settlements."""
    connected, same, ranks = (
        np.array([getattr(draw, name) for draw in draws], dtype=kind).reshape(len(draws), n)
        for name, kind in (("national_grid", bool), ("keeps", bool), ("rank", float))
    )
    low, high = np.percentile(ranks, [5, 95], axis=0)
    return DrawSummary(
        grid_probability=connected.sum(axis=0) / max(len(draws), 1),
        works_probability=same.mean(axis=0),
        demand_turns=_turned_by(same, np.array([draw.household_kwh for draw in draws])),
        rank_low=np.floor(low),
        rank_high=np.ceil(high),
    )


def _turned_by(same: BoolArray, value: FloatArray) -> FloatArray:
    """How far the part of the draws that keep a settlement's choice differs between high and low values, (n,)."""
    high = value > np.median(value)
    if high.all() or not high.any():
        return np.zeros(same.shape[1])
    return np.asarray(np.abs(same[high].mean(axis=0) - same[~high].mean(axis=0)))


def _noise(rng: np.random.Generator, count: int, sd: float) -> FloatArray:
    """Factors around 1 with a relative spread, mean 1."""
    return np.asarray(np.exp(rng.standard_normal(count) * sd - sd**2 / 2))


def _with_drawn_positions(network: CandidateNetwork) -> CandidateNetwork:
    """Network with one more node for each settlement, its drawn position, joined to the grid and to its mapped one."""
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


def _ways_from_drawn_positions(
    study: Study, moved: Study, cells: IntArray, own_mvnd: FloatArray, parameters: ElectricityParameters
) -> FloatArray:
    """Cost of the edges that `_with_drawn_positions` adds, in its order: one that has not moved is at its mapped
    position, at no cost."""
    p, mapped = parameters, study.network.terminal > 0
    stays = cells == study.routes.cell
    own = np.where(np.isfinite(own_mvnd), own_mvnd, OUT_OF_REACH_MVND)
    own = np.where(stays, np.where(study.network.terminal == 0, 0.0, OUT_OF_REACH_MVND), own)
    km = np.hypot(moved.settlements.x - study.settlements.x, moved.settlements.y - study.settlements.y) / 1000
    per_km = mv_mvnd_per_km(moved.settlements, p) * terrain(moved.settlements, p) * line_factor(p)
    return np.concatenate([own, np.where(stays, 0.0, km * per_km)[mapped]])


def _dearer(study: Study, drawn: ElectricityParameters, usual: ElectricityParameters) -> FloatArray:
    """Price of each settlement's own line at drawn prices by that at the usual ones; of a plain line where it has
    none."""
    components = np.nan_to_num(study.routes.components)
    now, then = components @ unit_prices(drawn), components @ unit_prices(usual)
    plain = drawn.mv35_line_mvnd_per_km / usual.mv35_line_mvnd_per_km
    return np.asarray(np.divide(now, then, out=np.full(len(now), plain), where=then > 0))


def _study_with_settlements_at(study: Study, cells: IntArray, parameters: ElectricityParameters) -> Study:
    """Study with its settlements at other cells, each with the falls that are nearest to it there; lines and network
    stay."""
    settlements = moved_settlements(study, cells)
    return replace(study, settlements=settlements, resources=study.resources.around(settlements, parameters))
