"""Lines that stand but were never switched on: by hand, against plans without them, and where they must not be used."""

import numpy as np
import pandas as pd
import pytest
import shapely

from infragap.analyses.electricity.codes import Works
from infragap.analyses.electricity.demand.life_cycle import line_factor
from infragap.analyses.electricity.least_cost.plan import Plan, least_cost
from infragap.analyses.electricity.least_cost.study import prepare
from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.analyses.electricity.plan import plan_electricity
from infragap.analyses.electricity.routing.line_components import standing_km
from infragap.analyses.electricity.tables.grounds import works_of
from infragap.maps.summary.electricity import electricity_part
from infragap.wording.catalogue import words
from tests.analyses.electricity.small_pack import SOUTH, WEST, SmallPack, grid, settlements_at, small_pack

EASY = {"no_road_km": 1000.0}
EAST = [(2.05, 10.05), (8.05, 10.05)]
HAMLET = (8.05, 12.05, 60)
NEW = 1200 * 0.75 + 2 * (195 - 276) / 1000 * 75
"""A kilometre of two wires of AC-50, which a hamlet's load takes."""
TAP = ElectricityParameters().works.cut_out_mvnd


def with_line(pack: SmallPack, points: list[tuple[float, float]], **columns: object) -> SmallPack:
    """Pack with a further line, never switched on unless said, through points in km from the south-west corner."""
    lines = pack.layers["grid_lines"]
    course = shapely.LineString([(WEST + 1000 * x, SOUTH + 1000 * y) for x, y in points])
    new = {"line_id": "D1", "status": "not_energised", "length_km": course.length / 1000, "feeder_load_mw": np.nan}
    row = lines.iloc[[0]].assign(**(new | {"feeder_loading_pct": np.nan} | columns)).set_geometry([course])
    pack.layers["grid_lines"] = pd.concat([lines, row], ignore_index=True)
    return pack


def planned(pack: SmallPack, **changes: object) -> Plan:
    p = ElectricityParameters(**(EASY | {"all_on_grid": True, "junction_rounds": 1} | changes))  # type: ignore[arg-type]
    return least_cost(prepare(pack, p), p)  # type: ignore[arg-type]


@pytest.mark.slow
def test_a_hamlet_taps_the_standing_line_and_pays_for_switching_it_on() -> None:
    plan = planned(with_line(small_pack(settlements_at([HAMLET])), EAST))
    (built,) = plan.outcome.branch_investment_mvnd.tolist()
    # 6 km switched on at 60, 2 km new and a cut-out; alone it is 6 km new
    assert built == pytest.approx(6 * 60 + 2 * NEW + TAP, rel=0.02)
    assert planned(small_pack(settlements_at([HAMLET]))).outcome.branch_investment_mvnd == pytest.approx(
        6 * NEW + TAP, rel=0.01
    )
    assert plan.branches.length_km == pytest.approx([8.0], rel=0.02)
    # upkeep: 2 % a year of a new line on all 8 km, 8.5136 years' worth
    life_cycle = built * line_factor(plan.parameters) + 0.02 * 8.5136 * NEW * standing_km(plan.branches.components)[0]
    assert plan.outcome.branch_mvnd[0] == pytest.approx(life_cycle, rel=1e-4)
    assert plan.study.surface.standing_rows(plan.branches.cells[0]).tolist() == [1]


@pytest.mark.slow
def test_it_is_switched_on_once_and_its_price_is_shared() -> None:
    both = planned(with_line(small_pack(settlements_at([HAMLET, (8.05, 8.05, 60)])), EAST))
    total = float(both.outcome.branch_investment_mvnd.sum())
    assert total == pytest.approx(6 * 60 + 2 * 2 * NEW + TAP, rel=0.02)
    share = both.outcome.share_mvnd
    assert share.sum() == pytest.approx(both.outcome.branch_mvnd.sum())
    assert share[0] == pytest.approx(share[1], rel=0.02)
    alone = planned(with_line(small_pack(settlements_at([HAMLET])), EAST)).outcome.branch_mvnd[0]
    assert (share < alone).all()


@pytest.mark.slow
def test_a_gap_to_the_energised_grid_is_a_new_line() -> None:
    plan = planned(with_line(small_pack(settlements_at([HAMLET])), [(3.05, 10.05), (8.05, 10.05)]))
    assert plan.outcome.branch_investment_mvnd.sum() == pytest.approx(5 * 60 + 3 * NEW + TAP, rel=0.02)


