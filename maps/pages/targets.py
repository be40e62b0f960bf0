"""Targets of the scheme on the index: as published, in the data, with this plan, and what is wanted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from infragap.analyses.electricity.result import ElectricityResult
from infragap.analyses.results import Results
from infragap.analyses.schools.result import SchoolsResult
from infragap.analyses.water.result import WaterResult
from infragap.gis.pack import Pack
from infragap.maps.pages.html import number, spoken, table
from infragap.wording.catalogue import in_each_language
from infragap.wording.codes import unit_words
from infragap.wording.country import spoken_profile

NOTHING = "–"
SCHOOLS = {
    "boarding_schools_border": "border_boarding",
    "schools_raised": "ethnic_boarding",
    "schools_new_upper_secondary": "new_upper_secondary",
}
"""Target of the catalogue to the kind of school that it counts."""


@dataclass(frozen=True)
class _Row:
    """An indicator: its key in the catalogue of words, and the four cells as HTML."""

    key: str
    published: str = NOTHING
    here: str = NOTHING
    planned: str = NOTHING
    wanted: str = NOTHING


def targets_section(pack: Pack, results: Results) -> str:
    """Compose the table of targets; empty where the run answers no question that has one."""
    known = pack.catalog.targets
    rows: list[_Row] = []
    if results.electricity is not None:
        rows += _electricity(known, int(pack.communes["households"].sum()), results.electricity)
    if results.water is not None:
        rows += _water(known, results.water)
    if results.schools is not None:
        rows += _schools(known, results.schools)
    if not rows:
        return ""
    parts = ("indicator", "published", "here", "planned", "target")
    head = [in_each_language(f"maps.index.target.{part}", year=spoken_profile().last_year) for part in parts]
    body = table(
        head,
        [(spoken(in_each_language(row.key)), row.published, row.here, row.planned, row.wanted) for row in rows],
        kind="numbers targets",
    )
    title = spoken(in_each_language("maps.index.targets"))
    return f'<section><h2>{title}</h2><div class="wide">{body}</div></section>'


def _electricity(known: Mapping[str, Any], households: int, result: ElectricityResult) -> Iterator[_Row]:
    frame = result.settlements
    waiting = frame[~_built(frame)]
    reached = _last(result.years)
    without = frame[frame["supply"].isin(("none", "solar_home"))]["households"].sum()
    villages, clusters = (frame[frame["kind"] == kind] for kind in ("village", "cluster"))
    planned = _percent(reached.get("electrified_pct"), 2)
    yield _Row(
        "maps.index.households_with_electricity",
        _target(known, "household_electrification_pct", "%", 2),
        _percent(100 * (1 - without / households) if households else None, 2),
        planned,
        _target(known, "household_electrification_2030_pct", "%", 1),
    )
    yield _Row(
        "maps.index.households_on_grid",
        planned=_percent(reached.get("national_grid_pct"), 2),
        wanted=_target(known, "household_electrification_2030_pct", "%", 1),
    )
    off_grid = villages[~(_built(villages) & (villages["choice"] == "grid"))]
    yield _Row(
        "maps.index.villages_without_grid",
        _target(known, "settlements_villages"),
        number(len(villages)),
        number(len(off_grid)),
        number(0),
    )
    yield _Row(
        "maps.index.clusters",
        _target(known, "clusters"),
        number(len(clusters)),
        number((waiting["kind"] == "cluster").sum()),
        number(0),
    )
    yield _Row(
        "maps.index.cluster_households",
        _target(known, "cluster_households"),
        number(clusters["households"].sum()),
        number(waiting.loc[waiting["kind"] == "cluster", "households"].sum()),
        number(0),
    )


def _water(known: Mapping[str, Any], result: WaterResult) -> Iterator[_Row]:
    here, reached = result.summary, _last(result.tables.get("years", pd.DataFrame()))
    planned = reached.get("to_standard_pct", result.siting["to_standard_after_pct"])
    expected = reached.get("to_standard_expected_pct")
    told = _percent(planned, 1)
    if expected is not None and pd.notna(expected):
        told += f" <small>({spoken(in_each_language('maps.index.target.expected'))} {_percent(expected, 1)})</small>"
    yield _Row(
        "maps.index.rural_to_standard",
        _target(known, "water_clean_pct", "%", 1),
        _percent(here["to_standard_pct"], 1),
        told,
        _target(known, "water_clean_2030_pct", "%", 1),
    )
    yield _Row("maps.index.rural_basic", _target(known, "water_basic_pct", "%", 1), _percent(here["basic_pct"], 1))
    if "water_works_max" in known:
        works = number(_built(result.works).sum())
        yield _Row("maps.index.water_works", planned=works, wanted=number(known["water_works_max"]))


def _schools(known: Mapping[str, Any], result: SchoolsResult) -> Iterator[_Row]:
    for target, kind in SCHOOLS.items():
        if target in known:
            count = (result.sites["kind"] == kind).sum()
            yield _Row(f"maps.index.{target}", planned=number(count), wanted=number(known[target]))


def _built(frame: pd.DataFrame) -> pd.Series[bool]:
    """Whether a row's works are built by the year of the targets."""
    return pd.to_numeric(frame["year"], errors="coerce").le(spoken_profile().last_year)


def _last(years: pd.DataFrame) -> dict[str, Any]:
    """Values of the last year up to that of the targets."""
    if "year" not in years:
        return {}
    within = years[pd.to_numeric(years["year"], errors="coerce").le(spoken_profile().last_year)]
    return {str(key): value for key, value in within.iloc[-1].items()} if len(within) else {}


def _percent(value: Any, digits: int) -> str:
    return NOTHING if value is None or pd.isna(value) else number(float(value), digits, unit_words("%"))


def _target(known: Mapping[str, Any], key: str, unit: str = "-", digits: int = 0) -> str:
    return number(known[key], digits, unit_words(unit)) if key in known else NOTHING
