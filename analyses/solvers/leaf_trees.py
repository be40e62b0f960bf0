"""Trees in which some nodes are leaves, at many prices of these and their links: bounds, and how they grow where prices
rise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray
from infragap.analyses.solvers.prize_collecting.dual_ascent import DualAscent, dual_ascent
from infragap.analyses.solvers.prize_collecting.graph import Network, reachable
from infragap.analyses.solvers.prize_collecting.local_search import improve
from infragap.analyses.solvers.prize_collecting.tree import best_tree_on
from infragap.analyses.solvers.steiner import CheckedProblem, TreeSolution, checked, solution_of

SHUT = 1e12
"""Cost of an edge that no tree takes."""


@dataclass(frozen=True, eq=False)
class LeafTrees:
    """Trees on one network at many prices: the leaves' links and prizes change, all other costs stay.

    A leaf is joined to other nodes by links alone and no tree leads through it, so its links are used one way and each
    served leaf has one: dual ascent finds that out at once instead of by costs that deter from going through.

    Attributes
    ----------
    problem
        The checked network.
    link
        (edges of the network,) links.
    open_arc
        (arcs of the network,) ways that the dual ascent may use.
    shut
        (arcs of the network,) ways that no tree takes.
    """

    problem: CheckedProblem
    link: BoolArray
    open_arc: BoolArray
    shut: BoolArray

    @classmethod
    def of(
        cls,
        edges: IntArray,
        edge_cost: FloatArray,
        prize: FloatArray,
        leaf: BoolArray,
        *,
        required: ArrayLike | None = None,
        way_in: BoolArray | None = None,
        shut: bool = False,
    ) -> LeafTrees:
        """Prepare a network with root 0.

        Parameters
        ----------
        edges, edge_cost, prize, required
            As in :func:`prize_collecting_tree`; of parallel edges the cheapest stays, whatever links cost later.
        leaf
            (n,) leaves.
        way_in
            (m,) edges that no best tree uses from their first end to their second.
        shut
            Whether no tree uses these at all: the trees are then of a smaller problem, and so are their bounds.
        """
        problem = checked(edges, edge_cost, prize, 0, required=required, forbidden=None)
        network = problem.network
        at_leaf = leaf[problem.node_of]
        tail = network.head.reshape(-1, 2)[:, ::-1].ravel()
        open_arc = ~at_leaf[tail]
        closed = np.zeros(network.n_arcs, np.bool_)
        if way_in is not None:
            one_way = np.repeat(way_in[problem.edge_of], 2)
            first = np.repeat(problem.ends[problem.edge_of, 0], 2)
            closed = one_way if shut else closed
            open_arc &= ~(one_way & ((problem.node_of[tail] == first) | shut))
        link = at_leaf[network.head[0::2]] | at_leaf[network.head[1::2]]
        return cls(problem, link, open_arc, closed)

    def best(
        self, edge_cost: FloatArray, prize: FloatArray, *, toll: float, bettered: bool = False, patience: float = 1.0
    ) -> TreeSolution:
        """A good tree and a bound, as :func:`primal_tree`; `bettered` says whether there is local search, the others
        are those of `dual`."""
        return self.tree_of(self.dual(edge_cost, prize, toll=toll, patience=patience), bettered=bettered)

    def dual(self, edge_cost: FloatArray, prize: FloatArray, *, toll: float, patience: float = 1.0) -> LeafDual:
        """Dual ascent.

        Parameters
        ----------
        edge_cost, prize
            (m,) and (n,), those of links and leaves with the toll; a leaf without a prize is worth no link.
        toll
            What each link costs, and each leaf with a prize is worth, so that no tree leads through a leaf.
        patience
            As of :func:`dual_ascent`.
        """
        problem, base = self.problem, self.problem.network
        worth = np.where(np.isfinite(base.prize), prize[problem.node_of], np.inf)
        at_leaf = np.zeros(base.n_nodes, np.bool_)
        ends = base.head.reshape(-1, 2)
        at_leaf[ends[self.link].ravel()] = True
        at_leaf &= worth > 0
        at_leaf[ends[~self.link].ravel()] = False
        cost = edge_cost[problem.edge_of]
        less = base._replace(
            arc_cost=np.repeat(np.where(self.link, np.maximum(cost - toll, 0.0), cost), 2),
            prize=np.where(at_leaf, np.maximum(worth - toll, 0.0), worth),
        )
        ascent = dual_ascent(
            less,
            reduced_cost=less.arc_cost,
            slack=less.prize,
            open_arc=self.open_arc,
            favour=np.ones(less.n_nodes),
            patience=patience,
        )
        return LeafDual(self, edge_cost, prize, less, toll * float(at_leaf.sum()), ascent)

    def tree_of(self, dual: LeafDual, *, bettered: bool) -> TreeSolution:
        """The tree that a dual solution suggests, with its bound."""
        problem, base = self.problem, self.problem.network
        worth = np.where(np.isfinite(base.prize), dual.prize[problem.node_of], np.inf)
        cost = dual.edge_cost[problem.edge_of]
        whole = base._replace(arc_cost=np.where(self.shut, SHUT, np.repeat(cost, 2)), prize=worth)
        reached = reachable(dual.network, (dual.ascent.reduced_cost <= 0.0) & self.open_arc)
        tree = best_tree_on(whole, reached)
        tree = improve(whole, tree) if bettered else tree
        stated = CheckedProblem(
            base, problem.node_of, problem.edge_of, problem.lost, dual.edge_cost, dual.prize, problem.ends, problem.root
        )
        lost = float(dual.prize.sum() - dual.prize[problem.node_of].sum())
        bound = lost + dual.ascent.bound + dual.tolls
        return solution_of(stated, tree, bound, gap=0.0, otherwise="heuristic")


@dataclass(frozen=True, eq=False)
class LeafDual:
    """A dual solution at some prices.

    Attributes
    ----------
    trees
        The network.
    edge_cost, prize
        (m,) and (n,) prices, with the toll.
    network
        The network with them, without the toll.
    tolls
        What all leaves with a prize pay.
    ascent
        The solution, on this network.
    """

    trees: LeafTrees
    edge_cost: FloatArray
    prize: FloatArray
    network: Network
    tolls: float
    ascent: DualAscent

    def goes_on(self) -> DearerLeaves:
        """The same, to go on from where prices rise."""
        return DearerLeaves(self.trees, self.network, self.ascent.reduced_cost.copy(), self.ascent.slack.copy())


@dataclass(eq=False)
class DearerLeaves:
    """What a dual solution has left over, to be used up where links and prizes rise.

    Attributes
    ----------
    trees, network
        As of `LeafDual`.
    rest, left
        (arcs,) and (nodes,) what no cut has used yet.
    """

    trees: LeafTrees
    network: Network
    rest: FloatArray
    left: FloatArray

    def arcs(self, edges: IntArray) -> IntArray:
        """(2k,) two arcs of each of some edges; -1 for an edge that no tree uses."""
        problem = self.trees.problem
        place = np.full(len(problem.ends), -1, dtype=np.int64)
        place[problem.edge_of] = np.arange(len(problem.edge_of))
        at = place[edges]
        return np.where(np.repeat(at, 2) >= 0, 2 * np.repeat(at, 2) + np.tile([0, 1], len(at)), -1)

    def nodes(self, nodes: IntArray) -> IntArray:
        """(k,) places of some nodes here; -1 for one that no tree reaches."""
        problem = self.trees.problem
        place = np.full(len(problem.prize), -1, dtype=np.int64)
        place[problem.node_of] = np.arange(len(problem.node_of))
        return place[nodes]

    def gain(self, leaves: IntArray, *, patience: float) -> float:
        """By how much the bound rises when the cuts of some leaves, by their places, are raised further; `patience` as
        of :func:`dual_ascent`."""
        slack = np.zeros_like(self.left)
        slack[leaves] = self.left[leaves]
        ascent = dual_ascent(
            self.network,
            reduced_cost=self.rest,
            slack=slack,
            open_arc=self.trees.open_arc,
            favour=np.ones(len(slack)),
            patience=patience,
        )
        self.rest = ascent.reduced_cost
        self.left[leaves] = ascent.slack[leaves]
        return ascent.bound
