"""The schools page: sites, travel-time zones, catchments, and every village with its way to school."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd

from infragap.analyses.schools import columns
from infragap.analyses.schools.result import SchoolsResult
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
from infragap.maps.quantities import schools_quantities
from infragap.wording.catalogue import in_each_language
from infragap.wording.codes import labels

SITE_KEYS = (
    "rank", "kind", "status", "village", "levels", "pupils_served", "pupils_minority", "pupils_may_board", "capacity_pupils", "load_pct",
    "mean_min", "p90_min", "max_min", "mean_rainy_min", "out_of_reach_rainy", "runner_up", "runner_up_extra_min", "fairest_village", "coverage_village",
    "pupils_nearer", "before_min", "after_min", "hours_saved", "cost_mvnd", "position_accuracy_m", "modelled_inputs", "provenance",
)  # fmt: skip
VILLAGE_KEYS = (
    "population", "pupils_lower_secondary", "pupils_upper_secondary", "upper_school", "upper_motorbike_dry_min", "upper_motorbike_rainy_min",
    "upper_foot_dry_min", "upper_before_min", "upper_way_km", "upper_may_board", "border_school", "border_motorbike_dry_min",
    "border_motorbike_rainy_min", "border_foot_dry_min", "border_way_km", "cut_off_in_rain", "position_accuracy_m", "provenance",
)  # fmt: skip
FACTS = (
    "border_schools", "border_pupils", "border_pupils_may_board", "border_mean_dry_min", "border_mean_min", "border_longest_min",
    "upper_secondary_mean_before_min", "upper_secondary_mean_after_min", "villages_cut_off_in_rain",
)  # fmt: skip
CATCHMENTS = ("border_boarding", "upper_secondary_before", "upper_secondary_after")
"""Kinds of catchments in the order of the layer control."""
MINUTE_STEPS = (30, 60, 90, 120)
"""Ends of the classes of travel time [min]."""


def schools_page(
    pack: Pack, result: SchoolsResult, communes: gpd.GeoDataFrame, ground: Ground, pages: Sequence[str]
) -> Page:
    """Compose the page; parameters as in `infragap.maps.pages.electricity.electricity_page`."""
    proof = proof_of("schools", result.placement)
    classes = {code: label for code, (label, _) in _time_looks().items()}
    return Page(
        title=titled(pack, "maps.schools.title"),
        notice=notice(result.sites, result.villages),
        layers=[
            *_zones(result),
            commune_layer(communes),
            *river_layers(pack),
            road_layer(pack),
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
        ),
        links=links("schools.html", pages),
        ground=ground,
    )


def _site_layer(result: SchoolsResult) -> Layer:
    return Layer(
        "sites",
        in_each_language("maps.layer.sites"),
        result.sites,
        Style(
            {"color": "#000000", "weight": 2, "fillOpacity": 1, "radius": 8},
            by="kind",
            values=coloured(colours.SCHOOL_KINDS, "kind", "schools.sites"),
        ),
        popup=Popup("name", ("commune",), fields(columns.SITES, SITE_KEYS), reason=True),
        search=("name", "commune"),
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
            {"color": "#37474f", "weight": 0.5, "fillOpacity": 0.9},
            by="time_class",
            values=_time_looks(),
            radius=("pupils", 0.35, 2.5, 8.0),
        ),
        popup=Popup("name", ("commune",), fields(columns.VILLAGES, VILLAGE_KEYS)),
        search=("name", "commune"),
        search_title=in_each_language("maps.search.village"),
        filtered=True,
    )


def time_class(minutes: pd.Series[float]) -> list[str]:
    """Class of each travel time: number of the step that it lies under, 'far' beyond the last, 'none' where there is no way."""
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
    looks["none"] = (in_each_language("maps.time.none"), {"fillColor": "#424242"})
    return looks


def _zones(result: SchoolsResult) -> list[Layer]:
    """Travel-time rings by motorbike, dry and rainy; the dry ones shown."""
    made = []
    rings = result.isochrones[result.isochrones["mode"] == "motorbike"]
    for season in ("dry", "rainy"):
        frame = rings[rings["season"] == season]
        looks = {
            f"{end:g}": (
                in_each_language("maps.time.up_to", end=f"{end:g}"),
                {"fillColor": colours.TIMES[min(i, len(colours.TIMES) - 1)]},
            )
            for i, end in enumerate(sorted(frame["minutes_to"].unique()))
        }
        flat = {"weight": 0, "fillOpacity": 0.35, "stroke": False, "interactive": False}
        made.append(
            Layer(
                f"zones_{season}",
                in_each_language(f"maps.layer.zones_{season}"),
                frame.assign(ring=[f"{end:g}" for end in frame["minutes_to"]]),
                Style(flat, by="ring", values=looks),
                shown=season == "dry",
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
            Style({"color": "#4a148c", "weight": 1.6, "fillOpacity": 0.0, "dashArray": "4 3"}),
            popup=Popup("name", (), fields(columns.CATCHMENTS, ("area_km2", "provenance"))),
            shown=False,
            legend=False,
            simplify_m=60.0,
        )
        for kind in CATCHMENTS
        if len(frame := result.catchments[result.catchments["kind"] == kind])
    ]
