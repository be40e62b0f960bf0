"""p-median with capacities, each customer wholly at one site: search, Lagrangian bound, and HiGHS on what is left."""

import heapq
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from infragap.analyses.arrays import FloatArray, IntArray
from infragap.analyses.solvers.facility.capacitated_bound import Loads, capacitated_climb
from infragap.analyses.solvers.facility.capacitated_search import capacitated_search
from infragap.analyses.solvers.facility.capacity_check import refuse_proven
from infragap.analyses.solvers.facility.interchange import greedy_sites, interchange
from infragap.analyses.solvers.facility.lagrangian_bound import reduced_costs
from infragap.analyses.solvers.facility.p_median import LARGEST_WHOLE, fixed_by_cost, rounded
from infragap.analyses.solvers.facility.site_choice import CLOSED, FIXED, SiteChoice
from infragap.analyses.solvers.facility.solution import Found, relative_gap
from infragap.analyses.solvers.infeasible import Undecided
from infragap.analyses.solvers.mixed_integer import Program, minimise
from infragap.analyses.solvers.stopping import Meter

# Largest work of one round of whole-number knapsacks: customers x sites x capacity
KNAPSACK_WORK = 2e7
# Work of the searches, in visited pairs of customers or of customer and site
SEARCH_PAIRS = 2e9
PASSES = 10.0  # over all pairs in one round of a search
# Units of work: of such a pair, and of a step of the Lagrangian bound per pair of customer and site
PAIR_WORK, KNAPSACK_WORK_A_PAIR = 1e-9, 1e-9
CLIMBS, CLIMB_ITERATIONS = 12, 150
# In a branch the prices of its parent are near: fewer iterations, smaller steps
NODE_ITERATIONS, NODE_STEP = 60, 0.2
# HiGHS takes over a branch once so few pairs per customer are left
FEW_PAIRS = 3
# Largest programme handed to HiGHS, in (customer, site) pairs
MOST_PAIRS = 400_000


@dataclass(frozen=True)
class CapacitatedTask:
    """Weighted cost (customers, sites; inf = out of reach), demand, capacity, and which sets may open."""

    cost: FloatArray
    demand: FloatArray
    capacity: FloatArray
    choice: SiteChoice

    def fitting(self) -> "CapacitatedTask":
        """Put customers larger than a site out of its reach."""
        fits = self.demand[:, None] <= self.capacity[None, :] * (1 + 1e-12)
        return replace(self, cost=np.where(fits & (self.choice.block >= 0), self.cost, np.inf))

    @property
    def loads(self) -> Loads:
        """Demands and capacities as the bound takes them: whole numbers where that is exact and affordable."""
        capacity = np.minimum(self.capacity, self.demand.sum())
        whole = self._has_whole_loads
        return Loads(self.demand, np.floor(capacity) if whole else capacity, whole)

    @property
    def _has_whole_loads(self) -> bool:
        """Say whether exact knapsacks are affordable: whole demands and moderate capacities."""
        if not (self.demand == np.rint(self.demand)).all():
            return False
        finite = self.capacity[np.isfinite(self.capacity)].max(initial=0.0)
        return bool(self.cost.size * min(finite, self.demand.sum()) <= KNAPSACK_WORK)


@dataclass
class _Best:
    """Best assignment so far."""

    cost: float
    assignment: IntArray
    sites: IntArray
    unit: float
    others: list[tuple[float, tuple[int, ...]]]

    @property
    def cutoff(self) -> float:
        return self.cost - max(self.unit * (1.0 - 1e-6), 1e-9 * abs(self.cost)) if self.cost < np.inf else np.inf

    def offer(self, cost: float, assignment: IntArray, sites: IntArray) -> None:
        self.others.append((cost, tuple(sorted(int(j) for j in sites))))
        if cost < self.cost:
            self.cost, self.assignment, self.sites = cost, assignment, np.sort(sites)


