"""The tables of scenarios: what other targets and rules would cost, and what the grid for everybody costs each
settlement."""

from __future__ import annotations

import numpy as np
import pandas as pd

from infragap.analyses.columns import names
from infragap.analyses.electricity.columns import SCENARIOS
from infragap.analyses.electricity.least_cost.plan import Plan
from infragap.analyses.electricity.uncertainty.scenario_figures import ScenarioFigures


def scenarios_table(scenarios: list[ScenarioFigures]) -> pd.DataFrame:
    """One row per scenario; the plan of the run stands first, and what others cost more counts from it."""
    plan_mvnd = scenarios[0].cost_mvnd
    rows = [each.row | {"extra_mvnd": each.row["cost_mvnd"] - plan_mvnd} for each in scenarios]
    return pd.DataFrame(rows, columns=names(SCENARIOS))


def all_on_grid_table(plan: Plan, scenarios: list[ScenarioFigures]) -> pd.DataFrame:
    """What connecting every settlement that a line can reach costs each, and beyond the plan."""
    identifiers = pd.DataFrame({"settlement_id": plan.study.inputs.settlements["settlement_id"]})
    everywhere = next((each for each in scenarios if each.name == "all_on_grid"), None)
    if everywhere is None:
        return identifiers
    on = everywhere.national_grid
    return identifiers.assign(
        all_on_grid_mvnd=np.where(on, everywhere.choice_mvnd, np.nan),
        extra_mvnd=np.where(on, everywhere.choice_mvnd - plan.outcome.choice_mvnd, np.nan),
    )
