"""Where to open sites: p-median, p-center and maximal coverage, each with a proven bound."""

import math
from dataclasses import dataclass
from typing import Unpack

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
from infragap.analyses.solvers.stopping import Limits, Meter, Stop, stop_of

__all__ = ["Budget", "Capacity", "LocationSolution", "maximal_coverage", "p_center", "p_median"]

DEFAULT_STOP = Stop(gap=1e-4)


@dataclass(frozen=True)
class Capacity:
    """How much each site can serve.

    Parameters
    ----------
    of_site
        (sites,) >= 0 in units of demand; inf = unlimited.
    demand
        (customers,) >= 0; None = the customers' weights.
    divisible
        False: a customer is served wholly by one site or not at all. True: several sites may share a customer, and a
        part of it counts as that part of its weight.
    """

    of_site: ArrayLike
    demand: ArrayLike | None = None
    divisible: bool = False


@dataclass(frozen=True)
class Budget:
    """What the open sites may cost together.

    Parameters
    ----------
    site_cost
        (sites,) >= 0.
    limit
        Most that the open sites may cost, in the same unit; inf = no limit.
    """

    site_cost: ArrayLike
    limit: float = math.inf


class CapacityLimits(Limits, total=False):
    """Keywords of `p_median`: limits of the search, and what customers demand where `capacity` is an array."""

    demand: ArrayLike | None


class CoverageLimits(CapacityLimits, total=False):
    """Keywords of `maximal_coverage`: those of `p_median`, and what goes with a `budget` and a `capacity` in plain
    numbers."""

    divisible: bool
    site_cost: ArrayLike | None


