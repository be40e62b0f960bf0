"""How far are the best tree and the bound apart, and what of the network still matters? The state of the exact
search."""

import math
from dataclasses import dataclass, field, replace

import numpy as np

from infragap.analyses.arrays import BoolArray, FloatArray
from infragap.analyses.solvers.prize_collecting.dual_ascent import DualAscent, dual_ascent
from infragap.analyses.solvers.prize_collecting.graph import Network, reachable, subnetwork
from infragap.analyses.solvers.prize_collecting.local_search import improve_each
from infragap.analyses.solvers.prize_collecting.reductions import arcs_within_bound
from infragap.analyses.solvers.prize_collecting.tree import Tree, best_tree_on, tree_through
from infragap.analyses.solvers.stopping import Meter

PROOF_TOLERANCE = 1e-9
"""Relative: trees that are cheaper by less than this are not told apart."""

ASCENT_WORK = 3e-6
"""Units of work per arc: a dual ascent and the trees after it."""


@dataclass
class Search:
    """What is known so far: the best tree of the whole network and the bound on all trees.

    Attributes
    ----------
    base
        The whole network.
    gap
        Relative gap at which the search may stop.
    beside
        Cost that no tree changes: the gap is that of the tree and of this together.
    meter
        Work and time that it may take.
    patience
        Rounds that are still worth running once the gap is reached, in the hope of the optimum: a count, not a time, so
        that the same input gives the same result.
    rounds_left
        Linear programmes that may still be solved.
    grain
        All costs of trees are whole multiples of this; 0 where that is not known.
    seen, pool
        Trees that local search has seen, and the edges (of the base) of what it made of them.
    """

    base: Network
    gap: float
    meter: Meter
    tree: Tree
    bound: float = -np.inf
    patience: int = 0
    rounds_left: float = math.inf
    grain: float = 0.0
    beside: float = 0.0
    seen: set[bytes] = field(default_factory=set)
    pool: BoolArray = field(default_factory=lambda: np.zeros(0, np.bool_))

    def __post_init__(self) -> None:
        """Find the grain of the costs."""
        self.pool = np.zeros(self.base.n_arcs // 2, np.bool_)
        self._remember(self.tree)
        values = np.concatenate([self.base.arc_cost, self.base.prize[np.isfinite(self.base.prize)]])
        if np.all(values == np.round(values)) and values.sum() < 2**50:
            self.grain = float(np.gcd.reduce(values.astype(np.int64)))

    @property
    def goal(self) -> float:
        """Trees from this cost on are of no interest: not cheaper than the best one by the tolerance or the grain."""
        return self.tree.cost - max(PROOF_TOLERANCE * max(1e-9, abs(self.tree.cost)), 0.999 * self.grain)

    @property
    def proven(self) -> float:
        """The bound on all trees: what was left out on the way costs at least the goal.

        At the goal nothing is cheaper than the best tree by the tolerance; with a grain nothing is cheaper at all.
        """
        if self.bound >= self.goal:
            return self.tree.cost if self.grain > 0 else self.goal
        return self.bound

    @property
    def closed(self) -> bool:
        """Whether nothing is left to do: the optimum is proven, or the gap is small enough and patience used up."""
        return self.bound >= self.goal or (self.within_gap and self.patience <= 0)

    @property
    def within_gap(self) -> bool:
        """Whether the gap is as small as asked for."""
        return self.tree.cost - self.bound <= self.gap * (abs(self.tree.cost) + self.beside)

    @property
    def must_end(self) -> bool:
        """Whether nothing is left to do, or nothing may be done any more."""
        return self.closed or self.meter.is_over

    def raise_bound(self, bound: float) -> None:
        """Note a bound that holds for all trees cheaper than the goal, found by one round of work."""
        self.bound = max(self.bound, bound)
        self.patience -= self.within_gap

    def offer(self, *offers: BoolArray) -> None:
        """Try the best tree on each of some sets of nodes of the base network, improved by local search."""
        new = []
        for nodes in offers:
            tree = best_tree_on(self.base, nodes)
            key = np.packbits(tree.nodes).tobytes()
            if key not in self.seen:
                self.seen.add(key)
                new.append(tree)
        for tree in improve_each(self.base, new):
            self._remember(tree)
            if tree.cost < self.tree.cost:
                self.tree = tree

    def _remember(self, tree: Tree) -> None:
        self.pool[tree.parent_arc[tree.parent_arc >= 0] >> 1] = True


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
    open_arc: BoolArray
    offset: float


def cut_down(base: Network, rest: Remainder, open_arc: BoolArray, prize: FloatArray) -> Remainder:
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
    reached = reachable(network, free)
    wanted = (network.prize > 0) & (ascent.slack > 0)
    weight = np.where(rest.open_arc, ascent.reduced_cost, network.arc_cost)
    through = tree_through(network, weight + 1e-3 * network.arc_cost, wanted | reached & (network.prize > 0))
    search.offer(on_base(search, rest, reached), on_base(search, rest, through.nodes))


def on_base(search: Search, rest: Remainder, nodes: BoolArray) -> BoolArray:
    """Nodes of what is left of the network as nodes of the base network."""
    found = np.zeros(search.base.n_nodes, np.bool_)
    found[rest.network.node_of[nodes]] = True
    return found


def ascend(search: Search, rest: Remainder, *, rounds: int, seed: int = 0) -> tuple[Remainder, DualAscent]:
    """Dual ascent in several orders, each followed by trees and by leaving out what the bound rules out."""
    random = np.random.default_rng(seed)
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
        search.meter.spend(ASCENT_WORK * network.n_arcs)
        search.raise_bound(rest.offset + ascent.bound)
        if not np.isfinite(ascent.bound):
            return rest, ascent
        tree_from_ascent(search, rest, ascent)
        if best is None or ascent.bound > best.bound:
            best = ascent
        if search.must_end:
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
        return replace(rest, open_arc=open_arc, network=network._replace(prize=prize)), False
    return cut_down(search.base, rest, open_arc, prize), True
