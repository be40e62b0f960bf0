"""What every page shares: links, notice, ground layers of the province, popup fields made from the data dictionary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import geopandas as gpd
import pandas as pd

from infragap.analyses.columns import Column, table
from infragap.gis.pack import Pack
from infragap.maps.page import Field, Layer, Popup, Style, Text
from infragap.maps.style import MODELLED_NOTICE, PROVENANCE

PAGES: Mapping[str, Text] = {
    "index.html": ("Tổng quan", "Overview"),
    "electricity.html": ("Điện", "Electricity"),
    "water.html": ("Nước sạch", "Water"),
    "schools.html": ("Trường nội trú", "Schools"),
}
MAIN_ROADS = ("expressway", "national", "provincial")
UNIT_VI: Mapping[str, str] = {
    "households": "hộ", "people": "người", "mvnd": "tr.đ", "mvnd/household": "tr.đ/hộ", "pupils": "học sinh",
    "mvnd/person": "tr.đ/người", "km": "km", "m": "m", "%": "%", "min": "phút", "kW": "kW", "kVA": "kVA", "VND/kWh": "đ/kWh", "ha": "ha",
    "villages": "thôn", "works": "công trình", "tanks": "bể", "m³/day": "m³/ngày", "kWh/month": "kWh/tháng", "kV": "kV", "years": "năm",
    "kWp": "kWp", "kWh": "kWh", "m³/s": "m³/s", "kits": "bộ", "MVA": "MVA", "MW": "MW",
    "mvnd/km": "tr.đ/km", "mvnd/ha": "tr.đ/ha", "mvnd/kWp": "tr.đ/kWp", "mvnd/kWh": "tr.đ/kWh", "mvnd/kW": "tr.đ/kW", "%/year": "%/năm",
    "m/household": "m/hộ",
}  # fmt: skip


BILLION_VND: Text = ("tỷ đồng", "bn VND")


def unit_text(unit: str) -> Text | None:
    """Unit of the dictionary as both languages write it; None where there is nothing to write."""
    return (UNIT_VI[unit], unit.replace("mvnd", "m VND")) if unit in UNIT_VI else None


def titled(pack: Pack, vietnamese: str, english: str) -> Text:
    """Title of a page with the name of the pack's province."""
    return vietnamese.format(pack.catalog.pack.province), english.format(pack.catalog.pack.province)


def links(current: str, present: Sequence[str]) -> list[tuple[str, Text, bool]]:
    """Links of the header to the pages that this run made."""
    return [(page, title, page == current) for page, title in PAGES.items() if page in present]


def notice(*frames: pd.DataFrame) -> Text | None:
    """Notice of modelled data if any row of any frame is modelled."""
    for frame in frames:
        if "provenance" in frame and (frame["provenance"] == "modelled").any():
            return MODELLED_NOTICE
    return None


def fields(
    columns: Sequence[Column], keys: Sequence[str], values: Mapping[str, Mapping[str, Text]]
) -> tuple[Field, ...]:
    """Popup fields of the named columns with headings and units of the dictionary; keys that it lacks are left out."""
    known = {c.name: c for c in columns}
    made = []
    for key in keys:
        if key not in known:
            continue
        column = known[key]
        digits = {
            "households": 0,
            "people": 0,
            "-": 2,
            "mvnd": 0,
            "m": 0,
            "VND/kWh": 0,
            "pupils": 0,
            "min": 0,
            "kits": 0,
            "m³/s": 3,
            "°": 5,
        }.get(column.unit, 1)
        made.append(
            Field(
                key,
                (column.heading("vi"), column.heading("en")),
                unit_text(column.unit),
                digits,
                values.get(key) or (PROVENANCE if key == "provenance" else None),
                plain=key == "year",
            )
        )
    return tuple(made)


def commune_layer(communes: gpd.GeoDataFrame, *, shown: bool = True) -> Layer:
    """Commune borders with their names."""
    columns = table(
        "communes",
        Column("population", "people", "communes"),
        Column("poverty_rate_pct", "%", "communes"),
        Column("forest_cover_pct", "%", "communes"),
    )
    return Layer(
        "communes",
        ("Ranh giới xã, phường", "Commune borders"),
        communes,
        Style({"color": "#455a64", "weight": 0.8, "fillColor": "#ffffff", "fillOpacity": 0.0}),
        popup=Popup("name", ("kind",), fields(columns, [c.name for c in columns], {})),
        search=("name",),
        search_title=("xã, phường", "commune"),
        label="name",
        shown=shown,
        legend=False,
        simplify_m=120.0,
    )


def river_layers(pack: Pack) -> list[Layer]:
    """Rivers and lakes, where the pack has them."""
    blue = {"color": "#7cc7e8", "weight": 1.2, "opacity": 0.8, "interactive": False}
    made = []
    if pack.has("lakes"):
        style = Style({**blue, "fillColor": "#9cc7ec", "fillOpacity": 0.8})
        made.append(Layer("lakes", ("Hồ", "Lakes"), pack.lakes, style, legend=False, simplify_m=50.0))
    if pack.has("rivers"):
        made.append(Layer("rivers", ("Sông suối", "Rivers"), pack.rivers, Style(blue), legend=False, simplify_m=80.0))
    return made


def road_layer(pack: Pack, *, shown: bool = True) -> Layer:
    """Main roads for orientation."""
    main = pack.roads[pack.roads["road_class"].isin(MAIN_ROADS)]
    look = {
        "expressway": (("cao tốc", "expressway"), {"color": "#b5651d", "weight": 2.2}),
        "national": (("quốc lộ", "national road"), {"color": "#c98b4a", "weight": 1.6}),
        "provincial": (("tỉnh lộ", "provincial road"), {"color": "#d9b38c", "weight": 1.2}),
    }
    style = Style({"opacity": 0.9, "interactive": False}, by="road_class", values=look)
    return Layer("roads", ("Đường chính", "Main roads"), main, style, shown=shown, simplify_m=80.0)
