"""The layers against the published totals and rates of the catalogue, and the targets against what they can be."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from infragap.gis.arrays import FloatArray
from infragap.gis.checking.rows import has
from infragap.gis.findings import Finding, fault, notice

TARGET = fault(
    "target.differs", tolerance="none", reason="the catalogue says that the layers reproduce this published total"
)
TARGET_AREA = notice("target.area", tolerance="1 %", reason="official areas are revised")
TARGET_RATE = fault(
    "target.rate",
    tolerance="1 percentage point for electrification, 5 for basic water, 15 for water to standard (estimated without "
    "the reach of pipes)",
    reason="the layers must reproduce the published rates of today, or their units or rows are wrong",
)
TARGET_UNKNOWN = fault("target.unknown", reason="a misspelt target is compared with nothing, in silence")
BUDGET_LARGEST_BN_VND, BUDGET_APART = 1_000_000, 100
"""A year's budget that no province has (40 billion dollars), and how many times the middle of the years' budgets one
of them may be."""

TARGET_VALUE = fault(
    "target.value",
    tolerance=f"budgets up to {BUDGET_LARGEST_BN_VND:,} billion VND a year, and up to {BUDGET_APART} times the middle "
    "year's",
    reason="a rate is 0 to 100 %, a count or budget is finite and not negative; a budget in millions under the name of "
    "billions would pay for everything",
)


@dataclass(frozen=True)
class Total:
    """A published total: rows of a layer (where a column holds one of some values, unless another holds one), or the
    sum of a column over them."""

    target: str
    layer: str
    where: tuple[str, tuple[str | bool, ...]] | None = None
    sum_of: str | None = None
    unless: tuple[str, str] | None = None


_RURAL = ("kind", ("gravity", "pumped"))
_PLANNED = ("status", "planned")

TOTALS = (
    Total("villages", "villages"),
    Total("villages_on_grid", "villages", where=("on_grid", (True,))),
    Total("settlements_villages", "settlements", where=("kind", ("village",))),
    Total("clusters", "settlements", where=("kind", ("cluster",))),
    Total("cluster_households", "settlements", where=("kind", ("cluster",)), sum_of="households"),
    Total("water_schemes", "water_schemes", where=_RURAL, unless=_PLANNED),
    Total("water_scheme_households", "water_schemes", where=_RURAL, sum_of="households_served", unless=_PLANNED),
    Total("boarding_schools_border", "schools", where=("kind", ("border_boarding",))),
    Total("schools_raised", "schools", where=("status", ("upgrade",))),
    Total("schools_new_upper_secondary", "schools", where=("kind", ("new_upper_secondary",))),
    Total("population_communes_2025", "communes", sum_of="population"),
)
"""Targets that are counts of the layers."""

OTHER_TARGETS = (
    "household_electrification_pct", "household_electrification_2030_pct", "villages_on_grid_2030_pct",
    "safe_supply_2030_pct", "water_clean_pct", "water_clean_2030_pct", "water_basic_pct",
    "water_basic_people", "water_works_max", "population_province_2025", "households_province_2025", "area_km2",
)  # fmt: skip
"""Rates of today, goals of the scheme, totals of the province; `budget_YYYY_bn_vnd` and budgets of one analysis are
known too."""

_BUDGET = re.compile(r"((?:[a-z]+_)?budget)_20\d\d_([a-z]+_[a-z]+)")


def target_findings(
    frames: Mapping[str, pd.DataFrame], targets: Mapping[str, float | int], rural: Collection[str]
) -> list[Finding]:
    """Compare the layers with the published totals and rates that the catalogue says they reproduce."""
    found = _target_value_findings(targets)
    for total in TOTALS:
        frame = frames.get(total.layer)
        needed = {total.where[0] if total.where else None, total.sum_of} - {None}
        if total.target not in targets or frame is None or not needed <= set(frame.columns):
            continue
        rows = frame if total.where is None else frame[frame[total.where[0]].isin(total.where[1])]
        if total.unless is not None and total.unless[0] in rows:
            rows = rows[rows[total.unless[0]] != total.unless[1]]
        held = len(rows) if total.sum_of is None else int(rows[total.sum_of].sum())
        if held != targets[total.target]:
            values = {"found": held, "target": total.target, "stated": targets[total.target]}
            found.append(TARGET.found(total.layer, of=len(frame), **values))
    communes = frames.get("communes")
    if "area_km2" in targets and communes is not None and has(communes, "area_km2"):
        held_km2, stated_km2 = float(communes["area_km2"].sum()), float(targets["area_km2"])
        if abs(held_km2 - stated_km2) > 0.01 * stated_km2:
            found.append(TARGET_AREA.found("communes", of=len(communes), found=held_km2, stated=stated_km2))
    return found + _rate_findings(frames, targets, rural)


def _target_value_findings(targets: Mapping[str, float | int]) -> list[Finding]:
    known = [total.target for total in TOTALS] + list(OTHER_TARGETS)
    found = []
    too_large = _budgets_too_large(targets)
    for name, value in targets.items():
        budget = _BUDGET.fullmatch(name) is not None
        if name not in known and not budget:
            near = difflib.get_close_matches(name, known, n=1)
            found.append(TARGET_UNKNOWN.found("catalog", target=name, near=near[0] if near else ", ".join(known)))
        elif (
            not math.isfinite(value)
            or value < 0
            or (name.endswith("_pct") and value > 100)
            or (name.endswith("_pct") and 0 < value <= 1)
            or name in too_large
        ):
            found.append(TARGET_VALUE.found("catalog", target=name, value=f"{value:,.10g}"))
    return found


def _budgets_too_large(targets: Mapping[str, float | int]) -> set[str]:
    """Names of the budgets that are in another unit than their name says, or than those of the other years."""
    of_kind: dict[tuple[str, ...], dict[str, float]] = {}
    for name, value in targets.items():
        if (match := _BUDGET.fullmatch(name)) is not None:
            of_kind.setdefault(match.groups(), {})[name] = float(value)
    return {
        name
        for (_, unit), budgets in of_kind.items()
        for name, value in budgets.items()
        if (unit == "bn_vnd" and value > BUDGET_LARGEST_BN_VND)
        or value > BUDGET_APART * float(np.median(list(budgets.values()))) > 0
    }


def _rate_findings(
    frames: Mapping[str, pd.DataFrame], targets: Mapping[str, float | int], rural_kinds: Collection[str]
) -> list[Finding]:
    communes, settlements, works = frames.get("communes"), frames.get("settlements"), frames.get("water_households")
    if communes is None or not has(communes, "commune_code", "households", "population", "kind"):
        return []
    total, found = float(communes["households"].sum()), []

    def compare(layer: str, target: str, rate_pct: float, tolerance_pct: float) -> None:
        stated = targets.get(target)
        if stated is not None and math.isfinite(rate_pct) and abs(rate_pct - stated) > tolerance_pct:
            values = {"target": target, "found": rate_pct, "stated": stated, "tolerance": tolerance_pct}
            found.append(TARGET_RATE.found(layer, of=len(frames[layer]), **values))

    if settlements is not None and has(settlements, "households", "supply") and total > 0:
        dark = float(settlements.loc[settlements["supply"] != "unsafe", "households"].sum())
        compare("settlements", "household_electrification_pct", 100 - 100 * dark / total, 1.0)
    if works is not None and has(works, "commune_code", "basic_pct", "own_source_to_standard_pct"):
        rural = communes[communes["kind"].isin(list(rural_kinds))].set_index("commune_code")
        keyed = works.drop_duplicates("commune_code").set_index("commune_code").reindex(rural.index)
        people = rural["population"].to_numpy(dtype=np.float64)
        if people.sum() > 0:
            basic_pct = float(np.nansum(people * keyed["basic_pct"].to_numpy(dtype=np.float64)) / people.sum())
            compare("water_households", "water_basic_pct", basic_pct, 5.0)
            compare("water_households", "water_clean_pct", _clean_pct(frames, rural, keyed), 15.0)
    return found


def _clean_pct(frames: Mapping[str, pd.DataFrame], rural: pd.DataFrame, works: pd.DataFrame) -> float:
    """Estimate the share of rural households with water to standard: on schemes to standard, or by an own source
    [%]."""
    schemes = frames.get("water_schemes")
    if schemes is None or not has(schemes, "commune_code", "households_served", "meets_standard"):
        return math.nan
    households = rural["households"].to_numpy(dtype=np.float64)

    def served(rows: pd.DataFrame) -> FloatArray:
        piped = (
            rows.groupby("commune_code")["households_served"]
            .sum()
            .reindex(rural.index)
            .fillna(0)
            .to_numpy(dtype=np.float64)
        )
        return np.asarray(np.minimum(piped, households))

    # the share is of all households; whoever is on a pipe counts there
    own = np.minimum(
        households * works["own_source_to_standard_pct"].to_numpy(dtype=np.float64) / 100,
        np.maximum(households - served(schemes), 0.0),
    )
    good = served(schemes[schemes["meets_standard"].astype(bool)])
    return float(100 * np.nansum(good + own) / max(households.sum(), 1.0))
