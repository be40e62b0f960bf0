"""How far are the best tree and the proven bound apart, and how is the gap closed? The steps of the exact search."""

import time
from dataclasses import dataclass, field, replace

import numpy as np

from analyses.solvers.steiner_cuts import entering_arcs, separate
from analyses.solvers.steiner_dual_ascent import DualAscent, dual_ascent
from analyses.solvers.steiner_graph import Bools, Floats, Network, reachable, subnetwork
from analyses.solvers.steiner_local_search import improve
from analyses.solvers.steiner_reductions import arcs_within_bound
from analyses.solvers.steiner_relaxation import CutRelaxation, Relaxed
from analyses.solvers.steiner_tree import Tree, best_tree_on, tree_through

PROOF_TOLERANCE = 1e-9
"""Relative: trees that are cheaper by less than this are not told apart."""


@dataclass
class Search:
    """What is known so far: the best tree of the whole network and the bound on all trees.

    Attributes
    ----------
    base
        The whole network.
    gap
        Relative gap at which the search may stop.
    deadline
        Monotonic time at which it must.
    patience
        Rounds that are still worth running once the gap is reached, in the hope of the optimum: a count, not a time, so
        that the same input gives the same result.
    """

    base: Network
    gap: float
    deadline: float
    tree: Tree
    bound: float = -np.inf
    patience: int = 0
    seen: set[bytes] = field(default_factory=set)

    @property
    def goal(self) -> float:
        """Trees from this cost on are of no interest: they are not cheaper than the best one by the tolerance."""
        return self.tree.cost - PROOF_TOLERANCE * max(1e-9, abs(self.tree.cost))

    @property
    def proven(self) -> float:
        """The bound on all trees: what was left out on the way costs at least the goal."""
        return min(self.bound, self.goal)

    @property
    def closed(self) -> bool:
        """Whether nothing is left to do: the optimum is proven, or the gap is small enough and patience used up."""
        return self.bound >= self.goal or (self.within_gap and self.patience <= 0)

    @property
    def within_gap(self) -> bool:
        """Whether the gap is as small as asked for."""
        return self.tree.cost - self.bound <= self.gap * abs(self.tree.cost)

    @property
    def seconds_left(self) -> float:
        """Seconds until the deadline."""
        return self.deadline - time.monotonic()

    def raise_bound(self, bound: float) -> None:
        """Note a bound that holds for all trees cheaper than the goal, found by one round of work."""
        self.bound = max(self.bound, bound)
        self.patience -= self.within_gap

    def offer(self, nodes: Bools) -> None:
        """Try the best tree on these nodes of the base network, improved by local search."""
        tree = best_tree_on(self.base, nodes)
        key = np.packbits(tree.nodes).tobytes()
        if key in self.seen:
            return
        self.seen.add(key)
        tree = improve(self.base, tree)
        if tree.cost < self.tree.cost:
            self.tree = tree


@dataclass(frozen=True)
class Remainder:
    """What of the network can still hold a tree cheaper than the best one.

    Attributes
    ----------
    network
        Its nodes and edges, prizes infinite where a cheaper tree must hold the node.
    open_arc
        Directions in which edges can be used.
    offset
        Prizes of the nodes that were left out.
    """

    network: Network
    open_arc: Bools
    offset: float


def cut_down(base: Network, rest: Remainder, open_arc: Bools, prize: Floats) -> Remainder:
    """Leave out closed arcs and what they alone joined to the root."""
    network = rest.network
    keep_edge = open_arc[0::2] | open_arc[1::2]
    smaller = subnetwork(network, keep_edge, prize=prize)
    position = np.searchsorted(network.edge_of, smaller.edge_of)
    arcs = np.stack([2 * position, 2 * position + 1], axis=1).ravel()
    gone = np.setdiff1d(network.node_of, smaller.node_of)
    return Remainder(smaller, open_arc[arcs], rest.offset + float(base.prize[gone].sum()))


def tree_from_ascent(search: Search, rest: Remainder, ascent: DualAscent) -> None:
    """Offer the trees that the arcs without reduced cost suggest."""
    network = rest.network
    free = rest.open_arc & (ascent.reduced_cost <= 0.0)
    reached = reachable(network.pointer, network.out_arc, network.head, free, network.root)
    _offer(search, rest, reached)
    wanted = (network.prize > 0) & (ascent.slack > 0)
    weight = np.where(rest.open_arc, ascent.reduced_cost, network.arc_cost)
    _offer(
        search,
        rest,
        tree_through(network, weight + 1e-3 * network.arc_cost, wanted | reached & (network.prize > 0)).nodes,
    )


def _offer(search: Search, rest: Remainder, nodes: Bools) -> None:
    on_base = np.zeros(search.base.n_nodes, np.bool_)
    on_base[rest.network.node_of[nodes]] = True
    search.offer(on_base)


