"""Places in their commune and province, lines near it, communes that neither overlap nor miss their centre.

All layers come in the measuring CRS. A place may lie outside its commune by its own position accuracy plus that of the
commune's boundary (column `boundary_accuracy_m` of the communes, where a pack has approximate polygons); a settlement
never outside the province.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from infragap.gis.arrays import AnyArray, BoolArray, FloatArray
from infragap.gis.crs import WGS84, transform
from infragap.gis.findings import Finding, fault, notice

ROUNDING_M = 50.0
"""Coordinates rounded to five decimals and simplified borders: nothing closer than this is said to lie outside."""

FAR_M = 100_000.0
"""A road, line or river further from the province than this is in a wrong CRS."""

NEAR_M, FEW_NEAR_M, FEW_ROWS, NEAR_SHARE = 1_000.0, 5_000.0, 5, 0.1
"""How near the province a tenth of a layer of lines, lakes or stations must come; a few rows may be a lake across the
border."""

OVERLAP_PCT, SLIVER_PCT = 5.0, 0.5
"""Overlap of two communes, of the smaller one: a fault above the first, a notice above the second."""

PROVINCIAL = ("roads", "grid_lines", "rivers", "lakes", "bridges", "substations", "stations")
"""Layers of the province that belong to no commune."""

ACCURACY_MAX_M = 50_000.0
"""No position accuracy excuses a place further outside than this: no commune of Vietnam is as wide."""

OUTSIDE = fault(
    "place.outside",
    tolerance=f"settlements {ROUNDING_M:.0f} m; other places their position accuracy plus that of the boundary plus "
    f"{ROUNDING_M:.0f} m",
    reason="a place outside the province is in a wrong CRS, or not this province's",
)
EXCHANGED = fault(
    "place.exchanged",
    tolerance="as place.outside",
    reason="in a Vietnamese table X is the northing and Y the easting; exchanged, the points fall into the province",
)
UNKNOWN_CODE = fault(
    "place.unknown_code", reason="people, poverty and targets are counted by commune; old codes ended in July 2025"
)
STRAY = fault(
    "place.stray",
    tolerance=f"position accuracy plus that of the boundary plus {ROUNDING_M:.0f} m",
    reason="a point outside the commune that it names has a wrong point or a wrong code",
)
FAR = fault(
    "place.far",
    tolerance=f"{FAR_M / 1000:.0f} km from the province, for every vertex",
    reason="lines may leave the province, but not by so much: a wrong CRS, exchanged axes or a slip of one vertex",
)
LAYER_OUTSIDE = fault(
    "place.layer_outside",
    tolerance=f"layers of which a tenth of the rows comes within {NEAR_M / 1000:g} km of the province; "
    f"{FEW_NEAR_M / 1000:g} km for layers of fewer than {FEW_ROWS} rows",
    reason="a layer beside the province is another province's, or in a wrong CRS: nothing would be near anything",
)
OVERLAP = fault(
    "communes.overlap",
    tolerance=f"{OVERLAP_PCT:g} % of the smaller commune",
    reason="a place in two communes is counted by the wrong one",
)
SLIVER = notice(
    "communes.sliver",
    tolerance=f"{SLIVER_PCT:g} % of the smaller commune; up to {OVERLAP_PCT:g} % it is a notice",
    reason="simplified borders overlap a little",
)
CENTRE = notice(
    "communes.centre",
    tolerance="accuracy of the boundary plus 1 km",
    reason="the centre of a winding commune may lie outside it; far outside, row and polygon do not belong together",
)


def place_findings(places: gpd.GeoDataFrame, communes: gpd.GeoDataFrame, *, layer: str) -> list[Finding]:
    """Check that points lie in the province and in the commune whose code they carry."""
    points, polygons = places.geometry.to_numpy(), communes.geometry.to_numpy()
    outside, beyond_m = outside_province(places, communes, layer=layer)
    province = shapely.union_all(polygons)
    found = []
    exchanged = outside & shapely.covers(province, shapely.points(shapely.get_y(points), shapely.get_x(points)))
    if exchanged.any():
        found.append(EXCHANGED.in_rows(places, exchanged, layer=layer))
    if (outside & ~exchanged).any():
        found.append(OUTSIDE.in_rows(places, outside & ~exchanged, layer=layer, shown=in_km(beyond_m)))
    if "commune_code" not in places.columns:
        return found
    own = pd.Index(communes["commune_code"]).get_indexer(places["commune_code"])
    if (own < 0).any():
        found.append(UNKNOWN_CODE.in_rows(places, own < 0, layer=layer, shown=places["commune_code"]))
    checked = np.flatnonzero((own >= 0) & ~outside)
    off_m = np.zeros(len(places))
    off_m[checked] = shapely.distance(points[checked], polygons[own[checked]])
    stray = (
        off_m
        > np.minimum(metres(places, "position_accuracy_m"), ACCURACY_MAX_M)
        + metres(communes, "boundary_accuracy_m")[own]
        + ROUNDING_M
    )
    if stray.any():
        found.append(STRAY.in_rows(places, stray, layer=layer, shown=in_km(off_m)))
    return found


def outside_province(
    places: gpd.GeoDataFrame, communes: gpd.GeoDataFrame, *, layer: str
) -> tuple[BoolArray, FloatArray]:
    """Mark the points outside the province by more than they may be, and give how far outside each is [m]."""
    province = shapely.union_all(communes.geometry.to_numpy())
    shapely.prepare(province)
    beyond_m = _distance_m(places.geometry.to_numpy(), province)
    if layer == "settlements":
        return beyond_m > ROUNDING_M, beyond_m
    boundary_m = metres(communes, "boundary_accuracy_m").max(initial=0.0)
    return beyond_m > np.minimum(
        metres(places, "position_accuracy_m"), ACCURACY_MAX_M
    ) + boundary_m + ROUNDING_M, beyond_m


def metres(frame: pd.DataFrame, column: str) -> FloatArray:
    """Give a column in metres, 0 where a row or the layer has none."""
    if column not in frame.columns:
        return np.zeros(len(frame))
    return pd.to_numeric(frame[column], errors="coerce").fillna(0).to_numpy(dtype=np.float64)


def in_km(distance_m: FloatArray) -> list[str]:
    """Write distances for a message."""
    return [f"{value / 1000:.1f} km" for value in distance_m]


def _distance_m(points: AnyArray, province: shapely.Geometry) -> FloatArray:
    distance_m = np.zeros(len(points))
    out = np.flatnonzero(~shapely.covers(province, points))
    distance_m[out] = shapely.distance(points[out], province)
    # a coordinate that is not finite has no distance: as far outside as can be
    return np.nan_to_num(distance_m, nan=np.inf)


def far_findings(frame: gpd.GeoDataFrame, communes: gpd.GeoDataFrame, *, layer: str) -> list[Finding]:
    """Check that no vertex of a line, station or lake lies far from the province, as it would with a wrong CRS or a
    slip."""
    west, south, east, north = communes.total_bounds
    bounds = frame.geometry.bounds.to_numpy()
    beyond_m = np.column_stack(
        [west - bounds[:, 0], bounds[:, 2] - east, south - bounds[:, 1], bounds[:, 3] - north]
    ).max(axis=1, initial=0.0)
    far = ~(beyond_m <= FAR_M)
    if far.any():
        return [FAR.in_rows(frame, far, layer=layer, shown=in_km(beyond_m), limit_km=FAR_M / 1000)]
    near_m = FEW_NEAR_M if len(frame) < FEW_ROWS else NEAR_M
    if layer not in PROVINCIAL:
        return []
    gap_m = _gap_m(frame, communes)
    if (gap_m <= near_m).mean() < NEAR_SHARE:
        return [LAYER_OUTSIDE.found(layer, of=len(frame), nearest_km=float(gap_m.min()) / 1000)]
    return []


def _gap_m(frame: gpd.GeoDataFrame, communes: gpd.GeoDataFrame) -> FloatArray:
    """How far the boxes around the rows lie from the nearest commune [m]."""
    boxes = shapely.box(*frame.geometry.bounds.to_numpy().T)
    (row, _), distance_m = shapely.STRtree(communes.geometry.to_numpy()).query_nearest(
        boxes, return_distance=True, all_matches=False
    )
    gap_m = np.full(len(frame), np.inf)
    gap_m[row] = distance_m
    return gap_m


def commune_findings(communes: gpd.GeoDataFrame) -> list[Finding]:
    """Check the communes against each other and against their stated centres."""
    shapes = communes.geometry.to_numpy()
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    one, other = one[one < other], other[one < other]
    smaller_m2 = np.minimum(shapely.area(shapes[one]), shapely.area(shapes[other]))
    share_pct = 100 * shapely.area(shapely.intersection(shapes[one], shapes[other])) / np.maximum(smaller_m2, 1.0)
    found = []
    for check, chosen in (
        (OVERLAP, share_pct > OVERLAP_PCT),
        (SLIVER, (share_pct > SLIVER_PCT) & (share_pct <= OVERLAP_PCT)),
    ):
        if chosen.any():
            marked = np.zeros(len(communes), dtype=bool)
            marked[one[chosen]] = marked[other[chosen]] = True
            found.append(check.in_rows(communes, marked, layer="communes", share_pct=float(share_pct[chosen].max())))
    return found + _centre_findings(communes)


def _centre_findings(communes: gpd.GeoDataFrame) -> list[Finding]:
    if not {"centre_longitude", "centre_latitude"} <= set(communes.columns) or communes.crs is None:
        return []
    x, y = transform(communes["centre_longitude"], communes["centre_latitude"], source=WGS84, target=communes.crs)
    off_m = np.nan_to_num(shapely.distance(shapely.points(x, y), communes.geometry.to_numpy()), nan=np.inf)
    astray = off_m > metres(communes, "boundary_accuracy_m") + 1000
    return [CENTRE.in_rows(communes, astray, layer="communes", shown=in_km(off_m))] if astray.any() else []
