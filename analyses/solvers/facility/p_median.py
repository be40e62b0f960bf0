"""Where p sites go so that the sum of each customer's nearest cost is least, with proof.

Interchange finds the sites, the Lagrangian dual bounds them and closes most others, Benders cuts on the rest and
branching finish the proof.
"""

import heapq

import numpy as np

from infragap.analyses.arrays import FloatArray, IntArray
from infragap.analyses.solvers.facility.benders_cuts import Master, Relaxed
from infragap.analyses.solvers.facility.interchange import greedy_sites, interchange, shaken_search, swap_costs
from infragap.analyses.solvers.facility.lagrangian_bound import NearestFirst, climb, dual_bound, nearest_first
from infragap.analyses.solvers.facility.set_cover import cover_start
from infragap.analyses.solvers.facility.site_choice import CLOSED, FIXED, SiteChoice
from infragap.analyses.solvers.facility.solution import MOST_ALTERNATIVES, Found, relative_gap
from infragap.analyses.solvers.stopping import Interrupted, Meter

# Work of the heuristic start, in visited (customer, site) pairs
SHAKING_PAIRS = 4e8
CLIMBS, CLIMB_ITERATIONS = 12, 150
# Units of work per (customer, site) pair: of a disturbance with the interchange after it, and of a step of the dual
# climb
PASS_WORK, PRICE_WORK = 4e-9, 1e-9
# Costs below this are summed with an error far below 1e-6
LARGEST_WHOLE = 1e8
# Branches spent on a full proof although the gap asked for is reached
BRANCHES_PAST_GAP = 200


class Incumbent:
    """Best sites so far, others met on the way, and the cost below which a better set would have to lie."""

    def __init__(self, site_cost: FloatArray, choice: SiteChoice) -> None:
        """Hold finite costs, (sites, customers), out of reach priced above any solution."""
        self.site_cost = site_cost
        self.choice = choice
        self.sites = np.array([], dtype=np.int64)
        self.cost = np.inf
        self.others: list[tuple[float, tuple[int, ...]]] = []
        self.unit = 1.0 if bool((site_cost == np.rint(site_cost)).all()) else 0.0

    @property
    def cutoff(self) -> float:
        """A bound above this leaves no better set; whole costs improve by at least 1 (where rounding is far below
        1)."""
        unit = self.unit if self.cost < LARGEST_WHOLE else 0.0
        return self.cost - max(unit * (1.0 - 1e-6), 1e-9 * abs(self.cost))

    def offer(self, sites: IntArray) -> None:
        """Improve these sites by interchange and keep them where they are better."""
        chosen = sites.astype(np.int64)
        cost = float(interchange(self.site_cost, self.choice.block, chosen))
        self.others.append((cost, tuple(sorted(int(j) for j in chosen))))
        if cost < self.cost:
            self.cost, self.sites = cost, np.sort(chosen)

    def shake(self, rounds: int, seed: int) -> None:
        """Search on from the best by random disturbance."""
        chosen = self.sites.copy()
        cost = float(shaken_search(self.site_cost, self.choice.block, chosen, self.cost, rounds, seed))
        self.others.append((self.cost, tuple(int(j) for j in self.sites)))
        if cost < self.cost:
            self.cost, self.sites = cost, np.sort(chosen)

    def proven(self, bound: float) -> float:
        """Lift a bound that passes the cutoff to the cost itself."""
        return self.cost if bound > self.cutoff else bound


def solve_p_median(cost: FloatArray, choice: SiteChoice, meter: Meter, *, gap: float) -> Found:
    """Minimise the sum of nearest costs.

    Parameters
    ----------
    cost
        (customers, sites) weighted, inf = out of reach.
    choice
        Which sets may open.
    gap
        Relative gap at which branching may stop.
    meter
        Work and time that it may take.

    Raises
    ------
    Infeasible
        No allowed set reaches every customer.
    """
    order = nearest_first(cost)
    best = _start(cost, choice, meter)
    bound = float(order.cost[:, 0].sum())
    bound, price, choice_left = _climb(order, choice, best, bound, meter)
    if bound <= best.cutoff and not meter.is_over:
        bound = max(bound, _branch(order, choice_left, best, price, bound, gap, meter))
    _note_swaps(best)
    nearest = np.argmin(cost[:, best.sites], axis=1)
    exact = float(cost[np.arange(len(cost)), best.sites[nearest]].sum())
    return Found(
        sites=best.sites,
        assignment=best.sites[nearest],
        cost=exact,
        lower_bound=best.proven(bound),
        others=tuple(best.others),
    )


def _start(cost: FloatArray, choice: SiteChoice, meter: Meter) -> Incumbent:
    """Greedy and interchange, then shaking; where that misses customers, start from a cover."""
    finite = np.isfinite(cost)
    penalty = 1.0 + float(np.where(finite, cost, 0.0).max(axis=1).sum())
    best = Incumbent(np.ascontiguousarray(np.where(finite, cost, penalty).T), choice)
    best.offer(greedy_sites(best.site_cost, choice))
    if best.cost >= penalty:
        best.offer(cover_start(finite, choice, meter))
    rounds = int(np.clip(SHAKING_PAIRS / (3 * cost.size), 1, 60))
    if best.cost > 0 and not meter.is_over:
        best.shake(rounds, seed=1)
        meter.spend(PASS_WORK * rounds * cost.size)
    return best


