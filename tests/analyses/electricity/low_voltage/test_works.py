"""Supply from stations that stand already: cable, transformer and cost by hand."""

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from infragap.analyses.electricity.demand.local_works import energy_mvnd
from infragap.analyses.electricity.demand.settlements import Settlements
from infragap.analyses.electricity.low_voltage.elsewhere import lv_mvnd_at
from infragap.analyses.electricity.low_voltage.works import Stations, lv_works, read_stations
from infragap.analyses.electricity.parameters import ElectricityParameters

P = ElectricityParameters()
AS_LINE, AS_STATION = 1.140543, 1.170271


def settlements(x: list[float], households: list[float]) -> Settlements:
    n = len(x)
    return Settlements(
        households=np.array(households, dtype=float),
        commune=np.zeros(n, dtype=np.int64),
        x=np.array(x, dtype=float),
        y=np.zeros(n),
        roughness=np.zeros(n),
        at_lower_kv=np.zeros(n, dtype=bool),
        has_home_system=np.zeros(n, dtype=bool),
        position_accuracy_m=np.zeros(n),
        is_village=np.zeros(n, dtype=bool),
        has_unsafe_wires=np.ones(n, dtype=bool),
        spread_m=np.full(n, np.nan),
        id_rank=np.arange(n),
    )


def station(capacity_kva: float = 100.0, load_kva: float = 20.0, *, energised: bool = True) -> Stations:
    return Stations(
        identifier=np.array(["T1"], dtype=object),
        x=np.zeros(1),
        y=np.zeros(1),
        capacity_kva=np.array([capacity_kva]),
        load_kva=np.array([load_kva]),
        energised=np.array([energised]),
    )


def test_an_extension_by_hand() -> None:
    # 20 households 600 m away: peak 20 · 1.125 · (0.4 + 0.6 / √20) = 12.019 kW; line 0.69 km, inner 0.66 km
    # 4×50: 0.641 + 0.08 · 0.48432 = 0.67975 Ω/km; 0.012019 · 0.67975 · (0.69 + 0.66/8) / 0.16 = 3.944 %: the lightest
    # holds
    works = lv_works(settlements([600.0], [20]), station(), P)
    assert works.works.tolist() == ["lv_extension"]
    assert list(P.works.cables)[works.cable[0]] == "ABC 4x50"
    assert works.drop_pct[0] == pytest.approx(3.944, abs=2e-3)
    # 0.69 · 350 · 0.85 + 0.66 · 350 + 20 · 6
    assert works.investment_mvnd[0] == pytest.approx(0.69 * 350 * 0.85 + 0.66 * 350 + 120)
    # bought, and 40 hours of outage a year at 20,000 VND/kWh
    energy = energy_mvnd(settlements([600.0], [20]), P)[0] + 20 * 7052.88 * 40 / 8766 * 0.02
    assert works.life_cycle_mvnd[0] == pytest.approx(works.investment_mvnd[0] * AS_LINE + energy, rel=1e-6)


def test_at_any_distance_the_price_is_that_of_the_works_there() -> None:
    # one settlement at five places against five settlements; the cable grows with the distance, 1,201 m is out of reach
    away = [0.0, 300.0, 800.0, 1190.0, 1201.0]
    one, many = settlements([0.0], [28]), settlements(away, [28] * 5)
    found = lv_mvnd_at(one, np.zeros(5, dtype=np.int64), np.array(away), P)
    works = lv_works(many, station(250.0, 0.0), P)
    assert len(set(works.cable[:4].tolist())) > 1
    assert found == pytest.approx(works.life_cycle_mvnd, rel=1e-12)
    assert np.isinf(found[4])


def test_a_transformer_that_is_full_is_replaced_at_the_cost_of_those_that_it_is_for() -> None:
    # 12.019 kW / 0.9 = 13.35 kVA each; 50 kVA carry 30 + 13.35, not 56.7: the second pays the 75 kVA
    works = lv_works(settlements([300.0, 400.0], [20, 20]), station(50.0, 30.0), P)
    assert works.works.tolist() == ["lv_extension", "lv_upgrade"]
    assert works.upgrade_kva.tolist() == [0, 75]
    plain = lv_works(settlements([300.0, 400.0], [20, 20]), station(250.0, 30.0), P)
    assert works.investment_mvnd[1] - plain.investment_mvnd[1] == pytest.approx(460.0)
    assert works.life_cycle_mvnd[1] - plain.life_cycle_mvnd[1] == pytest.approx(460 * AS_STATION, rel=1e-6)


