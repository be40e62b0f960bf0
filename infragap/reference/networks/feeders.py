"""Trees of medium-voltage lines: which station serves what, one tree per station, cut into its feeders. Pure arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import csgraph

Matrix = sparse.csr_matrix

FIRST_STEP_M = 1000.0
OWN_NODE_SHARE = 0.95


def node_distances(graph: Matrix, nodes: NDArray[np.int64]) -> NDArray[np.float64]:
    """Distance of every node to each of some nodes along the network, (nodes given, all nodes)."""
    return np.asarray(csgraph.dijkstra(graph, directed=False, indices=nodes))


def territories(
    distance: NDArray[np.float64],
    stations: NDArray[np.int64],
    demand_km: NDArray[np.float64],
    target_km: NDArray[np.float64],
    *,
    rounds: int = 1500,
) -> NDArray[np.int64]:
    """Give each node to a station so that the stations' shares of line come near to their published lengths.

    Parameters
    ----------
    distance
        (stations, nodes) [m].
    stations
        (stations,) their nodes.
    demand_km
        (nodes,) length of line that each node brings along.
    target_km
        (stations,) published lengths; scaled to the sum of `demand_km`.
    rounds
        Steps of the adjustment.

    Returns
    -------
    ndarray
        (nodes,) number of the station.

    Notes
    -----
    A node goes to argmin(distance + offset). With offsets added (not multiplied) the territory of a station is
    connected along shortest paths. The offset of a station with too much line rises, of one with too little falls;
    every station keeps its own node.
    """
    target = target_km * demand_km.sum() / target_km.sum()
    bringing = demand_km > 0
    way, brought = distance[:, bringing], demand_km[bringing]
    between = np.where(np.eye(len(stations), dtype=bool), np.inf, OWN_NODE_SHARE * distance[:, stations])
    offset = np.zeros(len(stations))
    best, least_error = offset, np.inf
    for turn in range(rounds):
        got = np.bincount(np.argmin(way + offset[:, None], axis=0), brought, len(stations))
        error = float(np.abs(got - target).sum())
        if error < least_error:
            best, least_error = offset.copy(), error
        offset += FIRST_STEP_M / (1 + turn / 1000) * np.clip((got - target) / (got + target + 20.0), -1.0, 1.0)
        for _ in range(len(stations)):
            # a station whose offset exceeds its neighbour's plus the way between would lose its own node
            offset = np.minimum(offset, (offset[:, None] + between).min(axis=0))
    return np.asarray(np.argmin(distance + best[:, None], axis=0))


def steiner_tree(graph: Matrix, root: int, terminals: NDArray[np.int64]) -> NDArray[np.int64]:
    """Short tree that joins terminals to a root.

    Parameters
    ----------
    graph
        (n, n) symmetric lengths; the terminals' component holds the root.
    root, terminals
        Nodes.

    Returns
    -------
    ndarray
        (n,) parent of each node in the tree, -1 for the root, -2 outside the tree.

    Notes
    -----
    Minimum spanning tree of the terminals' metric closure by one multi-source search, expanded and pruned; at most
    twice the optimum [1]_.

    References
    ----------
    .. [1] K. Mehlhorn (1988): A faster approximation algorithm for the Steiner problem in graphs. Information
    Processing Letters 27.
    """
    ends = np.unique(np.append(terminals, root))
    distance, predecessor, nearest = csgraph.dijkstra(
        graph, directed=False, indices=ends, min_only=True, return_predecessors=True
    )
    upper = sparse.coo_matrix(sparse.triu(graph))
    u, v = upper.row, upper.col
    crossing = (nearest[u] != nearest[v]) & np.isfinite(distance[u]) & np.isfinite(distance[v])
    u, v, length = (
        u[crossing],
        v[crossing],
        upper.data[crossing] + distance[upper.row[crossing]] + distance[upper.col[crossing]],
    )
    # the shortest bridge of each pair of terminals; a sparse matrix would sum doubles
    order = np.lexsort((v, u, length))
    low, high = np.minimum(nearest[u], nearest[v])[order], np.maximum(nearest[u], nearest[v])[order]
    _, first = np.unique(low.astype(np.int64) * graph.shape[0] + high, return_index=True)
    closure = sparse.csr_matrix((length[order][first], (low[first], high[first])), shape=graph.shape)
    chosen = sparse.coo_matrix(csgraph.minimum_spanning_tree(closure))
    bridge = {(int(a), int(b)): int(i) for a, b, i in zip(low[first], high[first], order[first], strict=True)}
    edges: set[tuple[int, int]] = set()
    for a, b in zip(chosen.row.tolist(), chosen.col.tolist(), strict=True):
        place = bridge[(a, b)]
        edges.add((int(u[place]), int(v[place])))
        for node in (int(u[place]), int(v[place])):
            while predecessor[node] >= 0:
                edges.add((int(predecessor[node]), node))
                node = int(predecessor[node])
    rows, cols = np.array(sorted(edges), dtype=np.int64).reshape(-1, 2).T
    part = sparse.csr_matrix((np.asarray(graph[rows, cols]).ravel(), (rows, cols)), shape=graph.shape)
    tree = csgraph.minimum_spanning_tree(part.maximum(part.T))
    reached, parent = csgraph.breadth_first_order(tree, root, directed=False)
    result = np.full(graph.shape[0], -2, dtype=np.int64)
    result[reached] = np.maximum(parent[reached], -1)
    result[root] = -1
    return result


def trimmed(
    parent: NDArray[np.int64],
    length_m: NDArray[np.float64],
    service_m: NDArray[np.float64],
    fixed: NDArray[np.bool_],
    *,
    reach_m: float,
) -> NDArray[np.int64]:
    """Cut branches back to where low voltage still reaches.

    Parameters
    ----------
    parent
        (n,) tree as in `steiner_tree`.
    length_m
        (n,) length of the edge to the parent [m].
    service_m
        (n,) low-voltage line that the places at a node need from there [m], -inf where there is none.
    fixed
        (n,) places that the line itself must reach.
    reach_m
        Longest low-voltage line from the end of the tree to a place [m].

    Returns
    -------
    ndarray
        (n,) parents of the smaller tree; -2 where nothing is left.
    """
    result = parent.copy()
    need = service_m.copy()
    children = np.bincount(result[result >= 0], minlength=len(result))
    stack = np.flatnonzero((result >= 0) & (children == 0)).tolist()
    while stack:
        leaf = stack.pop()
        if fixed[leaf] or need[leaf] + length_m[leaf] > reach_m:
            continue
        above = int(result[leaf])
        need[above] = max(need[above], need[leaf] + length_m[leaf])
        result[leaf] = -2
        children[above] -= 1
        if children[above] == 0 and result[above] >= 0:
            stack.append(above)
    return result


@dataclass(frozen=True)
class Share:
    """Nodes of one feeder besides the root: with their edges to the parents they make a tree that hangs on the root."""

    nodes: NDArray[np.int64]
    length_m: float


def split(
    parent: NDArray[np.int64], length_m: NDArray[np.float64], root: int, quota_m: NDArray[np.float64]
) -> list[Share]:
    """Cut a station's tree into feeders of about the published proportions.

    Parameters
    ----------
    parent, length_m, root
        The tree.
    quota_m
        (k,) wanted lengths, in the order in which the feeders take the tree; only their proportions matter.

    Returns
    -------
    list of Share
        k feeders, each with the way from the root to its part (drawn again: parallel circuits), together the whole
        tree.

    Notes
    -----
    The tree is walked depth first, small branches first; the feeders take consecutive stretches of the walk. The scale
    of the quotas is found by bisection so that the last feeder is filled like the others.
    """
    walk, way_m = _walk(parent, length_m, root)
    if len(quota_m) == 1:
        return [Share(walk, float(length_m[walk].sum()))]
    low, high = 0.0, 2 * (length_m[walk].sum() + len(quota_m) * way_m.max(initial=0.0)) / quota_m.sum()
    for _ in range(40):
        scale = (low + high) / 2
        _, over = _filled(walk, parent, length_m, quota_m * scale)
        low, high = (scale, high) if over else (low, scale)
    # the filling jumps with whole edges: of the two sides of the jump the more even one
    both = [
        _shares(walk, _filled(walk, parent, length_m, quota_m * scale)[0], parent, length_m, root)
        for scale in (low, high)
    ]
    return min(both, key=lambda shares: float(np.ptp(np.array([share.length_m for share in shares]) / quota_m)))


def _shares(
    walk: NDArray[np.int64],
    cuts: NDArray[np.int64],
    parent: NDArray[np.int64],
    length_m: NDArray[np.float64],
    root: int,
) -> list[Share]:
    """Stretches of the walk, each with the way from the root to it."""
    shares = []
    for part in np.split(walk, cuts):
        own = set(part.tolist())
        for node in part.tolist():
            above = int(parent[node])
            while above != root and above not in own:
                own.add(above)
                above = int(parent[above])
        nodes = np.array(sorted(own), dtype=np.int64)
        shares.append(Share(nodes, float(length_m[nodes].sum())))
    return shares


def _walk(
    parent: NDArray[np.int64], length_m: NDArray[np.float64], root: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Nodes depth first without the root, smaller branches first, and the way from the root to each node of the graph
    [m]."""
    inside = np.flatnonzero(parent >= 0)
    children: dict[int, list[int]] = {}
    for node in inside.tolist():
        children.setdefault(int(parent[node]), []).append(node)
    order, stack = [], [root]
    while stack:
        node = stack.pop()
        order.append(node)
        stack.extend(children.get(node, []))
    below_m, way_m = np.zeros(len(parent)), np.zeros(len(parent))
    for node in order[:0:-1]:
        below_m[parent[node]] += below_m[node] + length_m[node]
    for node in order[1:]:
        way_m[node] = way_m[parent[node]] + length_m[node]
    walk, stack = [], [root]
    while stack:
        node = stack.pop()
        walk.append(node)
        stack.extend(sorted(children.get(node, []), key=lambda n: (-(below_m[n] + length_m[n]), n)))
    return np.array(walk[1:], dtype=np.int64), way_m


