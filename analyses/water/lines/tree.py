"""The tree of pipes from a source to its villages along least-cost paths over the terrain."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from infragap.analyses.arrays import FloatArray, IntArray
from infragap.compiled import compiled
from infragap.gis.leastcost.steps import MOVES


@dataclass(frozen=True, eq=False)
class PipeTree:
    """Cells that pipes run through; a parent comes before its children, and the cells of the first villages before
    those of later ones.

    Attributes
    ----------
    row, col
        (n,) cell of the relief.
    z
        (n,) ground [m]; node 0 is the source.
    parent
        (n,) node above; -1 at the source.
    length_m
        (n,) length on the slope to the parent.
    village
        (k,) villages in order.
    node
        (k,) node of each.
    """

    row: IntArray
    col: IntArray
    z: FloatArray
    parent: IntArray
    length_m: FloatArray
    village: IntArray
    node: IntArray

    def only(self, kept: list[int]) -> PipeTree:
        """The tree of some of its villages, by their places in the list."""
        wanted = np.zeros(len(self.z), dtype=bool)
        wanted[0] = True
        for node in self.node[kept]:
            at = int(node)
            while not wanted[at]:
                wanted[at] = True
                at = int(self.parent[at])
        number = np.cumsum(wanted) - 1
        parent = np.where(self.parent[wanted] >= 0, number[np.maximum(self.parent[wanted], 0)], -1)
        return PipeTree(
            self.row[wanted],
            self.col[wanted],
            self.z[wanted],
            parent,
            self.length_m[wanted],
            self.village[kept],
            number[self.node[kept]],
        )

    def moved(self, down: int, right: int) -> PipeTree:
        """The same tree in a relief that begins so many cells further up and left."""
        return replace(self, row=self.row + down, col=self.col + right)

    def starting_at(self, level_m: float) -> PipeTree:
        """The same tree with its source at another height."""
        z = self.z.copy()
        z[0] = level_m
        return replace(self, z=z)


def grow_tree(
    predecessor: NDArray[np.int8],
    heights: NDArray[np.float32],
    start: tuple[int, int],
    cells: IntArray,
    villages: IntArray,
    *,
    cell_m: float,
) -> PipeTree:
    """Join villages to the source in the order given, each along its path up to the first pipe that is already there.

    Parameters
    ----------
    predecessor, heights
        Window of `infragap.gis.leastcost.distance.LeastCost.predecessor` and of the relief [m].
    start
        Cell of the source.
    cells
        (k, 2) cell of each village.
    villages
        (k,) their numbers.
    cell_m
        Width of a cell [m].
    """
    row, col, parent, node = _walk(predecessor, MOVES, start[0], start[1], cells)
    z = heights[row, col].astype(np.float64)
    above = np.maximum(parent, 0)
    plan_m = np.hypot(row - row[above], col - col[above]) * cell_m
    length_m = np.hypot(plan_m, z - z[above])
    return PipeTree(row, col, z, parent, length_m, np.asarray(villages, dtype=np.int64), node)


@compiled
def _walk(
    predecessor: NDArray[np.int8], moves: IntArray, start_row: int, start_col: int, cells: IntArray
) -> tuple[IntArray, IntArray, IntArray, IntArray]:
    """Number the cells of the paths from the source to each place, shared stretches once."""
    rows, cols = predecessor.shape
    number = np.full((rows, cols), -1, np.int64)
    row, col = np.empty(rows * cols, np.int64), np.empty(rows * cols, np.int64)
    parent = np.empty(rows * cols, np.int64)
    row[0], col[0], parent[0] = start_row, start_col, -1
    number[start_row, start_col] = 0
    count = 1
    node = np.empty(len(cells), np.int64)
    back = np.empty((rows * cols, 2), np.int64)
    for k in range(len(cells)):
        r, c = cells[k, 0], cells[k, 1]
        steps = 0
        while number[r, c] < 0:
            back[steps, 0], back[steps, 1] = r, c
            steps += 1
            move = predecessor[r, c]
            r, c = r - moves[move, 0], c - moves[move, 1]
        at = number[r, c]
        for s in range(steps - 1, -1, -1):
            row[count], col[count], parent[count] = back[s, 0], back[s, 1], at
            number[back[s, 0], back[s, 1]] = count
            at = count
            count += 1
        node[k] = at
    return row[:count].copy(), col[:count].copy(), parent[:count].copy(), node
