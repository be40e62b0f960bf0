"""How much energy and power the settlements ask for, year by year and at the peak of the design year."""

from __future__ import annotations

import numpy as np

from infragap.analyses.arrays import FloatArray
from infragap.analyses.costs import discount_factors
from infragap.analyses.demand import (
    DAYS_PER_MONTH,
    DAYS_PER_YEAR,
    HOURLY_SHAPE,
    TIER_KWH_PER_DAY,
    household_kwh_per_month,
    peak_kw,
)
from infragap.analyses.electricity.demand.other_loads import MACHINE_SHAPE, PUBLIC_SHAPE, OtherLoads
from infragap.analyses.electricity.demand.settlements import Settlements
from infragap.analyses.electricity.parameters import ElectricityParameters


def _hours() -> FloatArray:
    """Homes, public buildings and machines by hour, each of their largest, (hours, 3): hours in which none of them asks
    for more than in another one are left out."""
    hours = np.unique(np.column_stack([HOURLY_SHAPE / HOURLY_SHAPE.max(), PUBLIC_SHAPE, MACHINE_SHAPE]), axis=0)
    within = (hours[:, np.newaxis] <= hours).all(axis=2)
    return np.asarray(hours[within.sum(axis=1) == 1])


_HOURS = _hours()


def yearly_household_kwh(parameters: ElectricityParameters) -> FloatArray:
    """Use of one household in each year of the horizon [kWh/year], (horizon_years,)."""
    p = parameters
    if p.demand_tier != "expected":
        monthly = TIER_KWH_PER_DAY[int(p.demand_tier[-1])] * DAYS_PER_MONTH
        return np.full(p.horizon_years, 12 * monthly)
    return _expected_household_kwh(p)


def _expected_household_kwh(parameters: ElectricityParameters) -> FloatArray:
    """The same where demand is as expected."""
    p = parameters
    return 12 * household_kwh_per_month(
        first_year=p.household_kwh_per_month_year1,
        tenth_year=p.household_kwh_per_month_year10,
        growth_pct=p.demand_growth_pct,
        ceiling=p.household_kwh_per_month_ceiling,
        years=p.horizon_years,
    )


def tenth_year_day_kwh(parameters: ElectricityParameters) -> float:
    """Use of one household on a day of year 10, of the last year where the horizon is shorter [kWh]."""
    return float(yearly_household_kwh(parameters)[min(10, parameters.horizon_years) - 1] / DAYS_PER_YEAR)


def local_efficiency(parameters: ElectricityParameters) -> float:
    """What a local line brings from its plant to the sockets: half of the grid's losses are its own."""
    return 1 - parameters.loss_pct / 200


def tier_scale(parameters: ElectricityParameters) -> float:
    """Peak of a demand scenario by that of expected demand: as the energy of the last year, and never below 1."""
    return max(1.0, float(yearly_household_kwh(parameters)[-1] / _expected_household_kwh(parameters)[-1]))


def settlement_peak_kw(households: FloatArray, parameters: ElectricityParameters) -> FloatArray:
    """Peak of each settlement in the design year [kW]."""
    return peak_kw(
        households,
        kw_per_household_many=parameters.peak_kw_per_household * tier_scale(parameters),
        coincidence_many=parameters.coincidence_many,
    )


def design_peak_kw(settlements: Settlements, parameters: ElectricityParameters) -> FloatArray:
    """Peak of each settlement in the design year, (n,): the highest hour of homes, public buildings and machines
    together [kW].

    Notes
    -----
    Homes reach their peak (Rusck, with the households of the design year) in the hour in which they use most; in other
    hours they ask for as much less as they use less then.
    """
    other = settlements.other
    if other is None:
        return settlement_peak_kw(settlements.households, parameters)
    homes = settlement_peak_kw(settlements.households * other.design_growth, parameters)
    return np.where(settlements.households > 0, _highest_hour_kw(homes, other), 0.0)


def _highest_hour_kw(homes_kw: FloatArray, other: OtherLoads) -> FloatArray:
    """Highest hour of homes with so much at their peak, public buildings and machines together [kW], (n,)."""
    highest = np.full(homes_kw.shape, -np.inf)
    # hour by hour: groups of neighbours are half a million in a dense country
    for home, public, machine in _HOURS:
        np.maximum(highest, home * homes_kw + public * other.public_kw + machine * other.productive_kw, out=highest)
    return highest


def energy_households(settlements: Settlements, parameters: ElectricityParameters) -> FloatArray:
    """Homes that use as much energy over the horizon as each settlement with all its loads, (n,).

    Notes
    -----
    Other loads are taken to follow the day of homes where a plant is simulated: they come by day more than homes do, so
    sun serves them rather better than told.
    """
    other = settlements.other
    if other is None:
        return settlements.households
    day_kwh = other.public_kwh_per_day + other.productive_kwh_per_day
    others = day_kwh * DAYS_PER_YEAR * float(yearly_factors(parameters).sum()) / household_energy_pv_kwh(parameters)
    return np.where(settlements.households > 0, settlements.households * other.energy_growth + others, 0.0)


def design_load_kw(settlements: Settlements, parameters: ElectricityParameters) -> FloatArray:
    """Load of each settlement on medium voltage in the design year, (n,): homes fully diversified, so that loads add up
    along a line, with public buildings and machines in the highest hour of all [kW].

    Notes
    -----
    Settlements whose machines make their highest hour by day are added to those that have it in the evening: rather too
    much than too little.
    """
    other = settlements.other
    if other is None:
        return home_load_kw(settlements.households, parameters)
    homes = home_load_kw(settlements.households * other.design_growth, parameters)
    return np.where(settlements.households > 0, _highest_hour_kw(homes, other), 0.0)


def home_load_kw(households: FloatArray, parameters: ElectricityParameters) -> FloatArray:
    """Load of homes on medium voltage at their peak, fully diversified [kW].

    Examples
    --------
    >>> home_load_kw(np.array([100.0]), ElectricityParameters()).tolist()
    [45.0]
    """
    return np.asarray(households * parameters.peak_kw_per_household * tier_scale(parameters))


def household_energy_pv_kwh(parameters: ElectricityParameters) -> float:
    """Discounted energy of one household over the horizon [kWh], the denominator of levelised costs."""
    factors = discount_factors(discount_rate=parameters.discount_rate, years=parameters.horizon_years)
    return float(yearly_household_kwh(parameters) @ factors)


def yearly_factors(parameters: ElectricityParameters) -> FloatArray:
    """Discount factors of the years of the horizon."""
    return discount_factors(discount_rate=parameters.discount_rate, years=parameters.horizon_years)
