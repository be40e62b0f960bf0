"""The index page: the province at a glance, with small maps, key numbers against the targets, charts, and links to everything."""

from __future__ import annotations

import html
import itertools
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from infragap.analyses.electricity import columns
from infragap.analyses.electricity.result import ElectricityResult
from infragap.analyses.schools.result import SchoolsResult
from infragap.analyses.water.result import WaterResult
from infragap.gis.crs import to_wgs84
from infragap.gis.pack import Pack
from infragap.maps.base import PAGES, UNIT_VI
from infragap.maps.page import Text
from infragap.maps.style import CHOICES, MODELLED_NOTICE, PROVENANCE
from infragap.wording.catalogue import number_vi

MAP_WIDTH = 300
CLASSES = 5
SIMPLIFY_M = 400.0
RAMPS: Mapping[str, tuple[str, ...]] = {
    "electricity": ("#eef3fb", "#bcd0ee", "#7fa6dc", "#3f78c3", "#174a94"),
    "water": ("#fdf0e4", "#fbcfa6", "#f59d6c", "#dd5f46", "#a31f34"),
    "schools": ("#f4eef9", "#d9c6ea", "#b492d4", "#8a5bb5", "#5c2c87"),
}
SCHOOL_FACTS: tuple[tuple[str, Text, str], ...] = (
    ("border_schools", ("trường nội trú biên giới", "border boarding schools"), ""),
    ("border_pupils", ("học sinh các xã biên giới", "pupils of the border communes"), ""),
    ("border_mean_min", ("trung bình tới trường", "mean way to school"), " phút"),
    ("border_longest_min", ("xa nhất", "longest way"), " phút"),
    ("upper_secondary_mean_before_min", ("tới trường THPT hiện nay", "to upper secondary today"), " phút"),
    ("upper_secondary_mean_after_min", ("tới trường THPT sau khi xây", "to upper secondary afterwards"), " phút"),
    ("villages_cut_off_in_rain", ("thôn bị chia cắt mùa mưa", "villages cut off in the rain"), ""),
)


def overview_html(
    pack: Pack,
    communes: gpd.GeoDataFrame,
    electricity: ElectricityResult | None,
    water: WaterResult | None,
    schools: SchoolsResult | None,
    documents: Sequence[Path],
) -> str:
    """Compose the index page.

    Parameters
    ----------
    pack
        Title, targets, catalogue.
    communes
        Commune layer with the summary columns of this run.
    electricity, water, schools
        Results; None where the run left one out.
    documents
        Files of the run to link to, relative to the page.
    """
    cards = []
    if electricity is not None:
        cards.append(_electricity_card(communes, electricity))
    if water is not None:
        cards.append(_water_card(communes, water))
    if schools is not None:
        cards.append(_schools_card(communes, schools))
    title = ("Hạ tầng còn thiếu: " + pack.catalog.pack.province, "Infrastructure gaps: " + pack.catalog.pack.province)
    body = "".join(
        [
            _header(title, [p for p in PAGES if any(d.name == p for d in documents)]),
            "<main>",
            _notice(pack),
            _targets(pack, electricity, water),
            f'<section class="cards">{"".join(cards)}</section>',
            _years(electricity),
            _links(documents),
            _layers(pack),
            "</main>",
        ]
    )
    style = (files("infragap.maps") / "assets" / "overview.css").read_text(encoding="utf-8")
    script = "document.getElementById('lang').addEventListener('click',()=>document.body.classList.toggle('en'));"
    return (
        f'<!DOCTYPE html>\n<html lang="vi"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{_e(title[0])}</title><style>{style}</style></head><body>{body}<script>{script}</script></body></html>\n"
    )


def _e(text: object) -> str:
    return html.escape(str(text))


def _t(text: Text) -> str:
    """Both languages; the style sheet shows one."""
    return f'<span class="vi">{_e(text[0])}</span><span class="en">{_e(text[1])}</span>'


def _header(title: Text, pages: Sequence[str]) -> str:
    links = "".join(
        f'<a href="{page}"{" aria-current=page" if page == "index.html" else ""}>{_t(PAGES[page])}</a>'
        for page in pages
    )
    return f'<header><h1>{_t(title)}</h1><nav>{links}<button id="lang" type="button">{_t(("English", "Tiếng Việt"))}</button></nav></header>'


