"""What every page shares: links, notice, ground layers of the province, popup fields made from the data dictionary."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import geopandas as gpd
import pandas as pd

from infragap.analyses.columns import Column, in_one_language, is_plain, table
from infragap.gis.pack import Pack
from infragap.maps import colours
from infragap.maps.pages.page import (
    Card,
    Counted,
    Fact,
    Field,
    Filter,
    Layer,
    Section,
    Style,
    Text,
    Weight,
    columns_by_language,
)
from infragap.maps.quantities import Quantities, Quantity
from infragap.maps.totals import SUMMED
from infragap.wording.catalogue import in_each_language, languages
from infragap.wording.codes import code_words, labels, unit_words

PAGES = ("index.html", "electricity.html", "water.html", "schools.html")
SHEETS = "commune_sheets.html"
"""Page with the commune sheets, which every run writes."""
COMMUNES = table(
    "communes",
    Column("population", "people", "communes"),
    Column("poverty_rate_pct", "%", "communes"),
    Column("forest_cover_pct", "%", "communes"),
    Column("merged_from", "-", "communes"),
    Column("commune_code", "-", "communes"),
)


def titled(pack: Pack, key: str) -> Text:
    """Title of a page with the name of the pack's province."""
    return in_each_language(key, province=pack.catalog.pack.province)


def page_title(page: str) -> Text:
    """Name of a page in the header's links."""
    return in_each_language(f"maps.link.{page.removesuffix('.html')}")


def links(current: str, present: Sequence[str]) -> list[tuple[str, Text, bool]]:
    """Links of the header to the pages that this run made."""
    return [(page, page_title(page), page == current) for page in PAGES if page in present]


def notice(*frames: pd.DataFrame) -> Text | None:
    """Notice of modelled data if any row of any frame is modelled."""
    for frame in frames:
        if "provenance" in frame and (frame["provenance"] == "modelled").any():
            return in_each_language("maps.notice.modelled")
    return None


def heading(column: Column) -> Text:
    """Heading of a column in every language."""
    return {code: column.heading(code) for code in languages()}


def fields(columns: Sequence[Column], keys: Sequence[str]) -> tuple[Field, ...]:
    """Popup fields of the named columns; keys that the dictionary lacks are left out."""
    known = {c.name: c for c in columns}
    return tuple(_field(known[key], known) for key in keys if key in known)


def _field(column: Column, known: Mapping[str, Column]) -> Field:
    """One value as the data dictionary describes its column; a text in several languages is one value."""
    stem, _, ending = column.name.rpartition("_")
    by_language = columns_by_language(stem, known) if ending == "vi" else None
    return Field(
        column.name,
        {code: known[by_language[code]].heading(code) for code in by_language} if by_language else heading(column),
        unit_words(column.unit),
        column.decimals,
        labels(column.name, column.table) or None,
        plain=is_plain(column.name),
        columns=by_language,
        summed=column.name in SUMMED,
    )


HIDDEN = ("longitude", "latitude", "commune_code", "geometry", "ruled_out")
"""Columns that tell a reader of a card nothing: those for machines, and what it says in words elsewhere."""


def all_fields(columns: Sequence[Column], *, but: Collection[str] = ()) -> tuple[Field, ...]:
    """Every column of a table as a field: texts in several languages once, reasons and hidden columns not."""
    own = in_one_language(tuple(columns), languages()[0])
    return fields(own, [c.name for c in own if c.name not in (*HIDDEN, *but) and not c.name.startswith("reason_")])


def sections(columns: Sequence[Column], parts: Mapping[str, Sequence[str]]) -> tuple[Section, ...]:
    """Values of a card under their headings `maps.section.<part>`, and a folded section with all columns that stand in
    none of them."""
    named = [
        Section(in_each_language(f"maps.section.{part}"), shown)
        for part, keys in parts.items()
        if (shown := fields(columns, keys))
    ]
    used = {shown.key for section in named for shown in section.fields}
    rest = all_fields(columns, but=(*used, "name"))
    return (*named, Section(in_each_language("maps.section.rest"), rest, folded=True)) if rest else tuple(named)


