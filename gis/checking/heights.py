"""Stated heights against the relief: sources of water schemes, and their intakes against the streams."""

from __future__ import annotations

import geopandas as gpd
import numpy as np

from infragap.gis.arrays import FloatArray
from infragap.gis.checking.places import metres
from infragap.gis.findings import Finding, fault, notice
from infragap.gis.raster import Raster, sample

BLOCK_M, ABOVE_M = 5_000.0, 150.0

SOURCE_HIGH = fault(
    "height.source",
    tolerance=f"{ABOVE_M:.0f} m above the highest ground within 5 to 10 km of the scheme",
    reason="water cannot start above the ground; pressure and reach of the whole scheme hang on this height",
)
SOURCE_FEET = fault(
    "height.source_feet",
    tolerance="medians of stated height by ground from 2.6 to 4, with at least three schemes",
    reason="heights in feet are 3.28 times those in metres",
)
SOURCE_UNIT = fault(
    "height.source_unit",
    tolerance="medians of stated height by ground from 0.01 to 0.25 and above 0.36; fewer than three schemes",
    reason="heights a third of the ground show a relief in feet, heights of a few metres in the mountains kilometres",
)
SOURCE_LOW = notice(
    "height.source_low",
    tolerance=f"position accuracy as slope of 1:1, plus {ABOVE_M:.0f} m",
    reason="a source may lie in a gorge below the mapped point; far below all ground near it is a slip",
)


def source_findings(schemes: gpd.GeoDataFrame, elevation: Raster) -> list[Finding]:
    """Compare the source heights of water schemes with the ground.

    Parameters
    ----------
    schemes
        Points in the CRS of the relief, `source_elevation_m` where known.
    elevation
        Heights [m].
    """
    if "source_elevation_m" not in schemes.columns or not np.isfinite(elevation.floats()).any():
        return []
    stated = schemes["source_elevation_m"].to_numpy(dtype=np.float64)
    x, y = schemes.geometry.x.to_numpy(), schemes.geometry.y.to_numpy()
    ground, highest = sample(elevation, x, y), _highest_near(elevation, x, y)
    high = stated > highest + ABOVE_M
    shown = [
        f"{value:,.0f} m, ground {below:,.0f} m, highest near {top:,.0f} m"
        for value, below, top in zip(stated, ground, highest, strict=True)
    ]
    known = np.isfinite(stated) & np.isfinite(ground) & (ground > 50)
    ratio = float(np.median(stated[known] / ground[known])) if known.sum() >= 3 else 1.0
    if 2.6 <= ratio <= 4.0:
        return [
            SOURCE_FEET.in_rows(schemes, known & (stated > 2 * ground), layer="water_schemes", shown=shown, ratio=ratio)
        ]
    if 0.25 < ratio < 0.36 or (0 < ratio < 0.01 and float(np.nanmax(np.abs(stated))) < 10):
        other = "km" if ratio < 0.01 else "feet (elevation)"
        return [SOURCE_UNIT.in_rows(schemes, known, layer="water_schemes", shown=shown, ratio=ratio, other=other)]
    if high.any():
        check = SOURCE_HIGH
        return [check.in_rows(schemes, high, layer="water_schemes", shown=shown)]
    low = stated < ground - metres(schemes, "position_accuracy_m") - ABOVE_M
    return [SOURCE_LOW.in_rows(schemes, low, layer="water_schemes", shown=shown)] if low.any() else []


def _highest_near(elevation: Raster, x: FloatArray, y: FloatArray) -> FloatArray:
    """Highest ground in the block of 5 km that holds each point and its eight neighbours [m]."""
    step = max(1, round(BLOCK_M / elevation.cell_size_m))
    heights = np.where(np.isnan(elevation.floats()), -np.inf, elevation.floats())
    rows, cols = (-(-size // step) for size in heights.shape)
    padded = np.full((rows * step, cols * step), -np.inf, dtype=heights.dtype)
    padded[: heights.shape[0], : heights.shape[1]] = heights
    blocks = np.pad(padded.reshape(rows, step, cols, step).max(axis=(1, 3)), 1, constant_values=-np.inf)
    around = np.max([blocks[r : r + rows, c : c + cols] for r in range(3) for c in range(3)], axis=0)
    col = np.floor((x - elevation.transform.c) / (step * elevation.cell_size_m))
    row = np.floor((elevation.transform.f - y) / (step * elevation.cell_size_m))
    inside = (row >= 0) & (row < rows) & (col >= 0) & (col < cols)
    top = np.full(len(x), np.inf)
    top[inside] = around[row[inside].astype(np.int64), col[inside].astype(np.int64)]
    return np.where(np.isfinite(top), top, np.inf)
