"""Sites beside those that are there: against every choice tried, each with a linear programme of its own."""

from itertools import combinations

import numpy as np
import pytest
from scipy.optimize import linprog

from infragap.analyses.solvers.facility.added_sites import AddingTask, add_sites, with_sites
from infragap.analyses.solvers.facility.transport import share_partly
from infragap.analyses.solvers.stopping import Stop


def cheapest(cost, demand, capacity, opening, unserved) -> float:
    """Least cost at a partial opening, by a linear programme."""
    customers, sites = cost.shape
    every = np.column_stack([cost, unserved])
    upper = np.column_stack([demand[:, None] * opening[None], demand])
    upper[~np.isfinite(every)] = 0.0
    served = np.kron(np.eye(customers), np.ones(sites + 1))
    room = np.zeros((sites, customers * (sites + 1)))
    for site in range(sites):
        room[site, site :: sites + 1] = 1.0
    answer = linprog(
        np.where(np.isfinite(every), every, 0.0).ravel(),
        A_eq=served, b_eq=demand, A_ub=room, b_ub=capacity * opening,
        bounds=np.stack([np.zeros(upper.size), upper.ravel()], axis=1),
    )  # fmt: skip
    assert answer.success
    return float(answer.fun)


def case(seed: int, customers: int = 14, sites: int = 9):
    rng = np.random.default_rng(seed)
    at, place = rng.random((customers, 2)), rng.random((sites, 2))
    cost = np.linalg.norm(at[:, None] - place[None], axis=2) * 100
    cost[cost > 80] = np.inf
    demand = rng.integers(1, 12, customers).astype(float)
    capacity = rng.integers(8, 25, sites).astype(float)
    return cost, demand, capacity, np.full(customers, 300.0), rng


@pytest.mark.parametrize("seed", range(12))
def test_sharing_among_partly_open_sites_equals_a_linear_programme(seed: int) -> None:
    cost, demand, capacity, unserved, rng = case(seed)
    opening = np.where(rng.random(len(capacity)) < 0.5, 1.0, rng.uniform(0.05, 0.95, len(capacity)))
    amount, _, value = share_partly(np.column_stack([cost, unserved]), demand, capacity, opening)
    expected = cheapest(cost, demand, capacity, opening, unserved)
    every = np.column_stack([cost, unserved])
    assert (amount.T * np.where(amount.T > 0, every, 0)).sum() == pytest.approx(expected, abs=1e-3)
    np.testing.assert_allclose(amount.sum(axis=0), demand, atol=1e-5)
    assert (amount[:-1].sum(axis=1) <= capacity * opening + 1e-5).all()
    assert (amount[:-1] <= demand * opening[:, None] + 1e-5).all()
    # the values are those of a dual solution: what they are worth less what the sites earn is the cost again
    earned = 0.0
    for site in range(len(capacity)):
        room = capacity[site]
        for customer in np.argsort(cost[:, site] - value):
            gain, taken = value[customer] - cost[customer, site], min(room, demand[customer])
            if gain > 0:
                earned += opening[site] * gain * taken
                room -= taken
    assert value @ demand - earned == pytest.approx(expected, abs=1e-2)


@pytest.mark.parametrize("seed", range(8))
def test_best_added_sites_equal_every_choice_tried(seed: int) -> None:
    cost, demand, capacity, unserved, _ = case(seed)
    there = np.array([1, 5])
    task = AddingTask(cost, demand, capacity, unserved, there)
    before = np.inf
    for count in range(4):
        tried = []
        for added in combinations(range(len(task.free)), count):
            opening = np.zeros(len(capacity))
            opening[there], opening[task.free[list(added)]] = 1.0, 1.0
            tried.append(cheapest(cost, demand, capacity, opening, unserved))
        found = add_sites(task, count, stop=Stop(1e-6, 50.0))
        assert found.cost == pytest.approx(min(tried), rel=1e-6)
        assert found.lower_bound <= min(tried) * (1 + 1e-6)
        assert found.gap <= 1e-6
        assert found.status in ("optimal", "gap")
        assert set(there) <= set(found.sites)
        assert (found.amount.sum(axis=0) <= capacity[found.sites] + 1e-5).all()
        assert found.cost <= before + 1e-6
        before = found.cost
        loose = add_sites(AddingTask(cost, demand, capacity, unserved, there), count, stop=Stop(0.05, 50.0))
        assert loose.lower_bound <= min(tried) * (1 + 1e-6) <= loose.cost * (1 + 1e-5)
    given = with_sites(task, np.array([0, 2]))
    assert (given.gap, given.status) == (0.0, "optimal")
    assert given.cost >= add_sites(task, 2, stop=Stop(1e-6, 50.0)).cost - 1e-6


def test_without_work_the_gap_is_told() -> None:
    cost, demand, capacity, unserved, _ = case(3, 40, 20)
    found = add_sites(AddingTask(cost, demand, capacity, unserved, np.array([0])), 5, stop=Stop(1e-9, 1e-6))
    assert found.status == "work_limit"
    assert found.lower_bound < found.cost
