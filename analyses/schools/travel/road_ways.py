"""What riding and walking along roads takes: surface, season, slope each way, fords, ferries.

A stretch between two stations of a road has one slope, from the heights at its ends over its real, winding length. A
walker on a road climbs that slope, not the steeper straight line; a motorbike loses more uphill than downhill. A road
that crosses a river without a bridge is a ford.
"""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray
from infragap.analyses.schools.codes import LinkKind, Season
from infragap.analyses.schools.parameters import SchoolsParameters
from infragap.analyses.schools.travel.open_ground import Ground
from infragap.analyses.schools.travel.speeds import PAVED, motorbike_kmh, slope_factor, tobler_effort
from infragap.analyses.schools.travel.water import Water
from infragap.gis.lines.road_links import RoadLinks
from infragap.gis.raster import sample

BRIDGED_CLASSES = ("expressway", "national", "provincial")
"""Classes that are taken to have their bridges and culverts even where the layer draws none (assumption); so are paved
roads of any class."""


@dataclass(frozen=True, eq=False)
class RoadWays:
    """Road links in one direction, and then the other, per mode.

    Attributes
    ----------
    link
        (w,) row of the links that each way runs along.
    backward
        (w,) runs from the link's head to its tail.
    mode
        (w,) 0 = walked, 1 = ridden.
    kind
        (w,) `LinkKind`.
    minutes
        By season: (w,) inf where closed.
    km, climb_m
        (w,) real length and metres gained.
    river
        (w,) number of the river that is forded, -1 = none.
    """

    link: IntArray
    backward: BoolArray
    mode: NDArray[np.uint8]
    kind: NDArray[np.uint8]
    minutes: dict[Season, FloatArray]
    km: FloatArray
    climb_m: FloatArray
    river: IntArray


def is_ferry(roads: gpd.GeoDataFrame) -> BoolArray:
    """Rows that are ferries; a layer without the column has none."""
    if "is_ferry" not in roads:
        return np.zeros(len(roads), bool)
    return np.asarray(roads["is_ferry"].fillna(False).astype(bool))


def has_bridges(roads: gpd.GeoDataFrame) -> BoolArray:
    """Rows that cross water dry-shod: bridges, ferries, good roads."""
    good = roads["road_class"].isin(BRIDGED_CLASSES) | roads["surface"].isin(PAVED)
    return np.asarray(roads["is_bridge"] | good | is_ferry(roads))


def fords_of(roads: gpd.GeoDataFrame, links: RoadLinks, water: Water, bridged: BoolArray) -> IntArray:
    """River that each link fords, -1 = none: where its road crosses the river's line without a bridge."""
    river = np.full(len(links.tail), -1, np.int64)
    wet = np.flatnonzero(~bridged)
    if not len(water.rivers) or not len(wet):
        return river
    lines = np.asarray(roads.geometry.array, dtype=object)
    at, found = water.tree.query(lines[wet], predicate="intersects")
    row = wet[at]
    crossings, part_of = shapely.get_parts(shapely.intersection(lines[row], water.rivers[found]), return_index=True)
    at_m = shapely.line_locate_point(lines[row[part_of]], shapely.point_on_surface(crossings))
    # links of a road lie behind each other in the list
    own = np.flatnonzero(links.stretch >= 0)
    road = links.road[own]
    first, behind = np.searchsorted(road, row[part_of]), np.searchsorted(road, row[part_of], side="right")
    order = np.lexsort((-found[part_of], water.is_major[found[part_of]]))
    for number in order.tolist():
        mine = own[first[number] : behind[number]]
        place = mine[min(np.searchsorted(links.to_m[mine], at_m[number]), len(mine) - 1)]
        river[place] = found[part_of[number]]
    return river


