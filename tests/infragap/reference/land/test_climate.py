"""Sunshine, temperature and runoff: hand-computed months, the water balance closes, published yields come out."""

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from infragap.gis.raster import Raster, rasterize
from infragap.gis.schema import Solar
from infragap.reference.inputs import Facts
from infragap.reference.land.climate import build_runoff, build_solar, monthly_runoff_mm, thornthwaite_mm


def test_thornthwaite_by_hand() -> None:
    # 20 °C all year at the equator: I = 12·(20/5)^1.514 = 12·8.1566 = 97.88
    # a = 6.75e-7·97.88³ - 7.71e-5·97.88² + 1.792e-2·97.88 + 0.49239 = 0.6330 - 0.7387 + 1.7540 + 0.4924 = 2.1407
    # 16·(10·20/97.88)^2.1407 = 16·4.6172 = 73.9 mm in a month of 30 days of 12 hours
    pet = thornthwaite_mm(np.full((12, 1), 20.0), np.zeros(1))
    assert pet[3, 0] == pytest.approx(73.9, abs=0.3)
    assert pet[0, 0] == pytest.approx(73.9 * 31 / 30, abs=0.3)
    summer = thornthwaite_mm(np.full((12, 1), 20.0), np.array([22.0]))
    assert summer[5, 0] / 30 > summer[11, 0] / 31


def test_steady_rain_runs_off_in_full() -> None:
    # 100 mm rain, 40 mm evapotranspiration in every month: 60 mm run off, half quick, half through groundwater in
    # balance
    runoff = monthly_runoff_mm(np.full((12, 1), 100.0), np.full((12, 1), 40.0))
    np.testing.assert_allclose(runoff, 60.0, rtol=1e-3)


def test_dry_months_live_on_groundwater() -> None:
    rain = np.zeros((12, 1))
    rain[5:9] = 400
    runoff = monthly_runoff_mm(rain, np.full((12, 1), 50.0))[:, 0]
    # after the last surplus each month gives three quarters of the one before
    np.testing.assert_allclose(runoff[10:12] / runoff[9:11], 0.75, rtol=1e-6)
    assert (runoff > 0).all()


@pytest.mark.slow
@given(st.lists(st.floats(0, 800), min_size=12, max_size=12), st.lists(st.floats(10, 180), min_size=12, max_size=12))
def test_water_is_neither_made_nor_lost(rain: list[float], potential: list[float]) -> None:
    total = monthly_runoff_mm(np.array(rain)[:, None], np.array(potential)[:, None]).sum()
    # a year's runoff lies between rain less all that could evaporate, and rain
    assert sum(rain) - sum(potential) - 1 <= total <= sum(rain) + 1e-6


@pytest.mark.slow
def test_solar_meets_the_published_yields(facts: Facts, communes: gpd.GeoDataFrame, elevation: Raster) -> None:
    solar = build_solar(facts, communes, elevation)
    Solar.validate(solar)
    assert len(solar) == 99 * 12
    yearly = solar.groupby("commune_code")["pv_kwh_per_kwp"].sum()
    # norms A5: 1,000-1,150 in valleys, 900-1,050 on foggy ridges, worst month 50-60 % of the mean
    assert yearly.between(900, 1150).all()
    assert yearly["03006"] < 1050 < yearly["02647"]
    daily = solar.pivot_table(index="commune_code", columns="month", values="ghi_kwh_per_m2_day")
    worst = daily.min(axis=1) / daily.mean(axis=1)
    assert worst.between(0.5, 0.6).all()
    warm = solar.pivot_table(index="commune_code", columns="month", values="temperature_c")
    # Sa Pa town (1,550 m): about 8.5 °C in January, 20 °C in July; Lào Cai about 16 and 28 (climate normals, general
    # knowledge)
    assert warm.loc["03006", 1] == pytest.approx(8.5, abs=2.5)
    assert warm.loc["03006", 7] == pytest.approx(20, abs=2.5)
    assert warm.loc["02647", 7] == pytest.approx(28, abs=2.5)


@pytest.mark.slow
def test_runoff_is_plausible(facts: Facts, communes: gpd.GeoDataFrame, elevation: Raster) -> None:
    runoff = build_runoff(facts, elevation)
    assert runoff.bands == 12
    inside = rasterize(communes, runoff.with_values(runoff.values[0])).values > 0
    yearly = runoff.values.sum(axis=0)[inside]
    assert 900 < np.median(yearly) < 1500
    assert yearly.min() > 300
    # dry-season flow: the driest month carries 3 to 15 l/s per km² (1 mm in 30 days = 0.386 l/s per km²)
    driest = runoff.values.min(axis=0)[inside] * 0.386
    assert 3 < np.median(driest) < 15
    wet, dry = runoff.values[6:8, inside].mean(), runoff.values[1:3, inside].mean()
    assert wet > 3 * dry
