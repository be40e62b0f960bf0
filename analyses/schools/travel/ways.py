"""Travel between places: by motorbike along roads with a walk at either end, on foot over roads and open ground.

By motorbike the way is: walk from the place to a road, ride, walk from the road; or walk all the way where that is within the
same limit. Roads are a graph with their real lengths (a raster would straighten the bends of a mountain road, join roads that pass
each other, and lose the published length), and the bike stays on them. Walks go over the raster of `infragap.analyses.schools.travel.walking_ground`, up and
down by Tobler's function. On foot everything is that raster, with roads as its fast cells: there the slope decides, and walkers
leave the road where it pays.

Places and road nodes in one cell of the raster touch: nothing finer than a cell is claimed. Minutes are directional. What cannot be
reached is inf. Kilometres are those of the fastest way: the real length of what is ridden, and the straight line for the walks.
"""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray
from infragap.analyses.schools.codes import Season
from infragap.analyses.schools.parameters import SchoolsParameters
from infragap.analyses.schools.travel.access import WalkingCost, Walks, walks_around, without_detours
from infragap.analyses.schools.travel.speeds import motorbike_kmh, slope_factor
from infragap.analyses.schools.travel.walking_ground import Ground, stand
from infragap.gis.leastcost import Slopes, cost_distance
from infragap.gis.network import (
    RoadNetwork,
    directed_graphs,
    merge_chains,
    road_network,
    travel_from_nearest,
    travel_matrix,
    travel_matrix_along,
)
from infragap.gis.raster import sample
from infragap.gis.roads import JoinedRoads, join_roads


@dataclass(frozen=True, eq=False)
class Travel:
    """Everything needed to ask for travel times.

    Attributes
    ----------
    ground
        Raster of walking.
    roads
        Joined road pieces, with the report of what was joined.
    network
        Road nodes and links.
    node_cell
        (nodes,) flat cell that each node is walked from, -1 = none.
    ride_min
        By season: (links,) minutes of riding along a link, inf where it is closed.
    access_min
        Longest walk to a road that is looked for at once, and at all [min].
    """

    ground: Ground
    roads: JoinedRoads
    network: RoadNetwork
    node_cell: IntArray
    ride_min: dict[Season, FloatArray]
    access_min: tuple[float, float]

    def walking(self, season: Season) -> WalkingCost:
        """What walking costs in a season."""
        return WalkingCost(self.ground.minutes[season], self.ground.elevation.values, self.ground.cell_size_m)

    def apart_km(self, cells: ArrayLike, others: ArrayLike) -> FloatArray:
        """Straight distance between the centres of cells [km]."""
        rows, columns = np.divmod(np.asarray(cells), self.ground.elevation.shape[1])
        other_rows, other_columns = np.divmod(np.asarray(others), self.ground.elevation.shape[1])
        return np.asarray(np.hypot(rows - other_rows, columns - other_columns) * self.ground.cell_size_m / 1000)


def build_travel(ground: Ground, roads: gpd.GeoDataFrame, *, parameters: SchoolsParameters) -> Travel:
    """Join the roads and price their links.

    Parameters
    ----------
    ground
        Raster of walking.
    roads
        Layer of `infragap.gis.schema.Roads` in the ground's CRS.
    parameters
        Speeds, tolerance, limits.
    """
    joined = join_roads(roads, tolerance_m=parameters.road_join_tolerance_m)
    network = road_network(joined, spacing_m=parameters.cell_size_m)
    slowed = slope_factor(_grade_pct(ground, network), parameters)
    ride: dict[Season, FloatArray] = {}
    for season in Season:
        with np.errstate(divide="ignore"):
            ride[season] = 60 * network.length_km / (_speeds(roads, season, parameters)[network.road] * slowed)
    if parameters.fords_closed_in_rain:
        ride[Season.RAINY][_fords(ground, roads, network)] = np.inf
    return Travel(
        ground=ground,
        roads=joined,
        network=network,
        node_cell=stand(ground, network.x, network.y),
        ride_min=ride,
        access_min=(parameters.access_min, parameters.access_last_min),
    )


