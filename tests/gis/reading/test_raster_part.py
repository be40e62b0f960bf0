"""Rasters too large for memory: the ground of the pack is read, in wider cells where even that is too large."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import rasterio.enums
import shapely
from affine import Affine

from infragap.gis.errors import LayerError
from infragap.gis.pack import read_pack
from infragap.gis.raster import Raster, write_raster
from infragap.gis.reading.files import DEFAULT_LIMITS, reading_limits
from infragap.gis.reading.raster_part import MARGIN_KM, ground_of
from infragap.gis.reading.rasters import read_raster, read_raster_around
from infragap.starting.hashes import fill_hashes
from tests.pack_factory import write_pack

SIDE, CELL_M = 600, 1000.0
GRID = Affine(CELL_M, 0, 400_000, 0, -CELL_M, 2_600_000)
FEW = replace(DEFAULT_LIMITS, raster_cells=20_000)


def country(path: Path, *, south_up: bool = False, dtype: str = "float32") -> tuple[Path, np.ndarray]:
    """A country of 600 × 600 km; each cell holds its row times a thousand and its column."""
    values = (np.arange(SIDE)[:, None] * 1000 + np.arange(SIDE)).astype(dtype)
    grid = Affine(CELL_M, 0, 400_000, 0, CELL_M, 2_000_000) if south_up else GRID
    with rasterio.open(
        path, "w", driver="GTiff", width=SIDE, height=SIDE, count=1, dtype=dtype, crs="EPSG:32648", transform=grid
    ) as file:
        file.write(values[::-1] if south_up else values, 1)
    return path, values


def box_around(x: float, y: float, half_m: float) -> tuple[float, float, float, float]:
    square = gpd.GeoSeries([shapely.box(x - half_m, y - half_m, x + half_m, y + half_m)], crs="EPSG:32648")
    west, south, east, north = square.to_crs("EPSG:4326").total_bounds
    return west, south, east, north


@pytest.mark.parametrize("south_up", [False, True])
def test_the_places_and_their_margin_are_read_cell_by_cell(tmp_path: Path, south_up: bool) -> None:
    path, values = country(tmp_path / "c.tif", south_up=south_up)
    x, y = 650_500.0, 2_300_500.0
    with reading_limits(FEW):
        found, said = read_raster_around(lambda: box_around(x, y, 5_000), path, layer="elevation")
    west, south, east, north = found.bounds
    assert [finding.code for finding in said] == ["raster.part"]
    assert f"{found.shape[0]} × {found.shape[1]} of them" in said[0].sentence()
    wanted = 5_000 + 1000 * MARGIN_KM
    for reach in (x - west, east - x, y - south, north - y):
        assert wanted - 500 <= reach <= wanted + 3_000
    row, column = round((2_600_000 - north) / CELL_M), round((west - 400_000) / CELL_M)
    np.testing.assert_array_equal(found.values, values[row : row + found.shape[0], column : column + found.shape[1]])


def test_ground_that_is_too_large_is_read_as_means(tmp_path: Path) -> None:
    path, values = country(tmp_path / "c.tif")
    with rasterio.open(path, "r+") as file:
        # a level of less detail made by another rule is not what is read
        file.build_overviews([5], rasterio.enums.Resampling.nearest)
    with reading_limits(FEW):
        found, said = read_raster_around(lambda: box_around(700_000, 2_300_000, 290_000), path, layer="elevation")
    assert [finding.code for finding in said] == ["raster.part", "raster.coarse"]
    # 600 / 5 squared is 14,400 cells; 600 / 4 squared would be 22,500
    assert found.shape == (120, 120)
    assert found.transform.a == 5 * CELL_M
    np.testing.assert_allclose(found.values, values.reshape(120, 5, 120, 5).mean(axis=(1, 3)))


def test_of_classes_the_most_frequent_one_stands(tmp_path: Path) -> None:
    path = tmp_path / "forest.tif"
    values = np.full((SIDE, SIDE), 3, dtype=np.uint8)
    values[::5, ::5] = 12  # one of 25
    with rasterio.open(
        path, "w", driver="GTiff", width=SIDE, height=SIDE, count=1, dtype="uint8", crs="EPSG:32648", transform=GRID
    ) as file:
        file.write(values, 1)
    with reading_limits(FEW):
        found, _ = read_raster_around(lambda: box_around(700_000, 2_300_000, 290_000), path, layer="forest")
    assert found.shape == (120, 120)
    assert (found.values == 3).all()


def test_hidden_cells_stay_hidden_in_a_part(tmp_path: Path) -> None:
    path, values = country(tmp_path / "c.tif")
    with rasterio.open(path, "r+") as file:
        file.nodata = -1.0
        file.write(np.where(values % 7 == 0, -1.0, values).astype("float32"), 1)
    with reading_limits(FEW):
        found, _ = read_raster_around(lambda: box_around(650_500, 2_300_500, 5_000), path, layer="elevation")
    row = round((2_600_000 - found.transform.f) / CELL_M)
    column = round((found.transform.c - 400_000) / CELL_M)
    part = values[row : row + found.shape[0], column : column + found.shape[1]]
    np.testing.assert_array_equal(found.valid(), part % 7 != 0)


def test_a_small_raster_is_read_whole_and_nobody_is_asked_for_places(tmp_path: Path) -> None:
    path, values = country(tmp_path / "c.tif")

    def asked() -> None:
        raise AssertionError("the file fits into memory")

    found, said = read_raster_around(asked, path, layer="elevation")
    assert said == []
    assert found.shape == values.shape


def test_refused_without_places_and_where_no_place_lies_on_it(tmp_path: Path) -> None:
    path, _ = country(tmp_path / "c.tif")
    with reading_limits(FEW):
        with pytest.raises(LayerError, match="360,000 cells, more than the 20,000"):
            read_raster(path, layer="elevation")
        with pytest.raises(LayerError, match=r"no place of the pack lies on c\.tif"):
            read_raster_around(lambda: (10.0, 40.0, 11.0, 41.0), path, layer="elevation")


def test_the_box_holds_all_places_and_reaches_to_the_nearest_line() -> None:
    def layer(*shapes: shapely.Geometry, crs: str = "EPSG:4326") -> gpd.GeoDataFrame:
        return gpd.GeoDataFrame(geometry=list(shapes), crs=crs)

    places = layer(shapely.Point(104.0, 22.0), shapely.Point(104.2, 22.3))
    areas = layer(shapely.box(103.9, 22.1, 104.1, 22.2))
    far = layer(shapely.LineString([(105.0, 22.2), (107.0, 22.2)]), shapely.LineString([(90, 0), (91, 0)]))
    assert ground_of({"settlements": places, "communes": areas}) == (103.9, 22.0, 104.2, 22.3)
    assert ground_of({"settlements": places, "communes": areas, "grid_lines": far}) == (103.9, 22.0, 105.0, 22.3)
    assert ground_of({"grid_lines": far}) is None
    utm = places.to_crs("EPSG:32648")
    np.testing.assert_allclose(ground_of({"settlements": utm}), (104.0, 22.0, 104.2, 22.3), atol=1e-9)


@pytest.mark.slow
def test_a_pack_with_the_relief_of_a_country_plans_on_its_own_ground(tmp_path: Path) -> None:
    """Same heights on the same cells, from a file that holds far more."""
    folder = write_pack(tmp_path / "pack")
    pack = read_pack(folder)
    whole = pack.elevation
    more = 250
    height = np.pad(np.asarray(whole.values), more, mode="edge")
    entry = pack.catalog.entry("elevation")
    cell, west, north = whole.cell_size_m, whole.transform.c, whole.transform.f
    wide = Affine(cell, 0, west - more * cell, 0, -cell, north + more * cell)
    write_raster(Raster(height, wide, whole.crs), folder / entry.file)
    with reading_limits(replace(DEFAULT_LIMITS, raster_cells=float(height.size - 1))):
        fill_hashes(folder, replace=True)
        again = read_pack(folder)
        part = again.elevation
        said = [finding.code for finding in again.layer_findings("elevation")]
    assert "raster.part" in said
    assert "raster.coarse" not in said
    assert part.values.size < height.size
    row, column = round((wide.f - part.transform.f) / cell), round((part.transform.c - wide.c) / cell)
    np.testing.assert_array_equal(part.values, height[row : row + part.shape[0], column : column + part.shape[1]])