def solve_capacitated(task: CapacitatedTask, meter: Meter, *, gap: float) -> Found:
    """Minimise the sum of costs with every customer wholly at one site within its capacity.

    Parameters
    ----------
    task
        The instance.
    gap
        Relative gap at which HiGHS may stop.
    meter
        Work and time that it may take.

    Raises
    ------
    Infeasible
        Proven: no allowed set of sites carries the demand; names the least relaxation found.
    Undecided
        Neither an assignment nor that proof within the meter.
    """
    given, task = task, task.fitting()
    finite = np.isfinite(task.cost)
    costs = np.where(finite, task.cost, 0.0)
    penalty = 1.0 + float(costs.max(axis=1).sum())
    unit = 1.0 if bool((costs == np.rint(costs)).all()) and penalty < LARGEST_WHOLE else 0.0
    best = _Best(np.inf, np.full(len(costs), -1), np.zeros(0, dtype=np.int64), unit, [])
    site_cost = np.ascontiguousarray(np.where(finite, task.cost, penalty).T)
    _first_search(task, site_cost, penalty, best, meter)
    bound, price, choice = _climb(task, site_cost, penalty, best, meter)
    if best.cost == np.inf:
        _first_feasible(given, task, best, meter)
    if bound <= best.cutoff and not meter.is_over:
        bound = max(bound, _branch(task, choice, price, bound, best, gap, meter))
    if bound > best.cutoff:
        bound = best.cost
    return Found(best.sites, best.assignment, best.cost, bound, tuple(best.others))


def _first_search(task: CapacitatedTask, site_cost: FloatArray, penalty: float, best: _Best, meter: Meter) -> None:
    """Begin at the sites of the problem without capacities."""
    choice = task.choice
    sites = np.asarray(greedy_sites(site_cost, choice), dtype=np.int64)
    interchange(site_cost, choice.block, sites)
    _search(task, site_cost, penalty, best, sites, meter, rounds=_rounds(task, share=0.5), seed=1)


def _rounds(task: CapacitatedTask, *, share: float) -> int:
    n_customers, n_sites = task.cost.shape
    return int(np.clip(share * SEARCH_PAIRS / (PASSES * n_customers * (n_customers + n_sites)), 2, 1000))


def _search(
    task: CapacitatedTask,
    site_cost: FloatArray,
    penalty: float,
    best: _Best,
    sites: IntArray,
    meter: Meter,
    *,
    rounds: int,
    seed: int,
) -> None:
    n_customers, n_sites = task.cost.shape
    meter.spend(PAIR_WORK * PASSES * rounds * n_customers * (n_customers + n_sites))
    chosen = sites.copy()
    cost, place = capacitated_search(
        site_cost, task.demand, task.capacity, task.choice.block, chosen, penalty, rounds, seed
    )
    if cost < penalty:
        best.offer(float(cost), chosen[place], chosen)


def _climb(
    task: CapacitatedTask, site_cost: FloatArray, penalty: float, best: _Best, meter: Meter
) -> tuple[float, FloatArray, SiteChoice]:
    """Raise the Lagrangian bound, search from its sites, decide sites by reduced cost."""
    choice = task.choice
    reachable = np.where(np.isfinite(task.cost), task.cost, np.inf)
    nearest = reachable[:, choice.block >= 0].min(axis=1)
    bound, price = float(nearest.sum()), nearest
    now = _middling(task.cost, choice)
    loads = task.loads
    step = 1.0
    for round_number in range(CLIMBS):
        if bound > best.cutoff or meter.is_over:
            break
        meter.spend(_climb_work(task, loads, CLIMB_ITERATIONS))
        target = (best.cost if best.cost < np.inf else 2.0 * bound + 1.0) * (1 + 1e-4)
        found, now, now_earned, often, step = capacitated_climb(
            np.ascontiguousarray(reachable.T), loads, choice, now, target, CLIMB_ITERATIONS, step
        )
        if found > bound:
            bound, price = found, now
        _search(
            task,
            site_cost,
            penalty,
            best,
            rounded(often, choice),
            meter,
            rounds=_rounds(task, share=0.5 / CLIMBS),
            seed=2 + round_number,
        )
        choice = _decided(choice, now_earned, found, best)
        if step < 1e-3:
            break
    return bound, price, choice


