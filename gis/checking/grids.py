"""Rasters: bands, codes, values on Earth, cliffs that no ground has, gaps inside the province, and a relief that its
rivers fit."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from scipy import ndimage

from infragap.gis import schema
from infragap.gis.arrays import AnyArray, BoolArray, FloatArray
from infragap.gis.catalog import LayerEntry
from infragap.gis.crs import same_crs
from infragap.gis.findings import Finding, fault, listed
from infragap.gis.raster import Raster, rasterize, sample, xy

BANDS = {"elevation": 1, "forest": 1, "runoff": 12}
LIMITS = {"elevation": (-500.0, 9_000.0), "runoff": (0.0, 5_000.0)}
RUNOFF_YEAR = (5.0, 8_000.0)
"""Mean runoff of a province in a year [mm]: deserts to the wettest coasts; one place on Earth has more than 11,000 mm
of rain."""

RUNOFF_YEAR_WET = 150.0
"""Least mean runoff of a Vietnamese province in a year [mm]; the driest, Ninh Thuận, has some 250 (assumption with a
margin)."""

DRY_BESIDE_MM = 20.0
GAPS_SHARE = 0.001
CLIFF_M, CLIFF_SLOPE = 300.0, 4.0
HOLE_CELLS, HOLE_KM2, HOLE_M = 4, 1.0, 30.0
"""Least size of a block of height 0 that is a hole, and how far above it all the ground around must lie."""

RISE_M, RIVER_SHARE = 50.0, 0.8

FOREST_CODES = tuple(
    natural + kind
    for natural in (0, schema.FOREST_NATURAL)
    for kind in (schema.FOREST_NONE, schema.FOREST_PRODUCTION, schema.FOREST_PROTECTION, schema.FOREST_SPECIAL_USE)
)

ENTRY_CRS = fault("raster.crs_differs", reason="file and catalogue name two places for one raster")
BANDS_DIFFER = fault("raster.bands", reason="twelve months need twelve bands, heights one")
EMPTY = fault("raster.empty", reason="a raster without any value says nothing")
CODES = fault("raster.codes", reason="lines through forest are priced by these codes")
LIMIT = fault(
    "raster.limits",
    tolerance="heights -500 to 9,000 m, runoff 0 to 5,000 mm a month",
    reason="what lies beyond is an undeclared no-data value or another unit",
)
CONSTANT = fault("raster.constant", reason="a relief of one height, or runoff of one value, was never measured")
CLIFF = fault(
    "raster.cliff",
    tolerance=f"steps under {CLIFF_M:.0f} m between neighbouring cells, or under {CLIFF_SLOPE:g} times the cell width",
    reason="spikes and blocks with vertical walls are gaps filled with 0 or a code, not ground",
)
HOLE = fault(
    "raster.hole",
    tolerance=f"blocks of height 0 under {HOLE_CELLS} cells or {HOLE_KM2:g} km², or with ground under {HOLE_M:.0f} m "
    "two cells away somewhere",
    reason="the sea has a shore and a lake an inlet; a block of 0 with walls all round is a gap that was filled",
)
GAPS = fault(
    "raster.gaps",
    tolerance=f"{100 * GAPS_SHARE:g} % of the cells inside the province",
    reason="slopes, streams and prices end at a gap",
)
COVER = fault("raster.cover", tolerance="one cell", reason="ground that a raster does not reach cannot be planned on")
YEAR = fault(
    "raster.runoff_year",
    tolerance=f"{RUNOFF_YEAR[0]:g} to {RUNOFF_YEAR[1]:,.0f} mm in the mean of the raster and year; in Vietnam "
    f"{RUNOFF_YEAR_WET:g} mm at least",
    reason="metres for millimetres, or a year's sum in every month",
)
DRY_MONTH = fault(
    "raster.dry_month",
    tolerance=f"months beside which both neighbours have under {DRY_BESIDE_MM:g} mm",
    reason="one band of zeros between wet months was never filled",
)
ALL_MONTHS = fault(
    "raster.runoff_months",
    tolerance="months that differ by one in a thousand; bands that fall once in the year, or rise less than tenfold",
    reason="twelve equal bands are a year's sum or mean written into each month; bands that rise from January to "
    "December without a fall are sums since January",
)
UPHILL = fault(
    "raster.rivers",
    tolerance=f"reliefs in which the rivers fall, or lie below the ground beside them; rises under {RISE_M:.0f} m",
    reason="rivers that climb along their drawn course, and would fall with the rows of the raster turned, show a "
    "relief that is upside down",
)


def raster_findings(raster: Raster, entry: LayerEntry) -> list[Finding]:
    """Check a raster, in the CRS of its file, against the catalogue and what its values can be."""
    name, found = entry.name, []
    if entry.crs is not None and not same_crs(raster.crs, entry.crs):
        found.append(ENTRY_CRS.found(name, file_crs=raster.crs.to_string(), stated=entry.crs))
    for wanted, by in ((BANDS.get(name), schema.RASTERS.get(name, "")), (entry.bands, "catalog.toml")):
        if wanted is not None and raster.bands != wanted:
            found.append(BANDS_DIFFER.found(name, file=entry.file, bands=raster.bands, wanted=wanted, by=by))
            break
    known = raster.values[raster.valid()]
    if known.size == 0:
        return [*found, EMPTY.found(name, file=entry.file)]
    if name == "forest" and not np.isin(np.unique(known), FOREST_CODES).all():
        odd = listed([f"{value:g}" for value in np.setdiff1d(known, FOREST_CODES)])
        found.append(CODES.found(name, codes=odd, allowed=", ".join(map(str, FOREST_CODES))))
    lowest, highest = LIMITS.get(name, (-np.inf, np.inf))
    beyond = ~((known >= lowest) & (known <= highest))
    if beyond.any():
        values: dict[str, Any] = {
            "cells": int(beyond.sum()),
            "all": known.size,
            "low": lowest,
            "high": highest,
            "unit": schema.RASTERS[name],
        }
        found.append(LIMIT.found(name, **values, least=float(known.min()), most=float(known.max())))
    elif name in LIMITS and known.size > 1 and known.min() == known.max() and (name == "elevation" or known.max() == 0):
        found.append(CONSTANT.found(name, file=entry.file, value=float(known.max())))
    return found


def ground_findings(raster: Raster, *, layer: str, wet: bool = False) -> list[Finding]:
    """Check what a raster in the measuring CRS says of the ground: cliffs, a year's runoff, dry months."""
    if layer == "elevation" and raster.values.ndim == 2:
        return _cliff_findings(raster) or _hole_findings(raster)
    if layer == "runoff" and raster.bands == BANDS["runoff"]:
        return _runoff_findings(raster, RUNOFF_YEAR_WET if wet else RUNOFF_YEAR[0])
    return []


