"""Rivers and lakes as what stands in the way: banks that nobody crosses off a bridge, and waters that are forded."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import ArrayLike

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray, ObjectArray
from infragap.gis.raster import Raster, rowcol

DRAWN_M = 25.0
"""Nearer to a drawn river than this, a point may be on either bank: lines are not drawn more exactly."""

_CUT_CELLS = 2


@dataclass(frozen=True, eq=False)
class Water:
    """Rivers as lines and lakes as polygons.

    Attributes
    ----------
    rivers
        (r,) LineStrings.
    river_row
        (r,) row of the river layer that each belongs to.
    is_major
        (r,) too wide and deep to ford in any season.
    lakes
        (l,) Polygons.
    """

    rivers: ObjectArray
    river_row: IntArray
    is_major: BoolArray
    lakes: ObjectArray

    @cached_property
    def tree(self) -> shapely.STRtree:
        """Index of the rivers."""
        return shapely.STRtree(self.rivers)

    @cached_property
    def shapes(self) -> ObjectArray:
        """All rivers and lakes."""
        return np.concatenate([self.rivers, self.lakes])

    def crossed(self, start: FloatArray, end: FloatArray) -> IntArray:
        """River that each straight step crosses, a major one before a minor one.

        Parameters
        ----------
        start, end
            (n, 2) ends of the steps [m].

        Returns
        -------
        ndarray
            (n,) number in `rivers`, -1 = none.
        """
        river = np.full(len(start), -1, np.int64)
        if not len(self.rivers) or not len(start):
            return river
        steps = np.asarray(shapely.linestrings(np.stack([start, end], axis=1)))
        step, found = self.tree.query(steps, predicate="intersects")
        # the last one written counts: minor before major, of equal ones the first row last
        order = np.lexsort((-found, self.is_major[found]))
        river[step[order]] = found[order]
        return river

    def beside_river(self, x: FloatArray, y: FloatArray) -> BoolArray:
        """Which points lie within 25 m of a drawn river."""
        beside = np.zeros(len(x), bool)
        if len(self.rivers) and len(x):
            near, _ = self.tree.query(shapely.points(x, y), predicate="dwithin", distance=DRAWN_M)
            beside[near] = True
        return beside

    def parted(self, x: FloatArray, y: FloatArray, other_x: FloatArray, other_y: FloatArray) -> BoolArray:
        """Whether water lies between points and other points nearby.

        A point inside a lake's outline stands on its shore and is let out; within 25 m of a drawn river it may be on
        either bank.
        """
        apart = np.zeros(len(x), bool)
        if not len(self.shapes):
            return apart
        ways = np.asarray(shapely.linestrings(np.stack([np.c_[x, y], np.c_[other_x, other_y]], axis=1)))
        way, shape = shapely.STRtree(self.shapes).query(ways, predicate="intersects")
        inside = shapely.intersects_xy(self.shapes[shape], x[way], y[way])
        in_lake = inside & (shapely.get_dimensions(self.shapes[shape]) == 2)
        apart[way[~in_lake]] = True
        if len(self.rivers):
            free = self.beside_river(x, y)
            other_shore = np.zeros(len(x), bool)
            if len(self.lakes):
                lake_way, _ = shapely.STRtree(self.lakes).query(ways, predicate="crosses")
                other_shore[lake_way] = True
            apart[free & ~other_shore] = False
        return apart


def water_of(rivers: gpd.GeoDataFrame | None, lakes: gpd.GeoDataFrame | None) -> Water:
    """Take the shapes out of the layers; None where the pack has no such layer."""
    none = np.zeros(0, object)
    lines, row, major = none, np.zeros(0, np.int64), np.zeros(0, bool)
    if rivers is not None and len(rivers):
        lines, row = shapely.get_parts(np.asarray(rivers.geometry.array, dtype=object), return_index=True)
        major = rivers["is_major"].to_numpy(bool)[row]
    shores = none if lakes is None else shapely.get_parts(np.asarray(lakes.geometry.array, dtype=object))
    return Water(rivers=np.asarray(lines, object), river_row=np.asarray(row, np.int64), is_major=major, lakes=shores)


def cut_ends(water: Water, like: Raster, inside: BoolArray) -> BoolArray:
    """Cells between the end of a major river that the border is near and the outside.

    A river that a layer cuts off at the border runs on beyond it: nobody walks around its end. Two cells each way are
    closed.
    """
    closed = np.zeros(inside.shape, bool)
    parts = water.rivers[water.is_major]
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


def on_grid(rows: ArrayLike, columns: ArrayLike, shape: tuple[int, int]) -> BoolArray:
    """Which rows and columns a grid has."""
    row, column = np.asarray(rows), np.asarray(columns)
    return np.asarray((row >= 0) & (row < shape[0]) & (column >= 0) & (column < shape[1]))
