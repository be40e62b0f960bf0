"""Shortest ways on a directed graph of any links: from many places to all nodes, either way, with several prices a
link.

A graph keeps its links once; each price list (a season, a way of travelling) is an array of one cost a link. What
cannot be reached is inf, never a large number. A label is the least sum of the prices along a way, in float64 over
prices in float32: the same whatever the order of the links.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from infragap.gis.errors import ParameterError
from infragap.gis.lines.network_kernels import (
    RING,
    links_along,
    put_back,
    rows_of,
    spread_labels,
    spread_many,
    spread_through,
    sum_by_kind,
)

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Graph:
    """Directed links between numbered nodes.

    Attributes
    ----------
    nodes
        Number of nodes.
    tail, head
        (links,) int32 ends of each link.
    """

    nodes: int
    tail: NDArray[np.int32]
    head: NDArray[np.int32]

    @cached_property
    def outward(self) -> tuple[IntArray, NDArray[np.int32]]:
        """Links by their tail: where each node's begin, and their numbers in that order."""
        return rows_of(self.tail, self.nodes)

    @cached_property
    def inward(self) -> tuple[IntArray, NDArray[np.int32]]:
        """Links by their head."""
        return rows_of(self.head, self.nodes)

    @cached_property
    def outward_tail(self) -> NDArray[np.int32]:
        """Tail of each link in the order of `outward`."""
        return self.tail[self.outward[1]]

    @cached_property
    def inward_head(self) -> NDArray[np.int32]:
        """Head of each link in the order of `inward`."""
        return self.head[self.inward[1]]


@dataclass(frozen=True, eq=False)
class Prices:
    """What each link of a graph costs.

    Parameters
    ----------
    graph
        The links.
    cost
        (links,) float32, at least 0; inf = closed.
    """

    graph: Graph
    cost: NDArray[np.float32]

    def __post_init__(self) -> None:
        """Refuse what no search can work with.

        Raises
        ------
        ParameterError
            Costs that are negative or NaN.
        """
        if not (self.cost >= 0).all():
            raise ParameterError(
                f"cost: {int((~(self.cost >= 0)).sum())} of {self.cost.size} links are negative or NaN"
            )

    @cached_property
    def width(self) -> float:
        """Width of a bucket: no finite cost reaches around the ring."""
        finite = self.cost[np.isfinite(self.cost)]
        return max(float(finite.max(initial=0.0)) / (RING - 4), 1e-3)

    @cached_property
    def outward(self) -> tuple[IntArray, NDArray[np.int32], NDArray[np.float32]]:
        """Rows, heads and costs of the links that leave each node."""
        row, order = self.graph.outward
        return row, self.graph.head[order], self.cost[order]

    @cached_property
    def inward(self) -> tuple[IntArray, NDArray[np.int32], NDArray[np.float32]]:
        """Rows, tails and costs of the links that reach each node."""
        row, order = self.graph.inward
        return row, self.graph.tail[order], self.cost[order]


