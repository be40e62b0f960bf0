"""Voltage drop along insulated low-voltage cables."""

from __future__ import annotations

import math
from typing import TypeVar

from infragap.analyses.arrays import FloatArray
from infragap.analyses.electricity.assumptions.network_works import Cable

LV_KV = 0.4


Numbers = TypeVar("Numbers", float, FloatArray)


def lv_drop_pct(cable: Cable, *, peak_kw: Numbers, feed_km: Numbers, inner_km: Numbers, power_factor: float) -> Numbers:
    """Voltage drop of a settlement that is fed over one low-voltage line, or of several at once.

    Parameters
    ----------
    cable
        Of the whole line.
    peak_kw
        Peak of the settlement.
    feed_km
        Line from the station to the settlement.
    inner_km
        Lines within it: two arms of equal load, strewn evenly along them.
    power_factor
        At the peak.

    Notes
    -----
    ``100 · P (r + x tan φ) (l + l_in / 8) / U²``: the arms carry half the load over half the length, and load strewn
    evenly drops half as much.

    Examples
    --------
    12 kW over 1 km of 4×70 and 0.8 km within: ``100 · 0.012 · (0.443 + 0.08 · 0.4843) · 1.1 / 0.16``.

    >>> cable = Cable("ABC 4x70", 0.443, 0.08, 1.0)
    >>> round(lv_drop_pct(cable, peak_kw=12.0, feed_km=1.0, inner_km=0.8, power_factor=0.9), 3)
    3.974
    """
    impedance = cable.r_ohm_per_km + cable.x_ohm_per_km * math.tan(math.acos(power_factor))
    return 100 * peak_kw / 1000 * impedance * (feed_km + inner_km / 8) / LV_KV**2
