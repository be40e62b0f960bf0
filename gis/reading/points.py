"""Points from the coordinate columns of a table: degrees, metres, or VN-2000 with X as the northing."""

from __future__ import annotations

from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj

from infragap.gis.arrays import FloatArray
from infragap.gis.crs import WGS84, vn2000_points
from infragap.gis.findings import fault, refusal
from infragap.gis.names import fold

_LONGITUDE = ("longitude", "lon", "long", "lng", "kinh do", "kinhdo")
_LATITUDE = ("latitude", "lat", "vi do", "vido")
_NORTHING = ("northing", "x", "x m", "toa do x", "x vn2000", "x vn 2000", "toa do x m")
_EASTING = ("easting", "y", "y m", "toa do y", "y vn2000", "y vn 2000", "toa do y m")

AxisOrder = Literal["xy", "vn2000"]

NO_CRS = fault("table.no_crs", reason="metres mean nothing without the meridian that they are counted from")
X_Y_ABSENT = fault("table.x_y_absent", reason="the catalogue names a coordinate column that the table has not")
NO_COORDINATES = fault("table.no_coordinates", reason="a table of places needs their coordinates")
NO_COORDINATE = fault("table.no_coordinate", reason="an empty or unreadable coordinate is no place")


def with_points(
    table: pd.DataFrame,
    *,
    layer: str,
    crs: pyproj.CRS | str | None,
    x: str | None,
    y: str | None,
    axis_order: AxisOrder,
) -> gpd.GeoDataFrame:
    """Make a layer of points from a table's coordinate columns, which leave the table; see `read_vector` for the
    parameters."""
    x_column, y_column, kind = _coordinate_columns(table, layer=layer, x=x, y=y, axis_order=axis_order)
    x_values, y_values = _coordinates(table, x_column, layer=layer), _coordinates(table, y_column, layer=layer)
    rest = table.drop(columns=[x_column, y_column])
    if kind == "degrees":
        return gpd.GeoDataFrame(rest, geometry=gpd.points_from_xy(x_values, y_values), crs=crs or WGS84)
    if crs is None:
        raise NO_CRS.error(layer, of=len(table), x=x_column, y=y_column)
    if kind == "vn2000":
        points = vn2000_points(x_values, y_values, crs=crs, layer=layer)
        return gpd.GeoDataFrame(rest, geometry=points.to_numpy(), crs=crs)
    return gpd.GeoDataFrame(rest, geometry=gpd.points_from_xy(x_values, y_values), crs=crs)


def _coordinate_columns(
    table: pd.DataFrame, *, layer: str, x: str | None, y: str | None, axis_order: AxisOrder
) -> tuple[str, str, Literal["degrees", "metres", "vn2000"]]:
    if x is not None and y is not None:
        absent = [name for name in (x, y) if name not in table.columns]
        if absent:
            raise X_Y_ABSENT.error(layer, of=len(table), columns=" / ".join(absent))
        return x, y, "vn2000" if axis_order == "vn2000" else ("degrees" if _plain(x) in _LONGITUDE else "metres")
    plain = {_plain(str(column)): str(column) for column in reversed(table.columns)}
    for first, second, kind in ((_LONGITUDE, _LATITUDE, "degrees"), (_NORTHING, _EASTING, "vn2000")):
        found = [next((plain[name] for name in names if name in plain), None) for names in (first, second)]
        if found[0] is not None and found[1] is not None:
            return found[0], found[1], "degrees" if kind == "degrees" else "vn2000"
    raise NO_COORDINATES.error(layer, of=len(table), columns=", ".join(map(str, table.columns)))


def _plain(heading: str) -> str:
    return " ".join("".join(sign if sign.isalnum() else " " for sign in fold(heading)).split())


def _coordinates(table: pd.DataFrame, column: str, *, layer: str) -> FloatArray:
    texts = table[column].map(
        lambda value: (
            value.replace(",", ".") if isinstance(value, str) and value.count(",") == 1 and "." not in value else value
        )
    )
    numbers = pd.to_numeric(texts, errors="coerce").to_numpy(dtype=np.float64)
    bad = ~np.isfinite(numbers)
    if bad.any():
        raise refusal([NO_COORDINATE.in_rows(table, bad, layer=layer, shown=table[column], column=column)])
    return numbers
