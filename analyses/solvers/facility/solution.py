"""What every location solver returns, and how its gap and status follow from cost and bound."""

from dataclasses import dataclass

import numpy as np

from infragap.analyses.arrays import FloatArray, IntArray
from infragap.analyses.solvers.stopping import Meter, Status

# Relative difference below which cost and bound are the same number in floating point
PROVEN = 1e-6
# Alternatives cost at most this share more than the best; so many are kept
NEAR_BEST = 0.01
MOST_ALTERNATIVES = 10


@dataclass(frozen=True)
class LocationSolution:
    """Open sites, who goes where, and how good that is at least.

    Parameters
    ----------
    sites
        (open sites,) site numbers, ascending.
    assignment
        (customers,) site that serves each customer, -1 = not served.
    cost
        Objective (minimised): weighted cost for `p_median`, largest weighted cost for `p_center`, weight **not**
        covered for `maximal_coverage`.
    lower_bound
        Proven: no solution costs less.
    gap
        (cost - lower_bound) / cost; 0 where cost is 0.
    status
        'optimal': proven (gap at most 1e-6, floating point); 'gap': stopped at the gap asked for; 'work_limit',
        'time_limit': what ended the search before, with the gap stated.
    alternatives
        Other site sets within 1 % of the cost, best first: what the search met on its way and the exchanges
        of one site around the best; not all there are.
    alternative_costs
        Cost of each alternative.
    share
        (customers,) part of each customer's demand that is served, 0-1.
    clock_struck
        Whether the guard on the time cut the search short, so that another machine may find another solution.
    """

    sites: IntArray
    assignment: IntArray
    cost: float
    lower_bound: float
    gap: float
    status: Status
    alternatives: tuple[IntArray, ...]
    alternative_costs: tuple[float, ...]
    share: FloatArray
    clock_struck: bool = False


@dataclass(frozen=True)
class Found:
    """What a search brings home: open sites, its cost, a proven bound, and other good site sets with their costs."""

    sites: IntArray
    assignment: IntArray
    cost: float
    lower_bound: float
    others: tuple[tuple[float, tuple[int, ...]], ...] = ()
    share: FloatArray | None = None


def relative_gap(cost: float, lower_bound: float) -> float:
    """(cost - lower_bound) / cost, 0 where the bound meets the cost, inf without a solution.

    Examples
    --------
    >>> relative_gap(200.0, 199.0), relative_gap(0.0, 0.0), relative_gap(float("inf"), 5.0)
    (0.005, 0.0, inf)
    """
    if cost <= lower_bound:
        return 0.0
    if not np.isfinite(cost):
        return float("inf")
    return (cost - lower_bound) / abs(cost)


def certified(found: Found, *, gap: float, meter: Meter | None = None) -> LocationSolution:
    """State gap and status of what was found; never better than cost and bound allow.

    The meter says what ended the search where the gap is larger than asked for; without one nothing was searched.
    """
    lower_bound = min(found.lower_bound, found.cost)
    reached = relative_gap(found.cost, lower_bound)
    status: Status = meter.status if meter else "heuristic"
    if reached <= PROVEN:
        status = "optimal"
    elif reached <= gap:
        status = "gap"
    others = near_best(found)
    return LocationSolution(
        sites=found.sites,
        assignment=found.assignment,
        cost=found.cost,
        lower_bound=lower_bound,
        gap=reached,
        status=status,
        alternatives=tuple(np.array(sites, dtype=np.int64) for _, sites in others),
        alternative_costs=tuple(cost for cost, _ in others),
        share=found.share if found.share is not None else (found.assignment >= 0).astype(np.float64),
        clock_struck=meter is not None and meter.clock_struck,
    )


def near_best(found: Found) -> list[tuple[float, tuple[int, ...]]]:
    """Other site sets within 1 % of the best, each once, cheapest first."""
    best = tuple(int(site) for site in found.sites)
    cheapest: dict[tuple[int, ...], float] = {}
    for cost, sites in found.others:
        key = tuple(sorted(sites))
        if key != best and cost <= found.cost * (1 + NEAR_BEST):
            cheapest[key] = min(cost, cheapest.get(key, cost))
    ranked = sorted((cost, sites) for sites, cost in cheapest.items())
    return ranked[:MOST_ALTERNATIVES]
