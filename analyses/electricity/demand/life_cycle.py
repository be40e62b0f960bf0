"""Life-cycle cost per unit of investment, and cost per kWh, at the rate and horizon of the parameters."""

from __future__ import annotations

from infragap.analyses.arrays import FloatArray
from infragap.analyses.costs import levelised_cost, life_cycle_factor
from infragap.analyses.electricity.demand.load import household_energy_pv_kwh
from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.wording.country import spoken_profile


def factor(life_years: float, parameters: ElectricityParameters, *, from_year: int = 0, om_pct: float) -> float:
    """Life-cycle cost per unit of a work that is built at the end of `from_year`, worth today."""
    rate = parameters.discount_rate
    horizon = parameters.horizon_years - from_year
    if horizon <= 0:
        return 0.0
    whole = life_cycle_factor(life_years=life_years, om_pct=om_pct, horizon_years=horizon, discount_rate=rate)
    return float(whole * (1 + rate) ** -from_year)


def line_factor(parameters: ElectricityParameters) -> float:
    """Life-cycle cost per unit of investment of lines.

    Examples
    --------
    >>> round(line_factor(ElectricityParameters()), 4)
    1.1405
    """
    return factor(parameters.line_life_years, parameters, om_pct=parameters.grid_om_pct)


def station_factor(parameters: ElectricityParameters) -> float:
    """Life-cycle cost per unit of investment of transformer stations."""
    return factor(parameters.transformer_life_years, parameters, om_pct=parameters.grid_om_pct)


def unserved_price(parameters: ElectricityParameters) -> float:
    """Price of a kWh not served [million VND]."""
    return parameters.unserved_energy_vnd_per_kwh / 1e6


def levelised_vnd_per_kwh(
    cost_mvnd: FloatArray, households: FloatArray, parameters: ElectricityParameters
) -> FloatArray:
    """Life-cycle cost per kWh demanded, both discounted [currency of the country per kWh]; NaN without households or
    cost."""
    return levelised_cost(cost_mvnd * spoken_profile().money.units, households * household_energy_pv_kwh(parameters))
