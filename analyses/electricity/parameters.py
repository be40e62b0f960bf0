"""Every assumption of the electricity analysis in one frozen model: grid, off-grid, appraisal, plan, feeders, years and
uncertainty."""

from __future__ import annotations

from typing import ClassVar

from pydantic import model_validator

from infragap.analyses.electricity.assumptions.grid import GridParameters
from infragap.analyses.electricity.assumptions.network_works import priced_rows, works_from
from infragap.analyses.electricity.assumptions.offgrid import OffgridParameters
from infragap.analyses.electricity.assumptions.voltages import MediumVoltage
from infragap.analyses.parameters import for_country, parameter
from infragap.gis.errors import ParameterError
from infragap.profiles.naming import inward_keys, outward
from infragap.profiles.profile import DEFAULT, Profile, read_profile


class ElectricityParameters(OffgridParameters, GridParameters):
    """Parameters of `plan_electricity`; `low` and `high` are what the sensitivity table and the Monte Carlo draw
    from."""

    analysis: ClassVar[str] = "electricity"

    # appraisal
    discount_rate_pct: float = parameter(
        10.0,
        maximum=100,
        unit="%",
        low=6,
        high=12,
        source="World Bank and ADB convention 10-12 %",
        meaning="real discount rate",
    )
    horizon_years: int = parameter(
        20,
        maximum=60,
        unit="years",
        minimum=10,
        source="assumption: life of panels and stations",
        meaning="years over which all options are compared",
    )
    price_escalation_pct: float = parameter(
        3.5,
        compared=False,
        maximum=100,
        unit="%/year",
        low=2.5,
        high=5,
        source="assumption (norms F)",
        meaning="brings past project costs to 2026 in the back-test",
    )
    benchmark_mvnd_per_household: float = parameter(
        60.0,
        compared=False,
        unit="mvnd/household",
        low=35,
        high=110,
        source="grid villages of 2023-26 (norms A1)",
        meaning="usual investment; dearer rows are counted in the summary",
    )
    screening_mv_m_per_household: float = parameter(
        35.0,
        compared=False,
        unit="m/household",
        low=10,
        high=100,
        source="norms A1",
        meaning="new line per household that programmes have paid for: stands beside the plan's own in the summary, "
        "and villages left without grid are "
        "drawn farther from lines",
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
    targets_bind: bool = parameter(
        True, unit="-", source="the scheme, II.4", meaning="whether the plan must meet the targets of the catalogue"
    )
    target_villages_on_grid_pct: float | None = parameter(
        None,
        maximum=100,
        unit="%",
        source="None: villages_on_grid_<year>_pct of the catalogue, 100 where it only counts the villages",
        meaning="villages without the grid today that must be on the national grid in the target year; 0: no target",
    )
    target_households_on_grid_pct: float | None = parameter(
        None,
        maximum=100,
        unit="%",
        source="None: household_electrification_<year>_pct of the catalogue",
        meaning="households of the province that must be on the national grid in the target year; 0: no target",
    )
    target_safe_supply_pct: float | None = parameter(
        None,
        maximum=100,
        unit="%",
        source="None: safe_supply_<year>_pct of the catalogue",
        meaning="settlements that must have safe and lasting supply in the target year; 0: no target",
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
    reinforce_allowed: bool = parameter(
        True,
        unit="-",
        source="choice",
        meaning="whether feeders and substations may be reinforced at a price; otherwise settlements take another line "
        "or wait, and those that must be on the grid overload them",
    )
    reinforce_feeder_kw: float = parameter(
        8000.0,
        compared=False,
        minimum=1.0,
        unit="kW",
        low=4000,
        high=12000,
        source="assumption: a second circuit of AC-95 at 22 kV carries some 11 MW, of which voltage leaves 8",
        meaning="headroom that reinforcing a feeder brings",
    )
    reinforce_substation_kw: float = parameter(
        22500.0,
        compared=False,
        minimum=1.0,
        unit="kW",
        low=15000,
        high=36000,
        source="assumption: a second transformer of 25 MVA at a power factor of 0.9",
        meaning="headroom that reinforcing a substation brings",
    )
    reinforce_feeder_mvnd: float = parameter(
        6000.0,
        compared=False,
        unit="mvnd",
        low=3000,
        high=15000,
        source="assumption: heavier conductor on some 10 km of a feeder's first stretch, or a second circuit there",
        meaning="reinforcing a feeder that has nothing left, so that settlements need not wait",
    )
    reinforce_substation_mvnd: float = parameter(
        35000.0,
        compared=False,
        unit="mvnd",
        low=20000,
        high=60000,
        source="assumption: a second transformer of 25-40 MVA with its bays",
        meaning="reinforcing a substation that has nothing left",
    )
    loading_limit_pct: float = parameter(
        100.0,
        maximum=200,
        unit="%",
        source="assumption",
        meaning="highest loading of a feeder or station after connection",
    )
    plan_gap: float = parameter(
        0.001,
        maximum=1,
        unit="-",
        source="design",
        meaning="proven relative distance to the optimum at which the plan is accepted",
    )
    plan_work_limit: float = parameter(
        30.0,
        unit="-",
        minimum=0.1,
        source="choice",
        meaning="most work for one solution of the plan; one unit takes about a second, but is counted and not timed",
    )
    junction_rounds: int = parameter(
        1,
        maximum=5,
        unit="-",
        source="choice",
        meaning=(
            "how often the network is enriched around plans of all kinds at most; it ends where that brings nothing"
        ),
    )
    # voltages
    upper_kv: float | None = parameter(
        None,
        unit="kV",
        minimum=1.0,
        source="None: the profile of the country",
        meaning="higher level of medium-voltage lines that settlements can be connected to",
    )
    lower_kv: float | None = parameter(
        None,
        unit="kV",
        minimum=1.0,
        source="None: the profile of the country",
        meaning="lower level of medium-voltage lines that settlements can be connected to",
    )
    # feeders
    mv_drop_limit_pct: float = parameter(
        7.0,
        compared=False,
        minimum=0.5,
        maximum=20,
        unit="%",
        low=5,
        high=10,
        source="arithmetic: the customer's ±5 % (TT 39/2015, Art. 5) hold from peak to a light load of 0.3 where "
        "0.7 · D is at most 10 %, so D 14 %, less 5 at low voltage and 2 in the transformer; on-load tap changers at "
        "the substation and off-load taps at the stations are taken for granted, without them 5",
        meaning="medium-voltage share of the voltage drop, from the substation's busbar to the transformer",
    )
    new_line_drop_limit_pct: float = parameter(
        2.0,
        compared=False,
        minimum=0.1,
        maximum=10,
        unit="%",
        low=1,
        high=2.5,
        source="choice: within added_drop_limit_pct, the rest is for the feeder above the tap",
        meaning="voltage drop along the new lines of one tree, which their types and conductors are chosen for",
    )
    added_drop_limit_pct: float = parameter(
        2.5,
        compared=False,
        minimum=0.01,
        maximum=10,
        unit="%",
        low=1,
        high=2.5,
        source="choice: one step of a station's off-load tap (±2 · 2.5 %) makes up for it",
        meaning="what a new line may add to the drop of today at its tap where the feeder is beyond its share",
    )
    busbar_pu: float = parameter(
        1.0,
        compared=False,
        minimum=0.9,
        maximum=1.1,
        unit="-",
        low=1.0,
        high=1.05,
        source="assumption: on-load tap changers hold 1.00-1.05; the least of it",
        meaning="voltage that the substation's busbar is held at during the peak, by nominal",
    )
    light_load_share: float = parameter(
        0.3,
        compared=False,
        maximum=1,
        unit="-",
        source="engineering facts 4",
        meaning="load at night by that of the peak: fixed capacitor banks stay within its reactive part",
    )
    reconductor_mvnd_per_km: float = parameter(
        600.0,
        compared=False,
        unit="mvnd/km",
        low=400,
        high=900,
        source="assumption: half a new line, on standing poles",
        meaning="heavier wire on an existing feeder",
    )
    raise_level_mvnd_per_km: float = parameter(
        700.0,
        compared=False,
        unit="mvnd/km",
        low=400,
        high=1000,
        source="assumption: insulators, stations and switchgear along it",
        meaning="raising an existing feeder from the lower level to the upper one",
    )
    lv_drop_limit_pct: float = parameter(
        5.0,
        minimum=0.5,
        maximum=20,
        unit="%",
        low=5,
        high=8,
        source="assumption (norms A3)",
        meaning="largest voltage drop along 0.4 kV lines",
    )
    feeder_join_tolerance_m: float = parameter(
        50.0,
        compared=False,
        minimum=0,
        maximum=500,
        unit="m",
        low=2,
        high=100,
        source="assumption: less than half a span of a medium-voltage line",
        meaning="widest gap between drawn parts of one feeder that is closed when its way to the station is traced",
    )
    existing_drop_pct: float = parameter(
        10.0,
        compared=False,
        minimum=0.5,
        maximum=50,
        unit="%",
        low=5,
        high=10,
        source="norms A3: up to 10 % on extreme radial lines; that present customers have no worse is an assumption",
        meaning=(
            "largest drop of an existing feeder without new load; published load that would give more is taken to"
            " stand near the station"
        ),
    )
    regulator_mvnd: float = parameter(
        1500.0,
        compared=False,
        unit="mvnd",
        low=1000,
        high=2500,
        source="assumption: three single-phase sets",
        meaning="voltage regulator",
    )
    step_up_mvnd: float = parameter(
        1500.0,
        compared=False,
        unit="mvnd",
        low=1000,
        high=3000,
        source="assumption: small transformer between the two levels, with switchgear",
        meaning="station that raises the lower level to the upper one at a tap",
    )
    # phasing
    first_year: int = parameter(2026, unit="year", source="the scheme, 2026-2030", meaning="first year of building")
    budgets_mvnd: tuple[float, ...] = parameter(
        (),
        unit="mvnd/year",
        source="none is published for this item; empty: electricity_budget_<year>_bn_vnd of the catalogue, and without "
        "them no budget: "
        "then the years say what would be needed",
        meaning="money of each year; what is left of a year stays for the next",
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
        200, maximum=10000, unit="-", source="design", meaning="Monte Carlo draws; 0 leaves the uncertainty columns out"
    )
    random_seed: int = parameter(20260101, unit="-", source="choice", meaning="seed of the draws")
    without_grid_m: float = parameter(
        1000.0,
        unit="m",
        source=(
            "assumption: reach of 0.4 kV lines 0.8-1.5 km; reported hamlets lie 0.8-1.2 km beyond their ends (norms A3)"
        ),
        meaning="drawn positions keep this far from existing lines: whoever lives nearer has the grid",
    )
    local_cost_sd: float = parameter(
        0.15,
        maximum=1,
        unit="-",
        source="norms A1: ±30 % on any single village, read as two standard deviations",
        meaning="spread of a single settlement's works around the common prices",
    )

    @model_validator(mode="after")
    def _consistent(self) -> ElectricityParameters:
        if unknown := sorted(set(self.line_types) - set(self.works.line_types)):
            raise ValueError(f"line_types: there is no {', '.join(unknown)}; choose {', '.join(self.works.line_types)}")
        if self.household_kwh_per_month_year10 < self.household_kwh_per_month_year1:
            raise ValueError("household_kwh_per_month_year10 must not be below household_kwh_per_month_year1")
        if self.steep_slope_deg <= self.gentle_slope_deg:
            raise ValueError("steep_slope_deg must be above gentle_slope_deg")
        if both := sorted(set(self.forced_grid) & set(self.forbidden_grid)):
            raise ValueError(f"forced_grid and forbidden_grid both name {', '.join(both)}")
        if self.levels.upper_kv <= self.levels.lower_kv:
            raise ValueError("upper_kv must be above lower_kv")
        if len(self.budgets_mvnd) not in (0, 5):
            raise ValueError("budgets_mvnd: give five yearly sums, or none")
        return self

    @classmethod
    def take_tables(cls, profile: Profile) -> None:
        """Take a country's table of works."""
        try:
            cls.works = works_from(inward_keys(profile.works, profile))
        except ValueError as error:
            raise ParameterError(f"profile {profile.code}: {error}. Correct the profile.") from error

    @classmethod
    def table_prices_missing(cls, profile: Profile) -> list[str]:
        """Name the rows of the table of works whose price the profile does not give."""
        own = inward_keys(profile.works, profile)
        return [
            f"works.{table}.{row}.{outward(price, profile)}"
            for table, row, price in priced_rows()
            if price not in own.get(table, {}).get(row, {})
        ]

    @property
    def levels(self) -> MediumVoltage:
        """The two levels of medium voltage: those that are given, else those of the default profile."""
        usual = read_profile().voltage
        return MediumVoltage(self.upper_kv or usual.upper_kv, self.lower_kv or usual.lower_kv, usual.tolerance_pct)

    @property
    def transformer_50_mvnd(self) -> float:
        """Price of a three-phase station of 50 kVA."""
        return self.works.stations["three_phase"][50.0] * self.station_price_factor

    @property
    def discount_rate(self) -> float:
        """Real discount rate as a fraction."""
        return self.discount_rate_pct / 100

    @property
    def years(self) -> tuple[int, ...]:
        """The five years of building."""
        return tuple(range(self.first_year, self.first_year + 5))


def in_country(parameters: ElectricityParameters, profile: Profile) -> ElectricityParameters:
    """Take a country's numbers and voltages where none are given."""
    voltage, own = profile.voltage, for_country(parameters, profile)
    if profile.code == DEFAULT:
        return own
    levels = {"upper_kv": own.upper_kv or voltage.upper_kv, "lower_kv": own.lower_kv or voltage.lower_kv}
    return own.model_copy(update=levels)


def uncertain(
    parameters: type[ElectricityParameters] = ElectricityParameters, *, compared: bool = False
) -> dict[str, tuple[float, float, float]]:
    """Low, default and high of every parameter that has a range, or only of those that enter the comparison."""
    found = {}
    for name, field in parameters.model_fields.items():
        extra = field.json_schema_extra
        if isinstance(extra, dict) and extra.get("low") is not None and (extra.get("compared") or not compared):
            found[name] = (float(str(extra["low"])), float(field.default), float(str(extra["high"])))
    return found
