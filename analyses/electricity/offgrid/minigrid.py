"""What a PV-battery mini-grid costs a settlement: sized on the worst month, built in two stages, with its 0.4 kV lines
and services."""

from __future__ import annotations

import numpy as np

from infragap.analyses.arrays import FloatArray
from infragap.analyses.demand import DAYS_PER_YEAR, tier_of
from infragap.analyses.electricity.demand.life_cycle import factor, line_factor, unserved_price
from infragap.analyses.electricity.demand.load import (
    design_peak_kw,
    energy_households,
    household_energy_pv_kwh,
    local_efficiency,
    tenth_year_day_kwh,
    yearly_factors,
    yearly_household_kwh,
)
from infragap.analyses.electricity.demand.local_works import distribution_mvnd
from infragap.analyses.electricity.demand.settlements import Settlements
from infragap.analyses.electricity.offgrid.option import SECOND_STAGE_YEAR, Option, cheapest_that_serves, serves_enough
from infragap.analyses.electricity.offgrid.supplies import backup, equipment_factor, operator_mvnd
from infragap.analyses.electricity.offgrid.weather import Unserved
from infragap.analyses.electricity.parameters import ElectricityParameters

COVERAGES = np.array([0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.2, 1.5])
"""Panels looked at, by what the worst month's demand asks for: smaller ones leave more unserved, which is priced."""


BATTERY_DAYS = np.array([0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0, 1.2, 1.6, 2.0])
"""Usable batteries looked at [days of demand]."""


def busbar_kwh_per_day(parameters: ElectricityParameters) -> FloatArray:
    """Household demand of each year at the plant, half of the grid's losses on top for the local line [kWh/day]."""
    return np.asarray(yearly_household_kwh(parameters) / DAYS_PER_YEAR / local_efficiency(parameters))


def worst_month_kwp(day_yield: FloatArray, parameters: ElectricityParameters) -> tuple[FloatArray, FloatArray]:
    """Demand of both stages, and the panels that meet it in the worst month.

    Parameters
    ----------
    day_yield
        (communes, 12) yield [kWh/kWp/day].
    parameters
        Demand, losses.

    Returns
    -------
    demand_day
        (2,) day's demand of a household at the plant in year 10 and in the last year [kWh].
    pv_kwp
        (2, communes) ``P = E / (y_min · η)`` for a household.
    """
    yearly = busbar_kwh_per_day(parameters)
    demand_day = yearly[[min(SECOND_STAGE_YEAR, len(yearly)) - 1, -1]]
    return demand_day, demand_day[:, np.newaxis] / (day_yield.min(axis=1) * parameters.storage_efficiency)


