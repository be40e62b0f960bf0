"""Open ground as a raster that is walked on: paths, slopes, water as a barrier, and where places and roads stand on it.

Cells that a road or track touches are walked at path speed along its real, winding length, all others at Tobler's off-path share of
it; the slope of each step comes on top (`infragap.gis.leastcost`, up and down). Major rivers and lakes are barriers, opened only at the cells where a road is
drawn across. Cells outside the communes are not crossed: beyond them lie the national border and roads that the pack does not know. A river
that a layer cuts off at the border runs on beyond it: the cells between its end and the outside are closed too.
A cell is `cell_size_m` wide, and nothing smaller is claimed: two places in one cell are as far apart as their points on a map.
"""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray, ObjectArray
from infragap.analyses.schools.codes import Season
from infragap.analyses.schools.parameters import SchoolsParameters
from infragap.analyses.schools.travel.speeds import PAVED
from infragap.gis.raster import Raster, rasterize, resample, rowcol, xy

_RING = 5
_TRIES = 40
_DRAWN_M = 25.0
_CUT_CELLS = 2


@dataclass(frozen=True, eq=False)
class Ground:
    """Raster of walking.

    Attributes
    ----------
    elevation
        Heights [m], float32; the grid that everything else has.
    minutes
        By season: (rows, columns) minutes per cell width on the flat, inf = barrier.
    water
        Lines and polygons that cannot be crossed off the roads.
    """

    elevation: Raster
    minutes: dict[Season, NDArray[np.float32]]
    water: ObjectArray

    @property
    def cell_size_m(self) -> float:
        """Width of a cell [m]."""
        return self.elevation.cell_size_m


def walking_ground(
    elevation: Raster,
    communes: gpd.GeoDataFrame,
    roads: gpd.GeoDataFrame,
    *,
    rivers: gpd.GeoDataFrame | None,
    lakes: gpd.GeoDataFrame | None,
    parameters: SchoolsParameters,
) -> Ground:
    """Build the raster of walking.

    Parameters
    ----------
    elevation
        Heights [m] in the measuring CRS.
    communes, roads, rivers, lakes
        Layers of the pack in the same CRS; None where the pack has none.
    parameters
        Cell size, walking speeds, fords.
    """
    cell_m = parameters.cell_size_m
    grid = elevation
    if elevation.cell_size_m != cell_m:
        grid = resample(elevation, cell_size_m=cell_m, method="bilinear" if elevation.cell_size_m > cell_m else "mean")
    heights = grid.floats()
    like = Raster(heights, grid.transform, grid.crs)
    inside = _burnt(communes, like, all_touched=True) & np.isfinite(heights)
    walked = roads[roads["road_class"] != "expressway"]
    wet, shapes = _water(rivers, lakes, like, inside)
    minutes: dict[Season, NDArray[np.float32]] = {}
    for season in Season:
        cost = _dry_shod(walked, like, season, parameters)
        passable = walked
        if season == Season.RAINY and parameters.fords_closed_in_rain:
            passable = walked[(walked["road_class"] != "track") | walked["is_bridge"]]
        crossing = _crossings(passable, shapes, like)
        cost[~inside | (wet & ~crossing)] = np.inf
        minutes[season] = cost
    return Ground(elevation=like.with_values(np.nan_to_num(heights, nan=0.0)), minutes=minutes, water=shapes)


def _dry_shod(
    roads: gpd.GeoDataFrame, like: Raster, season: Season, parameters: SchoolsParameters
) -> NDArray[np.float32]:
    """Minutes per cell width on the flat, water left aside."""
    rain = parameters.walk_rainy_factor if season == Season.RAINY else 1.0
    flat = 0.06 * like.cell_size_m / parameters.walk_flat_kmh
    off_path = flat / (parameters.walk_off_path_factor * rain)
    # a road drawn straight and really winding is as long to walk as to ride, but nobody has to keep to it
    winding = 1000 * roads["length_km"] / np.maximum(roads.length, 1.0)
    on_path = flat * winding.clip(lower=1.0) / np.where(roads["surface"].isin(PAVED), 1.0, rain)
    burnt = gpd.GeoDataFrame({"minutes": on_path.clip(upper=off_path)}, geometry=roads.geometry.array, crs=roads.crs)
    # later rows are burnt over earlier ones: the fastest path of a cell last
    burnt = burnt.sort_values("minutes", ascending=False, kind="stable")
    raster = rasterize(burnt, like, column="minutes", fill=off_path, dtype="float32", all_touched=True)
    return np.asarray(raster.values, np.float32)