def road_ways(
    roads: gpd.GeoDataFrame, links: RoadLinks, ground: Ground, bridged: BoolArray, *, parameters: SchoolsParameters
) -> RoadWays:
    """Price the links of roads.

    Parameters
    ----------
    roads
        Layer of `infragap.gis.schema.Roads` in the ground's CRS.
    links
        Its links.
    ground
        Heights and water.
    bridged
        (roads,) rows that cross water dry-shod, from `has_bridges`.
    parameters
        Speeds, fords, ferries.
    """
    link = np.flatnonzero((links.stretch >= 0) & (links.share > 0))
    link = link[(roads["road_class"] != "expressway").to_numpy()[links.road[link]]]
    road, stretch, share = links.road[link], links.stretch[link], links.share[link]
    km = links.stretch_km[stretch] * share
    height = sample(ground.elevation, links.x[: links.places], links.y[: links.places])
    rise_m = np.nan_to_num(height[links.stretch_end[stretch]] - height[links.stretch_start[stretch]], nan=0.0)
    grade = rise_m / np.maximum(1000 * links.stretch_km[stretch], 1e-6)
    river = fords_of(roads, links, ground.water, bridged)[link]
    ferry = is_ferry(roads)[road]
    minutes: dict[Season, FloatArray] = {}
    for season in Season:
        walk, ride = _kmh(roads, season, parameters)
        ford = np.where(river >= 0, parameters.ford_min, 0.0)
        if season == Season.RAINY and parameters.fords_closed_in_rain:
            ford[river >= 0] = np.inf
        both = []
        for sign in (1.0, -1.0):
            with np.errstate(divide="ignore"):
                on_foot = 60 * km / walk[road] * tobler_effort(sign * grade)
                ridden = 60 * km / (ride[road] * slope_factor(100 * sign * grade, parameters))
            boat = _ferry_min(links, stretch, km, season, parameters)
            both += [np.where(ferry, boat, on_foot) + ford, np.where(ferry, boat, ridden) + ford]
        minutes[season] = np.concatenate(both)
    riding = np.where(ferry, LinkKind.FERRY, _riding_kind(roads)[road])
    walking = np.where(ferry, LinkKind.FERRY, LinkKind.WALK_ROAD)
    climb = share * rise_m
    count = len(link)
    return RoadWays(
        link=np.tile(link, 4),
        backward=np.repeat([False, True], 2 * count),
        mode=np.tile(np.repeat(np.array([0, 1], np.uint8), count), 2),
        kind=np.tile(np.concatenate([walking, riding]), 2).astype(np.uint8),
        minutes=minutes,
        km=np.tile(km, 4),
        climb_m=np.concatenate([np.tile(np.maximum(climb, 0), 2), np.tile(np.maximum(-climb, 0), 2)]),
        river=np.tile(river, 4),
    )


def _kmh(roads: gpd.GeoDataFrame, season: Season, parameters: SchoolsParameters) -> tuple[FloatArray, FloatArray]:
    """Walking and riding speed on each road of the layer, on the flat [km/h]; 0 = not ridden."""
    pairs = list(zip(roads["road_class"], roads["surface"], strict=True))
    speed = {pair: motorbike_kmh(*pair, season, parameters) for pair in set(pairs)}
    ride = np.array([speed[pair] for pair in pairs])
    if season == Season.RAINY and "rainy_season" in roads:
        ride[(roads["rainy_season"] == "closed").to_numpy(bool)] = 0.0
    slow = season == Season.RAINY
    walk = (
        np.where(slow & ~roads["surface"].isin(PAVED).to_numpy(), parameters.walk_rainy_factor, 1.0)
        * parameters.walk_flat_kmh
    )
    return walk, ride


def _riding_kind(roads: gpd.GeoDataFrame) -> IntArray:
    """Kind of riding on each road of the layer."""
    of_surface = {
        "asphalt": LinkKind.RIDE_ASPHALT,
        "concrete": LinkKind.RIDE_CONCRETE,
        "gravel": LinkKind.RIDE_GRAVEL,
        "earth": LinkKind.RIDE_EARTH,
    }
    kind = roads["surface"].map(of_surface).to_numpy(np.int64)
    is_track = ((roads["road_class"] == "track") & ~roads["surface"].isin(PAVED)).to_numpy(bool)
    return np.where(is_track, LinkKind.RIDE_TRACK, kind)


def _ferry_min(
    links: RoadLinks, stretch: IntArray, km: FloatArray, season: Season, parameters: SchoolsParameters
) -> FloatArray:
    """Minutes on a ferry: the crossing, and the wait shared over the line's length."""
    if season == Season.RAINY and parameters.ferries_closed_in_rain:
        return np.full(len(km), np.inf)
    line_km = np.bincount(links.stretch_road, weights=links.stretch_km)[links.stretch_road[stretch]]
    return 60 * km / parameters.ferry_kmh + parameters.ferry_wait_min * km / line_km
