"""Links that could be better: fords that want a bridge, rivers without one, earth stretches that want paving."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np
import shapely
import shapely.ops

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray
from infragap.analyses.schools.codes import Improvement, LinkKind, Season
from infragap.analyses.schools.links.stretches import joined_pieces, line_of
from infragap.analyses.schools.study import Study
from infragap.analyses.schools.travel.road_ways import has_bridges, road_ways
from infragap.analyses.schools.travel.ways import Travel
from infragap.gis.raster import xy

BLOCK_M = 2000.0
"""Of the places of a river where a bridge is missing, one in each square of this width is looked at (choice)."""


@dataclass(frozen=True, eq=False)
class Works:
    """One thing that could be built.

    Attributes
    ----------
    kind
        What it is.
    road, river
        Rows of the road and the river layer, -1 = none.
    length_km
        Length of the works [km].
    cost_mvnd
        By the unit costs of the parameters.
    tail, head
        (k,) nodes of the links that become better, each directed.
    minutes
        By season: (k,) what they would take by motorbike.
    line
        Where it is.
    pieces
        Rows of the road layer that it joins, in the order of the way; `road` is the one with the first identifier.
    """

    kind: Improvement
    road: int
    river: int
    length_km: float
    cost_mvnd: float
    tail: IntArray
    head: IntArray
    minutes: dict[Season, FloatArray]
    line: shapely.LineString
    pieces: tuple[int, ...] = ()


def possible_works(study: Study, gain_min: FloatArray) -> list[Works]:
    """List what could be built.

    Parameters
    ----------
    study
        Layers and travel.
    gain_min
        (nodes,) minutes to school of each node (motorbike, dry season): a missing bridge is looked for where both banks
        differ most.
    """
    return [*_fords(study), *_earth_stretches(study), *_missing_bridges(study, gain_min)]


def _links(
    travel: Travel, chosen: IntArray, minutes: dict[Season, FloatArray]
) -> tuple[IntArray, IntArray, dict[Season, FloatArray]]:
    """Ends of links on roads and what they would take."""
    way = travel.way[chosen]
    return (
        travel.graph.tail[chosen].astype(np.int64),
        travel.graph.head[chosen].astype(np.int64),
        {season: minutes[season][way] for season in Season},
    )


def _on_roads(travel: Travel) -> BoolArray:
    """Links that are walked or ridden on roads."""
    return np.asarray((travel.kind >= LinkKind.WALK_ROAD) & (travel.kind < LinkKind.FERRY))


def _fords(study: Study) -> list[Works]:
    """Each crossing of a river by a road without a bridge, given one."""
    travel, parameters, roads = study.travel, study.parameters, study.roads
    chosen = np.flatnonzero((travel.river >= 0) & _on_roads(travel))
    better = road_ways(roads, travel.road_links, travel.ground, np.ones(len(roads), bool), parameters=parameters)
    water, found = travel.ground.water, []
    key = np.stack([travel.road[chosen].astype(np.int64), water.river_row[travel.river[chosen]]], axis=1)
    for road, river in np.unique(key, axis=0).tolist():
        mine = chosen[(key == (road, river)).all(axis=1)]
        tail, head, minutes = _links(travel, mine, better.minutes)
        major = bool(water.is_major[travel.river[mine]].any())
        place = better.link[travel.way[mine[0]]]
        line = _stretch(roads.geometry.iloc[road], travel.road_links.from_m[place], travel.road_links.to_m[place])
        cost = parameters.link_cost_bridge_mvnd if major else parameters.link_cost_ford_mvnd
        found.append(
            Works(Improvement.FORD, road, river, float(travel.km[mine].max()), cost, tail, head, minutes, line)
        )
    return found


def _earth_stretches(study: Study) -> list[Works]:
    """Each stretch of earth or gravel road or track, made concrete; its fords stay fords."""
    travel, parameters, roads = study.travel, study.parameters, study.roads
    rough = roads["surface"].isin(("earth", "gravel")).to_numpy(bool)
    open_again = {"rainy_season": "open"} if "rainy_season" in roads else {}
    paved = roads.assign(surface=np.where(rough, "concrete", roads["surface"]), **open_again)
    better = road_ways(paved, travel.road_links, travel.ground, has_bridges(roads), parameters=parameters)
    chosen = np.flatnonzero(_on_roads(travel))
    chosen = chosen[rough[travel.road[chosen]]]
    chosen = chosen[np.argsort(travel.road[chosen], kind="stable")]
    if not len(chosen):
        return []
    rows, first = np.unique(travel.road[chosen], return_index=True)
    links_of = dict(zip(rows.tolist(), np.split(chosen, first[1:]), strict=True))
    rough[:] = False
    rough[rows] = True
    ids, found = roads["road_id"].astype(str), []
    for run in joined_pieces(roads, rough, tolerance_m=parameters.road_join_tolerance_m):
        pieces = [row for row, _ in run]
        tail, head, minutes = _links(travel, np.concatenate([links_of[row] for row in pieces]), better.minutes)
        km = float(roads["length_km"].iloc[pieces].sum())
        cost = parameters.link_cost_earth_mvnd_per_km * km
        named = min(pieces, key=lambda row: str(ids.iloc[row]))
        line = line_of(roads, run)
        work = Works(Improvement.EARTH_STRETCH, named, -1, km, cost, tail, head, minutes, line, tuple(pieces))
        found.append(work)
    return sorted(found, key=lambda work: work.road)


def _missing_bridges(study: Study, gain_min: FloatArray) -> list[Works]:
    """Steps over a major river that nobody can make, the one with the greatest difference between its banks in each
    square."""
    travel, parameters, ground = study.travel, study.parameters, study.travel.ground
    water = ground.water
    over = np.flatnonzero((travel.river >= 0) & (travel.road < 0) & (travel.kind == LinkKind.WALK_GROUND))
    over = over[water.is_major[travel.river[over]]]
    tail, head = travel.graph.tail[over].astype(np.int64), travel.graph.head[over].astype(np.int64)
    with np.errstate(invalid="ignore"):
        gap = gain_min[tail] - gain_min[head]
    usable = np.isfinite(gain_min[head]) & (np.nan_to_num(gap, nan=-1.0, posinf=1e6) > parameters.coverage_min / 2)
    over, tail, head, gap = over[usable], tail[usable], head[usable], np.minimum(gap[usable], 1e6)
    if not len(over):
        return []
    columns = ground.open_cells.shape[1]
    x, y = xy(ground.elevation, *np.divmod(ground.cell[tail], columns))
    end_x, end_y = xy(ground.elevation, *np.divmod(ground.cell[head], columns))
    river = water.river_row[travel.river[over]]
    square = np.stack([river, (x // BLOCK_M).astype(np.int64), (y // BLOCK_M).astype(np.int64)], axis=1)
    order = np.lexsort((head, tail, -gap))
    _, first = np.unique(square[order], axis=0, return_index=True)
    found = []
    for place in order[np.sort(first)].tolist():
        km = float(travel.km[over[place]])
        dry = 60 * km / parameters.motorbike_track_kmh
        rainy = 60 * km / parameters.motorbike_rainy_earth_kmh
        both = np.array([tail[place], head[place]]), np.array([head[place], tail[place]])
        found.append(
            Works(
                Improvement.MISSING_BRIDGE,
                -1,
                int(river[place]),
                km,
                parameters.link_cost_bridge_mvnd,
                *both,
                {Season.DRY: np.full(2, dry), Season.RAINY: np.full(2, max(rainy, dry))},
                shapely.LineString([(x[place], y[place]), (end_x[place], end_y[place])]),
            )
        )
    return found


def _stretch(line: shapely.LineString, from_m: float, to_m: float) -> shapely.LineString:
    """Part of a line, at least a metre of it."""
    return cast(shapely.LineString, shapely.ops.substring(line, from_m, max(to_m, from_m + 1.0)))
