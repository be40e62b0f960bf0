import math
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest
import shapely

from infragap.analyses.electricity.assumptions.builds import Build
from infragap.analyses.electricity.assumptions.network_works import usual_works
from infragap.analyses.electricity.codes import VoltageStatus
from infragap.analyses.electricity.feeders.conductors import conductor_named
from infragap.analyses.electricity.feeders.existing_feeder import Feeder, Pieces, contract, trace_feeder
from infragap.analyses.electricity.feeders.load_flow import load_flow
from infragap.analyses.electricity.feeders.radial import RadialFeeder, hang_branches
from infragap.analyses.electricity.feeders.voltage import judge
from infragap.analyses.electricity.parameters import ElectricityParameters

CATALOGUE = usual_works().conductors


def two_branches() -> RadialFeeder:
    """Station - 10 km AC-70 - fork with 0.5 MW; from it 5 km AC-50 with 0.8 MW and 8 km AC-50 with 0.3 MW; 35 kV, power
    factor 0.9."""
    return RadialFeeder(
        voltage_kv=35.0,
        parent=np.array([-1, 0, 1, 1]),
        length_km=np.array([0.0, 10.0, 5.0, 8.0]),
        r_ohm_per_km=np.array([0.0, 0.422, 0.595, 0.595]),
        x_ohm_per_km=np.array([0.0, 0.40, 0.40, 0.40]),
        imax_a=np.array([1.0, 290.0, 210.0, 210.0]),
        p_mw=np.array([0.0, 0.5, 0.8, 0.3]),
        power_factor=0.9,
    )


def test_linear_drop_of_two_branches_by_hand() -> None:
    # tan φ = 0.484322. Trunk: P = 1.6 MW, Q = 0.774915: (1.6·0.422 + 0.774915·0.40)·10/35² = (0.6752 +
    # 0.309966)·10/1225 = 0.804217 %
    # branch 2: (0.8·0.595 + 0.387458·0.40)·5/1225 = (0.476 + 0.154983)·5/1225 = 0.257544 %
    # branch 3: (0.3·0.595 + 0.145297·0.40)·8/1225 = (0.1785 + 0.058119)·8/1225 = 0.154527 %
    drop = two_branches().linear_drop_pct()
    assert drop == pytest.approx([0, 0.804217, 1.061761, 0.958744], abs=2e-6)


def test_load_flow_agrees_with_exact_two_branch_iteration() -> None:
    """Independent oracle: backward-forward sweep with complex numbers, to convergence."""
    radial = two_branches()
    base = 35e3 / math.sqrt(3)
    s = radial.p_mw * 1e6 * (1 + 1j * math.tan(math.acos(0.9))) / 3
    z = (radial.r_ohm_per_km + 1j * radial.x_ohm_per_km) * radial.length_km
    v = np.full(4, base, dtype=complex)
    for _ in range(50):
        current = np.conj(s / v)
        through = {2: current[2], 3: current[3], 1: current[1] + current[2] + current[3]}
        v[1] = base - z[1] * through[1]
        v[2], v[3] = v[1] - z[2] * through[2], v[1] - z[3] * through[3]
    ((drop, loading),) = load_flow([radial])
    assert drop == pytest.approx(100 * (1 - np.abs(v) / base), abs=1e-6)
    assert loading[1:] == pytest.approx([100 * abs(through[k]) / radial.imax_a[k] for k in (1, 2, 3)], rel=1e-6)


def test_load_flow_of_several_feeders_is_that_of_each() -> None:
    (one,) = load_flow([two_branches()])
    both = load_flow([two_branches(), two_branches()])
    for drop, loading in both:
        assert drop == pytest.approx(one[0], abs=1e-9)
        assert loading == pytest.approx(one[1], abs=1e-6)


def station(length_km: float) -> Feeder:
    return Feeder(
        name="E1 371",
        voltage_kv=35.0,
        parent=np.array([-1, 0]),
        length_km=np.array([0.0, length_km]),
        r_ohm_per_km=np.full(2, CATALOGUE["AC-95"].r_ohm_per_km),
        imax_a=np.full(2, CATALOGUE["AC-95"].imax_a),
        existing_mw=np.array([0.0, 0.0]),
        tap_node=np.array([1]),
        drawn=True,
        load_known=True,
    )


