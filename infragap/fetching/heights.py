"""Heights of a box: Copernicus GLO-30 where it is small, GLO-90 where it is large, on one grid."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from affine import Affine

from infragap.fetching.client import Client, Fetched, FetchError, NotThereError, Wanted
from infragap.fetching.grounds import Box, corners, opened, written
from infragap.fetching.services import address
from infragap.gis.arrays import FloatArray, IntArray

FINE_M, COARSE_M = 30, 90
SIZES_M = (FINE_M, COARSE_M)
CELLS_PER_DEGREE = {FINE_M: 3600, COARSE_M: 1200}
SERVICE = {FINE_M: "dem30", COARSE_M: "dem"}
ARC_SECONDS_10 = {FINE_M: 10, COARSE_M: 30}
"""Number in the names of the tiles."""

MOST_FINE_CELLS = 60_000_000
"""Boxes with more cells of 30 m than this, 4.6 square degrees or a large province, get 90 m: a plan on 36 million cells
took 1.6 GB."""

MOST_CELLS = 400_000_000
"""Above this the raster would not fit into the memory of a small machine."""

NOT_RELEASED = frozenset(
    {(38, lon) for lon in (45, 46, 48, 49)} | {(39, lon) for lon in range(44, 50)}
    | {(40, lon) for lon in range(43, 51)} | {(41, lon) for lon in range(43, 50)}
)  # fmt: skip
"""South-west corners of the land tiles in Armenia and Azerbaijan that GLO-30 does not have; any other that is absent is
sea."""


@dataclass
class Heights:
    """What was made.

    Attributes
    ----------
    cell_m
        30 or 90.
    files
        Tiles.
    coarser
        Names of the tiles of 90 m that stand in for those of 30 m that were never released.
    sea
        Number of tiles that are not there.
    """

    cell_m: int
    files: list[Fetched] = field(default_factory=list)
    coarser: list[str] = field(default_factory=list)
    sea: int = 0


def tile_name(latitude: int, longitude: int, cell_m: int) -> str:
    """Name of a tile of one degree by its south-west corner [°].

    Examples
    --------
    >>> tile_name(22, 103, 30), tile_name(-1, -11, 90)
    ('Copernicus_DSM_COG_10_N22_00_E103_00_DEM', 'Copernicus_DSM_COG_30_S01_00_W011_00_DEM')
    """
    north, east = "N" if latitude >= 0 else "S", "E" if longitude >= 0 else "W"
    where = f"{north}{abs(latitude):02d}_00_{east}{abs(longitude):03d}_00"
    return f"Copernicus_DSM_COG_{ARC_SECONDS_10[cell_m]}_{where}_DEM"


def tiles(box: Box, cell_m: int) -> list[str]:
    """Names of the tiles that a box touches.

    Examples
    --------
    >>> tiles((-10.5, -0.5, -10.4, -0.4), 30)
    ['Copernicus_DSM_COG_10_S01_00_W011_00_DEM']
    >>> len(tiles((-0.5, -0.5, 0.5, 0.5), 30))
    4
    """
    return [tile_name(lat, lon, cell_m) for lat, lon in corners(box, 1)]


def cell_size_m(box: Box, asked_m: int = 0) -> int:
    """Size of the cells for a box: as asked for, or by the number of cells.

    Parameters
    ----------
    box
        West, south, east, north [°].
    asked_m
        30, 90, or 0 for what fits.

    Raises
    ------
    FetchError
        So many cells would not fit into the memory.

    Examples
    --------
    >>> cell_size_m((103.5, 21.3, 105.1, 22.9)), cell_size_m((102.1, 8.5, 109.5, 23.4))
    (30, 90)
    """
    west, south, east, north = box
    cells = {size: (east - west) * (north - south) * count**2 for size, count in CELLS_PER_DEGREE.items()}
    size = asked_m or (FINE_M if cells[FINE_M] <= MOST_FINE_CELLS else COARSE_M)
    if cells[size] > MOST_CELLS:
        raise FetchError(
            f"dem: {cells[size] / 1e6:.0f} million cells of {size} m are more than {MOST_CELLS / 1e6:.0f} million; "
            "take a smaller box, or --elevation-m 90"
        )
    return size


def fetch_heights(client: Client, box: Box, path: Path, *, asked_m: int = 0) -> Heights:
    """Write the heights of a box [m above EGM2008, surface with trees and roofs]; sea is 0.

    Raises
    ------
    NotThereError
        No tile of the box is there.
    FetchError
        A tile could not be fetched or read.
    """
    made = Heights(cell_size_m(box, asked_m))
    grid = Grid.over(box, CELLS_PER_DEGREE[made.cell_m])
    for corner in corners(box, 1):
        try:
            fetched = _tile(client, *corner, made.cell_m)
        except NotThereError:
            if made.cell_m == COARSE_M or corner not in NOT_RELEASED:
                made.sea += 1
                continue
            fetched = _tile(client, *corner, COARSE_M)
            made.coarser.append(tile_name(*corner, COARSE_M))
        made.files.append(fetched)
        with opened(fetched.path) as dataset:
            grid.put(corner, dataset.read(1), dataset.transform)
    if not made.files:
        raise NotThereError("dem: no tile of heights lies in the box")
    written(path, grid.values, grid.transform)
    return made


def _tile(client: Client, latitude: int, longitude: int, cell_m: int) -> Fetched:
    name, known = tile_name(latitude, longitude, cell_m), SERVICE[cell_m]
    return client.get(Wanted(known, address(known, f"{name}/{name}.tif", client.environment), "tiff"))


@dataclass
class Grid:
    """Heights at whole fractions of a degree, as the tiles have them: points, so that cells begin half a cell outside.

    Attributes
    ----------
    x, y
        Numbers of the columns and rows, counted in cells from 0° eastwards and northwards.
    x_tile, y_tile
        South-west corners of the tiles that they lie in [°].
    per_degree
        Cells in a degree.
    values
        (rows, columns) m, from the north.
    """

    x: IntArray
    y: IntArray
    x_tile: IntArray
    y_tile: IntArray
    per_degree: int
    values: Any

    @classmethod
    def over(cls, box: Box, per_degree: int) -> Grid:
        """Give the grid that covers a box, all of it sea."""
        west, south, east, north = box
        x = np.arange(math.floor(west * per_degree), math.ceil(east * per_degree) + 1)
        y = np.arange(math.ceil(north * per_degree), math.floor(south * per_degree) - 1, -1)
        # the northern rim of a degree is in its tile, the eastern one is in the next; what the grid holds beyond the
        # tiles that the box touches goes with the last of them
        x_tile = np.clip(x // per_degree, math.floor(west), math.ceil(east) - 1)
        y_tile = np.clip(-(-y // per_degree) - 1, math.floor(south), math.ceil(north) - 1)
        return cls(x, y, x_tile, y_tile, per_degree, np.zeros((len(y), len(x)), dtype=np.float32))

    @property
    def transform(self) -> Affine:
        """Of the raster [°]."""
        step = 1 / self.per_degree
        return Affine(step, 0, (self.x[0] - 0.5) * step, 0, -step, (self.y[0] + 0.5) * step)

    def put(self, corner: tuple[int, int], tile: FloatArray, own: Affine) -> None:
        """Put the heights of a tile into its degree, between its points by both directions, at its rim as they are.

        Parameters
        ----------
        corner
            Latitude and longitude of the south-west corner [°].
        tile
            (rows, columns) m; poleward tiles have fewer columns.
        own
            Its transform [°].
        """
        rows, columns = np.flatnonzero(self.y_tile == corner[0]), np.flatnonzero(self.x_tile == corner[1])
        below, south = _between((own.f - self.y[rows] / self.per_degree) / -own.e - 0.5, tile.shape[0])
        left, east = _between((self.x[columns] / self.per_degree - own.c) / own.a - 0.5, tile.shape[1])
        right = np.minimum(left + 1, tile.shape[1] - 1)
        lower = np.minimum(below + 1, tile.shape[0] - 1)
        upper_row = tile[np.ix_(below, left)] * (1 - east) + tile[np.ix_(below, right)] * east
        lower_row = tile[np.ix_(lower, left)] * (1 - east) + tile[np.ix_(lower, right)] * east
        heights = upper_row * (1 - south[:, None]) + lower_row * south[:, None]
        self.values[np.ix_(rows, columns)] = np.where(np.isfinite(heights), heights, 0.0)


def _between(place: FloatArray, count: int) -> tuple[IntArray, FloatArray]:
    """Number of the point before each place, and the share of the way to the next."""
    inside = np.clip(place, 0, count - 1)
    before = np.floor(inside).astype(int)
    return before, inside - before
