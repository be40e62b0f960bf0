"""Roads cut into short links whose nodes keep their places whatever other roads there are.

Each line has stations at equal distances between its ends, found from the line alone. Where another line's end touches
it, it gets a further node there, and the stretch between two stations is shared by length. So a road that is added, or
read backwards, changes no node and no stretch of any other
road: it can only add ways.
"""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from infragap.gis.errors import ParameterError
from infragap.gis.roads import Joints

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class RoadLinks:
    """Road lines as nodes, stretches between stations, and links.

    Attributes
    ----------
    x, y
        (n,) nodes [m]: stations and touched places of each line, then the meeting points of several lines.
    places
        How many of the nodes lie on a line; those behind them are meeting points, which are not left to the ground.
    place_road
        (places,) row of the road layer that each place lies on.
    is_end
        (places,) it is an end of its line.
    stretch_start, stretch_end
        (k,) nodes of the stations at the ends of each stretch.
    stretch_km
        (k,) its real length: its share of its line's [km].
    stretch_road
        (k,) row of the road layer.
    tail, head
        (m,) nodes at the ends of each link; a link is listed once, from its line's start on, and can be travelled both
        ways.
    stretch
        (m,) stretch that each link lies on, -1 = a joint of no length between a line and a meeting point.
    share
        (m,) part of the stretch that the link takes; 0 for joints.
    from_m, to_m
        (m,) drawn positions of the ends along the line [m].
    parts
        How many connected parts there are.
    """

    x: FloatArray
    y: FloatArray
    places: int
    place_road: IntArray
    is_end: BoolArray
    stretch_start: IntArray
    stretch_end: IntArray
    stretch_km: FloatArray
    stretch_road: IntArray
    tail: IntArray
    head: IntArray
    stretch: IntArray
    share: FloatArray
    from_m: FloatArray
    to_m: FloatArray
    parts: int

    @property
    def road(self) -> IntArray:
        """Row of the road layer of each link, -1 for joints."""
        return np.asarray(np.where(self.stretch >= 0, self.stretch_road[self.stretch], -1), np.int64)


def road_links(roads: gpd.GeoDataFrame, joints: Joints, *, spacing_m: float) -> RoadLinks:
    """Cut roads into links no longer than a spacing.

    Parameters
    ----------
    roads
        Layer as `infragap.gis.schema.Roads`, in metres.
    joints
        Where they meet, from `infragap.gis.roads.find_joints`.
    spacing_m
        Longest drawn length of a link [m].

    Raises
    ------
    ParameterError
        A spacing that is not above 0.
    """
    if not spacing_m > 0:
        raise ParameterError(f"spacing_m: {spacing_m} given; it must be above 0 m")
    lines = np.asarray(roads.geometry.array, dtype=object)
    drawn_m = np.asarray(shapely.length(lines), np.float64)
    stretches = np.maximum(1, np.ceil(drawn_m / spacing_m - 1e-9)).astype(np.int64)
    first_stretch = np.concatenate([[0], np.cumsum(stretches)])
    road = np.repeat(np.arange(len(lines)), stretches)
    # positions along the lines: stations, then places where other lines touch
    station_road = np.repeat(np.arange(len(lines)), stretches + 1)
    step = np.arange(len(station_road)) - np.repeat(first_stretch[:-1] + np.arange(len(lines)), stretches + 1)
    station_m = drawn_m[station_road] * (step / stretches[station_road])
    on_road = np.concatenate([station_road, joints.split_line])
    at_m = np.concatenate([station_m, joints.split_at_m])
    xy = shapely.get_coordinates(shapely.line_interpolate_point(lines[on_road], at_m))
    # along each line from node to node; a touched place lies behind the station at the same position
    order = np.lexsort((np.arange(len(at_m)), at_m, on_road))
    follows = on_road[order[1:]] == on_road[order[:-1]]
    tail, head = order[:-1][follows], order[1:][follows]
    middle = (at_m[tail] + at_m[head]) / 2
    length_m = drawn_m[on_road[tail]] / stretches[on_road[tail]]
    number = np.minimum((middle / length_m).astype(np.int64), stretches[on_road[tail]] - 1)
    stretch = first_stretch[on_road[tail]] + number
    share = np.clip((at_m[head] - at_m[tail]) / length_m, 0.0, 1.0)
    first_station = first_stretch[:-1] + np.arange(len(lines))
    ends = np.stack([first_station, first_station + stretches])
    joint_from = np.concatenate([ends.ravel(), len(station_m) + np.arange(len(joints.split_line))])
    joint_to = len(at_m) + np.concatenate([joints.point_of_end.ravel(), joints.split_point])
    nothing = np.zeros(len(joint_from))
    nodes = len(at_m) + len(joints.points)
    tails, heads = np.concatenate([tail, joint_from]), np.concatenate([head, joint_to])
    touching = coo_array((np.ones(len(tails), bool), (tails, heads)), shape=(nodes, nodes))
    start = first_station[road] + np.arange(len(road)) - first_stretch[road]
    return RoadLinks(
        x=np.concatenate([xy[:, 0], joints.points[:, 0]]),
        y=np.concatenate([xy[:, 1], joints.points[:, 1]]),
        places=len(at_m),
        place_road=on_road.astype(np.int64),
        is_end=np.isin(np.arange(len(at_m)), ends),
        stretch_start=start,
        stretch_end=start + 1,
        stretch_km=(roads["length_km"].to_numpy(float) / stretches)[road],
        stretch_road=road,
        tail=tails,
        head=heads,
        stretch=np.concatenate([stretch, np.full(len(joint_from), -1)]),
        share=np.concatenate([share, nothing]),
        from_m=np.concatenate([at_m[tail], nothing]),
        to_m=np.concatenate([at_m[head], nothing]),
        parts=int(connected_components(touching, directed=False)[0]),
    )