def _filled(
    walk: NDArray[np.int64], parent: NDArray[np.int64], length_m: NDArray[np.float64], quota_m: NDArray[np.float64]
) -> tuple[NDArray[np.int64], bool]:
    """Cuts (k - 1,) of the walk when feeders are filled to their quotas in order, and whether the last one gets more
    than its own.

    A feeder pays the way from the root to the parent of its first node, and again for each jump of the walk back to a
    branch that it does not hold yet.
    """
    cuts: list[int] = []
    held: set[int] = set()
    filled_m = 0.0
    for place, node in enumerate(walk.tolist()):
        if len(cuts) < len(quota_m) - 1 and filled_m >= quota_m[len(cuts)]:
            cuts.append(place)
            held, filled_m = set(), 0.0
        above = int(parent[node])
        while parent[above] >= 0 and above not in held:
            held.add(above)
            filled_m += float(length_m[above])
            above = int(parent[above])
        held.add(node)
        filled_m += float(length_m[node])
    over = len(cuts) == len(quota_m) - 1 and filled_m > quota_m[-1]
    cuts += [len(walk)] * (len(quota_m) - 1 - len(cuts))
    return np.array(cuts, dtype=np.int64), over


def first_way(
    parent: NDArray[np.int64], length_m: NDArray[np.float64], root: int, wanted_m: float
) -> NDArray[np.int64]:
    """Nodes of the first way out of the station, as long as wanted or as far as it goes: what a feeder without an area
    of its own has."""
    walk, _ = _walk(parent, length_m, root)
    nodes: list[int] = []
    here, gone_m = root, 0.0
    for node in walk.tolist():
        if parent[node] != here or gone_m >= wanted_m:
            break
        nodes.append(node)
        gone_m += float(length_m[node])
        here = node
    return np.array(nodes, dtype=np.int64)


