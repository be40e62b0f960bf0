from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse.csgraph import minimum_spanning_tree
from scipy.spatial.distance import pdist, squareform

from infragap.analyses.electricity.demand.load import (
    home_load_kw,
    household_energy_pv_kwh,
    settlement_peak_kw,
    yearly_household_kwh,
)
from infragap.analyses.electricity.demand.local_works import distribution_mvnd, local_works, lv_length_km, size_stations
from infragap.analyses.electricity.demand.settlements import Settlements
from infragap.analyses.electricity.parameters import ElectricityParameters

P = ElectricityParameters()


def settlements(households: list[float], *, roughness: float = 0.0) -> Settlements:
    n = len(households)
    return Settlements(
        households=np.array(households, dtype=float),
        commune=np.zeros(n, dtype=np.int64),
        x=np.zeros(n),
        y=np.zeros(n),
        roughness=np.full(n, roughness),
        at_lower_kv=np.zeros(n, dtype=bool),
        has_home_system=np.zeros(n, dtype=bool),
        position_accuracy_m=np.zeros(n),
        is_village=np.zeros(n, dtype=bool),
        has_unsafe_wires=np.zeros(n, dtype=bool),
        spread_m=np.full(n, np.nan),
        id_rank=np.arange(n),
    )


def test_works_of_25_households_by_hand() -> None:
    # peak 25 · 0.45/0.4 · 0.52 = 14.625 kW = 16.25 kVA → one single-phase station of 25 kVA at 165; 0.4 kV: 25 · 33 m =
    # 0.825 km of the lightest cable, 350 · 0.85 · 0.825 = 245.4375; services 25 · 6 = 150
    works = local_works(settlements([25]), P)
    assert works.peak_kw[0] == pytest.approx(14.625)
    assert works.stations[0] == 1
    assert (works.station_kva[0], bool(works.single_phase[0]), works.cable[0]) == (25, True, "ABC 4x50")
    assert works.investment_mvnd["transformers"][0] == pytest.approx(165)
    assert works.investment_mvnd["lv"][0] == pytest.approx(245.4375)
    assert works.investment_mvnd["service"][0] == pytest.approx(150)
    # life-cycle: stations of 20 years in 20 at 2 %: 1 + 0.02 · 8.513564 = 1.170271; lines of 25 years 1.140543
    assert works.life_cycle_mvnd["transformers"][0] == pytest.approx(165 * 1.170271, rel=1e-6)
    assert works.life_cycle_mvnd["lv"][0] == pytest.approx(245.4375 * 1.140543, rel=1e-6)


def test_where_only_three_phases_may_be_built_stations_have_them() -> None:
    # 16.25 kVA → 25 kVA at 380
    p = ElectricityParameters(line_types=("three_phase",))
    works = local_works(settlements([25]), p)
    assert (works.station_kva[0], bool(works.single_phase[0])) == (25, False)
    assert works.investment_mvnd["transformers"][0] == pytest.approx(380)
    # ± 35 % on all of them
    dearer = local_works(settlements([25]), p.model_copy(update={"station_price_factor": 1.35}))
    assert dearer.investment_mvnd["transformers"][0] == pytest.approx(513)


def test_energy_is_bought_with_losses() -> None:
    works = local_works(settlements([10]), P)
    expected = 10 * household_energy_pv_kwh(P) / 0.92 * 2100 / 1e6
    assert works.life_cycle_mvnd["energy"][0] == pytest.approx(expected)


def test_a_large_village_gets_several_stations_and_rough_ground_costs_more() -> None:
    # Lùng Cúng, 219 households: three stations of 73, each 36.2 kW (108.5/3) = 40.2 kVA → 50 kVA; 2 · 0.6 km inside
    works = local_works(settlements([219]), P)
    assert works.stations[0] == 3
    assert works.station_kva[0] == 50
    assert works.inner_mv_km[0] == pytest.approx(1.2)
    rough = local_works(settlements([219], roughness=1.0), P)
    assert rough.investment_mvnd["transformers"][0] == pytest.approx(1.25 * works.investment_mvnd["transformers"][0])
    assert rough.investment_mvnd["lv"][0] == works.investment_mvnd["lv"][0]


