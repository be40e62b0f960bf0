"""Open ground as a raster that is walked on: slope, forest, water in the way, and where places stand on it.

Every cell is walked at the off-path speed of its land cover; the slope of each step comes on top, up and down (Tobler).
A step that crosses a major river is not made; one that crosses a minor river is a ford: it takes a time in the dry
season and is closed in the rainy one. Lakes and all that lies outside the communes are closed: beyond them lie the
national border and roads that the pack does not know. Roads are not in this raster: they are links of their own
(`infragap.analyses.schools.travel.road_ways`), so that a road can only add ways.

A cell is `cell_size_m` wide, and nothing smaller is claimed: two places in one cell are as far apart as their points on
a map.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import geopandas as gpd
import numpy as np
from numpy.typing import ArrayLike, NDArray

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray
from infragap.analyses.schools.codes import Season
from infragap.analyses.schools.parameters import SchoolsParameters
from infragap.analyses.schools.travel.speeds import off_path_kmh, tobler_effort
from infragap.analyses.schools.travel.water import Water, cut_ends, on_grid, water_of
from infragap.gis.raster import Raster, rasterize, resample, rowcol, warp_like, xy

_RING = 5
_TRIES = 40
_STEPS = ((0, 1), (1, 0), (1, 1), (1, -1))
"""Half of the eight steps from cell to cell; the other half are these backwards."""

STEEPEST = 1.0
"""Walking stops at 100 % (45°): steps steeper than this are not made (schools-law 5)."""


@dataclass(frozen=True, eq=False)
class Ground:
    """Raster of walking.

    Attributes
    ----------
    elevation
        Heights [m], float32; the grid that everything else has.
    open_cells
        (rows, columns) where people walk at all.
    kmh
        (rows, columns) float32 walking speed on the flat in the dry season.
    water
        Rivers and lakes.
    """

    elevation: Raster
    open_cells: BoolArray
    kmh: NDArray[np.float32]
    water: Water

    @property
    def cell_size_m(self) -> float:
        """Width of a cell [m]."""
        return self.elevation.cell_size_m

    @cached_property
    def number(self) -> IntArray:
        """Node of each cell as a flat array, -1 where nobody walks."""
        flat = self.open_cells.ravel()
        return np.asarray(np.where(flat, np.cumsum(flat) - 1, -1), np.int64)

    @cached_property
    def cell(self) -> IntArray:
        """Flat cell of each node."""
        return np.flatnonzero(self.open_cells.ravel())

    def on_raster(self, values: FloatArray, *, missing: float) -> FloatArray:
        """Values of nodes as a raster; nodes behind those of the ground are left out."""
        flat = np.full(self.open_cells.size, missing)
        flat[self.cell] = values[: len(self.cell)]
        return flat.reshape(self.open_cells.shape)


@dataclass(frozen=True, eq=False)
class Steps:
    """Steps between neighbouring cells, both ways.

    Attributes
    ----------
    tail, head
        (s,) int32 nodes.
    minutes
        By season: (s,) float32, inf where the step is closed.
    km
        (s,) float32 length on the map [km].
    climb_m
        (s,) float32 metres gained, 0 downhill.
    river
        (s,) int16 number of the river that is forded, -1 = none.
    """

    tail: NDArray[np.int32]
    head: NDArray[np.int32]
    minutes: dict[Season, NDArray[np.float32]]
    km: NDArray[np.float32]
    climb_m: NDArray[np.float32]
    river: NDArray[np.int16]


def open_ground(
    elevation: Raster,
    communes: gpd.GeoDataFrame,
    *,
    rivers: gpd.GeoDataFrame | None = None,
    lakes: gpd.GeoDataFrame | None = None,
    forest: Raster | None = None,
    parameters: SchoolsParameters,
) -> Ground:
    """Build the raster of walking.

    Parameters
    ----------
    elevation
        Heights [m] in the measuring CRS.
    communes, rivers, lakes
        Layers of the pack in the same CRS; None where the pack has none.
    forest
        Class codes as in `infragap.gis.schema`; None = no forest.
    parameters
        Cell size and walking speeds.
    """
    cell_m = parameters.cell_size_m
    # whole metres of a layer stay metres, but a mean of them is no whole number
    grid = Raster(elevation.floats(), elevation.transform, elevation.crs)
    if elevation.cell_size_m != cell_m:
        grid = resample(grid, cell_size_m=cell_m, method="bilinear" if elevation.cell_size_m > cell_m else "mean")
    heights = grid.floats()
    like = Raster(heights, grid.transform, grid.crs)
    water = water_of(rivers, lakes)
    inside = rasterize(communes, like, all_touched=True).values.astype(bool) & np.isfinite(heights)
    closed = cut_ends(water, like, inside)
    if lakes is not None:
        closed |= rasterize(lakes, like).values.astype(bool)
    classes = None if forest is None else warp_like(forest, like, method="nearest").values
    return Ground(
        elevation=like.with_values(np.nan_to_num(heights, nan=0.0)),
        open_cells=inside & ~closed,
        kmh=off_path_kmh(classes, like.shape, parameters),
        water=water,
    )


def ground_steps(ground: Ground, parameters: SchoolsParameters) -> Steps:
    """List the steps between neighbouring open cells with what they take.

    No step cuts the corner of a closed cell.
    """
    rows, columns = ground.open_cells.shape
    row, column = (index.astype(np.int32) for index in np.divmod(ground.cell, columns))
    height, kmh = ground.elevation.values.ravel(), ground.kmh.ravel()
    parts = []
    for down, right in _STEPS:
        near = on_grid(row + down, column + right, (rows, columns))
        here = ground.cell[near]
        there = here + down * columns + right
        usable = ground.number[there] >= 0
        if down and right:
            usable &= (ground.number[here + down * columns] >= 0) & (ground.number[here + right] >= 0)
        here, there = here[usable], there[usable]
        run_km = float(np.hypot(down, right)) * ground.cell_size_m / 1000
        flat_min = 30 * run_km * (1 / kmh[here] + 1 / kmh[there])
        rise = (height[there] - height[here]).astype(np.float64)
        parts.append((here, there, flat_min, rise, np.full(len(here), run_km)))
    here, there, flat_min, rise, length_km = (np.concatenate(column) for column in zip(*parts, strict=True))
    river = _rivers_crossed(ground, here, there)
    minutes = {}
    for season in Season:
        slow = 1 / parameters.walk_rainy_factor if season == Season.RAINY else 1.0
        ford = _ford_min(ground.water, river, season, parameters)
        both = []
        for sign in (1.0, -1.0):
            grade = sign * rise / (1000 * length_km)
            taken = flat_min * slow * tobler_effort(grade)
            both.append(np.where(np.abs(grade) > STEEPEST, np.inf, taken) + ford)
        minutes[season] = np.concatenate(both).astype(np.float32)
    one, other = ground.number[here].astype(np.int32), ground.number[there].astype(np.int32)
    return Steps(
        tail=np.concatenate([one, other]),
        head=np.concatenate([other, one]),
        minutes=minutes,
        km=np.concatenate([length_km, length_km]).astype(np.float32),
        climb_m=np.concatenate([np.maximum(rise, 0), np.maximum(-rise, 0)]).astype(np.float32),
        river=np.concatenate([river, river]).astype(np.int16),
    )


def _ford_min(water: Water, river: IntArray, season: Season, parameters: SchoolsParameters) -> FloatArray:
    """What crossing a river without a bridge adds off the roads [min]: inf where nobody fords it."""
    closed = season == Season.RAINY and parameters.fords_closed_in_rain
    added = np.zeros(len(river))
    forded = river >= 0
    added[forded] = np.inf if closed else parameters.ford_min
    added[forded] += np.where(water.is_major[river[forded]], np.inf, 0.0)
    return added


def _rivers_crossed(ground: Ground, here: IntArray, there: IntArray) -> IntArray:
    """River that each step crosses, -1 = none; only steps near a river are looked at closely."""
    river = np.full(len(here), -1, np.int64)
    if not len(ground.water.rivers):
        return river
    lines = gpd.GeoDataFrame(geometry=list(ground.water.rivers), crs=ground.elevation.crs)
    wet = rasterize(lines, ground.elevation, all_touched=True).values.astype(bool)
    # a step that crosses a line has an end in a touched cell or right beside one
    near = wet.copy()
    for down in (-1, 0, 1):
        for right in (-1, 0, 1):
            near |= np.roll(wet, (down, right), axis=(0, 1))
    close = np.flatnonzero(near.ravel()[here] | near.ravel()[there])
    river[close] = ground.water.crossed(_centres(ground, here[close]), _centres(ground, there[close]))
    return river


def _centres(ground: Ground, cell: IntArray) -> FloatArray:
    x, y = xy(ground.elevation, *np.divmod(cell, ground.open_cells.shape[1]))
    return np.stack([x, y], axis=1)


def ground_cell(ground: Ground, x: ArrayLike, y: ArrayLike) -> IntArray:
    """Cell from which each point is walked from or to, as a flat index; -1 where there is none.

    Parameters
    ----------
    ground
        Raster of walking.
    x, y
        (n,) points in its CRS [m].

    Returns
    -------
    ndarray
        The cell that holds the point; where that is closed, or its centre lies across a river or lake, the nearest open
        cell within five cells whose centre is on the same bank (forty are tried). Within 25 m of a drawn river either
        bank will do.
    """
    east, north = np.asarray(x, float), np.asarray(y, float)
    shape = ground.open_cells.shape
    rows, columns = rowcol(ground.elevation, east, north)
    cell = np.full(len(east), -1, np.int64)
    good = on_grid(rows, columns, shape)
    good[good] = ground.open_cells[rows[good], columns[good]]
    inside = np.flatnonzero(good)
    centre_x, centre_y = xy(ground.elevation, rows[inside], columns[inside])
    across = ground.water.parted(east[inside], north[inside], centre_x, centre_y)
    good[inside[across]] = False
    cell[good] = rows[good] * shape[1] + columns[good]
    blocked = np.flatnonzero(~good)
    if len(blocked):
        cell[blocked] = _same_bank(ground, east[blocked], north[blocked])
    return cell


def _same_bank(ground: Ground, x: FloatArray, y: FloatArray) -> IntArray:
    rows, columns = rowcol(ground.elevation, x, y)
    step = np.arange(-_RING, _RING + 1)
    down, right = (a.ravel() for a in np.meshgrid(step, step, indexing="ij"))
    near_row, near_column = rows[:, None] + down, columns[:, None] + right
    usable = on_grid(near_row, near_column, ground.open_cells.shape)
    usable[usable] = ground.open_cells[near_row[usable], near_column[usable]]
    centre_x, centre_y = xy(ground.elevation, near_row, near_column)
    far_m = np.where(usable, np.hypot(centre_x - x[:, None], centre_y - y[:, None]), np.inf)
    nearest = np.argsort(far_m, axis=1, kind="stable")[:, :_TRIES]
    point = np.repeat(np.arange(len(x)), nearest.shape[1])
    choice = nearest.ravel()
    across = ground.water.parted(x[point], y[point], centre_x[point, choice], centre_y[point, choice])
    free = (np.isfinite(far_m[point, choice]) & ~across).reshape(nearest.shape)
    first = np.argmax(free, axis=1)
    one = np.arange(len(x))
    picked = nearest[one, first]
    flat = near_row[one, picked] * ground.open_cells.shape[1] + near_column[one, picked]
    return np.where(free[one, first], flat, -1)
