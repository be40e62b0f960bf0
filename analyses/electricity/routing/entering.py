"""Another last step to a settlement that the cheapest way enters from a road through forest where it may not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from infragap.analyses.arrays import IntArray
from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.analyses.electricity.routing.cost_surface import LineSurface
from infragap.gis.leastcost import MOVES, LeastCost


def entered_lawfully(
    search: LeastCost, cell: IntArray, surface: LineSurface, parameters: ElectricityParameters
) -> LeastCost:
    """Search in which each settlement's cell is entered by the cheapest lawful step.

    Parameters
    ----------
    search
        From the existing lines, with regions and predecessors.
    cell
        (n,) flat cells of the settlements, -1 outside.
    surface, parameters
        What was searched.

    Notes
    -----
    Cells from which ways would enter a road through forest from the side are closed (`routes.with_lawful_routes`), but
    not those of settlements. Where such a cell is entered across the edge of a road's strip, the other steps into it
    are looked at; where none is lawful it stays as it was, and no lawful line leads there.
    """
    if search.predecessor is None or search.region is None:
        raise AssertionError("regions and predecessors were asked for")
    if not surface.follows_roads:
        return search
    cells = np.unique(cell[cell >= 0])
    cells = cells[search.predecessor.ravel()[cells] >= 0]
    offset = MOVES @ np.array([surface.grid.shape[1], 1])
    steps = np.column_stack([cells - offset[search.predecessor.ravel()[cells]], cells])
    wrong = cells[~surface.lawful(steps)]
    if len(wrong) == 0:
        return search
    cost = surface.cost(parameters, forest_rule=parameters.forest_rule)
    found = replace(
        search, distance=search.distance.copy(), region=search.region.copy(), predecessor=search.predecessor.copy()
    )
    for at in wrong.tolist():
        _enter(found, at, cost, surface)
    return found


def _enter(search: LeastCost, at: int, cost: NDArray[np.float32], surface: LineSurface) -> None:
    """Write the cheapest lawful last step to one cell into the arrays of a search."""
    if search.predecessor is None or search.region is None:
        raise AssertionError("regions and predecessors were asked for")
    rows, columns = surface.grid.shape
    row, col = divmod(at, columns)
    best, move = np.inf, -1
    for k, (down, right) in enumerate(MOVES.tolist()):
        r, c = row - down, col - right
        if not (0 <= r < rows and 0 <= c < columns):
            continue
        way = float(search.distance[r, c]) + _step_cost(cost, (r, c), (row, col))
        before = r * columns + c
        if way < best and not _passes(search, before, at, columns) and surface.lawful(np.array([[before, at]]))[0]:
            best, move = way, k
    if move >= 0:
        down, right = MOVES[move].tolist()
        search.distance[row, col] = best
        search.region[row, col] = search.region[row - down, col - right]
        search.predecessor[row, col] = move


def _step_cost(cost: NDArray[np.float32], start: tuple[int, int], end: tuple[int, int]) -> float:
    """Cost of one step, a knight's move by the four cells that it crosses, as in `infragap.gis.leastcost`."""
    down, right = end[0] - start[0], end[1] - start[1]
    mean = (float(cost[start]) + float(cost[end])) / 2
    if abs(down * right) == 2:
        first = float(cost[start[0] + int(down / 2), start[1] + int(right / 2)])
        second = float(cost[start[0] + int(np.sign(down)), start[1] + int(np.sign(right))])
        mean = (2 * mean + first + second) / 4
    return mean * float(np.hypot(down, right))


def _passes(search: LeastCost, start: int, at: int, columns: int) -> bool:
    """Whether the way back from a cell leads through another."""
    if search.predecessor is None:
        raise AssertionError("predecessors were asked for")
    predecessor, offset = search.predecessor.ravel(), MOVES @ np.array([columns, 1])
    here = start
    while predecessor[here] >= 0:
        if here == at:
            return True
        here -= int(offset[predecessor[here]])
    return here == at
