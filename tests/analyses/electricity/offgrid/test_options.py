from dataclasses import replace

import numpy as np
import pytest

from infragap.analyses.demand import HOURLY_SHAPE
from infragap.analyses.electricity.assumptions.offgrid import OffgridParameters
from infragap.analyses.electricity.demand.load import yearly_factors, yearly_household_kwh
from infragap.analyses.electricity.demand.settlements import Settlements
from infragap.analyses.electricity.offgrid.compare import Resources
from infragap.analyses.electricity.offgrid.hydro import (
    Reach,
    cheapest_per_settlement,
    falls_within_reach,
    firm_power_kw,
    hydro,
    unserved_kwh_per_household,
)
from infragap.analyses.electricity.offgrid.interim import interim_steps
from infragap.analyses.electricity.offgrid.minigrid import busbar_kwh_per_day, minigrid, worst_month_kwp
from infragap.analyses.electricity.offgrid.option import cheapest_that_serves
from infragap.analyses.electricity.offgrid.solar_home import solar_home
from infragap.analyses.electricity.offgrid.weather import (
    DAYS,
    PANELS,
    Unserved,
    daily_yield,
    simulate_plants,
    unserved_share,
)
from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.gis.hydrology import Falls

P = ElectricityParameters()
DAY_YIELD = np.tile(np.array([2.0, 2, 2.5, 3, 3.5, 3.5, 3.5, 3.5, 3, 3, 2.5, 2.2]), (1, 1))
ALL_SERVED = Unserved(share=np.zeros((1, len(PANELS), len(DAYS))))


def settlements(households: list[float], *, kit: bool = False, x: list[float] | None = None) -> Settlements:
    n = len(households)
    return Settlements(
        households=np.array(households, dtype=float),
        commune=np.zeros(n, dtype=np.int64),
        x=np.array(x if x is not None else [0.0] * n),
        y=np.zeros(n),
        roughness=np.zeros(n),
        at_lower_kv=np.zeros(n, dtype=bool),
        has_home_system=np.full(n, kit),
        position_accuracy_m=np.zeros(n),
        is_village=np.zeros(n, dtype=bool),
        has_unsafe_wires=np.zeros(n, dtype=bool),
        spread_m=np.full(n, np.nan),
        id_rank=np.arange(n),
    )


def test_minigrid_size_by_hand() -> None:
    # year 10: 80 kWh/month = 960/365.25 = 2.628337 kWh/day, / 0.96 for half of 8 % losses = 2.737851
    # panels: 2.737851 / (2.0 · 0.85) = 1.610501 kWp
    demand_day, pv_kwp = worst_month_kwp(DAY_YIELD, P)
    assert demand_day[0] == pytest.approx(2.737851, rel=1e-6)
    assert pv_kwp[0, 0] == pytest.approx(1.610501, rel=1e-6)


def test_minigrid_investment_by_hand() -> None:
    # with nothing unserved at any size the smallest is cheapest: 30 % of the panels, 0.2 days: per household
    # (0.3 · 1.610501 · 14 + 0.2 · 2.737851 / 0.9 · 7) · 1.25 = 13.778810; 25 households 344.470; inverter 14.625 kW · 6
    # · 1.25 = 109.6875;
    # 0.4 kV 245.4375; services 150
    option = minigrid(settlements([25]), ALL_SERVED, DAY_YIELD, P)
    assert (option.size["coverage"][0], option.size["battery_days"][0]) == (0.3, 0.2)
    assert option.investment_mvnd[0] == pytest.approx(344.470 + 109.6875 + 245.4375 + 150, rel=1e-5)
    assert option.unserved_mvnd[0] == 0


