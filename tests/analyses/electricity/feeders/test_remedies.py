"""What helps where the voltage does not hold: each way against sums by hand, other taps on a small made-up grid."""

import math

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from infragap.analyses.electricity.feeders.remedies import regulator_lifts, step_up_mvnd
from infragap.analyses.electricity.feeders.rerooted import rerooted
from infragap.analyses.electricity.headroom.limits import HeadroomLedger
from infragap.analyses.electricity.least_cost.branches import Branches
from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.analyses.electricity.plan import plan_electricity
from infragap.analyses.electricity.result import ElectricityResult
from infragap.analyses.electricity.routing.existing_grid import CapacityLimit
from infragap.analyses.electricity.routing.line_components import COMPONENTS, built_for
from tests.analyses.electricity.small_pack import LINE_X, SIZE_M, SOUTH, SmallPack, settlements_at, small_pack

P = ElectricityParameters(mv_drop_limit_pct=5.0)
AS_LINE, AS_STATION = 1.140543, 1.170271
"""Life-cycle cost by investment over 20 years at 10 %: lines of 25 years, stations of 20, 2 % upkeep."""

EAST_X = LINE_X + 2_000.0


def test_a_regulator_lifts_ten_percent_but_not_above_the_upper_limit() -> None:
    # at 5 % drop it may lift by 10: 15 % becomes 5 %; at 1 % only by 6, to 105 %: 11 % becomes 5 %
    assert regulator_lifts([15.0, 15.1], 5.0, P).tolist() == [True, False]
    assert regulator_lifts([11.0, 11.1], 1.0, P).tolist() == [True, False]
    assert not regulator_lifts(math.inf, 8.0, P)
    assert not regulator_lifts(math.nan, 8.0, P)


def test_a_step_up_helps_the_new_line_only() -> None:
    # 22 kV, 2 % at the tap and 8 % at the end: 2 + 6 · (22/35)² = 4.37 %; 4 km dearer by 900 - 735 and a transformer at
    # 1,500
    cost = step_up_mvnd(8.0, 2.0, voltage_kv=22, length_km=4.0, parameters=P)
    assert cost == pytest.approx(1500 * AS_STATION + 165 * 4 * AS_LINE, rel=1e-6)
    # a tap that is beyond the limit already stays so
    assert step_up_mvnd(8.0, 5.1, voltage_kv=22, length_km=4.0, parameters=P) == math.inf
    assert step_up_mvnd(8.0, 2.0, voltage_kv=35, length_km=4.0, parameters=P) == math.inf
    assert step_up_mvnd(math.inf, 2.0, voltage_kv=22, length_km=4.0, parameters=P) == math.inf


def test_lines_at_another_voltage_keep_their_length_ground_and_forest() -> None:
    given = dict.fromkeys(COMPONENTS, 0.0) | {"km_upper": 1.0, "rough_km_upper": 0.5, "km_lower": 2.0,
    "rough_km_lower": 0.25, "crossings": 1.0, "forest_km_lower": 0.1, "natural_forest_km": 0.1}  # fmt: skip
    told = dict(zip(COMPONENTS, built_for(np.array([given[name] for name in COMPONENTS]), upper=True), strict=True))
    expected = given | {"km_upper": 3.0, "rough_km_upper": 0.75, "forest_km_upper": 0.1, "km_lower": 0.0,
    "rough_km_lower": 0.0, "forest_km_lower": 0.0}  # fmt: skip
    assert told == pytest.approx(expected)


def fork() -> Branches:
    """Tap at 0, trunk to 4, from there a branch on to 7 (km 4 to 7 in one row) and one down a column of ten to 24."""
    components = np.zeros((3, len(COMPONENTS)))
    components[:, 0] = [4.0, 3.0, 2.0]
    return Branches(
        parent=np.array([-1, 0, 0]),
        node=np.array([1, 2, 3]),
        components=components,
        cells=(np.array([0, 1, 2, 3, 4]), np.array([4, 5, 6, 7]), np.array([4, 14, 24])),
        branch_of=np.array([1, 2]),
    )


