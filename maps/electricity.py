"""The electricity page: settlements by choice, planned lines, existing grid, ranking with weights."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd

from analyses.electricity import columns
from analyses.electricity.result import ElectricityResult
from gis.crs import WGS84
from gis.pack import Pack
from maps.base import commune_layer, fields, links, notice, river_layers, road_layer, titled
from maps.page import Field, Filter, Ground, Layer, Page, Popup, Ranking, Style, Weight
from maps.style import CHOICES, INTERIM, KINDS, SUPPLY, VOLTAGE_BASIS, VOLTAGE_STATUS, VOLTAGES

POPUP_KEYS = (
    "rank", "priority_rank", "year", "households", "supply", "choice", "runner_up", "grid_to_offgrid_ratio", "grid_probability", "rank_low", "rank_high",
    "grid_alone_mvnd", "grid_alone_mvnd_per_household", "grid_share_mvnd", "minigrid_mvnd", "hydro_mvnd", "solar_home_mvnd", "saving_mvnd",
    "plan_investment_mvnd", "minigrid_pv_kwp", "minigrid_battery_kwh", "hydro_plant_kw", "lv_km", "mv_km", "break_even_km", "forest_km", "voltage_drop_pct", "interim", "position_accuracy_m", "modelled_inputs", "provenance",
)  # fmt: skip
LINE_KEYS = (
    "to_name", "feeder", "voltage_kv", "conductor", "length_km", "investment_mvnd", "natural_forest_km", "forest_ha", "settlements_below",
    "households_below", "load_kw", "voltage_drop_pct", "loading_pct", "voltage_status", "voltage_basis", "remedy_vi", "remedy_mvnd",
    "year", "provenance",
)  # fmt: skip
TAP_KEYS = ("line_id", "feeder", "voltage_kv", "households_below", "load_kw", "voltage_drop_pct", "voltage_status", "remedy_vi", "year", "tap_longitude", "tap_latitude", "provenance")  # fmt: skip
HYDRO_KEYS = (
    "households", "hydro_plant_kw", "hydro_head_m", "hydro_dry_flow_m3_s", "hydro_canal_km", "hydro_wire_km", "hydro_longitude", "hydro_latitude",
    "hydro_mvnd", "hydro_investment_mvnd", "year", "provenance",
)  # fmt: skip


def electricity_page(
    pack: Pack, result: ElectricityResult, communes: gpd.GeoDataFrame, ground: Ground, pages: Sequence[str]
) -> Page:
    """Compose the page.

    Parameters
    ----------
    pack
        For rivers and roads.
    result
        The analysis.
    communes
        Commune layer.
    ground
        Hillshade.
    pages
        Pages of this run, for the links.
    """
    values = {
        "choice": {k: label for k, (label, _) in CHOICES.items()},
        "runner_up": {k: label for k, (label, _) in CHOICES.items()},
        "supply": SUPPLY,
        "kind": KINDS,
        "interim": INTERIM,
        "voltage_status": VOLTAGE_STATUS,
        "voltage_basis": VOLTAGE_BASIS,
    }
    settlements = Layer(
        "settlements",
        ("Thôn và cụm dân cư", "Villages and clusters"),
        result.settlements,
        Style(
            {"color": "#1c2b33", "weight": 0.8, "fillOpacity": 0.9},
            by="choice",
            values={k: (label, {"fillColor": colour}) for k, (label, colour) in CHOICES.items()},
            radius=("households", 0.75, 3.0, 14.0),
        ),
        popup=Popup("name", ("commune",), fields(columns.RANKING, POPUP_KEYS, values), reason="reason_vi"),
        search=("name", "commune"),
        filtered=True,
        note=("kích thước theo số hộ", "size by households"),
    )
    lines = Layer(
        "lines",
        ("Đường dây đề xuất", "Proposed lines"),
        result.lines,
        Style({"weight": 3.2, "opacity": 1.0, "color": "#e53935", "dashArray": "7 3"}),
        popup=Popup("line_id", ("commune",), fields(columns.LINES, LINE_KEYS, values)),
        filtered=True,
    )
    taps = Layer(
        "taps",
        ("Điểm đấu nối đề xuất", "Proposed taps"),
        _taps(result.lines),
        Style({"color": "#e53935", "weight": 1.8, "fillColor": "#ffffff", "fillOpacity": 1.0, "radius": 2.8}),
        popup=Popup("tap_line_id", ("feeder", "commune"), fields(columns.LINES, TAP_KEYS, values)),
        filtered=True,
    )
    powerhouses = Layer(
        "powerhouses",
        ("Suối cần khảo sát (thủy điện nhỏ)", "Streams to survey (small hydro)"),
        _powerhouses(result.settlements),
        Style({"color": "#0b5f52", "weight": 1.2, "fillColor": "#7fe0cf", "fillOpacity": 0.95, "radius": 4}),
        popup=Popup("name", ("commune",), fields(columns.RANKING, HYDRO_KEYS, values)),
        filtered=True,
        shown=False,
    )
    existing = Layer(
        "grid",
        ("Lưới trung áp hiện có", "Existing medium-voltage grid"),
        result.existing_grid,
        Style(
            {"opacity": 0.6, "interactive": False},
            by="voltage_kv",
            values={
                key: (label, {"color": colour, "weight": weight})
                for key, (label, colour, weight) in VOLTAGES.items()
                if (result.existing_grid["voltage_kv"] == float(key)).any()
            },
        ),
        simplify_m=40.0,
    )
    return Page(
        title=titled(
            pack, "Cấp điện nông thôn {}: kéo lưới hay nguồn tại chỗ", "Rural electricity, {}: grid or off-grid"
        ),
        notice=notice(result.settlements),
        layers=[
            commune_layer(communes),
            *river_layers(pack),
            road_layer(pack, shown=False),
            existing,
            lines,
            settlements,
            taps,
            powerhouses,
        ],
        facts=_facts(result),
        filters=(
            Filter("choice", ("Phương án", "Choice"), values["choice"]),
            Filter("year", ("Năm", "Year")),
            Filter("commune", ("Xã, phường", "Commune")),
            Filter("supply", ("Hiện trạng", "Supply today"), SUPPLY),
            Filter("kind", ("Loại", "Kind"), KINDS),
        ),
        ranking=Ranking(
            "settlements",
            "rank",
            "name",
            ("1 = kéo lưới rẻ nhất so với nguồn tại chỗ", "1 = grid cheapest against off-grid"),
            (
                Field("commune", ("Xã", "Commune")),
                Field("households", ("Hộ", "Households"), "hộ", 0),
                Field("choice", ("Phương án", "Choice"), values=values["choice"]),
            ),
            (
                Weight(
                    "grid_to_offgrid_ratio", ("Chi phí lưới so với ngoài lưới", "Grid cost against off-grid"), True, 5
                ),
                Weight("households", ("Số hộ", "Households"), False),
                Weight("grid_alone_mvnd_per_household", ("Suất đầu tư mỗi hộ thấp", "Low cost per household"), True),
                Weight("poverty_rate_pct", ("Xã nghèo", "Poverty of the commune"), False),
            ),
        ),
        links=links("electricity.html", pages),
        ground=ground,
    )


def _taps(lines: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Where each planned tree leaves the existing grid."""
    top = lines[lines["upstream_line_id"] == ""]
    return gpd.GeoDataFrame(
        top.drop(columns="geometry"),
        geometry=gpd.points_from_xy(top["tap_longitude"], top["tap_latitude"]),
        crs=WGS84,
    )


