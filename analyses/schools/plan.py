"""The school question from layers to tables, as a list of steps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from infragap.analyses.arrays import FloatArray, IntArray, ObjectArray
from infragap.analyses.provenance import modelled_layers, provenance_of
from infragap.analyses.schools import columns
from infragap.analyses.schools.ground import SEASONS, stand, walking_ground
from infragap.analyses.schools.parameters import SchoolsParameters
from infragap.analyses.schools.placement import Placement, border_candidates, place_border_schools, yearly_minutes
from infragap.analyses.schools.pupils import border_school_weight
from infragap.analyses.schools.result import SchoolsResult
from infragap.analyses.schools.tables import BorderWays, in_order, site_table, village_table
from infragap.analyses.schools.travel import (
    Nearest,
    Travel,
    build_travel,
    by_motorbike,
    by_motorbike_km,
    nearest_by_motorbike,
    nearest_on_foot,
    on_foot,
)
from infragap.analyses.schools.upper import UpperSecondary, upper_secondary_ways
from infragap.analyses.schools.zones import catchments, time_zones
from infragap.gis.pack import Pack

LAYERS = ("villages", "communes", "schools", "roads", "rivers", "lakes", "elevation")


def plan_schools(
    pack: Pack, parameters: SchoolsParameters, *, progress: Callable[[str], None] | None = None
) -> SchoolsResult:
    """Place the border boarding schools, and tell every village's way to school before and after the plan.

    Parameters
    ----------
    pack
        communes, villages, roads, schools, elevation; rivers and lakes where it has them.
    parameters
        Speeds, thresholds, what the placement minimises.
    progress
        Receives the name of each step.

    Raises
    ------
    MissingDataError
        A layer, or the planned border schools, are not in the pack.
    NoSolutionError
        Nobody can reach any place where a border school may stand.
    """
    step = progress or (lambda _: None)
    villages, schools, communes = pack.villages, pack.schools, pack.communes
    step("ground and roads")
    ground = walking_ground(
        pack.elevation,
        communes,
        pack.roads,
        rivers=pack.rivers if pack.has("rivers") else None,
        lakes=pack.lakes if pack.has("lakes") else None,
        parameters=parameters,
    )
    travel = build_travel(ground, pack.roads, parameters=parameters)
    village_cell = stand(ground, villages.geometry.x, villages.geometry.y)
    step("ways to upper secondary")
    school_cell = stand(ground, schools.geometry.x, schools.geometry.y)
    upper = upper_secondary_ways(travel, schools, school_cell, village_cell, parameters=parameters)
    step("placing the border schools")
    planned = schools["kind"] == "border_boarding"
    village = np.flatnonzero(villages["commune_code"].isin(schools.loc[planned, "commune_code"]))
    candidates = border_candidates(villages, schools, pack.roads, pack.elevation, parameters=parameters)
    candidate_cell = stand(ground, candidates.geometry.x, candidates.geometry.y)
    minutes = _journey_minutes(travel, village_cell[village], candidate_cell, parameters)
    placement = place_border_schools(
        minutes,
        border_school_weight(villages.iloc[village], parameters),
        candidates,
        villages["commune_code"].iloc[village],
        parameters=parameters,
    )
    site_cell = candidate_cell[placement.median.sites]
    home = villages["commune_code"].iloc[village]
    border = _border_ways(travel, village, village_cell[village], home, site_cell, candidates, placement, parameters)
    step("travel-time zones")
    site_school = candidates["school"].to_numpy(np.int64)[placement.median.sites]
    of_school = provenance_of(pack.catalog, LAYERS, schools["provenance"])
    zones, nearest = _isochrones(travel, schools, site_cell, site_school, of_school, parameters)
    step("tables")
    of_village = provenance_of(pack.catalog, LAYERS, villages["provenance"])
    modelled = ", ".join(modelled_layers(pack.catalog, LAYERS))
    sites = site_table(
        schools, communes, villages, candidates, placement, border, upper,
        provenance=of_school, modelled=modelled, parameters=parameters,
    )  # fmt: skip
    table = village_table(villages, communes, schools, border, upper, provenance=of_village, parameters=parameters)
    return SchoolsResult(
        sites=in_order(sites, columns.SITES),
        villages=in_order(table, columns.VILLAGES),
        catchments=_catchments(travel, communes, schools, nearest, site_school, upper, of_school),
        isochrones=zones,
        placement=_placement_numbers(placement, parameters),
        summary=_summary(table, sites, placement, travel, upper, village_cell, parameters),
    )


def _journey_minutes(
    travel: Travel, village_cell: IntArray, candidate_cell: IntArray, parameters: SchoolsParameters
) -> FloatArray:
    """Mean of the way there and back over the school year [min], (villages, candidates)."""
    mean = {}
    for season in SEASONS:
        if parameters.placement_mode == "foot":
            there, back = on_foot(travel, season, village_cell, candidate_cell, limit_min=parameters.foot_limit_min)
        else:
            there, back = by_motorbike(travel, season, village_cell, candidate_cell)
        mean[season] = (there + back) / 2
    return yearly_minutes(mean["dry"], mean["rainy"], rainy_share=parameters.rainy_share)


def _border_ways(
    travel: Travel,
    village: IntArray,
    village_cell: IntArray,
    communes: pd.Series[str],
    site_cell: IntArray,
    candidates: pd.DataFrame,
    placement: Placement,
    parameters: SchoolsParameters,
) -> BorderWays:
    """Minutes and kilometres of every border village to its school.

    Villages that took part in the placement go where it sends them; the others to the site (of their own commune where pupils are
    bound to it) that they reach first in the dry season, if any.
    """
    rows = np.arange(len(village))
    dry, km = by_motorbike_km(travel, "dry", village_cell, site_cell)
    fields = {"motorbike_dry": dry, "motorbike_rainy": by_motorbike_km(travel, "rainy", village_cell, site_cell)[0]}
    for season in SEASONS:
        fields[f"foot_{season}"], _ = on_foot(
            travel, season, village_cell, site_cell, limit_min=parameters.foot_limit_min
        )
    site = candidates.iloc[placement.median.sites]
    allowed = np.isfinite(dry)
    if parameters.own_commune_only:
        allowed &= communes.to_numpy()[:, None] == site["commune_code"].to_numpy()
    column = np.where(allowed.any(axis=1), np.argmin(np.where(allowed, dry, np.inf), axis=1), -1)
    column[placement.customer] = np.searchsorted(placement.median.sites, placement.median.assignment)
    school = site["school"].to_numpy(np.int64)
    return BorderWays(
        village=village,
        school=np.where(column >= 0, school[column], -1),
        minutes={name: np.where(column >= 0, field[rows, column], np.inf) for name, field in fields.items()},
        # entitlement is decided on the number that is shown
        way_km=np.asarray(np.round(np.where(column >= 0, km[rows, column], np.inf), 2), np.float64),
    )


def _isochrones(
    travel: Travel,
    schools: gpd.GeoDataFrame,
    site_cell: IntArray,
    site_school: IntArray,
    provenance: ObjectArray,
    parameters: SchoolsParameters,
) -> tuple[gpd.GeoDataFrame, Nearest]:
    """Rings of `columns.ISOCHRONES`, and the ways by motorbike in the dry season that the catchments are made of."""
    limit = max(parameters.isochrone_minutes)
    parts = []
    # the catchments need every way, the rings only those within the longest ring
    nearest = nearest_by_motorbike(travel, "dry", site_cell)
    for mode in ("motorbike", "foot"):
        for season in SEASONS:
            if mode == "foot":
                field = nearest_on_foot(travel, season, site_cell, limit_min=limit)
            elif season == "dry":
                field = nearest
            else:
                field = nearest_by_motorbike(travel, season, site_cell, limit_min=limit)
            rings = time_zones(
                field.minutes, field.site, travel.ground.elevation, upper_min=sorted(parameters.isochrone_minutes)
            )
            parts.append(rings.assign(mode=mode, season=season))
    zones = gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), crs=schools.crs)
    row = site_school[zones["site"].to_numpy(np.int64)]
    named = zones.assign(
        school_id=schools["school_id"].to_numpy()[row], name=schools["name"].to_numpy()[row], provenance=provenance[row]
    )
    return in_order(named, columns.ISOCHRONES), nearest


def _catchments(
    travel: Travel,
    communes: gpd.GeoDataFrame,
    schools: gpd.GeoDataFrame,
    nearest: Nearest,
    site_school: IntArray,
    upper: UpperSecondary,
    provenance: ObjectArray,
) -> gpd.GeoDataFrame:
    """Table of `columns.CATCHMENTS`."""
    like = travel.ground.elevation
    school_of_site = np.append(site_school, -1).astype(np.int32)
    border_communes = communes[communes["commune_code"].isin(schools["commune_code"].to_numpy()[site_school])]
    parts = [
        catchments(school_of_site[nearest.site], like, within=border_communes).assign(kind="border_boarding"),
        catchments(upper.before.site, like, within=communes).assign(kind="upper_secondary_before"),
        catchments(upper.after.site, like, within=communes).assign(kind="upper_secondary_after"),
    ]
    zones = gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), crs=schools.crs)
    row = zones["site"].to_numpy(np.int64)
    named = zones.assign(
        school_id=schools["school_id"].to_numpy()[row], name=schools["name"].to_numpy()[row], provenance=provenance[row]
    )
    return in_order(named, columns.CATCHMENTS)


def _placement_numbers(placement: Placement, parameters: SchoolsParameters) -> dict[str, Any]:
    """What `run.json` keeps of the placement."""
    numbers: dict[str, Any] = {
        "objective": "weighted pupil minutes, mean of the way there and back over the school year",
        "mode": parameters.placement_mode,
        "cost": placement.median.cost,
        "lower_bound": placement.median.lower_bound,
        "gap": placement.median.gap,
        "status": placement.median.status,
        "candidates": int(placement.minutes.shape[1]),
        "villages": len(placement.customer),
        "near_best_alternatives": len(placement.median.alternatives),
    }
    for name, solution, sites in (
        ("least_total", placement.median, placement.median.sites),
        ("fairest", placement.center, placement.fairest),
        ("widest", placement.coverage, placement.coverage.sites),
    ):
        numbers[name] = {
            **placement.totals(sites, parameters.coverage_min),
            "gap": solution.gap,
            "status": solution.status,
        }
    return numbers


def _summary(
    table: pd.DataFrame,
    sites: pd.DataFrame,
    placement: Placement,
    travel: Travel,
    upper: UpperSecondary,
    village_cell: IntArray,
    parameters: SchoolsParameters,
) -> dict[str, Any]:
    """Key numbers, those of the overview first."""
    border = sites[sites["kind"] == "border_boarding"]
    pupils = table["pupils_upper_secondary"].to_numpy(float)
    totals = placement.totals(placement.median.sites, parameters.coverage_min)
    before, after = upper.before_min, upper.minutes["motorbike_dry"]
    known = np.isfinite(before) & np.isfinite(after)
    share = pupils[known] / max(pupils[known].sum(), 1.0)
    return {
        "border_schools": len(border),
        "border_pupils": int(border["pupils_served"].sum()),
        "border_pupils_may_board": int(border["pupils_may_board"].sum()),
        "border_places": float(border["capacity_pupils"].sum()),
        "border_mean_min": round(totals["mean_min"], 1),
        "border_longest_min": round(totals["longest_min"], 1),
        "border_within_coverage_pct": round(totals["within_pct"], 1),
        "upper_secondary_mean_before_min": round(float((before[known] * share).sum()), 1),
        "upper_secondary_mean_after_min": round(float((after[known] * share).sum()), 1),
        "upper_secondary_pupils_may_board": int(pupils[table["upper_may_board"].to_numpy(bool)].sum()),
        "schools_raised": int((sites["status"] == "upgrade").sum()),
        "schools_new_upper_secondary": int((sites["kind"] == "new_upper_secondary").sum()),
        "villages_cut_off_in_rain": int(table["cut_off_in_rain"].sum()),
        "villages_out_of_reach": int((~np.isfinite(after)).sum()),
        "villages_without_ground": int((village_cell < 0).sum()),
        "border_villages_left_out_of_placement": len(placement.left_out),
        "road_parts": len(travel.roads.component_km),
        "road_join_report": travel.roads.report,
    }
