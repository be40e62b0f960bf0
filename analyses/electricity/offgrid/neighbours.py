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
    front = _each_once(np.sort(np.column_stack([a, b]), axis=1), len(rows))
    known = [front]
    for _ in range(MOST_MEMBERS - 2):
        front = _one_more(front, beside)
        known.append(front)
    padded = np.concatenate(
        [np.pad(part, ((0, 0), (0, MOST_MEMBERS - part.shape[1])), constant_values=-1) for part in known]
    )
    padded = _each_once(padded + 1, len(rows) + 1) - 1
    return Groups(np.where(padded >= 0, rows[padded], -1).astype(np.int64))


def _one_more(groups: IntArray, beside: sparse.csr_array) -> IntArray:
    """All groups with one more neighbour of any of their members, each once."""
    found = []
    for column in range(groups.shape[1]):
        start = beside.indptr[groups[:, column]]
        count = beside.indptr[groups[:, column] + 1] - start
        owner = np.repeat(np.arange(len(groups)), count)
        within = np.arange(len(owner)) - np.repeat(np.cumsum(count) - count, count)
        joined = beside.indices[np.repeat(start, count) + within]
        new = np.logical_and.reduce([member[owner] != joined for member in groups.T])
        found.append(np.sort(np.column_stack([groups[owner[new]], joined[new]]), axis=1))
    return _each_once(np.concatenate(found), beside.shape[0])


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
    order
        (groups, most members) places of the members in the order in which the tree reached them; the plant first, -1
        after the last.
    behind
        (groups, most members, most members) whether a member hangs on the stretch that leads to another.
    """

    km: FloatArray
    order: IntArray
    behind: BoolArray

    def total_km(self) -> FloatArray:
        """(groups,) length of all stretches."""
        every, total = np.arange(len(self.km)), np.zeros(len(self.km))
        for place in self.order.T[1:]:
            total = total + np.where(place >= 0, self.km[every, place], 0.0)
        return np.asarray(total)


def trees_of(settlements: Settlements, groups: Groups, root: IntArray) -> Trees:
    """Shortest trees (Prim, from the plant); of stretches of equal length that to the first member, from the lowest
    row.

    Parameters
    ----------
    settlements, groups
        Where they lie.
    root
        (groups,) row of the member with the plant.
    """
    return Trees(*_grown(settlements.x, settlements.y, groups.member, root, WIRE_WINDING))


@compiled
def _grown(
    x: FloatArray, y: FloatArray, member: IntArray, root: IntArray, winding: float
) -> tuple[FloatArray, IntArray, BoolArray]:  # pragma: no cover - compiled
    """Length of the stretch to each member, their order, and who hangs behind whom, as in `Trees`."""
    count, most = member.shape
    km, order = np.zeros((count, most)), np.full((count, most), -1)
    behind = np.zeros((count, most, most), np.bool_)
    distance, above = np.empty(most), np.empty(most, np.int64)
    inside, parent = np.empty(most, np.bool_), np.empty(most, np.int64)
    for group in range(count):
        last = 0
        for place in range(most - 1, -1, -1):
            inside[place], parent[place], distance[place], above[place] = False, -1, np.inf, -1
            if member[group, place] >= 0 and member[group, place] == root[group]:
                last = place
        inside[last] = True
        order[group, 0] = last
        for step in range(1, most):
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
            parent[best], km[group, best] = above[best], distance[best] / 1000 * winding
            inside[best] = True
            order[group, step] = best
            last = best
        for place in range(most):
            at = place
            while at >= 0:
                behind[group, at, place] = True
                at = parent[at]
    return km, order, behind