def test_upstream_and_planned_loads_add_up() -> None:
    radial = hang_branches(
        station(10.0),
        parent=np.array([-1, 0, 0]),
        tap=np.array([0, 0, 0]),
        length_km=np.array([1.0, 2.0, 3.0]),
        build=(Build(3, "AC-50"),) * 3,
        load_mw=np.array([0.0, 0.2, 0.3]),
        parameters=ElectricityParameters(),
    )
    assert radial.flow_mw() == pytest.approx([0.5, 0.5, 0.5, 0.2, 0.3])


def test_a_feeder_is_traced_through_touching_pieces_and_carries_its_load() -> None:
    # trunk 10 km from the station at x = 0, branch of 5 km at x = 4 km; tap at the end of the trunk; 3 MW over 15 km
    lines = gpd.GeoDataFrame(
        {
            "voltage_kv": 35.0,
            "conductor": ["AC120", "AC120"],
            "length_km": [10.0, 5.0],
            "feeder_load_mw": 3.0,
        },
        geometry=[shapely.LineString([(0, 0), (10_000, 0)]), shapely.LineString([(4_000, 0), (4_000, 5_000)])],
        crs="EPSG:9208",
    )
    feeder = trace_feeder(lines, shapely.Point(0, 0), np.array([10_000.0]), np.array([0.0]), name="E1 371")
    assert feeder.drawn
    assert feeder.r_ohm_per_km[1] == pytest.approx(CATALOGUE["AC-120"].r_ohm_per_km)
    assert feeder.imax_a[1] == CATALOGUE["AC-120"].imax_a
    assert feeder.length_km.sum() == pytest.approx(10.0)
    assert feeder.existing_mw.sum() == pytest.approx(3.0)
    # 0.2 MW per km: the fork at 4 km carries half of its segments (2 + 3 + 2.5 km) and the branch's end (2.5 km), 2 MW;
    # the trunk's end 0.6 MW
    # (3 km). By the lever rule 2 · 4/10 of it stand at the tap: 1.4 MW there and 1.6 MW at the station
    assert feeder.existing_mw == pytest.approx([1.6, 1.4])


def test_every_piece_keeps_its_own_conductor() -> None:
    # 6 km of AC-120, then 4 km of AC-50, and many short spurs of AC-35 that must not count: (6 · 0.247 + 4 · 0.595) /
    # 10 = 0.3862 ohm/km
    spurs = [shapely.LineString([(1_000.0 * k, 0), (1_000.0 * k, 100)]) for k in range(1, 10)]
    trunk = [shapely.LineString([(0, 0), (6_000, 0)]), shapely.LineString([(6_000, 0), (10_000, 0)])]
    lines = gpd.GeoDataFrame(
        {
            "voltage_kv": 35.0,
            "conductor": ["AC-120", "AC-50", *["AC-35"] * 9],
            "length_km": [6.0, 4.0, *[0.1] * 9],
            "feeder_load_mw": 0.0,
        },
        geometry=[*trunk, *spurs],
        crs="EPSG:9208",
    )
    feeder = trace_feeder(lines, shapely.Point(0, 0), np.array([10_000.0]), np.array([0.0]), name="E1")
    assert feeder.length_km == pytest.approx([0.0, 10.0])
    assert feeder.r_ohm_per_km[1] == pytest.approx(0.3862)
    assert feeder.imax_a[1] == CATALOGUE["AC-50"].imax_a


