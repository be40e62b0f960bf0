"""Rasters on analytic surfaces: planes, ramps and cones with known slope, light and values."""

import math
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyproj
import pytest
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, box

from gis.crs import transform
from gis.errors import LayerError, MissingDataError
from gis.terrain import (
    Raster,
    hillshade,
    inside,
    rasterize,
    read_raster,
    resample,
    rowcol,
    sample,
    slope_deg,
    slope_pct,
    warp,
    warp_like,
    write_raster,
    xy,
)

CRS = pyproj.CRS("EPSG:9208")
WEST, NORTH, CELL = 400_000.0, 2_450_000.0, 100.0


def grid(values: np.ndarray, *, cell: float = CELL, nodata: float | None = None) -> Raster:
    return Raster(values=values, transform=Affine(cell, 0, WEST, 0, -cell, NORTH), crs=CRS, nodata=nodata)


def plane(east: float, north: float, shape: tuple[int, int] = (12, 15)) -> Raster:
    """Heights of a plane that rises by `east` and `north` [m/m], 1,000 m at the middle of the first cell."""
    rows, cols = np.indices(shape)
    return grid(1000 + CELL * (east * cols - north * rows))


# --- slope ---


@given(st.floats(-2, 2), st.floats(-2, 2))
@settings(max_examples=30)
def test_slope_of_a_plane_everywhere_even_at_the_edge(east: float, north: float) -> None:
    percent = slope_pct(plane(east, north)).values
    np.testing.assert_allclose(percent, 100 * math.hypot(east, north), atol=0.01)
    degrees = slope_deg(plane(east, north)).values
    np.testing.assert_allclose(degrees, math.degrees(math.atan(math.hypot(east, north))), atol=0.01)


def test_slope_by_hand() -> None:
    # Horn: dz/dx = ((3 + 2·6 + 9) - (1 + 2·4 + 7)) / (8·100) = 8/800; dz/dy (north) = ((1 + 4 + 3) - (7 + 16 + 9)) / 800 = -24/800
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


@given(st.floats(-0.5, 0.5), st.floats(-0.5, 0.5), st.floats(0.5, 13.5), st.floats(0.5, 10.5))
@settings(max_examples=50)
def test_bilinear_is_exact_on_a_plane(east: float, north: float, col: float, row: float) -> None:
    value = sample(plane(east, north), [WEST + (col + 0.5) * CELL], [NORTH - (row + 0.5) * CELL])
    assert value[0] == pytest.approx(1000 + CELL * (east * col - north * row), abs=1e-6)


def test_sample_outside_and_unknown() -> None:
    values = np.array([[1, 2], [3, -9999]], dtype=np.int16)
    raster = grid(values, nodata=-9999)
    x = WEST + np.array([-1, 0, 100, 150, 99, 1e9, np.nan])
    y = NORTH - np.array([50, 0, 50, 150, 50, 50, 50])
    # outside; corner = edge value; midway between 1 and 2; unknown cell; 0.49 of the way; outside; no coordinate
    np.testing.assert_allclose(sample(raster, x, y), [np.nan, 1, 1.5, np.nan, 1.49, np.nan, np.nan])
    np.testing.assert_array_equal(sample(raster, x, y, method="nearest"), [np.nan, 1, 2, np.nan, 1, np.nan, np.nan])
    # the unknown corner does not pull the value down: at equal weights of 1, 2 and 3 the mean is 2
    assert sample(raster, [WEST + 99.999], [NORTH - 99.999])[0] == pytest.approx(2, abs=0.01)


def test_sample_bands() -> None:
    raster = grid(np.stack([np.full((3, 3), month, dtype=np.float32) for month in range(12)]))
    np.testing.assert_array_equal(sample(raster, [WEST + 120], [NORTH - 120])[:, 0], np.arange(12))
    assert (raster.bands, raster.shape) == (12, (3, 3))


@given(st.integers(0, 11), st.integers(0, 14))
def test_rowcol_and_xy_are_inverse(row: int, col: int) -> None:
    raster = plane(0, 0)
    x, y = xy(raster, row, col)
    assert rowcol(raster, x, y) == (row, col)
    assert inside(raster, x, y)
    assert not inside(raster, x + 15 * CELL, y)


# --- grids ---


def test_block_means_and_modes() -> None:
    raster = grid(np.array([[1.0, 3, 5], [5, 7, np.nan]]))
    coarse = resample(raster, cell_size_m=200)
    # (1+3+5+7)/4 = 4; of the second block only the 5 is known
    np.testing.assert_allclose(coarse.values, [[4, 5]])
    assert coarse.cell_size_m == 200
    classes = grid(np.array([[3, 3], [3, 1]], dtype=np.uint8))
    assert resample(classes, cell_size_m=200, method="mode").values.tolist() == [[3]]
    assert resample(classes, cell_size_m=50, method="nearest").values.shape == (4, 4)


