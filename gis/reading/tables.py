"""Tables from CSV and XLSX as text cells: separators, headings and rows; nothing is guessed.

Cells come out as stored (text from CSV; text, numbers, truth values from XLSX) with None for empty ones.
`infragap.gis.checking.columns` turns them into the dtypes of the schema, so that '04489' stays text and '1.234,5' is
never read as one point two.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from infragap.gis import schema
from infragap.gis.findings import fault, listed
from infragap.gis.reading.files import FORMAT, content_of, require_file, require_table_size
from infragap.gis.reading.text import decode
from infragap.gis.reading.workbook import workbook_rows

NO_ROWS = fault("table.empty", reason="a file without headings has no columns")
HEADINGS = fault(
    "table.headings", reason="two columns of one name cannot be told apart; a column without a name cannot be asked for"
)
TITLE_ROWS = fault(
    "table.title_rows", reason="a report sheet has its title above the headings; the headings must stand first"
)
UNEVEN = fault(
    "table.uneven", reason="a row with other cells than the headings has slipped: its values stand in wrong columns"
)
QUOTES = fault("table.quotes", reason="an open quotation mark swallows the rows after it")
SEPARATORS = (",", ";", "\t", "|")
HEADING_ROWS = 30
"""Rows in which headings below a title are looked for."""

CELL_SIGNS = 1_000_000
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|$)")
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+")


def read_table(
    path: Path, *, layer: str, sheet: str | None = None, encoding: str | None = None, heading_row: int | None = None
) -> pd.DataFrame:
    """Read a CSV or XLSX table, cells untyped.

    Parameters
    ----------
    path
        *.csv, *.tsv, *.txt or *.xlsx.
    layer
        Name for messages.
    sheet
        Sheet of a workbook; where None, the only one that shows.
    encoding
        Encoding of a text file that is not UTF-8; 'tcvn3' and 'vni' too.
    heading_row
        Row that holds the headings, from 1; those above it are left out. None for the first that holds anything.

    Returns
    -------
    DataFrame
        dtype object, None for empty cells, RangeIndex in the order of the file. `attrs['decimal_comma']` tells that a
        CSV separates by something else than the comma, so that a comma may stand for the decimal point;
        `attrs['vietnamese_numbers']` that a dot may part thousands; `attrs['percent_columns']` names the columns of a
        workbook that are shown in percent; `attrs['heading_row']` is the row of the headings, from 1.

    Raises
    ------
    MissingDataError
        No such file or sheet.
    LayerError
        Wrong encoding, rows of uneven length, headings twice, or not a workbook.
    """
    require_file(path, layer=layer)
    if path.suffix.lower() in (".xlsx", ".xlsm"):
        cells, percent = workbook_rows(path, layer=layer, sheet=sheet)
        table = _frame(cells, layer=layer, file=path.name, heading_row=heading_row)
        table.attrs["percent_columns"] = [str(name) for place, name in enumerate(table.columns) if place in percent]
        table.attrs["decimal_comma"] = table.attrs["vietnamese_numbers"] = True
        return table
    found = content_of(path)
    if found not in ("text", "JSON", "binary data") and not found.startswith("XML <?"):
        raise FORMAT.error(layer, file=path.name, found=found, wanted="CSV")
    text = decode(path, layer=layer, encoding=encoding)
    rows, separator = _csv_rows(text, path=path, layer=layer)
    table = _frame(rows, layer=layer, file=path.name, heading_row=heading_row)
    table.attrs["decimal_comma"] = separator != ","
    table.attrs["vietnamese_numbers"] = separator == ";" or _has_decimal_commas(table)
    return table


def _csv_rows(text: str, *, path: Path, layer: str) -> tuple[list[list[Any]], str]:
    """Split a CSV into cells; the first line may name the separator, as Excel writes it ('sep=;')."""
    first = text[: text.find("\n")] if "\n" in text else text
    named = re.fullmatch(r'"?sep=(.)"?;*,*', first.strip(), flags=re.IGNORECASE)
    if named is not None or first.strip().lower() in ("sep=\t", "sep="):
        separator, text = (named[1] if named is not None else "\t"), text[len(first) + 1 :]
    else:
        separator = max(SEPARATORS, key=first.count)
        if first.count(separator) == 0:
            # a title stands above the headings: the separator is that of the fullest of the first lines
            lines = text.split("\n")[:HEADING_ROWS]
            separator = max(SEPARATORS, key=lambda sign: max((line.count(sign) for line in lines), default=0))
    csv.field_size_limit(CELL_SIGNS)
    rows: list[list[Any]] = []
    cells = 0
    try:
        for row in csv.reader(_lines(text), delimiter=separator, strict=True):
            rows.append(row)
            cells += len(row)
            require_table_size(len(rows), cells, len(row), path=path, layer=layer)
    except csv.Error as error:
        raise QUOTES.error(layer, file=path.name, line=len(rows) + 1, reason=str(error)) from error
    return rows, separator


def _lines(text: str) -> Iterator[str]:
    """Give the lines with their ends, one at a time: io.StringIO would hold the text again at four bytes a letter."""
    return (match[0] for match in _LINE.finditer(text) if match[0])


def _has_decimal_commas(table: pd.DataFrame) -> bool:
    return any(
        isinstance(cell, str) and _DECIMAL_COMMA.fullmatch(cell) is not None
        for name in table.columns
        for cell in table[name].head(200)
    )


def _frame(rows: list[list[Any]], *, layer: str, file: str, heading_row: int | None = None) -> pd.DataFrame:
    above = (heading_row or 1) - 1
    numbered = enumerate(rows[above:], start=above + 1)
    filled = [(number, row) for number, row in numbered if any(_cell(cell) is not None for cell in row)]
    if not filled:
        raise NO_ROWS.error(layer, file=file)
    below_title = None if heading_row else _headings_below(filled, layer=layer)
    if below_title is not None:
        raise TITLE_ROWS.error(
            layer, file=file, row=below_title, above=str(_cell(next(c for c in filled[0][1] if _cell(c) is not None)))
        )
    headings = [str(_cell(cell) if _cell(cell) is not None else "") for cell in filled[0][1]]
    while headings and not headings[-1]:
        headings.pop()
    twice = sorted(name for name, number in Counter(headings).items() if number > 1 or not name)
    if twice:
        raise HEADINGS.error(layer, file=file, headings=", ".join(name or "(empty)" for name in twice))
    width = len(headings)
    uneven = [
        number for number, row in filled[1:] if len(row) < width or any(_cell(cell) is not None for cell in row[width:])
    ]
    if uneven:
        # a workbook drops empty cells at the end of a row: only text files must fill them
        if file.lower().endswith((".xlsx", ".xlsm")):
            uneven = [number for number, row in filled[1:] if any(_cell(cell) is not None for cell in row[width:])]
            filled = [(number, [*row, *[None] * (width - len(row))]) for number, row in filled]
        if uneven:
            lines = listed([str(number) for number in uneven])
            raise UNEVEN.error(layer, file=file, number=len(uneven), all=len(filled) - 1, width=width, lines=lines)
    cells = [[_cell(cell) for cell in row[:width]] for _, row in filled[1:]]
    table = pd.DataFrame(cells, columns=headings, dtype=object)
    table.attrs["heading_row"] = filled[0][0]
    return table


def _headings_below(filled: list[tuple[int, list[Any]]], *, layer: str) -> int | None:
    """Row that holds the headings where a title stands above them, by the names of the schema; None where the first row
    does."""
    model = schema.LAYERS.get(layer)
    if model is None:
        return None
    known = {*model.to_schema().columns, "longitude", "latitude"}

    def hits(row: list[Any]) -> int:
        return len({str(cell).strip() for cell in row if cell is not None} & known)

    if hits(filled[0][1]) >= 2:
        return None
    for number, row in filled[1:HEADING_ROWS]:
        if hits(row) >= max(3, 2 * hits(filled[0][1]) + 1):
            return number
    return None


def _cell(value: Any) -> Any:
    if isinstance(value, str):
        value = unicodedata.normalize("NFC", value).replace("\u00a0", " ").strip(" \t\r\n\f\v\u3000\u2003\u2002\u2009")
        return value or None
    return value
