"""The network a tree solver works on: compact, directed both ways, in adjacency order."""

from typing import NamedTuple

import numpy as np

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray
from infragap.compiled import compiled


class Network(NamedTuple):
    """An undirected simple graph whose edge e is the arcs 2e (forth) and 2e + 1 (back).

    A named tuple, because compiled code takes it whole.

    Attributes
    ----------
    pointer, out_arc
        The arcs that leave node v are ``out_arc[pointer[v]:pointer[v + 1]]``; arc ``a ^ 1`` runs the other way.
    head
        Node that an arc enters, one per arc.
    arc_cost
        Cost of an arc, the same both ways; one per arc.
    prize
        Cost of leaving a node out, one per node; infinite for a required node.
    root
        Node that every tree holds.
    node_of, edge_of
        Position of each node and edge in the graph that this one was cut from.
    """

    pointer: IntArray
    out_arc: IntArray
    head: IntArray
    arc_cost: FloatArray
    prize: FloatArray
    root: int
    node_of: IntArray
    edge_of: IntArray

    @property
    def n_nodes(self) -> int:
        """Number of nodes."""
        return len(self.prize)

    @property
    def n_arcs(self) -> int:
        """Number of arcs, twice the number of edges."""
        return len(self.head)


def build_network(
    ends: IntArray, edge_cost: FloatArray, prize: FloatArray, root: int, *, node_of: IntArray, edge_of: IntArray
) -> Network:
    """Put edges given by their two ends, (m, 2), into adjacency order."""
    n, m = len(prize), len(ends)
    head = np.empty(2 * m, np.int64)
    head[0::2], head[1::2] = ends[:, 1], ends[:, 0]
    tail = head.reshape(-1, 2)[:, ::-1].ravel()
    pointer, out_arc = _by_tail(tail, n)
    arc_cost = np.repeat(edge_cost, 2).astype(np.float64)
    return Network(pointer, out_arc, head, arc_cost, prize.astype(np.float64), root, node_of, edge_of)


@compiled
def _by_tail(tail: IntArray, n: int) -> tuple[IntArray, IntArray]:
    """Arcs in the order of the nodes that they leave, and where those of each node begin."""
    pointer, out_arc = np.zeros(n + 1, np.int64), np.empty(len(tail), np.int64)
    for v in tail:
        pointer[v + 1] += 1
    for v in range(n):
        pointer[v + 1] += pointer[v]
    place = pointer[:n].copy()
    for a in range(len(tail)):
        out_arc[place[tail[a]]] = a
        place[tail[a]] += 1
    return pointer, out_arc


def subnetwork(network: Network, keep_edge: BoolArray, *, prize: FloatArray) -> Network:
    """Keep some edges and what hangs together with the root through them.

    ``node_of`` and ``edge_of`` of the result still point into the graph that `network` was cut from.
    """
    ends = network.head.reshape(-1, 2)[:, ::-1]
    reached = reachable(network, np.repeat(keep_edge, 2))
    keep_edge = keep_edge & reached[ends[:, 0]]
    number = np.cumsum(reached) - 1
    return build_network(
        number[ends[keep_edge]],
        network.arc_cost[0::2][keep_edge],
        prize[reached],
        int(number[network.root]),
        node_of=network.node_of[reached],
        edge_of=network.edge_of[keep_edge],
    )


@compiled
def reachable(network: Network, open_arc: BoolArray) -> BoolArray:
    """Nodes that a walk along open arcs reaches from the root."""
    pointer, out_arc, head = network.pointer, network.out_arc, network.head
    n = len(pointer) - 1
    reached = np.zeros(n, np.bool_)
    reached[network.root] = True
    stack = np.empty(n, np.int64)
    stack[0] = network.root
    top = 1
    while top > 0:
        top -= 1
        v = stack[top]
        for k in range(pointer[v], pointer[v + 1]):
            a = out_arc[k]
            if open_arc[a] and not reached[head[a]]:
                reached[head[a]] = True
                stack[top] = head[a]
                top += 1
    return reached


@compiled
def push(keys: FloatArray, items: IntArray, size: int, key: float, item: int) -> int:
    """Put an item into a binary heap; returns the new size. Equal keys leave by item number."""
    i = size
    while i > 0:
        up = (i - 1) >> 1
        if keys[up] < key or (keys[up] == key and items[up] <= item):
            break
        keys[i], items[i] = keys[up], items[up]
        i = up
    keys[i], items[i] = key, item
    return size + 1


@compiled
def pop(keys: FloatArray, items: IntArray, size: int) -> int:
    """Take the least item off a binary heap (read position 0 before); returns the new size."""
    size -= 1
    key, item = keys[size], items[size]
    i = 0
    while True:
        child = 2 * i + 1
        if child >= size:
            break
        right = child + 1
        if right < size and (keys[right] < keys[child] or (keys[right] == keys[child] and items[right] < items[child])):
            child = right
        if key < keys[child] or (key == keys[child] and item <= items[child]):
            break
        keys[i], items[i] = keys[child], items[child]
        i = child
    keys[i], items[i] = key, item
    return size


@compiled
def distances(
    network: Network, weight: FloatArray, start: FloatArray, open_arc: BoolArray, backward: bool
) -> FloatArray:
    """Least total weight of arcs to (or, `backward`, from) every node, from given start values."""
    pointer, out_arc, head = network.pointer, network.out_arc, network.head
    n = len(start)
    distance = start.copy()
    keys = np.empty(len(head) + n + 1, np.float64)
    items = np.empty(len(head) + n + 1, np.int64)
    size = 0
    for v in range(n):
        if distance[v] < np.inf:
            size = push(keys, items, size, distance[v], v)
    while size > 0:
        d, v = keys[0], items[0]
        size = pop(keys, items, size)
        if d > distance[v]:
            continue
        for k in range(pointer[v], pointer[v + 1]):
            a = out_arc[k]
            w = head[a]
            used = a ^ 1 if backward else a
            if open_arc[used] and d + weight[used] < distance[w]:
                distance[w] = d + weight[used]
                size = push(keys, items, size, distance[w], w)
    return distance
