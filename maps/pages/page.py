"""What a map page is made of: layers with styles and cards, filters, a ranked list, a table. `document` turns a page
into HTML."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd

from infragap.wording.catalogue import languages

Text = Mapping[str, str]
"""A text by language code."""


@dataclass(frozen=True)
class Ground:
    """A picture below the layers: PNG or JPEG bytes with its WGS84 corners (south, west, north, east)."""

    image: bytes
    mime: str
    bounds: tuple[float, float, float, float]


@dataclass(frozen=True)
class Field:
    """A value shown in a card, list or table.

    Attributes
    ----------
    key
        Its column.
    label, unit
        Its words; no unit behind texts and ratios.
    digits
        Decimals at most.
    values
        Words of codes.
    plain
        A year or a number of a list, written without separators.
    columns
        Language → column, where a text has a column for each language.
    summed
        Whether a table's last row has its total.
    """

    key: str
    label: Text
    unit: Text | None = None
    digits: int = 1
    values: Mapping[str, Text] | None = None
    plain: bool = False
    columns: Mapping[str, str] | None = None
    summed: bool = False

    def needed(self) -> list[str]:
        """Columns that it reads."""
        return sorted(set(self.columns.values())) if self.columns else [self.key]


@dataclass(frozen=True)
class Style:
    """How a layer is drawn.

    Attributes
    ----------
    common
        Leaflet path options of all features.
    by
        Column whose value chooses an entry of `values`.
    values
        Value → (legend label or None, path options; a point may have a `shape`: circle, or one of
        `infragap.maps.markers`).
    other
        Legend label and options of the rest; None leaves the common ones.
    radius
        Column, factor of its square root, least and most radius in pixels; points only.
    hollow
        Column that says where a marker is drawn hollow, and what the legend says of it.
    """

    common: Mapping[str, Any] = field(default_factory=dict)
    by: str | None = None
    values: Mapping[str, tuple[Text | None, Mapping[str, Any]]] = field(default_factory=dict)
    other: tuple[Text, Mapping[str, Any]] | None = None
    radius: tuple[str, float, float, float] | None = None
    hollow: tuple[str, Text] | None = None


@dataclass(frozen=True)
class Option:
    """A row of the comparison on a card: a code, its words, its values, and the column that says what rules it out."""

    code: str
    label: Text
    fields: tuple[Field | None, ...]
    ruled_out: Field


@dataclass(frozen=True)
class Options:
    """The comparison on a card: which column holds the chosen code, headings of the values, the rows, and what stands
    below them."""

    chosen: str
    headings: tuple[Text, ...]
    rows: tuple[Option, ...]
    note: Text | None = None


@dataclass(frozen=True)
class Section:
    """Values of a card under one heading; a folded one opens by a click."""

    title: Text | None
    fields: tuple[Field, ...]
    folded: bool = False


@dataclass(frozen=True)
class Related:
    """What belongs to a chosen place and is marked with it.

    Attributes
    ----------
    layer
        Layer of what belongs to it.
    own, other
        Column of the place and column of that layer that hold the same id.
    upstream
        Column of that layer with its id and column with the id of what comes before it: the way is followed to its
        root.
    spoke
        Whether a straight line joins the place with it.
    when
        Column of that layer that must be true; empty for all of them.
    """

    layer: str
    own: str
    other: str
    upstream: tuple[str, str] | None = None
    spoke: bool = False
    when: str = ""


@dataclass(frozen=True)
class Profile:
    """A small drawing: ground and a line above it over the distance.

    Attributes
    ----------
    key
        Column with [[distance, ground, line], …] as JSON, all in metres.
    title, ground, line
        Words of the drawing and of its two curves.
    """

    key: str
    title: Text
    ground: Text
    line: Text


@dataclass(frozen=True)
class Card:
    """What a choice shows beside the map.

    Attributes
    ----------
    title, subtitle
        Columns of the name, and of what stands below it.
    sections
        The values.
    options
        Comparison of what could be chosen.
    reason
        Whether the rows hold a reason in each language.
    accuracy
        Column with the error of the position [m], drawn as a circle.
    related
        What is marked with it.
    spoke
        Columns with longitude and latitude of a point that a straight line leads to.
    profile
        A small drawing of ground and grade line.
    """

    title: str
    subtitle: tuple[str, ...]
    sections: tuple[Section, ...]
    options: Options | None = None
    reason: bool = False
    accuracy: str | None = None
    related: tuple[Related, ...] = ()
    spoke: tuple[str, str] | None = None
    profile: Profile | None = None

    def needed(self) -> list[str]:
        """Columns that it reads."""
        fields = [shown for section in self.sections for shown in section.fields]
        if self.options is not None:
            fields += [shown for row in self.options.rows for shown in (*row.fields, row.ruled_out) if shown]
        columns = [self.title, *self.subtitle, *(key for shown in fields for key in shown.needed()), "provenance"]
        columns += [self.options.chosen] if self.options else []
        columns += [self.accuracy] if self.accuracy else []
        columns += [self.profile.key] if self.profile else []
        return [*columns, *(link.own for link in self.related), *(self.spoke or ())]


@dataclass(frozen=True)
class Layer:
    """One layer of a page.

    Attributes
    ----------
    frame
        Features with geometry in any CRS; the columns that style, card, search and filters name are taken along.
    key
        Column that identifies a feature: it stands in the address of the page.
    search
        Columns that the search box reads; the first is the name.
    search_title
        What a hit is, where the layer's title is too long for it.
    filtered
        Whether the filters of the page act on this layer.
    extra
        Further columns that others refer to.
    """

    id: str
    title: Text
    frame: gpd.GeoDataFrame
    style: Style
    card: Card | None = None
    key: str = ""
    search: tuple[str, ...] = ()
    search_title: Text | None = None
    filtered: bool = False
    shown: bool = True
    label: str | None = None
    legend: bool = True
    note: Text | None = None
    extra: tuple[str, ...] = ()
    simplify_m: float = 0.0

    def columns(self) -> list[str]:
        """Columns of the frame that the page needs, each once, in a fixed order."""
        wanted: list[str] = [self.key, *self.search, *self.extra, *(["commune_code"] if self.card else [])]
        if self.card is not None:
            wanted += self.card.needed()
            wanted += (
                sorted(set(columns_by_language("reason", self.frame.columns).values())) if self.card.reason else []
            )
        style = self.style
        wanted += [c for c in (style.by, self.label, style.radius and style.radius[0]) if c]
        wanted += [style.hollow[0]] if style.hollow else []
        return [c for c in dict.fromkeys(wanted) if c in self.frame.columns]


@dataclass(frozen=True)
class Filter:
    """A select box over the filtered layers; `empty` names what has no value."""

    key: str
    label: Text
    values: Mapping[str, Text] | None = None
    empty: Text | None = None


@dataclass(frozen=True)
class Weight:
    """A slider of the ranking, at rest at 0: the column that it weighs, and whether small values are better."""

    key: str
    label: Text
    smaller_is_better: bool


@dataclass(frozen=True)
class Ranking:
    """The ranked list beside the map: the run's own order by `key` until a weight is moved; and the table of all its
    values."""

    layer: str
    key: str
    title: str
    label: Text
    detail: tuple[Field, ...]
    weights: tuple[Weight, ...] = ()
    table: tuple[Field, ...] = ()


@dataclass(frozen=True)
class Counted:
    """How a figure follows the filters: over the rows of a layer that are shown, counted or summed.

    Attributes
    ----------
    layer
        Layer whose rows count.
    total
        Column that is summed; the rows are counted where it is empty.
    where
        Column → value that a row must have.
    mean_by
        Column whose sum the total is divided by, after the total has been weighed with it.
    factor
        Factor of the result.
    """

    layer: str
    total: str = ""
    where: Mapping[str, str] = field(default_factory=dict)
    mean_by: str = ""
    factor: float = 1.0


@dataclass(frozen=True)
class Fact:
    """A key figure beside the map: a number with its unit, or a text; `counted` says how it follows the filters, None
    that it does not."""

    label: Text
    value: float | Text
    unit: Text | None = None
    digits: int = 1
    counted: tuple[Counted, ...] = ()


@dataclass(frozen=True)
class Page:
    """Content of one page.

    `proof` says how far its answer is proven, `alarm` that a reader must be warned of it; `sheets` names the page with
    the commune sheets.
    """

    id: str
    title: Text
    layers: Sequence[Layer]
    notice: Text | None = None
    source: Text | None = None
    facts: Sequence[Fact] = ()
    proof: Text | None = None
    alarm: bool = False
    filters: Sequence[Filter] = ()
    ranking: Ranking | None = None
    links: Sequence[tuple[str, Text, bool]] = ()
    ground: Ground | None = None
    sheets: str = ""


def columns_by_language(stem: str, known: Collection[str]) -> dict[str, str]:
    """Give language → column of a text such as 'reason': the language's own, else the English, else the Vietnamese
    one."""
    present = [f"{stem}_{code}" for code in ("en", "vi") if f"{stem}_{code}" in known]
    return {code: own if (own := f"{stem}_{code}") in known else present[0] for code in languages() if present}