def test_a_tree_fed_from_one_of_its_ends() -> None:
    kept = rerooted(fork(), np.array([0, 1, 2]), 24, columns=10)
    # from 24 up to the fork, and on to 7; the trunk goes
    assert kept.branch.tolist() == [2, 0, 1]
    assert kept.parent.tolist() == [-1, 0, 1]
    assert kept.length_km.tolist() == [0, 2, 3]
    assert kept.removed.tolist() == [0, 1, 2, 3, 4]


def test_a_tree_fed_from_within_a_branch() -> None:
    kept = rerooted(fork(), np.array([0, 1, 2]), 5, columns=10)
    assert kept.branch.tolist() == [-1, 0, 1, 2]
    assert kept.parent.tolist() == [-1, 0, 0, 1]
    assert kept.length_km.tolist() == pytest.approx([0, 1, 2, 2])
    assert kept.removed.tolist() == [0, 1, 2, 3, 4]


def test_a_tree_fed_from_within_its_trunk_keeps_what_lies_behind() -> None:
    kept = rerooted(fork(), np.array([0, 1, 2]), 1, columns=10)
    assert kept.branch.tolist() == [-1, 0, 1, 2]
    assert kept.parent.tolist() == [-1, 0, 1, 1]
    assert kept.length_km.tolist() == pytest.approx([0, 3, 3, 2])
    assert kept.removed.tolist() == [0, 1]


def test_room_counts_what_has_moved_and_not_what_stays_below_the_same_station() -> None:
    room = HeadroomLedger(
        [CapacityLimit("feeder B", frozenset({1}), 100.0), CapacityLimit("station", frozenset({0, 1}), 10.0)],
        {"feeder B": 40.0},
    )
    assert room.fits(1, instead_of=0, load_kw=60.0)
    assert not room.fits(1, instead_of=0, load_kw=61.0)
    assert not room.fits(1, instead_of=7, load_kw=11.0)
    room.take(1, instead_of=0, load_kw=50.0)
    assert not room.fits(1, instead_of=0, load_kw=11.0)


def two_feeders(settlements: gpd.GeoDataFrame, *, voltage_kv: float = 35.0, loading_pct: float = 20.0) -> SmallPack:
    """The usual line with far too much load, and 2 km east of it a second feeder with little."""
    pack = small_pack(settlements)
    weak = pack.layers["grid_lines"].assign(feeder_load_mw=14.0, feeder_loading_pct=50.0)  # type: ignore[union-attr]
    line = shapely.LineString([(EAST_X, SOUTH + 500), (EAST_X, SOUTH + SIZE_M - 500)])
    strong = weak.assign(
        line_id="G2", feeder="372", substation_id="E2", voltage_kv=voltage_kv, conductor="AC-120", feeder_load_mw=0.5,
        feeder_loading_pct=loading_pct
    ).set_geometry([line])  # fmt: skip
    stations = pack.layers["substations"]
    second = stations.assign(substation_id="E2").set_geometry([shapely.Point(EAST_X, SOUTH + 500)])  # type: ignore[union-attr]
    return small_pack(
        settlements,
        grid_lines=pd.concat([weak, strong], ignore_index=True),
        substations=pd.concat([stations, second], ignore_index=True),
    )


def planned(pack: SmallPack, **change: object) -> ElectricityResult:
    given: dict[str, object] = {"draws": 0, "scenarios": False, "no_road_km": 1000.0}
    # on a feeder beyond its share whatever a tree adds is too much here: it is the remedies that are looked at
    given |= {"mv_drop_limit_pct": 5.0, "added_drop_limit_pct": 0.01}
    parameters = ElectricityParameters(**(given | change))  # type: ignore[arg-type]
    return plan_electricity(pack, parameters)  # type: ignore[arg-type]


@pytest.mark.slow
def test_another_tap_is_priced_by_the_difference_of_the_lines() -> None:
    # 0.9 km to the weak line, 1.1 km to the strong one: 0.2 km · 887.85 more; nearer than any regulator is cheap
    result = planned(two_feeders(settlements_at([(2.95, 16.0, 300)])))
    (line,) = result.lines.to_dict("records")
    assert line["feeder"] == "371"
    assert line["length_km"] == pytest.approx(0.9)
    assert line["voltage_status"] != "ok"
    (ways,) = result.tables["remedies"].to_dict("records")
    assert ways["line_id"] == line["line_id"]
    assert ways["other_tap_mvnd"] == pytest.approx(
        0.2 * 887.85 * AS_LINE, rel=5e-3
    )  # roughness 0.001 away from the road
    assert ways["regulator_mvnd"] == pytest.approx(1500 * AS_STATION, rel=1e-5)
    assert ways["cheapest_alone"] == "other_tap"
    assert line["remedy_mvnd"] == ways["other_tap_mvnd"]
    assert line["remedy_vi"] == "đấu nối sang 372 tại G2, kéo mới 1,1 km"
    assert result.summary["remedies_mvnd"] == pytest.approx(line["remedy_mvnd"])


