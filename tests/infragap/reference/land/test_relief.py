"""Heights: flow routing against a naive oracle, steady slopes by hand, and the modelled relief against what is
known."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import scipy.ndimage as ndi
from numpy.typing import NDArray

from infragap.gis.crs import WGS84, transform
from infragap.gis.raster import Raster, rasterize, sample, xy
from infragap.gis.reading.rasters import read_raster
from infragap.gis.terrain import slope_pct
from infragap.reference.inputs import CRS_MEASURE, Facts, province_grid
from infragap.reference.land.landform import StreamPower, breach_pits, cut_heights, drain, upstream_area
from infragap.reference.land.relief import build_elevation


def _rim(shape: tuple[int, int]) -> NDArray[np.bool_]:
    rim = np.ones(shape, dtype=bool)
    rim[1:-1, 1:-1] = False
    return rim


def _spilled(height: NDArray[np.float64], outlet: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Filled surface by repeated relaxation: the lowest level at which water of a cell reaches an outlet (Planchon and
    Darboux)."""
    level = np.where(outlet, height, np.inf)
    while True:
        padded = np.pad(level, 1, constant_values=np.inf)
        around = [
            padded[1 + r : padded.shape[0] - 1 + r, 1 + c : padded.shape[1] - 1 + c]
            for r in (-1, 0, 1)
            for c in (-1, 0, 1)
            if r or c
        ]
        lower = np.where(outlet, height, np.maximum(height, np.min(around, axis=0)))
        if (lower == level).all():
            return level
        level = lower


def test_every_cell_drains_to_an_outlet_by_the_lowest_way() -> None:
    rng = np.random.default_rng(3)
    height = rng.random((23, 31)) * 100
    outlet = _rim(height.shape)
    outlet[10, 12] = True
    order, receiver = drain(height, outlet)
    assert sorted(order.tolist()) == list(range(height.size))
    place = np.empty(height.size, dtype=int)
    place[order] = np.arange(height.size)
    donors = np.flatnonzero(receiver != np.arange(height.size))
    assert (place[receiver[donors]] < place[donors]).all()
    rows, cols = np.divmod(donors, 31)
    to_rows, to_cols = np.divmod(receiver[donors], 31)
    assert (np.maximum(np.abs(rows - to_rows), np.abs(cols - to_cols)) == 1).all()
    # highest ground on the way out = level of the filled surface
    highest = height.ravel().copy()
    for i in order:
        if receiver[i] != i:
            highest[i] = max(highest[i], highest[receiver[i]])
    np.testing.assert_allclose(highest.reshape(height.shape), _spilled(height, outlet))


def test_upstream_area_of_a_plane() -> None:
    # a plane that falls to the south: each inner cell hands on to the one below; 4 rows above the southern rim
    height = np.repeat(np.arange(6.0)[::-1, None], 5, axis=1) * 10
    outlet = np.zeros((6, 5), dtype=bool)
    outlet[-1] = True
    order, receiver = drain(height, outlet)
    area = upstream_area(order, receiver, 2.0).reshape(6, 5)
    assert area[0, 2] == 2.0
    assert area[3, 2] == 8.0
    assert area[-1].sum() == 60.0


def test_slopes_in_balance_by_hand() -> None:
    # one column, outlet at 10 m in the south: catchments of 1, 2, 3 cells of 1 km²; slope = 0.1·(A + 0)^-0.5, 1000 m
    # cells
    height = np.array([[40.0], [30.0], [20.0], [10.0]])
    outlet = np.array([[False], [False], [False], [True]])
    order, receiver = drain(height, outlet)
    area = upstream_area(order, receiver, 1.0)
    flat = np.full(4, 10.0)
    power = StreamPower(head_km2=0.0, channel_km2=50.0, river_km2=100.0, steepest=1.0, concavity=0.5)
    cut = cut_heights(order, receiver, area, flat, np.zeros(4), np.full(4, 0.1), power, 1, 1000.0)
    # 10 + 100/√3 = 67.735; + 100/√2 = 138.446; + 100/√1 = 238.446
    np.testing.assert_allclose(cut, [238.446, 138.446, 67.735, 10.0], atol=1e-3)
    # no steeper than 0.05: 50 m a cell
    gentle = power._replace(steepest=0.05)
    capped = cut_heights(order, receiver, area, flat, np.zeros(4), np.full(4, 0.1), gentle, 1, 1000.0)
    np.testing.assert_allclose(capped, [160.0, 110.0, 60.0, 10.0])


