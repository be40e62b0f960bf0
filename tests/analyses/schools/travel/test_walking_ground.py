"""The raster of walking: paths, water, bridges, fords, banks."""

import geopandas as gpd
import numpy as np
import pytest
from shapely import LineString, box

from infragap.analyses.schools.codes import Season
from infragap.analyses.schools.parameters import SchoolsParameters
from infragap.analyses.schools.travel.walking_ground import stand, walking_ground
from infragap.analyses.schools.travel.ways import build_travel, by_motorbike, on_foot
from tests.analyses.schools.ground_factory import CELL_M, CRS, X0, Y0, centre, raster, roads_layer

ROWS, COLUMNS = 21, 31
PARAMETERS = SchoolsParameters()
FLAT_MIN = 60 * 0.2 / 5.04  # a cell of path: 2.381 min; off the path 3.968


def at(row: float, column: float) -> tuple[float, float]:
    return X0 + CELL_M * (column + 0.5), Y0 + CELL_M * (ROWS - row - 0.5)


def communes(width: int = COLUMNS) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"commune_code": ["1"]}, geometry=[box(X0, Y0, X0 + CELL_M * width, Y0 + CELL_M * ROWS)], crs=CRS
    )


def river(column: float = 15) -> gpd.GeoDataFrame:
    line = LineString([(at(-1, column)[0], at(-1, column)[1]), (at(ROWS, column)[0] + 1, at(ROWS, column)[1])])
    return gpd.GeoDataFrame({"is_major": [True]}, geometry=[line], crs=CRS)


def ground_of(roads, *, rivers=None, lakes=None, commune=None, **changes):
    return walking_ground(
        raster(np.zeros((ROWS, COLUMNS))),
        communes() if commune is None else commune,
        roads,
        rivers=rivers,
        lakes=lakes,
        parameters=PARAMETERS.model_copy(update=changes),
    )


WEST_ROAD = LineString([at(10, 1), at(10, 9)])


def test_paths_and_open_ground():
    roads = roads_layer([WEST_ROAD], road_class=["commune"], surface=["concrete"])
    ground = ground_of(roads)
    assert ground.minutes[Season.DRY][10, 5] == pytest.approx(FLAT_MIN, rel=1e-5)
    assert ground.minutes[Season.DRY][5, 5] == pytest.approx(FLAT_MIN / 0.6, rel=1e-5)
    # rain slows walking by a fifth, but not on paved roads
    assert ground.minutes[Season.RAINY][10, 5] == pytest.approx(FLAT_MIN, rel=1e-5)
    assert ground.minutes[Season.RAINY][5, 5] == pytest.approx(FLAT_MIN / 0.6 / 0.8, rel=1e-5)


def test_winding_road_is_walked_along_its_length_but_never_slower_than_open_ground():
    # drawn 1.6 km: really 2 km (1.25 times), and really 8 km (walkers leave it: open ground is 1.67 times)
    for km, factor in ((2.0, 1.25), (8.0, 1 / 0.6)):
        roads = roads_layer([WEST_ROAD], length_km=[km], road_class=["commune"], surface=["concrete"])
        assert ground_of(roads).minutes[Season.DRY][10, 5] == pytest.approx(FLAT_MIN * factor, rel=1e-5)


def test_expressway_is_no_path_and_outside_is_closed():
    roads = roads_layer([WEST_ROAD], road_class=["expressway"], surface=["asphalt"])
    ground = ground_of(roads, commune=communes(width=20))
    assert ground.minutes[Season.DRY][10, 5] == pytest.approx(FLAT_MIN / 0.6, rel=1e-5)
    assert np.isinf(ground.minutes[Season.DRY][:, 21:]).all()


def crossing(ground) -> float:
    west, east = np.array([3 * COLUMNS + 10]), np.array([3 * COLUMNS + 20])
    travel = build_travel(ground, roads_layer([WEST_ROAD]), parameters=PARAMETERS)
    return float(on_foot(travel, Season.RAINY, west, east, limit_min=1e4)[0][0, 0])


def test_river_without_a_bridge_is_a_barrier():
    far_off = roads_layer([WEST_ROAD])
    assert np.isinf(crossing(ground_of(far_off, rivers=river())))
    # a slanting river is tight as well
    slant = gpd.GeoDataFrame({"is_major": [True]}, geometry=[LineString([at(-1, 12), at(ROWS, 19)])], crs=CRS)
    assert np.isinf(crossing(ground_of(far_off, rivers=slant)))
    assert np.isfinite(crossing(ground_of(far_off, rivers=river().assign(is_major=False))))


