"""Which directed cuts does a fractional tree violate? Maximum flows from the root to the nodes it takes in."""

import numpy as np

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray
from infragap.analyses.solvers.prize_collecting.graph import Network
from infragap.compiled import compiled


@compiled
def separate(
    network: Network,
    open_arc: BoolArray,
    flow_capacity: FloatArray,
    demand: FloatArray,
    order: IntArray,
    violation: float,
    max_cuts: int,
) -> tuple[IntArray, IntArray, IntArray]:
    """Find node sets that a node's demand enters by less than the demand.

    Parameters
    ----------
    network
        The graph.
    open_arc
        Arcs that may be used.
    flow_capacity
        How much of each arc the fractional tree takes.
    demand
        How much of each node it takes.
    order
        Nodes to look at, the most promising first.
    violation
        Smallest violation worth a cut.
    max_cuts
        Stop after so many.

    Returns
    -------
    tuple
        ``cut_pointer``, ``cut_arc`` (arcs that enter set k: ``cut_arc[cut_pointer[k]:cut_pointer[k + 1]]``),
        ``cut_node`` (the node of the set with the largest demand).

    Notes
    -----
    Nested cuts (Koch & Martin 1998): arcs of a cut found count as full from then on, so that the next ones differ.
    Back cuts: of the two minimum cuts, next to the node and next to the root, both are taken.
    Flows are augmented along shortest ways, found backwards from the node: a flow is at most 1 and mostly one way.
    """
    pointer, out_arc, head, root = network.pointer, network.out_arc, network.head, network.root
    n = len(demand)
    room = flow_capacity.copy()
    changed = np.empty(len(head), np.int64)
    is_changed = np.zeros(len(head), np.bool_)
    mark = np.full(n, -1, np.int64)
    onward = np.empty(n, np.int64)
    queue = np.empty(n, np.int64)
    visit = -1
    cut_pointer = np.zeros(max_cuts + 3, np.int64)
    cut_node = np.empty(max_cuts + 2, np.int64)
    cut_arc = np.empty(1024, np.int64)
    n_cuts, flat = 0, 0
    for t in order:
        if n_cuts >= max_cuts:
            break
        flow = 0.0
        n_changed = 0
        while flow < demand[t] - violation and n_cuts < max_cuts:
            visit += 1
            mark[t] = visit
            queue[0] = t
            first, last = 0, 1
            while first < last and mark[root] != visit:
                v = queue[first]
                first += 1
                for k in range(pointer[v], pointer[v + 1]):
                    a = out_arc[k] ^ 1
                    u = head[out_arc[k]]
                    if mark[u] != visit and room[a] > 1e-9:
                        mark[u] = visit
                        onward[u] = a
                        queue[last] = u
                        last += 1
            if mark[root] == visit:
                amount = demand[t] - flow
                v = root
                while v != t:
                    amount = min(amount, room[onward[v]])
                    v = head[onward[v]]
                v = root
                while v != t:
                    a = onward[v]
                    room[a] -= amount
                    room[a ^ 1] += amount
                    if not is_changed[a >> 1]:
                        is_changed[a >> 1] = True
                        changed[n_changed] = a >> 1
                        n_changed += 1
                    v = head[a]
                flow += amount
                continue
            # no way left: the nodes marked are the smallest set around t that too little enters
            best = t
            for i in range(last):
                if demand[queue[i]] > demand[best]:
                    best = queue[i]
            start = flat
            for i in range(last):
                v = queue[i]
                for k in range(pointer[v], pointer[v + 1]):
                    a = out_arc[k] ^ 1
                    if open_arc[a] and mark[head[a ^ 1]] != visit:
                        if flat >= len(cut_arc):
                            cut_arc = np.append(cut_arc, np.empty(len(cut_arc), np.int64))
                        cut_arc[flat] = a
                        flat += 1
            cut_node[n_cuts] = best
            n_cuts += 1
            cut_pointer[n_cuts] = flat
            end = flat
            if end == start:
                break
            # the set next to the root: all that it does not reach any more
            visit += 1
            mark[root] = visit
            queue[0] = root
            first, last = 0, 1
            while first < last:
                v = queue[first]
                first += 1
                for k in range(pointer[v], pointer[v + 1]):
                    a = out_arc[k]
                    if mark[head[a]] != visit and room[a] > 1e-9:
                        mark[head[a]] = visit
                        queue[last] = head[a]
                        last += 1
            best = t
            for v in range(n):
                if mark[v] != visit and demand[v] > demand[best]:
                    best = v
            for i in range(last):
                v = queue[i]
                for k in range(pointer[v], pointer[v + 1]):
                    a = out_arc[k]
                    if open_arc[a] and mark[head[a]] != visit:
                        if flat >= len(cut_arc):
                            cut_arc = np.append(cut_arc, np.empty(len(cut_arc), np.int64))
                        cut_arc[flat] = a
                        flat += 1
            same = flat - end == end - start and np.array_equal(np.sort(cut_arc[start:end]), np.sort(cut_arc[end:flat]))
            if same or n_cuts >= max_cuts:
                flat = end
            else:
                cut_node[n_cuts] = best
                n_cuts += 1
                cut_pointer[n_cuts] = flat
            for i in range(start, flat):
                a = cut_arc[i]
                room[a] += 1.0
                if not is_changed[a >> 1]:
                    is_changed[a >> 1] = True
                    changed[n_changed] = a >> 1
                    n_changed += 1
        for i in range(n_changed):
            e = changed[i]
            is_changed[e] = False
            room[2 * e], room[2 * e + 1] = flow_capacity[2 * e], flow_capacity[2 * e + 1]
    return cut_pointer[: n_cuts + 1], cut_arc[:flat], cut_node[:n_cuts]


@compiled
def entering_arcs(
    network: Network, open_arc: BoolArray, set_pointer: IntArray, set_node: IntArray
) -> tuple[IntArray, IntArray]:
    """Open arcs that enter each node set, one after the other: pointer per set, arcs."""
    pointer, out_arc, head = network.pointer, network.out_arc, network.head
    mark = np.full(len(pointer) - 1, -1, np.int64)
    cut_pointer = np.zeros(len(set_pointer), np.int64)
    cut_arc = np.empty(1024, np.int64)
    flat = 0
    for s in range(len(set_pointer) - 1):
        for i in range(set_pointer[s], set_pointer[s + 1]):
            mark[set_node[i]] = s
        for i in range(set_pointer[s], set_pointer[s + 1]):
            v = set_node[i]
            for k in range(pointer[v], pointer[v + 1]):
                a = out_arc[k] ^ 1
                if open_arc[a] and mark[head[a ^ 1]] != s:
                    if flat >= len(cut_arc):
                        cut_arc = np.append(cut_arc, np.empty(len(cut_arc), np.int64))
                    cut_arc[flat] = a
                    flat += 1
        cut_pointer[s + 1] = flat
    return cut_pointer, cut_arc[:flat]
