"""Writes all results of a run into a folder: the output contract in one list."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from infragap.analyses.columns import in_one_language
from infragap.analyses.parameters import Parameters, describe
from infragap.analyses.results import Results
from infragap.gis.crs import crs_name
from infragap.gis.geopackage import describe_geopackage
from infragap.gis.pack import Pack
from infragap.maps.communes import commune_columns, commune_summary
from infragap.maps.comparison.page import comparison_html
from infragap.maps.comparison.scenarios import scenario_parts
from infragap.maps.contents import KML_LAYERS, LAYER_COLUMNS, LAYER_IDS, TABLE_KEYS, layers_of, tables_of
from infragap.maps.exports.aliases import layer_words
from infragap.maps.exports.epanet import write_epanet
from infragap.maps.exports.kml import write_kml
from infragap.maps.exports.layers import write_geojson, write_geopackage, write_geoparquet
from infragap.maps.exports.outward import outward_dictionary
from infragap.maps.exports.package import write_package
from infragap.maps.exports.qgis_project import write_project
from infragap.maps.exports.tables import write_csv, write_dictionary
from infragap.maps.pages.common import PAGES, SHEETS, notice
from infragap.maps.pages.document import render
from infragap.maps.pages.electricity import electricity_page
from infragap.maps.pages.ground import hillshade_ground
from infragap.maps.pages.index import index_html
from infragap.maps.pages.page import Page
from infragap.maps.pages.schools import schools_page
from infragap.maps.pages.water import water_page
from infragap.maps.sheets.as_html import sheets_html
from infragap.maps.sheets.compose import sheets
from infragap.maps.sheets.source import source_of
from infragap.maps.summary.summary import summary_markdown
from infragap.maps.workbooks.all_tables import write_all_tables
from infragap.maps.workbooks.grid_extension import ListHead, assumptions_of, write_grid_extension_list
from infragap.maps.workbooks.programme import write_programme
from infragap.wording.catalogue import in_each_language, languages, words

LANGUAGE = "vi"
"""Language of the files that show one: the list for the power company, the KML; the main one where the country does not
speak it."""


def write_results(
    folder: Path,
    pack: Pack,
    results: Results,
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
    results
        What the run found; the files of a question that it left out are absent.
    parameters
        Parameter set of each analysis by its name.
    progress
        Receives the name of each part.
    """
    tell = progress or (lambda part: None)
    communes = commune_summary(pack, results)
    tell("tables")
    _write_tables(folder, communes, results, parameters)
    tell("layers")
    _write_layers(folder, communes, results)
    if results.water is not None and results.water.networks:
        (folder / "epanet").mkdir()
        for network in results.water.networks:
            write_epanet(network, folder / "epanet" / f"{network.work_id}.inp")
    tell("workbooks")
    _write_workbooks(folder, pack, communes, results, parameters)
    for language in languages():
        name = "summary.md" if language == languages()[0] else f"summary_{language}.md"
        (folder / name).write_text(summary_markdown(pack, results, language), encoding="utf-8")
    tell("maps")
    write_package(folder, tables_of(communes, results), TABLE_KEYS, pack.catalog.pack.title)
    _write_pages(folder, pack, communes, results, parameters)


def _write_tables(
    folder: Path, communes: gpd.GeoDataFrame, results: Results, parameters: Mapping[str, Parameters]
) -> None:
    tables = tables_of(communes, results)
    (folder / "tables").mkdir()
    for name, (frame, _) in tables.items():
        write_csv(frame, folder / "tables" / f"{name}.csv")
    write_dictionary({name: columns for name, (_, columns) in tables.items()}, folder / "tables" / "columns.csv")
    write_csv(outward_dictionary(_parameter_table(parameters), name="parameter"), folder / "tables" / "parameters.csv")


def _parameter_table(parameters: Mapping[str, Parameters]) -> pd.DataFrame:
    """All parameters of the run with unit, range, meaning and source."""
    described = [describe(group) for group in parameters.values()]
    named = [frame.assign(analysis=name) for name, frame in zip(parameters, described, strict=True)]
    table = pd.concat(named, ignore_index=True)
    return table[["analysis", "parameter", "name_vi", "name_en", "value", "unit", "low", "high", "meaning", "source"]]


