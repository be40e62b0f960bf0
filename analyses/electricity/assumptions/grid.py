"""Assumptions on grid works, demand and forest: default, unit, meaning, source and range (prices of 2026 without
VAT)."""

from __future__ import annotations

from typing import ClassVar, Literal

from infragap.analyses.electricity.assumptions.network_works import NetworkWorks, usual_works
from infragap.analyses.parameters import Parameters, parameter

FIT = "least squares on ten projects of 2012-2026 (norms A1)"


class GridParameters(Parameters):
    """What lines, stations and energy cost, how much is used, and what forest forbids.

    Attributes
    ----------
    works
        Table of works by size, of the country.
    """

    works: ClassVar[NetworkWorks] = usual_works()

    # grid: investment
    mv35_line_mvnd_per_km: float = parameter(
        1200.0,
        minimum=1.0,
        unit="mvnd/km",
        low=800,
        high=1750,
        source=f"{FIT}; high: Nà Đang, 1.75 billion VND/km",
        meaning="overhead line of the upper level on easy ground, all-in (design, compensation, contingency), "
        "three wires of AC-70",
    )
    mv22_line_mvnd_per_km: float = parameter(
        1050.0,
        minimum=1.0,
        unit="mvnd/km",
        low=700,
        high=1500,
        source="0.85-0.9 of the upper level: assumption; Rào Con project",
        meaning="overhead line of the lower level on easy ground, all-in, three wires of AC-70, where the nearest "
        "existing line is of it",
    )
    terrain_factor: float = parameter(
        1.25,
        unit="-",
        low=1.0,
        high=1.7,
        minimum=1.0,
        source="residuals of the ten projects (0.70-1.29) and assumption",
        meaning="multiplier on lines and transformers on ground steeper than `steep_slope_deg` or far from any road",
    )
    gentle_slope_deg: float = parameter(
        10.0,
        maximum=90,
        unit="°",
        source="assumption",
        meaning="up to this slope the ground is easy; the factor rises linearly beyond",
    )
    steep_slope_deg: float = parameter(
        25.0,
        maximum=90,
        unit="°",
        source="norms F, terrain_factor",
        meaning="from this slope on the full terrain factor applies",
    )
    no_road_km: float = parameter(
        2.0,
        unit="km",
        source="assumption: a day's carrying",
        meaning="from this distance to a road on the full terrain factor applies",
    )
    river_crossing_mvnd: float = parameter(
        300.0,
        unit="mvnd",
        low=150,
        high=700,
        source="residual of the Cao Lan project",
        meaning="extra cost of one span across a major river",
    )
    lake_span_km: float = parameter(
        0.3,
        unit="km",
        minimum=0.05,
        source="assumption: a long span",
        meaning="a line over a lake pays one river crossing per such length",
    )
    lv_line_mvnd_per_km: float = parameter(
        350.0,
        unit="mvnd/km",
        low=100,
        high=450,
        source=f"{FIT}; floor: Hà Giang remark of 2018",
        meaning="0.4 kV line with insulated cable, all-in",
    )
    lv_m_per_household: float = parameter(
        33.0,
        unit="m/household",
        low=18,
        high=54,
        source="norms A1, physical totals of four programmes",
        meaning="0.4 kV line within the settlement, where the settlement's spread is not known",
    )
    lv_route_factor: float = parameter(
        1.0,
        unit="-",
        low=0.55,
        high=1.65,
        minimum=0.1,
        source="assumption; range: 18-54 around 33 m per household between programmes (norms A1)",
        meaning=(
            "0.4 kV line by the shortest tree through houses strewn evenly over the settlement's spread "
            "(`settlements.spread_m`)"
        ),
    )
    station_price_factor: float = parameter(
        1.0,
        unit="-",
        low=0.65,
        high=1.35,
        minimum=0.1,
        source="norms F: ±35 %; single-phase stations between two phases: brackets without a quotation (G)",
        meaning="multiplier on the prices of stations by size (table of works)",
    )
    line_types: tuple[str, ...] = parameter(
        ("three_phase", "two_phase", "single_phase"),
        unit="-",
        source="choice; swer is no practice in Vietnam",
        meaning="line types of the table of works that may be built; three_phase always is",
    )
    three_phase_from_kw: float = parameter(
        5.0,
        compared=False,
        unit="kW",
        low=3,
        high=7.5,
        source="engineering facts, finding 0.2 (C): three wires where motors of more than some 5 kW are declared",
        meaning="machines of a settlement (productive_kw of the layer) above which it gets three wires and three-phase "
        "stations",
    )
    light_line_price_factor: float = parameter(
        1.0,
        unit="-",
        low=0.87,
        high=1.13,
        minimum=0.1,
        source="engineering facts 2 (C): two wires 0.65-0.8 of three; none published in Vietnam, so up to 0.85",
        meaning="multiplier on the prices of lines with fewer than three wires (table of works)",
    )
    least_conductor: Literal["AC-35", "AC-50", "AC-70", "AC-95", "AC-120"] = parameter(
        "AC-50",
        unit="-",
        source="assumption: long spans, ice above 1,200 m and growth speak against the smallest, AC-35",
        meaning="lightest conductor of new lines",
    )
    conductor_mvnd_per_tonne: float = parameter(
        75.0,
        compared=False,
        unit="mvnd/t",
        low=60,
        high=90,
        source="assumption",
        meaning="price of aluminium-steel conductor by which lines of other conductors than AC-70 differ",
    )
    recloser_from_km: float = parameter(
        15.0,
        unit="km",
        minimum=0.0,
        source="assumption: a fault on a longer tree would switch off the feeder too often",
        meaning="new lines of one tree from which on it gets a recloser at its tap",
    )
    households_per_station_max: float = parameter(
        100.0,
        unit="households",
        low=45,
        high=140,
        minimum=1.0,
        source="norms A1: 45-138 households per station",
        meaning="a larger settlement gets more stations, so that 0.4 kV lines stay short",
    )
    inner_mv_km_per_extra_station: float = parameter(
        0.6,
        unit="km",
        low=0.3,
        high=1.0,
        source="assumption",
        meaning="line inside the settlement to each station after the first",
    )
    lv_reach_m: float = parameter(
        1200.0,
        unit="m",
        low=800,
        high=1500,
        minimum=0.0,
        source="norms A3: low-voltage radius of 0.8-1.2 km in the mountains, beyond it the voltage is not assured",
        meaning="straight distance up to which a settlement may be supplied from a distribution station that stands "
        "already",
    )
    energise_mvnd: float = parameter(
        60.0,
        unit="mvnd",
        low=20,
        high=200,
        source="assumption: inspection, repairs and handover of a station that was built and never switched on",
        meaning="switching on a station that was built but not energised, meters apart",
    )
    energise_line_mvnd_per_km: float = parameter(
        60.0,
        unit="mvnd/km",
        low=20,
        high=200,
        minimum=0.0,
        source="assumption: clearing, inspection, repairs and tests, a twentieth of a new line",
        meaning="switching on a medium-voltage line that was built but not energised, per kilometre that is used; its "
        "upkeep comes on top like that of a new line",
    )
    unsafe_may_leave_grid: bool = parameter(
        False,
        unit="-",
        source="choice: the scheme asks for safe supply, not for taking consumers off the grid",
        meaning="whether settlements that hang on the grid by unsafe wires may be supplied off the grid",
    )
    service_mvnd_per_household: float = parameter(
        6.0,
        unit="mvnd/household",
        low=4,
        high=9,
        source="scope of the Xà Hồ project; price: assumption",
        meaning="meter, service wire up to 120 m, board and lamp",
    )
    # grid: operation
    grid_om_pct: float = parameter(
        2.0,
        maximum=100,
        unit="%/year",
        low=1.5,
        high=3,
        source="assumption (norms F)",
        meaning="operation and maintenance of grid works, of investment",
    )
    line_life_years: float = parameter(
        25.0,
        unit="years",
        low=20,
        high=30,
        minimum=1.0,
        source="assumption (norms F)",
        meaning="life of lines and services",
    )
    transformer_life_years: float = parameter(
        20.0,
        unit="years",
        low=20,
        high=30,
        minimum=1.0,
        source="assumption (norms F)",
        meaning="life of transformer stations",
    )
    loss_pct: float = parameter(
        8.0,
        maximum=90,
        unit="%",
        low=6,
        high=12,
        source="assumption (norms A2: 6-10 %)",
        meaning="losses from the tap to the meter, of what enters",
    )
    energy_price_vnd_per_kwh: float = parameter(
        2100.0,
        unit="VND/kWh",
        low=1800,
        high=2500,
        source="average retail price 2,204 (QĐ 1279/QĐ-BCT, 9 May 2025)",
        meaning="economic cost of energy at medium voltage",
    )
    tariff_vnd_per_kwh: float = parameter(
        1984.0,
        compared=False,
        unit="VND/kWh",
        low=1984,
        high=2050,
        source="first step of QĐ 14/2025/QĐ-TTg",
        meaning="revenue per kWh sold; for the pay-back only, the comparison is economic",
    )
    # demand
    household_kwh_per_month_year1: float = parameter(
        40.0,
        unit="kWh/month",
        low=25,
        high=60,
        minimum=0.1,
        source="assumption; a quarter of the nation uses below 50 (FREP 2021)",
        meaning="use of a household in the first year",
    )
    household_kwh_per_month_year10: float = parameter(
        80.0,
        unit="kWh/month",
        low=50,
        high=120,
        minimum=0.1,
        source="assumption: on the way to the national median",
        meaning="use of a household in the tenth year",
    )
    demand_growth_pct: float = parameter(
        6.0,
        maximum=100,
        unit="%/year",
        low=4,
        high=9,
        source="assumption (norms F)",
        meaning="growth of use after the tenth year",
    )
    household_kwh_per_month_ceiling: float = parameter(
        139.0,
        unit="kWh/month",
        source="national median of 2018 (Ha-Duong and Nguyen)",
        meaning="use does not grow beyond",
    )
    demand_tier: Literal["expected", "tier3", "tier4", "tier5"] = parameter(
        "expected",
        unit="-",
        source="choice; tiers: ESMAP Beyond Connections, 2015",
        meaning="expected growth, or the energy of one tier guaranteed from the first year on",
    )
    peak_kw_per_household: float = parameter(
        0.45,
        unit="kW",
        low=0.3,
        high=0.8,
        source="norms F; sample projects 0.64-1.2 kVA per household",
        meaning="peak per household at the station within a large group, in the design year",
    )
    coincidence_many: float = parameter(
        0.4,
        maximum=1,
        unit="-",
        minimum=0.05,
        source="assumption (Rusck's formula)",
        meaning="coincidence of the peaks of very many households",
    )
    power_factor: float = parameter(
        0.9,
        maximum=1,
        unit="-",
        low=0.85,
        high=0.95,
        minimum=0.1,
        source="assumption (norms F)",
        meaning="power factor at the peak",
    )
    household_size: float = parameter(
        5.5,
        compared=False,
        unit="persons",
        low=3.5,
        high=6.5,
        source="highland villages; Lùng Cúng 6.1 (Thanh Niên, 4 March 2026)",
        meaning="people per household",
    )
    # forest
    forest_rule: Literal["forbid", "price", "ignore", "cable"] = parameter(
        "forbid",
        unit="-",
        source="Luật Lâm nghiệp 2017, Article 14(2)",
        meaning=(
            "whether lines may cross natural and special-use forest: not at all, at a price, as if there were none, or "
            "as a cable in a road only"
        ),
    )
    road_cable_mvnd_per_km: float = parameter(
        3300.0,
        unit="mvnd/km",
        low=2500,
        high=4000,
        minimum=1.0,
        compared=False,
        source="Phong Nha-Kẻ Bàng 2022: what is left of the total for 20 km of medium-voltage cable",
        meaning="cable in the road through forest, under `forest_rule` = cable",
    )
    forest_cost_factor: float = parameter(
        1.3,
        unit="-",
        low=1.1,
        high=2,
        minimum=1.0,
        source="assumption (norms F)",
        meaning="multiplier on lines through such forest where allowed",
    )
    forest_delay_months: float = parameter(
        18.0,
        compared=False,
        unit="months",
        low=12,
        high=36,
        source="assumption (norms F)",
        meaning="time for the conversion of forest before building",
    )
    replacement_planting_mvnd_per_ha: float = parameter(
        120.0,
        unit="mvnd/ha",
        low=70,
        high=200,
        source="assumption (norms F)",
        meaning="replacement planting for forest taken",
    )
    right_of_way_m: float = parameter(
        9.0, unit="m", source="assumption: 3 m beyond the outer conductors", meaning="width of the corridor of a line"
    )
    forest_clearing_m: float = parameter(
        300.0,
        unit="m",
        source="assumption: houses and fields of a settlement",
        meaning="around a settlement's point forest does not count, since people live there",
    )
    forest_road_strip_m: float = parameter(
        13.0,
        unit="m",
        source="assumption: safety strip of 9 m beside minor roads (NĐ 11/2010, not re-read) and half a carriageway",
        meaning="to either side of a road's middle forest does not count, since the strip is kept clear; a line "
        "through forest keeps to it",
    )

    @property
    def keeps_to_roads(self) -> bool:
        """Whether lines keep to the roads within natural and special-use forest."""
        return self.forest_rule in ("forbid", "cable")
