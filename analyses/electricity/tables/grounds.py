"""What the reasons of all settlements rest on, read from the plan."""

from __future__ import annotations

import numpy as np

from infragap.analyses.arrays import BoolArray, FloatArray
from infragap.analyses.electricity.codes import GridRule, Supply, Works
from infragap.analyses.electricity.demand.life_cycle import line_factor
from infragap.analyses.electricity.demand.local_works import mv_mvnd_per_km
from infragap.analyses.electricity.least_cost.line_cost import line_life_cycle
from infragap.analyses.electricity.least_cost.outcome import ALL_OPTIONS
from infragap.analyses.electricity.least_cost.plan import Plan
from infragap.analyses.electricity.least_cost.targets import binding, required_villages
from infragap.analyses.electricity.offgrid.sites import EVIDENCE
from infragap.analyses.electricity.routing.line_components import line_km, standing_km
from infragap.analyses.electricity.tables.reasons import Grounds
from infragap.analyses.electricity.tables.targets import target_price_mvnd
from infragap.analyses.electricity.uncertainty.assessment import Uncertainty

MOSTLY_STANDING = 0.5
"""Where more than this part of a settlement's line from the tap stands already, its works are switching that on; the
station on the spot and the rest of the line come on top, and are priced (the boundary is an assumption)."""


def grounds_of(plan: Plan, uncertainty: Uncertainty) -> list[Grounds]:
    """Give the grounds of every settlement, in the order of the layer."""
    draws = uncertainty.draws
    study, costs, outcome, p = plan.study, plan.costs, plan.outcome, plan.parameters
    settlements = study.settlements
    length, if_forest, limit_km = study.routes.length_km, if_forest_mvnd(plan), break_even_km(plan)
    branches = outcome.branches
    below, top = branches.below(np.ones(len(length))), branches.tap()
    rules, standing, works = grid_rules(plan), _standing_km(plan), works_of(plan)
    price = target_price_mvnd(plan)
    low_voltage = costs.low_voltage
    lasts = {name: option.lasting(p) for name, option in costs.offgrid.options.items()}
    evidence = best_evidence(plan)
    found = []
    for k in range(len(length)):
        branch = int(branches.branch_of[k])
        interim = _cheaper_interim(plan, lasts, k)
        runner_up = int(outcome.runner_up[k])
        found.append(
            Grounds(
                households=int(settlements.households[k]),
                choice=ALL_OPTIONS[outcome.choice[k]],
                cost_mvnd=float(outcome.choice_mvnd[k]),
                runner_up=ALL_OPTIONS[runner_up] if runner_up >= 0 else None,
                runner_up_mvnd=float(outcome.runner_up_mvnd[k]),
                mv_km=float(length[k]),
                break_even_km=float(limit_km[k]),
                shares_line=bool(branch >= 0 and below[top[branch]] > 1),
                on_line=bool(study.network.terminal[k] == 0),
                forest_blocks=bool(np.isfinite(if_forest[k])),
                if_forest_mvnd=float(if_forest[k]),
                must=rules[k],
                works=works[k],
                from_station=bool(outcome.on_lv[k]),
                station_km=float(low_voltage.distance_m[k]) / 1000,
                target_price_mvnd=float(price[k]),
                standing_km=float(standing[k]),
                must_not=_must_not(forbidden=bool(study.forbidden[k]), waits=bool(plan.loading.barred[k])),
                has_home_system=bool(settlements.has_home_system[k]),
                lasting=bool(outcome.lasting[k]),
                cheaper_interim=interim,
                interim_mvnd=float(costs.offgrid.options[interim].life_cycle_mvnd[k]) if interim else 0.0,
                survey_saves_mvnd=float(uncertainty.streams.saving_mvnd[k]),
                shares_plant=bool(outcome.joint[k] >= 0),
                stream_modelled=evidence[k] == "modelled",
                position_accuracy_m=float(settlements.position_accuracy_m[k]),
                grid_probability=None if draws is None else float(draws.grid_probability[k]),
            )
        )
    return found


def _standing_km(plan: Plan) -> FloatArray:
    """What of each settlement's line stands but was never switched on, (n,): from the tap in the plan, otherwise of its
    own way."""
    branches = plan.outcome.branches
    own = standing_km(np.nan_to_num(plan.study.routes.components))
    if len(branches) == 0:
        return own
    along = branches.along(standing_km(branches.components))
    return np.where(branches.branch_of >= 0, along[np.maximum(branches.branch_of, 0)], own)


