"""Assumptions on off-grid supply and service: default, unit, meaning, source and range (prices of 2026 without VAT)."""

from __future__ import annotations

from infragap.analyses.parameters import Parameters, parameter


class OffgridParameters(Parameters):
    """What panels, batteries and small hydro cost, how long they last and what service counts as lasting."""

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
        6.0,
        unit="mvnd/kW",
        low=4,
        high=10,
        source="assumption (norms F)",
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
        8.0,
        unit="years",
        low=6,
        high=12,
        minimum=1.0,
        source="assumption (norms F)",
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
        0.6,
        maximum=1,
        unit="-",
        source="assumption: small turbine and generator",
        meaning="from water power to electric power",
    )
    hydro_flow_share: float = parameter(
        0.6,
        maximum=1,
        unit="-",
        low=0.4,
        high=0.8,
        source="assumption: 40 % stays in the stream",
        meaning="usable part of the dry-season flow",
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
        unit="mvnd/km",
        low=150,
        high=500,
        source="assumption",
        meaning="canal and penstock",
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
            "hydro are priced, not counted here)"
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
