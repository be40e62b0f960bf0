"""How is the last gap closed? The cut relaxation, trees from it, and branching; and the best tree within the trees
known."""

import math

import numpy as np

from infragap.analyses.arrays import FloatArray
from infragap.analyses.solvers.prize_collecting.cuts import entering_arcs, separate
from infragap.analyses.solvers.prize_collecting.dual_ascent import DualAscent
from infragap.analyses.solvers.prize_collecting.graph import Network, subnetwork
from infragap.analyses.solvers.prize_collecting.reductions import arcs_within_bound, reduce_by_distance
from infragap.analyses.solvers.prize_collecting.relaxation import CutRelaxation, Relaxed
from infragap.analyses.solvers.prize_collecting.search import Remainder, Search, ascend, cut_down, on_base
from infragap.analyses.solvers.prize_collecting.tree import best_tree_on, tree_through

_PATIENCE = 60  # rounds past the gap asked for where they cost little: mostly enough for the optimum
_ROUNDS_OF_WHOLE = 7  # past the gap of the whole: the first ascents, and one after their trees were combined
_SMALL_FOR_ASCENTS = 30_000  # arcs: some 10 ms a round
_COMBINATIONS = 4  # times that the trees found are combined before the relaxation, while that helps
_CUTS_A_ROUND = 600
_ROUNDS_A_COMBINATION = 4  # programmes solved between two combinations
_SMALL_FOR_CUTS = 6_000  # arcs left: some 50 ms a round
ROUND_WORK = 6e-6  # units of work per arc: two trees along a fractional one, and the cuts that it violates


def prove(search: Search) -> None:
    """Close the gap: distance tests, dual ascents, the best tree within the trees found, cuts and branching."""
    network = search.base
    search.raise_bound(0.0)
    rest = _reduced(network)
    search.patience = _PATIENCE if network.n_arcs <= _SMALL_FOR_ASCENTS else _ROUNDS_OF_WHOLE * (search.beside > 0)
    rest, ascent = ascend(search, rest, rounds=6)
    for seed in range(1, 1 + _COMBINATIONS):
        if search.must_end:
            break
        before = search.tree.cost
        combine_trees(search)
        rest, ascent = ascend(search, rest, rounds=3, seed=seed)
        if not search.tree.cost < before:
            break
    if rest.open_arc.sum() > _SMALL_FOR_CUTS:
        search.patience = 0
    if not search.must_end:
        close_by_cuts(search, rest, ascent)


