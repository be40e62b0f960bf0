"""Plans within the headroom of feeders: no plan found by enumeration lies below the bound, whatever the prices."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infragap.analyses.arrays import FloatArray
from infragap.analyses.electricity.headroom import layers
from infragap.analyses.electricity.headroom.layers import PricedLimit, Relaxation
from infragap.analyses.electricity.headroom.prices import Proven, ascend, settled
from infragap.analyses.electricity.headroom.signs import Priced, ascend_by_signs
from infragap.analyses.electricity.least_cost.choice import TreeProblem
from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.analyses.electricity.routing.existing_grid import CapacityLimit
from infragap.analyses.electricity.routing.line_components import COMPONENTS
from infragap.analyses.electricity.routing.network import CandidateNetwork

pytestmark = pytest.mark.slow

P = ElectricityParameters(plan_gap=1e-9)


def proven_bound(relaxation: Relaxation, *, known_mvnd: float, paid_mvnd: float, price: FloatArray) -> Proven:
    """Bound of the best prices that are found from these on."""
    found = ascend(relaxation, P, known_mvnd=known_mvnd, paid_mvnd=paid_mvnd, price=price)
    return settled(relaxation, P, found, known_mvnd=known_mvnd, paid_mvnd=paid_mvnd)


def random_relaxation(seed: int, n: int = 4) -> Relaxation:
    """Settlements on nodes 1 to n, three feeders at node 0, of which two are known to have little left."""
    rng = np.random.default_rng(seed)
    pairs = sorted(
        {(0, 1), (0, 2), (0, n)}
        | {tuple(sorted(rng.choice(np.arange(1, n + 1), 2, replace=False).tolist())) for _ in range(4)}
    )
    ends = np.array(pairs)
    edge_row = np.where((ends == 0).any(axis=1), rng.integers(0, 3, len(ends)), -1)
    network = CandidateNetwork(
        node_cell=np.append(-1, np.arange(10, 10 + n)),
        terminal=np.arange(1, n + 1),
        ends=ends,
        components=np.zeros((len(ends), len(COMPONENTS))),
        path=np.zeros(2 * len(ends), dtype=np.int64),
        path_start=np.arange(0, 2 * len(ends) + 1, 2),
    )
    edge_mvnd = rng.integers(1, 20, len(ends)).astype(float)
    load = rng.integers(1, 9, n).astype(float)
    problem = TreeProblem(
        edge_mvnd=edge_mvnd,
        local_mvnd=rng.integers(5, 20, n).astype(float),
        lv_mvnd=np.where(rng.random(n) < 0.4, rng.integers(10, 40, n), np.inf).astype(float),
        offgrid_mvnd=rng.integers(20, 60, n).astype(float),
        households=rng.integers(1, 30, n).astype(float),
        must_grid=rng.random(n) < 0.2,
        barred=np.zeros(n, dtype=bool),
    )
    kept = [CapacityLimit(f"feeder {k}", frozenset([k]), float(rng.uniform(0.2, 0.8) * load.sum())) for k in (0, 1)]
    return Relaxation(
        network=network,
        problem=problem,
        edge_row=edge_row,
        own_row=rng.integers(-1, 3, n),
        load_kw=load,
        limits=tuple(PricedLimit(limit) for limit in kept),
        rows=3,
    )


def feeder_of_nodes(relaxation: Relaxation, chosen: tuple[bool, ...]) -> dict[int, int] | None:
    """Node → feeder of a forest of lines; None where the lines close a circle or hang on nothing."""
    ends = relaxation.network.ends[np.array(chosen)]
    rows = relaxation.edge_row[np.array(chosen)]
    fed: dict[int, int] = {}
    left = list(zip(ends.tolist(), rows.tolist(), strict=True))
    while left:
        for k, ((a, b), row) in enumerate(left):
            known = [end for end in (a, b) if end == 0 or end in fed]
            if len(known) == 2:
                return None
            if known:
                new = b if known[0] == a else a
                fed[new] = row if known[0] == 0 else fed[known[0]]
                left.pop(k)
                break
        else:
            return None
    return fed


def enumerated(relaxation: Relaxation, allowed: float) -> float:
    """Least cost over all forests and all ways of supplying everybody that keep limits and target."""
    r, problem = relaxation, relaxation.problem
    n, best = len(problem.households), np.inf
    for chosen in itertools.product([False, True], repeat=len(r.network.ends)):
        fed = feeder_of_nodes(r, chosen)
        if fed is None:
            continue
        lines = float(problem.edge_mvnd[np.array(chosen)].sum())
        ways = []
        for k in range(n):
            off = np.inf if problem.must_grid[k] else float(problem.offgrid_mvnd[k])
            ways.append([(off, -1, False), (float(problem.lv_mvnd[k]), int(r.own_row[k]), True)])
            if k + 1 in fed:
                ways[-1].append((float(problem.local_mvnd[k]), fed[k + 1], True))
        for combination in itertools.product(*ways):
            cost = lines + sum(way[0] for way in combination)
            if cost >= best:
                continue
            off = sum(h for h, way in zip(problem.households, combination, strict=True) if not way[2])
            load = {limit.limit.name: 0.0 for limit in r.limits}
            for kw, (_, row, _) in zip(r.load_kw, combination, strict=True):
                for limit in r.limits:
                    load[limit.limit.name] += kw if row in limit.limit.lines else 0.0
            if off <= allowed + 1e-9 and all(load[x.limit.name] <= x.limit.headroom_kw + 1e-9 for x in r.limits):
                best = cost
    return best


@settings(max_examples=25)
@given(st.integers(0, 100_000), st.floats(0.2, 1.0))
def test_no_plan_within_limits_and_target_costs_less_than_the_bound(seed: int, share: float) -> None:
    r = random_relaxation(seed)
    allowed = share * float(r.problem.households.sum())
    best = enumerated(r, allowed)
    if not np.isfinite(best):
        return
    found = proven_bound(r, known_mvnd=best, paid_mvnd=0.0, price=np.zeros(2))
    assert found.mvnd <= best + 1e-6
    for price in (0.0, 0.5, 2.0):
        # a price of households too: the target pays back what it allows
        priced = replace(r, problem=_with_price(r.problem, price))
        proven = proven_bound(priced, known_mvnd=best, paid_mvnd=price * allowed, price=np.full(2, price))
        assert proven.mvnd <= best + 1e-6


def _with_price(problem: TreeProblem, price: float) -> TreeProblem:
    return TreeProblem(**{**vars(problem), "household_price_mvnd": price})


def test_headroom_that_everybody_lacks_is_priced_in_full() -> None:
    """One feeder with room for one of two: the other stays off it, and the bound says so."""
    network = CandidateNetwork(
        node_cell=np.array([-1, 10, 11]),
        terminal=np.array([1, 2]),
        ends=np.array([[0, 1], [0, 2]]),
        components=np.zeros((2, len(COMPONENTS))),
        path=np.zeros(4, dtype=np.int64),
        path_start=np.array([0, 2, 4]),
    )
    problem = TreeProblem(
        edge_mvnd=np.array([1.0, 1.0]),
        local_mvnd=np.array([4.0, 4.0]),
        lv_mvnd=np.full(2, np.inf),
        offgrid_mvnd=np.array([25.0, 15.0]),
        households=np.array([10.0, 10.0]),
        must_grid=np.zeros(2, dtype=bool),
        barred=np.zeros(2, dtype=bool),
    )
    edge_row = np.zeros(2, dtype=np.int64)
    r = Relaxation(
        network=network,
        problem=problem,
        edge_row=edge_row,
        own_row=np.zeros(2, dtype=np.int64),
        load_kw=np.array([10.0, 10.0]),
        limits=(PricedLimit(CapacityLimit("feeder", frozenset([0]), 10.0)),),
        rows=1,
    )
    # without limits both join for 10; with it the first, 5, beside 15 off the grid; at 1 a kW the second is indifferent
    found = proven_bound(r, known_mvnd=20.0, paid_mvnd=0.0, price=np.array([1.2]))
    assert found.mvnd == pytest.approx(20.0, abs=1e-6)
    assert 1.0 <= found.price[0] <= 2.0


def lifting(relaxation: Relaxation, allowed: float, lift_kw: FloatArray, lift_mvnd: FloatArray) -> float:
    """Least cost over all plans, whichever limits they lift."""
    costs = []
    for lifted in itertools.product([0, 1], repeat=len(relaxation.limits)):
        limits = tuple(
            PricedLimit(replace(each.limit, headroom_kw=each.limit.headroom_kw + up * kw))
            for each, up, kw in zip(relaxation.limits, lifted, lift_kw, strict=True)
        )
        costs.append(enumerated(replace(relaxation, limits=limits), allowed) + float(lift_mvnd @ np.array(lifted)))
    return min(costs)


@pytest.mark.parametrize("copies", [1, 3, 100])
def test_nothing_lies_below_the_bound_of_a_large_network_whichever_limits_are_lifted(
    copies: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However few nodes the layers hold: who leaves them pays nothing."""
    monkeypatch.setattr(layers, "MOST_COPIES", copies)
    tight = 0
    for seed in range(12):
        rng = np.random.default_rng(seed)
        r = random_relaxation(seed)
        lift_kw, lift_mvnd = rng.uniform(1.0, 12.0, 2), rng.uniform(1.0, 20.0, 2)
        best = lifting(r, np.inf, lift_kw, lift_mvnd)
        if not np.isfinite(best):
            continue
        priced = Priced.of(r, lift_kw, lift_mvnd, 0.0, within=False)
        for price in (np.zeros(2), priced.equal_mvnd_per_kw, rng.uniform(0.0, 4.0, 2)):
            assert priced.at(price).mvnd <= best + 1e-6
        found = ascend_by_signs(priced, np.zeros(2), steps=12).best.mvnd
        assert priced.at(np.zeros(2)).mvnd - 1e-6 <= found <= best + 1e-6
        tight += found >= 0.95 * best
    assert tight >= (7 if copies == 100 else 4)