def test_no_supply_beyond_reach_voltage_or_the_largest_transformer() -> None:
    assert lv_works(settlements([1201.0], [5]), station(), P).station.tolist() == [-1]
    # 100 households 1 km away drop more than 5 % on any cable
    assert np.isinf(lv_works(settlements([1000.0], [100]), station(250.0, 0.0), P).life_cycle_mvnd).all()
    assert np.isinf(lv_works(settlements([300.0], [20]), station(250.0, 245.0), P).life_cycle_mvnd).all()


def test_a_station_that_was_never_switched_on_only_needs_that_and_meters() -> None:
    works = lv_works(settlements([300.0], [20]), station(energised=False), P)
    assert works.works.tolist() == ["energise"]
    assert works.investment_mvnd[0] == pytest.approx(60 + 20 * 6)
    near = lv_works(settlements([300.0], [20]), station(), P)
    assert works.life_cycle_mvnd[0] < near.life_cycle_mvnd[0]


def test_a_station_that_was_never_switched_on_needs_a_line_to_settlements_that_it_was_not_built_for() -> None:
    off, on = station(load_kva=0.0, energised=False), station(load_kva=0.0)
    far = lv_works(settlements([800.0], [20]), off, P)
    as_usual = lv_works(settlements([800.0], [20]), on, P)
    assert far.works.tolist() == ["lv_extension"]
    assert far.feed_km[0] == pytest.approx(0.8 * 1.15)
    assert far.investment_mvnd[0] - as_usual.investment_mvnd[0] == pytest.approx(60.0)
    # where the spread is known it decides
    near = replace(settlements([300.0], [20]), spread_m=np.array([200.0]))
    assert lv_works(near, off, P).works.tolist() == ["lv_extension"]
    assert lv_works(replace(near, spread_m=np.array([350.0])), off, P).works.tolist() == ["energise"]
    # a station that runs and stands in the settlement's middle still needs its lines
    assert lv_works(settlements([0.0], [20]), on, P).works.tolist() == ["lv_extension"]


def test_the_order_of_rows_does_not_matter() -> None:
    rng = np.random.default_rng(3)
    x, households = rng.uniform(50, 1100, 12), rng.integers(3, 25, 12).astype(float)
    here = settlements(x.tolist(), households.tolist())
    mix = rng.permutation(12)
    there = replace(settlements(x[mix].tolist(), households[mix].tolist()), id_rank=mix)
    one, two = lv_works(here, station(160.0, 100.0), P), lv_works(there, station(160.0, 100.0), P)
    assert one.life_cycle_mvnd[mix] == pytest.approx(two.life_cycle_mvnd)
    assert one.works[mix].tolist() == two.works.tolist()


def test_planned_stations_do_not_stand_and_unknown_loads_leave_nothing() -> None:
    layer = gpd.GeoDataFrame(
        pd.DataFrame(
            {
                "station_id": ["B", "A", "C"],
                "capacity_kva": [50.0, 75.0, 100.0],
                "load_kva": [np.nan, 10.0, 10.0],
                "status": ["existing", "not_energised", "planned"],
            }
        ),
        geometry=gpd.points_from_xy([0, 1, 2], [0, 0, 0]),
        crs="EPSG:9208",
    )
    read = read_stations(layer)
    assert read.identifier.tolist() == ["A", "B"]
    assert read.energised.tolist() == [False, True]
    assert read.load_kva.tolist() == [10, 50]
    assert len(read_stations(None).x) == 0


def test_a_station_within_reach_that_cannot_supply_is_told_apart_from_none() -> None:
    # 1,100 m away 300 households: no cable keeps the voltage; 5 km away no station is within reach
    works = lv_works(settlements([1100.0, 5000.0], [300, 20]), station(), P)
    assert works.station.tolist() == [-1, -1]
    assert works.near.tolist() == [True, False]
