"""Parameters of the water analysis, with unit, meaning, source and range."""

from __future__ import annotations

from typing import ClassVar, Self

from pydantic import model_validator

from infragap.analyses.parameters import Parameters, parameter
from infragap.analyses.water.codes import PlannedWork, Question

NORMS = "norms B and F"
PRICES = "norms B3, general knowledge"
PLANS = tuple(str(question) for question in Question)
LISTED_AS = tuple(str(work) for work in PlannedWork)


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
    residual_head_m: float = parameter(
        5.0, unit="m", low=5, high=10, meaning="least pressure at the tap stand", source=NORMS
    )
    tap_pressure_max_m: float = parameter(
        60.0,
        unit="m",
        low=40,
        high=60,
        meaning="largest pressure at a tap at rest",
        source="TCXDVN 33:2006",
        minimum=10.0,
    )
    velocity_min_m_per_s: float = parameter(
        0.3, unit="m/s", low=0.2, high=0.4, meaning="least velocity against silt", source=NORMS, minimum=0.01
    )
    velocity_max_m_per_s: float = parameter(
        2.5, unit="m/s", low=2.0, high=3.0, meaning="largest velocity", source=NORMS, minimum=0.5
    )
    velocity_design_m_per_s: float = parameter(
        1.5,
        unit="m/s",
        low=1.0,
        high=2.0,
        meaning="velocity whose loss no main is designed above",
        source="assumption",
        minimum=0.3,
    )
    gradient_max_m_per_km: float = parameter(
        25.0,
        unit="m/km",
        low=15,
        high=40,
        meaning="steepest grade line that a main is designed for",
        source="assumption: leaves room for growth",
        minimum=1.0,
    )
    existing_gradient_m_per_km: float = parameter(
        5.0,
        unit="m/km",
        low=3,
        high=10,
        meaning="head lost in mains of existing schemes, whose pipes are not known",
        source="assumption",
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
    listed_reach_km: float = parameter(
        6.0,
        unit="km",
        low=3,
        high=12,
        meaning="longest main of a scheme of the province's list: its large ones gather several villages",
        source="assumption: as for a town's plant",
        minimum=0.1,
    )
    urban_reach_km: float = parameter(
        6.0, unit="km", low=3, high=10, meaning="longest main of an urban plant", source="assumption", minimum=0.1
    )
    extension_reach_km: float = parameter(
        12.0,
        unit="km",
        low=8,
        high=20,
        meaning="farthest that the network of a plant is extended to",
        source="assumption",
        minimum=0.1,
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
    works_max: int | None = parameter(
        None,
        unit="works",
        meaning="most works; none = water_works_max of the catalogue, no limit without it",
        source="scheme, section II.4: 177",
    )
    budget_mvnd: float | None = parameter(
        None, unit="mvnd", meaning="money for all works; none = no limit", source="choice"
    )
    target_pct: float | None = parameter(
        None,
        unit="%",
        meaning="rural people with water to standard in 2030; none = water_clean_2030_pct of the catalogue",
        source="scheme, section II.1: 50",
        maximum=100.0,
    )
    plan: str = parameter(
        "least_cost",
        unit="-",
        meaning="which answer the tables show: least_cost, most_people, least_cost_unlimited, listed_only",
        source="choice",
    )
    only_listed: bool = parameter(
        False, unit="-", meaning="only works of the province's list may be chosen", source="choice"
    )
    listed_min: int = parameter(
        0, unit="works", meaning="least number of works of the province's list in every plan", source="choice"
    )
    listed_share_pct: float = parameter(
        50.0,
        unit="%",
        meaning="part of the works that comes from the province's list in the plan that shows what that costs",
        source="choice",
        maximum=100.0,
    )
    forced: tuple[str, ...] = parameter(
        (), unit="-", meaning="sites (scheme_id or site of the candidates) that must be built", source="choice"
    )
    forbidden: tuple[str, ...] = parameter((), unit="-", meaning="sites that must not be built", source="choice")
    typed_as: dict[str, str] = parameter(
        {},
        unit="-",
        meaning="reviewer's word on a listed scheme: scheme_id to new, upgrade or repair",
        source="choice",
    )
    new_scheme_min_households: int = parameter(
        15,
        unit="households",
        meaning="least size of a new scheme",
        source="assumption: smallest in the register",
        minimum=1,
    )
    new_scheme_max_households: int = parameter(
        800,
        unit="households",
        meaning="largest size of a new rural scheme",
        source="largest in the register",
        minimum=1,
    )
    villages_per_scheme: int = parameter(
        4, unit="villages", meaning="most villages of a new rural scheme", source="assumption", minimum=1
    )
    villages_per_plant: int = parameter(
        16,
        unit="villages",
        meaning="most villages of a plant's network, or of a scheme of the province's list",
        source="assumption",
        minimum=1,
    )
    # sources
    take_of_driest_month_pct: float = parameter(
        50.0,
        unit="%",
        low=30,
        high=50,
        meaning="most of the driest month's flow that may be taken; the rest stays in the stream",
        source="TT 03/2024/TT-BTNMT art. 15; norms B2",
        maximum=100.0,
    )
    q95_of_driest_month: float = parameter(
        0.675,
        unit="-",
        low=0.6,
        high=0.75,
        meaning="flow of 95 % of the days over the mean flow of the driest month",
        source="assumption of the regional relation: norms B2",
        maximum=1.0,
    )
    small_catchment_factor: float = parameter(
        0.5,
        unit="-",
        low=0.3,
        high=0.8,
        meaning="what a catchment below 1 km² gives of that flow",
        source="assumption: norms B2",
        maximum=1.0,
    )
    least_catchment_km2: float = parameter(
        0.3,
        unit="km²",
        low=0.2,
        high=1.0,
        meaning="smaller catchments give nothing without a measurement",
        source="assumption: norms B2",
    )
    yield_factor: float = parameter(
        1.0, unit="-", low=0.4, high=1.6, meaning="yield of streams over the layer's", source="norms B2"
    )
    sanitary_zone_m3_day: float = parameter(
        100.0, unit="m³/day", meaning="intakes above it need a sanitary zone", source="TT 03/2024/TT-BTNMT art. 9"
    )
    sanitary_zone_up_m: float = parameter(
        1000.0, unit="m", meaning="sanitary zone upstream, mountains", source="TT 24/2016/TT-BTNMT art. 5"
    )
    sanitary_zone_down_m: float = parameter(
        100.0, unit="m", meaning="sanitary zone downstream, mountains", source="TT 24/2016/TT-BTNMT art. 5"
    )
    # prices
    pipe_vnd_per_kg: float = parameter(
        68_000.0, unit="VND/kg", low=50_000, high=80_000, meaning="polyethylene pipe by weight", source=PRICES
    )
    laying_vnd_per_m: float = parameter(
        55_000.0, unit="VND/m", low=40_000, high=90_000, meaning="trench, fittings and tests, per metre", source=PRICES
    )
    laying_vnd_per_m_mm: float = parameter(
        900.0,
        unit="VND/m/mm",
        low=700,
        high=1_300,
        meaning="the same, per metre and millimetre of diameter",
        source=PRICES,
    )
    intake_mvnd: float = parameter(80.0, unit="mvnd", low=40, high=200, meaning="intake weir on a brook", source=PRICES)
    intake_max_mvnd: float = parameter(
        200.0,
        unit="mvnd",
        low=100,
        high=400,
        meaning="dearest intake weir of a village scheme; on a stream where it would cost more, none is built",
        source=f"top of the range of {PRICES}",
    )
    brook_km2: float = parameter(
        5.0,
        unit="km²",
        low=2,
        high=10,
        meaning="catchment of the largest brook: on larger streams the weir costs as much more as they are wider, "
        "with the square root of the catchment",
        source="assumption",
        minimum=0.1,
    )
    break_tank_mvnd: float = parameter(
        12.0, unit="mvnd", low=6, high=25, meaning="break-pressure tank or reducing valve in its chamber", source=PRICES
    )
    storage_mvnd: float = parameter(
        25.0, unit="mvnd", low=15, high=40, meaning="storage tank, part that does not grow", source=PRICES
    )
    storage_mvnd_per_m3: float = parameter(
        3.5, unit="mvnd/m³", low=2.5, high=5.0, meaning="storage tank, per cubic metre", source=PRICES
    )
    storage_share_pct: float = parameter(
        35.0, unit="%", low=25, high=40, meaning="storage as part of the peak day", source=PRICES, maximum=200.0
    )
    filter_mvnd_per_m3_day: float = parameter(
        1.5, unit="mvnd/(m³/day)", low=0.8, high=3.0, meaning="roughing and slow sand filter", source=PRICES
    )
    filter_min_mvnd: float = parameter(80.0, unit="mvnd", low=50, high=120, meaning="smallest filter", source=PRICES)
    chlorinator_mvnd: float = parameter(
        5.0, unit="mvnd", low=2, high=40, meaning="drip chlorinator with its tank", source=PRICES
    )
    repair_mvnd_per_household: float = parameter(
        2.0, unit="mvnd/household", low=1, high=8, meaning="small repairs that go with a filter", source=PRICES
    )
    rehabilitate_share_pct: float = parameter(
        35.0,
        unit="%",
        low=20,
        high=60,
        meaning="part of intake, storage and pipes that a rehabilitation renews",
        source=PRICES,
    )
    connection_mvnd: float = parameter(
        1.8, unit="mvnd/household", low=1.0, high=3.5, meaning="house connection, 20 m of pipe, meter", source=PRICES
    )
    network_mvnd_per_household: float = parameter(
        4.0,
        unit="mvnd/household",
        low=2,
        high=8,
        meaning="pipes within the village: 40 m of small pipe a household",
        source="assumption, with the price of laid pipe in norms B1",
    )
    town_connection_mvnd: float = parameter(
        3.2, unit="mvnd/household", low=2.5, high=4.0, meaning="connection to the network of a plant", source=PRICES
    )
    plant_mvnd_per_m3_day: float = parameter(
        14.0, unit="mvnd/(m³/day)", low=12, high=20, meaning="new plant of a town, per capacity", source=PRICES
    )
    pump_mvnd: float = parameter(
        60.0, unit="mvnd", low=30, high=150, meaning="pump house, two pumps, current", source="assumption"
    )
    pump_mvnd_per_kw: float = parameter(
        12.0, unit="mvnd/kW", low=8, high=20, meaning="pumps, per power", source="assumption"
    )
    pump_efficiency_pct: float = parameter(
        55.0, unit="%", low=45, high=65, meaning="pump and motor", source="assumption", minimum=5.0, maximum=100.0
    )
    power_vnd_per_kwh: float = parameter(
        2_204.0,
        unit="VND/kWh",
        low=1_800,
        high=2_600,
        meaning="price of current",
        source="average retail price, norms F",
    )
    pump_head_max_m: float = parameter(
        120.0, unit="m", low=80, high=160, meaning="highest lift of a new pumped scheme", source="assumption"
    )
    design_pct: float = parameter(
        22.5, unit="%", low=20, high=25, meaning="design, supervision and contingency", source=PRICES
    )
    vat_pct: float = parameter(8.0, unit="%", low=8, high=10, meaning="value-added tax", source=PRICES)
    # years and money
    first_year: int = parameter(2026, unit="-", meaning="first year of building", source="scheme", minimum=2000)
    budgets_mvnd: tuple[float, ...] = parameter(
        (),
        unit="mvnd/year",
        meaning="money of each of five years; none = a share of the catalogue's budget_<year>_bn_vnd",
        source="choice",
    )
    budget_share_pct: float = parameter(
        2.0,
        unit="%",
        low=1,
        high=4,
        meaning="part of the scheme's yearly budgets that goes to water works",
        source="assumption: the scheme does not split its budget",
        maximum=100.0,
    )
    population_growth_pct: float = parameter(
        0.9, unit="%/year", low=0.5, high=1.3, meaning="growth of the rural population", source="assumption"
    )
    om_pct: float = parameter(4.0, unit="%/year", low=3, high=6, meaning="upkeep, of the investment", source=NORMS)
    operator_mvnd_per_year: float = parameter(
        12.0, unit="mvnd/year", low=12, high=24, meaning="operator of a rural scheme", source=PRICES
    )
    treatment_vnd_per_m3: float = parameter(
        800.0,
        unit="VND/m³",
        low=500,
        high=1_500,
        meaning="chlorine, sand, laboratory",
        source="assumption after norms B3",
    )
    tariff_vnd_per_m3: float = parameter(
        5_000.0,
        unit="VND/m³",
        low=2_000,
        high=11_000,
        meaning="price that households pay",
        source="TT 44/2021: 2,000-11,000",
    )
    scheme_loss_pct_per_year: float = parameter(
        7.0,
        unit="%/year",
        low=3,
        high=12,
        meaning="piped rural schemes that fall out each year",
        source="World Bank: 30 % in five years; norms B4",
        maximum=100.0,
    )
    life_years: int = parameter(
        20, unit="years", meaning="years that cost is spread over", source="assumption", minimum=1
    )
    discount_rate_pct: float = parameter(
        10.0, unit="%/year", low=6, high=12, meaning="real discount rate", source=NORMS
    )
    # households off the pipe
    tank_mvnd: float = parameter(
        3.0, unit="mvnd/household", low=2.5, high=4.0, meaning="water tank of 1 m³", source="CTMTQG 1719; norms B3"
    )
    filter_household_mvnd: float = parameter(
        2.0, unit="mvnd/household", low=1.0, high=3.0, meaning="ceramic or membrane filter", source=PRICES
    )
    rain_mvnd: float = parameter(
        9.0, unit="mvnd/household", low=8, high=12, meaning="rain tank of 5 m³ in masonry", source=PRICES
    )
    well_mvnd: float = parameter(25.0, unit="mvnd/household", low=15, high=40, meaning="drilled well", source=PRICES)
    loan_mvnd: float = parameter(
        25.0, unit="mvnd/household", meaning="largest loan for a water work", source="QĐ 10/2024/QĐ-TTg"
    )
    rain_village_runoff_mm: float = parameter(
        300.0, unit="mm/year", meaning="runoff from which rain tanks last", source="assumption"
    )
    # fairness
    poor_commune_pct: float = parameter(
        30.0, unit="%", meaning="poverty rate from which a commune counts as poor", source="choice", maximum=100.0
    )
    poor_share_min_pct: float | None = parameter(
        None,
        unit="%",
        meaning="least part of the people gained that live in poor communes; none = their part of the people without",
        source="choice",
        maximum=100.0,
    )
    # uncertainty and solving
    draws: int = parameter(200, unit="draws", meaning="draws over the ranges; 0 leaves them out", source="choice")
    seed: int = parameter(20260101, unit="-", meaning="seed of the draws", source="choice")
    class_error_pct: float = parameter(
        20.0,
        unit="%",
        low=10,
        high=40,
        meaning="schemes that turn out one class worse than registered",
        source="assumption",
        maximum=100.0,
    )
    frontier_points: int = parameter(
        12, unit="points", meaning="points of people against money", source="choice", minimum=2
    )
    gap: float = parameter(4.5e-3, unit="-", meaning="relative gap at which a choice may stop", source="choice")
    work_limit: float = parameter(
        60.0,
        unit="-",
        meaning="most work for each answer; one unit takes about a second, but is counted and not timed",
        source="choice",
        minimum=0.1,
    )

    @model_validator(mode="after")
    def _in_words_that_are_known(self) -> Self:
        if len(self.budgets_mvnd) not in (0, 5):
            raise ValueError("budgets_mvnd: give five yearly sums, or none")
        if self.plan not in PLANS:
            raise ValueError(f"plan: choose from {', '.join(PLANS)}")
        odd = sorted(f"{scheme}={work}" for scheme, work in self.typed_as.items() if work not in LISTED_AS)
        if odd:
            raise ValueError(f"typed_as: {', '.join(odd[:10])}: choose from {', '.join(LISTED_AS)}")
        return self

    @property
    def rural_connection_mvnd(self) -> float:
        """Connection and village network of a household of a rural scheme."""
        return self.connection_mvnd + self.network_mvnd_per_household

    @property
    def plant_connection_mvnd(self) -> float:
        """Connection and village network of a household on a plant's network."""
        return self.town_connection_mvnd + self.network_mvnd_per_household

    @property
    def years(self) -> tuple[int, ...]:
        """The five years of building."""
        return tuple(range(self.first_year, self.first_year + 5))
