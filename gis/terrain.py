"""Terrain from heights: gradient, slope and hillshade."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from infragap.gis.arrays import Float32Array, strips
from infragap.gis.errors import LayerError
from infragap.gis.raster import Raster


def gradient(elevation: Raster) -> tuple[Float32Array, Float32Array]:
    """Give the rise towards east and towards north [m/m], by Horn's eight neighbours.

    Returns
    -------
    tuple of ndarray
        (rows, cols) float32 each; NaN where the height is unknown. Beyond the edge, and beyond unknown cells, the
        surface is continued straight, so a plane keeps its slope up to the edge.

    References
    ----------
    Horn, B. K. P. (1981): Hill shading and the reflectance map. Proceedings of the IEEE 69 (1).
    """
    cell_m = elevation.cell_size_m
    height = elevation.floats()
    if min(height.shape) < 2:
        raise LayerError("elevation: slope needs at least two rows and two columns.")
    padded = np.pad(height, 1, mode="reflect", reflect_type="odd")

    def at(rows: slice, down: int, right: int) -> Float32Array:
        def shifted(d: int, r: int) -> Float32Array:
            return padded[1 + d + rows.start : 1 + d + rows.stop, 1 + r : padded.shape[1] - 1 + r]

        near = shifted(down, right)
        mirrored = 2 * height[rows] - shifted(-down, -right)
        return np.where(np.isnan(near), np.where(np.isnan(mirrored), height[rows], mirrored), near)

    east, north = np.empty_like(height), np.empty_like(height)
    for rows in strips(len(height)):
        nw, n, ne, w, e, sw, s, se = (
            at(rows, *step) for step in ((-1, -1), (-1, 0), (-1, 1), (0, -1), (0, 1), (1, -1), (1, 0), (1, 1))
        )
        east[rows] = ((ne + 2 * e + se) - (nw + 2 * w + sw)) / (8 * cell_m)
        north[rows] = ((nw + 2 * n + ne) - (sw + 2 * s + se)) / (8 * cell_m)
    unknown = np.isnan(height)
    east[unknown] = north[unknown] = np.nan
    return east, north


def slope_pct(elevation: Raster) -> Raster:
    """Steepest slope in percent (100 = 45°), by Horn; NaN where unknown.

    Examples
    --------
    A plane that rises 1 m on every cell of 10 m towards the east:

    >>> import pyproj
    >>> from affine import Affine
    >>> plane = Raster(np.array([[0.0, 1.0, 2.0]] * 3), Affine(10, 0, 0, 0, -10, 30), pyproj.CRS("EPSG:32648"))
    >>> np.round(slope_pct(plane).values, 3).tolist()[1]
    [10.0, 10.0, 10.0]
    """
    east, north = gradient(elevation)
    return elevation.with_values(100 * np.hypot(east, north), nodata=math.nan)


def slope_deg(elevation: Raster) -> Raster:
    """Steepest slope in degrees, by Horn; NaN where unknown."""
    east, north = gradient(elevation)
    return elevation.with_values(np.degrees(np.arctan(np.hypot(east, north))), nodata=math.nan)


def hillshade(
    elevation: Raster,
    *,
    azimuths_deg: Sequence[float] = (225, 270, 315, 360),
    altitude_deg: float = 45,
    vertical_exaggeration: float = 1.0,
) -> Raster:
    """Shade the relief by several suns, so that ridges of every direction show.

    Parameters
    ----------
    elevation
        Heights in a metric CRS [m].
    azimuths_deg
        Directions of the light, clockwise from north.
    altitude_deg
        Height of the light above the horizon.
    vertical_exaggeration
        Factor on the heights.

    Returns
    -------
    Raster
        uint8: 1 (dark) to 255 (lit), 0 where the height is unknown.

    Notes
    -----
    One light: shade = cos(zenith)·cos(slope) + sin(zenith)·sin(slope)·cos(azimuth - aspect), at least 0. The lights are
    weighted by sin²(aspect - azimuth): each counts where its own picture would be flattest.

    References
    ----------
    Mark, R. K. (1992): Multidirectional, oblique-weighted, shaded-relief image of the Island of Hawaii. USGS Open-File
    Report 92-422.
    """
    east, north = gradient(elevation)
    east, north = east * vertical_exaggeration, north * vertical_exaggeration
    flat = 1 / np.sqrt(1 + east**2 + north**2)
    # aspect is the direction in which the slope falls
    aspect = np.arctan2(-east, -north)
    total, weight_sum = np.zeros_like(flat), np.zeros_like(flat)
    for azimuth_deg in azimuths_deg:
        azimuth = math.radians(azimuth_deg)
        light_level = math.cos(math.radians(altitude_deg))
        shade = flat * (
            math.sin(math.radians(altitude_deg)) - light_level * (east * math.sin(azimuth) + north * math.cos(azimuth))
        )
        weight = np.sin(aspect - azimuth) ** 2 if len(azimuths_deg) > 1 else np.ones_like(flat)
        total += weight * np.clip(shade, 0, None)
        weight_sum += weight
    lit = 1 + 254 * total / np.where(weight_sum == 0, 1, weight_sum)
    return elevation.with_values(np.where(np.isnan(lit), 0, np.rint(lit)).astype(np.uint8), nodata=0)
