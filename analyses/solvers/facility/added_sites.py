"""Which sites to open beside those that are there: branch and bound over regions, with cuts of partial openings.

For a partial opening the sharing of the demand is a flow problem, solved exactly; its values give a cut that holds for
every opening and is the strongest there is at this one. Where places are short all over, the relaxation opens a third
of a site here and a fifth there. One site more or less says little then: the search branches on how many sites a whole
region gets, regions being the clusters of sites that share customers.

References
----------
.. [1] P. Wentges, "Accelerating Benders' decomposition for the capacitated facility location problem", Math Meth Oper
   Res 44, 1996: the cuts.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field

import highspy
import numpy as np
from scipy.cluster.hierarchy import linkage

from infragap.analyses.arrays import FloatArray, IntArray
from infragap.analyses.solvers.facility.shared_p_median import SharedSolution
from infragap.analyses.solvers.facility.solution import MOST_ALTERNATIVES, NEAR_BEST, PROVEN, relative_gap
from infragap.analyses.solvers.facility.transport import share_partly, worth_of_sites
from infragap.analyses.solvers.mixed_integer import quiet_highs, run_simplex
from infragap.analyses.solvers.stopping import Meter, Status, Stop

PARTLY_WORK, WORTH_WORK = 6e-8, 2e-8
"""Units of work per customer and site of sharing among partly open sites, and of the worth of all sites (measured)."""
LEAST_LIFT, LEAST_LIFT_AT_ROOT = 1.5e-4, 4e-5
"""A round of cuts that lifts the bound by less than this share of the cost counts as stalled."""
MOST_STALLED, MOST_STALLED_AT_ROOT = 2, 4
"""So many stalled rounds end the cutting of a branch."""
WHOLE = 1e-5
"""Openings this near to 0 or 1 are whole."""

Branch = dict[int, tuple[float, float]]
"""Fewest and most sites of regions, by the region's number."""


