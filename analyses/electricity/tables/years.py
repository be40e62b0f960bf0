"""The table of years: what is built and what the years add up to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from infragap.analyses.columns import names
from infragap.analyses.electricity.columns import YEARS
from infragap.analyses.electricity.least_cost.outcome import Decision
from infragap.analyses.electricity.least_cost.study import Priced, Study
from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.analyses.electricity.years.rates import share_pct, without_electricity
from infragap.analyses.electricity.years.schedule import Schedule

if TYPE_CHECKING:
    from infragap.gis.pack import Pack


def years_table(
    pack: Pack, study: Study, priced: Priced, decision: Decision, schedule: Schedule, parameters: ElectricityParameters
) -> pd.DataFrame:
    """One row per year, and one for what no budget reaches."""
    places, on = study.places, decision.on_grid
    villages = (pack.settlements["kind"] == "village").to_numpy()
    inhabited = places.households > 0
    province = float(pack.communes["households"].sum())
    dark = without_electricity(pack)
    lasting = decision.lasting
    served = lit = safe = 0.0
    length = decision.branches.length_km
    rows = []
    count = len(schedule.budgets_mvnd)
    for t in (*range(count), -1):
        built, lines = (schedule.settlement_year == t) & inhabited, schedule.branch_year == t
        grid, off = built & on, built & ~on
        if t >= 0:
            served += float(places.households[built].sum())
            lit += float(places.households[built & lasting & dark].sum())
            safe += float(places.households[built & lasting].sum())
        lines_mvnd = float(decision.branch_investment_mvnd[lines].sum())
        works_mvnd = float(priced.works.total_investment_mvnd[grid].sum())
        off_mvnd = float(decision.investment_mvnd[off].sum())
        rows.append(
            {
                "year": str(parameters.first_year + t) if t >= 0 else f"sau {parameters.first_year + count - 1}",
                "budget_mvnd": float(schedule.budgets_mvnd[t]) if t >= 0 else np.nan,
                "spent_mvnd": lines_mvnd + works_mvnd + off_mvnd,
                "lines_mvnd": lines_mvnd,
                "grid_works_mvnd": works_mvnd,
                "offgrid_mvnd": off_mvnd,
                "line_km": float(length[lines].sum()),
                "grid_settlements": int(grid.sum()),
                "offgrid_settlements": int(off.sum()),
                "villages": int((built & villages).sum()),
                "households_grid": int(places.households[grid].sum()),
                "households_offgrid": int(places.households[off].sum()),
                "households_cumulative": int(served) if t >= 0 else pd.NA,
                "people": round(float(places.households[built].sum()) * parameters.household_size),
                "electrified_pct": share_pct(province, float(places.households[dark].sum()) - lit)
                if t >= 0
                else np.nan,
                "safe_supply_pct": share_pct(province, float(places.households.sum()) - safe) if t >= 0 else np.nan,
            }
        )
    return pd.DataFrame(rows)[names(YEARS)].astype({"households_cumulative": "Int64"})
