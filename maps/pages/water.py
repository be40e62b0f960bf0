"""The water page: coverage of the villages, schemes by class, proposed works, communes ranked by gap."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

import geopandas as gpd
import numpy as np

from infragap.analyses.water import columns
from infragap.analyses.water.codes import Question
from infragap.analyses.water.programme.network import Network
from infragap.analyses.water.result import WaterResult
from infragap.gis.pack import Pack
from infragap.maps import colours
from infragap.maps.pages.common import (
    SHEETS,
    all_fields,
    coloured,
    commune_layer,
    facts,
    fields,
    links,
    notice,
    river_layers,
    road_layers,
    sections,
    select,
    source,
    titled,
    weight,
)
from infragap.maps.pages.page import Card, Counted, Ground, Layer, Page, Profile, Ranking, Related, Style, Text
from infragap.maps.proof import Proof, proof_of
from infragap.maps.quantities import water_quantities
from infragap.wording.catalogue import Number, in_each_language
from infragap.wording.codes import code_words, labels

VILLAGE_PARTS = {
    "water": ("level", "to_standard_pct", "basic_pct", "scheme", "nearest_source_km", "work_id", "people_gained"),
    "decision": ("rank", "people_without_standard", "share_without_standard_pct", "poverty_rate_pct"),
    "place": ("households", "population"),
    "source": ("provenance",),
}
SCHEME_PARTS = {
    "water": (
        "functionality",
        "quality",
        "capacity_m3_day",
        "households_registered",
        "households_served",
        "villages_in_reach",
        "people_lost_if_it_fails",
    ),
    "decision": ("status", "planned_work", "in_plan_2026_2030"),
    "source": ("provenance",),
}
WORK_PARTS = {
    "decision": (
        "rank",
        "kind",
        "year",
        "households_gained",
        "people_gained",
        "villages",
        "cost_mvnd",
        "cost_per_person_mvnd",
        "om_mvnd_per_year",
        "people_after_5_years",
        "chosen_probability",
        "in_plan_2026_2030",
    ),
    "water": ("treatment", "withdrawal_l_s", "usable_flow_l_s", "source_elevation_m", "pump_m"),
    "pipe": ("main_km", "pipes_km", "static_head_m", "lowest_pressure_m", "break_tanks"),
    "source": ("provenance",),
}
COMMUNE_PARTS = {
    "water": (
        "rank",
        "people_without_standard",
        "to_standard_pct",
        "basic_pct",
        "to_standard_after_pct",
        "works",
        "hot_spot",
        "hot_spot_people",
    ),
    "place": ("population", "poverty_rate_pct"),
    "source": ("provenance",),
}
VILLAGES = Counted("villages", where={"is_rural": "true"})
FACTS: Mapping[str, tuple[Counted, ...]] = {
    "to_standard_now": (replace(VILLAGES, total="to_standard_pct", mean_by="population"),),
    "to_standard_from_schemes": (),
    "to_standard_last_year": (),
    "to_standard_after": (),
    "to_standard_after_years": (),
    "water_target": (),
    "basic": (replace(VILLAGES, total="basic_pct", mean_by="population"),),
    "people_without": (Counted("gaps", total="people_without_standard"),),
    "works": (Counted("works"),),
    "works_listed": (Counted("works", where={"listed": "true"}),),
    "lines_hold": (),
    "works_cost": (Counted("works", total="cost_mvnd", factor=1e-3),),
    "target_cost": (),
}
"""Key figures and how they follow the filters."""
PIPE_PARTS = {"pipe": ("section", "length_m", "od_mm", "pn", "material", "flow_l_s", "loss_m", "static_head_m")}
PROFILE_POINTS = 60
GAP_STEPS = (60.0, 70.0, 80.0, 101.0)
"""Upper ends [%] of the classes of the share of people without water to standard."""


def water_page(
    pack: Pack, result: WaterResult, communes: gpd.GeoDataFrame, ground: Ground, pages: Sequence[str]
) -> Page:
    """Compose the page; parameters as in `infragap.maps.pages.electricity.electricity_page`."""
    proof = proof_of("water", result.siting)
    kinds = labels("kind", "water.works") | labels("kind", "water.schemes")
    return Page(
        id="water",
        title=titled(pack, "maps.water.title"),
        notice=notice(result.villages),
        source=source(pack),
        layers=[
            _gap_layer(result, communes),
            commune_layer(communes),
            *river_layers(pack),
            *road_layers(pack, shown=False),
            _village_layer(result),
            _scheme_layer(result),
            _pipe_layer(result),
            _work_layer(result),
        ],
        facts=facts(water_quantities(result), FACTS),
        proof=_proof_words(result, proof),
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
            all_fields(columns.COMMUNES),
        ),
        links=links("water.html", pages),
        ground=ground,
        sheets=SHEETS,
    )


def _proof_words(result: WaterResult, proof: Proof | None) -> Text | None:
    """How far the plan is proven; of the plan of least cost also what more works of the province's list would cost."""
    of_list = result.siting["of_list"]
    if proof is None or proof.alarming or of_list is None or result.siting["plan"] != Question.LEAST_COST:
        return proof.text if proof else None
    listed = in_each_language(
        "maps.water.of_list",
        in_plan=Number(result.siting["listed"]["in_plan"]),
        listed_min=Number(of_list["listed_min"]),
        works=Number(of_list["works"]),
        cost_bn=Number(of_list["cost_mvnd"] / 1000, 1),
        low_bn=Number(of_list["price_mvnd_at_least"] / 1000, 1),
        high_bn=Number(of_list["price_mvnd_at_most"] / 1000, 1),
    )
    return {language: f"{text} {listed[language]}" for language, text in proof.text.items()}


