"""Who is served today, and who lacks water to standard."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from infragap.analyses.arrays import FloatArray
from infragap.analyses.water.parameters import WaterParameters
from infragap.analyses.water.service.allocation import allocate
from infragap.analyses.water.service.levels import village_levels
from infragap.analyses.water.service.reach import villages_in_reach
from infragap.analyses.water.service.schemes import Service, household_size, scheme_service
from infragap.analyses.water.study import Study
from infragap.gis.raster import Raster


@dataclass(frozen=True)
class Today:
    """Who is served today: service of the schemes, villages in their reach, households over each pair, people by level."""

    service: Service
    pairs: pd.DataFrame
    served: FloatArray
    people: pd.DataFrame


@dataclass(frozen=True)
class Gap:
    """Rural households and people without water to standard, (villages,) each, and the people of one such household."""

    households: FloatArray
    people: FloatArray
    people_per_household: FloatArray


def coverage_today(
    villages: gpd.GeoDataFrame,
    schemes: gpd.GeoDataFrame,
    works: pd.DataFrame,
    elevation: Raster,
    parameters: WaterParameters,
) -> Today:
    """Serve villages from the schemes within reach, and split their people by level.

    Parameters
    ----------
    villages, schemes, works
        Layers `villages`, `water_schemes`, `water_households`.
    elevation
        Heights [m].
    """
    households = villages["households"].to_numpy(dtype=float)
    size = household_size(villages)
    service = scheme_service(
        schemes,
        schemes.geometry.x.to_numpy(),
        schemes.geometry.y.to_numpy(),
        elevation,
        household_size=size,
        parameters=parameters,
    )
    pairs = villages_in_reach(
        service.sources,
        villages.geometry.x.to_numpy(),
        villages.geometry.y.to_numpy(),
        elevation,
        residual_head_m=parameters.residual_head_m,
    )
    served = allocate(pairs, service.households, households)
    standard = schemes["meets_standard"].to_numpy(dtype=bool)[pairs["source"]]
    to_standard, piped = np.zeros(len(villages)), np.zeros(len(villages))
    np.add.at(to_standard, pairs["village"], served * standard)
    np.add.at(piped, pairs["village"], served * ~standard)
    return Today(service, pairs, served, village_levels(villages, works, to_standard, piped))


def gap_of(study: Study, today: Today) -> Gap:
    """Who lacks water to standard in the rural communes."""
    lacking = np.maximum(study.population - today.people["people_to_standard"].to_numpy(), 0.0)
    people = np.where(study.rural, lacking, 0.0)
    known = study.population > 0
    households = np.divide(people * study.households, study.population, out=np.zeros(len(people)), where=known)
    size = np.divide(people, households, out=np.zeros(len(people)), where=households > 0)
    return Gap(households, people, size)
