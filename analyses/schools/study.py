"""What every step of the school question works on: layers, travel engine, and where villages and schools stand in it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from infragap.analyses.arrays import IntArray, ObjectArray
from infragap.analyses.provenance import modelled_layers, provenance_of
from infragap.analyses.schools.codes import Mode, Season
from infragap.analyses.schools.needs import LAYERS
from infragap.analyses.schools.parameters import SchoolsParameters
from infragap.analyses.schools.travel.open_ground import open_ground, stand
from infragap.analyses.schools.travel.ways import Travel, build_travel, nearest
from infragap.gis.network import Ways
from infragap.gis.pack import Pack
from infragap.gis.raster import Raster


@dataclass(frozen=True, eq=False)
class Study:
    """Layers in the measuring CRS, sorted by their identifiers, and travel over them.

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
        return self.communes.set_index("commune_code")["name"]

    def nearest(self, mode: Mode, season: Season, cells: IntArray) -> Ways:
        """Ways from everywhere to the nearest of some cells, within the longest walk that is looked for."""
        limit = self.parameters.foot_limit_min if mode == Mode.FOOT else np.inf
        return nearest(self.travel, mode, season, cells, limit_min=limit)


def prepare(pack: Pack, parameters: SchoolsParameters) -> Study:
    """Read the layers, build the ground and the roads, and put villages and schools on them."""
    villages, schools = _sorted(pack.villages, "village_id"), _sorted(pack.schools, "school_id")
    communes, roads = _sorted(pack.communes, "commune_code"), _one_way_round(_sorted(pack.roads, "road_id"))
    rivers = _sorted(pack.rivers, "river_id") if pack.has("rivers") else None
    forest = pack.forest if pack.has("forest") else None
    ground = open_ground(
        pack.elevation,
        communes,
        rivers=rivers,
        lakes=_sorted(pack.lakes, "lake_id") if pack.has("lakes") else None,
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
        grid_lines=_sorted(pack.grid_lines, "line_id") if pack.has("grid_lines") else None,
        water_schemes=_sorted(pack.water_schemes, "scheme_id") if pack.has("water_schemes") else None,
        travel=build_travel(ground, roads, parameters=parameters),
        village_cell=stand(ground, villages.geometry.x, villages.geometry.y),
        school_cell=stand(ground, schools.geometry.x, schools.geometry.y),
        village_provenance=provenance_of(pack.catalog, LAYERS, villages["provenance"]),
        school_provenance=provenance_of(pack.catalog, LAYERS, schools["provenance"]),
        modelled=tuple(modelled_layers(pack.catalog, LAYERS)),
        parameters=parameters,
    )


def _sorted(frame: gpd.GeoDataFrame, key: str) -> gpd.GeoDataFrame:
    """Rows in the order of their identifiers: nothing hangs on the order of a file."""
    return frame.sort_values(key, kind="stable").reset_index(drop=True)


def _one_way_round(roads: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Lines drawn from their lower end on: nothing hangs on the direction that a line was digitised in."""
    lines = np.asarray(roads.geometry.array, dtype=object)
    first, last = (shapely.get_coordinates(shapely.get_point(lines, place)) for place in (0, -1))
    turned = (last[:, 0] < first[:, 0]) | ((last[:, 0] == first[:, 0]) & (last[:, 1] < first[:, 1]))
    drawn = np.where(turned, shapely.reverse(lines), lines)
    return roads.set_geometry(gpd.GeoSeries(drawn, index=roads.index, crs=roads.crs))