def _notice(pack: Pack) -> str:
    modelled = sum(entry.provenance == "modelled" for entry in pack.catalog.layer)
    if not modelled:
        return ""
    text = (
        f"{MODELLED_NOTICE[0][:1].upper()}{MODELLED_NOTICE[0][1:]}: {modelled}/{len(pack.catalog.layer)} lớp được mô phỏng khớp với số liệu công bố. "
        "Kiểm tra tọa độ và số hộ thực tế trước khi quyết định.",
        f"{MODELLED_NOTICE[1][:1].upper()}{MODELLED_NOTICE[1][1:]}: {modelled} of {len(pack.catalog.layer)} layers are modelled to match published totals. "
        "Check real positions and households before deciding.",
    )
    return f'<p class="notice">{_t(text)}</p>'


def _targets(pack: Pack, electricity: ElectricityResult | None, water: WaterResult | None) -> str:
    """Table: indicator, published, in this run, target 2030."""
    known = pack.catalog.targets
    rows: list[tuple[Text, str, str, str]] = []
    if electricity is not None:
        frame = electricity.settlements
        without = frame[frame["supply"].isin(("none", "solar_home"))]["households"].sum()
        total = int(pack.communes["households"].sum())
        rows += [
            (
                ("Hộ có điện", "Households with electricity"),
                _target(known, "household_electrification_pct", "%", 2),
                f"{number_vi(100 * (1 - without / total), decimals=2)} %",
                _target(known, "household_electrification_2030_pct", "%", 1),
            ),
            (
                ("Thôn chưa có điện lưới", "Villages without grid"),
                _target(known, "settlements_villages", "", 0),
                number_vi((frame["kind"] == "village").sum()),
                "0" if "clusters" in known else "",
            ),
            (
                ("Cụm dân cư cần cấp điện", "Clusters to serve"),
                _target(known, "clusters", "", 0),
                number_vi((frame["kind"] == "cluster").sum()),
                "0" if "clusters" in known else "",
            ),
            (
                ("Hộ trong các cụm", "Households of the clusters"),
                _target(known, "cluster_households", "", 0),
                number_vi(frame.loc[frame["kind"] == "cluster", "households"].sum()),
                "",
            ),
        ]
    if water is not None:
        rows += [
            (
                ("Nước sạch đạt quy chuẩn, nông thôn", "Rural water to standard"),
                _target(known, "water_clean_pct", "%", 1),
                f"{number_vi(water.summary['to_standard_pct'], decimals=1)} %",
                _target(known, "water_clean_2030_pct", "%", 1),
            ),
            (
                ("Nước hợp vệ sinh, nông thôn", "Rural basic water"),
                _target(known, "water_basic_pct", "%", 1),
                f"{number_vi(water.summary['basic_pct'], decimals=1)} %",
                "",
            ),
        ]
    if not rows:
        return ""
    head = "".join(
        f"<th>{_t(t)}</th>"
        for t in (
            ("Chỉ tiêu", "Indicator"),
            ("Công bố", "Published"),
            ("Trong dữ liệu này", "In these data"),
            ("Mục tiêu 2030", "Target 2030"),
        )
    )
    body = "".join(f"<tr><td>{_t(label)}</td><td>{a}</td><td>{b}</td><td>{c}</td></tr>" for label, a, b, c in rows)
    return f'<section><h2>{_t(("Số liệu và mục tiêu của Đề án", "Figures and targets of the scheme"))}</h2><table class="numbers"><tr>{head}</tr>{body}</table></section>'


def _target(known: Mapping[str, Any], key: str, unit: str, digits: int) -> str:
    return f"{number_vi(known[key], decimals=digits)} {unit}".strip() if key in known else "–"


def _electricity_card(communes: gpd.GeoDataFrame, result: ElectricityResult) -> str:
    frame = result.settlements
    waiting = frame.groupby("commune_code")["households"].sum()
    bars = [
        (label, int(frame.loc[frame["choice"] == key, "households"].sum()), colour)
        for key, (label, colour) in CHOICES.items()
    ]
    chart = _bars([bar for bar in bars if bar[1]], "hộ")
    small = _choropleth(
        communes,
        communes["commune_code"].map(waiting).fillna(0),
        "electricity",
        ("hộ chưa có điện an toàn", "households without safe supply"),
    )
    return _card(
        "electricity.html",
        ("Điện: kéo lưới hay nguồn tại chỗ", "Electricity: grid or off-grid"),
        small,
        chart,
        ("Hộ theo phương án", "Households by choice"),
    )