def _cliff_findings(elevation: Raster) -> list[Finding]:
    heights = elevation.floats()
    # values that no ground has are told already
    heights[(heights < LIMITS["elevation"][0]) | (heights > LIMITS["elevation"][1])] = np.nan
    least_m = max(CLIFF_M, CLIFF_SLOPE * elevation.cell_size_m)
    steep: BoolArray = np.zeros(heights.shape, dtype=bool)
    for axis in (0, 1):
        step = np.abs(np.diff(heights, axis=axis)) > least_m
        before, after = (steep[:-1], steep[1:]) if axis == 0 else (steep[:, :-1], steep[:, 1:])
        before |= step
        after |= step
    if not steep.any():
        return []
    row, col = np.argwhere(steep)[0]
    x, y = xy(elevation, row, col)
    values: dict[str, Any] = {
        "cells": int(steep.sum()),
        "all": steep.size,
        "limit_m": least_m,
        "x": f"{float(x):.0f}",
        "y": f"{float(y):.0f}",
    }
    heights_there = heights[steep]
    return [
        CLIFF.found("elevation", **values, least=float(np.nanmin(heights_there)), most=float(np.nanmax(heights_there)))
    ]


def _hole_findings(elevation: Raster) -> list[Finding]:
    """Blocks of height 0 between high ground; their first rim is left out, which warping may have smoothed."""
    heights = elevation.floats()
    level = heights == 0.0
    # few packs hold any, and what follows takes as much memory again for each of its steps
    if not level.any():
        return []
    block, count = ndimage.label(level)
    first = np.where(block > 0, block, ndimage.maximum_filter(block, size=3))
    rim = np.where(first > 0, 0, ndimage.maximum_filter(first, size=3))
    at_rim = (rim > 0) & np.isfinite(heights)
    # a block without a known cell around it has no rim and is none of these
    nearest = np.full(count + 1, np.inf)
    np.minimum.at(nearest, rim[at_rim], np.abs(heights[at_rim]))
    size = np.bincount(block[level], minlength=count + 1)
    large = (size >= HOLE_CELLS) & (size * (elevation.cell_size_m / 1000) ** 2 >= HOLE_KM2)
    hole = large & np.isfinite(nearest) & (nearest > HOLE_M)
    hole[0] = False
    found: BoolArray = hole[block]
    if not found.any():
        return []
    row, col = np.argwhere(found)[0]
    x, y = xy(elevation, row, col)
    place: dict[str, Any] = {"x": f"{float(x):.0f}", "y": f"{float(y):.0f}"}
    return [HOLE.found("elevation", cells=int(found.sum()), all=found.size, rim_m=HOLE_M, **place)]


