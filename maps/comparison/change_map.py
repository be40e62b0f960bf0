"""A map of the communes with what changed on it, as SVG with its legend."""

from __future__ import annotations

import html
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import shapely

from infragap.gis.crs import to_wgs84
from infragap.maps import colours
from infragap.maps.pages.html import spoken

WIDTH = 460.0
SIMPLE_PX = 0.4
# a mark on the border is drawn whole
MARGIN = 5.0
KM_PER_DEGREE = 111.195
Text = Mapping[str, str]


@dataclass(frozen=True)
class Change:
    """A place on the map: where (WGS84), whether it changed, and what is told when one points at it."""

    longitude: float
    latitude: float
    changed: bool
    tip: str


def change_map(communes: gpd.GeoDataFrame, places: Sequence[Change], changed: Text, unchanged: Text) -> str:
    """Draw the places over the communes; those that changed lie on top.

    Parameters
    ----------
    communes
        Polygons in any CRS.
    places
        What is drawn.
    changed, unchanged
        Words of the legend.
    """
    shapes = to_wgs84(communes).geometry
    west, south, east, north = shapes.total_bounds
    squeeze = math.cos(math.radians((south + north) / 2))
    scale = WIDTH / ((east - west) * squeeze)
    high = (north - south) * scale
    grounds = "".join(_area(shape, west, north, squeeze * scale, scale) for shape in shapes)
    drawn = sorted(places, key=lambda one: one.changed)
    marks = "".join(
        _mark((one.longitude - west) * squeeze * scale, (north - one.latitude) * scale, one) for one in drawn
    )
    bar = 20 / KM_PER_DEGREE * scale
    ruler = (
        f'<path d="M6 {high - 6:.0f}h{bar:.1f}" stroke="#111" stroke-width="2"/>'
        f'<text x="{10 + bar:.0f}" y="{high - 2:.0f}" font-size="11">20 km</text>'
    )
    counts = {True: sum(one.changed for one in places), False: sum(not one.changed for one in places)}
    legend = "".join(
        f'<span><i style="background:{colours.CHANGED[key]}"></i>{spoken(words)}: {counts[which]}</span>'
        for key, words, which in (("changed", changed, True), ("same", unchanged, False))
    )
    view = f"{-MARGIN:g} {-MARGIN:g} {WIDTH + 2 * MARGIN:g} {high + 2 * MARGIN:.0f}"
    return (
        f'<svg class="changes" viewBox="{view}" role="img">'
        f'<g fill="#f4f6f7" stroke="#9aa7ad" stroke-width="0.6">{grounds}</g>{marks}{ruler}</svg>'
        f'<div class="scale">{legend}</div>'
    )


def _area(shape: shapely.Geometry, west: float, north: float, scale_x: float, scale_y: float) -> str:
    path = ""
    for polygon in getattr(shape, "geoms", [shape]):
        ring = shapely.simplify(polygon.exterior, SIMPLE_PX / scale_y)
        points = [((x - west) * scale_x, (north - y) * scale_y) for x, y in shapely.get_coordinates(ring)]
        path += "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points[:-1]) + "Z"
    return f'<path d="{path}"/>'


def _mark(x: float, y: float, one: Change) -> str:
    fill, radius = (colours.CHANGED["changed"], 4.0) if one.changed else (colours.CHANGED["same"], 2.0)
    return (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:g}" fill="{fill}" stroke="#333" stroke-width="0.5">'
        f"<title>{html.escape(one.tip)}</title></circle>"
    )
