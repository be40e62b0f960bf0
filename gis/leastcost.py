"""Least-cost distance on a raster: from many sources, over barriers, up and down slopes, with regions and
paths.

The cost of a cell is what it takes to cross one cell width of it, in any unit; a distance has the same unit.
Where a cost is known per kilometre, multiply it by the cell width in kilometres first. A step costs the mean
of its two cells times its length in cell widths (1, or √2 on the diagonal), as in scikit-image's
`MCP_Geometric`.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from infragap.gis.errors import NoSolutionError, ParameterError
from infragap.gis.leastcost_kernels import label_regions, led_over, spread, walk_back

__all__ = [
    "MOVES",
    "LeastCost",
    "Rules",
    "Slopes",
    "after_closing",
    "cost_distance",
    "path_back",
    "spread_further",
    "with_more_sources",
    "with_regions",
]

MOVES: NDArray[np.int64] = np.array(
    [
        *((0, -1), (0, 1), (-1, 0), (1, 0)),
        *((-1, -1), (-1, 1), (1, -1), (1, 1)),
        *((-1, -2), (-1, 2), (1, -2), (1, 2), (-2, -1), (-2, 1), (2, -1), (2, 1)),
    ]
)
"""(16, 2) moves as (row, column) steps: straight 0–3, diagonal 4–7, knight's 8–15; `predecessor` holds their
numbers."""

STRAIGHT_MOVES = 4  # the first moves, which touch no cell besides their ends

BUCKET_PER_MEDIAN = 0.5  # bucket width in median costs; measured flat between 0.1 and 2
BUCKETS_PER_DEAR = 256  # so that a step over a cell of the dearest tenth stays inside the window of 512
WIDTH_SAMPLE = 100_000  # about so many cells are looked at for the bucket width
LARGEST_COST = 1e30  # sums of larger ones leave float32 and would look like barriers
NAMED_CELLS = 5  # how many wrong cells a message names


@dataclass(frozen=True, eq=False)
class Slopes:
    """What makes a step up or down cost more or less than one on the flat.

    Parameters
    ----------
    elevation
        (rows, columns), height of each cell [m].
    cell_size_m
        Width of the square cells [m].
    toward_sources
        Whether paths are walked from the cells to the sources (pupils to a school) or from the sources outwards.
    """

    elevation: NDArray[Any]
    cell_size_m: float
    toward_sources: bool = False


@dataclass(frozen=True, eq=False)
class Rules:
    """How steps go, as in `cost_distance`.

    Attributes
    ----------
    slopes
        Heights of the cells, or None.
    cut_corners
        Whether a diagonal step may pass where one of the two cells beside it is a barrier.
    neighbours
        8, or 16 with knight's moves.
    limit
        Nothing is reached beyond this distance [units of cost].
    """

    slopes: Slopes | None = None
    cut_corners: bool = False
    neighbours: int = 8
    limit: float = math.inf

    def __post_init__(self) -> None:
        """Refuse what there is not."""
        if self.neighbours not in (8, 16):
            raise ParameterError(f"neighbours: {self.neighbours} given; use 8, or 16 with knight's moves.")
        if not self.limit >= 0:
            raise ParameterError(f"limit: {self.limit} given; use a distance of at least 0, or inf for none.")

    @property
    def reach(self) -> int:
        """Rows and columns that one step crosses at most."""
        return 1 if self.neighbours == 8 else 2


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
        int8, the move (row of `MOVES`) from the cell before into this one on the path from the source; -1 at
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
    _check_cost(cost)
    rules = Rules(slopes, cut_corners, neighbours, limit)
    cells, start_values, labels = _read_sources(sources, cost.shape)
    within = start_values <= limit
    cells, start_values, labels = cells[within], start_values[within], labels[within]
    pad, padded_columns = rules.reach, cost.shape[1] + 2 * rules.reach
    distance = np.full((cost.shape[0] + 2 * pad) * padded_columns, np.inf, np.float32)
    direction = np.full(distance.size, -1, np.int8) if regions or predecessors else None
    starts = (cells[:, 0] + pad) * padded_columns + cells[:, 1] + pad
    distance[starts] = start_values
    _spread(cost, distance, direction, starts, rules)

    def unpadded(flat: NDArray[Any]) -> NDArray[Any]:
        return np.ascontiguousarray(flat.reshape(-1, padded_columns)[pad:-pad, pad:-pad])

    region = None
    if regions and direction is not None:
        region = np.full(distance.size, -1, np.int32)
        roots = direction[starts] < 0  # a start value may lie above the way from another start
        region[starts[roots]] = labels[roots]
        label_regions(distance, direction, MOVES[:neighbours] @ np.array([padded_columns, 1]), region)
        region = unpadded(region)
    return LeastCost(
        distance=unpadded(distance),
        region=region,
        predecessor=unpadded(direction) if predecessors and direction is not None else None,
    )


def spread_further(
    cost: NDArray[Any], distance: NDArray[np.float32], changed: NDArray[np.int64], rules: Rules
) -> NDArray[np.float32]:
    """Distances on a raster after some of them have become less: what follows from those, nothing else.

    Parameters
    ----------
    cost
        (rows, columns), cost per cell width, as for `cost_distance`.
    distance
        (rows, columns), least distances found so far, inf where there is none; not changed.
    changed
        (k,) flat indices of the cells from which to spread on; ascending.
    rules
        How steps go.

    Returns
    -------
    ndarray
        (rows, columns), `distance` or less.

    Raises
    ------
    ParameterError
        Costs that are NaN, negative or above 1e30, or heights missing on cells that can be crossed.

    Notes
    -----
    A distance is the least, over all paths, of the sum in float32 along the path; as adding is monotone, it does not
    hang on the order in which cells are spread from. So a raster that is spread over in parts until nothing changes
    gives the bits of one spread as a whole.
    """
    _check_cost(cost)
    pad = rules.reach
    columns, padded_columns = cost.shape[1], cost.shape[1] + 2 * pad
    padded = _padded(distance, pad, math.inf).ravel()
    starts = (changed // columns + pad) * padded_columns + changed % columns + pad
    _spread(cost, padded, None, starts, rules)
    return np.ascontiguousarray(padded.reshape(-1, padded_columns)[pad:-pad, pad:-pad])


def after_closing(
    cost: NDArray[Any],
    starts: NDArray[Any],
    before: LeastCost,
    closed: NDArray[np.int64],
    rules: Rules,
) -> LeastCost:
    """Search again after a few cells were closed: only what was reached over them is searched anew.

    Parameters
    ----------
    cost
        (rows, columns), cost per cell width as it is now, inf on the closed cells; no other cell has become cheaper.
    starts
        (rows, columns), start values as they are now.
    before
        Distances and predecessors of the same search before.
    closed
        (k,) flat indices of the closed cells.
    rules
        How steps go.

    Returns
    -------
    LeastCost
        Distances, to the bit those of a whole search, and predecessors, without regions. Of equal paths those of
        `before` stay as far as they are open.

    Raises
    ------
    ParameterError
        As `cost_distance`.

    Notes
    -----
    A path that neither crosses a closed cell nor passes its corner stays the least: no other one became cheaper. So the
    cells whose paths do lose their distance, and are spread over again from the cells around them.
    """
    if before.predecessor is None:
        raise AssertionError("predecessors were asked for")
    _check_cost(cost)
    pad, columns = rules.reach, cost.shape[1]
    per_step = np.array([columns + 2 * pad, 1])
    offset = MOVES[: rules.neighbours] @ per_step
    distance = _padded(before.distance, pad, math.inf).ravel()
    direction = np.full(distance.size, -1, np.int8)
    direction.reshape(-1, per_step[0])[pad:-pad, pad:-pad] = before.predecessor
    at = (closed // columns + pad) * per_step[0] + closed % columns + pad
    lost = _reached_over(at, direction, rules.neighbours, per_step)
    beside = np.unique(lost[:, np.newaxis] + offset)
    distance[lost] = _padded(np.where(np.isnan(starts), np.inf, starts), pad, math.inf).ravel()[lost]
    direction[lost] = -1
    changed = np.unique(np.concatenate([beside, lost]))
    _spread(cost, distance, direction, changed[np.isfinite(distance[changed])], rules)
    return _without_border(distance, direction, rules, columns)


def with_more_sources(cost: NDArray[Any], before: LeastCost, cells: NDArray[np.int64], rules: Rules) -> LeastCost:
    """Search again with some cells as further sources that start at 0: only what they are nearer to is searched anew.

    Parameters
    ----------
    cost
        (rows, columns), cost per cell width, the one that was searched before.
    before
        Distances and predecessors of the search without these sources.
    cells
        (k,) flat indices of the further sources.
    rules
        How steps go.

    Returns
    -------
    LeastCost
        Distances, to the bit those of a whole search, and predecessors, without regions. Of equal paths those of
        `before` stay.

    Raises
    ------
    ParameterError
        As `cost_distance`.
    """
    if before.predecessor is None:
        raise AssertionError("predecessors were asked for")
    _check_cost(cost)
    pad, columns = rules.reach, cost.shape[1]
    distance = _padded(before.distance, pad, math.inf).ravel()
    direction = np.full(distance.size, -1, np.int8)
    direction.reshape(-1, columns + 2 * pad)[pad:-pad, pad:-pad] = before.predecessor
    cells = np.unique(cells)
    starts = (cells // columns + pad) * (columns + 2 * pad) + cells % columns + pad
    distance[starts], direction[starts] = 0.0, -1
    _spread(cost, distance, direction, starts, rules)
    return _without_border(distance, direction, rules, columns)


def _without_border(
    distance: NDArray[np.float32], direction: NDArray[np.int8], rules: Rules, columns: int
) -> LeastCost:
    """Give padded flat distances and directions the shape of the raster."""
    pad, padded = rules.reach, (-1, columns + 2 * rules.reach)
    return LeastCost(
        distance=np.ascontiguousarray(distance.reshape(padded)[pad:-pad, pad:-pad]),
        predecessor=np.ascontiguousarray(direction.reshape(padded)[pad:-pad, pad:-pad]),
    )


def _reached_over(
    at: NDArray[np.int64],
    direction: NDArray[np.int8],
    neighbours: int,
    per_step: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Padded flat cells whose paths lead over some cells, cross them in a knight's move or pass their corner,
    ascending."""
    offset, beside = MOVES[:neighbours] @ per_step, _cells_beside(neighbours) @ per_step
    first = [at]
    for move in range(STRAIGHT_MOVES, neighbours):
        for side in beside[:, move]:
            end = at - side + offset[move]
            first.append(end[direction[end] == move])
    return led_over(np.concatenate(first), direction, offset)


