"""Which neighbouring settlements hang together, and the shortest tree of lines between those of a group.

All groups are worked on at once: a dense country has dozens of them for each settlement.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.spatial import cKDTree

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray
from infragap.analyses.electricity.demand.groups import Groups
from infragap.analyses.electricity.demand.settlements import Settlements
from infragap.analyses.electricity.offgrid.hydro import WIRE_WINDING
from infragap.analyses.electricity.parameters import ElectricityParameters

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
    padded = padded[np.lexsort(padded.T[::-1])]
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
        new = (groups[owner] != joined[:, np.newaxis]).all(axis=1)
        found.append(np.sort(np.column_stack([groups[owner[new]], joined[new]]), axis=1))
    return _each_once(np.concatenate(found), beside.shape[0])


def _each_once(groups: IntArray, count: int) -> IntArray:
    """Rows in their order, each once; its numbers are below `count`."""
    if count ** groups.shape[1] >= 2**62:
        return np.unique(groups, axis=0)
    # one number for each row is sorted faster than rows
    power = count ** np.arange(groups.shape[1] - 1, -1, -1, dtype=np.int64)
    _, first = np.unique(groups @ power, return_index=True)
    return np.asarray(groups[first], dtype=np.int64)


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
    count, most = groups.member.shape
    every, filled = np.arange(count), groups.filled
    x, y = groups.values(settlements.x, 0.0), groups.values(settlements.y, 0.0)
    metres = np.hypot(x[:, :, np.newaxis] - x[:, np.newaxis], y[:, :, np.newaxis] - y[:, np.newaxis])
    inside = filled & (groups.member == root[:, np.newaxis])
    parent, km = np.full((count, most), -1), np.zeros((count, most))
    order = np.full((count, most), -1)
    order[:, 0] = inside.argmax(axis=1)
    for step in range(1, most):
        distance, above = _nearest_inside(metres, inside, groups.member)
        distance[~filled | inside] = np.inf
        place = distance.argmin(axis=1)
        grows = np.isfinite(distance[every, place])
        row, column = every[grows], place[grows]
        parent[row, column], km[row, column] = above[row, column], distance[row, column] / 1000 * WIRE_WINDING
        inside[row, column] = True
        order[row, step] = column
    return Trees(km, order, _behind(parent))


def _nearest_inside(metres: FloatArray, inside: BoolArray, member: IntArray) -> tuple[FloatArray, IntArray]:
    """(groups, most members) distance from each member to the nearest one inside, and its place; of equal ones that of
    the lowest row."""
    distance, above = np.full(inside.shape, np.inf), np.full(inside.shape, -1)
    lowest = np.full(inside.shape, np.iinfo(np.int64).max)
    for place in range(inside.shape[1]):
        here = np.where(inside[:, place, np.newaxis], metres[:, :, place], np.inf)
        row = member[:, place, np.newaxis]
        better = (here < distance) | (np.isfinite(here) & (here == distance) & (row < lowest))
        distance, above = np.where(better, here, distance), np.where(better, place, above)
        lowest = np.where(better, row, lowest)
    return distance, above


def _behind(parent: IntArray) -> BoolArray:
    """(groups, most members, most members) whether the second member is the first or hangs behind it."""
    count, most = parent.shape
    every = np.arange(count)
    behind = np.zeros((count, most, most), dtype=bool)
    for member in range(most):
        at = np.full(count, member)
        for _ in range(most):
            there = at >= 0
            behind[every[there], at[there], member] = True
            at = np.where(there, parent[every, np.maximum(at, 0)], -1)
    return behind
