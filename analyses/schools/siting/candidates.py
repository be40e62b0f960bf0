"""Places where a border boarding school may stand: the decided site, or the villages of its commune where a campus can be built."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from infragap.analyses.arrays import FloatArray, ObjectArray
from infragap.analyses.needs import missing_data
from infragap.analyses.schools.needs import NO_PLANNED_SCHOOL, no_village, planned_border_schools
from infragap.analyses.schools.parameters import SchoolsParameters
from infragap.gis.raster import Raster, sample
from infragap.gis.terrain import slope_pct


def border_candidates(
    villages: gpd.GeoDataFrame,
    schools: gpd.GeoDataFrame,
    roads: gpd.GeoDataFrame,
    elevation: Raster,
    *,
    parameters: SchoolsParameters,
) -> gpd.GeoDataFrame:
    """Places where each planned border school may stand.

    Parameters
    ----------
    villages, schools, roads
        Layers of the pack.
    elevation
        Heights [m]; the slope of its cells is compared with `site_slope_max_pct`.
    parameters
        Limits of slope and road distance. Where no village of a commune keeps both, all its villages are candidates.

    Returns
    -------
    GeoDataFrame
        One row per candidate: school (row in `schools`), village (row in `villages`, -1 at a decided site), commune_code, slope_pct,
        road_km, is_decided, limits_kept, and the point.

    Raises
    ------
    MissingDataError
        The pack has no planned border school, or none of its commune's villages.
    """
    planned = planned_border_schools(schools)
    if planned.empty:
        raise missing_data([NO_PLANNED_SCHOOL.found("schools", of=len(schools))])
    if (lacking := no_village(planned, villages)) is not None:
        raise missing_data([lacking])
    parts = []
    for row, school in planned.iterrows():
        if school["site_known"]:
            part = gpd.GeoDataFrame({"village": [-1]}, geometry=[school.geometry], crs=schools.crs)
        else:
            own = villages.index[villages["commune_code"] == school["commune_code"]]
            part = gpd.GeoDataFrame({"village": own}, geometry=villages.geometry[own].array, crs=villages.crs)
        parts.append(
            part.assign(school=row, commune_code=school["commune_code"], is_decided=bool(school["site_known"]))
        )
    every = gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), crs=villages.crs)
    every["slope_pct"] = sample(slope_pct(elevation), every.geometry.x, every.geometry.y, method="nearest")
    proper = roads[~roads["road_class"].isin(("track", "expressway"))]
    every["road_km"] = _distance_km(every, proper)
    steep = every["slope_pct"].fillna(np.inf) > parameters.site_slope_max_pct
    kept = ~steep & (every["road_km"] <= parameters.site_road_max_km)
    every["limits_kept"] = kept
    some_kept = kept.groupby(every["school"]).transform("any")
    return every[kept | every["is_decided"] | ~some_kept].reset_index(drop=True)


def _distance_km(points: gpd.GeoDataFrame, lines: gpd.GeoDataFrame) -> FloatArray:
    """Straight distance to the nearest line [km]; inf without lines."""
    if lines.empty:
        return np.full(len(points), np.inf)
    geometry: ObjectArray = np.asarray(lines.geometry.array, dtype=object)
    place: ObjectArray = np.asarray(points.geometry.array, dtype=object)
    nearest = np.asarray(shapely.STRtree(geometry).nearest(place), np.int64)
    return np.asarray(shapely.distance(place, geometry[nearest]) / 1000)
