"""A feeder is reinforced with the first settlement that it has no room for, and the years carry the money."""

import numpy as np
import pandas as pd
import pytest

from infragap.analyses.electricity.years.building_order import BuildingWorks
from infragap.analyses.electricity.years.reinforcement import OrderedWorks, Reinforcement
from tests.analyses.electricity.headroom.test_search import two_feeders
from tests.analyses.electricity.small_pack import Easy, plan

SETTLEMENTS = np.array([1, 2, 3])
"""Work 0 is the line that settlement 0 (work 1) hangs on."""


def ordered(*reinforcements: Reinforcement, earliest: int = 0) -> OrderedWorks:
    """A line of 5 with settlements of 10, 10 and 10, built one after the other."""
    works = BuildingWorks(
        cost_mvnd=np.array([5.0, 10.0, 10.0, 10.0]),
        benefit=np.array([0.0, 3.0, 2.0, 1.0]),
        needs=np.array([-1, 0, -1, -1]),
        earliest=np.array([earliest, 0, 0, 0]),
        stage=np.zeros(4, dtype=np.int64),
    )
    return OrderedWorks.of(works, np.array([0, 1, 2, 3]), SETTLEMENTS, reinforcements)


def test_it_stands_before_the_first_that_finds_no_room() -> None:
    # 40 kW find room, the next 30 do not
    feeder = Reinforcement("feeder", 20.0, 50.0, np.array([40.0, 30.0, 0.0]))
    station = Reinforcement("station", 7.0, 70.0, np.array([40.0, 30.0, 1.0]))
    found = ordered(feeder, station)
    assert found.order.tolist() == [0, 1, 4, 2, 5, 3]
    # 15 in the first year; 30 for the feeder and the second settlement in the second; 17 for the station and the third
    assert found.years(np.array([15.0, 30.0, 17.0])).tolist() == [0, 0, 1, 2, 1, 2]
    assert found.years(np.array([15.0, 20.0, 10.0])).tolist() == [0, 0, 2, -1, 2, -1]
    # money that ends with the feeder alone: it would serve nobody
    assert found.years(np.array([15.0, 20.0])).tolist() == [0, 0, -1, -1, -1, -1]


def test_it_waits_with_a_line_that_waits_for_its_permit() -> None:
    feeder = Reinforcement("feeder", 20.0, 50.0, np.array([40.0, 30.0, 0.0]))
    # the settlement that takes most of the room comes two years later than its money: only then is the load too much
    assert ordered(feeder, earliest=2).years(np.array([100.0, 0.0, 0.0])).tolist() == [2, 2, 0, 0, 2]


def test_years_never_load_a_feeder_beyond_its_room_before_it_is_reinforced() -> None:
    rng = np.random.default_rng(5)
    for _ in range(200):
        n = 8
        load = rng.integers(0, 50, (3, n)).astype(float)
        found = OrderedWorks.of(
            BuildingWorks(rng.uniform(1, 9, n), np.ones(n), np.full(n, -1), rng.integers(0, 3, n), np.zeros(n, int)),
            rng.permutation(n),
            np.arange(n),
            tuple(
                Reinforcement(str(k), float(rng.uniform(1, 9)), float(0.5 * load[k].sum()), load[k]) for k in range(3)
            ),
        )
        money = rng.uniform(0, 20, 4)
        year = found.years(money)
        spent = [found.works.cost_mvnd[(year >= 0) & (year <= t)].sum() for t in range(4)]
        assert (np.array(spent) <= np.cumsum(money) + 1e-6).all()
        for k in range(3):
            by_year = [load[k][(year[:n] >= 0) & (year[:n] <= t)].sum() for t in range(4)]
            beyond = [t for t in range(4) if by_year[t] > 0.5 * load[k].sum() + 1e-6]
            assert year[n + k] == (beyond[0] if beyond else -1)


@pytest.mark.slow
def test_years_programme_and_headroom_hold_the_same_money(easy: Easy) -> None:
    pack = two_feeders(1, 9, (60.0, 40.0))
    prices = {"reinforce_feeder_mvnd": 300.0, "reinforce_substation_mvnd": 300.0, "targets_bind": False}
    result = plan(pack, easy, **prices)
    headroom, years, s = result.tables["headroom"], result.years, result.settlements
    assert result.plan["headroom_reinforced"]
    parts = result.plan["parts_investment_mvnd"]
    assert parts["reinforcement"] == 300.0 * len(result.plan["headroom_reinforced"])
    assert headroom["reinforcement_mvnd"].sum() == years["reinforcement_mvnd"].sum() == parts["reinforcement"]
    assert years["spent_mvnd"].sum() == pytest.approx(result.plan["investment_mvnd"])
    assert years["needed_mvnd"].sum() == pytest.approx(result.plan["investment_mvnd"])
    # the row explains itself, and the load is that of the settlements that name the feeder
    assert not headroom["exceeded"].any()
    for row in headroom.to_dict("records"):
        mine = s["fed_by_substation"] == row["substation"]
        mine &= (s["feeder"] == row["feeder"]) | (row["limit"] == "substation")
        assert row["added_load_kw"] == pytest.approx(s.loc[mine, "added_load_kw"].sum())
        assert row["settlements"] == mine.sum()
        assert row["added_load_kw"] <= row["headroom_kw"] + row["reinforced_kw"] + 1e-6
        if pd.notna(row["year"]):
            before = s.loc[mine & (s["year"] < row["year"]), "added_load_kw"].sum()
            assert before <= row["headroom_kw"] + 1e-6
            assert s.loc[mine & (s["year"] <= row["year"]), "added_load_kw"].sum() > row["headroom_kw"]
    feeders = result.tables["feeders"].set_index("feeder")["added_load_kw"]
    by_name = s[s["added_load_kw"] > 0].groupby("feeder")["added_load_kw"].sum()
    assert by_name.to_dict() == pytest.approx(feeders[feeders > 0].to_dict())
    assert (s["fed_by_line_id"] != "").equals(s["choice"] == "grid")


@pytest.mark.slow
def test_the_money_that_a_target_lacks_holds_the_reinforcement(easy: Easy) -> None:
    pack = two_feeders(1, 9, (60.0, 40.0))
    pack.catalog.targets["safe_supply_2030_pct"] = 100.0
    prices = {"reinforce_feeder_mvnd": 300.0, "targets_bind": False, "budgets_mvnd": (1.0,) * 5}
    result = plan(pack, easy, **prices)
    (safe,) = [row for row in result.targets if row["target"] == "safe_supply"]
    assert result.tables["headroom"]["reinforcement_mvnd"].sum() > 0
    assert result.years["reinforcement_mvnd"].tolist()[-1] > 0
    # everybody: nothing to choose, so all of the plan less the five millions granted
    assert safe["repair_mvnd"] == pytest.approx(result.plan["investment_mvnd"] - 5.0)
