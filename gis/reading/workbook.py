"""Sheets of a workbook: the one that is named or the only one that shows, all its rows, percent cells as percent."""

from __future__ import annotations

import datetime
import io
import re
from pathlib import Path
from typing import Any

import openpyxl

from infragap.gis.errors import LayerError, MissingDataError
from infragap.gis.findings import fault
from infragap.gis.reading.files import (
    DAMAGED,
    FORMAT,
    open_archive,
    require_format,
    require_plain_xml,
    require_table_size,
    unpack,
)
from infragap.process_wide import UNWARNED

SHEET_ABSENT = fault("workbook.sheet_absent", reason="the catalogue names a sheet that is not there")
SEVERAL = fault(
    "workbook.several_sheets", reason="last year's list often stays in the workbook; which sheet is meant must be said"
)
MIXED_PERCENT = fault(
    "workbook.mixed_percent",
    reason="in one column some cells are formatted as percent and others not: both readings are possible",
)

_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.')
"""Parts of a number format that are only shown: quoted text, an escaped sign, and a sign as space or filling."""


def workbook_rows(path: Path, *, layer: str, sheet: str | None) -> tuple[list[list[Any]], set[int]]:
    """Give the cells of a sheet row by row; cells shown in percent come out as percent, so 33.2 % is 33.2 and not
    0.332. Then the columns, from 0, that hold such cells.

    Raises
    ------
    MissingDataError
        No such sheet.
    LayerError
        Not a readable workbook, or several sheets and none named.
    """
    _require_sound(path, layer=layer)
    try:
        # openpyxl warns of styles and validations that it does not keep; only values matter here
        with UNWARNED:
            return _rows(path, layer=layer, sheet=sheet)
    except (LayerError, MissingDataError):
        raise
    except Exception as error:
        raise DAMAGED.error(layer, file=path.name, reason=f"{type(error).__name__}: {error}") from error


def _require_sound(path: Path, *, layer: str) -> None:
    require_format(path, layer=layer)
    with open_archive(path, layer=layer) as archive:
        names = archive.namelist()
        if "xl/workbook.xml" not in names and "[Content_Types].xml" not in names:
            raise FORMAT.error(layer, file=path.name, found="ZIP archive", wanted="XLSX")
        for name in names:
            if name.endswith((".xml", ".rels")):
                require_plain_xml(unpack(archive, name, path=path, layer=layer), path=path, layer=layer)


def _rows(path: Path, *, layer: str, sheet: str | None) -> tuple[list[list[Any]], set[int]]:
    book = openpyxl.load_workbook(io.BytesIO(path.read_bytes()), read_only=True, data_only=True)
    try:
        chosen = book[_chosen_sheet(book, path, layer=layer, sheet=sheet)]
        # the dimension that a sheet states is often stale: only the rows themselves count
        chosen.reset_dimensions()
        rows: list[list[Any]] = []
        percent: list[list[bool]] = []
        filled = 0
        for cells in chosen.iter_rows():
            filled += len(cells)
            require_table_size(len(rows) + 1, filled, len(cells), path=path, layer=layer)
            rows.append([_value(cell) for cell in cells])
            percent.append([_is_percent(cell) for cell in cells])
    finally:
        book.close()
    _require_one_percent(rows, percent, path=path, layer=layer)
    return rows, {column for marks in percent for column, mark in enumerate(marks) if mark}


def _chosen_sheet(book: openpyxl.Workbook, path: Path, *, layer: str, sheet: str | None) -> str:
    names = [ws.title for ws in book.worksheets]
    if sheet is not None:
        if sheet not in names:
            found = SHEET_ABSENT.found(layer, file=path.name, sheet=sheet, sheets=", ".join(names))
            raise MissingDataError(str(found), findings=[found])
        return sheet
    if not names:
        raise DAMAGED.error(layer, file=path.name, reason="no sheet")
    shown = [ws.title for ws in book.worksheets if ws.sheet_state == "visible"]
    if len(shown) == 1 or len(names) == 1:
        return (shown or names)[0]
    filled = [
        name
        for name in shown or names
        if any(value is not None for row in book[name].iter_rows(values_only=True) for value in row)
    ]
    if len(filled) == 1:
        return filled[0]
    if layer in names:
        return layer
    raise SEVERAL.error(layer, file=path.name, sheets=", ".join(shown or names))


def _value(cell: Any) -> Any:
    value = cell.value
    if _is_percent(cell):
        # rounded: 0.332 times 100 is 33.2, not 33.20000000000000284
        return round(value * 100, 10)
    if isinstance(value, datetime.datetime | datetime.date | datetime.time | datetime.timedelta):
        return str(value)
    return value


def _is_percent(cell: Any) -> bool:
    value = cell.value
    return (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and "%" in _LITERAL.sub("", str(cell.number_format or ""))
    )


def _require_one_percent(rows: list[list[Any]], percent: list[list[bool]], *, path: Path, layer: str) -> None:
    """Refuse a column with percent cells beside plain numbers other than 0."""
    width = max((len(row) for row in rows), default=0)
    for column in range(width):
        cells = [
            (row[column], marks[column])
            for row, marks in zip(rows, percent, strict=True)
            if column < len(row)
            and isinstance(row[column], int | float)
            and not isinstance(row[column], bool)
            and row[column] != 0
        ]
        marked = [mark for _, mark in cells]
        if any(marked) and not all(marked):
            heading = next(
                (str(row[column]) for row in rows if column < len(row) and row[column] is not None), str(column + 1)
            )
            raise MIXED_PERCENT.error(layer, file=path.name, column=heading, number=sum(marked), all=len(marked))
