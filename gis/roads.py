"""Roads as a graph: lines joined only where they touch, in the form that OSMnx uses, and back to a layer.

A road layer says where roads run, not where they meet. `join_roads` finds the meeting points: ends of lines that lie
within a tolerance of each other, and ends that lie within it of another line's inside (that line is then split there).
Lines that only cross are not joined, for one may pass over the other on a bridge; their number is reported. What was
moved is reported too.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any, cast

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import KDTree
from shapely.ops import substring

from infragap.gis.crs import require_metres
from infragap.gis.errors import LayerError, ParameterError
from infragap.gis.osm import road_class_of, surface_of
from infragap.gis.schema import ROAD_CLASSES, SURFACES

_NEEDED = ("road_id", "road_class", "surface", "length_km", "is_bridge")
_FROM_OSM = "OpenStreetMap contributors, ODbL"


@dataclass(frozen=True, eq=False)
class JoinedRoads:
    """Road pieces between numbered meeting points.

    Attributes
    ----------
    points
        (n, 2) x, y of the meeting points [m], in the layer's CRS.
    pieces
        One row per piece: the columns of the road layer (`length_km` is its share of the line's length), `road` (row of
        the line in the layer), `start` and `end` (rows of `points`), and the geometry from start to end.
    component
        (n,) number of the connected part that a point belongs to; 0 is the one with most kilometres.
    component_km
        Length of each part [km].
    ends_moved, largest_move_m
        How many line ends were not at the very place of the point that they were joined to, and the farthest [m].
    lines_split
        Lines split because another line's end touches them between their ends.
    crossings_not_joined
        Pairs of lines that cross away from any meeting point of theirs.
    """

    points: NDArray[np.float64]
    pieces: gpd.GeoDataFrame
    component: NDArray[np.int32]
    component_km: NDArray[np.float64]
    ends_moved: int
    largest_move_m: float
    lines_split: int
    crossings_not_joined: int

    @property
    def report(self) -> str:
        """What was joined and what was not, in one sentence."""
        parts = len(self.component_km)
        share = 100 * self.component_km[0] / self.component_km.sum()
        return (
            f"roads: {len(self.pieces)} pieces in {parts} connected part{'s' if parts > 1 else ''}, the largest with "
            f"{share:.1f} % "
            f"of the length; {self.ends_moved} ends moved by at most {self.largest_move_m:.2f} m, {self.lines_split} "
            f"lines split at "
            f"junctions, {self.crossings_not_joined} crossings not joined."
        )


@dataclass(frozen=True, eq=False)
class Joints:
    """Where the lines of a road layer meet.

    Attributes
    ----------
    points
        (n, 2) x, y of the meeting points [m].
    point_of_end
        (2, lines) meeting point of the start and the end of each line.
    split_line, split_at_m, split_point
        (s,) lines touched between their ends by a meeting point: row of the line, position along it [m], meeting point.
    largest_move_m
        How far the farthest end lies from its meeting point [m].
    ends_moved
        How many line ends do not lie at the very place of their meeting point.
    """

    points: NDArray[np.float64]
    point_of_end: NDArray[np.int64]
    split_line: NDArray[np.int64]
    split_at_m: NDArray[np.float64]
    split_point: NDArray[np.int64]
    largest_move_m: float
    ends_moved: int


def find_joints(roads: gpd.GeoDataFrame, *, tolerance_m: float = 2.0) -> Joints:
    """Find where lines meet; parameters and errors as in `join_roads`."""
    if tolerance_m < 0:
        raise ParameterError(f"tolerance_m: {tolerance_m} given; it must be at least 0 m")
    _check(roads)
    lines = np.asarray(roads.geometry.array)
    ends = np.concatenate([shapely.get_coordinates(shapely.get_point(lines, place)) for place in (0, -1)])
    points, point_of_end = _meeting_points(ends, tolerance_m)
    moved_m = np.hypot(*(points[point_of_end] - ends).T)
    line, at_m, point = _splits(lines, points, point_of_end, tolerance_m)
    return Joints(
        points=points,
        point_of_end=point_of_end.reshape(2, -1),
        split_line=line,
        split_at_m=at_m,
        split_point=point,
        largest_move_m=float(moved_m.max(initial=0.0)),
        ends_moved=int((moved_m > 0).sum()),
    )


def join_roads(roads: gpd.GeoDataFrame, *, tolerance_m: float = 2.0) -> JoinedRoads:
    """Find where the lines of a road layer meet.

    Parameters
    ----------
    roads
        Layer as `infragap.gis.schema.Roads`, in a CRS in metres. It is not changed.
    tolerance_m
        Two ends, or an end and a line, meet when they are at most this far apart [m]. The default covers the rounding
        of GeoJSON to five decimals (1.1 m). A chain of such ends becomes one point.

    Returns
    -------
    JoinedRoads
        Independent of the order of the rows but for the numbers given to points and parts.

    Raises
    ------
    LayerError
        Columns or geometries missing, or a CRS in degrees.
    ParameterError
        A tolerance that is negative.
    """
    joints = find_joints(roads, tolerance_m=tolerance_m)
    pieces = _pieces(roads, joints)
    component, component_km = _components(pieces, len(joints.points))
    return JoinedRoads(
        points=joints.points,
        pieces=pieces,
        component=component,
        component_km=component_km,
        ends_moved=joints.ends_moved,
        largest_move_m=joints.largest_move_m,
        lines_split=len(np.unique(joints.split_line)),
        crossings_not_joined=_crossings(pieces),
    )


def road_graph(roads: gpd.GeoDataFrame, *, tolerance_m: float = 2.0) -> nx.MultiDiGraph[Any]:
    """Road layer as a graph that OSMnx understands.

    Parameters
    ----------
    roads, tolerance_m
        As in `join_roads`.

    Returns
    -------
    networkx.MultiDiGraph
        Nodes with x, y [m] and component; two directed edges per piece with osmid (the road_id), length [m],
        road_class, surface, is_bridge and geometry; `graph["crs"]` is the layer's, `graph["joins"]` the report of what
        was joined.
    """
    joined = join_roads(roads, tolerance_m=tolerance_m)
    graph: nx.MultiDiGraph[Any] = nx.MultiDiGraph(crs=roads.crs, joins=joined.report)
    for number, ((x, y), part) in enumerate(zip(joined.points.tolist(), joined.component.tolist(), strict=True)):
        graph.add_node(number, x=x, y=y, component=part)
    for piece in joined.pieces.itertuples(index=False):
        shared = {
            "osmid": piece.road_id,
            "length": 1000 * piece.length_km,
            "road_class": piece.road_class,
            "surface": piece.surface,
            "is_bridge": piece.is_bridge,
            "oneway": False,
        }
        graph.add_edge(piece.start, piece.end, geometry=piece.geometry, reversed=False, **shared)
        graph.add_edge(piece.end, piece.start, geometry=piece.geometry.reverse(), reversed=True, **shared)
    return graph


def to_roads_layer(graph: nx.MultiDiGraph[Any], *, source: str = _FROM_OSM) -> gpd.GeoDataFrame:
    """Road layer from a graph: of `infragap.gis.osm` (OSM tags) or of `road_graph` (road classes).

    Parameters
    ----------
    graph
        As OSMnx makes it; edges of both directions of a street become one line. Streets whose tags are no road class of
        ours are left out.
    source
        Text for the column `source`.

    Returns
    -------
    GeoDataFrame
        Columns of `infragap.gis.schema.Roads`, in the graph's CRS, sorted by road_id; `length_km` is the graph's (for
        OSM: on the sphere).

    Raises
    ------
    LayerError
        No street of a known class.
    """
    import osmnx

    streets = osmnx.convert.to_undirected(graph)
    edges = osmnx.graph_to_gdfs(streets, nodes=False).reset_index()
    if "road_class" not in edges:
        edges = _from_osm_tags(edges)
    if edges.empty:
        raise LayerError("roads: the graph has no street with a known class")
    layer = gpd.GeoDataFrame(
        {
            "road_id": _unique_ids(edges),
            "name": edges["name"].map(_text) if "name" in edges else None,
            "road_class": edges["road_class"],
            "surface": edges["surface"],
            "length_km": edges["length"].astype(float) / 1000,
            "is_bridge": edges["is_bridge"].astype(bool),
            "provenance": "open-data",
            "source": source,
        },
        geometry=edges.geometry.array,
        crs=graph.graph["crs"],
    )
    return layer[layer["length_km"] > 0].sort_values("road_id").reset_index(drop=True)


def _check(roads: gpd.GeoDataFrame) -> None:
    missing = [column for column in _NEEDED if column not in roads]
    if missing:
        raise LayerError(f"roads: missing columns {', '.join(missing)}. Add them (see the schema of roads).")
    if roads.crs is None:
        raise LayerError("roads: the layer has no CRS. Set it in the catalogue.")
    require_metres(roads.crs)
    if roads.empty:
        raise LayerError("roads: the layer is empty")
    bad = roads.index[(roads.geom_type != "LineString") | roads.is_empty | roads.geometry.isna()]
    if len(bad):
        raise LayerError(
            f"roads: {len(bad)} of {len(roads)} rows have no LineString ({', '.join(map(str, bad[:5]))}). Explode "
            f"multi-part lines, drop empty rows."
        )
    for column, allowed in (("road_class", ROAD_CLASSES), ("surface", SURFACES)):
        unknown = sorted(set(roads[column]) - set(allowed))
        if unknown:
            raise LayerError(
                f"roads: {column} has unknown values {', '.join(map(str, unknown))}; allowed: {', '.join(allowed)}"
            )


def _meeting_points(ends: NDArray[np.float64], tolerance_m: float) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Points that stand for all ends within the tolerance (the westernmost of each group), and the point of each
    end."""
    places, place_of_end = np.unique(ends, axis=0, return_inverse=True)
    pairs = KDTree(places).query_pairs(tolerance_m, output_type="ndarray")
    near = coo_array((np.ones(len(pairs), bool), (pairs[:, 0], pairs[:, 1])), shape=(len(places), len(places)))
    _, group = connected_components(near, directed=False)
    # numpy.unique has sorted the places by x, so the first of a group is its westernmost
    first = np.unique(group, return_index=True)[1]
    return places[first], group[place_of_end.ravel()].astype(np.int64)


