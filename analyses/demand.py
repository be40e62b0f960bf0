"""How much electricity households use: growth over the years, the day's shape, and the peak of a group of
households."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from infragap.analyses.arrays import FloatArray, IntArray

DAYS_PER_YEAR = 365.25
DAYS_PER_MONTH = DAYS_PER_YEAR / 12
MONTH_DAYS = np.array([31, 28.25, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])

TIER_KWH_PER_DAY = {1: 0.012, 2: 0.2, 3: 1.0, 4: 3.4, 5: 8.2}
"""Least energy of each tier of the ESMAP multi-tier framework [kWh per household and day] (Beyond Connections,
2015)."""

TIER_KW = {1: 0.003, 2: 0.05, 3: 0.2, 4: 0.8, 5: 2.0}
"""Least power of each tier [kW per household] (same source)."""

HOURLY_SHAPE = (
    np.array([2, 2, 2, 2, 3, 5, 5, 3, 2, 2, 3, 5, 4, 3, 3, 3, 4, 6, 9, 10, 9, 7, 4, 2], dtype=np.float64) / 100
)
"""Share of the day's energy by hour, midnight first: assumption for highland homes (light, television and cooking after
dusk)."""


def household_kwh_per_month(
    *, first_year: float, tenth_year: float, growth_pct: float, ceiling: float, years: int
) -> FloatArray:
    """Monthly use of one household in each year after connection.

    Parameters
    ----------
    first_year, tenth_year
        Use in years 1 and 10 [kWh/month]; between them it grows by an equal percentage a year.
    growth_pct
        Growth after year 10 [%/year].
    ceiling
        Use is never above it, nor above the tenth year's where that is higher [kWh/month].
    years
        How many years.

    Returns
    -------
    ndarray
        (years,) [kWh/month].
    """
    year = np.arange(1, years + 1)
    early = first_year * (tenth_year / first_year) ** ((year - 1) / 9)
    late = np.minimum(tenth_year * (1 + growth_pct / 100) ** (year - 10.0), max(ceiling, tenth_year))
    return np.where(year <= 10, early, late)


def coincidence(households: ArrayLike, *, coincidence_many: float) -> FloatArray:
    """Share of the sum of single peaks that a group reaches at once (Rusck): ``g = g∞ + (1 - g∞) / √n``; 1 for none.

    Examples
    --------
    Four households at a coincidence of 0.4 for very many: ``0.4 + 0.6 / 2``.

    >>> coincidence([1, 4, 100], coincidence_many=0.4).round(2).tolist()
    [1.0, 0.7, 0.46]
    """
    n = np.maximum(np.asarray(households, dtype=np.float64), 1)
    return coincidence_many + (1 - coincidence_many) / np.sqrt(n)


def peak_kw(households: ArrayLike, *, kw_per_household_many: float, coincidence_many: float) -> FloatArray:
    """Peak of a group of households at its transformer [kW].

    Parameters
    ----------
    households
        Number of households.
    kw_per_household_many
        Peak per household within a very large group [kW].
    coincidence_many
        Coincidence of a very large group, `g∞`; a single household peaks at ``kw_per_household_many / g∞``.

    Notes
    -----
    ``P(n) = n · p / g∞ · g(n)``, which grows with every household added.

    References
    ----------
    .. [1] S. Rusck, "The simultaneous demand in distribution network supplying domestic consumers", ASEA Journal 10,
    1956.

    Examples
    --------
    25 households of 0.45 kW: ``25 · 0.45 / 0.4 · (0.4 + 0.6 / 5)``.

    >>> round(float(peak_kw(25, kw_per_household_many=0.45, coincidence_many=0.4)), 3)
    14.625
    """
    n = np.asarray(households, dtype=np.float64)
    return n * kw_per_household_many / coincidence_many * coincidence(n, coincidence_many=coincidence_many)


def tier_by_power(kw_per_household: ArrayLike) -> IntArray:
    """Highest tier whose power per household is reached; 0 below tier 1.

    Examples
    --------
    >>> tier_by_power([0.06, 0.2, 0.9]).tolist()
    [2, 3, 4]
    """
    floors = np.array([TIER_KW[tier] for tier in sorted(TIER_KW)])
    return np.searchsorted(floors, np.asarray(kw_per_household, dtype=np.float64) + 1e-9, side="right").astype(np.int64)


def tier_of(kwh_per_day: ArrayLike) -> IntArray:
    """Highest tier whose daily energy per household is reached; 0 below tier 1.

    Examples
    --------
    >>> tier_of([0.01, 0.5, 2.6]).tolist()
    [0, 2, 3]
    """
    floors = np.array([TIER_KWH_PER_DAY[tier] for tier in sorted(TIER_KWH_PER_DAY)])
    return np.searchsorted(floors, np.asarray(kwh_per_day, dtype=np.float64) + 1e-9, side="right").astype(np.int64)
