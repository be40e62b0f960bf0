"""Rasters: writing, sampling, resampling, warping and burning layers in.

A `Raster` is north-up: its transform has no rotation, rows run from north to south. Analyses get it in the measuring
CRS of the pack with square cells, so that one cell width is one number of metres.
"""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import geopandas as gpd
import numpy as np
import pyproj
import rasterio
import rasterio.features
import rasterio.warp
from affine import Affine
from numpy.typing import ArrayLike

from infragap.gis.arrays import AnyArray, BoolArray, Float32Array, FloatArray, IntArray
from infragap.gis.crs import transform
from infragap.gis.errors import LayerError

Method = Literal["nearest", "bilinear", "mean", "mode"]

_RESAMPLING = {
    "nearest": rasterio.warp.Resampling.nearest,
    "bilinear": rasterio.warp.Resampling.bilinear,
    "mean": rasterio.warp.Resampling.average,
    "mode": rasterio.warp.Resampling.mode,
}


@dataclass(frozen=True, eq=False)
class Raster:
    """A grid of values on the ground.

    Attributes
    ----------
    values
        (rows, cols), or (bands, rows, cols).
    transform
        From (col, row) of a cell's north-west corner to (x, y); no rotation.
    crs
        CRS of x and y.
    nodata
        Value that means 'unknown'; NaN always means it too.
    """

    values: AnyArray
    transform: Affine
    crs: pyproj.CRS
    nodata: float | None = None

    def __post_init__(self) -> None:
        """Refuse rotated or south-up grids."""
        if self.transform.b or self.transform.d or self.transform.a <= 0 or self.transform.e >= 0:
            raise LayerError(
                "raster: the grid is rotated or its rows run northwards. Warp it to a north-up grid (gdalwarp does)."
            )

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return int(self.values.shape[-2]), int(self.values.shape[-1])

    @property
    def bands(self) -> int:
        """Number of bands."""
        return 1 if self.values.ndim == 2 else int(self.values.shape[0])

    @property
    def cell_size_m(self) -> float:
        """Width of the square cells [m].

        Raises
        ------
        LayerError
            The grid is in degrees or its cells are not square.
        """
        if not self.crs.is_projected:
            raise LayerError(f"raster: {self.crs.to_string()} measures in degrees. Warp it to a projected CRS first.")
        if not math.isclose(self.transform.a, -self.transform.e, rel_tol=1e-9):
            raise LayerError(
                f"raster: cells of {self.transform.a:g} × {-self.transform.e:g} m are not square. Resample it first."
            )
        return float(self.transform.a)

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east and north edge in the units of the CRS."""
        rows, cols = self.shape
        west, north = self.transform.c, self.transform.f
        return west, north + rows * self.transform.e, west + cols * self.transform.a, north

    def with_values(self, values: AnyArray, *, nodata: float | None = None) -> Raster:
        """Put other values on the same grid."""
        if values.shape[-2:] != self.shape:
            raise ValueError(f"values of shape {values.shape} do not fit the grid {self.shape}")
        return dataclasses.replace(self, values=values, nodata=nodata)

    def valid(self) -> BoolArray:
        """Mark the cells that hold a value, same shape as `values`."""
        known = np.ones(self.values.shape, dtype=bool)
        if np.issubdtype(self.values.dtype, np.floating):
            known = ~np.isnan(self.values)
        if self.nodata is not None and not math.isnan(self.nodata):
            known &= self.values != self.nodata
        return known

    def floats(self) -> Float32Array:
        """Values as float32 with NaN where unknown, a new array."""
        result = self.values.astype(np.float32)
        result[~self.valid()] = np.nan
        return result


def write_raster(raster: Raster, path: Path) -> None:
    """Write a GeoTIFF, deflate-compressed; the same raster always gives the same bytes."""
    bands = raster.values if raster.values.ndim == 3 else raster.values[np.newaxis]
    rows, cols = raster.shape
    predictor = 3 if np.issubdtype(bands.dtype, np.floating) else 2
    with rasterio.open(
        path, "w", driver="GTiff", height=rows, width=cols, count=len(bands), dtype=bands.dtype,
        crs=to_rasterio(raster.crs),
        transform=raster.transform, nodata=raster.nodata, compress="deflate", zlevel=9, predictor=predictor,
        num_threads=1,
    ) as dataset:  # fmt: skip
        dataset.write(bands)


def to_rasterio(crs: pyproj.CRS) -> rasterio.crs.CRS:
    """Give the same CRS for rasterio, by its EPSG code where it has one."""
    code = crs.to_epsg()
    return rasterio.crs.CRS.from_epsg(code) if code else rasterio.crs.CRS.from_wkt(crs.to_wkt())


def rowcol(raster: Raster, x: ArrayLike, y: ArrayLike) -> tuple[IntArray, IntArray]:
    """Give row and column of the cells that hold the points; outside the grid they run on below 0 and beyond the shape.

    Examples
    --------
    Cells of 10 m, the north-west corner at (100, 200):

    >>> grid = Raster(np.zeros((3, 4)), Affine(10, 0, 100, 0, -10, 200), pyproj.CRS("EPSG:32648"))
    >>> [part.tolist() for part in rowcol(grid, [105, 139], [199, 171])]
    [[0, 2], [0, 3]]
    """
    cols = np.floor((np.asarray(x, dtype=np.float64) - raster.transform.c) / raster.transform.a)
    rows = np.floor((np.asarray(y, dtype=np.float64) - raster.transform.f) / raster.transform.e)
    # no coordinate, or one beyond all bounds, is outside, not an overflowing number
    rows, cols = (np.clip(np.nan_to_num(part, nan=-1.0), -(2**31), 2**31) for part in (rows, cols))
    return rows.astype(np.int64), cols.astype(np.int64)


def xy(raster: Raster, row: ArrayLike, col: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Give x and y of cell centres in the CRS of the raster.

    Examples
    --------
    >>> grid = Raster(np.zeros((3, 4)), Affine(10, 0, 100, 0, -10, 200), pyproj.CRS("EPSG:32648"))
    >>> [part.tolist() for part in xy(grid, [0], [3])]
    [[135.0], [195.0]]
    """
    x = raster.transform.c + (np.asarray(col, dtype=np.float64) + 0.5) * raster.transform.a
    y = raster.transform.f + (np.asarray(row, dtype=np.float64) + 0.5) * raster.transform.e
    return x, y


