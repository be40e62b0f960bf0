"""The schools page: sites, travel-time zones, catchments, and every village with its way to school."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd

from infragap.analyses.schools import columns
from infragap.analyses.schools.result import SchoolsResult
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
from infragap.maps.pages.page import Card, Counted, Ground, Layer, Page, Ranking, Related, Section, Style, Text
from infragap.maps.proof import proof_of
from infragap.maps.quantities import schools_quantities
from infragap.wording.catalogue import in_each_language
from infragap.wording.codes import labels

SITE_PARTS = {
    "decision": ("rank", "kind", "status", "village", "levels", "year", "cost_mvnd", "site_known"),
    "pupils": (
        "pupils_served", "villages_served", "capacity_pupils", "boarders", "day_pupils", "entitled_with_place",
        "pupils_may_board", "without_place", "pupils_minority", "load_pct", "pupils_nearer",
    ),
    "way": (
        "mean_min", "p90_min", "max_min", "worst_village", "mean_rainy_min", "out_of_reach_rainy", "year_min",
        "year_max_min", "before_min", "after_min", "hours_saved",
    ),
    "others": (
        "runner_up", "runner_up_extra_min", "near_equal", "alternatives", "free_place", "free_year_min",
        "free_year_max_min", "fairest_village", "coverage_village",
    ),
    "certainty": ("robustness", "share_won", "regret95_min", "position_accuracy_m"),
    "source": ("provenance", "modelled_inputs"),
}  # fmt: skip
VILLAGE_PARTS = {
    "pupils": ("pupils_primary", "pupils_lower_secondary", "pupils_upper_secondary", "upper_may_board"),
    "way": (
        "upper_school",
        "upper_motorbike_dry_min",
        "upper_motorbike_rainy_min",
        "upper_foot_dry_min",
        "upper_before_min",
        "upper_way_km",
    ),
    "border": (
        "border_school",
        "border_motorbike_dry_min",
        "border_motorbike_rainy_min",
        "border_foot_dry_min",
        "border_way_km",
        "border_may_board_primary",
        "border_may_board_lower_secondary",
        "today_primary_km",
        "today_lower_secondary_km",
        "border_terrain_names",
    ),
    "place": ("population", "cut_off_in_rain"),
    "certainty": ("position_accuracy_m",),
    "source": ("provenance",),
}
BORDER = Counted("sites", where={"kind": "border_boarding"})
FACTS: Mapping[str, tuple[Counted, ...]] = {
    "border_schools": (BORDER,),
    "border_pupils": (replace(BORDER, total="pupils_served"),),
    "border_pupils_may_board": (replace(BORDER, total="pupils_may_board"),),
    "border_mean_dry_min": (replace(BORDER, total="mean_min", mean_by="pupils_served"),),
    "border_mean_min": (),
    "border_longest_min": (),
    "upper_secondary_mean_before_min": (),
    "upper_secondary_mean_after_min": (),
    "villages_cut_off_in_rain": (Counted("villages", where={"cut_off_in_rain": "true"}),),
}
"""Key figures and how they follow the filters."""
CATCHMENTS = ("border_boarding", "upper_secondary_before", "upper_secondary_after")
"""Kinds of catchments in the order of the layer control."""
MINUTE_STEPS = (30, 60, 90)
"""Ends of the classes of travel time [min]."""


def schools_page(
    pack: Pack, result: SchoolsResult, communes: gpd.GeoDataFrame, ground: Ground, pages: Sequence[str]
) -> Page:
    """Compose the page; parameters as in `infragap.maps.pages.electricity.electricity_page`."""
    proof = proof_of("schools", result.placement)
    classes = {code: label for code, (label, _) in _time_looks().items()}
    return Page(
        id="schools",
        title=titled(pack, "maps.schools.title"),
        notice=notice(result.sites, result.villages),
        source=source(pack),
        layers=[
            *_zones(result),
            commune_layer(communes),
            *river_layers(pack),
            *road_layers(pack),
            *_catchments(result),
            _village_layer(result),
            _site_layer(result),
        ],
        facts=facts(schools_quantities(result), FACTS),
        proof=proof.text if proof else None,
        alarm=proof is not None and proof.alarming,
        filters=(
            select("schools", "commune"),
            select("schools", "kind", labels("kind", "schools.sites")),
            select("schools", "time_class", classes),
        ),
        ranking=Ranking(
            "sites",
            "rank",
            "name",
            in_each_language("maps.schools.ranking"),
            fields(columns.SITES, ("commune", "pupils_served", "mean_min")),
            (
                weight("schools", "pupils_may_board"),
                weight("schools", "mean_min"),
                weight("schools", "hours_saved"),
            ),
            all_fields(columns.SITES, but=("modelled_inputs",)),
        ),
        links=links("schools.html", pages),
        ground=ground,
        sheets=SHEETS,
    )


def _site_layer(result: SchoolsResult) -> Layer:
    return Layer(
        "sites",
        in_each_language("maps.layer.sites"),
        result.sites,
        Style(
            {"color": "#000000", "weight": 1.6, "fillOpacity": 1, "radius": 8},
            by="kind",
            values=coloured(colours.SCHOOL_KINDS, "kind", "schools.sites", shapes=colours.SCHOOL_SHAPES),
        ),
        card=Card(
            "name",
            ("commune",),
            sections(columns.SITES, SITE_PARTS),
            reason=True,
            accuracy="position_accuracy_m",
            related=(
                Related("villages", "school_id", "border_school_id", spoke=True, when="border_intake"),
                Related("villages", "school_id", "upper_school_id", spoke=True),
                Related("catchments_border_boarding", "school_id", "school_id"),
            ),
        ),
        key="school_id",
        search=("name", "commune", "village", "school_id"),
        search_title=in_each_language("maps.search.school"),
        filtered=True,
    )


def _village_layer(result: SchoolsResult) -> Layer:
    villages = result.villages.assign(
        time_class=time_class(result.villages["upper_motorbike_dry_min"]),
        pupils=result.villages["pupils_lower_secondary"] + result.villages["pupils_upper_secondary"],
    )
    return Layer(
        "villages",
        in_each_language("maps.layer.villages_by_time"),
        villages,
        Style(
            {"color": colours.RING, "weight": 0.8, "fillOpacity": 1.0},
            by="time_class",
            values=_time_looks(),
            radius=("pupils", 0.35, 2.5, 8.0),
        ),
        card=Card(
            "name",
            ("commune",),
            sections(columns.VILLAGES, VILLAGE_PARTS),
            accuracy="position_accuracy_m",
            related=(
                Related("sites", "border_school_id", "school_id", spoke=True),
                Related("sites", "upper_school_id", "school_id", spoke=True),
            ),
        ),
        key="village_id",
        search=("name", "commune", "village_id"),
        search_title=in_each_language("maps.search.village"),
        filtered=True,
    )


def time_class(minutes: pd.Series[float]) -> list[str]:
    """Class of each travel time: number of the step that it lies under, 'far' beyond the last, 'none' where there is no
    way."""
    steps = np.searchsorted(MINUTE_STEPS, minutes.fillna(np.inf).to_numpy(dtype=float), side="right")
    return [
        "none" if not np.isfinite(m) else str(step) if step < len(MINUTE_STEPS) else "far"
        for m, step in zip(minutes.to_numpy(dtype=float), steps, strict=True)
    ]


def _time_looks() -> dict[str, tuple[Text, dict[str, str]]]:
    """Words and colour of each class of travel time."""
    looks: dict[str, tuple[Text, dict[str, str]]] = {}
    start = 0
    for i, end in enumerate(MINUTE_STEPS):
        words = in_each_language("maps.time.between", start=start, end=end)
        looks[str(i)] = (words, {"fillColor": colours.TIMES[i]})
        start = end
    looks["far"] = (in_each_language("maps.time.over", start=start), {"fillColor": colours.TIMES[len(MINUTE_STEPS)]})
    looks["none"] = (in_each_language("maps.time.none"), {"fillColor": "#000000", "shape": "cross_fill"})
    return looks


def _zones(result: SchoolsResult) -> list[Layer]:
    """Travel-time rings by motorbike, dry and rainy, in the classes of the villages. They start switched off: the
    circles of the villages tell another time, to upper secondary, in the same colours."""
    made = []
    rings = result.isochrones[result.isochrones["mode"] == "motorbike"]
    for season in ("dry", "rainy"):
        frame = rings[rings["season"] == season]
        classes = np.searchsorted(MINUTE_STEPS, frame["minutes_to"].to_numpy(dtype=float), side="left")
        looks = {
            str(i): (
                in_each_language(
                    "maps.time.between", start=f"{MINUTE_STEPS[i - 1] if i else 0:g}", end=f"{ends.max():g}"
                ),
                {"fillColor": colours.TIMES[i]},
            )
            for i, ends in ((int(i), frame.loc[classes == i, "minutes_to"]) for i in np.unique(classes))
        }
        flat = {"weight": 0, "fillOpacity": 1.0, "stroke": False, "interactive": False}
        made.append(
            Layer(
                f"zones_{season}",
                in_each_language(f"maps.layer.zones_{season}"),
                frame.assign(ring=[str(i) for i in classes]),
                Style(flat, by="ring", values=looks),
                shown=False,
                simplify_m=60.0,
            )
        )
    return made


def _catchments(result: SchoolsResult) -> list[Layer]:
    return [
        Layer(
            f"catchments_{kind}",
            in_each_language(f"maps.layer.catchments_{kind}"),
            frame,
            Style({"color": colours.CATCHMENT, "weight": 1.6, "fillOpacity": 0.0, "dashArray": "4 3"}),
            card=Card("name", (), (Section(None, fields(columns.CATCHMENTS, ("area_km2", "provenance"))),)),
            key="school_id",
            shown=False,
            legend=False,
            simplify_m=60.0,
        )
        for kind in CATCHMENTS
        if len(frame := result.catchments[result.catchments["kind"] == kind])
    ]
