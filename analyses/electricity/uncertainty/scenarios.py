"""What other rules would cost: everything on the grid, forest rules, discount rates and demand tiers beside the plan."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from infragap.analyses.columns import names
from infragap.analyses.electricity.columns import SCENARIOS
from infragap.analyses.electricity.feeders.remedies import Remedies
from infragap.analyses.electricity.least_cost.choice import Choice
from infragap.analyses.electricity.least_cost.outcome import Decision, take_apart
from infragap.analyses.electricity.least_cost.record import plan_record
from infragap.analyses.electricity.least_cost.study import Priced, Study, solve
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


def compare_scenarios(
    study: Study, decision: Decision, record: dict[str, Any], parameters: ElectricityParameters
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Plan again under other rules (without limits of headroom, to the gap of the parameters).

    Returns
    -------
    scenarios
        One row per scenario, the plan of the run first.
    all_on_grid
        (settlements) what connecting every settlement that a line can reach costs each beyond the plan [million VND].
    """
    rows = [_row("plan", study, decision, record, float(record["cost_mvnd"]))]
    everywhere = pd.DataFrame()
    for name, change in ALTERNATIVES.items():
        p = parameters.model_copy(update=change)
        if p == parameters:
            continue
        # other prices stay on the network that the plan's junction rounds have enriched already
        rounds = min(p.junction_rounds, 1) if NEW_NETWORK & set(change) else 0
        p = p.model_copy(update={"junction_rounds": rounds})
        other = reroute(study, p) if p.forest_rule != parameters.forest_rule else study
        other, priced, choice = solve(other, p)
        apart = take_apart(other, priced, choice, p)
        rows.append(_row(name, other, apart, plan_record(other, priced, choice, apart, p), float(record["cost_mvnd"])))
        if name == "all_on_grid":
            everywhere = pd.DataFrame(
                {
                    "all_on_grid_mvnd": np.where(apart.on_grid, apart.choice_mvnd, np.nan),
                    "extra_mvnd": np.where(apart.on_grid, apart.choice_mvnd - decision.choice_mvnd, np.nan),
                }
            )
    return pd.DataFrame(rows, columns=names(SCENARIOS)), everywhere


def voltage_row(
    study: Study,
    priced: Priced,
    choice: Choice,
    decision: Decision,
    remedies: Remedies,
    record: dict[str, Any],
    parameters: ElectricityParameters,
) -> pd.DataFrame:
    """One row on the plan in which the voltage holds (`voltage_plan.keep_voltage`), its remedies paid.

    Parameters
    ----------
    study, priced, choice, decision, remedies
        That plan.
    record
        Of the plan of the run, whose bound holds here too.
    parameters
        All assumptions.
    """
    kept = plan_record(study, priced, choice, decision, parameters)
    kept["cost_mvnd"] += float(np.nansum(remedies.mvnd))
    kept["lower_bound_mvnd"] = min(float(record["lower_bound_mvnd"]), kept["cost_mvnd"])
    kept["status"] = "no bound of its own"
    row = _row("voltage_kept", study, decision, kept, float(record["cost_mvnd"]))
    return pd.DataFrame([row], columns=names(SCENARIOS))


def reroute(study: Study, parameters: ElectricityParameters) -> Study:
    """Lay the lines out anew under another forest rule; where it is looser than the study's, all known lines stay candidates."""
    routes = own_routes(study.surface, study.routes.cell, parameters)
    known = None if parameters.forest_rule == "forbid" else study.network
    return replace(study, routes=routes, network=candidate_network(study.surface, routes, parameters, known=known))


def _row(name: str, study: Study, decision: Decision, record: dict[str, Any], plan_mvnd: float) -> dict[str, Any]:
    on = decision.on_grid
    return {
        "scenario": name,
        "cost_mvnd": record["cost_mvnd"],
        "extra_mvnd": record["cost_mvnd"] - plan_mvnd,
        "investment_mvnd": record["investment_mvnd"],
        "grid_settlements": int(on.sum()),
        "grid_households": int(study.places.households[on].sum()),
        "line_km": float(decision.branches.length_km.sum()),
        "lower_bound_mvnd": record["lower_bound_mvnd"],
        "status": record["status"],
    }