def stand(ground: Ground, x: ArrayLike, y: ArrayLike) -> IntArray:
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
        The cell that holds the point; where that is a barrier in any season, the nearest open cell within five cells on the same
        bank, that is, with no water on the straight line to its centre (forty are tried); within 25 m of drawn water on either bank.
    """
    east, north = np.asarray(x, float), np.asarray(y, float)
    # a ford that is closed in the rain is no place to stand on
    open_cell = np.logical_and.reduce([np.isfinite(minutes) for minutes in ground.minutes.values()])
    rows, columns = rowcol(ground.elevation, east, north)
    cell = np.full(len(east), -1, np.int64)
    on_grid = _on_grid(rows, columns, open_cell.shape)
    good = on_grid.copy()
    good[on_grid] = open_cell[rows[on_grid], columns[on_grid]]
    cell[good] = rows[good] * open_cell.shape[1] + columns[good]
    blocked = np.flatnonzero(~good)
    if len(blocked):
        cell[blocked] = _same_bank(ground, open_cell, east[blocked], north[blocked])
    return cell


def _same_bank(ground: Ground, open_cell: BoolArray, x: FloatArray, y: FloatArray) -> IntArray:
    rows, columns = rowcol(ground.elevation, x, y)
    step = np.arange(-_RING, _RING + 1)
    down, right = (a.ravel() for a in np.meshgrid(step, step, indexing="ij"))
    near_row, near_column = rows[:, None] + down, columns[:, None] + right
    on_grid = _on_grid(near_row, near_column, open_cell.shape)
    usable = on_grid.copy()
    usable[on_grid] = open_cell[near_row[on_grid], near_column[on_grid]]
    centre_x, centre_y = xy(ground.elevation, near_row, near_column)
    far_m = np.where(usable, np.hypot(centre_x - x[:, None], centre_y - y[:, None]), np.inf)
    nearest = np.argsort(far_m, axis=1, kind="stable")[:, :_TRIES]
    point = np.repeat(np.arange(len(x)), nearest.shape[1])
    choice = nearest.ravel()
    ends = np.stack([np.c_[x[point], y[point]], np.c_[centre_x[point, choice], centre_y[point, choice]]], axis=1)
    ways = np.asarray(shapely.linestrings(ends))
    across = np.zeros(len(ways), bool)
    if len(ground.water):
        way, shape = shapely.STRtree(ground.water).query(ways, predicate="crosses")
        # a point drawn inside a lake's outline stands on its shore: it is let out
        inside = shapely.intersects_xy(ground.water[shape], x[point[way]], y[point[way]])
        in_lake = inside & (shapely.get_dimensions(ground.water[shape]) == 2)
        across[way[~in_lake]] = True
        # nearer to the drawn line than lines are drawn, a point may be on either bank
        on_line, _ = shapely.STRtree(ground.water).query(shapely.points(x, y), predicate="dwithin", distance=_DRAWN_M)
        across[np.isin(point, on_line)] = False
    free = (np.isfinite(far_m[point, choice]) & ~across).reshape(nearest.shape)
    first = np.argmax(free, axis=1)
    one = np.arange(len(x))
    picked = nearest[one, first]
    flat = near_row[one, picked] * open_cell.shape[1] + near_column[one, picked]
    return np.where(free[one, first], flat, -1)


def _on_grid(rows: IntArray, columns: IntArray, shape: tuple[int, int]) -> BoolArray:
    return np.asarray((rows >= 0) & (rows < shape[0]) & (columns >= 0) & (columns < shape[1]))


def _burnt(frame: gpd.GeoDataFrame, like: Raster, *, all_touched: bool) -> BoolArray:
    return rasterize(frame, like, all_touched=all_touched).values.astype(bool)


def _water(
    rivers: gpd.GeoDataFrame | None, lakes: gpd.GeoDataFrame | None, like: Raster, inside: BoolArray
) -> tuple[BoolArray, ObjectArray]:
    """Cells of major rivers and lakes, and their shapes."""
    wet = np.zeros(like.shape, bool)
    shapes: list[shapely.Geometry] = []
    if rivers is not None:
        major = rivers[rivers["is_major"]]
        # every touched cell, so that no diagonal step slips through
        wet |= _burnt(major, like, all_touched=True) | _cut_ends(major, like, inside)
        shapes += list(major.geometry.explode(index_parts=False))
    if lakes is not None:
        wet |= _burnt(lakes, like, all_touched=False)
        shapes += list(lakes.geometry.explode(index_parts=False))
    return wet, np.array(shapes, dtype=object)


def _cut_ends(rivers: gpd.GeoDataFrame, like: Raster, inside: BoolArray) -> BoolArray:
    """Cells around ends of rivers that the province's border is near: two cells each way, so that none is open between river and outside."""
    closed = np.zeros(inside.shape, bool)
    parts = shapely.get_parts(np.asarray(rivers.geometry.array, dtype=object))
    parts = parts[~shapely.is_closed(parts)]
    if not len(parts):
        return closed
    ends = np.concatenate([shapely.get_point(parts, 0), shapely.get_point(parts, -1)])
    # an end on another stretch of river is a joint or a mouth
    end, _ = shapely.STRtree(parts).query(ends, predicate="dwithin", distance=1.0)
    lone = ends[np.bincount(end, minlength=len(ends)) == 1]
    rows, columns = rowcol(like, shapely.get_x(lone), shapely.get_y(lone))
    around = np.pad(inside, _CUT_CELLS)
    for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
        if not (0 <= row < inside.shape[0] and 0 <= column < inside.shape[1]):
            continue
        if not around[row : row + 2 * _CUT_CELLS + 1, column : column + 2 * _CUT_CELLS + 1].all():
            top, left = max(row - _CUT_CELLS, 0), max(column - _CUT_CELLS, 0)
            closed[top : row + _CUT_CELLS + 1, left : column + _CUT_CELLS + 1] = True
    return closed


def _crossings(roads: gpd.GeoDataFrame, water: ObjectArray, like: Raster) -> BoolArray:
    """Cells along roads where they cross water: from one and a half cells before it to as far behind it."""
    open_cells = np.zeros(like.shape, bool)
    if not len(water) or roads.empty:
        return open_cells
    lines = np.asarray(roads.geometry.array)
    line, shape = shapely.STRtree(water).query(lines, predicate="intersects")
    if not len(line):
        return open_cells
    wet_parts = shapely.intersection(lines[line], water[shape])
    reach = shapely.buffer(wet_parts, 1.5 * like.cell_size_m)
    stretches = shapely.intersection(lines[line], reach)
    return _burnt(gpd.GeoDataFrame(geometry=stretches, crs=roads.crs), like, all_touched=True)
