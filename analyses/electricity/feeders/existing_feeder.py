"""The existing line above every tap: its way to the station, its length and the load that it already carries."""

from __future__ import annotations

import math
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from infragap.analyses.arrays import FloatArray, IntArray
from infragap.analyses.electricity.assumptions.builds import reactance_ohm_per_km
from infragap.analyses.electricity.feeders.conductors import conductor_named
from infragap.gis.lines.feeder_lines import JOIN_TOLERANCE_M, feeder_segments

WINDING = 1.3
"""Length by straight distance where the drawn feeder does not reach the tap: assumption."""


@dataclass(frozen=True, eq=False)
class Feeder:
    """One feeder as a tree from its station, cut down to the ways to the taps.

    Attributes
    ----------
    name
        Station and feeder.
    voltage_kv
        Nominal voltage.
    parent
        (k,) node above, -1 at the station (node 0).
    length_km, r_ohm_per_km, imax_a
        (k,) length, mean resistance and smallest current limit of the piece to the node above, from the conductors of
        its lines.
    existing_mw
        (k,) load that the feeder already carries at the node, branches off the ways included.
    tap_node
        Node of each tap, in the order given.
    drawn
        Whether the drawn line reaches all its taps; otherwise a straight way times `WINDING` stands in.
    load_known
        Whether a load is published.
    """

    name: str
    voltage_kv: float
    parent: IntArray
    length_km: FloatArray
    r_ohm_per_km: FloatArray
    imax_a: FloatArray
    existing_mw: FloatArray
    tap_node: IntArray
    drawn: bool
    load_known: bool


def trace_feeder(
    lines: gpd.GeoDataFrame,
    station: shapely.Point | None,
    taps_x: FloatArray,
    taps_y: FloatArray,
    *,
    name: str,
    power_factor: float = 0.9,
    served_drop_pct: float = math.inf,
    join_tolerance_m: float = JOIN_TOLERANCE_M,
    with_ends: bool = False,
) -> Feeder:
    """Find the ways from a station along a feeder to its taps, and spread its published load over its length.

    Parameters
    ----------
    lines
        Pieces of one feeder, in a metric CRS.
    station
        Where it starts; None takes the first vertex.
    taps_x, taps_y
        (k,) taps [m].
    name
        For messages.
    power_factor
        Of the load.
    served_drop_pct
        Largest drop with which the feeder's present customers can be served.
    with_ends
        Whether the ways to the ends of the feeder are kept too: its farthest customers.
    join_tolerance_m
        Widest gap between parts of the feeder that is closed [m], see `infragap.gis.lines.feeder_lines`.

    Notes
    -----
    Pieces are joined wherever they touch or cross, and parts that hang apart where they come near each other; between
    station, forks and taps the ways are contracted (see `contract`). The published load is
    spread evenly over the feeder's length; the load of branches that lead to no tap stands where they leave the way.
    Where an even spread would
    give the farthest customers of today more than `served_drop_pct`, part of the load must in truth stand near the
    station (industry, towns) or be met
    by small hydro plants: it is moved to the station until they have just that. Drawn lengths are stretched to
    `length_km` of the layer.
    """
    wires = _segments(lines, join_tolerance_m)
    tails, heads, points = wires.tails, wires.heads, wires.points
    drawn_km = np.hypot(*(points[tails] - points[heads]).T) / 1000
    km = drawn_km * float(lines["length_km"].sum()) / max(float(drawn_km.sum()), 1e-9)
    start_xy = np.array([station.x, station.y]) if station is not None else points[0]
    tree = cKDTree(points)
    start = int(tree.query(start_xy)[1])
    taps = np.empty(0, dtype=np.int64)
    if len(taps_x):
        taps = np.asarray(tree.query(np.column_stack([taps_x, taps_y]))[1], dtype=np.int64)
    way = _from_station(wires, km, start)
    load = lines["feeder_load_mw"].max()
    carried = _spread(len(points), tails, heads, km, 0.0 if pd.isna(load) else float(load))
    voltage = float(lines["voltage_kv"].mode().iloc[0])
    reactive = reactance_ohm_per_km(voltage) * math.tan(math.acos(power_factor))
    farthest_pct = 100 / voltage**2 * _largest_drop(way, carried, reactive)
    part = min(1.0, served_drop_pct / farthest_pct) if farthest_pct > 0 else 1.0
    carried, near = carried * part, float(carried.sum()) * (1 - part)
    reached = bool(np.isfinite(way.distance_km[taps]).all())
    if reached:
        kept = np.concatenate([taps, _ends(way, start)]) if with_ends else taps
        parent, pieces, existing, node = _ways(start, kept, way, carried)
        parent, pieces, existing, tap_node = contract(
            parent, pieces, existing, node[kept], reactive_ohm_per_km=reactive
        )
        tap_node = tap_node[: len(taps)]
    else:
        straight = np.hypot(taps_x - start_xy[0], taps_y - start_xy[1]) / 1000 * WINDING
        count = len(taps)
        # half way stands the load of each way: the same drop at the tap as an even spread
        parent = np.concatenate([[-1], np.zeros(count, dtype=np.int64), 1 + np.arange(count)])
        half = np.concatenate([[0.0], straight / 2, straight / 2])
        pieces = Pieces(half, half * np.average(wires.r_ohm_per_km, weights=km), np.full(len(half), wires.imax_a.min()))
        existing = np.concatenate([[0.0], np.full(count, carried.sum() / count), np.zeros(count)])
        tap_node = 1 + count + np.arange(count)
    existing[0] += near
    return Feeder(
        name=name,
        voltage_kv=voltage,
        parent=parent,
        length_km=pieces.km,
        r_ohm_per_km=pieces.ohm / np.maximum(pieces.km, 1e-12),
        imax_a=pieces.imax_a,
        existing_mw=existing,
        tap_node=tap_node,
        drawn=reached,
        load_known=bool(pd.notna(load)),
    )


