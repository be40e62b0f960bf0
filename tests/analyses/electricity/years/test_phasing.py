import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.analyses.electricity.years.phasing import EXACT_WORKS, Works, fill, phase, worth, yearly_budgets


def brute_force(works: Works, budgets: np.ndarray) -> float:
    best = 0.0
    years = len(budgets)
    for year in itertools.product(range(-1, years), repeat=len(works.cost_mvnd)):
        y = np.array(year)
        late = np.where(y < 0, years, y)
        needy = works.needs >= 0
        if (late[works.needs[needy]] > late[needy]).any() or ((y >= 0) & (y < works.earliest)).any():
            continue
        if any(works.cost_mvnd[y == t].sum() > budgets[t] + 1e-9 for t in range(years)):
            continue
        best = max(best, worth(works, y, years))
    return best


def random_works(rng: np.random.Generator, count: int) -> Works:
    needs = np.array([-1 if i == 0 or rng.random() < 0.4 else int(rng.integers(0, i)) for i in range(count)])
    return Works(
        cost_mvnd=rng.integers(1, 20, count).astype(float),
        benefit=np.where(rng.random(count) < 0.25, 0.0, rng.integers(1, 30, count)).astype(float),
        needs=needs,
        earliest=(rng.random(count) < 0.2).astype(np.int64),
    )


@settings(max_examples=25)
@given(st.integers(0, 10_000))
def test_small_cases_equal_brute_force(seed: int) -> None:
    rng = np.random.default_rng(seed)
    works, budgets = random_works(rng, 6), rng.integers(5, 30, 3).astype(float)
    phases = phase(works, budgets)
    assert phases.benefit_years == pytest.approx(brute_force(works, budgets))
    assert phases.upper_bound == pytest.approx(phases.benefit_years)


@pytest.mark.parametrize("seed", range(3))
def test_large_cases_keep_all_rules_and_state_a_bound(seed: int) -> None:
    rng = np.random.default_rng(seed)
    works, budgets = random_works(rng, 3 * EXACT_WORKS), np.array([300.0, 200, 250, 150, 100])
    phases = phase(works, budgets)
    late = np.where(phases.year < 0, 9, phases.year)
    needy = works.needs >= 0
    assert (late[works.needs[needy]] <= late[needy]).all()
    assert ((phases.year < 0) | (phases.year >= works.earliest)).all()
    assert all(works.cost_mvnd[phases.year == t].sum() <= budgets[t] + 1e-6 for t in range(5))
    assert phases.upper_bound >= phases.benefit_years
    assert phases.gap < 0.05


def test_filling_takes_the_upstream_line_with_its_first_settlement() -> None:
    # line 10, settlements 2 and 3 on it; 20 in the first year pays line and both, the second year nothing
    works = Works(
        cost_mvnd=np.array([10.0, 2.0, 3.0]),
        benefit=np.array([0.0, 6.0, 1.0]),
        needs=np.array([-1, 0, 0]),
        earliest=np.zeros(3, dtype=np.int64),
    )
    assert fill(works, np.array([20.0, 0.0]), key=np.zeros(3)).tolist() == [0, 0, 0]
    assert fill(works, np.array([11.0, 13.0]), key=np.zeros(3)).tolist() == [1, 1, -1]


def test_budgets_follow_the_yearly_totals_of_the_catalogue() -> None:
    # 80 % of 1,000 in the shape 4 : 3 : 1 : 1 : 1
    totals = {
        f"budget_{year}_bn_vnd": total for year, total in zip(range(2026, 2031), (40, 30, 10, 10, 10), strict=True)
    }
    p = ElectricityParameters(budget_share_pct=80)
    assert yearly_budgets(1000, p, targets=totals) == pytest.approx([320, 240, 80, 80, 80])
    assert yearly_budgets(1000, p, targets={}) == pytest.approx([160] * 5)
    given = ElectricityParameters(budgets_mvnd=(5, 4, 3, 2, 1))
    assert yearly_budgets(1000, given, targets=totals) == pytest.approx([5, 4, 3, 2, 1])
