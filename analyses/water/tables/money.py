"""Years and money of the plan, and what the households off the pipe need."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from infragap.analyses.columns import in_order
from infragap.analyses.water import columns
from infragap.analyses.water.programme.built import Built
from infragap.analyses.water.programme.lasting import people_after
from infragap.analyses.water.programme.off_pipe import OffPipe
from infragap.analyses.water.programme.schedule import Schedule
from infragap.analyses.water.service.today import Gap
from infragap.analyses.water.study import Study
from infragap.analyses.water.tables.provenance import village_provenance


def year_table(study: Study, works: Sequence[Built], schedule: Schedule, gap: Gap) -> pd.DataFrame:
    """One row per year: money, works, people served by all built so far, when built and with the decay of schemes, of a
    growing population."""
    p = study.parameters
    people, lacking = study.rural_people, float(gap.people.sum())
    rows = []
    for place, at in enumerate(schedule.years):
        now = [w for k, w in enumerate(works) if schedule.year[k] == at]
        so_far = [(w, int(schedule.year[k])) for k, w in enumerate(works) if 0 < schedule.year[k] <= at]
        gained = sum(float(w.people.sum()) for w, _ in so_far)
        lasting = sum(people_after(float(w.people.sum()), w, p, years=at - year) for w, year in so_far)
        grown = people * (1 + p.population_growth_pct / 100) ** (place + 1)
        rows.append(
            {
                "year": at,
                "budget_mvnd": schedule.budgets_mvnd[place] if np.isfinite(schedule.budgets_mvnd[place]) else np.nan,
                "spent_mvnd": sum(w.cost_mvnd for w in now),
                "works": len(now),
                "people_gained": sum(float(w.people.sum()) for w in now),
                "people_gained_so_far": gained,
                "people_expected_so_far": lasting,
                "om_mvnd_per_year": sum(w.om_mvnd_per_year for w, _ in so_far),
                "rural_people": grown,
                "to_standard_pct": _share(people - lacking + gained, people),
                "to_standard_expected_pct": _share(people - lacking + lasting, grown),
            }
        )
    return in_order(pd.DataFrame(rows), columns.YEARS)


def household_table(study: Study, off: OffPipe) -> pd.DataFrame:
    """One row per village with households without basic water, most households first."""
    p = study.parameters
    needed = np.flatnonzero(off.households > 0)
    villages = study.villages.iloc[needed]
    codes = villages["commune_code"]
    loans = off.loans_mvnd(p.loan_mvnd)
    table = pd.DataFrame(
        {
            "village_id": villages["village_id"].to_numpy(),
            "name": villages["name"].to_numpy(),
            "commune_code": codes.to_numpy(),
            "commune": codes.map(study.communes.set_index("commune_code")["name"]).to_numpy(),
            "households_none": off.households[needed],
            "people_none": off.households[needed] * study.population[needed] / study.households[needed],
            "option": off.option[needed],
            "mvnd_per_household": off.mvnd_per_household[needed],
            "cost_mvnd": off.cost_mvnd[needed],
            "poverty_rate_pct": off.poverty_pct[needed],
            "loan_mvnd": loans[needed],
            "grant_mvnd": (off.cost_mvnd - loans)[needed],
            "provenance": village_provenance(study)[needed],
        }
    )
    table = table.sort_values(["households_none", "village_id"], ascending=[False, True], ignore_index=True)
    return in_order(table, columns.HOUSEHOLDS)


def _share(part: float, people: float) -> float:
    return 100 * part / people if people > 0 else 0.0
