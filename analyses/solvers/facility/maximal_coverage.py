"""Which sites cover most weight within p, a budget and their capacities, with a proven bound from HiGHS."""

import numpy as np
from scipy import sparse

from infragap.analyses.arrays import FloatArray, IntArray
from infragap.analyses.solvers.facility.coverage_heuristics import (
    CoverageTask,
    capacitated_start,
    exchange_gains,
    uncapacitated_start,
)
from infragap.analyses.solvers.facility.site_choice import FIXED, FREE
from infragap.analyses.solvers.facility.solution import MOST_ALTERNATIVES, NEAR_BEST, Found
from infragap.analyses.solvers.mixed_integer import Outcome, Program, minimise
from infragap.analyses.solvers.stopping import Meter

# Units of work per step and entry without capacities: the programmes are degenerate, and their steps long
PLAIN_STEP_WORK = 7e-6


def solve_coverage(task: CoverageTask, meter: Meter, *, divisible: bool, gap: float) -> Found:
    """Minimise the weight left uncovered.

    Without capacities, and for divisible customers, those with the same sites (and the same weight per demand)
    count as one. The bound is HiGHS's dual bound, lifted to a whole number where all weights are whole.

    Raises
    ------
    Infeasible
        The compulsory sites cost more than the budget.
    """
    merge = task.capacity is None or divisible
    member = _same_cover(task) if merge else np.arange(len(task.weight))
    merged = _merged(task, member)
    if task.capacity is None:
        sites, shares, outcome = _without_capacity(merged, gap, meter)
    else:
        sites, shares, outcome = _with_capacity(merged, divisible, gap, meter)
    part = np.minimum(np.asarray(shares.sum(axis=1)).ravel(), 1.0)
    cost = float(merged.weight @ (1.0 - part))
    bound = max(0.0, min(outcome.bound, cost))
    whole = not divisible or task.capacity is None
    if whole and bool((task.weight == np.rint(task.weight)).all()) and task.weight.sum() < 1e9:
        bound = min(cost, float(np.ceil(bound - 1e-6)))
    largest = _largest_share(shares)
    return Found(
        sites=sites,
        assignment=largest[member],
        cost=cost,
        lower_bound=bound,
        others=() if task.capacity is not None else tuple(_exchanges(merged, sites, cost)),
        share=part[member],
    )


def _same_cover(task: CoverageTask) -> IntArray:
    """Number customers by their set of sites (and weight per demand where capacity counts)."""
    seen: dict[tuple[bytes, float], int] = {}
    reach = task.reach
    reach.sort_indices()
    rate = np.zeros(len(task.weight))
    if task.capacity is not None:
        rate = np.where(task.demand > 0, task.weight / np.maximum(task.demand, 1e-300), -1.0)
    member = np.empty(len(task.weight), dtype=np.int64)
    for i in range(len(member)):
        key = (reach.indices[reach.indptr[i] : reach.indptr[i + 1]].tobytes(), float(rate[i]))
        member[i] = seen.setdefault(key, len(seen))
    return member


def _merged(task: CoverageTask, member: IntArray) -> CoverageTask:
    _, one_of_each = np.unique(member, return_index=True)
    return CoverageTask(
        reach=task.reach[one_of_each],
        weight=np.bincount(member, weights=task.weight).astype(np.float64),
        demand=np.bincount(member, weights=task.demand).astype(np.float64),
        capacity=task.capacity,
        site_cost=task.site_cost,
        budget=task.budget,
        choice=task.choice,
    )


def _without_capacity(task: CoverageTask, gap: float, meter: Meter) -> tuple[IntArray, sparse.csr_array, Outcome]:
    """Variables: opening of each site, customer left out (continuous: it follows the openings)."""
    n_customers, n_sites = task.reach.shape
    start_sites = uncapacitated_start(task)
    limits, low, high = _choice_rows(task)
    program = Program(
        objective=np.concatenate([np.zeros(n_sites), task.weight]),
        lower=np.concatenate([(task.choice.block == FIXED).astype(np.float64), np.zeros(n_customers)]),
        upper=np.concatenate([(task.choice.block >= 0).astype(np.float64), np.ones(n_customers)]),
        integer=np.arange(n_sites + n_customers) < n_sites,
        rows=sparse.csr_array(
            sparse.vstack(
                [
                    sparse.hstack([task.reach, sparse.eye_array(n_customers)]),
                    sparse.hstack([limits, sparse.csr_array((limits.shape[0], n_customers))]),
                ]
            )
        ),
        row_lower=np.concatenate([np.ones(n_customers), low]),
        row_upper=np.concatenate([np.full(n_customers, np.inf), high]),
    )
    opening = np.zeros(n_sites)
    opening[start_sites] = 1.0
    start = np.concatenate([opening, np.maximum(0.0, 1.0 - task.reach @ opening)])
    outcome = minimise(program, meter, gap=gap, start=start, step_work=PLAIN_STEP_WORK)
    sites = start_sites
    if outcome.values is not None and outcome.value <= float(program.objective @ start):
        sites = np.flatnonzero(outcome.values[:n_sites] > 0.5)
    shares = sparse.lil_array(task.reach.shape)
    reached = task.reach[:, sites].tocsr()
    for i in np.flatnonzero(np.diff(reached.indptr)):
        shares[i, sites[reached.indices[reached.indptr[i]]]] = 1.0
    return sites, shares.tocsr(), outcome


