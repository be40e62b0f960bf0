"""Rasters on analytic surfaces with known values: sampling, resampling, warping, burning, files."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pyproj
import pytest
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, box

from infragap.gis.crs import transform
from infragap.gis.errors import LayerError, MissingDataError
from infragap.gis.raster import (
    Raster,
    inside,
    rasterize,
    resample,
    rowcol,
    sample,
    warp,
    warp_like,
    write_raster,
    xy,
)
from infragap.gis.reading.rasters import read_raster
from tests.gis.raster_factory import CELL, CRS, NORTH, WEST, grid, plane


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
    # heights that are a linear function of longitude and latitude, read at places whose degrees are transformed one by
    # one
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
    with pytest.raises(LayerError, match=r"elevation: text\.tif is text, not TIFF"):
        read_raster(tmp_path / "text.tif", layer="elevation")
    write_raster(plane(0, 0), tmp_path / "whole.tif")
    content = (tmp_path / "whole.tif").read_bytes()
    (tmp_path / "cut.tif").write_bytes(content[: len(content) // 2])
    with pytest.raises(LayerError, match=r"is cut off or damaged|does not say where it lies"):
        read_raster(tmp_path / "cut.tif", layer="elevation")


def test_rotated_grids_are_refused() -> None:
    with pytest.raises(LayerError, match="rotated"):
        Raster(values=np.zeros((2, 2)), transform=Affine(100, 10, WEST, 10, -100, NORTH), crs=CRS)


def test_bounds() -> None:
    assert plane(0, 0).bounds == (WEST, NORTH - 1200, WEST + 1500, NORTH)
