"""What no plan within the headroom of feeders and substations can undercut: headroom priced, and its price carried from
the taps down to the settlements.

A limit ``Σ load of those fed from it ≤ headroom`` gets a price μ ≥ 0 per kW. For every plan within the limits
``cost ≥ cost + Σ μ (load − headroom)``, so the least of the right side over all plans, within the limits or not, is a
bound (Lagrangian relaxation). On the right side a settlement pays for its kW by the tap that feeds it, which is not yet
a tree problem: the same settlement may hang on any tap. So the price is carried down as a potential q of the nodes, at
a tap at most the price there, that rises along a line e by at most ``κ · cost(e) / F``, F being all load that can pass
it on to priced settlements. Along every path ``price at the tap ≥ q of the settlement − rises``, and the rises times
the load are at most what the line is made cheaper by. With settlements paying ``load · q`` and lines cheaper by
``F · |Δq|`` the problem is a prize-collecting tree again, and its bound holds.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components, dijkstra

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray
from infragap.analyses.electricity.demand.life_cycle import station_factor
from infragap.analyses.electricity.least_cost.choice import (
    PlanChoice,
    TreeProblem,
    choose_plan,
    choose_plan_fast,
    start_from,
)
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

TINY = 1e-12
"""Length of an edge without one: a sparse matrix would lose it."""

RISES = (0.0, 0.3)
"""Parts κ of a line's cost that the potential may use up; each gives a bound, the highest counts."""

STEPS = 10
"""Steps towards the best prices."""

NEARLY = 0.9
"""Limits that a plan fills to less than this part do not matter to it: they are left out of the relaxation."""

MAX_LEAVES = 16
"""Relaxations that are solved for one bound."""

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


@dataclass(frozen=True, eq=False)
class Taps:
    """Where settlements hang on the existing grid.

    Attributes
    ----------
    edge_row
        (edges,) row in `grid_lines` of the line that an edge taps; -1 where it does not.
    nearest_row
        (nodes,) row of the tap that is nearest by cost; -1 where no line leads.
    """

    edge_row: IntArray
    nearest_row: IntArray


def tap_rows(study: Study, edge_mvnd: FloatArray) -> Taps:
    """Find the existing line of every tap, and the nearest one of every node."""
    network, surface = study.network, study.surface
    edge_row = np.full(len(network.ends), -1, dtype=np.int64)
    for edge in np.flatnonzero((network.ends == 0).any(axis=1)).tolist():
        cells = network.cells(edge)
        cell = cells[0] if network.ends[edge, 0] == 0 else cells[-1]
        edge_row[edge] = surface.line_of_cell[surface.line_number[cell]]
    return nearest_taps(network, edge_row, edge_mvnd)


def nearest_taps(network: CandidateNetwork, edge_row: IntArray, edge_mvnd: FloatArray) -> Taps:
    """Carry the rows of taps to the nodes that are nearest to them by cost."""
    count = len(network.node_cell)
    graph = _cheapest_graph(network.ends, edge_mvnd, count)
    found = dijkstra(graph, directed=False, indices=np.array([0]), return_predecessors=True)
    distance, before = found[0][0], found[1][0]
    tap = np.flatnonzero(edge_row >= 0)
    far = np.where(network.ends[tap, 0] == 0, network.ends[tap, 1], network.ends[tap, 0])
    row = np.full(count, -1, dtype=np.int64)
    order = np.lexsort((edge_row[tap], edge_mvnd[tap]))[::-1]
    row[far[order]] = edge_row[tap[order]]  # of several taps into one node the cheapest comes last
    nearest = np.full(count, -1, dtype=np.int64)
    for node in np.argsort(distance, kind="stable").tolist():
        if node == 0 or not np.isfinite(distance[node]):
            continue
        nearest[node] = row[node] if before[node] == 0 else nearest[before[node]]
    return Taps(edge_row, nearest)


def _cheapest_graph(ends: IntArray, length: FloatArray, count: int) -> csr_array:
    """Symmetric graph; of parallel edges the shortest."""
    low, high = ends.min(axis=1), ends.max(axis=1)
    order = np.lexsort((length, high, low))
    first = np.flatnonzero(np.diff(low[order] * count + high[order], prepend=-1))
    kept = order[first]
    return coo_array((np.maximum(length[kept], TINY), (low[kept], high[kept])), shape=(count, count)).tocsr()


