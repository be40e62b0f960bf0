"""What other rules would cost: everything on the grid, forest rules, discount rates and demand tiers beside the
plan."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from infragap.analyses.electricity.feeders.remedies import Remedies
from infragap.analyses.electricity.feeders.voltage_plan import keep_voltage
from infragap.analyses.electricity.headroom.search import within_headroom
from infragap.analyses.electricity.least_cost.accounts import households_off
from infragap.analyses.electricity.least_cost.choice import LARGE_LINES as VERY_LARGE_LINES
from infragap.analyses.electricity.least_cost.plan import Plan, least_cost
from infragap.analyses.electricity.least_cost.record import plan_record
from infragap.analyses.electricity.least_cost.study import Layout, Study
from infragap.analyses.electricity.least_cost.targets import binding, households_left
from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.analyses.electricity.routing.candidates import candidate_network
from infragap.analyses.electricity.routing.routes import with_lawful_routes
from infragap.analyses.memory import give_back_memory

SAFE_SUPPLY, VOLTAGE_KEPT = "safe_supply_only", "voltage_kept"

TARGET_SCENARIOS: dict[str, dict[str, Any]] = {
    "least_cost": {"targets_bind": False},
    "villages_only": {"target_households_on_grid_pct": 0.0, "target_safe_supply_pct": 0.0},
    "households_only": {"target_villages_on_grid_pct": 0.0, "target_safe_supply_pct": 0.0},
    SAFE_SUPPLY: {"target_villages_on_grid_pct": 0.0, "target_households_on_grid_pct": 0.0},
}
"""Plans with other targets, at the same prices and within the same limits; what each changes."""

ALTERNATIVES: dict[str, dict[str, Any]] = {
    "all_on_grid": {"all_on_grid": True},
    "unsafe_may_leave_grid": {"unsafe_may_leave_grid": True},
    "streams_modelled": {"hydro_evidence": "modelled"},
    "three_phase_only": {"line_types": ("three_phase",)},
    "forest_price": {"forest_rule": "price"},
    "forest_ignore": {"forest_rule": "ignore"},
    "discount_6_pct": {"discount_rate_pct": 6.0},
    "discount_12_pct": {"discount_rate_pct": 12.0},
    "demand_tier4": {"demand_tier": "tier4"},
    "demand_tier5": {"demand_tier": "tier5"},
}
"""Plans under other rules or assumptions, the targets of the run kept; what each changes."""

NEW_NETWORK = frozenset({"forest_rule"})
"""Changes that bring lines elsewhere, so that their network is enriched too."""


WORK_OF_ALTERNATIVES = 0.2
"""Share of the plan's work for a plan under other rules: it starts from the plan, and its bound is told. Where
the plan itself is hard to prove, ten others would take ten times as long."""

LARGE_LINES = 15_000
"""Candidate lines from which on a plan under other rules is proven to the gap of the whole and no further: on fewer,
the optimum costs little more; measured with 25,000 lines, 0.4 s in place of 7 for the same plans."""
WORK_IF_LARGE = 0.1
"""The same share there, where a round of work takes longer."""


@dataclass(frozen=True, eq=False)
class Scenario:
    """One plan beside that of the run.

    Attributes
    ----------
    name
        'scheme' for a run that must meet the targets, of `TARGET_SCENARIOS`, of `ALTERNATIVES`, or 'voltage_kept'.
    plan
        The plan.
    record
        Its cost and bound, as for run.json.
    """

    name: str
    plan: Plan
    record: dict[str, Any]


def compare_scenarios(plan: Plan) -> list[Scenario]:
    """Plan again with other targets and under other rules (to the gap of the parameters); the plan of the run stands
    first.

    Plans with other targets keep within what feeders and substations have left; those under other rules are not held to
    it. All start from the network that the plan's junction rounds have enriched already, so a scenario that must meet
    less is never dearer.
    """
    by_name = {each.name: each for name in asked_of(plan) for each in plan_scenario(plan, name)}
    return [own_scenario(plan), *(by_name[name] for name in order_of(plan))]


def own_scenario(plan: Plan) -> Scenario:
    """The plan of the run among the scenarios."""
    return Scenario(_own_name(plan), plan, plan_record(plan))


def _own_name(plan: Plan) -> str:
    return "scheme" if binding(plan.study, plan.parameters).any else "least_cost"


def order_of(plan: Plan) -> list[str]:
    """Names of the scenarios that differ from a plan, in the order in which they are told."""
    parameters, own = plan.parameters, _own_name(plan)
    return [
        name
        for name, change in (TARGET_SCENARIOS | ALTERNATIVES).items()
        if parameters.model_copy(update=change) != parameters
        and name != own
        and not (name in TARGET_SCENARIOS and own == "least_cost")
    ]


def asked_of(plan: Plan) -> list[str]:
    """Names of those that are planned each for itself (`plan_scenario`), whichever first."""
    return [name for name in order_of(plan) if name != SAFE_SUPPLY]


def plan_scenario(plan: Plan, name: str) -> list[Scenario]:
    """Plan one scenario; that without targets gives the one of safe supply alone too, where it is another."""
    parameters, change = plan.parameters, (TARGET_SCENARIOS | ALTERNATIVES)[name]
    p = parameters.model_copy(update=change)
    rounds = min(p.junction_rounds, 1) if NEW_NETWORK & set(change) else 0
    p = p.model_copy(update={"junction_rounds": rounds} | ({} if name in TARGET_SCENARIOS else _effort(plan)))
    study = plan.study
    if p.forest_rule != parameters.forest_rule:
        study = reroute(study, p)
        give_back_memory()
    if p.hydro_evidence != parameters.hydro_evidence:
        study = replace(study, resources=study.resources.around(study.settlements, p))
    other = least_cost(study, p, near_price_mvnd=plan.choice.household_price_mvnd, like=plan.costs)
    if name in TARGET_SCENARIOS:
        other = within_headroom(other)
        # the plan of the run meets every one of its targets too: one that must meet less is never dearer
        if other.choice.cost_mvnd > plan.choice.cost_mvnd:
            other = replace(plan, parameters=p)
    found = [Scenario(name, other, plan_record(other))]
    if name == "least_cost" and SAFE_SUPPLY in order_of(plan):
        # safe supply takes nothing beyond the plan without targets: it leaves nobody without it
        safe = parameters.model_copy(update=TARGET_SCENARIOS[SAFE_SUPPLY] | {"junction_rounds": 0})
        found.append(Scenario(SAFE_SUPPLY, replace(other, parameters=safe), found[0].record))
    return found


def _effort(plan: Plan) -> dict[str, float]:
    """Work and gap of a plan under other rules. The solver sees the part of the cost that is chosen, so that the gap
    of the whole is a larger one of it."""
    p, choice = plan.parameters, plan.choice
    large = len(plan.study.network.ends) >= LARGE_LINES and choice.chosen_mvnd > 0
    # from `VERY_LARGE_LINES` on every plan stops at the gap of the whole
    of_choice = large and len(plan.study.network.ends) < VERY_LARGE_LINES
    gap = p.plan_gap * max(choice.cost_mvnd / choice.chosen_mvnd, 1.0) if of_choice else p.plan_gap
    share = WORK_IF_LARGE if large else WORK_OF_ALTERNATIVES
    return {"plan_work_limit": p.plan_work_limit * share, "plan_gap": min(gap, 1.0)}


def voltage_kept(plan: Plan, remedies: Remedies) -> Scenario:
    """Plan in which the voltage holds (`voltage_plan.keep_voltage`), its remedies paid; the bound of the plan of the
    run holds here too, unless lines that are not built make it miss the household target."""
    kept, paid = keep_voltage(plan, remedies)
    record = plan_record(kept)
    record["cost_mvnd"] += float(np.nansum(paid.mvnd))
    allowed = households_left(plan.study, binding(plan.study, plan.parameters))
    meets = households_off(kept.choice, kept.costs.problem) <= allowed + 1e-9
    bound = min(float(plan_record(plan)["lower_bound_mvnd"]), record["cost_mvnd"])
    record["lower_bound_mvnd"] = bound if meets else math.nan
    record["status"] = "no bound of its own"
    return Scenario(VOLTAGE_KEPT, kept, record)


def reroute(study: Study, parameters: ElectricityParameters) -> Study:
    """Lay the lines out anew under another forest rule; where it is looser than the study's, all known lines stay
    candidates."""
    surface = study.surface.alike(follows_roads=parameters.keeps_to_roads)
    surface, routes = with_lawful_routes(surface, study.routes.cell, parameters)
    known = None if parameters.keeps_to_roads else study.network
    network = candidate_network(surface, routes, parameters, known=known)
    plain = study.without_standing
    if plain is not None:
        before = replace(
            study, surface=plain.surface, routes=plain.routes, network=plain.network, without_standing=None
        )
        anew = reroute(before, parameters)
        plain = Layout(anew.surface, anew.routes, anew.network)
    return replace(study, surface=surface, routes=routes, network=network, without_standing=plain)
