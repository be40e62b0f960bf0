"""The scenarios of one run side by side: what each costs and reaches, and where the answer would differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import geopandas as gpd
import pandas as pd

from infragap.analyses.columns import Column
from infragap.analyses.electricity import columns as electricity_columns
from infragap.analyses.schools import columns as schools_columns
from infragap.analyses.water import columns as water_columns
from infragap.maps.comparison.change_map import Change, change_map
from infragap.maps.comparison.parts import Grid, Part, Text, grid_of
from infragap.maps.shown import shown
from infragap.wording.catalogue import in_each_language

Frames = Mapping[str, pd.DataFrame]
SCENARIO = (
    "scenario", "cost_mvnd", "extra_mvnd", "investment_mvnd", "grid_settlements", "grid_households",
    "villages_on_grid", "national_grid_pct", "safe_supply_pct", "line_km", "lower_bound_mvnd", "status",
)  # fmt: skip
TARGET = ("target", "year", "wanted", "reached", "is_reached", "missing_settlements", "extra_mvnd")
FRONTIER = ("question", "works", "cost_mvnd", "people", "gap", "status")
SITE = (
    "name", "commune", "village", "fairest_village", "coverage_village", "free_place", "year_min", "free_year_min",
    "regret95_min", "robustness",
)  # fmt: skip
SCHOOL_TARGET = (
    "target", "level", "pupils", "places_before", "places_after", "share_before_pct", "share_after_pct", "target_pct",
)  # fmt: skip
DISSENT = ("name", "commune", "households", "choice", "plan_mvnd", "all_on_grid_mvnd", "extra_mvnd")


def scenario_parts(tables: Frames, communes: gpd.GeoDataFrame) -> list[Part]:
    """Compose a part for each question that the run answered.

    Parameters
    ----------
    tables
        Tables of the run by name.
    communes
        Polygons in any CRS.
    """
    makers = (_electricity, _water, _schools)
    return [part for maker in makers for part in maker(tables, communes)]


def _electricity(tables: Frames, communes: gpd.GeoDataFrame) -> Iterator[Part]:
    if "electricity_scenarios" not in tables:
        return
    scenarios = grid_of(
        in_each_language("maps.compare.scenarios"),
        tables["electricity_scenarios"],
        electricity_columns.SCENARIOS,
        SCENARIO,
        in_each_language("maps.compare.scenarios.note"),
    )
    grids, drawing = [], ""
    if "electricity_targets" in tables:
        title = in_each_language("maps.compare.targets")
        grids.append(grid_of(title, tables["electricity_targets"], electricity_columns.TARGETS, TARGET))
    if "electricity_all_on_grid" in tables and "electricity_ranking" in tables:
        drawing, dissent = _all_on_grid(tables, communes)
        grids.append(dissent)
    yield Part(
        "electricity",
        in_each_language("maps.link.electricity"),
        (in_each_language("maps.compare.electricity.map"),) if drawing else (),
        drawing,
        (*grids[:1], scenarios, *grids[1:]),
    )


def _all_on_grid(tables: Frames, communes: gpd.GeoDataFrame) -> tuple[str, Grid]:
    """Where the plan and the scenario in which everybody gets the grid differ, dearest first."""
    priced = tables["electricity_all_on_grid"][["settlement_id", "all_on_grid_mvnd", "extra_mvnd"]]
    joined = (
        tables["electricity_ranking"].drop(columns=["extra_mvnd"], errors="ignore").merge(priced, on="settlement_id")
    )
    dissent = joined["choice"].ne("grid") & joined["all_on_grid_mvnd"].notna()
    columns = (*electricity_columns.RANKING, *electricity_columns.TABLES["all_on_grid"])
    places = [
        Change(row["longitude"], row["latitude"], bool(is_other), _tip(row["name"], row["commune"]))
        for row, is_other in zip(
            joined[["longitude", "latitude", "name", "commune"]].to_dict("records"), dissent, strict=True
        )
    ]
    words = (in_each_language(f"maps.compare.electricity.{key}") for key in ("leaves", "stays"))
    drawing = change_map(communes, places, *words)
    rows = joined[dissent].sort_values(["extra_mvnd", "settlement_id"], ascending=[False, True])
    return drawing, with_reasons(
        grid_of(in_each_language("maps.compare.electricity.list"), rows, columns, DISSENT), rows, "why_not"
    )


def with_reasons(grid: Grid, rows: pd.DataFrame, stem: str) -> Grid:
    """Add the reasons of the rows as a last column, in each language that has them."""
    present = [name for name in (f"{stem}_vi", f"{stem}_en") if name in rows]
    if not present:
        return grid
    reasons = [
        {code: _plain(row.get(f"{stem}_{code}", row[present[0]])) for code in in_each_language("maps.compare.reason")}
        for row in rows[present].to_dict("records")
    ]
    cells = tuple((*row, reason) for row, reason in zip(grid.rows, reasons, strict=True))
    return Grid(
        grid.title,
        (*grid.headings, in_each_language("maps.compare.reason")),
        cells,
        (*grid.numeric, False),
        grid.note,
        long=True,
    )


def _plain(value: object) -> str:
    return str(value) if isinstance(value, str) else ""


def _tip(*parts: object) -> str:
    return ", ".join(str(part) for part in parts)


def _water(tables: Frames, communes: gpd.GeoDataFrame) -> Iterator[Part]:
    if "water_frontier" not in tables:
        return
    frontier = tables["water_frontier"]
    asked = frontier[frontier["question"] != "frontier"]
    steps = frontier[frontier["question"] == "frontier"].sort_values("people")
    note = in_each_language("maps.compare.water.note")
    grids = [
        grid_of(in_each_language("maps.compare.water.questions"), asked, water_columns.FRONTIER, FRONTIER, note),
        grid_of(
            in_each_language("maps.compare.water.frontier"),
            steps,
            water_columns.FRONTIER,
            ("works", "cost_mvnd", "people", "gap"),
        ),
    ]
    drawing, notes = "", list[Text]()
    works = tables.get("water_works")
    if works is not None and "no_regret" in works:
        places = [
            Change(row["longitude"], row["latitude"], not row["no_regret"], _tip(row["name"], row["commune"]))
            for row in works[["longitude", "latitude", "no_regret", "name", "commune"]].to_dict("records")
        ]
        words = (in_each_language(f"maps.compare.water.{key}") for key in ("unsure", "sure"))
        drawing, notes = change_map(communes, places, *words), [in_each_language("maps.compare.water.map")]
        unsure = works[~works["no_regret"].astype(bool)].sort_values(["rank", "work_id"])
        names = ("name", "commune", "kind", "year", "people_gained", "cost_mvnd", "chosen_probability")
        listed = grid_of(in_each_language("maps.compare.water.list"), unsure, water_columns.WORKS, names)
        grids.append(with_reasons(listed, unsure, "reason"))
    yield Part("water", in_each_language("maps.link.water"), tuple(notes), drawing, tuple(grids))


def _schools(tables: Frames, communes: gpd.GeoDataFrame) -> Iterator[Part]:
    if "schools_sites" not in tables:
        return
    sites = tables["schools_sites"]
    own = sites[sites["village"].notna() & sites["fairest_village"].notna()].sort_values("rank")
    moved = own[["village", "fairest_village", "coverage_village"]].nunique(axis=1).gt(1)
    places = [
        Change(row["longitude"], row["latitude"], bool(other), _tip(row["name"], row["commune"]))
        for row, other in zip(own[["longitude", "latitude", "name", "commune"]].to_dict("records"), moved, strict=True)
    ]
    words = (in_each_language(f"maps.compare.schools.{key}") for key in ("moves", "stays"))
    listed = grid_of(in_each_language("maps.compare.schools.list"), own, schools_columns.SITES, SITE)
    grids = [with_reasons(listed, own, "reason")]
    if "schools_targets" in tables:
        title = in_each_language("maps.compare.targets")
        grids.insert(0, grid_of(title, tables["schools_targets"], schools_columns.TARGETS, SCHOOL_TARGET))
    if "schools_before_after" in tables:
        grids.insert(1, _before_after(tables))
    yield Part(
        "schools",
        in_each_language("maps.link.schools"),
        (in_each_language("maps.compare.schools.map"),),
        change_map(communes, places, *words),
        tuple(grids),
    )


def _before_after(tables: Frames) -> Grid:
    frame = tables["schools_before_after"]
    province = frame[frame["group"] != "commune"]
    names = ("group", "mode", "season", "minutes_from", "minutes_to", "pupils_before", "pupils_after")
    title = in_each_language("maps.compare.schools.before_after")
    return replace(grid_of(title, province, schools_columns.BEFORE_AFTER, names), long=True)


def pair(column: Column, a: object, b: object) -> dict[str, str]:
    """Two values of a column as 'a → b', or once where they read the same."""
    before, after = shown(column, a, unit=False), shown(column, b, unit=False)
    return {
        code: before[code] if before[code] == after[code] else f"{before[code] or '–'} → {after[code] or '–'}"
        for code in before
    }
