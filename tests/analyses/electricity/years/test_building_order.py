"""The order of building: optimal on small cases, never later with more money, forced works first."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.analyses.electricity.years.building_order import (
    BuildingWorks,
    building_blocks,
    most_benefit_years,
    years_of,
)
from infragap.analyses.electricity.years.least_money import cheapest_works, with_needed
from infragap.analyses.electricity.years.schedule import granted_budgets, needed_money


def random_works(rng: np.random.Generator, count: int, *, stages: int = 1) -> BuildingWorks:
    needs = np.array([-1 if i == 0 or rng.random() < 0.4 else int(rng.integers(0, i)) for i in range(count)])
    return BuildingWorks(
        cost_mvnd=rng.integers(1, 20, count).astype(float),
        benefit=np.where(rng.random(count) < 0.3, 0.0, rng.integers(1, 30, count)).astype(float),
        needs=needs,
        earliest=np.zeros(count, dtype=np.int64),
        stage=rng.integers(0, stages, count),
    )


def sequence(works: BuildingWorks) -> np.ndarray:
    return np.array([k for block in building_blocks(works) for k in block.works])


def delay(works: BuildingWorks, order: tuple[int, ...]) -> float:
    """Benefit times the money spent until it comes: what the best order makes least."""
    return float((works.benefit[list(order)] * np.cumsum(works.cost_mvnd[list(order)])).sum())


@settings(max_examples=40)
@given(st.integers(0, 10_000))
def test_no_order_brings_the_benefit_for_less_money(seed: int) -> None:
    works = random_works(np.random.default_rng(seed), 6)
    possible = [
        order
        for order in itertools.permutations(range(6))
        if all(works.needs[k] < 0 or order.index(works.needs[k]) < order.index(k) for k in order)
    ]
    best = min(delay(works, order) for order in possible)
    assert delay(works, tuple(sequence(works))) == pytest.approx(best)


@settings(max_examples=60)
@given(st.integers(0, 10_000), st.lists(st.floats(0, 30), min_size=5, max_size=5), st.integers(0, 4))
def test_more_money_never_delays_anything(seed: int, money: list[float], year: int) -> None:
    works = random_works(np.random.default_rng(seed), 25, stages=3)
    order, more = sequence(works), np.array(money)
    before = years_of(order, works, more)
    more[year] += 7.5
    after = years_of(order, works, more)
    late = len(money)
    assert (np.where(after < 0, late, after) <= np.where(before < 0, late, before)).all()


@settings(max_examples=60)
@given(st.integers(0, 10_000))
def test_lines_come_first_stages_in_order_and_no_money_is_overspent(seed: int) -> None:
    rng = np.random.default_rng(seed)
    works, money = random_works(rng, 25, stages=3), rng.integers(5, 60, 5).astype(float)
    order = sequence(works)
    assert sorted(order) == list(range(25))
    year = years_of(order, works, money)
    late = np.where(year < 0, 5, year)
    needy = works.needs >= 0
    assert (late[works.needs[needy]] <= late[needy]).all()
    useful = works.benefit > 0
    for stage in (0, 1):
        # what a work of this stage needs may itself be of a later one
        mine = with_needed(works, useful & (works.stage <= stage))
        assert late[mine].max(initial=0) <= late[~mine].min(initial=5)
    waits = np.unique(works.needs[needy])
    idle = [k for k in waits if year[k] >= 0 and not useful[k] and not (year[works.needs == k] >= 0).any()]
    assert not idle, "lines are built that nobody hangs on"
    for t in range(5):
        assert works.cost_mvnd[(year >= 0) & (year <= t)].sum() <= money[: t + 1].sum() + 1e-6


@pytest.mark.slow
@settings(max_examples=60)
@given(st.integers(0, 10_000), st.integers(0, 120))
def test_nothing_cheaper_brings_what_is_wanted(seed: int, wanted: int) -> None:
    rng = np.random.default_rng(seed)
    works, taken = random_works(rng, 8), rng.random(8) < 0.15
    best = np.inf
    for chosen in itertools.product((False, True), repeat=8):
        mine = np.array(chosen) | taken
        if (with_needed(works, mine) == mine).all() and works.benefit[mine].sum() >= wanted:
            best = min(best, works.cost_mvnd[mine].sum())
    found = cheapest_works(works, works.benefit, float(wanted), taken)
    if found is None:
        assert best == np.inf
    else:
        assert (with_needed(works, found) == found).all()
        assert works.benefit[found].sum() >= wanted
        assert works.cost_mvnd[found].sum() == pytest.approx(best, rel=1e-3)


@settings(max_examples=40)
@given(st.integers(0, 10_000))
def test_the_bound_holds(seed: int) -> None:
    rng = np.random.default_rng(seed)
    works, money = random_works(rng, 20), rng.integers(5, 60, 5).astype(float)
    year = years_of(sequence(works), works, money)
    reached = float((works.benefit * np.where(year >= 0, 5 - year, 0)).sum())
    assert reached <= most_benefit_years(building_blocks(works), money) + 1e-6


def test_budgets_come_from_the_user_or_the_pack_and_never_from_the_plan() -> None:
    assert granted_budgets({"budget_2026_bn_vnd": 8372.0}, ElectricityParameters()) is None
    given_money = granted_budgets({}, ElectricityParameters(budgets_mvnd=(1.0, 2.0, 3.0, 4.0, 5.0)))
    assert given_money is not None
    assert given_money.tolist() == [1, 2, 3, 4, 5]
    pack = {f"electricity_budget_{year}_bn_vnd": 10.0 for year in range(2026, 2031)}
    of_pack = granted_budgets(pack, ElectricityParameters())
    assert of_pack is not None
    assert of_pack.tolist() == [10_000.0] * 5


def test_the_need_is_spread_like_the_totals_of_the_scheme() -> None:
    totals = {f"budget_{year}_bn_vnd": value for year, value in zip(range(2026, 2031), (1, 1, 2, 4, 2), strict=True)}
    assert needed_money(100.0, totals, ElectricityParameters()).tolist() == pytest.approx([10, 10, 20, 40, 20])
    assert needed_money(100.0, {}, ElectricityParameters()).tolist() == pytest.approx([20] * 5)
