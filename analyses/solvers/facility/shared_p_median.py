"""p-median in which several sites may share a customer and somebody may stay unserved: Benders cuts with one knapsack
per site.

For fixed sites the rest is a transport problem, solved exactly with its prices. Those prices give a cut that holds for
every choice of sites, whatever p, group or fixed sites ask for, so cuts are kept and used again for other questions
about the same customers and sites.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from scipy import sparse

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray
from infragap.analyses.solvers.facility.site_choice import FIXED, SiteChoice
from infragap.analyses.solvers.facility.solution import MOST_ALTERNATIVES, NEAR_BEST, PROVEN, relative_gap
from infragap.analyses.solvers.facility.transport import climb_values, share_demand, worth_of_sites
from infragap.analyses.solvers.mixed_integer import Program, minimise
from infragap.analyses.solvers.stopping import Meter, Status, Stop

SHARE_WORK, WORTH_WORK, CLIMB_WORK = 4e-7, 3e-8, 6e-9
"""Units of work per customer and site of a transport problem, of the worth of all sites, and of a step of the climb
(measured)."""
CLIMB_ROUNDS = 200
"""Steps of the climb at most."""
MOST_STALLED, RELAXED_STEP = 8, 1e-5
"""How many rounds of cuts of partial openings may pass that lift the bound by no more than a step of the cost."""


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
    value: list[FloatArray] = field(default_factory=list)
    known: dict[tuple[int, ...], float] = field(default_factory=dict)
    meter: Meter = field(default_factory=lambda: Meter(Stop()))

    @cached_property
    def by_site(self) -> FloatArray:
        """(sites, customers) the cost."""
        return np.ascontiguousarray(self.cost.T)

    def shared(self, sites: IntArray) -> tuple[float, FloatArray]:
        """Least cost with these sites open, and who goes where; learns a cut."""
        open_cost = np.ascontiguousarray(self.cost[:, sites])
        self.meter.spend(SHARE_WORK * open_cost.size)
        amount, price = share_demand(open_cost, self.demand, self.capacity[sites], self.unserved)
        served = amount[:, :-1]
        paid = np.where(served > 0, open_cost, 0.0)
        total = float((served * paid).sum() + (amount[:, -1] * self.unserved).sum())
        key = tuple(sites.tolist())
        if key not in self.known:
            self.known[key] = total
            self._learn_prices(open_cost, price)
        return total, amount

    def learn_between(self, opening: FloatArray) -> None:
        """Learn the cut of a partial opening: its sites have that part of their places."""
        sites = np.flatnonzero(opening > 1e-6)
        open_cost = np.ascontiguousarray(self.cost[:, sites])
        self.meter.spend(SHARE_WORK * open_cost.size)
        _, price = share_demand(open_cost, self.demand, self.capacity[sites] * opening[sites], self.unserved)
        self._learn_prices(open_cost, price)

    def _learn_prices(self, open_cost: FloatArray, price: FloatArray) -> None:
        self.learn(np.minimum((open_cost + price).min(axis=1, initial=np.inf), self.unserved))

    def at_least(self, sites: IntArray) -> float:
        """What the cuts say that these sites cost at least."""
        return float((np.array(self.base) - np.array(self.worth)[:, sites].sum(axis=1)).max())

    def learn(self, value: FloatArray) -> None:
        """Keep the cut of these values: no sites cost less than `base` minus what they are worth."""
        self.meter.spend(WORTH_WORK * self.cost.size)
        self.value.append(value)
        self.base.append(float(value @ self.demand))
        self.worth.append(worth_of_sites(self.by_site, self.demand, self.capacity, value))

    def climb(self, choice: SiteChoice, target: float) -> None:
        """Raise the best bound that one cut gives by subgradient steps, and learn the cut that they end at."""
        self.meter.spend(CLIMB_WORK * self.cost.size * CLIMB_ROUNDS)
        bounds = [base - _most_worth(worth, choice) for base, worth in zip(self.base, self.worth, strict=True)]
        start = self.value[int(np.argmax(bounds))].copy()
        _, value, _ = climb_values(
            self.cost,
            self.demand,
            self.capacity,
            self.unserved,
            choice.block,
            choice.need,
            start,
            target,
            CLIMB_ROUNDS,
            0.5,
        )
        self.learn(value)

    def least(self, choice: SiteChoice, *, relaxed: bool) -> tuple[FloatArray | None, float]:
        """Best opening that the cuts allow, and its proven bound."""
        sites, cuts = len(self.capacity), len(self.base)
        worth = np.array(self.worth)
        scale = max(abs(self.base[0]), 1.0)
        blocks = (choice.block == np.arange(len(choice.need))[:, None]).astype(np.float64)
        rows = np.block([[worth / scale, np.ones((cuts, 1))], [blocks, np.zeros((len(choice.need), 1))]])
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
        outcome = minimise(program, self.meter, gap=1e-7)
        return (None if outcome.values is None else outcome.values[:-1]), outcome.bound * scale


def solve_shared(task: SharedTask, choice: SiteChoice, *, stop: Stop, start: IntArray | None = None) -> SharedSolution:
    """Open sites so that sharing the demand among them costs least.

    Parameters
    ----------
    task
        Customers, sites, and the cuts that other questions about them have left.
    choice
        Which sets of sites may open.
    stop
        When the search may stop.
    start
        Sites to begin with.
    """
    task.meter = Meter(stop)
    first = _greedy(task, choice) if start is None else np.sort(start)
    best_cost, amount = task.shared(first)
    best, met = first, {tuple(first.tolist()): best_cost}
    best, best_cost, amount = _improved(task, choice, best, best_cost, amount, met)
    bound = _relaxed(task, choice, best, best_cost, stop.gap)
    while relative_gap(best_cost, bound) > stop.gap and not task.meter.is_over:
        opening, found = task.least(choice, relaxed=False)
        bound = max(bound, min(found, best_cost))
        if opening is None or relative_gap(best_cost, bound) <= stop.gap:
            break
        sites = np.flatnonzero(opening > 0.5)
        key = tuple(sites.tolist())
        if key in met:
            # the cuts ask for sites that are known: what they say of them is the bound, free of the solver's tolerance
            bound = max(bound, min(best_cost, task.at_least(sites)))
            break
        cost, shared = task.shared(sites)
        met[key] = cost
        if cost < best_cost - 1e-9:
            best, best_cost, amount = _improved(task, choice, sites, cost, shared, met)
    return _certified(task, best, best_cost, amount, bound, met, stop.gap)


def _relaxed(task: SharedTask, choice: SiteChoice, best: IntArray, best_cost: float, gap: float) -> float:
    """Lift the bound with cuts of partial openings, half way between what the cuts ask for and the best sites known."""
    known, bound, stalled = _mask(best, len(task.capacity)).astype(np.float64), -np.inf, 0
    # half of the work is left for whole sites
    enough = task.meter.work_left / 2
    while task.meter.work_left > enough and not task.meter.is_over:
        opening, found = task.least(choice, relaxed=True)
        stalled = stalled + 1 if found - bound <= RELAXED_STEP * abs(best_cost) else 0
        bound = max(bound, min(found, best_cost))
        if opening is None or relative_gap(best_cost, bound) <= gap or stalled > MOST_STALLED:
            break
        task.learn_between((opening + known) / 2)
    if relative_gap(best_cost, bound) > gap:
        task.climb(choice, best_cost)
    return bound


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
    status: Status = "optimal" if reached <= PROVEN else "gap" if reached <= gap else task.meter.status
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
) -> tuple[IntArray, float, FloatArray]:
    """Exchange one site at a time for the one that the cuts promise most of, while that helps and work is left."""
    better = True
    enough = 0.75 * task.meter.work_left
    while better and task.meter.work_left > enough:
        better = False
        for out, site in _promising(task, choice, sites):
            swapped = np.sort(np.append(np.delete(sites, np.flatnonzero(sites == out)), site))
            key = tuple(swapped.tolist())
            if key in met or task.meter.work_left <= enough:
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


def _most_worth(worth: FloatArray, choice: SiteChoice) -> float:
    """What the worthiest allowed set of sites is worth."""
    total = 0.0
    for block, need in enumerate(choice.need.tolist()):
        if need:
            total += float(np.sort(worth[choice.block == block])[-need:].sum())
    return total
