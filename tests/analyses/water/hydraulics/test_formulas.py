"""Pipe formulas against sums done by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from infragap.analyses.water.hydraulics.formulas import (
    break_tanks,
    day_demand_m3,
    head_loss_m_per_km,
    people_served,
    pipe_inside_m,
)

NORM = {"l_per_person_day": 80.0, "loss_pct": 20.0, "peak_day_factor": 1.3}


def test_day_demand_of_a_village() -> None:
    # 100 people · 80 l = 8 m³; · 1.3 = 10.4; / 0.8 = 13.0 m³ a day
    assert day_demand_m3(100, **NORM) == pytest.approx(13.0)


@given(st.floats(0.1, 1e5))
def test_people_served_inverts_demand(people: float) -> None:
    assert people_served(day_demand_m3(people, **NORM), **NORM) == pytest.approx(people)


def test_pipe_keeps_the_velocity() -> None:
    # 1.2 m/s in 0.9 · 50 mm = 45 mm: Q = 1.2 · π · 0.045² / 4 = 1.9085 l/s; a little more needs the 63 mm pipe
    assert pipe_inside_m(1.908e-3, velocity_m_per_s=1.2) == pytest.approx(0.045)
    assert pipe_inside_m(1.910e-3, velocity_m_per_s=1.2) == pytest.approx(0.9 * 0.063)


def test_hazen_williams_by_hand() -> None:
    # Q = 2 l/s, d = 56.7 mm, C = 140: Q^1.852 = 1.0033e-5; C^1.852 = 9431.7; d^4.8704 = 8.5014e-7
    # 10670 · 1.0033e-5 / (9431.7 · 8.5014e-7) = 13.35 m per km
    assert head_loss_m_per_km(2e-3, 0.0567, c=140.0) == pytest.approx(13.35, rel=2e-3)


@pytest.mark.parametrize(("head", "tanks"), [(0, 0), (59, 0), (60, 0), (61, 1), (120, 1), (180.1, 3), (-5, 0)])
def test_a_zone_holds_sixty_metres(head: float, tanks: int) -> None:
    assert break_tanks(np.array([head]), zone_m=60.0)[0] == tanks
