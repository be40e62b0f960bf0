"""Ground that a campus can be built on: flat enough, in one piece, off floods and off forest that must stay."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import rasterio.features
import shapely
from numpy.typing import ArrayLike
from scipy import ndimage

from infragap.analyses.arrays import BoolArray, FloatArray, ObjectArray
from infragap.analyses.schools.parameters import SchoolsParameters
from infragap.gis.raster import Raster, rasterize, rowcol, sample, warp_like
from infragap.gis.schema import FOREST_NATURAL, FOREST_SPECIAL_USE
from infragap.gis.terrain import slope_pct

NEAR_M = 500.0
"""A campus 'at' a village, centre or point stands on ground within this distance (choice)."""


@dataclass(frozen=True, eq=False)
class CampusGround:
    """Where a campus could be built, on the grid of the heights.

    Attributes
    ----------
    slope
        Steepest slope [%].
    area_ha
        Contiguous buildable ground around each cell within a square that holds `site_area_full_ha`; 0 on ground that is
        not buildable.
    """

    slope: Raster
    area_ha: Raster


def campus_ground(
    elevation: Raster,
    forest: Raster | None,
    water: ObjectArray,
    within: gpd.GeoDataFrame,
    *,
    parameters: SchoolsParameters,
) -> CampusGround:
    """Find the buildable ground.

    Parameters
    ----------
    elevation
        Heights [m] in the measuring CRS.
    forest
        Class codes; natural and special-use forest is not built on. None = no forest known.
    water
        Rivers and lakes; nearer to them than `site_river_min_m` ground counts as flooded.
    within
        Communes that a campus is looked for in.
    parameters
        Limits.
    """
    slope = slope_pct(elevation)
    buildable = slope.values <= parameters.site_slope_max_pct
    if forest is not None:
        classes = warp_like(forest, elevation, method="nearest").values
        buildable &= (classes < FOREST_NATURAL) & (classes % FOREST_NATURAL != FOREST_SPECIAL_USE)
    buildable &= rasterize(within, elevation, all_touched=True).values.astype(bool)
    buildable &= ~_flooded(elevation, water, parameters.site_river_min_m)
    return CampusGround(slope=slope, area_ha=elevation.with_values(_contiguous_ha(buildable, elevation, parameters)))


def _flooded(like: Raster, water: ObjectArray, within_m: float) -> BoolArray:
    """Cells whose centre lies nearer to water than this."""
    wet = [(shape, 1) for shape in shapely.buffer(water, within_m) if not shape.is_empty]
    if not wet or within_m <= 0:
        return np.zeros(like.shape, bool)
    burnt = rasterio.features.rasterize(wet, out_shape=like.shape, transform=like.transform, dtype="uint8")
    return np.asarray(burnt.astype(bool))


def _contiguous_ha(buildable: BoolArray, like: Raster, parameters: SchoolsParameters) -> FloatArray:
    """Buildable ground of one piece around each cell, counted within a square that holds the full area [ha]."""
    cell_ha = like.cell_size_m**2 / 10_000
    reach = int(np.ceil((np.sqrt(parameters.site_area_full_ha / cell_ha) - 1) / 2 - 1e-9))
    size = 2 * max(reach, 0) + 1
    if size == 1:
        return np.where(buildable, cell_ha, 0.0)
    # ground grown from the middle cell, neighbour by neighbour, within the square
    area = np.zeros(buildable.shape)
    padded = np.pad(buildable, reach)
    windows = np.lib.stride_tricks.sliding_window_view(padded, (size, size))
    row, column = np.nonzero(buildable)
    cross = ndimage.generate_binary_structure(3, 1)
    cross[0] = cross[2] = False
    for start in range(0, len(row), 200_000):
        part = slice(start, start + 200_000)
        block = windows[row[part], column[part]]
        grown = np.zeros_like(block)
        grown[:, reach, reach] = True
        grown = ndimage.binary_dilation(grown, structure=cross, iterations=size * size, mask=block)
        area[row[part], column[part]] = cell_ha * grown.sum(axis=(1, 2))
    return area


def ground_at(ground: CampusGround, x: ArrayLike, y: ArrayLike, *, within_m: float = NEAR_M) -> FloatArray:
    """Largest contiguous buildable ground within a distance of points [ha]."""
    area = ground.area_ha
    reach = int(within_m // area.cell_size_m)
    rows, columns = rowcol(area, np.asarray(x, float), np.asarray(y, float))
    step = np.arange(-reach, reach + 1)
    down, right = (one.ravel() for one in np.meshgrid(step, step, indexing="ij"))
    near = np.hypot(down, right) * area.cell_size_m <= within_m
    row = np.clip(rows[:, None] + down[near], 0, area.shape[0] - 1)
    column = np.clip(columns[:, None] + right[near], 0, area.shape[1] - 1)
    return np.asarray(area.values[row, column].max(axis=1), np.float64)


def slope_at(ground: CampusGround, x: ArrayLike, y: ArrayLike) -> FloatArray:
    """Steepest slope of the cells that hold points [%]."""
    return np.asarray(sample(ground.slope, np.asarray(x, float), np.asarray(y, float), method="nearest"), np.float64)


def spread_out(ground: CampusGround, within: gpd.GeoDataFrame, parameters: SchoolsParameters) -> gpd.GeoDataFrame:
    """Cells of open ground for candidates: in each square of `site_spacing_m` the one with most ground, of equals the
    flattest.

    The squares are laid out from the grid's corner, so that neither roads nor the order of anything moves a candidate.

    Returns
    -------
    GeoDataFrame
        commune_code, row and column on the grid, and the point.
    """
    area, slope = ground.area_ha, ground.slope
    codes = rasterio.features.rasterize(
        ((shape, number + 1) for number, shape in enumerate(within.geometry)),
        out_shape=area.shape, transform=area.transform, dtype="int32",
    )  # fmt: skip
    usable = (area.values >= parameters.site_area_min_ha) & (codes > 0)
    row, column = np.nonzero(usable)
    side = max(round(parameters.site_spacing_m / area.cell_size_m), 1)
    square = (row // side) * (area.shape[1] // side + 1) + column // side
    commune = codes[row, column]
    order = np.lexsort((column, row, slope.values[row, column], -area.values[row, column], commune, square))
    key = np.stack([square[order], commune[order]])
    first = order[np.concatenate([[True], (key[:, 1:] != key[:, :-1]).any(axis=0)])] if len(order) else order
    x = area.transform.c + (column[first] + 0.5) * area.cell_size_m
    y = area.transform.f - (row[first] + 0.5) * area.cell_size_m
    return gpd.GeoDataFrame(
        {
            "commune_code": within["commune_code"].to_numpy()[commune[first] - 1],
            "row": row[first],
            "column": column[first],
        },
        geometry=gpd.points_from_xy(x, y),
        crs=area.crs,
    )
