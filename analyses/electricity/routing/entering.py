"""Lawful ways to the few settlements that the search leaves without one: a search of their own, step by step."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from infragap.analyses.arrays import IntArray
from infragap.analyses.electricity.routing.cost_surface import LineSurface
from infragap.analyses.electricity.routing.paths import trace
from infragap.gis.arrays import each_once
from infragap.gis.leastcost.distance import LeastCost
from infragap.gis.leastcost.steps import MOVES

LOOKED_AT = 4000
"""Cells around a settlement that are looked at; beyond that no lawful way is taken to lead there."""


def entered_lawfully(search: LeastCost, cell: IntArray, surface: LineSurface, cost: NDArray[np.float32]) -> LeastCost:
    """Search in which the settlements are reached by lawful steps, as far as such ways are found.

    Parameters
    ----------
    search
        From the existing lines, with regions and predecessors.
    cell
        (n,) flat cells of the settlements, -1 outside.
    surface
        What was searched.
    cost
        (rows, columns) per cell width, inf where these ways may not pass; in `surface` more may be closed.

    Notes
    -----
    Cells from which ways would enter a road through forest from the side are closed (`routes.with_lawful_routes`). That
    can close the only way to a settlement, and it cannot mend a step into a settlement's own cell, which stays open.
    For settlements without a lawful way the cheapest one is searched from their cell outwards, over lawful steps alone,
    to where a lawful way to the lines begins. Where none is found all stays as it was.
    """
    if search.predecessor is None or search.region is None:
        raise AssertionError("regions and predecessors were asked for")
    if not surface.follows_roads:
        return search
    ways = _Ways(
        search=replace(
            search, distance=search.distance.copy(), region=search.region.copy(), predecessor=search.predecessor.copy()
        ),
        surface=surface,
        cost=cost,
    )
    cells = each_once(cell[cell >= 0])
    ways.look_at(cells)
    for at in cells.tolist():
        if not ways.is_lawful(at):
            ways.lay(at)
    return ways.search


@dataclass(frozen=True)
class _Move:
    """One of `MOVES` on flat cells: rows and columns, the change of the cell, its length, and where the two cells that
    a knight's move crosses lie behind its first one."""

    down: int
    right: int
    by: int
    length: float
    crossed: tuple[int, int] | None

    @classmethod
    def number(cls, k: int, columns: int) -> _Move:
        down, right = MOVES[k].tolist()
        crossed = None
        if abs(down * right) == 2:
            first = int(down / 2) * columns + int(right / 2)
            crossed = first, int(np.sign(down)) * columns + int(np.sign(right))
        return cls(down, right, down * columns + right, float(np.hypot(down, right)), crossed)


def _numbers(array: NDArray[Any]) -> Sequence[Any]:
    """View of all values of an array as plain numbers, which are read one at a time much faster than its own."""
    return array.ravel().data


