"""In which order works are built: stage by stage, in each most benefit per money first, a line before what hangs on it,
whatever the money of each year will be."""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import numpy as np

from infragap.analyses.arrays import FloatArray, IntArray

RATIO_DIGITS = 9


@dataclass(frozen=True, eq=False)
class BuildingWorks:
    """Things to build: lines and settlements, all (k,).

    Of works that are alike the first is built first: give them in an order that says something
    (`schedule.make_schedule`: by identifier).

    Attributes
    ----------
    cost_mvnd
        Investment.
    benefit
        Weight of having it for a year.
    needs
        The work that must be there before or in the same year; -1 for none.
    earliest
        First year (0 …) in which it may be built.
    stage
        Works of a lower stage (0 …) come before all of a higher one, with what they need.
    """

    cost_mvnd: FloatArray
    benefit: FloatArray
    needs: IntArray
    earliest: IntArray
    stage: IntArray


@dataclass(frozen=True, eq=False)
class Block:
    """Works that are built one after the other, since together they bring most per money, those of the lowest stage
    first."""

    works: tuple[int, ...]
    cost_mvnd: float
    benefit: float


def building_blocks(works: BuildingWorks) -> list[Block]:
    """Put the works in the order that brings the benefit of each stage earliest, cut into blocks of falling benefit per
    money.

    Notes
    -----
    The optimal sequence under precedence by a tree (Horn, 1972): of all works that still wait for another, the one (or
    the block) with most benefit per money is appended to what it waits for; what waits for nothing any more stands in
    the sequence. Benefit of a lower stage outweighs any of a higher one: ratios are compared stage by stage. The order
    does not depend on any budget, so more money never delays a work.

    References
    ----------
    .. [1] W. A. Horn, "Single-machine job sequencing with treelike precedence ordering and linear delay penalties",
    SIAM Journal on Applied
       Mathematics 23, 1972.

    Examples
    --------
    A line of 10 that serves a settlement of 5 with benefit 30 comes before a settlement of 10 with benefit 15 that
    needs no line:

    >>> works = BuildingWorks(
    ...     cost_mvnd=np.array([10.0, 5.0, 10.0]), benefit=np.array([0.0, 30.0, 15.0]), needs=np.array([-1, 0, -1]),
    ...     earliest=np.zeros(3, dtype=int), stage=np.zeros(3, dtype=int)
    ... )
    >>> [block.works for block in building_blocks(works)]
    [(0, 1), (2,)]
    """
    count = len(works.cost_mvnd)
    stages = range(int(works.stage.max(initial=0)) + 1)
    head = list(range(count))  # block that a work belongs to, by its first work
    sequence: list[list[int]] = [[k] for k in range(count)]
    cost = works.cost_mvnd.astype(float).tolist()
    by_stage = np.where(works.stage[:, np.newaxis] == np.array(stages), works.benefit[:, np.newaxis], 0.0)
    worth: list[list[float]] = by_stage.astype(float).tolist()

    def rank(k: int) -> tuple[float, ...]:
        """What is smallest comes first."""
        return tuple(-round(part / max(cost[k], 1e-9), RATIO_DIGITS) for part in worth[k])

    queue = [(rank(k), k, 0) for k in range(count)]
    heapq.heapify(queue)
    version = [0] * count
    waiting = [True] * count
    blocks = []
    while queue:
        _, k, seen = heapq.heappop(queue)
        if not waiting[k] or seen != version[k]:
            continue
        waiting[k] = False
        above = int(works.needs[k])
        if above < 0:
            true = float(works.benefit[sequence[k]].sum())
            blocks.append(Block(tuple(sequence[k]), cost[k], true))
            continue
        top = above
        while head[top] != top:
            top = head[top]
        if not waiting[top]:
            # what it waits for stands already
            true = float(works.benefit[sequence[k]].sum())
            blocks.append(Block(tuple(sequence[k]), cost[k], true))
            continue
        head[k] = top
        sequence[top] += sequence[k]
        cost[top] += cost[k]
        worth[top] = [mine + added for mine, added in zip(worth[top], worth[k], strict=True)]
        version[top] += 1
        heapq.heappush(queue, (rank(top), top, version[top]))
    return blocks


def years_of(order: IntArray, works: BuildingWorks, money_mvnd: FloatArray) -> IntArray:
    """Year in which each work is built when money is spent strictly in the order, what is left of a year staying for
    the next; -1 where it runs out, and for a line when it runs out before anything that hangs on the line is built.

    Examples
    --------
    The money of two years ends between a line of 10 and the settlement of 5 on it: the line alone would serve nobody.

    >>> works = BuildingWorks(
    ...     cost_mvnd=np.array([4.0, 10.0, 5.0]), benefit=np.array([9.0, 0.0, 9.0]), needs=np.array([-1, -1, 1]),
    ...     earliest=np.zeros(3, dtype=int), stage=np.zeros(3, dtype=int)
    ... )
    >>> years_of(np.array([0, 1, 2]), works, np.array([5.0, 10.0])).tolist()
    [0, -1, -1]
    >>> years_of(np.array([0, 1, 2]), works, np.array([15.0, 5.0])).tolist()
    [0, 0, 1]
    """
    year = np.full(len(works.cost_mvnd), -1, dtype=np.int64)
    spent = np.cumsum(works.cost_mvnd[order])
    there = np.cumsum(money_mvnd)
    first = np.searchsorted(there, spent - 1e-6 * np.maximum(spent, 1.0))
    year[order] = np.where(first < len(there), first, -1)
    year = np.where(year >= 0, np.maximum(year, works.earliest), -1)
    for k in order.tolist():
        above = int(works.needs[k])
        if above >= 0 and year[k] >= 0:
            year[k] = max(year[k], year[above])
    year = np.where(year < len(there), year, -1)
    serves = np.ones(len(year), dtype=bool)
    serves[works.needs[works.needs >= 0]] = False
    serves |= works.benefit > 0
    for k in order[::-1].tolist():
        above = int(works.needs[k])
        year[k] = year[k] if serves[k] else -1
        if above >= 0 and year[k] >= 0:
            serves[above] = True
    return year


def most_benefit_years(blocks: list[Block], money_mvnd: FloatArray) -> float:
    """Benefit times years of use that no order within the money exceeds: blocks may be built in part."""
    cost = np.cumsum([0.0, *(block.cost_mvnd for block in blocks)])
    benefit = np.cumsum([0.0, *(block.benefit for block in blocks)])
    return float(np.interp(np.cumsum(money_mvnd), cost, benefit).sum())
