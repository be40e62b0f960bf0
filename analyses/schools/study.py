"""What every step of the school question works on: layers, travel engine, and where villages and schools stand in
it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import geopandas as gpd
import numpy as np
import pandas as pd

from infragap.analyses.arrays import IntArray, ObjectArray
from infragap.analyses.provenance import modelled_layers, provenance_of
from infragap.analyses.schools.codes import Mode, Season
from infragap.analyses.schools.needs import LAYERS
from infragap.analyses.schools.parameters import SchoolsParameters
from infragap.analyses.schools.travel.open_ground import ground_cell, open_ground
from infragap.analyses.schools.travel.ways import Travel, build_travel, nearest
from infragap.gis.lines.network import Ways
from infragap.gis.pack import Pack
from infragap.gis.raster import Raster


@dataclass(frozen=True, eq=False)
class Study:
    """Layers in the measuring CRS and the order of their identifiers, and travel over them.

    Attributes
    ----------
    villages, schools, communes, roads, elevation
        Layers of the pack.
    rivers, forest, grid_lines, water_schemes
        Layers that a pack may lack; None there.
    travel
        Ways between any places.
    village_cell, school_cell
        (villages,) and (schools,) cells that they are walked from, -1 = none.
    village_provenance, school_provenance
        Weakest provenance behind each row, all layers considered.
    modelled
        Names of the modelled layers behind the results.
    parameters
        What the question is asked with.
    """

    villages: gpd.GeoDataFrame
    schools: gpd.GeoDataFrame
    communes: gpd.GeoDataFrame
    roads: gpd.GeoDataFrame
    elevation: Raster
    rivers: gpd.GeoDataFrame | None
    forest: Raster | None
    grid_lines: gpd.GeoDataFrame | None
    water_schemes: gpd.GeoDataFrame | None
    travel: Travel
    village_cell: IntArray
    school_cell: IntArray
    village_provenance: ObjectArray
    school_provenance: ObjectArray
    modelled: tuple[str, ...]
    parameters: SchoolsParameters

    @cached_property
    def village_node(self) -> IntArray:
        """(villages,) node of each village in the graph of all ways, -1 = none."""
        return self.travel.node(self.village_cell)

    @cached_property
    def commune_names(self) -> pd.Series[str]:
        """Name by commune code."""
        return pd.Series(self.communes["name"].to_numpy(), index=self.communes["commune_code"].to_numpy())

    def nearest(self, mode: Mode, season: Season, cells: IntArray) -> Ways:
        """Ways from everywhere to the nearest of some cells, within the longest walk that is looked for."""
        limit = self.parameters.foot_limit_min if mode == Mode.FOOT else np.inf
        return nearest(self.travel, mode, season, cells, limit_min=limit)


def prepare(pack: Pack, parameters: SchoolsParameters) -> Study:
    """Read the layers, build the ground and the roads, and put villages and schools on them."""
    villages, schools = pack.villages, pack.schools
    communes, roads = pack.communes, pack.roads
    rivers = pack.rivers if pack.has("rivers") else None
    forest = pack.forest if pack.has("forest") else None
    ground = open_ground(
        pack.elevation,
        communes,
        rivers=rivers,
        lakes=pack.lakes if pack.has("lakes") else None,
        forest=forest,
        parameters=parameters,
    )
    return Study(
        villages=villages,
        schools=schools,
        communes=communes,
        roads=roads,
        elevation=pack.elevation,
        rivers=rivers,
        forest=forest,
        grid_lines=pack.grid_lines if pack.has("grid_lines") else None,
        water_schemes=pack.water_schemes if pack.has("water_schemes") else None,
        travel=build_travel(ground, roads, parameters=parameters),
        village_cell=ground_cell(ground, villages.geometry.x, villages.geometry.y),
        school_cell=ground_cell(ground, schools.geometry.x, schools.geometry.y),
        village_provenance=provenance_of(pack.catalog, LAYERS, villages["provenance"]),
        school_provenance=provenance_of(pack.catalog, LAYERS, schools["provenance"]),
        modelled=tuple(modelled_layers(pack.catalog, LAYERS)),
        parameters=parameters,
    )
