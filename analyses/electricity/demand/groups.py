"""Settlements in small groups, and what their members have together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray


@dataclass(frozen=True, eq=False)
class Groups:
    """Groups of a few settlements each.

    Attributes
    ----------
    member
        (groups, most members) rows of the settlements; -1 after the last one.
    """

    member: IntArray

    def __len__(self) -> int:
        """Number of groups."""
        return len(self.member)

    def __iter__(self) -> Iterator[tuple[int, ...]]:
        """Give the rows of each group."""
        return (tuple(row for row in rows if row >= 0) for rows in self.member.tolist())

    @property
    def filled(self) -> BoolArray:
        """(groups, most members) where there is a member."""
        return np.asarray(self.member >= 0)

    @property
    def size(self) -> IntArray:
        """(groups,) number of members."""
        return np.asarray(self.filled.sum(axis=1), dtype=np.int64)

    def values(self, of_settlements: FloatArray, empty: float) -> FloatArray:
        """(groups, most members) a value of each member; `empty` where there is none."""
        return np.asarray(np.where(self.filled, of_settlements[self.member], empty))

    def sums(self, of_settlements: FloatArray) -> FloatArray:
        """(groups,) sum over the members, in their order, as a sum of each group alone gives it."""
        total = np.zeros(len(self))
        for column in self.values(of_settlements, 0.0).T:
            total = total + column
        return np.asarray(total)

    def means(self, of_settlements: FloatArray) -> FloatArray:
        """(groups,) mean of the members."""
        return np.asarray(self.sums(of_settlements) / self.size)

    def any(self, of_settlements: BoolArray) -> BoolArray:
        """(groups,) whether it is so for some member."""
        return np.asarray((of_settlements[self.member] & self.filled).any(axis=1))

    def first_largest(self, of_settlements: FloatArray) -> IntArray:
        """(groups,) row of the member with the largest value, the first of equal ones."""
        place = self.values(of_settlements, -np.inf).argmax(axis=1)
        return np.asarray(self.member[np.arange(len(self)), place], dtype=np.int64)
