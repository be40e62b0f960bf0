"""The network of candidate lines: paths laid over each other, joined where they meet, cut into pieces between nodes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray
from infragap.analyses.electricity.routing.cost_surface import LineSurface
from infragap.analyses.electricity.routing.line_components import line_km
from infragap.analyses.electricity.routing.paths import step_components
from infragap.compiled import compiled
from infragap.gis.arrays import each_once
from infragap.gis.leastcost.distance import LeastCost


@dataclass(frozen=True, eq=False)
class Searched:
    """A search from all settlements and existing lines at once, without regions, and the hash of the cost that it was
    made in."""

    cost: str
    search: LeastCost


@dataclass(frozen=True, eq=False)
class CandidateNetwork:
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
        Cells of edge e: ``path[path_start[e]:path_start[e + 1]]``, from `ends[e, 0]` to `ends[e, 1]`; at the grid the
        line's own cell.
    searched
        What it came from, for searches with further sources; None where it is not kept.
    """

    node_cell: IntArray
    terminal: IntArray
    ends: IntArray
    components: FloatArray
    path: IntArray
    path_start: IntArray
    searched: Searched | None = None

    def cells(self, edge: int) -> IntArray:
        """Cells of an edge in order."""
        return self.path[self.path_start[edge] : self.path_start[edge + 1]]

    @property
    def length_km(self) -> FloatArray:
        """(edges,) length of the pieces."""
        return line_km(self.components)


def join_steps(
    steps: IntArray, surface: LineSurface, terminal_cell: IntArray, *, price: FloatArray
) -> CandidateNetwork:
    """Join steps to a network: existing lines become one node, settlements and meeting points nodes, chains between
    them edges.

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
    # one number a step: as rows of two they take five times as long to sort
    low, high = np.sort(steps, axis=1).T
    steps = np.column_stack(np.divmod(each_once(low * surface.passable.size + high), surface.passable.size))
    steps = steps[surface.lawful(steps)]
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
) -> CandidateNetwork:
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
    return CandidateNetwork(
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
