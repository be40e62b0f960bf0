"""The electricity page: settlements by choice, planned lines, existing grid, ranking with weights."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import numpy as np

from infragap.analyses.columns import Column, table
from infragap.analyses.electricity import columns
from infragap.analyses.electricity.result import ElectricityResult
from infragap.gis.crs import WGS84
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
from infragap.maps.page import Field, Filter, Ground, Layer, Page, Popup, Ranking, Style, Text, Weight
from infragap.maps.style import CHOICES, INTERIM, KINDS, SUPPLY, VOLTAGE_BASIS, VOLTAGE_HOLDS, VOLTAGE_STATUS, VOLTAGES
from infragap.wording.catalogue import number_vi

POPUP_KEYS = (
    "grid_probability_pct", "rank_low", "rank_high", "position_accuracy_m", "grid_mvnd", "minigrid_mvnd", "hydro_mvnd", "solar_home_mvnd",
    "choice", "runner_up", "saving_mvnd", "rank", "grid_to_offgrid_ratio", "priority_rank", "year", "households", "supply", "plan_investment_mvnd",
    "mv_km", "break_even_km", "forest_km", "lv_km", "voltage_drop_pct", "interim", "provenance",
)  # fmt: skip
LINE_KEYS = (
    "to_name", "feeder", "voltage_kv", "conductor", "length_km", "investment_mvnd", "natural_forest_km", "forest_ha", "settlements_below",
    "households_below", "load_kw", "voltage_drop_pct", "loading_pct", "voltage_status", "voltage_basis", "remedy_vi", "remedy_mvnd",
    "year", "provenance",
)  # fmt: skip
DERIVED = table(
    "electricity.popup", Column("grid_mvnd", "mvnd", "plan"), Column("grid_probability_pct", "%", "Monte Carlo")
)
FEEDER = table(
    "electricity.feeder",
    Column("voltage_kv", "kV", "grid_lines"),
    Column("substation", "-", "substations"),
    Column("conductor", "-", "grid_lines"),
    Column("feeder_length_km", "km", "grid_lines"),
    Column("feeder_load_mw", "MW", "grid_lines"),
    Column("feeder_loading_pct", "%", "grid_lines"),
    Column("provenance", "-", "grid_lines"),
)
STATION = table(
    "electricity.station",
    Column("voltage_kv", "kV", "substations"),
    Column("capacity_mva", "MVA", "substations"),
    Column("load_mva", "MVA", "substations"),
    Column("provenance", "-", "substations"),
)
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
        _settlements(result.settlements, communes),
        Style(
            {"color": "#1c2b33", "weight": 0.8, "fillOpacity": 0.9},
            by="choice",
            values={k: (label, {"fillColor": colour}) for k, (label, colour) in CHOICES.items()},
            radius=("households", 0.75, 3.0, 14.0),
        ),
        popup=Popup("name", ("commune",), fields((*columns.RANKING, *DERIVED), POPUP_KEYS, values), reason="reason_vi"),
        search=("name", "commune"),
        filtered=True,
        note=("kích thước theo số hộ", "size by households"),
    )
    lines = Layer(
        "lines",
        ("Đường dây đề xuất", "Proposed lines"),
        result.lines.assign(holds=np.where(result.lines["voltage_status"] == "ok", "yes", "no")),
        Style({"weight": 3.2, "opacity": 1.0, "dashArray": "7 3"}, by="holds", values=VOLTAGE_HOLDS),
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
        _with_station(result.existing_grid, pack),
        Style(
            {"opacity": 0.6},
            by="voltage_kv",
            values={
                key: (label, {"color": colour, "weight": weight})
                for key, (label, colour, weight) in VOLTAGES.items()
                if (result.existing_grid["voltage_kv"] == float(key)).any()
            },
        ),
        popup=Popup("feeder", ("line_id",), fields(FEEDER, [c.name for c in FEEDER], {})),
        simplify_m=10.0,
    )
    stations = Layer(
        "stations",
        ("Trạm 110 kV trở lên", "Stations of 110 kV and above"),
        pack.substations[pack.substations["status"] == "existing"],
        Style({"color": "#b71c1c", "weight": 2.0, "fillColor": "#ffd54f", "fillOpacity": 1.0, "radius": 5}),
        popup=Popup("name", ("substation_id",), fields(STATION, [c.name for c in STATION], {})),
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
            stations,
            lines,
            settlements,
            taps,
            powerhouses,
        ],
        facts=_facts(result),
        filters=(
            Filter("choice", ("Phương án", "Choice"), values["choice"]),
            Filter("year", ("Năm", "Year"), empty=("chưa có vốn trong kỳ", "no money within the period")),
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
                Field("households", ("Hộ", "Households"), unit_text("households"), 0),
                Field("choice", ("Phương án", "Choice"), values=values["choice"]),
            ),
            (
                Weight(
                    "grid_to_offgrid_ratio", ("Chi phí lưới so với ngoài lưới", "Grid cost against off-grid"), True, 5
                ),
                Weight("households", ("Số hộ", "Households"), False),
                Weight(
                    "grid_alone_mvnd_per_household",
                    ("Chi phí nối lưới mỗi hộ thấp", "Low grid cost per household"),
                    True,
                ),
                Weight("poverty_rate_pct", ("Xã nghèo", "Poverty of the commune"), False),
            ),
        ),
        links=links("electricity.html", pages),
        ground=ground,
    )


def _settlements(settlements: gpd.GeoDataFrame, communes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Ranking with what only the page shows: poverty of the commune, the grid's cost in the plan or alone, the probability in percent."""
    poverty = communes.drop_duplicates("commune_code").set_index("commune_code")["poverty_rate_pct"]
    on_grid = settlements["choice"] == "grid"
    return settlements.assign(
        poverty_rate_pct=settlements["commune_code"].map(poverty).astype(float),
        grid_mvnd=settlements["plan_mvnd"].where(on_grid, settlements["grid_alone_mvnd"]),
        grid_probability_pct=100 * settlements["grid_probability"] if "grid_probability" in settlements else np.nan,
    )


