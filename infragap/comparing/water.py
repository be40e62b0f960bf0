"""Two water runs side by side: what changed in the plan and the works, and which parameters and inputs differ."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from infragap.comparing.electricity import checksums_of, differing, refused_for
from infragap.profiles.naming import inward_record, naming_of
from infragap.profiles.of_result import inward_columns
from infragap.profiles.profile import read_profile

TOTALS = (
    "cost_mvnd", "people_gained", "works", "to_standard_after_pct", "to_standard_last_year_pct", "om_mvnd_per_year",
)  # fmt: skip
QUESTIONS = ("least_cost", "most_people", "least_cost_unlimited", "listed_only")
COMPARED = ("kind", "year", "households_gained", "people_gained", "cost_mvnd")


@dataclass(frozen=True)
class WaterComparison:
    """What differs between two runs.

    Attributes
    ----------
    parameters, inputs
        parameter or layer, a, b: those that differ.
    totals
        quantity, a, b, change: of the plans shown and of each question.
    works
        One row per site that either plan builds: the compared columns with suffixes `_a` and `_b`, and `change` (added,
        dropped, changed, same).
    """

    parameters: pd.DataFrame
    inputs: pd.DataFrame
    totals: pd.DataFrame
    works: pd.DataFrame


def has_water(folder: Path) -> bool:
    """Whether a folder holds the works of a water run."""
    return (folder / "tables" / "water_works.csv").exists()


def compare_water(first: Path, second: Path) -> WaterComparison:
    """Compare the water results of two output folders; works are matched by their site.

    Raises
    ------
    MissingDataError
        A folder is not a complete result, or holds no water plan.
    """
    record_a, works_a = _read(first)
    record_b, works_b = _read(second)
    return WaterComparison(
        parameters=differing(record_a["parameters"]["water"], record_b["parameters"]["water"], "parameter"),
        inputs=differing(checksums_of(record_a), checksums_of(record_b), "layer"),
        totals=_totals(record_a["water"]["siting"], record_b["water"]["siting"]),
        works=_works(works_a, works_b),
    )


def _read(folder: Path) -> tuple[dict[str, Any], pd.DataFrame]:
    run, table = folder / "run.json", folder / "tables" / "water_works.csv"
    if not run.exists() or not table.exists():
        raise refused_for("no_water_result", folder=folder)
    try:
        record = json.loads(run.read_text(encoding="utf-8"))
        if not {"parameters", "water", "pack"} <= set(record):
            raise ValueError("run.json is not that of a water run")
        works = pd.read_csv(table, dtype={"commune_code": str, "site": str, "name": str}, encoding="utf-8-sig")
        works = works.set_axis(inward_columns(works.columns, record["pack"]), axis=1)
        record = inward_record(record, record["pack"].get("naming", naming_of(read_profile())))
        missing = [name for name in ("site", "name", "commune", *COMPARED) if name not in works]
        if missing or works["site"].duplicated().any():
            raise ValueError(
                f"{table.name} lacks {', '.join(missing)}" if missing else f"{table.name} names a site twice"
            )
        return record, works
    except (ValueError, TypeError, KeyError, OSError, RecursionError) as error:
        raise refused_for("damaged", folder=folder, reason=error) from error


def _totals(a: dict[str, Any], b: dict[str, Any]) -> pd.DataFrame:
    rows = [(name, float(a[name]), float(b[name])) for name in TOTALS if name in a and name in b]
    rows += [
        (f"{question}: {name}", float(a[question][name]), float(b[question][name]))
        for question in QUESTIONS
        if question in a and question in b
        for name in ("cost_mvnd", "people", "works")
    ]
    frame = pd.DataFrame(rows, columns=["quantity", "a", "b"])
    return frame.assign(change=frame["b"] - frame["a"])


def _works(a: pd.DataFrame, b: pd.DataFrame) -> pd.DataFrame:
    keys = ["site", "name", "commune"]
    merged = a[[*keys, *COMPARED]].merge(b[[*keys, *COMPARED]], on="site", how="outer", suffixes=("_a", "_b"))
    for key in keys[1:]:
        merged[key] = merged[f"{key}_b"].fillna(merged[f"{key}_a"])
    merged = merged.drop(columns=[f"{key}_{side}" for key in keys[1:] for side in "ab"])
    merged["change"] = [_change(row) for row in merged.to_dict("records")]
    order = {"added": 0, "dropped": 1, "changed": 2, "same": 3}
    return merged.sort_values(
        ["change", "site"], key=lambda c: c.map(order) if c.name == "change" else c, ignore_index=True
    )


def _change(row: dict[Any, Any]) -> str:
    if pd.isna(row["kind_a"]):
        return "added"
    if pd.isna(row["kind_b"]):
        return "dropped"
    same = all(
        (pd.isna(row[f"{name}_a"]) and pd.isna(row[f"{name}_b"])) or _close(row[f"{name}_a"], row[f"{name}_b"])
        for name in COMPARED
    )
    return "same" if same else "changed"


def _close(a: Any, b: Any) -> bool:
    return bool(a == b) if isinstance(a, str) or isinstance(b, str) else bool(abs(a - b) < 0.5)
