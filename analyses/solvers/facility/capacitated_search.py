"""Good assignments to sites of limited capacity: regret order, shifts and exchanges, sites moved, shaken restarts."""

import numpy as np

from infragap.analyses.arrays import FloatArray, IntArray
from infragap.compiled import compiled


@compiled
def overload(load: float, capacity: float, penalty: float) -> float:
    """Price of a load above the capacity, higher than any cost."""
    if load <= capacity * (1.0 + 1e-9) + 1e-9:
        return 0.0
    return penalty * (1.0 + load - capacity)


@compiled
def assign(
    site_cost: FloatArray,
    demand: FloatArray,
    capacity: FloatArray,
    chosen: IntArray,
    penalty: float,
    place: IntArray,
    load: FloatArray,
) -> None:
    """Give customers, those with most to lose first, their nearest open site with room."""
    n_customers = site_cost.shape[1]
    p = len(chosen)
    regret = np.zeros(n_customers)
    for i in range(n_customers):
        near, next_near = np.inf, np.inf
        for r in range(p):
            cost = site_cost[chosen[r], i]
            if cost < near:
                near, next_near = cost, near
            elif cost < next_near:
                next_near = cost
        regret[i] = -(next_near - near) * 1.0 if p > 1 else 0.0
    load[:] = 0.0
    for i in np.argsort(regret):
        best, best_cost = -1, np.inf
        for r in range(p):
            cost = site_cost[chosen[r], i] + overload(load[r] + demand[i], capacity[chosen[r]], penalty)
            if cost < best_cost:
                best, best_cost = r, cost
        place[i] = best
        load[best] += demand[i]


@compiled
def improve(
    site_cost: FloatArray,
    demand: FloatArray,
    capacity: FloatArray,
    block: IntArray,
    chosen: IntArray,
    penalty: float,
    place: IntArray,
    load: FloatArray,
) -> float:
    """Shift one customer, exchange two, or move a site within its block, until nothing gains; returns the cost."""
    n_sites, n_customers = site_cost.shape
    p = len(chosen)
    tiny = 1e-10 * penalty
    is_open = np.zeros(n_sites, dtype=np.bool_)
    is_open[chosen] = True
    gained = True
    while gained:
        gained = False
        for i in range(n_customers):
            a = place[i]
            out = (
                site_cost[chosen[a], i]
                + overload(load[a], capacity[chosen[a]], penalty)
                - overload(load[a] - demand[i], capacity[chosen[a]], penalty)
            )
            for b in range(p):
                if b == a or site_cost[chosen[b], i] >= out - tiny:
                    continue
                into = (
                    site_cost[chosen[b], i]
                    + overload(load[b] + demand[i], capacity[chosen[b]], penalty)
                    - overload(load[b], capacity[chosen[b]], penalty)
                )
                if into < out - tiny:
                    load[a] -= demand[i]
                    load[b] += demand[i]
                    place[i] = b
                    gained = True
                    break
        for i in range(n_customers):
            for k in range(i + 1, n_customers):
                a, b = place[i], place[k]
                if a == b:
                    continue
                change = (
                    site_cost[chosen[b], i]
                    + site_cost[chosen[a], k]
                    - site_cost[chosen[a], i]
                    - site_cost[chosen[b], k]
                )
                shift = demand[k] - demand[i]
                if change >= -tiny and overload(load[a], capacity[chosen[a]], penalty) == 0.0 == overload(
                    load[b], capacity[chosen[b]], penalty
                ):
                    continue
                change += (
                    overload(load[a] + shift, capacity[chosen[a]], penalty)
                    - overload(load[a], capacity[chosen[a]], penalty)
                    + overload(load[b] - shift, capacity[chosen[b]], penalty)
                    - overload(load[b], capacity[chosen[b]], penalty)
                )
                if change < -tiny:
                    load[a] += shift
                    load[b] -= shift
                    place[i], place[k] = b, a
                    gained = True
        for r in range(p):
            members = np.flatnonzero(place == r)
            best, best_cost = -1, np.inf
            for j in range(n_sites):
                if j == chosen[r] or (not is_open[j] and block[j] == block[chosen[r]]):
                    cost = overload(load[r], capacity[j], penalty)
                    for member in members:
                        cost += site_cost[j, member]
                    if j == chosen[r]:
                        cost -= tiny
                    if cost < best_cost:
                        best, best_cost = j, cost
            if best != chosen[r]:
                is_open[chosen[r]] = False
                is_open[best] = True
                chosen[r] = best
                gained = True
    total = 0.0
    for i in range(n_customers):
        total += site_cost[chosen[place[i]], i]
    for r in range(p):
        total += overload(load[r], capacity[chosen[r]], penalty)
    return total


@compiled
def capacitated_search(
    site_cost: FloatArray,
    demand: FloatArray,
    capacity: FloatArray,
    block: IntArray,
    chosen: IntArray,
    penalty: float,
    rounds: int,
    seed: int,
) -> tuple[float, IntArray]:
    """Assign and improve, then disturb the best by moving a few open sites at random; changes `chosen` in place.

    Returns cost and, per customer, the position of its site in `chosen`.
    """
    np.random.seed(seed)  # noqa: NPY002 - numba's generator inside compiled code
    n_sites, n_customers = site_cost.shape
    p = len(chosen)
    place = np.zeros(n_customers, dtype=np.int64)
    load = np.zeros(p)
    assign(site_cost, demand, capacity, chosen, penalty, place, load)
    total = improve(site_cost, demand, capacity, block, chosen, penalty, place, load)
    best_place = place.copy()
    is_open = np.zeros(n_sites, dtype=np.bool_)
    strength = 1
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
        assign(site_cost, demand, capacity, trial, penalty, place, load)
        found = improve(site_cost, demand, capacity, block, trial, penalty, place, load)
        if found < total * (1.0 - 1e-10):
            total = found
            chosen[:] = trial
            best_place[:] = place
            strength = 1
        else:
            strength = strength % max(2, min(p // 2, 6)) + 1
    return total, best_place
