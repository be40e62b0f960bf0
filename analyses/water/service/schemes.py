"""What each scheme really serves, and how far its water goes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from infragap.analyses.arrays import BoolArray, FloatArray, ObjectArray
from infragap.analyses.water.codes import Functionality, Quality, SchemeKind
from infragap.analyses.water.hydraulics.formulas import people_served
from infragap.analyses.water.parameters import WaterParameters
from infragap.analyses.water.service.reach import Sources
from infragap.gis.raster import Raster, sample


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


def exists(schemes: pd.DataFrame) -> BoolArray:
    """True where a scheme stands, False where it is only planned, (n,)."""
    if "status" not in schemes:
        return np.ones(len(schemes), dtype=bool)
    return np.asarray(schemes["status"] != "planned")


def quality_of(schemes: pd.DataFrame) -> ObjectArray:
    """What is known of each scheme's water, (n,) of `Quality`: as tested, else as registered; unknown where the scheme
    itself is."""
    registered = np.where(schemes["meets_standard"], Quality.TO_STANDARD, Quality.BELOW)
    registered = np.where(schemes["functionality"] == Functionality.UNKNOWN, Quality.UNKNOWN, registered)
    if "quality" not in schemes:
        return np.asarray(registered, dtype=object)
    return np.asarray(schemes["quality"].where(schemes["quality"].notna(), registered), dtype=object)


def household_size(villages: pd.DataFrame) -> float:
    """People per household over all villages; 1 where nobody lives or no household is known, so that nothing is divided
    by 0."""
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
    share = (
        schemes["functionality"]
        .map(
            {
                Functionality.SUSTAINABLE: 1.0,
                Functionality.FAIRLY_SUSTAINABLE: 1.0,
                Functionality.UNSUSTAINABLE: p.service_unsustainable_pct / 100.0,
                Functionality.NOT_WORKING: 0.0,
                Functionality.UNKNOWN: 1.0,
            }
        )
        .to_numpy(dtype=float)
    )
    registered = np.minimum(schemes["households_served"].to_numpy(dtype=float), by_capacity)
    households = np.where(exists(schemes), registered * share, 0.0)
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
            loss_m_per_km=np.full(len(schemes), p.existing_gradient_m_per_km),
        ),
    )
