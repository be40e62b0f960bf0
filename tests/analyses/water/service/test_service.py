"""Reach, allocation and levels on small cases that can be done by hand."""

import itertools

import numpy as np
import pandas as pd
import pyproj
import pytest
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st

from infragap.analyses.water.service.allocation import allocate
from infragap.analyses.water.service.levels import village_levels
from infragap.analyses.water.service.reach import Sources, villages_in_reach
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
    return villages_in_reach(source, x, y, _relief(heights), residual_head_m=5.0)["village"].tolist()


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
    found = villages_in_reach(_source(50, 250, 3000.0), x, y, _relief(heights), residual_head_m=5.0)
    # 1,000 m in plan on a slope of 75 %: 1,000 · √(1 + 0.75²) = 1,250 m
    assert found["main_km"].iloc[0] == pytest.approx(1.25, rel=1e-3)


def _pairs(reach: np.ndarray) -> pd.DataFrame:
    source, village = np.nonzero(reach)
    return pd.DataFrame({"source": source, "village": village, "main_km": 1.0})


def test_a_scheme_above_its_capacity_does_not_serve_all() -> None:
    served = allocate(_pairs(np.ones((1, 2), bool)), np.array([50.0]), np.array([40.0, 40.0]))
    assert served.sum() == pytest.approx(50.0)


def test_short_mains_come_first() -> None:
    pairs = _pairs(np.ones((1, 2), bool)).assign(main_km=[2.0, 1.0])
    assert allocate(pairs, np.array([40.0]), np.array([40.0, 40.0])).tolist() == pytest.approx([0.0, 40.0])


@settings(max_examples=60)
@given(st.integers(0, 2**20), st.integers(1, 3), st.integers(1, 3))
def test_allocation_is_the_largest_flow(seed: int, sources: int, villages: int) -> None:
    rng = np.random.default_rng(seed)
    reach = rng.random((sources, villages)) < 0.6
    supply, demand = rng.integers(0, 9, sources).astype(float), rng.integers(0, 9, villages).astype(float)
    served = allocate(_pairs(reach), supply, demand)
    # max-flow = min-cut, by trying all sets of sources on the source side
    cuts = []
    for chosen in itertools.chain.from_iterable(itertools.combinations(range(sources), k) for k in range(sources + 1)):
        kept = np.isin(np.arange(sources), chosen)
        cuts.append(supply[~kept].sum() + demand[reach[kept].any(axis=0)].sum())
    assert served.sum() == pytest.approx(min(cuts), abs=1e-6)


def test_levels_sum_to_the_people() -> None:
    villages = pd.DataFrame({"commune_code": ["90001"] * 2, "households": [100, 0], "population": [500, 0]})
    works = pd.DataFrame({"commune_code": ["90001"], "own_source_to_standard_pct": [25.0], "basic_pct": [95.0]})
    people = village_levels(villages, works, np.array([20.0, 0.0]), np.array([40.0, 0.0]))
    # 40 households off the schemes: 10 own source to standard, 5 % of 100 = 5 without, 25 basic; 5 people each
    assert people.iloc[0].tolist() == pytest.approx([100.0, 200.0, 50.0, 125.0, 25.0, 150.0])
    assert people.iloc[1].sum() == 0


def test_people_without_households_have_no_water() -> None:
    villages = pd.DataFrame({"commune_code": ["90001"] * 2, "households": [0, 10], "population": [70, 40]})
    works = pd.DataFrame({"commune_code": ["90001"], "own_source_to_standard_pct": [50.0], "basic_pct": [100.0]})
    people = village_levels(villages, works, np.zeros(2), np.zeros(2))
    levels = people.drop(columns="people_to_standard")
    assert levels.iloc[0].to_dict() == {name: 70.0 if name == "people_none" else 0.0 for name in levels}
    # 10 households of 4 people: half with an own source, half basic
    assert levels.iloc[1].tolist() == pytest.approx([0.0, 0.0, 20.0, 20.0, 0.0])


def test_household_size() -> None:
    assert household_size(pd.DataFrame({"households": [10, 30], "population": [50, 110]})) == 4.0
    assert household_size(pd.DataFrame({"households": [0], "population": [50]})) == 1.0
    assert household_size(pd.DataFrame({"households": [5], "population": [0]})) == 1.0
