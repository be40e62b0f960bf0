"""What no plan within the headroom of feeders and substations can undercut: headroom priced, and the lines of every
feeder that has a price laid out by themselves.

A limit ``Σ load of those fed from it ≤ headroom`` gets a price μ ≥ 0 per kW. For every plan within the limits
``cost ≥ cost + Σ μ (load − headroom)``, so the least of the right side over all plans, within the limits or not, is a
bound (Lagrangian relaxation). On the right side a settlement pays for its kW by the tap that feeds it. So the candidate
network is taken once for each set of feeders under the same priced limits, with their taps alone, and once for all
others; from each of these layers a link leads to the settlement, which costs its load times the price there. A plan has
its lines in the layers of their feeders and is a tree of that network, so the prize-collecting tree on it is the least
of the right side, and its bound holds.

Two things make it exact or cheap without making it wrong. A link costs `DETER` more than said and the settlement is
worth so much more: who is served pays it once and gets it back, but no line can pass through a settlement from a dear
layer into a cheap one. And in large networks a layer holds only the nodes that its feeders reach with least detour;
lines that leave it go on in the layer of all others, where nothing is paid.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from infragap.analyses.arrays import FloatArray, IntArray
from infragap.analyses.electricity.demand.life_cycle import station_factor
from infragap.analyses.electricity.least_cost.choice import TreeProblem
from infragap.analyses.electricity.least_cost.costs import cost_study
from infragap.analyses.electricity.least_cost.headroom import (
    added_load_kw,
    exceeded,
    raised,
    reinforcement_kw,
    reinforcement_mvnd,
)
from infragap.analyses.electricity.least_cost.household_target import households_off
from infragap.analyses.electricity.least_cost.plan import Plan
from infragap.analyses.electricity.least_cost.study import Study
from infragap.analyses.electricity.least_cost.targets import binding, households_left
from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.analyses.electricity.routing.existing_grid import CapacityLimit
from infragap.analyses.electricity.routing.network import CandidateNetwork
from infragap.analyses.solvers.steiner import TreeSolution, primal_tree, prize_collecting_tree
from infragap.analyses.solvers.stopping import Stop

TINY = 1e-12
"""Length of an edge without one: a sparse matrix would lose it."""

DETER = 5.0
"""What a link costs beyond its price, by the highest price of its settlement's load: the bound stops rising there
(measured)."""

STEPS, FEWER_STEPS = 60, 15
"""Steps towards the best prices, from nothing and from those of a like relaxation."""

PATIENCE = 4
"""After so many steps without a better bound they are halved."""

MOST_COPIES = 40_000
"""Nodes in all layers of priced feeders together."""

NEARLY = 0.9
"""Limits that a plan fills to less than this part do not matter to it: they are left out of the relaxation."""

MAX_LEAVES, LEAF_EDGES = 64, 4_000_000
"""Relaxations that are solved for one bound at most, and edges in all of them together."""

OPEN, KEPT, RAISED = 0, 1, 2


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
        a, b = network.ends.T
        head, inner = np.where(a == 0, b, a), (a != 0) & (b != 0)
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
        link_layer, k = np.nonzero(there >= 0)
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

    def under(self, limits: tuple[PricedLimit, ...]) -> Relaxation:
        """The same with other headroom or highest prices of the same limits, on the same layers."""
        other = replace(self, limits=limits)
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

    def priced(self, price: FloatArray) -> _PricedTree:
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
        deter = np.where((worth > 0) | required, DETER * float(by_layer.max()) * self.load_kw, 0.0)
        k = layers.settlement
        link = by_layer[layers.link_layer] * self.load_kw[k] + deter[k]
        prize = np.zeros(layers.nodes)
        by_line = layers.terminal >= 0
        prize[layers.terminal[by_line]] = (worth + deter)[by_line]
        return _PricedTree(
            problem=stated,
            edge_mvnd=np.concatenate([problem.edge_mvnd[layers.edge], link]),
            prize_mvnd=prize,
            required=layers.terminal[by_line & required],
            deter_mvnd=deter,
            paid_back_mvnd=float(sum(m * each.limit.headroom_kw for each, m in zip(self.limits, price, strict=True))),
        )

    def read(self, priced: _PricedTree, found: TreeSolution) -> tuple[float, float, FloatArray]:
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


@dataclass(frozen=True, eq=False)
class _PricedTree:
    """A relaxation at some prices: the supply costs with them, and the tree problem on the layers."""

    problem: TreeProblem
    edge_mvnd: FloatArray
    prize_mvnd: FloatArray
    required: IntArray
    deter_mvnd: FloatArray
    paid_back_mvnd: float


@dataclass(frozen=True, eq=False)
class Proven:
    """A bound and where it was found.

    Attributes
    ----------
    mvnd
        No plan within the limits of the relaxation costs less.
    price
        (limits,) prices that it was proven with [million VND/kW].
    excess_kw
        (limits,) load beyond headroom in the relaxed plan.
    """

    mvnd: float
    price: FloatArray
    excess_kw: FloatArray


def capacity_bound(
    relaxation: Relaxation,
    parameters: ElectricityParameters,
    *,
    known_mvnd: float,
    paid_mvnd: float,
    price: FloatArray,
) -> Proven:
    """Bound every plan within the limits from below.

    Parameters
    ----------
    relaxation
        The limits, and the problem with the price of households that its own target has come to.
    parameters
        For the gap and the work.
    known_mvnd
        Cost of a known plan within the limits: no step aims higher.
    paid_mvnd
        What the household target pays back: price times households that may be without the grid.
    price
        (limits,) prices to begin with.

    Notes
    -----
    Steps along the excess load towards the known cost (Polyak), halved where they bring nothing. Each step's tree comes
    with a bound by dual ascent; where the best of them is not near its tree, that tree is solved to a proof.
    """
    layers, highest = relaxation.layers, np.array([each.highest_mvnd_per_kw for each in relaxation.limits])
    steps = FEWER_STEPS if price.any() else STEPS
    price, length, in_vain = np.minimum(price, highest), 1.0, 0
    best, nearest = Proven(-np.inf, price, np.zeros(len(price))), Proven(-np.inf, price, np.zeros(len(price)))
    for _ in range(steps):
        priced = relaxation.priced(price)
        found = primal_tree(layers.ends, priced.edge_mvnd, priced.prize_mvnd, 0, required=priced.required)
        value, bound, slope = relaxation.read(priced, found)
        value, bound = value - paid_mvnd, bound - paid_mvnd
        in_vain = 0 if value > nearest.mvnd else in_vain + 1
        if value > nearest.mvnd:
            nearest = Proven(value, price, slope)
        if bound > best.mvnd:
            best = Proven(bound, price, slope)
        if in_vain >= PATIENCE:
            length, in_vain = length / 2, 0
        slope = np.where(((price <= 0) & (slope < 0)) | ((price >= highest) & (slope > 0)), 0.0, slope)
        missing = known_mvnd - value
        if not slope.any() or missing <= 0:
            break
        price = np.clip(price + length * missing / float(slope @ slope) * slope, 0.0, highest)
    if best.mvnd < nearest.mvnd - parameters.plan_gap / 10 * abs(known_mvnd):
        priced = relaxation.priced(nearest.price)
        stop = Stop(parameters.plan_gap / 10, parameters.plan_work_limit)
        found = prize_collecting_tree(
            layers.ends, priced.edge_mvnd, priced.prize_mvnd, 0, required=priced.required, stop=stop
        )
        _, bound, slope = relaxation.read(priced, found)
        best = max(best, Proven(bound - paid_mvnd, nearest.price, slope), key=lambda each: each.mvnd)
    return best


def bound_within_limits(plan: Plan, free: Plan) -> tuple[float, dict[str, float]]:
    """Bound every plan within the limits, reinforcement at its price allowed, that leaves no more households without
    the national grid than the plan does or the target allows.

    Parameters
    ----------
    plan
        Plan within the limits.
    free
        Plan without limits, for the price of households.

    Returns
    -------
    bound
        On the candidate network of the plan [million VND].
    prices
        Price of headroom by limit, of the relaxation that the bound comes from [million VND/kW].

    Notes
    -----
    Either a limit is kept, or what it stands for is reinforced and paid. Both are looked at in turn for the limits that
    matter (branch and bound); where neither is decided, headroom costs at most what reinforcement costs per kW.
    """
    p, study = plan.parameters, plan.study
    problem = cost_study(study, p, household_price_mvnd=free.choice.household_price_mvnd).problem
    allowed = max(households_left(study, binding(study, p)), households_off(plan.choice, problem))
    paid = problem.household_price_mvnd * allowed if problem.household_price_mvnd > 0 else 0.0
    limits = _limits_that_matter(plan, free)
    base = Relaxation(
        network=study.network,
        problem=problem,
        edge_row=tap_rows(study),
        own_row=study.routes.line,
        load_kw=added_load_kw(study.settlements, p),
        limits=tuple(PricedLimit(limit) for limit in limits),
        rows=len(study.grid.lines),
    )
    branching = _Branching(base, tuple(limits), p, plan.choice.cost_mvnd, paid)
    return branching.bound(free.choice.lower_bound_mvnd if _holds_for(free, allowed) else -np.inf)


def _holds_for(free: Plan, allowed: float) -> bool:
    """Whether the bound of the plan without limits holds for plans that leave so many households without the grid."""
    own = max(households_left(free.study, binding(free.study, free.parameters)), 0.0)
    return allowed <= max(own, households_off(free.choice, free.costs.problem)) + 1e-9


def _limits_that_matter(plan: Plan, free: Plan) -> list[CapacityLimit]:
    """Limits that the plan without limits exceeds, or that are full or reinforced in the plan; not those that it
    exceeds."""
    limits, loading = plan.study.grid.limits, plan.loading
    over = {limit.name for limit in exceeded(free, limits)} | set(loading.reinforced)
    return [
        limit
        for limit in limits
        if limit.name not in loading.overloaded
        and (limit.name in over or loading.added_kw.get(limit.name, 0.0) > NEARLY * max(limit.headroom_kw, 1e-9))
    ]


@dataclass(frozen=True, eq=False)
class _Branching:
    """Every limit kept, reinforced, or left open: a tree of relaxations, the lowest leaf being the bound."""

    base: Relaxation
    limits: tuple[CapacityLimit, ...]
    parameters: ElectricityParameters
    known_mvnd: float
    paid_mvnd: float

    def bound(self, least_mvnd: float) -> tuple[float, dict[str, float]]:
        p = self.parameters
        if not self.limits:
            return least_mvnd, {}
        states = (OPEN if p.reinforce_allowed else KEPT,) * len(self.limits)
        root = self._solved(states, np.zeros(len(self.limits)), least_mvnd)
        leaves, number = [(root.mvnd, 0, states, root)], 1
        edges = len(self.base.network.ends) * (1 + len(self.limits))
        most = int(np.clip(LEAF_EDGES // max(edges, 1), 8, MAX_LEAVES))
        while number < most:
            leaves.sort(key=lambda leaf: (leaf[0], leaf[1]))
            lowest, _, states, proven = leaves[0]
            open_ones = [k for k, state in enumerate(states) if state == OPEN]
            if not open_ones or lowest >= self.known_mvnd * (1 - p.plan_gap):
                break
            dear = [reinforcement_mvnd(self.limits[k], p) * max(proven.excess_kw[k], 0.0) for k in open_ones]
            k = open_ones[int(np.argmax(dear))]
            leaves.pop(0)
            for state in (KEPT, RAISED):
                child = (*states[:k], state, *states[k + 1 :])
                found = self._solved(child, proven.price, lowest)
                leaves.append((found.mvnd, number, child, found))
                number += 1
        lowest, _, _, proven = min(leaves, key=lambda leaf: (leaf[0], leaf[1]))
        return lowest, {limit.name: float(price) for limit, price in zip(self.limits, proven.price, strict=True)}

    def _solved(self, states: tuple[int, ...], price: FloatArray, least_mvnd: float) -> Proven:
        """Bound of the plans in which limits are kept and reinforced so."""
        p, priced, paid_for = self.parameters, [], 0.0
        for limit, state in zip(self.limits, states, strict=True):
            cost = reinforcement_mvnd(limit, p) * station_factor(p)
            paid_for += cost if state == RAISED else 0.0
            priced.append(
                PricedLimit(
                    raised(limit, p) if state == RAISED else limit,
                    cost / reinforcement_kw(limit, p) if state == OPEN else np.inf,
                )
            )
        found = capacity_bound(
            self.base.under(tuple(priced)),
            p,
            known_mvnd=self.known_mvnd - paid_for,
            paid_mvnd=self.paid_mvnd,
            price=price,
        )
        return replace(found, mvnd=max(found.mvnd + paid_for, least_mvnd))
