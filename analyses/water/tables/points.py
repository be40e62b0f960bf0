"""Where the points of a table lie."""

from __future__ import annotations

import geopandas as gpd

from infragap.gis.crs import to_wgs84


def with_degrees(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Add longitude and latitude in WGS84 [°], six decimals."""
    degrees = to_wgs84(frame).geometry
    return frame.assign(longitude=degrees.x.round(6), latitude=degrees.y.round(6))