def _climb_work(task: CapacitatedTask, loads: Loads, iterations: int) -> float:
    """Units of work of so many steps of the Lagrangian bound: a knapsack per site, over loads where those are whole."""
    depth = 1.0 + float(loads.capacity.max(initial=0.0)) / 10.0 if loads.whole else 1.0
    return KNAPSACK_WORK_A_PAIR * iterations * task.cost.size * depth


def _first_feasible(given: CapacitatedTask, task: CapacitatedTask, best: _Best, meter: Meter) -> None:
    """Where the search found no assignment, let HiGHS find one or prove that there is none.

    Raises
    ------
    Infeasible
        There is none.
    Undecided
        Neither was found within the meter.
    """
    customer, site = np.nonzero(np.isfinite(task.cost) & (task.choice.block != CLOSED))
    outcome = minimise(_program(task, task.choice, customer, site), meter, gap=1.0)
    if outcome.values is not None:
        _offer_program(task, best, customer, site, outcome.values)
    elif outcome.bound == np.inf:
        refuse_proven(given.cost, given.demand, given.capacity, given.choice)
    else:
        raise Undecided(
            "No assignment within the capacities was found within the work allowed, nor proven impossible.",
            relaxation="Allow more work, more sites or larger capacities.",
        )


def _offer_program(task: CapacitatedTask, best: _Best, customer: IntArray, site: IntArray, values: FloatArray) -> None:
    opening, used = np.split(values, [len(task.choice.block)])
    assignment = np.full(len(task.cost), -1)
    assignment[customer[used > 0.5]] = site[used > 0.5]
    cost = float(task.cost[np.arange(len(assignment)), assignment].sum())
    best.offer(cost, assignment, np.flatnonzero(opening > 0.5))