@pytest.mark.slow
def test_works_are_switching_on_where_most_of_the_line_stands() -> None:
    # of 8 km 5 stand, then 2
    for first_km, works in ((7.05, Works.ENERGISE), (4.05, Works.NEW_STATION)):
        plan = planned(with_line(small_pack(settlements_at([HAMLET])), [(2.05, 10.05), (first_km, 10.05)]))
        assert standing_km(plan.branches.components).sum() == pytest.approx(first_km - 2.05, abs=0.15)
        assert works_of(plan) == [works]


@pytest.mark.slow
def test_a_line_that_crosses_it_gets_nothing_from_it() -> None:
    place = settlements_at([(8.05, 10.05, 60)])
    crossed = planned(with_line(small_pack(place), [(5.05, 6.05), (5.05, 14.05)]))
    assert crossed.outcome.branch_investment_mvnd.sum() == pytest.approx(
        planned(small_pack(place)).outcome.branch_investment_mvnd.sum()
    )


@pytest.mark.slow
@pytest.mark.parametrize("status", ["planned", "not_energised"])
def test_of_another_voltage_too_dear_or_planned_it_is_not_used(status: str) -> None:
    place = settlements_at([HAMLET])
    usual = planned(small_pack(place)).choice.cost_mvnd
    if status == "planned":
        assert planned(with_line(small_pack(place), EAST, status=status)).choice.cost_mvnd == pytest.approx(usual)
        return
    other = planned(with_line(small_pack(place), EAST, voltage_kv=22.0))
    assert other.choice.cost_mvnd == pytest.approx(usual)
    dear = planned(with_line(small_pack(place), EAST), energise_line_mvnd_per_km=1300.0)
    assert dear.choice.cost_mvnd == pytest.approx(usual)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_it_never_makes_the_plan_dearer(seed: int) -> None:
    rng = np.random.default_rng(seed)
    places = [(float(x), float(y), int(h)) for x, y, h in rng.uniform((3, 3, 10), (17, 17, 200), (9, 3))]
    hills = 500 + 150 * np.sin(np.add.outer(np.arange(200), 1.3 * np.arange(200)) / 9)
    land = {"elevation": grid(hills.astype(np.float32))}
    course = [(float(x), float(y)) for x, y in rng.uniform(2, 17, (3, 2))]
    p = ElectricityParameters(**EASY, junction_rounds=1)  # type: ignore[arg-type]
    packs = small_pack(settlements_at(places), **land), with_line(small_pack(settlements_at(places), **land), course)
    studies = [prepare(pack, p) for pack in packs]  # type: ignore[arg-type]
    for everybody in (True, False):
        changed = p.model_copy(update={"all_on_grid": everybody})
        without, with_it = (least_cost(study, changed) for study in studies)
        assert with_it.choice.cost_mvnd <= without.choice.cost_mvnd * (1 + 1e-6)
        assert with_it.choice.lower_bound_mvnd <= with_it.choice.cost_mvnd * (1 + 1e-9)
        assert with_it.choice.gap <= 1e-3


@pytest.mark.slow
def test_tables_reason_and_summary_tell_it() -> None:
    p = ElectricityParameters(draws=0, scenarios=False, no_road_km=1000.0, forced_grid=("C000",), junction_rounds=1)
    result = plan_electricity(with_line(small_pack(settlements_at([HAMLET])), EAST), p)  # type: ignore[arg-type]
    (line,) = result.lines.to_dict("records")
    assert line["not_energised_lines"] == "D1"
    assert line["not_energised_km"] == pytest.approx(6.0, abs=0.15)
    assert line["length_km"] == pytest.approx(8.0, abs=0.15)
    assert line["tap_line_id"] == "G1"
    assert line["investment_mvnd"] == pytest.approx(6 * 60 + 2 * NEW + TAP, rel=0.02)
    (row,) = result.settlements.to_dict("records")
    # 6 of 8 km stand
    assert row["works"] == "energise"
    assert not row["ruled_out"].startswith("new_station")
    assert result.grid_extension["works"].tolist() == ["energise"]
    assert result.grid_extension["stations"].tolist() == [1]
    assert "5.9 km of its way is a line that stands and was never switched on" in row["reason_en"]
    assert "5,9 km trên tuyến là đường dây đã xây nhưng chưa đóng điện" in row["reason_vi"]
    assert row["grid_share_investment_mvnd"] == pytest.approx(line["investment_mvnd"])
    assert result.summary["not_energised_km"] == pytest.approx(line["not_energised_km"])
    told = {language: "\n".join(electricity_part(words(language), result, {})) for language in ("en", "vi")}
    assert "5.9 km of the planned lines stand already and only have to be switched on: D1." in told["en"]
    assert "chỉ cần đóng điện: D1." in told["vi"]
