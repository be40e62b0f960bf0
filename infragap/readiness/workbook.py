"""`infragap check --workbook`: the planner's own rows as a workbook, wrong cells red, what is wrong and the repair as
comment."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xlsxwriter

from infragap.gis import schema
from infragap.gis.catalog import LayerEntry
from infragap.gis.errors import InfragapError
from infragap.gis.findings import Finding, Severity, printable, row_names
from infragap.gis.pack import read_pack
from infragap.gis.reading.layers import read_raw
from infragap.gis.reading.mapping import mapped
from infragap.maps.exports.tables import FORMULA_STARTS
from infragap.readiness.judging import Readiness
from infragap.wording.catalogue import Words, words

MOST_MARKED = 2_000
"""Cells of one layer that are marked; a spreadsheet with more comments hardly opens."""

LONGEST_CELL, LONGEST_NAME = 32_000, 31


def write_check_workbook(readiness: Readiness, folder: Path, path: Path, language: str) -> tuple[int, list[str]]:
    """Write the findings on a pack into a workbook.

    Parameters
    ----------
    readiness
        What `check` has found.
    folder
        The pack; its files are read anew and not changed.
    path
        Workbook to write; one that is there is replaced.
    language
        Of sentences and repairs.

    Returns
    -------
    tuple
        Number of marked cells, and names of layers with more wrong cells than are marked.
    """
    say = words(language)
    lacking = (finding for found in readiness.lacking.values() for finding in found)
    findings = list({finding.spoken(): finding for finding in (*lacking, *readiness.findings)}.values())
    partial = path.with_name(f"{path.name}.part")
    count, full = 0, []
    with xlsxwriter.Workbook(partial, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        looks = _Looks(book)
        _list_findings(book.add_worksheet(say("check_workbook.sheet")), looks, findings, say)
        for name, own in _by_layer(findings).items():
            frame, entry = _rows_of(folder, name)
            if frame is not None and entry is not None:
                marks = _marks(frame, entry, own, language)
                kept = dict(list(marks.items())[:MOST_MARKED])
                _write_rows(book.add_worksheet(name[:LONGEST_NAME]), looks, frame, kept)
                count += len(kept)
                full += [name] if len(kept) < len(marks) else []
    partial.replace(path)
    return count, full


class _Looks:
    """Formats; texts that a spreadsheet would take for a formula once they are edited carry its own mark of a text."""

    def __init__(self, book: Any) -> None:
        red = {"bg_color": "#ffcdd2", "border": 1, "border_color": "#b71c1c"}
        self.head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#eceff1"})
        self.wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        self.plain, self.quoted = None, book.add_format({"quote_prefix": True})
        self.red, self.red_quoted = book.add_format(red), book.add_format({**red, "quote_prefix": True})

    def of(self, value: object, *, marked: bool) -> Any:
        """Format of a cell."""
        if isinstance(value, str) and value.startswith(FORMULA_STARTS):
            return self.red_quoted if marked else self.quoted
        return self.red if marked else self.plain


def _list_findings(sheet: Any, looks: _Looks, findings: list[Finding], say: Words) -> None:
    sheet.set_column(0, 1, 14)
    sheet.set_column(2, 2, 26)
    sheet.set_column(3, 4, 70)
    sheet.freeze_panes(1, 0)
    for place, key in enumerate(("layer", "severity", "rows", "sentence", "repair")):
        sheet.write_string(0, place, say(f"check_workbook.{key}"), looks.head)
    for row, finding in enumerate(findings, start=1):
        kind = "fault" if finding.severity is Severity.FAULT else "notice"
        cells = (finding.layer, say(f"check_workbook.{kind}"), ", ".join(finding.rows),
                 finding.sentence(say.language), finding.repair(say.language))  # fmt: skip
        for place, text in enumerate(cells):
            cut = printable(text, signs=LONGEST_CELL)
            sheet.write_string(row, place, cut, looks.of(cut, marked=False) or looks.wrapped)


def _by_layer(findings: list[Finding]) -> dict[str, list[Finding]]:
    found: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        if finding.rows or "column" in finding.values or "columns" in finding.values:
            found[finding.layer].append(finding)
    return found


def _rows_of(folder: Path, layer: str) -> tuple[pd.DataFrame | None, LayerEntry | None]:
    """The planner's rows and columns of a layer; None where the file cannot be read, or is a raster."""
    try:
        pack = read_pack(folder)
        entry = pack.catalog.entry(layer)
        if entry.kind == "raster":
            return None, None
        raw = read_raw(folder, entry, crs_measure=pack.catalog.pack.crs_measure)
    except InfragapError:
        return None, None
    return pd.DataFrame(raw.drop(columns="geometry", errors="ignore")), entry


def _marks(
    frame: pd.DataFrame, entry: LayerEntry, findings: list[Finding], language: str
) -> dict[tuple[int, int], list[str]]:
    """What is said of each cell, by row (0 is the heading) and column of the sheet."""
    own_id = schema.ID_COLUMN.get(entry.name, "")
    named, _ = mapped(frame, entry)
    places: dict[str, list[int]] = defaultdict(list)
    for row, name in enumerate(row_names(named, np.ones(len(named), dtype=bool), layer=entry.name), start=1):
        places[name].append(row)
    marks: dict[tuple[int, int], list[str]] = defaultdict(list)
    columns = [str(name) for name in frame.columns]
    for finding in sorted(findings, key=lambda one: one.severity is Severity.NOTICE):
        wanted = str(finding.values.get("column", own_id))
        column = _source_column(columns, entry.columns.get(wanted, wanted))
        rows = [row for name in dict.fromkeys(finding.rows) for row in places.get(name, [])] or [0]
        text = f"{finding.sentence(language)} {finding.repair(language)}".strip()
        for row in rows:
            marks[row, column].append(text)
    return marks


def _source_column(columns: list[str], text: str) -> int:
    """Place of the column of the file that a column of the schema comes from: itself, or the first of a formula."""
    if text in columns:
        return columns.index(text)
    used = (place for place, name in enumerate(columns) if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text))
    return next(used, 0)


def _write_rows(sheet: Any, looks: _Looks, frame: pd.DataFrame, marks: dict[tuple[int, int], list[str]]) -> None:
    sheet.freeze_panes(1, 0)
    for column, name in enumerate(map(str, frame.columns)):
        sheet.set_column(column, column, 16)
        sheet.write_string(0, column, name, looks.red if (0, column) in marks else looks.head)
        for row, value in enumerate(frame.iloc[:, column], start=1):
            _write_cell(sheet, row, column, value, looks.of(value, marked=(row, column) in marks))
    for (row, column), texts in marks.items():
        text = printable("\u2002".join(dict.fromkeys(texts)), signs=LONGEST_CELL)
        sheet.write_comment(row, column, text, {"x_scale": 3, "y_scale": 1.5})


def _write_cell(sheet: Any, row: int, column: int, value: Any, look: Any) -> None:
    if value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and math.isnan(value)):
        sheet.write_blank(row, column, None, look)
    elif isinstance(value, bool | np.bool_):
        sheet.write_boolean(row, column, bool(value), look)
    elif isinstance(value, int | float | np.integer | np.floating) and math.isfinite(value):
        sheet.write_number(row, column, float(value), look)
    else:
        sheet.write_string(row, column, str(value)[:LONGEST_CELL], look)
