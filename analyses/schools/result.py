"""What `plan_schools` returns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import pandas as pd


@dataclass(frozen=True, eq=False)
class SchoolsResult:
    """Answer to the school question; frames are in the measuring CRS, columns as in
    `infragap.analyses.schools.columns`.

    Attributes
    ----------
    sites
        Schools where they are placed, schools to be raised, new upper-secondary schools; by rank.
    villages
        Every village with its nearest schools, minutes by mode and season, distance and entitlement.
    catchments
        Ground nearest to each placed school, and to each upper-secondary school before and after.
    isochrones
        Travel-time rings around the placed schools, by mode and season, with the pupils inside.
    od
        Minutes there and back between villages and candidates, by mode and season.
    assignment
        Who is admitted where.
    without_place
        Entitled pupils without a place, by village and level.
    alternatives
        Every other place of each school, and what it would mean for the same pupils.
    links
        Fords, missing bridges and earth stretches by what they are worth.
    targets
        Places and pupils against the targets.
    before_after
        Pupils by travel-time band before and after, by mode, season and group.
    placement
        cost (weighted pupil minutes), lower_bound, gap, status of the joint choice; the least total, the fairest and
        the widest sites compared.
    assignment_record
        Numbers of the joint choice and of the intake rules.
    upper_record
        Raised and new upper-secondary schools: order of raising, curve, decided against best.
    summary
        Key numbers.
    """

    sites: gpd.GeoDataFrame
    villages: gpd.GeoDataFrame
    catchments: gpd.GeoDataFrame
    isochrones: gpd.GeoDataFrame
    od: pd.DataFrame
    assignment: pd.DataFrame
    without_place: pd.DataFrame
    alternatives: pd.DataFrame
    links: gpd.GeoDataFrame
    targets: pd.DataFrame
    before_after: pd.DataFrame
    placement: dict[str, Any]
    assignment_record: dict[str, Any]
    upper_record: dict[str, Any]
    summary: dict[str, Any]
