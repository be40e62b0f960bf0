"""Slope and light on planes, ramps and cones where both are known."""

import math

import numpy as np
import pyproj
import pytest
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st

from infragap.gis.errors import LayerError
from infragap.gis.raster import (
    Raster,
)
from infragap.gis.terrain import hillshade, slope_deg, slope_pct
from tests.gis.raster_factory import grid, plane

# --- slope ---


@given(st.floats(-2, 2), st.floats(-2, 2))
@settings(max_examples=30)
def test_slope_of_a_plane_everywhere_even_at_the_edge(east: float, north: float) -> None:
    percent = slope_pct(plane(east, north)).values
    np.testing.assert_allclose(percent, 100 * math.hypot(east, north), atol=0.01)
    degrees = slope_deg(plane(east, north)).values
    np.testing.assert_allclose(degrees, math.degrees(math.atan(math.hypot(east, north))), atol=0.01)


def test_slope_by_hand() -> None:
    # Horn: dz/dx = ((3 + 2·6 + 9) - (1 + 2·4 + 7)) / (8·100) = 8/800; dz/dy (north) = ((1 + 4 + 3) - (7 + 16 + 9)) /
    # 800 = -24/800
    raster = grid(np.array([[1.0, 2, 3], [4, 5, 6], [7, 8, 9]]))
    assert slope_pct(raster).values[1, 1] == pytest.approx(100 * math.hypot(8 / 800, 24 / 800), rel=1e-5)


def test_slope_beside_an_unknown_cell_is_still_the_plane() -> None:
    heights = plane(0.1, 0.2).values.copy()
    heights[5, 5] = np.nan
    percent = slope_pct(grid(heights)).values
    assert np.isnan(percent[5, 5])
    percent[5, 5] = 100 * math.hypot(0.1, 0.2)
    np.testing.assert_allclose(percent, 100 * math.hypot(0.1, 0.2), rtol=1e-3)


def test_slope_in_degrees_is_refused() -> None:
    raster = Raster(values=np.zeros((4, 4)), transform=Affine(0.01, 0, 104, 0, -0.01, 22), crs=pyproj.CRS(4326))
    with pytest.raises(LayerError, match="measures in degrees"):
        slope_pct(raster)


# --- hillshade ---


def test_one_light_by_the_formula() -> None:
    # a slope of 45° that falls to the south-east, light from the north-west at 45°: the light grazes along it, shade 0
    away = plane(-math.sqrt(0.5), math.sqrt(0.5))
    assert (hillshade(away, azimuths_deg=(315,)).values == 1).all()
    # the same slope falling to the north-west faces the light: shade 1
    facing = plane(math.sqrt(0.5), -math.sqrt(0.5))
    assert (hillshade(facing, azimuths_deg=(315,)).values == 255).all()
    # flat ground: cos(zenith) = sin 45° -> 1 + 254 · 0.7071 = 180.6
    assert (hillshade(plane(0, 0), azimuths_deg=(315,)).values == 181).all()


def test_lights_are_weighted_as_mark_did() -> None:
    # slope falling to the north (aspect 0°), gradient 1: weights sin²(225, 270, 315, 360) = 0.5, 1, 0.5, 0
    # shade = (sin 45° - cos 45° · north · cos(azimuth)) / √2 with north = -1: = 0.5 · (1 + cos(azimuth))
    #   225°: 0.5·(1 - 0.70711) = 0.14645; 270°: 0.5; 315°: 0.85355
    # mean = (0.5·0.14645 + 1·0.5 + 0.5·0.85355) / 2 = 0.5 -> 1 + 127 = 128
    assert (hillshade(plane(0, -1)).values == 128).all()


def test_hillshade_marks_unknown_ground() -> None:
    heights = plane(0.1, 0.1).values.copy()
    heights[0, 0] = np.nan
    shaded = hillshade(grid(heights))
    assert shaded.values[0, 0] == 0
    assert (shaded.values > 0).sum() == heights.size - 1
    assert shaded.nodata == 0


# --- sampling ---
