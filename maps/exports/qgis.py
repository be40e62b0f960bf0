"""QGIS styles of the result layers, in the colours of the pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

import geopandas as gpd

from infragap.maps import colours
from infragap.wording.codes import label

LABELS = "vi"
"""Language of the labels in QGIS, which shows one."""


@dataclass(frozen=True)
class Categories:
    """How a layer is coloured: by the codes of a column, in the words of a table."""

    column: str
    table: str
    colours: Mapping[str, str]


CATEGORIES: Mapping[str, Categories] = {
    "electricity_settlements": Categories("choice", "electricity.ranking", colours.CHOICES),
    "electricity_lines": Categories("", "", {"": colours.PLANNED_LINE}),
    "water_villages": Categories("level", "water.villages", colours.COVERAGE_LEVELS),
    "water_schemes": Categories("functionality", "water.schemes", colours.FUNCTIONALITY),
    "water_works": Categories("kind", "water.works", colours.WORKS),
    "schools_sites": Categories("kind", "schools.sites", colours.SCHOOL_KINDS),
}


def _existing_grid() -> Categories:
    return Categories("voltage_kv", "", {code: colour for code, (colour, _) in colours.voltages().items()})


SHAPES = {"Point": "marker", "MultiPoint": "marker", "LineString": "line", "MultiLineString": "line"}


def qgis_style(layer: str, frame: gpd.GeoDataFrame) -> str:
    """Write the QML document of a layer: one symbol per category; empty where the layer has no style."""
    known = {**CATEGORIES, "electricity_existing_grid": _existing_grid()}
    if layer not in known or not len(frame):
        return ""
    how = known[layer]
    shape = SHAPES.get(frame.geom_type.iloc[0], "fill")
    symbols = "".join(_symbol(str(i), shape, colour) for i, colour in enumerate(how.colours.values()))
    if not how.column or how.column not in frame.columns:
        renderer = f'<renderer-v2 type="singleSymbol"><symbols>{symbols}</symbols></renderer-v2>'
    else:
        categories = "".join(
            f'<category symbol="{i}" value={quoteattr(code)} label={quoteattr(_label(how, code))} render="true"/>'
            for i, code in enumerate(how.colours)
        )
        renderer = (
            f'<renderer-v2 type="categorizedSymbol" attr={quoteattr(how.column)}>'
            f"<categories>{categories}</categories><symbols>{symbols}</symbols></renderer-v2>"
        )
    return f'<!DOCTYPE qgis><qgis version="3.28" styleCategories="Symbology">{renderer}</qgis>'


def _label(how: Categories, code: str) -> str:
    return f"{code} kV" if how.column == "voltage_kv" else label(LABELS, how.column, code, how.table)


def _symbol(name: str, shape: str, colour: str) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    kind, key = {
        "marker": ("SimpleMarker", "color"),
        "line": ("SimpleLine", "line_color"),
        "fill": ("SimpleFill", "color"),
    }[shape]
    return (
        f'<symbol name="{name}" type="{shape}" alpha="1"><layer class="{kind}" enabled="1">'
        f'<Option type="Map"><Option name="{key}" type="QString" '
        f'value="{red},{green},{blue},255"/></Option></layer></symbol>'
    )
