"""Where to open sites: p-median, p-center and maximal coverage, each with a proven bound."""

import time

import numpy as np
from numpy.typing import ArrayLike
from scipy import sparse

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray
from infragap.analyses.solvers.facility.capacitated_p_median import CapacitatedTask, solve_capacitated
from infragap.analyses.solvers.facility.capacity_check import refuse_large_customers, refuse_small_capacity
from infragap.analyses.solvers.facility.coverage_heuristics import CoverageTask
from infragap.analyses.solvers.facility.maximal_coverage import solve_coverage
from infragap.analyses.solvers.facility.p_center import solve_p_center
from infragap.analyses.solvers.facility.p_median import solve_p_median
from infragap.analyses.solvers.facility.site_choice import site_choice
from infragap.analyses.solvers.facility.solution import LocationSolution, certified
from infragap.analyses.solvers.infeasible import Infeasible

__all__ = ["LocationSolution", "maximal_coverage", "p_center", "p_median"]


def p_median(
    cost: ArrayLike,
    p: int,
    *,
    weight: ArrayLike | None = None,
    capacity: ArrayLike | None = None,
    demand: ArrayLike | None = None,
    fixed: ArrayLike | None = None,
    group: ArrayLike | None = None,
    gap: float = 1e-4,
    time_limit_s: float = 60.0,
) -> LocationSolution:
    """Open p sites so that the weighted sum of what it costs to serve every customer is least.

    Parameters
    ----------
    cost
        (customers, sites) >= 0; inf = out of reach. Every customer must be served, also those of weight 0.
    p
        Number of sites that open.
    weight
        (customers,) >= 0, multiplies the customer's costs; default 1.
    capacity
        (sites,) >= 0, most demand that a site serves; None = unlimited. Each customer is wholly served by one site.
    demand
        (customers,) >= 0 against `capacity`; default: `weight`.
    fixed
        Numbers of sites that must be among the p.
    group
        (sites,) whole numbers; of the sites with the same number >= 0 exactly one opens; negative = in no group.
    gap
        Relative gap at which the search may stop. Up to it the status is 'gap', at 1e-6 'optimal'.
    time_limit_s
        Wall-clock limit [s]; the status is then 'time_limit' with the gap reached.

    Raises
    ------
    Infeasible
        No allowed set of sites serves everyone; names the customers and the least relaxation that helps.
    ValueError
        Arrays of the wrong shape, negative or NaN values, site numbers out of range.

    Notes
    -----
    Without capacities: interchange (Whitaker 1983) and variable neighbourhood search for the sites; Lagrangian dual
    and reduced-cost fixing, Benders cuts on HiGHS (Duran-Mateluna, Ales & Elloumi 2023) and branching for the proof.
    With capacities: search by shifts, exchanges and moved sites; Lagrangian bound with one knapsack per site (exact for
    whole demands of moderate size); HiGHS on the pairs that a better solution could still use.
    """
    deadline_s = time.perf_counter() + time_limit_s
    costs = _costs(cost)
    n_customers, n_sites = costs.shape
    weights = _amounts("weight", weight, n_customers, default=1.0)
    weighted = _weighted(costs, weights)
    choice = site_choice(n_sites, _count(p), fixed=_site_numbers(fixed, n_sites), group=_groups(group, n_sites))
    _refuse_unreachable(costs, choice.block >= 0)
    if capacity is None:
        return certified(solve_p_median(weighted, choice, gap=gap, deadline_s=deadline_s), gap=gap)
    capacities = _amounts("capacity", capacity, n_sites)
    demands = weights if demand is None else _amounts("demand", demand, n_customers)
    allowed = np.where(choice.block >= 0, weighted, np.inf)
    refuse_large_customers(allowed, demands, capacities)
    refuse_small_capacity(allowed, demands, capacities, choice, deadline_s=deadline_s)
    task = CapacitatedTask(allowed, demands, capacities, choice)
    return certified(solve_capacitated(task, gap=gap, deadline_s=deadline_s), gap=gap)


