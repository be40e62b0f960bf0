"""Good sites for maximal coverage fast: greedy by gain per cost, then exchanges of one site."""

import heapq
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from infragap.analyses.arrays import FloatArray, IntArray
from infragap.analyses.solvers.facility.site_choice import FIXED, FREE, SiteChoice
from infragap.analyses.solvers.infeasible import Infeasible


@dataclass(frozen=True)
class CoverageTask:
    """Whom each site reaches, what that is worth, and what limits the choice.

    Parameters
    ----------
    reach
        (customers, sites) sparse, 1 where the site covers the customer.
    weight, demand
        (customers,).
    capacity
        (sites,) in units of demand, None = unlimited.
    site_cost
        (sites,) against `budget`.
    budget
        inf = unlimited.
    choice
        Blocks of sites; of the free block **at most** as many open as it needs.
    """

    reach: sparse.csr_array
    weight: FloatArray
    demand: FloatArray
    capacity: FloatArray | None
    site_cost: FloatArray
    budget: float
    choice: SiteChoice


def compulsory_sites(task: CoverageTask) -> IntArray:
    """Fixed sites and the cheapest of each group.

    Raises
    ------
    Infeasible
        They alone cost more than the budget.
    """
    block = task.choice.block
    sites = [int(j) for j in np.flatnonzero(block == FIXED)]
    for b in range(FREE + 1, len(task.choice.need)):
        members = np.flatnonzero(block == b)
        if task.choice.need[b] and len(members):
            sites.append(int(members[np.argmin(task.site_cost[members])]))
    least = float(task.site_cost[sites].sum())
    if least > task.budget * (1 + 1e-12):
        raise Infeasible(
            f"The fixed sites and one site per group cost at least {least:g}, the budget is {task.budget:g}.",
            indices=tuple(sorted(sites)),
            relaxation=f"A budget of {least:g} suffices.",
        )
    return np.array(sites, dtype=np.int64)


def uncapacitated_start(task: CoverageTask) -> IntArray:
    """Open the compulsory sites, add the best gain per cost while p and the budget allow, then exchange."""
    sites = list(compulsory_sites(task))
    columns = task.reach.T.tocsr()
    covered: FloatArray = np.asarray(task.reach[:, sites].sum(axis=1), dtype=np.float64).ravel()
    while True:
        site = _best_addition(task, columns, sites, covered)
        if site < 0:
            break
        sites.append(site)
        covered += task.reach[:, [site]].toarray().ravel()
    return np.sort(np.array(_exchange(task, columns, sites, covered), dtype=np.int64))


def _best_addition(task: CoverageTask, columns: sparse.csr_array, sites: list[int], covered: FloatArray) -> int:
    block = task.choice.block
    if (block[sites] == FREE).sum() >= task.choice.need[FREE]:
        return -1
    gain = columns @ (task.weight * (covered < 0.5))
    open_to = block == FREE
    open_to[sites] = False
    open_to &= task.site_cost <= task.budget - task.site_cost[sites].sum()
    rate = np.where(open_to & (gain > 0), gain, -1.0)
    if np.isfinite(task.budget):
        rate = np.where(rate > 0, rate / np.maximum(task.site_cost, 1e-12), rate)
    site = int(np.argmax(rate)) if len(rate) else -1
    return site if site >= 0 and rate[site] > 0 else -1


def _exchange(task: CoverageTask, columns: sparse.csr_array, sites: list[int], covered: FloatArray) -> list[int]:
    """Replace one open site by another of its block while that covers more."""
    improved = True
    while improved:
        improved = False
        for r, site in enumerate(sites):
            if task.choice.block[site] == FIXED:
                continue
            gain, here = exchange_gains(task, columns, sites, covered, r)
            best = int(np.argmax(gain))
            if gain[best] > here + 1e-9 * max(1.0, here):
                covered -= task.reach[:, [site]].toarray().ravel()
                covered += task.reach[:, [best]].toarray().ravel()
                sites[r] = best
                improved = True
    return sites


