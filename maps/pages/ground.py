"""The ground of every map: a hillshade picture made from the elevation layer, in the projection that web maps draw
in."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image
from rasterio.warp import transform_bounds

from infragap.gis.raster import Raster, resample, warp, warp_like
from infragap.gis.terrain import hillshade
from infragap.maps.pages.page import Ground

WEB_MERCATOR = "EPSG:3857"
CELL_M = 150.0
TINTS = np.array([[222, 235, 214], [240, 240, 222], [238, 228, 206], [228, 216, 200], [248, 246, 244]], dtype=float)
"""Colours from low to high ground; pale, so that the layers above stay readable."""
BEHIND = (223, 231, 234)
"""Colour of the page behind the picture, `#dfe7ea` of the style sheet."""
HEIGHTS_M = np.array([50.0, 400.0, 1000.0, 1800.0, 2900.0])


def hillshade_ground(elevation: Raster) -> Ground:
    """Draw hillshade with pale height tints as a JPEG.

    Parameters
    ----------
    elevation
        Heights [m]; any projected CRS. Cells without data have the colour of the page behind.
    """
    coarse = resample(elevation, cell_size_m=CELL_M) if elevation.cell_size_m < CELL_M else elevation
    heights = warp(coarse, crs=WEB_MERCATOR)
    shade = warp_like(hillshade(coarse), heights)
    picture = _tinted(heights.floats(), shade.floats())
    out = io.BytesIO()
    Image.fromarray(picture).save(out, format="JPEG", quality=72, optimize=True)
    west, south, east, north = transform_bounds(WEB_MERCATOR, "EPSG:4326", *heights.bounds)
    return Ground(out.getvalue(), "image/jpeg", (south, west, north, east))


def _tinted(height_m: np.ndarray, shade: np.ndarray) -> np.ndarray:
    """Multiply height tints by the shade; 0-255 RGB, the colour of the page behind where either is unknown."""
    known = np.isfinite(height_m) & np.isfinite(shade)
    light = np.where(known, shade, 255.0)
    if float(light.max()) <= 1.0:
        light = light * 255.0
    colour = np.stack([np.interp(np.where(known, height_m, 0), HEIGHTS_M, TINTS[:, i]) for i in range(3)], axis=-1)
    strength = 0.45 + 0.6 * np.clip(light / 255.0, 0.0, 1.0)[..., None]
    picture = np.clip(colour * strength, 0, 255)
    picture[~known] = BEHIND
    return np.rint(picture).astype(np.uint8)