def _climb(
    order: NearestFirst, choice: SiteChoice, best: Incumbent, bound: float, meter: Meter
) -> tuple[float, FloatArray, SiteChoice]:
    """Raise the dual bound, offer its sites, and decide the sites whose reduced cost passes the cutoff."""
    ranked = np.sort(best.site_cost[best.sites], axis=0)
    price = ranked[min(1, len(ranked) - 1)].copy()
    np.minimum(price, order.cost[np.arange(len(price)), order.reach - 1], out=price)
    top_price = order.cost[:, 0].copy()
    step = 1.0
    for _ in range(CLIMBS):
        if bound > best.cutoff or meter.is_over:
            break
        meter.spend(PRICE_WORK * CLIMB_ITERATIONS * order.site.size)
        target = best.cost * (1 + 1e-4)
        found, price, is_open, step = climb(order, choice, price, target, CLIMB_ITERATIONS, step)
        best.offer(np.flatnonzero(is_open))
        if found > bound:
            bound, top_price = found, price
        decided, _ = decide(order, choice, best, price)
        if (decided.block != choice.block).any():
            choice = decided
            order = order.without(choice.block == CLOSED)
        if step < 1e-3:
            break
    return bound, top_price, choice


def decide(order: NearestFirst, choice: SiteChoice, best: Incumbent, price: FloatArray) -> tuple[SiteChoice, float]:
    """Open and close every site that no better set can have otherwise; also returns the bound at these prices."""
    bound, reduced = dual_bound(order, choice, price)
    return fixed_by_cost(choice, reduced, float(bound), best.cutoff), float(bound)


def fixed_by_cost(choice: SiteChoice, reduced: FloatArray, bound: float, cutoff: float) -> SiteChoice:
    """Open and close the sites whose other state lifts the bound above the cutoff."""
    block, need = choice.block.copy(), choice.need.copy()
    undecided = block > FIXED
    for j in np.flatnonzero(undecided & (bound - reduced > cutoff) & (reduced < 0)):
        need[block[j]] -= 1
        need[FIXED] += 1
        block[j] = FIXED
    block[undecided & (bound + reduced > cutoff) & (reduced > 0)] = CLOSED
    return SiteChoice(block, need)


def _branch(
    order: NearestFirst,
    choice: SiteChoice,
    best: Incumbent,
    price: FloatArray,
    bound: float,
    gap: float,
    meter: Meter,
) -> float:
    """Best-first branching on the opening of sites over the cut relaxation; returns the proven bound."""
    order = order.without(choice.block == CLOSED)
    master = Master(order, choice)
    everyone = np.arange(len(price))
    master.add_cuts(everyone, price)
    master.add_cuts(everyone, best.site_cost[best.sites].min(axis=0))
    queue: list[tuple[float, int, SiteChoice]] = [(bound, 0, choice)]
    closed_bound = np.inf
    branches = 0
    while queue:
        lowest = min(queue[0][0], closed_bound)
        near_enough = branches > BRANCHES_PAST_GAP and relative_gap(best.cost, lowest) <= gap
        if queue[0][0] > best.cutoff or near_enough:
            break
        node_bound, _, node = queue[0]
        try:
            node_bound, node, relaxed = _relax(master, order, node, best, node_bound, meter)
        except Interrupted:
            break
        heapq.heappop(queue)
        if relaxed is None or node_bound > best.cutoff:
            continue
        best.offer(rounded(relaxed.opening, node))
        undecided = node.block > FIXED
        distance = np.where(undecided, np.abs(relaxed.opening - 0.5), 1.0)
        if not undecided.any() or distance.min() > 0.5 - 1e-6:
            # the relaxation chose whole sites: its value is their cost
            closed_bound = min(closed_bound, node_bound)
            continue
        site = int(np.argmin(distance))
        for is_open in (True, False):
            child = node.with_site(site, is_open=is_open)
            if child.is_possible():
                branches += 1
                heapq.heappush(queue, (node_bound, branches, child))
    return float(min(queue[0][0] if queue else np.inf, closed_bound, best.cost))


def _relax(
    master: Master,
    order: NearestFirst,
    node: SiteChoice,
    best: Incumbent,
    bound: float,
    meter: Meter,
) -> tuple[float, SiteChoice, Relaxed | None]:
    """Solve a branch with cuts until none is violated; the bound is computed from the prices, not taken from the LP."""
    while True:
        master.restrict(node)
        relaxed = master.solve(meter)
        if relaxed is None:
            return bound, node, None
        decided, exact = decide(order, node, best, relaxed.price)
        bound = max(bound, exact)
        if bound > best.cutoff:
            return bound, node, relaxed
        node = decided
        if not master.tighten(relaxed):
            return bound, node, relaxed


def rounded(opening: FloatArray, choice: SiteChoice) -> IntArray:
    """Open in each block the sites with the largest opening."""
    left = choice.need.copy()
    chosen = []
    for j in np.argsort(-opening, kind="stable"):
        if choice.block[j] >= 0 and left[choice.block[j]] > 0:
            left[choice.block[j]] -= 1
            chosen.append(j)
    return np.array(chosen, dtype=np.int64)


def _note_swaps(best: Incumbent) -> None:
    """Add the cheapest exchanges of one site."""
    costs = swap_costs(best.site_cost, best.choice.block, best.sites)
    for at in np.argsort(costs, axis=None, kind="stable")[:MOST_ALTERNATIVES]:
        j, r = np.unravel_index(at, costs.shape)
        swapped = best.sites.copy()
        swapped[r] = j
        best.others.append((float(costs[j, r]), tuple(sorted(int(site) for site in swapped))))
