"""Shortest ways on a road network: numbered nodes along the roads, and matrices of what it takes from place to place.

Nodes are numbered along a Morton curve, so that neighbours on the ground are neighbours in memory; scipy's Dijkstra is then
about twice as fast as on nodes in random order. What cannot be reached is inf, never a large number.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components, dijkstra

from infragap.gis.errors import ParameterError
from infragap.gis.roads import JoinedRoads

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

_ROWS_AT_ONCE = 64


@dataclass(frozen=True, eq=False)
class RoadNetwork:
    """Road pieces cut into short links between nodes.

    Attributes
    ----------
    x, y
        (n,) nodes [m], in Morton order.
    tail, head
        (m,) end nodes of each link; a link is listed once and can be travelled both ways.
    length_km
        (m,) real length of each link [km]: its share of its road's length.
    road
        (m,) row of the road layer that the link belongs to.
    component
        (n,) connected part; 0 has most kilometres.
    """

    x: FloatArray
    y: FloatArray
    tail: IntArray
    head: IntArray
    length_km: FloatArray
    road: IntArray
    component: IntArray


def road_network(joined: JoinedRoads, *, spacing_m: float) -> RoadNetwork:
    """Cut road pieces into links no longer than a spacing.

    Parameters
    ----------
    joined
        Road pieces between meeting points.
    spacing_m
        Longest drawn length of a link [m].
    """
    if not spacing_m > 0:
        raise ParameterError(f"spacing_m: {spacing_m} given; it must be above 0 m")
    pieces = joined.pieces
    lines = np.asarray(pieces.geometry.array)
    links = np.maximum(1, np.ceil(shapely.length(lines) / spacing_m)).astype(np.int64)
    row = np.repeat(np.arange(len(links)), links)
    step = np.arange(len(row)) - np.repeat(np.cumsum(links) - links, links)
    # a piece of k links has k - 1 nodes inside; they are numbered behind the meeting points
    inner = step > 0
    between = np.asarray(
        shapely.line_interpolate_point(lines[row[inner]], step[inner] / links[row[inner]], normalized=True)
    )
    xy = np.concatenate([joined.points, shapely.get_coordinates(between)])
    number = len(joined.points) + np.cumsum(inner) - 1
    tail = np.where(inner, number, pieces["start"].to_numpy()[row])
    # inside a piece the head of a link is the tail of the next one, which has the next number
    head = np.where(step == links[row] - 1, pieces["end"].to_numpy()[row], number + 1)
    component = np.concatenate([joined.component, joined.component[pieces["start"].to_numpy()[row[inner]]]])
    order = np.argsort(morton_code(xy[:, 0], xy[:, 1]), kind="stable")
    new_number = np.empty(len(order), np.int64)
    new_number[order] = np.arange(len(order))
    return RoadNetwork(
        x=xy[order, 0],
        y=xy[order, 1],
        tail=new_number[tail],
        head=new_number[head],
        length_km=(pieces["length_km"].to_numpy(float) / links)[row],
        road=pieces["road"].to_numpy(np.int64)[row],
        component=component[order].astype(np.int64),
    )


def morton_code(x: ArrayLike, y: ArrayLike) -> NDArray[np.uint64]:
    """Place of points along a Morton curve over their extent: the bits of both coordinates interleaved.

    Parameters
    ----------
    x, y
        (n,) finite coordinates in any unit.
    """
    code = np.zeros(np.shape(x), np.uint64)
    scaled = []
    for values in (np.asarray(x, np.float64), np.asarray(y, np.float64)):
        low, high = (values.min(), values.max()) if values.size else (0.0, 0.0)
        scaled.append(((values - low) / max(high - low, math.ulp(1.0)) * (2**16 - 1)).astype(np.uint64))
    for bit in range(16):
        for place, whole in enumerate(scaled):
            code |= ((whole >> np.uint64(bit)) & np.uint64(1)) << np.uint64(2 * bit + place)
    return code


def directed_graph(tail: ArrayLike, head: ArrayLike, weight: ArrayLike, *, nodes: int) -> csr_array:
    """Sparse matrix of directed links for `travel_matrix`.

    Parameters
    ----------
    tail, head
        (m,) nodes.
    weight
        (m,) at least 0, in any unit; links with inf are left out. Of parallel links the least counts (a sparse matrix made of them
        directly would add them up).
    nodes
        Number of nodes.

    Raises
    ------
    ParameterError
        Weights that are negative or NaN.
    """
    graph, _ = directed_graphs(tail, head, weight, np.zeros(np.shape(weight)), nodes=nodes)
    return graph


def directed_graphs(
    tail: ArrayLike, head: ArrayLike, weight: ArrayLike, along: ArrayLike, *, nodes: int
) -> tuple[csr_array, csr_array]:
    """As `directed_graph`, and a second matrix of the same links that holds another quantity, such as their kilometres.

    Parameters
    ----------
    tail, head, weight, nodes
        As in `directed_graph`.
    along
        (m,) the other quantity; of parallel links that of the least weight counts.
    """
    start, end, cost = np.asarray(tail, np.int64), np.asarray(head, np.int64), np.asarray(weight, np.float64)
    if not (cost >= 0).all():
        raise ParameterError(f"weight: {int((~(cost >= 0)).sum())} of {cost.size} links are negative or NaN")
    other = np.asarray(along, np.float64)
    kept = np.isfinite(cost)
    start, end, cost, other = start[kept], end[kept], cost[kept], other[kept]
    order = np.lexsort((other, cost, end, start))
    start, end, cost, other = start[order], end[order], cost[order], other[order]
    first = np.ones(len(start), bool)
    first[1:] = (start[1:] != start[:-1]) | (end[1:] != end[:-1])
    links = start[first], end[first]
    shape = (nodes, nodes)
    return csr_array((cost[first], links), shape=shape), csr_array((other[first], links), shape=shape)


@dataclass(frozen=True, eq=False)
class Chains:
    """Links of a network between the nodes that matter, as `merge_chains` makes them.

    Attributes
    ----------
    node
        (k,) old numbers of the nodes that are left, ascending; their place here is their new number.
    tail, head
        (c,) new numbers of the ends of each chain.
    sums
        (q, c) each quantity, summed over the links of the chain.
    """

    node: IntArray
    tail: IntArray
    head: IntArray
    sums: FloatArray


def merge_chains(tail: ArrayLike, head: ArrayLike, quantities: ArrayLike, keep: ArrayLike, *, nodes: int) -> Chains:
    """Merge links that follow each other over nodes which nothing else touches.

    Parameters
    ----------
    tail, head
        (m,) end nodes of links that can be travelled both ways.
    quantities
        (q, m) such as minutes and kilometres of each link.
    keep
        (n,) bool, nodes that must stay.
    nodes
        Number of nodes, n.

    Returns
    -------
    Chains
        Shortest ways between kept nodes are the same as before. Rings that touch no kept node or junction are gone.
    """
    start, end, amount = np.asarray(tail, np.int64), np.asarray(head, np.int64), np.asarray(quantities, np.float64)
    degree = np.bincount(start, minlength=nodes) + np.bincount(end, minlength=nodes)
    inner = (degree == 2) & ~np.asarray(keep, bool)
    both = inner[start] & inner[end]
    inside = coo_array((np.ones(both.sum(), bool), (start[both], end[both])), shape=(nodes, nodes))
    parts, part = connected_components(inside, directed=False)
    # a link belongs to the chain of its inner end; a link between two other nodes is a chain of its own
    chain = np.where(inner[start], part[start], np.where(inner[end], part[end], parts + np.arange(len(start))))
    ends = np.concatenate([start[~inner[start]], end[~inner[end]]])
    chain_of_end = np.concatenate([chain[~inner[start]], chain[~inner[end]]])
    order = np.argsort(chain_of_end, kind="stable")
    # every chain that has an end has two
    pairs, chains = ends[order].reshape(-1, 2), chain_of_end[order][::2]
    sums = np.stack([np.bincount(chain, row, minlength=parts + len(start))[chains] for row in amount])
    left = np.flatnonzero(~inner)
    number = np.full(nodes, -1, np.int64)
    number[left] = np.arange(len(left))
    return Chains(node=left, tail=number[pairs[:, 0]], head=number[pairs[:, 1]], sums=sums)


def travel_matrix(
    graph: csr_array,
    sources: ArrayLike,
    targets: ArrayLike,
    *,
    toward_sources: bool = False,
    limit: float = math.inf,
) -> FloatArray:
    """Least cost between every source and every target.

    Parameters
    ----------
    graph
        As `directed_graph` makes it.
    sources, targets
        (s,) and (t,) nodes. One search runs from each source, so put the shorter list there.
    toward_sources
        Cost of the ways from the targets to the sources instead (searched on the reversed graph).
    limit
        Costs above it are not looked for; they are inf like what cannot be reached.

    Returns
    -------
    ndarray
        (s, t) in the unit of the graph.
    """
    start, end = np.asarray(sources, np.int64), np.asarray(targets, np.int64)
    searched = csr_array(graph.T) if toward_sources else graph
    result = np.full((len(start), len(end)), np.inf)
    for row in range(0, len(start), _ROWS_AT_ONCE):
        rows = slice(row, row + _ROWS_AT_ONCE)
        result[rows] = dijkstra(searched, indices=start[rows], limit=limit)[:, end]
    return result


def travel_matrix_along(
    graph: csr_array, along: csr_array, sources: ArrayLike, targets: ArrayLike, *, toward_sources: bool = False
) -> tuple[FloatArray, FloatArray]:
    """Least cost between every source and every target, and another quantity summed along those ways.

    Parameters
    ----------
    graph, along
        As `directed_graphs` makes them.
    sources, targets, toward_sources
        As in `travel_matrix`.

    Returns
    -------
    (cost, quantity)
        (s, t) each; both inf where there is no way.
    """
    start, end = np.asarray(sources, np.int64), np.asarray(targets, np.int64)
    searched, measured = (csr_array(graph.T), csr_array(along.T)) if toward_sources else (graph, along)
    cost, quantity = np.full((len(start), len(end)), np.inf), np.full((len(start), len(end)), np.inf)
    for row, source in enumerate(start.tolist()):
        reached_cost, before = dijkstra(searched, indices=source, return_predecessors=True)
        cost[row] = reached_cost[end]
        quantity[row] = _summed(measured, before, reached_cost)[end]
    return cost, quantity


def _summed(along: csr_array, before: NDArray[np.int32], cost: FloatArray) -> FloatArray:
    """Quantity summed from the root of a shortest-path tree to each node, by doubling steps; inf where not reached."""
    nodes = len(before)
    jump = np.where(before >= 0, before, np.arange(nodes))
    child = np.flatnonzero(before >= 0)
    total = np.zeros(nodes)
    if len(child):
        total[child] = np.asarray(along[before[child], child]).ravel()
    while (jump[jump] != jump).any():
        total = total + total[jump]
        jump = jump[jump]
    return np.where(np.isfinite(cost), total, np.inf)


def travel_from_nearest(
    graph: csr_array,
    along: csr_array,
    sources: ArrayLike,
    *,
    toward_sources: bool = False,
    limit: float = math.inf,
) -> tuple[FloatArray, FloatArray, IntArray]:
    """Least cost between every node and the source that is nearest to it.

    Parameters
    ----------
    graph, along, sources, toward_sources, limit
        As in `travel_matrix_along` and `travel_matrix`.

    Returns
    -------
    (cost, quantity, source)
        (n,) cost and the quantity summed along that way, inf where no source is in reach, and row of the source in `sources`, -1
        there.
    """
    start = np.asarray(sources, np.int64)
    searched, measured = (csr_array(graph.T), csr_array(along.T)) if toward_sources else (graph, along)
    cost, before, node = dijkstra(
        searched, indices=np.unique(start), min_only=True, return_predecessors=True, limit=limit
    )
    row_of_node = np.full(searched.shape[0], -1, np.int64)
    # of two sources at one node the first in the list counts
    row_of_node[start[::-1]] = np.arange(len(start))[::-1]
    reached = np.isfinite(cost)
    source = np.full(len(cost), -1, np.int64)
    source[reached] = row_of_node[node[reached]]
    return cost, _summed(measured, before, cost), source
