"""The cheapest connections from some cells to each existing line within reach."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from infragap.analyses.arrays import FloatArray, IntArray
from infragap.analyses.electricity.routing.cost_surface import LineSurface
from infragap.analyses.electricity.routing.paths import lines_components
from infragap.analyses.electricity.routing.routes import NEIGHBOURS
from infragap.gis.leastcost.distance import LeastCost, cost_distance, path_back


@dataclass(frozen=True, eq=False)
class Connection:
    """Cheapest way from a planned tree to another existing line.

    Attributes
    ----------
    row
        Line in `grid_lines`.
    tap_cell, junction_cell
        Flat cells where it leaves the existing line and where it meets the tree.
    cells
        Flat cells from the tap to the junction.
    components
        What it is made of.
    """

    row: int
    tap_cell: int
    junction_cell: int
    cells: IntArray
    components: FloatArray


@dataclass(frozen=True, eq=False)
class WaysToLines:
    """Ground on which ways to existing lines are looked for, one search after another.

    Attributes
    ----------
    surface
        For the existing lines and the components.
    cost
        Routing cost per cell width [million VND].
    """

    surface: LineSurface
    cost: NDArray[np.float32]

    @cached_property
    def _least(self) -> float:
        """What the cheapest cell costs."""
        return float(self.cost[np.isfinite(self.cost)].min())

    @cached_property
    def _by_row(self) -> tuple[IntArray, IntArray]:
        """Line cells in the order of their raster rows, and where each row begins among them."""
        row = self.surface.line_cells[:, 0]
        order = np.argsort(row, kind="stable")
        return order, np.searchsorted(row[order], np.arange(self.surface.grid.shape[0] + 1))

    def _line_cells_in(self, corner: tuple[int, int], shape: tuple[int, int]) -> IntArray:
        """Numbers of the line cells in a part of the raster, ascending."""
        order, start = self._by_row
        among = order[start[corner[0]] : start[corner[0] + shape[0]]]
        column = self.surface.line_cells[among, 1] - corner[1]
        return np.sort(among[(column >= 0) & (column < shape[1])])

    def within(self, cells: IntArray, limit_mvnd: float) -> list[Connection]:
        """Cheapest way from some cells to each existing line within a limit of cost, in the order of the lines.

        Parameters
        ----------
        cells
            (k,) flat cells of the tree.
        limit_mvnd
            Longest way in money.
        """
        if not limit_mvnd > 0 or len(cells) == 0:
            return []
        surface, columns = self.surface, self.surface.grid.shape[1]
        rows, cols = cells // columns, cells % columns
        # no way within the limit leaves this window: a cell costs at least the cheapest one
        reach = math.ceil(limit_mvnd / max(self._least, 1e-9)) + 1
        r0, c0 = max(int(rows.min()) - reach, 0), max(int(cols.min()) - reach, 0)
        window = self.cost[r0 : int(rows.max()) + reach + 1, c0 : int(cols.max()) + reach + 1]
        search = cost_distance(
            window,
            np.column_stack([rows - r0, cols - c0]),
            neighbours=NEIGHBOURS,
            limit=limit_mvnd,
            regions=True,
            predecessors=True,
        )
        inside = self._line_cells_in((r0, c0), window.shape)
        line_row, line_col = (surface.line_cells[inside] - [r0, c0]).T
        distance = search.distance[line_row, line_col].astype(np.float64)
        distance += self.cost.ravel()[surface.line_flat[inside]] / surface.cell_km * surface.stub_km[inside]
        inside, distance = inside[np.isfinite(distance)], distance[np.isfinite(distance)]
        order = np.lexsort((inside, distance, surface.line_of_cell[inside]))
        _, first = np.unique(surface.line_of_cell[inside][order], return_index=True)
        taps = inside[order][first]
        at = surface.line_cells[taps] - [r0, c0]
        ways = [_way_back(search, (int(row), int(col)), (r0, c0), columns) for row, col in at.tolist()]
        lawful = surface.lawful_lines(ways)
        taps, at, ways = taps[lawful], at[lawful], [way for way, good in zip(ways, lawful, strict=True) if good]
        if search.region is None:
            raise AssertionError("regions were asked for")
        junctions = cells[search.region[at[:, 0], at[:, 1]]]
        return [
            Connection(
                row=int(surface.line_of_cell[tap]),
                tap_cell=int(surface.line_flat[tap]),
                junction_cell=int(junction),
                cells=way,
                components=components,
            )
            for tap, junction, way, components in zip(
                taps, junctions, ways, lines_components(ways, surface), strict=True
            )
        ]


def _way_back(search: LeastCost, at: tuple[int, int], corner: tuple[int, int], columns: int) -> IntArray:
    """Flat cells of the whole raster on the way back from a cell of a part of it."""
    local = np.array(path_back(search, at), dtype=np.int64)
    return np.asarray((local[:, 0] + corner[0]) * columns + local[:, 1] + corner[1])
