"""Spreading over a raster from cells whose distance is known: what a whole search and one that goes on have in common.

The kernels work on flat arrays with a rim of barriers as wide as a step, so that no step has to ask for the edge.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from infragap.gis.errors import ParameterError
from infragap.gis.leastcost.kernels import label_regions, spread
from infragap.gis.leastcost.steps import Rules, Slopes, cells_beside

__all__ = ["LARGEST_COST", "Rimmed", "check_cost", "named", "regions_of", "spread_from"]

BUCKET_PER_MEDIAN = 0.5  # bucket width in median costs; measured flat between 0.1 and 2
BUCKETS_PER_DEAR = 256  # so that a step over a cell of the dearest tenth stays inside the window of 512
WIDTH_SAMPLE = 100_000  # about so many cells are looked at for the bucket width
LARGEST_COST = 1e30  # sums of larger ones leave float32 and would look like barriers
NAMED_CELLS = 5  # how many wrong cells a message names


@dataclass(frozen=True, eq=False)
class Rimmed:
    """How a raster lies in flat arrays with a rim.

    Parameters
    ----------
    columns
        Of the raster.
    rules
        How steps go; their reach is the width of the rim.
    """

    columns: int
    rules: Rules

    @property
    def per_step(self) -> NDArray[np.int64]:
        """(2,) places in the flat array that a step by one row and by one column goes on."""
        return np.array([self.columns + 2 * self.rules.reach, 1])

    @property
    def offsets(self) -> NDArray[np.int64]:
        """Places in the flat array that each move goes on."""
        return self.rules.moves @ self.per_step

    def laid(self, raster: NDArray[Any], border: float, kind: Any = np.float32) -> NDArray[Any]:
        """Flat copy of a raster with a rim of one value."""
        rim, (rows, columns) = self.rules.reach, raster.shape
        rimmed = np.full((rows + 2 * rim, columns + 2 * rim), border, kind)
        rimmed[rim:-rim, rim:-rim] = raster
        return rimmed.ravel()

    def raster(self, flat: NDArray[Any]) -> NDArray[Any]:
        """Copy without the rim."""
        rim = self.rules.reach
        return np.ascontiguousarray(flat.reshape(-1, self.columns + 2 * rim)[rim:-rim, rim:-rim])

    def places(self, cells: NDArray[np.int64]) -> NDArray[np.int64]:
        """Where cells, by their flat indices in the raster, lie in the flat array."""
        rim = self.rules.reach
        places: NDArray[np.int64] = (cells // self.columns + rim) * self.per_step[0] + cells % self.columns + rim
        return places


def named(cells: NDArray[np.int64]) -> str:
    """Name the first of some (row, column) cells."""
    names = ", ".join(f"({row}, {column})" for row, column in cells[:NAMED_CELLS].tolist())
    return names + (", …" if len(cells) > NAMED_CELLS else "")


def check_cost(cost: NDArray[Any]) -> None:
    """Refuse costs that cannot be searched.

    Raises
    ------
    ParameterError
        No raster of numbers, too many cells, or costs that are NaN, negative or above 1e30.
    """
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
            f"column) {named(bad)}. Give them a cost of at least 0, or inf for a barrier."
        )


def spread_from(
    starts: NDArray[np.int64],
    cost: NDArray[Any],
    distance: NDArray[np.float32],
    direction: NDArray[np.int8] | None,
    layout: Rimmed,
) -> None:
    """Spread over a raster from some cells on.

    Parameters
    ----------
    starts
        Places in the flat arrays; their distances are known.
    cost
        (rows, columns), cost per cell width.
    distance, direction
        Flat, with a rim; changed in place.
    layout
        How they lie, and how steps go.

    Raises
    ------
    ParameterError
        Heights that do not fit, or are missing on cells that can be crossed.
    """
    rules, per_step = layout.rules, layout.per_step
    beside = cells_beside(rules.neighbours) @ per_step
    length = np.hypot(rules.moves[:, 0], rules.moves[:, 1])
    heights, rise_factor = None, np.zeros(rules.neighbours)
    if rules.slopes is not None:
        elevation, rise_factor = _read_heights(rules.slopes, cost, length)
        heights = layout.laid(elevation, 0.0)
    half_cost = layout.laid(cost, math.inf)
    half_cost *= np.float32(0.5)
    spread(
        half_cost,
        distance,
        direction,
        heights,
        starts,
        tuple(layout.offsets),
        tuple(beside[0]),
        tuple(beside[1]),
        tuple(length.astype(np.float32)),
        tuple(rise_factor.astype(np.float32)),
        float(np.float32(rules.limit)),
        _bucket_width(cost),
        rules.cut_corners,
    )


def regions_of(
    starts: NDArray[np.int64],
    labels: NDArray[np.int32],
    distance: NDArray[np.float32],
    direction: NDArray[np.int8],
    layout: Rimmed,
) -> NDArray[np.int32]:
    """Give each reached cell the label of the start that its path comes from.

    Parameters
    ----------
    starts, labels
        Places in the flat arrays, and a number ≥ 0 for each.
    distance, direction
        Flat, with a rim, as `spread_from` leaves them.
    layout
        How they lie.

    Returns
    -------
    ndarray
        (rows, columns), -1 where no start is reached from.
    """
    region = np.full(distance.size, -1, np.int32)
    roots = direction[starts] < 0  # a start value may lie above the way from another start
    region[starts[roots]] = labels[roots]
    label_regions(distance, direction, layout.offsets, region)
    return layout.raster(region)


def _read_heights(
    slopes: Slopes, cost: NDArray[Any], length: NDArray[np.float64]
) -> tuple[NDArray[Any], NDArray[np.float64]]:
    """Heights [m], and what a rise [m] in the direction of search is multiplied by for the slope walked."""
    elevation, cell_size_m = np.asarray(slopes.elevation), slopes.cell_size_m
    if elevation.shape != cost.shape:
        raise ParameterError(f"elevation: shape {elevation.shape}, but cost has {cost.shape}.")
    if not 0 < cell_size_m < math.inf:
        raise ParameterError(f"cell_size_m: {cell_size_m} given; slopes need the width of a cell in metres.")
    missing = np.argwhere(~np.isfinite(elevation) & (cost < np.inf))
    if len(missing):
        raise ParameterError(
            f"elevation: {len(missing)} of {cost.size} cells have no height but can be crossed, first at (row, column) "
            f"{named(missing)}. Fill the heights or make the cells barriers."
        )
    return elevation, (-1 if slopes.toward_sources else 1) / (length * cell_size_m)


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
