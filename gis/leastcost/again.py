"""Searching the least cost again after a part of the cells has changed: only what hangs on those is looked at anew."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from infragap.gis.arrays import each_once
from infragap.gis.leastcost.distance import LeastCost
from infragap.gis.leastcost.kernels import led_over
from infragap.gis.leastcost.spreading import Rimmed, check_cost, regions_of, spread_from
from infragap.gis.leastcost.steps import STRAIGHT_MOVES, Rules, cells_beside

__all__ = ["after_closing", "spread_further", "with_more_sources", "with_regions"]


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
    check_cost(cost)
    layout = Rimmed(cost.shape[1], rules)
    found = layout.laid(distance, math.inf)
    spread_from(layout.places(changed), cost, found, None, layout)
    return layout.raster(found)


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
    check_cost(cost)
    layout = Rimmed(cost.shape[1], rules)
    distance = layout.laid(before.distance, math.inf)
    direction = layout.laid(before.predecessor, -1, np.int8)
    lost = _reached_over(layout.places(closed), direction, layout)
    distance[lost] = layout.laid(np.where(np.isnan(starts), np.inf, starts), math.inf)[lost]
    direction[lost] = -1
    changed = each_once(np.append(lost[:, np.newaxis] + layout.offsets, lost))
    spread_from(changed[np.isfinite(distance[changed])], cost, distance, direction, layout)
    return LeastCost(distance=layout.raster(distance), predecessor=layout.raster(direction))


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
    check_cost(cost)
    layout = Rimmed(cost.shape[1], rules)
    distance = layout.laid(before.distance, math.inf)
    direction = layout.laid(before.predecessor, -1, np.int8)
    starts = layout.places(each_once(cells))
    distance[starts], direction[starts] = 0.0, -1
    spread_from(starts, cost, distance, direction, layout)
    return LeastCost(distance=layout.raster(distance), predecessor=layout.raster(direction))


def with_regions(least_cost: LeastCost, starts: NDArray[Any], rules: Rules) -> LeastCost:
    """Give a search from start values, with predecessors, its regions, as `cost_distance` does when it is asked for
    them."""
    if least_cost.predecessor is None:
        raise AssertionError("predecessors were asked for")
    layout = Rimmed(starts.shape[1], rules)
    cells = np.flatnonzero(np.isfinite(starts))
    region = regions_of(
        layout.places(cells),
        cells.astype(np.int32),
        layout.laid(least_cost.distance, math.inf),
        layout.laid(least_cost.predecessor, -1, np.int8),
        layout,
    )
    return replace(least_cost, region=region)


def _reached_over(at: NDArray[np.int64], direction: NDArray[np.int8], layout: Rimmed) -> NDArray[np.int64]:
    """Places of the cells whose paths lead over some places, cross them in a knight's move or pass their corner,
    ascending."""
    offsets, beside = layout.offsets, cells_beside(layout.rules.neighbours) @ layout.per_step
    first = [at]
    for move in range(STRAIGHT_MOVES, layout.rules.neighbours):
        for side in beside[:, move]:
            end = at - side + offsets[move]
            first.append(end[direction[end] == move])
    return led_over(np.concatenate(first), direction, offsets)
