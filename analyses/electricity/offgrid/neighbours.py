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
from infragap.gis.arrays import each_once

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
    together = np.sort(_hanging_together(beside.indptr.astype(np.int64), beside.indices.astype(np.int64)), axis=1)
    # no member goes before any
    member = _each_once((together + 1) % (len(rows) + 1), len(rows) + 1) - 1
    return Groups(np.append(rows, -1)[member])


@compiled
def _hanging_together(start: IntArray, beside: IntArray) -> IntArray:  # pragma: no cover - compiled
    """All groups of 2 to `MOST_MEMBERS` numbers that hang together, each once, with the count of numbers where there is
    no member; the neighbours of a number stand in `beside`, from its `start` on.

    A group begins with its lowest number, and each further member is beside one before it. Whoever was passed over
    there stays out of what is found from then on, so no group is found twice.
    """
    count = len(start) - 1
    found, groups = 0, np.empty((1024, MOST_MEMBERS), np.int64)
    ways, seen = np.empty(count, np.int64), np.zeros(count, np.bool_)
    for lowest in range(count):
        seen[lowest] = True
        one = _opened(ways, 0, seen, beside[start[lowest] : start[lowest + 1]])
        for i in range(one):
            a = ways[i]
            groups, found = _with(groups, found, (lowest, a, count, count))
            two = _opened(ways, one, seen, beside[start[a] : start[a + 1]])
            for j in range(i + 1, two):
                b = ways[j]
                groups, found = _with(groups, found, (lowest, a, b, count))
                three = _opened(ways, two, seen, beside[start[b] : start[b + 1]])
                for k in range(j + 1, three):
                    groups, found = _with(groups, found, (lowest, a, b, ways[k]))
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
    groups: IntArray, found: int, group: tuple[int, int, int, int]
) -> tuple[IntArray, int]:  # pragma: no cover - compiled
    """Groups with one more, and their number."""
    if found == len(groups):
        groups = np.concatenate((groups, np.empty_like(groups)))
    for place in range(len(group)):
        groups[found, place] = group[place]
    return groups, found + 1


def _each_once(groups: IntArray, count: int) -> IntArray:
    """Rows in their order, each once; its numbers are below `count`."""
    if count ** groups.shape[1] >= 2**62:
        return np.unique(groups, axis=0)
    # one number for each row is sorted faster than rows
    power = count ** np.arange(groups.shape[1] - 1, -1, -1, dtype=np.int64)
    return np.column_stack([number % count for number in each_once(groups @ power) // power[:, np.newaxis]])


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
    distance, above = np.empty(most), np.empty(most, np.int64)
    inside, parent = np.empty(most, np.bool_), np.empty(most, np.int64)
    for group in range(count):
        last = 0
        for place in range(most - 1, -1, -1):
            inside[place], parent[place], distance[place], above[place] = False, -1, np.inf, -1
            if member[group, place] >= 0 and member[group, place] == root[group]:
                last = place
        inside[last] = True
        for _ in range(1, most):
            best = -1
            for place in range(most):
                if inside[place] or member[group, place] < 0:
                    continue
                # of equal ones that from the lowest row
                one, other, known = member[group, place], member[group, last], above[place]
                way = math.hypot(x[one] - x[other], y[one] - y[other])
                lower = known >= 0 and other < member[group, known]
                if way < distance[place] or (way == distance[place] and lower):
                    distance[place], above[place] = way, last
                if distance[place] < np.inf and (best < 0 or distance[place] < distance[best]):
                    best = place
            if best < 0:
                break
            parent[best], km[group, best] = above[best], distance[best] / 1000 * WIRE_WINDING
            total[group] += km[group, best]
            inside[best] = True
            last = best
        for place in range(most):
            at = place
            while at >= 0 and member[group, place] >= 0:
                carried[group, at] += load[member[group, place]]
                at = parent[at]
    return km, total, carried
