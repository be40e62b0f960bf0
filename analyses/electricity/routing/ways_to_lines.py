"""The cheapest connections from some cells to each existing line within reach."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from infragap.analyses.arrays import FloatArray, IntArray
from infragap.analyses.electricity.routing.cost_surface import LineSurface
from infragap.analyses.electricity.routing.paths import line_components
from infragap.analyses.electricity.routing.routes import NEIGHBOURS
from infragap.gis.leastcost import cost_distance, path_back


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


def connections_to_lines(
    surface: LineSurface, cost: NDArray[np.float32], cells: IntArray, *, limit_mvnd: float
) -> list[Connection]:
    """Cheapest way from some cells to each existing line within a limit of cost, in the order of the lines.

    Parameters
    ----------
    surface
        For the existing lines and the components.
    cost
        Routing cost per cell width [million VND].
    cells
        (k,) flat cells of the tree.
    limit_mvnd
        Longest way in money.
    """
    if not limit_mvnd > 0 or len(cells) == 0:
        return []
    columns = surface.grid.shape[1]
    rows, cols = cells // columns, cells % columns
    # no way within the limit leaves this window: a cell costs at least the cheapest one
    least = float(cost[np.isfinite(cost)].min())
    reach = math.ceil(limit_mvnd / max(least, 1e-9)) + 1
    r0, c0 = max(int(rows.min()) - reach, 0), max(int(cols.min()) - reach, 0)
    window = cost[r0 : int(rows.max()) + reach + 1, c0 : int(cols.max()) + reach + 1]
    search = cost_distance(
        window,
        np.column_stack([rows - r0, cols - c0]),
        neighbours=NEIGHBOURS,
        limit=limit_mvnd,
        regions=True,
        predecessors=True,
    )
    line_row, line_col = surface.line_cells[:, 0] - r0, surface.line_cells[:, 1] - c0
    inside = np.flatnonzero(
        (line_row >= 0) & (line_row < window.shape[0]) & (line_col >= 0) & (line_col < window.shape[1])
    )
    distance = search.distance[line_row[inside], line_col[inside]].astype(np.float64)
    distance += cost.ravel()[surface.line_flat[inside]] / surface.cell_km * surface.stub_km[inside]
    inside, distance = inside[np.isfinite(distance)], distance[np.isfinite(distance)]
    order = np.lexsort((inside, distance, surface.line_of_cell[inside]))
    _, first = np.unique(surface.line_of_cell[inside][order], return_index=True)
    region = search.region
    if region is None:
        raise AssertionError("regions were asked for")
    ways = []
    for k in inside[order][first].tolist():
        local = np.array(path_back(search, (int(line_row[k]), int(line_col[k]))), dtype=np.int64)
        way = (local[:, 0] + r0) * columns + local[:, 1] + c0
        if not surface.lawful(np.column_stack([way[:-1], way[1:]])).all():
            continue
        ways.append(
            Connection(
                row=int(surface.line_of_cell[k]),
                tap_cell=int(surface.line_flat[k]),
                junction_cell=int(cells[region[line_row[k], line_col[k]]]),
                cells=way,
                components=line_components(way, surface),
            )
        )
    return ways
