"""One graph for every way to school: ground that is walked on, roads that are walked on, roads that are ridden on.

Whoever travels by motorbike walks to a road, rides, walks on, and may ride again beyond: a second motorbike is found or
fetched, as AccessMod also assumes. On foot the same graph without riding. Whatever is asked (origin-destination tables,
village tables, rings, catchments, the worth of a link) is a search of this graph, so that two answers cannot differ.
Places and road nodes in one cell of the ground touch: nothing finer than a cell is claimed. Minutes are directional;
what cannot be reached is inf.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import geopandas as gpd
import numpy as np
from numpy.typing import ArrayLike, NDArray

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray
from infragap.analyses.schools.codes import LinkKind, Mode, Season
from infragap.analyses.schools.parameters import SchoolsParameters
from infragap.analyses.schools.travel.open_ground import Ground, Steps, ground_cell, ground_steps
from infragap.analyses.schools.travel.road_ways import RoadWays, has_bridges, is_ferry, road_ways
from infragap.gis.lines.network import Graph, Prices, Ways, nearest_ways
from infragap.gis.lines.road_links import RoadLinks, road_links
from infragap.gis.raster import xy
from infragap.gis.roads import find_joints

NEXT_CELL = 1.5
"""A road in closed ground is left for the cell beside it, at most so many cell widths away."""


@dataclass(frozen=True, eq=False)
class Travel:
    """The graph of all ways, and what each link of it is.

    Attributes
    ----------
    ground
        Raster of walking; its open cells are the first nodes.
    roads
        The road layer in the order that `road` counts in.
    road_links
        Its links.
    graph
        Links, each directed.
    minutes
        By mode and season: (links,) float32, inf where closed or not of this mode.
    kind
        (links,) `LinkKind`.
    km, climb_m
        (links,) float32 length and metres gained.
    river
        (links,) int16 number of the river in `ground.water` that is forded, -1 = none.
    road
        (links,) int32 row of the road layer, -1 = none.
    way
        (links,) int32 row of the road ways that each link is, -1 = none.
    renumbered
        In a part of a larger graph: (nodes of the whole,) number here, -1 = left out.
    """

    ground: Ground
    roads: gpd.GeoDataFrame
    road_links: RoadLinks
    graph: Graph
    minutes: dict[tuple[Mode, Season], NDArray[np.float32]]
    kind: NDArray[np.uint8]
    km: NDArray[np.float32]
    climb_m: NDArray[np.float32]
    river: NDArray[np.int16]
    road: NDArray[np.int32]
    way: NDArray[np.int32]
    renumbered: IntArray | None = None
    _prices: dict[tuple[Mode, Season], Prices] = field(default_factory=dict, repr=False)

    def prices(self, mode: Mode, season: Season) -> Prices:
        """Price list of a mode in a season."""
        if (mode, season) not in self._prices:
            self._prices[mode, season] = Prices(self.graph, self.minutes[mode, season])
        return self._prices[mode, season]

    def node(self, cells: ArrayLike) -> IntArray:
        """Node of each flat cell; -1 for -1."""
        cell = np.asarray(cells, np.int64)
        node = np.where(cell >= 0, self.ground.number[cell], -1)
        if self.renumbered is None:
            return node
        return np.where(node >= 0, self.renumbered[node], -1)

    @cached_property
    def terrain_slope(self) -> NDArray[np.float32]:
        """(rows, columns) steepest step of each cell to a neighbour, rise over run."""
        height = self.ground.elevation.values
        steepest = np.zeros(height.shape, np.float32)
        for right in (True, False):
            rise = np.abs(np.diff(height, axis=1 if right else 0)) / self.ground.cell_size_m
            low = (slice(None), slice(None, -1)) if right else (slice(None, -1), slice(None))
            high = (slice(None), slice(1, None)) if right else (slice(1, None), slice(None))
            steepest[low] = np.maximum(steepest[low], rise)
            steepest[high] = np.maximum(steepest[high], rise)
        return steepest


def build_travel(ground: Ground, roads: gpd.GeoDataFrame, *, parameters: SchoolsParameters) -> Travel:
    """Join the roads to each other and to the ground.

    Parameters
    ----------
    ground
        Raster of walking.
    roads
        Layer of `infragap.gis.schema.Roads` in the ground's CRS.
    parameters
        Speeds, tolerance, fords, ferries.
    """
    links = road_links(
        roads, find_joints(roads, tolerance_m=parameters.road_join_tolerance_m), spacing_m=parameters.cell_size_m
    )
    steps, ways = (
        ground_steps(ground, parameters),
        road_ways(roads, links, ground, has_bridges(roads), parameters=parameters),
    )
    usable = (roads["road_class"] != "expressway").to_numpy(bool)
    return _joined(ground, roads, links, steps, ways, usable, parameters)


def _joined(
    ground: Ground,
    roads: gpd.GeoDataFrame,
    links: RoadLinks,
    steps: Steps,
    ways: RoadWays,
    usable: NDArray[np.bool_],
    parameters: SchoolsParameters,
) -> Travel:
    """Number the nodes of ground and roads together and list all links."""
    # nobody gets on or off a ferry but at its ends, nor in the middle of a crossing, where the bank is not sure
    left = ~(is_ferry(roads)[links.place_road] & ~links.is_end)
    left &= ~ground.water.beside_river(links.x[: links.places], links.y[: links.places])
    node, access, apart_km, nodes = _road_nodes(ground, links, left)
    joint = np.flatnonzero(links.stretch < 0)
    start = np.where(ways.backward, links.head[ways.link], links.tail[ways.link])
    end = np.where(ways.backward, links.tail[ways.link], links.head[ways.link])
    walk_min = 60 * apart_km / (parameters.walk_flat_kmh * parameters.walk_off_path_factor)
    rain_min = walk_min / parameters.walk_rainy_factor
    reach = ground.number[access[:, 1]]
    tails = (steps.tail, node[start], node[links.tail[joint]], node[links.head[joint]], node[access[:, 0]], reach)
    heads = (steps.head, node[end], node[links.head[joint]], node[links.tail[joint]], reach, node[access[:, 0]])
    free = np.zeros(2 * len(joint))
    still = np.zeros(2 * len(joint) + 2 * len(apart_km))
    minutes = {}
    for season in Season:
        to_road = walk_min if season == Season.DRY else rain_min
        for mode in Mode:
            along = ways.minutes[season]
            if mode == Mode.FOOT:
                along = np.where((ways.mode == 1) & (ways.kind != LinkKind.FERRY), np.inf, along)
            minutes[mode, season] = np.concatenate([steps.minutes[season], along, free, to_road, to_road])
    walked = np.full(len(steps.tail), LinkKind.WALK_GROUND)
    tail, head = (np.concatenate(column).astype(np.int32) for column in (tails, heads))
    kept = tail != head
    return Travel(
        ground=ground,
        roads=roads,
        road_links=links,
        graph=Graph(nodes, tail[kept], head[kept]),
        minutes={key: values[kept].astype(np.float32) for key, values in minutes.items()},
        kind=np.concatenate([walked, ways.kind, np.full(len(still), LinkKind.WALK_GROUND)])[kept].astype(np.uint8),
        km=np.concatenate([steps.km, ways.km, free, apart_km, apart_km])[kept].astype(np.float32),
        climb_m=np.concatenate([steps.climb_m, ways.climb_m, still])[kept].astype(np.float32),
        river=np.concatenate([steps.river, ways.river, still - 1])[kept].astype(np.int16),
        road=np.concatenate([np.full(len(steps.tail), -1), links.road[ways.link], still - 1])[kept].astype(np.int32),
        way=np.concatenate([np.full(len(steps.tail), -1), np.arange(len(ways.link)), still - 1])[kept].astype(np.int32),
    )


def _road_nodes(ground: Ground, links: RoadLinks, left: BoolArray) -> tuple[IntArray, IntArray, FloatArray, int]:
    """Node of each road node; those that stand apart from their cell with that cell; how far apart [km]; number of all
    nodes.

    A road node in an open cell of its own bank is that cell's node. One in water, or across a river from the centre of
    its cell, is a node of its own and is reached from the nearest cell of its bank, if there is one; a meeting point
    only from the roads that meet there.
    """
    count, columns = len(links.x), ground.open_cells.shape[1]
    x, y = links.x[: links.places], links.y[: links.places]
    cell = np.where(left, ground_cell(ground, x, y), -1)
    centre_x, centre_y = xy(ground.elevation, *np.divmod(np.maximum(cell, 0), columns))
    half = ground.cell_size_m / 2 * (1 + 1e-9)
    within = (cell >= 0) & (np.abs(centre_x - x) <= half) & (np.abs(centre_y - y) <= half)
    node = np.full(count, -1, np.int64)
    node[: links.places][within] = ground.number[cell[within]]
    lone = np.flatnonzero(node < 0)
    node[lone] = len(ground.cell) + np.arange(len(lone))
    far_m = np.hypot(centre_x - x, centre_y - y)
    apart = np.flatnonzero((cell >= 0) & ~within & (far_m <= NEXT_CELL * ground.cell_size_m))
    apart_km = far_m[apart] / 1000
    return node, np.stack([apart, cell[apart]], axis=1), apart_km, len(ground.cell) + len(lone)


def nearest(
    travel: Travel, mode: Mode, season: Season, sites: ArrayLike, *, limit_min: float = np.inf, toward: bool = True
) -> Ways:
    """Find the ways between everywhere and the nearest of some sites, in one search.

    Parameters
    ----------
    travel
        From `build_travel`.
    mode, season
        How and when.
    sites
        (s,) cells as `stand` gives them.
    limit_min
        Longer ways are not looked for and are inf.
    toward
        From everywhere to the sites; else from the sites to everywhere.
    """
    return nearest_ways(travel.prices(mode, season), travel.node(sites), toward=toward, limit=limit_min)


def at_nodes(values: FloatArray | NDArray[np.int32], nodes: IntArray, *, missing: float) -> FloatArray:
    """Values of nodes; `missing` at -1."""
    result = np.full(len(nodes), missing, np.float64)
    result[nodes >= 0] = values[nodes[nodes >= 0]]
    return result
