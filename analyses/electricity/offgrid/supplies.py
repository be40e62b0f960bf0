"""What stands beside a plant's own power so that it meets the design peak: battery, diesel set, or a load controller
whose shedding is priced."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from infragap.analyses.arrays import BoolArray, FloatArray
from infragap.analyses.electricity.demand.life_cycle import factor
from infragap.analyses.electricity.demand.load import yearly_factors
from infragap.analyses.electricity.parameters import ElectricityParameters


def equipment_factor(life_years: float, parameters: ElectricityParameters) -> float:
    """Life-cycle cost per unit of investment of what a mini-grid is made of, its replacement fund included."""
    p = parameters
    return factor(life_years, p, om_pct=p.offgrid_om_pct + p.minigrid_fund_pct)


def hydro_factor(parameters: ElectricityParameters) -> float:
    """Life-cycle cost per unit of investment of a hydro plant, its replacement fund included."""
    p = parameters
    return factor(p.hydro_life_years, p, om_pct=p.offgrid_om_pct + p.hydro_fund_pct)


def operator_mvnd(parameters: ElectricityParameters) -> float:
    """Wage of one operator over the horizon [million VND]."""
    return float(parameters.operator_mvnd_per_year * yearly_factors(parameters).sum())


@dataclass(frozen=True, eq=False)
class Backup:
    """Diesel set of a plant and what it serves.

    Attributes
    ----------
    investment_mvnd, life_cycle_mvnd
        The set, and the set with its fuel.
    """

    investment_mvnd: FloatArray
    life_cycle_mvnd: FloatArray


def backup(power_kw: FloatArray, energy_kwh: FloatArray, parameters: ElectricityParameters) -> Backup:
    """Price a diesel set of a power that serves some (discounted) energy; endless where none is allowed."""
    p = parameters
    first = power_kw * p.backup_mvnd_per_kw
    fuel = energy_kwh * p.backup_vnd_per_kwh / 1e6
    whole = first * factor(p.backup_life_years, p, om_pct=p.offgrid_om_pct) + fuel
    return Backup(first, whole if p.backup_allowed else np.full_like(whole, np.inf))


def sheds(
    power_kw: FloatArray, battery_inverter_kw: FloatArray, backup_kw: FloatArray, peak_kw: FloatArray
) -> BoolArray:
    """Whether a plant with all that stands beside it stays below the design peak, so that a load controller sheds what
    is priced."""
    return np.asarray(power_kw + battery_inverter_kw + backup_kw < peak_kw * (1 - 1e-9))
