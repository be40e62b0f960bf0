"""The water page: coverage of the villages, schemes by class, proposed works, communes ranked by gap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import geopandas as gpd

from infragap.analyses.water import columns
from infragap.analyses.water.result import WaterResult
from infragap.gis.pack import Pack
from infragap.maps import colours
from infragap.maps.pages.common import (
    coloured,
    commune_layer,
    facts,
    fields,
    links,
    notice,
    river_layers,
    road_layer,
    select,
    titled,
    weight,
)
from infragap.maps.pages.page import Ground, Layer, Page, Popup, Ranking, Style, Text
from infragap.maps.proof import proof_of
from infragap.maps.quantities import water_quantities
from infragap.wording.catalogue import in_each_language
from infragap.wording.codes import labels

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
COMMUNE_KEYS = (
    "rank", "population", "to_standard_pct", "basic_pct", "people_without_standard", "poverty_rate_pct", "hot_spot", "works",
    "to_standard_after_pct", "provenance",
)  # fmt: skip
FACTS = ("to_standard_now", "to_standard_after", "water_target", "basic", "works", "works_cost", "target_cost")
GAP_STEPS = (60.0, 70.0, 80.0, 101.0)
"""Upper ends [%] of the classes of the share of people without water to standard."""


def water_page(
    pack: Pack, result: WaterResult, communes: gpd.GeoDataFrame, ground: Ground, pages: Sequence[str]
) -> Page:
    """Compose the page; parameters as in `infragap.maps.pages.electricity.electricity_page`."""
    proof = proof_of("water", result.siting)
    kinds = labels("kind", "water.works") | labels("kind", "water.schemes")
    return Page(
        title=titled(pack, "maps.water.title"),
        notice=notice(result.villages),
        layers=[
            _gap_layer(result, communes),
            commune_layer(communes),
            *river_layers(pack),
            road_layer(pack, shown=False),
            _village_layer(result),
            _scheme_layer(result),
            _work_layer(result),
        ],
        facts=facts(water_quantities(result), FACTS),
        proof=proof.text if proof else None,
        alarm=proof is not None and proof.alarming,
        filters=(
            select("water", "commune"),
            select("water", "level", labels("level")),
            select("water", "functionality", labels("functionality")),
            select("water", "kind", kinds),
        ),
        ranking=Ranking(
            "gaps",
            "rank",
            "commune",
            in_each_language("maps.water.ranking"),
            tuple(
                replace(shown, unit=in_each_language(f"maps.water.detail.{shown.key}"))
                for shown in fields(columns.COMMUNES, ("people_without_standard", "to_standard_pct"))
            ),
            (
                weight("water", "people_without_standard"),
                weight("water", "gap_pct"),
                weight("water", "poverty_rate_pct"),
            ),
        ),
        links=links("water.html", pages),
        ground=ground,
    )


def _gap_layer(result: WaterResult, communes: gpd.GeoDataFrame) -> Layer:
    gap = communes[["commune_code", "geometry"]].merge(result.communes, on="commune_code")
    gap["gap_pct"] = 100 - gap["to_standard_pct"]
    gap["step"] = [colour_step(value) for value in gap["gap_pct"]]
    return Layer(
        "gaps",
        in_each_language("maps.layer.gaps"),
        gap,
        Style(
            {"color": "#6b4a3a", "weight": 0.6, "fillOpacity": 0.45},
            by="step",
            values={str(i): (_step_words(i), {"fillColor": fill}) for i, fill in enumerate(colours.WATER_GAPS)},
            other=(in_each_language("maps.water.no_data"), {"fillColor": colours.UNKNOWN}),
        ),
        popup=Popup("commune", (), fields(columns.COMMUNES, COMMUNE_KEYS), reason=True),
        simplify_m=120.0,
    )


def _step_words(step: int) -> Text:
    """Words of a colour step; the last is open upwards."""
    if step == len(GAP_STEPS) - 1:
        return in_each_language("maps.water.step_from", start=f"{GAP_STEPS[step - 1]:.0f}")
    return in_each_language("maps.water.step_under", end=f"{GAP_STEPS[step]:.0f}")


def _village_layer(result: WaterResult) -> Layer:
    return Layer(
        "villages",
        in_each_language("maps.layer.villages_by_water"),
        result.villages,
        Style(
            {"color": "#37474f", "weight": 0.5, "fillOpacity": 0.9},
            by="level",
            values=coloured(colours.COVERAGE_LEVELS, "level"),
            radius=("population", 0.18, 2.5, 9.0),
        ),
        popup=Popup("name", ("commune",), fields(columns.VILLAGES, VILLAGE_KEYS)),
        search=("name", "commune"),
        search_title=in_each_language("maps.search.village"),
        filtered=True,
    )


def _scheme_layer(result: WaterResult) -> Layer:
    return Layer(
        "schemes",
        in_each_language("maps.layer.schemes"),
        result.schemes,
        Style(
            {"color": "#ffffff", "weight": 1.2, "fillOpacity": 1, "radius": 4},
            by="functionality",
            values=coloured(colours.FUNCTIONALITY, "functionality"),
        ),
        popup=Popup("name", ("commune",), fields(columns.SCHEMES, SCHEME_KEYS)),
        search=("name", "commune"),
        shown=False,
        filtered=True,
    )


def _work_layer(result: WaterResult) -> Layer:
    return Layer(
        "works",
        in_each_language("maps.layer.works"),
        result.works,
        Style(
            {"color": "#000000", "weight": 1.6, "fillOpacity": 1, "radius": 6},
            by="kind",
            values=coloured(colours.WORKS, "kind", "water.works"),
        ),
        popup=Popup("name", ("commune",), fields(columns.WORKS, WORK_KEYS), reason=True),
        search=("name", "commune"),
        filtered=True,
    )


def colour_step(value: float) -> str:
    """Give the number of the colour step of a share [%]; empty where it is unknown."""
    for i, end in enumerate(GAP_STEPS):
        if value < end:
            return str(i)
    return ""
