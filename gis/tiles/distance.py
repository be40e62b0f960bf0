"""Least-cost distance tile by tile: the same bits as over the whole raster, in the memory of one tile."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from infragap.gis.errors import ParameterError
from infragap.gis.leastcost.again import spread_further
from infragap.gis.leastcost.steps import Rules, Slopes
from infragap.gis.tiles.windows import RasterWindows, Window, created_like, opened

IntArray = NDArray[np.int64]

TILE_CELLS = 2048
"""Side of a tile: with heights a spread holds about 30 bytes a cell, 130 MB."""


@dataclass(frozen=True)
class Relief:
    """Heights of the cells in a file of the same grid.

    Attributes
    ----------
    elevation
        The file [m].
    toward_sources
        Whether paths are walked from the cells to the sources.
    """

    elevation: Path
    toward_sources: bool = False


def tiled_cost_distance(
    cost: Path,
    sources: IntArray,
    out: Path,
    *,
    relief: Relief | None = None,
    rules: Rules | None = None,
    tile_cells: int = TILE_CELLS,
) -> int:
    """Write the least cost from the nearest source to every cell of a raster that need not fit into memory.

    Parameters
    ----------
    cost
        Raster file, cost per cell width, at least 0; inf, NaN and nodata are barriers.
    sources
        (k, 2) of (row, column), each starting at 0.
    out
        GeoTIFF to write, float32 in units of cost; inf where no source reaches. Replaced where it is there.
    relief
        Heights, where steps up and down differ; None for the same cost everywhere.
    rules
        Corners, neighbours and limit; its slopes are those of `relief`.
    tile_cells
        Side of a tile.

    Returns
    -------
    int
        How many times a tile was spread over; at best once each.

    Raises
    ------
    ParameterError
        Sources outside the raster or none at all, a negative cost, heights missing on cells that can be crossed, or
        grids that differ.
    LayerError
        A file that is no raster with square cells.

    Notes
    -----
    Each tile is read with a margin as wide as one step. What a spread improves in the margin is handed to the tile that
    owns those cells, until no tile has anything to spread from; the tile with the least distance goes first. Every step
    of every path lies within some tile and its margin, so what is left is the least distance over all paths of the
    whole raster, to the bit: see `spread_further`. Regions and paths are not given.
    """
    rules = rules or Rules()
    with opened(cost, unknown=math.inf) as costs, _heights(relief) as heights:
        if heights is not None and heights.shape != costs.shape:
            raise ParameterError(f"elevation: shape {heights.shape}, but cost has {costs.shape}.")
        front = Front(costs.shape, max(int(tile_cells), rules.reach))
        cells = _flat(sources, costs.shape)
        front.add(cells, np.zeros(len(cells), np.float32))
        toward = relief is not None and relief.toward_sources
        count = 0
        with created_like(out, cost) as distances:
            while (tile := front.next_tile()) is not None:
                count += _spread_over(tile, Layers(costs, heights, distances, toward), rules, front)
    return count


@dataclass(frozen=True, eq=False)
class Layers:
    """What a tile reads and writes."""

    costs: RasterWindows
    heights: RasterWindows | None
    distances: RasterWindows
    toward_sources: bool


@dataclass(frozen=True, eq=False)
class Tile:
    """A tile whose turn it is, and what others found in it: flat cells of the raster and their distances."""

    core: Window
    cells: IntArray
    values: NDArray[np.float32]


class Front:
    """Where there is something to spread from, tile by tile.

    Attributes
    ----------
    shape
        Rows and columns of the raster.
    """

    def __init__(self, shape: tuple[int, int], tile_cells: int) -> None:
        """Begin with nothing."""
        self.shape = shape
        self._side, self._across = tile_cells, -(-shape[1] // tile_cells)
        self._waiting: dict[int, list[tuple[IntArray, NDArray[np.float32]]]] = {}
        self._order: list[tuple[float, int]] = []

    def add(self, cells: IntArray, values: NDArray[np.float32]) -> None:
        """Hand cells with their distances to the tiles that own them."""
        owner = cells // self.shape[1] // self._side * self._across + cells % self.shape[1] // self._side
        for tile in np.unique(owner).tolist():
            mine = owner == tile
            self._waiting.setdefault(tile, []).append((cells[mine], values[mine]))
            heapq.heappush(self._order, (float(values[mine].min()), tile))

    def next_tile(self) -> Tile | None:
        """Take the tile that holds the least distance; None when all is done."""
        while self._order:
            _, number = heapq.heappop(self._order)
            # a tile stands in the order once for each time that something was added
            if (found := self._waiting.pop(number, None)) is not None:
                cells, values = (np.concatenate(parts) for parts in zip(*found, strict=True))
                row, column = number // self._across * self._side, number % self._across * self._side
                rows, columns = min(self._side, self.shape[0] - row), min(self._side, self.shape[1] - column)
                return Tile(Window(row, column, rows, columns), cells, values)
        return None


@contextmanager
def _heights(relief: Relief | None) -> Iterator[RasterWindows | None]:
    if relief is None:
        yield None
        return
    with opened(relief.elevation, unknown=math.nan) as heights:
        yield heights


def _flat(sources: IntArray, shape: tuple[int, int]) -> IntArray:
    """Flat cells of the sources, ascending, each once."""
    given = np.asarray(sources)
    if given.ndim != 2 or given.shape[1] != 2 or not len(given) or given.dtype.kind not in "iu":
        raise ParameterError(f"sources: whole numbers (k, 2) are needed, not {given.dtype} of shape {given.shape}.")
    outside = ((given < 0) | (given >= np.array(shape))).any(axis=1)
    if outside.any():
        raise ParameterError(f"sources: {outside.sum()} of {len(given)} lie outside the raster of {shape} cells.")
    return np.unique(given[:, 0].astype(np.int64) * shape[1] + given[:, 1])


def _spread_over(tile: Tile, layers: Layers, rules: Rules, front: Front) -> bool:
    """Spread over a tile from what was found in it; tell whether there was anything to spread from."""
    window = tile.core.widened(rules.reach, front.shape)
    known = layers.distances.read(window)
    flat = known.ravel()
    cells = (tile.cells // front.shape[1] - window.row) * window.columns + tile.cells % front.shape[1] - window.column
    less = tile.values < flat[cells]
    if not less.any():
        return False
    np.minimum.at(flat, cells[less], tile.values[less])
    cost = layers.costs.read(window)
    cost[np.isnan(cost)] = np.inf
    slopes = None
    if layers.heights is not None:
        slopes = Slopes(layers.heights.read(window), layers.costs.cell_size_m, layers.toward_sources)
    found = spread_further(cost, known, np.unique(cells[less]), replace(rules, slopes=slopes))
    top, left = tile.core.row - window.row, tile.core.column - window.column
    inside = np.s_[top : top + tile.core.rows, left : left + tile.core.columns]
    layers.distances.write(tile.core, np.ascontiguousarray(found[inside]))
    beyond = found < known
    beyond[inside] = False
    rows, columns = np.nonzero(beyond)
    if len(rows):
        front.add((rows + window.row) * front.shape[1] + columns + window.column, found[rows, columns])
    return True
