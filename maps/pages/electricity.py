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
from infragap.maps.pages.page import Fact, Ground, Layer, Page, Popup, Ranking, Style
from infragap.maps.proof import proof_of
from infragap.maps.quantities import electricity_quantities
from infragap.wording.catalogue import Number, in_each_language
from infragap.wording.codes import code_words, labels

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
FACTS = (
    "settlements",
    "households",
    "grid_unsure",
    "lines_beyond_voltage",
    "branches_to_remedy",
    "life_cycle_cost",
    "plan_investment",
)


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
    proof = proof_of("electricity", result.plan)
    return Page(
        title=titled(pack, "maps.electricity.title"),
        notice=notice(result.settlements),
        layers=[
            commune_layer(communes),
            *river_layers(pack),
            road_layer(pack, shown=False),
            _existing_layer(result, pack),
            _station_layer(pack),
            _line_layer(result),
            _settlement_layer(result, communes),
            _tap_layer(result),
            _powerhouse_layer(result),
        ],
        facts=_facts(result),
        proof=proof.text if proof else None,
        alarm=proof is not None and proof.alarming,
        filters=(
            select("electricity", "choice", labels("choice")),
            select("electricity", "year", empty=in_each_language("maps.electricity.no_money")),
            select("electricity", "commune"),
            select("electricity", "supply", labels("supply")),
            select("electricity", "kind", labels("kind", "electricity.ranking")),
        ),
        ranking=_ranking(),
        links=links("electricity.html", pages),
        ground=ground,
    )


def _ranking() -> Ranking:
    return Ranking(
        "settlements",
        "rank",
        "name",
        in_each_language("maps.electricity.ranking"),
        fields(columns.RANKING, ("commune", "households", "choice")),
        (
            weight("electricity", "grid_to_offgrid_ratio", smaller_is_better=True),
            weight("electricity", "households"),
            weight("electricity", "grid_alone_mvnd_per_household", smaller_is_better=True),
            weight("electricity", "poverty_rate_pct"),
        ),
    )


def _settlement_layer(result: ElectricityResult, communes: gpd.GeoDataFrame) -> Layer:
    return Layer(
        "settlements",
        in_each_language("maps.layer.settlements"),
        _settlements(result.settlements, communes),
        Style(
            {"color": "#1c2b33", "weight": 0.8, "fillOpacity": 0.9},
            by="choice",
            values=coloured(colours.CHOICES, "choice"),
            radius=("households", 0.75, 3.0, 14.0),
        ),
        popup=Popup("name", ("commune",), fields((*columns.RANKING, *DERIVED), POPUP_KEYS), reason=True),
        search=("name", "commune"),
        filtered=True,
        note=in_each_language("maps.layer.settlements.note"),
    )


def _line_layer(result: ElectricityResult) -> Layer:
    looks = {
        code: (code_words("voltage_holds", code), {"color": colour}) for code, colour in colours.VOLTAGE_HOLDS.items()
    }
    return Layer(
        "lines",
        in_each_language("maps.layer.lines"),
        result.lines.assign(holds=np.where(result.lines["voltage_status"] == "ok", "yes", "no")),
        Style({"weight": 3.2, "opacity": 1.0, "dashArray": "7 3"}, by="holds", values=looks),
        popup=Popup("line_id", ("commune",), fields(columns.LINES, LINE_KEYS)),
        filtered=True,
    )


def _tap_layer(result: ElectricityResult) -> Layer:
    return Layer(
        "taps",
        in_each_language("maps.layer.taps"),
        _taps(result.lines),
        Style(
            {"color": colours.PLANNED_LINE, "weight": 1.8, "fillColor": "#ffffff", "fillOpacity": 1.0, "radius": 2.8}
        ),
        popup=Popup("tap_line_id", ("feeder", "commune"), fields(columns.LINES, TAP_KEYS)),
        filtered=True,
    )


def _powerhouse_layer(result: ElectricityResult) -> Layer:
    return Layer(
        "powerhouses",
        in_each_language("maps.layer.powerhouses"),
        _powerhouses(result.settlements),
        Style({"color": "#0b5f52", "weight": 1.2, "fillColor": "#7fe0cf", "fillOpacity": 0.95, "radius": 4}),
        popup=Popup("name", ("commune",), fields(columns.RANKING, HYDRO_KEYS)),
        filtered=True,
        shown=False,
    )


def _existing_layer(result: ElectricityResult, pack: Pack) -> Layer:
    present = set(result.existing_grid["voltage_kv"])
    looks = {
        code: (code_words("voltage_kv", code), {"color": colour, "weight": width})
        for code, (colour, width) in colours.VOLTAGES.items()
        if float(code) in present
    }
    return Layer(
        "grid",
        in_each_language("maps.layer.grid"),
        _with_station(result.existing_grid, pack),
        Style({"opacity": 0.6}, by="voltage_kv", values=looks),
        popup=Popup("feeder", ("line_id",), fields(FEEDER, [c.name for c in FEEDER])),
        simplify_m=10.0,
    )


def _station_layer(pack: Pack) -> Layer:
    return Layer(
        "stations",
        in_each_language("maps.layer.stations"),
        pack.substations[pack.substations["status"] == "existing"],
        Style({"color": "#b71c1c", "weight": 2.0, "fillColor": "#ffd54f", "fillOpacity": 1.0, "radius": 5}),
        popup=Popup("name", ("substation_id",), fields(STATION, [c.name for c in STATION])),
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


def _facts(result: ElectricityResult) -> list[Fact]:
    frame, counted = result.settlements, electricity_quantities(result)
    by_choice = []
    for code in colours.CHOICES:
        chosen = frame[frame["choice"] == code]
        text = in_each_language(
            "maps.electricity.counted",
            settlements=Number(len(chosen)),
            households=Number(float(chosen["households"].sum())),
        )
        by_choice.append(Fact(code_words("choice", code), text))
    return [*facts(counted, FACTS[:2]), *by_choice, *facts(counted, FACTS[2:])]
