"""Geometry of a layer: present, of the right type, valid, finite, without stray vertices, and in the units of its
CRS."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely

from infragap.gis import schema
from infragap.gis.arrays import BoolArray
from infragap.gis.findings import Finding, fault

ABSENT = fault("geometry.absent", reason="a row without a place cannot be planned for")
TYPE = fault(
    "geometry.type",
    tolerance="multipart geometries of one part",
    reason="lines are joined end to end, places have one point",
)
INVALID = fault("geometry.invalid", reason="areas and overlaps of crossing rings are wrong")
NOT_FINITE = fault("geometry.not_finite", reason="a coordinate that is no number has no place")
NO_CRS = fault("geometry.no_crs", reason="coordinates mean nothing without their system")
IN_METRES = fault("geometry.in_metres", reason="numbers beyond 360 are no degrees")
LATITUDE = fault("geometry.latitude", reason="no place lies beyond the poles: longitude and latitude are exchanged")
IN_DEGREES = fault("geometry.in_degrees", reason="a projected layer within 360 m of its origin holds degrees")
SPIKE = fault(
    "geometry.spike",
    tolerance="detours under 20 km, or of less than ten times the way without the vertex",
    reason="one slip of a digit sends a vertex far away and back; lengths and nearest points then follow it",
)

SPIKE_KM = 20.0
SPIKE_RATIO = 10.0


def geometry_findings(frame: gpd.GeoDataFrame, *, layer: str) -> list[Finding]:
    """Check the geometry of a layer.

    Parameters
    ----------
    frame
        Layer in the CRS of its file.
    layer
        Name in `schema.GEOMETRY`; other layers may have any type.
    """
    shapes = frame.geometry.to_numpy()
    absent = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    found = []
    if absent.any():
        found.append(ABSENT.in_rows(frame, absent, layer=layer))
    wanted = schema.GEOMETRY.get(layer, ())
    types = frame.geometry.geom_type.to_numpy()
    wrong = ~absent & ~np.isin(types.astype(str), wanted) if wanted else np.zeros(len(frame), dtype=bool)
    if wrong.any():
        found.append(TYPE.in_rows(frame, wrong, layer=layer, shown=types, wanted=" / ".join(wanted)))
    infinite = ~absent & ~np.isfinite(shapely.bounds(shapes)).all(axis=1)
    if infinite.any():
        found.append(NOT_FINITE.in_rows(frame, infinite, layer=layer))
    invalid = ~absent & ~infinite & ~shapely.is_valid(shapes)
    if invalid.any():
        found.append(INVALID.in_rows(frame, invalid, layer=layer, shown=shapely.is_valid_reason(shapes)))
    return found + _unit_findings(frame, ~absent & ~infinite, layer=layer)


def _unit_findings(frame: gpd.GeoDataFrame, present: BoolArray, *, layer: str) -> list[Finding]:
    if frame.crs is None:
        return [NO_CRS.found(layer, of=len(frame))]
    if not present.any():
        return []
    size = np.nan_to_num(np.abs(frame.geometry.bounds.to_numpy()), nan=0.0)
    name = frame.crs.to_string()
    if frame.crs.is_geographic:
        metres = present & (size.max(axis=1) > 360)
        if metres.any():
            return [IN_METRES.in_rows(frame, metres, layer=layer, crs=name)]
        swapped = present & (size[:, [1, 3]].max(axis=1) > 90)
        if swapped.any():
            return [LATITUDE.in_rows(frame, swapped, layer=layer)]
    elif frame.crs.is_projected:
        degrees = present & (size.max(axis=1) <= 360)
        if degrees.any():
            return [IN_DEGREES.in_rows(frame, degrees, layer=layer, crs=name)]
    return []


def spike_findings(frame: gpd.GeoDataFrame, *, layer: str) -> list[Finding]:
    """Check that no vertex of a line or ring lies far away from both its neighbours.

    Parameters
    ----------
    frame
        Layer in a metric CRS [m].
    layer
        Name for the finding.
    """
    coordinates, row = shapely.get_coordinates(frame.geometry.to_numpy(), return_index=True)
    if len(coordinates) < 3:
        return []
    step = np.hypot(*np.diff(coordinates, axis=0).T)
    detour = step[:-1] + step[1:]
    straight = np.hypot(*(coordinates[2:] - coordinates[:-2]).T)
    within = (row[:-2] == row[1:-1]) & (row[1:-1] == row[2:])
    # both legs are long: a ring's first step after a far part is none
    far = within & (np.minimum(step[:-1], step[1:]) > 1000 * SPIKE_KM / 2) & (detour > SPIKE_RATIO * straight)
    if not far.any():
        return []
    marked = np.zeros(len(frame), dtype=bool)
    marked[row[1:-1][far]] = True
    km = np.zeros(len(frame))
    np.maximum.at(km, row[1:-1][far], detour[far] / 2000)
    return [SPIKE.in_rows(frame, marked, layer=layer, shown=[f"{value:.0f} km" for value in km])]
