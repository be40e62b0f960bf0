"""The table of existing feeders: what their farthest customers have today and with the plan, and what sets that
right."""

from __future__ import annotations

import numpy as np
import pandas as pd

from infragap.analyses.columns import names
from infragap.analyses.electricity.codes import FeederRemedy
from infragap.analyses.electricity.columns import FEEDERS
from infragap.analyses.electricity.feeders.feeder_list import FeederFinding
from infragap.analyses.electricity.feeders.voltage import basis_of
from infragap.analyses.electricity.headroom.limits import added_load_kw
from infragap.analyses.electricity.least_cost.plan import Plan
from infragap.analyses.electricity.least_cost.taps import feeder_of
from infragap.wording.catalogue import Words, words


def feeders_table(plan: Plan, findings: list[FeederFinding]) -> pd.DataFrame:
    """One row per existing feeder, those with the largest drop first; a fault stands once, whoever hangs on it.

    Parameters
    ----------
    plan
        The plan.
    findings
        Of every feeder.
    """
    rows, added_kw = [], _added_load_kw(plan)
    for each in findings:
        feeder, extended = each.voltage.extended.feeder, each.voltage.extended
        pieces = plan.study.grid.pieces(feeder.name)
        head, load = pieces.iloc[0], pieces["feeder_load_mw"].max()
        rows.append(
            {
                "feeder": head["feeder"] if pd.notna(head["feeder"]) else "",
                "substation": head["substation_id"] if pd.notna(head["substation_id"]) else "",
                "voltage_kv": feeder.voltage_kv,
                "length_km": float(pieces["length_km"].sum()),
                "load_mw": float(load) if pd.notna(load) else np.nan,
                "new_load_mw": float(extended.load_mw.sum() + extended.settlement_mw.sum()),
                "added_load_kw": added_kw.get(feeder.name, 0.0),
                "drop_today_pct": each.drop_today_pct,
                "drop_after_pct": each.drop_after_pct,
                "fault": _fault(each, plan.parameters.mv_drop_limit_pct),
                "remedy": each.remedy.value,
                "remedy_vi": _text(each, words("vi")),
                "remedy_en": _text(each, words("en")),
                "remedy_mvnd": each.mvnd,
                "voltage_basis": basis_of(feeder).value,
            }
        )
    table = pd.DataFrame(rows, columns=names(FEEDERS))
    order = ["drop_after_pct", "substation", "feeder"]
    return table.sort_values(order, ascending=[False, True, True], kind="stable", ignore_index=True)


def _added_load_kw(plan: Plan) -> dict[str, float]:
    """Load that is held against the room of a feeder, by its key."""
    study, hangs_on = plan.study, feeder_of(plan.study, plan.outcome)
    on = np.flatnonzero(plan.outcome.national_grid & (hangs_on >= 0))
    load_kw = pd.Series(added_load_kw(study.settlements, plan.parameters)[on])
    return dict(load_kw.groupby(study.grid.keys[hangs_on[on]]).sum())


def _fault(finding: FeederFinding, limit_pct: float) -> str:
    """Whether the feeder is beyond its share today, or by the plan only."""
    if finding.remedy == FeederRemedy.NONE:
        return ""
    return "plan" if finding.drop_today_pct <= limit_pct else "today"


def _text(finding: FeederFinding, w: Words) -> str:
    if finding.remedy == FeederRemedy.NONE:
        return ""
    return w(f"electricity.feeder_remedy.{finding.remedy.value}", count=w.number(finding.count))
