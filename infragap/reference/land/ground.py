"""The ground that villages, roads and lines are placed on: one grid with height, slope, commune, water and people."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import geopandas as gpd
import numpy as np
import pandas as pd
from affine import Affine
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from infragap.gis import raster
from infragap.gis.raster import Raster
from infragap.gis.terrain import slope_pct

CELL_M = 200.0
"""Cell width [m]: finer than the accuracy of the waypoints (300-3,000 m), coarse enough for the whole province in a
second."""

MARGIN_M = 3000.0
BORDER_M = 30.0
"""Nothing is placed nearer than this to a commune border, so that rounding coordinates moves nothing across it."""


@dataclass(frozen=True, eq=False)
class Ground:
    """Layers of one grid, all (rows, cols).

    Attributes
    ----------
    elevation
        Height [m], float32, no gaps; its transform and CRS are those of the grid.
    slope_pct
        Slope of the cell [%].
    commune
        Row number of the commune in the communes layer, -1 within 30 m of a border and outside.
    lake, river
        Cells of lakes; cells that a major river touches.
    population
        People per km² of a given raster, or None.
    """

    elevation: Raster
    slope_pct: NDArray[np.float32]
    commune: NDArray[np.int16]
    lake: NDArray[np.bool_]
    river: NDArray[np.bool_]
    population: NDArray[np.float32] | None

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.elevation.shape

    @cached_property
    def centres(self) -> NDArray[np.float64]:
        """Centres (cells, 2) [m] of all cells in flat order."""
        return self.xy(np.arange(self.commune.size))

    def xy(self, flat: NDArray[np.int64]) -> NDArray[np.float64]:
        """Centres (n, 2) [m] of the cells with these flat indices."""
        rows, cols = np.divmod(flat, self.shape[1])
        return np.column_stack(raster.xy(self.elevation, rows, cols))

    def flat(self, points: NDArray[np.float64]) -> NDArray[np.int64]:
        """Flat indices of the cells that hold the points (n, 2) [m], moved to the edge where they lie outside."""
        rows, cols = raster.rowcol(self.elevation, points[:, 0], points[:, 1])
        return np.asarray(np.clip(rows, 0, self.shape[0] - 1) * self.shape[1] + np.clip(cols, 0, self.shape[1] - 1))


def build_ground(
    communes: gpd.GeoDataFrame,
    elevation: Raster,
    *,
    rivers: gpd.GeoDataFrame | None = None,
    lakes: gpd.GeoDataFrame | None = None,
    population: Raster | None = None,
) -> Ground:
    """Lay the grid over the province.

    Parameters
    ----------
    communes
        Polygons in the measuring CRS.
    elevation
        Heights in the same CRS [m].
    rivers, lakes
        Layers in the same CRS; of the rivers the major ones are barriers.
    population
        People per km², any CRS.

    Returns
    -------
    Ground
        Cells of 200 m, 3 km beyond the communes.
    """
    west, south, east, north = communes.total_bounds
    left, top = math.floor((west - MARGIN_M) / CELL_M) * CELL_M, math.ceil((north + MARGIN_M) / CELL_M) * CELL_M
    shape = (math.ceil((top - south + MARGIN_M) / CELL_M), math.ceil((east + MARGIN_M - left) / CELL_M))
    empty = Raster(np.zeros(shape, np.float32), Affine(CELL_M, 0, left, 0, -CELL_M, top), elevation.crs, math.nan)
    coarse = raster.resample(elevation.with_values(elevation.floats(), nodata=math.nan), cell_size_m=CELL_M)
    height = _filled(raster.warp_like(coarse, empty).values)
    relief = empty.with_values(height, nodata=math.nan)
    inner = gpd.GeoDataFrame({"row": np.arange(len(communes))}, geometry=communes.buffer(-BORDER_M), crs=communes.crs)
    people = None
    if population is not None:
        people = np.nan_to_num(
            raster.warp_like(
                population.with_values(population.floats(), nodata=math.nan), empty, method="nearest"
            ).values,
            nan=0.0,
        )
    return Ground(
        elevation=relief,
        slope_pct=slope_pct(relief).values,
        commune=raster.rasterize(inner, relief, column="row", fill=-1, dtype="int16").values,
        lake=_burnt(lakes, relief, all_touched=False),
        river=_burnt(rivers[rivers["is_major"]] if rivers is not None else None, relief, all_touched=True),
        population=people,
    )


def habitability(ground: Ground) -> NDArray[np.float64]:
    """Weight of each cell as a place for a village: gentle slopes below 1,900 m, people where a population raster is
    given.

    Notes
    -----
    exp(-(slope / 35 %)²) times 1 below 1,200 m, falling to 0.15 at 1,900 m and 0 above (assumption: rice terraces and
    hamlets of the province lie mostly below 1,700 m); times people per km² where known; 0 on lakes and large rivers.
    """
    height = ground.elevation.values
    high = np.interp(height, [1200.0, 1900.0, 1901.0], [1.0, 0.15, 0.0])
    weight = np.exp(-((ground.slope_pct / 35.0) ** 2)) * high
    weight[ground.lake | ground.river | (ground.commune < 0)] = 0.0
    if ground.population is not None:
        weight *= ground.population
    return np.asarray(weight, dtype=np.float64)


def distance_to(ground: Ground, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Straight distance [m] of each cell centre to the nearest of the points (n, 2), (rows, cols)."""
    if len(points) == 1:
        return np.asarray(np.hypot(*(ground.centres - points[0]).T)).reshape(ground.shape)
    distance, _ = cKDTree(points).query(ground.centres)
    return np.asarray(distance, dtype=np.float64).reshape(ground.shape)