def chains(
    nodes: NDArray[np.int64], parent: NDArray[np.int64], length_m: NDArray[np.float64], root: int
) -> list[tuple[NDArray[np.int64], float]]:
    """Cut a feeder at its junctions.

    Parameters
    ----------
    nodes
        Nodes of the feeder besides the root.
    parent, length_m, root
        The station's tree.

    Returns
    -------
    list of (chain, share)
        Nodes of each piece from the station's side outwards, and the share of the feeder's line that lies in it or
        behind it.
    """
    inside = set(nodes.tolist())
    children: dict[int, list[int]] = {}
    for node in nodes.tolist():
        children.setdefault(int(parent[node]), []).append(node)
    order, stack = [], [root]
    while stack:
        node = stack.pop()
        order.append(node)
        stack.extend(children.get(node, []))
    behind_m = dict.fromkeys([*inside, root], 0.0)
    for node in order[:0:-1]:
        behind_m[int(parent[node])] += behind_m[node] + float(length_m[node])
    total_m = max(behind_m[root], 1e-9)
    found = []
    for start in order:
        if start != root and len(children.get(start, [])) == 1:
            continue
        for first in children.get(start, []):
            chain = [start, first]
            while len(children.get(chain[-1], [])) == 1:
                chain.append(children[chain[-1]][0])
            found.append((np.array(chain, dtype=np.int64), (behind_m[first] + float(length_m[first])) / total_m))
    return found
