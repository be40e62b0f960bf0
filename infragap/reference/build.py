"""The build of the reference pack as a list of steps: facts and open data in, a data pack out, the same bytes every
time."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from infragap.gis.errors import ParameterError
from infragap.gis.raster import Raster
from infragap.gis.reading.rasters import read_raster
from infragap.gis.reading.tables import read_table
from infragap.gis.reading.vector import read_vector
from infragap.reference.descriptions import describe_layers
from infragap.reference.inputs import Base, Facts
from infragap.reference.land.climate import build_runoff, build_solar
from infragap.reference.land.forest import build_forest
from infragap.reference.land.ground import build_ground
from infragap.reference.land.relief import build_elevation
from infragap.reference.land.rivers import build_bridges, build_lakes, build_rivers
from infragap.reference.networks.grid import build_grid_lines
from infragap.reference.networks.local_roads import add_commune_roads, add_settlement_tracks, add_village_roads
from infragap.reference.networks.roads import build_roads, plan_main_roads
from infragap.reference.networks.stations import build_stations
from infragap.reference.networks.substations import build_substations
from infragap.reference.pack_writer import FILES, replaced, write_catalog, write_layer
from infragap.reference.places.communes import build_communes
from infragap.reference.places.settlements import build_settlements
from infragap.reference.places.unelectrified import unelectrified_villages
from infragap.reference.places.villages import build_villages
from infragap.reference.services.day_schools import build_day_schools
from infragap.reference.services.schools import build_schools
from infragap.reference.services.water_households import build_water_households
from infragap.reference.services.water_schemes import build_water_schemes

Layers = dict[str, gpd.GeoDataFrame | pd.DataFrame | Raster]
Say = Callable[[str], None]

SEED = 20260101


def build_pack(
    out: Path,
    *,
    facts: Path,
    boundaries: Path | None = None,
    elevation: Path | None = None,
    population: Path | None = None,
    forest: Path | None = None,
    progress: Say | None = None,
) -> None:
    """Build the reference pack.

    Parameters
    ----------
    out
        Folder of the pack; made, or replaced as a whole when the build has succeeded. Other files in it stay.
    facts
        Folder with the fact tables, such as data/facts.
    boundaries
        Real commune polygons with a column of codes, any vector format; otherwise they are approximated.
    elevation
        Real heights [m], any raster format and CRS; otherwise they are modelled.
    population
        People per km², any raster; villages and clusters are then drawn by it.
    forest
        Forest hectares by commune code (CSV, XLSX), or a raster of the class codes of `infragap.gis.schema`.
    progress
        Told the name of each step.

    Raises
    ------
    MissingDataError
        A fact table or a given file is not there.
    LayerError
        A given layer is not usable, or the built pack has faults.
    ParameterError
        `out` holds something else than a pack.
    """
    say = progress or (lambda _: None)
    given = {"boundaries": boundaries, "elevation": elevation, "population": population, "forest": forest}
    with replaced(out) as folder:
        source = Facts(facts)
        layers: Layers = {}
        base = _build_base(source, given, layers, say)
        _build_places(base, source, layers, say)
        _build_services(base, source, layers, say)
        say("write the pack")
        about = describe_layers(source.pack, {key: path.name for key, path in given.items() if path is not None})
        entries = [write_layer(folder, name, layers[name], about[name]) for name in FILES]
        head = source.pack["pack"] | {"seed": SEED}
        write_catalog(folder, head=head, targets=source.pack["targets"], entries=entries)
        say("check the pack")


def layer_rng(name: str) -> np.random.Generator:
    """Random numbers of one layer: seeded by the pack's seed and the layer's name, so that layers do not shift each
    other."""
    return np.random.default_rng([SEED, zlib.crc32(name.encode())])


def _build_base(facts: Facts, given: dict[str, Path | None], layers: Layers, say: Say) -> Base:
    """Communes, waters, relief, forest, climate: what the places stand on."""
    say("communes")
    forest_table, forest_raster = _forest(given["forest"])
    polygons = None if given["boundaries"] is None else read_vector(given["boundaries"], layer="boundaries")
    communes = build_communes(facts, boundaries=polygons, forest_table=forest_table)
    say("rivers, lakes, bridges")
    rivers, lakes = build_rivers(facts), build_lakes(facts)
    bridges = build_bridges(facts, rivers)
    say("elevation")
    real_heights = _raster(given["elevation"], "elevation")
    elevation = build_elevation(facts, rivers, lakes, layer_rng("elevation"), given=real_heights)
    say("forest")
    forest = build_forest(communes, elevation, lakes, layer_rng("forest"), given=forest_raster)
    say("climate")
    layers |= {
        "communes": communes, "rivers": rivers, "lakes": lakes, "bridges": bridges, "elevation": elevation,
        "forest": forest,
        "solar": build_solar(facts, communes, elevation), "runoff": build_runoff(facts, elevation),
    }  # fmt: skip
    people = _raster(given["population"], "population")
    return Base(communes, facts.legacy, elevation, forest, rivers, lakes, bridges, facts.words, people)


def _build_places(base: Base, facts: Facts, layers: Layers, say: Say) -> None:
    """Roads, villages, grid, settlements: each stands on the ones before it."""
    say("main roads")
    ground = build_ground(
        base.communes, base.elevation, rivers=base.rivers, lakes=base.lakes, population=base.population
    )
    plan = plan_main_roads(base, facts, ground, rng=layer_rng("roads"))
    main_roads = plan.points()
    say("villages")
    without_grid = unelectrified_villages(base, facts, ground, main_roads=main_roads, rng=layer_rng("unelectrified"))
    villages = build_villages(base, facts, ground, without_grid, main_roads=main_roads, rng=layer_rng("villages"))
    say("commune and village roads")
    add_commune_roads(plan, base, villages)
    add_village_roads(plan, villages)
    say("stations and lines")
    substations = build_substations(base, facts)
    grid_lines = build_grid_lines(base, facts, plan, villages, substations)
    say("clusters")
    settlements = build_settlements(base, ground, villages, without_grid, grid_lines, rng=layer_rng("settlements"))
    add_settlement_tracks(plan, settlements)
    say("roads")
    layers |= {
        "villages": villages, "settlements": settlements, "roads": build_roads(plan, base), "substations": substations,
        "grid_lines": grid_lines, "stations": build_stations(base, villages, grid_lines),
    }  # fmt: skip


def _build_services(base: Base, facts: Facts, layers: Layers, say: Say) -> None:
    """Water schemes and schools."""
    villages = layers["villages"]
    assert isinstance(villages, gpd.GeoDataFrame)
    say("water schemes")
    schemes = build_water_schemes(base, facts, villages, rng=layer_rng("water_schemes"))
    say("schools")
    layers |= {
        "water_schemes": schemes, "water_households": build_water_households(base, facts, villages, schemes),
        "schools": _schools(base, facts, villages),
    }  # fmt: skip


def _schools(base: Base, facts: Facts, villages: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Schools that a source names, then the day schools that none lists by place."""
    parts = [build_schools(facts, base.communes), build_day_schools(facts, base.communes, villages)]
    return gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), crs=base.communes.crs)


def _raster(path: Path | None, layer: str) -> Raster | None:
    return None if path is None else read_raster(path, layer=layer)


def _forest(path: Path | None) -> tuple[pd.DataFrame | None, Raster | None]:
    """A table of hectares, or a raster of classes, by the ending of the file."""
    if path is None:
        return None, None
    if path.suffix.lower() in (".csv", ".xlsx"):
        return read_table(path, layer="forest"), None
    if path.suffix.lower() in (".tif", ".tiff"):
        return None, read_raster(path, layer="forest")
    raise ParameterError(
        f"--forest: {path.name} is neither a table (.csv, .xlsx) nor a raster (.tif). Export it as one."
    )
