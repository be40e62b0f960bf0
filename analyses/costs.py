"""What a work costs over its life: present values, replacements, salvage, levelised cost and pay-back.

Conventions: real prices of one year, costs of a year paid at its end, investment at time 0, rates as fractions (0.10
for 10 %).
All functions take numbers or arrays and return floats or arrays of the broadcast shape.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from infragap.analyses.arrays import FloatArray


def annuity_factor(*, discount_rate: float, years: float) -> float:
    """Present value of 1 paid at the end of each year.

    Notes
    -----
    ``a = (1 - (1 + r)^-n) / r``; n where r = 0.

    Examples
    --------
    20 years at 10 %: ``(1 - 1.1^-20) / 0.1``.

    >>> round(annuity_factor(discount_rate=0.10, years=20), 4)
    8.5136
    """
    if discount_rate == 0:
        return float(years)
    return float((1 - (1 + discount_rate) ** -years) / discount_rate)


def discount_factors(*, discount_rate: float, years: int) -> FloatArray:
    """Worth today of 1 at the end of years 1 to `years`, (years,).

    Examples
    --------
    >>> discount_factors(discount_rate=0.10, years=3).round(4).tolist()
    [0.9091, 0.8264, 0.7513]
    """
    return np.asarray((1 + discount_rate) ** -np.arange(1.0, years + 1))


def replacement_factor(*, life_years: float, horizon_years: float, discount_rate: float) -> float:
    """Present value, per unit of first cost, of renewing a work each time its life ends before the horizon.

    Examples
    --------
    A battery of 8 years within 20 is renewed in years 8 and 16: ``1.1^-8 + 1.1^-16``.

    >>> round(replacement_factor(life_years=8, horizon_years=20, discount_rate=0.10), 4)
    0.6841
    """
    renewals = math.ceil(horizon_years / life_years - 1e-9) - 1
    return float(sum((1 + discount_rate) ** (-life_years * k) for k in range(1, renewals + 1)))


def salvage_factor(*, life_years: float, horizon_years: float, discount_rate: float) -> float:
    """Present value, per unit of first cost, of the life that the last renewal still has at the horizon (straight
    line).

    Examples
    --------
    A line of 25 years has a fifth of its life left after 20: ``0.2 · 1.1^-20``.

    >>> round(salvage_factor(life_years=25, horizon_years=20, discount_rate=0.10), 4)
    0.0297
    """
    used_years = horizon_years - life_years * (math.ceil(horizon_years / life_years - 1e-9) - 1)
    left = max(0.0, 1 - used_years / life_years)
    return float(left * (1 + discount_rate) ** -horizon_years)


def life_cycle_factor(*, life_years: float, om_pct: float, horizon_years: float, discount_rate: float) -> float:
    """Life-cycle cost of a work per unit of investment.

    Parameters
    ----------
    life_years
        Technical life [years]; the work is renewed at the same real price.
    om_pct
        Operation and maintenance [% of the investment per year].
    horizon_years
        Years compared.
    discount_rate
        Real, as a fraction.

    Notes
    -----
    ``1 + renewals + om · a(r, n) - salvage``.

    Examples
    --------
    A line of 25 years with 2 % upkeep: ``1 + 0.02 · 8.5136 - 0.0297``.

    >>> round(life_cycle_factor(life_years=25, om_pct=2, horizon_years=20, discount_rate=0.10), 4)
    1.1405
    """
    renewals = replacement_factor(life_years=life_years, horizon_years=horizon_years, discount_rate=discount_rate)
    salvage = salvage_factor(life_years=life_years, horizon_years=horizon_years, discount_rate=discount_rate)
    upkeep = om_pct / 100 * annuity_factor(discount_rate=discount_rate, years=horizon_years)
    return 1 + renewals + upkeep - salvage


def levelised_cost(cost: ArrayLike, energy: ArrayLike) -> FloatArray:
    """Present cost per unit of present energy; NaN where no energy is served.

    Examples
    --------
    >>> levelised_cost([1200.0, 10.0], [600.0, 0.0]).tolist()
    [2.0, nan]
    """
    cost, energy = np.asarray(cost, dtype=np.float64), np.asarray(energy, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(energy > 0, cost / energy, np.nan)


def payback_years(investment: float, yearly_benefit: ArrayLike, *, discount_rate: float) -> float:
    """Years until the discounted benefits have paid the investment, with a part of the last year; inf where they never
    do.

    Parameters
    ----------
    investment
        Paid at time 0.
    yearly_benefit
        (years,) net benefit at the end of each year.
    discount_rate
        Real, as a fraction. A dearer rate never shortens the pay-back of benefits that are not negative.

    Examples
    --------
    100 now, 60 a year at 10 %: 54.5 after one year, 104.1 after two; the second year pays the rest in 45.5 / 49.6 of
    it.

    >>> round(payback_years(100.0, [60.0, 60.0, 60.0], discount_rate=0.10), 3)
    1.917
    """
    if investment <= 0:
        return 0.0
    benefits = np.asarray(yearly_benefit, dtype=np.float64)
    worth = benefits * discount_factors(discount_rate=discount_rate, years=benefits.shape[-1])
    paid = np.cumsum(worth)
    after = np.flatnonzero(paid >= investment)
    if len(after) == 0:
        return math.inf
    year = int(after[0])
    before = paid[year - 1] if year else 0.0
    return float(year + (investment - before) / worth[year])
