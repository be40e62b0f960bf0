"""Tables against the aims: places and minority pupils before and after, and pupils by travel-time band before and
after."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from infragap.analyses.arrays import BoolArray, FloatArray
from infragap.analyses.columns import in_order
from infragap.analyses.schools import columns
from infragap.analyses.schools.codes import Level, Mode, SchoolKind, SchoolStatus, Season, Target
from infragap.analyses.schools.tables.cells import rounded_or_empty
from infragap.analyses.schools.tables.findings import Findings
from infragap.analyses.schools.upper.places import noted_rows


def target_table(findings: Findings) -> pd.DataFrame:
    """Table of `columns.TARGETS`."""
    rows = [_ethnic_boarding(findings), *_placed_levels(findings), _layer_of_schools(findings)]
    return in_order(pd.DataFrame(rows), columns.TARGETS)


def _ethnic_boarding(findings: Findings) -> dict[str, Any]:
    """The scheme's aim: a share of the minority pupils of lower and upper secondary in ethnic boarding schools."""
    study, parameters, upper = findings.study, findings.parameters, findings.upper
    pupils = minority_secondary_pupils(findings)
    schools = study.schools
    ethnic = (schools["kind"] == SchoolKind.ETHNIC_BOARDING).to_numpy()
    new = ((schools["kind"] == SchoolKind.NEW_UPPER_SECONDARY) & schools["boarding"]).to_numpy()
    raised = upper.raised
    before = parameters.ethnic_boarding_pupils if ethnic.any() else 0.0
    added = 0.0 if raised is None else float(raised.places_needed.sum())
    added += float(upper.schools.capacity[new & (schools["status"] != SchoolStatus.EXISTING).to_numpy()].sum())
    needed = pupils * parameters.ethnic_boarding_target_pct / 100
    return {
        "target": Target.ETHNIC_BOARDING,
        "level": "lower_secondary+upper_secondary",
        "pupils": round(pupils),
        "places_before": round(before),
        "places_after": round(before + added),
        "share_before_pct": rounded_or_empty(100 * before / pupils) if pupils else np.nan,
        "share_after_pct": rounded_or_empty(100 * (before + added) / pupils) if pupils else np.nan,
        "target_pct": parameters.ethnic_boarding_target_pct,
        "places_needed": int(np.ceil(needed)),
        "places_short": max(int(np.ceil(needed - before - added)), 0),
        "is_assumed": True,
    }


def minority_secondary_pupils(findings: Findings) -> float:
    """Minority pupils of lower and upper secondary, by the villages' shares (the commune's where a village has
    none)."""
    villages = findings.study.villages
    own = villages["minority_pct"]
    commune = villages["commune_code"].map(findings.study.communes.set_index("commune_code")["minority_pct"])
    share = own.where(own.notna(), commune).fillna(0.0).to_numpy(float) / 100
    return float((share * villages[["pupils_lower_secondary", "pupils_upper_secondary"]].sum(axis=1).to_numpy()).sum())


def _placed_levels(findings: Findings) -> list[dict[str, Any]]:
    """Places of the placed schools against the pupils who may board there."""
    siting = findings.siting
    capacity = float(siting.question.capacity[siting.chosen.sites].sum())
    rows = []
    for level in siting.question.levels:
        entitled, placed = (count(level, entitled=True) for count in (siting.chosen.total, siting.chosen.placed))
        rows.append(
            {
                "target": Target.PLACED_SCHOOLS,
                "level": str(level),
                "pupils": entitled,
                "places_before": 0,
                "places_after": placed,
                "share_before_pct": 0.0,
                "share_after_pct": rounded_or_empty(100 * placed / entitled) if entitled else np.nan,
                "target_pct": 100.0,
                "places_needed": entitled,
                "places_short": entitled - placed,
                "is_assumed": bool(~siting.question.capacity_known[siting.chosen.sites].all()) or not capacity,
            }
        )
    return rows


