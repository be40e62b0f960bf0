"""One order for what files may give in any: rows by their id, lines from their smaller end.

Nothing that follows may hang on the order in which a file happens to list its rows or on the direction in which
somebody drew a line: sums in floating point, ties and graphs would. So a layer is brought into this order once, when it
is read.
"""

from __future__ import annotations

from typing import TypeVar

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from infragap.gis import schema

Frame = TypeVar("Frame", bound=pd.DataFrame)

KEYS: dict[str, tuple[str, ...]] = {
    **{name: (column,) for name, column in schema.ID_COLUMN.items()},
    "solar": ("commune_code", "month"),
}
"""Columns that name a row, by layer."""


def in_canonical_order(frame: Frame, *, layer: str) -> Frame:
    """Sort the rows of a layer by id and let its lines begin at their smaller end.

    Parameters
    ----------
    frame
        The layer in any order; it is not changed.
    layer
        Its name; where it has no id column the rows stay as they are.

    Returns
    -------
    Frame
        The same rows with a RangeIndex.
    """
    keys = [column for column in KEYS.get(layer, ()) if column in frame]
    if keys:
        frame = frame.sort_values(keys, kind="stable", ignore_index=True)
    if isinstance(frame, gpd.GeoDataFrame):
        directed = from_smaller_end(frame.geometry.to_numpy())
        frame = frame.set_geometry(gpd.GeoSeries(directed, index=frame.index, crs=frame.crs))
    return frame


def from_smaller_end(
    geometries: np.ndarray[tuple[int], np.dtype[np.object_]],
) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    """Turn every line so that its coordinates, read in order, are the smaller of its two readings.

    Parameters
    ----------
    geometries
        (n,) shapes; the parts of multi-lines are turned one by one and sorted, other shapes and None pass unchanged.

    Returns
    -------
    ndarray
        (n,) shapes.

    Examples
    --------
    >>> from_smaller_end(np.array([shapely.LineString([(2, 0), (1, 5)])], dtype=object))[0].wkt
    'LINESTRING (1 5, 2 0)'
    """
    turned = geometries.copy()
    kinds = shapely.get_type_id(geometries)
    for position in np.flatnonzero(kinds == shapely.GeometryType.LINESTRING):
        turned[position] = shapely.LineString(_smaller_reading(geometries[position]))
    for position in np.flatnonzero(kinds == shapely.GeometryType.MULTILINESTRING):
        parts = [_smaller_reading(part) for part in geometries[position].geoms]
        turned[position] = shapely.MultiLineString(sorted(parts))
    return turned


def _smaller_reading(line: shapely.LineString) -> list[tuple[float, ...]]:
    coordinates = list(line.coords)
    return min(coordinates, coordinates[::-1])
