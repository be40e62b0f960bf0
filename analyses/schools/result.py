"""What `plan_schools` returns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd


@dataclass(frozen=True, eq=False)
class SchoolsResult:
    """Answer to the school question; frames are in the measuring CRS, columns as in `infragap.analyses.schools.columns`.

    Attributes
    ----------
    sites
        Nine border schools where they are placed, schools to be raised, new upper-secondary schools; by rank.
    villages
        Every village with its schools, minutes by mode and season, distance and entitlement.
    catchments
        Ground nearest to each border school (in border communes), and to each upper-secondary school before and after.
    isochrones
        Travel-time rings around the border schools, by mode and season.
    placement
        cost (weighted pupil minutes), lower_bound, gap, status; the same of the fairest and the widest placement; comparison of the three.
    summary
        Key numbers.
    """

    sites: gpd.GeoDataFrame
    villages: gpd.GeoDataFrame
    catchments: gpd.GeoDataFrame
    isochrones: gpd.GeoDataFrame
    placement: dict[str, Any]
    summary: dict[str, Any]
