"""The worth of a link against building it: the same pack with the bridge or the paved road in its layers."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from infragap.analyses.schools.codes import Improvement, Mode, Season
from infragap.analyses.schools.links.improvements import possible_works
from infragap.analyses.schools.links.worth import journey, worth_of_links
from infragap.analyses.schools.parameters import SchoolsParameters
from infragap.analyses.schools.study import Study, prepare
from infragap.gis.pack import read_pack
from tests import pack_factory
from tests.pack_factory import write_pack


def fording(roads: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The bridge of the main road gone, a track that fords the river a kilometre to the north, and earth on the commune
    road."""
    line = shapely.LineString([(445_000, 2_416_000), (458_000, 2_416_000)])
    track = roads[roads["road_id"] == "R6"].assign(road_id="R7", length_km=line.length / 1000)
    track = track.set_geometry([line], crs=roads.crs)
    kept = roads[roads["road_id"] != "R3"]
    rough = kept.assign(surface=np.where(kept["road_id"] == "R5", "earth", kept["surface"]))
    return pd.concat([rough, track], ignore_index=True)


def study_of(folder: Path, roads) -> Study:
    through = shapely.LineString([(456_000, pack_factory.NORTH + 1000), (456_000, pack_factory.SOUTH - 1000)])
    pack = write_pack(folder, roads=roads, rivers=lambda r: r.set_geometry([through], crs=r.crs), bridges=None)
    return prepare(read_pack(pack), SchoolsParameters())


def school_journey(study: Study):
    villages = study.villages
    pupils = villages["pupils_lower_secondary"].to_numpy(float)
    return journey(study, study.school_cell[:1], np.arange(len(villages)), pupils, np.zeros(len(villages), bool))


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return study_of(tmp_path_factory.mktemp("fords"), fording)


def built(roads: gpd.GeoDataFrame, row: int, kind: Improvement) -> gpd.GeoDataFrame:
    column, value = ("is_bridge", True) if kind == Improvement.FORD else ("surface", "concrete")
    changed = roads.copy()
    changed.loc[row, column] = value
    return changed


@pytest.mark.slow
def test_equals_building_it(study: Study, tmp_path: Path) -> None:
    one = school_journey(study)
    works = [w for w in possible_works(study, one.ways[Season.DRY].cost) if w.kind != Improvement.MISSING_BRIDGE]
    assert {w.kind for w in works} == {Improvement.FORD, Improvement.EARTH_STRETCH}
    for number, work in enumerate(works):
        better = study_of(tmp_path / str(number), lambda _, work=work: built(study.roads, work.road, work.kind))
        for season in Season:
            found = one.ways[season].after(work.tail, work.head, work.minutes[season], one.node)
            expected = better.nearest(Mode.MOTORBIKE, season, study.school_cell[:1]).cost[better.village_node]
            if work.kind == Improvement.FORD or study.roads["road_id"][work.road] != "R7":
                np.testing.assert_allclose(found, expected, atol=1e-3)
            else:
                # a paved road is taken to have its bridges; the works pave the track and leave the ford
                assert (found >= expected - 1e-3).all()


def test_table_of_worth(study: Study) -> None:
    worth = worth_of_links(study, [school_journey(study)])
    assert (np.diff(worth.hours_per_bn) <= 1e-9).all()
    assert (worth.hours_per_year >= 0).all()
    kinds = [work.kind for work in worth.works]
    assert Improvement.FORD in kinds
    ford = kinds.index(Improvement.FORD)
    # the ford is the only way over the river, and the rain closes it: a bridge frees everybody on the other bank
    assert worth.pupils_cut_off[ford] > 0
    assert worth.works[ford].cost_mvnd == SchoolsParameters().link_cost_bridge_mvnd
    missing = [w for w, kind in zip(worth.works, kinds, strict=True) if kind == Improvement.MISSING_BRIDGE]
    assert all(work.line.length == pytest.approx(200, rel=0.5) for work in missing)