def _splits(
    lines: NDArray[Any], points: NDArray[np.float64], point_of_end: NDArray[np.int64], tolerance_m: float
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.int64]]:
    """Where lines are touched between their ends: row of the line, position along it [m], meeting point."""
    geometry: NDArray[Any] = np.asarray(shapely.points(points))
    point, line = shapely.STRtree(lines).query(geometry, predicate="dwithin", distance=tolerance_m)
    own = (point_of_end.reshape(2, -1)[:, line] == point).any(axis=0)
    point, line = point[~own], line[~own]
    at_m = np.asarray(shapely.line_locate_point(lines[line], geometry[point]), np.float64)
    order = np.lexsort((at_m, line))
    return line[order].astype(np.int64), at_m[order], point[order].astype(np.int64)


def _pieces(roads: gpd.GeoDataFrame, joints: Joints) -> gpd.GeoDataFrame:
    """Lines cut at their splits, ends drawn to their meeting points."""
    lines, points, ends = np.asarray(roads.geometry.array), joints.points, joints.point_of_end
    split_line, at_m, split_point = joints.split_line, joints.split_at_m, joints.split_point
    row, start, end, share, geometry = [], [], [], [], []
    drawn_m = shapely.length(lines)
    first = np.searchsorted(split_line, np.arange(len(lines) + 1))
    for number, line in enumerate(lines):
        inside = slice(first[number], first[number + 1])
        stops_m = [0.0, *at_m[inside].tolist(), float(drawn_m[number])]
        nodes = [int(ends[0, number]), *split_point[inside].tolist(), int(ends[1, number])]
        for place in range(len(nodes) - 1):
            length_m = stops_m[place + 1] - stops_m[place]
            # no piece from a point to itself of no length: two splits by one group of ends
            if length_m <= 0:
                continue
            row.append(number)
            start.append(nodes[place])
            end.append(nodes[place + 1])
            share.append(length_m / drawn_m[number])
            piece = (
                line
                if len(nodes) == 2
                else cast(shapely.LineString, substring(line, stops_m[place], stops_m[place + 1]))
            )
            geometry.append(_with_ends(piece, points[nodes[place]], points[nodes[place + 1]]))
    pieces = roads.iloc[row].reset_index(drop=True).set_geometry(gpd.GeoSeries(geometry, crs=roads.crs))
    pieces["length_km"] = pieces["length_km"].to_numpy(float) * np.array(share)
    return pieces.assign(road=row, start=start, end=end)


