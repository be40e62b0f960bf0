"""The least cost from the nearest source to every cell, and the way back.

The cost of a cell is what it takes to cross one cell width of it, in any unit; a distance has the same unit.
Where a cost is known per kilometre, multiply it by the cell width in kilometres first. A step costs the mean
of its two cells times its length in cell widths (1, or √2 on the diagonal), as in scikit-image's
`MCP_Geometric`.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from infragap.gis.errors import NoSolutionError, ParameterError
from infragap.gis.leastcost.kernels import walk_back
from infragap.gis.leastcost.spreading import LARGEST_COST, Rimmed, check_cost, named, regions_of, spread_from
from infragap.gis.leastcost.steps import MOVES, Rules, Slopes

__all__ = ["LeastCost", "cost_distance", "path_back"]


@dataclass(frozen=True, eq=False)
class LeastCost:
    """Result of `cost_distance`; all arrays have the shape of the cost raster.

    Parameters
    ----------
    distance
        float32, least cost from (or to) the nearest source in units of cost; inf where none is reached.
    region
        int32, which source that is: its place in the list of sources, or for an array of start values the
        flat index of the start cell; -1 where none is reached. None unless asked for.
    predecessor
        int8, the move (row of `steps.MOVES`) from the cell before into this one on the path from the source; -1 at
        sources and where none is reached. None unless asked for.
    """

    distance: NDArray[np.float32]
    region: NDArray[np.int32] | None = None
    predecessor: NDArray[np.int8] | None = None


def cost_distance(
    cost: NDArray[Any],
    sources: Sequence[tuple[int, int]] | NDArray[Any],
    *,
    slopes: Slopes | None = None,
    cut_corners: bool = False,
    neighbours: int = 8,
    limit: float = math.inf,
    regions: bool = False,
    predecessors: bool = False,
) -> LeastCost:
    """Least cost from the nearest source to every cell.

    Parameters
    ----------
    cost
        (rows, columns), cost per cell width, at least 0; inf is a barrier. The input is not changed.
    sources
        Cells, as a list of (row, column) or an integer array (k, 2), all starting at 0; or a float array of
        the shape of `cost` with start values ≥ 0, inf or NaN where there is none. Of cells listed twice the
        first counts. A source on a barrier keeps its start value, and nothing spreads from it.
    slopes
        Heights of the cells: each step's cost is then multiplied by Tobler's effort for its slope, so that
        `cost` means cost on the flat. None: the same cost up, down and on the flat.
    cut_corners
        Whether a diagonal step may pass where one of the two cells beside it is a barrier.
    neighbours
        8, or 16 with knight's moves.
    limit
        Cells farther than this [units of cost] are left at inf; stops the search early.
    regions, predecessors
        Whether to return them.

    Returns
    -------
    LeastCost
        Distances, and regions and predecessors where asked for.

    Raises
    ------
    ParameterError
        Costs that are NaN, negative or above 1e30; sources outside the raster or none at all; shapes that do
        not fit; heights missing on cells that can be crossed; neighbours other than 8 or 16; a negative
        limit.

    Notes
    -----
    A knight's move (length √5) crosses its first and last cell and two between, a quarter of its length each,
    so it costs √5 times the mean of the four; a barrier among them forbids it.

    Tobler's hiking function [1]_ gives the speed v = 6 exp(-3.5 |S + 0.05|) km/h on slope S = rise / run,
    positive uphill in the direction of walking. The multiplier is v(0) / v(S) = exp(3.5 (|S + 0.05| - 0.05)):
    1 on the flat, least (0.84) at 5 % downhill, 1.42 at 10 % uphill and 1.00 at 10 % downhill.

    Distances are float32, summed along the path: equal to double precision to about 1e-5 relative. Memory
    besides the input is 8 bytes per cell (at most 10 with predecessors, 18 with regions too, the copies that are
    returned included), and 8 per waiting cell of the front.

    Equal paths are decided by the raster alone: the order of the sources changes
    only the numbers of the regions.

    References
    ----------
    .. [1] W. Tobler, "Three presentations on geographical analysis and modeling", NCGIA Technical Report
    93-1, 1993.

    Examples
    --------
    A step costs the mean of its two cells: (1 + 3) / 2, then (3 + 1) / 2 more.

    >>> cost_distance(np.array([[1.0, 3.0, 1.0]]), [(0, 0)]).distance.tolist()
    [[0.0, 2.0, 4.0]]

    A barrier is walked around, and no diagonal cuts its corner.

    >>> cost_distance(np.array([[1.0, math.inf], [1.0, 1.0]]), [(0, 0)]).distance.tolist()
    [[0.0, inf], [1.0, 2.0]]

    Uphill by 10 % a step takes exp(3.5 (|0.10 + 0.05| - 0.05)) = 1.42 times as long as on the flat.

    >>> uphill = Slopes(np.array([[0.0, 3.0]]), cell_size_m=30)
    >>> round(float(cost_distance(np.ones((1, 2)), [(0, 0)], slopes=uphill).distance[0, 1]), 2)
    1.42
    """
    cost = np.asarray(cost)
    check_cost(cost)
    rules = Rules(slopes, cut_corners, neighbours, limit)
    cells, start_values, labels = _read_sources(sources, cost.shape)
    within = start_values <= limit
    cells, start_values, labels = cells[within], start_values[within], labels[within]
    rows, columns = cost.shape
    layout = Rimmed(columns, rules)
    distance = np.full((rows + 2 * rules.reach) * layout.per_step[0], np.inf, np.float32)
    direction = np.full(distance.size, -1, np.int8) if regions or predecessors else None
    starts = layout.places(cells[:, 0] * columns + cells[:, 1])
    distance[starts] = start_values
    spread_from(starts, cost, distance, direction, layout)
    region = None
    if regions and direction is not None:
        region = regions_of(starts, labels, distance, direction, layout)
    return LeastCost(
        distance=layout.raster(distance),
        region=region,
        predecessor=layout.raster(direction) if predecessors and direction is not None else None,
    )


def path_back(least_cost: LeastCost, cell: tuple[int, int]) -> NDArray[np.int64]:
    """Cells of the least-cost path, from `cell` back to its source.

    Parameters
    ----------
    least_cost
        Result of `cost_distance` with `predecessors=True`.
    cell
        (row, column).

    Returns
    -------
    ndarray
        (k, 2) of (row, column), `cell` first, source last; one row where `cell` is a source.

    Raises
    ------
    ParameterError
        No predecessors in the result, or a cell outside the raster.
    NoSolutionError
        The cell was not reached.
    """
    if least_cost.predecessor is None:
        raise ParameterError("path_back: the result has no predecessors; call cost_distance with predecessors=True.")
    row, column = int(cell[0]), int(cell[1])
    rows, columns = least_cost.distance.shape
    if not (0 <= row < rows and 0 <= column < columns):
        raise ParameterError(f"cell ({row}, {column}) lies outside the raster of {rows} × {columns} cells.")
    if math.isinf(least_cost.distance[row, column]):
        raise NoSolutionError(f"cell ({row}, {column}) is reached from no source (barriers, or beyond the limit).")
    path: NDArray[np.int64] = walk_back(least_cost.predecessor, MOVES, row, column)
    return path


def _read_sources(
    sources: ArrayLike, shape: tuple[int, ...]
) -> tuple[NDArray[np.int64], NDArray[np.float32], NDArray[np.int32]]:
    """Cells in ascending order, their start values and their labels."""
    given = np.asarray(sources)
    if given.size == 0:
        raise ParameterError("sources: none given; at least one cell is needed.")
    if given.dtype.kind == "f":
        return _read_start_values(given, shape)
    if given.dtype.kind not in "iu" or given.ndim != 2 or given.shape[1] != 2:
        raise ParameterError(
            f"sources: whole numbers (k, 2) or float start values {shape} are needed, not {given.dtype} of shape "
            f"{given.shape}. Turn a mask into cells with numpy.argwhere."
        )
    cells = given.astype(np.int64)
    outside = ((cells < 0) | (cells >= np.array(shape))).any(axis=1)
    if outside.any():
        raise ParameterError(
            f"sources: {outside.sum()} of {len(cells)} lie outside the raster of {shape[0]} × {shape[1]} cells, first "
            f"{named(cells[outside])}."
        )
    _, label = np.unique(cells[:, 0] * shape[1] + cells[:, 1], return_index=True)
    return cells[label], np.zeros(label.size, np.float32), label.astype(np.int32)


def _read_start_values(
    given: NDArray[Any], shape: tuple[int, ...]
) -> tuple[NDArray[np.int64], NDArray[np.float32], NDArray[np.int32]]:
    if given.shape != shape:
        raise ParameterError(
            f"sources: start values have shape {given.shape}, cost has {shape}. Cells are whole numbers."
        )
    cells = np.argwhere(np.isfinite(given))
    if not len(cells):
        raise ParameterError("sources: no finite start value; at least one is needed.")
    values = given[cells[:, 0], cells[:, 1]]
    wrong = (values < 0) | (values > LARGEST_COST)
    if wrong.any():
        raise ParameterError(
            f"sources: {wrong.sum()} of {len(cells)} start values are negative or above {LARGEST_COST:g}, first at "
            f"(row, column) {named(cells[wrong])}."
        )
    return cells, values.astype(np.float32), (cells[:, 0] * shape[1] + cells[:, 1]).astype(np.int32)
