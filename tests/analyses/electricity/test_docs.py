"""The numbers that docs/electricity.md quotes are those of a run on the embedded pack."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from infragap.analyses.electricity.least_cost.plan import Plan, least_cost
from infragap.analyses.electricity.least_cost.study import prepare
from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.analyses.electricity.years.schedule import make_schedule
from infragap.analyses.electricity.years.target_reach import reach_of_targets
from infragap.gis.pack import read_pack
from tests.written import Written

pytestmark = pytest.mark.slow

PAGE = Path(__file__).parents[3] / "docs" / "electricity.md"
SETTLEMENTS = ("V08", "V15", "V10")


@pytest.fixture(scope="module")
def result(reference_electricity: Path) -> Written:
    return Written(reference_electricity, "electricity")


def quoted(mark: str) -> dict[str, list[str]]:
    """First cell → other cells of the table below a mark of the page; the heading under 'columns'."""
    _, _, below = PAGE.read_text(encoding="utf-8").partition(f"<!-- {mark}")
    table = below.partition("| ")[2].partition("\n\n")[0].splitlines()
    rows = [[cell.strip() for cell in line.strip("| \n").split("|")] for line in table]
    return {"columns": rows[0][1:]} | {row[0].strip("`"): row[1:] for row in rows[2:]}


def assert_equal(quoted_cell: str, value: Any, where: object) -> None:
    """A number is right to the last digit that the page gives."""
    if quoted_cell == "–":
        assert pd.isna(value), where
    elif isinstance(value, str):
        assert value == quoted_cell, where
    else:
        half = 0.5 * 10 ** -len(quoted_cell.partition(".")[2])
        assert float(value) == pytest.approx(float(quoted_cell.replace(",", "")), abs=half * 1.001), where


def hold(table: Mapping[str, list[str]], frame: pd.DataFrame) -> None:
    names = table["columns"]
    assert len(table) > 3
    for row, cells in table.items():
        if row != "columns":
            for name, cell in zip(names, cells, strict=True):
                assert_equal(cell, frame.loc[row, name], (row, name))


def test_quoted_settlements_are_those_of_the_run(result: Written) -> None:
    ranking = result.table("ranking").set_index("settlement_id")
    table = quoted("checked by ")
    assert len(table) > 20
    for column, cells in table.items():
        if column != "columns":
            for key, cell in zip(SETTLEMENTS, cells, strict=True):
                assert_equal(cell, ranking.loc[key, column], (key, column))


def test_quoted_targets_and_scenarios_are_those_of_the_run(result: Written) -> None:
    hold(quoted("targets: "), result.table("targets").set_index("target"))
    hold(quoted("scenarios: "), result.table("scenarios").set_index("scenario"))


def budget_table(plan: Plan) -> pd.DataFrame:
    """What the page tells about four budgets: the plan needs no limit of headroom here."""
    rows, years = {}, plan.parameters.years
    villages = plan.study.settlements.is_village
    for name, bn in {
        "300 in each year": (300,) * 5,
        "200 in each year": (200,) * 5,
        "40 in each year": (40,) * 5,
        "100 in 2030 alone": (0, 0, 0, 0, 100),
    }.items():
        budgets = tuple(1000.0 * each for each in bn)
        given = replace(plan, parameters=plan.parameters.model_copy(update={"budgets_mvnd": budgets}))
        schedule = make_schedule(given)
        reached = {each.target.value: each for each in reach_of_targets(given, schedule)}
        rows[name] = {key: each.reached for key, each in reached.items()} | {
            "last_village": years[int(schedule.settlement_year[villages].max())],
            "repair_villages_bn": reached["villages_on_grid"].repair_mvnd / 1000,
            "repair_households_bn": reached["households_on_grid"].repair_mvnd / 1000,
            "repair_safe_bn": reached["safe_supply"].repair_mvnd / 1000,
        }
    return pd.DataFrame(rows).T


def test_quoted_budgets_are_those_of_the_plan(data_folder: Path) -> None:
    p = ElectricityParameters()
    plan = least_cost(prepare(read_pack(data_folder), p), p)
    hold(quoted("budgets: "), budget_table(plan))
    # the money that repairs safe supply is what the whole plan needs beyond what is granted
    missing = budget_table(plan)["repair_safe_bn"].to_numpy(dtype=float)
    whole_bn = plan.outcome.investment_mvnd.sum() / 1000
    assert missing == pytest.approx([0, whole_bn - 1000, whole_bn - 200, whole_bn - 100], abs=0.1)


def test_the_page_tells_what_the_run_proves(result: Written) -> None:
    page = PAGE.read_text(encoding="utf-8")
    record, summary = result.record["plan"], result.record["summary"]
    settlements, lines = result.table("ranking"), result.table("lines")
    assert f"`lower_bound_mvnd` ({record['lower_bound_mvnd']:,.0f} against a cost of {record['cost_mvnd']:,.0f}" in page
    assert record["gap"] <= 1e-3
    assert summary["forest_outside_km"] == 0
    assert f"Of {summary['line_km']:.1f} km, {lines['forest_road_km'].sum():.1f} lie in road strips" in page
    unsafe = settlements[settlements["supply"] == "unsafe"]
    works = unsafe["works"].value_counts()
    assert f"{works['new_station']} of {len(unsafe)} such clusters" in page
    assert f"{works['lv_extension']} get a line from a station that stands, {works['lv_upgrade']} a larger" in page
    located = (settlements["decision_class"] == "locate").sum()
    assert f"{located} of {len(settlements)} rows are `locate`" in page
    wrong = summary["branches_beyond_voltage_limit"]
    added, beyond = lines["added_drop_pct"].max(), (lines["voltage_drop_pct"] > 7).sum()
    assert f"{wrong} of {len(lines)} line sections fail: none adds more than {added:.2f} %" in page
    assert f"Yet {beyond} of them lie more than 7 % below the busbar" in page
    feeders = result.table("feeders")
    weak = (feeders["drop_today_pct"] > 7).sum(), (feeders["drop_after_pct"] > 7).sum()
    assert f"{weak[0]} feeders are beyond 7 % today" in page
    assert f"{weak[1]} with the plan" in page
    assert f"Setting them right costs {feeders['remedy_mvnd'].sum() / 1000:.1f} bn" in page
    cost = result.table("scenarios").set_index("scenario")["cost_mvnd"]
    assert f"costs **{cost['three_phase_only'] - cost['scheme']:,.0f} more, 17 %**" in page
