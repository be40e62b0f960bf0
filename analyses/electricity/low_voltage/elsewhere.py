"""What supply from a standing station would cost a settlement if it lay somewhere else: at any distance from one."""

from __future__ import annotations

import numpy as np

from infragap.analyses.arrays import FloatArray, IntArray
from infragap.analyses.electricity.demand.life_cycle import line_factor
from infragap.analyses.electricity.demand.load import design_peak_kw
from infragap.analyses.electricity.demand.local_works import energy_mvnd, lv_length_km, outages_mvnd
from infragap.analyses.electricity.demand.settlements import Settlements
from infragap.analyses.electricity.low_voltage.cables import lv_drop_pct
from infragap.analyses.electricity.low_voltage.works import WINDING, cable_mvnd_per_km
from infragap.analyses.electricity.parameters import ElectricityParameters


def lv_mvnd_at(
    settlements: Settlements, owner: IntArray, distance_m: FloatArray, parameters: ElectricityParameters
) -> FloatArray:
    """Life-cycle cost of supply from a station at a straight distance, (places,) [million VND]; inf beyond
    `lv_reach_m`, and where no cable keeps the voltage.

    Parameters
    ----------
    settlements
        All of them.
    owner
        (places,) row of the settlement that each place is looked at for.
    distance_m
        (places,) from the place to the nearest station.

    Notes
    -----
    The lightest cable that keeps the drop, as in `works.lv_works`. The station is taken to have room for the settlement
    (a larger transformer is not priced).
    """
    p = parameters
    found = np.full(len(owner), np.inf)
    near = np.flatnonzero(distance_m <= p.lv_reach_m)
    k, feed_km = owner[near], distance_m[near] / 1000 * WINDING
    peak, inner = design_peak_kw(settlements, p)[k], lv_length_km(settlements, p)[k]
    price = np.full(len(near), np.inf)
    for cable in reversed(list(p.works.cables.values())):
        drop = lv_drop_pct(cable, peak_kw=peak, feed_km=feed_km, inner_km=inner, power_factor=p.power_factor)
        price = np.where(drop <= p.lv_drop_limit_pct, cable_mvnd_per_km(cable, p), price)
    services = settlements.households * p.service_mvnd_per_household
    rest = services * line_factor(p) + energy_mvnd(settlements, p) + outages_mvnd(settlements, p)
    with np.errstate(invalid="ignore"):
        line = feed_km * price + inner * np.where(np.isfinite(price), p.lv_line_mvnd_per_km, np.inf)
    found[near] = line * line_factor(p) + rest[k]
    return found
