"""What a PV-battery mini-grid costs a settlement: sized on the worst month, built in two stages, with its 0.4 kV lines and services."""

from __future__ import annotations

import numpy as np

from analyses.demand import tier_of
from analyses.electricity.options import (
    FloatArray,
    Option,
    cheapest_that_serves,
    factor,
    unserved_price,
    yearly_factors,
)
from analyses.electricity.parameters import ElectricityParameters
from analyses.electricity.settlements import (
    Places,
    distribution_mvnd,
    line_factor,
    settlement_peak_kw,
    yearly_household_kwh,
)
from analyses.electricity.weather import UnservedCurve, unserved_curve

COVERAGES = np.array([0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.2, 1.5])
"""Sizes of the plant by what the worst month's demand asks for: smaller ones leave more unserved, which is priced."""

SECOND_STAGE_YEAR = 10


def busbar_kwh_per_day(parameters: ElectricityParameters) -> FloatArray:
    """Household demand of each year at the plant, half of the grid's losses on top for the local line [kWh/day]."""
    return np.asarray(yearly_household_kwh(parameters) / 365.25 / (1 - parameters.loss_pct / 200))


def plant_sizes(day_yield: FloatArray, parameters: ElectricityParameters) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Full size per household in both stages.

    Parameters
    ----------
    day_yield
        (communes, 12) yield [kWh/kWp/day].
    parameters
        Demand, losses, autonomy.

    Returns
    -------
    demand_day
        (2,) day's demand at the plant in year 10 and in the last year [kWh].
    pv_kwp
        (2, communes): the worst month's yield meets the demand, ``P = E / (y_min · η)``.
    battery_kwh
        (2,): ``B = E · days / depth``.
    """
    p = parameters
    yearly = busbar_kwh_per_day(p)
    demand_day = yearly[[min(SECOND_STAGE_YEAR, len(yearly)) - 1, -1]]
    pv_kwp = demand_day[:, np.newaxis] / (day_yield.min(axis=1) * p.storage_efficiency)
    return demand_day, pv_kwp, demand_day * p.autonomy_days / p.battery_depth


def plant_curve(hourly: FloatArray, day_yield: FloatArray, parameters: ElectricityParameters) -> UnservedCurve:
    """Unserved share of a mini-grid by its size relative to the full size of its load."""
    demand_day, pv_kwp, battery_kwh = plant_sizes(day_yield, parameters)
    return unserved_curve(
        hourly,
        load_kwh_per_day=float(demand_day[0]),
        pv_kwp=pv_kwp[0],
        battery_kwh=float(battery_kwh[0]) * parameters.battery_depth,
        efficiency=parameters.storage_efficiency,
    )


def minigrid(places: Places, curve: UnservedCurve, day_yield: FloatArray, parameters: ElectricityParameters) -> Option:
    """Price a mini-grid for every settlement.

    Parameters
    ----------
    places
        The settlements.
    curve
        Of `plant_curve`.
    day_yield
        (communes, 12) yield [kWh/kWp/day].
    parameters
        Prices and demand.

    Notes
    -----
    The first stage is sized for year 10, the second, at the end of year 10, for the last year. In each commune the plant has that size
    relative to the worst month's demand (50-150 %) which costs least with unserved energy priced.
    """
    p = parameters
    _, pv_full, battery_full = plant_sizes(day_yield, p)
    site = 1 + p.minigrid_site_pct / 100
    pv_price, battery_price = site * p.pv_mvnd_per_kwp, site * p.battery_mvnd_per_kwh
    plant_lcc = _staged(pv_full, p.pv_life_years, p) * pv_price
    plant_lcc = plant_lcc + _staged(battery_full[:, np.newaxis], p.battery_life_years, p) * battery_price  # (communes,)
    unserved_kwh = _unserved_kwh(curve, p)  # (communes, coverages)
    cost = np.multiply.outer(plant_lcc, COVERAGES) + unserved_kwh * unserved_price(p)
    demand_kwh = float(yearly_household_kwh(p) @ yearly_factors(p))
    best = cheapest_that_serves(cost, unserved_kwh / demand_kwh, p)
    each = np.arange(len(cost))
    share = COVERAGES[best]

    n, commune = places.households, places.commune
    inverter_kw = settlement_peak_kw(n, p)
    local_mvnd = distribution_mvnd(places, p)
    inverter_mvnd = inverter_kw * p.inverter_mvnd_per_kw * site
    inverter_lcc = inverter_mvnd * factor(p.inverter_life_years, p, om_pct=p.offgrid_om_pct)
    first = share * (pv_full[0] * pv_price + battery_full[0] * battery_price)
    tenth_year_day = yearly_household_kwh(p)[min(10, p.horizon_years) - 1] / 365.25
    return Option(
        investment_mvnd=n * first[commune] + inverter_mvnd + local_mvnd,
        life_cycle_mvnd=n * cost[each, best][commune] + inverter_lcc + local_mvnd * line_factor(p),
        unserved_mvnd=n * (unserved_kwh[each, best] * unserved_price(p))[commune],
        unserved_pct=(100 * unserved_kwh[each, best] / demand_kwh)[commune],
        tier=tier_of(np.minimum(share, 1) * tenth_year_day)[commune],
        size={
            "pv_kwp": n * (share * pv_full[0])[commune],
            "battery_kwh": n * (share * battery_full[0])[commune],
            "inverter_kw": inverter_kw,
            "coverage": share[commune],
        },
    )


def _staged(full: FloatArray, life_years: float, parameters: ElectricityParameters) -> FloatArray:
    """Life-cycle size: the first stage now, the rest of the second at the end of year 10; `full` is (2, …)."""
    om = parameters.offgrid_om_pct
    added = np.maximum(full[1] - full[0], 0)
    late = factor(life_years, parameters, om_pct=om, from_year=SECOND_STAGE_YEAR)
    return np.asarray(full[0] * factor(life_years, parameters, om_pct=om) + added * late)


def _unserved_kwh(curve: UnservedCurve, parameters: ElectricityParameters) -> FloatArray:
    """Discounted energy at the socket that plants of all `COVERAGES` leave unserved, per household, (communes, coverages)."""
    yearly = busbar_kwh_per_day(parameters)
    year = np.arange(1, len(yearly) + 1)
    built_for = np.where(year > SECOND_STAGE_YEAR, yearly[-1], yearly[min(SECOND_STAGE_YEAR, len(yearly)) - 1])
    ratio = np.multiply.outer(COVERAGES, built_for / yearly)
    share = curve.at(ratio.ravel()).reshape(-1, *ratio.shape)
    return np.asarray(share @ (yearly_household_kwh(parameters) * yearly_factors(parameters)))
