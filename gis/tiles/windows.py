"""Windows of a raster file: read and written one at a time, the cache of the reader bounded."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.windows import Window as RasterioWindow

from infragap.gis.errors import LayerError

CACHE_MB = 256
"""Memory of the reader for blocks of files, whatever the machine has."""

BLOCK = 256
"""Side of the blocks of a file that is written here [cells]."""


class Window(NamedTuple):
    """A rectangle of cells: first row and column, number of rows and columns."""

    row: int
    column: int
    rows: int
    columns: int

    def widened(self, by: int, shape: tuple[int, int]) -> Window:
        """Give the window with a margin, as far as the raster goes."""
        row, column = max(self.row - by, 0), max(self.column - by, 0)
        return Window(
            row,
            column,
            min(self.row + self.rows + by, shape[0]) - row,
            min(self.column + self.columns + by, shape[1]) - column,
        )


class RasterWindows:
    """A raster file with one band, as windows.

    Attributes
    ----------
    shape
        Rows and columns.
    cell_size_m
        Width of the square cells, in the unit of the file's CRS.
    """

    def __init__(self, dataset: Any, unknown: float) -> None:
        """Take an open dataset, and what unknown cells read as."""
        self._dataset, self._unknown = dataset, unknown
        self.shape: tuple[int, int] = dataset.shape
        self.cell_size_m = float(dataset.transform.a)

    def read(self, window: Window) -> NDArray[np.float32]:
        """Read (rows, columns) of a window."""
        values = self._dataset.read(1, window=_of_rasterio(window), out_dtype="float32")
        if self._dataset.nodata is not None and not math.isinf(self._dataset.nodata):
            values[values == np.float32(self._dataset.nodata)] = self._unknown
        return np.asarray(values)

    def write(self, window: Window, values: NDArray[np.float32]) -> None:
        """Write a window."""
        self._dataset.write(values, 1, window=_of_rasterio(window))


@contextmanager
def opened(path: Path, *, unknown: float) -> Iterator[RasterWindows]:
    """Open a raster file to read windows of its first band.

    Parameters
    ----------
    path
        Any format that GDAL reads.
    unknown
        What cells of the file's nodata value read as.

    Raises
    ------
    LayerError
        The file cannot be read, its grid is rotated or runs northwards, or its cells are not square.
    """
    with rasterio.Env(GDAL_CACHEMAX=CACHE_MB):
        try:
            dataset = rasterio.open(path)
        except rasterio.errors.RasterioIOError as error:
            raise LayerError(f"{path.name}: no raster that can be read. Give a GeoTIFF.") from error
        with dataset:
            grid = dataset.transform
            if grid.b or grid.d or grid.e >= 0 or abs(grid.a + grid.e) > 1e-6 * grid.a:
                raise LayerError(f"{path.name}: the grid is not north-up with square cells. Warp it (gdalwarp does).")
            yield RasterWindows(dataset, unknown)


@contextmanager
def created_like(path: Path, like: Path) -> Iterator[RasterWindows]:
    """Make a GeoTIFF of float32 with the grid of another file; cells that are not written read as inf."""
    with rasterio.Env(GDAL_CACHEMAX=CACHE_MB), rasterio.open(like) as other:
        profile = {
            "driver": "GTiff",
            "dtype": "float32",
            "count": 1,
            "height": other.height,
            "width": other.width,
            "crs": other.crs,
            "transform": other.transform,
            "nodata": math.inf,
            "tiled": True,
            "blockxsize": BLOCK,
            "blockysize": BLOCK,
            "BIGTIFF": "IF_SAFER",
            "SPARSE_OK": "TRUE",
        }
        with rasterio.open(path, "w+", **profile) as dataset:
            yield RasterWindows(dataset, math.inf)


def _of_rasterio(window: Window) -> Any:
    return RasterioWindow(window.column, window.row, window.columns, window.rows)