def inside(raster: Raster, x: ArrayLike, y: ArrayLike) -> BoolArray:
    """Tell which points lie on the grid."""
    rows, cols = rowcol(raster, x, y)
    return np.asarray((rows >= 0) & (rows < raster.shape[0]) & (cols >= 0) & (cols < raster.shape[1]))


def sample(
    raster: Raster, x: ArrayLike, y: ArrayLike, *, method: Literal["bilinear", "nearest"] = "bilinear"
) -> FloatArray:
    """Read the raster at points.

    Parameters
    ----------
    raster
        Any grid.
    x, y
        (n,) coordinates in the CRS of the raster.
    method
        'bilinear' between the four nearest cell centres (those known, weights rescaled; half a cell from the edge the
        edge value holds), 'nearest' for classes.

    Returns
    -------
    ndarray
        (n,) or (bands, n) float64; NaN outside the grid and where the cell that holds the point is unknown.

    Examples
    --------
    Halfway between two centres lies the mean of the two cells:

    >>> grid = Raster(np.array([[0.0, 8.0]]), Affine(10, 0, 0, 0, -10, 10), pyproj.CRS("EPSG:32648"))
    >>> sample(grid, [5, 10, 15], [5, 5, 5]).tolist()
    [0.0, 4.0, 8.0]
    """
    x_points, y_points = np.atleast_1d(np.asarray(x, dtype=np.float64)), np.atleast_1d(np.asarray(y, dtype=np.float64))
    rows_count, cols_count = raster.shape
    on_grid = inside(raster, x_points, y_points)
    result = np.full((*raster.values.shape[:-2], len(x_points)), np.nan)
    x_in, y_in = x_points[on_grid], y_points[on_grid]
    rows, cols = rowcol(raster, x_in, y_in)
    centre = _float64_at(raster, rows, cols)
    if method == "nearest":
        result[..., on_grid] = centre
        return result
    col_position = np.clip((x_in - raster.transform.c) / raster.transform.a - 0.5, 0, cols_count - 1)
    row_position = np.clip((y_in - raster.transform.f) / raster.transform.e - 0.5, 0, rows_count - 1)
    col0, row0 = np.floor(col_position).astype(np.int64), np.floor(row_position).astype(np.int64)
    col1, row1 = np.minimum(col0 + 1, cols_count - 1), np.minimum(row0 + 1, rows_count - 1)
    u, v = col_position - col0, row_position - row0
    total, weight_sum = np.zeros(centre.shape), np.zeros(centre.shape)
    for r, c, weight in (
        (row0, col0, (1 - u) * (1 - v)),
        (row0, col1, u * (1 - v)),
        (row1, col0, (1 - u) * v),
        (row1, col1, u * v),
    ):
        corner = _float64_at(raster, r, c)
        known = ~np.isnan(corner)
        total += np.where(known, corner, 0.0) * weight
        weight_sum += known * weight
    unknown = np.isnan(centre) | (weight_sum == 0)
    result[..., on_grid] = np.where(unknown, np.nan, total / np.where(weight_sum == 0, 1.0, weight_sum))
    return result


def _float64_at(raster: Raster, rows: IntArray, cols: IntArray) -> FloatArray:
    picked = raster.values[..., rows, cols]
    result = picked.astype(np.float64)
    if raster.nodata is not None and not math.isnan(raster.nodata):
        result[picked == raster.nodata] = np.nan
    return np.asarray(result)