def _water_card(communes: gpd.GeoDataFrame, result: WaterResult) -> str:
    rate = result.communes.set_index("commune_code")["to_standard_pct"]
    siting = result.siting
    chart = _bars(
        [
            (("hiện nay", "now"), siting["to_standard_now_pct"], "#6db7e0"),
            (
                (f"sau {siting['works']} công trình", f"after {siting['works']} works"),
                siting["to_standard_after_pct"],
                "#0b6fa4",
            ),
            (("mục tiêu 2030", "target 2030"), siting["target_pct"], "#9e9e9e"),
        ],
        "%",
    )
    small = _choropleth(
        communes,
        100 - communes["commune_code"].map(rate),
        "water",
        ("% người chưa có nước đạt chuẩn", "% of people without water to standard"),
    )
    return _card(
        "water.html",
        ("Nước sạch: khoảng trống và công trình", "Water: gaps and works"),
        small,
        chart,
        ("Dân nông thôn dùng nước đạt quy chuẩn", "Rural people with water to standard"),
    )


def _schools_card(communes: gpd.GeoDataFrame, result: SchoolsResult) -> str:
    villages = result.villages.dropna(subset=["upper_motorbike_dry_min"])
    pupils = villages["pupils_upper_secondary"].clip(lower=1)
    weighted = (villages["upper_motorbike_dry_min"] * pupils).groupby(villages["commune_code"]).sum()
    values = communes["commune_code"].map(weighted / pupils.groupby(villages["commune_code"]).sum())
    small = _choropleth(
        communes,
        values,
        "schools",
        ("phút tới trường THPT gần nhất, xe máy, mùa khô", "minutes to upper secondary, motorbike, dry season"),
    )
    facts = "".join(
        f"<tr><td>{_t(label)}</td><td>{_cell(result.summary[key])}{_e(unit)}</td></tr>"
        for key, label, unit in SCHOOL_FACTS
        if key in result.summary
    )
    return _card(
        "schools.html",
        ("Trường nội trú: đặt ở đâu", "Boarding schools: where"),
        small,
        f'<table class="numbers">{facts}</table>',
        ("Kết quả", "Results"),
    )


def _card(page: str, title: Text, small_map: str, chart: str, caption: Text) -> str:
    return f'<article><h2><a href="{page}">{_t(title)} →</a></h2><a href="{page}">{small_map}</a><h3>{_t(caption)}</h3>{chart}</article>'


def _choropleth(communes: gpd.GeoDataFrame, values: pd.Series[float], ramp: str, title: Text) -> str:
    """Small map of the communes in five classes of equal count, as SVG with a legend and a tooltip per commune."""
    colours = RAMPS[ramp]
    known = values[np.isfinite(values.astype(float))]
    edges = np.unique(np.quantile(known, np.linspace(0, 1, CLASSES + 1)[1:-1])) if len(known) else np.array([])
    shapes = shapely.coverage_simplify(communes.geometry.to_numpy(), SIMPLIFY_M)
    west, south, east, north = gpd.GeoSeries(shapes).total_bounds
    scale = MAP_WIDTH / (east - west)
    height = round((north - south) * scale)
    paths = []
    for shape, name, value in zip(shapes, communes["name"], values, strict=True):
        known_value = value is not None and np.isfinite(value)
        colour = colours[int(np.searchsorted(edges, value, side="right"))] if known_value else "#e0e0e0"
        label = f"{name}: {number_vi(value, decimals=1)}" if known_value else f"{name}: –"
        paths.append(f'<path d="{_path(shape, west, north, scale)}" fill="{colour}"><title>{_e(label)}</title></path>')
    steps = [float(known.min()), *edges.tolist(), float(known.max())] if len(known) else []
    legend = "".join(
        f'<span><i style="background:{colours[i]}"></i>{number_vi(a)}–{number_vi(b)}</span>'
        for i, (a, b) in enumerate(itertools.pairwise(steps))
    )
    return (
        f'<svg viewBox="0 0 {MAP_WIDTH} {height}" role="img" aria-label="{_e(title[0])}"><g stroke="#fff" stroke-width="0.6">{"".join(paths)}</g></svg>'
        f'<div class="scale"><b>{_t(title)}</b>{legend}</div>'
    )


