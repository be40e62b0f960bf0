"""A workbook whose cells are typed, whose texts cannot act, and whose formulas carry their value, so that a viewer that
does not compute shows it."""

from __future__ import annotations

import datetime as dt
import io
import math
import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from infragap.analyses.columns import Column, is_plain
from infragap.maps.totals import SUMMED
from infragap.wording.catalogue import words
from infragap.wording.codes import label, unit_words

FIXED_DATE = dt.datetime(2026, 1, 1)
"""Date inside the file, so that equal results give equal bytes."""
SAFE = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": False,
}
"""A text stays a text, whatever it begins with."""
FORBIDDEN = re.compile(r"[\[\]:*?/\\]")
"""Characters that no sheet may have in its name."""
A3, A4 = 8, 9
WIDE, NARROW, TINY = 46, 12, 6
"""Widths of columns in characters: the most, of numbers, of a running number."""
LINE_POINTS, LINES_MAX = 15.0, 12
"""Height of a line of text, and the most lines of a row that are shown."""
NUMBER_FORMATS = {0: "#,##0", 1: "#,##0.0", 2: "#,##0.00", 3: "#,##0.000", 4: "0.0000", 5: "0.00000"}
TRUTH, WHOLE, FRACTION = (bool, np.bool_), (int, np.integer), (float, np.floating)
GREY, BLUE, YELLOW = "#F2F2F2", "#DDEBF7", "#FFEB9C"


@dataclass(frozen=True)
class Sheet:
    """A sheet under work: where it stands and in which language."""

    book: Book
    page: Any
    language: str

    def say(self, key: str, **values: Any) -> str:
        """Text of the sheet's language."""
        return words(self.language)(key, **values)


class Book:
    """An open workbook with its formats, each made once."""

    def __init__(self, file: Any, language: str) -> None:
        """Keep the open file."""
        self.file, self.language = file, language
        self.widths: dict[str, list[int]] = {}
        """Widths of the columns of each sheet [characters], by which its rows get their height."""
        self.texts: dict[tuple[str, str, str], str] = {}
        """Texts as they are shown, by table, column and value: the same few stand in most cells."""
        self._formats: dict[tuple[tuple[str, Any], ...], Any] = {}
        self._numbers: dict[tuple[str, str, bool], Any] = {}

    @cached_property
    def text_look(self) -> Any:
        """Format of a cell of text in a table."""
        return self.look(border=1, text_wrap=True, valign="top")

    def number_look(self, column: Column, value: Any) -> Any:
        """Format of a cell of a table with a number; a large table asks a million times."""
        key = (column.name, column.unit, isinstance(value, WHOLE))
        if key not in self._numbers:
            self._numbers[key] = self.look(border=1, valign="top", num_format=number_format(column, value))
        return self._numbers[key]

    def look(self, **properties: Any) -> Any:
        """Give the format with these properties."""
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            self._formats[key] = self.file.add_format(dict(properties))
        return self._formats[key]

    def sheet(self, name: str, *, paper: int = A3) -> Sheet:
        """Add a sheet that prints in landscape, as wide as the paper."""
        page = self.file.add_worksheet(FORBIDDEN.sub(" ", name)[:31])
        page.set_landscape()
        page.set_paper(paper)
        page.fit_to_pages(1, 0)
        page.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.5)
        page.set_footer("&L&A&R&P / &N")
        return Sheet(self, page, self.language)


@contextmanager
def workbook(path: Path, title: str, language: str) -> Iterator[Book]:
    """Open a workbook for writing; it is put on the disk when it is whole."""
    written = io.BytesIO()
    with xlsxwriter.Workbook(written, SAFE) as file:
        file.set_properties({"title": title, "created": FIXED_DATE})
        yield Book(file, language)
    # an archive on the disk that became full on the way would complain once more when it is thrown away
    path.write_bytes(written.getbuffer())


def write_title(sheet: Sheet, title: str, note: str, columns: int) -> int:
    """Write the title and the line below it on what the data rest on; give the row of the headings."""
    look = sheet.book.look
    sheet.page.merge_range(0, 0, 0, max(1, columns - 1), title, look(bold=True, font_size=14))
    sheet.page.merge_range(1, 0, 1, max(1, columns - 1), note, look(italic=True, font_color="#9C5700", bg_color=YELLOW))
    return 3


def write_headings(sheet: Sheet, row: int, columns: Sequence[Column]) -> None:
    """Write the headings with their units, widths by what stands below them, and keep them on every printed page."""
    look = sheet.book.look(bold=True, text_wrap=True, align="center", valign="vcenter", border=1, bg_color=BLUE)
    for i, column in enumerate(columns):
        sheet.page.write_string(row, i, heading(column, sheet.language), look)
    sheet.page.set_row(row, 48)
    sheet.page.repeat_rows(row)
    sheet.page.freeze_panes(row + 1, min(2, len(columns)))


def heading(column: Column, language: str) -> str:
    """Heading with its unit; a heading that names a unit in brackets has it already."""
    text, unit = column.heading(language), unit_words(column.unit)
    return f"{text} ({unit[language]})" if unit and "(" not in text else text


