"""All tables of a run in one workbook for people: typed numbers, headings and codes in words. CSV stays for
machines."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from infragap.analyses.columns import in_one_language
from infragap.maps.contents import Tables
from infragap.maps.parameter_cells import parameters_in_words
from infragap.maps.workbooks.book import workbook, write_table, write_title
from infragap.wording.catalogue import words

LEFT_OUT = ("longitude", "latitude")
"""Columns that a reader of sheets does not need."""

FOR_MACHINES = ("schools_od",)
"""Tables of hundreds of thousands of rows that nobody reads as a sheet: CSV only."""


def write_all_tables(tables: Tables, path: Path, *, title: str, note: str, language: str) -> None:
    """Write a sheet per table, in the order of the tables."""
    say = words(language)
    with workbook(path, title, language) as book:
        for name, (frame, columns) in tables.items():
            if name in FOR_MACHINES:
                continue
            key = f"maps.table.{name}"
            sheet = book.sheet(say(key) if key in say else name)
            shown = tuple(c for c in in_one_language(columns, language) if c.name in frame and c.name not in LEFT_OUT)
            top = write_title(sheet, f"{title}: {say(key) if key in say else name}", note, len(shown))
            cells = parameters_in_words(pd.DataFrame(frame.drop(columns="geometry", errors="ignore")), language)
            write_table(sheet, top, shown, cells)
