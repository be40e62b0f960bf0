"""From searches on the raster to steps: the ways back to the sources, the ways across borders, and what they are made
of."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray
from infragap.analyses.electricity.routing.cost_surface import LineSurface
from infragap.analyses.electricity.routing.line_components import COMPONENTS
from infragap.compiled import compiled
from infragap.gis.leastcost.distance import LeastCost
from infragap.gis.leastcost.steps import MOVES
from infragap.gis.raster import rowcol

Steps = TypeVar("Steps", NDArray[np.int64], NDArray[np.int32])


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
def _with_room(steps: Steps) -> Steps:
    """Steps that were found, with room for as many more."""
    larger = np.empty((2 * len(steps), 2), steps.dtype)
    larger[: len(steps)] = steps
    return larger


@compiled
def _trace(predecessor: NDArray[np.int8], offset: IntArray, cells: IntArray, seen: BoolArray) -> IntArray:
    steps, count = np.empty((1024, 2), np.int64), 0
    for start in cells:
        here = start
        while not seen[here] and predecessor[here] >= 0:
            seen[here] = True
            before = here - offset[predecessor[here]]
            if count == len(steps):
                steps = _with_room(steps)
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
        Label of each source, by the numbers that the search gives to regions; sources with one label count as one
        region.

    Returns
    -------
    steps
        (pairs, 2) flat cells on either side of the border, smaller first.
    way
        (pairs,) cost of the whole way from source to source.
    """
    if search.region is None:
        raise AssertionError("regions were asked for")
    distance, price, region = search.distance.ravel(), cost.ravel(), search.region.ravel()
    steps = _across_borders(region, label, price, cost.shape[1])
    owner = label[region[steps]]
    way = distance[steps].sum(axis=1).astype(np.float64) + price[steps].mean(axis=1)
    pair = np.sort(owner, axis=1)
    order = np.lexsort((steps[:, 1], steps[:, 0], way, pair[:, 1], pair[:, 0]))
    pair, steps, way = pair[order], steps[order], way[order]
    first = np.ones(len(pair), dtype=bool)
    first[1:] = (pair[1:] != pair[:-1]).any(axis=1)
    return steps[first].astype(np.int64), way[first]


@compiled
def _across_borders(
    region: NDArray[np.int32], label: NDArray[np.int32], price: NDArray[np.float32], columns: int
) -> NDArray[np.int32]:
    """Flat cells on either side of each border between labels, right of each other or below, both open ground."""
    steps, count = np.empty((4096, 2), np.int32), 0
    for here in range(len(region)):
        if region[here] < 0 or not price[here] < np.inf:
            continue
        for there in (here + 1, here + columns):
            if there >= len(region) or (there == here + 1 and there % columns == 0):
                continue
            if region[there] < 0 or not price[there] < np.inf or label[region[there]] == label[region[here]]:
                continue
            if count == len(steps):
                steps = _with_room(steps)
            steps[count, 0], steps[count, 1] = here, there
            count += 1
    return steps[:count].copy()


def step_components(steps: IntArray, surface: LineSurface) -> FloatArray:
    """Components of each step between two cells, (steps, len(COMPONENTS)): the mean of the cells it crosses times its
    length.

    Notes
    -----
    A knight's move crosses its two ends and two cells between, a quarter of its length each, as in
    `infragap.gis.leastcost`.
    """
    columns = surface.grid.shape[1]
    row, col = steps // columns, steps % columns
    down, right = row[:, 1] - row[:, 0], col[:, 1] - col[:, 0]
    length_km = np.hypot(down, right) * surface.cell_km
    mean = _mean_components(row, col, surface.components_at)
    # a step that only meets a standing line, or crosses it, is a new line from end to end
    along = surface.standing_at(steps).all(axis=1)
    if along.any():
        mean[along] = _mean_components(row[along], col[along], surface.standing_components_at)
    total = np.asarray(mean * length_km[:, np.newaxis])
    if surface.follows_roads:
        on_road = np.flatnonzero(surface.in_corridor(steps))
        known = surface.known_courses
        pairs = list(map(tuple, steps[on_road].tolist()))
        missing = [pair for pair in dict.fromkeys(pairs) if pair not in known]
        courses = {pair: surface.corridors.course(*pair) for pair in missing}
        joined = {pair: course for pair, course in courses.items() if course is not None}
        known |= dict.fromkeys(missing) | dict(zip(joined, course_components([*joined.values()], surface), strict=True))
        along_road = [k for k, pair in enumerate(pairs) if known[pair] is not None]
        if along_road:
            total[on_road[along_road]] = [known[pairs[k]] for k in along_road]
    return total


def _mean_components(
    row: IntArray, col: IntArray, components_at: Callable[[IntArray, IntArray], FloatArray]
) -> FloatArray:
    """Mean over the cells that each step crosses, by how much of it lies in each, (steps, len(COMPONENTS))."""
    down, right = row[:, 1] - row[:, 0], col[:, 1] - col[:, 0]
    mean = (components_at(row[:, 0], col[:, 0]) + components_at(row[:, 1], col[:, 1])) / 2
    knight = np.abs(down * right) == 2
    if knight.any():
        r, c, d, e = row[knight, 0], col[knight, 0], down[knight], right[knight]
        first = components_at(r + (d / 2).astype(np.int64), c + (e / 2).astype(np.int64))
        second = components_at(r + np.sign(d), c + np.sign(e))
        mean[knight] = (2 * mean[knight] + first + second) / 4
    return mean


def course_components(courses: list[FloatArray], surface: LineSurface) -> FloatArray:
    """Components of lines through points, each piece by the cell of its middle, (courses, len(COMPONENTS))."""
    found = np.zeros((len(courses), len(COMPONENTS)))
    if not courses:
        return found
    pieces = np.concatenate([np.diff(points, axis=0) for points in courses])
    middles = np.concatenate([(points[1:] + points[:-1]) / 2 for points in courses])
    rows, cols = rowcol(surface.grid, middles[:, 0], middles[:, 1])
    km = np.hypot(pieces[:, 0], pieces[:, 1]) / 1000
    per_km = surface.components_at(rows, cols)
    end = np.cumsum([len(points) - 1 for points in courses])
    for k, last in enumerate(end.tolist()):
        first = last - len(courses[k]) + 1
        found[k] = km[first:last] @ per_km[first:last]
    return found


def line_components(cells: IntArray, surface: LineSurface) -> FloatArray:
    """Components of a line along flat cells from its tap in the first one, its stub to the existing line included,
    (len(COMPONENTS),)."""
    return np.asarray(lines_components([cells], surface)[0])


def lines_components(lines: list[IntArray], surface: LineSurface) -> FloatArray:
    """Components of several such lines, (lines, len(COMPONENTS))."""
    found = np.zeros((len(lines), len(COMPONENTS)))
    if not lines:
        return found
    steps = np.concatenate([np.column_stack([cells[:-1], cells[1:]]) for cells in lines])
    parts = step_components(steps, surface)
    end = np.cumsum([len(cells) - 1 for cells in lines])
    for k, (cells, last) in enumerate(zip(lines, end.tolist(), strict=True)):
        found[k] = parts[last - len(cells) + 1 : last].sum(axis=0)
    return found + surface.stubs(np.array([cells[0] for cells in lines]))
