"""Where else on the existing grid a tree of planned lines could be tapped: the ways there, and the tree turned round to be fed from them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from infragap.analyses.arrays import FloatArray, IntArray
from infragap.analyses.electricity.paths import line_components
from infragap.analyses.electricity.routing import NEIGHBOURS
from infragap.analyses.electricity.surface import LineSurface
from infragap.analyses.electricity.tree import Branches
from infragap.gis.leastcost import cost_distance, path_back


@dataclass(frozen=True, eq=False)
class Way:
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
class Rerooted:
    """What stays of a tree that is fed from a junction in it.

    Attributes
    ----------
    branch
        (k,) planned branch whose lower end is the node; -1 at a junction within a branch. Node 0 is the junction.
    parent
        (k,) node above; -1 at node 0.
    length_km
        (k,) of the piece to the node above; 0 at node 0.
    removed
        Flat cells of the piece between the old tap and the rest, from the tap on.
    """

    branch: IntArray
    parent: IntArray
    length_km: FloatArray
    removed: IntArray


def ways_to_other_lines(
    surface: LineSurface, cost: NDArray[np.float32], cells: IntArray, *, limit_mvnd: float
) -> list[Way]:
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
        ways.append(
            Way(
                row=int(surface.line_of_cell[k]),
                tap_cell=int(surface.line_flat[k]),
                junction_cell=int(cells[region[line_row[k], line_col[k]]]),
                cells=way,
                components=line_components(way, surface),
            )
        )
    return ways


def rerooted(branches: Branches, tree: IntArray, junction_cell: int, *, columns: int) -> Rerooted:
    """Turn a tree round so that it is fed from a cell of it.

    Parameters
    ----------
    branches
        Planned lines.
    tree
        Numbers of the branches of one tree, upstream first.
    junction_cell
        Flat cell on one of them, not the old tap.
    columns
        Width of the routing raster.
    """
    root = int(tree[0])
    length = branches.length_km
    node: dict[object, int] = {}
    names: list[int] = []
    edges: list[tuple[int, int, float]] = []

    def number(name: object, branch: int) -> int:
        if name not in node:
            node[name] = len(names)
            names.append(branch)
        return node[name]

    ends = [int(b) for b in tree if branches.cells[b][-1] == junction_cell]
    within = [int(b) for b in tree if not ends and junction_cell in branches.cells[b]][:1]
    number(ends[0] if ends else "junction", ends[0] if ends else -1)
    removed = branches.cells[root]
    for b in tree.tolist():
        lower = number(b, b)
        upper = None if b == root else number(int(branches.parent[b]), int(branches.parent[b]))
        if b in within:
            at = int(np.flatnonzero(branches.cells[b] == junction_cell)[0])
            part = _part_of_length(branches.cells[b], at, columns=columns)
            edges.append((0, lower, float(length[b] * (1 - part))))
            if upper is None:
                removed = branches.cells[b][: at + 1]
            else:
                edges.append((0, upper, float(length[b] * part)))
        elif upper is not None:
            edges.append((upper, lower, float(length[b])))
    return _from_first(names, edges, removed)


def _part_of_length(cells: IntArray, at: int, *, columns: int) -> float:
    step = np.hypot(np.diff(cells // columns), np.diff(cells % columns))
    return float(step[:at].sum() / step.sum())


def _from_first(names: list[int], edges: list[tuple[int, int, float]], removed: IntArray) -> Rerooted:
    """Order a tree from its first node outwards."""
    around: dict[int, list[tuple[int, float]]] = {}
    for a, b, km in edges:
        around.setdefault(a, []).append((b, km))
        around.setdefault(b, []).append((a, km))
    order, parent, length = [0], [-1], [0.0]
    place = {0: 0}
    for here in order:
        for there, km in sorted(around.get(here, [])):
            if there not in place:
                place[there] = len(order)
                order.append(there)
                parent.append(place[here])
                length.append(km)
    return Rerooted(
        branch=np.array([names[k] for k in order], dtype=np.int64),
        parent=np.array(parent, dtype=np.int64),
        length_km=np.array(length),
        removed=removed,
    )
