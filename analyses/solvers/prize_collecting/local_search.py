"""How is a tree made cheaper? Local search: insertion of nodes and exchange of paths."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray
from infragap.analyses.solvers.prize_collecting.graph import Network, pop, push
from infragap.analyses.solvers.prize_collecting.tree import Tree, span_and_prune
from infragap.compiled import compiled

THREADS_FROM_ARCS = 100_000
"""Trees of smaller networks are improved sooner than a thread begins."""


def improve(network: Network, tree: Tree, *, max_rounds: int = 50) -> Tree:
    """Insert nodes and exchange paths until neither makes the tree cheaper."""
    smallest_gain = 1e-11 * float(network.arc_cost.max(initial=0.0))
    parent_arc, nodes, cost = tree.parent_arc, tree.nodes, tree.cost
    for _ in range(max_rounds):
        inside = _insert_nodes(network, parent_arc, nodes, smallest_gain)
        new_parent_arc, new_nodes, new_cost = span_and_prune(network, inside)
        detour = _shortest_detours(network, new_parent_arc, new_nodes)
        inside = _exchange_paths(network, new_parent_arc, new_nodes, detour, smallest_gain)
        new_parent_arc, new_nodes, new_cost = span_and_prune(network, inside)
        if not new_cost < cost - smallest_gain:
            break
        parent_arc, nodes, cost = new_parent_arc, new_nodes, new_cost
    return Tree(parent_arc, nodes, float(cost))


def improve_each(network: Network, trees: Sequence[Tree]) -> list[Tree]:
    """Improve some trees, each by itself, those of a large network beside each other; the trees come out the same."""
    if len(trees) < 2 or network.n_arcs < THREADS_FROM_ARCS:
        return [improve(network, tree) for tree in trees]
    with ThreadPoolExecutor(len(trees) - 1) as pool:
        others = [pool.submit(improve, network, tree) for tree in trees[1:]]
        return [improve(network, trees[0]), *(other.result() for other in others)]


@compiled
def _turn(head: IntArray, up: IntArray, start: int, new_up: int, stop: int, log: IntArray, n_log: int) -> int:
    """Hang the part of the tree above `start` (as far as `stop`) below it, and `start` by the arc `new_up`.

    ``up[v]`` is the arc that leaves v for its parent. Old values are written to `log` as (node, arc) pairs.
    """
    arc, v = new_up, start
    while True:
        old = up[v]
        log[2 * n_log], log[2 * n_log + 1] = v, old
        n_log += 1
        up[v] = arc
        if old < 0 or v == stop:
            return n_log
        arc, v = old ^ 1, head[old]


@compiled
def _insert_nodes(network: Network, parent_arc: IntArray, in_tree: BoolArray, smallest_gain: float) -> BoolArray:
    """Add every node that pays when the dearest edge of each cycle it closes is taken out."""
    pointer, out_arc, head, arc_cost = network.pointer, network.out_arc, network.head, network.arc_cost
    prize = network.prize
    n = len(prize)
    inside = in_tree.copy()
    up = parent_arc.copy()
    for v in range(n):
        if up[v] >= 0:
            up[v] ^= 1
    log = np.empty(2 * n + 2, np.int64)
    for v in range(n):
        if inside[v]:
            continue
        count, nearest = 0, -1
        for k in range(pointer[v], pointer[v + 1]):
            a = out_arc[k]
            if inside[head[a]]:
                count += 1
                if nearest < 0 or arc_cost[a] < arc_cost[nearest]:
                    nearest = a
        if count == 0 or (count == 1 and prize[v] <= arc_cost[nearest]):
            continue
        # v becomes the top of the tree, so that every other neighbour's cycle is its way up
        n_log = _turn(head, up, head[nearest], nearest ^ 1, -1, log, 0)
        up[v] = -1
        delta = arc_cost[nearest] - prize[v]
        for k in range(pointer[v], pointer[v + 1]):
            a = out_arc[k]
            if a == nearest or not inside[head[a]]:
                continue
            w = head[a]
            dearest = w
            while head[up[w]] != v:
                w = head[up[w]]
                if arc_cost[up[w]] > arc_cost[up[dearest]]:
                    dearest = w
            gain = arc_cost[up[dearest]] - arc_cost[a]
            if gain > 0.0:
                delta -= gain
                while 2 * (n_log + n) + 2 > len(log):
                    log = np.append(log, np.empty(len(log), np.int64))
                n_log = _turn(head, up, head[a], a ^ 1, dearest, log, n_log)
        if delta < -smallest_gain:
            inside[v] = True
        else:
            for i in range(n_log - 1, -1, -1):
                up[log[2 * i]] = log[2 * i + 1]
            up[v] = -1
    return inside


@compiled
def _exchange_paths(
    network: Network, parent_arc: IntArray, in_tree: BoolArray, detour: FloatArray, smallest_gain: float
) -> BoolArray:
    """Take out paths of the tree, with the prizes on them, where a cheaper path joins the two parts."""
    pointer, out_arc, head, arc_cost = network.pointer, network.out_arc, network.head, network.arc_cost
    prize, root = network.prize, network.root
    n = len(prize)
    inside = in_tree.copy()
    up = parent_arc.copy()
    for v in range(n):
        if up[v] >= 0:
            up[v] ^= 1
    degree = np.zeros(n, np.int64)
    n_inside = 0
    for v in range(n):
        n_inside += inside[v]
        if up[v] >= 0:
            degree[v] += 1
            degree[head[up[v]]] += 1
    side = np.zeros(n, np.int64)  # 1: below the path, 2: on it
    below, path = np.empty(n, np.int64), np.empty(n, np.int64)
    distance = np.full(n, np.inf)
    came_by = np.full(n, -1, np.int64)
    touched = np.empty(n, np.int64)
    log = np.empty(2 * n + 2, np.int64)
    keys, items = np.empty(len(head) + 1, np.float64), np.empty(len(head) + 1, np.int64)
    for b in range(n):
        if not inside[b] or up[b] < 0 or not (prize[b] > 0.0 or degree[b] >= 3):
            continue
        # the piece of the way up whose removal saves most, through nodes with no other branch
        length, saved, n_path, top = 0.0, 0.0, 0, b
        walked = 0
        while True:
            length += arc_cost[up[top]]
            top = head[up[top]]
            if length > saved:
                saved, n_path = length, walked
            if top == root or degree[top] != 2 or up[top] < 0:
                break
            length -= prize[top]
            path[walked] = top
            walked += 1
        way_round = detour[b]
        for j in range(n_path):
            way_round = max(way_round, detour[path[j]])
        if way_round >= saved - smallest_gain:
            continue
        n_below = 1
        below[0] = b
        side[b] = 1
        i = 0
        while i < n_below:
            v = below[i]
            i += 1
            for k in range(pointer[v], pointer[v + 1]):
                a = out_arc[k]
                w = head[a]
                if inside[w] and up[w] == a ^ 1 and side[w] == 0:
                    side[w] = 1
                    below[n_below] = w
                    n_below += 1
        for j in range(n_path):
            side[path[j]] = 2
        # search from the smaller part to the other
        small = n_below <= n_inside - n_below
        size, n_touched = 0, 0
        for j in range(n_below if small else n):
            v = below[j] if small else j
            if not small and (not inside[v] or side[v] != 0):
                continue
            for k in range(pointer[v], pointer[v + 1]):
                a = out_arc[k]
                w = head[a]
                own = inside[w] and side[w] == (1 if small else 0)
                if own:
                    continue
                free = not inside[w] or side[w] == 2
                d = arc_cost[a] - prize[w] if free else arc_cost[a]
                if d < 0.0:
                    d = 0.0
                if d < saved and d < distance[w]:
                    if distance[w] == np.inf:
                        touched[n_touched] = w
                        n_touched += 1
                    distance[w] = d
                    came_by[w] = a
                    size = push(keys, items, size, d, w)
        reached = -1
        while size > 0:
            d, v = keys[0], items[0]
            size = pop(keys, items, size)
            if d > distance[v]:
                continue
            if inside[v] and side[v] != 2:
                reached = v
                break
            for k in range(pointer[v], pointer[v + 1]):
                a = out_arc[k]
                w = head[a]
                if inside[w] and side[w] == (1 if small else 0):
                    continue
                free = not inside[w] or side[w] == 2
                beyond = arc_cost[a] - prize[w] if free else arc_cost[a]
                e = d + beyond if beyond > 0.0 else d
                if e < saved and e < distance[w]:
                    if distance[w] == np.inf:
                        touched[n_touched] = w
                        n_touched += 1
                    distance[w] = e
                    came_by[w] = a
                    size = push(keys, items, size, e, w)
        if reached >= 0 and distance[reached] < saved - smallest_gain:
            # take the old path out, then hang the part below by the new one
            degree[b] -= 1
            v = b
            for j in range(n_path + 1):
                w = head[up[v]]
                if j > 0:
                    up[v] = -1
                    inside[v] = False
                    degree[v] = 0
                    n_inside -= 1
                else:
                    up[v] = -1
                v = path[j] if j < n_path else w
            degree[v] -= 1
            if not small:
                # the way found runs from above to `reached` below
                a = came_by[reached]
                _turn(head, up, reached, a ^ 1, -1, log, 0)
                degree[reached] += 1
                v = head[a ^ 1]
                while not (inside[v] and side[v] == 0):
                    a = came_by[v]
                    up[v] = a ^ 1
                    inside[v] = True
                    n_inside += 1
                    degree[v] = 2
                    v = head[a ^ 1]
                degree[v] += 1
            else:
                # the way found runs from a node below to `reached` above
                a = came_by[reached]
                degree[reached] += 1
                v = head[a ^ 1]
                while side[v] != 1:
                    up[v] = a
                    inside[v] = True
                    n_inside += 1
                    degree[v] = 2
                    a = came_by[v]
                    v = head[a ^ 1]
                _turn(head, up, v, a, -1, log, 0)
                degree[v] += 1
        for j in range(n_below):
            side[below[j]] = 0
        for j in range(n_path):
            side[path[j]] = 0
        for j in range(n_touched):
            distance[touched[j]] = np.inf
    return inside


def _shortest_detours(network: Network, parent_arc: IntArray, inside: BoolArray) -> FloatArray:
    """Length of the shortest way outside the tree that joins the two parts left by each node's edge to its parent.

    One search from all nodes of the tree at once gives every node outside its nearest tree node. An edge between two
    such neighbourhoods is a way round all tree edges between them; taken by rising length, the first to pass one is its
    best.
    """
    # the arc that leaves each node for its parent
    up = np.where(parent_arc >= 0, parent_arc ^ 1, parent_arc)
    nearest, length = _ways_round(network, up, inside)
    order = np.argsort(length, kind="stable")[: np.isfinite(length).sum()]
    return _first_to_pass(network, up, inside, nearest, length, order)


@compiled
def _ways_round(network: Network, up: IntArray, inside: BoolArray) -> tuple[IntArray, FloatArray]:
    """Nearest tree node of each node, and the length of the way round over each edge; inf where there is none."""
    pointer, out_arc, head, arc_cost = network.pointer, network.out_arc, network.head, network.arc_cost
    prize = network.prize
    n = len(prize)
    nearest = np.full(n, -1, np.int64)
    distance = np.full(n, np.inf)
    keys, items = np.empty(len(head) + 1, np.float64), np.empty(len(head) + 1, np.int64)
    size = 0
    for v in range(n):
        if inside[v]:
            nearest[v], distance[v] = v, 0.0
    for v in range(n):
        if not inside[v]:
            continue
        for k in range(pointer[v], pointer[v + 1]):
            a = out_arc[k]
            w = head[a]
            d = arc_cost[a] - prize[w]
            if d < 0.0:
                d = 0.0
            if not inside[w] and d < distance[w]:
                nearest[w], distance[w] = v, d
                size = push(keys, items, size, d, w)
    while size > 0:
        d, v = keys[0], items[0]
        size = pop(keys, items, size)
        if d > distance[v]:
            continue
        for k in range(pointer[v], pointer[v + 1]):
            a = out_arc[k]
            w = head[a]
            beyond = arc_cost[a] - prize[w]
            e = d + beyond if beyond > 0.0 else d
            if not inside[w] and e < distance[w]:
                nearest[w], distance[w] = nearest[v], e
                size = push(keys, items, size, e, w)
    length = np.full(len(head) // 2, np.inf)
    for e in range(len(length)):
        u, v = head[2 * e], head[2 * e + 1]
        if nearest[u] < 0 or nearest[v] < 0 or nearest[u] == nearest[v]:
            continue
        if inside[u] and inside[v] and (up[u] >> 1 == e or up[v] >> 1 == e):
            continue
        length[e] = distance[u] + arc_cost[2 * e] + distance[v]
    return nearest, length


@compiled
def _first_to_pass(
    network: Network, up: IntArray, inside: BoolArray, nearest: IntArray, length: FloatArray, order: IntArray
) -> FloatArray:
    """Length of the first way, of those in this order, that passes each node's edge to its parent."""
    head, n = network.head, len(network.prize)
    depth = np.full(n, -1, np.int64)
    for start in range(n):
        v, steps = start, 0
        while inside[v] and depth[v] < 0 and up[v] >= 0:
            v = head[up[v]]
            steps += 1
        below = (depth[v] if depth[v] >= 0 else 0) + steps
        v = start
        while inside[v] and depth[v] < 0:
            depth[v] = below
            below -= 1
            if up[v] < 0:
                break
            v = head[up[v]]
    detour = np.full(n, np.inf)
    above = np.arange(n)  # the nearest ancestor whose edge to its parent has no detour yet
    for e in order:
        u, v = nearest[head[2 * e]], nearest[head[2 * e + 1]]
        while True:
            while above[u] != u:
                above[u] = above[above[u]]
                u = above[u]
            while above[v] != v:
                above[v] = above[above[v]]
                v = above[v]
            if u == v:
                break
            if depth[u] < depth[v]:
                u, v = v, u
            detour[u] = length[e]
            above[u] = head[up[u]]
    return detour
