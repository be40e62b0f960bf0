"""QGIS styles of the result layers, in the colours and shapes of the pages."""

from __future__ import annotations

from xml.sax.saxutils import quoteattr

import geopandas as gpd

from infragap.maps.exports.classes import Classes, classes
from infragap.wording.codes import label

LABELS = "vi"
"""Language of the labels in QGIS, which shows one."""
GEOMETRIES = {"Point": "marker", "MultiPoint": "marker", "LineString": "line", "MultiLineString": "line"}
LABEL_COLUMNS = ("name", "to_name", "line_id")
"""Columns that name a feature, the best first."""
LABELS_FROM_SCALE = 200_000
OUTLINE = "55,71,79,255"


def qgis_style(layer: str, frame: gpd.GeoDataFrame) -> str:
    """Write the QML document of a layer: one symbol per code; empty where the layer has no style."""
    known = classes()
    if layer not in known or not len(frame):
        return ""
    how = known[layer]
    kind = GEOMETRIES.get(frame.geom_type.iloc[0], "fill")
    symbols = "".join(_symbol(str(i), kind, how, code) for i, code in enumerate(how.colours))
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
    labels = _labels(frame)
    enabled = "1" if labels else "0"
    return (
        f'<!DOCTYPE qgis><qgis version="3.28" styleCategories="Symbology|Labeling" labelsEnabled="{enabled}">'
        f"{renderer}{labels}</qgis>"
    )


def _labels(frame: gpd.GeoDataFrame) -> str:
    """Labels by the name of a feature, seen from near; nothing where features have no name."""
    column = next((name for name in LABEL_COLUMNS if name in frame.columns), "")
    if not column:
        return ""
    return (
        '<labeling type="simple"><settings calloutType="simple">'
        f'<text-style fieldName={quoteattr(column)} isExpression="0" fontSize="8" textColor="33,33,33,255">'
        '<text-buffer bufferDraw="1" bufferSize="0.7" bufferSizeUnits="MM" bufferColor="255,255,255,255"/></text-style>'
        f'<rendering scaleVisibility="1" scaleMin="0" scaleMax="{LABELS_FROM_SCALE}" obstacle="1"/>'
        "</settings></labeling>"
    )


def _label(how: Classes, code: str) -> str:
    return f"{code} kV" if how.column == "voltage_kv" else label(LABELS, how.column, code, how.table)


def _shape(shape: str) -> dict[str, str]:
    return {"name": "triangle", "angle": "180"} if shape == "nabla" else {"name": shape}


def _symbol(name: str, kind: str, how: Classes, code: str) -> str:
    colour = ",".join(str(int(how.colours[code][i : i + 2], 16)) for i in (1, 3, 5)) + ",255"
    width = f"{how.widths.get(code, 0.4):g}"
    drawn, options = {
        "marker": (
            "SimpleMarker",
            {"color": colour, "size": "2.6", "outline_color": OUTLINE, **_shape(how.shapes.get(code, "circle"))},
        ),
        "line": ("SimpleLine", {"line_color": colour, "line_width": width, "line_width_unit": "MM"}),
        "fill": (
            "SimpleFill",
            {
                "color": colour,
                "style": how.patterns.get(code, "solid") if how.filled else "no",
                "outline_color": OUTLINE if how.filled else colour,
                "outline_width": width,
            },
        ),
    }[kind]
    listed = "".join(
        f'<Option name="{key}" type="QString" value={quoteattr(value)}/>' for key, value in options.items()
    )
    return (
        f'<symbol name="{name}" type="{kind}" alpha="1"><layer class="{drawn}" enabled="1">'
        f'<Option type="Map">{listed}</Option></layer></symbol>'
    )