def grid_rules(plan: Plan) -> list[GridRule]:
    """Why each settlement is on the national grid where that is not free, (n,)."""
    study, p, problem = plan.study, plan.parameters, plan.costs.problem
    by_user = study.forced | p.all_on_grid
    villages = required_villages(study, binding(study, p))
    lone = ~np.isfinite(problem.offgrid_mvnd)
    wired = study.settlements.has_unsafe_wires & ~(p.unsafe_may_leave_grid)
    priced = target_price_mvnd(plan) > 0
    found = []
    for k in range(len(by_user)):
        rule = GridRule.FREE
        if by_user[k]:
            rule = GridRule.USER
        elif lone[k]:
            rule = GridRule.LONE
        elif villages[k] and priced[k]:
            rule = GridRule.VILLAGE_TARGET
        elif wired[k] and priced[k]:
            rule = GridRule.UNSAFE_WIRES
        elif priced[k]:
            rule = GridRule.HOUSEHOLD_TARGET
        found.append(rule)
    return found


def works_of(plan: Plan) -> list[Works]:
    """Say what is built for each settlement, (n,).

    Notes
    -----
    A line that was built but never switched on makes its works switching it on where it is more than `MOSTLY_STANDING`
    of the way from the tap; the settlement still needs a station.
    """
    outcome, branches = plan.outcome, plan.branches
    switched = np.zeros(len(outcome.on_grid), dtype=bool)
    if len(branches):
        along, standing = (branches.along(of(branches.components)) for of in (line_km, standing_km))
        at = np.maximum(branches.branch_of, 0)
        switched = (branches.branch_of >= 0) & (standing[at] > MOSTLY_STANDING * along[at])
    found = []
    for k, on_grid in enumerate(outcome.on_grid):
        if outcome.on_lv[k]:
            found.append(Works(str(plan.costs.low_voltage.works[k])))
        else:
            on_line = Works.ENERGISE if switched[k] else Works.NEW_STATION
            found.append(on_line if on_grid else Works.OFFGRID)
    return found


def _must_not(*, forbidden: bool, waits: bool) -> GridRule:
    return GridRule.USER if forbidden else GridRule.HEADROOM if waits else GridRule.FREE


def _cheaper_interim(plan: Plan, lasts: dict[Supply, BoolArray], k: int) -> Supply | None:
    """Cheapest supply that undercuts the choice or its runner-up but does not reach the service floor."""
    found, least = None, float(np.fmax(plan.outcome.choice_mvnd[k], plan.outcome.runner_up_mvnd[k]))
    for name, option in plan.costs.offgrid.options.items():
        cost = float(option.life_cycle_mvnd[k])
        if cost < least and not bool(lasts[name][k]):
            found, least = name, cost
    return found


def if_forest_mvnd(plan: Plan) -> FloatArray:
    """Life-cycle cost through forest where only forest stands in the way, (n,); NaN elsewhere."""
    routes = plan.study.routes
    blocked = ~routes.reachable & np.isfinite(routes.if_forest_mvnd)
    line_mvnd = routes.if_forest_mvnd * line_factor(plan.parameters)
    return np.where(blocked, line_mvnd + plan.costs.works.total_life_cycle_mvnd, np.nan)


def break_even_km(plan: Plan) -> FloatArray:
    """Length of an own line at which grid and best off-grid option cost the same, at the price of the settlement's own
    way, (n,)."""
    study, p = plan.study, plan.parameters
    length = study.routes.length_km
    own_price = np.divide(
        line_life_cycle(np.nan_to_num(study.routes.components), p),
        length,
        out=np.full(len(length), np.nan),
        where=np.isfinite(length) & (length > 0),
    )
    rough_mvnd = mv_mvnd_per_km(study.settlements, p) * p.terrain_factor * line_factor(p)
    price_per_km = np.where(np.isfinite(own_price), own_price, rough_mvnd)
    gain = np.maximum(plan.costs.gain_mvnd, 0.0)
    return np.where(np.isfinite(gain), gain / price_per_km, np.nan)


def best_evidence(plan: Plan) -> list[str]:
    """What the best known stream within reach of each settlement rests on, (n,); empty where there is none."""
    water = plan.study.resources.water
    best = np.full(len(plan.study.settlements), len(EVIDENCE))
    np.minimum.at(best, water.nearby.settlement, water.sites.evidence[water.nearby.site])
    return [(*EVIDENCE, "")[k] for k in best]
