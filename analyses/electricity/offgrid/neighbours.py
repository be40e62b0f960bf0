"""Which neighbouring settlements hang together, and the shortest tree of lines between those of a group.

All groups are worked on at once: a dense country has dozens of them for each settlement.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.spatial import cKDTree

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray
from infragap.analyses.electricity.demand.groups import Groups
from infragap.analyses.electricity.demand.settlements import Settlements
from infragap.analyses.electricity.offgrid.hydro import WIRE_WINDING
from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.compiled import compiled

MOST_MEMBERS, NEIGHBOURS = 4, 4
"""Groups looked at: of so many settlements at most, each joined to so many nearest ones."""


def neighbour_groups(settlements: Settlements, can: BoolArray, parameters: ElectricityParameters) -> Groups:
    """Groups of 2 to `MOST_MEMBERS` settlements that hang together by distances within `joint_plant_km`, each once, its
    members and the groups in the order of identifiers."""
    rows = np.flatnonzero(can)
    rows = rows[np.argsort(settlements.id_rank[rows])]
    reach_m = parameters.joint_plant_km * 1000
    if len(rows) < 2 or reach_m <= 0:
        return Groups(np.empty((0, MOST_MEMBERS), dtype=np.int64))
    points = np.column_stack([settlements.x, settlements.y])[rows]
    number = min(NEIGHBOURS + 1, len(rows))
    found = cKDTree(points).query(points, k=number, distance_upper_bound=reach_m * (1 + 1e-9))
    distance, other = np.asarray(found[0]), np.asarray(found[1])
    a, place = np.nonzero(np.isfinite(distance))
    b = other[a, place]
    a, b = a[a != b], b[a != b]
    beside = sparse.csr_array((np.ones(2 * len(a)), (np.append(a, b), np.append(b, a))), shape=(len(rows), len(rows)))
    member = _hanging_together(beside.indptr.astype(np.int64), beside.indices.astype(np.int64))
    return Groups(np.append(rows, -1)[member])


@compiled
def _hanging_together(start: IntArray, beside: IntArray) -> IntArray:  # pragma: no cover - compiled
    """All groups of 2 to `MOST_MEMBERS` numbers that hang together, each once, in their order, members ascending and -1
    after the last; the neighbours of a number stand in `beside`, from its `start` on.

    A group begins with its lowest number, and each further member is beside one before it. Whoever was passed over
    there stays out of what is found from then on, so no group is found twice.
    """
    count = len(start) - 1
    found, groups = 0, np.empty((1024, MOST_MEMBERS), np.int64)
    ways, seen = np.empty(count, np.int64), np.zeros(count, np.bool_)
    for lowest in range(count):
        seen[lowest] = True
        first = found
        one = _opened(ways, 0, seen, beside[start[lowest] : start[lowest + 1]])
        for i in range(one):
            a = ways[i]
            groups, found = _with(groups, first, found, (lowest, a, -1, -1))
            two = _opened(ways, one, seen, beside[start[a] : start[a + 1]])
            for j in range(i + 1, two):
                b = ways[j]
                groups, found = _with(groups, first, found, (lowest, min(a, b), max(a, b), -1))
                three = _opened(ways, two, seen, beside[start[b] : start[b + 1]])
                for k in range(j + 1, three):
                    c = ways[k]
                    least, most = min(a, b, c), max(a, b, c)
                    groups, found = _with(groups, first, found, (lowest, least, a + b + c - least - most, most))
                seen[ways[two:three]] = False
            seen[ways[one:two]] = False
        seen[ways[:one]] = False
    return groups[:found].copy()


@compiled
def _opened(ways: IntArray, end: int, seen: BoolArray, beside: IntArray) -> int:  # pragma: no cover - compiled
    """Write those beside a number that were not seen yet behind the ways up to `end`; the end from then on."""
    for number in beside:
        if not seen[number]:
            seen[number] = True
            ways[end] = number
            end += 1
    return end


@compiled
def _with(
    groups: IntArray, first: int, found: int, group: tuple[int, int, int, int]
) -> tuple[IntArray, int]:  # pragma: no cover - compiled
    """Groups with one more, in its place among those from the `first` on, and their number."""
    if found == len(groups):
        groups = np.concatenate((groups, np.empty_like(groups)))
    at = found
    while at > first and (groups[at - 1, 1], groups[at - 1, 2], groups[at - 1, 3]) > group[1:]:
        groups[at] = groups[at - 1]
        at -= 1
    for place in range(len(group)):
        groups[at, place] = group[place]
    return groups, found + 1


@dataclass(frozen=True, eq=False)
class Trees:
    """The shortest tree of each group, from its plant.

    Attributes
    ----------
    km
        (groups, most members) length of the stretch that leads to each member, winding included; 0 at the plant and
        where there is no member.
    total_km
        (groups,) length of all stretches.
    carried
        (groups, most members) what the stretch carries that leads to each member, for it and all that hang on it; at
        the plant what all have together.
    """

    km: FloatArray
    total_km: FloatArray
    carried: FloatArray


def trees_of(settlements: Settlements, groups: Groups, root: IntArray, load: FloatArray) -> Trees:
    """Shortest trees (Prim, from the plant); of stretches of equal length that to the first member, from the lowest
    row.

    Parameters
    ----------
    settlements, groups
        Where they lie.
    root
        (groups,) row of the member with the plant.
    load
        (n,) what each settlement asks of the lines.
    """
    return Trees(*_grown(settlements.x, settlements.y, load, groups.member, root))


@compiled
def _grown(
    x: FloatArray, y: FloatArray, load: FloatArray, member: IntArray, root: IntArray
) -> tuple[FloatArray, FloatArray, FloatArray]:  # pragma: no cover - compiled
    """Arrays of `Trees`."""
    count, most = member.shape
    km, total, carried = np.zeros((count, most)), np.zeros(count), np.zeros((count, most))
    at_x, at_y, distance = np.empty(most), np.empty(most), np.empty(most)
    inside, above, parent = np.empty(most, np.bool_), np.empty(most, np.int64), np.empty(most, np.int64)
    for group in range(count):
        size, last = 0, 0
        for place in range(most):
            row = member[group, place]
            if row < 0:
                break
            at_x[place], at_y[place], distance[place] = x[row], y[row], np.inf
            inside[place], above[place], parent[place] = False, -1, -1
            if row == root[group]:
                last = place
            size += 1
        inside[last] = True
        for _ in range(1, size):
            best = -1
            for place in range(size):
                if inside[place]:
                    continue
                # of equal ones that from the lowest row
                known = above[place]
                way = math.sqrt((at_x[place] - at_x[last]) ** 2 + (at_y[place] - at_y[last]) ** 2)
                lower = known >= 0 and member[group, last] < member[group, known]
                if way < distance[place] or (way == distance[place] and lower):
                    distance[place], above[place] = way, last
                if best < 0 or distance[place] < distance[best]:
                    best = place
            parent[best], km[group, best] = above[best], distance[best] / 1000 * WIRE_WINDING
            total[group] += km[group, best]
            inside[best] = True
            last = best
        for place in range(size):
            stretch = place
            while stretch >= 0:
                carried[group, stretch] += load[member[group, place]]
                stretch = parent[stretch]
    return km, total, carried
