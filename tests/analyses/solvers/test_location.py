"""p-median, p-center and coverage against complete enumeration on small random instances, and the promises in words."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray
from infragap.analyses.solvers.infeasible import Infeasible
from infragap.analyses.solvers.location import (
    Budget,
    Capacity,
    LocationSolution,
    maximal_coverage,
    p_center,
    p_median,
)
from infragap.analyses.solvers.stopping import UNTIL_PROVEN, Stop

SEEDS = st.integers(0, 2**32 - 1)
SMALL = settings(max_examples=60)


@dataclass(frozen=True)
class Instance:
    """A small random instance; every feature appears in a part of them."""

    cost: FloatArray
    p: int
    weight: FloatArray
    fixed: list[int] | None
    group: IntArray | None
    demand: FloatArray
    capacity: FloatArray

    def allowed_sets(self) -> Iterator[tuple[int, ...]]:
        """All sets of p sites that hold the fixed ones and exactly one site of each group."""
        for sites in itertools.combinations(range(self.cost.shape[1]), self.p):
            if self.is_allowed(sites):
                yield sites

    def is_allowed(self, sites: tuple[int, ...]) -> bool:
        if self.fixed is not None and not set(self.fixed) <= set(sites):
            return False
        if self.group is None:
            return True
        opened = self.group[list(sites)]
        return all((opened == g).sum() == 1 for g in set(self.group[self.group >= 0]))

    @property
    def weighted(self) -> FloatArray:
        finite = np.isfinite(self.cost)
        return np.where(finite, np.where(finite, self.cost, 0.0) * self.weight[:, None], np.inf)


def instance(seed: int, *, most_customers: int = 8, most_sites: int = 6) -> Instance:
    rng = np.random.default_rng(seed)
    n_customers, n_sites = rng.integers(1, most_customers + 1), rng.integers(1, most_sites + 1)
    cost = rng.integers(0, 20, (n_customers, n_sites)).astype(np.float64)
    if rng.random() < 0.5:
        cost += rng.random(cost.shape)
    cost[rng.random(cost.shape) < rng.choice([0.0, 0.2, 0.5])] = np.inf
    demand = rng.integers(0, 6, n_customers).astype(np.float64)
    if rng.random() < 0.3:
        demand *= rng.random(n_customers)
    return Instance(
        cost=cost,
        p=int(rng.integers(1, n_sites + 1)),
        weight=rng.integers(0, 5, n_customers).astype(np.float64),
        fixed=[int(rng.integers(n_sites))] if rng.random() < 0.25 else None,
        group=rng.integers(-1, 3, n_sites) if rng.random() < 0.25 else None,
        demand=demand,
        capacity=rng.integers(2, 16, n_sites).astype(np.float64),
    )


def assert_true(found: LocationSolution, optimum: float) -> None:
    """Bound below, cost above, and a status that says no more than these two."""
    slack = 1e-9 * max(1.0, abs(optimum))
    assert found.lower_bound <= optimum + slack
    assert optimum <= found.cost + slack
    assert found.gap == pytest.approx((found.cost - found.lower_bound) / found.cost if found.cost else 0.0)
    if found.status == "optimal":
        assert found.cost == pytest.approx(optimum, rel=2e-6, abs=1e-9)


@SMALL
@given(SEEDS)
def test_p_median_meets_enumeration(seed: int) -> None:
    given_ = instance(seed)
    options = [given_.weighted[:, sites].min(axis=1).sum() for sites in given_.allowed_sets()]
    optimum = min(options, default=np.inf)
    arguments = {"weight": given_.weight, "fixed": given_.fixed, "group": given_.group}
    if np.isinf(optimum):
        with pytest.raises(Infeasible):
            p_median(given_.cost, given_.p, **arguments)
        return
    found = p_median(given_.cost, given_.p, **arguments)
    assert_true(found, optimum)
    assert found.status == "optimal"
    assert given_.is_allowed(tuple(found.sites))
    chosen = given_.weighted[np.arange(len(given_.cost)), found.assignment]
    assert chosen.sum() == pytest.approx(found.cost)
    for sites, cost in zip(found.alternatives, found.alternative_costs, strict=True):
        assert given_.is_allowed(tuple(sites))
        assert tuple(sites) != tuple(found.sites)
        assert cost == pytest.approx(given_.weighted[:, sites].min(axis=1).sum())
        assert cost <= found.cost * 1.01 + 1e-9


@pytest.mark.slow
@SMALL
@given(SEEDS)
def test_capacitated_p_median_meets_enumeration(seed: int) -> None:
    given_ = instance(seed, most_customers=6, most_sites=4)
    n_customers, n_sites = given_.cost.shape
    optimum = np.inf
    for sites in given_.allowed_sets():
        for places in itertools.product(sites, repeat=n_customers):
            cost = given_.weighted[np.arange(n_customers), list(places)].sum()
            load = np.bincount(places, weights=given_.demand, minlength=n_sites)
            if cost < optimum and (load <= given_.capacity + 1e-9).all():
                optimum = cost
    arguments = {
        "weight": given_.weight,
        "fixed": given_.fixed,
        "group": given_.group,
        "capacity": Capacity(given_.capacity, given_.demand),
    }
    if np.isinf(optimum):
        with pytest.raises(Infeasible):
            p_median(given_.cost, given_.p, **arguments)
        return
    found = p_median(given_.cost, given_.p, **arguments)
    assert_true(found, optimum)
    assert found.status == "optimal"
    assert given_.is_allowed(tuple(found.sites))
    load = np.bincount(found.assignment, weights=given_.demand, minlength=n_sites)
    assert (load <= given_.capacity + 1e-9).all()
    assert set(found.assignment) <= set(found.sites)


@SMALL
@given(SEEDS)
def test_p_center_meets_enumeration(seed: int) -> None:
    given_ = instance(seed)
    options = [given_.weighted[:, sites].min(axis=1).max() for sites in given_.allowed_sets()]
    optimum = min(options, default=np.inf)
    arguments = {"weight": given_.weight, "fixed": given_.fixed, "group": given_.group}
    if np.isinf(optimum):
        with pytest.raises(Infeasible):
            p_center(given_.cost, given_.p, **arguments)
        return
    found = p_center(given_.cost, given_.p, **arguments)
    assert_true(found, optimum)
    assert found.status == "optimal"
    assert given_.is_allowed(tuple(found.sites))
    for sites, cost in zip(found.alternatives, found.alternative_costs, strict=True):
        assert given_.is_allowed(tuple(int(j) for j in sites))
        assert cost == given_.weighted[:, sites].min(axis=1).max()


def least_uncovered(
    covers: BoolArray, given_: Instance, site_cost: FloatArray, budget: float, *, capacitated: bool
) -> float:
    """Enumerate all sets of at most p sites and, with capacities, all assignments."""
    n_customers, n_sites = covers.shape
    least = np.inf
    for size in range(given_.p + 1):
        for sites in itertools.combinations(range(n_sites), size):
            if not given_.is_allowed(sites) or site_cost[list(sites)].sum() > budget:
                continue
            if not capacitated:
                least = min(least, given_.weight[~covers[:, list(sites)].any(axis=1)].sum())
                continue
            for places in itertools.product((-1, *sites), repeat=n_customers):
                at = np.array(places)
                served = at >= 0
                load = np.bincount(at[served], weights=given_.demand[served], minlength=n_sites)
                if covers[served, at[served]].all() and (load <= given_.capacity).all():
                    least = min(least, given_.weight[~served].sum())
    return least


@pytest.mark.slow
@SMALL
@given(SEEDS, st.booleans(), st.booleans())
def test_maximal_coverage_meets_enumeration(seed: int, capacitated: bool, with_budget: bool) -> None:
    given_ = instance(seed, most_customers=6, most_sites=4)
    rng = np.random.default_rng(seed)
    covers = rng.random(given_.cost.shape) < 0.4
    site_cost = rng.integers(0, 5, covers.shape[1]).astype(np.float64)
    budget = float(rng.integers(0, 10)) if with_budget else None
    optimum = least_uncovered(covers, given_, site_cost, np.inf if budget is None else budget, capacitated=capacitated)
    arguments = {
        "weight": given_.weight,
        "fixed": given_.fixed,
        "group": given_.group,
        "capacity": Capacity(given_.capacity, given_.demand) if capacitated else None,
        "budget": Budget(site_cost, np.inf if budget is None else budget),
    }
    if np.isinf(optimum):
        with pytest.raises(Infeasible):
            maximal_coverage(covers, given_.p, **arguments)
        return
    found = maximal_coverage(covers, given_.p, **arguments)
    assert_true(found, optimum)
    assert found.cost <= optimum * (1 + 1e-4) + 1e-9
    assert site_cost[found.sites].sum() <= (np.inf if budget is None else budget)
    assert given_.weight @ (1 - found.share) == pytest.approx(found.cost)
    sparse_found = maximal_coverage(sparse.csr_array(covers), given_.p, **arguments)
    assert sparse_found.cost == found.cost
    if capacitated:
        arguments["capacity"] = Capacity(given_.capacity, given_.demand, divisible=True)
    divided = maximal_coverage(covers, given_.p, **arguments)
    assert divided.lower_bound <= found.cost + 1e-9


def test_divisible_customers_share_a_site() -> None:
    """One site of capacity 6 for demands 4 and 4: whole 4 of 8 are left out, divided 2 of 8."""
    covers = np.ones((2, 1), dtype=bool)
    whole = maximal_coverage(covers, 1, weight=[4, 4], capacity=Capacity([6]))
    divided = maximal_coverage(covers, 1, weight=[4, 4], capacity=Capacity([6], divisible=True))
    assert whole.cost == 4
    assert divided.cost == pytest.approx(2)
    assert divided.share.sum() == pytest.approx(1.5)


def test_only_a_budget_limits_coverage() -> None:
    """Sites cost 3, 3, 5 and reach 10, 10, 15 people: 8 buys the third and one other, 25 of 35."""
    found = maximal_coverage(np.eye(3, dtype=bool), None, weight=[10, 10, 15], budget=Budget([3, 3, 5], 8))
    assert found.cost == 10
    assert 2 in found.sites


@pytest.mark.slow
@settings(max_examples=10)
@given(SEEDS)
def test_order_of_customers_and_sites_changes_nothing(seed: int) -> None:
    """Costs are drawn from a continuum, so that the best choice is the only one: it must come out in any order."""
    rng = np.random.default_rng(seed)
    cost = np.hypot(*(rng.random((2, 30, 1)) - rng.random((2, 1, 12))))
    weight, site_cost, load = rng.random(30) + 0.5, rng.random(12), rng.random(12) + 4.0
    rows, columns = rng.permutation(30), rng.permutation(12)

    def solved(cost: FloatArray, weight: FloatArray, site_cost: FloatArray, load: FloatArray) -> list[LocationSolution]:
        shared = Capacity(load, divisible=True)
        return [
            p_median(cost, 4, weight=weight, stop=UNTIL_PROVEN),
            p_center(cost, 4, weight=weight, stop=UNTIL_PROVEN),
            maximal_coverage(cost < 0.2, 3, weight=weight, stop=UNTIL_PROVEN),
            maximal_coverage(cost < 0.3, 6, weight=weight, budget=Budget(site_cost, 2.0), stop=UNTIL_PROVEN),
            maximal_coverage(cost < 0.3, 3, weight=weight, capacity=shared, stop=UNTIL_PROVEN),
        ]

    one = solved(cost, weight, site_cost, load)
    other = solved(cost[rows][:, columns], weight[rows], site_cost[columns], load[columns])
    for first, second in zip(one, other, strict=True):
        assert second.cost == pytest.approx(first.cost, rel=1e-6, abs=1e-9)
        assert first.status == second.status == "optimal"
    assert sorted(columns[other[0].sites]) == one[0].sites.tolist()
    assert np.array_equal(columns[other[0].assignment], one[0].assignment[rows])


@pytest.mark.slow
@settings(max_examples=5)
@given(SEEDS)
def test_order_changes_nothing_with_capacities(seed: int) -> None:
    rng = np.random.default_rng(seed)
    cost = np.hypot(*(rng.random((2, 30, 1)) - rng.random((2, 1, 12))))
    rows, columns = rng.permutation(30), rng.permutation(12)
    one, other = (
        p_median(costs, 4, capacity=Capacity(np.full(12, 9.0), np.ones(30)), stop=UNTIL_PROVEN)
        for costs in (cost, cost[rows][:, columns])
    )
    assert other.cost == pytest.approx(one.cost, rel=1e-6)
    assert sorted(columns[other.sites]) == one.sites.tolist()


@pytest.mark.slow
def test_a_search_cut_short_says_so_and_its_gap_is_true() -> None:
    rng = np.random.default_rng(5)
    cost = np.hypot(*(rng.random((2, 250, 1)) - rng.random((2, 1, 250))))
    proven = p_median(cost, 12)
    assert proven.status == "optimal"
    hurried = p_median(cost, 12, stop=Stop(work_limit=0))
    assert (hurried.status, hurried.clock_struck) == ("work_limit", False)
    assert hurried.lower_bound <= proven.lower_bound + 1e-9
    assert hurried.cost >= proven.cost - 1e-9
    assert hurried.gap == pytest.approx((hurried.cost - hurried.lower_bound) / hurried.cost)
    centre = p_center(cost, 12, stop=Stop(work_limit=0))
    assert centre.status == "work_limit"
    assert centre.lower_bound < p_center(cost, 12).cost <= centre.cost


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"cost": [[1.0, -2.0]]}, "negative"),
        ({"cost": [[1.0, np.nan]]}, "NaN"),
        ({"cost": [1.0, 2.0]}, "customers, sites"),
        ({"p": 0}, "p must be"),
        ({"p": 1.5}, "p must be"),
        ({"weight": [1.0, 2.0]}, "weight must have shape"),
        ({"weight": [-1.0]}, "weight must be finite"),
        ({"fixed": [5]}, "fixed must be"),
        ({"fixed": [0.5]}, "fixed must be"),
        ({"group": [0]}, "group must be"),
        ({"capacity": Capacity([1.0, np.nan])}, "capacity must be"),
        ({"capacity": Capacity([1.0, 1.0], divisible=True)}, "wholly from one site"),
    ],
)
def test_malformed_arrays_are_value_errors(wrong, words) -> None:  # type: ignore[no-untyped-def]
    arguments = {"cost": [[1.0, 2.0]], "p": 1, **wrong}
    with pytest.raises(ValueError, match=words):
        p_median(**arguments)


def test_plain_numbers_say_the_same_as_things() -> None:
    cost = np.array([[1.0, 5, 9], [4, 2, 7], [9, 3, 1], [6, 6, 2]])
    as_things = p_median(cost, 2, capacity=Capacity([3.0, 2, 2], [1.0, 1, 1, 1]), stop=Stop(gap=0.0))
    plain = p_median(cost, 2, capacity=[3.0, 2, 2], demand=[1.0, 1, 1, 1], gap=0.0, time_limit_s=60)
    assert plain.cost == as_things.cost
    assert plain.sites.tolist() == as_things.sites.tolist()
    covers = cost < 4
    budget = Budget([2.0, 1, 1], 2.0)
    assert (
        maximal_coverage(covers, 2, budget=budget).cost
        == maximal_coverage(covers, 2, site_cost=[2.0, 1, 1], budget=2.0).cost
    )
    with pytest.raises(ValueError, match="site_cost"):
        maximal_coverage(covers, 2, budget=2.0)
