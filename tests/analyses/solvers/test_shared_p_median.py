"""Shared p-median and its transport problem against HiGHS on the textbook models, written here anew."""

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

from infragap.analyses.solvers.facility.shared_p_median import SharedTask, solve_shared
from infragap.analyses.solvers.facility.site_choice import site_choice
from infragap.analyses.solvers.facility.transport import share_demand, worth_of_sites
from infragap.analyses.solvers.stopping import Stop


def textbook(cost, demand, capacity, unserved, *, p, group=None, fixed=()) -> float:
    """Cost of the best sites by the plain mixed-integer model: y (sites), x (pairs in reach), z (unserved)."""
    customers, sites = cost.shape
    row, column = np.nonzero(np.isfinite(cost))
    pairs, at = len(row), np.arange(len(row))
    one = np.ones(pairs)
    blocks = [
        (sp.hstack([sp.csr_array((customers, sites)), sp.csr_array((one, (row, at)), shape=(customers, pairs)),
        sp.eye_array(customers)]), demand, demand),
        (sp.hstack([-sp.diags_array(capacity), sp.csr_array((one, (column, at)), shape=(sites, pairs)),
        sp.csr_array((sites, customers))]), -np.inf, 0),
        (sp.hstack([-sp.csr_array((demand[row], (at, column)), shape=(pairs, sites)), sp.eye_array(pairs),
        sp.csr_array((pairs, customers))]), -np.inf, 0),
        (sp.csr_array(np.concatenate([np.ones(sites), np.zeros(pairs + customers)])[None]), p, p),
    ]  # fmt: skip
    names = set() if group is None else set(group.tolist())
    blocks += [(sp.csr_array(np.concatenate([group == n, np.zeros(pairs + customers)])[None]), 1, 1) for n in names]
    lower = np.zeros(sites + pairs + customers)
    lower[list(fixed)] = 1
    upper = np.concatenate([np.ones(sites), np.full(pairs + customers, np.inf)])
    result = milp(
        np.concatenate([np.zeros(sites), cost[row, column], unserved]),
        constraints=[LinearConstraint(sp.csr_array(a), low, high) for a, low, high in blocks],
        integrality=np.concatenate([np.ones(sites), np.zeros(pairs + customers)]),
        bounds=Bounds(lower, upper),
        options={"mip_rel_gap": 1e-9},
    )
    assert result.success
    return float(result.fun)


def case(seed: int):
    rng = np.random.default_rng(seed)
    customers, sites = int(rng.integers(3, 25)), int(rng.integers(3, 10))
    cost = rng.uniform(1, 100, (customers, sites)).round(1)
    cost[rng.random(cost.shape) < 0.3] = np.inf
    demand = rng.integers(0, 30, customers).astype(float)
    capacity = rng.integers(0, int(demand.sum() / 2) + 2, sites).astype(float)
    return cost, demand, capacity, rng.uniform(50, 300, customers), rng


@settings(max_examples=30)
@given(st.integers(0, 100_000))
def test_a_site_earns_what_sorting_by_gain_fills_it_with(seed):
    rng = np.random.default_rng(seed)
    customers = int(rng.integers(1, 40))
    cost = rng.integers(0, 20, (2, customers)).astype(float)
    cost[rng.random(cost.shape) < 0.2] = np.inf
    demand, value = rng.integers(0, 9, customers).astype(float), rng.integers(0, 25, customers).astype(float)
    capacity = rng.uniform(0, demand.sum() + 1, 2)
    for site, earned in enumerate(worth_of_sites(cost, demand, capacity, value).tolist()):
        expected, room = 0.0, capacity[site]
        for gain, size in sorted(zip(value - cost[site], demand, strict=True), reverse=True):
            expected += max(gain, 0.0) * min(size, room)
            room -= min(size, room)
        assert earned == pytest.approx(expected)


@pytest.mark.slow
@settings(max_examples=40)
@given(st.integers(0, 100_000))
def test_equals_the_textbook_model(seed):
    cost, demand, capacity, unserved, rng = case(seed)
    sites = len(capacity)
    group, p, fixed = None, int(rng.integers(1, sites)), np.zeros(0, np.int64)
    if seed % 2:
        group, p = np.concatenate([[0, 1, 2], rng.integers(0, 3, sites - 3)]), 3
    elif seed % 3 == 0:
        fixed = rng.choice(sites, 1)
    choice = site_choice(sites, p, fixed=fixed, group=group)
    solution = solve_shared(SharedTask(cost, demand, capacity, unserved), choice, stop=Stop(gap=1e-9))
    best = textbook(cost, demand, capacity, unserved, p=p, group=group, fixed=fixed)
    assert solution.cost == pytest.approx(best, rel=1e-6, abs=1e-6)
    assert solution.lower_bound <= best * (1 + 1e-6) + 1e-6
    assert solution.gap <= 2e-6
    served = solution.amount.sum(axis=1)
    np.testing.assert_allclose(served + solution.unserved, demand, atol=1e-6)
    assert (solution.amount.sum(axis=0) <= capacity[solution.sites] + 1e-6).all()
    # whole pupils stay whole
    assert (solution.amount == np.rint(solution.amount)).all()


@pytest.mark.slow
@settings(max_examples=40)
@given(st.integers(0, 100_000))
def test_transport_and_its_prices(seed):
    cost, demand, capacity, unserved, _ = case(seed)
    amount, price = share_demand(cost, demand, capacity, unserved)
    paid = float((np.where(amount[:, :-1] > 0, cost, 0.0) * amount[:, :-1]).sum() + amount[:, -1] @ unserved)
    assert paid == pytest.approx(textbook(cost, demand, capacity, unserved, p=len(capacity)), rel=1e-6, abs=1e-6)
    # weak duality with these prices is tight
    value = np.minimum((cost + price).min(axis=1), unserved)
    assert value @ demand - price[capacity > 0] @ capacity[capacity > 0] == pytest.approx(paid, rel=1e-6, abs=1e-6)


def test_cuts_of_one_question_serve_another():
    cost, demand, capacity, unserved, _ = case(7)
    task = SharedTask(cost, demand, capacity, unserved)
    for p in range(1, len(capacity)):
        choice = site_choice(len(capacity), p, fixed=np.zeros(0, np.int64), group=None)
        solution = solve_shared(task, choice, stop=Stop(gap=1e-9))
        assert solution.cost == pytest.approx(textbook(cost, demand, capacity, unserved, p=p))


def test_rounds_end_a_search_with_an_honest_gap():
    rng = np.random.default_rng(1)
    cost, demand = rng.uniform(1, 100, (40, 20)), rng.integers(1, 9, 40).astype(float)
    task = SharedTask(cost, demand, np.full(20, 40.0), np.full(40, 500.0))
    choice = site_choice(20, 6, fixed=np.zeros(0, np.int64), group=None)
    short = solve_shared(task, choice, stop=Stop(1e-9, 1e-6))
    assert short.lower_bound <= textbook(cost, demand, np.full(20, 40.0), np.full(40, 500.0), p=6) * (1 + 1e-9)
    assert short.gap == pytest.approx((short.cost - short.lower_bound) / short.cost)
    assert short.status == ("optimal" if short.gap <= 1e-6 else "work_limit")
