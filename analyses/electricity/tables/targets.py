"""The table of targets: what is wanted and reached, what is missing by name, what each target costs, and the least
money that repairs it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from infragap.analyses.arrays import FloatArray
from infragap.analyses.columns import names
from infragap.analyses.electricity.codes import Target
from infragap.analyses.electricity.columns import TARGETS
from infragap.analyses.electricity.least_cost.plan import Plan
from infragap.analyses.electricity.uncertainty.scenario_figures import ScenarioFigures
from infragap.analyses.electricity.years.schedule import Schedule
from infragap.analyses.electricity.years.target_reach import reach_of_targets

ALONE = {
    Target.VILLAGES: "villages_only",
    Target.HOUSEHOLDS: "households_only",
    Target.SAFE_SUPPLY: "safe_supply_only",
}
"""Scenario that must meet one target alone."""


def targets_table(plan: Plan, schedule: Schedule, scenarios: list[ScenarioFigures]) -> pd.DataFrame:
    """One row per target of the catalogue.

    Parameters
    ----------
    plan, schedule
        The plan and its years.
    scenarios
        For the price of each target: the plan that must meet it alone, less the one without targets. Empty where none
        were planned.
    """
    cost = {scenario.name: scenario.cost_mvnd for scenario in scenarios}
    without = cost.get("least_cost", np.nan)
    name = plan.study.inputs.settlements["name"].astype(str)
    price = target_price_mvnd(plan)
    villages = plan.study.settlements.is_village
    marginal = {
        Target.VILLAGES: float(price[villages].max(initial=0.0)),
        Target.HOUSEHOLDS: plan.choice.household_price_mvnd,
        Target.SAFE_SUPPLY: 0.0,
    }
    rows = []
    for reach in reach_of_targets(plan, schedule):
        alone = cost.get(ALONE[reach.target], cost.get("scheme", np.nan))
        rows.append(
            {
                "target": reach.target.value,
                "year": reach.year,
                "wanted": reach.wanted,
                "reached": reach.reached,
                "is_reached": reach.is_reached,
                "missing_settlements": int(reach.missing.sum()),
                "missing": "; ".join(sorted(name[reach.missing])),
                "extra_mvnd": alone - without,
                "marginal_mvnd": marginal[reach.target],
                "repair_mvnd": reach.repair_mvnd,
            }
        )
    return pd.DataFrame(rows, columns=names(TARGETS))


def target_price_mvnd(plan: Plan) -> FloatArray:
    """What the national grid costs each settlement beyond its best supply without it at equal service, (n,); 0 where it
    is the cheaper, or without it."""
    beyond = plan.outcome.choice_mvnd - plan.costs.offgrid.best_mvnd
    paid = plan.outcome.national_grid & np.isfinite(beyond)
    return np.where(paid, np.maximum(beyond, 0.0), 0.0)
