"""Settlements in small groups, and what their members have together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

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

    @cached_property
    def size(self) -> IntArray:
        """(groups,) number of members."""
        return np.asarray(sum((rows >= 0).astype(np.int64) for rows in self.member.T))

    def values(self, of_settlements: FloatArray, empty: float) -> Iterator[FloatArray]:
        """A value of the first members, of the second ones and so on, (groups,) each; `empty` where there is none."""
        # -1 is the last row
        padded = np.append(of_settlements, empty)
        return (padded[rows] for rows in self.member.T)

    def sums(self, of_settlements: FloatArray) -> FloatArray:
        """(groups,) sum over the members, in their order, as a sum of each group alone gives it."""
        total = np.zeros(len(self))
        for value in self.values(of_settlements, 0.0):
            total += value
        return total

    def means(self, of_settlements: FloatArray) -> FloatArray:
        """(groups,) mean of the members."""
        return np.asarray(self.sums(of_settlements) / self.size)

    def any(self, of_settlements: BoolArray) -> BoolArray:
        """(groups,) whether it is so for some member."""
        padded = np.append(of_settlements, False)
        return np.asarray(np.logical_or.reduce([padded[rows] for rows in self.member.T]))

    def first_largest(self, of_settlements: FloatArray) -> IntArray:
        """(groups,) row of the member with the largest value, the first of equal ones."""
        most, row = np.full(len(self), -np.inf), self.member[:, 0]
        for rows, value in zip(self.member.T, self.values(of_settlements, -np.inf), strict=True):
            larger = value > most
            most, row = np.where(larger, value, most), np.where(larger, rows, row)
        return row