def _powerhouses(settlements: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Where the small hydro plants of the plan would stand."""
    chosen = settlements[settlements["choice"] == "hydro"]
    return gpd.GeoDataFrame(
        chosen.drop(columns="geometry"),
        geometry=gpd.points_from_xy(chosen["hydro_longitude"], chosen["hydro_latitude"]),
        crs=WGS84,
    )


def _facts(result: ElectricityResult) -> list[tuple[tuple[str, str], object, str | None]]:
    frame = result.settlements
    facts: list[tuple[tuple[str, str], object, str | None]] = [
        (("Thôn, cụm", "Settlements"), len(frame), None),
        (("Số hộ", "Households"), int(frame["households"].sum()), "hộ"),
    ]
    for key, (label, _) in CHOICES.items():
        chosen = frame[frame["choice"] == key]
        facts.append((label, f"{len(chosen)} · {int(chosen['households'].sum()):,} hộ".replace(",", "."), None))
    plan = result.plan
    if isinstance(plan.get("cost_mvnd"), int | float):
        facts.append(
            (("Chi phí vòng đời phương án", "Life-cycle cost of the plan"), plan["cost_mvnd"] / 1000, "tỷ đồng")
        )
    if isinstance(plan.get("gap"), int | float):
        facts.append((("Khoảng cách tới cận dưới", "Gap to the lower bound"), 100 * plan["gap"], "%"))
    return facts