@dataclass(frozen=True, eq=False)
class Relaxation:
    """The problem with priced limits.

    Attributes
    ----------
    network, problem, taps
        The tree problem without limits, and where it taps.
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
    taps: Taps
    own_row: IntArray
    load_kw: FloatArray
    limits: tuple[PricedLimit, ...]
    rows: int

    def row_price(self, price: FloatArray) -> FloatArray:
        """(rows,) price of a kW on each existing line."""
        found = np.zeros(self.rows)
        for each, mvnd in zip(self.limits, price, strict=True):
            found[list(each.limit.lines)] += mvnd
        return found

    def priced(self, price: FloatArray, rise: float) -> TreeProblem:
        """Tree problem in which settlements pay for their kW: its optimum less `paid_back` bounds every plan within the
        limits."""
        by_row = self.row_price(price)
        potential, edge_mvnd = self._potential(by_row, rise)
        terminal = self.network.terminal
        without_branch = np.where(self.own_row >= 0, by_row[np.maximum(self.own_row, 0)], 0.0)
        at_node = np.where(terminal > 0, potential[np.maximum(terminal, 0)], without_branch)
        return replace(
            self.problem,
            edge_mvnd=edge_mvnd,
            local_mvnd=self.problem.local_mvnd + self.load_kw * at_node,
            lv_mvnd=self.problem.lv_mvnd + self.load_kw * without_branch,
        )

    def paid_back(self, price: FloatArray) -> float:
        """Price of all headroom."""
        return float(sum(mvnd * each.limit.headroom_kw for each, mvnd in zip(self.limits, price, strict=True)))

    def excess_kw(self, choice: PlanChoice) -> FloatArray:
        """(limits,) load of a plan on each limit beyond its headroom."""
        row = self._fed_from(choice)
        on = choice.national_grid
        return np.array(
            [
                float(self.load_kw[on & np.isin(row, list(each.limit.lines))].sum()) - each.limit.headroom_kw
                for each in self.limits
            ]
        )

    def _fed_from(self, choice: PlanChoice) -> IntArray:
        """(n,) row of the line that feeds each settlement of a plan."""
        network = self.network
        chosen = choice.edges
        tree = nearest_taps(
            replace(network, ends=network.ends[chosen]), self.taps.edge_row[chosen], self.problem.edge_mvnd[chosen]
        )
        terminal = network.terminal
        by_branch = choice.on_grid & (terminal > 0)
        return np.where(by_branch, tree.nearest_row[np.maximum(terminal, 0)], self.own_row)

    def _potential(self, by_row: FloatArray, rise: float) -> tuple[FloatArray, FloatArray]:
        """(nodes,) potential, and (edges,) cost of the lines less what it rises by along them."""
        network, cost = self.network, self.problem.edge_mvnd
        count, nearest = len(network.node_cell), self.taps.nearest_row
        inside = (nearest >= 0) & (by_row[np.maximum(nearest, 0)] > 0)
        a, b = network.ends[:, 0], network.ends[:, 1]
        within = inside[a] & inside[b] & (a != 0) & (b != 0)
        part = _components(network.ends[within], inside)
        flow = self._flow(part)
        if not inside.any():
            return np.zeros(count), cost
        length = rise * cost / np.maximum(np.maximum(flow[a], flow[b]), TINY)
        # from outside the potential begins at nothing, at a tap with the price there
        first = np.full(count, np.inf)
        root, border = (a == 0) | (b == 0), (inside[a] != inside[b]) & (a != 0) & (b != 0)
        head = np.where(root, np.where(a == 0, b, a), np.where(inside[a], a, b))
        price = np.where(root, by_row[np.maximum(self.taps.edge_row, 0)], 0.0)
        begin = (root & inside[head]) | border
        np.minimum.at(first, head[begin], (price + length)[begin])
        source = np.flatnonzero(np.isfinite(first))
        ends = np.concatenate([network.ends[within], np.column_stack([np.full(len(source), count), source])])
        graph = _cheapest_graph(ends, np.concatenate([length[within], first[source]]), count + 1)
        potential = dijkstra(graph, directed=False, indices=np.array([count]))[0, :count]
        potential = np.where(inside & np.isfinite(potential), potential, 0.0)
        rises = np.abs(potential[a] - potential[b])
        rises = np.where(root, np.maximum(potential[head] - price, 0.0), rises)
        return potential, np.maximum(cost - rises * np.maximum(flow[a], flow[b]), 0.0)

    def _flow(self, part: IntArray) -> FloatArray:
        """(nodes,) load of all settlements in the part of the priced region that each node belongs to; 0 outside."""
        terminal = self.network.terminal
        there = (terminal > 0) & ~self.problem.barred
        at = part[np.maximum(terminal, 0)]
        counted = there & (at >= 0)
        total = np.bincount(at[counted], self.load_kw[counted], minlength=int(part.max(initial=0)) + 1)
        return np.where(part >= 0, total[np.maximum(part, 0)], 0.0)


def _components(ends: IntArray, inside: BoolArray) -> IntArray:
    """(nodes,) connected part of the priced region that each node belongs to; -1 outside."""
    count = len(inside)
    graph = coo_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(count, count))
    _, label = connected_components(graph, directed=False)
    return np.where(inside, label, -1).astype(np.int64)


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
    start: BoolArray,
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
    start
        (nodes,) nodes of a known plan.
    """
    network, highest = relaxation.network, np.array([each.highest_mvnd_per_kw for each in relaxation.limits])
    price = np.minimum(price, highest)
    tried: list[tuple[float, int, FloatArray, float, FloatArray]] = []
    for step in range(STEPS):
        best_here: tuple[float, PlanChoice] | None = None
        for rise in RISES if price.any() else RISES[:1]:
            found = choose_plan_fast(network, relaxation.priced(price, rise), start=start)
            value = found.cost_mvnd - relaxation.paid_back(price) - paid_mvnd
            tried.append((value, len(tried), price, rise, relaxation.excess_kw(found)))
            if best_here is None or value > best_here[0]:
                best_here = (value, found)
        slope = tried[-1][4]
        slope = np.where(((price <= 0) & (slope < 0)) | ((price >= highest) & (slope > 0)), 0.0, slope)
        missing = known_mvnd - max(each[0] for each in tried)
        if not slope.any() or missing <= 0:
            break
        price = np.clip(price + missing / float(slope @ slope) * slope / (1 + step / 4), 0.0, highest)
    tried.sort(key=lambda each: (-each[0], each[1]))
    proven = []
    for _, _, price, rise, excess in tried[:2]:
        solved = choose_plan(network, relaxation.priced(price, rise), parameters, start=start)
        bound = solved.lower_bound_mvnd - relaxation.paid_back(price) - paid_mvnd
        proven.append(Proven(bound, price, excess))
        if bound >= known_mvnd * (1 - parameters.plan_gap):
            break
    return max(proven, key=lambda each: each.mvnd)


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
        taps=tap_rows(study, problem.edge_mvnd),
        own_row=study.routes.line,
        load_kw=added_load_kw(study.settlements, p),
        limits=(),
        rows=len(study.grid.lines),
    )
    known, start = plan.choice.cost_mvnd, start_from(study.network, plan.choice)
    branching = _Branching(base, tuple(limits), p, known, paid, start)
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
    start: BoolArray

    def bound(self, least_mvnd: float) -> tuple[float, dict[str, float]]:
        p = self.parameters
        if not self.limits:
            return least_mvnd, {}
        states = (OPEN if p.reinforce_allowed else KEPT,) * len(self.limits)
        root = self._solved(states, np.zeros(len(self.limits)), least_mvnd)
        leaves, number = [(root.mvnd, 0, states, root)], 1
        while number < MAX_LEAVES:
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
            replace(self.base, limits=tuple(priced)),
            p,
            known_mvnd=self.known_mvnd - paid_for,
            paid_mvnd=self.paid_mvnd,
            price=price,
            start=self.start,
        )
        return replace(found, mvnd=max(found.mvnd + paid_for, least_mvnd))
