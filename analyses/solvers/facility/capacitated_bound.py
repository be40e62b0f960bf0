"""Lower bound of the capacitated p-median: assignments relaxed, one knapsack per site, in compiled code."""

from typing import NamedTuple

import numpy as np

from infragap.analyses.arrays import FloatArray
from infragap.analyses.solvers.facility.lagrangian_bound import best_sites
from infragap.analyses.solvers.facility.site_choice import SiteChoice
from infragap.compiled import compiled


class Loads(NamedTuple):
    """What the knapsacks hold; a named tuple, because compiled code takes it whole.

    Parameters
    ----------
    demand
        (customers,) each served wholly by one site.
    capacity
        (sites,).
    whole
        Demands and capacities are whole numbers, and few enough for exact knapsacks.
    """

    demand: FloatArray
    capacity: FloatArray
    whole: bool


@compiled
def fill_site(
    earned: FloatArray,
    demand: FloatArray,
    capacity: float,
    whole: bool,
    taken: FloatArray,
) -> float:
    """Choose the customers that earn most within the capacity; writes shares 0-1 into `taken`.

    With `whole` (demands and capacity whole numbers) by dynamic programming over the load, otherwise the last
    customer may be split, which can only earn more, so that the bound stays a bound.
    """
    taken[:] = 0.0
    candidates = np.flatnonzero((earned > 0.0) & (demand <= capacity))
    if demand[candidates].sum() <= capacity:
        taken[candidates] = 1.0
        return float(earned[candidates].sum())
    if not whole:
        value = 0.0
        left = capacity
        rate = np.empty(len(candidates))
        for c in range(len(candidates)):
            rate[c] = -earned[candidates[c]] / max(demand[candidates[c]], 1e-300)
        for c in np.argsort(rate):
            i = candidates[c]
            part = 1.0 if demand[i] <= left else left / demand[i]
            taken[i] = part
            value += part * earned[i]
            left -= part * demand[i]
            if left <= 0.0:
                break
        return value
    room = int(capacity)
    best = np.zeros(room + 1)
    picked = np.zeros((len(candidates), room + 1), dtype=np.bool_)
    for c in range(len(candidates)):
        size = int(demand[candidates[c]])
        gain = earned[candidates[c]]
        for load in range(room, size - 1, -1):
            if best[load - size] + gain > best[load]:
                best[load] = best[load - size] + gain
                picked[c, load] = True
    load = room
    for c in range(len(candidates) - 1, -1, -1):
        if picked[c, load]:
            taken[candidates[c]] = 1.0
            load -= int(demand[candidates[c]])
    return float(best[room])


@compiled
def capacitated_climb(
    site_cost: FloatArray,
    loads: Loads,
    choice: SiteChoice,
    price: FloatArray,
    target: float,
    iterations: int,
    step: float,
) -> tuple[float, FloatArray, FloatArray, FloatArray, float]:
    """Raise the bound by subgradient steps from `price`.

    Returns the bound, its prices, what each site earns at them, how often each site was open of late (0-1), and the
    step left. `site_cost` is (sites, customers), inf = out of reach.
    """
    demand, capacity, block = loads.demand, loads.capacity, choice.block
    n_sites, n_customers = site_cost.shape
    price = price.copy()
    best = -np.inf
    best_price = price.copy()
    best_earned = np.zeros(n_sites)
    often = np.zeros(n_sites)
    memory = 0.0
    direction = np.zeros(n_customers)
    taken = np.zeros((n_sites, n_customers))
    value = np.zeros(n_sites)
    idle = 0
    for _ in range(iterations):
        for j in range(n_sites):
            if block[j] >= 0:
                value[j] = fill_site(price - site_cost[j], demand, capacity[j], loads.whole, taken[j])
        is_open = best_sites(value, choice)
        often = 0.9 * often + 0.1 * is_open
        memory = 0.9 * memory + 0.1
        bound = price.sum() - value[is_open].sum()
        if bound > best:
            if bound > best + 1e-4 * (target - best):
                idle = 0
            best = bound
            best_price[:] = price
            best_earned[:] = value
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
        served = np.zeros(n_customers)
        for j in range(n_sites):
            if is_open[j]:
                served += taken[j]
        direction[:] = (1.0 - served) + 0.6 * direction
        length = (direction * direction).sum()
        if length < 1e-12 or bound >= target:
            break
        price += step * (target - bound) / length * direction
    return best, best_price, best_earned, often / max(memory, 1e-12), step
