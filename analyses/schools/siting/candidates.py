"""Places where a school may stand: decided sites, published points, commune centres, villages, and open ground that a
campus fits on.

A candidate has a name of its own that says where it is, not which place in a list it has: it stays the same whatever
roads, villages or other candidates there are. A candidate is admissible that has ground to build on and road, power and
water near; more roads can only make more of them so.
"""

from __future__ import annotations

import difflib
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from infragap.analyses.arrays import BoolArray, FloatArray, ObjectArray
from infragap.analyses.needs import missing_data
from infragap.analyses.schools.codes import Level
from infragap.analyses.schools.needs import NO_PLANNED_SCHOOL, planned_border_schools
from infragap.analyses.schools.parameters import SchoolsParameters
from infragap.analyses.schools.siting.campus_ground import (
    CampusGround,
    campus_ground,
    ground_at,
    slope_at,
    spread_out,
)
from infragap.analyses.schools.study import Study
from infragap.gis.crs import WGS84
from infragap.gis.errors import MissingDataError, ParameterError

SQUARE_M = 1000.0
"""Villages nearer to each other than about this are one candidate (choice)."""

_MOST_VILLAGES = 3
"""Villages with most pupils that are candidates in each commune, where schools are placed anywhere in a province."""


def site_candidates(study: Study) -> gpd.GeoDataFrame:
    """List the places where schools may stand.

    Returns
    -------
    GeoDataFrame
        One row per candidate, sorted by school and name: candidate (its own name), school (row in `schools`, -1 = any),
        commune_code, village (row in `villages`, -1 = none), label, slope_pct, ground_ha, road_km, power_km, water_km,
        is_decided, limits_kept, position_accuracy_m and the point.

    Raises
    ------
    MissingDataError
        The pack plans no border school and no number of schools is asked for, or a planned school's commune has no
        candidate.
    ParameterError
        A fixed or forbidden candidate that is not there, a candidate file that cannot be used, or levels that no
        planned school teaches.
    """
    planned, parameters = planned_border_schools(study.schools), study.parameters
    if not parameters.levels:
        raise ParameterError(f"levels: none is given. Choose of {', '.join(Level)}.")
    if len(planned) and not any(planned[f"has_{level}"].any() for level in parameters.levels):
        raise ParameterError(
            f"levels: no planned border school teaches {', '.join(parameters.levels)} by the columns has_... of the "
            "layer schools. Ask for a level that they teach, or correct the layer."
        )
    if planned.empty and parameters.sites is None:
        raise missing_data([NO_PLANNED_SCHOOL.found("schools", of=len(study.schools))])
    communes = _communes_of(study, planned)
    ground = campus_ground(
        study.elevation, study.forest, study.travel.ground.water.shapes, communes, parameters=parameters
    )
    if parameters.candidate_file:
        every = _from_file(Path(parameters.candidate_file), study)
    else:
        every = pd.concat(_found(study, planned, communes, ground), ignore_index=True)
    table = _measured(gpd.GeoDataFrame(every, crs=study.schools.crs), study, ground)
    school_of = {code: row for row, code in planned["commune_code"].items()}
    table["school"] = table["commune_code"].map(school_of).fillna(-1).astype(int)
    table = table.drop_duplicates("candidate").sort_values(["school", "candidate"]).reset_index(drop=True)
    _check_names(table, parameters)
    table = table[~table["candidate"].isin(parameters.forbidden_sites)].reset_index(drop=True)
    kept = _admissible(table, parameters)
    missing = [planned["name"][row] for row in school_of.values() if not (table["school"] == row).any()]
    if missing:
        raise MissingDataError(f"schools: no place for {', '.join(missing)}. Give candidates in their communes.")
    return table[kept].reset_index(drop=True)


