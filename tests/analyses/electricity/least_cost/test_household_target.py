"""The plan under a target for households: equal to enumeration on small networks, and monotone in the target."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infragap.analyses.electricity.least_cost.accounts import households_off, true_cost
from infragap.analyses.electricity.least_cost.choice import TreeProblem
from infragap.analyses.electricity.least_cost.household_target import choose_within
from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.analyses.electricity.routing.line_components import COMPONENTS
from infragap.analyses.electricity.routing.network import CandidateNetwork

P = ElectricityParameters(plan_gap=1e-9)


def random_problem(seed: int, n: int = 6) -> tuple[CandidateNetwork, TreeProblem]:
    """Settlements on nodes 1 to n, the grid at 0, a random connected network."""
    rng = np.random.default_rng(seed)
    pairs = {(int(rng.integers(0, k)), k) for k in range(1, n + 1)}
    pairs |= {tuple(sorted(rng.choice(n + 1, 2, replace=False).tolist())) for _ in range(5)}
    ends = np.array(sorted(pairs))
    network = CandidateNetwork(
        node_cell=np.append(-1, np.arange(10, 10 + n)),
        terminal=np.arange(1, n + 1),
        ends=ends,
        components=np.zeros((len(ends), len(COMPONENTS))),
        path=np.zeros(2 * len(ends), dtype=np.int64),
        path_start=np.arange(0, 2 * len(ends) + 1, 2),
    )
    lv = np.where(rng.random(n) < 0.3, rng.integers(20, 60, n), np.inf).astype(float)
    return network, TreeProblem(
        edge_mvnd=rng.integers(1, 30, len(ends)).astype(float),
        local_mvnd=rng.integers(5, 20, n).astype(float),
        lv_mvnd=lv,
        offgrid_mvnd=rng.integers(10, 40, n).astype(float),
        households=rng.integers(1, 30, n).astype(float),
        must_grid=rng.random(n) < 0.2,
        barred=np.zeros(n, dtype=bool),
    )


def enumerated(network: CandidateNetwork, problem: TreeProblem, allowed: float) -> float:
    """Least cost over all sets of lines and all ways of supplying everybody: naive, for small networks."""
    n, best = len(problem.households), np.inf
    for chosen in itertools.product([False, True], repeat=len(network.ends)):
        edges = np.array(chosen)
        reached = {0}
        while True:
            more = {int(b) for (a, b), on in zip(network.ends, edges, strict=True) if on and int(a) in reached}
            more |= {int(a) for (a, b), on in zip(network.ends, edges, strict=True) if on and int(b) in reached}
            if more <= reached:
                break
            reached |= more
        lines = float(problem.edge_mvnd[edges].sum())
        if lines >= best:
            continue
        # of each settlement: line where reached, station that stands, off-grid; the cheapest mix that keeps the target
        on = np.array([problem.local_mvnd[k] if k + 1 in reached else np.inf for k in range(n)])
        grid = np.minimum(on, problem.lv_mvnd)
        off = np.where(problem.must_grid, np.inf, problem.offgrid_mvnd)
        for out in itertools.product([False, True], repeat=n):
            left = np.array(out)
            if problem.households[left].sum() > allowed + 1e-9:
                continue
            best = min(best, lines + float(np.where(left, off, grid).sum()))
    return best


@pytest.mark.slow
@settings(max_examples=40)
@given(st.integers(0, 10_000), st.floats(0, 1))
def test_never_below_enumeration_and_within_the_proven_gap(seed: int, share: float) -> None:
    network, problem = random_problem(seed, n=5)
    allowed = share * float(problem.households.sum())
    best = enumerated(network, problem, allowed)
    plan = choose_within(network, problem, P, allowed_households=allowed)
    assert households_off(plan, problem) <= allowed + 1e-9
    assert true_cost(plan, problem) == pytest.approx(plan.cost_mvnd)
    assert plan.cost_mvnd >= best - 1e-6
    assert plan.lower_bound_mvnd <= best + 1e-6
    # branching closes what the multiplier leaves open
    assert plan.cost_mvnd == pytest.approx(best, rel=1e-6)
    assert plan.lower_bound_mvnd == pytest.approx(best, rel=1e-6)


@pytest.mark.slow
@settings(max_examples=20)
@given(st.integers(0, 10_000))
def test_a_tighter_target_never_has_a_lower_bound(seed: int) -> None:
    network, problem = random_problem(seed, n=12)
    total = float(problem.households.sum())
    bounds, costs = [], []
    for share in (1.0, 0.6, 0.3, 0.0):
        plan = choose_within(network, problem, P, allowed_households=share * total)
        bounds.append(plan.lower_bound_mvnd)
        costs.append(plan.cost_mvnd)
        assert plan.lower_bound_mvnd <= plan.cost_mvnd + 1e-6
    assert bounds == sorted(bounds)
    assert costs[0] <= min(costs) + 1e-6


def test_a_target_that_nothing_can_meet_leaves_fewest_out() -> None:
    network, problem = random_problem(1, n=5)
    cut_off = replace(problem, barred=np.ones(5, dtype=bool), lv_mvnd=np.full(5, np.inf))
    plan = choose_within(network, cut_off, P, allowed_households=0.0)
    assert households_off(plan, cut_off) == problem.households.sum()


def test_by_hand() -> None:
    # two settlements at the end of one line of 10 each; the grid costs 10 + 5 against 12 off it; 100 and 10 households
    network, _ = random_problem(0, n=2)
    network = replace(network, ends=np.array([[0, 1], [0, 2]]), components=np.zeros((2, len(COMPONENTS))))
    problem = TreeProblem(
        edge_mvnd=np.array([10.0, 10.0]),
        local_mvnd=np.array([5.0, 5.0]),
        lv_mvnd=np.full(2, np.inf),
        offgrid_mvnd=np.array([12.0, 12.0]),
        households=np.array([100.0, 10.0]),
        must_grid=np.zeros(2, dtype=bool),
        barred=np.zeros(2, dtype=bool),
    )
    free = choose_within(network, problem, P, allowed_households=np.inf)
    assert (free.cost_mvnd, free.national_grid.tolist()) == (24.0, [False, False])
    one = choose_within(network, problem, P, allowed_households=10.0)
    # the first joins for 3 more: 0.03 for a household
    assert (one.cost_mvnd, one.national_grid.tolist()) == (27.0, [True, False])
    assert one.household_price_mvnd == pytest.approx(0.03, rel=1e-6)
    assert one.lower_bound_mvnd == pytest.approx(27.0)
