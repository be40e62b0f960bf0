"""Schools with upper secondary: which there are today and in 2030, and how schools at one place share the pupils around
them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray
from infragap.analyses.schools.codes import Mode, SchoolKind, SchoolStatus, Season
from infragap.analyses.schools.study import Study
from infragap.analyses.schools.travel.ways import at_nodes
from infragap.gis.lines.network import Ways


@dataclass(frozen=True, eq=False)
class UpperSchools:
    """Rows of the layer of schools that teach upper secondary.

    Attributes
    ----------
    today, later
        (schools,) those of today, and of 2030 (raised and new ones too).
    boarding
        (schools,) pupils can live there.
    capacity
        (schools,) places, of the parameters where the layer gives none.
    capacity_known
        (schools,) the layer gives them.
    """

    today: BoolArray
    later: BoolArray
    boarding: BoolArray
    capacity: FloatArray
    capacity_known: BoolArray


def upper_schools(study: Study) -> UpperSchools:
    """Read from the layer of schools what teaches upper secondary."""
    schools, parameters = study.schools, study.parameters
    has, boarding = schools["has_upper_secondary"].to_numpy(bool), schools["boarding"].to_numpy(bool)
    given = schools["capacity_pupils"].to_numpy(float)
    usual = np.where(boarding, parameters.boarding_capacity_pupils, parameters.upper_capacity_pupils)
    return UpperSchools(
        today=has & (schools["status"] == SchoolStatus.EXISTING).to_numpy(),
        later=has,
        boarding=boarding,
        capacity=np.floor(np.where(np.isfinite(given), given, usual)),
        capacity_known=np.isfinite(given),
    )


@dataclass(frozen=True, eq=False)
class NearestSchool:
    """Ways of villages to the nearest of some schools, motorbike in the dry season unless said otherwise.

    Attributes
    ----------
    ways
        Ways from everywhere.
    row
        (schools asked for,) rows of the layer of schools.
    school
        (villages,) row of the nearest school, -1 = none in reach.
    minutes
        By mode and season: (villages,) to the nearest, inf = out of reach.
    km
        (villages,) length of the way.
    """

    ways: Ways
    row: IntArray
    school: IntArray
    minutes: dict[tuple[Mode, Season], FloatArray]
    km: FloatArray


def nearest_school(study: Study, which: BoolArray) -> NearestSchool:
    """Find the nearest of some schools (rows of the layer) for every village."""
    row = np.flatnonzero(which & (study.school_cell >= 0))
    cells, node = study.school_cell[row], study.village_node
    minutes = {}
    for mode in Mode:
        for season in Season:
            ways = study.nearest(mode, season, cells)
            minutes[mode, season] = at_nodes(ways.cost, node, missing=np.inf)
            if (mode, season) == (Mode.MOTORBIKE, Season.DRY):
                dry = ways
    place = at_nodes(dry.place, node, missing=-1).astype(np.int64)
    kind = np.zeros(len(study.travel.kind), np.uint8)
    length = dry.sums(node, kind, study.travel.km, kinds=1)[:, 0]
    return NearestSchool(
        ways=dry,
        row=row,
        school=np.where(place >= 0, row[place], -1) if len(row) else np.full(len(node), -1),
        minutes=minutes,
        km=np.where(np.isfinite(minutes[Mode.MOTORBIKE, Season.DRY]), np.round(length, 2), np.inf),
    )


def same_place(study: Study, which: BoolArray) -> IntArray:
    """(schools,) number of the place that each school stands at; schools in one cell of the ground stand at one place.
    -1 = not asked for."""
    place = np.full(len(study.schools), -1, np.int64)
    rows = np.flatnonzero(which)
    place[rows] = np.unique(study.school_cell[rows], return_inverse=True)[1]
    return place


def shared_by_places(
    study: Study, schools: UpperSchools, which: BoolArray, nearest: IntArray, pupils: FloatArray
) -> FloatArray:
    """(schools,) pupils of the villages that are nearest to each school; schools at one place share them by their
    places."""
    place = same_place(study, which)
    total = np.zeros(len(study.schools))
    known = nearest >= 0
    at_place = np.bincount(place[nearest[known]], pupils[known], minlength=int(place.max(initial=0)) + 1)
    rows = np.flatnonzero(which)
    room = np.bincount(place[rows], schools.capacity[rows], minlength=len(at_place))
    total[rows] = at_place[place[rows]] * schools.capacity[rows] / np.maximum(room[place[rows]], 1e-9)
    return total


def minority_upper_pupils(study: Study) -> FloatArray:
    """(villages,) upper-secondary pupils of ethnic minorities, by the village's share; a village without a share counts
    with its commune's, else with none."""
    villages = study.villages
    own = villages["minority_pct"]
    commune = villages["commune_code"].map(study.communes.set_index("commune_code")["minority_pct"])
    share = own.where(own.notna(), commune).fillna(0.0).to_numpy(float)
    return np.asarray(villages["pupils_upper_secondary"].to_numpy(float) * share / 100)


def noted_rows(study: Study, kind: SchoolKind) -> int:
    """Schools of a kind that the layer holds and that exist."""
    schools = study.schools
    return int(((schools["kind"] == kind) & (schools["status"] == SchoolStatus.EXISTING)).sum())
