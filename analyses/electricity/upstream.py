"""The existing line above every tap: its way to the station, its length and the load that it already carries."""

from __future__ import annotations

import math
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from analyses.electricity.conductors import Conductor, conductor_named, reactance_ohm_per_km
from analyses.electricity.paths import FloatArray, IntArray

VERTEX_EVERY_M = 100.0
"""Straight pieces are cut to this length, so that a tap lies on the line and not at its end."""

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
    conductor
        Of the existing line.
    parent
        (k,) node above, -1 at the station (node 0).
    length_km
        (k,) length of the piece to the node above.
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
    conductor: Conductor
    parent: IntArray
    length_km: FloatArray
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

    Notes
    -----
    Pieces are joined wherever they touch or cross; between station, forks and taps the ways are contracted (see `contract`). The published load is
    spread evenly over the feeder's length; the load of branches that lead to no tap stands where they leave the way. Where an even spread would
    give the farthest customers of today more than `served_drop_pct`, part of the load must in truth stand near the station (industry, towns) or be met
    by small hydro plants: it is moved to the station until they have just that. Drawn lengths are stretched to `length_km` of the layer.
    """
    noded = shapely.node(shapely.MultiLineString([part for line in lines.geometry for part in shapely.get_parts(line)]))
    tails, heads, points = _segments(shapely.segmentize(noded, VERTEX_EVERY_M))
    drawn_km = np.hypot(*(points[tails] - points[heads]).T) / 1000
    stretch = float(lines["length_km"].sum()) / max(float(drawn_km.sum()), 1e-9)
    km = drawn_km * stretch
    start_xy = np.array([station.x, station.y]) if station is not None else points[0]
    tree = cKDTree(points)
    start = int(tree.query(start_xy)[1])
    taps = np.asarray(tree.query(np.column_stack([taps_x, taps_y]))[1], dtype=np.int64)
    distance, before = _shortest(len(points), tails, heads, km, start)
    load = lines["feeder_load_mw"].max()
    carried = _spread(len(points), tails, heads, km, 0.0 if pd.isna(load) else float(load))
    voltage = float(lines["voltage_kv"].mode().iloc[0])
    conductor = conductor_named(_usual(lines["conductor"]))
    ohm = conductor.r_ohm_per_km + reactance_ohm_per_km(voltage) * math.tan(math.acos(power_factor))
    farthest_pct = 100 * ohm / voltage**2 * _largest_moment(distance, before, carried)
    part = min(1.0, served_drop_pct / farthest_pct) if farthest_pct > 0 else 1.0
    carried, near = carried * part, float(carried.sum()) * (1 - part)
    reached = bool(np.isfinite(distance[taps]).all())
    if reached:
        parent, length, existing, node = _ways(start, taps, distance, before, carried)
        parent, length, existing, tap_node = contract(parent, length, existing, node[taps])
    else:
        straight = np.hypot(taps_x - start_xy[0], taps_y - start_xy[1]) / 1000 * WINDING
        count = len(taps)
        # half way stands the load of each way: the same drop at the tap as an even spread
        parent = np.concatenate([[-1], np.zeros(count, dtype=np.int64), 1 + np.arange(count)])
        length = np.concatenate([[0.0], straight / 2, straight / 2])
        existing = np.concatenate([[0.0], np.full(count, carried.sum() / count), np.zeros(count)])
        tap_node = 1 + count + np.arange(count)
    existing[0] += near
    return Feeder(
        name=name,
        voltage_kv=voltage,
        conductor=conductor,
        parent=parent,
        length_km=length,
        existing_mw=existing,
        tap_node=tap_node,
        drawn=reached,
        load_known=bool(pd.notna(load)),
    )


def _usual(conductors: pd.Series) -> str | None:
    known = conductors.dropna()
    return str(known.mode().iloc[0]) if len(known) else None


def _segments(noded: shapely.Geometry) -> tuple[IntArray, IntArray, FloatArray]:
    """Segments of noded lines as vertex numbers, and the vertices (to the decimetre)."""
    xy, part = shapely.get_coordinates(shapely.get_parts(noded), return_index=True)
    points, number = np.unique(np.round(xy, 1), axis=0, return_inverse=True)
    number = number.ravel()
    within = part[:-1] == part[1:]
    tails, heads = number[:-1][within], number[1:][within]
    real = tails != heads
    return tails[real].astype(np.int64), heads[real].astype(np.int64), points


def _shortest(count: int, tails: IntArray, heads: IntArray, km: FloatArray, start: int) -> tuple[FloatArray, IntArray]:
    pair = np.sort(np.column_stack([tails, heads]), axis=1)
    order = np.lexsort((km, pair[:, 1], pair[:, 0]))
    pair, length = pair[order], km[order]
    first = np.ones(len(pair), dtype=bool)
    first[1:] = (pair[1:] != pair[:-1]).any(axis=1)
    graph = coo_array((length[first], (pair[first, 0], pair[first, 1])), shape=(count, count)).tocsr()
    distance, before = dijkstra(graph, directed=False, indices=[start], return_predecessors=True)
    return np.asarray(distance[0]), np.asarray(before[0], dtype=np.int64)


def _largest_moment(distance: FloatArray, before: IntArray, load_mw: FloatArray) -> float:
    """Greatest sum of flow times length from the station to any vertex [MW km]."""
    order = np.argsort(distance, kind="stable")
    order = order[np.isfinite(distance[order])]
    flow, moment = load_mw.copy(), np.zeros(len(distance))
    for vertex in order[:0:-1].tolist():
        flow[before[vertex]] += flow[vertex]
    for vertex in order[1:].tolist():
        above = before[vertex]
        moment[vertex] = moment[above] + flow[vertex] * (distance[vertex] - distance[above])
    return float(moment.max(initial=0.0))


def _spread(count: int, tails: IntArray, heads: IntArray, km: FloatArray, load_mw: float) -> FloatArray:
    """Load of each vertex: half of that of the segments at it."""
    share = np.zeros(count)
    np.add.at(share, tails, km / 2)
    np.add.at(share, heads, km / 2)
    return share / max(float(share.sum()), 1e-12) * load_mw


def _ways(
    start: int, taps: IntArray, distance: FloatArray, before: IntArray, carried: FloatArray
) -> tuple[IntArray, FloatArray, FloatArray, IntArray]:
    """Tree of the ways to the taps; loads off the ways stand where they leave it, unreachable ones at the station."""
    on_way = np.zeros(len(distance), dtype=bool)
    on_way[start] = True
    for tap in taps.tolist():
        here = tap
        while not on_way[here]:
            on_way[here] = True
            here = int(before[here])
    order = np.argsort(np.where(np.isfinite(distance), distance, np.inf), kind="stable")
    load: NDArray[np.float64] = carried.copy()
    load[start] += load[~np.isfinite(distance)].sum()
    for vertex in order[::-1]:
        if np.isfinite(distance[vertex]) and not on_way[vertex]:
            load[before[vertex]] += load[vertex]
    kept = order[on_way[order]]
    node = np.full(len(distance), -1, dtype=np.int64)
    node[kept] = np.arange(len(kept))
    parent = np.array([-1 if v == start else node[before[v]] for v in kept], dtype=np.int64)
    length = np.array([0.0 if v == start else distance[v] - distance[before[v]] for v in kept])
    return parent, length, load[kept], node


def contract(
    parent: IntArray, length_km: FloatArray, load_mw: FloatArray, keep: IntArray
) -> tuple[IntArray, FloatArray, FloatArray, IntArray]:
    """Keep station, forks and the named nodes; the loads between two of them move to both ends by the lever rule.

    Parameters
    ----------
    parent, length_km, load_mw
        (k,) radial network, every node after the one above it, node 0 the station.
    keep
        (m,) nodes to keep, all ends of the network among them.

    Returns
    -------
    parent, length_km, load_mw
        The smaller network.
    kept
        (m,) numbers of the named nodes in it.

    Notes
    -----
    A load `p` at distance `d` of a piece of length `L` becomes ``p d / L`` at its lower and the rest at its upper end, which leaves the
    linear drop ``Σ p · d`` at every kept node as it was.
    """
    count = len(parent)
    stays = np.bincount(parent[1:], minlength=count) > 1
    stays[0] = True
    stays[keep] = True
    load = np.where(stays, load_mw, 0.0)
    number = np.cumsum(stays) - 1
    above = np.full(count, -1, dtype=np.int64)
    whole = np.zeros(count)
    for node in np.flatnonzero(stays)[1:].tolist():
        way, here = [], int(parent[node])
        while not stays[here]:
            way.append(here)
            here = int(parent[here])
        above[node] = number[here]
        distance = np.cumsum(length_km[way[::-1]])[::-1] if way else np.empty(0)
        whole[node] = float(length_km[node] + length_km[way].sum())
        lower = float((load_mw[way] * distance).sum()) / max(whole[node], 1e-12)
        load[node] += lower
        load[here] += float(load_mw[way].sum()) - lower
    return above[stays], whole[stays], load[stays], number[keep]
