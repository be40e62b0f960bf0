"""Two electricity runs side by side: what changed in choice, cost and rank, and which parameters and costs explain it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from infragap.gis.errors import MissingDataError
from infragap.maps.exports.tables import write_csv

COST_COLUMNS = ("grid_alone_mvnd", "grid_share_mvnd", "minigrid_mvnd", "hydro_mvnd", "solar_home_mvnd")
COMPARED = ("choice", "rank", "priority_rank", "year", *COST_COLUMNS)
PRINTED_ROWS = 30
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


def compare(first: Path, second: Path) -> Comparison:
    """Compare the electricity results of two output folders.

    Raises
    ------
    MissingDataError
        A folder is not a complete result, or holds no electricity plan.
    """
    record_a, table_a = _read(first)
    record_b, table_b = _read(second)
    return Comparison(
        parameters=_differing(
            record_a["parameters"]["electricity"], record_b["parameters"]["electricity"], "parameter"
        ),
        inputs=_differing(_checksums(record_a), _checksums(record_b), "layer"),
        totals=_totals(record_a, table_a, record_b, table_b),
        settlements=_settlements(table_a, table_b),
    )


def print_comparison(comparison: Comparison, console: Console, out: Path | None) -> None:
    """Print what changed, and write the table of settlements to `out` (CSV, UTF-8 with BOM) if it is given."""
    for title, frame in (
        ("Inputs that differ", comparison.inputs),
        ("Parameters that differ", comparison.parameters),
        ("Plans", comparison.totals),
    ):
        console.print(_table(title, frame) if len(frame) else f"{title}: none")
    changed = comparison.settlements.query("changed")
    console.print(f"{len(changed)} of {len(comparison.settlements)} settlements changed their choice.")
    for row in changed.head(PRINTED_ROWS).to_dict("records"):
        console.print(
            escape(
                f"  {row['settlement_id']} {row['name']} ({row['commune']}): {row['choice_a']} → {row['choice_b']}, "
                f"rank {row['rank_a']} → {row['rank_b']}; {row['why']}"
            ),
            soft_wrap=True,
        )
    if len(changed) > PRINTED_ROWS:
        console.print(f"  … and {len(changed) - PRINTED_ROWS} more; name a file with --out for all of them.")
    if out is not None:
        write_csv(comparison.settlements, out)
        console.print(f"All settlements are in {escape(str(out))}.")


def _read(folder: Path) -> tuple[dict[str, Any], pd.DataFrame]:
    run, table = folder / "run.json", folder / "tables" / "electricity_ranking.csv"
    if not run.exists() or not table.exists():
        raise MissingDataError(f"{folder}: no complete electricity result there. Run infragap run or electrify first.")
    try:
        record = json.loads(run.read_text(encoding="utf-8"))
        if not {"parameters", "electricity", "pack"} <= set(record):
            raise ValueError("run.json is not that of an electricity run")
        return record, _read_table(table)
    except (ValueError, TypeError, KeyError, OSError) as error:
        raise MissingDataError(
            f"{folder}: the result is damaged ({error}). Run infragap run or electrify again."
        ) from error


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


def _checksums(record: dict[str, Any]) -> dict[str, str]:
    return {layer["name"]: layer["sha256"] for layer in record["pack"]["layers"]}


def _differing(a: dict[str, Any], b: dict[str, Any], key: str) -> pd.DataFrame:
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


def _settlements(table_a: pd.DataFrame, table_b: pd.DataFrame) -> pd.DataFrame:
    compared = [column for column in COMPARED if column in table_a and column in table_b]
    keys = ["settlement_id", "name", "commune_code", "commune"]
    merged = table_a[keys + compared].merge(
        table_b[keys + compared], on="settlement_id", how="outer", suffixes=("_a", "_b"), validate="one_to_one"
    )
    for key in keys[1:]:
        merged[key] = merged[f"{key}_b"].fillna(merged[f"{key}_a"])
    merged = merged.drop(columns=[f"{key}_{side}" for key in keys[1:] for side in "ab"])
    merged["changed"] = merged["choice_a"] != merged["choice_b"]
    merged["why"] = [_why(row) for row in merged.to_dict("records")]
    return merged.sort_values(["changed", "settlement_id"], ascending=[False, True], ignore_index=True)


def _why(row: dict[Any, Any]) -> str:
    """Name the costs that moved, the largest first."""
    if pd.isna(row["choice_a"]) or pd.isna(row["choice_b"]):
        return "only in one of the two runs"
    moves = []
    for column in COST_COLUMNS:
        a, b = row.get(f"{column}_a"), row.get(f"{column}_b")
        if a is None or b is None or (pd.isna(a) and pd.isna(b)):
            continue
        if pd.isna(a) or pd.isna(b):
            moves.append((float("inf"), f"{column} {'appears' if pd.isna(a) else 'is no longer possible'}"))
        elif abs(b - a) >= ROUNDING_MVND:
            moves.append((abs(b - a), f"{column} {a:,.0f} → {b:,.0f}"))
    moves.sort(key=lambda move: -move[0])
    return "; ".join(text for _, text in moves) or ("costs equal; the shared lines changed" if row["changed"] else "")


def _table(title: str, frame: pd.DataFrame) -> Table:
    table = Table(title=title)
    for column in frame.columns:
        table.add_column(str(column), overflow="fold")
    for row in frame.itertuples(index=False):
        table.add_row(*(f"{v:,.1f}" if isinstance(v, float) else escape(str(v)) for v in row))
    return table