def p_center(
    cost: ArrayLike,
    p: int,
    *,
    weight: ArrayLike | None = None,
    fixed: ArrayLike | None = None,
    group: ArrayLike | None = None,
    gap: float = 1e-4,
    time_limit_s: float = 60.0,
) -> LocationSolution:
    """Open p sites so that the largest weighted cost of a customer to its nearest open site is least.

    Parameters
    ----------
    cost, p, weight, fixed, group, gap, time_limit_s
        As in `p_median`. The search goes on to the proof; `gap` only names the status when the clock ends it.

    Returns
    -------
    LocationSolution
        `cost` is the largest weighted cost. Among sets with that radius the search prefers a small sum of costs.

    Raises
    ------
    Infeasible
        No allowed set of sites reaches everyone; names the customers and the least relaxation that helps.
    ValueError
        Arrays of the wrong shape, negative or NaN values, site numbers out of range.

    Notes
    -----
    Bisection over the costs that occur, set cover on HiGHS over a growing sample of customers (Chen & Chen 2009).
    """
    deadline_s = time.perf_counter() + time_limit_s
    costs = _costs(cost)
    n_customers, n_sites = costs.shape
    weighted = _weighted(costs, _amounts("weight", weight, n_customers, default=1.0))
    choice = site_choice(n_sites, _count(p), fixed=_site_numbers(fixed, n_sites), group=_groups(group, n_sites))
    _refuse_unreachable(costs, choice.block >= 0)
    return certified(solve_p_center(weighted, choice, deadline_s=deadline_s), gap=gap)


def maximal_coverage(
    covers: ArrayLike | sparse.sparray | sparse.spmatrix,
    p: int | None,
    *,
    weight: ArrayLike | None = None,
    capacity: ArrayLike | None = None,
    demand: ArrayLike | None = None,
    site_cost: ArrayLike | None = None,
    budget: float | None = None,
    fixed: ArrayLike | None = None,
    group: ArrayLike | None = None,
    divisible: bool = False,
    gap: float = 1e-4,
    time_limit_s: float = 60.0,
) -> LocationSolution:
    """Open at most p sites within a budget so that the weight of the customers left uncovered is least.

    Parameters
    ----------
    covers
        (customers, sites) bool, dense or scipy sparse: True where the site can serve the customer.
    p
        At most so many sites open; None = only the budget limits.
    weight
        (customers,) >= 0, what covering the customer is worth; default 1.
    capacity
        (sites,) >= 0 in units of demand, None = unlimited.
    demand
        (customers,) >= 0 against `capacity`; default: `weight`.
    site_cost, budget
        (sites,) >= 0 and the most that the open sites may cost together; default 0 and no limit.
    fixed
        Numbers of sites that must open (they count in p and in the budget).
    group
        (sites,) whole numbers; of the sites with the same number >= 0 exactly one opens; negative = in no group.
    divisible
        False: a customer is served wholly by one site or not at all. True: several sites may share a customer and
        a part of it counts as that part of its weight; matters only with `capacity`.
    gap, time_limit_s
        As in `p_median`; the gap is relative to `cost`, the weight left uncovered.

    Returns
    -------
    LocationSolution
        `cost` and `lower_bound` are weight **not** covered (covered weight = sum of weights - cost);
        `assignment` is -1 for customers not covered, else a site that covers it (with `divisible` the one with the
        largest part); `share` is the part of each customer that is served. `alternatives` only without capacity.

    Raises
    ------
    Infeasible
        Fixed sites and groups contradict each other, p or the budget; says which p or budget suffices.
    ValueError
        Arrays of the wrong shape, negative or NaN values, site numbers out of range.

    Notes
    -----
    Greedy and exchange for the start, HiGHS for the rest. Customers with the same sites are merged where that is exact.
    """
    deadline_s = time.perf_counter() + time_limit_s
    reach = _reach(covers)
    n_customers, n_sites = reach.shape
    weights = _amounts("weight", weight, n_customers, default=1.0)
    task = CoverageTask(
        reach=reach,
        weight=weights,
        demand=weights if demand is None else _amounts("demand", demand, n_customers),
        capacity=None if capacity is None else _amounts("capacity", capacity, n_sites),
        site_cost=_amounts("site_cost", site_cost, n_sites, default=0.0),
        budget=_budget(budget),
        choice=site_choice(
            n_sites,
            None if p is None else _count(p),
            fixed=_site_numbers(fixed, n_sites),
            group=_groups(group, n_sites),
            at_most=True,
        ),
    )
    return certified(solve_coverage(task, divisible=divisible, gap=gap, deadline_s=deadline_s), gap=gap)


