"""Lower bound of the p-median from its Lagrangian dual (each customer's assignment relaxed), in compiled code."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray
from infragap.analyses.solvers.facility.site_choice import SiteChoice
from infragap.compiled import compiled


class NearestFirst(NamedTuple):
    """Each customer's sites by ascending cost, those out of reach or closed left out.

    A named tuple, because compiled code takes it whole.

    Parameters
    ----------
    site
        (customers, sites) site numbers; beyond `reach` meaningless.
    cost
        (customers, sites) their costs.
    reach
        (customers,) how many entries of the row count.
    """

    site: NDArray[np.int32]
    cost: FloatArray
    reach: IntArray

    def without(self, closed: BoolArray) -> "NearestFirst":
        """Return the same order with closed sites dropped."""
        keep = ~closed[self.site] & (np.arange(self.site.shape[1]) < self.reach[:, None])
        reach = keep.sum(axis=1)
        width = max(int(reach.max(initial=0)), 1)
        order = np.argsort(~keep, axis=1, kind="stable")[:, :width]
        return NearestFirst(
            site=np.take_along_axis(self.site, order, axis=1),
            cost=np.take_along_axis(self.cost, order, axis=1),
            reach=reach.astype(np.int64),
        )


def nearest_first(cost: FloatArray) -> NearestFirst:
    """Sort each customer's sites by cost; `cost` is (customers, sites), inf = out of reach."""
    order = np.argsort(cost, axis=1, kind="stable").astype(np.int32)
    return NearestFirst(
        site=order,
        cost=np.take_along_axis(cost, order, axis=1),
        reach=np.isfinite(cost).sum(axis=1).astype(np.int64),
    )


@compiled
def savings(order: NearestFirst, price: FloatArray, n_sites: int) -> FloatArray:
    """What each site earns at these prices: sum over customers of max(0, price - cost)."""
    site, cost, reach = order.site, order.cost, order.reach
    earned = np.zeros(n_sites)
    for i in range(len(price)):
        for k in range(reach[i]):
            if cost[i, k] >= price[i]:
                break
            earned[site[i, k]] += price[i] - cost[i, k]
    return earned


@compiled
def best_sites(earned: FloatArray, choice: SiteChoice) -> BoolArray:
    """Sites that earn most, as many in each block as it needs."""
    block, left = choice.block, choice.need.copy()
    is_open = np.zeros(len(earned), dtype=np.bool_)
    for j in np.argsort(-earned):
        b = block[j]
        if b >= 0 and left[b] > 0:
            left[b] -= 1
            is_open[j] = True
    return is_open


@compiled
def reduced_costs(earned: FloatArray, is_open: BoolArray, choice: SiteChoice) -> FloatArray:
    """By how much the bound rises when a site's state is forced the other way, with sign.

    Positive = the site is closed and opening it costs so much; negative = it is open and closing it costs so much.
    """
    block, need = choice.block, choice.need
    worst_in = np.full(len(need), np.inf)
    best_out = np.full(len(need), -np.inf)
    for j in range(len(block)):
        if block[j] >= 0:
            if is_open[j]:
                worst_in[block[j]] = min(worst_in[block[j]], earned[j])
            else:
                best_out[block[j]] = max(best_out[block[j]], earned[j])
    reduced = np.zeros(len(block))
    for j in range(len(block)):
        if block[j] >= 0:
            reduced[j] = (best_out[block[j]] if is_open[j] else worst_in[block[j]]) - earned[j]
    return reduced


@compiled
def dual_bound(order: NearestFirst, choice: SiteChoice, price: FloatArray) -> tuple[float, FloatArray]:
    """Lower bound at any prices, exact up to rounding, and each site's reduced cost."""
    earned = savings(order, price, len(choice.block))
    is_open = best_sites(earned, choice)
    bound = price.sum() - earned[is_open].sum()
    return bound, reduced_costs(earned, is_open, choice)


@compiled
def climb(
    order: NearestFirst,
    choice: SiteChoice,
    price: FloatArray,
    target: float,
    iterations: int,
    step: float,
) -> tuple[float, FloatArray, BoolArray, float]:
    """Raise the bound by subgradient steps from `price`; returns bound, its prices, its sites and the step left.

    The direction keeps part of the one before (Camerini, Fratta & Maffioli 1975), the step halves while
    nothing improves, and no price falls below the customer's nearest site, where the bound no longer depends on it.
    """
    site, cost, reach = order.site, order.cost, order.reach
    n_customers = len(price)
    n_sites = len(choice.block)
    price = price.copy()
    best = -np.inf
    best_price = price.copy()
    best_open = np.zeros(n_sites, dtype=np.bool_)
    direction = np.zeros(n_customers)
    idle = 0
    for _ in range(iterations):
        earned = savings(order, price, n_sites)
        is_open = best_sites(earned, choice)
        bound = price.sum()
        for j in range(n_sites):
            if is_open[j]:
                bound -= earned[j]
        if bound > best:
            if bound > best + 1e-4 * (target - best):
                idle = 0
            best = bound
            best_price[:] = price
            best_open[:] = is_open
        else:
            idle += 1
            if idle >= 15:
                idle = 0
                step *= 0.6
                price[:] = best_price
                direction[:] = 0.0
                if step < 1e-4:
                    break
                continue
        length = 0.0
        for i in range(n_customers):
            served = 0
            for k in range(reach[i]):
                if cost[i, k] >= price[i]:
                    break
                if is_open[site[i, k]]:
                    served += 1
            direction[i] = (1.0 - served) + 0.6 * direction[i]
            length += direction[i] * direction[i]
        if length < 1e-12 or bound >= target:
            break
        scale = step * (target - bound) / length
        for i in range(n_customers):
            price[i] = max(cost[i, 0], price[i] + scale * direction[i])
    return best, best_price, best_open, step
