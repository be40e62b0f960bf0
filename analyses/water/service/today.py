"""Who is served today, and who lacks water to standard."""

from __future__ import annotations

from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray, ObjectArray
from infragap.analyses.water.codes import Quality, SchemeKind
from infragap.analyses.water.coverage import own_source_households, village_levels
from infragap.analyses.water.parameters import WaterParameters
from infragap.analyses.water.service.allocation import Supply, allocate
from infragap.analyses.water.service.reach import Reach, reach_of
from infragap.analyses.water.service.schemes import Service, household_size, quality_of, scheme_service
from infragap.analyses.water.study import Study
from infragap.gis.raster import Raster


@dataclass(frozen=True, eq=False)
class Today:
    """Who is served today.

    Attributes
    ----------
    service, quality
        What each scheme serves, and what is known of its water.
    reach
        Villages that each scheme can join.
    served
        (pairs,) households over each pair of `reach.pairs`.
    people
        People of each village by level.
    own
        (villages,) households whose own source meets the standard; 0 where it is not known.
    """

    service: Service
    quality: ObjectArray
    reach: Reach
    served: FloatArray
    people: pd.DataFrame
    own: FloatArray


@dataclass(frozen=True, eq=False)
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
    x, y = schemes.geometry.x.to_numpy(), schemes.geometry.y.to_numpy()
    size = household_size(villages)
    service = scheme_service(schemes, x, y, elevation, household_size=size, parameters=parameters)
    reach = reach_of(
        service.sources,
        villages.geometry.x.to_numpy(),
        villages.geometry.y.to_numpy(),
        elevation,
        residual_head_m=parameters.residual_head_m,
    )
    quality = quality_of(schemes)
    own = np.nan_to_num(own_source_households(villages, works))
    served = share_out(villages, schemes, service, quality, reach, own)
    return Today(service, quality, reach, served, people_by_level(villages, works, quality, reach, served), own)


def shared_again(today: Today, villages: gpd.GeoDataFrame, schemes: gpd.GeoDataFrame, works: pd.DataFrame) -> Today:
    """The same schemes with other household works: reach and capacities stay."""
    own = np.nan_to_num(own_source_households(villages, works))
    served = share_out(villages, schemes, today.service, today.quality, today.reach, own)
    people = people_by_level(villages, works, today.quality, today.reach, served)
    return replace(today, served=served, people=people, own=own)


def share_out(
    villages: pd.DataFrame,
    schemes: gpd.GeoDataFrame,
    service: Service,
    quality: ObjectArray,
    reach: Reach,
    own: FloatArray,
) -> FloatArray:
    """Households served over each pair in reach; those with a good source of their own need no pipe."""
    households = villages["households"].to_numpy(dtype=float)
    known = households > 0
    size = np.divide(villages["population"].to_numpy(dtype=float), households, out=np.zeros(len(known)), where=known)
    order = np.argsort(schemes["scheme_id"].to_numpy().astype(str), kind="stable")
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    village_order = np.argsort(villages["village_id"].to_numpy().astype(str), kind="stable")
    village_rank = np.empty(len(village_order), dtype=np.int64)
    village_rank[village_order] = np.arange(len(village_order))
    supply = Supply(
        households=service.households[order],
        to_standard=np.asarray(quality == Quality.TO_STANDARD)[order],
        twin=_twins(schemes, service, quality)[order],
        must_serve=(schemes["kind"] == SchemeKind.URBAN_PLANT).to_numpy()[order] & (service.households[order] > 0),
    )
    pairs = reach.pairs.assign(
        source=rank[reach.pairs["source"].to_numpy()], village=village_rank[reach.pairs["village"].to_numpy()]
    )
    return allocate(pairs, supply, (households - own)[village_order], size[village_order])


def _twins(schemes: gpd.GeoDataFrame, service: Service, quality: ObjectArray) -> IntArray:
    """Number of the group of schemes that start from the same place with water of the same quality, by their
    identifiers."""
    sources = service.sources
    place = pd.DataFrame(
        {"x": sources.x, "y": sources.y, "head": sources.head_m, "reach": sources.reach_km, "quality": quality}
    )
    key = place.astype(str).apply("|".join, axis=1, result_type="reduce").to_numpy(dtype=object)
    first = schemes["scheme_id"].astype(str).reset_index(drop=True).groupby(key).transform("min")
    return np.asarray(pd.factorize(first, sort=True)[0], dtype=np.int64)


def people_by_level(
    villages: pd.DataFrame, works: pd.DataFrame, quality: ObjectArray, reach: Reach, served: FloatArray
) -> pd.DataFrame:
    """Split the people of each village by level, from the households over each pair."""
    of_pair = quality[reach.pairs["source"].to_numpy()]
    village = reach.pairs["village"].to_numpy()

    def on(kind: Quality) -> FloatArray:
        here: BoolArray = np.asarray(of_pair == kind)
        return np.bincount(village[here], weights=served[here], minlength=len(villages)).astype(np.float64)

    return village_levels(villages, works, on(Quality.TO_STANDARD), on(Quality.BELOW), on(Quality.UNKNOWN))


def gap_of(study: Study, today: Today) -> Gap:
    """Who lacks water to standard in the rural communes."""
    lacking = np.maximum(study.population - today.people["people_to_standard"].to_numpy(), 0.0)
    people = np.where(study.rural, lacking, 0.0)
    known = study.population > 0
    households = np.divide(people * study.households, study.population, out=np.zeros(len(people)), where=known)
    size = np.divide(people, households, out=np.zeros(len(people)), where=households > 0)
    return Gap(households, people, size)
