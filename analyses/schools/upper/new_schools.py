"""New upper-secondary schools: over existing lower-secondary schools, with places, for every number of them; the
decided ones against the best."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray
from infragap.analyses.schools.codes import MODELLED, Mode, SchoolKind, SchoolStatus, Season
from infragap.analyses.schools.study import Study
from infragap.analyses.schools.travel.open_ground import ground_cell
from infragap.analyses.schools.travel.region import all_pairs, whole_region
from infragap.analyses.schools.travel.year import yearly_minutes
from infragap.analyses.schools.upper.places import UpperSchools
from infragap.analyses.solvers.facility.added_sites import AddingTask, add_sites, with_sites
from infragap.analyses.solvers.facility.shared_p_median import SharedSolution
from infragap.analyses.solvers.stopping import Stop
from infragap.gis.crs import WGS84


@dataclass(frozen=True, eq=False)
class NewSchools:
    """How the pupils fare with so many new schools.

    Attributes
    ----------
    place
        Schools that are there anyway, then the places of new ones: candidate, label, commune_code, school (row, -1 =
        none), is_new and the point.
    curve
        Solutions for 0, 1, ... new schools.
    decided
        (d,) places of the schools that are decided.
    as_decided
        The solution with exactly these; None where none are decided.
    swaps
        Exchanges of one decided school for another place that lower the cost: (decided place, other place, cost saved),
        most first.
    pupils
        (villages,) pupils.
    minutes
        (villages, places) minutes of the year, inf beyond `upper_limit_min`.
    assumed_places
        How many of the schools have places of the parameters.
    """

    place: gpd.GeoDataFrame
    curve: tuple[SharedSolution, ...]
    decided: IntArray
    as_decided: SharedSolution | None
    swaps: tuple[tuple[int, int, float], ...]
    pupils: FloatArray
    minutes: FloatArray
    assumed_places: int

    def mean_min(self, solution: SharedSolution) -> float:
        """Mean way of the pupils who have a place."""
        minutes = self.minutes[:, solution.sites]
        total = solution.amount.sum()
        return float((np.where(solution.amount > 0, minutes, 0.0) * solution.amount).sum() / max(total, 1e-9))


def new_schools(study: Study, schools: UpperSchools) -> NewSchools | None:
    """Place new upper-secondary schools; None where nobody is of the age or nothing could be placed."""
    parameters = study.parameters
    pupils = study.villages["pupils_upper_secondary"].to_numpy(float)
    place, capacity, decided = _places(study, schools)
    if not pupils.any() or parameters.new_schools_max == 0 or not place["is_new"].any():
        return None
    minutes = _minutes(study, place)
    there = np.flatnonzero(~place["is_new"].to_numpy(bool))
    task = AddingTask(minutes, pupils, capacity, np.full(len(pupils), parameters.without_place_min), there)
    most = min(parameters.new_schools_max, len(task.free))
    stop = Stop(parameters.gap, parameters.curve_work)
    as_decided = with_sites(task, np.flatnonzero(np.isin(task.free, decided))) if len(decided) else None
    curve = [add_sites(task, count, stop=stop) for count in range(most + 1)]
    return NewSchools(
        place=place,
        curve=tuple(curve),
        decided=decided,
        as_decided=as_decided,
        swaps=_swaps(task, decided, curve, as_decided),
        pupils=pupils,
        minutes=minutes,
        assumed_places=int((~schools.capacity_known[place["school"].to_numpy()[there]]).sum()),
    )


def _places(study: Study, schools: UpperSchools) -> tuple[gpd.GeoDataFrame, FloatArray, IntArray]:
    """Schools of today and those raised, then places of new ones: decided, lower-secondary schools that a source
    places, centres of communes without one."""
    layer, parameters, crs = study.schools, study.parameters, study.schools.crs
    is_new = ((layer["kind"] == SchoolKind.NEW_UPPER_SECONDARY) & (layer["status"] != SchoolStatus.EXISTING)).to_numpy()
    there = schools.later & ~is_new
    lower = (
        layer["has_lower_secondary"]
        & ~layer["has_upper_secondary"]
        & (layer["status"] == SchoolStatus.EXISTING)
        # a modelled place is no better known than the commune's centre, and several a commune say nothing more
        & (layer["provenance"] != MODELLED)
    ).to_numpy()
    parts = [_of_schools(study, there, "S-", new=False), _of_schools(study, is_new & schools.later, "S-", new=True)]
    covered = set(layer.loc[is_new, "commune_code"])
    if lower.any():
        parts.append(_of_schools(study, lower, "L-", new=True))
        covered |= set(layer.loc[lower, "commune_code"])
    rest = study.communes[~study.communes["commune_code"].isin(covered)]
    centres = gpd.GeoSeries.from_xy(rest["centre_longitude"], rest["centre_latitude"], crs=WGS84).to_crs(crs)
    parts.append(
        gpd.GeoDataFrame(
            {
                "candidate": "C-" + rest["commune_code"].to_numpy(object),
                "label": rest["name"].to_numpy(object),
                "commune_code": rest["commune_code"].to_numpy(object),
                "school": -1,
                "is_new": True,
            },
            geometry=centres.array,
            crs=crs,
        )
    )
    place = gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), crs=crs)
    row = place["school"].to_numpy(np.int64)
    known = (row >= 0) & schools.later[row]
    capacity = np.where(known, schools.capacity[row], np.floor(parameters.upper_capacity_pupils))
    decided = np.flatnonzero(place["is_new"].to_numpy(bool) & known)
    return place, capacity, decided


def _of_schools(study: Study, which: BoolArray, letter: str, *, new: bool) -> gpd.GeoDataFrame:
    rows = study.schools[which]
    return gpd.GeoDataFrame(
        {
            "candidate": letter + rows["school_id"].to_numpy(object),
            "label": rows["name"].to_numpy(object),
            "commune_code": rows["commune_code"].to_numpy(object),
            "school": rows.index.to_numpy(),
            "is_new": new,
        },
        geometry=rows.geometry.array,
        crs=rows.crs,
    )


def _minutes(study: Study, place: gpd.GeoDataFrame) -> FloatArray:
    """Mean way to each place over the school year [min]."""
    cell, parameters = ground_cell(study.travel.ground, place.geometry.x, place.geometry.y), study.parameters
    region = whole_region(study.travel)
    limit = parameters.upper_limit_min
    dry, rainy = (
        all_pairs(region, Mode.MOTORBIKE, season, study.village_cell, cell, limit_min=limit, both_ways=False).to_min
        for season in (Season.DRY, Season.RAINY)
    )
    return yearly_minutes(dry, rainy, rainy_share=parameters.rainy_share, longest_rainy_min=2 * limit)


def _swaps(
    task: AddingTask, decided: IntArray, curve: list[SharedSolution], as_decided: SharedSolution | None
) -> tuple[tuple[int, int, float], ...]:
    """Exchange each decided school for a place of the best plan that is not decided; keep what helps."""
    if as_decided is None or len(decided) >= len(curve):
        return ()
    best = np.setdiff1d(curve[len(decided)].sites, np.concatenate([task.there, decided]))
    found = []
    for out in decided.tolist():
        for new in best.tolist():
            added = np.concatenate([decided[decided != out], [new]])
            cost = task.cost_of(np.flatnonzero(np.isin(task.free, added)))
            if cost < as_decided.cost - 1e-6:
                found.append((as_decided.cost - cost, out, new))
    return tuple((out, new, saved) for saved, out, new in sorted(found, key=lambda one: (-one[0], one[1], one[2])))
