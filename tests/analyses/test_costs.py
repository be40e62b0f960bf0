import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from infragap.analyses.costs import (
    annuity_factor,
    levelised_cost,
    life_cycle_factor,
    payback_years,
    replacement_factor,
    salvage_factor,
)


def test_annuity_factor_by_hand() -> None:
    # 1/1.1 + 1/1.21 + 1/1.331 = 0.909091 + 0.826446 + 0.751315
    assert annuity_factor(discount_rate=0.10, years=3) == pytest.approx(2.486852, abs=1e-6)
    assert annuity_factor(discount_rate=0.0, years=7) == 7


def test_replacements_and_salvage_by_hand() -> None:
    # a battery of 8 years in 20: renewed after 8 and 16; 1.1^-8 + 1.1^-16 = 0.466507 + 0.217629
    assert replacement_factor(life_years=8, horizon_years=20, discount_rate=0.10) == pytest.approx(0.684136, abs=1e-6)
    # the third battery is 4 of 8 years old at the end: 0.5 · 1.1^-20 = 0.5 · 0.148644
    assert salvage_factor(life_years=8, horizon_years=20, discount_rate=0.10) == pytest.approx(0.074322, abs=1e-6)
    # a panel of 20 years needs neither
    assert replacement_factor(life_years=20, horizon_years=20, discount_rate=0.10) == 0
    assert salvage_factor(life_years=20, horizon_years=20, discount_rate=0.10) == 0


def test_life_cycle_factor_by_hand() -> None:
    # line of 25 years, 2 % a year, 20 years at 10 %: 1 + 0.02 · 8.513564 - 5/25 · 0.148644 = 1 + 0.170271 - 0.029729
    factor = life_cycle_factor(life_years=25, om_pct=2, horizon_years=20, discount_rate=0.10)
    assert factor == pytest.approx(1.140543, abs=1e-6)


def test_levelised_cost_is_unknown_without_energy() -> None:
    assert np.isnan(levelised_cost([5.0], [0.0])[0])
    assert levelised_cost([6.0], [3.0])[0] == 2


def test_payback_by_hand() -> None:
    # 100 = 110/1.1 exactly after one year; 150 takes half of the second year's 121/1.21 = 100
    assert payback_years(100, [110, 121], discount_rate=0.10) == pytest.approx(1.0)
    assert payback_years(150, [110, 121], discount_rate=0.10) == pytest.approx(1.5)
    assert payback_years(250, [110, 121], discount_rate=0.10) == math.inf


@given(
    st.floats(1, 1000),
    st.lists(st.floats(0, 200), min_size=1, max_size=25),
    st.floats(0, 0.2),
    st.floats(0, 0.2),
)
def test_a_dearer_rate_never_shortens_the_payback(investment: float, benefit: list[float], a: float, b: float) -> None:
    low, high = sorted((a, b))
    quick = payback_years(investment, benefit, discount_rate=low)
    slow = payback_years(investment, benefit, discount_rate=high)
    assert slow >= quick or slow == pytest.approx(quick)
