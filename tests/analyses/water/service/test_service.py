"""Reach, allocation and levels on small cases that can be done by hand, and that service never falls when more is
given."""

import itertools

import numpy as np
import pandas as pd
import pyproj
import pytest
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st

from infragap.analyses.water.coverage import own_source_households, village_levels
from infragap.analyses.water.service.allocation import Supply, allocate
from infragap.analyses.water.service.reach import Sources, reach_of
from infragap.analyses.water.service.schemes import household_size
from infragap.gis.raster import Raster

CELL_M = 100.0


def _relief(heights: np.ndarray) -> Raster:
    return Raster(
        heights.astype(np.float32), Affine(CELL_M, 0, 0, 0, -CELL_M, heights.shape[0] * CELL_M), pyproj.CRS("EPSG:9208")
    )


def _source(x: float, y: float, head_m: float, *, reach_km: float = 5.0, loss: float = 0.0) -> Sources:
    return Sources(*(np.array([v]) for v in (x, y, head_m, reach_km, loss)))


def _reached(heights: np.ndarray, source: Sources, villages: list[tuple[float, float]]) -> list[int]:
    x, y = np.array(villages).T
    return reach_of(source, x, y, _relief(heights), residual_head_m=5.0).pairs["village"].tolist()


def test_water_does_not_run_uphill() -> None:
    heights = np.full((21, 21), 100.0)
    heights[:, 15:] = 140.0
    # source at 120 m: the village at 100 m is below it, the one at 140 m is not
    assert _reached(heights, _source(1050, 1050, 120.0), [(550, 1050), (1850, 1050)]) == [0]


def test_a_ridge_above_the_source_is_not_crossed_but_walked_around() -> None:
    heights = np.full((21, 21), 100.0)
    heights[0:20, 10] = 200.0
    village = [(1550.0, 1850.0)]
    # straight 1.0 km; around the open southern end (row 20) 2 · √(0.5² + 1.8²) ≈ 3.7 km and more
    assert _reached(heights, _source(550, 1850, 150.0, reach_km=3.0), village) == []
    assert _reached(heights, _source(550, 1850, 150.0, reach_km=5.0), village) == [0]


def test_head_lost_on_the_way_counts() -> None:
    heights = np.full((5, 41), 100.0)
    # 2 km at 10 m/km leaves 30 − 20 = 10 m ≥ 5 m; 3 km leaves 0
    assert _reached(heights, _source(50, 250, 130.0, loss=10.0), [(2050, 250), (3050, 250)]) == [0]


def test_main_length_is_along_the_slope() -> None:
    heights = np.repeat(np.arange(41)[None, ::-1] * 75.0, 5, axis=0)
    x, y = np.array([1050.0]), np.array([250.0])
    found = reach_of(_source(50, 250, 3000.0), x, y, _relief(heights), residual_head_m=5.0)
    # 1,000 m in plan on a slope of 75 %: 1,000 · √(1 + 0.75²) = 1,250 m
    assert found.pairs["main_km"].iloc[0] == pytest.approx(1.25, rel=1e-3)
    tree = found.trees[0]
    assert tree.length_m.sum() == pytest.approx(1250.0, rel=1e-3)
    assert tree.z[tree.node].tolist() == [heights[2, 10]]


def test_villages_share_the_pipe_on_the_way() -> None:
    heights = np.repeat(np.linspace(200.0, 100.0, 41)[None, :], 5, axis=0)
    x, y = np.array([3050.0, 1050.0]), np.array([250.0, 250.0])
    tree = reach_of(_source(50, 250, 200.0), x, y, _relief(heights), residual_head_m=5.0).trees[0]
    # one straight pipe of 3 km: 31 cells, the near village on it
    assert tree.village.tolist() == [1, 0]
    assert len(tree.z) == 31
    assert tree.node[0] == 10


def _pairs(reach: np.ndarray) -> pd.DataFrame:
    source, village = np.nonzero(reach)
    return pd.DataFrame({"source": source, "village": village, "main_km": 1.0})


