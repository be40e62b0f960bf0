"""Lines along roads through forest that they may not cross: the cells of the road, and the course of every step along
it."""

from __future__ import annotations

import heapq
from array import array
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray
from infragap.analyses.reuse import content_of, remembered_alone
from infragap.gis.raster import Raster, rowcol, xy

EVERY_M = 10.0
"""Roads are cut so finely."""

BATCH_POINTS = 1_000_000
"""About so many points are worked out together."""

JOINED_M = 12.0
"""Points of two roads that lie so near are one place of the road network."""

DETOUR = 6.0
"""A step may be so many cell widths long along the road, hairpins included."""


@dataclass(frozen=True, eq=False)
class Joined:
    """Pairs of points next to each other: those of point k are ``point[stop[k]:stop[k + 1]]``, and how far they are
    [m]. Plain arrays, which are read one number at a time: lists are as quick, and a country's took a gigabyte."""

    stop: array[int]
    point: array[int]
    metres: array[float]


@dataclass(frozen=True, eq=False)
class RoadCorridors:
    """Roads through forest, as points joined along the roads.

    Attributes
    ----------
    on_road
        (cells,) restricted cells that a road runs through: there a line follows the road.
    mouth
        (cells,) free cells that a road runs through before or behind them: there lines join and leave the road.
    points
        (k, 2) points of the roads in and beside the forest.
    number
        (k,) number of each among the points of all roads, ascending.
    cell
        (k,) flat cell of each point.
    joined
        The points next to each point and how far they are.
    anchor
        Flat cell → the point that stands for it.
    middle
        Gives x and y of the middle of a flat cell.
    """

    grid: Raster
    on_road: BoolArray
    mouth: BoolArray
    points: FloatArray
    number: IntArray
    cell: IntArray
    joined: Joined
    anchor: dict[int, int]
    _known: dict[tuple[int, int], FloatArray | None] = field(default_factory=dict)

    def course(self, start: int, end: int) -> FloatArray | None:
        """Give the points of a step between two cells along the road, (k, 2); None where no road joins them."""
        if (start, end) not in self._known:
            found = self._along(start, end)
            self._known[start, end] = found
            self._known[end, start] = None if found is None else found[::-1]
        return self._known[start, end]

    def take_over_courses(self, before: RoadCorridors) -> None:
        """Take over the courses found in corridors on the same grid, along the same roads, as far as nothing within
        their reach has changed."""
        columns, known = self.grid.shape[1], dict(before._known)
        changed = np.concatenate(
            [
                self.cell[~np.isin(self.number, before.number)],
                before.cell[~np.isin(before.number, self.number)],
                np.flatnonzero(self.mouth != before.mouth),
                np.array([cell for cell, _ in self._anchored() ^ before._anchored()], dtype=np.int64),
            ]
        )
        start = np.array([start for start, _ in known], dtype=np.int64)
        if len(changed) and len(start):
            # no search leads farther from its first cell than its limit, which is measured from within that cell
            tree = cKDTree(np.column_stack(np.divmod(np.unique(changed), columns)))
            off = tree.query(np.column_stack(np.divmod(start, columns)), p=np.inf)[0]
            kept = np.asarray(off > DETOUR + 2).tolist()
        else:
            kept = [True] * len(start)
        self._known.update(item for item, same in zip(known.items(), kept, strict=True) if same)

    def _anchored(self) -> set[tuple[int, int]]:
        """Cells, and the number of the point that stands for each."""
        return set(zip(self.anchor, self.number[list(self.anchor.values())].tolist(), strict=True))

    def _along(self, start: int, end: int) -> FloatArray | None:
        first, last = self.anchor.get(start), self.anchor.get(end)
        if first is None or last is None:
            return None
        way = self._shortest(first, last, DETOUR * self.grid.cell_size_m)
        if way is None:
            return None
        ends = [self._middle(start)] if self.mouth[start] else []
        tail = [self._middle(end)] if self.mouth[end] else []
        return np.concatenate([*ends, self.points[way], *tail])

    def _middle(self, cell: int) -> FloatArray:
        columns = self.grid.shape[1]
        x, y = xy(self.grid, cell // columns, cell % columns)
        return np.array([[float(x), float(y)]])

    def _shortest(self, first: int, last: int, limit_m: float) -> list[int] | None:
        """Points of the shortest way along the roads, by Dijkstra's search within a limit."""
        best, before, queue = {first: 0.0}, {first: -1}, [(0.0, first)]
        while queue:
            distance, here = heapq.heappop(queue)
            if here == last:
                way = [here]
                while before[way[-1]] >= 0:
                    way.append(before[way[-1]])
                return way[::-1]
            if distance > best[here]:
                continue
            for k in range(self.joined.stop[here], self.joined.stop[here + 1]):
                there, further = self.joined.point[k], distance + self.joined.metres[k]
                if further <= limit_m and further < best.get(there, np.inf):
                    best[there], before[there] = further, here
                    heapq.heappush(queue, (further, there))
        return None


def road_corridors(
    roads: gpd.GeoDataFrame, grid: Raster, restricted: BoolArray, *, with_clearings: BoolArray | None = None
) -> RoadCorridors:
    """Find the cells and points of roads through restricted forest.

    Parameters
    ----------
    roads
        Layer of roads.
    grid
        Routing raster.
    restricted
        (rows, cols) cells with forest that lines may not cross.
    with_clearings
        (rows, cols) these cells and others that may be restricted in another plan, whose pairs of points are worked out
        once for all; by default these.
    """
    ever = restricted if with_clearings is None else with_clearings
    all_points = remembered_alone("points of roads", lambda: _road_points(roads, grid), (roads, grid))
    pairs = remembered_alone("pairs of points", lambda: _pairs(all_points, grid, ever), (all_points, content_of(ever)))
    forest, near = _in_and_beside(all_points, grid, restricted)
    kept = np.flatnonzero(near)
    number = np.full(len(near), -1, dtype=np.int64)
    number[kept] = np.arange(len(kept))
    points, cell = all_points.xy[kept], all_points.cell[kept].astype(np.int64)
    size = restricted.size
    on_road, mouth = np.zeros(size, dtype=bool), np.zeros(size, dtype=bool)
    on_road[cell[forest[kept]]] = True
    mouth[cell[~forest[kept]]] = True
    return RoadCorridors(
        grid=grid,
        on_road=on_road,
        mouth=mouth,
        points=points,
        number=kept,
        cell=cell,
        joined=_joined(pairs, number, len(kept)),
        anchor=_anchors(points, cell, grid),
    )


@dataclass(frozen=True, eq=False)
class _RoadPoints:
    """Points along all roads, (k, 2), the road and the flat cell of each; -1 outside the raster. A country has tens of
    millions."""

    xy: FloatArray
    road: NDArray[np.int32]
    cell: NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class _Pairs:
    """Points of roads next to each other, by number, (k, 2), and how far they are [m]."""

    ends: IntArray
    metres: FloatArray


def _in_and_beside(all_points: _RoadPoints, grid: Raster, restricted: BoolArray) -> tuple[BoolArray, BoolArray]:
    """Which points lie in restricted forest, and which belong to its corridors."""
    inside = all_points.cell >= 0
    forest = np.zeros(len(inside), dtype=bool)
    forest[inside] = restricted.ravel()[all_points.cell[inside]]
    near, within = forest.copy(), all_points.road[1:] == all_points.road[:-1]
    # the stretch in the free cell next to the forest belongs to the corridor too
    for _ in range(int(2 * grid.cell_size_m / EVERY_M)):
        spread = near.copy()
        spread[1:] |= near[:-1] & within & (~forest[1:])
        spread[:-1] |= near[1:] & within & (~forest[:-1])
        near = spread
    return forest, near & inside


def _road_points(roads: gpd.GeoDataFrame, grid: Raster) -> _RoadPoints:
    lines = roads.geometry.to_numpy()
    batch = np.cumsum(shapely.length(lines)) // (BATCH_POINTS * EVERY_M)
    found = []
    for some in np.split(np.arange(len(lines)), np.flatnonzero(np.diff(batch)) + 1):
        cut = shapely.segmentize(lines[some], EVERY_M)
        points, road = _through_every_cell(*shapely.get_coordinates(cut, return_index=True), grid)
        rows, cols = rowcol(grid, points[:, 0], points[:, 1])
        inside = (rows >= 0) & (rows < grid.shape[0]) & (cols >= 0) & (cols < grid.shape[1])
        cell = np.where(inside, rows * grid.shape[1] + cols, -1)
        found.append((points, some[road].astype(np.int32), cell.astype(np.int32)))
    return _RoadPoints(*(np.concatenate(part) for part in zip(*found, strict=True)))


def _through_every_cell(points: FloatArray, road: IntArray, grid: Raster) -> tuple[FloatArray, IntArray]:
    """Points along roads, with one more in the cell between where a road passes a corner, so that its cells touch at
    their sides."""
    at = (points - [grid.transform.c, grid.transform.f]) / [grid.transform.a, grid.transform.e]  # column, row
    here, there = at[:-1], at[1:]
    corner = (np.floor(here) != np.floor(there)).all(axis=1) & (road[1:] == road[:-1])
    before, after = here[corner], there[corner]
    edge = np.maximum(np.floor(before), np.floor(after))
    # where along the piece it meets the side of a column, and of a row: between the two it lies in the cell between
    part = ((edge - before) / (after - before)).mean(axis=1, keepdims=True)
    between = points[:-1][corner] * (1 - part) + points[1:][corner] * part
    behind = np.flatnonzero(corner) + 1
    return np.insert(points, behind, between, axis=0), np.insert(road, behind, road[behind])


def _pairs(all_points: _RoadPoints, grid: Raster, restricted: BoolArray) -> _Pairs:
    """Neighbours along a road, and on other roads where they lie side by side, of all points of corridors.

    Notes
    -----
    With less forest there are fewer points of corridors, each of them one of these, and their pairs are among these in
    the same order.
    """
    _, near = _in_and_beside(all_points, grid, restricted)
    kept, within = np.flatnonzero(near), all_points.road[1:] == all_points.road[:-1]
    along = np.flatnonzero(within & near[:-1] & near[1:])
    ends = np.column_stack([along, along + 1])
    if len(kept):
        beside = kept[cKDTree(all_points.xy[kept]).query_pairs(JOINED_M, output_type="ndarray").astype(np.int64)]
        beside = beside[np.lexsort((beside[:, 1], beside[:, 0]))]
        by_number = [1, len(near)]
        known = np.isin(np.sort(beside, axis=1) @ by_number, ends @ by_number)
        ends = np.concatenate([ends, beside[~known]])
    return _Pairs(ends, np.hypot(*(all_points.xy[ends[:, 1]] - all_points.xy[ends[:, 0]]).T))


def _joined(pairs: _Pairs, number: IntArray, count: int) -> Joined:
    """Neighbours of each of some points, whose places among them are given, -1 for the others."""
    ends = number[pairs.ends]
    kept = (ends >= 0).all(axis=1)
    ends, metres = ends[kept], pairs.metres[kept]
    # each pair is told of at both of its ends, in the order of the pairs
    here, there = ends.ravel(), ends[:, ::-1].ravel()
    order = np.argsort(here, kind="stable")
    stop = np.searchsorted(here[order], np.arange(count + 1))
    return Joined(
        stop=array("i", stop.astype(np.intc).tobytes()),
        point=array("i", there[order].astype(np.intc).tobytes()),
        metres=array("d", np.repeat(metres, 2)[order].tobytes()),
    )


def _anchors(points: FloatArray, cell: IntArray, grid: Raster) -> dict[int, int]:
    """Point of each cell that lies nearest to its middle."""
    columns = grid.shape[1]
    middle = np.column_stack(xy(grid, cell // columns, cell % columns)) if len(cell) else points
    off = np.hypot(*(points - middle).T) if len(cell) else np.empty(0)
    order = np.lexsort((np.arange(len(cell)), off, cell))
    cells, first = np.unique(cell[order], return_index=True)
    return dict(zip(cells.tolist(), order[first].tolist(), strict=True))
