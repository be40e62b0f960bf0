"""What each scheme really serves, and how far its water goes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from infragap.analyses.arrays import FloatArray
from infragap.analyses.water.codes import Functionality, SchemeKind
from infragap.analyses.water.hydraulics.formulas import day_demand_m3, head_loss_m_per_km, people_served, pipe_inside_m
from infragap.analyses.water.parameters import WaterParameters
from infragap.analyses.water.service.reach import Sources
from infragap.gis.raster import Raster, sample

LARGEST_DAY_M3 = 1e9
"""An endless demand (all water lost) as a number: its head loss is beyond any relief, and none over a main of no length."""


@dataclass(frozen=True)
class Service:
    """What each scheme can serve today.

    Attributes
    ----------
    households
        (n,) households that it really serves: the least of the register and the capacity, times the share of its class.
    capacity_households
        (n,) households that its capacity suffices for.
    sources
        Where its mains start.
    """

    households: FloatArray
    capacity_households: FloatArray
    sources: Sources


def household_size(villages: pd.DataFrame) -> float:
    """People per household over all villages; 1 where nobody lives or no household is known, so that nothing is divided by 0."""
    people, households = float(villages["population"].sum()), float(villages["households"].sum())
    return people / households if people > 0 and households > 0 else 1.0


def scheme_service(
    schemes: pd.DataFrame,
    x: FloatArray,
    y: FloatArray,
    elevation: Raster,
    *,
    household_size: float,
    parameters: WaterParameters,
) -> Service:
    """Find what each scheme serves and how far its water goes.

    Parameters
    ----------
    schemes
        Rows of `infragap.gis.schema.WaterSchemes`.
    x, y
        (n,) their positions in the CRS of `elevation` [m].
    household_size
        People per household.
    """
    p = parameters
    by_capacity = (
        people_served(
            schemes["capacity_m3_day"],
            l_per_person_day=p.demand_l_per_person_day,
            loss_pct=p.loss_pct,
            peak_day_factor=p.peak_day_factor,
        )
        / household_size
    )
    share = schemes["functionality"].map(
        {
            Functionality.SUSTAINABLE: 1.0,
            Functionality.FAIRLY_SUSTAINABLE: 1.0,
            Functionality.UNSUSTAINABLE: p.service_unsustainable_pct / 100.0,
            Functionality.NOT_WORKING: 0.0,
        }
    )
    households = np.minimum(schemes["households_served"].to_numpy(dtype=float), by_capacity) * share.to_numpy(
        dtype=float
    )
    ground = sample(elevation, x, y)
    source = schemes["source_elevation_m"].to_numpy(dtype=float)
    gravity = (schemes["kind"] == SchemeKind.GRAVITY).to_numpy()
    start = np.where(np.isnan(source), ground, source)
    urban = (schemes["kind"] == SchemeKind.URBAN_PLANT).to_numpy()
    return Service(
        households=households,
        capacity_households=by_capacity,
        sources=Sources(
            x=x,
            y=y,
            head_m=start + np.where(gravity, 0.0, p.pump_lift_m),
            reach_km=np.where(urban, p.urban_reach_km, p.reach_km),
            loss_m_per_km=main_loss_m_per_km(schemes["households_design"].to_numpy(dtype=float), household_size, p),
        ),
    )


def main_loss_m_per_km(households: FloatArray, household_size: float, p: WaterParameters) -> FloatArray:
    """Head lost per kilometre of main at peak-hour flow, in the pipe that keeps the velocity."""
    day = day_demand_m3(
        np.maximum(households, 1.0) * household_size,
        l_per_person_day=p.demand_l_per_person_day,
        loss_pct=p.loss_pct,
        peak_day_factor=p.peak_day_factor,
    )
    flow = np.minimum(day, LARGEST_DAY_M3) / 86_400.0 * p.peak_hour_factor
    return head_loss_m_per_km(flow, pipe_inside_m(flow, velocity_m_per_s=p.velocity_m_per_s), c=p.hazen_williams_c)
