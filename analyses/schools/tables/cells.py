"""Cells of the tables: rounding, names of rows, places in degrees."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from infragap.analyses.arrays import FloatArray, IntArray, ObjectArray
from infragap.gis.crs import to_wgs84


def with_place(table: gpd.GeoDataFrame, provenance: ObjectArray) -> gpd.GeoDataFrame:
    """Add longitude, latitude (WGS84, six decimals) and provenance."""
    degrees = to_wgs84(table[["geometry"]]).geometry
    return table.assign(longitude=degrees.x.round(6), latitude=degrees.y.round(6), provenance=provenance)


def named(names: pd.Series[str], rows: IntArray) -> ObjectArray:
    """Names at rows, '' at -1."""
    result = np.full(len(rows), "", dtype=object)
    result[rows >= 0] = names.to_numpy()[rows[rows >= 0]]
    return result


def placed(values: FloatArray, rows: IntArray, length: int) -> FloatArray:
    """Values at rows of a longer column, empty elsewhere."""
    result = np.full(length, np.nan)
    result[rows] = values
    return result


def pupil_mean(minutes: FloatArray, pupils: FloatArray) -> float:
    """Mean minutes of a pupil, one decimal; NaN without pupils."""
    return float(np.round((minutes * pupils).sum() / pupils.sum(), 1)) if pupils.sum() > 0 else float("nan")


def rounded_or_empty(values: Any, decimals: int = 1) -> Any:
    """Rounded, and empty (NaN) where out of reach: a table has no infinity."""
    shown = np.round(np.asarray(values, np.float64), decimals)
    result = np.where(np.isfinite(shown), shown, np.nan)
    return result if result.ndim else float(result)
