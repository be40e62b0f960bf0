"""The raster of walking: slopes, forest, rivers, lakes, banks."""

import geopandas as gpd
import numpy as np
import pytest
from shapely import LineString, box

from infragap.analyses.schools.codes import Mode, Season
from infragap.analyses.schools.parameters import SchoolsParameters
from infragap.analyses.schools.travel.open_ground import ground_cell, open_ground
from infragap.analyses.schools.travel.ways import build_travel, nearest
from tests.analyses.schools.ground_factory import CELL_M, CRS, X0, Y0, raster, river, roads_layer

ROWS, COLUMNS = 21, 31
PARAMETERS = SchoolsParameters()
OPEN_MIN = 60 * 0.2 / (5.04 * 0.6)  # a cell of open ground: 3.968 min


def at(row: float, column: float) -> tuple[float, float]:
    return X0 + CELL_M * (column + 0.5), Y0 + CELL_M * (ROWS - row - 0.5)


def communes(width: int = COLUMNS, south: int = 0, north: int = ROWS) -> gpd.GeoDataFrame:
    shape = box(X0, Y0 + south * CELL_M, X0 + CELL_M * width, Y0 + CELL_M * north)
    return gpd.GeoDataFrame({"commune_code": ["1"]}, geometry=[shape], crs=CRS)


def north_south(column: float = 15, *, is_major: bool = True) -> gpd.GeoDataFrame:
    return river(LineString([at(-1, column), at(ROWS, column)]), is_major=is_major)


FAR_ROAD = roads_layer([LineString([at(0, 0), at(0, 1)])])


def minutes(
    one, other, *, mode=Mode.FOOT, season=Season.DRY, roads=FAR_ROAD, commune=None, heights=None, **layers
) -> float:
    parameters = PARAMETERS.model_copy(
        update={k: layers.pop(k) for k in list(layers) if k in type(PARAMETERS).model_fields}
    )
    ground = open_ground(
        raster(np.zeros((ROWS, COLUMNS)) if heights is None else heights),
        communes() if commune is None else commune,
        parameters=parameters,
        **layers,
    )
    travel = build_travel(ground, roads, parameters=parameters)
    start, end = (ground_cell(ground, [at(*cell)[0]], [at(*cell)[1]]) for cell in (one, other))
    return float(nearest(travel, mode, season, end).cost[travel.node(start)[0]])


def test_open_ground_forest_and_rain():
    # ten cells of 0.2 km: at 3.024 km/h, in natural forest at two thirds of it, in planted forest at 0.85, in the rain
    # a quarter longer
    assert minutes((5, 5), (5, 15)) == pytest.approx(10 * OPEN_MIN, rel=1e-5)
    for code, factor in ((12, 0.67), (1, 0.85), (0, 1.0)):
        forest = raster(np.full((ROWS, COLUMNS), code)).with_values(np.full((ROWS, COLUMNS), code, np.uint8))
        assert minutes((5, 5), (5, 15), forest=forest) == pytest.approx(10 * OPEN_MIN / factor, rel=1e-5)
    assert minutes((5, 5), (5, 15), season=Season.RAINY) == pytest.approx(10 * OPEN_MIN / 0.8, rel=1e-5)


def test_up_is_slower_than_down_and_cliffs_are_not_climbed():
    # 10 % slope: exp(3.5 * (0.15 - 0.05)) = 1.419 up, exp(0) = 1 down
    heights = np.tile(20.0 * np.arange(COLUMNS), (ROWS, 1))
    assert minutes((5, 5), (5, 15), heights=heights) == pytest.approx(10 * OPEN_MIN * np.exp(0.35), rel=1e-4)
    assert minutes((5, 15), (5, 5), heights=heights) == pytest.approx(10 * OPEN_MIN, rel=1e-4)
    cliff = np.where(np.arange(COLUMNS) < 10, 0.0, 400.0) * np.ones((ROWS, 1))
    assert np.isinf(minutes((5, 5), (5, 15), heights=cliff))


@pytest.mark.parametrize("slant", [0.3, 3.5, -6.2])
def test_major_river_is_a_barrier_and_a_minor_one_a_ford(slant):
    line = LineString([at(-1, 15 + slant), at(ROWS, 15 - slant)])
    dry = minutes((3, 5), (3, 25))
    assert np.isinf(minutes((3, 5), (3, 25), rivers=river(line, is_major=True)))
    minor = river(line, is_major=False)
    assert minutes((3, 5), (3, 25), rivers=minor) == pytest.approx(dry + PARAMETERS.ford_min, abs=1e-3)
    assert np.isinf(minutes((3, 5), (3, 25), season=Season.RAINY, rivers=minor))
    assert np.isfinite(minutes((3, 5), (3, 25), season=Season.RAINY, rivers=minor, fords_closed_in_rain=False))


