"""What other rules would cost: everything on the grid, forest rules, discount rates and demand tiers beside the
plan."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from infragap.analyses.electricity.feeders.remedies import Remedies
from infragap.analyses.electricity.feeders.voltage_plan import keep_voltage
from infragap.analyses.electricity.least_cost.plan import Plan, least_cost
from infragap.analyses.electricity.least_cost.record import plan_record
from infragap.analyses.electricity.least_cost.study import Study
from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.analyses.electricity.routing.candidates import candidate_network
from infragap.analyses.electricity.routing.routes import own_routes

ALTERNATIVES: dict[str, dict[str, Any]] = {
    "all_on_grid": {"all_on_grid": True},
    "no_hydro": {"hydro_allowed": False},
    "forest_price": {"forest_rule": "price"},
    "forest_ignore": {"forest_rule": "ignore"},
    "discount_6_pct": {"discount_rate_pct": 6.0},
    "discount_12_pct": {"discount_rate_pct": 12.0},
    "demand_tier4": {"demand_tier": "tier4"},
    "demand_tier5": {"demand_tier": "tier5"},
}
"""Scenario name → what it changes."""


NEW_NETWORK = frozenset({"all_on_grid", "forest_rule", "hydro_allowed"})
"""Changes that bring lines elsewhere, so that the network is enriched around their own plan."""


@dataclass(frozen=True, eq=False)
class Scenario:
    """One plan beside that of the run.

    Attributes
    ----------
    name
        Of `ALTERNATIVES`, 'plan' or 'voltage_kept'.
    plan
        The plan.
    record
        Its cost and bound, as for run.json.
    """

    name: str
    plan: Plan
    record: dict[str, Any]


def compare_scenarios(plan: Plan) -> list[Scenario]:
    """Plan again under other rules (without limits of headroom, to the gap of the parameters); the plan of the run
    stands first."""
    found = [Scenario("plan", plan, plan_record(plan))]
    parameters = plan.parameters
    for name, change in ALTERNATIVES.items():
        p = parameters.model_copy(update=change)
        if p == parameters:
            continue
        # other prices stay on the network that the plan's junction rounds have enriched already
        rounds = min(p.junction_rounds, 1) if NEW_NETWORK & set(change) else 0
        p = p.model_copy(update={"junction_rounds": rounds})
        study = reroute(plan.study, p) if p.forest_rule != parameters.forest_rule else plan.study
        other = least_cost(study, p)
        found.append(Scenario(name, other, plan_record(other)))
    return found


def voltage_kept(plan: Plan, remedies: Remedies) -> Scenario:
    """Plan in which the voltage holds (`voltage_plan.keep_voltage`), its remedies paid; the bound of the plan of the
    run holds here too."""
    kept, paid = keep_voltage(plan, remedies)
    record = plan_record(kept)
    record["cost_mvnd"] += float(np.nansum(paid.mvnd))
    record["lower_bound_mvnd"] = min(float(plan_record(plan)["lower_bound_mvnd"]), record["cost_mvnd"])
    record["status"] = "no bound of its own"
    return Scenario("voltage_kept", kept, record)


def reroute(study: Study, parameters: ElectricityParameters) -> Study:
    """Lay the lines out anew under another forest rule; where it is looser than the study's, all known lines stay
    candidates."""
    routes = own_routes(study.surface, study.routes.cell, parameters)
    known = None if parameters.forest_rule == "forbid" else study.network
    return replace(study, routes=routes, network=candidate_network(study.surface, routes, parameters, known=known))