def test_long_low_voltage_lines_ask_for_more_stations() -> None:
    # 100 households 200 m apart: 20 km of 0.4 kV and 51.75 kW on one station: 0.05175 · 0.443 · 20 / (2 · 16 · 0.16) =
    # 8.96 %;
    # two stations of half the load and half the length have a quarter, 2.2 %
    households = np.array([100.0])
    stations, _ = size_stations(households, settlement_peak_kw(households, P), np.array([20.0]), P)
    assert stations.tolist() == [2]


def test_low_voltage_line_by_hand() -> None:
    # 40 households within 200 m: 0.6331 · √(40 · π · 200² / 0.9) = 0.6331 · 2,363.3 = 1,496.2 m; without a spread 40 ·
    # 33 = 1,320 m
    both = replace(settlements([40, 40]), spread_m=np.array([200.0, np.nan]))
    assert lv_length_km(both, P) == pytest.approx([1.4962, 1.32], abs=1e-4)
    shorter = lv_length_km(both, P.model_copy(update={"lv_route_factor": 0.5}))
    assert shorter == pytest.approx([0.7481, 1.32], abs=1e-4)
    # 0.4 kV and services are the same on the grid and off it: 1.4962 km · 350 · 0.85 + 40 · 6
    assert distribution_mvnd(both, P)[0] == pytest.approx(1.4962 * 350 * 0.85 + 240, abs=0.05)
    works = local_works(both, P)
    assert works.lv_km == pytest.approx(lv_length_km(both, P))
    assert works.investment_mvnd["lv"] + works.investment_mvnd["service"] == pytest.approx(distribution_mvnd(both, P))


def test_low_voltage_line_is_near_the_shortest_tree_of_drawn_houses() -> None:
    # 200 houses strewn over the circle that holds nine tenths of them within 300 m; the border lengthens the tree by a
    # few per cent
    rng = np.random.default_rng(7)
    lengths = []
    for _ in range(20):
        radius = 300 / np.sqrt(0.9) * np.sqrt(rng.random(200))
        angle = 2 * np.pi * rng.random(200)
        points = np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])
        lengths.append(minimum_spanning_tree(squareform(pdist(points))).sum())
    told = lv_length_km(replace(settlements([200]), spread_m=np.array([300.0])), P)[0] * 1000
    assert told == pytest.approx(np.mean(lengths), rel=0.08)


@pytest.mark.slow
@given(st.integers(1, 3000))
def test_one_more_household_never_lowers_demand_or_stations(n: int) -> None:
    households = np.array([n, n + 1], dtype=float)
    peak = settlement_peak_kw(households, P)
    lv_km = lv_length_km(replace(settlements([n, n + 1]), spread_m=np.full(2, 400.0)), P)
    assert lv_km[1] > lv_km[0]
    stations, size = size_stations(households, peak, lv_km, P)
    assert peak[1] >= peak[0]
    assert (stations * size)[0] >= peak[0] / P.power_factor - 1e-9
    assert stations[1] >= stations[0]
    energy = local_works(settlements([n, n + 1]), P).life_cycle_mvnd["energy"]
    assert energy[1] > energy[0]


def test_loads_on_medium_voltage_add_up() -> None:
    assert home_load_kw(np.array([30.0]), P) + home_load_kw(np.array([70.0]), P) == home_load_kw(np.array([100.0]), P)


def test_a_guaranteed_tier_is_constant_and_raises_the_peak() -> None:
    tier5 = P.model_copy(update={"demand_tier": "tier5"})
    yearly = yearly_household_kwh(tier5)
    assert yearly == pytest.approx(np.full(20, 8.2 * 365.25))
    # 8.2 kWh/day = 249.6 kWh/month against the 139 of the last year of expected demand
    ratio = settlement_peak_kw(np.array([50.0]), tier5)[0] / settlement_peak_kw(np.array([50.0]), P)[0]
    assert ratio == pytest.approx(8.2 * 365.25 / 12 / 139, rel=1e-6)
