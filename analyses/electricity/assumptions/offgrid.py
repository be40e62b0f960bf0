"""Assumptions on off-grid supply and service: default, unit, meaning, source and range (prices of 2026 without VAT)."""

from __future__ import annotations

from typing import Literal

from infragap.analyses.parameters import Parameters, parameter


class OffgridParameters(Parameters):
    """What panels, batteries and small hydro cost, how long they last and what service counts as lasting."""

    # off-grid
    pv_mvnd_per_kwp: float = parameter(
        11.0,
        low=8,
        high=15,
        unit="mvnd/kWp",
        source="5-6.7 without storage in 2025 (SolarSPC, July 2025), times a remote factor of 1.3-2",
        meaning="panels, delivered and mounted",
    )
    battery_mvnd_per_kwh: float = parameter(
        4.5,
        low=3,
        high=7,
        unit="mvnd/kWh",
        source=(
            "stationary packs US$ 70 per kWh in 2025 (BloombergNEF), retail 6-10 in the lowlands: assumption between"
        ),
        meaning="lithium iron phosphate battery, delivered",
    )
    inverter_mvnd_per_kw: float = parameter(
        5.0,
        low=4,
        high=8,
        unit="mvnd/kW",
        source="assumption (engineering facts 6), prices of 2025",
        meaning="inverter and balance of system",
    )
    minigrid_site_pct: float = parameter(
        25.0,
        maximum=500,
        unit="%",
        low=10,
        high=60,
        source="assumption: brings the components near 55 million VND/kWp all-in",
        meaning="powerhouse, design and contingency of a mini-grid, of its components",
    )
    minigrid_mvnd_per_kwp: float = parameter(
        55.0,
        compared=False,
        unit="mvnd/kWp",
        low=35,
        high=90,
        source="80 in Ea Rớt, 2017 (Green ID)",
        meaning="mini-grid all-in: reported beside the sum of components as a check",
    )
    home_tier2_mvnd: float = parameter(
        18.0,
        compared=False,
        unit="mvnd/household",
        low=12,
        high=30,
        source="self-bought systems 20-40 (VietnamPlus, January 2026)",
        meaning="home system of 0.3 kWp and 1 kWh",
    )
    home_tier3_mvnd: float = parameter(
        42.0,
        low=30,
        high=60,
        unit="mvnd/household",
        source="components at the prices of 2025 (11 + 20 + 7.5) and mounting; 59 in the pilot of Mù Cang Chải",
        meaning="home system of 1 kWp and 4.5 kWh with an inverter of 1.5 kW",
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
        compared=False,
        unit="kWh/kWp/year",
        low=900,
        high=1150,
        source="norms A5, derived",
        meaning="yearly yield where the solar layer has no row for the commune",
    )
    worst_month_factor: float = parameter(
        0.55,
        compared=False,
        maximum=1,
        unit="-",
        low=0.45,
        high=0.65,
        source="norms A5, derived",
        meaning="worst month by the mean month where the solar layer has no row",
    )
    pv_life_years: float = parameter(
        20.0,
        unit="years",
        low=20,
        high=25,
        minimum=1.0,
        source="assumption (norms F)",
        meaning="life of panels",
    )
    battery_life_years: float = parameter(
        11.0,
        low=8,
        high=12,
        minimum=1.0,
        unit="years",
        source="assumption: lithium iron phosphate lasts 10-12 years (engineering facts 6)",
        meaning="life of batteries",
    )
    inverter_life_years: float = parameter(
        10.0,
        unit="years",
        low=8,
        high=12,
        minimum=1.0,
        source="assumption (norms F)",
        meaning="life of inverters",
    )
    offgrid_om_pct: float = parameter(
        3.5,
        maximum=100,
        unit="%/year",
        low=2,
        high=6,
        source="assumption (norms F)",
        meaning="operation and maintenance off grid, of investment",
    )
    battery_depth: float = parameter(
        0.9,
        maximum=1,
        unit="-",
        minimum=0.1,
        source="assumption: lithium iron phosphate",
        meaning="usable part of a battery",
    )
    storage_efficiency: float = parameter(
        0.85,
        maximum=1,
        unit="-",
        minimum=0.1,
        source="assumption",
        meaning="from panel to socket through battery and inverter",
    )
    hydro_allowed: bool = parameter(
        True,
        unit="-",
        source="choice",
        meaning=(
            "whether streams may be used; false plans as if no stream held water (the relief or the runoff may be"
            " modelled)"
        ),
    )
    micro_hydro_mvnd_per_kw: float = parameter(
        65.0,
        low=50,
        high=85,
        unit="mvnd/kW",
        source=(
            "assumption fitted to plants of Nepal of 12-130 kW (engineering facts 5): 125 mvnd/kW at 5 kW, 68 at 100 kW"
        ),
        meaning="micro hydro plant by its power: turbine, generator, part of the building",
    )
    hydro_fixed_mvnd: float = parameter(
        300.0,
        low=200,
        high=400,
        unit="mvnd",
        source="assumption, with micro_hydro_mvnd_per_kw (engineering facts 5)",
        meaning="micro hydro plant whatever its power: intake, powerhouse, controller, design",
    )
    hydro_min_plant_kw: float = parameter(
        5.0,
        unit="kW",
        source="assumption: floods take pico sets (engineering facts 5)",
        meaning="smallest plant that lasts; what is smaller is pico hydro, an interim step",
    )
    hydro_licence_kw: float = parameter(
        50.0,
        unit="kW",
        source=(
            "Decree 54/2024 Art. 7: no licence up to 50 kW installed; Circular 64/2017: minimum flow "
            "between the driest month and the mean of the three driest"
        ),
        meaning=(
            "largest plant: above it a licence binds the minimum flow, which leaves nothing to the plant in "
            "the driest month"
        ),
    )
    hydro_life_years: float = parameter(
        20.0, unit="years", minimum=1.0, source="assumption", meaning="life of a micro hydro plant"
    )
    hydro_efficiency: float = parameter(
        0.6,
        low=0.5,
        high=0.7,
        maximum=1,
        unit="-",
        source="59.8 % mean of 19 tested plants in Nepal (Acharya and Bajracharya 2013)",
        meaning="from water power to electric power at a head of 20 m or more; less below (hydro.efficiency)",
    )
    hydro_flow_share: float = parameter(
        0.6,
        low=0.4,
        high=0.8,
        maximum=1,
        unit="-",
        source="assumption: 40 % stays in the stream, though no rule is known to ask it below 50 kW",
        meaning="part of the flow that a plant may take; the rest stays in the stream",
    )
    hydro_driest_to_mean: float = parameter(
        0.38,
        low=0.29,
        high=0.5,
        maximum=1,
        minimum=0.01,
        unit="-",
        source=(
            "six gauges of the province: 0.29-0.50, median 0.38 (water plan of the province); the layer runoff "
            "has 0.24, since a monthly balance keeps no groundwater"
        ),
        meaning="flow of the driest month by the mean flow",
    )
    hydro_firm_to_driest: float = parameter(
        0.65,
        low=0.5,
        high=0.8,
        maximum=1,
        minimum=0.01,
        unit="-",
        source="assumption for catchments below some 5 km² (engineering facts 5); in karst a brook may vanish",
        meaning="flow that 95 % of the days reach by the mean of the driest month",
    )
    hydro_head_factor: float = parameter(
        1.0,
        low=0.7,
        high=1.3,
        minimum=0.1,
        unit="-",
        source="assumption: error of a fall of 5-50 m on a coarse relief",
        meaning="true head by that read from the relief",
    )
    hydro_evidence: Literal["surveyed", "mapped", "modelled"] = parameter(
        "surveyed",
        unit="-",
        source="choice: nobody builds on a stream that nobody has measured",
        meaning=(
            "streams that count as an option: surveyed (layer hydro_sites), mapped ones too, or also modelled ones"
        ),
    )
    hydro_availability_pct: float = parameter(
        90.0,
        maximum=100,
        unit="%",
        low=80,
        high=95,
        source="assumption; units in Mỏ Vàng clog and wash away in floods (norms A5)",
        meaning="time in which a micro hydro plant runs; what it misses counts as unserved",
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
        300.0,
        low=150,
        high=500,
        unit="mvnd/km",
        source="assumption (engineering facts 5)",
        meaning="canal along the slope",
    )
    penstock_mvnd_per_m: float = parameter(
        1.5,
        low=0.8,
        high=2.5,
        unit="mvnd/m",
        source="assumption (engineering facts 5)",
        meaning="pressure pipe from the canal down to the powerhouse",
    )
    penstock_m_per_m_head: float = parameter(
        2.5,
        low=1.5,
        high=4,
        minimum=1.0,
        unit="m/m",
        source="assumption: a slope of some 24 degrees",
        meaning="length of the pressure pipe by the head",
    )
    operator_mvnd_per_year: float = parameter(
        30.0,
        low=24,
        high=36,
        unit="mvnd/year",
        source="assumption (engineering facts 5)",
        meaning="wage of the operator of a mini-grid or hydro plant, one for each plant",
    )
    backup_allowed: bool = parameter(
        True,
        unit="-",
        source="choice",
        meaning="whether a plant may have a diesel set for what it does not give itself",
    )
    backup_mvnd_per_kw: float = parameter(
        12.0,
        low=8,
        high=20,
        unit="mvnd/kW",
        source="assumption: US$ 300-800 per kW",
        meaning="diesel set with its shed",
    )
    backup_vnd_per_kwh: float = parameter(
        11000.0,
        low=8000,
        high=15000,
        unit="VND/kWh",
        source="assumption: 0.35 l/kWh at 26,000 VND a litre on the spot, and upkeep",
        meaning="fuel carried to the village, and upkeep, of a diesel set",
    )
    backup_life_years: float = parameter(
        10.0,
        minimum=1.0,
        unit="years",
        source="assumption",
        meaning="life of a diesel set",
    )
    home_inverter_kw: float = parameter(
        1.5,
        unit="kW",
        source="assumption: sets of 1 kWp are sold with 1-3 kW",
        meaning="power that a home system of tier 3 gives",
    )
    home_availability_pct: float = parameter(
        95.0,
        low=80,
        high=98,
        maximum=100,
        unit="%",
        source=(
            "assumption; without one 4 of 65 sets in Ho Rum (Quảng Bình) worked after three years (Dân trí, March 2022)"
        ),
        meaning="time in which a home system works, with a provider that repairs; what it misses is priced",
    )
    home_fund_pct: float = parameter(
        5.0,
        low=2,
        high=15,
        maximum=100,
        unit="%/year",
        source="assumption: a provider keeps the sets, as in Laos; without repair 60 % a year were lost in Ho Rum",
        meaning="replacement fund for home systems that fail before their time, of investment",
    )
    minigrid_availability_pct: float = parameter(
        97.0,
        low=90,
        high=99,
        maximum=100,
        unit="%",
        source="99 % where professionally run (AMDA); less assumed for a village",
        meaning="time in which a solar plant works; what it misses is priced",
    )
    minigrid_fund_pct: float = parameter(
        1.5,
        low=0.5,
        high=4,
        maximum=100,
        unit="%/year",
        source="assumption",
        meaning="replacement fund for parts of a mini-grid that fail before their time, of investment",
    )
    hydro_fund_pct: float = parameter(
        2.0,
        low=1,
        high=5,
        maximum=100,
        unit="%/year",
        source="assumption; plants fail by upkeep and weather (35 schemes, Arnaiz 2018)",
        meaning="replacement fund for what floods take of a hydro plant, of investment",
    )
    joint_plant_km: float = parameter(
        2.0,
        unit="km",
        source="assumption: reach of a line of low voltage with a step-up",
        meaning="neighbouring settlements within this distance may share a plant; 0: none does",
    )
    pico_unit_mvnd: float = parameter(
        16.0,
        compared=False,
        unit="mvnd",
        low=5,
        high=25,
        source="Mỏ Vàng, 2025-26",
        meaning="pico hydro unit of 3 kW: an interim step, floods take it",
    )
    pico_wire_mvnd_per_km: float = parameter(
        6.0, unit="mvnd/km", source="Mỏ Vàng, 2025-26", meaning="self-drawn wire of a pico unit"
    )
    other_loads_by_size: bool = parameter(
        True,
        unit="-",
        source="choice; engineering facts 9",
        meaning="whether settlements of which the layer says nothing have school and mill by their size",
    )
    household_growth_pct: float = parameter(
        1.0,
        maximum=20,
        unit="%/year",
        low=0.5,
        high=2,
        source="assumption: natural growth of highland communes",
        meaning="growth of the number of households",
    )
    connection_growth_pct: float = parameter(
        5.0,
        maximum=100,
        unit="%",
        low=0,
        high=10,
        source="assumption: families that move or part when power comes",
        meaning="households that supply itself brings within five years",
    )
    grid_outage_hours: float = parameter(
        40.0,
        maximum=8766,
        unit="hours/year",
        low=10,
        high=120,
        source="assumption for long mountain feeders; outage_hours_per_year of grid_lines where it is there",
        meaning="time in which a customer's feeder is down; what it misses is priced",
    )
    unserved_energy_vnd_per_kwh: float = parameter(
        20000.0,
        unit="VND/kWh",
        low=10000,
        high=30000,
        source="assumption: above the 12,000-16,000 that serving costs off the grid here, since below "
        "that leaving people without would be the cheapest plan; about US$ 0.8",
        meaning="what a kWh that an option cannot give costs its user",
    )
    least_served_pct: float = parameter(
        90.0,
        maximum=100,
        unit="%",
        source="choice: what may count as the grid's service; the rest is priced as unserved",
        meaning=(
            "part of the grid's demand that a lasting off-grid plant must be large enough to serve (outages of "
            "plants are priced, not counted here)"
        ),
    )
    service_floor_tier: int = parameter(
        3,
        maximum=5,
        unit="tier",
        minimum=1,
        source="choice (design); tiers: ESMAP 2015",
        meaning="an option below this tier may only be an interim step",
    )
