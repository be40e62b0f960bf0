"""A landscape that rivers have cut: flow routing and the steady state of stream erosion on a grid, compiled."""

from __future__ import annotations

import heapq
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from infragap.compiled import compiled

_ROW = np.array([-1, -1, -1, 0, 0, 1, 1, 1], dtype=np.int64)
_COL = np.array([-1, 0, 1, -1, 1, -1, 0, 1], dtype=np.int64)


class StreamPower(NamedTuple):
    """How streams cut the ground.

    Attributes
    ----------
    head_km2
        Catchment that a slope has at its crest already, so that the finest rills do not make all the relief [km²].
    channel_km2, river_km2
        Where slopes turn into streams, and from where on streams lie on the main valley floor [km²].
    steepest
        Slopes slide beyond this [m/m].
    concavity
        Exponent of the catchment area.
    """

    head_km2: float
    channel_km2: float
    river_km2: float
    steepest: float
    concavity: float


@compiled
def drain(
    height: NDArray[np.float64], outlet: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:  # pragma: no cover - compiled
    """Route every cell to an outlet by priority flood.

    Parameters
    ----------
    height
        (rows, cols) [m].
    outlet
        (rows, cols); cells that drain nowhere: rivers, lakes, the rim of the grid.

    Returns
    -------
    order
        (rows·cols,) flat indices, every receiver before its donors.
    receiver
        (rows·cols,) the cell that each cell drains to; an outlet receives itself. In a pit it is the cell that the
        flood came from, elsewhere the steepest way down.

    References
    ----------
    Barnes, Lehman and Mulla (2014): Priority-flood. Computers & Geosciences 62.
    """
    rows, cols = height.shape
    count = rows * cols
    flat = height.ravel()
    mouths = outlet.ravel()
    level = np.empty(count)
    receiver = np.full(count, -1, dtype=np.int64)
    done = np.zeros(count, dtype=np.bool_)
    order = np.empty(count, dtype=np.int64)
    queue = [(0.0, np.int64(0))]
    queue.pop()
    for i in range(count):
        if mouths[i]:
            receiver[i] = i
            level[i] = flat[i]
            heapq.heappush(queue, (flat[i], np.int64(i)))
    placed = 0
    while len(queue) > 0:
        at_level, found = heapq.heappop(queue)
        i = int(found)
        if done[i]:
            continue
        done[i] = True
        order[placed] = i
        placed += 1
        row, col = i // cols, i % cols
        if not mouths[i]:
            best = (at_level - level[receiver[i]]) / 1.5
            for k in range(8):
                r, c = row + _ROW[k], col + _COL[k]
                if 0 <= r < rows and 0 <= c < cols:
                    j = r * cols + c
                    if done[j] and j != i:
                        length = 1.4142135623730951 if _ROW[k] != 0 and _COL[k] != 0 else 1.0
                        fall = (at_level - level[j]) / length
                        if fall > best:
                            best = fall
                            receiver[i] = j
        for k in range(8):
            r, c = row + _ROW[k], col + _COL[k]
            if 0 <= r < rows and 0 <= c < cols:
                j = r * cols + c
                if receiver[j] == -1:
                    receiver[j] = i
                    level[j] = max(flat[j], at_level)
                    heapq.heappush(queue, (level[j], np.int64(j)))
    return order, receiver


@compiled
def upstream_area(
    order: NDArray[np.int64], receiver: NDArray[np.int64], cell_km2: float
) -> NDArray[np.float64]:  # pragma: no cover - compiled
    """Catchment area of each cell, itself included [km²], flat."""
    area = np.full(len(order), cell_km2)
    for k in range(len(order) - 1, -1, -1):
        i = order[k]
        if receiver[i] != i:
            area[receiver[i]] += area[i]
    return area


@compiled
def cut_heights(
    order: NDArray[np.int64],
    receiver: NDArray[np.int64],
    area_km2: NDArray[np.float64],
    floor: NDArray[np.float64],
    head: NDArray[np.float64],
    steepness: NDArray[np.float64],
    power: StreamPower,
    cols: int,
    cell_m: float,
) -> NDArray[np.float64]:  # pragma: no cover - compiled
    """Heights of a landscape whose streams lie on a given floor and whose slopes rise from them in balance with erosion
    [m].

    Parameters
    ----------
    order, receiver, area_km2
        From `drain` and `upstream_area`, flat.
    floor
        Height of the main valley floors [m], flat; outlets lie on it.
    head
        How far above that floor a stream of `power.channel_km2` lies [m], flat; it comes down as its catchment grows to
        `power.river_km2`.
    steepness
        Slope of a catchment of 1 km² [m/m], flat.
    power
        How streams cut.
    cols, cell_m
        Columns of the grid, width of the cells [m].

    Notes
    -----
    Stream power in steady state: slope = steepness · (area + head)^-concavity, at most `steepest`. Solved from the
    outlets upwards.

    References
    ----------
    Whipple and Tucker (1999): Dynamics of the stream-power river incision model. J. Geophys. Res. 104 (B8).
    """
    height = floor.copy()
    span = np.log(power.river_km2 / power.channel_km2)
    for k in range(len(order)):
        i = order[k]
        j = receiver[i]
        if j == i:
            continue
        length = cell_m
        if i // cols != j // cols and i % cols != j % cols:
            length = cell_m * 1.4142135623730951
        if area_km2[i] >= power.channel_km2:
            part = max(np.log(power.river_km2 / area_km2[i]) / span, 0.0)
            bed = floor[i] + head[i] * part
            height[i] = min(max(bed, height[j] + 0.001 * length), height[j] + 0.3 * length)
        else:
            slope = steepness[i] * (area_km2[i] + power.head_km2) ** -power.concavity
            height[i] = height[j] + min(slope, power.steepest) * length
    return height


@compiled
def breach_pits(
    order: NDArray[np.int64], receiver: NDArray[np.int64], height: NDArray[np.float64]
) -> NDArray[np.float64]:  # pragma: no cover - compiled
    """Let water run everywhere: lower what bars the way out of a pit; where the outlet itself lies higher, raise the
    pit. Flat in and out."""
    result = height.copy()
    for k in range(len(order) - 1, -1, -1):
        i = order[k]
        j = receiver[i]
        if receiver[j] != j and result[j] > result[i]:
            result[j] = result[i]
    for k in range(len(order)):
        i = order[k]
        j = receiver[i]
        if result[i] < result[j]:
            result[i] = result[j]
    return result