@pytest.mark.slow
def test_a_joint_tree_moves_with_its_trunk_left_out() -> None:
    # two settlements in a row, 0.5 and 1.0 km from the weak line; from the second it is 1.0 km to the strong one, and
    # the first 0.5 km go
    result = planned(two_feeders(settlements_at([(2.55, 16.0, 150), (3.05, 16.0, 150)])))
    assert len(result.lines) == 2
    assert result.lines["length_km"].sum() == pytest.approx(1.0)
    (ways,) = result.tables["remedies"].to_dict("records")
    assert ways["other_tap_mvnd"] == pytest.approx(0.5 * 887.85 * AS_LINE, rel=5e-3)
    assert ways["cheapest_alone"] == "other_tap"
    assert (result.lines["remedy_vi"] == "đấu nối sang 372 tại G2, kéo mới 1,0 km").all()
    assert result.lines["remedy_mvnd"].sum() == pytest.approx(ways["other_tap_mvnd"])


@pytest.mark.slow
def test_a_tap_at_the_other_voltage_reprices_the_whole_tree() -> None:
    result = planned(two_feeders(settlements_at([(2.95, 16.0, 100)]), voltage_kv=22.0))
    (ways,) = result.tables["remedies"].to_dict("records")
    # 1.1 km of two wires at 22 kV, 1,050 · 0.7 - 12.15, instead of 0.9 km at 35 kV, 1,200 · 0.75 - 12.15
    expected = (1.1 * 722.85 - 0.9 * 887.85) * AS_LINE
    assert ways["other_tap_mvnd"] == pytest.approx(expected, abs=0.3)  # roughness 0.001 on 1 km


@pytest.mark.slow
def test_no_move_to_a_feeder_that_is_full() -> None:
    # 0.5 MW at 98 %: 10 kW left, 135 kW wanted
    result = planned(two_feeders(settlements_at([(2.95, 16.0, 300)]), loading_pct=98.0))
    (ways,) = result.tables["remedies"].to_dict("records")
    assert math.isnan(ways["other_tap_mvnd"])
    assert ways["other_tap"] == ""
    assert ways["cheapest_alone"] != "other_tap"


@pytest.mark.slow
def test_no_move_to_a_feeder_that_is_weak_itself() -> None:
    pack = two_feeders(settlements_at([(2.95, 16.0, 300)]))
    pack.layers["grid_lines"] = pack.layers["grid_lines"].assign(feeder_load_mw=14.0)  # type: ignore[union-attr]
    (ways,) = planned(pack).tables["remedies"].to_dict("records")
    assert math.isnan(ways["other_tap_mvnd"])


@pytest.mark.slow
def test_where_nothing_helps_it_says_so() -> None:
    # far too much load at the far end of one feeder, and the grid is required
    pack = small_pack(settlements_at([(2.95, 19.0, 60)]))
    pack.layers["grid_lines"] = pack.layers["grid_lines"].assign(feeder_load_mw=60.0, feeder_loading_pct=50.0)  # type: ignore[union-attr]
    result = planned(pack, forced_grid=("C000",), existing_drop_pct=50.0)
    (line,) = result.lines.to_dict("records")
    assert line["voltage_drop_pct"] > 15
    assert line["remedy_vi"] == "cần nguồn 110 kV gần hơn"
    assert math.isnan(line["remedy_mvnd"])
    (ways,) = result.tables["remedies"].to_dict("records")
    assert ways["cheapest_alone"] == ""


@pytest.mark.slow
def test_all_lines_hold_without_load() -> None:
    pack = small_pack(settlements_at([(2.95, 16.0, 300)]))
    assert len(planned(pack).tables["remedies"]) == 0