def _costs(cost: ArrayLike) -> FloatArray:
    costs = np.array(cost, dtype=np.float64)
    if costs.ndim != 2 or 0 in costs.shape:
        raise ValueError(f"cost must be (customers, sites) with at least one of each, not {costs.shape}.")
    if np.isnan(costs).any() or (costs < 0).any():
        row = int(np.flatnonzero((np.isnan(costs) | (costs < 0)).any(axis=1))[0])
        raise ValueError(f"cost has negative or NaN entries, first in row {row}; out of reach is inf.")
    return costs


def _weighted(costs: FloatArray, weight: FloatArray) -> FloatArray:
    return np.where(np.isfinite(costs), np.where(np.isfinite(costs), costs, 0.0) * weight[:, None], np.inf)


def _amounts(name: str, values: ArrayLike | None, size: int, *, default: float | None = None) -> FloatArray:
    if values is None and default is not None:
        return np.full(size, default)
    amounts = np.array(values, dtype=np.float64)
    if amounts.shape != (size,):
        raise ValueError(f"{name} must have shape ({size},), not {amounts.shape}.")
    allowed = (amounts >= 0) & (np.isfinite(amounts) | (name == "capacity"))
    if not allowed.all():
        raise ValueError(f"{name} must be finite and >= 0; entry {int(np.flatnonzero(~allowed)[0])} is not.")
    return amounts


def _budget(budget: float | None) -> float:
    if budget is None:
        return float("inf")
    if not budget >= 0:
        raise ValueError(f"budget must be >= 0, not {budget}.")
    return float(budget)


def _count(p: int) -> int:
    if int(p) != p or p < 1:
        raise ValueError(f"p must be a whole number of at least 1, not {p}.")
    return int(p)


def _site_numbers(fixed: ArrayLike | None, n_sites: int) -> IntArray:
    sites = np.zeros(0, dtype=np.int64) if fixed is None else np.unique(np.array(fixed))
    if not len(sites):
        return np.zeros(0, dtype=np.int64)
    if sites.dtype.kind not in "iu" or sites.min() < 0 or sites.max() >= n_sites:
        raise ValueError(f"fixed must be site numbers from 0 to {n_sites - 1}.")
    return sites.astype(np.int64)


def _groups(group: ArrayLike | None, n_sites: int) -> IntArray | None:
    if group is None:
        return None
    groups = np.array(group)
    if groups.shape != (n_sites,) or groups.dtype.kind not in "iu":
        raise ValueError(f"group must be whole numbers of shape ({n_sites},), negative = in no group.")
    return groups.astype(np.int64)


def _reach(covers: ArrayLike | sparse.sparray | sparse.spmatrix) -> sparse.csr_array:
    if not sparse.issparse(covers):
        covers = np.asarray(covers)
        if covers.ndim != 2:
            raise ValueError(f"covers must be (customers, sites), not {covers.shape}.")
    reach = sparse.csr_array(covers, dtype=np.float64, copy=True)
    if 0 in reach.shape:
        raise ValueError(f"covers must have at least one customer and one site, not {reach.shape}.")
    if np.isnan(reach.data).any():
        raise ValueError("covers has NaN entries; use False where the site does not cover the customer.")
    reach.sum_duplicates()
    reach.eliminate_zeros()
    reach.data[:] = 1.0
    return reach


def _refuse_unreachable(costs: FloatArray, allowed: BoolArray) -> None:
    lost = np.flatnonzero(~np.isfinite(costs[:, allowed]).any(axis=1))
    if len(lost):
        raise Infeasible(
            f"{len(lost)} of {len(costs)} customers are out of reach of every site that may open.",
            indices=tuple(int(i) for i in lost),
            relaxation="Leave them out, add sites near them, or widen the reach.",
        )
