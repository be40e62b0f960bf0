"""The list of grid extensions for the power company: by commune with subtotals, line sections, voltage, local works,
assumptions, signatures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from infragap.analyses.columns import Column, Columns, in_one_language, table
from infragap.analyses.electricity import columns as electricity
from infragap.analyses.electricity.result import ElectricityResult
from infragap.gis.crs import WGS84
from infragap.maps.parameter_cells import parameters_in_words
from infragap.maps.workbooks.book import (
    GREY,
    Book,
    Sheet,
    set_widths,
    workbook,
    write_headings,
    write_row,
    write_sum,
    write_table,
    write_title,
)
from infragap.wording.catalogue import languages, words
from infragap.wording.country import spoken_profile

KNOWN = {column.name: column for column in electricity.EXTENSION}
LIST: Columns = (
    KNOWN["stt"],
    KNOWN["village"],
    KNOWN["legacy_commune"],
    KNOWN["works"],
    KNOWN["households"],
    *table("electricity.extension", Column("mv35_km", "km", "mv_km"), Column("mv22_km", "km", "mv_km")),
    *(
        KNOWN[name]
        for name in (
            "stations",
            "station_kva",
            "lv_km",
            "meters",
            "investment_mvnd",
            "investment_mvnd_per_household",
            "year",
            "feeder",
            "line_type",
            "conductor",
        )
    ),
)
"""Columns of the list; the commune heads its group."""
SUBTOTALS = (
    "households",
    "mv35_km",
    "mv22_km",
    "stations",
    "station_kva",
    "lv_km",
    "meters",
    "investment_mvnd",
)
SECTIONS = (
    "line_id", "upstream_line_id", "to_name", "commune", "feeder", "tap_line_id", "tap_northing_m", "tap_easting_m",
    "voltage_kv", "line_type",
    "conductor", "length_km", "investment_mvnd", "natural_forest_km", "forest_ha", "households_below", "load_kw",
    "year",
)  # fmt: skip
VOLTAGE = (
    "line_id", "to_name", "commune", "feeder", "voltage_kv", "voltage_drop_pct", "added_drop_pct", "tap_drop_pct",
    "loading_pct", "voltage_status",
    "voltage_basis", "remedy", "remedy_mvnd",
)  # fmt: skip
LOCAL = ("village", "commune", "households", "stations", "station_kva", "lv_km", "meters", "grid_probability_pct",
"position_accuracy_km", "provenance")  # fmt: skip
ASSUMPTIONS = table(
    "parameters",
    Column("name_vi", "-", "parameters"),
    Column("name_en", "-", "parameters"),
    Column("value", "-", "parameters"),
    Column("unit", "-", "parameters"),
    Column("low", "-", "parameters"),
    Column("high", "-", "parameters"),
    Column("meaning_vi", "-", "parameters"),
    Column("meaning", "-", "parameters"),
    Column("source_vi", "-", "parameters"),
    Column("source", "-", "parameters"),
)
"""Of the parameters; meaning and source are declared in English, other languages have columns of their own."""
SIGNERS = ("made_by", "power_company", "authority")


@dataclass(frozen=True)
class ListHead:
    """What stands above the list.

    Attributes
    ----------
    title, note, crs
        Title line, the line below it on what the data rest on, and the name of the measuring CRS.
    late
        What stands for the year where no budget reaches.
    """

    title: str
    note: str
    late: str
    crs: str


def write_grid_extension_list(
    result: ElectricityResult, assumptions: pd.DataFrame, path: Path, *, head: ListHead
) -> None:
    """Write the list.

    Parameters
    ----------
    result
        The settlements that get the grid, in building order, and the lines.
    assumptions
        Of `assumptions_of`.
    path
        The workbook.
    head
        Title, note, and the word for what no budget reaches.
    """
    language = languages()[0]
    say = words(language)
    works, lines = by_voltage(result.grid_extension, head.late), sections(result.lines, head.late)
    with workbook(path, head.title, language) as book:
        _write_list(book, works, head)
        for name, columns, frame in (
            ("sections", _chosen(electricity.LINES, SECTIONS), lines),
            ("voltage", _chosen(electricity.LINES, VOLTAGE), lines),
            ("local", tuple(KNOWN[key] for key in LOCAL if key in KNOWN), works),
            ("assumptions", _assumption_columns(), assumptions),
        ):
            sheet = book.sheet(say(f"maps.grid_extension.sheet.{name}"))
            columns = tuple(column for column in columns if column.name in frame)
            title = say(f"maps.grid_extension.title.{name}", crs=head.crs)
            top = write_title(sheet, title, head.note, len(columns))
            write_table(sheet, top, columns, pd.DataFrame(frame))


def _chosen(columns: Columns, keys: tuple[str, ...]) -> Columns:
    taps = table("electricity.extension", Column("tap_northing_m", "m", "plan"), Column("tap_easting_m", "m", "plan"))
    language = languages()[0]
    known = {column.name: column for column in (*in_one_language(columns, language), *taps)}
    found = (known.get(key, known.get(f"{key}_{language}")) for key in keys)
    return tuple(column for column in found if column is not None)


def _assumption_columns() -> Columns:
    """Columns of the assumptions in the main language."""
    ending = f"_{languages()[0]}"
    own = {column.name.removesuffix(ending) for column in ASSUMPTIONS if column.name.endswith(ending)}
    texts = ("name", "meaning", "source")
    return tuple(
        column
        for column in ASSUMPTIONS
        if not column.name.startswith(texts)
        or column.name.endswith(ending)
        or (column.name in texts and column.name not in own)
    )


def by_voltage(works: pd.DataFrame, late: str) -> pd.DataFrame:
    """Give the kilometres of line in a column for each voltage, and a word for the year that no budget reaches; by
    commune, then order."""
    levels = spoken_profile().voltage
    is_upper = works["voltage_kv"].astype(float) > (levels.upper_kv + levels.lower_kv) / 2
    ordered = works.assign(
        mv35_km=works["mv_km"].where(is_upper, 0.0),
        mv22_km=works["mv_km"].where(~is_upper, 0.0),
        year=_years(works["year"], late),
    )
    return ordered.sort_values(["commune", "stt"], kind="stable", ignore_index=True)


def sections(lines: gpd.GeoDataFrame, late: str) -> pd.DataFrame:
    """Give the line sections with their tap in the measuring CRS: X northing, Y easting; those behind another section
    have none."""
    own = lines["upstream_line_id"] == ""
    taps = gpd.GeoSeries(
        gpd.points_from_xy(lines["tap_longitude"], lines["tap_latitude"]), crs=WGS84, index=lines.index
    )
    taps = taps.to_crs(lines.crs)
    frame = pd.DataFrame(lines.drop(columns="geometry")).assign(
        tap_northing_m=taps.y.round(1).where(own, np.nan), tap_easting_m=taps.x.round(1).where(own, np.nan)
    )
    return frame.assign(year=_years(frame["year"], late))


def _years(years: pd.Series[Any], late: str) -> list[Any]:
    return [late if year is None or pd.isna(year) else int(year) for year in years]


def _write_list(book: Book, works: pd.DataFrame, head: ListHead) -> None:
    sheet = book.sheet(words(languages()[0])("maps.grid_extension.sheet"))
    top = write_title(sheet, head.title, head.note, len(LIST))
    write_headings(sheet, top, LIST)
    set_widths(sheet, LIST, works)
    row, first = top + 1, top + 1
    for commune, group in works.groupby("commune", sort=False):
        row = _write_group(sheet, row, str(commune), group)
    if len(works):
        _write_totals(sheet, row, sheet.say("maps.grid_extension.total"), works, (first, row - 1))
    _write_signatures(sheet, row + 3)


def _write_group(sheet: Sheet, row: int, commune: str, group: pd.DataFrame) -> int:
    """A commune: its subtotals, then its settlements, which fold away below it."""
    title = sheet.say("maps.grid_extension.commune", commune=commune)
    _write_totals(sheet, row, title, group, (row + 1, row + len(group)))
    for i, values in enumerate(group.to_dict("records"), start=1):
        write_row(sheet, row + i, LIST, values, level=1)
    return row + len(group) + 1


def _write_totals(sheet: Sheet, row: int, title: str, works: pd.DataFrame, rows: tuple[int, int]) -> None:
    """Subtotals; investment per household is total over total, not a sum of rates."""
    bold = sheet.book.look(bold=True, border=1, bg_color=GREY)
    place = {column.name: i for i, column in enumerate(LIST)}
    for i, column in enumerate(LIST):
        if column.name in SUBTOTALS:
            write_sum(sheet, row, i, column, rows, float(works[column.name].sum()), bg_color=GREY)
        elif column.name == "investment_mvnd_per_household":
            cost, homes = (chr(65 + place[name]) for name in ("investment_mvnd", "households"))
            value = float(works["investment_mvnd"].sum() / max(1, works["households"].sum()))
            shown = sheet.book.look(bold=True, border=1, bg_color=GREY, num_format="#,##0.0")
            sheet.page.write_formula(row, i, f"={cost}{row + 1}/{homes}{row + 1}", shown, value)
        else:
            sheet.page.write(row, i, title if column.name == "village" else None, bold)


def _write_signatures(sheet: Sheet, row: int) -> None:
    """Three places to sign."""
    centred = sheet.book.look(bold=True, align="center")
    for i, signer in enumerate(SIGNERS):
        left = 1 + 5 * i
        sheet.page.merge_range(
            row, left, row, left + 2, sheet.say("maps.grid_extension.day"), sheet.book.look(italic=True, align="center")
        )
        sheet.page.merge_range(
            row + 1, left, row + 1, left + 2, sheet.say(f"maps.grid_extension.signer.{signer}"), centred
        )


def assumptions_of(described: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Give the parameters of electricity that have a short name: those that a reader may question."""
    language = languages()[0]
    frame = described.get("electricity", pd.DataFrame(columns=[column.name for column in _assumption_columns()]))
    named = frame[frame[f"name_{language}"].astype(str) != ""] if len(frame) else frame
    shown = named.assign(value=[v if isinstance(v, int | float) else str(v) for v in named["value"]])
    return parameters_in_words(shown, language)
