"""Parameters of the water analysis, with unit, meaning, source and range."""

from __future__ import annotations

from typing import ClassVar

from infragap.analyses.parameters import Parameters, parameter

NORMS = "norms B and F"


class WaterParameters(Parameters):
    """Demand, hydraulics, service of each functionality class, costs and limits of new works."""

    analysis: ClassVar[str] = "water"

    demand_l_per_person_day: float = parameter(
        80.0,
        unit="l/person/day",
        low=60,
        high=100,
        meaning="design demand",
        source=f"TCXDVN 33:2006; {NORMS}",
        minimum=1.0,
    )
    loss_pct: float = parameter(
        20.0, unit="%", low=15, high=30, meaning="water lost in the network", source=NORMS, maximum=100.0
    )
    peak_day_factor: float = parameter(
        1.3, unit="-", low=1.2, high=1.4, meaning="peak day over mean day", source=NORMS, minimum=1.0
    )
    peak_hour_factor: float = parameter(
        2.0, unit="-", low=1.5, high=2.5, meaning="peak hour over mean hour", source=NORMS, minimum=1.0
    )
    hazen_williams_c: float = parameter(
        140.0,
        unit="-",
        low=130,
        high=150,
        meaning="roughness coefficient of HDPE pipe",
        source="assumption, usual for HDPE",
        minimum=1.0,
    )
    velocity_m_per_s: float = parameter(
        1.2,
        unit="m/s",
        low=0.8,
        high=1.5,
        meaning="velocity that pipes are sized for",
        source="assumption",
        minimum=0.1,
    )
    residual_head_m: float = parameter(
        5.0, unit="m", low=5, high=10, meaning="least pressure at the tap stand", source=NORMS
    )
    pressure_zone_m: float = parameter(
        60.0,
        unit="m",
        low=50,
        high=100,
        meaning="static head between break-pressure tanks (PN6)",
        source=NORMS,
        minimum=1.0,
    )
    reach_km: float = parameter(
        3.0,
        unit="km",
        low=2,
        high=6,
        meaning="longest main of a rural scheme, along the terrain",
        source="assumption",
        minimum=0.1,
    )
    urban_reach_km: float = parameter(
        6.0, unit="km", low=3, high=10, meaning="longest main of an urban plant", source="assumption", minimum=0.1
    )
    pump_lift_m: float = parameter(
        60.0, unit="m", low=30, high=100, meaning="lift of pumped schemes and urban plants", source="assumption"
    )
    service_unsustainable_pct: float = parameter(
        50.0,
        unit="%",
        low=30,
        high=70,
        meaning="share of its households that an unsustainable scheme really serves",
        source="assumption",
        maximum=100.0,
    )
    works_max: int = parameter(
        177, unit="works", meaning="schemes to build, upgrade or repair 2026-2030", source="scheme, section II.4"
    )
    budget_mvnd: float | None = parameter(
        None, unit="mvnd", meaning="budget of the works; none = only their number limits", source="choice"
    )
    target_pct: float = parameter(
        50.0,
        unit="%",
        meaning="rural people with water to standard in 2030",
        source="scheme, section II.1",
        maximum=100.0,
    )
    new_scheme_min_households: int = parameter(
        15,
        unit="households",
        meaning="least size of a new scheme",
        source="assumption: smallest in the register",
        minimum=1,
    )
    new_scheme_max_households: int = parameter(
        800, unit="households", meaning="largest size of a new scheme", source="largest in the register", minimum=1
    )
    dry_season_safety: float = parameter(
        1.5,
        unit="-",
        low=1.2,
        high=2.0,
        meaning="dry-season flow over design flow of a new intake",
        source=NORMS,
        minimum=1.0,
    )
    repair_mvnd_per_household: float = parameter(
        8.0, unit="mvnd/household", low=4, high=14, meaning="repair, filtration and disinfection", source=NORMS
    )
    small_scheme_mvnd_per_household: float = parameter(
        25.0,
        unit="mvnd/household",
        low=16,
        high=40,
        meaning="new gravity scheme below 100 households",
        source=NORMS,
    )
    large_scheme_mvnd_per_household: float = parameter(
        15.0,
        unit="mvnd/household",
        low=10,
        high=25,
        meaning="new scheme of 200 households and more, with treatment",
        source=NORMS,
    )
    main_mvnd_per_km: float = parameter(
        350.0, unit="mvnd/km", low=200, high=600, meaning="main beyond the first kilometre", source="assumption"
    )
    break_tank_mvnd: float = parameter(
        25.0, unit="mvnd", low=15, high=50, meaning="break-pressure tank", source="assumption"
    )
    poverty_weight: float = parameter(
        1.0, unit="-", low=0, high=2, meaning="a poor person without safe water counts 1 + this", source="choice"
    )
    work_limit: float = parameter(
        15.0,
        unit="-",
        meaning="most work for the choice of works; one unit takes about a second, but is counted and not timed",
        source="choice",
        minimum=0.1,
    )
    gap: float = parameter(1e-3, unit="-", meaning="relative gap at which the choice may stop", source="choice")