def exchange_gains(
    task: CoverageTask, columns: sparse.csr_array, sites: list[int], covered: FloatArray, r: int
) -> tuple[FloatArray, float]:
    """Weight that each site would add once the r-th open site is closed (-1: not allowed), and what that site adds."""
    site = sites[r]
    alone = covered - task.reach[:, [site]].toarray().ravel() < 0.5
    gain = np.asarray(columns @ (task.weight * alone), dtype=np.float64)
    here = float(gain[site])
    spent = task.site_cost[sites].sum() - task.site_cost[site]
    allowed = (task.choice.block == task.choice.block[site]) & (task.site_cost <= task.budget - spent)
    allowed[sites] = False
    return np.where(allowed, gain, -1.0), here


def capacitated_start(task: CoverageTask, *, divisible: bool) -> tuple[IntArray, sparse.csr_array]:
    """Open sites by what their capacity can take of the still unserved; returns sites and shares (customers, sites).

    A gain computed earlier leads the queue until it is recomputed (gains nearly always shrink as sites open).
    """
    columns = task.reach.tocsc()
    served = np.zeros(len(task.weight))
    sites: list[int] = []
    parts: list[tuple[int, IntArray, FloatArray]] = []

    def take(site: int) -> None:
        customers, share = _fill(task, columns, served, site, divisible=divisible)
        served[customers] += share
        sites.append(site)
        parts.append((site, customers, share))

    for site in compulsory_sites(task):
        take(int(site))
    queue = [(-np.inf, int(site)) for site in np.flatnonzero(task.choice.block == FREE)]
    left = int(task.choice.need[FREE])
    while queue and left > 0:
        _, site = heapq.heappop(queue)
        if task.site_cost[site] > task.budget - task.site_cost[sites].sum():
            continue
        customers, share = _fill(task, columns, served, site, divisible=divisible)
        gain = float(task.weight[customers] @ share)
        if np.isfinite(task.budget):
            gain /= max(task.site_cost[site], 1e-12)
        if gain <= 0:
            continue
        if queue and gain < -queue[0][0]:
            heapq.heappush(queue, (-gain, site))
            continue
        take(site)
        left -= 1
    column = np.concatenate([np.full(len(c), j) for j, c, _ in parts] or [np.zeros(0, dtype=np.int64)])
    row = np.concatenate([c for _, c, _ in parts] or [np.zeros(0, dtype=np.int64)])
    value = np.concatenate([s for _, _, s in parts] or [np.zeros(0)])
    shares = sparse.csr_array((value, (row, column)), shape=task.reach.shape)
    return np.sort(np.array(sites, dtype=np.int64)), shares


def _fill(
    task: CoverageTask, columns: sparse.csc_array, served: FloatArray, site: int, *, divisible: bool
) -> tuple[IntArray, FloatArray]:
    """Fill one site's capacity with the unserved customers that weigh most per demand."""
    capacity = np.inf if task.capacity is None else float(task.capacity[site])
    customers = columns.indices[columns.indptr[site] : columns.indptr[site + 1]].astype(np.int64)
    customers = customers[(served[customers] < 1.0 - 1e-9) & (task.weight[customers] > 0)]
    rate = task.weight[customers] / np.maximum(task.demand[customers], 1e-12)
    customers = customers[np.argsort(-rate, kind="stable")]
    want = task.demand[customers] * (1.0 - served[customers])
    before = np.cumsum(want) - want
    if divisible:
        part = np.clip((capacity - before) / np.maximum(want, 1e-12), 0.0, 1.0)
        part[want <= 0] = 1.0
        share = part * (1.0 - served[customers])
        return customers[share > 0], share[share > 0]
    taken = np.zeros(len(customers), dtype=np.bool_)
    for c, amount in enumerate(want):
        if amount <= capacity:
            taken[c] = True
            capacity -= amount
    return customers[taken], np.ones(int(taken.sum()))