@pytest.mark.parametrize("short_cells", [0.0, 0.4, 1.0])
@pytest.mark.parametrize("slant", [0.0, 3.0, -5.0])
def test_river_cut_off_at_the_border_is_not_walked_around(short_cells, slant):
    """The province is rows 4 to 16 and the relief goes on around it; the river ends at the border, or a little before it."""
    province = gpd.GeoDataFrame(
        {"commune_code": ["1"]},
        geometry=[box(X0, Y0 + 4 * CELL_M, X0 + CELL_M * COLUMNS, Y0 + CELL_M * (ROWS - 4))],
        crs=CRS,
    )
    far_off = roads_layer([WEST_ROAD])
    line = LineString([at(3.5 + short_cells, 15 + slant), at(ROWS - 4.5 - short_cells, 15 - slant)])
    cut = gpd.GeoDataFrame({"is_major": [True]}, geometry=[line], crs=CRS)
    ground = ground_of(far_off, rivers=cut, commune=province)
    west, east = np.array([10 * COLUMNS + 3]), np.array([10 * COLUMNS + 27])
    travel = build_travel(ground, far_off, parameters=PARAMETERS)
    for season in Season:
        assert np.isinf(on_foot(travel, season, west, east, limit_min=1e4)[0][0, 0])


def test_river_that_rises_inside_is_walked_around_and_joints_are_no_ends():
    far_off = roads_layer([WEST_ROAD])
    source = gpd.GeoDataFrame({"is_major": [True]}, geometry=[LineString([at(8, 15), at(ROWS, 15)])], crs=CRS)
    assert np.isfinite(crossing(ground_of(far_off, rivers=source)))
    # two stretches that meet two cells inside the border: nothing but their own cells is closed there
    halves = [LineString([at(-1, 15), at(1, 15)]), LineString([at(1, 15), at(ROWS, 15)])]
    joined = gpd.GeoDataFrame({"is_major": [True] * 2}, geometry=halves, crs=CRS)
    ground = ground_of(far_off, rivers=joined)
    assert np.isfinite(ground.minutes[Season.DRY][1, [14, 16]]).all()
    assert np.isinf(crossing(ground))


def test_bridge_opens_the_river_and_a_ford_only_in_the_dry():
    across = LineString([at(10, 5), at(10, 25)])
    bridge = ground_of(roads_layer([across], road_class=["commune"], surface=["concrete"]), rivers=river())
    # from (3, 10) down to the bridge in row 10 and up to (3, 20): by hand at least ten columns of 2.38 min
    assert 10 * FLAT_MIN < crossing(bridge) < 400
    ford = ground_of(roads_layer([across]), rivers=river())
    assert np.isinf(crossing(ford))
    assert np.isfinite(ford.minutes[Season.DRY][10, 15])
    track_bridge = ground_of(roads_layer([across], is_bridge=[True]), rivers=river())
    assert np.isfinite(crossing(track_bridge))
    open_fords = ground_of(roads_layer([across]), rivers=river(), fords_closed_in_rain=False)
    assert np.isfinite(crossing(open_fords))


def test_motorbike_cannot_ford_in_the_rain():
    across = roads_layer([LineString([at(10, 5), at(10, 25)])])
    ground = ground_of(across, rivers=river())
    travel = build_travel(ground, across, parameters=PARAMETERS)
    west, east = np.array([10 * COLUMNS + 5]), np.array([10 * COLUMNS + 25])
    # 4 km of earth track at 8.6 km/h: 27.9 min
    assert by_motorbike(travel, Season.DRY, west, east)[0][0, 0] == pytest.approx(27.9, abs=0.1)
    assert np.isinf(by_motorbike(travel, Season.RAINY, west, east)[0][0, 0])


def test_lake_is_a_barrier():
    lake = gpd.GeoDataFrame(geometry=[box(at(0, 14)[0], Y0, at(0, 16)[0], Y0 + ROWS * CELL_M)], crs=CRS)
    ground = ground_of(roads_layer([WEST_ROAD]), lakes=lake)
    assert np.isinf(ground.minutes[Season.DRY][:, 15]).all()
    assert np.isinf(crossing(ground))


def test_places_stand_on_their_own_bank():
    ground = ground_of(roads_layer([WEST_ROAD]), rivers=river())
    x, y = at(5, 15)
    # 60 m west and east of the river, in its barrier cell
    cells = stand(ground, [x - 60, x + 60, at(5, 3)[0], X0 - 5000], [y, y, at(5, 3)[1], y])
    assert (cells % COLUMNS).tolist()[:3] == [14, 16, 3]
    assert (cells // COLUMNS).tolist()[:3] == [5, 5, 5]
    assert cells[3] == -1  # nowhere near the ground
    # on the drawn line itself either bank will do
    assert stand(ground, [x], [y])[0] % COLUMNS in (14, 16)


def test_layers_are_not_changed():
    roads, water = roads_layer([WEST_ROAD]), river()
    before = roads.copy(deep=True), water.copy(deep=True)
    ground_of(roads, rivers=water)
    assert roads.equals(before[0])
    assert water.equals(before[1])
    assert centre(0, 0, ROWS) == at(0, 0)
