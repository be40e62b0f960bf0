"""The table of headroom: what each feeder and substation has left, what the plan adds, and whether and when it is
reinforced."""

from __future__ import annotations

import numpy as np
import pandas as pd

from infragap.analyses.columns import names
from infragap.analyses.electricity.columns import HEADROOM
from infragap.analyses.electricity.headroom.limits import (
    FULL_KW,
    added_load_kw,
    is_substation,
    reinforcement_kw,
    reinforcement_mvnd,
)
from infragap.analyses.electricity.least_cost.plan import Plan
from infragap.analyses.electricity.least_cost.taps import feeder_of
from infragap.analyses.electricity.years.schedule import Schedule


def headroom_table(plan: Plan, schedule: Schedule) -> pd.DataFrame:
    """One row per feeder and substation whose room is known, feeders first."""
    study, p = plan.study, plan.parameters
    lines, hangs_on = study.grid.lines, feeder_of(study, plan.outcome)
    load_kw, on = added_load_kw(study.settlements, p), plan.outcome.national_grid & (hangs_on >= 0)
    year = {
        each.name: p.first_year + int(t) if t >= 0 else pd.NA
        for each, t in zip(schedule.reinforcements, schedule.reinforcement_year, strict=True)
    }
    rows = []
    for limit in study.grid.limits:
        head = lines.iloc[min(limit.lines)]
        here = on & np.isin(hangs_on, list(limit.lines))
        reinforced = limit.name in plan.loading.reinforced
        more_kw = reinforcement_kw(limit, p) if reinforced else 0.0
        added_kw = float(load_kw[here].sum())
        rows.append(
            {
                "limit": "substation" if is_substation(limit) else "feeder",
                "substation": head["substation_id"],
                "feeder": "" if is_substation(limit) else head["feeder"],
                "headroom_kw": limit.headroom_kw,
                "added_load_kw": added_kw,
                "settlements": int(here.sum()),
                "reinforced_kw": more_kw,
                "exceeded": added_kw > limit.headroom_kw + more_kw + FULL_KW,
                "reinforcement_mvnd": reinforcement_mvnd(limit, p) if reinforced else 0.0,
                "year": year.get(limit.name, pd.NA),
                "room_worth_mvnd_per_kw": plan.loading.price_mvnd_per_kw.get(limit.name, 0.0),
            }
        )
    table = pd.DataFrame(rows, columns=names(HEADROOM)).astype({"year": "Int64"})
    return table.sort_values(["limit", "substation", "feeder"], kind="stable", ignore_index=True)