def ascend(search: Search, rest: Remainder, *, rounds: int) -> tuple[Remainder, DualAscent]:
    """Dual ascent in several orders, each followed by trees and by leaving out what the bound rules out."""
    random = np.random.default_rng(12345)
    best: DualAscent | None = None
    for number in range(rounds):
        network = rest.network
        favour = np.ones(network.n_nodes) if number == 0 else random.uniform(0.5, 2.0, network.n_nodes)
        ascent = dual_ascent(
            network,
            reduced_cost=network.arc_cost,
            slack=network.prize,
            open_arc=rest.open_arc,
            favour=favour,
            keep_cuts=True,
        )
        search.raise_bound(rest.offset + ascent.bound)
        if not np.isfinite(ascent.bound):
            return rest, ascent
        tree_from_ascent(search, rest, ascent)
        if best is None or ascent.bound > best.bound:
            best = ascent
        if search.closed or search.seconds_left < 0:
            break
        rest, changed = _leave_out(search, rest, ascent)
        if changed:
            best = None
    if best is None:
        network = rest.network
        best = dual_ascent(
            network,
            reduced_cost=network.arc_cost,
            slack=network.prize,
            open_arc=rest.open_arc,
            favour=np.ones(network.n_nodes),
            keep_cuts=True,
        )
        search.raise_bound(rest.offset + best.bound)
    return rest, best


def _leave_out(search: Search, rest: Remainder, ascent: DualAscent) -> tuple[Remainder, bool]:
    network = rest.network
    bound = rest.offset + ascent.bound
    open_arc = arcs_within_bound(
        network, rest.open_arc, bound=bound, reduced_cost=ascent.reduced_cost, goal=search.goal
    )
    needed = np.isfinite(network.prize) & (bound + ascent.slack >= search.goal)
    prize = np.where(needed, np.inf, network.prize)
    if open_arc.sum() > 0.95 * rest.open_arc.sum():
        return replace(rest, open_arc=open_arc, network=replace(network, prize=prize)), False
    return cut_down(search.base, rest, open_arc, prize), True


def close_by_cuts(search: Search, rest: Remainder, ascent: DualAscent) -> None:
    """Solve the cut relaxation, and branch on nodes where it stays fractional, until the gap is closed."""
    network = rest.network
    relaxation = CutRelaxation(network, rest.open_arc)
    graph = (network.pointer, network.out_arc, network.head)
    pointer, arcs = entering_arcs(*graph, rest.open_arc, ascent.cut_pointer, ascent.cut_node)
    relaxation.add_cuts(pointer, arcs, ascent.cut_sink)
    n = network.n_nodes
    waiting: list[tuple[float, int, Floats, Floats]] = [(-np.inf, 0, np.zeros(n), np.ones(n))]
    number, settled = 0, np.inf
    while waiting and not search.closed and search.seconds_left > 0:
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
    search: Search, rest: Remainder, relaxation: CutRelaxation, *, at_root: bool, others: float, lower: Floats
) -> tuple[float, Relaxed | None]:
    """Add cuts until none is violated; returns the bound and the last solution, None when interrupted."""
    network = rest.network
    graph = (network.pointer, network.out_arc, network.head)
    bound = -np.inf
    while True:
        relaxed = relaxation.solve(time_limit_s=search.seconds_left)
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
        if search.closed or search.seconds_left < 0:
            return bound, None
        if at_root:
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
            cuts = separate(*graph, network.root, relaxation.open_arc, relaxed.arc_value, wanted, order, violation, 500)
            found = len(cuts[2])
            if found:
                relaxation.add_cuts(*cuts)
                break
        if not found:
            return bound, relaxed


def _round(search: Search, rest: Remainder, relaxed: Relaxed) -> None:
    """Offer trees along what the relaxation takes."""
    network = rest.network
    taken = np.maximum(relaxed.arc_value[0::2], relaxed.arc_value[1::2])
    weight = network.arc_cost * np.repeat(1.0 - 0.999 * taken, 2)
    for share in (0.5, 0.05):
        wanted = (network.prize > 0) & (relaxed.node_value > share)
        _offer(search, rest, tree_through(network, weight, wanted).nodes)


def _close_by_prices(search: Search, rest: Remainder, relaxation: CutRelaxation, relaxed: Relaxed) -> None:
    """Forbid the arcs that no cheaper tree can use by the prices of the relaxation."""
    bound = rest.offset + relaxed.bound
    price = np.maximum(relaxed.arc_reduced_cost, 0.0)
    useful = arcs_within_bound(rest.network, relaxation.open_arc, bound=bound, reduced_cost=price, goal=search.goal)
    closing = relaxation.open_arc & ~useful
    if closing.any():
        relaxation.close_arcs(closing)
