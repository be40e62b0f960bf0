"""The table of years: what is built and what the years add up to."""

from __future__ import annotations

import numpy as np
import pandas as pd

from infragap.analyses.columns import names
from infragap.analyses.electricity.columns import YEARS
from infragap.analyses.electricity.least_cost.plan import Plan
from infragap.analyses.electricity.years.rates import rates_by_year
from infragap.analyses.electricity.years.schedule import Schedule


def years_table(plan: Plan, schedule: Schedule) -> pd.DataFrame:
    """One row per year, and one for what no money reaches."""
    inputs, outcome, parameters = plan.study.inputs, plan.outcome, plan.parameters
    settlements, on = plan.study.settlements, outcome.national_grid
    villages = (inputs.settlements["kind"] == "village").to_numpy()
    inhabited = settlements.households > 0
    rates = rates_by_year(plan, schedule)
    local = np.where(outcome.on_grid, plan.costs.works.total_investment_mvnd, outcome.investment_mvnd)
    served, rows = 0.0, []
    count = len(schedule.money_mvnd)
    reinforced_mvnd = np.array([each.investment_mvnd for each in schedule.reinforcements])
    late = f"after_{parameters.first_year + count - 1}"
    for t in (*range(count), -1):
        built, lines = (schedule.settlement_year == t) & inhabited, schedule.branch_year == t
        grid, off = built & on, built & ~on
        served += float(settlements.households[built].sum())
        spent = {
            "lines_mvnd": float(outcome.branch_investment_mvnd[lines].sum()),
            "grid_works_mvnd": float(local[grid].sum()),
            "offgrid_mvnd": float(outcome.investment_mvnd[off].sum()),
            "reinforcement_mvnd": float(reinforced_mvnd[schedule.reinforcement_year == t].sum()),
        }
        budget = np.nan if schedule.budgets_mvnd is None or t < 0 else float(schedule.budgets_mvnd[t])
        rows.append(
            {
                "year": str(parameters.first_year + t) if t >= 0 else late,
                "budget_mvnd": budget,
                "needed_mvnd": float(schedule.needed_mvnd[t]) if t >= 0 else np.nan,
                "spent_mvnd": sum(spent.values()),
                **spent,
                "line_km": float(outcome.branches.length_km[lines].sum()),
                "grid_settlements": int(grid.sum()),
                "offgrid_settlements": int(off.sum()),
                "villages": int((built & villages).sum()),
                "households_grid": int(settlements.households[grid].sum()),
                "households_offgrid": int(settlements.households[off].sum()),
                "households_cumulative": int(served) if t >= 0 else pd.NA,
                "people": round(float(settlements.households[built].sum()) * parameters.household_size),
                "national_grid_pct": rates.national_grid_pct[t] if t >= 0 else np.nan,
                "national_grid_strict_pct": rates.national_grid_strict_pct[t] if t >= 0 else np.nan,
                "electrified_pct": rates.electrified_pct[t] if t >= 0 else np.nan,
                "safe_supply_pct": rates.safe_supply_pct[t] if t >= 0 else np.nan,
            }
        )
    return pd.DataFrame(rows)[names(YEARS)].astype({"households_cumulative": "Int64"})
