"""Which tree on given nodes is cheapest, and which tree joins given nodes along good paths?"""

from dataclasses import dataclass

import numpy as np

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray
from infragap.analyses.solvers.prize_collecting.graph import Network, pop, push
from infragap.compiled import compiled


@dataclass(frozen=True)
class Tree:
    """A tree that holds the root.

    Attributes
    ----------
    parent_arc
        Arc that enters each node from its parent; -1 at the root and outside the tree.
    nodes
        Nodes of the tree.
    cost
        Edge costs plus prizes of nodes left out; infinite when a required node is left out.
    """

    parent_arc: IntArray
    nodes: BoolArray
    cost: float


def best_tree_on(network: Network, nodes: BoolArray) -> Tree:
    """Span the given nodes at least cost as far as they hang together, and prune what does not pay.

    The pruning is exact for the spanning tree: no subtree with the root costs less.
    """
    parent_arc, kept, cost = span_and_prune(network, nodes)
    return Tree(parent_arc, kept, float(cost))


def tree_through(network: Network, weight: FloatArray, wanted: BoolArray) -> Tree:
    """Join the wanted nodes one after the other by paths of least weight (given per arc), then span and prune."""
    nodes = _join(network, weight, wanted)
    return best_tree_on(network, nodes)


@compiled
def span_and_prune(network: Network, nodes: BoolArray) -> tuple[IntArray, BoolArray, float]:
    """Arcs from the parents, nodes and cost of the cheapest tree within a least spanning tree of the given nodes."""
    pointer, out_arc, head, arc_cost = network.pointer, network.out_arc, network.head, network.arc_cost
    prize, root = network.prize, network.root
    n = len(prize)
    nearest = np.full(n, np.inf)
    parent_arc = np.full(n, -1, np.int64)
    settled = np.zeros(n, np.bool_)
    order = np.empty(n, np.int64)
    keys, items = np.empty(len(head) + 1, np.float64), np.empty(len(head) + 1, np.int64)
    size = push(keys, items, 0, 0.0, root)
    nearest[root] = 0.0
    count = 0
    while size > 0:
        v = items[0]
        size = pop(keys, items, size)
        if settled[v]:
            continue
        settled[v] = True
        order[count] = v
        count += 1
        for k in range(pointer[v], pointer[v + 1]):
            a = out_arc[k]
            w = head[a]
            if nodes[w] and not settled[w] and arc_cost[a] < nearest[w]:
                nearest[w] = arc_cost[a]
                parent_arc[w] = a
                size = push(keys, items, size, arc_cost[a], w)
    worth = prize.copy()
    for i in range(count - 1, 0, -1):
        v = order[i]
        gain = worth[v] - nearest[v]
        if gain > 0.0:
            worth[head[parent_arc[v] ^ 1]] += gain
    kept = np.zeros(n, np.bool_)
    kept[root] = True
    cost = 0.0
    for i in range(1, count):
        v = order[i]
        if kept[head[parent_arc[v] ^ 1]] and worth[v] - nearest[v] > 0.0:
            kept[v] = True
            cost += nearest[v]
    for v in range(n):
        if not kept[v]:
            parent_arc[v] = -1
            if v != root:
                cost += prize[v]
    return parent_arc, kept, cost


@compiled
def _join(network: Network, weight: FloatArray, wanted: BoolArray) -> BoolArray:
    """Grow one search from the tree; a path to a wanted node joins the tree and restarts there at zero."""
    pointer, out_arc, head, root = network.pointer, network.out_arc, network.head, network.root
    n = len(wanted)
    distance = np.full(n, np.inf)
    parent_arc = np.full(n, -1, np.int64)
    chosen = np.zeros(n, np.bool_)
    capacity = 4 * len(head) + 4 * n + 16
    keys, items = np.empty(capacity, np.float64), np.empty(capacity, np.int64)
    distance[root] = 0.0
    chosen[root] = True
    size = push(keys, items, 0, 0.0, root)
    while size > 0:
        d, v = keys[0], items[0]
        size = pop(keys, items, size)
        if d > distance[v]:
            continue
        if wanted[v] and not chosen[v]:
            u = v
            while not chosen[u]:
                chosen[u] = True
                distance[u] = 0.0
                size = push(keys, items, size, 0.0, u)
                u = head[parent_arc[u] ^ 1]
            continue
        for k in range(pointer[v], pointer[v + 1]):
            a = out_arc[k]
            w = head[a]
            if not chosen[w] and d + weight[a] < distance[w]:
                distance[w] = d + weight[a]
                parent_arc[w] = a
                if size + n + 1 >= capacity:
                    capacity *= 2
                    keys = np.append(keys, np.empty(capacity - len(keys), np.float64))
                    items = np.append(items, np.empty(capacity - len(items), np.int64))
                size = push(keys, items, size, distance[w], w)
    return chosen