def test_a_load_that_present_customers_could_not_bear_stands_near_the_station() -> None:
    # 6 MW over 60 km of AC-95 at 35 kV: moment 6 · 60 / 2 = 180 MW·km, (0.301 + 0.4 · 0.484322) · 180 / 1225 = 7.27 %
    lines = gpd.GeoDataFrame(
        {"voltage_kv": 35.0, "conductor": "AC-95", "length_km": [60.0], "feeder_load_mw": 6.0},
        geometry=[shapely.LineString([(1_000.0 * k, 0) for k in range(61)])],
        crs="EPSG:9208",
    )
    end = (np.array([60_000.0]), np.array([0.0]))
    free = trace_feeder(lines, shapely.Point(0, 0), *end, name="E1")
    bound = trace_feeder(lines, shapely.Point(0, 0), *end, name="E1", served_drop_pct=5.0)
    assert free.existing_mw.sum() == pytest.approx(6.0)
    assert bound.existing_mw.sum() == pytest.approx(6.0)
    assert free.existing_mw[1] == pytest.approx(3.0)

    def drop(feeder: Feeder) -> float:
        nothing = np.empty(0)
        hung = hang_branches(
            feeder,
            parent=nothing.astype(int),
            tap=nothing.astype(int),
            length_km=nothing,
            build=(),
            load_mw=nothing,
            parameters=ElectricityParameters(),
        )
        return float(hung.linear_drop_pct()[-1])

    assert drop(free) == pytest.approx(7.2695, abs=1e-3)
    assert drop(bound) == pytest.approx(5.0)


def test_contracting_keeps_the_linear_drop_at_kept_nodes() -> None:
    rng = np.random.default_rng(5)
    count = 40
    parent = np.array([-1] + [int(rng.integers(max(0, k - 3), k)) for k in range(1, count)])
    length, load = np.append(0.0, rng.uniform(0.1, 3, count - 1)), rng.uniform(0, 0.1, count)
    ohm_per_km = rng.choice([0.247, 0.422, 0.595], count)
    leaves = np.setdiff1d(np.arange(count), parent)
    keep = np.concatenate([[17, 25, 17], leaves])
    pieces = Pieces(length, length * ohm_per_km, np.full(count, 300.0))

    def drop(parent: np.ndarray, pieces: Pieces, load: np.ndarray) -> np.ndarray:
        size = len(parent)
        return RadialFeeder(
            voltage_kv=35.0,
            parent=parent,
            length_km=pieces.km,
            r_ohm_per_km=pieces.ohm / np.maximum(pieces.km, 1e-12),
            x_ohm_per_km=np.full(size, 0.4),
            imax_a=np.full(size, 300.0),
            p_mw=load,
            power_factor=0.9,
        ).linear_drop_pct()

    reactive = 0.4 * math.tan(math.acos(0.9))
    small_parent, small, small_load, kept = contract(parent, pieces, load, keep, reactive_ohm_per_km=reactive)
    assert len(small_parent) < count
    assert small_load.sum() == pytest.approx(load.sum())
    assert drop(small_parent, small, small_load)[kept] == pytest.approx(drop(parent, pieces, load)[keep])


def test_a_tap_that_the_drawn_feeder_does_not_reach_gets_a_straight_way() -> None:
    lines = gpd.GeoDataFrame(
        {"voltage_kv": 35.0, "conductor": [None, None], "length_km": [1.0, 1.0], "feeder_load_mw": np.nan},
        geometry=[shapely.LineString([(0, 0), (1_000, 0)]), shapely.LineString([(5_000, 0), (6_000, 0)])],
        crs="EPSG:9208",
    )
    feeder = trace_feeder(lines, shapely.Point(0, 0), np.array([6_000.0]), np.array([0.0]), name="E1 371")
    assert not feeder.drawn
    assert not feeder.load_known
    assert feeder.length_km.sum() == pytest.approx(6.0 * 1.3)


def test_verdicts() -> None:
    p = ElectricityParameters()
    assert judge(6.9, 5.0, 50.0, p) == VoltageStatus.OK
    assert judge(6.9, 5.0, 101.0, p) == VoltageStatus.OVERLOADED
    # beyond the share of 7 %: what the tree adds decides
    assert judge(9.4, 0.4, 50.0, p) == VoltageStatus.OK
    assert judge(9.4, 2.6, 50.0, p) == VoltageStatus.TOO_LONG
    assert judge(math.nan, math.nan, math.nan, p) == VoltageStatus.NO_SOLUTION