def _middling(cost: FloatArray, choice: SiteChoice) -> FloatArray:
    """Prices to begin with: each customer's site half way to the sites per open site."""
    allowed = np.flatnonzero(choice.block >= 0)
    ranked = np.sort(cost[:, allowed], axis=1)
    last = np.isfinite(ranked).sum(axis=1) - 1
    rank = np.minimum(last, len(allowed) // (2 * choice.p))
    return np.asarray(ranked[np.arange(len(cost)), rank], dtype=np.float64)


def _decided(choice: SiteChoice, earned: FloatArray, bound: float, best: _Best) -> SiteChoice:
    """Open and close the sites that no better solution has otherwise."""
    is_open = np.zeros(len(choice.block), dtype=np.bool_)
    is_open[rounded(earned, choice)] = True
    return fixed_by_cost(choice, reduced_costs(earned, is_open, choice), bound, best.cutoff)


def _branch(
    task: CapacitatedTask,
    choice: SiteChoice,
    price: FloatArray,
    bound: float,
    best: _Best,
    gap: float,
    meter: Meter,
) -> float:
    """Best-first branching on sites over the Lagrangian bound, HiGHS where few pairs are left; returns the bound."""
    site_cost = np.ascontiguousarray(task.cost.T)
    loads = task.loads
    queue: list[tuple[float, int, SiteChoice, FloatArray]] = [(bound, 0, choice, price)]
    closed_bound = np.inf
    branches = 0
    while queue and not meter.is_over:
        lowest = min(queue[0][0], closed_bound)
        if queue[0][0] > best.cutoff or relative_gap(best.cost, lowest) <= min(gap, 1e-6):
            break
        node_bound, _, node, price = queue[0]
        target = best.cost if best.cost < np.inf else 2.0 * node_bound + 1.0
        meter.spend(_climb_work(task, loads, NODE_ITERATIONS))
        found, price, earned, often, _ = capacitated_climb(
            site_cost, loads, node, price, target, NODE_ITERATIONS, NODE_STEP
        )
        node_bound = max(node_bound, found)
        node = _decided(node, earned, found, best)
        heapq.heappop(queue)
        if found > best.cutoff or not node.is_possible():
            continue
        customer, site = _useful_pairs(task, node, price, earned, best)
        undecided = node.block > FIXED
        if not undecided.any() or len(customer) <= FEW_PAIRS * len(price):
            node_bound, solved = _finish(task, node, customer, site, node_bound, best, meter)
            if not solved:
                closed_bound = min(closed_bound, node_bound)
            continue
        j = int(np.argmin(np.where(undecided, np.abs(often - 0.6), np.inf)))
        for is_open in (True, False):
            child = node.with_site(j, is_open=is_open)
            if child.is_possible():
                branches += 1
                heapq.heappush(queue, (node_bound, branches, child, price))
    return float(min(queue[0][0] if queue else np.inf, closed_bound, best.cost))


def _useful_pairs(
    task: CapacitatedTask, choice: SiteChoice, price: FloatArray, earned: FloatArray, best: _Best
) -> tuple[IntArray, IntArray]:
    """Pairs (customer, site) that a better solution could use.

    Using a pair lifts the bound at `price` by the site's reduced cost where the site is closed there, and by
    cost - price where the pair earns nothing; above the cutoff the pair is out.
    """
    is_open = np.zeros(len(choice.block), dtype=np.bool_)
    is_open[rounded(earned, choice)] = True
    reduced = np.maximum(reduced_costs(earned, is_open, choice), 0.0)
    at_price = float(price.sum() - earned[is_open].sum())
    rise = reduced[None, :] + np.maximum(task.cost - price[:, None], 0.0)
    customer, site = np.nonzero(np.isfinite(task.cost) & (choice.block != CLOSED) & (at_price + rise <= best.cutoff))
    return customer, site


def _finish(
    task: CapacitatedTask,
    choice: SiteChoice,
    customer: IntArray,
    site: IntArray,
    bound: float,
    best: _Best,
    meter: Meter,
) -> tuple[float, bool]:
    """Hand the useful pairs to HiGHS; returns the bound and whether nothing better than the best is left."""
    if len(customer) > MOST_PAIRS:
        return bound, False
    outcome = minimise(_program(task, choice, customer, site), meter)
    if outcome.values is not None:
        _offer_program(task, best, customer, site, outcome.values)
    # what was left out costs more than the cutoff at least
    bound = max(bound, min(outcome.bound, best.cost))
    return bound, bound > best.cutoff or relative_gap(best.cost, bound) <= 1e-9


def _program(task: CapacitatedTask, choice: SiteChoice, customer: IntArray, site: IntArray) -> Program:
    """Variables: opening of each site, use of each pair; an opened site carries at most its capacity."""
    n_customers, n_sites = task.cost.shape
    n_pairs = len(customer)
    at, ones = np.arange(n_pairs), np.ones(n_pairs)
    once = sparse.csr_array((ones, (customer, at)), shape=(n_customers, n_pairs))
    load = sparse.csr_array((task.demand[customer], (site, at)), shape=(n_sites, n_pairs))
    opened = sparse.csr_array((-ones, (at, site)), shape=(n_pairs, n_sites))
    blocks = sparse.csr_array(
        (choice.block == np.arange(len(choice.need))[:, None]).astype(np.float64), dtype=np.float64
    )
    capacity = np.minimum(task.capacity, task.demand.sum())
    need = choice.need.astype(np.float64)
    no_sites = sparse.csr_array((n_customers, n_sites), dtype=np.float64)
    no_pairs = sparse.csr_array((len(need), n_pairs), dtype=np.float64)
    rows = sparse.vstack(
        [
            sparse.hstack([no_sites, once]),
            sparse.hstack([sparse.csr_array(sparse.diags_array(-capacity)), load]),
            sparse.hstack([opened, sparse.csr_array(sparse.eye_array(n_pairs))]),
            sparse.hstack([blocks, no_pairs]),
        ]
    )
    below = np.full(n_sites + n_pairs, -np.inf)
    return Program(
        objective=np.concatenate([np.zeros(n_sites), task.cost[customer, site]]),
        lower=np.concatenate([(choice.block == FIXED).astype(np.float64), np.zeros(n_pairs)]),
        upper=np.concatenate([(choice.block >= 0).astype(np.float64), ones]),
        integer=np.ones(n_sites + n_pairs, dtype=np.bool_),
        rows=sparse.csr_array(rows),
        row_lower=np.concatenate([np.ones(n_customers), below, need]),
        row_upper=np.concatenate([np.ones(n_customers), np.zeros(n_sites + n_pairs), need]),
    )
