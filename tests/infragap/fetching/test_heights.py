"""Heights: names of tiles, one grid of points, sea, tiles that were never released, and which size of cells."""

from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine

from infragap.fetching.client import Client, FetchError, NotThereError
from infragap.fetching.heights import NOT_RELEASED, Grid, cell_size_m, fetch_heights, tiles
from tests.infragap.fetching.imitation import Imitation, height_m


@pytest.mark.parametrize(
    ("place", "name"),
    [
        ((103.8, 22.3), "Copernicus_DSM_COG_10_N22_00_E103_00_DEM"),
        ((-10.5, -0.5), "Copernicus_DSM_COG_10_S01_00_W011_00_DEM"),
        ((8.0, 45.0), "Copernicus_DSM_COG_10_N45_00_E008_00_DEM"),
        ((0.0, -0.0), "Copernicus_DSM_COG_10_N00_00_E000_00_DEM"),
        ((-0.01, -0.01), "Copernicus_DSM_COG_10_S01_00_W001_00_DEM"),
    ],
)
def test_tiles_are_named_by_their_south_west_corner(place: tuple[float, float], name: str) -> None:
    longitude, latitude = place
    assert tiles((longitude, latitude, longitude + 0.005, latitude + 0.005), 30) == [name]


def test_a_province_has_six_tiles_and_the_equator_four() -> None:
    box = (103.5268, 21.3285, 105.0993, 22.8455)
    assert [name[22:36] for name in tiles(box, 90)] == [
        f"N{lat}_00_E{lon}_00" for lat in (21, 22) for lon in (103, 104, 105)
    ]
    assert len(tiles((-0.1, -0.1, 0.1, 0.1), 30)) == 4
    assert len(NOT_RELEASED) == 25


def slope(longitude: np.ndarray, latitude: np.ndarray) -> np.ndarray:
    return 100.0 * longitude + 37.0 * latitude


@pytest.mark.parametrize(("latitude", "width"), [(45, 3600), (55, 2400), (65, 1800), (75, 1200), (82, 720), (87, 360)])
def test_poleward_tiles_have_fewer_columns_and_come_onto_the_same_grid(latitude: int, width: int) -> None:
    """Between points a plane stays a plane; the real widths, a strip of rows of the real height."""
    east, south = np.arange(width) / width, np.arange(40) / 3600
    tile = slope(8 + east[None, :], latitude + 1 - south[:, None])
    own = Affine(1 / width, 0, 8 - 0.5 / width, 0, -1 / 3600, latitude + 1 + 0.5 / 3600)
    grid = Grid.over((8.2, latitude + 1 - 30 / 3600, 8.3, latitude + 1 - 10 / 3600), 3600)
    grid.put((latitude, 8), tile, own)
    rows, columns = np.mgrid[0 : grid.values.shape[0], 0 : grid.values.shape[1]]
    own = grid.transform
    longitude, north = own.c + (columns + 0.5) * own.a, own.f + (rows + 0.5) * own.e
    assert np.allclose(grid.values, slope(longitude, north), atol=1e-3)


def test_tiles_meet_without_a_seam_and_rims_belong_to_the_right_one() -> None:
    """Tiles of 2400 columns: the first point of each is taken as it is; between the last of one and the first of the
    next, at most a cell's step is lost."""
    grid = Grid.over((8.9, 54.995, 9.1, 55.005), 3600)
    for south, west in ((54, 8), (54, 9), (55, 8), (55, 9)):
        east, down = np.arange(2400) / 2400, np.arange(3600) / 3600
        tile = slope(west + east[None, :], south + 1 - down[:, None]).astype(np.float32)
        grid.put((south, west), tile, Affine(1 / 2400, 0, west - 0.5 / 2400, 0, -1 / 3600, south + 1 + 0.5 / 3600))
    at = int(np.flatnonzero(grid.x == 9 * 3600)[0])
    row = int(np.flatnonzero(grid.y == 55 * 3600)[0])
    assert grid.values[row, at] == pytest.approx(slope(9.0, 55.0), abs=1e-3)
    exact = slope(grid.x / 3600, 55.0)
    assert np.abs(grid.values[row] - exact).max() < 100 / 2400


