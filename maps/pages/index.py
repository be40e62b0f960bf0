"""The index page: the province at a glance, with small maps, key numbers against the targets, charts, and links to
everything."""

from __future__ import annotations

from collections.abc import Sequence
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
from infragap.maps.pages.downloads import downloads_section
from infragap.maps.pages.html import cell, escaped, number, one_language_at_a_time, spoken, table
from infragap.maps.pages.leaflet import asset
from infragap.maps.pages.page import Text
from infragap.maps.pages.targets import targets_section
from infragap.maps.proof import proofs
from infragap.maps.quantities import Quantity, schools_quantities, water_quantities
from infragap.maps.shown import shown
from infragap.wording.catalogue import in_each_language, languages, words
from infragap.wording.codes import code_words, unit_words

SCHOOL_FACTS = (
    "border_schools", "border_pupils", "border_mean_min", "border_longest_min", "upper_secondary_mean_before_min",
    "upper_secondary_mean_after_min", "villages_cut_off_in_rain",
)  # fmt: skip
"""Key figures of the schools, in the order of the card."""


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
            targets_section(pack, results),
            f'<section class="cards">{"".join(cards)}</section>',
            _years(results.electricity),
            downloads_section(documents),
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
    bars = {
        "to_standard_now": "#6db7e0",
        "to_standard_last_year": "#3d93c7",
        "to_standard_after": "#0b6fa4",
        "water_target": "#9e9e9e",
    }
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
    """Electricity by year: the table of the run, money in billions."""
    if electricity is None or not len(electricity.years):
        return ""
    known = {column.name: column for column in columns.YEARS}
    head, money = [], []
    for name in electricity.years.columns:
        is_money = known[name].unit == "mvnd"
        text, unit = heading(known[name]), unit_words("bn_vnd" if is_money else known[name].unit)
        head.append({code: f"{text[code]} ({unit[code]})" if unit else text[code] for code in text})
        money.append(is_money)
    rows = [
        [
            spoken(shown(known["year"], row[0])),
            *(_year_cell(value, is_money) for value, is_money in zip(row[1:], money[1:], strict=True)),
        ]
        for row in electricity.years.itertuples(index=False)
    ]
    return _section("maps.index.years", f'<div class="wide">{table(head, rows)}</div>')


def _year_cell(value: Any, is_money: bool) -> str:
    return cell(value / 1000 if is_money and pd.notna(value) else value)


def _layers(pack: Pack) -> str:
    head = [in_each_language(f"maps.index.layer.{part}") for part in ("title", "provenance", "method", "licence")]
    rows = [
        (escaped(e.title), spoken(code_words("provenance", e.provenance)), escaped(e.method), escaped(e.licence))
        for e in pack.catalog.layer
    ]
    return _section("maps.index.layers", table(head, rows, kind="numbers left"))
