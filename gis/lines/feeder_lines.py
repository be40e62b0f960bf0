"""Power lines as a graph: pieces joined where they touch or cross, small gaps closed, and how much of a feeder its
station reaches.

A line layer is drawn by hand: ends that should meet miss each other by centimetres or metres, and a branch ends beside
the trunk and not on it. `feeder_segments` joins what touches; parts that then hang apart are joined where an end of one
lies within a tolerance of another. Parts that are connected already are never joined again, so no loop is made.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import KDTree

from infragap.gis.arrays import AnyArray, FloatArray, IntArray

JOIN_TOLERANCE_M = 50.0
"""Widest gap that is closed between parts of one feeder: half the least span of a medium-voltage line, twice the
accuracy of hand-held GPS with its digitising (assumption)."""

VERTEX_EVERY_M = 100.0
"""Straight pieces are cut to this length, so that a place on the line has a vertex near it."""

SAME_M = 0.1
"""Vertices are rounded to this."""


@dataclass(frozen=True, eq=False)
class FeederSegments:
    """Lines as segments between vertices.

    Attributes
    ----------
    points
        (n, 2) vertices [m].
    tails, heads
        (m,) vertices of each segment.
    line
        (m,) row of the line that a segment lies on; a closed gap belongs to the line whose end it continues.
    gaps_closed, widest_gap_m
        How many gaps were closed, and the widest [m].
    """

    points: FloatArray
    tails: IntArray
    heads: IntArray
    line: IntArray
    gaps_closed: int = 0
    widest_gap_m: float = 0.0

    def component(self) -> IntArray:
        """Connected part that each vertex belongs to, (n,)."""
        count = len(self.points)
        graph = coo_array((np.ones(len(self.tails), dtype=bool), (self.tails, self.heads)), shape=(count, count))
        return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)

    def length_m(self) -> FloatArray:
        """Length of each segment [m], (m,)."""
        return np.asarray(np.hypot(*(self.points[self.tails] - self.points[self.heads]).T))


def feeder_segments(lines: AnyArray, *, tolerance_m: float = JOIN_TOLERANCE_M) -> FeederSegments:
    """Cut the lines of one feeder into segments, joined where they touch, cross, or come within the tolerance of each
    other.

    Parameters
    ----------
    lines
        (k,) LineStrings in a metric CRS [m].
    tolerance_m
        Widest gap that is closed [m]: from an end to another end, or to a place between two ends, where the other line
        is split.

    Returns
    -------
    FeederSegments
        Independent of the order and direction of the lines but for the numbers of segments.

    Examples
    --------
    A branch that ends 2 m beside the trunk is joined to it:

    >>> trunk, branch = shapely.LineString([(0, 0), (60, 0)]), shapely.LineString([(30, 2), (30, 50)])
    >>> joined = feeder_segments(np.array([trunk, branch]))
    >>> joined.gaps_closed, joined.widest_gap_m, int(joined.component().max())
    (1, 2.0, 0)
    """
    noded = shapely.get_parts(shapely.node(shapely.union_all(lines)))
    source = shapely.STRtree(lines).nearest(shapely.line_interpolate_point(noded, 0.5, normalized=True))
    xy, part = shapely.get_coordinates(shapely.segmentize(noded, VERTEX_EVERY_M), return_index=True)
    points, number = np.unique(np.round(xy, 1), axis=0, return_inverse=True)
    number = number.ravel().astype(np.int64)
    within = part[:-1] == part[1:]
    tails, heads, owner = number[:-1][within], number[1:][within], source[part[:-1][within]].astype(np.int64)
    real = tails != heads
    found = FeederSegments(points, tails[real], heads[real], owner[real])
    return (
        _gaps_closed(found, lines, tolerance_m) if tolerance_m > 0 and found.component().max(initial=0) > 0 else found
    )


def _gaps_closed(drawn: FeederSegments, lines: AnyArray, tolerance_m: float) -> FeederSegments:
    """Join the parts of a feeder at their narrowest gaps first, each part to another only once."""
    ends = np.unique(
        shapely.get_coordinates([shapely.get_point(line, place) for line in lines for place in (0, -1)]), axis=0
    )
    end = np.unique(KDTree(drawn.points).query(ends)[1])
    part = drawn.component()
    segments: AnyArray = np.asarray(
        shapely.linestrings(np.stack([drawn.points[drawn.tails], drawn.points[drawn.heads]], axis=1))
    )
    at: AnyArray = np.asarray(shapely.points(drawn.points[end]))
    number, segment = shapely.STRtree(segments).query(at, predicate="dwithin", distance=tolerance_m)
    apart = part[end[number]] != part[drawn.tails[segment]]
    number, segment = number[apart], segment[apart]
    gap_m: FloatArray = np.round(np.asarray(shapely.distance(at[number], segments[segment])), 3)
    middle = (drawn.points[drawn.tails[segment]] + drawn.points[drawn.heads[segment]]) / 2
    order = np.lexsort((middle[:, 1], middle[:, 0], drawn.points[end[number], 1], drawn.points[end[number], 0], gap_m))
    leader = np.arange(part.max() + 1)
    chosen = []
    for row in order.tolist():
        one, other = _leader(leader, part[end[number[row]]]), _leader(leader, part[drawn.tails[segment[row]]])
        if one != other:
            leader[one] = other
            chosen.append(row)
    if not chosen:
        return drawn
    return _with_connections(drawn, end[number[chosen]], segment[chosen], float(gap_m[chosen].max()))


def _leader(leader: IntArray, part: int) -> int:
    while leader[part] != part:
        part = int(leader[part])
    return part


def _with_connections(drawn: FeederSegments, end: IntArray, segment: IntArray, widest_m: float) -> FeederSegments:
    """Add a segment from each end to the foot of its perpendicular on another segment, which is split there."""
    points, tails, heads, line = drawn.points.tolist(), drawn.tails.tolist(), drawn.heads.tolist(), drawn.line.tolist()
    line_of_vertex = dict(zip(heads, line, strict=True)) | dict(zip(tails, line, strict=True))
    on: dict[int, list[tuple[float, int]]] = {}
    for vertex, number in zip(end.tolist(), segment.tolist(), strict=True):
        first, second = drawn.points[tails[number]], drawn.points[heads[number]]
        along = second - first
        share = float(np.clip((drawn.points[vertex] - first) @ along / (along @ along), 0.0, 1.0))
        foot = np.round(first + share * along, 1)
        if np.hypot(*(foot - first)) < SAME_M or np.hypot(*(foot - second)) < SAME_M:
            here = tails[number] if share < 0.5 else heads[number]
        else:
            here = len(points)
            points.append(foot.tolist())
            on.setdefault(number, []).append((share, here))
        tails.append(vertex)
        heads.append(here)
        line.append(line_of_vertex[vertex])
    for number, stops in on.items():
        stop_at = [*(vertex for _, vertex in sorted(stops)), heads[number]]
        heads[number] = stop_at[0]
        for before, after in pairwise(stop_at):
            tails.append(before)
            heads.append(after)
            line.append(line[number])
    return FeederSegments(
        np.array(points), np.array(tails, dtype=np.int64), np.array(heads, dtype=np.int64), np.array(line,
        dtype=np.int64),
        gaps_closed=len(end), widest_gap_m=widest_m,
    )  # fmt: skip


def feeder_reach(
    lines: gpd.GeoDataFrame, stations: gpd.GeoDataFrame, *, tolerance_m: float = JOIN_TOLERANCE_M
) -> pd.DataFrame:
    """Tell how much of each feeder its station reaches along the drawn lines.

    Parameters
    ----------
    lines
        Layer `grid_lines` in a metric CRS; only rows with a feeder and a station of `stations` count.
    stations
        Layer `substations` in the same CRS.
    tolerance_m
        As in `feeder_segments`.

    Returns
    -------
    DataFrame
        One row per station, feeder and voltage, sorted by them: feeder, length_km (stated), unreached_km, gaps_closed,
        widest_gap_m.
    """
    place = dict(zip(stations["substation_id"], stations.geometry, strict=True))
    known = lines[lines["feeder"].notna() & lines["substation_id"].isin(list(place))]
    rows = [
        _reach(name, group, place[name[0]], tolerance_m)
        for name, group in known.groupby(["substation_id", "feeder", "voltage_kv"], sort=True)
    ]
    return pd.DataFrame(rows, columns=["feeder", "length_km", "unreached_km", "gaps_closed", "widest_gap_m"])


def _reach(
    name: tuple[str, str, float], lines: gpd.GeoDataFrame, station: shapely.Point, tolerance_m: float
) -> Mapping[str, object]:
    segments = feeder_segments(lines.geometry.to_numpy(), tolerance_m=tolerance_m)
    length_km = float(lines["length_km"].sum())
    if len(segments.tails) == 0:
        return {"feeder": name[1], "length_km": length_km, "unreached_km": 0.0, "gaps_closed": 0, "widest_gap_m": 0.0}
    part, drawn_m = segments.component(), segments.length_m()
    start = int(KDTree(segments.points).query([station.x, station.y])[1])
    missed = float(drawn_m[part[segments.tails] != part[start]].sum()) / max(float(drawn_m.sum()), 1e-9)
    return {
        "feeder": name[1], "length_km": length_km, "unreached_km": length_km * missed,
        "gaps_closed": segments.gaps_closed, "widest_gap_m": segments.widest_gap_m,
    }  # fmt: skip
