"""What an off-grid option is: its cost over the horizon at the service that the grid would give, and the solar yield
that it rests on."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import geopandas as gpd
import numpy as np
import pandas as pd

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray
from infragap.analyses.demand import MONTH_DAYS, tier_of
from infragap.analyses.electricity.demand.load import tenth_year_day_kwh
from infragap.analyses.electricity.parameters import ElectricityParameters

SECOND_STAGE_YEAR = 10
"""Solar plants are enlarged at the end of it."""


SAME_SHARE = 1e-9
"""Shares of demand that differ by less are the same: what rounding leaves."""


@dataclass(frozen=True, eq=False)
class Option:
    """One off-grid option of every settlement, all arrays (n,).

    Attributes
    ----------
    investment_mvnd
        First investment; NaN where the option does not exist.
    life_cycle_mvnd
        Investment, renewals, upkeep, later enlargement and unserved energy, less salvage; NaN where it does not exist.
    unserved_mvnd
        Part of it that is the price of energy not served.
    unserved_pct
        Energy not served, of the discounted demand.
    serves_enough
        Whether the plant is large enough to serve `least_served_pct` of the demand while it runs.
    tier
        Tier of the ESMAP framework that the service reaches in its worst month of year 10; below the service floor an
        option is interim.
    size
        Named sizes for the reader, such as 'pv_kwp'.
    """

    investment_mvnd: FloatArray
    life_cycle_mvnd: FloatArray
    unserved_mvnd: FloatArray
    unserved_pct: FloatArray
    serves_enough: BoolArray
    tier: IntArray
    size: dict[str, FloatArray]

    def chosen(self, rows: IntArray) -> Option:
        """The option of some rows."""
        kept = {each.name: getattr(self, each.name)[rows] for each in fields(self) if each.name != "size"}
        return replace(self, size={name: values[rows] for name, values in self.size.items()}, **kept)

    def lasting(self, parameters: ElectricityParameters) -> BoolArray:
        """Where the option exists, reaches the service floor and serves enough of the demand; elsewhere it is an
        interim step at most."""
        return np.isfinite(self.life_cycle_mvnd) & (self.tier >= floor_tier(parameters)) & self.serves_enough


def floor_tier(parameters: ElectricityParameters) -> int:
    """Tier that a lasting option must reach: the service floor, but no more than what the demand of year 10 itself
    amounts to."""
    return min(parameters.service_floor_tier, int(tier_of(tenth_year_day_kwh(parameters))))


def no_option(count: int) -> Option:
    """Give the option that does not exist anywhere."""
    nothing = np.full(count, np.nan)
    return Option(
        investment_mvnd=nothing,
        life_cycle_mvnd=nothing,
        unserved_mvnd=nothing,
        unserved_pct=nothing,
        serves_enough=np.zeros(count, dtype=bool),
        tier=np.zeros(count, dtype=np.int64),
        size={},
    )


def monthly_yield(solar: pd.DataFrame, communes: gpd.GeoDataFrame, parameters: ElectricityParameters) -> FloatArray:
    """Yield of panels in each commune and month [kWh/kWp/day], (communes, 12).

    Notes
    -----
    A commune that the solar layer lacks gets the province-wide yearly yield of the parameters, with the worst month in
    January and a cosine
    through the year whose mean is right.
    """
    p = parameters
    table = solar.pivot_table(index="commune_code", columns="month", values="pv_kwh_per_kwp", aggfunc="mean")
    table = table.reindex(index=communes["commune_code"].astype(str), columns=range(1, 13))
    month_share = 1 - (1 - p.worst_month_factor) * np.cos(2 * np.pi * np.arange(12) / 12)
    fallback = p.pvout_kwh_per_kwp / 12 * month_share
    monthly = table.to_numpy(dtype=np.float64)
    complete = np.isfinite(monthly).all(axis=1)
    monthly = np.where(complete[:, np.newaxis], monthly, fallback)
    return np.asarray(monthly / MONTH_DAYS * p.solar_yield_factor)


def cheapest_that_serves(cost: FloatArray, unserved: FloatArray, parameters: ElectricityParameters) -> IntArray:
    """Choose the cheapest size of each row that serves enough; where none does, the cheapest of those that serve most.

    Parameters
    ----------
    cost, unserved
        (rows, sizes) life-cycle cost, and part of the demand not served.
    """
    enough = serves_enough(unserved, parameters)
    most = unserved <= unserved.min(axis=1, keepdims=True) + SAME_SHARE
    counted = np.where(enough.any(axis=1, keepdims=True), enough, most)
    return np.asarray(np.where(counted, cost, np.inf).argmin(axis=1), dtype=np.int64)


def serves_enough(unserved: FloatArray, parameters: ElectricityParameters) -> BoolArray:
    """Whether a part of the demand left unserved is small enough for a lasting option."""
    return np.asarray(unserved <= 1 - parameters.least_served_pct / 100 + SAME_SHARE)