def _with_ends(line: shapely.LineString, start: NDArray[np.float64], end: NDArray[np.float64]) -> shapely.LineString:
    xy: NDArray[np.float64] = shapely.get_coordinates(line)
    if (xy[0] == start).all() and (xy[-1] == end).all():
        return line
    xy[0], xy[-1] = start, end
    return shapely.LineString(xy)


def _components(pieces: gpd.GeoDataFrame, points: int) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """Connected part of each point, numbered by falling length, and the lengths [km]."""
    start, end = pieces["start"].to_numpy(), pieces["end"].to_numpy()
    joined = coo_array((np.ones(len(pieces), bool), (start, end)), shape=(points, points))
    count, label = connected_components(joined, directed=False)
    km = np.bincount(label[start], weights=pieces["length_km"].to_numpy(float), minlength=count)
    order = np.argsort(-km, kind="stable")
    rank = np.empty(count, np.int32)
    rank[order] = np.arange(count)
    return rank[label], np.asarray(km[order], np.float64)


def _crossings(pieces: gpd.GeoDataFrame) -> int:
    """Pairs of pieces whose insides cross; pieces that share a meeting point are one junction, not a crossing."""
    geometry = np.asarray(pieces.geometry.array)
    one, other = shapely.STRtree(geometry).query(geometry, predicate="crosses")
    keep = one < other
    one, other = one[keep], other[keep]
    start, end = pieces["start"].to_numpy(), pieces["end"].to_numpy()
    apart = np.ones(len(one), bool)
    for a in (start, end):
        for b in (start, end):
            apart &= a[one] != b[other]
    return int(apart.sum())


