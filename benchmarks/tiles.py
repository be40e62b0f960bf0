"""Least-cost distance over rasters beyond memory, tile by tile, beside the whole-raster run where that is feasible."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import rasterio
from rasterio.windows import Window

from benchmarks import Row
from benchmarks.measure import peak_memory_mb, timed
from infragap.gis.leastcost.distance import cost_distance
from infragap.gis.tiles.distance import tiled_cost_distance

BAND = 512
"""Rows made at a time."""

SIDES, LONG_SIDES = (2_000,), (2_000, 10_000, 31_623)
"""Sides of the square rasters [cells]: 4 · 10⁶, 10⁸, 10⁹."""

WHOLE_UP_TO = 10_000
"""Side up to which the whole raster is searched too, 1 GB of memory and the input."""


def write_cost(path: Path, side: int, seed: int = 1) -> Path:
    """Write a seeded raster: log-normal costs, broad ridges that are ten times as dear, 2 % of barriers."""
    profile = {
        "driver": "GTiff", "dtype": "float32", "count": 1, "height": side, "width": side, "tiled": True,
        "blockxsize": 512, "blockysize": 512, "crs": "EPSG:9208", "BIGTIFF": "IF_SAFER",
        "transform": rasterio.Affine(30, 0, 440_000, 0, -30, 2_430_000),
    }  # fmt: skip
    with rasterio.Env(GDAL_CACHEMAX=256), rasterio.open(path, "w", **profile) as file:
        column = np.arange(side)
        for top in range(0, side, BAND):
            rows = min(BAND, side - top)
            rng = np.random.default_rng([seed, top])
            cost = rng.lognormal(0, 0.5, (rows, side)).astype(np.float32)
            wave = np.sin(column / 700.0)[None, :] * np.sin((top + np.arange(rows)) / 500.0)[:, None]
            cost[wave > 0.6] *= 10
            cost[rng.random((rows, side)) < 0.02] = np.inf
            file.write(cost, 1, window=Window(0, top, side, rows))
    return path


def sources_of(side: int, seed: int = 1) -> np.ndarray:
    """Twenty seeded cells."""
    return np.random.default_rng([seed, side]).integers(0, side, (20, 2))


def tiled(cost: Path, out: Path, side: int) -> int:
    return tiled_cost_distance(cost, sources_of(side), out)


def same_as_whole(cost: Path, out: Path, side: int) -> tuple[bool, float]:
    """Whether the file holds the bits of the whole-raster run, and what that took [s]."""
    with rasterio.open(cost) as file:
        values = file.read(1)
    seconds, found = timed(lambda: cost_distance(values, sources_of(side)))
    with rasterio.open(out) as file:
        return bool(np.array_equal(file.read(1).view(np.uint32), found.distance.view(np.uint32))), seconds


def cases(*, quick: bool, shared: Path | None) -> Iterator[Row]:
    """One row for each size."""
    for side in SIDES if quick else LONG_SIDES:
        with tempfile.TemporaryDirectory() as folder:
            cost, out = write_cost(Path(folder) / "cost.tif", side), Path(folder) / "distance.tif"
            memory: list[float] = []
            seconds, _ = timed(lambda: memory.append(peak_memory_mb(tiled, cost, out, side)))  # noqa: B023
            equal, whole = same_as_whole(cost, out, side) if side <= WHOLE_UP_TO else (None, None)
            yield Row(
                routine="tiled_cost_distance",
                instance="log-normal, ridges, 20 sources, seed 1",
                size=side * side,
                seconds=seconds,
                peak_memory_mb=memory[0],
                peer=None if whole is None else "cost_distance, whole raster",
                peer_seconds=whole,
                note="not compared with the whole" if equal is None else f"bits equal: {equal}",
            )