@dataclass(frozen=True, eq=False)
class Ways:
    """Least cost between every node and the place that is nearest to it.

    Attributes
    ----------
    prices
        What was searched.
    toward
        The ways lead from the nodes to the places; else from the places to the nodes.
    cost
        (nodes,) inf where no place is in reach.
    place
        (nodes,) int32 row of the place, -1 = none.
    """

    prices: Prices
    toward: bool
    cost: FloatArray
    place: NDArray[np.int32]
    _via: NDArray[np.int32]

    def sums(self, nodes: ArrayLike, kind: NDArray[np.uint8], amount: NDArray[np.float32], *, kinds: int) -> FloatArray:
        """Amounts along the ways of some nodes, by kind of link.

        Parameters
        ----------
        nodes
            (t,) nodes; -1 and nodes that are out of reach have sums of 0.
        kind, amount
            (links,) number of each link's kind, and what it adds.
        kinds
            How many kinds there are.

        Returns
        -------
        ndarray
            (t, kinds).
        """
        near, order = self._came_from()
        return sum_by_kind(np.asarray(nodes, np.int64), self._via, near, order, kind, amount, kinds)

    def links(self, node: int) -> IntArray:
        """Links of a node's way, from the node on; empty where there is none."""
        near, order = self._came_from()
        return np.asarray(links_along(node, self._via, near, order), np.int64)

    def _came_from(self) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Node that a label came from and number of the link that it came by, for each place of `_via`."""
        graph = self.prices.graph
        if self.toward:
            return graph.inward_head, graph.inward[1]
        return graph.outward_tail, graph.outward[1]

    def after(self, tail: ArrayLike, head: ArrayLike, minutes: ArrayLike, nodes: IntArray) -> FloatArray:
        """Least costs of some nodes once there are further links beside those of the graph: exact, and as quick as few
        labels change.

        Parameters
        ----------
        tail, head
            (k,) ends of the further links, each directed.
        minutes
            (k,) what they cost, in the unit of the prices; inf = closed.
        nodes
            (n,) nodes whose costs are asked for; -1 = none.

        Returns
        -------
        ndarray
            (n,) inf where there is no way.
        """
        row, to, weight = self.prices.inward if self.toward else self.prices.outward
        near, far = (head, tail) if self.toward else (tail, head)
        changed, before = spread_through(
            row,
            to,
            weight,
            self.cost,
            np.asarray(near, np.int64),
            np.asarray(far, np.int64),
            np.asarray(minutes, np.float64),
        )
        found = np.full(len(nodes), np.inf)
        found[nodes >= 0] = self.cost[nodes[nodes >= 0]]
        put_back(self.cost, changed, before)
        return found


def nearest_ways(
    prices: Prices,
    places: ArrayLike,
    *,
    toward: bool,
    limit: float = math.inf,
    until: IntArray | None = None,
    head_start: ArrayLike | None = None,
) -> Ways:
    """Find the least cost between every node and the nearest of some places.

    Parameters
    ----------
    prices
        Links and what they cost.
    places
        (p,) nodes; -1 = a place that stands nowhere.
    toward
        Ways from the nodes to the places, else from the places to the nodes.
    limit
        Costs above it are not looked for; they are inf like what cannot be reached.
    until
        (u,) nodes; once their costs are known the search ends and what is farther than all of them is inf. One of them
        that cannot be reached makes the search run to its end. Default: all nodes.
    head_start
        (p,) cost that each place begins with; default 0.

    Examples
    --------
    >>> graph = Graph(3, np.array([0, 1], np.int32), np.array([1, 2], np.int32))
    >>> nearest_ways(Prices(graph, np.array([2.0, 3.0], np.float32)), [0], toward=False).cost.tolist()
    [0.0, 2.0, 5.0]
    """
    node = np.asarray(places, np.int64)
    value = np.zeros(len(node)) if head_start is None else np.asarray(head_start, np.float64)
    cost = np.full(prices.graph.nodes, np.inf)
    until = np.zeros(0, np.int64) if until is None else until
    cost, via, place = _spread(prices, cost, (node, value), until, toward=toward, limit=limit)
    return Ways(prices=prices, toward=toward, cost=cost, place=place, _via=via)


@dataclass(frozen=True, eq=False)
class ManyWays:
    """Least cost between every node and each of some places.

    Attributes
    ----------
    prices, toward
        As in `Ways`.
    cost
        (nodes, places) inf where there is no way.
    """

    prices: Prices
    toward: bool
    cost: FloatArray
    _via: NDArray[np.int32]

    def of(self, place: int) -> Ways:
        """Ways of one of the places (its number in the list)."""
        cost = np.ascontiguousarray(self.cost[:, place])
        row = np.where(np.isfinite(cost), 0, -1).astype(np.int32)
        return Ways(self.prices, self.toward, cost, row, np.ascontiguousarray(self._via[:, place]))


def many_ways(prices: Prices, places: ArrayLike, *, toward: bool, limit: float = math.inf) -> ManyWays:
    """Find the least cost between every node and each of some places: as `nearest_ways` for each of them alone, but for
    places that lie near each other several times as quick.

    Parameters
    ----------
    prices, toward, limit
        As in `nearest_ways`.
    places
        (p,) nodes, -1 = a place that stands nowhere; a table of all nodes for each is held, so let them be few.

    Examples
    --------
    >>> graph = Graph(3, np.array([0, 1], np.int32), np.array([1, 2], np.int32))
    >>> many_ways(Prices(graph, np.array([2.0, 3.0], np.float32)), [0, 1], toward=False).cost.T.tolist()
    [[0.0, 2.0, 5.0], [inf, 0.0, 3.0]]
    """
    node, nodes = np.asarray(places, np.int64), prices.graph.nodes
    cost, via = np.full((nodes, len(node)), np.inf), np.full((nodes, len(node)), -1, np.int32)
    row, to, weight = prices.inward if toward else prices.outward
    order = np.argsort(nearest_ways(prices, node, toward=toward, limit=limit).cost, kind="stable")
    spread_many(row, to, weight, node, order, limit, cost, via)
    return ManyWays(prices=prices, toward=toward, cost=cost, _via=via)


def _spread(
    prices: Prices, cost: FloatArray, seeds: tuple[IntArray, FloatArray], until: IntArray, *, toward: bool, limit: float
) -> tuple[FloatArray, NDArray[np.int32], NDArray[np.int32]]:
    row, to, weight = prices.inward if toward else prices.outward
    seed, value = seeds
    usable = np.flatnonzero((seed >= 0) & np.isfinite(value))
    # of two seeds at one node the lower, then the first in the list counts
    order = usable[np.argsort(value[usable], kind="stable")]
    via, origin = np.full(len(cost), -1, np.int32), np.full(len(cost), -1, np.int32)
    spread_labels(row, to, weight, seed[order], value[order], limit, until, prices.width, cost, via, origin)
    known = origin >= 0
    origin[known] = order[origin[known]]
    return cost, via, origin


def restricted(graph: Graph, kept: NDArray[np.bool_]) -> tuple[Graph, IntArray, IntArray, IntArray]:
    """Cut a part out of a graph.

    Parameters
    ----------
    graph
        The whole.
    kept
        (nodes,) which nodes stay.

    Returns
    -------
    (part, number, links, gates)
        The part; (nodes,) new number of each old node, -1 = left out; old numbers of the part's links; new numbers of
        the nodes that have links to what was left out: every way that leaves the part goes through one of them.
    """
    number = np.where(kept, np.cumsum(kept) - 1, -1)
    inside, outside = kept[graph.tail] & kept[graph.head], kept[graph.tail] != kept[graph.head]
    links = np.flatnonzero(inside)
    part = Graph(
        int(kept.sum()), number[graph.tail[links]].astype(np.int32), number[graph.head[links]].astype(np.int32)
    )
    ends = np.concatenate([graph.tail[outside], graph.head[outside]])
    return part, number, links, np.unique(number[ends[kept[ends]]])
