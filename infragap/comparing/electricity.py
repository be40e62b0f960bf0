"""Two electricity runs side by side: what changed in choice, cost and rank, and which parameters and costs explain
it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from infragap.analyses.electricity.columns import RANKING
from infragap.console.messages import Message, refused
from infragap.gis.errors import MissingDataError
from infragap.profiles.naming import inward_record, naming_of
from infragap.profiles.of_result import inward_columns
from infragap.profiles.profile import read_profile
from infragap.wording.catalogue import Words, words
from infragap.wording.codes import unit_words

COST_COLUMNS = ("grid_alone_mvnd", "grid_share_mvnd", "minigrid_mvnd", "hydro_mvnd", "hybrid_mvnd", "solar_home_mvnd")
COMPARED = ("choice", "rank", "priority_rank", "year", *COST_COLUMNS)
ROUNDING_MVND = 0.5
"""Differences below this are rounding of the tables, not a change."""


@dataclass(frozen=True)
class Comparison:
    """What differs between two runs.

    Attributes
    ----------
    parameters
        parameter, a, b: the parameters that differ.
    inputs
        layer, a, b: checksums of input layers that differ.
    totals
        quantity, a, b, change: cost, bound and choices of the two plans.
    settlements
        One row per settlement: the compared columns with suffixes `_a` and `_b`, `changed` and `why`.
    """

    parameters: pd.DataFrame
    inputs: pd.DataFrame
    totals: pd.DataFrame
    settlements: pd.DataFrame


def has_electricity(folder: Path) -> bool:
    """Whether a folder holds the ranking of an electricity run."""
    return (folder / "tables" / "electricity_ranking.csv").exists()


def compare(first: Path, second: Path, language: str = "en") -> Comparison:
    """Compare the electricity results of two output folders; `why` is told in the language.

    Raises
    ------
    MissingDataError
        A folder is not a complete result, or holds no electricity plan.
    """
    record_a, table_a = _read(first)
    record_b, table_b = _read(second)
    try:
        return Comparison(
            parameters=differing(
                record_a["parameters"]["electricity"], record_b["parameters"]["electricity"], "parameter"
            ),
            inputs=differing(checksums_of(record_a), checksums_of(record_b), "layer"),
            totals=_totals(record_a, table_a, record_b, table_b),
            settlements=_settlements(table_a, table_b, language),
        )
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise refused_for("damaged", folder=f"{first}, {second}", reason=repr(error)) from error


def _read(folder: Path) -> tuple[dict[str, Any], pd.DataFrame]:
    run, table = folder / "run.json", folder / "tables" / "electricity_ranking.csv"
    if not run.exists() or not table.exists():
        raise refused_for("no_result", folder=folder)
    try:
        record = json.loads(run.read_text(encoding="utf-8"))
        if not {"parameters", "electricity", "pack"} <= set(record):
            raise ValueError("run.json is not that of an electricity run")
        naming = record["pack"].get("naming", naming_of(read_profile()))
        ranking = _read_table(table)
        return inward_record(record, naming), ranking.set_axis(inward_columns(ranking.columns, record["pack"]), axis=1)
    except (ValueError, TypeError, KeyError, OSError, RecursionError) as error:
        raise refused_for("damaged", folder=folder, reason=error) from error


def refused_for(name: str, **values: Any) -> MissingDataError:
    """The error of a folder that cannot be compared."""
    return refused(MissingDataError, [Message(f"command.compare.{name}", values)])


def _read_table(path: Path) -> pd.DataFrame:
    """Ranking table; a settlement without households has no choice, which is '-' here."""
    frame = pd.read_csv(path, dtype={"commune_code": str, "settlement_id": str, "name": str}, encoding="utf-8-sig")
    missing = [
        name for name in ("settlement_id", "name", "commune_code", "commune", "choice", "rank") if name not in frame
    ]
    if missing or frame["settlement_id"].duplicated().any():
        raise ValueError(
            f"{path.name} lacks {', '.join(missing)}" if missing else f"{path.name} names a settlement twice"
        )
    return frame.assign(choice=frame["choice"].fillna("-"))


def checksums_of(record: dict[str, Any]) -> dict[str, str]:
    """Checksum of each input layer of a run."""
    return {layer["name"]: layer.get("sha256", "-") for layer in record["pack"]["layers"]}


def differing(a: dict[str, Any], b: dict[str, Any], key: str) -> pd.DataFrame:
    """Entries that differ between two records: name, a, b."""
    names = [name for name in {**a, **b} if a.get(name) != b.get(name)]
    return pd.DataFrame(
        {key: names, "a": [str(a.get(n)) for n in names], "b": [str(b.get(n)) for n in names]},
    )


def _totals(
    record_a: dict[str, Any], table_a: pd.DataFrame, record_b: dict[str, Any], table_b: pd.DataFrame
) -> pd.DataFrame:
    plan_a, plan_b = record_a["electricity"]["plan"], record_b["electricity"]["plan"]
    rows = [
        (name, float(plan_a[name]), float(plan_b[name]))
        for name in plan_a
        if name.endswith("_mvnd") and isinstance(plan_b.get(name), int | float)
    ]
    rows += [
        (
            f"settlements: {choice}",
            float((table_a["choice"] == choice).sum()),
            float((table_b["choice"] == choice).sum()),
        )
        for choice in sorted({*table_a["choice"], *table_b["choice"]})
    ]
    frame = pd.DataFrame(rows, columns=["quantity", "a", "b"])
    return frame.assign(change=frame["b"] - frame["a"])


def _settlements(table_a: pd.DataFrame, table_b: pd.DataFrame, language: str) -> pd.DataFrame:
    compared = [column for column in COMPARED if column in table_a and column in table_b]
    keys = ["settlement_id", "name", "commune_code", "commune"]
    merged = table_a[keys + compared].merge(
        table_b[keys + compared], on="settlement_id", how="outer", suffixes=("_a", "_b"), validate="one_to_one"
    )
    for key in keys[1:]:
        merged[key] = merged[f"{key}_b"].fillna(merged[f"{key}_a"])
    merged = merged.drop(columns=[f"{key}_{side}" for key in keys[1:] for side in "ab"])
    merged["changed"] = merged["choice_a"] != merged["choice_b"]
    merged["why"] = reasons(merged, language)
    return merged.sort_values(["changed", "settlement_id"], ascending=[False, True], ignore_index=True)


def reasons(settlements: pd.DataFrame, language: str) -> list[str]:
    """Name for each settlement of a comparison the costs that moved, the largest first, under their headings."""
    say = words(language)
    headings = {column.name: column.heading(language) for column in RANKING if column.name in COST_COLUMNS}
    return [_why(row, headings, say) for row in settlements.to_dict("records")]


def _why(row: dict[Any, Any], headings: Mapping[str, str], say: Words) -> str:
    if pd.isna(row["choice_a"]) or pd.isna(row["choice_b"]):
        return say("command.compare.only_in_one")
    moves, unit = [], (unit_words("mvnd") or {}).get(say.language, "")
    for column, cost in headings.items():
        a, b = row.get(f"{column}_a"), row.get(f"{column}_b")
        if a is None or b is None or (pd.isna(a) and pd.isna(b)):
            continue
        if pd.isna(a) or pd.isna(b):
            moves.append((float("inf"), say(f"command.compare.{'appears' if pd.isna(a) else 'vanishes'}", cost=cost)))
        elif abs(b - a) >= ROUNDING_MVND:
            change = say("command.compare.cost", cost=cost, a=say.number(a), b=say.number(b), unit=unit)
            moves.append((abs(b - a), change))
    moves.sort(key=lambda move: -move[0])
    shared = say("command.compare.shared_lines") if row["changed"] else ""
    return "; ".join(text for _, text in moves) or shared
