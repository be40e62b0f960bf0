"""The table of years: what is built and what the years add up to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from infragap.analyses.columns import names
from infragap.analyses.electricity.columns import YEARS
from infragap.analyses.electricity.least_cost.plan import Plan
from infragap.analyses.electricity.years.rates import share_pct, without_electricity
from infragap.analyses.electricity.years.schedule import Schedule
from infragap.wording.catalogue import words

if TYPE_CHECKING:
    pass


def years_table(plan: Plan, schedule: Schedule) -> pd.DataFrame:
    """One row per year, and one for what no budget reaches."""
    inputs, costs, outcome, parameters = plan.study.inputs, plan.costs, plan.outcome, plan.parameters
    settlements, on = plan.study.settlements, outcome.on_grid
    villages = (inputs.settlements["kind"] == "village").to_numpy()
    inhabited = settlements.households > 0
    province = float(inputs.communes["households"].sum())
    dark = without_electricity(inputs.settlements)
    lasting = outcome.lasting
    served = lit = safe = 0.0
    length = outcome.branches.length_km
    rows = []
    count = len(schedule.budgets_mvnd)
    late = words("vi")("electricity.years.after", year=parameters.first_year + count - 1)
    for t in (*range(count), -1):
        built, lines = (schedule.settlement_year == t) & inhabited, schedule.branch_year == t
        grid, off = built & on, built & ~on
        if t >= 0:
            served += float(settlements.households[built].sum())
            lit += float(settlements.households[built & lasting & dark].sum())
            safe += float(settlements.households[built & lasting].sum())
        lines_mvnd = float(outcome.branch_investment_mvnd[lines].sum())
        works_mvnd = float(costs.works.total_investment_mvnd[grid].sum())
        off_mvnd = float(outcome.investment_mvnd[off].sum())
        rows.append(
            {
                "year": str(parameters.first_year + t) if t >= 0 else late,
                "budget_mvnd": float(schedule.budgets_mvnd[t]) if t >= 0 else np.nan,
                "spent_mvnd": lines_mvnd + works_mvnd + off_mvnd,
                "lines_mvnd": lines_mvnd,
                "grid_works_mvnd": works_mvnd,
                "offgrid_mvnd": off_mvnd,
                "line_km": float(length[lines].sum()),
                "grid_settlements": int(grid.sum()),
                "offgrid_settlements": int(off.sum()),
                "villages": int((built & villages).sum()),
                "households_grid": int(settlements.households[grid].sum()),
                "households_offgrid": int(settlements.households[off].sum()),
                "households_cumulative": int(served) if t >= 0 else pd.NA,
                "people": round(float(settlements.households[built].sum()) * parameters.household_size),
                "electrified_pct": share_pct(province, float(settlements.households[dark].sum()) - lit)
                if t >= 0
                else np.nan,
                "safe_supply_pct": share_pct(province, float(settlements.households.sum()) - safe)
                if t >= 0
                else np.nan,
            }
        )
    return pd.DataFrame(rows)[names(YEARS)].astype({"households_cumulative": "Int64"})
