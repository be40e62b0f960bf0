"""Shapes and values of a layer as a page holds them: rounded coordinates in nested lists, values that JSON knows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from infragap.analyses.arrays import FloatArray
from infragap.gis.crs import to_wgs84

COORDINATE_DIGITS = 5
"""Digits of degrees in page geometry: 1 m."""


def projected(frame: gpd.GeoDataFrame, simplify_m: float) -> gpd.GeoDataFrame:
    """Give a layer in WGS84, its shapes simplified by up to `simplify_m` metres."""
    if simplify_m > 0:
        frame = frame.set_geometry(_simplified(frame.geometry, simplify_m))
    return to_wgs84(frame)


def _simplified(shapes: gpd.GeoSeries, tolerance_m: float) -> gpd.GeoSeries:
    """Fewer vertices; polygons as a coverage, so that neighbours keep one common border."""
    if shapes.geom_type.isin(("Polygon", "MultiPolygon")).all():
        return gpd.GeoSeries(shapely.coverage_simplify(shapes.to_numpy(), tolerance_m), shapes.index, crs=shapes.crs)
    return shapes.simplify(tolerance_m)


def coordinates(geometry: Any) -> list[Any]:
    """Give nested [longitude, latitude] lists, rounded; polygons as lists of rings."""
    if geometry is None or geometry.is_empty:
        return []
    if geometry.geom_type == "Point":
        return _rounded(shapely.get_coordinates(geometry))[0]
    if geometry.geom_type == "LineString":
        return _rounded(shapely.get_coordinates(geometry))
    if geometry.geom_type == "Polygon":
        return [_rounded(shapely.get_coordinates(ring)) for ring in (geometry.exterior, *geometry.interiors)]
    return [coordinates(part) for part in geometry.geoms]


def _rounded(points: FloatArray) -> list[list[float]]:
    rounded: list[list[float]] = np.round(points[:, :2], COORDINATE_DIGITS).tolist()
    return rounded


def bounds(frames: Iterable[gpd.GeoDataFrame]) -> list[list[float]] | None:
    """Give the south-west and north-east corner of all layers [latitude, longitude], so that the province fills the
    window."""
    filled = [frame for frame in frames if len(frame)]
    if not filled:
        return None
    boxes = np.array([to_wgs84(frame).total_bounds for frame in filled])
    return [[float(boxes[:, 1].min()), float(boxes[:, 0].min())], [float(boxes[:, 3].max()), float(boxes[:, 2].max())]]


def plain_value(value: Any) -> Any:
    """Give a value as JSON knows it: missing → null, array scalars → plain, floats to eight significant digits, which
    is 1 m in degrees."""
    if value is None or value is pd.NA or (isinstance(value, float) and not np.isfinite(value)):
        return None
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, int | np.integer):
        return int(value)
    if isinstance(value, float | np.floating):
        return float(f"{float(value):.8g}") if np.isfinite(value) else None
    return str(value)
