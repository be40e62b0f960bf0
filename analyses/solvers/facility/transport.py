"""Cheapest way to share demand among a few open sites with capacities, open altogether or in part.

A site that is open to 0.3 has 0.3 of its places and takes at most 0.3 of a customer's demand: the relaxation of a site
that is open or not. Customers enter one after another along the cheapest chain of moves between sites: into a site, and
where that is full, moving somebody there on to another, until a site with room, or 'served by nobody', takes the last
of the chain. Prices of places are kept, so that no move between full sites is below zero at them and the chain is found
by Dijkstra's search, which ends at the first site with room. The number of sites is small, so a chain is found on a
graph of sites alone.

References
----------
.. [1] J. Edmonds, R. M. Karp, "Theoretical improvements in algorithmic efficiency for network flow problems", JACM
   19(2), 1972.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from infragap.analyses.arrays import FloatArray, IntArray
from infragap.compiled import compiled

LEAST = 1e-7
"""Less than this is nothing: units of demand."""


@compiled
def _offer(
    cost: FloatArray, limit: FloatArray, amount: FloatArray, customer: int, here: int, move: FloatArray, who: IntArray
) -> None:
    """Let a customer who is served here be moved elsewhere, where that is cheaper than moving others."""
    now = cost[customer, here]
    for there in range(cost.shape[1]):
        if there == here or amount[customer, there] >= limit[customer, there] - LEAST:
            continue
        if cost[customer, there] - now < move[here, there]:
            move[here, there], who[here, there] = cost[customer, there] - now, customer


@compiled
def _offers_to(
    cost: FloatArray,
    limit: FloatArray,
    amount: FloatArray,
    members: IntArray,
    here: int,
    there: int,
    move: FloatArray,
    who: IntArray,
) -> None:
    """Find anew the cheapest unit to move from here to one other site."""
    least, best = np.inf, -1
    for place in range(members[here, -1]):
        customer = members[here, place]
        gain = cost[customer, there] - cost[customer, here]
        if gain < least and amount[customer, there] < limit[customer, there] - LEAST:
            least, best = gain, customer
    move[here, there], who[here, there] = least, best


@compiled
def _settle(
    cost: FloatArray,
    limit: FloatArray,
    amount: FloatArray,
    members: IntArray,
    customer: int,
    site: int,
    units: float,
    move: FloatArray,
    who: IntArray,
) -> None:
    """Add units of a customer at a site (or take them away) and keep the cheapest moves up to date.

    `members` (sites, customers + 1) lists who is served at each site; its last column counts them.
    """
    sites, before = cost.shape[1], amount[customer, site]
    now = before + units
    if now <= LEAST:
        now = 0.0
    amount[customer, site] = now
    if before > 0 and now == 0:
        count = members[site, -1]
        for place in range(count):
            if members[site, place] == customer:
                members[site, place] = members[site, count - 1]
                break
        members[site, -1] = count - 1
        for there in range(sites):
            if who[site, there] == customer:
                _offers_to(cost, limit, amount, members, site, there, move, who)
    elif before == 0 and now > 0:
        members[site, members[site, -1]] = customer
        members[site, -1] += 1
        _offer(cost, limit, amount, customer, site, move, who)
    full = limit[customer, site] - LEAST
    if before < full <= now:
        for here in range(sites):
            if who[here, site] == customer:
                _offers_to(cost, limit, amount, members, here, site, move, who)
    elif now < full <= before:
        for here in range(sites):
            gain = cost[customer, site] - cost[customer, here]
            if here != site and amount[customer, here] > 0 and gain < move[here, site]:
                move[here, site], who[here, site] = gain, customer


@compiled
def _chain(
    first: FloatArray,
    room: FloatArray,
    price: FloatArray,
    move: FloatArray,
    label: FloatArray,
    open_label: FloatArray,
    came: IntArray,
) -> int:
    """Find where the cheapest chain of one more unit ends, `label` at the prices; lift the prices by it.

    `open_label` is the label of a site whose label may still fall, else inf.
    """
    sites = len(room)
    for site in range(sites):
        label[site] = first[site] + price[site]
        open_label[site] = label[site]
        came[site] = -1
    here = _least_of(open_label)
    least = label[here]
    while room[here] <= LEAST:
        open_label[here] = np.inf
        # a site that is done has a label of at most `least`, which no further way can lower; so none is left out here,
        # and the loop has no branches
        own, row = price[here], move[here]
        for there in range(sites):
            above = row[there] - own + price[there]
            value = least + (above if above > 0.0 else 0.0)
            lower = value < label[there]
            label[there] = value if lower else label[there]
            open_label[there] = value if lower else open_label[there]
            came[there] = here if lower else came[there]
        here = _least_of(open_label)
        least = label[here]
    for site in range(sites):
        if open_label[site] == np.inf and label[site] < np.inf:
            price[site] += least - label[site]
    return here


@compiled
def _least_of(values: FloatArray) -> int:
    """Place of the least value, of equals the first; four minima side by side are quicker than one."""
    one = two = three = four = np.inf
    whole = len(values) // 4 * 4
    for place in range(0, whole, 4):
        one = values[place] if values[place] < one else one
        two = values[place + 1] if values[place + 1] < two else two
        three = values[place + 2] if values[place + 2] < three else three
        four = values[place + 3] if values[place + 3] < four else four
    for place in range(whole, len(values)):
        one = values[place] if values[place] < one else one
    least = min(min(one, two), min(three, four))
    for place in range(len(values)):
        if values[place] == least:
            return place
    return -1


@compiled
def share_partly(
    cost: FloatArray, demand: FloatArray, capacity: FloatArray, opening: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Share demand at least cost among sites that are open in part.

    Parameters
    ----------
    cost
        (customers, sites + 1) of one unit, inf = out of reach; the last column is what a unit costs that nobody serves,
        finite.
    demand
        (customers,).
    capacity, opening
        (sites,) units, and the part of each site that is open, above 0.

    Returns
    -------
    (amount, worth, value)
        (sites + 1, customers) units, the last row served by nobody; (sites + 1,) what a further place at each site is
        worth; (customers,) what a further unit of each customer would cost.
    """
    customers, sites = cost.shape
    amount, limit = np.zeros((customers, sites)), np.full((customers, sites), np.inf)
    room, price = np.full(sites, np.inf), np.zeros(sites)
    for site in range(sites - 1):
        room[site] = capacity[site] * opening[site]
        for customer in range(customers):
            limit[customer, site] = demand[customer] * opening[site] if cost[customer, site] < np.inf else 0.0
    move, who = np.full((sites, sites), np.inf), np.full((sites, sites), -1, np.int64)
    members = np.zeros((sites, customers + 1), np.int64)
    first, label = np.empty(sites), np.empty(sites)
    open_label, came = np.empty(sites), np.empty(sites, np.int64)
    for customer in range(customers):
        left = demand[customer]
        while left > LEAST:
            for site in range(sites):
                free = amount[customer, site] < limit[customer, site] - LEAST
                first[site] = cost[customer, site] if free else np.inf
            end = _chain(first, room, price, move, label, open_label, came)
            units, site = min(left, room[end]), end
            while came[site] >= 0:
                moved = who[came[site], site]
                units = min(units, amount[moved, came[site]], limit[moved, site] - amount[moved, site])
                site = came[site]
            units = min(units, limit[customer, site] - amount[customer, site])
            room[end] -= units
            site = end
            while came[site] >= 0:
                before = came[site]
                moved = who[before, site]
                _settle(cost, limit, amount, members, moved, before, -units, move, who)
                _settle(cost, limit, amount, members, moved, site, units, move, who)
                site = before
            _settle(cost, limit, amount, members, customer, site, units, move, who)
            left -= units
    value, worth = np.empty(customers), _worth_of_room(room, move)
    for customer in range(customers):
        value[customer] = cost[customer, sites - 1]
        for site in range(sites):
            if amount[customer, site] < limit[customer, site] - LEAST:
                value[customer] = min(value[customer], cost[customer, site] + worth[site])
    return amount.T.copy(), worth, value


