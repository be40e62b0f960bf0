import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from infragap.analyses.demand import HOURLY_SHAPE, household_kwh_per_month, peak_kw, tier_of


def test_use_grows_from_year_1_to_10_and_then_to_the_ceiling() -> None:
    use = household_kwh_per_month(first_year=40, tenth_year=80, growth_pct=6, ceiling=139, years=20)
    assert use[0] == pytest.approx(40)
    assert use[9] == pytest.approx(80)
    # 80 · 1.06 = 84.8; 80 · 1.06^10 = 143.3 is cut to 139
    assert use[10] == pytest.approx(84.8)
    assert use[19] == 139
    assert (np.diff(use) >= 0).all()


def test_peak_by_hand() -> None:
    # 25 households: g = 0.4 + 0.6/5 = 0.52; 25 · 0.45 / 0.4 · 0.52 = 14.625
    assert float(peak_kw(25, kw_per_household_many=0.45, coincidence_many=0.4)) == pytest.approx(14.625)


@given(st.integers(0, 5000), st.floats(0.05, 2), st.floats(0.05, 1))
def test_one_more_household_never_lowers_the_peak(n: int, kw: float, many: float) -> None:
    two = peak_kw(np.array([n, n + 1]), kw_per_household_many=kw, coincidence_many=many)
    assert two[1] >= two[0]


def test_the_day_has_one_sum() -> None:
    assert len(HOURLY_SHAPE) == 24
    assert HOURLY_SHAPE.sum() == pytest.approx(1)


def test_tiers_at_their_floors() -> None:
    assert tier_of([0.0, 0.012, 0.2, 0.99, 1.0, 3.4, 8.2]).tolist() == [0, 1, 2, 2, 3, 4, 5]
