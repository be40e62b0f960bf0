"""Writes all results of a run into a folder: the output contract in one list."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path

import geopandas as gpd
import pandas as pd

from infragap.analyses.columns import in_one_language
from infragap.analyses.draws import Maker
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
from infragap.maps.pages.page import Ground, Page
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

PAGES_OF = ("schools", "water", "electricity")
"""Questions with a page of their own."""


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

    @cached_property
    def ground(self) -> Ground:
        """Picture below all maps."""
        return hillshade_ground(self.pack.elevation)

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
    maker: Maker | None = None,
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
    maker
        Shares the files out; None: they are written one after the other. The files are the same.
    for_people
        Whether to write pages, sheets, workbooks and the layers in all formats too; otherwise tables, summary and
        GeoParquet alone, from which one result of many is joined, one after the other.
    """
    tell = progress or (lambda part: None)
    communes = commune_summary(pack, results)
    output = _Output(
        folder, pack, results, parameters, communes, tables_of(communes, results), layers_of(communes, results)
    )
    if maker is None or not for_people:
        for name, write in _PARTS if for_people else _FOR_PROGRAMS:
            tell(name)
            write(output)
    else:
        tell("layers")
        count = len(_PARTS)
        with maker(_write_part, replace(output, pack=pack.without_rasters()), count, range(count)) as written:
            written()
    tell("maps")
    write_package(folder, output.tables, TABLE_KEYS, pack.catalog.pack.title)
    if for_people:
        _write_index(output)


def _write_part(output: _Output, number: int) -> None:
    """Write one part of the results, whichever process is at it; what a process that has died has begun is written
    anew."""
    _PARTS[number][1](output)


def _write_tables(output: _Output) -> None:
    folder = output.folder / "tables"
    folder.mkdir(exist_ok=True)
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


def _write_geojson(output: _Output) -> None:
    folder = output.folder / "geojson"
    folder.mkdir(exist_ok=True)
    for name, frame in output.layers.items():
        write_geojson(frame, folder / f"{name}.geojson", LAYER_IDS.get(name, ()))


def _write_geoparquet(output: _Output) -> None:
    folder = output.folder / "geoparquet"
    folder.mkdir(exist_ok=True)
    for name, frame in output.layers.items():
        write_geoparquet(frame, folder / f"{name}.parquet")


def _write_geopackage(output: _Output) -> None:
    folder, layers = output.folder, output.layers
    for begun in folder.glob("results.gpkg*"):
        begun.unlink()
    write_geopackage(layers, folder / "results.gpkg")
    told = layer_words(layers, {**LAYER_COLUMNS, "communes": commune_columns(output.communes)})
    describe_geopackage(folder / "results.gpkg", told)
    shown_layers = {name: layers[name] for name in sorted(layers, key=_undermost)}
    titles = {name: words.title for name, words in told.items()}
    write_project(folder / "results.gpkg", shown_layers, titles, "infragap")


def _write_kml(output: _Output) -> None:
    layers = output.layers
    columns = {name: in_one_language(known, languages()[0]) for name, (_, known) in output.tables.items()}
    shown = {name: table for name, table in KML_LAYERS.items() if name in layers}
    write_kml(
        {name: (words(languages()[0])(f"maps.kml.{name}"), layers[name]) for name in shown},
        {name: columns[table] for name, table in shown.items()},
        output.folder / "results.kml",
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
    folder.mkdir(exist_ok=True)
    for network in water.networks:
        write_epanet(network, folder / f"{network.work_id}.inp")


def _write_table_book(output: _Output) -> None:
    say, main = words(languages()[0]), languages()[0]
    title = say("maps.tables.title", province=output.province)
    write_all_tables(output.tables, output.folder / "tables.xlsx", title=title, note=_note(output), language=main)


def _write_programme(output: _Output) -> None:
    say, main = words(languages()[0]), languages()[0]
    title = say("maps.programme.title", province=output.province)
    write_programme(output.results, output.folder / "programme.xlsx", title=title, note=_note(output), language=main)


def _note(output: _Output) -> str:
    """What stands at the head of a workbook: it goes alone to the power company, so what no solver has proven stands in
    it too."""
    return " ".join([*_alarms(output.results), _rests_on(output)])


def _rests_on(output: _Output) -> str:
    say = words(languages()[0])
    return say("maps.notice.sheet" if output.is_modelled else "maps.notice.see_provenance")


def _write_grid_list(output: _Output) -> None:
    if (electricity := output.results.electricity) is None:
        return
    say = words(languages()[0])
    described = {name: describe(group) for name, group in output.parameters.items()}
    head = ListHead(
        title=say("maps.grid_extension.title", province=output.province).upper(),
        note=" ".join(
            [
                *_alarms(Results(electricity=electricity)),
                say("maps.grid_extension.note", data=_rests_on(output), crs=crs_name(electricity.lines.crs)),
            ]
        ),
        late=label(languages()[0], "year", str(electricity.years["year"].iloc[-1])),
        crs=crs_name(electricity.lines.crs),
    )
    path = output.folder / "grid_extension_list.xlsx"
    write_grid_extension_list(electricity, assumptions_of(described), path, head=head)


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


def _write_page(name: str, output: _Output) -> None:
    """Write the page of one question, where the run has answered it."""
    electricity_parameters = output.parameters.get("electricity")
    composers: Mapping[str, Callable[..., Page]] = {
        "electricity.html": partial(electricity_page, parameters=electricity_parameters),
        "water.html": water_page,
        "schools.html": schools_page,
    }
    answers = {f"{question}.html": getattr(output.results, question) for question in PAGES_OF}
    if answers[name] is None:
        return
    pages = [page for page in PAGES if answers.get(page) is not None or page == "index.html"]
    page = composers[name](output.pack, answers[name], output.communes, output.ground, pages)
    (output.folder / name).write_text(render(page), encoding="utf-8")


def _write_index(output: _Output) -> None:
    folder = output.folder
    written = sorted(f.relative_to(folder) for f in folder.rglob("*") if f.is_file())
    documents = [*written, Path("index.html"), Path("run.json")]
    text = index_html(output.pack, output.communes, output.results, documents)
    (folder / "index.html").write_text(text, encoding="utf-8")


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


_PARTS: tuple[tuple[str, Callable[[_Output], None]], ...] = (
    ("layers", _write_kml),
    ("layers", _write_geopackage),
    ("maps", _write_sheets),
    *(("maps", partial(_write_page, f"{question}.html")) for question in PAGES_OF),
    ("maps", _write_scenarios),
    ("maps", _write_summaries),
    ("layers", _write_epanet),
    ("layers", _write_geoparquet),
    ("tables", _write_tables),
    ("layers", _write_geojson),
    ("workbooks", _write_programme),
    ("workbooks", _write_grid_list),
    ("workbooks", _write_table_book),
)
"""Files that do not wait for each other, each with the part of the run that it belongs to. Two processes take them from
both ends: what takes long stands there, and the second of all, which is handed on with the first, is short."""

_FOR_PROGRAMS = (("tables", _write_tables), ("layers", _write_geoparquet), ("maps", _write_summaries))
"""Those of them that one result of many is joined from."""