def _gap_layer(result: WaterResult, communes: gpd.GeoDataFrame) -> Layer:
    gap = communes[["commune_code", "geometry"]].merge(result.communes, on="commune_code")
    gap["gap_pct"] = 100 - gap["to_standard_pct"]
    gap["poverty_rate_pct"] = gap["poverty_rate_pct"].astype(float)
    gap["step"] = [colour_step(value) for value in gap["gap_pct"]]
    return Layer(
        "gaps",
        in_each_language("maps.layer.gaps"),
        gap,
        Style(
            {"color": "#6b4a3a", "weight": 0.6, "fillOpacity": 1.0},
            by="step",
            values={str(i): (_step_words(i), {"fillColor": fill}) for i, fill in enumerate(colours.WATER_GAPS)},
            other=(in_each_language("maps.water.no_data"), {"fillOpacity": 0.0, "dashArray": "2 4"}),
        ),
        card=Card("commune", (), sections(columns.COMMUNES, COMMUNE_PARTS), reason=True),
        key="commune_code",
        filtered=True,
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
            {"color": colours.RING, "weight": 0.8, "fillOpacity": 1.0},
            by="level",
            values=coloured(colours.COVERAGE_LEVELS, "level"),
            other=(code_words("level", "unknown"), {"fillColor": colours.UNKNOWN, "shape": "diamond"}),
            radius=("population", 0.18, 2.5, 9.0),
        ),
        card=Card(
            "name",
            ("commune",),
            sections(columns.VILLAGES, VILLAGE_PARTS),
            related=(Related("works", "work_id", "work_id", spoke=True),),
        ),
        key="village_id",
        search=("name", "commune", "village_id"),
        search_title=in_each_language("maps.search.village"),
        filtered=True,
    )


def _scheme_layer(result: WaterResult) -> Layer:
    return Layer(
        "schemes",
        in_each_language("maps.layer.schemes"),
        result.schemes,
        Style(
            {"color": colours.RING, "weight": 1.0, "fillOpacity": 1, "radius": 5},
            by="functionality",
            values=coloured(
                colours.FUNCTIONALITY, "functionality", shapes=dict.fromkeys(colours.FUNCTIONALITY, "square")
            ),
            other=(code_words("functionality", "unknown"), {"fillColor": colours.UNKNOWN, "shape": "triangle"}),
        ),
        card=Card("name", ("commune",), sections(columns.SCHEMES, SCHEME_PARTS)),
        key="scheme_id",
        search=("name", "commune", "scheme_id"),
        shown=False,
        filtered=True,
    )


def _work_layer(result: WaterResult) -> Layer:
    return Layer(
        "works",
        in_each_language("maps.layer.works"),
        result.works.assign(profile=[_profile_json(network) for network in result.networks]),
        Style(
            {"color": "#000000", "weight": 1.4, "fillOpacity": 1, "radius": 6},
            by="kind",
            values={
                kind: (code_words("kind", kind, "water.works"), {"fillColor": colours.WORKS[family], "shape": shape})
                for kind, (family, shape) in colours.WORK_MARKS.items()
            },
        ),
        card=Card(
            "name",
            ("commune",),
            sections(columns.WORKS, WORK_PARTS),
            reason=True,
            related=(Related("villages", "work_id", "work_id", spoke=True),),
            profile=Profile(
                "profile", *(in_each_language(f"maps.water.profile.{part}") for part in ("title", "ground", "grade"))
            ),
        ),
        key="work_id",
        search=("name", "commune", "work_id"),
        filtered=True,
    )


def _profile_json(network: Network) -> str:
    """Ground and grade line to the farthest village, thinned to the points that a small drawing can show."""
    profile = network.profile
    step = max(1, len(profile) // PROFILE_POINTS)
    # where the grade line drops at a tank both of its points stay
    drop = np.diff(profile[:, 0], prepend=-1.0) <= 0
    kept = (np.arange(len(profile)) % step == 0) | drop | np.append(drop[1:], True)
    points = profile[kept] if len(profile) else []
    return json.dumps([[round(float(value)) for value in point] for point in points]) if len(points) > 1 else ""


def _pipe_layer(result: WaterResult) -> Layer:
    pipes = result.pipes.assign(pipe=result.pipes["work_id"] + " " + result.pipes["section"])
    return Layer(
        "pipes",
        in_each_language("maps.layer.pipes"),
        pipes,
        Style({"color": colours.PIPE, "weight": 2.0}),
        card=Card("pipe", (), sections(columns.PIPES, PIPE_PARTS)),
        key="pipe",
        shown=False,
        simplify_m=10.0,
    )


def colour_step(value: float) -> str:
    """Give the number of the colour step of a share [%]; empty where it is unknown."""
    for i, end in enumerate(GAP_STEPS):
        if value < end:
            return str(i)
    return ""
