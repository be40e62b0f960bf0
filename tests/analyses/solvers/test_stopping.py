"""Work ends a search, alike on every machine; the clock only guards, and is told."""

import pickle
import time
from collections.abc import Callable

import numpy as np
import pytest

from infragap.analyses.solvers.infeasible import Infeasible, Undecided
from infragap.analyses.solvers.location import Budget, Capacity, maximal_coverage, p_center, p_median
from infragap.analyses.solvers.steiner import prize_collecting_tree
from infragap.analyses.solvers.stopping import Meter, Stop
from tests.analyses.solvers.prize_collecting.networks import network_of


def tree(stop: Stop):  # type: ignore[no-untyped-def]
    _, edges, cost, prize = network_of(1200, 4, share=0.1)
    return prize_collecting_tree(edges, cost, 5 * prize, 0, stop=stop)


def distances(customers: int, sites: int, seed: int):  # type: ignore[no-untyped-def]
    random = np.random.default_rng(seed)
    return random, np.hypot(*(random.random((2, customers, 1)) - random.random((2, 1, sites))))


def median(stop: Stop):  # type: ignore[no-untyped-def]
    return p_median(distances(300, 200, 1)[1], 20, stop=stop)


def capacitated_median(stop: Stop):  # type: ignore[no-untyped-def]
    random, cost = distances(60, 60, 3)
    demand = random.integers(3, 20, 60).astype(float)
    return p_median(cost, 6, capacity=Capacity(np.full(60, 1.04 * demand.sum() / 6), demand), stop=stop)


def center(stop: Stop):  # type: ignore[no-untyped-def]
    return p_center(distances(200, 200, 4)[1], 11, stop=stop)


def coverage(stop: Stop):  # type: ignore[no-untyped-def]
    random, cost = distances(120, 60, 5)
    people, price = random.integers(5, 300, 120).astype(float), random.integers(5, 30, 60).astype(float)
    capacity = Capacity(random.integers(300, 1500, 60).astype(float), people)
    return maximal_coverage(cost < 0.18, 12, weight=people, capacity=capacity, budget=Budget(price, 140), stop=stop)


SEARCHES = (tree, median, capacitated_median, center, coverage)


def told(solution: object) -> bytes:
    """All that a solution says, bit by bit."""
    return pickle.dumps(vars(solution))


@pytest.mark.slow
@pytest.mark.parametrize("search", SEARCHES)
def test_a_clock_eight_times_faster_changes_nothing(search: Callable[[Stop], object]) -> None:
    """At a limit that cuts most of them short, the solution, the bound and the status are the same bits."""
    usual = search(Stop(0, work_limit=0.05))
    hurried = search(Stop(0, work_limit=0.05, clock=lambda: 8 * time.perf_counter()))
    assert told(usual) == told(hurried)


@pytest.mark.slow
def test_the_limit_cuts_some_of_them_short() -> None:
    statuses = {search(Stop(0, work_limit=0.05)).status for search in (tree, capacitated_median, coverage)}
    assert "work_limit" in statuses


@pytest.mark.slow
@pytest.mark.parametrize("search", SEARCHES)
def test_more_work_never_makes_the_proof_worse(search: Callable[[Stop], object]) -> None:
    gaps = [search(Stop(0, work_limit=work)).gap for work in (0.0, 0.1)]  # type: ignore[attr-defined]
    assert gaps[0] >= gaps[1] - 1e-9


@pytest.mark.parametrize("search", SEARCHES)
def test_the_guard_on_the_time_is_told(search: Callable[[Stop], object]) -> None:
    solution = search(Stop(0, time_limit_s=0.0))
    assert solution.clock_struck  # type: ignore[attr-defined]
    assert solution.status in ("time_limit", "optimal")  # type: ignore[attr-defined]


def test_the_meter_asks_the_clock_only_while_work_is_left() -> None:
    meter = Meter(Stop(work_limit=1.0, time_limit_s=10.0, clock=iter([0.0, 5.0, 20.0]).__next__))
    assert not meter.is_over  # at 5 s
    meter.spend(1.0)
    assert meter.is_over  # the work: the clock is not asked
    assert (meter.clock_struck, meter.status) == (False, "work_limit")
    late = Meter(Stop(work_limit=1.0, time_limit_s=10.0, clock=iter([0.0, 20.0]).__next__))
    assert late.is_over
    assert (late.clock_struck, late.status) == (True, "time_limit")


def test_without_a_decision_within_the_work_nothing_is_called_infeasible() -> None:
    """120 customers, each reached by three of 60 sites at random: whether 24 sites reach all takes a search."""
    random = np.random.default_rng(2)
    cost = np.full((120, 60), np.inf)
    cost[np.arange(120)[:, None], np.argsort(random.random((120, 60)), axis=1)[:, :3]] = 1.0
    with pytest.raises(Undecided, match="within the work allowed") as raised:
        p_median(cost, 24, stop=Stop(work_limit=0.0))
    copy = pickle.loads(pickle.dumps(raised.value))
    assert isinstance(copy, Undecided)
    assert isinstance(copy, Infeasible)  # callers that tell the one tell the other
    assert copy.relaxation