@dataclass(frozen=True, eq=False)
class Pieces:
    """Stretches of line between a node and the one above it, all (k,): length, resistance over it, smallest current
    limit."""

    km: FloatArray
    ohm: FloatArray
    imax_a: FloatArray


@dataclass(frozen=True, eq=False)
class _Wires:
    """Segments of a feeder between vertices, noded, with the conductor of the line that each lies on."""

    tails: IntArray
    heads: IntArray
    points: FloatArray
    r_ohm_per_km: FloatArray
    imax_a: FloatArray


@dataclass(frozen=True, eq=False)
class _Way:
    """Shortest ways from the station: distance of every vertex, the vertex before it, and the piece between them."""

    distance_km: FloatArray
    before: IntArray
    piece: Pieces


def _segments(lines: gpd.GeoDataFrame, tolerance_m: float) -> _Wires:
    """Cut the lines into short segments, joined where they meet, and give each the conductor of its line."""
    joined = feeder_segments(lines.geometry.to_numpy(), tolerance_m=tolerance_m)
    wires = [conductor_named(name if isinstance(name, str) else None) for name in lines["conductor"]]
    return _Wires(
        tails=joined.tails,
        heads=joined.heads,
        points=joined.points,
        r_ohm_per_km=np.array([wire.r_ohm_per_km for wire in wires])[joined.line],
        imax_a=np.array([wire.imax_a for wire in wires])[joined.line],
    )


def _from_station(wires: _Wires, km: FloatArray, start: int) -> _Way:
    count = len(wires.points)
    pair = np.sort(np.column_stack([wires.tails, wires.heads]), axis=1)
    order = np.lexsort((km, pair[:, 1], pair[:, 0]))
    first = np.ones(len(order), dtype=bool)
    first[1:] = (pair[order][1:] != pair[order][:-1]).any(axis=1)
    kept = order[first]
    graph = coo_array((km[kept], (pair[kept, 0], pair[kept, 1])), shape=(count, count)).tocsr()
    # segments in the order of a matrix, to find that between a vertex and the one before it
    number = coo_array((kept + 1, (pair[kept, 0], pair[kept, 1])), shape=(count, count)).tocsr()
    found = dijkstra(graph, directed=False, indices=[start], return_predecessors=True)
    distance = np.asarray(found[0], dtype=np.float64)[0]
    before = np.asarray(found[1], dtype=np.int64)[0]
    has = np.flatnonzero(before >= 0)
    ends = np.sort(np.column_stack([has, before[has]]), axis=1)
    segment = np.asarray(number[ends[:, 0], ends[:, 1]]).ravel().astype(np.int64) - 1
    length, ohm, limit = np.zeros(count), np.zeros(count), np.full(count, np.inf)
    length[has], ohm[has] = km[segment], km[segment] * wires.r_ohm_per_km[segment]
    limit[has] = wires.imax_a[segment]
    return _Way(distance, before, Pieces(length, ohm, limit))


def _ends(way: _Way, start: int) -> IntArray:
    """Vertices that no other lies behind on its shortest way, the station apart."""
    has = np.flatnonzero(way.before >= 0)
    inner = np.zeros(len(way.before), dtype=bool)
    inner[way.before[has]] = True
    ends = has[~inner[has]]
    return np.asarray(ends[ends != start], dtype=np.int64)


