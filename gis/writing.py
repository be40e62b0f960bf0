"""Writing layers so that they read back the same: GeoJSON after RFC 7946, point tables and tables as CSV in UTF-8."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gis.crs import to_wgs84


def write_geojson(frame: gpd.GeoDataFrame, path: Path, *, decimals: int = 5) -> None:
    """Write GeoJSON after RFC 7946: WGS84, outer rings counter-clockwise, one feature a line; the same frame always gives the same bytes.

    Parameters
    ----------
    frame
        In any CRS; column order and row order are kept, NaN becomes null.
    path
        The file.
    decimals
        Digits of the degrees: 5 = about 1 m.
    """
    degrees = to_wgs84(frame, layer=path.stem)
    shapes = shapely.set_precision(degrees.geometry.to_numpy(), 10.0**-decimals)
    columns = [name for name in frame.columns if name != frame.geometry.name]
    records = frame[columns].astype(object).to_numpy()
    lines = []
    for record, shape in zip(records, shapes, strict=True):
        feature = {
            "type": "Feature",
            "properties": {name: _json_value(value) for name, value in zip(columns, record, strict=True)},
            "geometry": _json_geometry(shape, decimals=decimals),
        }
        lines.append(json.dumps(feature, ensure_ascii=False, allow_nan=False, separators=(",", ":")))
    body = ",\n".join(lines)
    _write_text(path, f'{{"type":"FeatureCollection","features":[\n{body}\n]}}\n')


def _json_geometry(shape: Any, *, decimals: int) -> dict[str, Any] | None:
    if shape is None or shape.is_empty:
        return None
    oriented = shapely.orient_polygons(shape)
    geometry = json.loads(shapely.to_geojson(oriented))
    return {"type": geometry["type"], "coordinates": _rounded(geometry["coordinates"], decimals)}


def _rounded(value: Any, decimals: int) -> Any:
    return [_rounded(part, decimals) for part in value] if isinstance(value, list) else round(value, decimals)


def _json_value(value: Any) -> Any:
    if (
        value is None
        or value is pd.NA
        or value is pd.NaT
        or (isinstance(value, float | np.floating) and not math.isfinite(value))
    ):
        return None
    return value.item() if isinstance(value, np.generic) else value


def write_points_csv(frame: gpd.GeoDataFrame, path: Path, *, decimals: int = 5) -> None:
    """Write a point layer as CSV in UTF-8, with columns longitude and latitude (WGS84) behind the others."""
    degrees = to_wgs84(frame, layer=path.stem)
    table = pd.DataFrame(frame.drop(columns=frame.geometry.name))
    table["longitude"] = [f"{value:.{decimals}f}" for value in degrees.geometry.x]
    table["latitude"] = [f"{value:.{decimals}f}" for value in degrees.geometry.y]
    write_table_csv(table, path)


def write_table_csv(table: pd.DataFrame, path: Path) -> None:
    """Write a table as CSV in UTF-8; empty cells for None and NaN."""
    _write_text(path, table.to_csv(index=False, lineterminator="\n"))


def _write_text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
