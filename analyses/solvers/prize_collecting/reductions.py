"""Which edges and nodes can no cheaper tree need? Tests that leave at least one best tree in the network."""

import numpy as np

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray
from infragap.analyses.solvers.prize_collecting.graph import Network, distances, pop, push, subnetwork
from infragap.compiled import compiled


def reduce_by_distance(network: Network) -> Network:
    """Leave out edges that a detour replaces, and ends of the network without a prize.

    Notes
    -----
    An edge goes when another walk between its ends exists on which no stretch, less the prizes that it passes,
    costs more than the edge: the prize-constrained distance of Rehfeldt & Koch (2021), On the exact solution of
    prize-collecting Steiner tree problems, INFORMS J. Computing.
    """
    dearest_first = np.argsort(-network.arc_cost[0::2], kind="stable")
    alive = _replaceable(network, dearest_first, 80)
    alive = _without_dead_ends(network, alive)
    return subnetwork(network, alive, prize=network.prize)


def arcs_within_bound(
    network: Network, open_arc: BoolArray, *, bound: float, reduced_cost: FloatArray, goal: float
) -> BoolArray:
    """Arcs that a tree cheaper than `goal` can use, given a dual solution.

    Every arc of a tree lies on a way from the root to a node with a prize; the tree costs at least the
    bound plus the reduced costs along that way.
    """
    start_root = np.full(network.n_nodes, np.inf)
    start_root[network.root] = 0.0
    start_prize = np.where(network.prize > 0, 0.0, np.inf)
    from_root = distances(network, reduced_cost, start_root, open_arc, False)
    to_prize = distances(network, reduced_cost, start_prize, open_arc, True)
    tail = network.head.reshape(-1, 2)[:, ::-1].ravel()
    way = bound + from_root[tail] + reduced_cost + to_prize[network.head]
    kept: BoolArray = open_arc & (way < goal) & (network.head != network.root)
    return kept


@compiled
def _replaceable(network: Network, order: IntArray, effort: int) -> BoolArray:
    """Test edges in the given order by a bounded search for a detour; returns the edges that stay."""
    pointer, out_arc, head, arc_cost = network.pointer, network.out_arc, network.head, network.arc_cost
    prize, root = network.prize, network.root
    n, m = len(prize), len(head) // 2
    alive = np.ones(m, np.bool_)
    stretch = np.full(n, np.inf)
    passed = np.full(n, -1, np.int64)  # each node is passed once, so that no prize counts twice on a walk
    touched = np.empty(n, np.int64)
    keys, items = np.empty(len(head) + 1, np.float64), np.empty(len(head) + 1, np.int64)
    for e in order:
        limit = arc_cost[2 * e]
        u, v = head[2 * e + 1], head[2 * e]
        if pointer[u + 1] - pointer[u] > pointer[v + 1] - pointer[v]:
            u, v = v, u
        stretch[u] = 0.0
        touched[0] = u
        n_touched = 1
        size = push(keys, items, 0, 0.0, u)
        settled = 0
        while size > 0 and settled < effort:
            s, x = keys[0], items[0]
            size = pop(keys, items, size)
            if passed[x] == e:
                continue
            passed[x] = e
            if x == v:
                alive[e] = False
                break
            settled += 1
            if x == root:
                s = 0.0
            elif x != u:
                s = max(0.0, s - prize[x])
            for k in range(pointer[x], pointer[x + 1]):
                a = out_arc[k]
                y = head[a]
                longer = s + arc_cost[a]
                if a >> 1 == e or not alive[a >> 1] or longer > limit or longer >= stretch[y] or passed[y] == e:
                    continue
                if stretch[y] == np.inf:
                    touched[n_touched] = y
                    n_touched += 1
                stretch[y] = longer
                size = push(keys, items, size, longer, y)
        for i in range(n_touched):
            stretch[touched[i]] = np.inf
    return alive


@compiled
def _without_dead_ends(network: Network, alive: BoolArray) -> BoolArray:
    """Take away ends whose prize does not pay their only edge, again and again."""
    pointer, out_arc, head, arc_cost = network.pointer, network.out_arc, network.head, network.arc_cost
    prize, root = network.prize, network.root
    n = len(prize)
    degree = np.zeros(n, np.int64)
    for e in range(len(alive)):
        if alive[e]:
            degree[head[2 * e]] += 1
            degree[head[2 * e + 1]] += 1
    for start in range(n):
        v = start
        while degree[v] == 1 and v != root:
            last = -1
            for k in range(pointer[v], pointer[v + 1]):
                if alive[out_arc[k] >> 1]:
                    last = out_arc[k]
            if prize[v] > arc_cost[last]:
                break
            alive[last >> 1] = False
            degree[v] -= 1
            v = head[last]
            degree[v] -= 1
    return alive
