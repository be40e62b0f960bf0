"""How long the grid takes to pay back, and how much of its cost the tariff covers."""

from __future__ import annotations

import numpy as np

from infragap.analyses.arrays import FloatArray
from infragap.analyses.costs import payback_years
from infragap.analyses.electricity.demand.life_cycle import unserved_price
from infragap.analyses.electricity.demand.load import yearly_factors, yearly_household_kwh
from infragap.analyses.electricity.parameters import ElectricityParameters


def grid_payback_years(
    investment_mvnd: FloatArray, households: FloatArray, parameters: ElectricityParameters
) -> FloatArray:
    """Years until the energy's value has paid an own grid connection; NaN without a way, inf where it never does.

    Parameters
    ----------
    investment_mvnd
        (n,) line and local works [million VND].
    households
        (n,) households.
    parameters
        Demand, prices and rate.

    Notes
    -----
    A kWh is worth the price of unserved energy, less its purchase with losses; upkeep of the investment is taken off
    each year.
    """
    p = parameters
    purchase = p.energy_price_vnd_per_kwh / 1e6 / (1 - p.loss_pct / 100)
    worth = yearly_household_kwh(p) * (unserved_price(p) - purchase)
    result = np.full(len(households), np.nan)
    for settlement, (investment, n) in enumerate(zip(investment_mvnd, households, strict=True)):
        if np.isfinite(investment) and n > 0:
            yearly = n * worth - investment * p.grid_om_pct / 100
            result[settlement] = payback_years(float(investment), yearly, discount_rate=p.discount_rate)
    return result


def tariff_cover_pct(life_cycle_mvnd: float, households: float, parameters: ElectricityParameters) -> float | None:
    """Revenue at the tariff by the life-cycle cost of the grid [%]; None without a grid."""
    if life_cycle_mvnd <= 0:
        return None
    sold = households * float(yearly_household_kwh(parameters) @ yearly_factors(parameters))
    return 100 * sold * parameters.tariff_vnd_per_kwh / 1e6 / life_cycle_mvnd
