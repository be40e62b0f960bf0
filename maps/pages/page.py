"""What a map page is made of: layers with styles and popups, filters, a ranked list. `document` turns a page into HTML."""

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
    """A value shown in a popup or list.

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
    """

    key: str
    label: Text
    unit: Text | None = None
    digits: int = 1
    values: Mapping[str, Text] | None = None
    skip_empty: bool = True
    plain: bool = False
    columns: Mapping[str, str] | None = None

    def as_json(self) -> dict[str, Any]:
        """Form that the page script reads."""
        return {
            "key": self.key,
            "label": self.label,
            "unit": self.unit,
            "digits": self.digits,
            "values": self.values,
            "skipEmpty": self.skip_empty,
            "plain": self.plain,
            "columns": self.columns,
        }

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
        Value → (legend label or None, path options).
    other
        Legend label and options of the rest; None leaves the common ones.
    radius
        Column, factor of its square root, least and most radius in pixels; points only.
    """

    common: Mapping[str, Any] = field(default_factory=dict)
    by: str | None = None
    values: Mapping[str, tuple[Text | None, Mapping[str, Any]]] = field(default_factory=dict)
    other: tuple[Text, Mapping[str, Any]] | None = None
    radius: tuple[str, float, float, float] | None = None

    def as_json(self) -> dict[str, Any]:
        """Form that the page script reads."""
        shaped: dict[str, Any] = {
            "common": dict(self.common),
            "by": self.by,
            "values": {k: {"label": label, "draw": dict(draw)} for k, (label, draw) in self.values.items()},
        }
        if self.other is not None:
            shaped["other"] = {"label": self.other[0], "draw": dict(self.other[1])}
        if self.radius is not None:
            shaped["radius"] = dict(zip(("by", "factor", "least", "most"), self.radius, strict=True))
        return shaped


@dataclass(frozen=True)
class Popup:
    """What a click shows: title column, subtitle columns, the reason in the page's language, then fields."""

    title: str
    subtitle: tuple[str, ...]
    fields: tuple[Field, ...]
    reason: bool = False


@dataclass(frozen=True)
class Layer:
    """One layer of a page.

    Attributes
    ----------
    frame
        Features with geometry in any CRS; the columns that style, popup, search and filters name are taken along.
    search
        Columns that the search box reads; the first is the name.
    search_title
        What a hit is, where the layer's title is too long for it.
    filtered
        Whether the filters of the page act on this layer.
    """

    id: str
    title: Text
    frame: gpd.GeoDataFrame
    style: Style
    popup: Popup | None = None
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
        wanted: list[str] = [*self.search, *self.extra]
        if self.popup is not None:
            wanted += [
                self.popup.title,
                *self.popup.subtitle,
                *(key for f in self.popup.fields for key in f.needed()),
                "provenance",
            ]
            wanted += (
                sorted(set(columns_by_language("reason", self.frame.columns).values())) if self.popup.reason else []
            )
        wanted += [c for c in (self.style.by, self.label, self.style.radius and self.style.radius[0]) if c]
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
    """The ranked list beside the map: the run's own order by `key` until a weight is moved."""

    layer: str
    key: str
    title: str
    label: Text
    detail: tuple[Field, ...]
    weights: tuple[Weight, ...] = ()


@dataclass(frozen=True)
class Fact:
    """A key figure beside the map: a number with its unit, or a text."""

    label: Text
    value: float | Text
    unit: Text | None = None
    digits: int = 1


@dataclass(frozen=True)
class Page:
    """Content of one page; `proof` says how far its answer is proven, `alarm` that a reader must be warned of it."""

    title: Text
    layers: Sequence[Layer]
    notice: Text | None = None
    facts: Sequence[Fact] = ()
    proof: Text | None = None
    alarm: bool = False
    filters: Sequence[Filter] = ()
    ranking: Ranking | None = None
    links: Sequence[tuple[str, Text, bool]] = ()
    ground: Ground | None = None


def columns_by_language(stem: str, known: Collection[str]) -> dict[str, str]:
    """Give language → column of a text such as 'reason': the language's own, else the English, else the Vietnamese one."""
    present = [f"{stem}_{code}" for code in ("en", "vi") if f"{stem}_{code}" in known]
    return {code: own if (own := f"{stem}_{code}") in known else present[0] for code in languages() if present}