def draw_spaced(
    cells: NDArray[np.int64],
    weights: NDArray[np.float64],
    count: int,
    *,
    ground: Ground,
    spacing_m: float,
    taken: NDArray[np.float64],
    rng: np.random.Generator,
) -> NDArray[np.int64]:
    """Draw cells without replacement in proportion to weights, none nearer to another than a spacing.

    Parameters
    ----------
    cells, weights
        (n,) flat indices and weights ≥ 0; cells without weight are never drawn.
    count
        How many.
    spacing_m
        Least distance between them and to `taken` [m]; shortened step by step where there is no room.
    taken
        (k, 2) points that are there already [m].

    Returns
    -------
    ndarray
        (count,) flat indices.

    Raises
    ------
    ValueError
        Fewer cells with weight than asked for.

    Notes
    -----
    Keys log(weight) + Gumbel noise in descending order are a weighted draw without replacement [1]_.

    References
    ----------
    .. [1] T. Vieira (2014): Gumbel-max trick and weighted reservoir sampling.
    """
    usable = weights > 0
    if usable.sum() < count:
        raise ValueError(f"{usable.sum()} usable cells for {count} places")
    cells, weights = cells[usable], weights[usable]
    order = np.argsort(-(np.log(weights) + rng.gumbel(size=len(cells))), kind="stable")
    points = ground.xy(cells[order])
    chosen = np.zeros(len(order), dtype=bool)
    spacing = spacing_m
    while True:
        kept = np.vstack([taken.reshape(-1, 2), points[chosen]])
        for place in np.flatnonzero(~chosen):
            if chosen.sum() == count:
                return np.asarray(cells[order[chosen]])
            if not len(kept) or np.hypot(*(kept - points[place]).T).min() >= spacing:
                chosen[place] = True
                kept = np.vstack([kept, points[place]])
        if chosen.sum() == count:
            return np.asarray(cells[order[chosen]])
        spacing = spacing * 0.7 if spacing > CELL_M else 0.0


def within_cells(
    ground: Ground, cells: NDArray[np.int64], polygons: gpd.GeoSeries, *, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Points (n, 2) [m] up to 70 m from the cell centres, back at the centre where that would leave the polygon of the
    same row."""
    centres = ground.xy(cells)
    moved = centres + rng.uniform(-70.0, 70.0, size=centres.shape)
    inside = gpd.GeoSeries(gpd.points_from_xy(*moved.T), crs=polygons.crs).within(
        polygons.buffer(-BORDER_M / 2).reset_index(drop=True)
    )
    return np.asarray(np.round(np.where(inside.to_numpy()[:, None], moved, centres), 1))


def points_frame(columns: dict[str, object], points: NDArray[np.float64], crs: object) -> gpd.GeoDataFrame:
    """GeoDataFrame of points (n, 2) [m] with a RangeIndex."""
    return gpd.GeoDataFrame(pd.DataFrame(columns), geometry=gpd.points_from_xy(*points.T), crs=crs)


def _burnt(frame: gpd.GeoDataFrame | None, like: Raster, *, all_touched: bool) -> NDArray[np.bool_]:
    if frame is None or frame.empty:
        return np.zeros(like.shape, dtype=bool)
    return np.asarray(raster.rasterize(frame, like, all_touched=all_touched).values > 0)


def _filled(height: NDArray[np.float32]) -> NDArray[np.float32]:
    """Fill unknown cells (beyond the raster) with the nearest known height."""
    unknown = np.isnan(height)
    if not unknown.any():
        return height
    known = np.argwhere(~unknown)
    _, nearest = cKDTree(known).query(np.argwhere(unknown))
    result = height.copy()
    result[unknown] = height[tuple(known[nearest].T)]
    return result