def test_warp_finds_the_places_again() -> None:
    # heights that are a linear function of longitude and latitude, read at places whose degrees are transformed one by one
    rows, cols = np.indices((120, 140))
    step = 0.005
    degrees = Raster(
        values=1000.0 * (cols * step) + 500.0 * (rows * step),
        transform=Affine(step, 0, 104, 0, -step, 22.4),
        crs=pyproj.CRS(4326),
    )
    metric = warp(degrees, crs=CRS)
    assert metric.crs == CRS
    assert 450 < metric.cell_size_m < 600
    longitude, latitude = np.array([104.2, 104.35, 104.6]), np.array([22.2, 22.0, 21.9])
    x, y = transform(longitude, latitude, source="EPSG:4326", target=CRS)
    expected = 1000 * (longitude - 104 - step / 2) + 500 * (22.4 - latitude - step / 2)
    # a tenth of a cell in longitude is 0.5
    np.testing.assert_allclose(sample(metric, x, y), expected, atol=0.3)


def test_warp_leaves_a_raster_alone_that_is_already_there() -> None:
    raster = plane(0.1, 0.1)
    assert warp(raster, crs="EPSG:9208") is raster


def test_warp_keeps_unknown_cells_apart_from_zero() -> None:
    moved = warp(grid(np.zeros((20, 20), dtype=np.uint8)), crs="EPSG:32648", cell_size_m=100)
    assert set(np.unique(moved.values)) == {0, 255}
    assert moved.nodata == 255


def test_warp_like_gives_the_same_grid() -> None:
    like = grid(np.zeros((5, 7)), cell=200)
    moved = warp_like(plane(0.1, 0), like)
    assert (moved.shape, moved.transform) == (like.shape, like.transform)


def test_rasterize() -> None:
    like = grid(np.zeros((4, 4)))
    frame = gpd.GeoDataFrame(
        {"cost": [5.0, 7.0]},
        geometry=[
            box(WEST, NORTH - 200, WEST + 200, NORTH),
            LineString([(WEST, NORTH - 350), (WEST + 399, NORTH - 350)]),
        ],
        crs=CRS,
    )
    burnt = rasterize(frame, like, column="cost", dtype="float32")
    assert burnt.values.tolist() == [[5, 5, 0, 0], [5, 5, 0, 0], [0, 0, 0, 0], [7, 7, 7, 7]]
    assert rasterize(frame[:0], like, fill=9).values.tolist() == [[9] * 4] * 4
    with pytest.raises(LayerError, match="Reproject the layer first"):
        rasterize(frame.to_crs(4326), like)


# --- files ---


@pytest.mark.parametrize("dtype", ["int16", "uint8", "float32"])
def test_file_reads_back_the_same_and_has_the_same_bytes(tmp_path: Path, dtype: str) -> None:
    raster = grid(np.arange(36).reshape(3, 3, 4).astype(dtype), nodata=0)
    write_raster(raster, tmp_path / "a.tif")
    write_raster(raster, tmp_path / "b.tif")
    assert (tmp_path / "a.tif").read_bytes() == (tmp_path / "b.tif").read_bytes()
    again = read_raster(tmp_path / "a.tif")
    np.testing.assert_array_equal(again.values, raster.values)
    assert again.values.dtype == dtype
    assert (again.transform, again.crs, again.nodata) == (raster.transform, raster.crs, 0)
    assert again.valid().sum() == 35
    assert np.isnan(again.floats()[0, 0, 0])


def test_file_faults(tmp_path: Path) -> None:
    with pytest.raises(MissingDataError, match="elevation: there is no file"):
        read_raster(tmp_path / "none.tif", layer="elevation")
    (tmp_path / "text.tif").write_text("no raster")
    with pytest.raises(LayerError, match=r"elevation: text\.tif is not a readable raster"):
        read_raster(tmp_path / "text.tif", layer="elevation")
    write_raster(plane(0, 0), tmp_path / "whole.tif")
    content = (tmp_path / "whole.tif").read_bytes()
    (tmp_path / "cut.tif").write_bytes(content[: len(content) // 2])
    with pytest.raises(LayerError, match=r"is not a readable raster|is cut off"):
        read_raster(tmp_path / "cut.tif", layer="elevation")


def test_rotated_grids_are_refused() -> None:
    with pytest.raises(LayerError, match="rotated"):
        Raster(values=np.zeros((2, 2)), transform=Affine(100, 10, WEST, 10, -100, NORTH), crs=CRS)


def test_bounds() -> None:
    assert plane(0, 0).bounds == (WEST, NORTH - 1200, WEST + 1500, NORTH)
