"""Cheapest way to share demand among a few open sites with capacities: successive shortest ways over the sites.

Customers enter one after another. Each pushes its demand along the cheapest chain: into a site, and where that is full, moving somebody there on to another
site, until a site with room, or 'served by nobody', takes the last of the chain. The number of sites is small, so a chain is found on a graph of sites alone.
"""

from __future__ import annotations

import numpy as np

from infragap.analyses.arrays import FloatArray
from infragap.compiled import compiled


@compiled
def _cheapest_move(
    cost: FloatArray, unserved: FloatArray, amount: FloatArray, here: int, move: FloatArray, who: FloatArray
) -> None:
    """Cheapest unit to move from a site to each other one (the last column is 'served by nobody')."""
    sites = cost.shape[1]
    for there in range(sites + 1):
        move[here, there], who[here, there] = np.inf, -1
    for customer in range(cost.shape[0]):
        if amount[customer, here] > 0:
            now = cost[customer, here]
            for there in range(sites):
                if there != here and cost[customer, there] - now < move[here, there]:
                    move[here, there], who[here, there] = cost[customer, there] - now, customer
            if unserved[customer] - now < move[here, sites]:
                move[here, sites], who[here, sites] = unserved[customer] - now, customer


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
        (customers, sites + 1) units, the last column served by nobody; (sites,) what a further unit of room at a site is worth.
    """
    customers, sites = cost.shape
    amount, room = np.zeros((customers, sites + 1)), capacity.copy()
    move, who = np.full((sites, sites + 1), np.inf), np.full((sites, sites + 1), -1.0)
    best, came = np.empty(sites + 1), np.empty(sites + 1, np.int64)
    for customer in range(customers):
        left = demand[customer]
        while left > 1e-9:
            for site in range(sites):
                best[site], came[site] = cost[customer, site], -1
            best[sites], came[sites] = unserved[customer], -1
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
            end = sites
            for site in range(sites):
                if room[site] > 1e-9 and best[site] < best[end] - 1e-12:
                    end = site
            pushed, site = left, end
            if end < sites:
                pushed = min(pushed, room[end])
            while came[site] >= 0:
                before = came[site]
                pushed = min(pushed, amount[np.int64(who[before, site]), before])
                site = before
            site = end
            if end < sites:
                room[end] -= pushed
            while came[site] >= 0:
                before = came[site]
                moved = np.int64(who[before, site])
                amount[moved, before] -= pushed
                if amount[moved, before] < 1e-9:
                    amount[moved, before] = 0.0
                amount[moved, site] += pushed
                site = before
            amount[customer, site] += pushed
            left -= pushed
            site = end
            while True:
                if site < sites:
                    _cheapest_move(cost, unserved, amount, site, move, who)
                if came[site] < 0:
                    break
                site = came[site]
    return amount, _prices(room, move)


@compiled
def _prices(room: FloatArray, move: FloatArray) -> FloatArray:
    """Cost of making room for one more unit at each site: 0 where there is room."""
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
    for site in range(sites):
        # a site without room and without anybody (capacity 0) is worth what the dearest wanted place is: no bound needs more
        if price[site] == np.inf:
            price[site] = 0.0
    return np.maximum(price[:sites], 0.0)


@compiled
def worth_of_sites(cost: FloatArray, demand: FloatArray, capacity: FloatArray, value: FloatArray) -> FloatArray:
    """Most that each site can earn where serving a unit of a customer earns its value less the cost: a knapsack of parts, (sites,)."""
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
