"""The whole water question on a small pack, and on packs where nothing can or need be done."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from shapely.geometry import Point

from infragap.analyses.water import columns
from infragap.analyses.water.parameters import WaterParameters
from infragap.analyses.water.plan import plan_water
from infragap.analyses.water.result import WaterResult
from infragap.analyses.water.study import prepare
from infragap.gis.errors import NoSolutionError, ParameterError
from infragap.gis.pack import read_pack
from tests.analyses.water.siting.independent import solve
from tests.pack_factory import write_pack

LEVELS = [
    f"people_{kind}" for kind in ("piped_to_standard", "own_source_to_standard", "piped", "basic", "none", "unknown")
]
QUICK = {"draws": 0, "frontier_points": 2}


def plan(folder: Path, *, parameters: dict[str, Any] | None = None, **changes: Any) -> WaterResult:
    return plan_water(read_pack(write_pack(folder, **changes)), WaterParameters(**(QUICK | (parameters or {}))))


def check(result: WaterResult) -> None:
    for frame, dictionary in (
        (result.villages, columns.VILLAGES),
        (result.works, columns.WORKS),
        (result.schemes, columns.SCHEMES),
        (result.pipes, columns.PIPES),
    ):
        assert list(frame.columns) == [*(column.name for column in dictionary), "geometry"]
        assert not np.isinf(frame.select_dtypes("number").to_numpy(float)).any()
    assert list(result.communes.columns) == [column.name for column in columns.COMMUNES]
    for name, frame in result.tables.items():
        assert list(frame.columns) == [column.name for column in columns.TABLES[name]]
    villages = result.villages
    assert villages[LEVELS].sum(axis=1).to_numpy() == pytest.approx(villages["population"].to_numpy())
    assert (villages["people_gained"] <= villages["people_without_standard"] + 1e-4).all()
    works = result.works
    assert works["people_gained"].sum() == pytest.approx(villages["people_gained"].sum())
    bills = result.tables["boq"].groupby("work_id")["cost_mvnd"].sum()
    assert bills.reindex(works["work_id"]).to_numpy() == pytest.approx(works["cost_mvnd"].to_numpy(), abs=1e-3)
    assert (works["withdrawal_l_s"] <= works["usable_flow_l_s"] + 1e-6).all()
    # every pipe carries water, fast enough or with a reason
    assert (result.pipes["flow_l_s"] > 0).all()
    assert ((result.pipes["velocity_m_s"] < 0.3 - 1e-6) == result.pipes["slow_because"].notna()).all()
    for network in result.networks:
        away, ground, grade = network.profile.T
        assert grade[0] == pytest.approx(network.level_m)
        assert (np.diff(away) >= 0).all()
        # water never rises; where it falls at one place it stands in a tank or valve
        assert (np.diff(grade) <= 1e-6).all()
        assert (np.diff(grade)[np.diff(away) == 0] <= 0).all()
        assert (grade >= ground - 0.1).all()
    # all numbers are numbers: JSON knows no NaN
    json.dumps([result.siting, result.summary], allow_nan=False, default=lambda value: value.item())


@pytest.mark.slow
def test_small_pack(tmp_path: Path) -> None:
    result = plan(tmp_path / "pack", parameters={"target_pct": 45.0, "works_max": 3, "draws": 5})
    check(result)
    siting = result.siting
    assert siting["works"] == len(result.works) > 0
    assert siting["least_cost"]["target_met"]
    assert siting["to_standard_after_pct"] >= 45.0 - 0.01
    assert siting["least_cost_unlimited"]["cost_mvnd"] <= siting["least_cost"]["cost_mvnd"] + 1e-3
    assert siting["uncertainty"]["draws"] == 5


@pytest.mark.slow
def test_the_exported_tables_say_all_that_the_choice_knew(tmp_path: Path) -> None:
    result = plan(tmp_path / "pack", parameters={"target_pct": 45.0, "works_max": 3, "gap": 1e-6})
    links = result.tables["candidate_links"]
    people, _, _ = solve(result.tables["candidates"], links, works_max=3)
    assert result.siting["most_people"]["people"] == pytest.approx(people, rel=1e-4)
    wanted = result.siting["target_people"]
    cost, _, works = solve(result.tables["candidates"], links, works_max=3, people_min=wanted)
    assert result.siting["least_cost"]["cost_mvnd"] == pytest.approx(cost, rel=1e-5)
    assert len(result.works) == works


@pytest.mark.slow
def test_shuffled_rows_change_nothing(tmp_path: Path) -> None:
    parameters = {"works_max": 3, "target_pct": 45.0, "draws": 4}
    straight = plan(tmp_path / "a", parameters=parameters)

    def turned(frame: Any) -> Any:
        return frame.iloc[::-1].reset_index(drop=True)

    other = plan(
        tmp_path / "b",
        parameters=parameters,
        villages=turned,
        water_schemes=turned,
        water_households=turned,
        communes=turned,
        settlements=turned,
    )
    for name in ("works", "pipes"):
        one, two = (pd.DataFrame(getattr(result, name)).drop(columns="geometry") for result in (straight, other))
        pd.testing.assert_frame_equal(one, two)
    for name, key in (("villages", "village_id"), ("schemes", "scheme_id"), ("communes", "commune_code")):
        one, two = (
            pd.DataFrame(getattr(result, name)).drop(columns="geometry", errors="ignore").sort_values(key,
            ignore_index=True)
            for result in (straight, other)
        )  # fmt: skip
        pd.testing.assert_frame_equal(one, two)
    for name, frame in straight.tables.items():
        keys = [
            k
            for k in ("candidate_id", "village_id", "work_id", "item", "detail", "question", "people", "year")
            if k in frame
        ]
        pd.testing.assert_frame_equal(
            frame.sort_values(keys, ignore_index=True), other.tables[name].sort_values(keys, ignore_index=True)
        )
    assert straight.siting == other.siting


@pytest.mark.slow
def test_forced_forbidden_and_listed(tmp_path: Path) -> None:
    free = plan(tmp_path / "a", parameters={"works_max": 2})
    site = free.works["site"].iloc[0]
    without = plan(tmp_path / "b", parameters={"works_max": 2, "forbidden": (site,)})
    assert site not in set(without.works["site"])
    other = next(s for s in without.tables["candidates"]["site"] if s not in set(free.works["site"]) and s != site)
    assert other in set(plan(tmp_path / "c", parameters={"works_max": 2, "forced": (other,)}).works["site"])
    with pytest.raises(NoSolutionError, match="as a number of the list"):
        plan(tmp_path / "h", parameters={"listed_min": 50})
    listed = plan(tmp_path / "d", parameters={"only_listed": True})
    assert listed.works["listed"].all()
    # a site that is not on the list, forced, says nothing of what the list alone can do
    of_the_list = {"water_schemes": lambda f: f.assign(in_plan_2026_2030=True)}
    # beyond what is there today, so that something must be built
    far = {"works_max": 2, "target_pct": 90.0}
    on_list = plan(tmp_path / "k", parameters=far, **of_the_list)
    candidates = on_list.tables["candidates"]
    unlisted = candidates.loc[~candidates["listed"], "site"].iloc[0]
    forced = plan(tmp_path / "l", parameters={**far, "forced": (unlisted,)}, **of_the_list)
    assert unlisted in set(forced.works["site"])
    assert on_list.siting["listed_only"]["people"] > 0
    assert forced.siting["listed_only"]["people"] == pytest.approx(on_list.siting["listed_only"]["people"], rel=0.01)
    with pytest.raises(ParameterError, match="not on the list"):
        plan(tmp_path / "m", parameters={"only_listed": True, "forced": (unlisted,)})
    with pytest.raises(ParameterError, match="no work can be built at NOWHERE"):
        plan(tmp_path / "e", parameters={"forced": ("NOWHERE",)})


def test_a_reviewers_word_is_one_of_three_on_a_scheme_that_is_there(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="W0001=foo: choose from new, upgrade, repair"):
        WaterParameters(typed_as={"W0001": "foo"})
    with pytest.raises(ParameterError, match="there is no scheme W-9"):
        prepare(read_pack(write_pack(tmp_path / "p")), WaterParameters(typed_as={"W-9": "new"}))


@pytest.mark.slow
def test_what_must_be_built_serves_somebody(tmp_path: Path) -> None:
    """Also where the target is met without it: no work is built in name alone."""
    other = plan(tmp_path / "a", parameters={"works_max": 2}).tables["candidates"]["site"].iloc[0]
    met = plan(tmp_path / "f", parameters={"forced": (other,), "target_pct": 1.0})
    assert met.works["site"].tolist() == [other]
    assert (met.works["households_gained"] > 5).all()
    of_the_list = {"water_schemes": lambda f: f.assign(in_plan_2026_2030=True)}
    assert not plan(tmp_path / "g", parameters={"target_pct": 30.0}, **of_the_list).works["listed"].any()
    some = plan(tmp_path / "i", parameters={"listed_min": 1, "target_pct": 30.0}, **of_the_list)
    assert some.works["listed"].sum() == 1


@pytest.mark.slow
def test_years_keep_the_budgets(tmp_path: Path) -> None:
    result = plan(tmp_path / "a", parameters={"works_max": 3, "budgets_mvnd": (800.0, 0.0, 800.0, 0.0, 0.0)})
    years = result.tables["years"].set_index("year")
    assert (years["spent_mvnd"] <= years["budget_mvnd"] + 1e-6).all()
    built = result.works[result.works["year"].notna()]
    assert built.groupby("year")["cost_mvnd"].sum().to_dict() == pytest.approx(
        years.loc[years["spent_mvnd"] > 0, "spent_mvnd"].to_dict()
    )
    assert (years["people_expected_so_far"] <= years["people_gained_so_far"] + 1e-9).all()


@pytest.mark.slow
def test_a_target_is_met_by_what_the_years_pay_for(tmp_path: Path) -> None:
    """Works enough for the target, and money for some of them: the record says what the table of years says, for every
    question."""
    target = {"works_max": 3, "target_pct": 45.0}
    rich = plan(tmp_path / "a", parameters=target).siting
    assert rich["target_met"]
    dearest = rich["least_cost"]["cost_mvnd"]
    result = plan(tmp_path / "b", parameters=target | {"budgets_mvnd": (0.6 * dearest, 0.0, 0.0, 0.0, 0.0)})
    siting, years = result.siting, result.tables["years"]
    assert siting["least_cost"]["cost_mvnd"] == rich["least_cost"]["cost_mvnd"]
    assert siting["target_met_when_all_built"]
    assert not siting["target_met"]
    assert siting["works_beyond_budgets"] == result.works["year"].isna().sum() > 0
    assert siting["people_by_last_year"] == pytest.approx(years["people_gained_so_far"].iloc[-1], abs=0.1)
    assert siting["to_standard_last_year_pct"] == pytest.approx(years["to_standard_pct"].iloc[-1], abs=0.01)
    for question in ("least_cost", "least_cost_unlimited", "most_people", "listed_only"):
        assert not siting[question]["target_met"]
        assert siting[question]["people_by_last_year"] <= siting[question]["people"] + 1e-3
    assert siting["least_cost"]["people_by_last_year"] == pytest.approx(siting["people_by_last_year"], abs=0.1)
    # without a target nothing is met or missed
    assert plan(tmp_path / "c").siting["target_met"] is None


@pytest.mark.slow
def test_a_province_without_any_scheme_is_planned(tmp_path: Path) -> None:
    """Everybody is off standard but for own sources; all works are new ones at streams; the list has no row."""
    result = plan(
        tmp_path / "a", parameters={"works_max": 3, "target_pct": 45.0, "draws": 3}, water_schemes=lambda f: f.iloc[:0]
    )
    check(result)
    assert len(result.schemes) == result.summary["schemes"] == 0
    assert result.summary["to_standard_from_schemes_pct"] == result.villages["people_piped"].sum() == 0
    assert set(result.works["kind"]) <= {"new", "merge", "pumped"}
    assert result.siting["target_met"]
    listed = result.siting["listed_only"]
    assert listed["works"] == listed["people"] == listed["bound"] == 0
    dry = plan(
        tmp_path / "b",
        water_schemes=lambda f: f.iloc[:0],
        runoff=lambda r: r.with_values(r.values * 0 + 1e-3),
        parameters={"target_pct": 45.0},
    )
    check(dry)
    assert dry.siting["works"] == dry.siting["most_people"]["bound"] == 0
    assert dry.siting["target_met"] is False


@pytest.mark.slow
def test_unknown_is_a_value(tmp_path: Path) -> None:
    result = plan(tmp_path / "a", water_schemes=lambda f: f.assign(functionality="unknown", meets_standard=False))
    check(result)
    assert result.villages["people_unknown"].sum() > 0
    assert result.villages["people_piped_to_standard"].sum() == 0
    assert (result.schemes["quality"] == "unknown").all()


@pytest.mark.slow
def test_a_planned_scheme_serves_nobody_and_may_be_built(tmp_path: Path) -> None:
    result = plan(
        tmp_path / "a",
        water_schemes=lambda f: f.assign(
            status=["existing", "planned", "existing"],
            planned_work=[None, "new", None],
            source_elevation_m=[1500.0, 1860.0, 1500.0],
            geometry=[f.geometry.iloc[0], Point(447_000, 2_425_400), f.geometry.iloc[2]],
        ),
    )
    check(result)
    scheme = result.schemes.set_index("scheme_id").loc["W0002"]
    assert scheme["households_served"] == 0
    found = result.tables["candidates"].set_index("site")
    assert found.loc[["W0002"], "listed"].all()


NOTHING: dict[str, tuple[dict[str, Any], dict[str, Callable[[Any], Any]]]] = {
    "only wards": ({}, {"communes": lambda f: f.assign(kind="phường")}),
    "no households": ({}, {"villages": lambda f: f.assign(households=0)}),
    "no people": ({}, {"villages": lambda f: f.assign(population=0)}),
    "nobody": ({}, {"villages": lambda f: f.assign(population=0, households=0)}),
    "all water lost": ({"loss_pct": 100.0}, {}),
    "no work allowed": ({"works_max": 0}, {}),
    "no money": ({"budget_mvnd": 0.0}, {}),
    "no stream, no scheme": (
        {},
        {
            "runoff": lambda r: r.with_values(r.values * 0 + 1e-3),
            "water_schemes": lambda f: f.assign(capacity_m3_day=0.01),
        },
    ),
}


FAST = ("only wards", "no money", "no stream, no scheme")
"""The others are as quick each, but the fast tests are many."""


@pytest.mark.parametrize(
    "case", [case if case in FAST else pytest.param(case, marks=pytest.mark.slow) for case in NOTHING]
)
def test_where_nothing_can_be_built_the_siting_is_empty(tmp_path: Path, case: str) -> None:
    parameters, changes = NOTHING[case]
    result = plan(tmp_path / "pack", parameters=parameters, **changes)
    check(result)
    siting = result.siting
    assert len(result.works) == siting["works"] == 0
    assert siting["most_people"]["status"] == "optimal"
    assert siting["people_gained"] == siting["most_people"]["bound"] == siting["cost_mvnd"] == 0
    assert siting["to_standard_after_pct"] == siting["to_standard_now_pct"]
    assert len(result.villages) == 12
    assert len(result.communes) == 4


@pytest.mark.slow
def test_rates_of_nobody(tmp_path: Path) -> None:
    result = plan(tmp_path / "pack", communes=lambda f: f.assign(kind="phường"))
    assert result.summary["rural_people"] == 0
    assert result.summary["to_standard_pct"] == result.summary["basic_pct"] == 0


@pytest.mark.slow
def test_every_scheme_says_what_became_of_it(tmp_path: Path) -> None:
    result = plan(tmp_path / "a", parameters={"works_max": 2})
    schemes, candidates = result.schemes, result.tables["candidates"]
    able = schemes["scheme_id"].isin(candidates["scheme_id"])
    assert able.tolist() == schemes["work_outcome"].isin(["in_plan", "possible"]).tolist()
    built = schemes[schemes["work_outcome"] == "in_plan"].set_index("scheme_id")["work_id"].to_dict()
    works = result.works.dropna(subset="scheme_id")
    assert built == works.set_index("scheme_id")["work_id"].to_dict()
    listed = result.siting["listed"]
    assert listed["rows"] == schemes["in_plan_2026_2030"].sum() == 1
    assert sum(listed[code] for code in ("in_plan", "possible", "no_need", "no_water", "no_line")) == 1


@pytest.mark.slow
def test_reasons_do_not_contradict_themselves(tmp_path: Path) -> None:
    communes = plan(tmp_path / "pack").communes
    ward = communes[~communes["is_rural"]].iloc[0]
    assert ward["people_without_standard"] == 0
    assert ward["to_standard_pct"] < 100
    assert ward["reason_vi"].startswith("Phường: người dân đô thị không tính vào tỷ lệ nước sạch nông thôn")
    assert "chưa có nước sạch" not in ward["reason_vi"]
    rural = communes[communes["is_rural"]]
    assert rural["reason_vi"].str.contains("người chưa có nước sạch đạt quy chuẩn").all()
    served = plan(
        tmp_path / "served",
        water_households=lambda f: f.assign(own_source_to_standard_pct=100.0),
        water_schemes=lambda f: f.assign(meets_standard=True),
    ).communes
    assert (served.loc[served["is_rural"], "reason_vi"] == "Mọi người dân đã có nước sạch đạt quy chuẩn.").all()
