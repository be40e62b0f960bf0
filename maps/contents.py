"""Which tables and layers a run gives, under which names: the contract that other tools rely on."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

from infragap.analyses.columns import Columns
from infragap.analyses.electricity import columns as electricity_columns
from infragap.analyses.results import Results
from infragap.analyses.schools import columns as schools_columns
from infragap.analyses.water import columns as water_columns
from infragap.maps.communes import commune_columns

Tables = dict[str, tuple[pd.DataFrame, Columns]]
Layers = dict[str, gpd.GeoDataFrame]

KML_LAYERS = {
    "electricity_settlements": "electricity_ranking",
    "electricity_lines": "electricity_lines",
    "water_works": "water_works",
    "schools_sites": "schools_sites",
}
"""Layers of the KML file, each with the table whose columns describe it."""


LAYER_IDS: dict[str, tuple[str, ...]] = {
    "electricity_settlements": ("settlement_id",),
    "electricity_lines": ("line_id",),
    "electricity_existing_grid": ("line_id",),
    "water_villages": ("village_id",),
    "water_schemes": ("scheme_id",),
    "water_works": ("work_id",),
    "water_pipes": ("work_id", "section"),
    "schools_sites": ("school_id",),
    "schools_catchments": ("kind", "school_id"),
    "schools_isochrones": ("school_id", "mode", "season", "minutes_to"),
    "schools_links": ("link_id",),
    "communes": ("commune_code",),
}
"""Columns whose values together name a feature of a layer."""

LAYER_COLUMNS: dict[str, Columns] = {
    "electricity_settlements": electricity_columns.RANKING,
    "electricity_lines": electricity_columns.LINES,
    "water_villages": water_columns.VILLAGES,
    "water_schemes": water_columns.SCHEMES,
    "water_works": water_columns.WORKS,
    "water_pipes": water_columns.PIPES,
    "schools_sites": schools_columns.SITES,
    "schools_catchments": schools_columns.CATCHMENTS,
    "schools_isochrones": schools_columns.ISOCHRONES,
    "schools_links": schools_columns.LINKS,
}
"""Declared columns of layers; `communes` has those of its table, existing lines those of the pack."""

TABLE_KEYS: dict[str, tuple[str, ...]] = {
    "electricity_ranking": ("settlement_id",),
    "electricity_lines": ("line_id",),
    "electricity_years": ("year",),
    "water_villages": ("village_id",),
    "water_communes": ("commune_code",),
    "water_works": ("work_id",),
    "water_schemes": ("scheme_id",),
    "schools_sites": ("school_id",),
    "schools_links": ("link_id",),
    "communes": ("commune_code",),
}
"""Columns whose values together name a row of a table, for those who join tables."""


def declared_tables() -> dict[str, Columns]:
    """Give the declared columns of every table that a run may write; `communes` has those of the layer besides."""
    electricity = {
        "ranking": electricity_columns.RANKING,
        "lines": electricity_columns.LINES,
        "years": electricity_columns.YEARS,
        **electricity_columns.TABLES,
    }
    water = {
        "villages": water_columns.VILLAGES,
        "communes": water_columns.COMMUNES,
        "works": water_columns.WORKS,
        "schemes": water_columns.SCHEMES,
        "pipes": water_columns.PIPES,
        **water_columns.TABLES,
    }
    schools = {
        "sites": schools_columns.SITES,
        "villages": schools_columns.VILLAGES,
        "od": schools_columns.OD,
        "assignment": schools_columns.ASSIGNMENT,
        "without_place": schools_columns.WITHOUT_PLACE,
        "alternatives": schools_columns.ALTERNATIVES,
        "links": schools_columns.LINKS,
        "targets": schools_columns.TARGETS,
        "before_after": schools_columns.BEFORE_AFTER,
    }
    rooms = {"electricity": electricity, "water": water, "schools": schools}
    return {f"{room}_{name}": columns for room, tables in rooms.items() for name, columns in tables.items()}


def tables_of(communes: gpd.GeoDataFrame, results: Results) -> Tables:
    """Give the tables of a run by name, each with its columns."""
    tables: Tables = {}
    if (electricity := results.electricity) is not None:
        tables["electricity_ranking"] = (electricity.settlements, electricity_columns.RANKING)
        tables["electricity_lines"] = (electricity.lines, electricity_columns.LINES)
        tables["electricity_years"] = (electricity.years, electricity_columns.YEARS)
        for name, frame in electricity.tables.items():
            tables[f"electricity_{name}"] = (frame, electricity_columns.TABLES[name])
    if (water := results.water) is not None:
        tables["water_villages"] = (water.villages, water_columns.VILLAGES)
        tables["water_communes"] = (water.communes, water_columns.COMMUNES)
        tables["water_works"] = (water.works, water_columns.WORKS)
        tables["water_schemes"] = (water.schemes, water_columns.SCHEMES)
        tables["water_pipes"] = (water.pipes, water_columns.PIPES)
        for name, frame in water.tables.items():
            tables[f"water_{name}"] = (frame, water_columns.TABLES[name])
    if (schools := results.schools) is not None:
        tables["schools_sites"] = (schools.sites, schools_columns.SITES)
        tables["schools_villages"] = (schools.villages, schools_columns.VILLAGES)
        tables["schools_od"] = (schools.od, schools_columns.OD)
        tables["schools_assignment"] = (schools.assignment, schools_columns.ASSIGNMENT)
        tables["schools_without_place"] = (schools.without_place, schools_columns.WITHOUT_PLACE)
        tables["schools_alternatives"] = (schools.alternatives, schools_columns.ALTERNATIVES)
        tables["schools_links"] = (schools.links, schools_columns.LINKS)
        tables["schools_targets"] = (schools.targets, schools_columns.TARGETS)
        tables["schools_before_after"] = (schools.before_after, schools_columns.BEFORE_AFTER)
    tables["communes"] = (communes, commune_columns(communes))
    return tables


def layers_of(communes: gpd.GeoDataFrame, results: Results) -> Layers:
    """Give the layers of a run by name."""
    layers: Layers = {}
    if (electricity := results.electricity) is not None:
        layers["electricity_settlements"] = electricity.settlements
        layers["electricity_lines"] = electricity.lines
        layers["electricity_existing_grid"] = electricity.existing_grid
    if (water := results.water) is not None:
        layers["water_villages"] = water.villages
        layers["water_schemes"] = water.schemes
        layers["water_works"] = water.works
        layers["water_pipes"] = water.pipes
    if (schools := results.schools) is not None:
        layers["schools_sites"] = schools.sites
        layers["schools_catchments"] = schools.catchments
        layers["schools_isochrones"] = schools.isochrones
        layers["schools_links"] = schools.links
    layers["communes"] = communes
    return layers
