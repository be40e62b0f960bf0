"""Small grids for the tests of rasters and terrain."""

import numpy as np
import pyproj
from affine import Affine

from infragap.gis.raster import Raster

CRS = pyproj.CRS("EPSG:9208")
WEST, NORTH, CELL = 400_000.0, 2_450_000.0, 100.0


def grid(values: np.ndarray, *, cell: float = CELL, nodata: float | None = None) -> Raster:
    return Raster(values=values, transform=Affine(cell, 0, WEST, 0, -cell, NORTH), crs=CRS, nodata=nodata)


def plane(east: float, north: float, shape: tuple[int, int] = (12, 15)) -> Raster:
    """Heights of a plane that rises by `east` and `north` [m/m], 1,000 m at the middle of the first cell."""
    rows, cols = np.indices(shape)
    return grid(1000 + CELL * (east * cols - north * rows))
