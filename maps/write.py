"""Writes all results of a run into a folder: the output contract in one list."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from infragap.analyses.columns import Column, table
from infragap.analyses.electricity import columns as electricity_columns
from infragap.analyses.electricity.result import ElectricityResult
from infragap.analyses.parameters import Parameters, describe
from infragap.analyses.schools import columns as schools_columns
from infragap.analyses.schools.result import SchoolsResult
from infragap.analyses.water import columns as water_columns
from infragap.analyses.water.result import WaterResult
from infragap.gis import schema
from infragap.gis.crs import crs_name
from infragap.gis.pack import Pack
from infragap.maps.base import PAGES, notice
from infragap.maps.electricity import electricity_page
from infragap.maps.exports import write_csv, write_dictionary, write_geojson, write_geopackage, write_kml
from infragap.maps.ground import hillshade_ground
from infragap.maps.overview import commune_summary, overview_html
from infragap.maps.page import Page, render
from infragap.maps.report import summary_markdown
from infragap.maps.schools import schools_page
from infragap.maps.spreadsheet import write_grid_extension_list
from infragap.maps.style import MODELLED_NOTICE
from infragap.maps.water import water_page

EXTENSION_COLUMNS = tuple(c for c in electricity_columns.EXTENSION if c.name != "stt")

Tables = dict[str, tuple[pd.DataFrame, tuple[Column, ...]]]
Layers = dict[str, gpd.GeoDataFrame]


def write_results(
    folder: Path,
    pack: Pack,
    electricity: ElectricityResult | None,
    water: WaterResult | None,
    schools: SchoolsResult | None,
    *,
    parameters: Mapping[str, Parameters],
    progress: Callable[[str], None] | None = None,
) -> None:
    """Write tables, layers, spreadsheet, summary and pages.

    Parameters
    ----------
    folder
        Empty folder.
    pack
        The data pack of the run.
    electricity, water, schools
        Results; None where the run left one out: its files are then absent.
    parameters
        Parameter set of each analysis by its name.
    progress
        Receives the name of each part.
    """
    tell = progress or (lambda part: None)
    communes = commune_summary(pack, electricity, water, schools)
    tables, layers = _tables(communes, electricity, water, schools), _layers(communes, electricity, water, schools)
    tell("tables")
    (folder / "tables").mkdir()
    for name, (frame, _) in tables.items():
        write_csv(frame, folder / "tables" / f"{name}.csv")
    write_dictionary({name: columns for name, (_, columns) in tables.items()}, folder / "tables" / "columns.csv")
    write_csv(_parameter_table(parameters), folder / "tables" / "parameters.csv")
    tell("layers")
    (folder / "geojson").mkdir()
    for name, frame in layers.items():
        write_geojson(frame, folder / "geojson" / f"{name}.geojson")
    write_geopackage(layers, folder / "results.gpkg")
    write_kml(
        _kml_layers(layers),
        {name: columns for name, (_, columns) in _described(tables).items()},
        folder / "results.kml",
    )
    if electricity is not None:
        write_grid_extension_list(
            electricity.grid_extension,
            EXTENSION_COLUMNS,
            folder / "grid_extension_list.xlsx",
            title=f"DANH MỤC KÉO LƯỚI ĐIỆN – {pack.catalog.pack.province.upper()}",
            note=f"{_data_note(electricity.settlements)}. Tọa độ X, Y: {crs_name(electricity.lines.crs)}. Giải pháp điện áp chưa tính trong tổng mức đầu tư",
            late=str(electricity.years["year"].iloc[-1]),
        )
    (folder / "summary.md").write_text(summary_markdown(pack, electricity, water, schools), encoding="utf-8")
    tell("maps")
    _write_pages(folder, pack, communes, electricity, water, schools)


def _tables(
    communes: gpd.GeoDataFrame,
    electricity: ElectricityResult | None,
    water: WaterResult | None,
    schools: SchoolsResult | None,
) -> Tables:
    tables: Tables = {}
    if electricity is not None:
        tables["electricity_ranking"] = (electricity.settlements, electricity_columns.RANKING)
        tables["electricity_lines"] = (electricity.lines, electricity_columns.LINES)
        tables["electricity_years"] = (electricity.years, electricity_columns.YEARS)
        for name, frame in electricity.tables.items():
            tables[f"electricity_{name}"] = (frame, electricity_columns.TABLES[name])
    if water is not None:
        tables["water_villages"] = (water.villages, water_columns.VILLAGES)
        tables["water_communes"] = (water.communes, water_columns.COMMUNES)
        tables["water_works"] = (water.works, water_columns.WORKS)
    if schools is not None:
        tables["schools_sites"] = (schools.sites, schools_columns.SITES)
        tables["schools_villages"] = (schools.villages, schools_columns.VILLAGES)
        tables["schools_od"] = (schools.od, schools_columns.OD)
        tables["schools_assignment"] = (schools.assignment, schools_columns.ASSIGNMENT)
        tables["schools_without_place"] = (schools.without_place, schools_columns.WITHOUT_PLACE)
        tables["schools_alternatives"] = (schools.alternatives, schools_columns.ALTERNATIVES)
        tables["schools_links"] = (schools.links, schools_columns.LINKS)
        tables["schools_targets"] = (schools.targets, schools_columns.TARGETS)
        tables["schools_before_after"] = (schools.before_after, schools_columns.BEFORE_AFTER)
    tables["communes"] = (communes, _commune_columns(communes))
    return tables


def _data_note(frame: pd.DataFrame) -> str:
    """Line below a title that says what the rows rest on."""
    if notice(frame) is None:
        return "Nguồn gốc dữ liệu: xem cột cuối"
    return MODELLED_NOTICE[0][:1].upper() + MODELLED_NOTICE[0][1:]


def _parameter_table(parameters: Mapping[str, Parameters]) -> pd.DataFrame:
    """All parameters of the run with unit, range, meaning and source."""
    return pd.concat([describe(group).assign(analysis=name) for name, group in parameters.items()], ignore_index=True)[
        ["analysis", "parameter", "name_vi", "value", "unit", "low", "high", "meaning", "source"]
    ]


def _commune_columns(communes: gpd.GeoDataFrame) -> tuple[Column, ...]:
    """Data dictionary of the commune table: columns of the layer schema, then those that the analyses add."""
    known = schema.describe(schema.Communes).set_index("column")
    return table(
        "communes",
        *(
            Column(name, known["unit"].get(name, "see the table of the analysis"), "communes")
            for name in communes.columns
            if name != "geometry"
        ),
    )


def _layers(
    communes: gpd.GeoDataFrame,
    electricity: ElectricityResult | None,
    water: WaterResult | None,
    schools: SchoolsResult | None,
) -> Layers:
    layers: Layers = {}
    if electricity is not None:
        layers["electricity_settlements"] = electricity.settlements
        layers["electricity_lines"] = electricity.lines
        layers["electricity_existing_grid"] = electricity.existing_grid
    if water is not None:
        layers["water_villages"] = water.villages
        layers["water_schemes"] = water.schemes
        layers["water_works"] = water.works
    if schools is not None:
        layers["schools_sites"] = schools.sites
        layers["schools_catchments"] = schools.catchments
        layers["schools_isochrones"] = schools.isochrones
        layers["schools_links"] = schools.links
    layers["communes"] = communes
    return layers


def _described(tables: Tables) -> Tables:
    """Tables under the names of their layers, where layer and table differ in name."""
    renamed = {"electricity_ranking": "electricity_settlements"}
    return {renamed.get(name, name): value for name, value in tables.items()}


def _kml_layers(layers: Layers) -> dict[str, tuple[str, gpd.GeoDataFrame]]:
    titles = {
        "electricity_settlements": "Điện: thôn, cụm dân cư",
        "electricity_lines": "Điện: đường dây đề xuất",
        "water_works": "Nước: công trình đề xuất",
        "schools_sites": "Trường nội trú",
    }
    return {name: (title, layers[name]) for name, title in titles.items() if name in layers}


def _write_pages(
    folder: Path,
    pack: Pack,
    communes: gpd.GeoDataFrame,
    electricity: ElectricityResult | None,
    water: WaterResult | None,
    schools: SchoolsResult | None,
) -> None:
    makers: Mapping[str, tuple[Any, Callable[..., Page]]] = {
        "electricity.html": (electricity, electricity_page),
        "water.html": (water, water_page),
        "schools.html": (schools, schools_page),
    }
    made = {name: maker for name, maker in makers.items() if maker[0] is not None}
    pages = [page for page in PAGES if page == "index.html" or page in made]
    ground = hillshade_ground(pack.elevation)
    for name, (result, compose) in made.items():
        page = compose(pack, result, communes, ground, pages)
        (folder / name).write_text(render(page), encoding="utf-8")
    written = sorted(f.relative_to(folder) for f in folder.rglob("*") if f.is_file())
    documents = [*written, Path("index.html"), Path("run.json")]
    (folder / "index.html").write_text(
        overview_html(pack, communes, electricity, water, schools, documents), encoding="utf-8"
    )
