"""Cheapest way to share demand among a few open sites with capacities: successive shortest ways over the sites.

Customers enter one after another. Each pushes its demand along the cheapest chain: into a site, and where that is full,
moving somebody there on to another site, until a site with room, or 'served by nobody', takes the last of the chain.
The number of sites is small, so a chain is found on a graph of sites alone.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from infragap.analyses.arrays import FloatArray
from infragap.compiled import compiled


@compiled
def _offer_move(
    cost: FloatArray, unserved: FloatArray, customer: int, here: int, move: FloatArray, who: FloatArray
) -> None:
    """Let a customer who is served at a site be moved from it, where that is cheaper than moving others."""
    sites, now = cost.shape[1], cost[customer, here]
    for there in range(sites):
        if there != here and cost[customer, there] - now < move[here, there]:
            move[here, there], who[here, there] = cost[customer, there] - now, customer
    if unserved[customer] - now < move[here, sites]:
        move[here, sites], who[here, sites] = unserved[customer] - now, customer


@compiled
def _all_moves(
    cost: FloatArray, unserved: FloatArray, amount: FloatArray, here: int, move: FloatArray, who: FloatArray
) -> None:
    """Find anew the cheapest unit to move from a site to each other one (the last column is 'served by nobody')."""
    for there in range(cost.shape[1] + 1):
        move[here, there], who[here, there] = np.inf, -1
    for customer in range(cost.shape[0]):
        if amount[here, customer] > 0:
            _offer_move(cost, unserved, customer, here, move, who)


@compiled
def _cheapest_chain(
    first_cost: FloatArray,
    unserved: float,
    room: FloatArray,
    move: FloatArray,
    best: FloatArray,
    came: NDArray[np.int64],
) -> int:
    """Find where the cheapest chain of one more unit of a customer ends; the number of sites = served by nobody."""
    sites = len(room)
    end = sites
    for site in range(sites):
        best[site], came[site] = first_cost[site], -1
    best[sites], came[sites] = unserved, -1
    nearest = np.argmin(best)
    if nearest == sites or room[nearest] > 1e-9:
        return int(nearest)
    changed = True
    while changed:
        changed = False
        for site in range(sites):
            if room[site] > 1e-9 or best[site] == np.inf:
                continue
            for other in range(sites + 1):
                value = best[site] + move[site, other]
                if value < best[other] - 1e-9:
                    best[other], came[other], changed = value, site, True
    for site in range(sites):
        if room[site] > 1e-9 and best[site] < best[end] - 1e-12:
            end = site
    return end


@compiled
def share_demand(
    cost: FloatArray, demand: FloatArray, capacity: FloatArray, unserved: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Share demand at least cost.

    Parameters
    ----------
    cost
        (customers, sites) of one unit, inf = out of reach.
    demand
        (customers,).
    capacity
        (sites,).
    unserved
        (customers,) cost of a unit that nobody serves; finite.

    Returns
    -------
    (amount, price)
        (customers, sites + 1) units, the last column served by nobody; (sites,) what a further unit
        of room at a site is worth, inf at a site without places.
    """
    customers, sites = cost.shape
    amount, room = np.zeros((sites + 1, customers)), capacity.copy()
    move, who = np.full((sites, sites + 1), np.inf), np.full((sites, sites + 1), -1.0)
    best, came = np.empty(sites + 1), np.empty(sites + 1, np.int64)
    for customer in range(customers):
        left = demand[customer]
        while left > 1e-9:
            end = _cheapest_chain(cost[customer], unserved[customer], room, move, best, came)
            pushed, site = left, end
            if end < sites:
                pushed = min(pushed, room[end])
            while came[site] >= 0:
                before = came[site]
                pushed = min(pushed, amount[before, np.int64(who[before, site])])
                site = before
            if end < sites:
                room[end] -= pushed
            _push_along(cost, unserved, customer, pushed, end, came, amount, move, who)
            left -= pushed
    return amount.T.copy(), _prices(room, move)


@compiled
def _push_along(
    cost: FloatArray,
    unserved: FloatArray,
    customer: int,
    pushed: float,
    end: int,
    came: NDArray[np.int64],
    amount: FloatArray,
    move: FloatArray,
    who: FloatArray,
) -> None:
    """Move demand along a chain and keep the cheapest moves up to date."""
    sites, site = cost.shape[1], end
    while came[site] >= 0:
        before = came[site]
        moved = int(who[before, site])
        amount[before, moved] -= pushed
        amount[site, moved] += pushed
        if amount[before, moved] < 1e-9:
            amount[before, moved] = 0.0
            _all_moves(cost, unserved, amount, before, move, who)
        if site < sites:
            _offer_move(cost, unserved, moved, site, move, who)
        site = before
    amount[site, customer] += pushed
    if site < sites:
        _offer_move(cost, unserved, customer, site, move, who)