@compiled
def _worth_of_room(room: FloatArray, move: FloatArray) -> FloatArray:
    """What making room for one more unit at each site costs: 0 where there is room."""
    worth = np.full(len(room), np.inf)
    for site in range(len(room)):
        if room[site] > LEAST:
            worth[site] = 0.0
    changed = True
    while changed:
        changed = False
        for site in range(len(room)):
            if room[site] > LEAST:
                continue
            for other in range(len(room)):
                if move[site, other] + worth[other] < worth[site] - LEAST:
                    worth[site], changed = move[site, other] + worth[other], True
    found: FloatArray = np.maximum(worth, 0.0)
    return found


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
    every = np.empty((customers, sites + 1))
    every[:, :sites], every[:, sites] = cost, unserved
    amount, worth, _ = share_partly(every, demand, capacity, np.ones(sites))
    return amount.T.copy(), worth[:sites]


@compiled
def worth_of_sites(by_site: FloatArray, demand: FloatArray, capacity: FloatArray, value: FloatArray) -> FloatArray:
    """Most that each site can earn where serving a unit of a customer earns its value less the cost: a knapsack of
    parts, (sites,).

    `by_site` (sites, customers) is the cost of a unit, inf = out of reach.
    """
    sites, customers = by_site.shape
    earned, gain, size = np.zeros(sites), np.empty(customers), np.empty(customers)
    for site in range(sites):
        count, wanted = 0, 0.0
        for customer in range(customers):
            profit = value[customer] - by_site[site, customer]
            if profit > 0:
                gain[count], size[count] = profit, demand[customer]
                wanted += demand[customer]
                count += 1
        if wanted <= capacity[site]:
            for place in range(count):
                earned[site] += gain[place] * size[place]
        else:
            earned[site] = _best_filling(gain, size, count, capacity[site])
    return earned


@compiled
def _best_filling(gain: FloatArray, size: FloatArray, count: int, room: float) -> float:
    """What the best filling of a room earns where the last unit may be split; both arrays come back in another order.

    The list is parted around one of its gains, again and again on the side where the room ends: no need to sort it.
    """
    earned, first, last = 0.0, 0, count
    while first < last and room > 0:
        middle = gain[(first + last) // 2]
        better, worse, place, fit, value, equal = first, last, first, 0.0, 0.0, 0.0
        while place < worse:
            if gain[place] > middle:
                fit, value = fit + size[place], value + size[place] * gain[place]
                gain[place], gain[better] = gain[better], gain[place]
                size[place], size[better] = size[better], size[place]
                better, place = better + 1, place + 1
            elif gain[place] < middle:
                worse -= 1
                gain[place], gain[worse] = gain[worse], gain[place]
                size[place], size[worse] = size[worse], size[place]
            else:
                equal += size[place]
                place += 1
        if fit > room:
            last = better
            continue
        taken = min(room - fit, equal)
        earned += value + taken * middle
        room -= fit + taken
        if taken < equal:
            break
        first = worse
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
