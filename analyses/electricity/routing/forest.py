"""Where forest forbids a line, and how much of a line lies in it: whole cells for the routing, every ten metres for the
drawn line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import geopandas as gpd
import numpy as np
import shapely
from scipy.spatial import cKDTree

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray
from infragap.gis.raster import Raster, rowcol
from infragap.gis.schema import FOREST_NATURAL, FOREST_SPECIAL_USE

SAMPLE_M = 10.0
"""Lines and roads are looked at so closely."""


def is_restricted(code: IntArray) -> BoolArray:
    """Whether forest of a class code is natural or special-use, which lines may not cross."""
    code = np.asarray(code)
    return np.asarray((code >= FOREST_NATURAL) | (code % FOREST_NATURAL == FOREST_SPECIAL_USE))


def forest_at(forest: Raster, x: FloatArray, y: FloatArray) -> IntArray:
    """Forest class code at points; 0 outside the layer and where it knows nothing."""
    rows, cols = rowcol(forest, x, y)
    inside = (rows >= 0) & (rows < forest.shape[0]) & (cols >= 0) & (cols < forest.shape[1])
    r, c = np.where(inside, rows, 0), np.where(inside, cols, 0)
    known = inside & forest.valid()[r, c]
    return np.where(known, forest.values[r, c], 0).astype(np.int64)


def restricted_cells(forest: Raster, grid: Raster) -> BoolArray:
    """Cells of the routing grid that hold any natural or special-use forest, (rows, cols).

    Notes
    -----
    Where the two rasters are the same each cell is looked up once. Otherwise points are strewn over each cell, no
    farther apart than the cells of the forest layer, its corners among them: a step between two cells without any
    cannot touch forest.
    """
    if forest.shape == grid.shape and forest.transform == grid.transform:
        return np.asarray(forest.valid() & is_restricted(forest.values.astype(np.int64)))
    rows, cols = grid.shape
    points = int(np.clip(np.ceil(grid.cell_size_m / forest.cell_size_m) + 1, 2, 11))
    offsets = np.linspace(1e-6, 1 - 1e-6, points)
    found = np.zeros(grid.shape, dtype=bool)
    for down in offsets:
        y = grid.transform.f + (np.arange(rows) + down) * grid.transform.e
        for right in offsets:
            x = grid.transform.c + (np.arange(cols) + right) * grid.transform.a
            code = forest_at(forest, np.tile(x, rows), np.repeat(y, cols))
            found |= is_restricted(code).reshape(grid.shape)
    return found


def cleared_cells(settlements: gpd.GeoDataFrame, grid: Raster, radius_m: float) -> BoolArray:
    """Cells that lie wholly within the clearing of a settlement, and the cell of every settlement itself, (rows,
    cols)."""
    cleared = np.zeros(grid.shape, dtype=bool)
    half, size = grid.cell_size_m / 2, grid.cell_size_m
    x, y = settlements.geometry.x.to_numpy(), settlements.geometry.y.to_numpy()
    rows, cols = rowcol(grid, x, y)
    inside = (rows >= 0) & (rows < grid.shape[0]) & (cols >= 0) & (cols < grid.shape[1])
    cleared[rows[inside], cols[inside]] = True
    reach = int(radius_m / size) + 1
    middle_x = grid.transform.c + (cols + 0.5) * size - x
    middle_y = grid.transform.f - (rows + 0.5) * size - y
    for down in range(-reach, reach + 1):
        for right in range(-reach, reach + 1):
            # the farthest corner of the cell must lie within the radius
            dx, dy = np.abs(middle_x + right * size) + half, np.abs(middle_y - down * size) + half
            r, c = rows + down, cols + right
            good = (np.hypot(dx, dy) <= radius_m) & (r >= 0) & (r < grid.shape[0]) & (c >= 0) & (c < grid.shape[1])
            cleared[r[good], c[good]] = True
    return cleared


@dataclass(frozen=True, eq=False)
class ForestLaw:
    """What the drawn lines are measured against.

    Attributes
    ----------
    forest
        The forest layer.
    road_points
        Points along all roads, no farther apart than `SAMPLE_M`, (k, 2).
    settlements
        The settlements as a search tree.
    road_strip_m, clearing_m
        Distance from a road's middle, and from a settlement, within which forest does not count.
    """

    forest: Raster
    road_points: FloatArray
    settlements: cKDTree
    road_strip_m: float
    clearing_m: float

    @cached_property
    def roads(self) -> cKDTree | None:
        """Points of the roads as a search tree, once lines are measured; None without roads."""
        return cKDTree(self.road_points) if len(self.road_points) else None

    def exposure(self, line: shapely.LineString) -> Exposure:
        """Measure one line every `SAMPLE_M`."""
        return self.exposures([line])[0]

    def exposures(self, lines: Sequence[shapely.LineString]) -> list[Exposure]:
        """Measure lines every `SAMPLE_M`."""
        length = shapely.length(np.array(lines, dtype=object))
        count = np.maximum(np.ceil(length / SAMPLE_M).astype(np.int64), 1)
        of, start = np.repeat(np.arange(len(lines)), count), np.cumsum(count) - count
        at = (np.arange(len(of)) - start[of] + 0.5) / count[of]
        # line by line: a hundred thousand points as objects at once are as many that Python looks through for waste
        parts = zip(lines, start.tolist(), (start + count).tolist(), strict=True)
        on = [_points_on(line, at[a:b]) for line, a, b in parts]
        points = np.concatenate([np.empty((0, 2)), *on])
        code = forest_at(self.forest, points[:, 0], points[:, 1])
        inside = is_restricted(code)
        by_road, cleared = np.zeros(len(of), dtype=bool), np.zeros(len(of), dtype=bool)
        if inside.any():
            cleared[inside] = self.settlements.query(points[inside])[0] <= self.clearing_m
            if self.roads is not None:
                # half a sample of slack: the points of a road lie that far apart
                within = np.hypot(self.road_strip_m, SAMPLE_M / 2)
                by_road[inside] = self.roads.query(points[inside], distance_upper_bound=within)[0] <= within
        km = length / 1000 / count
        kinds = (by_road & ~cleared, cleared, inside & ~by_road & ~cleared)
        table = np.column_stack([km * np.bincount(of[kind], minlength=len(lines)) for kind in kinds])
        return [Exposure(*row) for row in table.tolist()]


def _points_on(line: shapely.LineString, part: FloatArray) -> FloatArray:
    """Points of a line at parts of its length, (k, 2)."""
    return np.asarray(shapely.get_coordinates(shapely.line_interpolate_point(line, part, normalized=True)))


@dataclass(frozen=True)
class Exposure:
    """Kilometres of a line on natural or special-use forest: in the strip of a road, in a clearing, and outside
    both."""

    road_km: float
    clearing_km: float
    outside_km: float