def _layer_of_schools(findings: Findings) -> dict[str, Any]:
    """Upper-secondary schools that the layer holds against those that the province counts."""
    there, published = (
        noted_rows(findings.study, SchoolKind.UPPER_SECONDARY),
        findings.parameters.upper_schools_published,
    )
    return {
        "target": Target.SCHOOLS_IN_LAYER,
        "level": str(Level.UPPER_SECONDARY),
        "pupils": int(findings.study.villages["pupils_upper_secondary"].sum()),
        "places_before": there,
        "places_after": there,
        "share_before_pct": rounded_or_empty(100 * there / published) if published else np.nan,
        "share_after_pct": rounded_or_empty(100 * there / published) if published else np.nan,
        "target_pct": 100.0,
        "places_needed": published,
        "places_short": max(published - there, 0),
        "is_assumed": False,
    }


def before_after_table(findings: Findings) -> pd.DataFrame:
    """Table of `columns.BEFORE_AFTER`: upper-secondary pupils by travel-time band, for the province, its worst tenth,
    its minorities, each commune."""
    study, upper = findings.study, findings.upper
    villages = study.villages
    pupils = villages["pupils_upper_secondary"].to_numpy(float)
    share = villages["minority_pct"].fillna(0.0).to_numpy(float) / 100
    ends = [*sorted(findings.parameters.isochrone_minutes), np.inf]
    rows = []
    for mode in Mode:
        for season in Season:
            before, after = upper.before.minutes[mode, season], upper.after.minutes[mode, season]
            worst = _worst_tenth(before, pupils)
            groups = [("province", "", pupils), ("worst_tenth", "", worst), ("minority", "", pupils * share)]
            for group, code, weight in groups:
                rows += _bands(before, after, weight, ends, (group, code, mode, season))
            if mode == Mode.MOTORBIKE:
                for code, mine in villages.groupby("commune_code").indices.items():
                    rows.append(_mean_row(before, after, pupils, mine, ("commune", str(code), mode, season)))
    return in_order(pd.DataFrame(rows), columns.BEFORE_AFTER)


_Key = tuple[str, str, Mode, Season]


def _worst_tenth(minutes: FloatArray, pupils: FloatArray) -> FloatArray:
    """(villages,) pupils among the tenth with the longest ways today."""
    order = np.argsort(-np.where(np.isfinite(minutes), minutes, 1e9), kind="stable")
    room = np.maximum(0.1 * pupils.sum() - np.concatenate([[0.0], np.cumsum(pupils[order])[:-1]]), 0.0)
    taken = np.zeros(len(pupils))
    taken[order] = np.minimum(pupils[order], room)
    return taken


def _bands(
    before: FloatArray, after: FloatArray, weight: FloatArray, ends: list[float], key: _Key
) -> list[dict[str, Any]]:
    every = np.arange(len(weight))
    mean = _mean_row(before, after, weight, every, key)
    rows, start = [], 0.0
    for end in ends:
        counts = [float(weight[_within(minutes, start, end)].sum()) for minutes in (before, after)]
        rows.append(
            {
                **mean,
                "minutes_from": start,
                "minutes_to": end if np.isfinite(end) else np.nan,
                "pupils_before": round(counts[0]),
                "pupils_after": round(counts[1]),
            }
        )
        start = end
    return rows


def _within(minutes: FloatArray, start: float, end: float) -> BoolArray:
    """Minutes above the start, up to the end; what is out of reach lies in the last band."""
    shown = np.round(minutes, 1)
    low = shown >= 0 if start == 0 else shown > start
    return np.asarray(low & (shown <= end))


def _mean_row(
    before: FloatArray, after: FloatArray, weight: FloatArray, mine: np.ndarray[Any, Any], key: _Key
) -> dict[str, Any]:
    group, code, mode, season = key
    told = mine[np.isfinite(before[mine]) & np.isfinite(after[mine]) & (weight[mine] > 0)]
    total = max(weight[told].sum(), 1e-9)
    return {
        "group": group,
        "commune_code": code,
        "mode": str(mode),
        "season": str(season),
        "minutes_from": np.nan,
        "minutes_to": np.nan,
        "pupils_before": round(float(weight[mine].sum())),
        "pupils_after": round(float(weight[mine].sum())),
        "mean_before_min": rounded_or_empty((before[told] * weight[told]).sum() / total) if len(told) else np.nan,
        "mean_after_min": rounded_or_empty((after[told] * weight[told]).sum() / total) if len(told) else np.nan,
    }
