"""Courses over the ground as paths on its cells, and the network that they make together.

Cells are the nodes: two courses that meet share a cell, so pieces touch exactly and a graph by end points needs no
snapping.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from infragap.gis.leastcost.distance import cost_distance, path_back
from infragap.reference.land.ground import CELL_M, Ground

WATER_COST = 60.0
LOCAL_WATER_COST = 300.0
"""Cost of a cell of water in widths of a flat cell: a main road crosses without a documented bridge only where the way
round is over about 10 km (the list of bridges is not complete), a local road only where there is hardly another way."""

BRIDGE_SNAP_M = 2500.0
BRIDGE_RADIUS_M = 320.0
SIMPLIFY_M = 70.0
"""Tolerance of the drawn line [m]: takes the steps of 200 m cells out of it."""

ROUGHNESS = 0.35
"""Standard deviation of the logarithm of what a cell's cost is multiplied by: ground that the relief does not show
(assumption)."""


def rough_ground(ground: Ground, *, rng: np.random.Generator) -> NDArray[np.float64]:
    """Factors (rows, cols) on the cost of cells, so that courses wind like roads and do not run along the eight
    directions."""
    return np.exp(rng.normal(0.0, ROUGHNESS, size=ground.shape))


def path_cost(
    ground: Ground,
    bridges: NDArray[np.float64],
    *,
    slope_scale_pct: float,
    water_cost: float,
    roughness: NDArray[np.float64],
) -> NDArray[np.float32]:
    """Cost of each cell for a road, in widths of a flat cell.

    Parameters
    ----------
    ground
        The grid.
    bridges
        (k, 2) documented bridges [m]; each opens the large river nearest to it, within 2.5 km.
    slope_scale_pct
        Slope at which a cell costs twice a flat one.
    water_cost
        What a cell of a lake, or of a large river away from bridges, costs more [widths of a flat cell].
    roughness
        From `rough_ground`.

    Notes
    -----
    Roughness · (1 + (slope / scale)²), plus the cost of water (assumption).
    """
    cost = roughness * (1.0 + (ground.slope_pct / slope_scale_pct) ** 2)
    water = ground.river.copy()
    river_cells = np.flatnonzero(ground.river)
    if len(river_cells) and len(bridges):
        river_points = ground.xy(river_cells)
        tree = cKDTree(river_points)
        distance, nearest = tree.query(bridges)
        for site in river_points[np.asarray(nearest)[np.asarray(distance) <= BRIDGE_SNAP_M]]:
            water.ravel()[river_cells[tree.query_ball_point(site, BRIDGE_RADIUS_M)]] = False
    cost[water | ground.lake] += water_cost
    return np.asarray(cost, dtype=np.float32)


def course(cost: NDArray[np.float32], start: int, end: int, *, margin_cells: int = 25) -> NDArray[np.int64]:
    """Least-cost course between two cells (flat indices), searched in a window around both.

    Returns
    -------
    ndarray
        (k,) flat indices from start to end.
    """
    cols = cost.shape[1]
    (r0, c0), (r1, c1) = divmod(start, cols), divmod(end, cols)
    top, left = max(min(r0, r1) - margin_cells, 0), max(min(c0, c1) - margin_cells, 0)
    window = cost[top : max(r0, r1) + margin_cells + 1, left : max(c0, c1) + margin_cells + 1]
    found = cost_distance(window, [(r0 - top, c0 - left)], predecessors=True)
    back = path_back(found, (r1 - top, c1 - left))[::-1]
    return np.asarray((back[:, 0] + top) * cols + back[:, 1] + left)


def branches(
    cost: NDArray[np.float32], network: NDArray[np.int64], targets: NDArray[np.int64]
) -> tuple[list[NDArray[np.int64]], NDArray[np.float64]]:
    """Least-cost courses from each target to the network; they merge where they meet.

    Parameters
    ----------
    cost
        (rows, cols).
    network, targets
        Flat indices of cells.

    Returns
    -------
    courses
        One array of flat indices per target, target first, a cell of the network last.
    cost
        (n,) cost of each, in widths of a flat cell.
    """
    cols = cost.shape[1]
    sources = np.column_stack(np.divmod(np.unique(network), cols))
    found = cost_distance(cost, sources, predecessors=True)
    paths = [path_back(found, (int(t // cols), int(t % cols))) for t in targets]
    return [p[:, 0] * cols + p[:, 1] for p in paths], found.distance.ravel()[targets].astype(np.float64)


@dataclass
class CellNetwork:
    """Courses gathered edge by edge; an edge belongs to the first course that uses it.

    Attributes
    ----------
    ground
        The grid of the cells.
    owner
        Edge (lower cell, higher cell) → number of the course that it belongs to, in order of adding.
    users
        Edge → courses that use it besides its owner.
    points
        Cell → point that stands for it instead of its centre, such as the village that the road ends in.
    """

    ground: Ground
    owner: dict[tuple[int, int], int] = field(default_factory=dict)
    users: dict[tuple[int, int], list[int]] = field(default_factory=dict)
    points: dict[int, tuple[float, float]] = field(default_factory=dict)

    def add(self, cells: NDArray[np.int64], number: int) -> None:
        """Add a course (k,) of neighbouring cells under a number."""
        listed = cells.tolist()
        for a, b in itertools.pairwise(listed):
            edge = (a, b) if a < b else (b, a)
            if self.owner.setdefault(edge, number) != number and number not in self.users.setdefault(edge, []):
                self.users[edge].append(number)

    def cells(self) -> NDArray[np.int64]:
        """All cells of the network, ascending."""
        return np.unique(np.array(list(self.owner), dtype=np.int64).ravel())

    def pieces(self, *, breaks: set[int] | None = None) -> list[Piece]:
        """Cut the network into pieces at junctions, at `breaks`, at points and where owner or bridge change; in order
        of adding."""
        around: dict[int, list[tuple[int, int]]] = {}
        for edge in self.owner:
            around.setdefault(edge[0], []).append(edge)
            around.setdefault(edge[1], []).append(edge)
        river = self.ground.river.ravel()
        kinds = {
            edge: (number, bool(river[edge[0]] or river[edge[1]]), tuple(self.users.get(edge, ())))
            for edge, number in self.owner.items()
        }
        stops = {
            cell
            for cell, edges in around.items()
            if len(edges) != 2 or kinds[edges[0]] != kinds[edges[1]] or cell in self.points or cell in (breaks or ())
        }
        done: set[tuple[int, int]] = set()
        found: list[Piece] = []
        for edge in self.owner:
            if edge in done:
                continue
            chain = _walk(edge, edge[1], around, stops, done)
            if chain[-1] != edge[0] or edge[0] in stops:
                chain = _walk(edge, edge[0], around, stops, done)[:1:-1] + chain
            number, is_bridge, others = kinds[edge]
            found.append(Piece(number, others, is_bridge, chain))
        return found

    def line(self, cells: list[int], *, exact: bool = False) -> shapely.LineString:
        """Drawn line of a piece: through its cell centres, rounded off unless `exact`; both ends stay."""
        coordinates = self.ground.xy(np.array(cells, dtype=np.int64))
        for end in (0, -1):
            if cells[end] in self.points:
                coordinates[end] = self.points[cells[end]]
        return shapely.LineString(coordinates) if exact else rounded(coordinates)


def rounded(coordinates: NDArray[np.float64]) -> shapely.LineString:
    """Line through points (n, 2) [m] without the steps of the cells: simplified, its corners cut twice at a quarter
    [1]_; both ends stay.

    References
    ----------
    .. [1] G. Chaikin (1974): An algorithm for high-speed curve generation. Computer Graphics and Image Processing 3.
    """
    corners = shapely.get_coordinates(shapely.simplify(shapely.LineString(coordinates), SIMPLIFY_M))
    for _ in range(2):
        before, after = corners[:-1], corners[1:]
        cut = np.stack([0.75 * before + 0.25 * after, 0.25 * before + 0.75 * after], axis=1).reshape(-1, 2)
        corners = np.vstack([corners[:1], cut[1:-1] if len(corners) > 2 else cut[:0], corners[-1:]])
    line: shapely.LineString = shapely.simplify(shapely.LineString(np.round(corners, 1)), SIMPLIFY_M / 4)
    return line


@dataclass(frozen=True)
class Piece:
    """One piece of a network: course that it belongs to, courses that share it, whether it crosses a large river, its
    cells."""

    number: int
    others: tuple[int, ...]
    is_bridge: bool
    cells: list[int]


def _walk(
    edge: tuple[int, int],
    towards: int,
    around: dict[int, list[tuple[int, int]]],
    stops: set[int],
    done: set[tuple[int, int]],
) -> list[int]:
    """Cells from the other end of the edge through `towards` up to the next stop (or round a ring)."""
    done.add(edge)
    chain = [edge[0] if towards == edge[1] else edge[1], towards]
    here = edge
    while chain[-1] not in stops:
        first, second = around[chain[-1]]
        here = second if first == here else first
        if here in done:
            break
        done.add(here)
        chain.append(here[0] if here[1] == chain[-1] else here[1])
    return chain


def snapped(
    points: NDArray[np.float64], radius_m: NDArray[np.float64], network: NDArray[np.int64], ground: Ground
) -> NDArray[np.int64]:
    """Cells of points (n, 2), moved to the nearest cell of a network where one lies within the radius of the point."""
    own = ground.flat(points)
    if not len(network):
        return own
    distance, nearest = cKDTree(ground.xy(network)).query(points)
    return np.where(distance <= np.maximum(radius_m, CELL_M), network[nearest], own)
