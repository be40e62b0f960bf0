"""Two runs side by side as a page: for each question what changed on the map, in cost, in targets, and place by place
with the reason."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from infragap.analyses.columns import Column, Columns
from infragap.analyses.electricity import columns as electricity_columns
from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.analyses.parameters import Parameters, short_name
from infragap.analyses.schools import columns as schools_columns
from infragap.analyses.water import columns as water_columns
from infragap.analyses.water.parameters import WaterParameters
from infragap.comparing.electricity import Comparison, compare, has_electricity, reasons, refused_for
from infragap.comparing.water import WaterComparison, compare_water, has_water
from infragap.maps.comparison.change_map import Change, change_map
from infragap.maps.comparison.page import comparison_html
from infragap.maps.comparison.parts import Grid, Part
from infragap.maps.comparison.scenarios import pair, scenario_parts
from infragap.maps.shown import headed, measured, same, shown
from infragap.profiles.of_result import inward_columns
from infragap.wording.catalogue import in_each_language, languages

TABLES = (
    "electricity_ranking", "electricity_scenarios", "electricity_all_on_grid", "electricity_targets", "water_frontier",
    "water_works", "schools_sites", "schools_targets", "schools_before_after",
)  # fmt: skip
CODES = {"commune_code": str, "settlement_id": str, "work_id": str, "school_id": str, "site": str}
SITE = ("village", "pupils_served", "mean_min", "max_min", "mean_rainy_min", "cost_mvnd")
SETTLEMENT = ("choice", "year", "rank", "plan_mvnd", "plan_investment_mvnd")
WORK = ("kind", "year", "people_gained", "cost_mvnd")
Frames = Mapping[str, pd.DataFrame]


def scenarios_page(folder: Path) -> str:
    """Page with the scenarios of one result.

    Raises
    ------
    MissingDataError
        The folder holds no complete result, or a damaged one.
    """
    tables, communes = _read(folder)
    try:
        parts = scenario_parts(tables, communes)
    except (ValueError, KeyError, TypeError) as error:
        raise refused_for("damaged", folder=folder, reason=repr(error)) from error
    title = in_each_language("maps.compare.title_one", name=folder.resolve().name)
    return comparison_html(title, in_each_language("maps.compare.lead_one"), (), parts)


def two_runs_page(first: Path, second: Path) -> str:
    """Page with two results side by side; questions that only one of them answers are left out.

    Raises
    ------
    MissingDataError
        A folder holds no complete result, or a damaged one.
    """
    tables_a, communes = _read(first)
    tables_b, _ = _read(second)
    try:
        parts = [
            *_electricity(first, second, (tables_a, tables_b), communes),
            *_water(first, second, communes, (tables_a, tables_b)),
        ]
        parts += _schools(tables_a, tables_b, communes)
    except (ValueError, KeyError, TypeError) as error:
        raise refused_for("damaged", folder=f"{first}, {second}", reason=repr(error)) from error
    names = {"a": first.resolve().name, "b": second.resolve().name}
    if names["a"] == names["b"]:
        names = {"a": str(first), "b": str(second)}
    return comparison_html(
        in_each_language("maps.compare.title_two", **names),
        in_each_language("maps.compare.lead_two", **names),
        (),
        parts,
    )


def _read(folder: Path) -> tuple[dict[str, pd.DataFrame], gpd.GeoDataFrame]:
    try:
        tables = {
            name: pd.read_csv(file, encoding="utf-8-sig", dtype=CODES)
            for name in TABLES
            if (file := folder / "tables" / f"{name}.csv").exists()
        }
        pack = json.loads((folder / "run.json").read_text(encoding="utf-8"))["pack"]
        named = {name: frame.set_axis(inward_columns(frame.columns, pack), axis=1) for name, frame in tables.items()}
        return named, gpd.read_file(folder / "geojson" / "communes.geojson")
    except (OSError, ValueError, RuntimeError, KeyError, TypeError) as error:
        raise refused_for("no_run", folder=folder) from error


def _electricity(
    first: Path, second: Path, tables: tuple[Frames, Frames], communes: gpd.GeoDataFrame
) -> Iterator[Part]:
    if not (has_electricity(first) and has_electricity(second)):
        return
    found = compare(first, second)
    a, b = (frames["electricity_ranking"] for frames in tables)
    both = a.merge(b, on="settlement_id", how="outer", suffixes=("_a", "_b"))
    ids = found.settlements["settlement_id"]
    told = {code: dict(zip(ids, reasons(found.settlements, code), strict=True)) for code in languages()}
    moved = both["choice_a"].fillna("-") != both["choice_b"].fillna("-")
    moved |= _differs(both, "year")
    described = {column.name: column for column in electricity_columns.RANKING}
    rows = both[moved].assign(first=both["choice_a"].fillna("-") == both["choice_b"].fillna("-"))
    rows = rows.sort_values(["first", "settlement_id"])
    listed = _pairs(
        in_each_language("maps.compare.electricity.changed", count=int(moved.sum()), of=len(both)),
        rows,
        [described[name] for name in SETTLEMENT if name in described and f"{name}_a" in both],
        lambda row: {code: told[code].get(row["settlement_id"], "") for code in languages()},
    )
    yield Part(
        "electricity",
        in_each_language("maps.link.electricity"),
        (),
        change_map(communes, _changes(both, moved), *_legend()),
        (
            _totals(found.totals, electricity_columns.SCENARIOS),
            *_targets(tables),
            *_settings(found, ElectricityParameters),
            listed,
        ),
    )


def _differs(both: pd.DataFrame, name: str) -> pd.Series:
    a, b = both[f"{name}_a"], both[f"{name}_b"]
    return (a != b) & ~(a.isna() & b.isna())


def _changes(both: pd.DataFrame, moved: pd.Series) -> list[Change]:
    places = both.assign(
        **{name: both[f"{name}_b"].fillna(both[f"{name}_a"]) for name in ("longitude", "latitude", "name", "commune")},
        is_moved=moved,
    )
    return [
        Change(row["longitude"], row["latitude"], bool(row["is_moved"]), f"{row['name']}, {row['commune']}")
        for row in places[["longitude", "latitude", "name", "commune", "is_moved"]].to_dict("records")
    ]


def _legend() -> Iterator[dict[str, str]]:
    return (in_each_language(f"maps.compare.{key}") for key in ("changed", "same"))


def _pairs(
    title: Mapping[str, str],
    rows: pd.DataFrame,
    columns: list[Column],
    reason: Callable[[Mapping[Any, Any]], dict[str, str]],
) -> Grid:
    """List of places: name, commune, and each column as 'before → after', the reason last."""
    cells = []
    for row in rows.to_dict("records"):
        name = row["name_b"] if isinstance(row.get("name_b"), str) else row["name_a"]
        commune = row["commune_b"] if isinstance(row.get("commune_b"), str) else row["commune_a"]
        pairs = [pair(column, row[f"{column.name}_a"], row[f"{column.name}_b"]) for column in columns]
        cells.append((same(name), same(commune), *pairs, reason(row)))
    headings = [in_each_language("maps.compare.place"), in_each_language("maps.compare.commune")]
    headings += [headed(column) for column in columns] + [in_each_language("maps.compare.reason")]
    numeric = (False, False, *[column.unit != "-" for column in columns], False)
    return Grid(title, tuple(headings), tuple(cells), numeric, long=True)


def _totals(totals: pd.DataFrame, columns: Columns) -> Grid:
    """Cost and counts of both runs and the difference."""
    known = {column.name: column for column in columns}
    rows = []
    for row in totals.to_dict("records"):
        quantity = str(row["quantity"])
        key = f"maps.compare.quantity.{quantity.replace(': ', '.')}"
        column = known.get(quantity)
        name = headed(column) if column is not None else _words_or(key, quantity)
        digits = 0 if float(row["a"]).is_integer() and float(row["b"]).is_integer() else 1
        rows.append((name, *(measured(row[side], digits) for side in ("a", "b", "change"))))
    heads = tuple(in_each_language(f"maps.compare.head.{part}") for part in ("quantity", "a", "b", "change"))
    return Grid(in_each_language("maps.compare.cost"), heads, tuple(rows), (False, True, True, True))


def _words_or(key: str, text: str) -> dict[str, str]:
    try:
        return in_each_language(key)
    except KeyError:
        return same(text)


def _targets(tables: tuple[Frames, Frames]) -> Iterator[Grid]:
    """What each run reaches of each target."""
    frames = [one.get("electricity_targets") for one in tables]
    if any(frame is None for frame in frames):
        return
    a, b = (frame for frame in frames if frame is not None)
    both = a.merge(b, on=["target", "year"], how="outer", suffixes=("_a", "_b"))
    known = {column.name: column for column in electricity_columns.TARGETS}
    rows = [
        (
            shown(known["target"], row["target"]),
            shown(known["year"], row["year"]),
            *(
                pair(known[name], row[f"{name}_a"], row[f"{name}_b"])
                for name in ("wanted", "reached", "is_reached", "extra_mvnd")
            ),
        )
        for row in both.to_dict("records")
    ]
    names = ("target", "year", "wanted", "reached", "is_reached", "extra_mvnd")
    headings = tuple(headed(known[name]) for name in names)
    yield Grid(in_each_language("maps.compare.targets"), headings, tuple(rows), (False, True, True, True, False, True))


def _settings(found: Comparison | WaterComparison, kind: type[Parameters]) -> Iterator[Grid]:
    """Parameters and inputs that differ."""
    for part in ("parameters", "inputs"):
        frame: pd.DataFrame = getattr(found, part)
        rows = tuple(
            (_named(kind, str(name)), *(same(str(cell)[:60]) for cell in cells))
            for name, *cells in frame.itertuples(index=False)
        )
        heads = tuple(in_each_language(f"maps.compare.head.{name}") for name in ("what", "a", "b"))
        yield Grid(in_each_language(f"maps.compare.{part}"), heads, rows, (False, True, True))


def _named(kind: type[Parameters], name: str) -> dict[str, str]:
    """What a parameter is called, its name behind it; a layer, or a parameter without such words, by its name."""
    called = {code: short_name(kind, name, code) for code in languages()}
    return {code: f"{text} ({name})" if text else name[:60] for code, text in called.items()}


def _water(first: Path, second: Path, communes: gpd.GeoDataFrame, tables: tuple[Frames, Frames]) -> Iterator[Part]:
    if not (has_water(first) and has_water(second)):
        return
    found = compare_water(first, second)
    both = _works(tables)
    changes = found.works.set_index("site")["change"]
    moved = both["site"].map(changes).ne("same")
    described = {column.name: column for column in water_columns.WORKS}

    def reason(row: Mapping[Any, Any]) -> dict[str, str]:
        change = in_each_language(f"command.compare.change.{changes.get(row['site'], 'same')}")
        own = {code: row.get(f"reason_{code}_b") for code in languages()}
        own = {code: text if isinstance(text, str) else row.get(f"reason_{code}_a") for code, text in own.items()}
        return {code: f"{change[code]}. {own[code] if isinstance(own[code], str) else ''}".strip() for code in change}

    columns = [described[name] for name in WORK]
    yield Part(
        "water",
        in_each_language("maps.link.water"),
        (),
        change_map(communes, _changes(both, moved), *_legend()),
        (
            _totals(found.totals, water_columns.WORKS),
            *_settings(found, WaterParameters),
            _pairs(
                in_each_language("maps.compare.water.changed", count=int(moved.sum()), of=len(both)),
                both[moved].sort_values("site"),
                columns,
                reason,
            ),
        ),
    )


def _works(tables: tuple[Frames, Frames]) -> pd.DataFrame:
    a, b = (frames["water_works"] for frames in tables)
    return a.merge(b, on="site", how="outer", suffixes=("_a", "_b"))


def _schools(a: Frames, b: Frames, communes: gpd.GeoDataFrame) -> Iterator[Part]:
    if "schools_sites" not in a or "schools_sites" not in b:
        return
    both = a["schools_sites"].merge(b["schools_sites"], on="school_id", how="outer", suffixes=("_a", "_b"))
    moved = _differs(both, "candidate")
    described = {column.name: column for column in schools_columns.SITES}

    def reason(row: Mapping[Any, Any]) -> dict[str, str]:
        texts = {code: row.get(f"reason_{code}_b") for code in languages()}
        return {code: text if isinstance(text, str) else "" for code, text in texts.items()}

    columns = [described[name] for name in SITE if name in described and f"{name}_a" in both]
    yield Part(
        "schools",
        in_each_language("maps.link.schools"),
        (),
        change_map(communes, _changes(both, moved), *_legend()),
        (
            *_school_targets(a, b),
            _pairs(
                in_each_language("maps.compare.schools.changed", count=int(moved.sum()), of=len(both)),
                both.sort_values("school_id"),
                columns,
                reason,
            ),
        ),
    )


def _school_targets(a: Frames, b: Frames) -> Iterator[Grid]:
    if "schools_targets" not in a or "schools_targets" not in b:
        return
    both = a["schools_targets"].merge(b["schools_targets"], on=["target", "level"], how="outer", suffixes=("_a", "_b"))
    known = {column.name: column for column in schools_columns.TARGETS}
    names = ("pupils", "places_after", "share_after_pct", "target_pct", "places_short")
    rows = tuple(
        (
            shown(known["target"], row["target"]),
            shown(known["level"], row["level"]),
            *(pair(known[name], row[f"{name}_a"], row[f"{name}_b"]) for name in names),
        )
        for row in both.to_dict("records")
    )
    headings = tuple(headed(known[name]) for name in ("target", "level", *names))
    yield Grid(in_each_language("maps.compare.targets"), headings, rows, (False, False, *[True] * len(names)))