def _with_station(grid: gpd.GeoDataFrame, pack: Pack) -> gpd.GeoDataFrame:
    """Existing lines with the name of their station."""
    name = pack.substations.drop_duplicates("substation_id").set_index("substation_id")["name"]
    return grid.assign(substation=grid["substation_id"].map(name))


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


def _facts(result: ElectricityResult) -> list[tuple[Text, object, Text | None]]:
    frame = result.settlements
    facts: list[tuple[Text, object, Text | None]] = [
        (("Thôn, cụm", "Settlements"), len(frame), None),
        (("Số hộ", "Households"), int(frame["households"].sum()), unit_text("households")),
    ]
    for key, (label, _) in CHOICES.items():
        chosen = frame[frame["choice"] == key]
        households = int(chosen["households"].sum())
        counted = f"{len(chosen)} · {number_vi(households)} hộ", f"{len(chosen)} · {households:,} households"
        facts.append((label, counted, None))
    plan = result.plan
    if "grid_probability" in frame:
        unsure = int(((frame["choice"] == "grid") & (frame["grid_probability"] < 0.5)).sum())
        facts.append((("Nối lưới nhưng xác suất dưới 50 %", "On the grid, probability below 50 %"), unsure, None))
    failing = int((result.lines["voltage_status"] != "ok").sum())
    facts.append((("Nhánh đề xuất không giữ được điện áp", "Proposed lines beyond the voltage limit"), failing, None))
    if isinstance(plan.get("cost_mvnd"), int | float):
        facts.append(
            (
                ("Chi phí vòng đời phương án", "Life-cycle cost of the plan"),
                plan["cost_mvnd"] / 1000,
                BILLION_VND,
            )
        )
    if isinstance(plan.get("gap"), int | float):
        facts.append((("Khoảng cách tới cận dưới", "Gap to the lower bound"), 100 * plan["gap"], unit_text("%")))
    return facts