def test_a_box_that_ends_on_a_degree_needs_no_further_tile() -> None:
    grid = Grid.over((8.0, 45.0, 9.0, 46.0), 1200)
    tile = np.full((1200, 1200), 5.0)
    grid.put((45, 8), tile, Affine(1 / 1200, 0, 8 - 0.5 / 1200, 0, -1 / 1200, 46 + 0.5 / 1200))
    assert grid.values.shape == (1201, 1201)
    assert (grid.values == 5).all()
    left, bottom = grid.transform.c, grid.transform.f - 1201 / 1200
    assert (left, bottom) == (pytest.approx(8 - 0.5 / 1200), pytest.approx(45 - 0.5 / 1200))


@pytest.mark.parametrize(
    ("box", "asked", "size"),
    [
        ((35.4, -16.1, 35.6, -15.9), 0, 30), ((103.5, 21.3, 105.1, 22.9), 0, 30), ((102.1, 8.5, 109.5, 23.4), 0, 90),
        ((102.1, 20.5, 109.5, 23.4), 30, 30), ((35.4, -16.1, 35.6, -15.9), 90, 90),
    ],
)  # fmt: skip
def test_small_boxes_have_cells_of_30_m(box: tuple[float, float, float, float], asked: int, size: int) -> None:
    assert cell_size_m(box, asked) == size


def test_the_tiles_of_lao_cai() -> None:
    # facts/open-layers.md 0.14: its box touches six
    box = (103.5268, 21.3285, 105.0993, 22.8455)
    wanted = [f"Copernicus_DSM_COG_10_N{n}_00_E{e}_00_DEM" for n in (21, 22) for e in (103, 104, 105)]
    assert sorted(tiles(box, cell_size_m(box))) == wanted


def test_what_would_not_fit_into_memory_is_said() -> None:
    with pytest.raises(FetchError, match=r"1659 million cells of 30 m.*--elevation-m 90"):
        cell_size_m((102, 8, 110, 24), 30)


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["", "shut:S17_00"])
def test_a_tile_that_is_not_there_is_sea(server: Imitation, client: Client, tmp_path: Path, fault: str) -> None:
    server.faults |= {fault} - {""}
    made = fetch_heights(client, (34.9, -16.1, 35.1, -15.9), tmp_path / "dem.tif")
    assert (made.cell_m, made.coarser, made.sea) == (30, [], 3 if fault else 2)
    with rasterio.open(tmp_path / "dem.tif") as dataset:
        sea, land, south = (next(dataset.sample([(x, y)]))[0] for x, y in ((34.95, -15.95), (35.05, -15.95),
                                                                           (35.05, -16.05)))  # fmt: skip
    assert sea == 0
    assert land == pytest.approx(height_m(35.05, -15.95), abs=2)
    assert south == (0 if fault else pytest.approx(height_m(35.05, -16.05), abs=2))


@pytest.mark.slow
def test_tiles_that_were_never_released_come_from_the_coarser_set(client: Client, tmp_path: Path) -> None:
    made = fetch_heights(client, (42.9, 40.4, 43.1, 40.6), tmp_path / "dem.tif")
    assert made.coarser == ["Copernicus_DSM_COG_30_N40_00_E043_00_DEM"]
    assert made.sea == 0
    with rasterio.open(tmp_path / "dem.tif") as dataset:
        values = dataset.read(1)
    # no column of sea where the two sets meet
    assert values.min() > height_m(42.8, 40.4)


@pytest.mark.slow
def test_a_box_over_equator_and_greenwich(client: Client, tmp_path: Path) -> None:
    made = fetch_heights(client, (-0.1, -0.1, 0.1, 0.1), tmp_path / "dem.tif")
    assert len(made.files) == 3
    assert made.sea == 1
    with rasterio.open(tmp_path / "dem.tif") as dataset:
        for place in ((0.05, 0.05), (-0.05, 0.05), (0.05, -0.05)):
            assert next(dataset.sample([place]))[0] == pytest.approx(height_m(*place), abs=2)
        assert next(dataset.sample([(-0.05, -0.05)]))[0] == 0


@pytest.mark.slow
def test_sea_alone_is_no_layer(client: Client, tmp_path: Path) -> None:
    with pytest.raises(NotThereError, match="no tile of heights"):
        fetch_heights(client, (10.1, 10.1, 10.2, 10.2), tmp_path / "dem.tif")