def _path(shape: Any, west: float, north: float, scale: float) -> str:
    parts = []
    for polygon in getattr(shape, "geoms", [shape]):
        for ring in (polygon.exterior, *polygon.interiors):
            points = shapely.get_coordinates(ring)
            parts.append(
                "M" + "L".join(f"{(x - west) * scale:.1f} {(north - y) * scale:.1f}" for x, y in points[:-1]) + "Z"
            )
    return "".join(parts)


def _bars(bars: Sequence[tuple[Text, float, str]], unit: str) -> str:
    most = max((value for _, value, _ in bars), default=1) or 1
    rows = "".join(
        f'<tr><td>{_t(label)}</td><td class="bar"><i style="width:{100 * value / most:.1f}%;background:{colour}"></i></td>'
        f"<td>{number_vi(value, decimals=0 if float(value).is_integer() else 1)} {_e(unit)}</td></tr>"
        for label, value, colour in bars
    )
    return f'<table class="bars">{rows}</table>'


def _years(electricity: ElectricityResult | None) -> str:
    """Electricity by year: the table of the run with a bar for the money."""
    if electricity is None or not len(electricity.years):
        return ""
    frame = electricity.years
    units = {c.name: f" ({UNIT_VI[c.unit]})" if c.unit in UNIT_VI else "" for c in columns.YEARS}
    headings = {c.name: (c.heading("vi") + units[c.name], c.meaning("en") + units[c.name]) for c in columns.YEARS}
    head = "".join(f"<th>{_t(headings[c])}</th>" for c in frame.columns)
    body = "".join(
        "<tr>" + "".join(f"<td>{_cell(v)}</td>" for v in row) + "</tr>" for row in frame.itertuples(index=False)
    )
    return f'<section><h2>{_t(("Điện theo năm", "Electricity by year"))}</h2><table class="numbers"><tr>{head}</tr>{body}</table></section>'


def _cell(value: Any) -> str:
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return ""
    if isinstance(value, int | np.integer):
        return str(value) if 1900 < value < 2200 else number_vi(int(value))
    return number_vi(value, decimals=1) if isinstance(value, float) else _e(value)


def _links(documents: Sequence[Path]) -> str:
    items = "".join(
        f'<li><a href="{_e(d.as_posix())}">{_e(d.as_posix())}</a></li>' for d in documents if d.suffix != ".html"
    )
    return (
        f'<section><h2>{_t(("Bảng và lớp dữ liệu", "Tables and layers"))}</h2><ul class="files">{items}</ul></section>'
    )


def _layers(pack: Pack) -> str:
    rows = "".join(
        f"<tr><td>{_e(e.title)}</td><td>{_t(PROVENANCE[e.provenance])}</td><td>{_e(e.method)}</td><td>{_e(e.licence)}</td></tr>"
        for e in pack.catalog.layer
    )
    head = "".join(
        f"<th>{_t(t)}</th>"
        for t in (("Lớp", "Layer"), ("Nguồn gốc", "Provenance"), ("Cách làm", "Method"), ("Giấy phép", "Licence"))
    )
    return f'<section><h2>{_t(("Dữ liệu đầu vào", "Input data"))}</h2><table class="numbers left"><tr>{head}</tr>{rows}</table></section>'


def commune_summary(
    pack: Pack, electricity: ElectricityResult | None, water: WaterResult | None, schools: SchoolsResult | None
) -> gpd.GeoDataFrame:
    """Communes with a few numbers of each analysis, for the table and the layer `communes`."""
    frame = pack.communes.copy()
    centre = to_wgs84(gpd.GeoDataFrame(geometry=frame.representative_point())).geometry
    frame = frame.assign(longitude=centre.x.round(6), latitude=centre.y.round(6))
    if electricity is not None:
        groups = electricity.settlements.groupby("commune_code")
        frame["unserved_settlements"] = frame["commune_code"].map(groups.size()).fillna(0).astype(int)
        frame["unserved_households"] = frame["commune_code"].map(groups["households"].sum()).fillna(0).astype(int)
        grid = electricity.settlements.query("choice == 'grid'").groupby("commune_code")["households"].sum()
        frame["grid_households"] = frame["commune_code"].map(grid).fillna(0).astype(int)
    if water is not None:
        rates = water.communes.set_index("commune_code")
        for column in ("to_standard_pct", "basic_pct", "people_without_standard", "to_standard_after_pct"):
            frame[f"water_{column}"] = frame["commune_code"].map(rates[column])
    if schools is not None:
        frame["boarding_sites"] = (
            frame["commune_code"].map(schools.sites.groupby("commune_code").size()).fillna(0).astype(int)
        )
    return frame
