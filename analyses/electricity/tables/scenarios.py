"""The tables of scenarios: what other targets and rules would cost, and what the grid for everybody costs each
settlement."""

from __future__ import annotations

import numpy as np
import pandas as pd

from infragap.analyses.columns import names
from infragap.analyses.electricity.columns import SCENARIOS
from infragap.analyses.electricity.uncertainty.scenarios import Scenario
from infragap.analyses.electricity.years.rates import rates_by_year
from infragap.analyses.electricity.years.schedule import make_schedule


def scenarios_table(scenarios: list[Scenario]) -> pd.DataFrame:
    """One row per scenario; the plan of the run stands first, and what others cost more counts from it."""
    plan_mvnd = float(scenarios[0].record["cost_mvnd"])
    rows = []
    for scenario in scenarios:
        record, outcome = scenario.record, scenario.plan.outcome
        households = scenario.plan.study.settlements.households
        rates = rates_by_year(scenario.plan, make_schedule(scenario.plan))
        rows.append(
            {
                "scenario": scenario.name,
                "cost_mvnd": record["cost_mvnd"],
                "extra_mvnd": record["cost_mvnd"] - plan_mvnd,
                "investment_mvnd": record["investment_mvnd"],
                "grid_settlements": int(outcome.national_grid.sum()),
                "grid_households": int(households[outcome.national_grid].sum()),
                "villages_on_grid": int((outcome.national_grid & scenario.plan.study.settlements.is_village).sum()),
                "national_grid_pct": float(rates.national_grid_pct[-1]),
                "safe_supply_pct": float(rates.safe_supply_pct[-1]),
                "line_km": float(outcome.branches.length_km.sum()),
                "lower_bound_mvnd": record["lower_bound_mvnd"],
                "status": record["status"],
            }
        )
    return pd.DataFrame(rows, columns=names(SCENARIOS))


def all_on_grid_table(scenarios: list[Scenario]) -> pd.DataFrame:
    """What connecting every settlement that a line can reach costs each, and beyond the plan."""
    plan = scenarios[0].plan
    identifiers = pd.DataFrame({"settlement_id": plan.study.inputs.settlements["settlement_id"]})
    everywhere = next((s.plan.outcome for s in scenarios if s.name == "all_on_grid"), None)
    if everywhere is None:
        return identifiers
    on = everywhere.national_grid
    return identifiers.assign(
        all_on_grid_mvnd=np.where(on, everywhere.choice_mvnd, np.nan),
        extra_mvnd=np.where(on, everywhere.choice_mvnd - plan.outcome.choice_mvnd, np.nan),
    )