def _communes_of(study: Study, planned: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Communes that schools are placed in: those of the planned schools, else the border communes, else all."""
    communes = study.communes
    if len(planned):
        return communes[communes["commune_code"].isin(planned["commune_code"])]
    border = communes[communes["is_border"]]
    return border if len(border) else communes


def _found(
    study: Study, planned: gpd.GeoDataFrame, communes: gpd.GeoDataFrame, ground: CampusGround
) -> list[gpd.GeoDataFrame]:
    villages, crs = study.villages, study.schools.crs
    own = villages[villages["commune_code"].isin(communes["commune_code"])]
    if planned.empty:
        own = own.sort_values("population", ascending=False, kind="stable").groupby("commune_code").head(_MOST_VILLAGES)
    own = _thinned(own)
    centres = gpd.GeoSeries.from_xy(communes["centre_longitude"], communes["centre_latitude"], crs=WGS84).to_crs(crs)
    cells = spread_out(ground, communes, study.parameters)
    # open ground beside a village adds nothing to the village
    near, _ = shapely.STRtree(np.asarray(villages.geometry.array, dtype=object)).query(
        np.asarray(cells.geometry.array, dtype=object),
        predicate="dwithin",
        distance=study.parameters.site_spacing_m / 2,
    )
    cells = cells.drop(index=cells.index[np.unique(near)])
    names = study.commune_names
    return [
        _rows(
            np.where(planned["site_known"], "S-", "P-") + planned["school_id"].to_numpy(object),
            planned, planned.geometry, village=-1, label=planned["name"], decided=planned["site_known"],
            accuracy=planned["position_accuracy_m"],
        ),
        _rows("V-" + own["village_id"], own, own.geometry, village=own.index, label=own["name"],
              accuracy=own["position_accuracy_m"]),
        _rows("C-" + communes["commune_code"], communes, centres, village=-1, label=communes["name"], accuracy=1000.0),
        _rows(
            [f"G-{x / 100:.0f}-{y / 100:.0f}" for x, y in zip(cells.geometry.x, cells.geometry.y, strict=True)],
            cells, cells.geometry, village=-1, label=cells["commune_code"].map(names),
            accuracy=ground.area_ha.cell_size_m,
        ),
    ]  # fmt: skip


def _thinned(villages: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Of villages in one square of a kilometre of a commune the one with most people: a campus beside one is beside all
    of them."""
    square = pd.DataFrame(
        {"x": villages.geometry.x // SQUARE_M, "y": villages.geometry.y // SQUARE_M, "code": villages["commune_code"]}
    )
    order = villages.sort_values(["population", "village_id"], ascending=[False, True]).index
    return villages.loc[sorted(square.loc[order].drop_duplicates().index)]


def _rows(
    candidate: object,
    of: pd.DataFrame,
    points: gpd.GeoSeries,
    *,
    village: object,
    label: object,
    decided: object = False,
    accuracy: object,
) -> gpd.GeoDataFrame:
    columns = {
        "commune_code": of["commune_code"].to_numpy(object),
        "village": village,
        "label": np.asarray(label, object),
        "is_decided": np.asarray(decided, bool) if not isinstance(decided, bool) else decided,
        "position_accuracy_m": np.asarray(accuracy, float),
    }
    frame = gpd.GeoDataFrame({"candidate": np.asarray(candidate, object)}, geometry=points.array, crs=points.crs)
    return frame.assign(**columns)


def _from_file(path: Path, study: Study) -> gpd.GeoDataFrame:
    """Candidates of a planner's own CSV file."""
    try:
        table = pd.read_csv(path, dtype={"candidate": str, "commune_code": str})
    except (OSError, ValueError) as error:
        raise ParameterError(f"{path}: the candidate file cannot be read ({error}). Give a CSV in UTF-8.") from error
    lacking = [name for name in ("candidate", "commune_code", "longitude", "latitude") if name not in table]
    if lacking:
        raise ParameterError(f"{path}: missing columns {', '.join(lacking)}. Add them to the candidate file.")
    faulty = table[
        table["candidate"].isna()
        | table["candidate"].duplicated()
        | ~table["commune_code"].isin(study.communes["commune_code"])
        | ~pd.to_numeric(table["longitude"], errors="coerce").between(-180, 180)
        | ~pd.to_numeric(table["latitude"], errors="coerce").between(-90, 90)
    ]
    if len(faulty) or table.empty:
        rows = ", ".join(str(row + 2) for row in faulty.index[:5]) or "none at all"
        raise ParameterError(
            f"{path}: rows without an own name, a known commune_code or a place in degrees: {rows}. Correct the "
            f"candidate file."
        )
    points = gpd.GeoSeries.from_xy(table["longitude"], table["latitude"], crs=WGS84).to_crs(study.schools.crs)
    return _rows(table["candidate"], table, points, village=-1, label=table["candidate"], accuracy=0.0)


def _measured(table: gpd.GeoDataFrame, study: Study, ground: CampusGround) -> gpd.GeoDataFrame:
    """Ground, slope, and distance to road, power and water of each candidate."""
    x, y = table.geometry.x, table.geometry.y
    proper = study.roads[~study.roads["road_class"].isin(("track", "expressway"))]
    lines = study.grid_lines
    power = None if lines is None else lines[(lines["status"] == "existing") & (lines["voltage_kv"] <= 35)]
    water = [study.travel.ground.water.shapes]
    if study.water_schemes is not None:
        water.append(np.asarray(study.water_schemes.geometry.array, dtype=object))
    has_water = study.rivers is not None or study.water_schemes is not None
    return table.assign(
        slope_pct=slope_at(ground, x, y),
        ground_ha=ground_at(ground, x, y),
        road_km=_distance_km(table, np.asarray(proper.geometry.array, dtype=object)),
        power_km=0.0 if power is None else _distance_km(table, np.asarray(power.geometry.array, dtype=object)),
        water_km=_distance_km(table, np.concatenate(water)) if has_water else 0.0,
    )


def _admissible(table: gpd.GeoDataFrame, parameters: SchoolsParameters) -> BoolArray:
    """Candidates that keep all limits, decided and asked-for ones, and all those of a commune where none keeps them."""
    kept = (
        (table["ground_ha"] >= parameters.site_area_min_ha)
        & (table["road_km"] <= parameters.site_road_max_km)
        & (table["power_km"] <= parameters.site_power_max_km)
        & (table["water_km"] <= parameters.site_water_max_km)
    )
    table["limits_kept"] = kept
    some_kept = kept.groupby(table["commune_code"]).transform("any")
    asked = table["candidate"].isin(parameters.fixed_sites) | bool(parameters.candidate_file)
    return np.asarray(kept | table["is_decided"] | asked | ~some_kept, bool)


def _check_names(table: gpd.GeoDataFrame, parameters: SchoolsParameters) -> None:
    known = set(table["candidate"])
    for option, names in (("fixed_sites", parameters.fixed_sites), ("forbidden_sites", parameters.forbidden_sites)):
        for name in names:
            if name not in known:
                near = difflib.get_close_matches(name, sorted(known), n=3)
                hint = f"Near are {', '.join(near)}." if near else "See schools_od.csv of an earlier run."
                raise ParameterError(f"{option}: there is no candidate {name}. {hint}")
    fixed = table[table["candidate"].isin(parameters.fixed_sites) & (table["school"] >= 0)]
    twice = fixed[fixed["school"].duplicated(keep=False)].sort_values(["school", "candidate"])
    if len(twice) and parameters.sites is None:
        same = twice[twice["school"] == twice["school"].iloc[0]]
        raise ParameterError(
            f"fixed_sites names {', '.join(same['candidate'])}, all of them places of one school (commune "
            f"{same['commune_code'].iloc[0]}). Keep one of them, or say how many schools to place (--sites)."
        )
    both = sorted(set(parameters.fixed_sites) & set(parameters.forbidden_sites))
    if both:
        raise ParameterError(f"fixed_sites and forbidden_sites both name {', '.join(both)}. Drop it from one of them.")


def _distance_km(points: gpd.GeoDataFrame, shapes: ObjectArray) -> FloatArray:
    """Straight distance to the nearest shape [km]; inf without shapes."""
    if not len(shapes):
        return np.full(len(points), np.inf)
    place: ObjectArray = np.asarray(points.geometry.array, dtype=object)
    nearest = np.asarray(shapely.STRtree(shapes).nearest(place), np.int64)
    return np.asarray(shapely.distance(place, shapes[nearest]) / 1000)