def fact(quantity: Quantity, *counted: Counted) -> Fact:
    """A key figure beside the map, and how it follows the filters."""
    return Fact(quantity.label, quantity.value, quantity.unit_text, quantity.decimals, counted)


def facts(quantities: Quantities, counted: Mapping[str, Sequence[Counted]]) -> list[Fact]:
    """Key figures beside the map in the order of the keys, each with how it follows the filters; those that the run has
    not are left out."""
    return [fact(quantities[key], *how) for key, how in counted.items() if key in quantities]


def source(pack: Pack) -> Text:
    """Line below a printed map: the data pack and its province."""
    return in_each_language("maps.source", title=pack.catalog.pack.title)


def select(page: str, key: str, values: Mapping[str, Text] | None = None, *, empty: Text | None = None) -> Filter:
    """A filter of a page; its label is `maps.<page>.filter.<key>`."""
    return Filter(key, in_each_language(f"maps.{page}.filter.{key}"), values, empty)


def weight(page: str, key: str, *, smaller_is_better: bool = False) -> Weight:
    """A slider of a page; its label is `maps.<page>.weight.<key>`."""
    return Weight(key, in_each_language(f"maps.{page}.weight.{key}"), smaller_is_better)


def coloured(
    fills: Mapping[str, str], column: str, table: str = "", *, shapes: Mapping[str, str] | None = None
) -> dict[str, tuple[Text | None, Mapping[str, str]]]:
    """Entries of a style that fills by code: the code's words, its colour and its shape."""
    return {
        code: (
            code_words(column, code, table),
            {"fillColor": fill, "shape": (shapes or {}).get(code, "circle")},
        )
        for code, fill in fills.items()
    }


def commune_layer(communes: gpd.GeoDataFrame, *, shown: bool = True) -> Layer:
    """Commune borders with their names."""
    return Layer(
        "communes",
        in_each_language("maps.layer.communes"),
        communes,
        Style({"color": "#455a64", "weight": 0.8, "fillColor": "#ffffff", "fillOpacity": 0.0}),
        card=Card("name", ("kind",), (Section(None, fields(COMMUNES, [c.name for c in COMMUNES])),)),
        key="commune_code",
        search=("name", "merged_from", "commune_code"),
        extra=("name",),
        search_title=in_each_language("maps.search.commune"),
        label="name",
        shown=shown,
        legend=False,
        simplify_m=120.0,
    )


def river_layers(pack: Pack) -> list[Layer]:
    """Rivers and lakes, where the pack has them."""
    blue = {"color": "#7cc7e8", "weight": 1.2, "opacity": 1.0, "interactive": False}
    made = []
    if pack.has("lakes"):
        style = Style({**blue, "fillColor": "#9cc7ec", "fillOpacity": 1.0})
        title = in_each_language("maps.layer.lakes")
        made.append(Layer("lakes", title, pack.lakes, style, legend=False, simplify_m=50.0))
    if pack.has("rivers"):
        title = in_each_language("maps.layer.rivers")
        made.append(Layer("rivers", title, pack.rivers, Style(blue), legend=False, simplify_m=80.0))
    return made


def road_layers(pack: Pack, *, shown: bool = True) -> list[Layer]:
    """Main roads for orientation, where the pack has roads."""
    if not pack.has("roads"):
        return []
    main = pack.roads[pack.roads["road_class"].isin(colours.ROADS)]
    look = {
        code: (code_words("road_class", code), {"color": colour, "weight": width})
        for code, (colour, width) in colours.ROADS.items()
    }
    common = {"opacity": 1.0, "interactive": False, "halo": colours.ROAD_EDGE}
    style = Style(common, by="road_class", values=look)
    return [Layer("roads", in_each_language("maps.layer.roads"), main, style, shown=shown, simplify_m=80.0)]