def with_regions(least_cost: LeastCost, starts: NDArray[Any], rules: Rules) -> LeastCost:
    """Give a search from start values, with predecessors, its regions, as `cost_distance` does when it is asked for
    them."""
    if least_cost.predecessor is None:
        raise AssertionError("predecessors were asked for")
    rows, columns = least_cost.distance.shape
    pad = rules.reach
    padded_columns = columns + 2 * pad
    direction = np.full((rows + 2 * pad, padded_columns), -1, np.int8)
    direction[pad:-pad, pad:-pad] = least_cost.predecessor
    region = np.full(direction.shape, -1, np.int32)
    number = np.arange(rows * columns, dtype=np.int32).reshape(rows, columns)
    root = np.isfinite(starts) & (least_cost.predecessor < 0)
    region[pad:-pad, pad:-pad][root] = number[root]
    label_regions(
        _padded(least_cost.distance, pad, math.inf).ravel(),
        direction.ravel(),
        MOVES[: rules.neighbours] @ np.array([padded_columns, 1]),
        region.ravel(),
    )
    return replace(least_cost, region=np.ascontiguousarray(region[pad:-pad, pad:-pad]))


def _spread(
    cost: NDArray[Any],
    distance: NDArray[np.float32],
    direction: NDArray[np.int8] | None,
    starts: NDArray[np.int64],
    rules: Rules,
) -> None:
    """Spread over a raster from padded flat cells on, into padded flat distances and directions."""
    pad, moves = rules.reach, MOVES[: rules.neighbours]
    per_step = np.array([cost.shape[1] + 2 * pad, 1])
    beside = _cells_beside(rules.neighbours) @ per_step
    length = np.hypot(moves[:, 0], moves[:, 1])
    heights, rise_factor = None, np.zeros(rules.neighbours)
    if rules.slopes is not None:
        heights, rise_factor = _read_heights(rules.slopes, cost, pad, length)
    half_cost = _padded(cost, pad, math.inf)
    half_cost *= np.float32(0.5)
    spread(
        half_cost.ravel(),
        distance,
        direction,
        heights,
        starts,
        tuple(moves @ per_step),
        tuple(beside[0]),
        tuple(beside[1]),
        tuple(length.astype(np.float32)),
        tuple(rise_factor.astype(np.float32)),
        float(np.float32(rules.limit)),
        _bucket_width(cost),
        rules.cut_corners,
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


@lru_cache(maxsize=2)
def _cells_beside(neighbours: int) -> NDArray[np.int64]:
    """(2, moves, 2) cells that a move touches besides its ends: at the corner of a diagonal, crossed by a
    knight's."""
    moves = MOVES[:neighbours]
    beside = np.zeros((2, *moves.shape), np.int64)
    for number, (rows, columns) in enumerate(moves):
        if abs(rows) == 1 and abs(columns) == 1:
            beside[:, number] = (rows, 0), (0, columns)
        elif abs(rows) == 2 or abs(columns) == 2:
            # half way along the long side, first without, then with the step across
            beside[:, number] = (int(rows / 2), int(columns / 2)), (np.sign(rows), np.sign(columns))
    return beside


def _bucket_width(cost: NDArray[Any]) -> float:
    """Width of the buckets, from the positive finite costs: any is right, this one is fast.

    Half a median step, unless so many cells are so cheap that steps over dear ones would leave the window.
    """
    stride = 1 + math.isqrt(cost.size // WIDTH_SAMPLE)
    for sample in (cost[::stride, ::stride], cost):
        usable = sample[np.isfinite(sample) & (sample > 0)]
        if usable.size:
            break
    else:
        return 1.0
    half_step = BUCKET_PER_MEDIAN * _quantiles(usable, (0.5,))[0]
    # where even the dearest step stays inside the window, how dear the dear ones are need not be known
    if 1.01 * float(usable.max()) <= BUCKETS_PER_DEAR * half_step:
        return half_step
    return max(half_step, _quantiles(usable, (0.9,))[0] / BUCKETS_PER_DEAR)


def _quantiles(values: NDArray[Any], shares: tuple[float, ...]) -> list[float]:
    """Quantiles between the two nearest values, as of `numpy.quantile`, which takes three times as long on a small
    raster."""
    at = [share * (values.size - 1) for share in shares]
    below = [int(place) for place in at]
    above = [min(k + 1, values.size - 1) for k in below]
    ranked = np.partition(values, sorted({*below, *above}))
    found = []
    for place, k, after in zip(at, below, above, strict=True):
        low, high, part = float(ranked[k]), float(ranked[after]), place - k
        step = float(ranked[after] - ranked[k])
        found.append(low + step * part if part < 0.5 else high - step * (1 - part))
    return found


def _padded(raster: NDArray[Any], pad: int, border: float) -> NDArray[np.float32]:
    """float32 copy with a border."""
    rows, columns = raster.shape
    padded = np.full((rows + 2 * pad, columns + 2 * pad), border, np.float32)
    padded[pad:-pad, pad:-pad] = raster
    return padded


def _named(cells: NDArray[np.int64]) -> str:
    names = ", ".join(f"({row}, {column})" for row, column in cells[:NAMED_CELLS].tolist())
    return names + (", …" if len(cells) > NAMED_CELLS else "")


def _check_cost(cost: NDArray[Any]) -> None:
    if cost.ndim != 2 or cost.size == 0 or cost.dtype.kind not in "iuf":
        raise ParameterError(f"cost: a raster of numbers is needed, not {cost.dtype} of shape {cost.shape}.")
    if cost.size > 2**31 - 2**20:
        raise ParameterError(f"cost: {cost.size:,} cells; at most 2 thousand million. Use coarser cells or parts.")
    good = cost >= 0
    good &= (cost <= LARGEST_COST) | (cost == np.inf)
    if not good.all():
        bad = np.argwhere(~good)
        raise ParameterError(
            f"cost: {len(bad)} of {cost.size} cells are NaN, negative or above {LARGEST_COST:g}, first at (row, "
            f"column) "
            f"{_named(bad)}. Give them a cost of at least 0, or inf for a barrier."
        )


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
            f"{_named(cells[outside])}."
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
            f"(row, column) {_named(cells[wrong])}."
        )
    return cells, values.astype(np.float32), (cells[:, 0] * shape[1] + cells[:, 1]).astype(np.int32)


def _read_heights(
    slopes: Slopes, cost: NDArray[Any], pad: int, length: NDArray[np.float64]
) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """Padded flat heights [m], and what a rise [m] in the direction of search is multiplied by for the slope
    walked."""
    elevation, cell_size_m = np.asarray(slopes.elevation), slopes.cell_size_m
    if elevation.shape != cost.shape:
        raise ParameterError(f"elevation: shape {elevation.shape}, but cost has {cost.shape}.")
    if not 0 < cell_size_m < math.inf:
        raise ParameterError(f"cell_size_m: {cell_size_m} given; slopes need the width of a cell in metres.")
    missing = np.argwhere(~np.isfinite(elevation) & (cost < np.inf))
    if len(missing):
        raise ParameterError(
            f"elevation: {len(missing)} of {cost.size} cells have no height but can be crossed, first at (row, column) "
            f"{_named(missing)}. Fill the heights or make the cells barriers."
        )
    return _padded(elevation, pad, 0.0).ravel(), (-1 if slopes.toward_sources else 1) / (length * cell_size_m)