@pytest.mark.parametrize(("kv", "loop", "volt"), [(35.0, 2.0, 35e3), (22.0, 2.0, 22e3 / math.sqrt(3))])
def test_a_line_of_two_wires_drops_as_its_loop_does(kv: float, loop: float, volt: float) -> None:
    """Oracle: the loop itself. 300 kW over 10 km of AC-50, out and back, between two phases at 35 kV or between phase
    and neutral at 22 kV, from a busbar at 1.02 and without anything before."""
    p = ElectricityParameters(busbar_pu=1.02)
    busbar = {"parent": [-1], "length_km": [0.0], "r_ohm_per_km": [0.0], "imax_a": [1.0], "existing_mw": [0.0]}
    arrays = {name: np.array(value) for name, value in busbar.items()}
    feeder = replace(station(0.0), voltage_kv=kv, tap_node=np.array([0]), **arrays)
    one = np.array([-1]), np.array([0]), np.array([10.0])
    radial = hang_branches(
        feeder,
        parent=one[0],
        tap=one[1],
        length_km=one[2],
        build=(Build(2, "AC-50"),),
        load_mw=np.array([0.3]),
        parameters=p,
    )
    s = 0.3e6 * (1 + 1j * math.tan(math.acos(0.9)))
    z = loop * (0.595 + 1j * (0.40 if kv > 30 else 0.37)) * 10
    v = source = 1.02 * volt + 0j
    for _ in range(60):
        current = np.conj(s / v)
        v = source - z * current
    ((drop, loading),) = load_flow([radial])
    assert drop[-1] == pytest.approx(100 * (1.02 - abs(v) / volt), abs=1e-6)
    assert loading[-1] == pytest.approx(100 * abs(current) / 210, rel=1e-6)


def test_a_whole_feeder_with_branches_and_capacitors_is_that_of_a_sweep() -> None:
    """Oracle: backward-forward sweep over a random feeder of forty nodes with planned lines of all kinds."""
    rng = np.random.default_rng(11)
    count, p = 40, ElectricityParameters(busbar_pu=1.03)
    parent = np.array([-1] + [int(rng.integers(max(0, k - 4), k)) for k in range(1, count)])
    feeder = Feeder(
        name="E1",
        voltage_kv=35.0,
        parent=parent,
        length_km=np.append(0.0, rng.uniform(0.5, 4.0, count - 1)),
        r_ohm_per_km=rng.choice([0.247, 0.422], count),
        imax_a=np.full(count, 300.0),
        existing_mw=rng.uniform(0, 0.15, count),
        tap_node=np.array([12, 39]),
        drawn=True,
        load_known=True,
    )
    radial = hang_branches(
        feeder,
        parent=np.array([-1, 0, -1]),
        tap=np.array([0, 0, 1]),
        length_km=np.array([6.0, 3.0, 9.0]),
        build=(Build(2, "AC-50"), Build(2, "AC-35"), Build(3, "AC-70")),
        load_mw=np.array([0.1, 0.05, 0.4]),
        parameters=p,
    )
    banks = np.zeros(len(radial.parent))
    banks[20] = 0.6
    radial = replace(radial, capacitor_mvar=banks)
    base = 35e3 / math.sqrt(3)
    tangent = math.tan(math.acos(0.9))
    s = (radial.p_mw + 1j * (radial.p_mw * tangent - banks)) * 1e6 / 3
    z = (radial.r_ohm_per_km + 1j * radial.x_ohm_per_km) * radial.length_km
    v = np.full(len(s), 1.03 * base, dtype=complex)
    for _ in range(200):
        current = np.conj(s / v)
        for node in range(len(s) - 1, 0, -1):
            current[radial.parent[node]] += current[node]
        for node in range(1, len(s)):
            v[node] = v[radial.parent[node]] - z[node] * current[node]
    ((drop, _),) = load_flow([radial])
    assert drop == pytest.approx(100 * (1.03 - np.abs(v) / base), abs=1e-6)
    assert drop.max() > 2


@pytest.mark.parametrize(
    ("text", "name"),
    [("AC120", "AC-120"), ("3xAC-95", "AC-95"), ("AC-70/11", "AC-70"), (None, "AC-70"), ("ABC", "AC-70")],
)
def test_conductor_names(text: str | None, name: str) -> None:
    assert conductor_named(text).name == name
