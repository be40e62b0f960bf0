"""The electricity page: settlements by choice, planned lines, existing grid, ranking with weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import geopandas as gpd
import numpy as np

from infragap.analyses.columns import Column, table
from infragap.analyses.electricity import columns
from infragap.analyses.electricity.result import ElectricityResult
from infragap.analyses.parameters import Parameters
from infragap.gis.crs import WGS84
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
from infragap.maps.pages.page import Card, Counted, Fact, Ground, Layer, Page, Ranking, Related, Section, Style
from infragap.maps.pages.supply_options import options, prepared
from infragap.maps.proof import electricity_proof
from infragap.maps.quantities import electricity_quantities
from infragap.wording.catalogue import Number, in_each_language, languages
from infragap.wording.codes import code_words, labels, unit_words

SETTLEMENT_PARTS = {
    "decision": (
        "choice",
        "runner_up",
        "joint_plant_id",
        "saving_mvnd",
        "year",
        "interim",
        "plan_mvnd",
        "plan_investment_mvnd",
        "design_peak_kw",
        "plant_kw",
        "battery_kwh",
        "backup_kw",
        "shedding_priced",
        "hydro_evidence",
    ),
    "certainty": (
        "choice_probability_pct",
        "rank",
        "rank_low",
        "rank_high",
        "position_accuracy_m",
        "undecided_because",
    ),
    "place": ("households", "supply", "kind", "legacy_commune"),
    "grid": ("mv_km", "break_even_km", "forest_km", "lv_km", "voltage_drop_pct", "feeder"),
    "source": ("provenance",),
}
"""Values of a settlement's card, by section."""
LINE_PARTS = {
    "decision": (
        "to_name",
        "feeder",
        "voltage_kv",
        "line_type",
        "conductor",
        "length_km",
        "not_energised_km",
        "not_energised_lines",
        "investment_mvnd",
        "year",
    ),
    "voltage": (
        "voltage_drop_pct",
        "added_drop_pct",
        "loading_pct",
        "voltage_status",
        "voltage_basis",
        "remedy_vi",
        "remedy_mvnd",
    ),
    "place": ("natural_forest_km", "forest_ha", "settlements_below", "households_below", "load_kw"),
    "source": ("provenance",),
}
DERIVED = table(
    "electricity.popup", Column("grid_mvnd", "mvnd", "plan"), Column("choice_probability_pct", "%", "Monte Carlo")
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
TAP_PARTS = {
    "decision": ("line_id", "feeder", "voltage_kv", "households_below", "load_kw", "year"),
    "voltage": ("voltage_drop_pct", "voltage_status", "remedy_vi"),
    "place": ("tap_longitude", "tap_latitude"),
    "source": ("provenance",),
}
HYDRO_PARTS = {
    "decision": ("households", "hydro_plant_kw", "hydro_mvnd", "hydro_investment_mvnd", "year"),
    "place": (
        "hydro_head_m",
        "hydro_firm_flow_m3_s",
        "hydro_canal_km",
        "hydro_wire_km",
        "hydro_longitude",
        "hydro_latitude",
    ),
    "source": ("provenance",),
}
GRID = Counted("settlements", where={"choice": "grid"})
SETTLEMENTS = Counted("settlements")
FACTS: Mapping[str, tuple[Counted, ...]] = {
    "settlements": (SETTLEMENTS,),
    "households": (replace(SETTLEMENTS, total="households"),),
    "grid_unsure": (replace(GRID, where={"choice": "grid", "unsure": "true"}),),
    "lines_beyond_voltage": (Counted("lines", where={"holds": "no"}),),
    "branches_to_remedy": (),
    "life_cycle_cost": (),
    "plan_investment": (replace(SETTLEMENTS, total="plan_investment_mvnd", factor=1e-3),),
}
"""Key figures and how they follow the filters."""


def electricity_page(
    pack: Pack,
    result: ElectricityResult,
    communes: gpd.GeoDataFrame,
    ground: Ground,
    pages: Sequence[str],
    parameters: Parameters | None = None,
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
    parameters
        Parameters of the analysis, for the limits that rule an option out.
    """
    proof = electricity_proof(result)
    settlements = prepared(result.settlements, communes, parameters)
    return Page(
        id="electricity",
        title=titled(pack, "maps.electricity.title"),
        notice=notice(result.settlements),
        source=source(pack),
        layers=[
            commune_layer(communes),
            *river_layers(pack),
            *road_layers(pack, shown=False),
            _existing_layer(result, pack),
            _station_layer(pack),
            _line_layer(result),
            _settlement_layer(settlements),
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
            select("electricity", "works", labels("works")),
            select("electricity", "decision_class", labels("decision_class")),
            select("electricity", "supply", labels("supply")),
            select("electricity", "kind", labels("kind", "electricity.ranking")),
        ),
        ranking=_ranking(),
        links=links("electricity.html", pages),
        ground=ground,
        sheets=SHEETS,
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
        all_fields(columns.RANKING, but=("modelled_inputs",)),
    )


def _settlement_layer(settlements: gpd.GeoDataFrame) -> Layer:
    return Layer(
        "settlements",
        in_each_language("maps.layer.settlements"),
        settlements,
        Style(
            {"color": colours.RING, "weight": 0.9, "fillOpacity": 1.0},
            by="choice",
            values=coloured(colours.CHOICES, "choice", shapes=colours.CHOICE_SHAPES),
            radius=("households", 0.75, 3.5, 14.0),
            hollow=("unsure", in_each_language("maps.electricity.unsure")),
        ),
        card=Card(
            "name",
            ("commune", "legacy_commune"),
            sections((*columns.RANKING, *DERIVED), SETTLEMENT_PARTS),
            options=options(),
            reason=True,
            accuracy="position_accuracy_m",
            related=(Related("lines", "settlement_id", "to_settlement_id", upstream=("line_id", "upstream_line_id")),),
            spoke=("plant_longitude", "plant_latitude"),
        ),
        key="settlement_id",
        search=("name", "commune", "legacy_commune", "settlement_id"),
        search_title=in_each_language("maps.search.settlement"),
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
        card=Card("line_id", ("commune",), sections(columns.LINES, LINE_PARTS)),
        key="line_id",
        search=("line_id", "feeder"),
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
        card=Card("tap_line_id", ("feeder", "commune"), sections(columns.LINES, TAP_PARTS)),
        key="line_id",
        filtered=True,
        shown=False,
    )


def _powerhouse_layer(result: ElectricityResult) -> Layer:
    return Layer(
        "powerhouses",
        in_each_language("maps.layer.powerhouses"),
        _powerhouses(result.settlements),
        Style(
            {
                "color": "#0b5f52",
                "weight": 1.2,
                "fillColor": "#7fe0cf",
                "fillOpacity": 1.0,
                "radius": 4,
                "shape": "nabla",
            }
        ),
        card=Card("name", ("commune",), sections(columns.RANKING, HYDRO_PARTS)),
        key="settlement_id",
        filtered=True,
        shown=False,
    )


def _existing_layer(result: ElectricityResult, pack: Pack) -> Layer:
    present = set(result.existing_grid["voltage_kv"])
    looks = {
        code: (dict.fromkeys(languages(), f"{code} kV"), {"color": colour, "weight": width, **_dash(code)})
        for code, (colour, width) in colours.voltages().items()
        if float(code) in present
    }
    return Layer(
        "grid",
        in_each_language("maps.layer.grid"),
        _with_station(result.existing_grid, pack),
        Style({"opacity": 1.0}, by="voltage_kv", values=looks),
        card=Card("feeder", ("line_id",), (Section(None, fields(FEEDER, [c.name for c in FEEDER])),)),
        key="line_id",
        simplify_m=10.0,
    )


def _dash(voltage: str) -> dict[str, str]:
    return {"dashArray": colours.HIGH_DASH} if voltage in colours.HIGH_VOLTAGES else {}


def _station_layer(pack: Pack) -> Layer:
    return Layer(
        "stations",
        in_each_language("maps.layer.stations"),
        pack.substations[pack.substations["status"] == "existing"],
        Style(
            {
                "color": "#b71c1c",
                "weight": 1.6,
                "fillColor": "#ffd54f",
                "fillOpacity": 1.0,
                "radius": 6,
                "shape": "star",
            }
        ),
        card=Card("name", ("substation_id",), (Section(None, fields(STATION, [c.name for c in STATION])),)),
        key="substation_id",
        search=("name", "substation_id"),
        search_title=in_each_language("maps.search.station"),
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
    chosen = settlements[settlements["choice"].isin(("hydro", "hybrid"))]
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
        rows = Counted("settlements", where={"choice": code})
        by_choice.append(
            Fact(
                code_words("choice", code), text, unit_words("households"), 0, (rows, replace(rows, total="households"))
            )
        )
    first = {key: how for key, how in FACTS.items() if key in ("settlements", "households")}
    rest = {key: how for key, how in FACTS.items() if key not in first}
    return [*facts(counted, first), *by_choice, *facts(counted, rest)]