@dataclass(eq=False)
class _Ways:
    """A search whose ways are mended."""

    search: LeastCost
    surface: LineSurface
    cost: NDArray[np.float32]
    lawful: dict[int, bool] = field(default_factory=dict)
    """Cells → whether the whole way back from them is lawful."""
    step_lawful: dict[tuple[int, int], bool] = field(default_factory=dict)
    """Steps, as (start, end), that were looked at."""

    @cached_property
    def columns(self) -> int:
        return int(self.surface.grid.shape[1])

    @cached_property
    def moves(self) -> list[_Move]:
        return [_Move.number(k, self.columns) for k in range(len(MOVES))]

    @cached_property
    def price(self) -> Sequence[float]:
        """Flat cost."""
        return _numbers(self.cost)

    @cached_property
    def before(self) -> NDArray[np.int8]:
        """Flat predecessors."""
        if self.search.predecessor is None:
            raise AssertionError("predecessors were asked for")
        return self.search.predecessor.ravel()

    @cached_property
    def move_into(self) -> Sequence[int]:
        """Flat predecessors as they stand now, to be read one at a time."""
        return _numbers(self.before)

    @cached_property
    def distance(self) -> Sequence[float]:
        """Flat distances as they stand now, to be read one at a time."""
        return _numbers(self.search.distance)

    def look_at(self, cells: IntArray) -> None:
        """Look at all steps of the ways back from some cells at once, which is far quicker than one by one."""
        steps = trace(self.search, cells, columns=self.columns)
        low, high = steps[:, 0], steps[:, 1]
        offset = MOVES @ np.array([self.columns, 1])
        upward = (self.before[high] >= 0) & (high - offset[self.before[high]] == low)
        walked = np.column_stack([np.where(upward, low, high), np.where(upward, high, low)])
        lawful = self.surface.lawful(walked).tolist()
        self.step_lawful.update(zip(map(tuple, walked.tolist()), lawful, strict=True))

    def is_lawful(self, start: int) -> bool:
        """Whether a cell was reached, and by lawful steps alone."""
        if not self.distance[start] < np.inf:
            return False
        passed, here, lawful, move_into = [], start, self.lawful, self.move_into
        while here not in lawful and move_into[here] >= 0:
            passed.append(here)
            here = self._behind(here)
        good = lawful.get(here, True)
        lawful[here] = good
        for at in reversed(passed):
            good = good and self._step_is_lawful(self._behind(at), self.moves[move_into[at]])
            lawful[at] = good
        return good

    def _behind(self, at: int) -> int:
        return at - self.moves[self.move_into[at]].by

    def _step_is_lawful(self, start: int, move: _Move) -> bool:
        step = start, start + move.by
        if step not in self.step_lawful:
            self.step_lawful[step] = self.surface.lawful_step(*step)
        return self.step_lawful[step]

    def lay(self, at: int) -> None:
        """Find the cheapest lawful way to one cell and write it into the search; nothing where there is none."""
        least, onward, queue = {at: 0.0}, {at: -1}, [(0.0, at)]
        done: set[int] = set()
        best, join = np.inf, -1
        while queue and len(done) < LOOKED_AT:
            so_far, here = heapq.heappop(queue)
            if so_far >= best:
                break
            if here in done:
                continue
            done.add(here)
            if here != at and self.is_lawful(here) and so_far + self.distance[here] < best:
                best, join = so_far + self.distance[here], here
            for there, cost, move in self._steps_into(here):
                further = so_far + cost
                if further < least.get(there, np.inf) and self._step_is_lawful(there, move):
                    least[there], onward[there] = further, here
                    heapq.heappush(queue, (further, there))
        if join >= 0:
            self._write(join, onward, least)

    def _steps_into(self, here: int) -> list[tuple[int, float, _Move]]:
        """Cells that a move leads from to `here`, and the cost of each step, a knight's move by the four cells that it
        crosses; none from outside or over closed cells."""
        price, (rows, columns) = self.price, self.cost.shape
        row, col = divmod(here, columns)
        mine, found = price[here], []
        for move in self.moves:
            if not (0 <= row - move.down < rows and 0 <= col - move.right < columns):
                continue
            there = here - move.by
            mean = (price[there] + mine) / 2
            if move.crossed:
                mean = (2 * mean + price[there + move.crossed[0]] + price[there + move.crossed[1]]) / 4
            if mean < np.inf:
                found.append((there, mean * move.length, move))
        return found

    def _write(self, join: int, onward: dict[int, int], least: dict[int, float]) -> None:
        """Write the way from a cell to where the search from the settlement began."""
        if self.search.region is None:
            raise AssertionError("regions were asked for")
        distance, region = self.search.distance.ravel(), self.search.region.ravel()
        here = join
        while onward[here] >= 0:
            there = onward[here]
            old = float(distance[there])
            new = float(distance[here]) + least[here] - least[there]
            self.before[there] = self._move(here, there)
            distance[there], region[there] = new, region[here]
            self._shift(there, new - old, int(region[here]))
            here = there
        # what hangs on the way may have become lawful
        self.lawful.clear()

    def _move(self, start: int, end: int) -> int:
        """Number of the move between two cells."""
        across = end % self.columns - start % self.columns
        (number,) = [k for k, move in enumerate(self.moves) if end - start == move.by and across == move.right]
        return number

    def _shift(self, at: int, by: float, region: int) -> None:
        """Move the distances of all that is reached through a cell along with it."""
        if self.search.region is None or not np.isfinite(by):
            return
        distance, regions = self.search.distance.ravel(), self.search.region.ravel()
        (rows, columns), waiting = self.cost.shape, [at]
        while waiting:
            here = waiting.pop()
            row, col = divmod(here, columns)
            for k, move in enumerate(self.moves):
                there = here + move.by
                if 0 <= row + move.down < rows and 0 <= col + move.right < columns and self.move_into[there] == k:
                    distance[there] += by
                    regions[there] = region
                    waiting.append(there)