def _runoff_findings(runoff: Raster, least_mm: float) -> list[Finding]:
    with np.errstate(invalid="ignore"):
        months = np.array([np.nanmean(band) if np.isfinite(band).any() else np.nan for band in runoff.floats()])
    if not np.isfinite(months).all():
        return []
    year_mm, found = float(months.sum()), []
    if not least_mm <= year_mm <= RUNOFF_YEAR[1]:
        units = (("metres", 1000.0), ("mm a day", 30.4), ("mm a year", 1 / 12))
        fits = [name for name, factor in units if max(least_mm, 50.0) <= year_mm * factor <= RUNOFF_YEAR[1]]
        values: dict[str, Any] = {"year_mm": year_mm, "low": least_mm, "high": RUNOFF_YEAR[1]}
        found.append(YEAR.found("runoff", **values, other=fits[0] if fits else "-"))
    equal = months.max() > 0 and months.max() - months.min() <= 1e-3 * months.max()
    rising = bool((np.diff(months) > 0).all()) and months[-1] > 10 * months[0]
    if equal or rising:
        found.append(ALL_MONTHS.found("runoff", low_mm=float(months.min()), high_mm=float(months.max())))
    beside = np.minimum(np.roll(months, 1), np.roll(months, -1))
    dry = np.flatnonzero((months == 0) & (beside > DRY_BESIDE_MM))
    if len(dry):
        found.append(
            DRY_MONTH.found(
                "runoff", months=", ".join(str(month + 1) for month in dry), beside=float(beside[dry].min())
            )
        )
    return found


def coverage_findings(raster: Raster, communes: gpd.GeoDataFrame, *, layer: str) -> list[Finding]:
    """Check that a raster has a value in every commune and reaches to the province's edges."""
    west, south, east, north = raster.bounds
    slack_m = raster.cell_size_m
    bounds = communes.geometry.bounds.to_numpy()
    beyond = (
        (bounds[:, 0] < west - slack_m)
        | (bounds[:, 1] < south - slack_m)
        | (bounds[:, 2] > east + slack_m)
        | (bounds[:, 3] > north + slack_m)
    )
    if beyond.any():
        return [COVER.in_rows(communes, beyond, layer="communes", raster=layer, slack_m=slack_m).about(layer)]
    inside = rasterize(communes, raster).values == 1
    known = raster.valid() if raster.values.ndim == 2 else raster.valid().all(axis=0)
    gaps = int((inside & ~known).sum())
    if gaps > GAPS_SHARE * max(int(inside.sum()), 1):
        return [GAPS.found(layer, cells=gaps, all=int(inside.sum()))]
    return []


def river_findings(elevation: Raster, rivers: gpd.GeoDataFrame) -> list[Finding]:
    """Check that the relief is not upside down: rivers fall along their course, or at least lie in valleys.

    Parameters
    ----------
    elevation
        In the measuring CRS.
    rivers
        In the same CRS, drawn downstream as is the custom; where they lie in valleys, their direction does not matter.
    """
    lines = shapely.get_parts(rivers.geometry.to_numpy())
    lines = lines[shapely.length(lines) > 5 * elevation.cell_size_m]
    turned = elevation.with_values(elevation.values[::-1].copy(), nodata=elevation.nodata)
    rise_m, sides_m = _rise(elevation, lines), _above_river(elevation, lines)
    rise_turned_m, sides_turned_m = _rise(turned, lines), _above_river(turned, lines)
    weight = shapely.length(lines)
    known = np.isfinite(rise_m) & np.isfinite(rise_turned_m)
    if not known.any() or weight[known].sum() == 0:
        return []
    climbs = float(np.average(rise_m[known] > RISE_M, weights=weight[known]))
    falls_turned = float(np.average(rise_turned_m[known] < -RISE_M, weights=weight[known]))
    in_valleys = sides_m > 1.0 and sides_m >= sides_turned_m
    if in_valleys or climbs < RIVER_SHARE or falls_turned < RIVER_SHARE:
        return []
    return [UPHILL.found("elevation", rise_m=float(np.median(rise_m[known])), share_pct=100 * climbs)]


def _rise(elevation: Raster, lines: AnyArray) -> FloatArray:
    first, last = shapely.get_point(lines, 0), shapely.get_point(lines, -1)
    low = sample(elevation, shapely.get_x(first), shapely.get_y(first))
    return np.asarray(sample(elevation, shapely.get_x(last), shapely.get_y(last)) - low)


def _above_river(elevation: Raster, lines: AnyArray) -> float:
    """Median height of the ground on both sides, three to ten cells away, above the river [m]; 0 where nothing is
    known."""
    points = shapely.line_interpolate_point(
        np.repeat(lines, 9), np.tile(np.linspace(0.1, 0.9, 9), len(lines)), normalized=True
    )
    x, y = shapely.get_x(points), shapely.get_y(points)
    bed = sample(elevation, x, y)
    reach_m = 8 * elevation.cell_size_m
    sides = [sample(elevation, x + dx * reach_m, y + dy * reach_m) for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1))]
    above = np.mean(sides, axis=0) - bed
    return float(np.median(above[np.isfinite(above)])) if np.isfinite(above).any() else 0.0