def test_unserved_energy_is_priced() -> None:
    half = Unserved(share=np.full((1, len(PANELS), len(DAYS)), 0.5))
    free, dear = minigrid(settlements([25]), ALL_SERVED, DAY_YIELD, P), minigrid(settlements([25]), half, DAY_YIELD, P)
    demand = 25 * float(yearly_household_kwh(P) @ yearly_factors(P))
    assert dear.unserved_pct[0] == pytest.approx(50)
    assert dear.unserved_mvnd[0] == pytest.approx(0.5 * demand * 20000 / 1e6)
    assert dear.life_cycle_mvnd[0] - free.life_cycle_mvnd[0] == pytest.approx(dear.unserved_mvnd[0])
    # half of the demand is no equal service
    assert not dear.lasting(P)[0]
    assert free.lasting(P.model_copy(update={"service_floor_tier": 1}))[0]


def sunny_hours() -> np.ndarray:
    rng = np.random.default_rng(2)
    noon = np.array(
        [0, 0, 0, 0, 0, 0, 0.02, 0.08, 0.13, 0.16, 0.18, 0.18, 0.16, 0.13, 0.08, 0.04, 0.01, 0, 0, 0, 0, 0, 0, 0]
    )
    return (np.tile(noon, (365, 1)) * rng.uniform(0.5, 4.0, (365, 1))).reshape(1, 8760)


def test_leaving_people_without_is_never_the_cheapest_plant() -> None:
    """The price of unserved energy lies above what serving costs, so the chosen sizes are no bounds of the search."""
    hours = sunny_hours()
    daily = hours.reshape(12, -1).sum(axis=1) / (365 / 12)
    option = minigrid(settlements([25]), simulate_plants(hours), daily[np.newaxis], P)
    assert option.unserved_pct[0] <= 10
    assert 0.3 < option.size["coverage"][0] < 1.5
    assert 0.2 < option.size["battery_days"][0] < 2.0
    nothing = 25 * float(yearly_household_kwh(P) @ yearly_factors(P)) * 20000 / 1e6
    assert option.life_cycle_mvnd[0] < nothing


def test_simulated_sizes_are_read_between_the_simulated_ones() -> None:
    known = simulate_plants(sunny_hours())
    share = known.at(np.array([[0.5, 0.5, 0.55, 9.0]]), np.array([0.6, 0.7, 0.6, 99.0]))[0]
    i, j = PANELS.tolist().index(0.5), DAYS.tolist().index(0.6)
    assert share[0] == known.share[0, i, j]
    assert share[1] == pytest.approx((known.share[0, i, j] + known.share[0, i, j + 1]) / 2)
    assert share[2] == pytest.approx((known.share[0, i, j] + known.share[0, i + 1, j]) / 2)
    assert share[3] == known.share[0, -1, -1]
    # one plant against the plain simulation
    plain = unserved_share(
        sunny_hours(), load_kwh=np.tile(HOURLY_SHAPE, 365), pv_kwp=np.array([[0.5]]), battery_kwh=np.array([[0.6]])
    )
    assert share[0] == pytest.approx(plain[0, 0])


def test_the_total_over_the_years_is_the_sum_of_each_plant_looked_up_alone() -> None:
    rng = np.random.default_rng(3)
    known = Unserved(share=rng.random((2, len(PANELS), len(DAYS))))
    panels, days = rng.uniform(0, 4, (2, 3, 5)), rng.uniform(0, 6, (4, 5))
    worth = rng.random(5)
    total = known.total_of_pairs(panels, days, worth)
    for size in range(3):
        for battery in range(4):
            alone = known.at(panels[:, size], days[battery]) @ worth
            assert total[:, size, battery] == pytest.approx(alone)


def test_home_systems_and_the_donated_ones() -> None:
    bare = solar_home(settlements([40]), ALL_SERVED, DAY_YIELD, P)
    donated = solar_home(settlements([40], kit=True), ALL_SERVED, DAY_YIELD, P)
    assert bare.size["kits_per_household"][0] == 1
    assert bare.investment_mvnd[0] == pytest.approx(40 * 50)
    # the donated kits' 0.3 kWp stay in use: 40 · 0.3 · 14
    assert bare.investment_mvnd[0] - donated.investment_mvnd[0] == pytest.approx(168)
    # worst month 2.0 · 0.85 = 1.7 kWh/day: tier 3
    assert bare.tier[0] == 3


