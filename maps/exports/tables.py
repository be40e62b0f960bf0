"""Writes tables as CSV: for machines, harmless in a spreadsheet, the same bytes for the same rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from infragap.analyses.columns import Column
from infragap.maps.exports.outward import outward_dictionary, outward_frame
from infragap.wording.catalogue import languages

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
DECIMALS = 6


def safe_cell(value: Any) -> Any:
    """Disarm a text: one that a spreadsheet would read as a formula gets an apostrophe before it; all else stays, a
    lone dash too."""
    return "'" + value if isinstance(value, str) and value.startswith(FORMULA_STARTS) and value != "-" else value


def write_csv(frame: pd.DataFrame, path: Path) -> None:
    """Write a table as CSV, UTF-8 with BOM; geometry is left out, numbers have six decimals at most, texts cannot act
    as formulas."""
    table = outward_frame(pd.DataFrame(frame.drop(columns="geometry", errors="ignore"))).round(DECIMALS)
    for name in table.select_dtypes(object).columns:
        table[name] = table[name].map(safe_cell)
    table.to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\n")


def write_dictionary(tables: Mapping[str, Sequence[Column]], path: Path) -> None:
    """Write the data dictionary: one row per table and column with unit, heading and meaning in each language, and
    origin."""
    rows = [
        {
            "table": table,
            "column": column.name,
            "unit": column.unit,
            **{f"heading_{code}": column.heading(code) for code in languages()},
            **{f"meaning_{code}": column.meaning(code) for code in languages()},
            "derived_from": column.derived_from,
        }
        for table, columns in tables.items()
        for column in columns
    ]
    write_csv(outward_dictionary(pd.DataFrame(rows), name="column"), path)
