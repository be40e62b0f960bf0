"""Who may board: the thresholds of the decree at their very edge, and difficult terrain with its reason."""

import numpy as np
import pytest
from pydantic import ValidationError
from shapely import LineString

from infragap.analyses.schools.codes import Level, Mode, Season, Terrain
from infragap.analyses.schools.parameters import SchoolsParameters
from infragap.analyses.schools.pupils.entitlement import entitlement, minority_pupils
from infragap.analyses.schools.pupils.terrain import NO_WAY, TerrainOnWay, WayToSchool, terrain_on_ways
from infragap.analyses.schools.travel.ways import build_travel, nearest
from tests.analyses.schools.ground_factory import bare_ground, centre, river, roads_layer

PARAMETERS = SchoolsParameters()


def way(km, dry=(30.0, 30.0, 30.0), rainy=(40.0, 40.0, 40.0), terrain=(NO_WAY, NO_WAY, NO_WAY)) -> WayToSchool:
    return WayToSchool(np.array(km), np.array(dry), np.array(rainy), list(terrain))


@pytest.mark.parametrize(
    ("level", "threshold_km"), [(Level.PRIMARY, 4), (Level.LOWER_SECONDARY, 7), (Level.UPPER_SECONDARY, 10)]
)
def test_thresholds_of_the_decree(level, threshold_km):
    found = entitlement(way([threshold_km - 0.01, threshold_km, np.inf]), PARAMETERS)
    assert found.may_board(level).tolist() == [False, True, False]


def test_cut_off_in_the_rain_entitles_at_any_distance():
    found = entitlement(way([0.5, 0.5, 0.5], rainy=(241.0, np.inf, 240.0)), PARAMETERS)
    assert found.by_terrain.tolist() == [True, True, False]


@pytest.mark.parametrize(
    ("one", "kinds"),
    [
        (TerrainOnWay((3,), (), 0, 0, 0), (Terrain.RIVER,)),
        (TerrainOnWay((), (4,), 2.0, 0, 0), (Terrain.CLOSED_ROAD,)),
        (TerrainOnWay((), (4,), 1.9, 299, 99), ()),
        (TerrainOnWay((), (), 0, 300, 100), (Terrain.MOUNTAIN, Terrain.LANDSLIDE)),
    ],
)
def test_difficult_terrain(one, kinds):
    assert one.kinds(PARAMETERS) == kinds
    assert entitlement(way([0.5] * 3, terrain=[one, NO_WAY, NO_WAY]), PARAMETERS).by_terrain.tolist() == [
        bool(kinds),
        False,
        False,
    ]
    # the province may name fewer kinds
    only_rivers = PARAMETERS.model_copy(update={"difficult_terrain": (Terrain.RIVER,)})
    assert one.kinds(only_rivers) == tuple(kind for kind in kinds if kind == Terrain.RIVER)


def test_terrain_is_read_from_the_way():
    # a track of 8 km climbs 400 m from the school, then fords a brook
    heights = np.tile(np.minimum(20.0 * np.arange(40), 400.0)[::-1], (5, 1))
    brook = river(LineString([centre(-1, 12.5, 5), centre(5, 12.5, 5)]), is_major=False)
    track = roads_layer([LineString([centre(2, 0, 5), centre(2, 39, 5)])])
    travel = build_travel(bare_ground(np.ones((5, 40), bool), heights, brook), track, parameters=PARAMETERS)
    ways = nearest(travel, Mode.MOTORBIKE, Season.DRY, [2 * 40 + 0])
    (found, nowhere) = terrain_on_ways(travel, ways, np.append(travel.node([2 * 40 + 39]), -1))
    assert found.rivers == (0,)
    assert found.closed_roads == (0,)
    assert found.closed_km == pytest.approx(7.8, abs=0.5)
    assert found.climb_m == pytest.approx(400, abs=1)
    assert found.steepest_pct == pytest.approx(10, abs=0.1)
    assert nowhere == NO_WAY


def test_minorities_and_parameters():
    assert minority_pupils([10, 10], [95, np.nan])[0] == 9.5
    assert np.isnan(minority_pupils([10], [np.nan])).all()
    with pytest.raises(ValidationError, match="speed_of_light"):
        SchoolsParameters(speed_of_light=1)
    with pytest.raises(ValidationError, match="at least"):
        SchoolsParameters(motorbike_asphalt_kmh=-30)
