"""Coverage of each village by level, from what the schemes within reach really serve."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import linprog
from scipy.sparse import csr_array, vstack

from infragap.analyses.arrays import FloatArray
from infragap.analyses.water.hydraulics import day_demand_m3, head_loss_m_per_km, people_served, pipe_inside_m
from infragap.analyses.water.parameters import WaterParameters
from infragap.analyses.water.reach import Sources
from infragap.gis.raster import Raster, sample

LARGEST_DAY_M3 = 1e9
"""An endless demand (all water lost) as a number: its head loss is beyond any relief, and none over a main of no length."""

LENGTH_PREFERENCE = 1e-3
"""Weight of a longer main against one more household served: decides between equal plans only."""


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
            "sustainable": 1.0,
            "fairly_sustainable": 1.0,
            "unsustainable": p.service_unsustainable_pct / 100.0,
            "not_working": 0.0,
        }
    )
    households = np.minimum(schemes["households_served"].to_numpy(dtype=float), by_capacity) * share.to_numpy(
        dtype=float
    )
    ground = sample(elevation, x, y)
    source = schemes["source_elevation_m"].to_numpy(dtype=float)
    gravity = (schemes["kind"] == "gravity").to_numpy()
    start = np.where(np.isnan(source), ground, source)
    urban = (schemes["kind"] == "urban_plant").to_numpy()
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


def allocate(pairs: pd.DataFrame, supply: FloatArray, demand: FloatArray) -> FloatArray:
    """Give the households of each scheme to villages in its reach, so that most are served, over short mains.

    Parameters
    ----------
    pairs
        source, village, main_km: who can be joined.
    supply
        (sources,) households that each serves at most.
    demand
        (villages,) households of each village.

    Returns
    -------
    ndarray
        (pairs,) households served over each pair: no source above its supply, no village above its households.

    Notes
    -----
    A transport problem, solved to optimality by HiGHS: so nothing depends on the order of the rows.
    """
    if not len(pairs):
        return np.zeros(0)
    source, village = pairs["source"].to_numpy(), pairs["village"].to_numpy()
    at, ones = np.arange(len(pairs)), np.ones(len(pairs))
    limits: Any = vstack(
        [
            csr_array((ones, (source, at)), shape=(len(supply), len(pairs))),
            csr_array((ones, (village, at)), shape=(len(demand), len(pairs))),
        ]
    )
    longest = max(float(pairs["main_km"].max()), 1e-9)
    cost = -1.0 + LENGTH_PREFERENCE * pairs["main_km"].to_numpy() / longest
    solved = linprog(cost, A_ub=limits, b_ub=np.concatenate([supply, demand]), method="highs")
    return np.maximum(np.asarray(solved.x, dtype=np.float64), 0.0)


def village_levels(
    villages: pd.DataFrame,
    households_works: pd.DataFrame,
    to_standard: FloatArray,
    piped: FloatArray,
) -> pd.DataFrame:
    """Split the people of each village by level of service.

    Parameters
    ----------
    villages
        commune_code, households, population.
    households_works
        Rows of `infragap.gis.schema.WaterHouseholds`, one per commune.
    to_standard, piped
        (villages,) households on schemes whose water meets the standard, and on the other working schemes.

    Returns
    -------
    DataFrame
        people_piped_to_standard, people_piped, people_own_source_to_standard, people_basic, people_none (sum = population), and
        people_to_standard = the first and the third.

    Notes
    -----
    People of a village without households count as 'none': no scheme can be told to join them, and no share of households holds for them.
    """
    works = households_works.set_index("commune_code").loc[villages["commune_code"]]
    households = villages["households"].to_numpy(dtype=float)
    size = np.divide(villages["population"], households, out=np.zeros(len(villages)), where=households > 0)
    rest = np.maximum(households - to_standard - piped, 0.0)
    own = rest * works["own_source_to_standard_pct"].to_numpy() / 100.0
    none = np.minimum(rest - own, households * (1.0 - works["basic_pct"].to_numpy() / 100.0))
    basic = rest - own - none
    nowhere = np.where(households > 0, 0.0, villages["population"].to_numpy(dtype=float))
    people = pd.DataFrame(
        {
            "people_piped_to_standard": to_standard * size,
            "people_piped": piped * size,
            "people_own_source_to_standard": own * size,
            "people_basic": basic * size,
            "people_none": none * size + nowhere,
        }
    )
    people["people_to_standard"] = people["people_piped_to_standard"] + people["people_own_source_to_standard"]
    return people
