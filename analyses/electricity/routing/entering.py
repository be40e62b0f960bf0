"""Lawful ways to the few settlements that the search leaves without one: a search of their own, step by step."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from infragap.analyses.arrays import IntArray
from infragap.analyses.electricity.routing.cost_surface import LineSurface
from infragap.analyses.electricity.routing.paths import trace
from infragap.gis.leastcost import MOVES, LeastCost

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
    cells = np.unique(cell[cell >= 0])
    ways.look_at(cells)
    for at in cells.tolist():
        if not ways.is_lawful(at):
            ways.lay(at)
    return ways.search


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

    @property
    def columns(self) -> int:
        return int(self.surface.grid.shape[1])

    @property
    def before(self) -> NDArray[np.int8]:
        """Flat predecessors."""
        if self.search.predecessor is None:
            raise AssertionError("predecessors were asked for")
        return self.search.predecessor.ravel()

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
        if not np.isfinite(self.search.distance.ravel()[start]):
            return False
        passed, here = [], start
        while here not in self.lawful and self.before[here] >= 0:
            passed.append(here)
            here = self._behind(here)
        good = self.lawful.get(here, True)
        self.lawful[here] = good
        for at in reversed(passed):
            good = good and self._step_is_lawful(self._behind(at), at)
            self.lawful[at] = good
        return good

    def _behind(self, at: int) -> int:
        down, right = MOVES[self.before[at]].tolist()
        return at - int(down) * self.columns - int(right)

    def _step_is_lawful(self, start: int, end: int) -> bool:
        if (start, end) not in self.step_lawful:
            self.step_lawful[start, end] = bool(self.surface.lawful(np.array([[start, end]]))[0])
        return self.step_lawful[start, end]

    def lay(self, at: int) -> None:
        """Find the cheapest lawful way to one cell and write it into the search; nothing where there is none."""
        distance = self.search.distance.ravel()
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
            if here != at and self.is_lawful(here) and so_far + float(distance[here]) < best:
                best, join = so_far + float(distance[here]), here
            for k in range(len(MOVES)):
                step = self._step(here, k)
                if step is None or so_far + step[1] >= least.get(step[0], np.inf):
                    continue
                if self._step_is_lawful(step[0], here):
                    least[step[0]], onward[step[0]] = so_far + step[1], here
                    heapq.heappush(queue, (so_far + step[1], step[0]))
        if join >= 0:
            self._write(join, onward, least)

    def _step(self, here: int, move: int) -> tuple[int, float] | None:
        """Cell that a move leads to `here` from, and the cost of the step, a knight's move by the four cells that it
        crosses; None outside and where it is closed."""
        down, right = MOVES[move].tolist()
        row, col = divmod(here, self.columns)
        r, c = row - down, col - right
        if not (0 <= r < self.cost.shape[0] and 0 <= c < self.columns):
            return None
        mean = (float(self.cost[r, c]) + float(self.cost[row, col])) / 2
        if abs(down * right) == 2:
            first = float(self.cost[r + int(down / 2), c + int(right / 2)])
            second = float(self.cost[r + int(np.sign(down)), c + int(np.sign(right))])
            mean = (2 * mean + first + second) / 4
        return (r * self.columns + c, mean * float(np.hypot(down, right))) if np.isfinite(mean) else None

    def _write(self, join: int, onward: dict[int, int], least: dict[int, float]) -> None:
        """Write the way from a cell to where the search from the settlement began."""
        if self.search.region is None:
            raise AssertionError("regions were asked for")
        distance, region = self.search.distance.ravel(), self.search.region.ravel()
        offset = (MOVES @ np.array([self.columns, 1])).tolist()
        here = join
        while onward[here] >= 0:
            there = onward[here]
            old = float(distance[there])
            new = float(distance[here]) + least[here] - least[there]
            self.before[there] = self._move(here, there, offset)
            distance[there], region[there] = new, region[here]
            self._shift(there, new - old, int(region[here]))
            here = there
        # what hangs on the way may have become lawful
        self.lawful.clear()

    def _move(self, start: int, end: int, offset: list[int]) -> int:
        """Number of the move between two cells."""
        (move,) = [
            k
            for k, by in enumerate(offset)
            if end - start == by and end % self.columns - start % self.columns == MOVES[k, 1]
        ]
        return move

    def _shift(self, at: int, by: float, region: int) -> None:
        """Move the distances of all that is reached through a cell along with it."""
        if self.search.region is None or not np.isfinite(by):
            return
        distance, regions = self.search.distance.ravel(), self.search.region.ravel()
        waiting = [at]
        while waiting:
            here = waiting.pop()
            row, col = divmod(here, self.columns)
            for k, (down, right) in enumerate(MOVES.tolist()):
                r, c = row + down, col + right
                if 0 <= r < self.cost.shape[0] and 0 <= c < self.columns:
                    there = r * self.columns + c
                    if self.before[there] == k:
                        distance[there] += by
                        regions[there] = region
                        waiting.append(there)
