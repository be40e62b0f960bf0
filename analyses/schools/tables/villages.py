"""Table of villages: the nearest schools of each, minutes by mode and season, distance and entitlement with its
reasons."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray, ObjectArray
from infragap.analyses.columns import in_order
from infragap.analyses.schools import columns
from infragap.analyses.schools.codes import Level, Mode, Season
from infragap.analyses.schools.pupils.terrain import TerrainOnWay, WayToSchool
from infragap.analyses.schools.study import Study
from infragap.analyses.schools.tables.cells import named, placed, rounded_or_empty, with_place
from infragap.analyses.schools.tables.findings import Findings, season_key
from infragap.analyses.schools.travel.ways import at_nodes

_KEPT = (
    "village_id", "name", "commune_code", "population", "minority_pct", "pupils_primary", "pupils_lower_secondary",
    "pupils_upper_secondary", "position_accuracy_m", "geometry",
)  # fmt: skip


def village_table(findings: Findings) -> gpd.GeoDataFrame:
    """Table of `columns.VILLAGES`: every village."""
    study = findings.study
    table = study.villages[list(_KEPT)].copy()
    table["commune"] = table["commune_code"].map(study.commune_names)
    parts = (_upper_columns(findings), _border_columns(findings))
    table = table.assign(**{name: values for part in parts for name, values in part.items()})
    table["cut_off_in_rain"] = _cut_off(findings)
    return in_order(with_place(table, study.village_provenance), columns.VILLAGES)


def _upper_columns(findings: Findings) -> dict[str, object]:
    """Ways to the nearest upper-secondary school of 2030."""
    study, upper = findings.study, findings.upper
    found: dict[str, object] = {
        "upper_school_id": named(study.schools["school_id"], upper.after.school),
        "upper_school": named(study.schools["name"], upper.after.school),
        "upper_before_min": rounded_or_empty(upper.before.minutes[Mode.MOTORBIKE, Season.DRY]),
        "upper_way_km": rounded_or_empty(upper.after.km, 2),
        "upper_may_board": upper.entitled.may_board(Level.UPPER_SECONDARY),
        "upper_terrain": _terrain_codes(upper.way, findings),
    }
    for (mode, season), minutes in upper.after.minutes.items():
        limit = study.parameters.foot_limit_min if mode == Mode.FOOT else study.parameters.day_limit_min
        shown = np.round(minutes, 1)
        found[f"upper_{season_key(mode, season)}_min"] = rounded_or_empty(np.where(shown <= limit, shown, np.inf))
    return found


def _border_columns(findings: Findings) -> dict[str, object]:
    """Ways to the nearest placed school, for every village; who may board, for those that it is for."""
    study, siting = findings.study, findings.siting
    village, levels = siting.question.village, siting.question.levels
    main = Level.LOWER_SECONDARY if Level.LOWER_SECONDARY in levels else levels[0]
    way, entitled = siting.chosen.today[main], siting.chosen.entitled
    count, names = len(study.villages), findings.site_names()
    dry = siting.ways[Mode.MOTORBIKE, Season.DRY]
    near = at_nodes(dry.place, study.village_node, missing=-1).astype(np.int64)
    length = dry.sums(study.village_node, np.zeros(len(study.travel.kind), np.uint8), study.travel.km, kinds=1)[:, 0]
    minutes = {key: findings.village_minutes(ways, key[0]) for key, ways in siting.ways.items()}
    reached = np.isfinite(minutes[Mode.MOTORBIKE, Season.DRY])
    near = np.where(reached, near, -1)
    found: dict[str, object] = {
        "border_school_id": named(pd.Series([one for one, _ in names]), near),
        "border_school": named(pd.Series([name for _, name in names]), near),
        "border_way_km": rounded_or_empty(np.where(reached, length, np.inf), 2),
        "border_intake": _flag(np.ones(len(village), bool), village, count),
        "border_terrain": _text(_terrain_codes(way, findings), village, count),
        "border_terrain_primary": _text(
            _terrain_codes(siting.chosen.today.get(Level.PRIMARY, way), findings), village, count
        ),
        "border_terrain_names": _text(_terrain_names(study, way), village, count),
        "border_entitlement_km": placed(rounded_or_empty(way.km, 2), village, count),
    }
    none = np.full(len(village), np.inf)
    for level in (Level.PRIMARY, Level.LOWER_SECONDARY):
        today = siting.chosen.today.get(level)
        km, dry_min = (none, none) if today is None else (today.km, today.dry_min)
        found[f"today_{level}_km"] = placed(rounded_or_empty(km, 2), village, count)
        found[f"today_{level}_min"] = placed(rounded_or_empty(dry_min, 2), village, count)
        may = entitled[level].may_board(level) if level in levels else np.zeros(len(village), bool)
        found[f"border_may_board_{level}"] = _flag(may, village, count)
    found["border_by_distance"] = _flag(entitled[main].by_distance[main], village, count)
    found["border_by_terrain"] = _flag(entitled[main].by_terrain, village, count)
    for (mode, season), values in minutes.items():
        found[f"border_{season_key(mode, season)}_min"] = rounded_or_empty(values)
    return found


def _cut_off(findings: Findings) -> BoolArray:
    """Villages whose way to upper secondary, or to the placed school that is for them, is longer than a day allows in
    the rain."""
    study, limit = findings.study, findings.parameters.day_limit_min
    border = np.zeros(len(study.villages), bool)
    border[findings.siting.question.village] = findings.siting.chosen.way.cut_off(limit)
    return border | findings.upper.way.cut_off(limit)


def _terrain_codes(way: WayToSchool, findings: Findings) -> ObjectArray:
    """Codes of the difficult terrain on each way, joined by '+'."""
    return np.array(["+".join(one.kinds(findings.parameters)) for one in way.terrain], dtype=object)


def _terrain_names(study: Study, way: WayToSchool) -> ObjectArray:
    """Which river and which closed road, and how much of pass and slope."""
    return np.array([terrain_names(study, one) for one in way.terrain], dtype=object)


def terrain_names(study: Study, one: TerrainOnWay) -> str:
    """Names of rivers and roads on a way, then metres climbed and steepest ground: '' where there is nothing."""
    parts = []
    if study.rivers is not None:
        parts += [_name(study.rivers, row, "river_id") for row in one.rivers]
    parts += [_name(study.roads, row, "road_id") for row in one.closed_roads]
    if one.climb_m >= study.parameters.pass_climb_m:
        parts.append(f"+{one.climb_m:.0f} m")
    if one.steepest_pct >= study.parameters.landslide_slope_pct:
        parts.append(f"{one.steepest_pct:.0f} %")
    return "; ".join(dict.fromkeys(parts))


def _name(layer: pd.DataFrame, row: int, key: str) -> str:
    name = layer["name"].iloc[row]
    return str(name) if isinstance(name, str) and name else str(layer[key].iloc[row])


def _flag(values: BoolArray, rows: IntArray, length: int) -> BoolArray:
    found = np.zeros(length, bool)
    found[rows] = values
    return found


def _text(values: ObjectArray, rows: IntArray, length: int) -> ObjectArray:
    found = np.full(length, "", dtype=object)
    found[rows] = values
    return found


def weighted_quantile(values: FloatArray, weight: FloatArray, share: float) -> float:
    """Smallest value that at least this share of the weight does not exceed; NaN without weight.

    Examples
    --------
    >>> weighted_quantile(np.array([30.0, 10.0, 20.0]), np.array([1.0, 4.0, 5.0]), 0.9)
    20.0
    """
    order = np.argsort(values, kind="stable")
    total = np.cumsum(weight[order])
    if not len(total) or total[-1] <= 0:
        return float("nan")
    # a share of a sum of whole pupils may miss it by a rounding of floats
    return float(values[order][np.searchsorted(total, share * total[-1] * (1 - 1e-12))])