def _write_layers(folder: Path, communes: gpd.GeoDataFrame, results: Results) -> None:
    layers = layers_of(communes, results)
    (folder / "geojson").mkdir()
    for name, frame in layers.items():
        write_geojson(frame, folder / "geojson" / f"{name}.geojson", LAYER_IDS.get(name, ()))
    (folder / "geoparquet").mkdir()
    for name, frame in layers.items():
        write_geoparquet(frame, folder / "geoparquet" / f"{name}.parquet")
    write_geopackage(layers, folder / "results.gpkg")
    told = layer_words(layers, {**LAYER_COLUMNS, "communes": commune_columns(communes)})
    describe_geopackage(folder / "results.gpkg", told)
    shown_layers = {name: layers[name] for name in sorted(layers, key=_undermost)}
    titles = {name: words.title for name, words in told.items()}
    write_project(folder / "results.gpkg", shown_layers, titles, "infragap")
    columns = {name: in_one_language(known, LANGUAGE) for name, (_, known) in tables_of(communes, results).items()}
    shown = {name: table for name, table in KML_LAYERS.items() if name in layers}
    write_kml(
        {name: (words(LANGUAGE)(f"maps.kml.{name}"), layers[name]) for name in shown},
        {name: columns[table] for name, table in shown.items()},
        folder / "results.kml",
    )


def _undermost(name: str) -> tuple[int, str]:
    """Points above lines above areas: QGIS draws the first of a list on top."""
    areas, lines = ("communes", "schools_catchments", "schools_isochrones"), ("lines", "grid", "pipes", "links")
    return (2 if name in areas else 1 if name.rsplit("_", 1)[-1] in lines else 0), name


def _write_workbooks(
    folder: Path, pack: Pack, communes: gpd.GeoDataFrame, results: Results, parameters: Mapping[str, Parameters]
) -> None:
    say, province = words(LANGUAGE), pack.catalog.pack.province
    note = say("maps.notice.sheet") if _any_modelled(communes, results) else say("maps.notice.see_provenance")
    title = say("maps.tables.title", province=province)
    write_all_tables(tables_of(communes, results), folder / "tables.xlsx", title=title, note=note, language=LANGUAGE)
    title = say("maps.programme.title", province=province)
    write_programme(results, folder / "programme.xlsx", title=title, note=note, language=LANGUAGE)
    if (electricity := results.electricity) is not None:
        described = {name: describe(group) for name, group in parameters.items()}
        head = ListHead(
            title=say("maps.grid_extension.title", province=province).upper(),
            note=say("maps.grid_extension.note", data=note, crs=crs_name(electricity.lines.crs)),
            late=str(electricity.years["year"].iloc[-1]),
        )
        write_grid_extension_list(
            electricity, assumptions_of(described), folder / "grid_extension_list.xlsx", head=head
        )


def _any_modelled(communes: gpd.GeoDataFrame, results: Results) -> bool:
    return notice(*(frame for frame, _ in tables_of(communes, results).values())) is not None


def _write_sheets(folder: Path, pack: Pack, communes: gpd.GeoDataFrame, results: Results) -> None:
    about = pack.catalog.pack
    source = source_of(tables_of(communes, results), layers_of(communes, results), about.province, about.title)
    title = in_each_language("maps.sheet.page", province=about.province)
    (folder / SHEETS).write_text(sheets_html(list(sheets(source)), title), encoding="utf-8")


def _write_scenarios(folder: Path, pack: Pack, communes: gpd.GeoDataFrame, results: Results) -> None:
    tables = {name: pd.DataFrame(frame) for name, (frame, _) in tables_of(communes, results).items()}
    title = in_each_language("maps.compare.title_one", name=pack.catalog.pack.province)
    lead = in_each_language("maps.compare.lead_one")
    text = comparison_html(title, lead, (), scenario_parts(tables, communes), home="index.html")
    (folder / "compare.html").write_text(text, encoding="utf-8")


def _write_pages(
    folder: Path, pack: Pack, communes: gpd.GeoDataFrame, results: Results, parameters: Mapping[str, Parameters]
) -> None:
    makers: Mapping[str, tuple[Any, Callable[..., Page]]] = {
        "electricity.html": (results.electricity, partial(electricity_page, parameters=parameters.get("electricity"))),
        "water.html": (results.water, water_page),
        "schools.html": (results.schools, schools_page),
    }
    made = {name: maker for name, maker in makers.items() if maker[0] is not None}
    pages = [page for page in PAGES if page == "index.html" or page in made]
    ground = hillshade_ground(pack.elevation)
    for name, (result, compose) in made.items():
        page = compose(pack, result, communes, ground, pages)
        (folder / name).write_text(render(page), encoding="utf-8")
    _write_sheets(folder, pack, communes, results)
    _write_scenarios(folder, pack, communes, results)
    written = sorted(f.relative_to(folder) for f in folder.rglob("*") if f.is_file())
    documents = [*written, Path("index.html"), Path("run.json")]
    (folder / "index.html").write_text(index_html(pack, communes, results, documents), encoding="utf-8")
