import numpy as np
import pytest

from infragap.analyses.electricity.demand.load import household_energy_pv_kwh
from infragap.analyses.electricity.demand.payback import grid_payback_years, tariff_cover_pct
from infragap.analyses.electricity.parameters import ElectricityParameters

P = ElectricityParameters(
    household_kwh_per_month_year1=50.0,
    household_kwh_per_month_year10=50.0,
    household_kwh_per_month_ceiling=50.0,
    demand_growth_pct=0.0,
    unserved_energy_vnd_per_kwh=8000.0,
)


def test_constant_benefit_by_hand() -> None:
    # 600 kWh · (8,000 - 2,100/0.92) VND = 3.430435 million; 10 households 34.304; investment 100 with upkeep 2: 32.304
    # a year
    # 32.304/1.1 + 32.304/1.21 + 32.304/1.331 = 80.336; the rest 19.664 is 0.891 of the fourth year's 22.064
    years = grid_payback_years(np.array([100.0, np.nan, 1e6]), np.array([10.0, 10.0, 10.0]), P)
    assert years[0] == pytest.approx(3.891, abs=2e-3)
    assert np.isnan(years[1])
    assert np.isinf(years[2])


@pytest.mark.parametrize("investment", [50.0, 150.0, 250.0])
def test_a_dearer_discount_rate_never_shortens_it(investment: float) -> None:
    rates = [
        grid_payback_years(np.array([investment]), np.array([10.0]), P.model_copy(update={"discount_rate_pct": rate}))[
            0
        ]
        for rate in (0.0, 6.0, 10.0, 12.0)
    ]
    assert rates == sorted(rates)


def test_tariff_cover_by_hand() -> None:
    assert tariff_cover_pct(0.0, 10, P) is None
    sold = 10 * household_energy_pv_kwh(P)
    assert tariff_cover_pct(sold * 1984 / 1e6 * 4, 10, P) == pytest.approx(25)
