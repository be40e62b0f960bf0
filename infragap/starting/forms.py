"""`infragap data template`: forms to be filled, and the catalogue that reads them.

Lists and places go into `forms.xlsx`, a sheet each, with headings, units, drop-downs and examples in a language of the
country; lines and areas into `forms.gpkg`, whose columns have aliases and value lists. The catalogue says which heading
is which column and which word which code, so a filled form is a layer like any other.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import openpyxl
import pandas as pd
import pyogrio
import xlsxwriter
from pyproj.aoi import AreaOfInterest
from pyproj.database import query_utm_crs_info

from infragap.gis import schema
from infragap.gis.catalog import FILE_NAME, Catalog, LayerEntry, PackHead, catalog_text
from infragap.gis.errors import InfragapError, MissingDataError, ParameterError
from infragap.gis.writing.geopackage import ColumnWords, LayerWords, describe_geopackage
from infragap.profiles.profile import Profile
from infragap.starting.form_words import FormColumn, form_columns, place_headings
from infragap.wording.catalogue import Words, words
from infragap.wording.country import speaking_for

WORKBOOK, GEOPACKAGE = "forms.xlsx", "forms.gpkg"
ROWS = 2_000
"""Rows of a sheet that have drop-downs."""
LONGEST_SHEET_NAME = 31
_DTYPES = {"str": "object", "object": "object", "int64": "Int64", "float64": "float64", "bool": "boolean"}


def write_forms(
    folder: Path, profile: Profile, profile_name: str, *, language: str, middle: tuple[float, float] | None = None
) -> list[Path]:
    """Write forms and their catalogue.

    Parameters
    ----------
    folder
        Made where it is not there; no file in it is replaced.
    profile, profile_name
        The country, and what the catalogue calls it.
    language
        Of headings and words.
    middle
        Longitude and latitude [°] of the middle of the province, for the measuring system; None: that of the country.

    Returns
    -------
    list of Path
        The files.

    Raises
    ------
    ParameterError
        A form is there already, or nothing says where the province lies.
    """
    paths = [folder / WORKBOOK, folder / GEOPACKAGE, folder / FILE_NAME]
    with speaking_for(profile):
        say = words(language)
        for path in paths:
            if path.exists():
                raise ParameterError(say("command.template.exists", file=path))
        crs = profile.crs_hint if middle is None else _utm(*middle)
        if not crs:
            raise ParameterError(say("command.template.no_middle"))
        folder.mkdir(parents=True, exist_ok=True)
        forms = {layer: form_columns(layer, profile, say) for layer in schema.LAYERS}
        sheets = {layer: form for layer, form in forms.items() if schema.GEOMETRY[layer] in ((), ("Point",))}
        drawn = {layer: form for layer, form in forms.items() if layer not in sheets}
        _write_workbook(paths[0], sheets, drawn, say)
        _write_geopackage(paths[1], drawn, say)
        entries = [_entry(layer, form, say, in_workbook=layer in sheets) for layer, form in forms.items()]
        head = PackHead(title=folder.resolve().name, province=folder.resolve().name, crs_measure=crs,
                        profile=profile_name)  # fmt: skip
        paths[2].write_text(catalog_text(Catalog(pack=head, layer=entries)), encoding="utf-8", newline="\n")
    return paths


def is_empty_form(folder: Path, entry: LayerEntry) -> bool:
    """Whether a layer is a form in which nothing has been filled."""
    path = folder / entry.file
    if entry.file not in (WORKBOOK, GEOPACKAGE) or not path.is_file():
        return False
    try:
        if entry.file == GEOPACKAGE:
            return bool(pyogrio.read_info(path, layer=entry.sheet)["features"] == 0)
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        rows = book[entry.sheet or ""].iter_rows(min_row=2, values_only=True)
        return not any(cell not in (None, "") for row in rows for cell in row)
    except (KeyError, OSError, ValueError, RuntimeError, InfragapError):
        # whatever is wrong with it is told by the check
        return False


def _utm(longitude: float, latitude: float) -> str:
    area = AreaOfInterest(longitude, latitude, longitude, latitude)
    found = query_utm_crs_info(datum_name="WGS 84", area_of_interest=area)
    if not found:
        raise MissingDataError(f"no UTM zone holds the point {longitude:g}, {latitude:g}: give longitude,latitude")
    return f"EPSG:{found[0].code}"


def _sheet(layer: str, say: Words) -> str:
    return say(f"form.layer.{layer}")[:LONGEST_SHEET_NAME]


def _entry(layer: str, form: Sequence[FormColumn], say: Words, *, in_workbook: bool) -> LayerEntry:
    kinds = schema.GEOMETRY[layer]
    # what may be left out and is yes or no says no where it says nothing, as when the column is not there
    no = {column.name: False for column in form if False in column.choices.values() and not column.must}
    about: dict[str, Any] = {
        "name": layer, "title": say(f"form.layer.{layer}"), "provenance": "official", "defaults": no
    }  # fmt: skip
    if not in_workbook:
        drawn = {"file": GEOPACKAGE, "kind": "vector", "sheet": layer, "crs": "EPSG:4326", "geometry": kinds[-1]}
        return LayerEntry.model_validate(about | drawn)
    x, y = place_headings(say)
    place = {"kind": "vector", "geometry": "Point", "crs": "EPSG:4326", "x": x, "y": y}
    listed = {
        "file": WORKBOOK,
        "sheet": _sheet(layer, say),
        "columns": {column.name: column.heading for column in form},
        "values": {column.name: dict(column.choices) for column in form if column.choices},
    }
    return LayerEntry.model_validate(about | (place if kinds else {"kind": "table"}) | listed)


def _write_workbook(
    path: Path, sheets: dict[str, list[FormColumn]], drawn: dict[str, list[FormColumn]], say: Words
) -> None:
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#e0f2f1", "border": 1})
        text = book.add_format({"num_format": "@"})
        _write_guide(book, {**sheets, **drawn}, head, say)
        lists = book.add_worksheet("lists")
        number = 0
        for layer, form in sheets.items():
            sheet = book.add_worksheet(_sheet(layer, say))
            sheet.freeze_panes(1, 0)
            x, y = place_headings(say)
            places = [(x, -180, 180), (y, -90, 90)] if schema.GEOMETRY[layer] else []
            for place, column in enumerate(form):
                # codes keep their leading zeros in cells that are text
                sheet.set_column(place, place, 18, None if column.is_number else text)
                sheet.write_string(0, place, column.heading, head)
                rule: dict[str, Any] | None = None
                if column.choices:
                    for row, word in enumerate(column.choices):
                        lists.write_string(row, number, word)
                    letters = xlsxwriter.utility.xl_col_to_name(number)
                    source = f"=lists!${letters}$1:${letters}${len(column.choices)}"
                    rule = {"validate": "list", "source": source, "input_message": say("form.guide.choose")}
                    number += 1
                elif column.is_number:
                    rule = _number_rule(column.low, column.high)
                if rule is not None:
                    sheet.data_validation(1, place, ROWS, place, {"ignore_blank": True, **rule})
            for extra, (heading, low, high) in enumerate(places, start=len(form)):
                sheet.set_column(extra, extra, 14)
                sheet.write_string(0, extra, heading, head)
                sheet.data_validation(1, extra, ROWS, extra, _number_rule(low, high))
        lists.hide()


def _number_rule(low: float | None, high: float | None) -> dict[str, Any]:
    least, most = -1e9 if low is None else low, 1e12 if high is None else high
    return {"validate": "decimal", "criteria": "between", "minimum": least, "maximum": most}


def _write_guide(book: Any, forms: dict[str, list[FormColumn]], head: Any, say: Words) -> None:
    sheet = book.add_worksheet(say("form.guide.sheet"))
    sheet.set_column(0, 4, 28)
    sheet.write_string(0, 0, say("form.guide.title"), book.add_format({"bold": True, "font_size": 14}))
    sheet.write_string(1, 0, say("form.guide.lead"))
    for place, key in enumerate(("list", "column", "must", "allowed", "example")):
        sheet.write_string(3, place, say(f"form.guide.{key}"), head)
    rows = ((layer, column) for layer, form in forms.items() for column in form)
    for row, (layer, column) in enumerate(rows, start=4):
        sheet.write_string(row, 0, say(f"form.layer.{layer}"))
        sheet.write_string(row, 1, column.heading)
        sheet.write_string(row, 2, say("form.code.yes") if column.must else say("form.code.no"))
        limits = [("form.guide.from", "low", column.low), ("form.guide.to", "high", column.high)]
        told = [say(key, **{name: f"{value:g}"}) for key, name, value in limits if value is not None]
        sheet.write_string(row, 3, "; ".join(column.choices) or " ".join(told))
        if isinstance(column.example, str):
            sheet.write_string(row, 4, column.example)
        else:
            sheet.write_number(row, 4, column.example)


def _write_geopackage(path: Path, forms: dict[str, list[FormColumn]], say: Words) -> None:
    told = {}
    for layer, form in forms.items():
        dtypes = {name: str(column.dtype) for name, column in schema.LAYERS[layer].to_schema().columns.items()}
        columns = {column.name: pd.Series(dtype=_DTYPES[dtypes[column.name]]) for column in form}
        empty = gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries([], crs="EPSG:4326"))
        pyogrio.write_dataframe(
            empty, path, layer=layer, driver="GPKG", append=path.exists(), geometry_type=schema.GEOMETRY[layer][-1]
        )
        told[layer] = LayerWords(
            say(f"form.layer.{layer}"),
            "",
            {column.name: ColumnWords(column.heading, column.meaning, _coded(column)) for column in form},
        )
    describe_geopackage(path, told)


def _coded(column: FormColumn) -> dict[str, str]:
    """Code → words; truth values have a box of their own in QGIS."""
    return {str(code): word for word, code in column.choices.items() if not isinstance(code, bool)}
