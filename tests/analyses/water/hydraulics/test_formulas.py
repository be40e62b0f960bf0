"""Pipe formulas against sums done by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from infragap.analyses.water.hydraulics.formulas import (
    day_demand_m3,
    head_loss_m_per_km,
    people_served,
    pump_kwh_per_m3,
    pump_power_kw,
)
from infragap.analyses.water.hydraulics.pipe_catalogue import PipePrices, pipe_catalogue, pipes_for

NORM = {"l_per_person_day": 80.0, "loss_pct": 20.0, "peak_day_factor": 1.3}
CATALOGUE = pipe_catalogue(PipePrices(68_000, 55_000, 900), c=140)


def test_day_demand_of_a_village() -> None:
    # 100 people · 80 l = 8 m³; · 1.3 = 10.4; / 0.8 = 13.0 m³ a day
    assert day_demand_m3(100, **NORM) == pytest.approx(13.0)


@given(st.floats(0.1, 1e5))
def test_people_served_inverts_demand(people: float) -> None:
    assert people_served(day_demand_m3(people, **NORM), **NORM) == pytest.approx(people)


def test_hazen_williams_by_hand() -> None:
    # Q = 2 l/s, d = 56.7 mm, C = 140: Q^1.852 = 1.0033e-5; C^1.852 = 9431.7; d^4.8704 = 8.5014e-7
    # 10670 · 1.0033e-5 / (9431.7 · 8.5014e-7) = 13.35 m per km
    assert head_loss_m_per_km(2e-3, 0.0567, c=140.0) == pytest.approx(13.35, rel=2e-3)


@pytest.mark.parametrize(("inside_m", "l_s"), [(0.0280, 0.27), (0.0439, 0.87), (0.0658, 2.53), (0.1407, 18.7)])
def test_flow_at_one_percent_as_published(inside_m: float, l_s: float) -> None:
    # facts, water-engineering 1: capacity of OD32, 50, 75, 160 PN10 at C 140 and 1 %: 10 m per km
    assert head_loss_m_per_km(l_s / 1000, inside_m, c=140.0) == pytest.approx(10.0, rel=0.03)


def test_pumps_by_hand() -> None:
    # 10 l/s over 50 m: 9.81 · 0.01 · 50 = 4.905 kW of water, twice that at 50 %; a cubic metre: 9.81 · 50 / 3600 / 0.5
    # kWh
    assert pump_power_kw(0.01, 50, efficiency_pct=50) == pytest.approx(9.81)
    assert pump_kwh_per_m3(50, efficiency_pct=50) == pytest.approx(9.81 * 50 / 3600 / 0.5)


@pytest.mark.parametrize(("head_m", "least_bar"), [(55, 6.0), (61, 8.0), (100, 10.0), (101, 12.5), (160, 16.0)])
def test_the_thinnest_wall_that_holds(head_m: float, least_bar: float) -> None:
    chosen = pipes_for(CATALOGUE, head_m)
    bars = dict(zip(CATALOGUE.od_mm[chosen].tolist(), CATALOGUE.class_bar[chosen].tolist(), strict=True))
    assert bars[63.0] == least_bar
    assert not CATALOGUE.is_steel[chosen].any()


def test_steel_only_beyond_polyethylene() -> None:
    assert CATALOGUE.is_steel[pipes_for(CATALOGUE, 161)].all()
    assert len(pipes_for(CATALOGUE, 251)) == 0


def test_thicker_walls_carry_less_and_cost_more() -> None:
    # OD63: PN6 58.1 mm inside, PN16 51.0: 29 % less flow at equal gradient (ratio of d^2.63)
    pn6, pn16 = (int(np.flatnonzero((CATALOGUE.od_mm == 63) & (CATALOGUE.class_bar == bar))[0]) for bar in (6, 16))
    ratio = (CATALOGUE.inside_m[pn16] / CATALOGUE.inside_m[pn6]) ** 2.63
    assert ratio == pytest.approx(0.71, abs=0.01)
    # 1.07 kg · 68,000 + 55,000 + 63 · 900 = 184,460 VND a metre
    assert CATALOGUE.mvnd_per_m[pn16] == pytest.approx(0.18446)
    assert CATALOGUE.mvnd_per_m[pn6] < CATALOGUE.mvnd_per_m[pn16]
