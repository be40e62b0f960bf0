"""Shares of the province's households with electricity, two rates that are never mixed: on the national grid, and with
safe supply."""

from __future__ import annotations

import math
from dataclasses import dataclass

import geopandas as gpd
import numpy as np

from infragap.analyses.arrays import BoolArray, FloatArray
from infragap.analyses.electricity.least_cost.plan import Plan
from infragap.analyses.electricity.years.schedule import Schedule


@dataclass(frozen=True, eq=False)
class Rates:
    """Rates at the end of each year, all (years,) [%]; NaN where the households of the province are not known.

    Attributes
    ----------
    national_grid_pct
        Households that use electricity of the national grid as the scheme counts them: unsafe wires of their own count,
        off-grid supply does not.
    national_grid_strict_pct
        The same where unsafe wires count only once proper works replace them, as in a neighbouring province.
    electrified_pct
        Households that use electricity of any source; unsafe wires count, donated kits do not.
    safe_supply_pct
        Households with safe and lasting supply of any source.
    """

    national_grid_pct: FloatArray
    national_grid_strict_pct: FloatArray
    electrified_pct: FloatArray
    safe_supply_pct: FloatArray


def without_electricity(settlements: gpd.GeoDataFrame) -> BoolArray:
    """Settlements whose households count as without electricity, as the scheme counts: nothing, or donated kits; unsafe
    wires of their own do count."""
    return np.asarray(settlements["supply"].isin(("none", "solar_home")))


def share_pct(households: float, without: float) -> float:
    """Part of the households that is not without [%]; NaN where their number is unknown.

    Examples
    --------
    >>> share_pct(1000.0, 4.0)
    99.6
    """
    return 100 * (households - without) / households if households > 0 else math.nan


def rates_by_year(plan: Plan, schedule: Schedule) -> Rates:
    """Count the rates at the end of each year."""
    inputs, outcome = plan.study.inputs, plan.outcome
    households = plan.study.settlements.households
    province = float(inputs.communes["households"].sum())
    dark, unsafe = without_electricity(inputs.settlements), plan.study.settlements.has_unsafe_wires
    rows = []
    for t in range(len(schedule.money_mvnd)):
        built = (schedule.settlement_year >= 0) & (schedule.settlement_year <= t)
        connected, alone = built & outcome.national_grid, built & ~outcome.national_grid
        off_grid = (dark & ~connected) | (unsafe & alone)
        rows.append(
            (
                share_pct(province, float(households[off_grid].sum())),
                share_pct(province, float(households[off_grid | (unsafe & ~connected)].sum())),
                share_pct(province, float(households[dark & ~(built & outcome.lasting)].sum())),
                share_pct(province, float(households[~(built & outcome.lasting)].sum())),
            )
        )
    return Rates(*np.array(rows, dtype=np.float64).T)
