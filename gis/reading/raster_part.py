"""Which cells of a raster file are read: all of them where they fit into memory; else the ground of the pack, in wider
cells where even that does not fit."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyproj
import rasterio.enums
import rasterio.warp
import rasterio.windows
import shapely
from affine import Affine

from infragap.gis.crs import WGS84
from infragap.gis.findings import fault, notice
from infragap.gis.raster import to_rasterio
from infragap.gis.reading.files import limits

Bounds = tuple[float, float, float, float]
"""West, south, east, north."""

RASTER_MB = 800.0
"""Largest raster in memory, as declared [MB]."""

MARGIN_KM = 20.0
"""Ground beyond the places of the pack that is read with them: lines, streams and ways around them lead there."""

COARSER_UP_TO = 64
"""Most cells of the file along one side of a cell that is read."""

KM_PER_DEGREE = 110.6
"""Of latitude, where it is shortest."""

PLACES = ("settlements", "villages", "communes", "schools", "water_schemes")
LINES = "grid_lines"

PART = notice(
    "raster.part",
    tolerance=f"rasters up to {RASTER_MB:.0f} MB and 150 million cells are read whole",
    reason=f"of a larger one the places of the pack, the nearest of its lines and {MARGIN_KM:.0f} km around both are "
    "read",
)
COARSE = notice(
    "raster.coarse",
    tolerance=f"as for `raster.part`; at most {COARSER_UP_TO} cells side by side make one",
    reason="ground that is too large for memory is read in wider cells: means, of classes the most frequent one",
)
ELSEWHERE = fault("raster.elsewhere", reason="a raster that no place of the pack lies on says nothing about it")


@dataclass(frozen=True)
class Part:
    """Cells of a file that are read.

    Attributes
    ----------
    row, column
        First of them.
    rows, columns
        How many cells of the file.
    coarser
        Cells of the file along one side of a cell that is read; both numbers above are multiples of it.
    """

    row: int
    column: int
    rows: int
    columns: int
    coarser: int = 1

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns that are read."""
        return self.rows // self.coarser, self.columns // self.coarser

    @property
    def window(self) -> Any:
        """The same for rasterio."""
        return rasterio.windows.Window(self.column, self.row, self.columns, self.rows)

    def affine(self, whole: Affine) -> Affine:
        """Transform of the cells that are read."""
        west, north = whole.c + self.column * whole.a, whole.f + self.row * whole.e
        return Affine(whole.a * self.coarser, 0, west, 0, whole.e * self.coarser, north)


def ground_of(frames: Mapping[str, gpd.GeoDataFrame]) -> Bounds | None:
    """Give the box that a raster is read for [degrees, WGS84]: all places, and the nearest of the existing lines.

    Parameters
    ----------
    frames
        Layers by name, in any CRS; only `PLACES` and `LINES` are looked at.

    Returns
    -------
    tuple or None
        None where there is no place.
    """
    boxes = [frames[name].geometry.to_crs(WGS84).total_bounds for name in PLACES if len(frames.get(name, ()))]
    boxes = [box for box in boxes if np.isfinite(box).all()]
    if not boxes:
        return None
    lows, highs = np.min(boxes, axis=0)[:2], np.max(boxes, axis=0)[2:]
    ground = shapely.box(*lows, *highs)
    if len(frames.get(LINES, ())):
        drawn = frames[LINES].geometry.to_crs(WGS84)
        ground = shapely.union(ground, shapely.shortest_line(ground, drawn.union_all()))
    west, south, east, north = ground.bounds
    return west, south, east, north


def fits(rows: int, columns: int, dataset: Any) -> bool:
    """Tell whether so many cells of every band may be held in memory."""
    cells = rows * columns * dataset.count
    size_mb = cells * np.dtype(dataset.dtypes[0]).itemsize / 1e6
    return bool(cells <= limits().raster_cells and size_mb <= RASTER_MB)


def part_of(dataset: Any, crs: pyproj.CRS, ground: Callable[[], Bounds | None], *, layer: str) -> Part | None:
    """Find the cells to be read of a file that is too large for memory.

    Parameters
    ----------
    dataset
        The open file.
    crs
        CRS of the file.
    ground
        Gives the box of the pack's places [degrees, WGS84]; None where there are none.
    layer
        Name for messages.

    Returns
    -------
    Part or None
        None where there is no place, or where no reading of `COARSER_UP_TO` fits.

    Raises
    ------
    LayerError
        No place lies on the raster.
    """
    box = ground()
    if box is None:
        return None
    row, column, rows, columns = _cells_of(_widened(box), dataset, crs)
    if rows <= 0 or columns <= 0:
        raise ELSEWHERE.error(layer, file=Path(dataset.name).name)
    coarser = 1
    while not fits(rows // coarser, columns // coarser, dataset) and coarser <= COARSER_UP_TO:
        coarser += 1
    rows, columns = rows // coarser * coarser, columns // coarser * coarser
    return Part(row, column, rows, columns, coarser) if coarser <= COARSER_UP_TO and rows and columns else None


def _widened(box: Bounds) -> Bounds:
    """Box with the margin around it [degrees]."""
    west, south, east, north = box
    up = MARGIN_KM / KM_PER_DEGREE
    aside = up / max(math.cos(math.radians(max(abs(south), abs(north)))), 0.05)
    return max(west - aside, -180.0), max(south - up, -90.0), min(east + aside, 180.0), min(north + up, 90.0)


def _cells_of(box: Bounds, dataset: Any, crs: pyproj.CRS) -> tuple[int, int, int, int]:
    """First row and column of the cells below a box, and how many there are of each."""
    west, south, east, north = rasterio.warp.transform_bounds("EPSG:4326", to_rasterio(crs), *box)
    grid = dataset.transform
    found = []
    for low, high, origin, step, most in (
        (south, north, grid.f, grid.e, dataset.height),
        (west, east, grid.c, grid.a, dataset.width),
    ):
        first, last = sorted(((low - origin) / step, (high - origin) / step))
        start = max(math.floor(first), 0)
        found.append((start, min(math.ceil(last), most) - start))
    (row, rows), (column, columns) = found
    return row, column, rows, columns
