"""What bridges the years until the lasting solution: donated kits that are there, small kits, or pico hydro where a
brook is near."""

from __future__ import annotations

import numpy as np

from infragap.analyses.arrays import FloatArray, ObjectArray
from infragap.analyses.demand import TIER_KW
from infragap.analyses.electricity.codes import Interim
from infragap.analyses.electricity.demand.settlements import Settlements
from infragap.analyses.electricity.offgrid.compare import Resources
from infragap.analyses.electricity.offgrid.sites import firm_power_kw
from infragap.analyses.electricity.parameters import ElectricityParameters

PICO_KW = 3.0
"""Power of a pico unit (norms A5)."""


def interim_steps(
    settlements: Settlements, resources: Resources, parameters: ElectricityParameters
) -> tuple[ObjectArray, FloatArray]:
    """Cheapest interim step of every settlement and its investment [million VND].

    Notes
    -----
    Pico units give each household the power of tier 3 while the brook runs; the nearest site whose firm power
    suffices for all units of
    a settlement is taken. Donated kits cost nothing more.
    """
    p = parameters
    n = settlements.households
    units = np.ceil(n * TIER_KW[3] / PICO_KW)
    reach = resources.water.reach
    strong = firm_power_kw(resources.water.sites, p)[reach.site] >= units[reach.settlement] * PICO_KW
    wire_km = np.full(len(n), np.inf)
    np.minimum.at(wire_km, reach.settlement[strong], reach.wire_km[strong])
    near = np.isfinite(wire_km) & p.hydro_allowed
    wire_mvnd = np.where(near, wire_km, 0.0) * p.pico_wire_mvnd_per_km
    pico = np.where(near, units * p.pico_unit_mvnd + wire_mvnd, np.inf)
    kits = n * p.home_tier2_mvnd
    bought = np.where(pico < kits, Interim.PICO_HYDRO.value, Interim.SMALL_KITS.value)
    name = np.where(settlements.has_home_system, Interim.DONATED_KITS.value, bought)
    cost = np.where(settlements.has_home_system, 0.0, np.minimum(pico, kits))
    return name.astype(object), cost
