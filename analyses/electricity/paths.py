"""From searches on the raster to a network: paths laid over each other, joined where they meet, cut into pieces between nodes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray
from infragap.analyses.electricity.surface import LineSurface, line_km
from infragap.compiled import compiled
from infragap.gis.leastcost import MOVES, LeastCost


@dataclass(frozen=True, eq=False)
class Network:
    """Candidate lines: nodes are cells, edges are pieces of line between them.

    Attributes
    ----------
    node_cell
        (nodes,) flat raster index; node 0 is the existing grid and has -1.
    terminal
        (settlements,) node of each settlement; 0 where it lies on a line, -1 where no line can reach it.
    ends
        (edges, 2) nodes, `ends[:, 0] < ends[:, 1]`.
    components
        (edges, len(COMPONENTS)) what each piece is made of.
    path, path_start
        Cells of edge e: ``path[path_start[e]:path_start[e + 1]]``, from `ends[e, 0]` to `ends[e, 1]`; at the grid the line's own cell.
    """

    node_cell: IntArray
    terminal: IntArray
    ends: IntArray
    components: FloatArray
    path: IntArray
    path_start: IntArray

    def cells(self, edge: int) -> IntArray:
        """Cells of an edge in order."""
        return self.path[self.path_start[edge] : self.path_start[edge + 1]]

    @property
    def length_km(self) -> FloatArray:
        """(edges,) length of the pieces."""
        return line_km(self.components)


def trace(search: LeastCost, cells: IntArray, *, columns: int) -> IntArray:
    """Steps of the paths from cells back to their sources, each step once.

    Parameters
    ----------
    search
        With predecessors.
    cells
        (k,) flat indices of reached cells.
    columns
        Width of the raster.

    Returns
    -------
    ndarray
        (steps, 2) flat cells, smaller first.
    """
    if search.predecessor is None:
        raise AssertionError("predecessors were asked for")
    offset = MOVES @ np.array([columns, 1])
    seen = np.zeros(search.predecessor.size, dtype=np.bool_)
    steps = _trace(search.predecessor.ravel(), offset, np.asarray(cells, dtype=np.int64), seen)
    return np.sort(steps, axis=1)


def out_of_window(steps: IntArray, *, corner: tuple[int, int], width: int, columns: int) -> IntArray:
    """Flat cells of a part of the raster as flat cells of the whole.

    Parameters
    ----------
    steps
        Flat cells within the part, any shape.
    corner
        Row and column of the part's first cell in the whole.
    width, columns
        Width of the part and of the whole.
    """
    return np.asarray((steps // width + corner[0]) * columns + steps % width + corner[1])


@compiled
def _trace(predecessor: NDArray[np.int8], offset: IntArray, cells: IntArray, seen: BoolArray) -> IntArray:
    room = 1024
    steps = np.empty((room, 2), np.int64)
    count = 0
    for start in cells:
        here = start
        while not seen[here] and predecessor[here] >= 0:
            seen[here] = True
            before = here - offset[predecessor[here]]
            if count == room:
                room *= 2
                larger = np.empty((room, 2), np.int64)
                larger[:count] = steps[:count]
                steps = larger
            steps[count, 0], steps[count, 1] = here, before
            count += 1
            here = before
    return steps[:count].copy()


def border_steps(search: LeastCost, cost: NDArray[np.float32], label: NDArray[np.int32]) -> tuple[IntArray, FloatArray]:
    """Cheapest way between each two neighbouring regions.

    Parameters
    ----------
    search
        Multi-source search with regions.
    cost
        The raster searched [per cell width].
    label
        Label of each source, by the numbers that the search gives to regions; sources with one label count as one region.

    Returns
    -------
    steps
        (pairs, 2) flat cells on either side of the border, smaller first.
    way
        (pairs,) cost of the whole way from source to source.
    """
    if search.region is None:
        raise AssertionError("regions were asked for")
    region = np.where(search.region >= 0, label[search.region], np.int32(-1))
    flat = np.arange(cost.size).reshape(cost.shape)
    found = []
    for here, there in (
        ((slice(None), slice(0, -1)), (slice(None), slice(1, None))),
        ((slice(0, -1),), (slice(1, None),)),
    ):
        differ = (region[here] != region[there]) & (region[here] >= 0) & (region[there] >= 0)
        differ &= np.isfinite(cost[here]) & np.isfinite(cost[there])
        a, b = flat[here][differ], flat[there][differ]
        found.append(np.column_stack([a, b]))
    steps = np.concatenate(found)
    distance, price, owner = search.distance.ravel(), cost.ravel(), region.ravel()
    way = distance[steps].sum(axis=1).astype(np.float64) + price[steps].mean(axis=1)
    pair = np.sort(owner[steps], axis=1)
    order = np.lexsort((steps[:, 1], steps[:, 0], way, pair[:, 1], pair[:, 0]))
    pair, steps, way = pair[order], steps[order], way[order]
    first = np.ones(len(pair), dtype=bool)
    first[1:] = (pair[1:] != pair[:-1]).any(axis=1)
    return steps[first].astype(np.int64), way[first]


def step_components(steps: IntArray, surface: LineSurface) -> FloatArray:
    """Components of each step between two cells, (steps, len(COMPONENTS)): the mean of the cells it crosses times its length.

    Notes
    -----
    A knight's move crosses its two ends and two cells between, a quarter of its length each, as in `infragap.gis.leastcost`.
    """
    columns = surface.grid.shape[1]
    row, col = steps // columns, steps % columns
    down, right = row[:, 1] - row[:, 0], col[:, 1] - col[:, 0]
    length_km = np.hypot(down, right) * surface.cell_km
    mean = (surface.components_at(row[:, 0], col[:, 0]) + surface.components_at(row[:, 1], col[:, 1])) / 2
    knight = np.abs(down * right) == 2
    if knight.any():
        r, c, d, e = row[knight, 0], col[knight, 0], down[knight], right[knight]
        first = surface.components_at(r + (d / 2).astype(np.int64), c + (e / 2).astype(np.int64))
        second = surface.components_at(r + np.sign(d), c + np.sign(e))
        mean[knight] = (2 * mean[knight] + first + second) / 4
    return np.asarray(mean * length_km[:, np.newaxis])


def line_components(cells: IntArray, surface: LineSurface) -> FloatArray:
    """Components of a line along flat cells from its tap in the first one, its stub to the existing line included, (len(COMPONENTS),)."""
    steps = np.column_stack([cells[:-1], cells[1:]])
    return np.asarray(step_components(steps, surface).sum(axis=0) + surface.stubs(cells[:1])[0])


def assemble(steps: IntArray, surface: LineSurface, terminal_cell: IntArray, *, price: FloatArray) -> Network:
    """Join steps to a network: existing lines become one node, settlements and meeting points nodes, chains between them edges.

    Parameters
    ----------
    steps
        (steps, 2) flat cells; repeated ones count once.
    surface
        For components and existing lines.
    terminal_cell
        (settlements,) flat cell; -1 where unreachable.
    price
        Unit prices of the components: of parallel chains the cheaper stays.
    """
    steps = np.unique(np.sort(steps, axis=1), axis=0)
    on_line = surface.line_number >= 0
    steps = steps[~(on_line[steps[:, 0]] & on_line[steps[:, 1]])]
    cells, local = np.unique(steps, return_inverse=True)
    local = local.reshape(steps.shape)
    degree = np.bincount(local.ravel(), minlength=len(cells))
    keep = (degree != 2) | on_line[cells] | np.isin(cells, terminal_cell)
    components = step_components(steps, surface)
    chains, chain_start, chain_steps = _chains(local, degree, keep)
    path = cells[chains]
    totals = np.add.reduceat(components[chain_steps], chain_start[:-1] - np.arange(len(chain_start) - 1), axis=0)
    for end in (chains[chain_start[:-1]], chains[chain_start[1:] - 1]):
        totals += surface.stubs(cells[end])
    node_of_cell = np.full(len(cells), -1, dtype=np.int64)
    inner = keep & ~on_line[cells]
    node_of_cell[inner] = 1 + np.arange(int(inner.sum()))
    node_of_cell[on_line[cells]] = 0
    ends = node_of_cell[np.column_stack([chains[chain_start[:-1]], chains[chain_start[1:] - 1]])]
    chosen = _cheapest_of_parallel(ends, totals @ price)
    return _collect(chosen, ends, totals, path, chain_start, np.append(-1, cells[inner]), terminal_cell, on_line)


def _cheapest_of_parallel(ends: IntArray, cost: FloatArray) -> IntArray:
    pair = np.sort(ends, axis=1)
    order = np.lexsort((np.arange(len(cost)), cost, pair[:, 1], pair[:, 0]))
    order = order[pair[order, 0] != pair[order, 1]]
    sorted_pair = pair[order]
    first = np.ones(len(order), dtype=bool)
    first[1:] = (sorted_pair[1:] != sorted_pair[:-1]).any(axis=1)
    return np.sort(order[first])


def _collect(
    chosen: IntArray,
    ends: IntArray,
    totals: FloatArray,
    path: IntArray,
    chain_start: IntArray,
    node_cell: IntArray,
    terminal_cell: IntArray,
    on_line: BoolArray,
) -> Network:
    """Put the chosen chains into a network, each from its lower to its higher node."""
    pieces = []
    for chain in chosen:
        piece = path[chain_start[chain] : chain_start[chain + 1]]
        pieces.append(piece if ends[chain, 0] < ends[chain, 1] else piece[::-1])
    node_at = {int(cell): node for node, cell in enumerate(node_cell) if cell >= 0}
    terminal = np.array(
        [-1 if cell < 0 else 0 if on_line[cell] else node_at.get(int(cell), -1) for cell in terminal_cell],
        dtype=np.int64,
    )
    return Network(
        node_cell=node_cell,
        terminal=terminal,
        ends=np.sort(ends[chosen], axis=1),
        components=totals[chosen],
        path=np.concatenate(pieces) if pieces else np.empty(0, dtype=np.int64),
        path_start=np.concatenate([[0], np.cumsum([len(piece) for piece in pieces])]).astype(np.int64),
    )


def _chains(local: IntArray, degree: IntArray, keep: BoolArray) -> tuple[IntArray, IntArray, IntArray]:
    """Cut a graph of steps into chains between kept cells.

    Returns
    -------
    cells
        Cells of all chains, one after the other.
    start
        (chains + 1,) where each begins.
    steps
        Steps of all chains; a chain of k cells has k - 1.
    """
    tail = local.ravel()
    order = np.argsort(tail, kind="stable")
    pointer = np.zeros(len(degree) + 1, dtype=np.int64)
    np.cumsum(degree, out=pointer[1:])
    return _walk_chains(local, order.astype(np.int64), pointer, keep)


@compiled
def _walk_chains(
    local: IntArray, order: IntArray, pointer: IntArray, keep: BoolArray
) -> tuple[IntArray, IntArray, IntArray]:
    count = len(local)
    used = np.zeros(count, np.bool_)
    cells = np.empty(2 * count + 1, np.int64)
    steps = np.empty(count, np.int64)
    start = np.empty(count + 1, np.int64)
    n_cells = n_steps = n_chains = 0
    for first in range(len(keep)):
        if not keep[first]:
            continue
        for k in range(pointer[first], pointer[first + 1]):
            step = order[k] // 2
            if used[step]:
                continue
            start[n_chains] = n_cells
            n_chains += 1
            cells[n_cells] = first
            n_cells += 1
            here = first
            while True:
                used[step] = True
                steps[n_steps] = step
                n_steps += 1
                here = local[step, 0] + local[step, 1] - here
                cells[n_cells] = here
                n_cells += 1
                if keep[here]:
                    break
                a, b = order[pointer[here]] // 2, order[pointer[here] + 1] // 2
                step = b if a == step else a
    start[n_chains] = n_cells
    return cells[:n_cells].copy(), start[: n_chains + 1].copy(), steps[:n_steps].copy()
