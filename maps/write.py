"""Writes all results of a run into a folder: the output contract in one list."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from infragap.analyses.columns import in_one_language
from infragap.analyses.electricity import columns as electricity_columns
from infragap.analyses.parameters import Parameters, describe
from infragap.analyses.results import Results
from infragap.gis.crs import crs_name
from infragap.gis.pack import Pack
from infragap.maps.communes import commune_summary
from infragap.maps.contents import KML_LAYERS, layers_of, tables_of
from infragap.maps.exports.kml import write_kml
from infragap.maps.exports.layers import write_geojson, write_geopackage
from infragap.maps.exports.tables import write_csv, write_dictionary
from infragap.maps.pages.common import PAGES, notice
from infragap.maps.pages.document import render
from infragap.maps.pages.electricity import electricity_page
from infragap.maps.pages.ground import hillshade_ground
from infragap.maps.pages.index import index_html
from infragap.maps.pages.page import Page
from infragap.maps.pages.schools import schools_page
from infragap.maps.pages.water import water_page
from infragap.maps.summary.summary import summary_markdown
from infragap.maps.workbooks.grid_extension import write_grid_extension_list
from infragap.wording.catalogue import languages, words

LANGUAGE = "vi"
"""Language of the files that show one: the list for the power company, the KML, the summary."""
EXTENSION_COLUMNS = tuple(
    column
    for column in in_one_language(electricity_columns.EXTENSION, LANGUAGE)
    if column.name != "stt"  # the workbook numbers its rows itself
)


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
    if results.electricity is not None:
        _write_extension_list(folder, pack, results)
    for language in languages():
        name = "summary.md" if language == LANGUAGE else f"summary_{language}.md"
        (folder / name).write_text(summary_markdown(pack, results, language), encoding="utf-8")
    tell("maps")
    _write_pages(folder, pack, communes, results)


def _write_tables(
    folder: Path, communes: gpd.GeoDataFrame, results: Results, parameters: Mapping[str, Parameters]
) -> None:
    tables = tables_of(communes, results)
    (folder / "tables").mkdir()
    for name, (frame, _) in tables.items():
        write_csv(frame, folder / "tables" / f"{name}.csv")
    write_dictionary({name: columns for name, (_, columns) in tables.items()}, folder / "tables" / "columns.csv")
    write_csv(_parameter_table(parameters), folder / "tables" / "parameters.csv")


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
        write_geojson(frame, folder / "geojson" / f"{name}.geojson")
    write_geopackage(layers, folder / "results.gpkg")
    columns = {name: in_one_language(known, LANGUAGE) for name, (_, known) in tables_of(communes, results).items()}
    shown = {name: table for name, table in KML_LAYERS.items() if name in layers}
    write_kml(
        {name: (words(LANGUAGE)(f"maps.kml.{name}"), layers[name]) for name in shown},
        {name: columns[table] for name, table in shown.items()},
        folder / "results.kml",
    )


def _write_extension_list(folder: Path, pack: Pack, results: Results) -> None:
    electricity = results.electricity
    assert electricity is not None
    say = words(LANGUAGE)
    modelled = notice(electricity.settlements) is not None
    write_grid_extension_list(
        electricity.grid_extension,
        EXTENSION_COLUMNS,
        folder / "grid_extension_list.xlsx",
        title=say("maps.grid_extension.title", province=pack.catalog.pack.province).upper(),
        note=say(
            "maps.grid_extension.note",
            data=say("maps.grid_extension.modelled" if modelled else "maps.grid_extension.see_provenance"),
            crs=crs_name(electricity.lines.crs),
        ),
        late=str(electricity.years["year"].iloc[-1]),
    )


def _write_pages(folder: Path, pack: Pack, communes: gpd.GeoDataFrame, results: Results) -> None:
    makers: Mapping[str, tuple[Any, Callable[..., Page]]] = {
        "electricity.html": (results.electricity, electricity_page),
        "water.html": (results.water, water_page),
        "schools.html": (results.schools, schools_page),
    }
    made = {name: maker for name, maker in makers.items() if maker[0] is not None}
    pages = [page for page in PAGES if page == "index.html" or page in made]
    ground = hillshade_ground(pack.elevation)
    for name, (result, compose) in made.items():
        page = compose(pack, result, communes, ground, pages)
        (folder / name).write_text(render(page), encoding="utf-8")
    written = sorted(f.relative_to(folder) for f in folder.rglob("*") if f.is_file())
    documents = [*written, Path("index.html"), Path("run.json")]
    (folder / "index.html").write_text(index_html(pack, communes, results, documents), encoding="utf-8")