@dataclass
class AddingTask:
    """Customers, sites that are there, sites that may be added, and what is known about them.

    Parameters
    ----------
    cost
        (customers, sites) of one unit, inf = out of reach.
    demand, unserved
        (customers,) units, and what one that nobody serves costs; finite.
    capacity
        (sites,).
    there
        (t,) sites that are open anyway.
    """

    cost: FloatArray
    demand: FloatArray
    capacity: FloatArray
    unserved: FloatArray
    there: IntArray
    known: dict[tuple[int, ...], float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Open the relaxation: one opening per site that may be added, one variable for the cost, no cuts yet."""
        self.free = np.setdiff1d(np.arange(len(self.capacity)), self.there)
        self.every = np.column_stack([self.cost, self.unserved])
        self._free_by_site = np.ascontiguousarray(self.cost[:, self.free].T)
        self._there_by_site = np.ascontiguousarray(self.cost[:, self.there].T)
        self._scale = max(float(self.unserved @ self.demand), 1.0)
        self.meter = Meter(Stop())
        self._highs = quiet_highs(presolve="off", solver="simplex")
        count = len(self.free)
        nothing = np.array([], dtype=np.int64)
        lower, upper = np.zeros(count + 1), np.ones(count + 1)
        lower[count], upper[count] = -self._highs.inf, self._highs.inf
        weight = np.zeros(count + 1)
        weight[count] = 1.0
        starts = np.zeros(count + 1, dtype=np.int32)
        self._highs.addCols(count + 1, weight, lower, upper, 0, starts, nothing, np.array([]))
        self._highs.addRow(0.0, 0.0, count, np.arange(count, dtype=np.int32), np.ones(count))
        self.regions = _regions(self.cost[:, self.free])
        self._row_of: dict[int, int] = {}
        self._learn(self.unserved)

    def shared(self, opening: FloatArray) -> float:
        """Least cost at an opening of the sites that may be added, whole or in part; learns its cut."""
        whole = np.ones(len(self.capacity))
        whole[self.free] = opening
        sites = np.flatnonzero(whole > WHOLE)
        cost = np.ascontiguousarray(self.every[:, np.append(sites, len(self.capacity))])
        self.meter.spend(PARTLY_WORK * cost.size)
        amount, _, value = share_partly(cost, self.demand, self.capacity[sites], whole[sites])
        self._learn(value)
        return float((amount.T * np.where(amount.T > 0, cost, 0.0)).sum())

    def cost_of(self, added: IntArray) -> float:
        """Least cost with some sites added, by their places in `free`."""
        key = tuple(added.tolist())
        if key in self.known:
            return self.known[key]
        opening = np.zeros(len(self.free))
        opening[added] = 1.0
        self.known[key] = self.shared(opening)
        return self.known[key]

    def _learn(self, value: FloatArray) -> None:
        """Keep a cut: no opening costs less than what the customers are worth without what the open sites earn."""
        self.meter.spend(WORTH_WORK * self.cost.size)
        there = worth_of_sites(self._there_by_site, self.demand, self.capacity[self.there], value)
        worth = worth_of_sites(self._free_by_site, self.demand, self.capacity[self.free], value)
        base = float(value @ self.demand) - float(there.sum())
        earns = np.flatnonzero(worth > 0)
        columns = np.append(earns, len(worth)).astype(np.int32)
        entries = np.append(worth[earns] / self._scale, 1.0)
        self._highs.addRow(base / self._scale, self._highs.inf, len(columns), columns, entries)

    def least(self, count: int, branch: Branch) -> tuple[FloatArray | None, float]:
        """Best partial opening of so many sites that the cuts and the branch allow, and its bound; None where there is
        none, or where the work is done (with no bound)."""
        self._highs.changeRowBounds(0, float(count), float(count))
        for region, row in self._row_of.items():
            self._highs.changeRowBounds(row, *branch.get(region, (0.0, float(len(self.regions[region])))))
        status = run_simplex(self._highs, self.meter)
        if status == highspy.HighsModelStatus.kInfeasible:
            return None, np.inf
        if status != highspy.HighsModelStatus.kOptimal:
            return None, -np.inf
        opening = np.clip(np.array(self._highs.getSolution().col_value)[:-1], 0.0, 1.0)
        return opening, float(self._highs.getObjectiveValue()) * self._scale

    def bound_rows(self, region: int) -> None:
        """Make a region one that branches can bound."""
        if region not in self._row_of:
            members = self.regions[region].astype(np.int32)
            self._highs.addRow(0.0, float(len(members)), len(members), members, np.ones(len(members)))
            self._row_of[region] = self._highs.getNumRow() - 1


@dataclass
class _Search:
    """Best sites known and the bound of what was left."""

    task: AddingTask
    count: int
    gap: float
    best: IntArray
    cost: float
    pruned: float = np.inf

    def enough(self, bound: float) -> bool:
        """Whether nothing below a bound can be better by more than the gap."""
        return bound >= self.cost * (1 - self.gap)

    def offer(self, added: IntArray) -> None:
        """Try some sites."""
        cost = self.task.cost_of(np.sort(added))
        if cost < self.cost:
            self.best, self.cost = np.sort(added), cost


def add_sites(task: AddingTask, count: int, *, stop: Stop, start: IntArray | None = None) -> SharedSolution:
    """Open so many sites beside those that are there that sharing the demand costs least.

    Parameters
    ----------
    task
        Customers and sites, and the cuts that other numbers of sites have left.
    count
        How many to open, at most as many as may be added.
    stop
        When the search may stop.
    start
        Sites to begin with, those that are there included.
    """
    task.meter = Meter(stop)
    first = np.arange(count) if start is None else np.flatnonzero(np.isin(task.free, start))
    search = _Search(task, count, stop.gap, first, np.inf)
    search.offer(first)
    heap: list[tuple[float, int, Branch]] = [(-np.inf, 0, {})]
    number = 0
    while heap and not search.enough(heap[0][0]):
        bound, _, branch = heapq.heappop(heap)
        if task.meter.is_over:
            heapq.heappush(heap, (bound, number, branch))
            break
        opening, found = _cut(search, branch, is_root=number == 0)
        bound = max(bound, found)
        if opening is None or search.enough(bound):
            search.pruned = min(search.pruned, bound)
            continue
        parts = _branches(task, opening, branch)
        if not parts:
            search.pruned = min(search.pruned, bound)
        for part in parts:
            number += 1
            heapq.heappush(heap, (bound, number, part))
    left = min((one[0] for one in heap), default=np.inf)
    return _certified(search, min(left, search.pruned, search.cost))


def _cut(search: _Search, branch: Branch, *, is_root: bool) -> tuple[FloatArray | None, float]:
    """Lift the bound of a branch with cuts until they stall; the opening that it ends at is None where the branch is
    done."""
    task, stalled, rounds = search.task, 0, 0
    opening, bound = task.least(search.count, branch)
    middle = opening
    while opening is not None and not search.enough(bound) and not task.meter.is_over:
        picked = np.sort(np.argsort(-opening, kind="stable")[: search.count])
        if np.minimum(opening, 1 - opening).max() <= WHOLE:
            was_known = tuple(picked.tolist()) in task.known
            search.offer(picked)
            if was_known:
                # its own cut is there already, so that the bound is its cost but for the tolerance of the simplex
                return None, bound
        else:
            if is_root or rounds == 0:
                search.offer(picked)
            # at the root half way to the openings before, which calms the zigzag of the first cuts
            at = (opening + middle) / 2 if is_root and rounds % 2 == 0 and middle is not None else opening
            task.shared(at)
            middle = 0.7 * middle + 0.3 * opening if middle is not None else opening
        before, (opening, found) = bound, task.least(search.count, branch)
        if opening is None and found == -np.inf:
            return None, bound
        bound = max(bound, found)
        lift = LEAST_LIFT_AT_ROOT if is_root else LEAST_LIFT
        stalled = stalled + 1 if bound - before < lift * abs(search.cost) else 0
        if stalled > (MOST_STALLED_AT_ROOT if is_root else MOST_STALLED - 1):
            break
        rounds += 1
    return opening, bound


def _branches(task: AddingTask, opening: FloatArray, branch: Branch) -> list[Branch]:
    """Fewer or more sites in the region whose number of sites is farthest from whole; of equals the larger region.
    Nothing where every region's number is whole."""
    best, score = -1, -np.inf
    for number, region in enumerate(task.regions):
        parts = float(opening[region].sum()) % 1.0
        off = min(parts, 1 - parts)
        value = off + 0.02 * np.log(len(region))
        if off > 1e-4 and value > score:
            best, score = number, value
    if best < 0:
        return []
    task.bound_rows(best)
    fewest, most = branch.get(best, (0.0, float(len(task.regions[best]))))
    whole = float(np.floor(opening[task.regions[best]].sum() + 1e-9))
    return [{**branch, best: (fewest, whole)}, {**branch, best: (whole + 1, most)}]


def _regions(cost: FloatArray) -> list[IntArray]:
    """Each site alone, and clusters of sites: near are two that some customer reaches both of at little cost."""
    sites = cost.shape[1]
    regions = [np.array([site]) for site in range(sites)]
    if sites < 3:
        return regions
    reached = np.isfinite(cost)
    far = 2 * float(cost[reached].max(initial=0.0)) + 1.0
    known = np.where(reached, cost, far)
    apart = np.stack([(known[:, [site]] + known).min(axis=0) for site in range(sites)])
    for one, other, _, _ in linkage(apart[np.triu_indices(sites, 1)], "average")[:-1]:
        regions.append(np.sort(np.concatenate([regions[int(one)], regions[int(other)]])))
    return regions


def with_sites(task: AddingTask, added: IntArray) -> SharedSolution:
    """Share the demand with given sites added, by their places in `free`; nothing is chosen, so the gap is 0."""
    return _told(task, added, task.cost_of(added), None)


def _certified(search: _Search, bound: float) -> SharedSolution:
    """The best sites with the bound, and other good sites that the search met."""
    return _told(search.task, search.best, search.cost, (bound, search.gap))


def _told(task: AddingTask, added: IntArray, cost: float, proof: tuple[float, float] | None) -> SharedSolution:
    """Who goes where with some sites added; `proof` is bound and gap asked for, None where nothing is chosen."""
    sites = np.sort(np.concatenate([task.there, task.free[added]]))
    paid = np.ascontiguousarray(task.every[:, np.append(sites, len(task.capacity))])
    amount, _, _ = share_partly(paid, task.demand, task.capacity[sites], np.ones(len(sites)))
    bound, gap = (cost, 0.0) if proof is None else proof
    reached = relative_gap(cost, bound)
    status: Status = "optimal" if reached <= PROVEN else "gap" if reached <= gap else task.meter.status
    others = sorted(
        (value, key)
        for key, value in task.known.items()
        if proof is not None and len(key) == len(added) and key != tuple(added.tolist())
        and value <= cost * (1 + NEAR_BEST)
    )[:MOST_ALTERNATIVES]  # fmt: skip
    return SharedSolution(
        sites=sites,
        amount=amount[:-1].T.copy(),
        unserved=amount[-1].copy(),
        cost=cost,
        lower_bound=min(bound, cost),
        gap=reached,
        status=status,
        alternatives=tuple(np.sort(np.concatenate([task.there, task.free[list(key)]])) for _, key in others),
        alternative_costs=tuple(value for value, _ in others),
    )
