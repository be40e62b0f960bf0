"""Writes all results of a run into a folder: the output contract in one list."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from infragap.analyses.columns import in_one_language
from infragap.analyses.parameters import Parameters, describe
from infragap.analyses.results import Results
from infragap.gis.crs import crs_name
from infragap.gis.pack import Pack
from infragap.gis.writing.geopackage import describe_geopackage
from infragap.maps.communes import commune_columns, commune_summary
from infragap.maps.comparison.page import comparison_html
from infragap.maps.comparison.scenarios import scenario_parts
from infragap.maps.contents import (
    KML_LAYERS,
    LAYER_COLUMNS,
    LAYER_IDS,
    TABLE_KEYS,
    Layers,
    Tables,
    layers_of,
    tables_of,
)
from infragap.maps.exports.aliases import layer_words
from infragap.maps.exports.epanet import write_epanet
from infragap.maps.exports.kml import write_kml
from infragap.maps.exports.layers import write_geojson, write_geopackage, write_geoparquet
from infragap.maps.exports.outward import outward_dictionary
from infragap.maps.exports.package import write_package
from infragap.maps.exports.qgis_project import write_project
from infragap.maps.exports.tables import write_csv, write_dictionary
from infragap.maps.pages.common import PAGES, SHEETS, notice, page_title
from infragap.maps.pages.document import render
from infragap.maps.pages.electricity import electricity_page
from infragap.maps.pages.ground import hillshade_ground
from infragap.maps.pages.index import index_html
from infragap.maps.pages.page import Page
from infragap.maps.pages.schools import schools_page
from infragap.maps.pages.water import water_page
from infragap.maps.proof import proofs
from infragap.maps.sheets.as_html import sheets_html
from infragap.maps.sheets.compose import sheets
from infragap.maps.sheets.source import source_of
from infragap.maps.summary.summary import summary_markdown
from infragap.maps.workbooks.all_tables import write_all_tables
from infragap.maps.workbooks.grid_extension import ListHead, assumptions_of, write_grid_extension_list
from infragap.maps.workbooks.programme import write_programme
from infragap.wording.catalogue import in_each_language, languages, words
from infragap.wording.codes import label


@dataclass(frozen=True)
class _Output:
    """What is written: the folder, the run, its tables and layers by name."""

    folder: Path
    pack: Pack
    results: Results
    parameters: Mapping[str, Parameters]
    communes: gpd.GeoDataFrame
    tables: Tables
    layers: Layers

    @property
    def province(self) -> str:
        return self.pack.catalog.pack.province

    @property
    def is_modelled(self) -> bool:
        """Whether any row of any table is modelled."""
        return notice(*(frame for frame, _ in self.tables.values())) is not None


def write_results(
    folder: Path,
    pack: Pack,
    results: Results,
    *,
    parameters: Mapping[str, Parameters],
    progress: Callable[[str], None] | None = None,
    for_people: bool = True,
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
    for_people
        Whether to write pages, sheets, workbooks and the layers in all formats too; otherwise tables, summary and
        GeoParquet alone, from which one result of many is joined.
    """
    tell = progress or (lambda part: None)
    communes = commune_summary(pack, results)
    output = _Output(
        folder, pack, results, parameters, communes, tables_of(communes, results), layers_of(communes, results)
    )
    tell("tables")
    _write_tables(output)
    tell("layers")
    (folder / "geoparquet").mkdir()
    for name, frame in output.layers.items():
        write_geoparquet(frame, folder / "geoparquet" / f"{name}.parquet")
    _write_summaries(output)
    if for_people:
        _write_layers(output)
        _write_epanet(output)
        tell("workbooks")
        _write_workbooks(output)
    # it lists the layers
    write_package(folder, output.tables, TABLE_KEYS, pack.catalog.pack.title)
    if for_people:
        tell("maps")
        _write_pages(output)


def _write_tables(output: _Output) -> None:
    folder = output.folder / "tables"
    folder.mkdir()
    for name, (frame, _) in output.tables.items():
        write_csv(frame, folder / f"{name}.csv")
    write_dictionary({name: columns for name, (_, columns) in output.tables.items()}, folder / "columns.csv")
    write_csv(outward_dictionary(_parameter_table(output.parameters), name="parameter"), folder / "parameters.csv")


def _parameter_table(parameters: Mapping[str, Parameters]) -> pd.DataFrame:
    """All parameters of the run with unit, range, meaning and source; the latter in English and in Vietnamese."""
    described = [describe(group) for group in parameters.values()]
    named = [frame.assign(analysis=name) for name, frame in zip(parameters, described, strict=True)]
    table = pd.concat(named, ignore_index=True)
    words_of_each = ["meaning", "source", "meaning_vi", "source_vi"]
    return table[["analysis", "parameter", "name_vi", "name_en", "value", "unit", "low", "high", *words_of_each]]


