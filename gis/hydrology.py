"""Streams from the relief: flow directions, catchments, monthly flow from runoff, and sites where a fall of water can
be used."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import reduce

import numpy as np
import pyflwdir

from infragap.gis.arrays import BoolArray, Float32Array, FloatArray, IntArray
from infragap.gis.errors import LayerError
from infragap.gis.raster import Raster, resample, warp_like, xy

DAYS_IN_MONTH = np.array([31, 28.25, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
SECONDS_PER_DAY = 86_400.0


@dataclass(frozen=True, eq=False)
class Streams:
    """Drainage of a relief.

    Attributes
    ----------
    grid
        Elevation [m] that the water runs on, as given (hollows not filled).
    downstream
        (cells,) flat index of the cell that each cell drains to; itself at the edge, -1 where the height is unknown.
    upstream_km2
        (rows, cols) catchment of each cell, itself included; NaN where unknown.
    """

    grid: Raster
    downstream: IntArray
    upstream_km2: Float32Array
    directions: pyflwdir.FlwdirRaster


@dataclass(frozen=True, eq=False)
class Falls:
    """Pairs of intake and powerhouse on a stream, all (k,).

    Attributes
    ----------
    x, y
        Powerhouse in the CRS of the relief [m].
    intake_x, intake_y
        Intake [m].
    head_m
        Fall between them.
    canal_km
        Length along the stream.
    mean_flow_m3_s
        Natural mean flow of the year at the intake.
    upstream_km2
        Catchment of the intake.
    """

    x: FloatArray
    y: FloatArray
    intake_x: FloatArray
    intake_y: FloatArray
    head_m: FloatArray
    canal_km: FloatArray
    mean_flow_m3_s: FloatArray
    upstream_km2: FloatArray


def flow_directions(elevation: Raster, *, cell_size_m: float = 200.0) -> Streams:
    """Find where the water of every cell runs (eight directions, hollows filled).

    Parameters
    ----------
    elevation
        Heights [m] in a metric CRS.
    cell_size_m
        Cell width of the drainage; finer relief is averaged to it.

    Notes
    -----
    Hollows of the relief are filled up to their spill point before directions are taken (pyflwdir, after Wang and Liu,
    2006).
    """
    grid = elevation.with_values(elevation.floats(), nodata=np.nan)
    if cell_size_m > 1.01 * elevation.cell_size_m:
        grid = resample(grid, cell_size_m=cell_size_m, method="mean")
    heights = np.where(np.isnan(grid.values), np.float32(-9999), grid.values)
    if not (heights > -9999).any():
        raise LayerError("elevation: no cell has a height. Check the nodata value of the raster.")
    directions = pyflwdir.from_dem(heights, nodata=-9999.0, transform=grid.transform, latlon=False)
    area = np.asarray(directions.upstream_area(unit="km2"), dtype=np.float32)
    return Streams(
        grid=grid,
        downstream=np.asarray(directions.idxs_ds, dtype=np.int64),
        upstream_km2=np.where(area >= 0, area, np.float32(np.nan)),
        directions=directions,
    )


def monthly_flow(streams: Streams, runoff: Raster) -> Iterator[Float32Array]:
    """Mean flow of one month after the other at every cell [m³/s], (rows, cols) each: the runoff of all cells above,
    added up.

    Parameters
    ----------
    streams
        Drainage.
    runoff
        Twelve bands [mm/month], in the CRS of the drainage; coarser cells are interpolated.

    Raises
    ------
    LayerError
        The runoff has not twelve bands.
    """
    if runoff.bands != 12:
        raise LayerError(f"runoff: {runoff.bands} bands. Twelve are needed, one per month in mm.")
    depth_mm, cell_m2 = runoff.floats(), streams.grid.cell_size_m**2
    for month in range(12):
        # all months on the fine grid at once would be the most memory that a plan takes
        coarse = runoff.with_values(depth_mm[month], nodata=np.nan)
        band = warp_like(coarse, streams.grid, method="bilinear").values
        known = np.isfinite(band)
        # cells beyond the runoff layer get its mean: a catchment must not lose water at the edge of a coarse grid
        band = np.where(known, band, np.float32(band[known].mean() if known.any() else 0))
        volume_m3 = np.asarray(streams.directions.accuflux(band * np.float32(cell_m2 / 1000), nodata=-9999.0))
        yield np.asarray(volume_m3 / np.float32(DAYS_IN_MONTH[month] * SECONDS_PER_DAY), dtype=np.float32)


def dry_season_flow(streams: Streams, runoff: Raster) -> Float32Array:
    """Flow of the driest month at every cell [m³/s], (rows, cols)."""
    return reduce(np.minimum, monthly_flow(streams, runoff))


def mean_flow(streams: Streams, runoff: Raster) -> Float32Array:
    """Mean flow of the year at every cell [m³/s], (rows, cols)."""
    total = np.zeros(streams.grid.shape)
    for flow, days in zip(monthly_flow(streams, runoff), DAYS_IN_MONTH, strict=True):
        total += flow * days
    return np.asarray(total / DAYS_IN_MONTH.sum(), dtype=np.float32)


def falls(
    streams: Streams,
    mean_flow_m3_s: Float32Array,
    *,
    min_upstream_km2: float = 1.0,
    max_upstream_km2: float = 200.0,
    canal_km: float = 1.0,
    min_head_m: float = 5.0,
    near: Callable[[FloatArray, FloatArray], BoolArray] | None = None,
) -> Falls:
    """List the usable falls: from every stream cell down along the stream as far as a canal may reach.

    Parameters
    ----------
    streams
        Drainage.
    mean_flow_m3_s
        (rows, cols) mean flow of the year.
    min_upstream_km2, max_upstream_km2
        Catchments between brook and river: below it runs dry, above it a small weir does not hold.
    canal_km
        Longest canal [km].
    min_head_m
        Smallest fall [m].
    near
        Whether an intake at x and y (k,) is looked at; by default all are.
    """
    grid = streams.grid
    area, heights, flow = streams.upstream_km2.ravel(), grid.values.ravel(), mean_flow_m3_s.ravel()
    intakes = np.flatnonzero(
        (area >= min_upstream_km2) & (area <= max_upstream_km2) & (flow > 0) & np.isfinite(heights)
    )
    cols = grid.shape[1]
    if near is not None:
        intakes = intakes[near(*xy(grid, intakes // cols, intakes % cols))]
    here = intakes.copy()
    length = np.zeros(len(intakes))
    found: list[tuple[IntArray, IntArray, FloatArray]] = []
    for _ in range(int(canal_km * 1000 / grid.cell_size_m)):
        below = streams.downstream[here]
        step = np.hypot(below // cols - here // cols, below % cols - here % cols) * grid.cell_size_m / 1000
        length = length + step
        usable = (below >= 0) & (step > 0) & (length <= canal_km + 1e-9)
        usable[usable] &= heights[intakes[usable]] - heights[below[usable]] >= min_head_m
        found.append((intakes[usable], below[usable], length[usable]))
        here = np.where(below >= 0, below, here)
    top = np.concatenate([f[0] for f in found]) if found else np.empty(0, dtype=np.int64)
    foot = np.concatenate([f[1] for f in found]) if found else np.empty(0, dtype=np.int64)
    canal = np.concatenate([f[2] for f in found]) if found else np.empty(0)
    del found  # of a country hundreds of megabytes
    west, north, size = grid.transform.c, grid.transform.f, grid.cell_size_m
    return Falls(
        x=np.asarray(west + (foot % cols + 0.5) * size, dtype=np.float64),
        y=np.asarray(north - (foot // cols + 0.5) * size, dtype=np.float64),
        intake_x=np.asarray(west + (top % cols + 0.5) * size, dtype=np.float64),
        intake_y=np.asarray(north - (top // cols + 0.5) * size, dtype=np.float64),
        head_m=(heights[top] - heights[foot]).astype(np.float64),
        canal_km=canal,
        mean_flow_m3_s=flow[top].astype(np.float64),
        upstream_km2=area[top].astype(np.float64),
    )
