"""Placement against trying everything, and against planning sense."""

import itertools

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, Point

from infragap.analyses.schools.parameters import SchoolsParameters
from infragap.analyses.schools.siting.candidates import border_candidates
from infragap.analyses.schools.siting.placement import place_border_schools
from infragap.analyses.schools.siting.runner_up import second_best
from infragap.analyses.schools.travel.year import yearly_minutes
from infragap.gis.errors import MissingDataError, NoSolutionError
from tests.analyses.schools.ground_factory import CRS, X0, Y0, raster, roads_layer


def case(seed: int):
    """Three schools, four candidates each, twelve villages of three communes."""
    rng = np.random.default_rng(seed)
    minutes = rng.uniform(1, 100, (12, 12)).round(1)
    weight = rng.integers(0, 50, 12).astype(float) + 1
    candidates = pd.DataFrame({"school": np.repeat([5, 7, 9], 4), "commune_code": np.repeat(["a", "b", "c"], 4)})
    return minutes, weight, candidates, pd.Series(np.repeat(["a", "b", "c"], 4))


def everything(minutes, weight, candidates):
    """All ways to open one candidate per school: (cost, longest, sites)."""
    groups = [np.flatnonzero(candidates["school"] == school) for school in (5, 7, 9)]
    for sites in itertools.product(*groups):
        best = minutes[:, sites].min(axis=1)
        yield float((weight * best).sum()), float(best.max()), sites


@settings(max_examples=25)
@given(st.integers(0, 10_000), st.booleans())
def test_equals_trying_everything(seed, own_only):
    minutes, weight, candidates, commune = case(seed)
    parameters = SchoolsParameters(own_commune_only=own_only, gap=0.0)
    placement = place_border_schools(minutes, weight, candidates, commune, parameters=parameters)
    allowed = minutes.copy()
    if own_only:
        allowed[commune.to_numpy()[:, None] != candidates["commune_code"].to_numpy()] = np.inf
    plans = list(everything(allowed, weight, candidates))
    least = min(cost for cost, _, _ in plans)
    assert placement.median.status == "optimal"
    assert placement.median.cost == pytest.approx(least)
    assert placement.median.lower_bound <= least * (1 + 1e-9)
    assert placement.center.cost == pytest.approx(min(longest for _, longest, _ in plans))
    # moving each school within its commune keeps the shortest longest way
    assert placement.totals(placement.fairest, 60)["longest_min"] == pytest.approx(placement.center.cost)
    widest = max(weight[allowed[:, sites].min(axis=1) <= 60].sum() for _, _, sites in plans)
    assert placement.coverage.cost == pytest.approx(weight.sum() - widest)

    # the runner-up of each school, with the two others where they are
    chosen = placement.median.sites
    for site, (runner_up, extra_min) in second_best(placement, candidates).items():
        rivals = [
            (cost, new)
            for cost, _, sites in plans
            for new in set(sites) - set(chosen)
            if set(chosen) - set(sites) == {site}
        ]
        cost, expected = min(rivals)
        assert allowed[:, [*(set(chosen) - {site}), runner_up]].min(axis=1) @ weight == pytest.approx(cost)
        served = weight[placement.median.assignment == site].sum()
        if served > 0:
            assert extra_min == pytest.approx((cost - least) / served)
        assert candidates["school"].iloc[runner_up] == candidates["school"].iloc[expected]


def test_a_cut_off_village_does_not_draw_the_school_to_itself():
    # village 3 of commune a reaches only itself (candidate 3); nobody else reaches that candidate
    minutes, weight, candidates, commune = case(1)
    minutes[3, :] = np.inf
    minutes[:, 3] = np.inf
    minutes[3, 3] = 0
    placement = place_border_schools(minutes, weight, candidates, commune, parameters=SchoolsParameters())
    assert placement.left_out.tolist() == [3]
    assert 3 not in placement.median.sites
    assert 3 not in placement.customer


def test_nobody_reaches_anything():
    minutes, weight, candidates, commune = case(1)
    with pytest.raises(NoSolutionError, match="Check the roads"):
        place_border_schools(np.full_like(minutes, np.inf), weight, candidates, commune, parameters=SchoolsParameters())


def test_year_of_journeys():
    dry, rainy = (
        np.array([[30.0, 60.0], [30.0, 60.0], [30.0, 60.0]]),
        np.array([[60.0, 90.0], [np.inf, 90.0], [np.inf, np.inf]]),
    )
    # a third in the rain: 40 and 70; a site cut off in the rain is out of reach; a village cut off from all goes in the dry
    assert yearly_minutes(dry, rainy, rainy_share=1 / 3) == pytest.approx(np.array([[40, 70], [np.inf, 70], [30, 60]]))


def villages_and_schools(site_known: bool):
    villages = gpd.GeoDataFrame(
        {"commune_code": ["a", "a", "a", "b"]},
        geometry=[
            Point(X0 + 500, Y0 + 500),
            Point(X0 + 1500, Y0 + 500),
            Point(X0 + 500, Y0 + 3500),
            Point(X0 + 3500, Y0 + 500),
        ],
        crs=CRS,
    )
    schools = gpd.GeoDataFrame(
        {
            "name": ["S"],
            "kind": ["border_boarding"],
            "status": ["planned"],
            "site_known": [site_known],
            "commune_code": ["a"],
        },
        geometry=[Point(X0 + 700, Y0 + 700)],
        crs=CRS,
    )
    return villages, schools


def test_candidates_keep_slope_and_road_limits():
    villages, schools = villages_and_schools(site_known=False)
    flat = raster(np.zeros((20, 20)))
    # a road along y = 400 m: village 2 is 3.1 km off
    roads = roads_layer(
        [LineString([(X0, Y0 + 400), (X0 + 4000, Y0 + 400)])], road_class=["commune"], surface=["concrete"]
    )
    found = border_candidates(villages, schools, roads, flat, parameters=SchoolsParameters())
    assert found["village"].tolist() == [0, 1]
    assert found["road_km"].tolist() == pytest.approx([0.1, 0.1])
    # only a track: no village keeps the limit, so all of the commune are candidates, and say so
    track = roads.assign(road_class="track")
    every = border_candidates(villages, schools, track, flat, parameters=SchoolsParameters())
    assert every["village"].tolist() == [0, 1, 2]
    assert not every["limits_kept"].any()
    # 60 % from west to east: too steep everywhere, so again all
    steep = raster(np.tile(120.0 * np.arange(20), (20, 1)))
    assert border_candidates(villages, schools, roads, steep, parameters=SchoolsParameters())["slope_pct"].min() > 50


def test_a_decided_site_is_the_only_candidate():
    villages, schools = villages_and_schools(site_known=True)
    found = border_candidates(
        villages,
        schools,
        roads_layer([LineString([(X0, Y0), (X0 + 1, Y0)])]),
        raster(np.zeros((20, 20))),
        parameters=SchoolsParameters(),
    )
    assert found["village"].tolist() == [-1]
    assert found.geometry[0] == schools.geometry[0]


def test_packs_without_border_schools_or_villages():
    villages, schools = villages_and_schools(site_known=False)
    arguments = roads_layer([LineString([(X0, Y0), (X0 + 1, Y0)])]), raster(np.zeros((20, 20)))
    with pytest.raises(MissingDataError, match="no planned school"):
        border_candidates(villages, schools.assign(status="existing"), *arguments, parameters=SchoolsParameters())
    with pytest.raises(MissingDataError, match="none in commune a"):
        border_candidates(villages.iloc[3:].reset_index(drop=True), schools, *arguments, parameters=SchoolsParameters())