@pytest.mark.parametrize("short_cells", [0.0, 0.4, 1.0])
@pytest.mark.parametrize("slant", [0.0, 3.0, -5.0])
def test_river_cut_off_at_the_border_is_not_walked_around(short_cells, slant):
    """The province is rows 4 to 16 and the relief goes on around it; the river ends at the border, or a little before
    it."""
    line = LineString([at(3.5 + short_cells, 15 + slant), at(ROWS - 4.5 - short_cells, 15 - slant)])
    province = communes(south=4, north=ROWS - 4)
    for season in Season:
        assert np.isinf(minutes((10, 3), (10, 27), commune=province, season=season, rivers=river(line, is_major=True)))


def test_river_that_rises_inside_is_walked_around():
    assert np.isfinite(minutes((3, 5), (3, 25), rivers=river(LineString([at(8, 15), at(ROWS, 15)]), is_major=True)))


def test_bridge_ford_and_ferry_on_a_road():
    across = LineString([at(10, 5), at(10, 25)])
    crossing = {"mode": Mode.MOTORBIKE, "rivers": north_south()}
    good = roads_layer([across], road_class=["commune"], surface=["concrete"])
    # 4 km of concrete at 22 km/h: 10.9 min; of track at 8.6 km/h and a ford: 27.9 + 5 min
    assert minutes((10, 5), (10, 25), roads=good, **crossing) == pytest.approx(60 * 4 / 22, abs=0.01)
    track = roads_layer([across])
    assert minutes((10, 5), (10, 25), roads=track, **crossing) == pytest.approx(60 * 4 / 8.6 + 5, abs=0.01)
    assert np.isinf(minutes((10, 5), (10, 25), roads=track, season=Season.RAINY, **crossing))
    # with a bridge the track is walked in the rain, for motorbikes cannot ride it then: 4 km at 5.04 * 0.8 km/h
    bridged = roads_layer([across], is_bridge=[True])
    assert minutes((10, 5), (10, 25), roads=bridged, season=Season.RAINY, **crossing) == pytest.approx(
        60 * 4 / 4.032, abs=0.01
    )
    # a ferry of 1 km: 12 min at 5 km/h and 15 min of waiting, in the rain too unless it is closed
    line = LineString([at(10, 13), at(10, 18)])
    ferry = roads_layer([line], is_ferry=[True])
    for season in Season:
        for mode in Mode:
            found = minutes((10, 13), (10, 18), roads=ferry, season=season, mode=mode, rivers=north_south())
            assert found == pytest.approx(27.0, abs=0.01)
    assert np.isinf(
        minutes((10, 13), (10, 18), roads=ferry, season=Season.RAINY, rivers=north_south(), ferries_closed_in_rain=True)
    )


def test_lake_and_outside_are_closed():
    lake = gpd.GeoDataFrame(geometry=[box(at(0, 14)[0], Y0, at(0, 16)[0], Y0 + ROWS * CELL_M)], crs=CRS)
    assert np.isinf(minutes((3, 5), (3, 25), lakes=lake))
    assert np.isinf(minutes((3, 5), (3, 28), commune=communes(width=20)))


def test_places_stand_on_their_own_bank():
    ground = open_ground(raster(np.zeros((ROWS, COLUMNS))), communes(), rivers=north_south(15.2), parameters=PARAMETERS)
    x, y = at(5, 15.2)
    # 60 m west of the river, in a cell whose centre lies west of it too; 40 m east of it, in the same cell
    cells = ground_cell(ground, [x - 60, x + 40, at(5, 3)[0], X0 - 5000], [y, y, at(5, 3)[1], y])
    assert (cells % COLUMNS).tolist()[:3] == [15, 16, 3]
    assert cells[3] == -1  # nowhere near the ground


def test_layers_are_not_changed():
    water = north_south()
    before = water.copy(deep=True)
    open_ground(raster(np.zeros((ROWS, COLUMNS))), communes(), rivers=water, parameters=PARAMETERS)
    assert water.equals(before)
