"""The list of grid extensions as a spreadsheet for the power company: Vietnamese headings, real formulas, totals."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from infragap.analyses.columns import Column
from infragap.wording.catalogue import words
from infragap.wording.codes import label

SUMMED = ("households", "mv_km", "stations", "station_kva", "lv_km", "meters", "investment_mvnd", "forest_ha")
"""Columns that have a total; a rate, a year or an accuracy has none."""
FORMATS = {
    "households": "#,##0", "stations": "#,##0", "meters": "#,##0", "station_kva": "#,##0.0", "voltage_kv": "0", "tap_northing_m": "0.0",
    "tap_easting_m": "0.0", "voltage_drop_pct": "0.0", "grid_probability_pct": "0", "position_accuracy_km": "0.0", "year": "0",
}  # fmt: skip
"""Number formats by column; a spreadsheet set to Vietnamese shows them with dot and decimal comma."""
DEFAULT_FORMAT = "#,##0.00"
WIDE, NARROW = 28, 13
LANGUAGE = "vi"
"""Language of the list: the power company's."""
SHORT_TEXTS = ("conductor", "provenance")
"""Texts that need no wide column."""
HEADER_ROW = 4
FIXED_DATE = dt.datetime(2026, 1, 1)


def write_grid_extension_list(
    frame: pd.DataFrame, columns: Sequence[Column], path: Path, *, title: str, note: str, late: str
) -> None:
    """Write the list.

    Parameters
    ----------
    frame
        One row per settlement that gets the grid, in building order, columns named in `columns`.
    columns
        Data dictionary of the list: headings, units.
    title, note
        Title line, and the line below it on what the data rest on.
    late
        What stands for the year where no budget reaches.
    """
    with xlsxwriter.Workbook(
        str(path),
        {
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "nan_inf_to_errors": False,
        },
    ) as book:
        book.set_properties({"title": title, "created": FIXED_DATE})
        sheet = book.add_worksheet(words(LANGUAGE)("maps.grid_extension.sheet"))
        texts = {name for name in frame.columns if pd.api.types.is_object_dtype(frame[name])} - {"year", *SHORT_TEXTS}
        _write_head(book, sheet, columns, title, note, wide=texts)
        _write_rows(book, sheet, frame, columns, late=late)
        _write_totals(book, sheet, len(frame), columns)
        sheet.freeze_panes(HEADER_ROW + 2, 2)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(HEADER_ROW, HEADER_ROW + 1)
        if len(frame):
            sheet.autofilter(HEADER_ROW + 1, 0, HEADER_ROW + 1 + len(frame), len(columns))


def _write_head(
    book: Any, sheet: Any, columns: Sequence[Column], title: str, note: str, *, wide: Collection[str]
) -> None:
    last = len(columns)
    sheet.merge_range(0, 0, 0, last, title, book.add_format({"bold": True, "font_size": 14, "align": "center"}))
    sheet.merge_range(
        1,
        0,
        1,
        last,
        note,
        book.add_format({"italic": True, "align": "center", "font_color": "#9C5700", "bg_color": "#FFEB9C"}),
    )
    head = book.add_format(
        {"bold": True, "text_wrap": True, "align": "center", "valign": "vcenter", "border": 1, "bg_color": "#DDEBF7"}
    )
    unit = book.add_format({"italic": True, "align": "center", "border": 1, "bg_color": "#DDEBF7"})
    sheet.write_string(HEADER_ROW, 0, words(LANGUAGE)("maps.grid_extension.number"), head)
    sheet.write_string(HEADER_ROW + 1, 0, "", unit)
    for i, column in enumerate(columns, start=1):
        heading, _, shown = column.heading(LANGUAGE).partition(" (")
        if column.unit == "-":
            heading, shown = column.heading(LANGUAGE), ""
        sheet.write_string(HEADER_ROW, i, heading, head)
        sheet.write_string(HEADER_ROW + 1, i, shown.rstrip(")"), unit)
        sheet.set_column(i, i, WIDE if column.name in wide else NARROW)
    sheet.set_column(0, 0, 6)
    sheet.set_row(HEADER_ROW, 45)


def _write_rows(book: Any, sheet: Any, frame: pd.DataFrame, columns: Sequence[Column], *, late: str) -> None:
    text = book.add_format({"border": 1, "text_wrap": True, "valign": "top"})
    number = {
        column.name: book.add_format({"border": 1, "valign": "top", "num_format": _format(column)})
        for column in columns
    }
    for r, row in enumerate(frame.to_dict("records")):
        at = HEADER_ROW + 2 + r
        sheet.write_number(at, 0, r + 1, text)
        for i, column in enumerate(columns, start=1):
            value = row[column.name]
            if value is None or value is pd.NA or (isinstance(value, float | np.floating) and not np.isfinite(value)):
                if column.name == "year":
                    sheet.write_string(at, i, late, text)
                else:
                    sheet.write_blank(at, i, None, text)
            elif isinstance(value, bool | np.bool_):
                sheet.write_string(at, i, words(LANGUAGE)("maps.page.yes" if value else "maps.page.no"), text)
            elif isinstance(value, int | float | np.integer | np.floating):
                sheet.write_number(at, i, round(float(value), 4), number[column.name])
            else:
                sheet.write_string(at, i, label(LANGUAGE, column.name, str(value), column.table), text)


def _write_totals(book: Any, sheet: Any, rows: int, columns: Sequence[Column]) -> None:
    """Last row with SUM formulas; investment per household is total over total, not a sum of rates."""
    at, first, last = HEADER_ROW + 2 + rows, HEADER_ROW + 3, HEADER_ROW + 2 + rows
    bold = book.add_format({"bold": True, "border": 1, "bg_color": "#F2F2F2"})
    sheet.write_string(at, 0, "", bold)
    for i, column in enumerate(columns, start=1):
        shown = book.add_format({"bold": True, "border": 1, "bg_color": "#F2F2F2", "num_format": _format(column)})
        letter = xl_col_to_name(i)
        if rows and column.name in SUMMED:
            sheet.write_formula(at, i, f"=SUM({letter}{first}:{letter}{last})", shown)
        elif column.name == "investment_mvnd_per_household" and rows:
            names = [c.name for c in columns]
            cost, homes = (xl_col_to_name(names.index(n) + 1) for n in ("investment_mvnd", "households"))
            sheet.write_formula(at, i, f"=SUM({cost}{first}:{cost}{last})/SUM({homes}{first}:{homes}{last})", shown)
        else:
            sheet.write(at, i, words(LANGUAGE)("maps.grid_extension.total") if i == 1 else None, bold)


def _format(column: Column) -> str:
    return FORMATS.get(column.name, DEFAULT_FORMAT)