@pytest.mark.slow
def test_a_shared_regulator_stands_before_the_first_tree_that_needs_it() -> None:
    # four trees 12 to 18 km up a weak feeder (it begins at 0.5 km): the place before all of them is the first tap, 11.5
    # km from the station
    pack = small_pack(settlements_at([(2.35, north, 400) for north in (12.0, 14.0, 16.0, 18.0)]))
    pack.layers["grid_lines"] = pack.layers["grid_lines"].assign(feeder_load_mw=14.0, feeder_loading_pct=50.0)  # type: ignore[union-attr]
    result = planned(pack)
    assert set(result.lines["remedy_vi"]) == {"lắp một máy điều chỉnh điện áp chung trên lộ, cách trạm 12 km"}
    assert result.lines["remedy_mvnd"].sum() == pytest.approx(1500 * AS_STATION, rel=1e-5)
    assert result.lines["remedy_mvnd"].tolist().count(0.0) == 3


@pytest.mark.slow
def test_the_plan_that_keeps_the_voltage_gives_up_what_only_own_supply_helps() -> None:
    # a weak feeder: 400 households on it are worth a regulator, 25 alone on another weak one are not
    pack = two_feeders(settlements_at([(2.35, 17.0, 400), (4.65, 17.0, 25)]))
    pack.layers["grid_lines"] = pack.layers["grid_lines"].assign(feeder_load_mw=14.0, conductor="AC-95")  # type: ignore[union-attr]
    result = planned(pack, scenarios=True)
    table = result.settlements.set_index("settlement_id")
    assert table["choice"].tolist() == ["grid", "grid"]
    remedies = result.tables["remedies"].set_index("to_name")
    assert remedies.loc["Cụm 0", "cheapest_alone"] == "regulator"
    assert remedies.loc["Cụm 1", "cheapest_alone"] == "offgrid"
    kept = result.tables["scenarios"].set_index("scenario").loc["voltage_kept"]
    assert kept["grid_settlements"] == 1
    expected = table.loc["C000", "plan_mvnd"] + 1500 * AS_STATION + table.loc["C001", "best_offgrid_mvnd"]
    assert kept["cost_mvnd"] == pytest.approx(expected, rel=1e-6)
    assert kept["lower_bound_mvnd"] <= result.plan["cost_mvnd"] * (1 + 1e-9)


@pytest.mark.slow
def test_a_full_feeder_does_not_bar_from_another() -> None:
    # the near line has nothing left, the other 1.1 km off has 2 MW: the settlement taps that one
    pack = two_feeders(settlements_at([(2.95, 16.0, 300)]))
    lines = pack.layers["grid_lines"].assign(feeder_load_mw=[1.0, 0.5], feeder_loading_pct=[100.0, 20.0])  # type: ignore[union-attr]
    pack.layers["grid_lines"] = lines
    result = planned(pack)
    (row,) = result.settlements.to_dict("records")
    (line,) = result.lines.to_dict("records")
    assert (row["choice"], row["feeder"]) == ("grid", "372")
    assert (line["tap_line_id"], line["length_km"]) == ("G2", pytest.approx(1.1))
    assert line["geometry"].length == pytest.approx(1100)
    assert result.plan["headroom_waiting_settlements"] == 0
    # 0.2 km more than without the limit, 0.2 · 887.85 · 1.140543, which the bound knows
    assert result.plan["cost_mvnd"] - result.plan["lower_bound_mvnd"] < 0.01 * 0.2 * 887.85 * AS_LINE
    assert result.plan["status"] == "gap"
    # where the other is full too the feeder is reinforced while that pays, and the settlement waits where it does not
    pack.layers["grid_lines"] = lines.assign(feeder_loading_pct=100.0)
    assert planned(pack).plan["headroom_reinforced"] == ["feeder E1 371"]
    waits = planned(pack, reinforce_feeder_mvnd=1e6, reinforce_substation_mvnd=1e6)
    assert waits.settlements["choice"].tolist() != ["grid"]
    assert waits.plan["headroom_waiting_settlements"] == 1
    assert waits.settlements["binding_limit"].str.startswith("headroom").tolist() == [True]
    assert waits.plan["gap"] <= 1e-3
    assert waits.plan["status"] == "gap"
