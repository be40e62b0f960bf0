"""Upper-secondary schools: the way of every village to the nearest one, today and with the upgrades and new schools."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from infragap.analyses.arrays import FloatArray, IntArray
from infragap.analyses.needs import missing_data
from infragap.analyses.schools.codes import SchoolStatus, Season
from infragap.analyses.schools.needs import NO_UPPER_SECONDARY
from infragap.analyses.schools.study import Study
from infragap.analyses.schools.travel.ways import Nearest, nearest_by_motorbike, nearest_on_foot


@dataclass(frozen=True, eq=False)
class UpperSecondary:
    """Ways of villages to the nearest upper-secondary school.

    Attributes
    ----------
    before, after
        Rasters of the motorbike way in the dry season to today's schools, and to those of 2030; sites are rows of `schools`.
    school
        (villages,) row of the nearest school of 2030, -1 = none in reach.
    minutes
        By 'motorbike_dry', 'motorbike_rainy', 'foot_dry', 'foot_rainy': (villages,) to the nearest of 2030, inf = out of reach.
    before_min, way_km
        (villages,) motorbike in the dry season to today's nearest [min], and the way to that of 2030 [km].
    """

    before: Nearest
    after: Nearest
    school: IntArray
    minutes: dict[str, FloatArray]
    before_min: FloatArray
    way_km: FloatArray


def upper_secondary_ways(study: Study) -> UpperSecondary:
    """Find the nearest upper-secondary school of every village, before and after the plan.

    Parameters
    ----------
    study
        Layers and travel; every school with upper secondary counts, boarding or not.

    Raises
    ------
    MissingDataError
        No school with upper secondary exists.
    """
    schools, travel, school_cell, village_cell = study.schools, study.travel, study.school_cell, study.village_cell
    has = schools["has_upper_secondary"].to_numpy(bool)
    today = np.flatnonzero(has & (schools["status"] == SchoolStatus.EXISTING).to_numpy())
    later = np.flatnonzero(has)
    if not len(today):
        raise missing_data([NO_UPPER_SECONDARY.found("schools", of=len(schools))])
    limit = study.parameters.foot_limit_min
    before = _of_schools(nearest_by_motorbike(travel, Season.DRY, school_cell[today]), today)
    after = _of_schools(nearest_by_motorbike(travel, Season.DRY, school_cell[later]), later)
    fields = {
        "motorbike_dry": after.minutes,
        "motorbike_rainy": nearest_by_motorbike(travel, Season.RAINY, school_cell[later]).minutes,
        "foot_dry": nearest_on_foot(travel, Season.DRY, school_cell[later], limit_min=limit).minutes,
        "foot_rainy": nearest_on_foot(travel, Season.RAINY, school_cell[later], limit_min=limit).minutes,
    }
    return UpperSecondary(
        before=before,
        after=after,
        school=at_cells(after.site, village_cell, missing=-1).astype(np.int64),
        minutes={name: at_cells(field, village_cell, missing=np.inf) for name, field in fields.items()},
        before_min=at_cells(before.minutes, village_cell, missing=np.inf),
        # entitlement is decided on the number that is shown
        way_km=np.round(at_cells(after.km, village_cell, missing=np.inf), 2),
    )


def at_cells(raster: NDArray[np.float32] | NDArray[np.int32], cells: IntArray, *, missing: float) -> FloatArray:
    """Values of a raster at flat cells; `missing` at -1."""
    values = np.full(len(cells), missing, np.float64)
    values[cells >= 0] = raster.ravel()[cells[cells >= 0]]
    return values


def _of_schools(nearest: Nearest, rows: IntArray) -> Nearest:
    """The same, with sites numbered by rows of the school layer."""
    site = np.full(nearest.site.shape, -1, np.int32)
    known = nearest.site >= 0
    site[known] = rows[nearest.site[known]]
    return Nearest(minutes=nearest.minutes, km=nearest.km, site=site)
