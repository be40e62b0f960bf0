"""The index page: the province at a glance, with small maps, key numbers against the targets, charts, and links to
everything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from infragap.analyses.electricity import columns
from infragap.analyses.electricity.result import ElectricityResult
from infragap.analyses.results import Results
from infragap.analyses.schools.result import SchoolsResult
from infragap.analyses.water.result import WaterResult
from infragap.gis.pack import Pack
from infragap.maps import colours
from infragap.maps.pages.choropleth import choropleth
from infragap.maps.pages.common import PAGES, heading, page_title
from infragap.maps.pages.html import cell, escaped, number, one_language_at_a_time, spoken, table
from infragap.maps.pages.leaflet import asset
from infragap.maps.pages.page import Text
from infragap.maps.proof import proofs
from infragap.maps.quantities import Quantity, schools_quantities, water_quantities
from infragap.wording.catalogue import in_each_language, languages, words
from infragap.wording.codes import code_words, unit_words

SCHOOL_FACTS = (
    "border_schools", "border_pupils", "border_mean_min", "border_longest_min", "upper_secondary_mean_before_min",
    "upper_secondary_mean_after_min", "villages_cut_off_in_rain",
)  # fmt: skip
"""Key figures of the schools, in the order of the card."""
Target = tuple[Text, str, str, str]
"""Indicator, as published, in this run, target of 2030."""


def index_html(pack: Pack, communes: gpd.GeoDataFrame, results: Results, documents: Sequence[Path]) -> str:
    """Compose the index page.

    Parameters
    ----------
    pack
        Title, targets, catalogue.
    communes
        Commune layer with the summary columns of this run.
    results
        What the run found.
    documents
        Files of the run to link to, relative to the page.
    """
    cards = []
    if results.electricity is not None:
        cards.append(_electricity_card(communes, results.electricity))
    if results.water is not None:
        cards.append(_water_card(communes, results.water))
    if results.schools is not None:
        cards.append(_schools_card(communes, results.schools))
    title = in_each_language("maps.index.title", province=pack.catalog.pack.province)
    body = "".join(
        [
            _header(title, [p for p in PAGES if any(d.name == p for d in documents)]),
            "<main>",
            _notice(pack),
            _alarms(results),
            _targets(pack, results),
            f'<section class="cards">{"".join(cards)}</section>',
            _years(results.electricity),
            _links(documents),
            _layers(pack),
            "</main>",
        ]
    )
    style = asset("index.css") + one_language_at_a_time()
    return (
        f'<!DOCTYPE html>\n<html lang="{languages()[0]}"><head><meta charset="utf-8"><meta name="viewport" '
        f'content="width=device-width">'
        f"<title>{escaped(title[languages()[0]])}</title><style>{style}</style></head><body>{body}<script>{asset('index.js')}</script></body></html>\n"
    )


def _header(title: Text, pages: Sequence[str]) -> str:
    links = "".join(
        f'<a href="{page}"{" aria-current=page" if page == "index.html" else ""}>{spoken(page_title(page))}</a>'
        for page in pages
    )
    buttons = "".join(
        f'<button type="button" lang="{code}">{escaped(words(code)("language.name"))}</button>' for code in languages()
    )
    return f"<header><h1>{spoken(title)}</h1><nav>{links}{buttons}</nav></header>"


def _section(key: str, content: str) -> str:
    return f"<section><h2>{spoken(in_each_language(key))}</h2>{content}</section>"


def _notice(pack: Pack) -> str:
    modelled = sum(entry.provenance == "modelled" for entry in pack.catalog.layer)
    if not modelled:
        return ""
    text = in_each_language("maps.index.notice", modelled=modelled, layers=len(pack.catalog.layer))
    return f'<p class="notice">{spoken(text)}</p>'


def _alarms(results: Results) -> str:
    """Answers that a reader must be warned of, each with its question."""
    return "".join(
        f'<p class="alarm"><b>{spoken(page_title(f"{proof.question}.html"))}.</b> {spoken(proof.text)}</p>'
        for proof in proofs(results)
        if proof.alarming
    )


def _targets(pack: Pack, results: Results) -> str:
    """Table: indicator, published, in this run, target 2030."""
    rows: list[Target] = []
    if results.electricity is not None:
        rows += _electricity_targets(pack, results.electricity)
    if results.water is not None:
        rows += _water_targets(pack, results.water)
    if not rows:
        return ""
    head = [in_each_language(f"maps.index.target.{part}") for part in ("indicator", "published", "here", "target")]
    return _section("maps.index.targets", table(head, [(spoken(label), *cells) for label, *cells in rows]))


def _electricity_targets(pack: Pack, result: ElectricityResult) -> list[Target]:
    known, frame = pack.catalog.targets, result.settlements
    without = frame[frame["supply"].isin(("none", "solar_home"))]["households"].sum()
    total = int(pack.communes["households"].sum())
    clusters = frame[frame["kind"] == "cluster"]
    everyone = number(0) if "clusters" in known else ""
    return [
        (
            in_each_language("maps.index.households_with_electricity"),
            _target(known, "household_electrification_pct", "%", 2),
            number(100 * (1 - without / total), 2, unit_words("%")),
            _target(known, "household_electrification_2030_pct", "%", 1),
        ),
        (
            in_each_language("maps.index.villages_without_grid"),
            _target(known, "settlements_villages"),
            number((frame["kind"] == "village").sum()),
            everyone,
        ),
        (in_each_language("maps.index.clusters"), _target(known, "clusters"), number(len(clusters)), everyone),
        (
            in_each_language("maps.index.cluster_households"),
            _target(known, "cluster_households"),
            number(clusters["households"].sum()),
            "",
        ),
    ]


def _water_targets(pack: Pack, result: WaterResult) -> list[Target]:
    known, here = pack.catalog.targets, result.summary
    return [
        (
            in_each_language("maps.index.rural_to_standard"),
            _target(known, "water_clean_pct", "%", 1),
            number(here["to_standard_pct"], 1, unit_words("%")),
            _target(known, "water_clean_2030_pct", "%", 1),
        ),
        (
            in_each_language("maps.index.rural_basic"),
            _target(known, "water_basic_pct", "%", 1),
            number(here["basic_pct"], 1, unit_words("%")),
            "",
        ),
    ]


def _target(known: Mapping[str, Any], key: str, unit: str = "-", digits: int = 0) -> str:
    return number(known[key], digits, unit_words(unit)) if key in known else "–"


def _electricity_card(communes: gpd.GeoDataFrame, result: ElectricityResult) -> str:
    frame = result.settlements
    waiting = frame.groupby("commune_code")["households"].sum()
    bars = [
        (code_words("choice", code), Quantity(code, float(chosen["households"].sum()), "households"), colour)
        for code, colour in colours.CHOICES.items()
        if len(chosen := frame[frame["choice"] == code])
    ]
    chart = _bars(bars)
    values = communes["commune_code"].map(waiting).fillna(0)
    return _card("electricity", communes, values, chart)


def _water_card(communes: gpd.GeoDataFrame, result: WaterResult) -> str:
    rate = result.communes.set_index("commune_code")["to_standard_pct"]
    counted = water_quantities(result)
    bars = {"to_standard_now": "#6db7e0", "to_standard_after": "#0b6fa4", "water_target": "#9e9e9e"}
    chart = _bars([(counted[key].label, counted[key], fill) for key, fill in bars.items() if key in counted])
    return _card("water", communes, 100 - communes["commune_code"].map(rate), chart)


def _schools_card(communes: gpd.GeoDataFrame, result: SchoolsResult) -> str:
    villages = result.villages.dropna(subset=["upper_motorbike_dry_min"])
    pupils = villages["pupils_upper_secondary"].clip(lower=1)
    weighted = (villages["upper_motorbike_dry_min"] * pupils).groupby(villages["commune_code"]).sum()
    values = communes["commune_code"].map(weighted / pupils.groupby(villages["commune_code"]).sum())
    counted = schools_quantities(result)
    facts = "".join(
        f"<tr><td>{spoken(counted[key].label)}</td><td>{_figure(counted[key])}</td></tr>"
        for key in SCHOOL_FACTS
        if key in counted
    )
    return _card("schools", communes, values, f'<table class="numbers">{facts}</table>')


def _figure(quantity: Quantity) -> str:
    return number(quantity.value, quantity.decimals, quantity.unit_text)


def _card(name: str, communes: gpd.GeoDataFrame, values: pd.Series[float], chart: str) -> str:
    page = f"{name}.html"
    small_map = choropleth(communes, values, name, in_each_language(f"maps.index.map.{name}"))
    title, caption = in_each_language(f"maps.index.card.{name}"), in_each_language(f"maps.index.chart.{name}")
    return (
        f'<article><h2><a href="{page}">{spoken(title)} →</a></h2><a href="{page}">{small_map}</a>'
        f"<h3>{spoken(caption)}</h3>{chart}</article>"
    )


def _bars(bars: Sequence[tuple[Text, Quantity, str]]) -> str:
    most = max((quantity.value for _, quantity, _ in bars), default=1) or 1
    rows = "".join(
        f"<tr><td>{spoken(label)}</td>"
        f'<td class="bar"><i style="width:{100 * quantity.value / most:.1f}%;background:{colour}"></i></td>'
        f"<td>{_figure(quantity)}</td></tr>"
        for label, quantity, colour in bars
    )
    return f'<table class="bars">{rows}</table>'


def _years(electricity: ElectricityResult | None) -> str:
    """Electricity by year: the table of the run."""
    if electricity is None or not len(electricity.years):
        return ""
    known = {column.name: column for column in columns.YEARS}
    head = []
    for name in electricity.years.columns:
        text, unit = heading(known[name]), unit_words(known[name].unit)
        head.append({code: f"{text[code]} ({unit[code]})" if unit else text[code] for code in text})
    rows = [[escaped(row[0]), *(cell(value) for value in row[1:])] for row in electricity.years.itertuples(index=False)]
    return _section("maps.index.years", table(head, rows))


def _links(documents: Sequence[Path]) -> str:
    items = "".join(
        f'<li><a href="{escaped(d.as_posix())}">{escaped(d.as_posix())}</a></li>'
        for d in documents
        if d.suffix != ".html"
    )
    return _section("maps.index.files", f'<ul class="files">{items}</ul>')


def _layers(pack: Pack) -> str:
    head = [in_each_language(f"maps.index.layer.{part}") for part in ("title", "provenance", "method", "licence")]
    rows = [
        (escaped(e.title), spoken(code_words("provenance", e.provenance)), escaped(e.method), escaped(e.licence))
        for e in pack.catalog.layer
    ]
    return _section("maps.index.layers", table(head, rows, kind="numbers left"))