def test_an_option_below_the_floor_is_interim_at_most() -> None:
    option = solar_home(settlements([40]), ALL_SERVED, DAY_YIELD, P)
    assert option.lasting(P)[0]
    # a demand of tier 4 from the first year on: one kit gives 1.7 kWh a day in the worst month
    tier4 = P.model_copy(update={"service_floor_tier": 4, "demand_tier": "tier4"})
    assert not solar_home(settlements([40]), ALL_SERVED, DAY_YIELD, tier4).lasting(tier4)[0]
    # a floor above what the demand itself amounts to (2.63 kWh a day, tier 3) asks for no more than the demand
    assert option.lasting(P.model_copy(update={"service_floor_tier": 5}))[0]
    fifth = Unserved(share=np.full((1, len(PANELS), len(DAYS)), 0.2))
    assert not solar_home(settlements([40]), fifth, DAY_YIELD, P).lasting(P)[0]
    modest = P.model_copy(update={"least_served_pct": 80.0})
    assert solar_home(settlements([40]), fifth, DAY_YIELD, modest).lasting(modest)[0]


def test_cheapest_size_that_serves_enough() -> None:
    strict = P.model_copy(update={"least_served_pct": 90.0})
    cost = np.array([[1.0, 2.0, 3.0], [1.0, 2.0, 3.0]])
    unserved = np.array([[0.3, 0.1, 0.0], [0.5, 0.4, 0.3]])
    assert cheapest_that_serves(cost, unserved, strict).tolist() == [1, 2]


def fall(*, x: float = 0.0, intake_x: float | None = None, flow: float = 0.1, head: float = 20.0) -> Falls:
    return Falls(
        x=np.array([x]),
        y=np.array([0.0]),
        intake_x=np.array([x if intake_x is None else intake_x]),
        intake_y=np.array([0.0]),
        head_m=np.array([head]),
        canal_km=np.array([0.5]),
        dry_flow_m3_s=np.array([flow]),
        upstream_km2=np.array([5.0]),
    )


def test_hydro_by_hand() -> None:
    # 9.81 · 0.1 m³/s · 0.6 · 20 m · 0.6 = 7.0632 kW
    assert firm_power_kw(fall(), P)[0] == pytest.approx(7.0632)
    reach = Reach(settlement=np.array([0]), fall=np.array([0]), wire_km=np.array([0.6]))
    option = hydro(settlements([10]), fall(), reach, P)
    # 10 households peak at 10 · 0.45/0.4 · (0.4 + 0.6/√10) = 6.634537 kW, below the firm power
    # plant 6.634537 · 75 = 497.590; canal 0.5 · 300; wire 0.6 · 350; 0.4 kV 10 · 0.033 · 350 · 0.85; services 60
    assert option.size["plant_kw"][0] == pytest.approx(6.634537, rel=1e-6)
    assert option.investment_mvnd[0] == pytest.approx(497.590 + 150 + 210 + 98.175 + 60, rel=1e-5)
    # the plant covers every hour, but stands still a tenth of the time
    assert option.unserved_pct[0] == pytest.approx(10.0)


def test_hydro_can_be_ruled_out() -> None:
    reach = Reach(settlement=np.array([0]), fall=np.array([0]), wire_km=np.array([0.6]))
    without = hydro(settlements([10]), fall(), reach, P.model_copy(update={"hydro_allowed": False}))
    assert np.isnan(without.life_cycle_mvnd[0])
    assert not without.lasting(P)[0]


def test_a_weak_stream_gives_a_low_tier() -> None:
    reach = Reach(settlement=np.array([0]), fall=np.array([0]), wire_km=np.array([0.6]))
    weak = hydro(settlements([100]), fall(flow=0.05), reach, P)
    # 3.53 kW for 100 households, 4 % lost on the way: 34 W each, below tier 2
    assert weak.tier[0] == 1
    assert not weak.lasting(P)[0]