def _with_capacity(
    task: CoverageTask, divisible: bool, gap: float, meter: Meter
) -> tuple[IntArray, sparse.csr_array, Outcome]:
    """Variables: opening of each site, share of the customer served by the site for each pair within reach."""
    n_customers, n_sites = task.reach.shape
    within_reach = task.reach.T @ task.demand
    capacity = within_reach if task.capacity is None else np.minimum(task.capacity, within_reach)
    task.reach.sort_indices()
    pairs = task.reach.tocoo()
    customer, site = pairs.row.astype(np.int64), pairs.col.astype(np.int64)
    if not divisible:
        fits = task.demand[customer] <= capacity[site]
        customer, site = customer[fits], site[fits]
    n_pairs = len(customer)
    at = np.arange(n_pairs)
    ones = np.ones(n_pairs)
    once = sparse.csr_array((ones, (customer, at)), shape=(n_customers, n_pairs))
    load = sparse.csr_array((task.demand[customer], (site, at)), shape=(n_sites, n_pairs))
    opened = sparse.csr_array((-ones, (at, site)), shape=(n_pairs, n_sites))
    limits, low, high = _choice_rows(task)
    rows = sparse.vstack(
        [
            sparse.hstack([sparse.csr_array((n_customers, n_sites)), once]),
            sparse.hstack([sparse.diags_array(-capacity), load]),
            sparse.hstack([opened, sparse.eye_array(n_pairs)]),
            sparse.hstack([limits, sparse.csr_array((limits.shape[0], n_pairs))]),
        ]
    )
    n_limited = n_customers + n_sites + n_pairs
    total = float(task.weight.sum())
    program = Program(
        objective=np.concatenate([np.zeros(n_sites), -task.weight[customer]]),
        lower=np.concatenate([(task.choice.block == FIXED).astype(np.float64), np.zeros(n_pairs)]),
        upper=np.concatenate([(task.choice.block >= 0).astype(np.float64), ones]),
        integer=(np.arange(n_sites + n_pairs) < n_sites) | (not divisible),
        rows=sparse.csr_array(rows),
        row_lower=np.concatenate([np.full(n_limited, -np.inf), low]),
        row_upper=np.concatenate([np.ones(n_customers), np.zeros(n_sites + n_pairs), high]),
        constant=total,
    )
    start_sites, start_shares = capacitated_start(task, divisible=divisible)
    opening = np.zeros(n_sites)
    opening[start_sites] = 1.0
    start = np.concatenate([opening, _at_pairs(start_shares, customer, site)])
    outcome = minimise(program, meter, gap=gap, start=start)
    values = start
    if outcome.values is not None and outcome.value <= float(program.objective @ start) + total:
        values = outcome.values
    share = values[n_sites:]
    kept = share > 1e-9
    shares = sparse.csr_array((share[kept], (customer[kept], site[kept])), shape=task.reach.shape)
    return np.flatnonzero(values[:n_sites] > 0.5), shares, outcome


def _at_pairs(shares: sparse.csr_array, customer: IntArray, site: IntArray) -> FloatArray:
    """Values of a sparse matrix at (customer, site) pairs that ascend by customer, then site."""
    filled = shares.tocoo()
    key = customer * shares.shape[1] + site
    values = np.zeros(len(key))
    values[np.searchsorted(key, filled.row.astype(np.int64) * shares.shape[1] + filled.col)] = filled.data
    return values


def _choice_rows(task: CoverageTask) -> tuple[sparse.csr_array, FloatArray, FloatArray]:
    """Rows over the openings: exactly one per group, at most so many free sites, the budget."""
    need = task.choice.need.astype(np.float64)
    blocks = np.arange(len(need))
    rows = [sparse.csr_array(task.choice.block == blocks[:, None], dtype=np.float64)]
    low, high = np.where(blocks == FREE, 0.0, need), need
    if np.isfinite(task.budget):
        rows.append(sparse.csr_array(task.site_cost[None, :]))
        low, high = np.append(low, 0.0), np.append(high, task.budget)
    return sparse.csr_array(sparse.vstack(rows)), low, high


def _largest_share(shares: sparse.csr_array) -> IntArray:
    """Site with the largest share of each customer, -1 = none."""
    site = np.full(shares.shape[0], -1, dtype=np.int64)
    for i in np.flatnonzero(np.diff(shares.indptr)):
        within = slice(shares.indptr[i], shares.indptr[i + 1])
        if shares.data[within].max() > 0:
            site[i] = shares.indices[within][np.argmax(shares.data[within])]
    return site


def _exchanges(task: CoverageTask, sites: IntArray, cost: float) -> list[tuple[float, tuple[int, ...]]]:
    """Exchanges of one site that leave at most 1 % more weight uncovered."""
    columns = task.reach.T.tocsr()
    members = [int(j) for j in sites]
    covered: FloatArray = np.asarray(task.reach[:, members].sum(axis=1), dtype=np.float64).ravel()
    near: list[tuple[float, tuple[int, ...]]] = []
    for r, site in enumerate(members):
        if task.choice.block[site] == FIXED:
            continue
        gain, here = exchange_gains(task, columns, members, covered, r)
        near_enough = (gain >= 0) & (cost + here - gain <= cost * (1 + NEAR_BEST))
        for j in np.argsort(np.where(near_enough, -gain, 1.0), kind="stable")[
            : min(MOST_ALTERNATIVES, near_enough.sum())
        ]:
            others = [*members[:r], int(j), *members[r + 1 :]]
            near.append((cost + here - float(gain[j]), tuple(sorted(others))))
    return near
