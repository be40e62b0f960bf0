"""What every step of the school question works on: layers, travel engine, and where villages and schools stand in it."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd

from infragap.analyses.arrays import IntArray, ObjectArray
from infragap.analyses.provenance import modelled_layers, provenance_of
from infragap.analyses.schools.needs import LAYERS
from infragap.analyses.schools.parameters import SchoolsParameters
from infragap.analyses.schools.travel.walking_ground import stand, walking_ground
from infragap.analyses.schools.travel.ways import Travel, build_travel
from infragap.gis.pack import Pack
from infragap.gis.raster import Raster


@dataclass(frozen=True, eq=False)
class Study:
    """Layers in the measuring CRS, and travel over them.

    Attributes
    ----------
    villages, schools, communes, roads, elevation
        Layers of the pack.
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
    travel: Travel
    village_cell: IntArray
    school_cell: IntArray
    village_provenance: ObjectArray
    school_provenance: ObjectArray
    modelled: tuple[str, ...]
    parameters: SchoolsParameters


def prepare(pack: Pack, parameters: SchoolsParameters) -> Study:
    """Read the layers, build the ground and the roads, and put villages and schools on them."""
    villages, schools, communes, roads = pack.villages, pack.schools, pack.communes, pack.roads
    ground = walking_ground(
        pack.elevation,
        communes,
        roads,
        rivers=pack.rivers if pack.has("rivers") else None,
        lakes=pack.lakes if pack.has("lakes") else None,
        parameters=parameters,
    )
    return Study(
        villages=villages,
        schools=schools,
        communes=communes,
        roads=roads,
        elevation=pack.elevation,
        travel=build_travel(ground, roads, parameters=parameters),
        village_cell=stand(ground, villages.geometry.x, villages.geometry.y),
        school_cell=stand(ground, schools.geometry.x, schools.geometry.y),
        village_provenance=provenance_of(pack.catalog, LAYERS, villages["provenance"]),
        school_provenance=provenance_of(pack.catalog, LAYERS, schools["provenance"]),
        modelled=tuple(modelled_layers(pack.catalog, LAYERS)),
        parameters=parameters,
    )
