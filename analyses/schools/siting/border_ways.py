"""The way of every border village to the school that the placement gives it."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np

from infragap.analyses.arrays import FloatArray, IntArray
from infragap.analyses.schools.codes import Mode, SchoolKind, Season
from infragap.analyses.schools.pupils.entitlement import border_school_weight
from infragap.analyses.schools.siting.candidates import border_candidates
from infragap.analyses.schools.siting.placement import Placement, place_border_schools
from infragap.analyses.schools.study import Study
from infragap.analyses.schools.travel.walking_ground import stand
from infragap.analyses.schools.travel.ways import by_motorbike, by_motorbike_km, on_foot
from infragap.analyses.schools.travel.year import yearly_minutes


@dataclass(frozen=True, eq=False)
class BorderWays:
    """Ways of border villages to the school that the placement gives them.

    Attributes
    ----------
    village
        (b,) rows of the villages in border communes.
    school
        (b,) row of the school layer, -1 = out of reach of every candidate.
    minutes
        By 'motorbike_dry', 'motorbike_rainy', 'foot_dry', 'foot_rainy': (b,), inf = out of reach.
    way_km
        (b,) length of the motorbike way in the dry season [km].
    """

    village: IntArray
    school: IntArray
    minutes: dict[str, FloatArray]
    way_km: FloatArray


@dataclass(frozen=True, eq=False)
class BorderSchools:
    """Border schools where they are placed.

    Attributes
    ----------
    candidates
        Places where they may stand, as `border_candidates` gives them.
    placement
        The choice among them.
    ways
        Ways of the villages.
    site_cell
        (schools placed,) cell of each, in the order of `placement.median.sites`.
    """

    candidates: gpd.GeoDataFrame
    placement: Placement
    ways: BorderWays
    site_cell: IntArray

    @property
    def site_school(self) -> IntArray:
        """Row in the layer of schools of each school placed."""
        return np.asarray(self.candidates["school"].to_numpy(np.int64)[self.placement.median.sites], np.int64)


def border_schools(study: Study) -> BorderSchools:
    """Place the border schools and find every village's way to its own.

    Raises
    ------
    MissingDataError
        The pack has no planned border school, or no village in one's commune.
    NoSolutionError
        Nobody can reach any place where a border school may stand.
    """
    villages, schools, parameters = study.villages, study.schools, study.parameters
    planned = schools["kind"] == SchoolKind.BORDER_BOARDING
    village = np.flatnonzero(villages["commune_code"].isin(schools.loc[planned, "commune_code"]))
    candidates = border_candidates(villages, schools, study.roads, study.elevation, parameters=parameters)
    candidate_cell = stand(study.travel.ground, candidates.geometry.x, candidates.geometry.y)
    placement = place_border_schools(
        _journey_minutes(study, study.village_cell[village], candidate_cell),
        border_school_weight(villages.iloc[village], parameters),
        candidates,
        villages["commune_code"].iloc[village],
        parameters=parameters,
    )
    site_cell = candidate_cell[placement.median.sites]
    return BorderSchools(
        candidates=candidates,
        placement=placement,
        ways=_border_ways(study, village, site_cell, candidates, placement),
        site_cell=site_cell,
    )


def _journey_minutes(study: Study, village_cell: IntArray, candidate_cell: IntArray) -> FloatArray:
    """Mean of the way there and back over the school year [min], (villages, candidates)."""
    parameters, mean = study.parameters, {}
    for season in Season:
        if parameters.placement_mode == Mode.FOOT:
            there, back = on_foot(
                study.travel, season, village_cell, candidate_cell, limit_min=parameters.foot_limit_min
            )
        else:
            there, back = by_motorbike(study.travel, season, village_cell, candidate_cell)
        mean[season] = (there + back) / 2
    return yearly_minutes(mean[Season.DRY], mean[Season.RAINY], rainy_share=parameters.rainy_share)


def _border_ways(
    study: Study, village: IntArray, site_cell: IntArray, candidates: gpd.GeoDataFrame, placement: Placement
) -> BorderWays:
    """Minutes and kilometres of every border village to its school.

    Villages that took part in the placement go where it sends them; the others to the site (of their own commune where pupils are
    bound to it) that they reach first in the dry season, if any.
    """
    rows, travel, village_cell = np.arange(len(village)), study.travel, study.village_cell[village]
    dry, km = by_motorbike_km(travel, Season.DRY, village_cell, site_cell)
    fields = {
        "motorbike_dry": dry,
        "motorbike_rainy": by_motorbike_km(travel, Season.RAINY, village_cell, site_cell)[0],
    }
    for season in Season:
        fields[f"foot_{season}"], _ = on_foot(
            travel, season, village_cell, site_cell, limit_min=study.parameters.foot_limit_min
        )
    site = candidates.iloc[placement.median.sites]
    allowed = np.isfinite(dry)
    if study.parameters.own_commune_only:
        home = study.villages["commune_code"].iloc[village]
        allowed &= home.to_numpy()[:, None] == site["commune_code"].to_numpy()
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
