"""The schools page: sites, travel-time zones, catchments, and every village with its way to school."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd

from infragap.analyses.schools import columns
from infragap.analyses.schools.result import SchoolsResult
from infragap.gis.pack import Pack
from infragap.maps.base import commune_layer, fields, links, notice, river_layers, road_layer, titled, unit_text
from infragap.maps.page import Field, Filter, Ground, Layer, Page, Popup, Ranking, Style, Text, Weight
from infragap.maps.style import SCHOOL_KINDS, SCHOOL_LEVELS, SCHOOL_STATUS, TIME_COLOURS

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
MINUTE_STEPS = (30, 60, 90, 120)
"""Ends of the classes of travel time [min]."""


def schools_page(
    pack: Pack, result: SchoolsResult, communes: gpd.GeoDataFrame, ground: Ground, pages: Sequence[str]
) -> Page:
    """Compose the page; parameters as in `infragap.maps.electricity.electricity_page`."""
    kinds = {k: label for k, (label, _) in SCHOOL_KINDS.items()}
    values = {"kind": kinds, "status": SCHOOL_STATUS, "levels": SCHOOL_LEVELS}
    villages = result.villages.assign(
        time_class=time_class(result.villages["upper_motorbike_dry_min"]),
        pupils=result.villages["pupils_lower_secondary"] + result.villages["pupils_upper_secondary"],
    )
    sites = Layer(
        "sites",
        ("Trường nội trú và trung học phổ thông mới", "Boarding and new upper-secondary schools"),
        result.sites,
        Style(
            {"color": "#000000", "weight": 2, "fillOpacity": 1, "radius": 8},
            by="kind",
            values={k: (label, {"fillColor": colour}) for k, (label, colour) in SCHOOL_KINDS.items()},
        ),
        popup=Popup("name", ("commune",), fields(columns.SITES, SITE_KEYS, values), reason="reason_vi"),
        search=("name", "commune"),
        search_title=("trường", "school"),
        filtered=True,
    )
    homes = Layer(
        "villages",
        ("Thôn theo thời gian tới trường THPT gần nhất (xe máy, mùa khô)", "Villages by time to upper secondary"),
        villages,
        Style(
            {"color": "#37474f", "weight": 0.5, "fillOpacity": 0.9},
            by="time_class",
            values=_time_values(),
            radius=("pupils", 0.35, 2.5, 8.0),
        ),
        popup=Popup("name", ("commune",), fields(columns.VILLAGES, VILLAGE_KEYS, {})),
        search=("name", "commune"),
        search_title=("thôn", "village"),
        filtered=True,
    )
    return Page(
        title=titled(pack, "Trường nội trú {}: đặt ở đâu để các em đi ít nhất", "Boarding schools, {}: least travel"),
        notice=notice(result.sites, result.villages),
        layers=[
            *_zones(result),
            commune_layer(communes),
            *river_layers(pack),
            road_layer(pack),
            *_catchments(result),
            homes,
            sites,
        ],
        facts=_facts(result),
        filters=(
            Filter("commune", ("Xã, phường", "Commune")),
            Filter("kind", ("Loại trường", "Kind of school"), kinds),
            Filter(
                "time_class",
                ("Thời gian tới trường", "Time to school"),
                {k: v[0] for k, v in _time_values().items() if v[0]},
            ),
        ),
        ranking=Ranking(
            "sites",
            "rank",
            "name",
            ("trường biên giới, rồi các trường THPT", "border schools, then upper secondary"),
            (
                Field("commune", ("Xã", "Commune")),
                Field("pupils_served", ("Học sinh", "Pupils"), unit_text("pupils"), 0),
                Field("mean_min", ("Trung bình", "Mean"), unit_text("min"), 0),
            ),
            (
                Weight("pupils_may_board", ("Học sinh đủ điều kiện nội trú", "Pupils who may board"), False, 5),
                Weight("mean_min", ("Đường đi dài", "Long way"), False),
                Weight("hours_saved", ("Giờ tiết kiệm", "Hours saved"), False),
            ),
        ),
        links=links("schools.html", pages),
        ground=ground,
    )


def time_class(minutes: pd.Series[float]) -> list[str]:
    """Class of each travel time: number of the step that it lies under, 'far' beyond the last, 'none' where there is no way."""
    steps = np.searchsorted(MINUTE_STEPS, minutes.fillna(np.inf).to_numpy(dtype=float), side="right")
    return [
        "none" if not np.isfinite(m) else str(step) if step < len(MINUTE_STEPS) else "far"
        for m, step in zip(minutes.to_numpy(dtype=float), steps, strict=True)
    ]


def _time_values() -> dict[str, tuple[tuple[str, str] | None, dict[str, str]]]:
    values: dict[str, tuple[tuple[str, str] | None, dict[str, str]]] = {}
    start = 0
    for i, end in enumerate(MINUTE_STEPS):
        values[str(i)] = ((f"{start}–{end} phút", f"{start}–{end} min"), {"fillColor": TIME_COLOURS[i]})
        start = end
    values["far"] = ((f"trên {start} phút", f"over {start} min"), {"fillColor": TIME_COLOURS[len(MINUTE_STEPS)]})
    values["none"] = (("không có đường tới", "out of reach"), {"fillColor": "#424242"})
    return values


def _zones(result: SchoolsResult) -> list[Layer]:
    """Travel-time rings by motorbike, dry and rainy; the dry ones shown."""
    made = []
    rings = result.isochrones[result.isochrones["mode"] == "motorbike"]
    for season, title in (("dry", ("mùa khô", "dry season")), ("rainy", ("mùa mưa", "rainy season"))):
        frame = rings[rings["season"] == season]
        ends = sorted(frame["minutes_to"].unique())
        values = {
            f"{end:g}": (
                (f"tới {end:g} phút", f"up to {end:g} min"),
                {"fillColor": TIME_COLOURS[min(i, len(TIME_COLOURS) - 1)]},
            )
            for i, end in enumerate(ends)
        }
        made.append(
            Layer(
                f"zones_{season}",
                (
                    f"Vùng thời gian tới trường biên giới, xe máy {title[0]}",
                    f"Time zones of the border schools, motorbike, {title[1]}",
                ),
                frame.assign(ring=[f"{end:g}" for end in frame["minutes_to"]]),
                Style(
                    {"weight": 0, "fillOpacity": 0.35, "stroke": False, "interactive": False}, by="ring", values=values
                ),
                shown=season == "dry",
                simplify_m=60.0,
            )
        )
    return made


def _catchments(result: SchoolsResult) -> list[Layer]:
    titles = {
        "border_boarding": ("Vùng tuyển sinh trường biên giới", "Catchments of the border schools"),
        "upper_secondary_before": (
            "Vùng gần nhất các trường THPT hiện nay",
            "Catchments of upper-secondary schools today",
        ),
        "upper_secondary_after": (
            "Vùng gần nhất các trường THPT sau 2030",
            "Catchments of upper-secondary schools after 2030",
        ),
    }
    return [
        Layer(
            f"catchments_{kind}",
            title,
            frame,
            Style({"color": "#4a148c", "weight": 1.6, "fillOpacity": 0.0, "dashArray": "4 3"}),
            popup=Popup("name", (), fields(columns.CATCHMENTS, ("area_km2", "provenance"), {})),
            shown=False,
            legend=False,
            simplify_m=60.0,
        )
        for kind, title in titles.items()
        if len(frame := result.catchments[result.catchments["kind"] == kind])
    ]


def _facts(result: SchoolsResult) -> list[tuple[Text, object, Text | None]]:
    border = result.sites[result.sites["kind"] == "border_boarding"]
    pupils = border["pupils_served"].sum()
    facts: list[tuple[Text, object, Text | None]] = [
        (("Trường biên giới", "Border schools"), len(border), None),
        (("Học sinh trong vùng", "Pupils of their villages"), int(pupils), unit_text("pupils")),
        (
            ("Đủ điều kiện nội trú (mức trên)", "May board (upper number)"),
            int(border["pupils_may_board"].sum()),
            unit_text("pupils"),
        ),
    ]
    if pupils:
        facts.append(
            (
                ("Trung bình tới trường (khô)", "Mean way (dry)"),
                float((border["mean_min"] * border["pupils_served"]).sum() / pupils),
                unit_text("min"),
            )
        )
    if isinstance(result.placement.get("gap"), int | float):
        facts.append(
            (
                ("Khoảng cách tới cận dưới", "Gap to the lower bound"),
                100 * float(result.placement["gap"]),
                unit_text("%"),
            )
        )
    return facts