def p_median(
    cost: ArrayLike,
    p: int,
    *,
    weight: ArrayLike | None = None,
    capacity: Capacity | ArrayLike | None = None,
    fixed: ArrayLike | None = None,
    group: ArrayLike | None = None,
    **limits: Unpack[CapacityLimits],
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
        Most demand that each site serves; None = unlimited. Each customer is wholly served by one site.
    fixed
        Numbers of sites that must be among the p.
    group
        (sites,) whole numbers; of the sites with the same number >= 0 exactly one opens; negative = in no group.
    **limits
        `gap` at which the search may stop (up to it the status is 'gap', at 1e-6 'optimal'), `work_limit` and the guard
        `time_limit_s`, or all as one `stop`; `demand` (customers,) where `capacity` is an array (sites,).

    Raises
    ------
    Infeasible
        No allowed set of sites serves everyone; names the customers and the least relaxation that helps.
        As `Undecided`: neither a set nor that proof was found within the limits.
    ValueError
        Arrays of the wrong shape, negative or NaN values, site numbers out of range.

    Notes
    -----
    Without capacities: interchange (Whitaker 1983) and variable neighbourhood search for the sites; Lagrangian dual
    and reduced-cost fixing, Benders cuts on HiGHS (Duran-Mateluna, Ales & Elloumi 2023) and branching for the proof.
    With capacities: search by shifts, exchanges and moved sites; Lagrangian bound with one knapsack per site (exact for
    whole demands of moderate size); HiGHS on the pairs that a better solution could still use.

    Examples
    --------
    Three villages, two sites: the first would cost 1 + 4 + 9, the second 5 + 2 + 3.

    >>> found = p_median([[1, 5], [4, 2], [9, 3]], p=1)
    >>> found.sites.tolist(), found.cost, found.status
    ([1], 10.0, 'optimal')
    """
    stop = stop_of(limits, DEFAULT_STOP)
    meter = Meter(stop)
    costs = _costs(cost)
    n_customers, n_sites = costs.shape
    weights = _amounts("weight", weight, n_customers, default=1.0)
    weighted = _weighted(costs, weights)
    choice = site_choice(n_sites, _count(p), fixed=_site_numbers(fixed, n_sites), group=_groups(group, n_sites))
    _refuse_unreachable(costs, choice.block >= 0)
    capacity = _capacity(capacity, limits)
    if capacity is None:
        return certified(solve_p_median(weighted, choice, meter, gap=stop.gap), gap=stop.gap, meter=meter)
    if capacity.divisible:
        raise ValueError("capacity: p_median serves each customer wholly from one site, so none is divisible.")
    capacities = _amounts("capacity", capacity.of_site, n_sites)
    demands = weights if capacity.demand is None else _amounts("demand", capacity.demand, n_customers)
    allowed = np.where(choice.block >= 0, weighted, np.inf)
    refuse_large_customers(allowed, demands, capacities)
    refuse_small_capacity(allowed, demands, capacities, choice)
    task = CapacitatedTask(allowed, demands, capacities, choice)
    return certified(solve_capacitated(task, meter, gap=stop.gap), gap=stop.gap, meter=meter)


def p_center(
    cost: ArrayLike,
    p: int,
    *,
    weight: ArrayLike | None = None,
    fixed: ArrayLike | None = None,
    group: ArrayLike | None = None,
    **limits: Unpack[Limits],
) -> LocationSolution:
    """Open p sites so that the largest weighted cost of a customer to its nearest open site is least.

    Parameters
    ----------
    cost, p, weight, fixed, group, **limits
        As in `p_median`. The search goes on to the proof; the gap only names the status when the guard ends it.

    Returns
    -------
    LocationSolution
        `cost` is the largest weighted cost. Among sets with that radius the search prefers a small sum of costs.

    Raises
    ------
    Infeasible
        No allowed set of sites reaches everyone; names the customers and the least relaxation that helps.
        As `Undecided`: neither a set nor that proof was found within the limits.
    ValueError
        Arrays of the wrong shape, negative or NaN values, site numbers out of range.

    Notes
    -----
    Bisection over the costs that occur, set cover on HiGHS over a growing sample of customers (Chen & Chen 2009).

    Examples
    --------
    Three villages, two sites: the longest way is 9 to the first and 5 to the second.

    >>> found = p_center([[1, 5], [4, 2], [9, 3]], p=1)
    >>> found.sites.tolist(), found.cost
    ([1], 5.0)
    """
    stop = stop_of(limits, DEFAULT_STOP)
    meter = Meter(stop)
    costs = _costs(cost)
    n_customers, n_sites = costs.shape
    weighted = _weighted(costs, _amounts("weight", weight, n_customers, default=1.0))
    choice = site_choice(n_sites, _count(p), fixed=_site_numbers(fixed, n_sites), group=_groups(group, n_sites))
    _refuse_unreachable(costs, choice.block >= 0)
    return certified(solve_p_center(weighted, choice, meter), gap=stop.gap, meter=meter)


def maximal_coverage(
    covers: ArrayLike | sparse.sparray | sparse.spmatrix,
    p: int | None,
    *,
    weight: ArrayLike | None = None,
    capacity: Capacity | ArrayLike | None = None,
    budget: Budget | float | None = None,
    fixed: ArrayLike | None = None,
    group: ArrayLike | None = None,
    **limits: Unpack[CoverageLimits],
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
        Most demand that each site serves, and whether sites may share a customer; None = unlimited.
    budget
        What the sites cost and what they may cost together; None = no limit.
    fixed
        Numbers of sites that must open (they count in p and in the budget).
    group
        (sites,) whole numbers; of the sites with the same number >= 0 exactly one opens; negative = in no group.
    **limits
        As in `p_median`; the gap is relative to `cost`, the weight left uncovered. `site_cost` (sites,) where `budget`
        is a number; `divisible` where `capacity` is an array.

    Returns
    -------
    LocationSolution
        `cost` and `lower_bound` are weight **not** covered (covered weight = sum of weights - cost);
        `assignment` is -1 for customers not covered, else a site that covers it (of several that share
        it the one with the largest part); `share` is the part of each customer that is served. `alternatives` only
        without capacity.

    Raises
    ------
    Infeasible
        Fixed sites and groups contradict each other, p or the budget; says which p or budget suffices.
    ValueError
        Arrays of the wrong shape, negative or NaN values, site numbers out of range.

    Notes
    -----
    Greedy and exchange for the start, HiGHS for the rest. Customers with the same sites are merged where that is exact.

    Examples
    --------
    Four villages in a row, three sites that each reach two neighbours. The middle one reaches most people, but the best
    two are the others: they leave nobody out.

    >>> reaches = np.array([[1, 0, 0], [1, 1, 0], [0, 1, 1], [0, 0, 1]], dtype=bool)
    >>> found = maximal_coverage(reaches, 2, weight=[40, 50, 50, 40])
    >>> found.sites.tolist(), found.cost
    ([0, 2], 0.0)
    """
    stop = stop_of(limits, DEFAULT_STOP)
    meter = Meter(stop)
    reach = _reach(covers)
    n_customers, n_sites = reach.shape
    weights = _amounts("weight", weight, n_customers, default=1.0)
    capacity, budget = _capacity(capacity, limits), _budget(budget, limits)
    demand = None if capacity is None else capacity.demand
    task = CoverageTask(
        reach=reach,
        weight=weights,
        demand=weights if demand is None else _amounts("demand", demand, n_customers),
        capacity=None if capacity is None else _amounts("capacity", capacity.of_site, n_sites),
        site_cost=_amounts("site_cost", None if budget is None else budget.site_cost, n_sites, default=0.0),
        budget=np.inf if budget is None else _limit(budget.limit),
        choice=site_choice(
            n_sites,
            None if p is None else _count(p),
            fixed=_site_numbers(fixed, n_sites),
            group=_groups(group, n_sites),
            at_most=True,
        ),
    )
    divisible = capacity is not None and capacity.divisible
    return certified(solve_coverage(task, meter, divisible=divisible, gap=stop.gap), gap=stop.gap, meter=meter)


def _capacity(capacity: Capacity | ArrayLike | None, limits: CoverageLimits | CapacityLimits) -> Capacity | None:
    if capacity is None or isinstance(capacity, Capacity):
        return capacity
    return Capacity(capacity, limits.get("demand"), bool(limits.get("divisible", False)))


def _budget(budget: Budget | float | None, limits: CoverageLimits) -> Budget | None:
    site_cost = limits.get("site_cost")
    if budget is None or isinstance(budget, Budget):
        return budget
    if site_cost is None:
        raise ValueError("budget: say what each site costs (site_cost).")
    return Budget(site_cost, budget)


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


def _limit(budget: float) -> float:
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