def test_hourly_unserved_energy_against_a_plain_sum() -> None:
    for w in (0.0, 0.05, 0.13, 0.5):
        plain = 0.0
        for t, kwh in enumerate(yearly_household_kwh(P), start=1):
            for share in HOURLY_SHAPE:
                plain += 1.1**-t * 365.25 * max(kwh / 365.25 * share - w, 0)
        assert unserved_kwh_per_household(np.array([w]), P)[0] == pytest.approx(plain, rel=1e-9, abs=1e-9)


def test_interim_steps_by_hand() -> None:
    nothing = Falls(*(np.empty(0) for _ in range(8)))
    empty = Reach(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64), np.empty(0))
    dry = Resources(day_yield=DAY_YIELD, unserved=ALL_SERVED, falls=nothing, reach=empty)
    names, cost = interim_steps(settlements([40]), dry, P)
    assert (names[0], cost[0]) == ("small_kits", pytest.approx(720))
    names, cost = interim_steps(settlements([40], kit=True), dry, P)
    assert (names[0], cost[0]) == ("donated_kits", 0)
    # 20 households at 0.2 kW: two units of 3 kW, 6 kW of 7.06: 2 · 16 + 0.6 · 6
    near = Reach(settlement=np.array([0]), fall=np.array([0]), wire_km=np.array([0.6]))
    names, cost = interim_steps(settlements([20]), replace(dry, falls=fall(), reach=near), P)
    assert (names[0], cost[0]) == ("pico_hydro", pytest.approx(35.6))


def test_a_fall_belongs_to_the_nearest_settlement_only() -> None:
    reach = falls_within_reach(settlements([10, 10], x=[0.0, 1000.0]), fall(x=700.0), P)
    assert reach.settlement.tolist() == [1]
    assert reach.wire_km[0] == pytest.approx(0.36)
    assert len(falls_within_reach(settlements([10], x=[9000.0]), fall(), P).settlement) == 0
    # an intake that lies nearer to the other settlement is that one's water
    assert (
        len(falls_within_reach(settlements([10, 10], x=[0.0, 1000.0]), fall(x=700.0, intake_x=300.0), P).settlement)
        == 0
    )


def test_synthetic_days_keep_the_monthly_means() -> None:
    days = daily_yield(DAY_YIELD, np.full((1, 12), 0.4), seed=1)
    assert days.shape == (1, 365)
    assert (days > 0).all()
    assert days[0, :31].mean() == pytest.approx(2.0)
    assert days[0, 334:].mean() == pytest.approx(2.2)


def test_battery_simulation_against_a_plain_loop() -> None:
    rng = np.random.default_rng(0)
    hourly, load = rng.uniform(0, 0.6, (1, 200)), rng.uniform(0.05, 0.2, 200)
    stored, lacking = 1.5, 0.0
    for sun, need in zip(hourly[0], load, strict=True):
        stored += sun * 0.4 - need
        if stored < 0:
            lacking -= stored
            stored = 0.0
        stored = min(stored, 1.5)
    share = unserved_share(hourly, load_kwh=load, pv_kwp=np.array([[0.4]]), battery_kwh=np.array([[1.5]]))
    assert share[0, 0] == pytest.approx(lacking / load.sum())


def test_busbar_demand_grows() -> None:
    assert (np.diff(busbar_kwh_per_day(P)) >= 0).all()
    assert "pv_mvnd_per_kwp" in OffgridParameters.model_fields


@pytest.mark.parametrize("seed", range(5))
def test_cheapest_fall_of_each_place_against_a_plain_loop(seed: int) -> None:
    rng = np.random.default_rng(seed)
    place = np.sort(rng.integers(0, 12, 60))
    cost = np.where(rng.random(60) < 0.2, np.inf, rng.integers(1, 6, 60).astype(float))
    enough = rng.random(60) < 0.4
    expected = np.full(12, -1)
    for one in range(12):
        rows = [k for k in range(60) if place[k] == one and np.isfinite(cost[k])]
        rows = [k for k in rows if enough[k]] or rows
        if rows:
            expected[one] = min(rows, key=lambda k: (cost[k], k))
    assert cheapest_per_settlement(place, cost, enough, 12).tolist() == expected.tolist()
