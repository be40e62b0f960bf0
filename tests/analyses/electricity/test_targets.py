"""What targets, money and shares promise, on whole plans of small made-up provinces."""

import itertools
from dataclasses import replace
from types import SimpleNamespace

import geopandas as gpd
import numpy as np
import pytest
from scipy.optimize import linprog

from infragap.analyses.electricity.feeders.remedies import find_remedies
from infragap.analyses.electricity.feeders.voltage import check_voltage
from infragap.analyses.electricity.headroom.search import within_headroom
from infragap.analyses.electricity.least_cost.line_cost import line_life_cycle
from infragap.analyses.electricity.least_cost.outcome import most_to_pay
from infragap.analyses.electricity.least_cost.plan import Plan, least_cost
from infragap.analyses.electricity.least_cost.study import prepare
from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.analyses.electricity.uncertainty.scenarios import compare_scenarios
from infragap.analyses.electricity.years.least_money import with_needed
from infragap.analyses.electricity.years.schedule import make_schedule
from infragap.analyses.electricity.years.target_reach import reach_of_targets
from tests.analyses.electricity.small_pack import Easy, SmallPack, settlements_at, small_pack

pytestmark = pytest.mark.slow

WANTED = {
    "villages_on_grid_2030_pct": 100.0,
    "household_electrification_2030_pct": 99.0,
    "safe_supply_2030_pct": 100.0,
}


def province(seed: int, count: int = 14) -> SmallPack:
    """Some villages and clusters, near and far, a few with unsafe wires; 6,000 households in all."""
    rng = np.random.default_rng(seed)
    places = [(float(rng.uniform(2.3, 11)), float(rng.uniform(2, 18)), int(rng.integers(8, 60))) for _ in range(count)]
    kind = np.where(rng.random(count) < 0.3, "village", "cluster")
    supply = np.where((kind == "cluster") & (rng.random(count) < 0.2), "unsafe", "none")
    layer: gpd.GeoDataFrame = settlements_at(places, kind=kind, supply=supply)
    pack = small_pack(layer)
    pack.catalog = SimpleNamespace(layer=[], targets=WANTED)
    return pack


def planned(pack: SmallPack, easy: Easy, **change: object) -> Plan:
    p = ElectricityParameters(**(easy | change))  # type: ignore[arg-type]
    return within_headroom(least_cost(prepare(pack, p), p))  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", range(3))
def test_dropping_a_target_is_never_dearer(easy: Easy, seed: int) -> None:
    pack = province(seed)
    cost = {
        name: planned(pack, easy, **change).choice.cost_mvnd
        for name, change in {
            "all": {},
            "no villages": {"target_villages_on_grid_pct": 0.0},
            "no households": {"target_households_on_grid_pct": 0.0},
            "none": {"targets_bind": False},
        }.items()
    }
    slack = 1 + 1e-6
    assert cost["none"] <= min(cost["no villages"], cost["no households"]) * slack
    assert max(cost["no villages"], cost["no households"]) <= cost["all"] * slack


@pytest.mark.parametrize("seed", range(3))
def test_tightening_a_target_is_never_cheaper(easy: Easy, seed: int) -> None:
    pack = province(seed)
    costs = [
        planned(pack, easy, target_households_on_grid_pct=pct).choice.cost_mvnd
        for pct in (97.0, 98.0, 99.0, 99.5, 99.9)
    ]
    assert all(tighter >= looser * (1 - 1e-6) for looser, tighter in itertools.pairwise(costs))
    villages = [
        planned(pack, easy, target_villages_on_grid_pct=pct).choice.cost_mvnd for pct in (0.0, 50.0, 80.0, 100.0)
    ]
    assert all(tighter >= looser * (1 - 1e-6) for looser, tighter in itertools.pairwise(villages))


@pytest.mark.parametrize("seed", range(3))
def test_more_money_delays_nobody_and_budgets_are_those_of_every_scenario(easy: Easy, seed: int) -> None:
    pack = province(seed)
    granted = (3000.0, 3000.0, 4000.0, 2000.0, 1000.0)
    poor, rich = (
        make_schedule(planned(pack, easy, budgets_mvnd=tuple(factor * year for year in granted)))
        for factor in (1.0, 1.6)
    )
    late = 99
    years = [np.where(each.settlement_year < 0, late, each.settlement_year) for each in (poor, rich)]
    assert (years[1] <= years[0]).all()
    assert (years[1] < years[0]).any()
    plan = planned(pack, easy, budgets_mvnd=granted)
    for scenario in compare_scenarios(plan):
        assert make_schedule(scenario.plan).budgets_mvnd.tolist() == list(granted), scenario.name  # type: ignore[union-attr]
    # a village of the target is not built later than anybody who need not be on the grid
    first = make_schedule(plan)
    villages = plan.study.settlements.is_village
    assert first.priority[villages].max() < first.priority[~villages].min()


