"""Villages, settlements, roads and grid in the order in which they depend on each other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import geopandas as gpd
import numpy as np

from infragap.reference.grid import build_grid_lines
from infragap.reference.ground import build_ground
from infragap.reference.inputs import Base, Facts
from infragap.reference.local_roads import add_commune_roads, add_settlement_tracks, add_village_roads
from infragap.reference.roads import build_roads, plan_main_roads
from infragap.reference.settlements import build_settlements
from infragap.reference.substations import build_substations
from infragap.reference.unelectrified import unelectrified_villages
from infragap.reference.villages import build_villages


@dataclass(frozen=True, eq=False)
class Places:
    """The five layers, in the measuring CRS, with the columns of `gis.schema` and a few more."""

    villages: gpd.GeoDataFrame
    settlements: gpd.GeoDataFrame
    roads: gpd.GeoDataFrame
    substations: gpd.GeoDataFrame
    grid_lines: gpd.GeoDataFrame


def build_places(base: Base, facts: Facts, *, rng: Callable[[str], np.random.Generator]) -> Places:
    """Build villages, settlements, roads, stations and lines.

    Parameters
    ----------
    base, facts
        Base layers and fact tables.
    rng
        Gives each layer, by its name, a generator of its own.

    Returns
    -------
    Places
        Main roads come first, villages settle along them, commune and village roads join them, lines follow those roads, clusters keep off
        the lines, and tracks reach the clusters last.
    """
    ground = build_ground(
        base.communes, base.elevation, rivers=base.rivers, lakes=base.lakes, population=base.population
    )
    substations = build_substations(base, facts)
    plan = plan_main_roads(base, facts, ground, rng=rng("roads"))
    main_roads = plan.points()
    unelectrified = unelectrified_villages(base, facts, ground, main_roads=main_roads, rng=rng("unelectrified"))
    villages = build_villages(base, facts, ground, unelectrified, main_roads=main_roads, rng=rng("villages"))
    add_commune_roads(plan, base)
    add_village_roads(plan, villages)
    grid_lines = build_grid_lines(base, facts, plan, villages, substations)
    settlements = build_settlements(base, ground, villages, unelectrified, grid_lines, rng=rng("settlements"))
    add_settlement_tracks(plan, settlements)
    return Places(villages, settlements, build_roads(plan, base), substations, grid_lines)
