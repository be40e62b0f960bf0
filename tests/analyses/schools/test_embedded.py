"""What must hold on the embedded pack: one engine against a model of its own, rings against tables, roads that only add
ways, the same cells in any order of the rows."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from infragap.analyses.schools.codes import Mode, Season
from infragap.analyses.schools.parameters import SchoolsParameters
from infragap.analyses.schools.plan import plan_schools
from infragap.analyses.schools.result import SchoolsResult
from infragap.analyses.schools.siting.question import SiteQuestion
from infragap.analyses.schools.study import Study
from infragap.analyses.schools.travel.region import all_pairs, whole_region
from infragap.analyses.schools.travel.ways import at_nodes, build_travel, nearest
from infragap.gis.pack import Pack, read_pack
from tests.analyses.schools.conftest import Answered
from tests.analyses.schools.independent_ways import IndependentWays
from tests.analyses.schools.test_plan import TABLES
from tests.infragap.shuffled_pack import shuffle_pack

pytestmark = pytest.mark.slow
CASES = [(mode, season) for mode in Mode for season in Season]


@pytest.fixture(scope="module")
def pack(data_folder: Path) -> Pack:
    return read_pack(data_folder)


@pytest.fixture(scope="module")
def question(answered: Answered) -> SiteQuestion:
    return answered.question


@pytest.fixture(scope="module")
def study(question: SiteQuestion) -> Study:
    return question.study


def test_independent_dijkstra_on_forty_villages_and_ten_schools(pack: Pack, study: Study) -> None:
    own, rng = IndependentWays(pack, study), np.random.default_rng(20261127)
    village = study.village_cell[rng.choice(len(study.villages), 40, replace=False)]
    school = study.school_cell[rng.choice(len(study.schools), 10, replace=False)]
    for mode, season in CASES:
        # on foot, without a limit, searches from places far apart hinder one another: a school at a time there
        apart = [school] if mode == Mode.MOTORBIKE else np.split(school, len(school))
        tables = [all_pairs(whole_region(study.travel), mode, season, village, some) for some in apart]
        ours = (np.hstack([table.to_min for table in tables]), np.hstack([table.back_min for table in tables]))
        for one, other in zip(own.table(mode, season, village, school), ours, strict=True):
            np.testing.assert_array_equal(np.isfinite(one), np.isfinite(other))
            told = np.isfinite(one)
            assert told.any()
            assert np.abs(one[told] - other[told]).max() < 0.1


def test_pairs_and_rings_agree_on_all_pairs(question: SiteQuestion) -> None:
    """The ring field of each candidate alone against its column of the pair table, every mode and season."""
    study = question.study
    node = study.village_node[question.village]
    for mode, season in CASES:
        limit = study.parameters.foot_limit_min if mode == Mode.FOOT else np.inf
        for column, cell in enumerate(question.cell.tolist()):
            field = nearest(study.travel, mode, season, [cell], limit_min=limit)
            ring = at_nodes(field.cost, node, missing=np.inf)
            np.testing.assert_allclose(ring, question.pairs[mode, season].to_min[:, column], atol=0.05)


def some_links(roads: gpd.GeoDataFrame, count: int, rng: np.random.Generator, first: int) -> gpd.GeoDataFrame:
    """Random roads, tracks and bridges between places of the province, half of them beginning on a road."""
    west, south, east, north = roads.total_bounds
    rows = []
    for number in range(count):
        start = np.array([rng.uniform(west, east), rng.uniform(south, north)])
        if number % 2:
            spot = roads.geometry.iloc[rng.integers(len(roads))].interpolate(rng.random(), normalized=True)
            start = np.array([spot.x, spot.y])
        end = start + rng.normal(0, 4000, 2)
        middle = (start + end) / 2 + rng.normal(0, 800, 2)
        line = shapely.LineString([start, middle, end])
        kind = rng.choice(["track", "commune", "provincial"])
        rows.append(
            {
                **roads.iloc[0].drop("geometry").to_dict(),
                "road_id": f"new{first + number}",
                "road_class": kind,
                "surface": {"track": "earth", "commune": "concrete", "provincial": "asphalt"}[kind],
                "is_bridge": number % 3 == 0,
                "length_km": line.length / 1000 * rng.uniform(1.0, 1.6),
                "geometry": line,
            }
        )
    return gpd.GeoDataFrame(rows, geometry="geometry", crs=roads.crs)


def test_two_hundred_new_roads_bridges_and_tracks_lengthen_nothing(study: Study) -> None:
    rng, roads, travel = np.random.default_rng(7), study.roads, study.travel
    school = study.school_cell[rng.choice(len(study.schools), 3, replace=False)]
    cells = np.arange(len(travel.ground.cell))

    def fields(of: object) -> dict[tuple[Mode, Season], np.ndarray]:
        return {key: nearest(of, *key, school).cost[: len(cells)] for key in CASES}  # type: ignore[arg-type]

    before = fields(travel)
    for batch in range(10):
        more = some_links(study.roads, 16, rng, 100 * batch)
        roads = pd.concat([roads, more], ignore_index=True)
        # four more: a road that fords or is not bridged gets its bridge
        roads.loc[rng.choice(len(study.roads), 4, replace=False), "is_bridge"] = True
        after = fields(build_travel(travel.ground, roads, parameters=study.parameters))
        for key in CASES:
            assert (after[key] <= before[key] + 1e-3).all(), (batch, key)
        for mode in Mode:
            assert (after[mode, Season.RAINY] >= after[mode, Season.DRY] - 1e-4).all()
        before = after


def test_shuffled_rows_and_reversed_lines_change_no_cell(
    embedded: SchoolsResult, data_folder: Path, tmp_path: Path
) -> None:
    other = plan_schools(read_pack(shuffle_pack(data_folder, tmp_path / "shuffled", seed=3)), SchoolsParameters())
    for name in TABLES:
        frames = (
            pd.DataFrame(getattr(result, name)).drop(columns="geometry", errors="ignore")
            for result in (embedded, other)
        )
        pd.testing.assert_frame_equal(*frames)
    assert embedded.placement == other.placement
    assert embedded.assignment_record == other.assignment_record
    assert embedded.upper_record == other.upper_record