@pytest.mark.parametrize("seed", range(3))
def test_villages_come_first_then_what_the_household_target_needs_then_the_rest(easy: Easy, seed: int) -> None:
    plan = planned(province(seed, count=24), easy, target_households_on_grid_pct=97.0)
    schedule, n = make_schedule(plan), len(plan.study.settlements)
    stage = schedule.works.stage[-n:]
    order, households = np.argsort(schedule.priority), plan.study.settlements.households
    assert (np.diff(stage[order]) >= 0).all()
    assert (stage[plan.study.settlements.is_village] == 0).all()
    assert (stage[plan.study.settlements.has_unsafe_wires] == 2).all()
    off = ~plan.study.settlements.has_unsafe_wires & ~(plan.outcome.national_grid & (stage < 2))
    assert households[off].sum() <= 0.03 * 6000
    # money for the first two stages reaches the target, with whatever the lines of both take
    works = schedule.works
    asked = with_needed(works, np.concatenate([np.zeros(len(works.stage) - n, dtype=bool), stage < 2]))
    enough = float(works.cost_mvnd[asked].sum())
    granted = plan.parameters.model_copy(update={"budgets_mvnd": (enough, 0.0, 0.0, 0.0, 0.0)})
    villages, share, _ = reach_of_targets(rich := replace(plan, parameters=granted), make_schedule(rich))
    assert villages.is_reached
    assert share.is_reached
    assert share.repair_mvnd == 0


@pytest.mark.parametrize("seed", range(3))
def test_the_money_lacking_is_that_of_the_cheapest_works_for_the_target_alone(easy: Easy, seed: int) -> None:
    plan = planned(province(seed, count=24), easy, target_households_on_grid_pct=97.0)
    lacking = []
    for money in (0.0, 1000.0):
        p = plan.parameters.model_copy(update={"budgets_mvnd": (money, 0.0, 0.0, 0.0, 0.0)})
        poor = replace(plan, parameters=p)
        lacking.append([each.repair_mvnd for each in reach_of_targets(poor, make_schedule(poor))])
    works, n = make_schedule(plan).works, len(plan.study.settlements)
    for before, after in zip(*lacking, strict=True):
        assert after == pytest.approx(max(before - 1000.0, 0.0))
    # all villages and all settlements: nothing to choose
    wanted = {0: plan.study.settlements.is_village, 2: plan.study.settlements.households > 0}
    for row, whom in wanted.items():
        needed = with_needed(works, np.concatenate([np.zeros(len(works.stage) - n, dtype=bool), whom]))
        assert lacking[0][row] == pytest.approx(works.cost_mvnd[needed].sum())


def core_is_empty(plan: Plan, most: np.ndarray) -> bool:
    """Whether no split of the lines among those below each keeps everybody within what it should pay at most: a linear
    programme."""
    outcome = plan.outcome
    pairs = []
    for k in np.flatnonzero(outcome.on_grid & (outcome.branches.branch_of >= 0)):
        branch = int(outcome.branches.branch_of[k])
        while branch >= 0:
            pairs.append((int(k), branch))
            branch = int(outcome.branches.parent[branch])
    if not pairs:
        return False
    members = sorted({k for k, _ in pairs})
    paid = np.array([[float(b == branch) for _, b in pairs] for branch in range(len(outcome.branches))])
    limit = np.array([[float(m == k) for k, _ in pairs] for m in members])
    solved = linprog(
        np.zeros(len(pairs)),
        A_eq=paid,
        b_eq=outcome.branch_mvnd,
        A_ub=limit,
        b_ub=np.minimum(most[members], 1e9) * (1 + 1e-9) + 1e-6,
    )
    return bool(solved.status == 2)


@pytest.mark.parametrize("seed", range(6))
def test_nobody_pays_beyond_its_own_line_or_supply_unless_no_split_avoids_it(easy: Easy, seed: int) -> None:
    plan = planned(province(seed, count=20), easy, mv35_line_mvnd_per_km=700.0)
    own = line_life_cycle(np.nan_to_num(plan.study.routes.components), plan.parameters)
    problem = plan.costs.problem
    priced = type(problem)(**{**vars(problem), "household_price_mvnd": plan.choice.household_price_mvnd})
    most = most_to_pay(plan.study, priced, own)
    beyond = plan.outcome.on_grid & (plan.outcome.share_mvnd > most * (1 + 1e-6) + 1e-3)
    assert beyond.any() == core_is_empty(plan, most)
    assert (plan.outcome.core_is_empty >= beyond).all()
    assert plan.outcome.share_mvnd.sum() == pytest.approx(plan.outcome.branch_mvnd.sum())
    assert len(find_remedies(plan, check_voltage(plan)).mvnd) == len(plan.branches)
