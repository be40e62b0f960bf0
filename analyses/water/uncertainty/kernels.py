"""Plans by the thousand: works in order of cost per person, again and again over what is left (compiled)."""

from __future__ import annotations

import numpy as np

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray
from infragap.compiled import compiled


@compiled
def gain_of(
    row: int,
    first: IntArray,
    village: IntArray,
    size: FloatArray,
    alive: BoolArray,
    left: FloatArray,
    capacity: FloatArray,
) -> tuple[float, float]:
    """Households and people that a work would bring to the standard of what is left, largest households first in the
    order of its links."""
    room, households, people = capacity[row], 0.0, 0.0
    for k in range(first[row], first[row + 1]):
        if not alive[k] or room <= 0:
            continue
        given = min(room, left[village[k]])
        room -= given
        households += given
        people += given * size[k]
    return households, people


@compiled
def plan_greedily(
    first: IntArray,
    village: IntArray,
    size: FloatArray,
    alive: BoolArray,
    households: FloatArray,
    capacity: FloatArray,
    fixed: FloatArray,
    per_household: FloatArray,
    site: IntArray,
    sites: int,
    works_max: int,
    wanted: float,
) -> tuple[BoolArray, float, float]:
    """Choose works until enough people are served: cheapest per person first, but never so small that the number of
    works runs out.

    Returns
    -------
    tuple
        (candidates,) chosen; people; cost.
    """
    n = len(capacity)
    chosen = np.zeros(n, np.bool_)
    used = np.zeros(sites, np.bool_)
    left = households.copy()
    people = np.zeros(n)
    served = np.zeros(n)
    for row in range(n):
        served[row], people[row] = gain_of(row, first, village, size, alive, left, capacity)
    total, spent, count = 0.0, 0.0, 0
    stale = np.zeros(n, np.bool_)
    while total < wanted and count < works_max:
        least = (wanted - total) / (works_max - count)
        best, best_ratio = -1, np.inf
        while True:
            best, best_ratio = -1, np.inf
            for row in range(n):
                if used[site[row]] or people[row] < 1.0:
                    continue
                cost = fixed[row] + per_household[row] * served[row]
                # a work smaller than what each of the works left must bring wastes one of them
                ratio = cost / min(people[row], wanted - total)
                if people[row] < 0.6 * least:
                    ratio *= (0.6 * least / people[row]) ** 2
                if ratio < best_ratio:
                    best, best_ratio = row, ratio
            if best < 0 or not stale[best]:
                break
            served[best], people[best] = gain_of(best, first, village, size, alive, left, capacity)
            stale[best] = False
        if best < 0:
            break
        room = capacity[best]
        for k in range(first[best], first[best + 1]):
            if alive[k] and room > 0:
                given = min(room, left[village[k]])
                left[village[k]] -= given
                room -= given
        chosen[best], used[site[best]] = True, True
        total += people[best]
        spent += fixed[best] + per_household[best] * served[best]
        count += 1
        stale[:] = True
    return chosen, total, spent