def minigrid(
    settlements: Settlements,
    unserved: Unserved,
    day_yield: FloatArray,
    parameters: ElectricityParameters,
    *,
    local_mvnd: FloatArray | None = None,
) -> Option:
    """Price a mini-grid for every settlement.

    Parameters
    ----------
    settlements
        The settlements.
    unserved
        Of `weather.simulate_plants`.
    day_yield
        (communes, 12) yield [kWh/kWp/day].
    parameters
        Prices and demand.
    local_mvnd
        (n,) investment in local lines and services; that of each settlement where nothing is said.

    Notes
    -----
    The first stage is sized for year 10, the second, at the end of year 10, for the last year. In each commune panels
    and battery are that pair of `COVERAGES` and `BATTERY_DAYS` which costs least among those that serve enough: ``B = E
    · days / depth``. What they leave is priced as unserved, or a diesel set of the design peak gives it: whichever
    costs a settlement less. The inverter gives the design peak.
    """
    p = parameters
    demand_day, pv_full = worst_month_kwp(day_yield, p)
    coverage, days = (axis.ravel() for axis in np.meshgrid(COVERAGES, BATTERY_DAYS, indexing="ij"))
    site = 1 + p.minigrid_site_pct / 100
    pv_price, battery_price = site * p.pv_mvnd_per_kwp, site * p.battery_mvnd_per_kwh
    battery_lcc = float(_staged(demand_day, p.battery_life_years, p)) / p.battery_depth * battery_price  # of one day
    plant_lcc = np.multiply.outer(_staged(pv_full, p.pv_life_years, p) * pv_price, coverage) + days * battery_lcc
    running, demand_kwh = p.minigrid_availability_pct / 100, household_energy_pv_kwh(p)
    lacking_kwh = _unserved_kwh(unserved, day_yield, p)
    missing_kwh = lacking_kwh * running + demand_kwh * (1 - running)
    lone = cheapest_that_serves(plant_lcc + missing_kwh * unserved_price(p), lacking_kwh / demand_kwh, p)
    helped = (plant_lcc + missing_kwh * p.backup_vnd_per_kwh / 1e6).argmin(axis=1)
    each = np.arange(len(plant_lcc))

    n, commune = energy_households(settlements, p), settlements.commune
    peak = design_peak_kw(settlements, p)
    local = distribution_mvnd(settlements, p) if local_mvnd is None else local_mvnd
    inverter_mvnd = peak * p.inverter_mvnd_per_kw * site
    common = inverter_mvnd * equipment_factor(p.inverter_life_years, p) + local * line_factor(p) + operator_mvnd(p)
    alone_mvnd = n * (plant_lcc + missing_kwh * unserved_price(p))[each, lone][commune]
    diesel = backup(peak, n * missing_kwh[each, helped][commune], p)
    enough = serves_enough(lacking_kwh[each, lone] / demand_kwh, p)[commune]
    helps = p.backup_allowed & ((n * plant_lcc[each, helped][commune] + diesel.life_cycle_mvnd < alone_mvnd) | ~enough)
    size = np.where(helps, helped[commune], lone[commune])
    missing = np.where(helps, 0.0, n * missing_kwh[commune, size])
    own = n * plant_lcc[commune, size] + np.where(helps, diesel.life_cycle_mvnd, missing * unserved_price(p))
    pv_kwp = coverage[size] * pv_full[0][commune] * n
    battery_kwh = days[size] * demand_day[0] / p.battery_depth * n
    diesel_mvnd = np.where(helps, diesel.investment_mvnd, 0.0)
    served_day = np.where(helps, 1.0, np.minimum(coverage[size], 1)) * tenth_year_day_kwh(p)
    return Option(
        investment_mvnd=pv_kwp * pv_price + battery_kwh * battery_price + inverter_mvnd + diesel_mvnd + local,
        life_cycle_mvnd=own + common,
        unserved_mvnd=missing * unserved_price(p),
        unserved_pct=100 * missing / (np.maximum(n, 1) * demand_kwh),
        serves_enough=helps | enough,
        tier=tier_of(served_day),
        size={
            "plant_kw": peak,
            "pv_kwp": pv_kwp,
            "battery_kwh": battery_kwh,
            "inverter_kw": peak,
            "backup_kw": np.where(helps, peak, 0.0),
            "sheds": np.zeros(len(n)),
            "coverage": coverage[size],
            "battery_days": days[size],
        },
    )


def _staged(full: FloatArray, life_years: float, parameters: ElectricityParameters) -> FloatArray:
    """Life-cycle size: the first stage now, the rest of the second at the end of year 10; `full` is (2, …)."""
    om = parameters.offgrid_om_pct + parameters.minigrid_fund_pct
    added = np.maximum(full[1] - full[0], 0)
    late = factor(life_years, parameters, om_pct=om, from_year=SECOND_STAGE_YEAR)
    return np.asarray(full[0] * factor(life_years, parameters, om_pct=om) + added * late)


def _unserved_kwh(unserved: Unserved, day_yield: FloatArray, parameters: ElectricityParameters) -> FloatArray:
    """Discounted energy at the socket that plants leave unserved, per household, (communes, coverages x batteries)."""
    yearly = busbar_kwh_per_day(parameters)
    year = np.arange(1, len(yearly) + 1)
    built_for = np.where(year > SECOND_STAGE_YEAR, yearly[-1], yearly[min(SECOND_STAGE_YEAR, len(yearly)) - 1])
    room = built_for / yearly
    # panels E_built · coverage / (y_min · η), losses η off again, by the load of the year; the hours are those of
    # unscaled yields
    panels = np.multiply.outer(
        parameters.solar_yield_factor / day_yield.min(axis=1), np.multiply.outer(COVERAGES, room)
    )
    worth = yearly_household_kwh(parameters) * yearly_factors(parameters)
    total = unserved.total_of_pairs(panels, np.multiply.outer(BATTERY_DAYS, room), worth)
    return total.reshape(len(day_yield), -1)
