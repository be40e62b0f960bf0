"""Formulas of small piped schemes: demand, pipe size, head loss, pressure zones."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from infragap.analyses.arrays import FloatArray, IntArray

PIPE_DIAMETERS_M = np.array(
    [
        0.032,
        0.040,
        0.050,
        0.063,
        0.075,
        0.090,
        0.110,
        0.140,
        0.160,
        0.200,
        0.250,
        0.315,
        0.400,
        0.500,
        0.630,
        0.800,
        1.000,
    ]
)
"""Outer sizes of HDPE pipe; the inside is taken as 0.9 of it (PN6 to PN10)."""

INSIDE = 0.9
SECONDS_PER_DAY = 86_400.0


def day_demand_m3(people: ArrayLike, *, l_per_person_day: float, loss_pct: float, peak_day_factor: float) -> FloatArray:
    """Water that a scheme must give on the peak day [m³/day]: people · demand · peak / (1 − losses); inf where all of it is lost.

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


def pipe_inside_m(flow_m3_s: ArrayLike, *, velocity_m_per_s: float) -> FloatArray:
    """Inside diameter [m] of the smallest standard pipe that keeps the velocity: Q = v · π d² / 4; the largest pipe at most.

    Examples
    --------
    >>> pipe_inside_m(1.9e-3, velocity_m_per_s=1.2).round(3).item()  # 50 mm pipe, 45 mm inside
    0.045
    """
    needed = np.sqrt(4.0 * np.asarray(flow_m3_s, dtype=np.float64) / (np.pi * velocity_m_per_s))
    sizes = PIPE_DIAMETERS_M * INSIDE
    return np.asarray(sizes[np.minimum(np.searchsorted(sizes, needed - 1e-12), len(sizes) - 1)], dtype=np.float64)


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


def break_tanks(static_head_m: ArrayLike, *, zone_m: float) -> IntArray:
    """Break-pressure tanks so that no zone has more than `zone_m` of static head: ⌈head / zone⌉ − 1.

    Examples
    --------
    >>> break_tanks([59, 61, 130], zone_m=60).tolist()
    [0, 1, 2]
    """
    zones = np.ceil(np.maximum(np.asarray(static_head_m, dtype=np.float64), 0.0) / zone_m)
    return np.asarray(np.maximum(zones - 1, 0), dtype=np.int64)
