"""Formulas of small piped schemes: demand, pipe size, head loss, pressure zones."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from infragap.analyses.arrays import FloatArray

SECONDS_PER_DAY = 86_400.0


def day_demand_m3(people: ArrayLike, *, l_per_person_day: float, loss_pct: float, peak_day_factor: float) -> FloatArray:
    """Water that a scheme must give on the peak day [m³/day]: people · demand · peak / (1 − losses); inf where all of
    it is lost.

    Examples
    --------
    >>> day_demand_m3(100, l_per_person_day=80, loss_pct=20, peak_day_factor=1.3).round(2).item()
    13.0
    """
    demand = np.asarray(people, dtype=np.float64) * l_per_person_day / 1000.0
    arriving = 1.0 - loss_pct / 100.0
    if arriving <= 0:
        return np.where(demand > 0, np.inf, 0.0)
    return np.asarray(demand * peak_day_factor / arriving, dtype=np.float64)


def people_served(
    capacity_m3_day: ArrayLike, *, l_per_person_day: float, loss_pct: float, peak_day_factor: float
) -> FloatArray:
    """People that a capacity [m³/day] suffices for: the inverse of `day_demand_m3`.

    Examples
    --------
    >>> people_served(13.0, l_per_person_day=80, loss_pct=20, peak_day_factor=1.3).round(2).item()
    100.0
    """
    per_person = day_demand_m3(
        1.0, l_per_person_day=l_per_person_day, loss_pct=loss_pct, peak_day_factor=peak_day_factor
    )
    return np.asarray(np.asarray(capacity_m3_day, dtype=np.float64) / per_person, dtype=np.float64)


def head_loss_m_per_km(flow_m3_s: ArrayLike, diameter_m: ArrayLike, *, c: float) -> FloatArray:
    """Hazen-Williams: h = 10.67 · L · Q^1.852 / (C^1.852 · d^4.8704), for L = 1,000 m [m/km].

    Examples
    --------
    >>> head_loss_m_per_km(2e-3, 0.0567, c=140).round(2).item()
    13.35
    """
    flow = np.asarray(flow_m3_s, dtype=np.float64)
    return np.asarray(
        10_670.0 * flow**1.852 / (c**1.852 * np.asarray(diameter_m, dtype=np.float64) ** 4.8704), dtype=np.float64
    )


def pump_power_kw(flow_m3_s: ArrayLike, lift_m: ArrayLike, *, efficiency_pct: float) -> FloatArray:
    """Power that lifts water: ρ g Q H / η [kW].

    Examples
    --------
    >>> pump_power_kw(0.01, 50, efficiency_pct=50).round(2).item()
    9.81
    """
    lifted = 9.81 * np.asarray(flow_m3_s, dtype=np.float64) * np.asarray(lift_m, dtype=np.float64)
    return np.asarray(lifted / (efficiency_pct / 100.0), dtype=np.float64)


def pump_kwh_per_m3(lift_m: ArrayLike, *, efficiency_pct: float) -> FloatArray:
    """Energy that lifts a cubic metre: ρ g H / η [kWh/m³].

    Examples
    --------
    >>> pump_kwh_per_m3(100, efficiency_pct=50).round(3).item()
    0.545
    """
    return np.asarray(9.81 * np.asarray(lift_m, dtype=np.float64) / 3600.0 / (efficiency_pct / 100.0), dtype=np.float64)