def test_breaching_leaves_no_pit_and_keeps_outlets() -> None:
    rng = np.random.default_rng(4)
    height = rng.random((20, 20)) * 50
    outlet = _rim(height.shape)
    order, receiver = drain(height, outlet)
    result = breach_pits(order, receiver, height.ravel())
    assert (result >= result[receiver]).all()
    assert (result[outlet.ravel()] == height.ravel()[outlet.ravel()]).all()


@pytest.mark.slow
def test_spot_heights_come_out(elevation: Raster, facts: Facts) -> None:
    table = facts.heights
    used = table[table["kind"].isin(["peak", "ridge", "pass", "town", "village"]) & (table["accuracy_m"] <= 2500)]
    x, y = transform(used["lon"], used["lat"], source=WGS84, target=CRS_MEASURE)
    error = np.abs(sample(elevation, x, y, method="nearest") - used["elevation_m"].to_numpy())
    by_name = dict(zip(used["name"], error, strict=True))
    assert by_name["Fansipan"] == 0
    assert by_name["Lùng Cúng (Lang Lung)"] == 0
    assert np.median(error) <= 2
    # the worst are towns whose rough height does not fit the river beside them
    assert error.max() <= 60
    assert 3143 <= elevation.values.max() < 3700


@pytest.mark.slow
def test_rivers_fall_and_keep_their_known_levels(
    elevation: Raster, rivers: gpd.GeoDataFrame, lakes: gpd.GeoDataFrame
) -> None:
    red = rivers.set_index("river_id").loc["R01"].geometry
    points = red.interpolate(np.arange(0, red.length, 500.0))
    along = sample(elevation, [p.x for p in points], [p.y for p in points], method="nearest")
    # a point may fall into a cell that the line only nicks at a corner: one sample in three may be off
    assert (np.diff(ndi.median_filter(along, 3)) <= 0).all()
    # plan report: 74.25 m at low water in Lào Cai
    x, y = transform([103.9665], [22.505], source=WGS84, target=CRS_MEASURE)
    near = min(range(len(points)), key=lambda k: np.hypot(points[k].x - x[0], points[k].y - y[0]))
    assert along[near] == pytest.approx(74, abs=5)
    inside = rasterize(lakes, elevation).values > 0
    assert set(np.unique(elevation.values[inside])) == {58}


@pytest.mark.slow
def test_relief_against_the_real_one(elevation: Raster, facts: Facts, shared: Path) -> None:
    grid = province_grid(400)
    rows, cols = np.indices(grid.shape)
    x, y = xy(grid, rows.ravel(), cols.ravel())
    lon, lat = transform(x, y, source=CRS_MEASURE, target=WGS84)
    true = sample(read_raster(shared / "laocai/fetched/dem_vfp_15s.tif"), lon, lat)
    coarse = sample(facts.raster("dem_itur_p1511_5min.tif"), lon, lat)
    real = gpd.read_file(shared / "laocai/fetched/communes_fixed_simpl50m.geojson").to_crs(CRS_MEASURE)
    within = (rasterize(real, grid).values.ravel() > 0) & ~np.isnan(true) & ~np.isnan(coarse)
    error = (sample(elevation, x, y) - true)[within]
    median, rmse = float(np.median(np.abs(error))), float(np.sqrt((error**2).mean()))
    coarse_error = (coarse - true)[within]
    assert median < 120
    assert rmse < 245
    assert abs(error.mean()) < 30
    # the modelled detail brings ridges and valleys without losing the mean heights
    assert median < np.median(np.abs(coarse_error))
    slopes = slope_pct(grid.with_values(sample(elevation, x, y).reshape(grid.shape))).values.ravel()[within]
    real_slopes = slope_pct(grid.with_values(np.nan_to_num(true).reshape(grid.shape))).values.ravel()[within]
    assert 0.6 < np.median(slopes) / np.median(real_slopes) < 1.4
    assert 0.7 < np.percentile(slopes, 90) / np.percentile(real_slopes, 90) < 1.3


@pytest.mark.slow
def test_given_heights_are_resampled(facts: Facts, rivers: gpd.GeoDataFrame, lakes: gpd.GeoDataFrame) -> None:
    plane = province_grid(1000)
    rows, cols = np.indices(plane.shape)
    x, _ = xy(plane, rows, cols)
    given = plane.with_values((x / 1000).astype(np.float32))
    built = build_elevation(facts, rivers, lakes, np.random.default_rng(0), given=given)
    assert built.shape == (1800, 1730)
    assert built.values.dtype == np.int16
    # x = 450,050 m in the middle of column 810: 450 m
    assert built.values[900, 810] == 450