def _supply(households: np.ndarray, standard: np.ndarray | None = None, *, must: bool = False) -> Supply:
    n = len(households)
    good = np.ones(n, dtype=bool) if standard is None else standard
    return Supply(np.asarray(households, dtype=float), good, np.arange(n), np.full(n, must))


def test_a_scheme_above_its_capacity_does_not_serve_all() -> None:
    demand = np.array([40.0, 40.0])
    assert allocate(_pairs(np.ones((1, 2), bool)), _supply([50.0]), demand, np.ones(2)).sum() == pytest.approx(50.0)


def test_short_mains_come_last_of_all() -> None:
    pairs = _pairs(np.ones((1, 2), bool)).assign(main_km=[2.0, 1.0])
    near = allocate(pairs, _supply([40.0]), np.array([40.0, 40.0]), np.ones(2))
    assert near.tolist() == pytest.approx([0.0, 40.0], abs=1e-5)
    # larger families are more people: they come before a shorter main
    large = allocate(pairs, _supply([40.0]), np.array([40.0, 40.0]), np.array([5.0, 4.0]))
    assert large.tolist() == pytest.approx([40.0, 0.0], abs=1e-5)


def test_the_standard_comes_before_more_people() -> None:
    # a good and a bad scheme reach one village of 10 households: the good one serves all it can, the bad one the rest
    pairs = _pairs(np.ones((2, 1), bool)).assign(main_km=[5.0, 1.0])
    served = allocate(pairs, _supply([6.0, 10.0], np.array([True, False])), np.array([10.0]), np.ones(1))
    assert served.tolist() == pytest.approx([6.0, 4.0])


def test_twins_share_by_capacity_and_every_plant_serves_somebody() -> None:
    pairs = _pairs(np.ones((3, 1), bool)).assign(main_km=[1.0, 1.0, 9.0])
    supply = Supply(np.array([30.0, 10.0, 50.0]), np.ones(3, bool), np.array([0, 0, 1]), np.ones(3, bool))
    served = allocate(pairs, supply, np.array([20.0]), np.ones(1))
    assert served.sum() == pytest.approx(20.0)
    assert served[0] == pytest.approx(3 * served[1])
    assert served[2] == pytest.approx(1.0)


@settings(max_examples=25)
@given(st.integers(0, 2**20), st.integers(1, 3), st.integers(1, 3))
def test_allocation_is_the_largest_flow(seed: int, sources: int, villages: int) -> None:
    rng = np.random.default_rng(seed)
    reach = rng.random((sources, villages)) < 0.6
    supply, demand = rng.integers(0, 9, sources).astype(float), rng.integers(0, 9, villages).astype(float)
    served = allocate(_pairs(reach), _supply(supply), demand, np.ones(villages))
    # max-flow = min-cut, by trying all sets of sources on the source side
    cuts = []
    for chosen in itertools.chain.from_iterable(itertools.combinations(range(sources), k) for k in range(sources + 1)):
        kept = np.isin(np.arange(sources), chosen)
        cuts.append(supply[~kept].sum() + demand[reach[kept].any(axis=0)].sum())
    assert served.sum() == pytest.approx(min(cuts), abs=1e-5)