def _reduced(network: Network) -> Remainder:
    reduced = reduce_by_distance(network)
    keep = np.zeros(network.n_arcs // 2, np.bool_)
    keep[reduced.edge_of] = True
    whole = Remainder(network, np.ones(network.n_arcs, np.bool_), 0.0)
    return cut_down(network, whole, np.repeat(keep, 2), network.prize)


def combine_trees(search: Search) -> None:
    """Look for the best tree that uses only edges of the trees known: a small problem, nearly solved by the same
    means."""
    part = subnetwork(search.base, search.pool, prize=search.base.prize)
    alone = part._replace(node_of=np.arange(part.n_nodes), edge_of=np.arange(part.n_arcs // 2))
    inner = Search(alone, 0.0, search.meter, best_tree_on(alone, search.tree.nodes[part.node_of]), rounds_left=15)
    rest, ascent = ascend(inner, _reduced(alone), rounds=4, seed=2)
    if not inner.must_end and rest.open_arc.sum() <= _SMALL_FOR_CUTS:
        close_by_cuts(inner, rest, ascent)
    nodes = np.zeros(search.base.n_nodes, np.bool_)
    nodes[part.node_of[inner.tree.nodes]] = True
    search.offer(nodes)


def close_by_cuts(search: Search, rest: Remainder, ascent: DualAscent) -> None:
    """Solve the cut relaxation, and branch on nodes where it stays fractional, until the gap is closed."""
    network = rest.network
    relaxation = CutRelaxation(network, rest.open_arc)
    pointer, arcs = entering_arcs(network, rest.open_arc, ascent.cut_pointer, ascent.cut_node)
    relaxation.add_cuts(pointer, arcs, ascent.cut_sink)
    n = network.n_nodes
    waiting: list[tuple[float, int, FloatArray, FloatArray]] = [(-np.inf, 0, np.zeros(n), np.ones(n))]
    number, settled = 0, np.inf
    while waiting and not search.must_end and search.rounds_left > 0:
        waiting.sort(key=lambda item: (-item[0], item[1]))
        inherited, _, lower, upper = waiting.pop()
        others = min([settled, *(item[0] for item in waiting)])
        relaxation.set_node_bounds(lower, upper)
        bound, relaxed = _solve_node(search, rest, relaxation, at_root=number == 0, others=others, lower=lower)
        bound = max(bound, inherited)
        if relaxed is None:  # interrupted: the node stays open
            waiting.append((bound, number, lower, upper))
        elif bound < search.goal:
            fraction = np.minimum(relaxed.node_value, 1.0 - relaxed.node_value)
            v = int(np.argmax(fraction))
            if fraction[v] < 1e-6:  # a tree: it has been offered, and nothing is left to decide
                settled = min(settled, bound)
                continue
            for side in (0.0, 1.0):
                number += 1
                below, above = lower.copy(), upper.copy()
                below[v] = above[v] = side
                waiting.append((bound, number, below, above))
        search.raise_bound(min([settled, *(item[0] for item in waiting)]))


def _solve_node(
    search: Search, rest: Remainder, relaxation: CutRelaxation, *, at_root: bool, others: float, lower: FloatArray
) -> tuple[float, Relaxed | None]:
    """Add cuts until none is violated; returns the bound and the last solution, None when interrupted."""
    network = rest.network
    bound, rounds = -np.inf, 0
    while True:
        search.rounds_left -= 1
        relaxed = relaxation.solve(search.meter)
        if not relaxed.feasible:
            return np.inf, relaxed
        bound = max(bound, rest.offset + relaxed.bound)
        if at_root or bound < others:
            search.raise_bound(min(bound, others))
        if not relaxed.solved:
            return bound, None
        _round(search, rest, relaxed)
        if bound >= search.goal:
            return bound, relaxed
        if search.must_end or search.rounds_left <= 0:
            return bound, None
        if at_root:
            rounds += 1
            if rounds % _ROUNDS_A_COMBINATION == 0 and math.isinf(search.rounds_left):
                combine_trees(search)
            _close_by_prices(search, rest, relaxation, relaxed)
        demand = np.where((network.prize > 0) | (lower > 0), relaxed.node_value, 0.0)
        demand[network.root] = 0.0
        fractional = np.minimum(relaxed.node_value, 1.0 - relaxed.node_value).max() > 1e-6
        found = 0
        for wanted, violation in ((demand, 0.05), (demand, 1e-4), (relaxed.node_value, 1e-6)):
            if wanted is relaxed.node_value and fractional:
                continue
            order = np.argsort(-wanted, kind="stable")
            order = order[(wanted[order] > 1e-6) & (order != network.root)]
            cuts = separate(network, relaxation.open_arc, relaxed.arc_value, wanted, order, violation, _CUTS_A_ROUND)
            found = len(cuts[2])
            if found:
                relaxation.add_cuts(*cuts)
                break
        if not found:
            return bound, relaxed


def _round(search: Search, rest: Remainder, relaxed: Relaxed) -> None:
    """Offer trees along what the relaxation takes."""
    network = rest.network
    search.meter.spend(ROUND_WORK * network.n_arcs)
    taken = np.maximum(relaxed.arc_value[0::2], relaxed.arc_value[1::2])
    weight = network.arc_cost * np.repeat(1.0 - 0.999 * taken, 2)
    offers = []
    for share in (0.5, 0.05):
        wanted = (network.prize > 0) & (relaxed.node_value > share)
        offers.append(on_base(search, rest, tree_through(network, weight, wanted).nodes))
    search.offer(*offers)


def _close_by_prices(search: Search, rest: Remainder, relaxation: CutRelaxation, relaxed: Relaxed) -> None:
    """Forbid the arcs that no cheaper tree can use by the prices of the relaxation."""
    bound = rest.offset + relaxed.bound
    price = np.maximum(relaxed.arc_reduced_cost, 0.0)
    useful = arcs_within_bound(rest.network, relaxation.open_arc, bound=bound, reduced_cost=price, goal=search.goal)
    closing = relaxation.open_arc & ~useful
    if closing.any():
        relaxation.close_arcs(closing)