def resample(raster: Raster, *, cell_size_m: float, method: Method = "mean") -> Raster:
    """Change the cell size, north-west corner kept; the last row and column may reach beyond the old edge.

    Parameters
    ----------
    raster
        In a metric CRS.
    cell_size_m
        New width of the square cells [m].
    method
        'mean' of the cells inside (heights, amounts), 'mode' or 'nearest' (classes), 'bilinear' (to finer cells).
    """
    west, south, east, north = raster.bounds
    cols = math.ceil(round((east - west) / cell_size_m, 6))
    rows = math.ceil(round((north - south) / cell_size_m, 6))
    target = Affine(cell_size_m, 0, west, 0, -cell_size_m, north)
    return _reproject(raster, crs=raster.crs, transform=target, shape=(rows, cols), method=method)


def warp(
    raster: Raster, *, crs: pyproj.CRS | str, cell_size_m: float | None = None, method: Method = "bilinear"
) -> Raster:
    """Bring a raster into another, metric CRS with square cells; a raster that is already there comes back as it is.

    Parameters
    ----------
    raster
        In any CRS.
    crs
        Target, in metres.
    cell_size_m
        Width of the new cells [m]; by default about that of the old ones, and edges on whole multiples of it.
    method
        As in `resample`.
    """
    target_crs = pyproj.CRS.from_user_input(crs)
    square = math.isclose(raster.transform.a, -raster.transform.e, rel_tol=1e-9)
    if raster.crs == target_crs and square and cell_size_m in (None, raster.transform.a):
        return raster
    cell_m = cell_size_m or float(f"{_centre_cell_m(raster, target_crs):.3g}")
    west, south, east, north = rasterio.warp.transform_bounds(
        to_rasterio(raster.crs), to_rasterio(target_crs), *raster.bounds
    )
    left, top = math.floor(west / cell_m) * cell_m, math.ceil(north / cell_m) * cell_m
    shape = (math.ceil((top - south) / cell_m), math.ceil((east - left) / cell_m))
    return _reproject(
        raster, crs=target_crs, transform=Affine(cell_m, 0, left, 0, -cell_m, top), shape=shape, method=method
    )


def _centre_cell_m(raster: Raster, crs: pyproj.CRS) -> float:
    # side of the square with the area of the middle cell
    row, col = raster.shape[0] // 2, raster.shape[1] // 2
    x, y = xy(raster, [row, row, row + 1], [col, col + 1, col])
    x, y = transform(x, y, source=raster.crs, target=crs)
    return math.sqrt(math.hypot(x[1] - x[0], y[1] - y[0]) * math.hypot(x[2] - x[0], y[2] - y[0]))


def warp_like(raster: Raster, like: Raster, *, method: Method = "bilinear") -> Raster:
    """Bring a raster onto the grid of another one."""
    return _reproject(raster, crs=like.crs, transform=like.transform, shape=like.shape, method=method)


def _reproject(raster: Raster, *, crs: pyproj.CRS, transform: Affine, shape: tuple[int, int], method: Method) -> Raster:
    nodata = raster.nodata
    if nodata is None:
        # a grid in another CRS has corners that the old one does not cover: they need a value of their own
        is_float = np.issubdtype(raster.values.dtype, np.floating)
        nodata = math.nan if is_float else float(np.iinfo(raster.values.dtype).max)
    target = np.full((*raster.values.shape[:-2], *shape), nodata, dtype=raster.values.dtype)
    rasterio.warp.reproject(
        raster.values, target, src_transform=raster.transform, src_crs=to_rasterio(raster.crs), src_nodata=nodata,
        dst_transform=transform,
        dst_crs=to_rasterio(crs), dst_nodata=nodata, resampling=_RESAMPLING[method], num_threads=1,
    )  # fmt: skip
    return Raster(values=target, transform=transform, crs=crs, nodata=nodata)


def rasterize(
    frame: gpd.GeoDataFrame,
    like: Raster,
    *,
    column: str | None = None,
    fill: float = 0,
    dtype: str = "uint8",
    all_touched: bool = False,
) -> Raster:
    """Burn geometries into a grid.

    Parameters
    ----------
    frame
        Layer in the CRS of `like`.
    like
        Grid to burn into.
    column
        Numeric column whose values are burnt, later rows over earlier ones; 1 where None.
    fill
        Value of the cells that no geometry holds.
    dtype
        Of the result.
    all_touched
        Every cell that a geometry touches, not only those whose centre a polygon holds (lines always take the touched
        line of cells).

    Raises
    ------
    LayerError
        The CRS differ.
    """
    if frame.crs != like.crs:
        raise LayerError(
            f"rasterize: the layer is in {frame.crs} and the grid in {like.crs.to_string()}. Reproject the layer first."
        )
    shapes = zip(frame.geometry, frame[column] if column else [1] * len(frame), strict=True)
    kept = [(shape, value) for shape, value in shapes if shape is not None and not shape.is_empty]
    if not kept:
        return like.with_values(np.full(like.shape, fill, dtype=dtype))
    burnt = rasterio.features.rasterize(
        kept, out_shape=like.shape, fill=fill, transform=like.transform, all_touched=all_touched, dtype=dtype
    )
    return like.with_values(burnt)
