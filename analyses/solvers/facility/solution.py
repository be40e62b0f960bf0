"""What every location solver returns, and how its gap and status follow from cost and bound."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from infragap.analyses.arrays import FloatArray, IntArray

# Relative difference below which cost and bound are the same number in floating point
PROVEN = 1e-6
# Alternatives cost at most this share more than the best; so many are kept
NEAR_BEST = 0.01
MOST_ALTERNATIVES = 10

Status = Literal["optimal", "gap", "time_limit"]


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
        covered for `maximal_coverage`. ``inf`` where the time limit came before any solution.
    lower_bound
        Proven: no solution costs less.
    gap
        (cost - lower_bound) / cost; 0 where cost is 0.
    status
        'optimal': proven (gap at most 1e-6, floating point); 'gap': stopped at the gap asked for; 'time_limit':
        stopped by the clock with the gap stated.
    alternatives
        Other site sets within 1 % of the cost, best first: what the search met on its way and the exchanges
        of one site around the best; not all there are.
    alternative_costs
        Cost of each alternative.
    share
        (customers,) part of each customer's demand that is served, 0-1.
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
    """(cost - lower_bound) / cost, 0 where the bound meets the cost, inf without a solution."""
    if cost <= lower_bound:
        return 0.0
    if not np.isfinite(cost):
        return float("inf")
    return (cost - lower_bound) / abs(cost)


def certified(found: Found, *, gap: float) -> LocationSolution:
    """State gap and status of what was found; never better than cost and bound allow."""
    lower_bound = min(found.lower_bound, found.cost)
    reached = relative_gap(found.cost, lower_bound)
    status: Status = "time_limit"
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
