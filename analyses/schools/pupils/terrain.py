"""What lies on the way to school: rivers without a bridge, roads that the rain closes, passes, landslide slopes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray
from infragap.analyses.schools.codes import Mode, Season, Terrain
from infragap.analyses.schools.parameters import SchoolsParameters
from infragap.analyses.schools.travel.ways import Travel
from infragap.gis.lines.network import Ways


@dataclass(frozen=True)
class TerrainOnWay:
    """Difficult terrain on the way of one village; empty tuples where there is none.

    Attributes
    ----------
    rivers
        Rows of the river layer that are forded, in the order of the way.
    closed_roads
        Rows of the road layer that the rain closes.
    closed_km
        Their length on the way.
    climb_m
        Metres climbed.
    steepest_pct
        Steepest ground beside the way [%].
    """

    rivers: tuple[int, ...]
    closed_roads: tuple[int, ...]
    closed_km: float
    climb_m: float
    steepest_pct: float

    def kinds(self, parameters: SchoolsParameters) -> tuple[Terrain, ...]:
        """Kinds of difficult terrain that this is, by the thresholds and kinds of the parameters."""
        found = {
            Terrain.RIVER: bool(self.rivers),
            Terrain.CLOSED_ROAD: self.closed_km >= parameters.closed_road_km,
            Terrain.MOUNTAIN: self.climb_m >= parameters.pass_climb_m,
            Terrain.LANDSLIDE: self.steepest_pct >= parameters.landslide_slope_pct,
        }
        return tuple(kind for kind, here in found.items() if here and kind in parameters.difficult_terrain)


NO_WAY = TerrainOnWay((), (), 0.0, 0.0, 0.0)


def terrain_on_ways(travel: Travel, ways: Ways, nodes: IntArray) -> list[TerrainOnWay]:
    """Look at the way of each node to its site.

    Parameters
    ----------
    travel
        The graph that was searched.
    ways
        Ways by motorbike in the dry season, toward the sites.
    nodes
        (n,) nodes; -1 = none.
    """
    dry, rainy = (travel.minutes[Mode.MOTORBIKE, season] for season in (Season.DRY, Season.RAINY))
    closed = np.isfinite(dry) & ~np.isfinite(rainy) & (travel.river < 0) & (travel.road >= 0)
    slope = travel.terrain_slope.ravel()[travel.ground.cell]
    ground_node = _ground_nodes(travel)
    found = []
    for node in nodes.tolist():
        if node < 0 or not np.isfinite(ways.cost[node]):
            found.append(NO_WAY)
            continue
        links = ways.links(node)
        shut = links[closed[links]]
        cells = ground_node[travel.graph.head[links]]
        found.append(
            TerrainOnWay(
                rivers=_in_order(travel.ground.water.river_row[travel.river[links][travel.river[links] >= 0]]),
                closed_roads=_in_order(travel.road[shut].astype(np.int64)),
                closed_km=float(travel.km[shut].sum()),
                climb_m=float(travel.climb_m[links].sum()),
                steepest_pct=float(100 * slope[cells[cells >= 0]].max(initial=0.0)),
            )
        )
    return found


def _ground_nodes(travel: Travel) -> IntArray:
    """Number of the ground's node that each node is, -1 = a road node apart from the ground."""
    whole = np.full(max(travel.graph.nodes, len(travel.ground.cell)), -1, np.int64)
    cells = np.arange(len(travel.ground.cell))
    if travel.renumbered is None:
        whole[cells] = cells
        return whole
    here = travel.renumbered[cells]
    whole[here[here >= 0]] = cells[here >= 0]
    return whole


def _in_order(rows: IntArray) -> tuple[int, ...]:
    """Rows, each once, in the order met."""
    return tuple(dict.fromkeys(int(row) for row in rows))


@dataclass(frozen=True, eq=False)
class WayToSchool:
    """What entitles the pupils of villages: how far, over what, and whether the way closes.

    Attributes
    ----------
    km
        (n,) length of the motorbike way in the dry season, inf where there is none.
    dry_min, rainy_min
        (n,) minutes by motorbike.
    terrain
        What lies on each way.
    """

    km: FloatArray
    dry_min: FloatArray
    rainy_min: FloatArray
    terrain: list[TerrainOnWay]

    def cut_off(self, day_limit_min: float) -> BoolArray:
        """Villages that cannot go there and back in a day of the rainy season but can in the dry one."""
        return cut_off(self.dry_min, self.rainy_min, day_limit_min)


def cut_off(dry_min: FloatArray, rainy_min: FloatArray, day_limit_min: float) -> BoolArray:
    """Whether the rain makes a way longer than a day allows.

    Examples
    --------
    >>> cut_off(np.array([60.0, 60.0, 300.0]), np.array([90.0, 250.0, 400.0]), 240.0).tolist()
    [False, True, False]
    """
    return np.asarray((dry_min <= day_limit_min) & ~(rainy_min <= day_limit_min))