def nested(relaxation: Relaxation) -> Relaxation:
    """The same with the first limit below the second, as a feeder is below its substation."""
    feeder, station = (each.limit for each in relaxation.limits)
    above = replace(station, lines=frozenset([0, 1]), headroom_kw=feeder.headroom_kw + station.headroom_kw / 2)
    return replace(relaxation, limits=(PricedLimit(feeder), PricedLimit(above)))


@pytest.mark.parametrize("is_nested", [False, True])
def test_nothing_lies_below_the_bound_with_two_prices_of_a_limit(is_nested: bool) -> None:
    """One price where a limit is lifted and a higher one where it is kept: no plan costs less, whichever it does, and
    the bound is never below that of one price."""
    higher = 0
    for seed in range(30):
        rng = np.random.default_rng(seed)
        r = nested(random_relaxation(seed)) if is_nested else random_relaxation(seed)
        lift_kw, lift_mvnd = rng.uniform(1.0, 12.0, 2), rng.uniform(1.0, 20.0, 2)
        best = lifting(r, np.inf, lift_kw, lift_mvnd)
        if not np.isfinite(best):
            continue
        priced = Priced.of(r, lift_kw, lift_mvnd, 0.0, within=False)
        for price in (np.zeros(2), rng.uniform(0.0, 2.0, 2), priced.equal_mvnd_per_kw):
            one, two = priced.at(price, patience=1.0).mvnd, priced.either(price, np.zeros(2, dtype=bool)).proven.mvnd
            assert one - 1e-6 <= two <= best + 1e-6
            higher += two > one + 1e-3
    assert higher >= 10
