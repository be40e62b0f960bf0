"""The candidate network by layers: once for each set of feeders under the same priced limits, so that a settlement pays
for its kW by the feeder that its lines hang on.

A limit ``Σ load of those fed from it ≤ headroom`` gets a price μ ≥ 0 per kW. For every plan within the limits
``cost ≥ cost + Σ μ (load − headroom)``, so the least of the right side over all plans, within the limits or not, is a
bound (Lagrangian relaxation). On the right side a settlement pays for its kW by the tap that feeds it. So the candidate
network is taken once for each set of feeders under the same priced limits, with their taps alone, and once for all
others; from each of these layers a link leads to the settlement, which costs its load times the price there. A plan has
its lines in the layers of their feeders and is a tree of that network, so the prize-collecting tree on it is the least
of the right side, and its bound holds.

Two things make it exact or cheap without making it wrong. A link costs more than said and the settlement is worth so
much more: who is served pays it once and gets it back, but no line can pass through a settlement from a dear layer into
a cheap one, since it would pay twice what all load together could save there. And in large networks a layer holds only
the nodes that its feeders reach with least detour; lines that leave it go on in the layer of all others, where nothing
is paid.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components, dijkstra

from infragap.analyses.arrays import FloatArray, IntArray
from infragap.analyses.electricity.least_cost.choice import TreeProblem
from infragap.analyses.electricity.least_cost.study import Study
from infragap.analyses.electricity.routing.existing_grid import CapacityLimit
from infragap.analyses.electricity.routing.network import CandidateNetwork
from infragap.analyses.solvers.steiner import TreeSolution

TINY = 1e-12
"""Length of an edge without one: a sparse matrix would lose it."""

MOST_COPIES = 600_000
"""Nodes in all layers of priced feeders together."""


@dataclass(frozen=True, eq=False)
class PricedLimit:
    """One limit in the relaxation.

    Attributes
    ----------
    limit
        What has so much left.
    highest_mvnd_per_kw
        Above this price the relaxation no longer holds: what lifting the limit costs by what it brings; inf where it
        cannot be lifted, or is lifted already.
    """

    limit: CapacityLimit
    highest_mvnd_per_kw: float = np.inf


def tap_rows(study: Study) -> IntArray:
    """Row in `grid_lines` of the existing line that each candidate line taps, (edges,); -1 where it does not."""
    network, surface = study.network, study.surface
    row = np.full(len(network.ends), -1, dtype=np.int64)
    for edge in np.flatnonzero((network.ends == 0).any(axis=1)).tolist():
        cells = network.cells(edge)
        cell = cells[0] if network.ends[edge, 0] == 0 else cells[-1]
        row[edge] = surface.line_of_cell[surface.line_number[cell]]
    return row


@dataclass(frozen=True, eq=False)
class Layers:
    """The candidate network once for all feeders without a price and once for each set of feeders under the same priced
    limits.

    Attributes
    ----------
    nodes
        Number of nodes; 0 is the existing grid in every layer.
    ends
        (m,) two nodes of each edge: candidate lines of all layers, then links to settlements.
    edge, settlement
        (lines,) candidate line that each is, and (links,) settlement that each leads to.
    link_layer
        (links,) layer that it comes from.
    terminal
        (n,) node of each settlement; -1 where no line can serve it.
    row_layer
        (rows,) layer of the existing lines.
    under
        (layers, limits) whether a layer's feeders stand under a limit.
    """

    nodes: int
    ends: IntArray
    edge: IntArray
    settlement: IntArray
    link_layer: IntArray
    terminal: IntArray
    row_layer: IntArray
    under: FloatArray


@dataclass(frozen=True, eq=False)
class Relaxation:
    """The problem with priced limits.

    Attributes
    ----------
    network, problem
        The tree problem without limits.
    edge_row
        (edges,) row in `grid_lines` of the line that an edge taps; -1 where it does not.
    own_row
        (n,) row of the line that feeds a settlement without a branch of its own; -1 where none is known.
    load_kw
        (n,) load that each settlement adds.
    limits
        The limits that are priced.
    rows
        Number of rows of `grid_lines`.
    """

    network: CandidateNetwork
    problem: TreeProblem
    edge_row: IntArray
    own_row: IntArray
    load_kw: FloatArray
    limits: tuple[PricedLimit, ...]
    rows: int

    @cached_property
    def layers(self) -> Layers:
        """The network by layers; it does not depend on prices or headroom."""
        network, count = self.network, len(self.network.node_cell)
        under_of = [tuple(k for k, each in enumerate(self.limits) if r in each.limit.lines) for r in range(self.rows)]
        sets = [(), *sorted(set(under_of) - {()})]
        row_layer = np.array([sets.index(each) for each in under_of], dtype=np.int64)
        tapped = np.where(self.edge_row >= 0, row_layer[np.maximum(self.edge_row, 0)], 0)
        node = self._copies(tapped, len(sets))
        tail, tip = network.ends.T
        head, inner = np.where(tail == 0, tip, tail), (tail != 0) & (tip != 0)
        lines = np.flatnonzero(inner)
        ends, edge = [network.ends[lines]], [lines]
        for layer in range(1, len(sets)):
            # a line that leaves its layer goes on among all others
            here = lines[((node[layer] >= 0)[network.ends[lines]]).any(axis=1)]
            copies = node[layer][network.ends[here]]
            ends.append(np.where(copies >= 0, copies, network.ends[here]))
            edge.append(here)
        taps = np.flatnonzero(~inner & (head > 0))
        at = node[tapped[taps], head[taps]]
        ends.append(np.column_stack([np.zeros(len(taps), dtype=np.int64), np.where(at >= 0, at, head[taps])]))
        edge.append(taps)
        served = np.flatnonzero((network.terminal > 0) & ~self.problem.barred)
        nodes = max(count, int(node.max(initial=0)) + 1)
        terminal = np.full(len(network.terminal), -1, dtype=np.int64)
        terminal[served] = nodes + np.arange(len(served))
        there = node[:, network.terminal[served]]
        a, b = np.concatenate(ends).T
        graph = coo_array((np.ones(len(a)), (a, b)), shape=(nodes, nodes))
        part = connected_components(graph, directed=False)[1]
        # only where lines lead from the grid: a link elsewhere would be reached through other settlements alone
        link_layer, k = np.nonzero((there >= 0) & (part[there] == part[0]))
        ends.append(np.column_stack([there[link_layer, k], terminal[served[k]]]))
        return Layers(
            nodes=nodes + len(served),
            ends=np.concatenate(ends),
            edge=np.concatenate(edge),
            settlement=served[k],
            link_layer=link_layer,
            terminal=terminal,
            row_layer=row_layer,
            under=np.array([[k in each for k in range(len(self.limits))] for each in sets], dtype=np.float64),
        )

    def alike(self, *, limits: tuple[PricedLimit, ...] | None = None, problem: TreeProblem | None = None) -> Relaxation:
        """The same with other headroom or highest prices of the same limits, or other costs without a line: the layers
        hang on none of these and stay."""
        other = replace(self, limits=limits or self.limits, problem=problem or self.problem)
        other.__dict__["layers"] = self.layers  # where `cached_property` keeps it
        return other

    def _copies(self, tapped: IntArray, layers: int) -> IntArray:
        """Number of each node in each layer, (layers, nodes); -1 where it is left out of one."""
        network, count = self.network, len(self.network.node_cell)
        a, b = network.ends.T
        head, root = np.where(a == 0, b, a), (a == 0) | (b == 0)
        length = np.maximum(self.problem.edge_mvnd, TINY)
        reach = np.full((layers, count), np.inf)
        for layer in range(1, layers):
            kept = np.flatnonzero(~root | (tapped == layer))
            order = kept[np.argsort(-length[kept], kind="stable")]
            # of parallel lines the shortest is written last
            known = {(int(a[e]), int(b[e])): float(length[e]) for e in order.tolist()}
            row, col = np.array(list(known)).reshape(-1, 2).T
            graph = coo_array((list(known.values()), (row, col)), shape=(count, count)).tocsr()
            reach[layer] = dijkstra(graph, directed=False, indices=np.array([0]))[0]
        least = reach.min(axis=0)
        detour = np.where(np.isfinite(reach), reach - np.where(np.isfinite(least), least, 0.0), np.inf)
        for layer in range(1, layers):
            detour[layer, head[root & (tapped == layer)]] = 0.0
        detour[:, 0] = np.inf
        of, place = np.nonzero(np.isfinite(detour))
        first = np.lexsort((place, of, np.round(detour[of, place], 6)))[:MOST_COPIES]
        node = np.full((layers, count), -1, dtype=np.int64)
        node[0] = np.arange(count)
        node[of[first], place[first]] = count + np.arange(len(first))
        return node

    def priced(self, price: FloatArray) -> PricedTree:
        """Tree problem in which settlements pay for their kW at some prices of the limits."""
        layers, problem = self.layers, self.problem
        by_layer = layers.under @ price
        own = np.where(self.own_row >= 0, by_layer[layers.row_layer[np.maximum(self.own_row, 0)]], 0.0)
        own_mvnd = self.load_kw * own
        stated = replace(
            problem,
            lv_mvnd=problem.lv_mvnd + own_mvnd,
            local_mvnd=problem.local_mvnd + np.where(self.network.terminal > 0, 0.0, own_mvnd),
        )
        worth, required = stated.prize_mvnd, stated.required
        most = float(by_layer.max()) * float(self.load_kw.sum())
        deter = np.where((worth > 0) | required, most, 0.0)
        k = layers.settlement
        link = by_layer[layers.link_layer] * self.load_kw[k] + most
        prize = np.zeros(layers.nodes)
        by_line = layers.terminal >= 0
        prize[layers.terminal[by_line]] = (worth + deter)[by_line]
        return PricedTree(
            problem=stated,
            edge_mvnd=np.concatenate([problem.edge_mvnd[layers.edge], link]),
            prize_mvnd=prize,
            required=layers.terminal[by_line & required],
            deter_mvnd=deter,
            toll_mvnd=most,
            paid_back_mvnd=float(sum(m * each.limit.headroom_kw for each, m in zip(self.limits, price, strict=True))),
        )

    def read(self, priced: PricedTree, found: TreeSolution) -> tuple[float, float, FloatArray]:
        """Cost of a tree less what headroom pays back, a bound on it, and (limits,) load beyond each headroom."""
        layers, problem = self.layers, priced.problem
        by_line = layers.terminal >= 0
        # a tree may pass one that is better off without, where its link costs nothing
        wanted = ((problem.prize_mvnd > 0) | problem.required) & ~problem.barred
        served = by_line & wanted & found.nodes[np.maximum(layers.terminal, 0)]
        at_hand = (self.network.terminal == 0) & wanted
        without = np.where(np.isfinite(problem.without_line_mvnd), problem.without_line_mvnd, 0.0)
        rest = np.where(served | at_hand, problem.local_mvnd - np.where(served, priced.deter_mvnd, 0.0), without)
        cost = float(priced.edge_mvnd[found.edges].sum() + rest.sum())
        bound = cost - (found.cost - found.lower_bound)
        on_lv = ~(served | at_hand) & np.isfinite(problem.lv_mvnd) & (problem.lv_mvnd <= problem.stays_offgrid_mvnd)
        layer = np.where(self.own_row >= 0, layers.row_layer[np.maximum(self.own_row, 0)], 0)
        used = np.flatnonzero(found.edges[len(layers.edge) :])[::-1]
        by_link = np.zeros(len(layer), dtype=np.int64)
        by_link[layers.settlement[used]] = layers.link_layer[used]
        layer = np.where(served, by_link, layer)
        fed = served | at_hand | on_lv
        load = np.bincount(layer[fed], self.load_kw[fed], minlength=len(layers.under))
        headroom = np.array([each.limit.headroom_kw for each in self.limits])
        return cost - priced.paid_back_mvnd, bound - priced.paid_back_mvnd, layers.under.T @ load - headroom

    def apart_mvnd(self, price: FloatArray) -> FloatArray:
        """(n,) what each settlement costs at least at some prices, whatever the tree: concave in the prices, and at
        any price the cost of a tree is what is in it beyond this."""
        problem = self.priced(price).problem
        without = np.where(np.isfinite(problem.without_line_mvnd), problem.without_line_mvnd, np.inf)
        at_hand = (self.network.terminal == 0) & ~problem.barred
        by_line = np.where((self.layers.terminal >= 0) | at_hand, problem.local_mvnd, np.inf)
        least = np.minimum(by_line, without)
        return np.where(np.isfinite(least), least, 0.0)


@dataclass(frozen=True, eq=False)
class PricedTree:
    """A relaxation at some prices: the supply costs with them, and the tree problem on the layers; every link costs the
    toll more than its load does, and settlements are worth that much more (`deter_mvnd`)."""

    problem: TreeProblem
    edge_mvnd: FloatArray
    prize_mvnd: FloatArray
    required: IntArray
    deter_mvnd: FloatArray
    toll_mvnd: float
    paid_back_mvnd: float
