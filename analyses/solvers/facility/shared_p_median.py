"""p-median in which several sites may share a customer and somebody may stay unserved: Benders cuts with one knapsack per site.

For fixed sites the rest is a transport problem, solved exactly with its prices. Those prices give a cut that holds for every choice of sites, whatever p,
group or fixed sites ask for, so cuts are kept and used again for other questions about the same customers and sites.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import numpy as np
from scipy import sparse

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray
from infragap.analyses.solvers.facility.site_choice import FIXED, SiteChoice
from infragap.analyses.solvers.facility.solution import MOST_ALTERNATIVES, NEAR_BEST, PROVEN, Status, relative_gap
from infragap.analyses.solvers.facility.transport import share_demand, worth_of_sites
from infragap.analyses.solvers.mixed_integer import Program, minimise


@dataclass(frozen=True)
class SharedSolution:
    """Open sites and who is served where.

    Parameters
    ----------
    sites
        (open sites,) site numbers, ascending.
    amount
        (customers, open sites) units of demand served.
    unserved
        (customers,) units that nobody serves.
    cost, lower_bound, gap, status
        As in `LocationSolution`.
    alternatives, alternative_costs
        Other site sets within 1 % of the cost that the search met, best first.
    """

    sites: IntArray
    amount: FloatArray
    unserved: FloatArray
    cost: float
    lower_bound: float
    gap: float
    status: Status
    alternatives: tuple[IntArray, ...]
    alternative_costs: tuple[float, ...]


@dataclass
class SharedTask:
    """Customers and sites, and the cuts that are known about them.

    Parameters
    ----------
    cost
        (customers, sites) of one unit, inf = out of reach.
    demand, unserved
        (customers,) units, and what one that nobody serves costs.
    capacity
        (sites,).
    """

    cost: FloatArray
    demand: FloatArray
    capacity: FloatArray
    unserved: FloatArray
    base: list[float] = field(default_factory=list)
    worth: list[FloatArray] = field(default_factory=list)
    known: dict[tuple[int, ...], float] = field(default_factory=dict)

    def shared(self, sites: IntArray) -> tuple[float, FloatArray]:
        """Least cost with these sites open, and who goes where; learns a cut."""
        open_cost = np.ascontiguousarray(self.cost[:, sites])
        amount, price = share_demand(open_cost, self.demand, self.capacity[sites], self.unserved)
        served = amount[:, :-1]
        paid = np.where(served > 0, open_cost, 0.0)
        total = float((served * paid).sum() + (amount[:, -1] * self.unserved).sum())
        key = tuple(sites.tolist())
        if key not in self.known:
            self.known[key] = total
            value = np.minimum((open_cost + price).min(axis=1, initial=np.inf), self.unserved)
            self.learn(value)
        return total, amount

    def learn(self, value: FloatArray) -> None:
        """Keep the cut of these values: no sites cost less than `base` minus what they are worth."""
        self.base.append(float(value @ self.demand))
        self.worth.append(worth_of_sites(self.cost, self.demand, self.capacity, value))

    def least(self, choice: SiteChoice, deadline_s: float, *, relaxed: bool) -> tuple[FloatArray | None, float]:
        """Best opening that the cuts allow, and its proven bound."""
        sites, cuts = len(self.capacity), len(self.base)
        worth = np.array(self.worth)
        scale = max(abs(self.base[0]), 1.0)
        blocks = (choice.block == np.arange(len(choice.need))[:, None]).astype(np.float64)
        rows = sparse.vstack(
            [
                sparse.hstack([sparse.csr_array(worth / scale), np.ones((cuts, 1))]),
                sparse.hstack([sparse.csr_array(blocks), np.zeros((len(choice.need), 1))]),
            ]
        )
        need = choice.need.astype(np.float64)
        program = Program(
            objective=np.concatenate([np.zeros(sites), [1.0]]),
            lower=np.concatenate([(choice.block == FIXED).astype(np.float64), [-np.inf]]),
            upper=np.concatenate([(choice.block >= 0).astype(np.float64), [np.inf]]),
            integer=np.concatenate([np.full(sites, not relaxed), [False]]),
            rows=sparse.csr_array(rows),
            row_lower=np.concatenate([np.array(self.base) / scale, need]),
            row_upper=np.concatenate([np.full(cuts, np.inf), need]),
        )
        outcome = minimise(program, deadline_s=deadline_s, gap=1e-7)
        return (None if outcome.values is None else outcome.values[:-1]), outcome.bound * scale


def solve_shared(
    task: SharedTask, choice: SiteChoice, *, gap: float, deadline_s: float, start: IntArray | None = None
) -> SharedSolution:
    """Open sites so that sharing the demand among them costs least.

    Parameters
    ----------
    task
        Customers, sites, and the cuts that other questions about them have left.
    choice
        Which sets of sites may open.
    gap
        Relative gap at which the search may stop.
    deadline_s
        On the clock of ``time.perf_counter``.
    start
        Sites to begin with.
    """
    first = _greedy(task, choice) if start is None else np.sort(start)
    best_cost, amount = task.shared(first)
    best, met = first, {tuple(first.tolist()): best_cost}
    best, best_cost, amount = _improved(task, choice, best, best_cost, amount, met, deadline_s)
    bound = -np.inf
    while relative_gap(best_cost, bound) > gap:
        opening, found = task.least(choice, deadline_s, relaxed=False)
        bound = max(bound, min(found, best_cost))
        if opening is None or relative_gap(best_cost, bound) <= gap:
            break
        sites = np.flatnonzero(opening > 0.5)
        key = tuple(sites.tolist())
        if key in met or time.perf_counter() > deadline_s:
            break
        cost, shared = task.shared(sites)
        met[key] = cost
        if cost < best_cost - 1e-9:
            best, best_cost, amount = _improved(task, choice, sites, cost, shared, met, deadline_s)
    return _certified(task, best, best_cost, amount, bound, met, gap)


def _certified(
    task: SharedTask,
    sites: IntArray,
    cost: float,
    amount: FloatArray,
    bound: float,
    met: dict[tuple[int, ...], float],
    gap: float,
) -> SharedSolution:
    reached = relative_gap(cost, bound)
    status: Status = "optimal" if reached <= PROVEN else "gap" if reached <= gap else "time_limit"
    others = sorted(
        (value, key) for key, value in met.items() if key != tuple(sites.tolist()) and value <= cost * (1 + NEAR_BEST)
    )[:MOST_ALTERNATIVES]
    return SharedSolution(
        sites=sites,
        amount=amount[:, :-1],
        unserved=amount[:, -1],
        cost=cost,
        lower_bound=min(bound, cost),
        gap=reached,
        status=status,
        alternatives=tuple(np.array(key, np.int64) for _, key in others),
        alternative_costs=tuple(value for value, _ in others),
    )


def _greedy(task: SharedTask, choice: SiteChoice) -> IntArray:
    """In each block the sites that are worth most on their own."""
    if not task.base:
        task.learn(task.unserved)
    picked = []
    for block, need in enumerate(choice.need.tolist()):
        members = np.flatnonzero(choice.block == block)
        order = np.argsort(-task.worth[0][members], kind="stable")
        picked.append(members[order[:need]])
    return np.sort(np.concatenate(picked)).astype(np.int64)


def _improved(
    task: SharedTask,
    choice: SiteChoice,
    sites: IntArray,
    cost: float,
    amount: FloatArray,
    met: dict[tuple[int, ...], float],
    deadline_s: float,
) -> tuple[IntArray, float, FloatArray]:
    """Exchange one site at a time for the one that the newest cut promises most of, while that helps."""
    better = True
    while better and time.perf_counter() < deadline_s:
        better = False
        for out, site in _promising(task, choice, sites):
            swapped = np.sort(np.append(np.delete(sites, np.flatnonzero(sites == out)), site))
            key = tuple(swapped.tolist())
            if key in met:
                continue
            value, shared = task.shared(swapped)
            met[key] = value
            if value < cost - 1e-9:
                sites, cost, amount, better = swapped, value, shared, True
                break
    return sites, cost, amount


def _promising(task: SharedTask, choice: SiteChoice, sites: IntArray, *, most: int = 3) -> list[tuple[int, int]]:
    """Exchanges of an open site for others of its block, those with the best bound first."""
    worth, is_open = np.array(task.worth), _mask(sites, len(task.capacity))
    together = np.array(task.base) - worth[:, sites].sum(axis=1)
    found = []
    for out in sites.tolist():
        if choice.block[out] == FIXED:
            continue
        rivals = np.flatnonzero((choice.block == choice.block[out]) & ~is_open)
        if not len(rivals):
            continue
        bound = (together[:, None] + worth[:, [out]] - worth[:, rivals]).max(axis=0)
        order = np.lexsort((rivals, bound))[:most]
        found += [(float(bound[place]), out, int(rivals[place])) for place in order.tolist()]
    return [(out, site) for _, out, site in sorted(found)]


def _mask(sites: IntArray, count: int) -> BoolArray:
    mask = np.zeros(count, np.bool_)
    mask[sites] = True
    return mask