def _largest_drop(way: _Way, load_mw: FloatArray, reactive_ohm_per_km: float) -> float:
    """Greatest sum of flow times impedance (active and reactive part) from the station to any vertex [MW ohm]."""
    order = np.argsort(way.distance_km, kind="stable")
    order = order[np.isfinite(way.distance_km[order])]
    impedance = way.piece.ohm + way.piece.km * reactive_ohm_per_km
    flow, drop = load_mw.copy(), np.zeros(len(load_mw))
    for vertex in order[:0:-1].tolist():
        flow[way.before[vertex]] += flow[vertex]
    for vertex in order[1:].tolist():
        drop[vertex] = drop[way.before[vertex]] + flow[vertex] * impedance[vertex]
    return float(drop.max(initial=0.0))


def _spread(count: int, tails: IntArray, heads: IntArray, km: FloatArray, load_mw: float) -> FloatArray:
    """Load of each vertex: half of that of the segments at it."""
    share = np.zeros(count)
    np.add.at(share, tails, km / 2)
    np.add.at(share, heads, km / 2)
    return share / max(float(share.sum()), 1e-12) * load_mw


def _ways(start: int, taps: IntArray, way: _Way, carried: FloatArray) -> tuple[IntArray, Pieces, FloatArray, IntArray]:
    """Tree of the ways to the taps; loads off the ways stand where they leave it, unreachable ones at the station."""
    distance, before = way.distance_km, way.before
    on_way = np.zeros(len(distance), dtype=bool)
    on_way[start] = True
    for tap in taps.tolist():
        here = tap
        while not on_way[here]:
            on_way[here] = True
            here = int(before[here])
    order = np.argsort(np.where(np.isfinite(distance), distance, np.inf), kind="stable")
    load: FloatArray = carried.copy()
    load[start] += load[~np.isfinite(distance)].sum()
    for vertex in order[::-1]:
        if np.isfinite(distance[vertex]) and not on_way[vertex]:
            load[before[vertex]] += load[vertex]
    kept = order[on_way[order]]
    node = np.full(len(distance), -1, dtype=np.int64)
    node[kept] = np.arange(len(kept))
    parent = np.array([-1 if v == start else node[before[v]] for v in kept], dtype=np.int64)
    pieces = Pieces(way.piece.km[kept], way.piece.ohm[kept], way.piece.imax_a[kept])
    return parent, pieces, load[kept], node


def contract(
    parent: IntArray, pieces: Pieces, load_mw: FloatArray, keep: IntArray, *, reactive_ohm_per_km: float
) -> tuple[IntArray, Pieces, FloatArray, IntArray]:
    """Keep station, forks and the named nodes; the loads between two of them move to both ends by the lever rule.

    Parameters
    ----------
    parent, pieces, load_mw
        (k,) radial network, every node after the one above it, node 0 the station.
    keep
        (m,) nodes to keep, all ends of the network among them.
    reactive_ohm_per_km
        Reactance by the tangent of the load's angle.

    Returns
    -------
    parent, pieces, load_mw
        The smaller network.
    kept
        (m,) numbers of the named nodes in it.

    Notes
    -----
    A load `p` behind impedance `z` of a piece of impedance `Z` becomes ``p z / Z`` at its lower and the rest at its
    upper end, which leaves the
    linear drop ``Σ p · z`` at every kept node as it was.
    """
    count = len(parent)
    stays = np.bincount(parent[1:], minlength=count) > 1
    stays[0] = True
    stays[keep] = True
    load = np.where(stays, load_mw, 0.0)
    number = np.cumsum(stays) - 1
    impedance = pieces.ohm + pieces.km * reactive_ohm_per_km
    above = np.full(count, -1, dtype=np.int64)
    km, ohm, limit = np.zeros(count), np.zeros(count), np.full(count, np.inf)
    for node in np.flatnonzero(stays)[1:].tolist():
        way, here = [], int(parent[node])
        while not stays[here]:
            way.append(here)
            here = int(parent[here])
        whole = [*way, node]
        above[node] = number[here]
        km[node], ohm[node] = pieces.km[whole].sum(), pieces.ohm[whole].sum()
        limit[node] = pieces.imax_a[whole].min()
        behind = np.cumsum(impedance[way[::-1]])[::-1] if way else np.empty(0)
        lower = float((load_mw[way] * behind).sum()) / max(float(impedance[whole].sum()), 1e-12)
        load[node] += lower
        load[here] += float(load_mw[way].sum()) - lower
    return above[stays], Pieces(km[stays], ohm[stays], limit[stays]), load[stays], number[keep]