@compiled
def _prices(room: FloatArray, move: FloatArray) -> FloatArray:
    """Cost of making room for one more unit at each site: 0 where there is room, inf where nothing makes any (no places
    at all)."""
    sites = len(room)
    price = np.full(sites + 1, np.inf)
    price[sites] = 0.0
    for site in range(sites):
        if room[site] > 1e-9:
            price[site] = 0.0
    changed = True
    while changed:
        changed = False
        for site in range(sites):
            if room[site] > 1e-9:
                continue
            for other in range(sites + 1):
                value = move[site, other] + price[other]
                if value < price[site] - 1e-9:
                    price[site], changed = value, True
    worth: FloatArray = np.maximum(price[:sites], 0.0)
    return worth


@compiled
def worth_of_sites(cost: FloatArray, demand: FloatArray, capacity: FloatArray, value: FloatArray) -> FloatArray:
    """Most that each site can earn where serving a unit of a customer earns its value less the cost: a knapsack of
    parts, (sites,)."""
    customers, sites = cost.shape
    earned, gain, size = np.zeros(sites), np.empty(customers), np.empty(customers)
    for site in range(sites):
        count, wanted = 0, 0.0
        for customer in range(customers):
            profit = value[customer] - cost[customer, site]
            if profit > 0:
                gain[count], size[count] = profit, demand[customer]
                wanted += demand[customer]
                count += 1
        if wanted <= capacity[site]:
            for place in range(count):
                earned[site] += gain[place] * size[place]
            continue
        order, room = np.argsort(-gain[:count]), capacity[site]
        for place in order:
            taken = min(room, size[place])
            earned[site] += taken * gain[place]
            room -= taken
            if room <= 0:
                break
    return earned


@compiled
def climb_values(
    cost: FloatArray,
    demand: FloatArray,
    capacity: FloatArray,
    unserved: FloatArray,
    block: NDArray[np.int64],
    need: NDArray[np.int64],
    value: FloatArray,
    target: float,
    rounds: int,
    step: float,
) -> tuple[float, FloatArray, FloatArray]:
    """Raise the bound over the customers' values by subgradient steps: (best bound, its values, what each site is worth
    at them).

    `block` and `need` say how many sites of each block open, as in `SiteChoice`; `target` is the cost of a known
    solution, `step` the first step length.
    """
    customers, sites = cost.shape
    best, best_value, best_worth = -np.inf, value.copy(), np.zeros(sites)
    worth, is_open, since = np.zeros(sites), np.zeros(sites, np.bool_), 0
    gain, size, who = np.empty(customers), np.empty(customers), np.empty(customers, np.int64)
    served = np.empty((sites, customers))
    moved = np.zeros(customers)
    for _ in range(rounds):
        for site in range(sites):
            worth[site] = 0.0
            served[site] = 0.0
            count, wanted = 0, 0.0
            if block[site] < 0:
                continue
            for customer in range(customers):
                profit = value[customer] - cost[customer, site]
                if profit > 0:
                    gain[count], size[count], who[count] = profit, demand[customer], customer
                    wanted += demand[customer]
                    count += 1
            room = capacity[site]
            if wanted <= room:
                for place in range(count):
                    served[site, who[place]] = size[place]
                    worth[site] += gain[place] * size[place]
                continue
            for place in np.argsort(-gain[:count]):
                taken = min(room, size[place])
                served[site, who[place]] = taken
                worth[site] += taken * gain[place]
                room -= taken
                if room <= 0:
                    break
        is_open[:] = False
        total = (value * demand).sum()
        order = np.argsort(-worth)
        left = need.copy()
        for site in order:
            if block[site] >= 0 and left[block[site]] > 0:
                left[block[site]] -= 1
                is_open[site] = True
                total -= worth[site]
        if total > best:
            if total > best + 1e-6 * abs(target):
                since = 0
            best, best_value[:], best_worth[:] = total, value, worth
        since += 1
        if since > 20:
            step, since = step / 2, 0
            if step < 1e-3:
                break
        slope, norm = demand.copy(), 0.0
        for site in range(sites):
            if is_open[site]:
                slope -= served[site]
        for customer in range(customers):
            if value[customer] >= unserved[customer] and slope[customer] > 0:
                slope[customer] = 0.0
            # the last step is remembered in part, which calms the zigzag
            moved[customer] = 0.3 * moved[customer] + slope[customer]
            norm += moved[customer] ** 2
        if norm <= 1e-12 or best >= target:
            break
        length = step * max(target - total, 1e-9) / norm
        for customer in range(customers):
            value[customer] = min(max(value[customer] + length * moved[customer], 0.0), unserved[customer])
    return best, best_value, best_worth
