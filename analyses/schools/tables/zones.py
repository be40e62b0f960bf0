"""Tables of zones on the ground: travel-time rings around the border schools, and catchments."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from infragap.analyses.arrays import IntArray
from infragap.analyses.columns import in_order
from infragap.analyses.schools import columns
from infragap.analyses.schools.codes import CatchmentKind, Mode, Season
from infragap.analyses.schools.siting.border_ways import BorderSchools
from infragap.analyses.schools.study import Study
from infragap.analyses.schools.travel.ways import Nearest, nearest_by_motorbike, nearest_on_foot
from infragap.analyses.schools.travel.zones import catchments, time_zones
from infragap.analyses.schools.upper.nearest_school import UpperSecondary


def isochrone_table(study: Study, border: BorderSchools) -> tuple[gpd.GeoDataFrame, Nearest]:
    """Rings of `columns.ISOCHRONES`, and the ways by motorbike in the dry season that the catchments are made of."""
    travel, ends = study.travel, sorted(study.parameters.isochrone_minutes)
    parts = []
    # the catchments need every way, the rings only those within the longest ring
    nearest = nearest_by_motorbike(travel, Season.DRY, border.site_cell)
    for mode in Mode:
        for season in Season:
            if mode == Mode.FOOT:
                field = nearest_on_foot(travel, season, border.site_cell, limit_min=ends[-1])
            elif season == Season.DRY:
                field = nearest
            else:
                field = nearest_by_motorbike(travel, season, border.site_cell, limit_min=ends[-1])
            rings = time_zones(field.minutes, field.site, travel.ground.elevation, upper_min=ends)
            parts.append(rings.assign(mode=mode, season=season))
    zones = gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), crs=study.schools.crs)
    row = border.site_school[zones["site"].to_numpy(np.int64)]
    return in_order(_of_schools(zones, study, row), columns.ISOCHRONES), nearest


def catchment_table(study: Study, border: BorderSchools, upper: UpperSecondary, nearest: Nearest) -> gpd.GeoDataFrame:
    """Table of `columns.CATCHMENTS`."""
    like, communes = study.travel.ground.elevation, study.communes
    school_of_site = np.append(border.site_school, -1).astype(np.int32)
    home = study.schools["commune_code"].to_numpy()[border.site_school]
    border_communes = communes[communes["commune_code"].isin(home)]
    parts = [
        catchments(school_of_site[nearest.site], like, within=border_communes).assign(
            kind=CatchmentKind.BORDER_BOARDING
        ),
        catchments(upper.before.site, like, within=communes).assign(kind=CatchmentKind.UPPER_SECONDARY_BEFORE),
        catchments(upper.after.site, like, within=communes).assign(kind=CatchmentKind.UPPER_SECONDARY_AFTER),
    ]
    zones = gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), crs=study.schools.crs)
    return in_order(_of_schools(zones, study, zones["site"].to_numpy(np.int64)), columns.CATCHMENTS)


def _of_schools(zones: gpd.GeoDataFrame, study: Study, row: IntArray) -> gpd.GeoDataFrame:
    """Add identifier, name and provenance of each zone's school."""
    return zones.assign(
        school_id=study.schools["school_id"].to_numpy()[row],
        name=study.schools["name"].to_numpy()[row],
        provenance=study.school_provenance[row],
    )
