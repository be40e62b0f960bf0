"""Geometry of a layer: present, of the right type, valid, and in the units of its CRS."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from infragap.gis import schema
from infragap.gis.checking.columns import sentence


def geometry_faults(frame: gpd.GeoDataFrame, *, layer: str) -> list[str]:
    """Check the geometry of a layer: present, of the right type, valid, and in the units of its CRS.

    Parameters
    ----------
    frame
        Layer in the CRS of its file.
    layer
        Name in `schema.GEOMETRY`; other layers may have any type.

    Returns
    -------
    list of str
        One sentence per fault.
    """
    shapes = frame.geometry.to_numpy()
    absent = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    faults = []
    if absent.any():
        faults.append(
            sentence(frame, absent, layer=layer, fault="no geometry", repair="Digitise the places or drop the rows.")
        )
    wanted = schema.GEOMETRY.get(layer, ())
    types = frame.geometry.geom_type.to_numpy()
    wrong = ~absent & ~np.isin(types.astype(str), wanted) if wanted else np.zeros(len(frame), dtype=bool)
    if wrong.any():
        repair = "Split multipart features (QGIS: Multipart to singleparts) or give the right layer."
        faults.append(
            sentence(
                frame,
                wrong,
                layer=layer,
                fault=f"geometry that is not {' or '.join(wanted)}",
                values=types,
                repair=repair,
            )
        )
    invalid = ~absent & ~shapely.is_valid(shapes)
    if invalid.any():
        reasons = shapely.is_valid_reason(shapes)
        faults.append(
            sentence(
                frame,
                invalid,
                layer=layer,
                fault="invalid geometry",
                values=reasons,
                repair="Repair it (QGIS: Fix geometries).",
            )
        )
    return faults + _unit_faults(frame, ~absent, layer=layer)


def _unit_faults(frame: gpd.GeoDataFrame, present: Any, *, layer: str) -> list[str]:
    if frame.crs is None:
        return [
            f"{layer}: the layer has no CRS ({len(frame)} rows). Write it into the file (QGIS: Set layer CRS) or as `crs` of the layer in catalog.toml."
        ]
    if not present.any():
        return []
    bounds = frame.geometry.bounds.to_numpy()
    size = np.nan_to_num(np.abs(bounds), nan=0.0)
    if frame.crs.is_geographic:
        metres = present & ((size[:, [0, 2]].max(axis=1) > 360) | (size[:, [1, 3]].max(axis=1) > 360))
        if metres.any():
            repair = f"The layer says {frame.crs.to_string()} (degrees) but holds metres: name the CRS that the coordinates are in."
            return [sentence(frame, metres, layer=layer, fault="coordinates in metres", repair=repair)]
        swapped = present & (size[:, [1, 3]].max(axis=1) > 90)
        if swapped.any():
            repair = "Longitude and latitude are exchanged: x is the longitude, y the latitude."
            return [sentence(frame, swapped, layer=layer, fault="a latitude above 90°", repair=repair)]
    elif frame.crs.is_projected:
        degrees = present & (size.max(axis=1) <= 360)
        if degrees.any():
            repair = f'The layer says {frame.crs.to_string()} (metres) but holds degrees: write crs = "EPSG:4326".'
            return [sentence(frame, degrees, layer=layer, fault="coordinates in degrees", repair=repair)]
    return []
