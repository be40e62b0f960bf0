"""What solar home systems cost a settlement: the kits of tier 3 that serve its demand best, and the small kit as an
interim step."""

from __future__ import annotations

import numpy as np

from infragap.analyses.arrays import FloatArray
from infragap.analyses.demand import DAYS_PER_YEAR, tier_of
from infragap.analyses.electricity.demand.life_cycle import factor, unserved_price
from infragap.analyses.electricity.demand.load import (
    energy_households,
    settlement_peak_kw,
    tenth_year_day_kwh,
    yearly_factors,
    yearly_household_kwh,
)
from infragap.analyses.electricity.demand.settlements import Settlements
from infragap.analyses.electricity.offgrid.option import SECOND_STAGE_YEAR, Option, cheapest_that_serves, serves_enough
from infragap.analyses.electricity.offgrid.weather import Unserved
from infragap.analyses.electricity.parameters import ElectricityParameters

KIT_KWP, KIT_KWH = 1.0, 4.5
"""A kit of tier 3 (norms F: 1 kWp, 4-5 kWh)."""


KIT_INVERTER_KW = 1.5
"""Its inverter: default of `home_inverter_kw`."""


SMALL_KIT_KWP, SMALL_KIT_KWH = 0.3, 1.0
"""A kit of tier 2 (norms F); the donated systems count as such ('panel below 2 m²')."""


KITS = np.array([(first, later) for first in range(1, 5) for later in range(first, 5)])
"""Kits of a household looked at: from the first year, and from the end of year 10 on."""


def solar_home(
    settlements: Settlements, unserved: Unserved, day_yield: FloatArray, parameters: ElectricityParameters
) -> Option:
    """Price home systems of tier 3 for every settlement, one to four kits a household, more of them after year 10 where
    that costs less.

    Parameters
    ----------
    settlements
        The settlements.
    unserved
        Of `weather.simulate_plants`.
    day_yield
        (communes, 12) yield [kWh/kWp/day], for the tier.
    parameters
        Prices and demand.

    Notes
    -----
    Per household the cost depends on the commune's sun alone. Households with a donated kit keep its panels and need
    that much less. Behind a set of its own each household has its own peak, which nobody else's evens out: the kits
    after year 10 give it, or the option does not last.
    """
    p = parameters
    demand_day = yearly_household_kwh(p) / DAYS_PER_YEAR
    worth = yearly_factors(p) * DAYS_PER_YEAR
    year = np.arange(1, len(demand_day) + 1)
    kits = np.where(year > SECOND_STAGE_YEAR, KITS[:, 1:], KITS[:, :1])  # (choices, years)
    panels = kits * KIT_KWP * p.storage_efficiency * p.solar_yield_factor / demand_day
    days = kits * KIT_KWH * p.battery_depth / demand_day
    each_commune = np.broadcast_to(panels.ravel(), (len(unserved.share), panels.size))
    share = unserved.at(each_commune, days.ravel()).reshape(-1, *kits.shape)
    lacking_kwh = share @ (worth * demand_day)  # (communes, choices)
    all_kwh, running = float(worth @ demand_day), p.home_availability_pct / 100
    missing_kwh = lacking_kwh * running + all_kwh * (1 - running)
    later = KITS[:, 1] - KITS[:, 0]
    kits_lcc = KITS[:, 0] * kit_factor(p) + later * kit_factor(p, from_year=SECOND_STAGE_YEAR)
    cost = kits_lcc * p.home_tier3_mvnd + missing_kwh * unserved_price(p)
    strong = KITS[:, 1] * p.home_inverter_kw >= home_peak_kw(p) * (1 - 1e-9)
    # what gives no household its peak is looked at only where nothing gives it
    lacking = np.where(strong | ~strong.any(), lacking_kwh / all_kwh, 1.0)
    best = cheapest_that_serves(cost, lacking, p)
    each = np.arange(len(cost))
    missing = missing_kwh[each, best]
    commune, n = settlements.commune, energy_households(settlements, p)
    first = KITS[best, 0]
    credit = np.where(settlements.has_home_system, SMALL_KIT_KWP * p.pv_mvnd_per_kwp, 0.0)
    worst_day = np.minimum(first * KIT_KWP * day_yield.min(axis=1) * p.storage_efficiency, tenth_year_day_kwh(p))
    enough = serves_enough(lacking[each, best], p) & strong[best]
    return Option(
        investment_mvnd=n * first[commune] * p.home_tier3_mvnd - settlements.households * credit,
        life_cycle_mvnd=n * cost[each, best][commune] - settlements.households * credit,
        unserved_mvnd=n * (missing * unserved_price(p))[commune],
        unserved_pct=(100 * missing / all_kwh)[commune],
        serves_enough=enough[commune],
        tier=tier_of(worst_day)[commune],
        size={
            "plant_kw": n * KITS[best, 1][commune] * p.home_inverter_kw,
            "battery_kwh": n * first[commune] * KIT_KWH,
            "backup_kw": np.zeros(len(n)),
            "sheds": np.where(strong[best], 0.0, 1.0)[commune],
            "kits_per_household": first[commune],
            "kits_later_per_household": KITS[best, 1][commune],
        },
    )


def home_peak_kw(parameters: ElectricityParameters) -> float:
    """Peak of one household by itself [kW]."""
    return float(settlement_peak_kw(np.array([1.0]), parameters)[0])


def kit_factor(parameters: ElectricityParameters, *, from_year: int = 0) -> float:
    """Life-cycle cost per unit of investment of a kit bought at the end of `from_year`: battery, panel and electronics
    each renewed at its own age."""
    p = parameters
    usual = type(p).model_fields  # a kit has one price, so its composition is that of the default prices
    parts = (
        (KIT_KWH * usual["battery_mvnd_per_kwh"].default, p.battery_life_years),
        (KIT_KWP * usual["pv_mvnd_per_kwp"].default, p.pv_life_years),
        (KIT_INVERTER_KW * usual["inverter_mvnd_per_kw"].default, p.inverter_life_years),
    )
    whole, om_pct = sum(share for share, _ in parts), p.offgrid_om_pct + p.home_fund_pct
    return float(sum(share / whole * factor(life, p, om_pct=om_pct, from_year=from_year) for share, life in parts))