def by_motorbike(travel: Travel, season: Season, places: ArrayLike, sites: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Least minutes by motorbike with walks at both ends, between every place and every site.

    Parameters
    ----------
    travel
        From `build_travel`.
    season
        Of the year.
    places, sites
        (p,) and (s,) cells as `stand` gives them. One search runs from each site, so let the sites be the fewer.

    Returns
    -------
    (to_sites, from_sites)
        (p, s) each, inf where there is no way, 0 within one cell.
    """
    first, second = np.asarray(places, np.int64), np.asarray(sites, np.int64)
    cells, row = np.unique(np.concatenate([first, second]), return_inverse=True)
    place, site = row.ravel()[: len(first)], row.ravel()[len(first) :]
    (graph, _), arrive = _layers(travel, season, cells, cells)
    to_sites = travel_matrix(graph, arrive + site, place, toward_sources=True)
    from_sites = travel_matrix(graph, site, arrive + place)
    return np.ascontiguousarray(to_sites.T), np.ascontiguousarray(from_sites.T)


def by_motorbike_km(
    travel: Travel, season: Season, places: ArrayLike, sites: ArrayLike
) -> tuple[FloatArray, FloatArray]:
    """Least minutes from every place to every site, and the kilometres of those ways; parameters as in `by_motorbike`."""
    first, second = np.asarray(places, np.int64), np.asarray(sites, np.int64)
    (graph, km), arrive = _layers(travel, season, first, second)
    minutes, length_km = travel_matrix_along(
        graph, km, arrive + np.arange(len(second)), np.arange(len(first)), toward_sources=True
    )
    return np.ascontiguousarray(minutes.T), np.ascontiguousarray(length_km.T)


@dataclass(frozen=True, eq=False)
class Nearest:
    """For every cell of the ground the site that is reached first.

    Attributes
    ----------
    minutes
        (rows, columns) float32, inf where no site is in reach.
    km
        (rows, columns) float32, length of that way.
    site
        (rows, columns) int32 row of the site, -1 where none.
    """

    minutes: NDArray[np.float32]
    km: NDArray[np.float32]
    site: NDArray[np.int32]


def nearest_by_motorbike(travel: Travel, season: Season, sites: ArrayLike, *, limit_min: float = np.inf) -> Nearest:
    """Way by motorbike, with walks at both ends, from every cell of the ground to its nearest site.

    Parameters
    ----------
    travel, season
        As in `by_motorbike`; here the walk to the road may be of any length, which is faster for about one village in a hundred.
    sites
        (s,) cells.
    limit_min
        Longer ways are not looked for.
    """
    cells = np.asarray(sites, np.int64)
    (graph, km), first = _layers(travel, season, np.zeros(0, np.int64), cells)
    minutes, length_km, site = travel_from_nearest(
        graph, km, first + np.arange(len(cells)), toward_sources=True, limit=limit_min
    )
    # without origins the road nodes have the first numbers, then come the sites
    where = np.concatenate([travel.node_cell, cells])
    return _walk_on(travel, season, where, minutes, length_km, site, limit_min=limit_min)


def nearest_on_foot(travel: Travel, season: Season, sites: ArrayLike, *, limit_min: float) -> Nearest:
    """Walk from every cell of the ground to its nearest site; parameters as in `nearest_by_motorbike`."""
    cells = np.asarray(sites, np.int64)
    nothing = np.zeros(len(cells))
    return _walk_on(travel, season, cells, nothing, nothing, np.arange(len(cells)), limit_min=limit_min)


def on_foot(
    travel: Travel, season: Season, places: ArrayLike, sites: ArrayLike, *, limit_min: float
) -> tuple[FloatArray, FloatArray]:
    """Walking minutes between every place and every site: one search of the ground from each site and direction.

    Parameters
    ----------
    travel, season, places, sites
        As in `by_motorbike`.
    limit_min
        Longer walks are not looked for and are inf.

    Returns
    -------
    (to_sites, from_sites)
        (p, s) each.
    """
    things, around = np.asarray(places, np.int64), np.asarray(sites, np.int64)
    result = []
    for toward in (True, False):
        walks = walks_around(
            travel.walking(season), around, things, limit=limit_min, last_limit=limit_min, toward_places=toward
        )
        matrix = np.full((len(things), len(around)), np.inf)
        matrix[walks.thing, walks.place] = walks.cost
        result.append(matrix)
    return result[0], result[1]


def _layers(
    travel: Travel, season: Season, origins: IntArray, destinations: IntArray
) -> tuple[tuple[csr_array, csr_array], int]:
    """Minutes and kilometres over three layers, origins, road nodes, destinations, numbered in this order; first destination's number.

    Of the road nodes only junctions and those where somebody gets on or off are left; all of them where there are no origins.
    """
    network, ride, nodes = travel.network, travel.ride_min[season], len(travel.network.x)
    limit, last = travel.access_min

    def walks(places: IntArray, things: IntArray, *, toward: bool) -> tuple[Walks, Walks]:
        found = walks_around(
            travel.walking(season), places, things, wanted=nodes, limit=limit, last_limit=last, toward_places=toward
        )
        to_roads, to_places = found.split(nodes)
        return without_detours(to_roads, network.tail, network.head, ride, nodes=nodes), to_places

    out, whole = walks(origins, np.concatenate([travel.node_cell, destinations]), toward=False)
    back, _ = walks(destinations, travel.node_cell, toward=True)
    keep = np.full(nodes, not len(origins))
    keep[np.concatenate([out.thing, back.thing])] = True
    chains = merge_chains(network.tail, network.head, [ride, network.length_km], keep, nodes=nodes)
    road, arrive = len(origins), len(origins) + len(chains.node)
    on_node, off_node = (road + np.searchsorted(chains.node, walk.thing) for walk in (out, back))
    minutes, km = chains.sums
    parts = (
        (out.place, on_node, out.cost, travel.apart_km(origins[out.place], travel.node_cell[out.thing])),
        (
            off_node,
            arrive + back.place,
            back.cost,
            travel.apart_km(destinations[back.place], travel.node_cell[back.thing]),
        ),
        (
            whole.place,
            arrive + whole.thing,
            whole.cost,
            travel.apart_km(origins[whole.place], destinations[whole.thing]),
        ),
        (road + chains.tail, road + chains.head, minutes, km),
        (road + chains.head, road + chains.tail, minutes, km),
    )
    columns = (np.concatenate(column) for column in zip(*parts, strict=True))
    return directed_graphs(*columns, nodes=arrive + len(destinations)), arrive


def _walk_on(
    travel: Travel,
    season: Season,
    cell: IntArray,
    minutes: FloatArray,
    km: FloatArray,
    site: IntArray,
    *,
    limit_min: float,
) -> Nearest:
    """Walk to road nodes and sites (cell, minutes and km from there on, site) from the ground around them."""
    ground = travel.walking(season)
    shape = ground.cost.shape
    usable = (cell >= 0) & (minutes <= limit_min) & np.isfinite(minutes)
    cell, minutes, km, site = cell[usable], minutes[usable], km[usable], site[usable]
    if not len(cell):
        nowhere = np.full(shape, np.inf, np.float32)
        return Nearest(minutes=nowhere, km=nowhere, site=np.full(shape, -1, np.int32))
    # of the things in one cell the one with the least minutes counts
    order = np.lexsort((site, minutes, cell))
    start_cell, first = np.unique(cell[order], return_index=True)
    chosen = order[first]
    starts = np.full(ground.cost.size, np.inf)
    starts[start_cell] = minutes[chosen]
    found = cost_distance(
        ground.cost,
        starts.reshape(shape),
        slopes=Slopes(ground.elevation, ground.cell_size_m, toward_sources=True),
        regions=True,
        limit=limit_min,
    )
    assert found.region is not None
    region = found.region.ravel()
    reached = np.flatnonzero(region >= 0)
    thing = chosen[np.searchsorted(start_cell, region[reached])]
    nearest, length_km = np.full(region.size, -1, np.int32), np.full(region.size, np.inf, np.float32)
    nearest[reached] = site[thing]
    length_km[reached] = km[thing] + travel.apart_km(reached, region[reached])
    return Nearest(minutes=found.distance, km=length_km.reshape(shape), site=nearest.reshape(shape))


def _speeds(roads: gpd.GeoDataFrame, season: Season, parameters: SchoolsParameters) -> FloatArray:
    """Speed on each road of the layer [km/h]."""
    pairs = list(zip(roads["road_class"], roads["surface"], strict=True))
    speed = {pair: motorbike_kmh(*pair, season, parameters) for pair in set(pairs)}
    return np.array([speed[pair] for pair in pairs])


def _grade_pct(ground: Ground, network: RoadNetwork) -> FloatArray:
    """Rise of each link over its real, winding length [%]; 0 where the height of an end is unknown."""
    height = sample(ground.elevation, network.x, network.y)
    rise_m = np.abs(height[network.tail] - height[network.head])
    return np.nan_to_num(rise_m / np.maximum(network.length_km * 10.0, 1e-6), nan=0.0)


def _fords(ground: Ground, roads: gpd.GeoDataFrame, network: RoadNetwork) -> BoolArray:
    """Links of tracks that cross a major river without a bridge."""
    ford = ((roads["road_class"] == "track") & ~roads["is_bridge"]).to_numpy()
    closed = np.zeros(len(network.tail), bool)
    candidates = np.flatnonzero(ford[network.road])
    rivers = np.array([shape for shape in ground.water if shape.geom_type == "LineString"], dtype=object)
    if not len(rivers) or not len(candidates):
        return closed
    ends = np.stack([network.tail[candidates], network.head[candidates]], axis=1)
    links = np.asarray(shapely.linestrings(np.stack([network.x[ends], network.y[ends]], axis=2)))
    closed[candidates[shapely.STRtree(rivers).query(links, predicate="intersects")[0]]] = True
    return closed
