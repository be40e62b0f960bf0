"""How branches are built for their loads: by hand, within every limit, and never cheaper for a larger load."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infragap.analyses.electricity.assumptions.builds import Build, builds, line_mvnd_per_km, line_type
from infragap.analyses.electricity.least_cost.branches import Branches
from infragap.analyses.electricity.least_cost.line_cost import longest_way_km, size_branches
from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.analyses.electricity.routing.line_components import COMPONENTS, unit_prices

P = ElectricityParameters()
ALL = ("three_phase", "two_phase", "single_phase", "swer")


def tree(parent: list[int], km: list[float]) -> Branches:
    components = np.zeros((len(parent), len(COMPONENTS)))
    components[:, COMPONENTS.index("km_upper")] = km
    components[:, COMPONENTS.index("taps")] = np.array(parent) < 0
    return Branches(
        parent=np.array(parent),
        node=np.arange(1, len(parent) + 1),
        components=components,
        cells=tuple(np.array([k]) for k in range(len(parent))),
        branch_of=np.arange(len(parent)),
    )


def test_a_two_phase_branch_by_hand() -> None:
    # 10 km on easy ground for 60 kW: 1,200 · 0.75 + 2 · (195 - 276) / 1000 · 75 = 887.85 a km, and cut-outs for 20
    sizes = size_branches(tree([-1], [10.0]), np.array([60.0]), np.array([True]), P)
    assert sizes.build == (Build(2, "AC-50"),)
    assert sizes.investment_mvnd[0] == pytest.approx(8_898.5, rel=1e-9)
    assert sizes.least_mvnd[0] == pytest.approx(8_898.5, rel=1e-9)


def test_a_load_beyond_the_unbalance_that_two_wires_may_make_gets_three() -> None:
    # 1,200 + 3 · (195 - 276) / 1000 · 75 = 1,181.775 a km; the bound counts with 887.85
    sizes = size_branches(tree([-1], [1.0]), np.array([501.0]), np.array([True]), P)
    assert sizes.build == (Build(3, "AC-50"),)
    assert sizes.investment_mvnd[0] == pytest.approx(1_201.775, rel=1e-9)
    assert sizes.least_mvnd[0] == pytest.approx(907.85, rel=1e-9)


def test_a_road_through_forest_takes_a_cable_where_that_is_the_rule() -> None:
    # 10 km at 35 kV, 4 of them on a road through forest: 6 · 887.85 + 4 · (3,300 + 887.85 - 722.85) + 20; with three
    # wires the levels are 1,181.775 - 1,031.775 apart; at the lower level the cable is 3,300 a km
    p = ElectricityParameters(forest_rule="cable")
    branches = tree([-1], [10.0])
    branches.components[0, COMPONENTS.index("forest_road_km")] = 4.0
    sizes = size_branches(branches, np.array([60.0]), np.array([True]), p)
    assert sizes.investment_mvnd[0] == pytest.approx(6 * 887.85 + 4 * 3_465 + 20, rel=1e-9)
    three = size_branches(branches, np.array([60.0]), np.array([True]), p, three_phase=np.array([True]))
    assert three.investment_mvnd[0] == pytest.approx(6 * 1_181.775 + 4 * 3_450 + 20, rel=1e-9)
    lower = tree([-1], [10.0])
    lower.components[0, COMPONENTS.index("km_lower")] = lower.components[0, COMPONENTS.index("km_upper")]
    lower.components[0, COMPONENTS.index("km_upper")] = 0.0
    lower.components[0, COMPONENTS.index("forest_road_km")] = 4.0
    at_22 = size_branches(lower, np.array([60.0]), np.array([False]), p)
    assert at_22.investment_mvnd[0] == pytest.approx(6 * 722.85 + 4 * 3_300 + 20, rel=1e-9)
    overhead = size_branches(branches, np.array([60.0]), np.array([True]), P)
    assert overhead.investment_mvnd[0] == pytest.approx(8_898.5, rel=1e-9)


def test_machines_below_ask_for_three_wires() -> None:
    # 20 kW would do on two; the branch beside stays as it is
    load, upper, three = np.array([20.0, 20.0]), np.ones(2, dtype=bool), np.array([True, False])
    sizes = size_branches(tree([-1, -1], [1.0, 1.0]), load, upper, P, three_phase=three)
    assert [build.wires for build in sizes.build] == [3, 2]
    assert sizes.investment_mvnd.tolist() == pytest.approx([1_201.775, 907.85], rel=1e-9)


def test_a_long_branch_gets_heavier_wire_or_three_and_a_recloser() -> None:
    # 400 kW over 50 km: the tree may use 2 %. Two wires: 0.4 · (r + 0.19373) · 2 · 50 · 100 / 1225 =
    # 3.265 · (r + 0.19373), AC-50 2.58 %, AC-70 2.01 %, AC-95 1.62 %; three of AC-50 drop 1.29 %.
    # AC-95 on two wires: 900 + 2 · 0.109 · 75 = 916.35 a km, three of AC-50 1,181.8; recloser 350 beyond 15 km
    sizes = size_branches(tree([-1], [50.0]), np.array([400.0]), np.array([True]), P)
    assert sizes.build == (Build(2, "AC-95"),)
    assert sizes.investment_mvnd[0] == pytest.approx(50 * 916.35 + 20 + 350, rel=1e-9)


def test_the_longest_way_through_each_branch() -> None:
    assert longest_way_km(tree([-1, 0, 0, 2], [2.0, 5.0, 1.0, 3.0])).tolist() == [7.0, 7.0, 6.0, 6.0]


def test_single_wires_are_for_small_loads_where_they_are_allowed() -> None:
    p = ElectricityParameters(line_types=ALL)
    small, large = (size_branches(tree([-1], [5.0]), np.array([kw]), np.array([True]), p) for kw in (60.0, 100.0))
    assert (small.build[0].wires, large.build[0].wires) == (1, 2)
    assert line_type(p, wires=1, upper=True).name == "swer"
    assert {build.wires for build in builds(P)} == {2, 3}
    assert {build.wires for build in builds(ElectricityParameters(line_types=("three_phase",)))} == {3}


def test_the_least_price_is_below_every_build() -> None:
    for upper in (True, False):
        least = line_mvnd_per_km(P, upper=upper)
        assert least == min(line_mvnd_per_km(P, upper=upper, build=build) for build in builds(P))
    for build in builds(P):
        assert (unit_prices(P) <= unit_prices(P, build) + 1e-12).all()


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(st.data())
def test_limits_hold_and_a_larger_load_never_gets_a_cheaper_branch(data: st.DataObject) -> None:
    count = data.draw(st.integers(1, 7))
    parent = [-1] + [data.draw(st.integers(-1, k - 1)) for k in range(1, count)]
    km = data.draw(st.lists(st.floats(0.2, 30), min_size=count, max_size=count))
    own = np.array(data.draw(st.lists(st.floats(1, 400), min_size=count, max_size=count)))
    more = own * np.array(data.draw(st.lists(st.floats(1, 3), min_size=count, max_size=count)))
    upper = np.full(count, data.draw(st.booleans()))
    p = ElectricityParameters(line_types=data.draw(st.sampled_from([ALL, ALL[:3], ALL[:1]])))
    branches = tree(parent, km)
    one, two = (size_branches(branches, branches.gathered(each), upper, p) for each in (own, more))
    assert (two.investment_mvnd >= one.investment_mvnd - 1e-9).all()
    assert (one.least_mvnd <= one.investment_mvnd + 1e-9).all()
    heaviest = builds(p)[-1]
    kv = p.levels.upper_kv if upper[0] else p.levels.lower_kv
    load, drop = branches.gathered(own), np.zeros(count)
    for k, build in enumerate(one.build):
        kind, wire = line_type(p, wires=build.wires, upper=bool(upper[k])), p.works.conductors[build.conductor]
        tangent = math.tan(math.acos(p.power_factor))
        impedance = (wire.r_ohm_per_km + (0.40 if kv > 30 else 0.37) * tangent) * kind.drop_factor
        drop[k] = 100 * load[k] / 1000 * impedance * km[k] / kv**2
        if build == heaviest:
            return  # nothing suffices: the judgement of the voltage says so
        assert load[k] <= kind.most_kw
        assert load[k] / (p.power_factor * math.sqrt(3) * kv) * kind.current_factor <= wire.imax_a
    assert branches.along(drop).max() <= p.new_line_drop_limit_pct + 1e-9