def _from_osm_tags(edges: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Edges of a known class, with road_class, surface and is_bridge from their tags."""
    classes = [road_class_of(str(_first(value))) for value in edges["highway"]]
    known = np.array([value is not None for value in classes])
    kept = edges[known]
    road_class = [value for value in classes if value is not None]
    tags = kept["surface"].map(_first) if "surface" in kept else [None] * len(kept)
    bridge = kept["bridge"].map(_first) if "bridge" in kept else pd.Series("no", index=kept.index)
    name = kept["name"].map(_text) if "name" in kept else pd.Series(None, index=kept.index, dtype=object)
    if "ref" in kept:
        name = name.where(name.notna(), kept["ref"].map(_text))
    surface = [
        surface_of(tag if isinstance(tag, str) else None, kind) for tag, kind in zip(tags, road_class, strict=True)
    ]
    is_bridge = [isinstance(value, str) and value != "no" for value in bridge]
    osmid = [f"osm-{_text(value)}" for value in kept["osmid"]]
    return kept.assign(road_class=road_class, surface=surface, is_bridge=is_bridge, name=name, osmid=osmid)


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, list) else value


def _text(value: Any) -> str | None:
    """Text of a tag; several values are joined in alphabetic order, so that the direction of reading does not
    matter."""
    if isinstance(value, list):
        return "; ".join(sorted({str(one) for one in value}))
    return None if value is None or value != value else str(value)


def _unique_ids(edges: gpd.GeoDataFrame) -> list[str]:
    """Identifier of each line, and a number where several have the same (in order of their end nodes)."""
    base = edges["osmid"].map(_text).astype(str)
    ends: list[tuple[Hashable, ...]] = [
        (*sorted((u, v)), k) for u, v, k in zip(edges["u"], edges["v"], edges["key"], strict=True)
    ]
    order = pd.DataFrame({"base": base, "ends": ends}, index=edges.index).sort_values(["base", "ends"])
    number = order.groupby("base").cumcount().reindex(edges.index)
    several = base.duplicated(keep=False)
    return [f"{text}-{count + 1}" if many else text for text, count, many in zip(base, number, several, strict=True)]
