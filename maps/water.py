"""The water page: coverage of the villages, schemes by class, proposed works, communes ranked by gap."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd

from infragap.analyses.water import columns
from infragap.analyses.water.result import WaterResult
from infragap.gis.pack import Pack
from infragap.maps.base import (
    BILLION_VND,
    commune_layer,
    fields,
    links,
    notice,
    river_layers,
    road_layer,
    titled,
    unit_text,
)
from infragap.maps.page import Field, Filter, Ground, Layer, Page, Popup, Ranking, Style, Weight
from infragap.maps.style import COVERAGE_LEVELS, FUNCTIONALITY, WORKS

VILLAGE_KEYS = (
    "households", "population", "level", "to_standard_pct", "basic_pct", "scheme", "nearest_source_km", "work_id", "people_gained", "provenance",
)  # fmt: skip
SCHEME_KEYS = (
    "functionality", "meets_standard", "capacity_m3_day", "households_registered", "households_served", "villages_in_reach",
    "in_plan_2026_2030", "provenance",
)  # fmt: skip
WORK_KEYS = (
    "rank", "kind", "households_gained", "people_gained", "villages", "main_km", "static_head_m", "break_tanks", "cost_mvnd", "cost_per_person_mvnd",
    "in_plan_2026_2030", "provenance",
)  # fmt: skip
GAP_STEPS = ((60.0, "#fde0c5"), (70.0, "#f8a978"), (80.0, "#ec6a52"), (101.0, "#b3203f"))
"""Upper ends [%] and colours of the share of people without water to standard."""


def water_page(
    pack: Pack, result: WaterResult, communes: gpd.GeoDataFrame, ground: Ground, pages: Sequence[str]
) -> Page:
    """Compose the page; parameters as in `infragap.maps.electricity.electricity_page`."""
    values = {
        "level": {k: label for k, (label, _) in COVERAGE_LEVELS.items()},
        "functionality": {k: label for k, (label, _) in FUNCTIONALITY.items()},
        "kind": {k: label for k, (label, _) in WORKS.items()},
    }
    gap = communes[["commune_code", "geometry"]].merge(result.communes, on="commune_code")
    gap["gap_pct"] = 100 - gap["to_standard_pct"]
    gap["step"] = [colour_step(value) for value in gap["gap_pct"]]
    areas = Layer(
        "gaps",
        ("Khoảng trống nước sạch theo xã", "Gap by commune"),
        gap,
        Style(
            {"color": "#6b4a3a", "weight": 0.6, "fillOpacity": 0.45},
            by="step",
            values={
                str(i): ((f"dưới {end:.0f} % chưa đạt", f"under {end:.0f} % without"), {"fillColor": colour})
                if end <= 100
                else (("từ 80 % chưa đạt", "80 % and more without"), {"fillColor": colour})
                for i, (end, colour) in enumerate(GAP_STEPS)
            },
            other=(("không có số liệu", "no data"), {"fillColor": "#bdbdbd"}),
        ),
        popup=Popup(
            "commune",
            (),
            fields(
                columns.COMMUNES,
                (
                    "rank",
                    "population",
                    "to_standard_pct",
                    "basic_pct",
                    "people_without_standard",
                    "poverty_rate_pct",
                    "hot_spot",
                    "works",
                    "to_standard_after_pct",
                    "provenance",
                ),
                {},
            ),
            reason="reason_vi",
        ),
        simplify_m=120.0,
    )
    villages = Layer(
        "villages",
        ("Thôn theo mức phục vụ", "Villages by level"),
        result.villages,
        Style(
            {"color": "#37474f", "weight": 0.5, "fillOpacity": 0.9},
            by="level",
            values={k: (label, {"fillColor": colour}) for k, (label, colour) in COVERAGE_LEVELS.items()},
            radius=("population", 0.18, 2.5, 9.0),
        ),
        popup=Popup("name", ("commune",), fields(columns.VILLAGES, VILLAGE_KEYS, values)),
        search=("name", "commune"),
        search_title=("thôn", "village"),
        filtered=True,
    )
    schemes = Layer(
        "schemes",
        ("Công trình hiện có", "Existing schemes"),
        result.schemes,
        Style(
            {"color": "#ffffff", "weight": 1.2, "fillOpacity": 1, "radius": 4},
            by="functionality",
            values={k: (label, {"fillColor": colour}) for k, (label, colour) in FUNCTIONALITY.items()},
        ),
        popup=Popup("name", ("commune",), fields(columns.SCHEMES, SCHEME_KEYS, values)),
        search=("name", "commune"),
        shown=False,
        filtered=True,
    )
    works = Layer(
        "works",
        ("Công trình đề xuất", "Proposed works"),
        result.works,
        Style(
            {"color": "#000000", "weight": 1.6, "fillOpacity": 1, "radius": 6},
            by="kind",
            values={k: (label, {"fillColor": colour}) for k, (label, colour) in WORKS.items()},
        ),
        popup=Popup("name", ("commune",), fields(columns.WORKS, WORK_KEYS, values), reason="reason_vi"),
        search=("name", "commune"),
        filtered=True,
    )
    siting = result.siting
    return Page(
        title=titled(pack, "Nước sạch nông thôn {}: khoảng trống và công trình", "Rural water, {}: gaps and works"),
        notice=notice(result.villages),
        layers=[
            areas,
            commune_layer(communes),
            *river_layers(pack),
            road_layer(pack, shown=False),
            villages,
            schemes,
            works,
        ],
        facts=[
            (("Đạt quy chuẩn hiện nay", "To standard now"), siting["to_standard_now_pct"], unit_text("%")),
            (("Sau các công trình", "After the works"), siting["to_standard_after_pct"], unit_text("%")),
            (("Mục tiêu 2030", "Target 2030"), siting["target_pct"], unit_text("%")),
            (("Hợp vệ sinh", "Basic"), result.summary["basic_pct"], unit_text("%")),
            (("Số công trình", "Works"), siting["works"], None),
            (("Vốn", "Investment"), siting["cost_mvnd"] / 1000, BILLION_VND),
            (
                ("Cách rẻ nhất để đạt mục tiêu (ước tính)", "Cheapest way to the target (estimate)"),
                siting["target_cost_mvnd"] / 1000,
                BILLION_VND,
            ),
        ],
        filters=(
            Filter("commune", ("Xã, phường", "Commune")),
            Filter("level", ("Mức phục vụ", "Level"), values["level"]),
            Filter("functionality", ("Tình trạng công trình", "Class of scheme"), values["functionality"]),
            Filter(
                "kind",
                ("Loại công trình", "Kind of work"),
                {
                    **values["kind"],
                    "gravity": ("tự chảy", "gravity"),
                    "pumped": ("bơm", "pumped"),
                    "urban_plant": ("nhà máy đô thị", "urban plant"),
                },
            ),
        ),
        ranking=Ranking(
            "gaps",
            "rank",
            "commune",
            ("xã thiếu nước sạch nhiều nhất", "communes with the largest gap"),
            (
                Field(
                    "people_without_standard",
                    ("Người chưa có", "People without"),
                    ("người chưa có", "people without"),
                    0,
                ),
                Field("to_standard_pct", ("Đạt", "To standard"), ("% đạt", "% to standard"), 1),
            ),
            (
                Weight("people_without_standard", ("Số người thiếu", "People without"), False, 5),
                Weight("gap_pct", ("Tỷ lệ thiếu", "Share without"), False),
                Weight("poverty_rate_pct", ("Hộ nghèo", "Poverty"), False),
            ),
        ),
        links=links("water.html", pages),
        ground=ground,
    )


def colour_step(value: float) -> str:
    """Number of the colour step of a share; empty where it is unknown."""
    for i, (end, _) in enumerate(GAP_STEPS):
        if value < end:
            return str(i)
    return ""