def _write_layers(output: _Output) -> None:
    folder, layers = output.folder, output.layers
    (folder / "geojson").mkdir()
    for name, frame in layers.items():
        write_geojson(frame, folder / "geojson" / f"{name}.geojson", LAYER_IDS.get(name, ()))
    write_geopackage(layers, folder / "results.gpkg")
    told = layer_words(layers, {**LAYER_COLUMNS, "communes": commune_columns(output.communes)})
    describe_geopackage(folder / "results.gpkg", told)
    shown_layers = {name: layers[name] for name in sorted(layers, key=_undermost)}
    titles = {name: words.title for name, words in told.items()}
    write_project(folder / "results.gpkg", shown_layers, titles, "infragap")
    columns = {name: in_one_language(known, languages()[0]) for name, (_, known) in output.tables.items()}
    shown = {name: table for name, table in KML_LAYERS.items() if name in layers}
    write_kml(
        {name: (words(languages()[0])(f"maps.kml.{name}"), layers[name]) for name in shown},
        {name: columns[table] for name, table in shown.items()},
        folder / "results.kml",
    )


def _undermost(name: str) -> tuple[int, str]:
    """Points above lines above areas: QGIS draws the first of a list on top."""
    areas, lines = ("communes", "schools_catchments", "schools_isochrones"), ("lines", "grid", "pipes", "links")
    return (2 if name in areas else 1 if name.rsplit("_", 1)[-1] in lines else 0), name


def _write_epanet(output: _Output) -> None:
    water = output.results.water
    if water is None or not water.networks:
        return
    folder = output.folder / "epanet"
    folder.mkdir()
    for network in water.networks:
        write_epanet(network, folder / f"{network.work_id}.inp")


def _write_workbooks(output: _Output) -> None:
    say, folder, province = words(languages()[0]), output.folder, output.province
    rests_on = say("maps.notice.sheet" if output.is_modelled else "maps.notice.see_provenance")
    # a workbook goes alone to the power company: what no solver has proven stands in it too
    note = " ".join([*_alarms(output.results), rests_on])
    title = say("maps.tables.title", province=province)
    write_all_tables(output.tables, folder / "tables.xlsx", title=title, note=note, language=languages()[0])
    title = say("maps.programme.title", province=province)
    write_programme(output.results, folder / "programme.xlsx", title=title, note=note, language=languages()[0])
    if (electricity := output.results.electricity) is not None:
        described = {name: describe(group) for name, group in output.parameters.items()}
        head = ListHead(
            title=say("maps.grid_extension.title", province=province).upper(),
            note=" ".join(
                [
                    *_alarms(Results(electricity=electricity)),
                    say("maps.grid_extension.note", data=rests_on, crs=crs_name(electricity.lines.crs)),
                ]
            ),
            late=label(languages()[0], "year", str(electricity.years["year"].iloc[-1])),
            crs=crs_name(electricity.lines.crs),
        )
        write_grid_extension_list(
            electricity, assumptions_of(described), folder / "grid_extension_list.xlsx", head=head
        )


def _alarms(results: Results) -> list[str]:
    """Give a sentence for each question whose answer is not proven, named as its page is."""
    main = languages()[0]
    return [
        f"{page_title(f'{proof.question}.html')[main]}: {proof.text[main]}"
        for proof in proofs(results)
        if proof.alarming
    ]


def _write_summaries(output: _Output) -> None:
    for language in languages():
        name = "summary.md" if language == languages()[0] else f"summary_{language}.md"
        text = summary_markdown(output.pack, output.results, language)
        (output.folder / name).write_text(text, encoding="utf-8")


def _write_pages(output: _Output) -> None:
    folder, pack, results, communes = output.folder, output.pack, output.results, output.communes
    electricity_parameters = output.parameters.get("electricity")
    makers: Mapping[str, tuple[Any, Callable[..., Page]]] = {
        "electricity.html": (results.electricity, partial(electricity_page, parameters=electricity_parameters)),
        "water.html": (results.water, water_page),
        "schools.html": (results.schools, schools_page),
    }
    made = {name: maker for name, maker in makers.items() if maker[0] is not None}
    pages = [page for page in PAGES if page == "index.html" or page in made]
    ground = hillshade_ground(pack.elevation)
    for name, (result, compose) in made.items():
        page = compose(pack, result, communes, ground, pages)
        (folder / name).write_text(render(page), encoding="utf-8")
    _write_sheets(output)
    _write_scenarios(output)
    written = sorted(f.relative_to(folder) for f in folder.rglob("*") if f.is_file())
    documents = [*written, Path("index.html"), Path("run.json")]
    (folder / "index.html").write_text(index_html(pack, communes, results, documents), encoding="utf-8")


def _write_sheets(output: _Output) -> None:
    source = source_of(output.tables, output.layers, output.province, output.pack.catalog.pack.title)
    title = in_each_language("maps.sheet.page", province=output.province)
    (output.folder / SHEETS).write_text(sheets_html(list(sheets(source)), title), encoding="utf-8")


def _write_scenarios(output: _Output) -> None:
    tables = {name: pd.DataFrame(frame) for name, (frame, _) in output.tables.items()}
    title = in_each_language("maps.compare.title_one", name=output.province)
    parts = scenario_parts(tables, output.communes)
    text = comparison_html(title, in_each_language("maps.compare.lead_one"), (), parts, home="index.html")
    (output.folder / "compare.html").write_text(text, encoding="utf-8")