def _villages(households: np.ndarray, size: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame(
        {"commune_code": ["90001"] * len(households), "households": households, "population": households * size}
    )


WORKS = pd.DataFrame({"commune_code": ["90001"], "own_source_to_standard_pct": [25.0], "basic_pct": [95.0]})


def _standard(reach: np.ndarray, supply: np.ndarray, good: np.ndarray, households: np.ndarray) -> float:
    """People to the standard, pipes and own sources together."""
    size = np.linspace(3.0, 6.0, len(households))
    villages = _villages(households, size)
    pairs = _pairs(reach)
    served = allocate(pairs, _supply(supply, good), households * 0.75, size)
    on = [np.zeros(len(households)), np.zeros(len(households))]
    for kind in (0, 1):
        here = good[pairs["source"]] == (kind == 0)
        np.add.at(on[kind], pairs["village"][here], served[here])
    return float(village_levels(villages, WORKS, on[0], on[1])["people_to_standard"].sum())


@pytest.mark.slow
@settings(max_examples=8)
@given(st.integers(0, 2**20))
def test_service_is_monotone(seed: int) -> None:
    _monotone(seed)


@pytest.mark.slow
@given(st.integers(0, 2**20))
def test_service_is_monotone_at_length(seed: int) -> None:
    _monotone(seed)


def _monotone(seed: int) -> None:
    """More capacity, one more scheme, a better one: never fewer people to the standard; one scheme less: never more."""
    rng = np.random.default_rng(seed)
    reach = rng.random((4, 4)) < 0.6
    supply, good = rng.integers(1, 30, 4).astype(float), rng.random(4) < 0.5
    households = rng.integers(1, 40, 4).astype(float)
    now = _standard(reach, supply, good, households)
    one = int(rng.integers(4))
    more = np.where(np.arange(4) == one, supply + 10, supply)
    fewer = np.where(np.arange(4) == one, 0.0, supply)
    better = good | (np.arange(4) == one)
    assert _standard(reach, more, good, households) >= now - 1e-4
    assert _standard(reach, supply, better, households) >= now - 1e-4
    assert _standard(reach, fewer, good, households) <= now + 1e-4
    # one scheme more, on villages of its own choice
    wider = np.vstack([reach, rng.random(4) < 0.6])
    assert _standard(wider, np.append(supply, 12.0), np.append(good, rng.random() < 0.5), households) >= now - 1e-4


def test_levels_sum_to_the_people() -> None:
    villages = pd.DataFrame({"commune_code": ["90001"] * 2, "households": [100, 0], "population": [500, 0]})
    people = village_levels(villages, WORKS, np.array([20.0, 0.0]), np.array([40.0, 0.0]))
    # 25 of 100 households have a good source of their own; 15 are left, of whom 5 % of 100 have nothing; 5 people each
    assert people.iloc[0].to_dict() == pytest.approx(
        {
            "people_piped_to_standard": 100.0, "people_piped": 200.0, "people_own_source_to_standard": 125.0,
            "people_basic": 50.0,
            "people_none": 25.0, "people_unknown": 0.0, "people_without_basic": 25.0, "people_to_standard": 225.0,
        }
    )  # fmt: skip
    assert people.iloc[1].sum() == 0


def test_a_broken_pipe_makes_no_well_better() -> None:
    """100 households, 27 % with a good source of their own: as many whether they hang on a pipe below the standard or
    not."""
    villages = pd.DataFrame({"commune_code": ["90001"], "households": [100], "population": [400]})
    works = WORKS.assign(own_source_to_standard_pct=27.0, basic_pct=98.0)
    found = [village_levels(villages, works, np.array([0.0]), np.array([piped])) for piped in (0.0, 50.0, 100.0)]
    assert [float(levels["people_to_standard"].iloc[0]) for levels in found] == pytest.approx([108.0] * 3)


def test_people_without_data_are_a_level_of_their_own() -> None:
    villages = pd.DataFrame(
        {"commune_code": ["90001", "90001", "90009"], "households": [0, 10, 10], "population": [70, 40, 50]}
    )
    people = village_levels(villages, WORKS.assign(basic_pct=100.0), np.zeros(3), np.zeros(3))
    assert people["people_unknown"].tolist() == [70.0, 0.0, 50.0]
    assert people["people_without_basic"].tolist() == [70.0, 0.0, 50.0]
    # 10 households of 4 people: a quarter with a good own source, the others basic
    assert people.iloc[1][["people_own_source_to_standard", "people_basic"]].tolist() == pytest.approx([10.0, 30.0])


def test_a_survey_goes_before_the_share_of_the_commune() -> None:
    villages = _villages(np.array([100.0, 100.0]), np.array([4.0, 4.0])).assign(own_source_households=[7.0, np.nan])
    assert own_source_households(villages, WORKS).tolist() == [7.0, 25.0]


def test_household_size() -> None:
    assert household_size(pd.DataFrame({"households": [10, 30], "population": [50, 110]})) == 4.0
    assert household_size(pd.DataFrame({"households": [0], "population": [50]})) == 1.0
    assert household_size(pd.DataFrame({"households": [5], "population": [0]})) == 1.0
