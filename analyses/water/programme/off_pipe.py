"""Households that no pipe reaches: the cheapest work of their own that gives them basic water, village by village."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from infragap.analyses.arrays import BoolArray, FloatArray, ObjectArray
from infragap.analyses.water.codes import HouseholdOption
from infragap.analyses.water.service.today import Today
from infragap.analyses.water.sources.streams import StreamFlow
from infragap.analyses.water.study import Study
from infragap.gis.raster import sample, xy

FILTER_REACH_M, TANK_REACH_M = 300.0, 1500.0
"""A household that lives so near a stream has water, only not safe (filter), or can lead it home (tank);
assumptions."""

LEAST_FLOW_L_S = 0.05


@dataclass(frozen=True, eq=False)
class OffPipe:
    """By village, (villages,) each.

    Attributes
    ----------
    households
        Rural households without even basic water.
    option
        Cheapest feasible `HouseholdOption`; None where nobody needs one.
    mvnd_per_household
        Its price.
    poverty_pct
        Poor households of the commune; NaN where not known.
    """

    households: FloatArray
    option: ObjectArray
    mvnd_per_household: FloatArray
    poverty_pct: FloatArray

    @property
    def cost_mvnd(self) -> FloatArray:
        """Cost of each village."""
        return self.households * self.mvnd_per_household

    def loans_mvnd(self, largest_mvnd: float) -> FloatArray:
        """Loans: those who are not poor borrow the price, up to the largest loan; the poor are paid for."""
        share = 1 - np.nan_to_num(self.poverty_pct) / 100
        return np.asarray(self.households * share * np.minimum(self.mvnd_per_household, largest_mvnd))


def off_pipe(study: Study, today: Today, flow: StreamFlow) -> OffPipe:
    """Choose the cheapest option that each village can have."""
    p = study.parameters
    known = study.population > 0
    none = today.people["people_none"].to_numpy()
    households = np.where(
        study.rural & known,
        np.divide(none * study.households, study.population, out=np.zeros(len(none)), where=known),
        0.0,
    )
    feasible = _feasible(study, flow)
    prices = {
        HouseholdOption.FILTER: p.filter_household_mvnd,
        HouseholdOption.TANK: p.tank_mvnd,
        HouseholdOption.RAIN: p.rain_mvnd,
        HouseholdOption.WELL: p.well_mvnd,
    }
    option = np.full(len(none), None, dtype=object)
    best = np.full(len(none), np.inf)
    for kind, price in sorted(prices.items(), key=lambda item: (item[1], item[0])):
        better = feasible[kind] & (price < best)
        option[better], best[better] = str(kind), price
    needed = households > 1e-9
    rate = study.communes.set_index("commune_code")["poverty_rate_pct"]
    return OffPipe(
        households=np.where(needed, households, 0.0),
        option=np.array([code if here else None for code, here in zip(option, needed, strict=True)], dtype=object),
        mvnd_per_household=np.where(needed, best, 0.0),
        poverty_pct=study.villages["commune_code"].map(rate).to_numpy(dtype=float),
    )


def _feasible(study: Study, flow: StreamFlow) -> dict[HouseholdOption, BoolArray]:
    x, y = study.villages.geometry.x.to_numpy(), study.villages.geometry.y.to_numpy()
    wet = np.flatnonzero(flow.usable_l_s >= LEAST_FLOW_L_S)
    away: FloatArray = np.full(len(x), np.inf)
    if len(wet):
        columns = flow.streams.grid.shape[1]
        stream_x, stream_y = xy(flow.streams.grid, wet // columns, wet % columns)
        away = np.asarray(cKDTree(np.column_stack([stream_x, stream_y])).query(np.column_stack([x, y]))[0])
    yearly = study.runoff.with_values(study.runoff.floats().sum(axis=0), nodata=np.nan)
    rain_mm = sample(yearly, x, y)
    return {
        HouseholdOption.FILTER: away <= FILTER_REACH_M,
        HouseholdOption.TANK: away <= TANK_REACH_M,
        HouseholdOption.RAIN: np.asarray(np.nan_to_num(rain_mm) >= study.parameters.rain_village_runoff_mm),
        HouseholdOption.WELL: np.ones(len(x), dtype=bool),
    }
