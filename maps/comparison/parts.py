"""What a comparison page is made of: one part for each question, with a map, tables and notes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from infragap.analyses.columns import Column
from infragap.maps.shown import headed, shown

Text = Mapping[str, str]
"""A text by language code."""


@dataclass(frozen=True)
class Grid:
    """A table: its title, headings, cells, and which columns stand to the right; `note` stands below it. A
    `long` one has many rows and sentences: it stands below the map, not beside it."""

    title: Text
    headings: tuple[Text, ...]
    rows: tuple[tuple[Text, ...], ...]
    numeric: tuple[bool, ...]
    note: Text | None = None
    long: bool = False


@dataclass(frozen=True)
class Part:
    """What changed in one question: `drawing` is SVG with its legend, empty where there is no map."""

    key: str
    title: Text
    notes: tuple[Text, ...]
    drawing: str
    grids: tuple[Grid, ...]


def grid_of(
    title: Text, frame: pd.DataFrame, columns: Sequence[Column], names: Sequence[str], note: Text | None = None
) -> Grid:
    """Make a table of the named columns of a frame; those that it lacks are left out."""
    known = {column.name: column for column in columns}
    chosen = [known[name] for name in names if name in known and name in frame]
    rows = tuple(
        tuple(shown(column, row[column.name], unit=False) for column in chosen) for row in frame.to_dict("records")
    )
    numeric = tuple(pd.api.types.is_numeric_dtype(frame[column.name]) for column in chosen)
    return Grid(title, tuple(headed(column) for column in chosen), rows, numeric, note)
