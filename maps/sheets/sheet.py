"""What stands on a commune sheet, apart from how it is drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Text = Mapping[str, str]
"""A text by language code."""


@dataclass(frozen=True)
class Mark:
    """One shape of a small map; places in millimetres from its upper left corner.

    Attributes
    ----------
    kind
        area, line, label, circle, or a shape of `infragap.maps.markers`.
    rings
        Rings of an area, the course of a line, or the place of a marker or label as one point.
    fill, stroke
        Colours as '#rrggbb'; empty for none.
    width, size
        Width of the line and half width of a marker [mm].
    dash
        Lengths of stroke and gap [mm]; empty for a whole line.
    text
        What a label says.
    """

    kind: str
    rings: tuple[tuple[tuple[float, float], ...], ...]
    fill: str = ""
    stroke: str = ""
    width: float = 0.2
    size: float = 1.2
    dash: tuple[float, ...] = ()
    text: str = ""


@dataclass(frozen=True)
class Picture:
    """A small map.

    Attributes
    ----------
    width, height
        Of the drawing [mm].
    marks
        From bottom to top.
    legend
        One mark at (0, 0) for every class that is drawn, with its words.
    scale_km, scale_mm
        Length of the scale bar on the ground and on paper.
    """

    width: float
    height: float
    marks: tuple[Mark, ...]
    legend: tuple[tuple[Mark, Text], ...]
    scale_km: float
    scale_mm: float


@dataclass(frozen=True)
class Figures:
    """Numbers under one heading: their names and values."""

    title: Text
    rows: tuple[tuple[Text, Text], ...]


@dataclass(frozen=True)
class Listing:
    """A table of the sheet; `rest` says what it leaves out, `numeric` which columns stand to the right, `widths` the
    share of each column."""

    title: Text
    headings: tuple[Text, ...]
    rows: tuple[tuple[Text, ...], ...]
    numeric: tuple[bool, ...]
    widths: tuple[float, ...]
    rest: Text | None = None


@dataclass(frozen=True)
class Sheet:
    """The sheet of one commune."""

    code: str
    name: str
    title: Text
    lead: Text
    notice: Text | None
    picture: Picture
    figures: tuple[Figures, ...]
    listings: tuple[Listing, ...]
    source: Text
