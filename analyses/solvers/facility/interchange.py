"""Good site sets for the p-median fast: greedy start, interchange, and shaken restarts."""

import numpy as np

from infragap.analyses.arrays import FloatArray, IntArray
from infragap.analyses.solvers.facility.site_choice import SiteChoice
from infragap.compiled import compiled

# A swap must gain more than this share of the cost, or rounding would let the search turn in circles
LEAST_GAIN = 1e-10


@compiled
def greedy_sites(site_cost: FloatArray, choice: SiteChoice) -> IntArray:
    """Open sites one after the other, each time the one that saves most.

    Parameters
    ----------
    site_cost
        (sites, customers) finite cost, one row per site.
    choice
        Which sets may open.

    Notes
    -----
    A saving only shrinks as sites open, so an old saving is an upper bound: a site is recomputed only when it leads.
    """
    n_sites, n_customers = site_cost.shape
    block, need = choice.block, choice.need
    left = need.copy()
    nearest = np.full(n_customers, 2.0 * site_cost.max() + 1.0)
    saving = np.full(n_sites, np.inf)
    age = np.full(n_sites, -1)
    chosen = np.empty(need.sum(), dtype=np.int64)
    is_open = np.zeros(n_sites, dtype=np.bool_)
    for step in range(len(chosen)):
        while True:
            lead = -1
            for j in range(n_sites):
                if block[j] < 0 or is_open[j] or left[block[j]] == 0:
                    continue
                if lead < 0 or saving[j] > saving[lead]:
                    lead = j
            if age[lead] == step:
                break
            total = 0.0
            for i in range(n_customers):
                total += max(0.0, nearest[i] - site_cost[lead, i])
            saving[lead] = total
            age[lead] = step
        chosen[step] = lead
        is_open[lead] = True
        left[block[lead]] -= 1
        for i in range(n_customers):
            nearest[i] = min(nearest[i], site_cost[lead, i])
    return chosen


@compiled
def two_nearest(
    site_cost: FloatArray,
    chosen: IntArray,
    i: int,
    first: IntArray,
    near: FloatArray,
    second: IntArray,
    next_near: FloatArray,
) -> None:
    """Find customer i's nearest and second nearest open site (positions in `chosen`)."""
    near[i] = np.inf
    next_near[i] = np.inf
    first[i] = -1
    second[i] = -1
    for r in range(len(chosen)):
        cost = site_cost[chosen[r], i]
        if cost < near[i]:
            next_near[i] = near[i]
            second[i] = first[i]
            near[i] = cost
            first[i] = r
        elif cost < next_near[i]:
            next_near[i] = cost
            second[i] = r


@compiled
def interchange(site_cost: FloatArray, block: IntArray, chosen: IntArray) -> float:
    """Swap one open for one closed site of the same block until no swap gains; changes `chosen` in place.

    Returns the cost. One pass over the customers prices the entry of a site against every exit (Whitaker 1983).
    """
    n_sites, n_customers = site_cost.shape
    p = len(chosen)
    is_open = np.zeros(n_sites, dtype=np.bool_)
    is_open[chosen] = True
    first = np.empty(n_customers, dtype=np.int64)
    second = np.empty(n_customers, dtype=np.int64)
    near = np.empty(n_customers)
    next_near = np.empty(n_customers)
    for i in range(n_customers):
        two_nearest(site_cost, chosen, i, first, near, second, next_near)
    total: float = near.sum()
    loss = np.empty(p)
    since_gain = 0
    j = -1
    while since_gain < n_sites:
        j = (j + 1) % n_sites
        since_gain += 1
        if is_open[j] or block[j] < 0:
            continue
        gain = 0.0
        loss[:] = 0.0
        for i in range(n_customers):
            cost = site_cost[j, i]
            if cost < near[i]:
                gain += near[i] - cost
            else:
                loss[first[i]] += min(next_near[i], cost) - near[i]
        out = -1
        for r in range(p):
            if block[chosen[r]] == block[j] and (out < 0 or loss[r] < loss[out]):
                out = r
        if out < 0 or gain - loss[out] <= LEAST_GAIN * total:
            continue
        is_open[chosen[out]] = False
        is_open[j] = True
        chosen[out] = j
        total = 0.0
        for i in range(n_customers):
            cost = site_cost[j, i]
            if first[i] == out or second[i] == out:
                two_nearest(site_cost, chosen, i, first, near, second, next_near)
            elif cost < near[i]:
                next_near[i] = near[i]
                second[i] = first[i]
                near[i] = cost
                first[i] = out
            elif cost < next_near[i]:
                next_near[i] = cost
                second[i] = out
            total += near[i]
        since_gain = 0
    return total


@compiled
def shaken_search(
    site_cost: FloatArray,
    block: IntArray,
    chosen: IntArray,
    total: float,
    rounds: int,
    seed: int,
) -> float:
    """Disturb the best set by a few random swaps, search again, keep what is better; changes `chosen` in place.

    The number of swaps grows while nothing improves (variable neighbourhood search, Hansen & Mladenović 1997).
    """
    np.random.seed(seed)  # noqa: NPY002 - numba's generator inside compiled code
    n_sites = site_cost.shape[0]
    p = len(chosen)
    strength = 1
    is_open = np.zeros(n_sites, dtype=np.bool_)
    for _ in range(rounds):
        trial = chosen.copy()
        is_open[:] = False
        is_open[trial] = True
        for _ in range(strength):
            for _ in range(50):
                j = np.random.randint(n_sites)  # noqa: NPY002
                r = np.random.randint(p)  # noqa: NPY002
                if not is_open[j] and block[j] == block[trial[r]]:
                    is_open[trial[r]] = False
                    is_open[j] = True
                    trial[r] = j
                    break
        found = interchange(site_cost, block, trial)
        if found < total * (1.0 - LEAST_GAIN):
            total = found
            chosen[:] = trial
            strength = 1
        else:
            strength = strength % max(2, min(p // 2, 12)) + 1
    return total


@compiled
def swap_costs(site_cost: FloatArray, block: IntArray, chosen: IntArray) -> FloatArray:
    """Cost after each single swap: (sites, open sites), inf where the swap is not allowed."""
    n_sites, n_customers = site_cost.shape
    p = len(chosen)
    is_open = np.zeros(n_sites, dtype=np.bool_)
    is_open[chosen] = True
    first = np.empty(n_customers, dtype=np.int64)
    second = np.empty(n_customers, dtype=np.int64)
    near = np.empty(n_customers)
    next_near = np.empty(n_customers)
    for i in range(n_customers):
        two_nearest(site_cost, chosen, i, first, near, second, next_near)
    total = near.sum()
    costs = np.full((n_sites, p), np.inf)
    loss = np.empty(p)
    for j in range(n_sites):
        if is_open[j] or block[j] < 0:
            continue
        gain = 0.0
        loss[:] = 0.0
        for i in range(n_customers):
            cost = site_cost[j, i]
            if cost < near[i]:
                gain += near[i] - cost
            else:
                loss[first[i]] += min(next_near[i], cost) - near[i]
        for r in range(p):
            if block[chosen[r]] == block[j]:
                costs[j, r] = total - gain + loss[r]
    return costs