def set_widths(sheet: Sheet, columns: Sequence[Column], frame: pd.DataFrame) -> None:
    """Give each column the room of its longest text, within limits, and numbers little."""
    widths = []
    for i, column in enumerate(columns):
        values = frame[column.name] if column.name in frame else pd.Series(dtype=float)
        texts = [_text(sheet, column, value) for value in values.unique() if isinstance(value, str)]
        least = TINY if column.name == "stt" else NARROW
        widths.append(max(least, min(WIDE, max(map(len, texts), default=0) + 1)))
        sheet.page.set_column(i, i, widths[-1])
    sheet.book.widths[sheet.page.get_name()] = widths


def _text(sheet: Sheet, column: Column, value: str) -> str:
    """A text as the sheet shows it: a code in words."""
    key = (column.table, column.name, value)
    if key not in sheet.book.texts:
        sheet.book.texts[key] = label(sheet.language, column.name, value, column.table)
    return sheet.book.texts[key]


def write_row(sheet: Sheet, row: int, columns: Sequence[Column], values: Mapping[Any, Any], *, level: int = 0) -> None:
    """Write a row of cells as their columns say, as high as its longest text needs: not every program makes room by
    itself. A row with a level above 0 folds away below its group."""
    lines = 1
    widths = sheet.book.widths.get(sheet.page.get_name(), [WIDE] * len(columns))
    for i, column in enumerate(columns):
        value = values.get(column.name)
        write_value(sheet, row, i, column, value)
        if isinstance(value, str):
            lines = max(lines, _lines(_text(sheet, column, value), widths[i]))
    if lines > 1 or level:
        height = LINE_POINTS * min(lines, LINES_MAX) if lines > 1 else None
        sheet.page.set_row(row, height, None, {"level": level} if level else {})


@lru_cache(maxsize=10_000)
def _lines(text: str, width: int) -> int:
    """Lines that the longest paragraph of a text needs in a column so many characters wide."""
    return max(
        1 if len(part) <= width and "\t" not in part else len(textwrap.wrap(part, width)) for part in text.split("\n")
    )


def write_value(sheet: Sheet, row: int, at: int, column: Column, value: Any) -> None:
    """Write one cell: a number typed and rounded to what its unit shows, a code in words, nothing where it is
    missing."""
    text = sheet.book.text_look
    if value is None or value is pd.NA or (isinstance(value, FRACTION) and not math.isfinite(value)):
        sheet.page.write_blank(row, at, None, text)
    elif isinstance(value, TRUTH):
        sheet.page.write_string(row, at, sheet.say("maps.page.yes" if value else "maps.page.no"), text)
    elif isinstance(value, (*WHOLE, *FRACTION)):
        number = sheet.book.number_look(column, value)
        sheet.page.write_number(row, at, round(float(value), 6), number)
    else:
        sheet.page.write_string(row, at, _text(sheet, column, str(value)), text)


def number_format(column: Column, value: Any = 0.5) -> str:
    """Number format of a column; a spreadsheet set to Vietnamese shows it with dot and decimal comma."""
    if is_plain(column.name) or column.name.endswith("_kv"):
        return "0"
    return NUMBER_FORMATS[
        0 if isinstance(value, WHOLE) else column.decimals if column.decimals in NUMBER_FORMATS else 1
    ]


def write_sum(
    sheet: Sheet, row: int, at: int, column: Column, rows: tuple[int, int], value: float, **look: Any
) -> None:
    """Write a SUBTOTAL over rows (first and last, zero-based) with its value: it counts what a filter leaves, and no
    other subtotal."""
    letter, (first, last) = xl_col_to_name(at), rows
    whole = column.unit == "-" and value == round(value)
    shown = sheet.book.look(border=1, bold=True, num_format=number_format(column, 0 if whole else value), **look)
    sheet.page.write_formula(row, at, f"=SUBTOTAL(9,{letter}{first + 1}:{letter}{last + 1})", shown, value)


def write_table(sheet: Sheet, row: int, columns: Sequence[Column], frame: pd.DataFrame) -> int:
    """Write headings, rows, a filter and the totals of what can be summed; give the row below."""
    write_headings(sheet, row, columns)
    set_widths(sheet, columns, frame)
    first = row + 1
    for i, values in enumerate(frame.to_dict("records")):
        write_row(sheet, first + i, columns, values)
    last = first + len(frame) - 1
    if not len(frame):
        return first
    sheet.page.autofilter(row, 0, last, len(columns) - 1)
    summed = {c.name for c in columns if c.name in SUMMED and pd.api.types.is_numeric_dtype(frame[c.name])}
    if not summed:
        return last + 1
    bold = sheet.book.look(bold=True, border=1, bg_color=GREY)
    for i, column in enumerate(columns):
        if column.name in summed:
            write_sum(sheet, last + 1, i, column, (first, last), float(frame[column.name].sum()), bg_color=GREY)
        else:
            sheet.page.write(last + 1, i, sheet.say("maps.page.total") if i == 0 else None, bold)
    return last + 2
