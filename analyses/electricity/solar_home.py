"""What solar home systems cost a settlement: the kits of tier 3 that serve its demand best, and the small kit as an interim step."""

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
from analyses.electricity.settlements import Places, yearly_household_kwh
from analyses.electricity.weather import UnservedCurve, unserved_curve

KIT_KWP, KIT_KWH = 1.0, 4.5
"""A kit of tier 3 (norms F: 1 kWp, 4-5 kWh)."""

SMALL_KIT_KWP, SMALL_KIT_KWH = 0.3, 1.0
"""A kit of tier 2 (norms F); the donated systems count as such ('panel below 2 m²')."""

KITS = np.array([1.0, 2.0, 3.0, 4.0])
REFERENCE_LOAD_KWH_PER_DAY = 2.0
"""Load for which a single kit is the plant of ratio 1 in `kit_curve`."""


def kit_curve(hourly: FloatArray, parameters: ElectricityParameters) -> UnservedCurve:
    """Unserved share of a household with kits, by kits per 2 kWh of daily load."""
    return unserved_curve(
        hourly,
        load_kwh_per_day=REFERENCE_LOAD_KWH_PER_DAY,
        pv_kwp=np.full(len(hourly), KIT_KWP),
        battery_kwh=KIT_KWH * parameters.battery_depth,
        efficiency=parameters.storage_efficiency,
    )


def solar_home(
    places: Places, curve: UnservedCurve, day_yield: FloatArray, parameters: ElectricityParameters
) -> Option:
    """Price home systems of tier 3 for every settlement, one to four kits a household, whichever costs least.

    Parameters
    ----------
    places
        The settlements.
    curve
        Of `kit_curve`.
    day_yield
        (communes, 12) yield [kWh/kWp/day], for the tier.
    parameters
        Prices and demand.

    Notes
    -----
    Per household the cost depends on the commune's sun alone. Households with a donated kit keep its panels and need that much less.
    """
    p = parameters
    demand_day = yearly_household_kwh(p) / 365.25
    worth = yearly_factors(p) * 365.25
    sun = p.solar_yield_factor
    ratio = np.multiply.outer(KITS * sun, REFERENCE_LOAD_KWH_PER_DAY / demand_day)  # (kits, years)
    share = curve.at(ratio.ravel()).reshape(-1, len(KITS), len(demand_day))
    unserved_kwh = share @ (worth * demand_day)  # (communes, kits)
    cost = KITS * p.home_tier3_mvnd * kit_factor(p) + unserved_kwh * unserved_price(p)
    best = cheapest_that_serves(cost, unserved_kwh / float(worth @ demand_day), p)
    each = np.arange(len(cost))
    commune, n = places.commune, places.households
    kits = KITS[best]
    credit = np.where(places.has_home_system, SMALL_KIT_KWP * p.pv_mvnd_per_kwp, 0.0)
    tenth_year = demand_day[min(10, len(demand_day)) - 1]
    worst_day = np.minimum(kits * KIT_KWP * day_yield.min(axis=1) * p.storage_efficiency, tenth_year)
    return Option(
        investment_mvnd=n * (kits[commune] * p.home_tier3_mvnd - credit),
        life_cycle_mvnd=n * (cost[each, best][commune] - credit),
        unserved_mvnd=n * (unserved_kwh[each, best] * unserved_price(p))[commune],
        unserved_pct=(100 * unserved_kwh[each, best] / float(worth @ demand_day))[commune],
        tier=tier_of(worst_day)[commune],
        size={"kits_per_household": kits[commune]},
    )


def kit_factor(parameters: ElectricityParameters) -> float:
    """Life-cycle cost per unit of investment of a kit: battery, panel and electronics each renewed at its own age."""
    p = parameters
    usual = type(p).model_fields  # a kit has one price, so its composition is that of the default prices
    parts = (
        (KIT_KWH * usual["battery_mvnd_per_kwh"].default, p.battery_life_years),
        (KIT_KWP * usual["pv_mvnd_per_kwp"].default, p.pv_life_years),
        (KIT_KWP * usual["inverter_mvnd_per_kw"].default, p.inverter_life_years),
    )
    whole = sum(share for share, _ in parts)
    return float(sum(share / whole * factor(life, p, om_pct=p.offgrid_om_pct) for share, life in parts))
