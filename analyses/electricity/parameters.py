"""Every assumption of the electricity analysis: default, unit, meaning, source and range (prices of 2026 without VAT)."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from analyses.parameters import Parameters, parameter

FIT = "least squares on ten projects of 2012-2026 (norms A1)"


class ElectricityParameters(Parameters):
    """Parameters of `plan_electricity`; `low` and `high` are what the sensitivity table and the Monte Carlo draw from."""

    # grid: investment
    mv35_line_mvnd_per_km: float = parameter(
        1200.0, unit="mvnd/km", low=800, high=1750, source=f"{FIT}; high: Nà Đang, 1.75 billion VND/km",
        meaning="35 kV overhead line on easy ground, all-in (design, compensation, contingency), AC-50 or AC-70",
    )  # fmt: skip
    mv22_line_mvnd_per_km: float = parameter(
        1050.0, unit="mvnd/km", low=700, high=1500, source="0.85-0.9 of 35 kV: assumption; Rào Con project",
        meaning="22 kV overhead line on easy ground, all-in, where the nearest existing line is 22 kV",
    )  # fmt: skip
    terrain_factor: float = parameter(
        1.25, unit="-", low=1.0, high=1.7, minimum=1.0, source="residuals of the ten projects (0.70-1.29) and assumption",
        meaning="multiplier on lines and transformers on ground steeper than `steep_slope_deg` or far from any road",
    )  # fmt: skip
    gentle_slope_deg: float = parameter(
        10.0,
        unit="°",
        source="assumption",
        meaning="up to this slope the ground is easy; the factor rises linearly beyond",
    )
    steep_slope_deg: float = parameter(
        25.0, unit="°", source="norms F, terrain_factor", meaning="from this slope on the full terrain factor applies"
    )
    no_road_km: float = parameter(
        2.0,
        unit="km",
        source="assumption: a day's carrying",
        meaning="from this distance to a road on the full terrain factor applies",
    )
    river_crossing_mvnd: float = parameter(
        300.0, unit="mvnd", low=150, high=700, source="residual of the Cao Lan project",
        meaning="extra cost of one span across a major river",
    )  # fmt: skip
    lake_span_km: float = parameter(
        0.3,
        unit="km",
        minimum=0.05,
        source="assumption: a long span",
        meaning="a line over a lake pays one river crossing per such length",
    )
    lv_line_mvnd_per_km: float = parameter(
        350.0, unit="mvnd/km", low=100, high=450, source=f"{FIT}; floor: Hà Giang remark of 2018",
        meaning="0.4 kV line with insulated cable, all-in",
    )  # fmt: skip
    lv_m_per_household: float = parameter(
        33.0, unit="m/household", low=18, high=54, source="norms A1, physical totals of four programmes",
        meaning="0.4 kV line within the settlement",
    )  # fmt: skip
    transformer_50_mvnd: float = parameter(
        450.0, unit="mvnd", low=290, high=610, source=f"{FIT}; split by size: assumption",
        meaning="station up to 50 kVA with mounting and cut-outs",
    )  # fmt: skip
    transformer_100_mvnd: float = parameter(
        600.0, unit="mvnd", low=390, high=810, source=f"{FIT}: 600 on average", meaning="station of 75 or 100 kVA"
    )
    transformer_250_mvnd: float = parameter(
        800.0,
        unit="mvnd",
        low=520,
        high=1080,
        source=f"{FIT}; split by size: assumption",
        meaning="station of 160 to 250 kVA",
    )
    households_per_station_max: float = parameter(
        100.0, unit="households", low=45, high=140, minimum=1.0, source="norms A1: 45-138 households per station",
        meaning="a larger settlement gets more stations, so that 0.4 kV lines stay short",
    )  # fmt: skip
    inner_mv_km_per_extra_station: float = parameter(
        0.6,
        unit="km",
        low=0.3,
        high=1.0,
        source="assumption",
        meaning="line inside the settlement to each station after the first",
    )
    service_mvnd_per_household: float = parameter(
        6.0, unit="mvnd/household", low=4, high=9, source="scope of the Xà Hồ project; price: assumption",
        meaning="meter, service wire up to 120 m, board and lamp",
    )  # fmt: skip
    # grid: operation
    grid_om_pct: float = parameter(
        2.0,
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
        unit="%",
        low=6,
        high=12,
        source="assumption (norms A2: 6-10 %)",
        meaning="losses from the tap to the meter, of what enters",
    )
    energy_price_vnd_per_kwh: float = parameter(
        2100.0, unit="VND/kWh", low=1800, high=2500, source="average retail price 2,204 (QĐ 1279/QĐ-BCT, 9 May 2025)",
        meaning="economic cost of energy at medium voltage",
    )  # fmt: skip
    tariff_vnd_per_kwh: float = parameter(
        1984.0, unit="VND/kWh", low=1984, high=2050, source="first step of QĐ 14/2025/QĐ-TTg",
        meaning="revenue per kWh sold; for the pay-back only, the comparison is economic",
    )  # fmt: skip
    # demand
    household_kwh_per_month_year1: float = parameter(
        40.0, unit="kWh/month", low=25, high=60, minimum=0.1, source="assumption; a quarter of the nation uses below 50 (FREP 2021)",
        meaning="use of a household in the first year",
    )  # fmt: skip
    household_kwh_per_month_year10: float = parameter(
        80.0, unit="kWh/month", low=50, high=120, minimum=0.1, source="assumption: on the way to the national median",
        meaning="use of a household in the tenth year",
    )  # fmt: skip
    demand_growth_pct: float = parameter(
        6.0, unit="%/year", low=4, high=9, source="assumption (norms F)", meaning="growth of use after the tenth year"
    )
    household_kwh_per_month_ceiling: float = parameter(
        139.0,
        unit="kWh/month",
        source="national median of 2018 (Ha-Duong and Nguyen)",
        meaning="use does not grow beyond",
    )
    demand_tier: Literal["expected", "tier3", "tier4", "tier5"] = parameter(
        "expected", unit="-", source="choice; tiers: ESMAP Beyond Connections, 2015",
        meaning="expected growth, or the energy of one tier guaranteed from the first year on",
    )  # fmt: skip
    peak_kw_per_household: float = parameter(
        0.45, unit="kW", low=0.3, high=0.8, source="norms F; sample projects 0.64-1.2 kVA per household",
        meaning="peak per household at the station within a large group, in the design year",
    )  # fmt: skip
    coincidence_many: float = parameter(
        0.4,
        unit="-",
        minimum=0.05,
        source="assumption (Rusck's formula)",
        meaning="coincidence of the peaks of very many households",
    )
    power_factor: float = parameter(
        0.9,
        unit="-",
        low=0.85,
        high=0.95,
        minimum=0.1,
        source="assumption (norms F)",
        meaning="power factor at the peak",
    )
    household_size: float = parameter(
        5.5,
        unit="persons",
        low=3.5,
        high=6.5,
        source="highland villages; Lùng Cúng 6.1 (Thanh Niên, 4 March 2026)",
        meaning="people per household",
    )
    # forest
    forest_rule: Literal["forbid", "price", "ignore"] = parameter(
        "forbid", unit="-", source="Luật Lâm nghiệp 2017, Article 14(2)",
        meaning="whether lines may cross natural and special-use forest: not at all, at a price, or as if there were none",
    )  # fmt: skip
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
    settlement_clearing_m: float = parameter(
        300.0,
        unit="m",
        source="assumption",
        meaning="around a settlement, and on roads, ground does not count as forest",
    )
    # off-grid
    pv_mvnd_per_kwp: float = parameter(
        14.0,
        unit="mvnd/kWp",
        low=10,
        high=20,
        source="7.5-8 without storage in 2025 (soha.vn), times a remote factor",
        meaning="panels, delivered and mounted",
    )
    battery_mvnd_per_kwh: float = parameter(
        7.0,
        unit="mvnd/kWh",
        low=5,
        high=10,
        source="30-50 per 5 kWh (Thanh Niên, 26 October 2025)",
        meaning="lithium battery, delivered",
    )
    inverter_mvnd_per_kw: float = parameter(
        6.0, unit="mvnd/kW", low=4, high=10, source="assumption (norms F)", meaning="inverter and balance of system"
    )
    minigrid_site_pct: float = parameter(
        25.0, unit="%", low=10, high=60, source="assumption: brings the components near 55 million VND/kWp all-in",
        meaning="powerhouse, design and contingency of a mini-grid, of its components",
    )  # fmt: skip
    minigrid_mvnd_per_kwp: float = parameter(
        55.0,
        unit="mvnd/kWp",
        low=35,
        high=90,
        source="80 in Ea Rớt, 2017 (Green ID)",
        meaning="mini-grid all-in: reported beside the sum of components as a check",
    )
    home_tier2_mvnd: float = parameter(
        18.0,
        unit="mvnd/household",
        low=12,
        high=30,
        source="self-bought systems 20-40 (VietnamPlus, January 2026)",
        meaning="home system of 0.3 kWp and 1 kWh",
    )
    home_tier3_mvnd: float = parameter(
        50.0,
        unit="mvnd/household",
        low=35,
        high=70,
        source="59 in the pilot of Mù Cang Chải",
        meaning="home system of 1 kWp and 4.5 kWh",
    )
    solar_yield_factor: float = parameter(
        1.0,
        unit="-",
        low=0.86,
        high=1.10,
        minimum=0.1,
        source="PVOUT 900-1,150 around 1,050 kWh/kWp (norms A5)",
        meaning="multiplier on the yields of the solar layer",
    )
    pvout_kwh_per_kwp: float = parameter(
        1050.0,
        unit="kWh/kWp/year",
        low=900,
        high=1150,
        source="norms A5, derived",
        meaning="yearly yield where the solar layer has no row for the commune",
    )
    worst_month_factor: float = parameter(
        0.55,
        unit="-",
        low=0.45,
        high=0.65,
        source="norms A5, derived",
        meaning="worst month by the mean month where the solar layer has no row",
    )
    pv_life_years: float = parameter(
        20.0, unit="years", low=20, high=25, minimum=1.0, source="assumption (norms F)", meaning="life of panels"
    )
    battery_life_years: float = parameter(
        8.0, unit="years", low=6, high=12, minimum=1.0, source="assumption (norms F)", meaning="life of batteries"
    )
    inverter_life_years: float = parameter(
        10.0, unit="years", low=8, high=12, minimum=1.0, source="assumption (norms F)", meaning="life of inverters"
    )
    offgrid_om_pct: float = parameter(
        3.5,
        unit="%/year",
        low=2,
        high=6,
        source="assumption (norms F)",
        meaning="operation and maintenance off grid, of investment",
    )
    battery_depth: float = parameter(
        0.9, unit="-", minimum=0.1, source="assumption: lithium iron phosphate", meaning="usable part of a battery"
    )
    storage_efficiency: float = parameter(
        0.85, unit="-", minimum=0.1, source="assumption", meaning="from panel to socket through battery and inverter"
    )
    autonomy_days: float = parameter(
        1.2, unit="days", low=0.8, high=2, source="assumption", meaning="days of demand that a battery holds"
    )
    micro_hydro_mvnd_per_kw: float = parameter(
        75.0,
        unit="mvnd/kW",
        low=50,
        high=120,
        source="US$ 2,000-4,500 per kW: assumption, at 26,300 VND/US$",
        meaning="micro hydro plant without local lines",
    )
    hydro_life_years: float = parameter(
        20.0, unit="years", minimum=1.0, source="assumption", meaning="life of a micro hydro plant"
    )
    hydro_efficiency: float = parameter(
        0.6, unit="-", source="assumption: small turbine and generator", meaning="from water power to electric power"
    )
    hydro_flow_share: float = parameter(
        0.6,
        unit="-",
        low=0.4,
        high=0.8,
        source="assumption: 40 % stays in the stream",
        meaning="usable part of the dry-season flow",
    )
    hydro_reach_km: float = parameter(
        3.0,
        unit="km",
        source="assumption: longest wire of a small plant",
        meaning="distance from a settlement within which a stream is looked for",
    )
    hydro_canal_km: float = parameter(
        1.0, unit="km", source="assumption", meaning="longest canal and pipe from intake to powerhouse"
    )
    hydro_min_head_m: float = parameter(
        5.0, unit="m", source="assumption", meaning="smallest head of a micro hydro plant"
    )
    canal_mvnd_per_km: float = parameter(
        300.0, unit="mvnd/km", low=150, high=500, source="assumption", meaning="canal and penstock"
    )
    pico_unit_mvnd: float = parameter(
        16.0,
        unit="mvnd",
        low=5,
        high=25,
        source="Mỏ Vàng, 2025-26",
        meaning="pico hydro unit of 3 kW: an interim step, floods take it",
    )
    pico_wire_mvnd_per_km: float = parameter(
        6.0, unit="mvnd/km", source="Mỏ Vàng, 2025-26", meaning="self-drawn wire of a pico unit"
    )
    unserved_energy_vnd_per_kwh: float = parameter(
        8000.0, unit="VND/kWh", low=4000, high=15000, source="assumption: fuel of a small petrol generator, 0.35 l/kWh and its wear",
        meaning="what a kWh that an option cannot give costs its user",
    )  # fmt: skip
    least_served_pct: float = parameter(
        0.0,
        unit="%",
        source="choice: 0 leaves it to the price of unserved energy, as the design asks",
        meaning="part of the grid's demand that a lasting off-grid option must serve at least; a planner may demand, say, 90",
    )
    service_floor_tier: int = parameter(
        3,
        unit="tier",
        minimum=1,
        source="choice (design); tiers: ESMAP 2015",
        meaning="an option below this tier may only be an interim step",
    )
    # appraisal
    discount_rate_pct: float = parameter(
        10.0, unit="%", low=6, high=12, source="World Bank and ADB convention 10-12 %", meaning="real discount rate"
    )
    horizon_years: int = parameter(
        20,
        unit="years",
        minimum=10,
        source="assumption: life of panels and stations",
        meaning="years over which all options are compared",
    )
    price_escalation_pct: float = parameter(
        3.5,
        unit="%/year",
        low=2.5,
        high=5,
        source="assumption (norms F)",
        meaning="brings past project costs to 2026 in the back-test",
    )
    benchmark_mvnd_per_household: float = parameter(
        60.0,
        unit="mvnd/household",
        low=35,
        high=110,
        source="grid villages of 2023-26 (norms A1)",
        meaning="usual investment; dearer rows are counted in the summary",
    )
    screening_mv_m_per_household: float = parameter(
        35.0,
        unit="m/household",
        low=10,
        high=100,
        source="norms A1",
        meaning="usual new line per household: stands beside the plan's own in the summary",
    )
    # network and plan
    routing_cell_m: float = parameter(
        100.0,
        unit="m",
        minimum=20.0,
        source="choice: relief of the embedded pack",
        meaning="cell width of the routing raster; coarser relief is refined to it",
    )
    all_on_grid: bool = parameter(
        False,
        unit="-",
        source="choice; the scheme aims at 100 % of villages",
        meaning="connect every settlement that a line can reach",
    )
    forced_grid: tuple[str, ...] = parameter(
        (), unit="-", source="choice", meaning="settlement_id of those that must get the grid"
    )
    forbidden_grid: tuple[str, ...] = parameter(
        (), unit="-", source="choice", meaning="settlement_id of those that must not get the grid"
    )
    respect_headroom: bool = parameter(
        True, unit="-", source="choice", meaning="keep new load within what feeders and stations have left"
    )
    loading_limit_pct: float = parameter(
        100.0, unit="%", source="assumption", meaning="highest loading of a feeder or station after connection"
    )
    plan_gap: float = parameter(
        0.001,
        unit="-",
        source="design",
        meaning="proven relative distance to the optimum at which the plan is accepted",
    )
    plan_time_limit_s: float = parameter(
        30.0, unit="s", minimum=0.1, source="choice", meaning="longest time for one solution of the plan"
    )
    junction_rounds: int = parameter(
        1, unit="-", source="choice", meaning="how often the network is enriched around the plan and solved again"
    )
    # feeders
    mv_drop_limit_pct: float = parameter(
        5.0,
        unit="%",
        low=5,
        high=10,
        source="assumption; ±5 % at the customer (norms A3)",
        meaning="largest voltage drop from station to transformer",
    )
    lv_drop_limit_pct: float = parameter(
        5.0, unit="%", low=5, high=8, source="assumption (norms A3)", meaning="largest voltage drop along 0.4 kV lines"
    )
    conductor_mvnd_per_tonne: float = parameter(
        75.0,
        unit="mvnd/t",
        low=60,
        high=90,
        source="assumption",
        meaning="price of aluminium-steel conductor beyond AC-70",
    )
    regulator_mvnd: float = parameter(
        1500.0,
        unit="mvnd",
        low=1000,
        high=2500,
        source="assumption: three single-phase sets",
        meaning="voltage regulator",
    )
    # phasing
    first_year: int = parameter(2026, unit="year", source="the scheme, 2026-2030", meaning="first year of building")
    budgets_mvnd: tuple[float, ...] = parameter(
        (), unit="mvnd/year", source="assumption: none is published for this item; left empty, four fifths of the plan's investment is "
        "spread like the scheme's yearly totals 8,372 / 7,803 / 8,367 / 7,256 / 5,453", meaning="money of each year",
    )  # fmt: skip
    budget_share_pct: float = parameter(
        80.0,
        unit="%",
        source="assumption: not all money comes in time",
        meaning="where no budgets are given, their sum as part of the plan's investment",
    )
    weight_poverty: float = parameter(
        1.0,
        unit="-",
        source="choice",
        meaning="how much a settlement's priority rises with the poverty rate of its commune (0: not at all)",
    )
    # uncertainty
    scenarios: bool = parameter(
        True,
        unit="-",
        source="choice",
        meaning="whether to plan the scenarios and the sensitivity table beside the plan",
    )
    draws: int = parameter(
        200, unit="-", source="design", meaning="Monte Carlo draws; 0 leaves the uncertainty columns out"
    )
    random_seed: int = parameter(20260101, unit="-", source="choice", meaning="seed of the draws")
    local_cost_sd: float = parameter(
        0.15,
        unit="-",
        source="norms A1: ±30 % on any single village, read as two standard deviations",
        meaning="spread of a single settlement's works around the common prices",
    )

    @model_validator(mode="after")
    def _consistent(self) -> ElectricityParameters:
        if self.household_kwh_per_month_year10 < self.household_kwh_per_month_year1:
            raise ValueError("household_kwh_per_month_year10 must not be below household_kwh_per_month_year1")
        if self.steep_slope_deg <= self.gentle_slope_deg:
            raise ValueError("steep_slope_deg must be above gentle_slope_deg")
        if both := sorted(set(self.forced_grid) & set(self.forbidden_grid)):
            raise ValueError(f"forced_grid and forbidden_grid both name {', '.join(both)}")
        if len(self.budgets_mvnd) not in (0, 5):
            raise ValueError("budgets_mvnd: give five yearly sums, or none")
        if not self.service_floor_tier <= 5 or not self.discount_rate_pct > -100:
            raise ValueError("service_floor_tier is at most 5")
        return self

    @property
    def discount_rate(self) -> float:
        """Real discount rate as a fraction."""
        return self.discount_rate_pct / 100

    @property
    def years(self) -> tuple[int, ...]:
        """The five years of building."""
        return tuple(range(self.first_year, self.first_year + 5))


def uncertain(parameters: type[ElectricityParameters] = ElectricityParameters) -> dict[str, tuple[float, float, float]]:
    """Low, default and high of every parameter that has a range."""
    found = {}
    for name, field in parameters.model_fields.items():
        extra = field.json_schema_extra
        if isinstance(extra, dict) and extra.get("low") is not None:
            found[name] = (float(str(extra["low"])), float(field.default), float(str(extra["high"])))
    return found
