"""What the water question is asked about: layers, households and parameters, read once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from infragap.analyses.arrays import BoolArray, FloatArray
from infragap.analyses.water.parameters import WaterParameters
from infragap.gis.catalog import Catalog
from infragap.gis.errors import ParameterError
from infragap.gis.pack import Pack
from infragap.gis.raster import Raster


@dataclass(frozen=True, eq=False)
class Study:
    """Layers of `infragap.analyses.water.needs` in the measuring CRS, and what is read off them at once.

    Attributes
    ----------
    villages, communes, schemes, household_works
        Layers `villages`, `communes`, `water_schemes`, `water_households`.
    elevation, runoff
        Rasters [m], [mm/month].
    settlements
        Hamlets beside the villages, for what lies above an intake; None where the pack has no such layer.
    catalog
        Provenance of the layers.
    parameters
        Demand, hydraulics, costs, limits.
    households, population
        (villages,) of each village.
    rural
        (villages,) True in a rural area: only they count for the rural rate.
    rural_kinds
        What rural areas are called, in the column `kind` of the communes.
    """

    villages: gpd.GeoDataFrame
    communes: gpd.GeoDataFrame
    schemes: gpd.GeoDataFrame
    household_works: pd.DataFrame
    elevation: Raster
    runoff: Raster
    settlements: gpd.GeoDataFrame | None
    catalog: Catalog
    parameters: WaterParameters
    households: FloatArray
    population: FloatArray
    rural: BoolArray
    rural_kinds: tuple[str, ...]

    @property
    def targets(self) -> Mapping[str, float]:
        """Published numbers of the catalogue."""
        return self.catalog.targets

    @property
    def rural_people(self) -> float:
        """People that the rural rate is of."""
        return float(self.population[self.rural].sum())


def prepare(pack: Pack, parameters: WaterParameters) -> Study:
    """Read the layers.

    Raises
    ------
    ParameterError
        A scheme of `typed_as` is not in the layer.
    """
    unknown = sorted(set(parameters.typed_as) - set(pack.water_schemes["scheme_id"].astype(str)))
    if unknown:
        raise ParameterError(
            f"water.typed_as: there is no scheme {', '.join(unknown[:10])}. Take scheme_id of the layer water_schemes."
        )
    kind = pack.communes.set_index("commune_code")["kind"]
    return Study(
        villages=pack.villages,
        communes=pack.communes,
        schemes=pack.water_schemes,
        household_works=pack.water_households,
        elevation=pack.elevation,
        runoff=pack.runoff,
        settlements=pack.settlements if pack.has("settlements") else None,
        catalog=pack.catalog,
        parameters=parameters,
        households=pack.villages["households"].to_numpy(dtype=float),
        population=pack.villages["population"].to_numpy(dtype=float),
        rural=np.asarray(pack.villages["commune_code"].map(kind).isin(pack.profile.administration.rural)),
        rural_kinds=pack.profile.administration.rural,
    )
