"""What a planner expects of the tree solver: sums done by hand, honest statuses, clear errors, no dependence on
order."""

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import cKDTree

from infragap.analyses.solvers import steiner
from infragap.analyses.solvers.infeasible import Infeasible
from infragap.analyses.solvers.steiner import primal_tree, prize_collecting_tree
from infragap.analyses.solvers.stopping import UNTIL_PROVEN, Stop
from tests.analyses.solvers.prize_collecting.networks import network_of


def solve(edges, cost, prize, root=0, **options):
    return prize_collecting_tree(
        np.array(edges), np.array(cost, float), np.array(prize, float), root, stop=UNTIL_PROVEN, **options
    )


def test_two_settlements_that_only_together_justify_a_line_are_joined() -> None:
    # grid 0 --10-- junction 1, settlements 2 and 3 each 1 beyond it. Alone: 10 + 1 = 11 > 8. Together: 10 + 1 + 1 = 12
    # < 16.
    edges, cost = [(0, 1), (1, 2), (1, 3)], [10, 1, 1]
    together = solve(edges, cost, [0, 0, 8, 8])
    assert together.cost == 12
    assert together.nodes.all()
    alone = solve(edges, cost, [0, 0, 8, 0])
    assert alone.cost == 8
    assert alone.nodes.tolist() == [True, False, False, False]


def test_a_shared_junction_beats_two_direct_lines() -> None:
    # direct 0-1 and 0-2 cost 5 each = 10; by junction 3: 3 + 2 + 2 = 7
    solution = solve([(0, 1), (0, 2), (0, 3), (3, 1), (3, 2)], [5, 5, 3, 2, 2], [0, 9, 9, 0])
    assert solution.cost == 7
    assert solution.edges.tolist() == [False, False, True, True, True]
    assert solution.status == "optimal"


def test_a_settlement_on_the_way_lends_its_prize_to_those_beyond() -> None:
    # 0 --4-- 1 --4-- 2: node 1 (prize 3) alone does not pay 4, node 2 (prize 6) alone does not pay 8, both: 8 < 9
    solution = solve([(0, 1), (1, 2)], [4, 4], [0, 3, 6])
    assert solution.cost == 8
    assert solution.nodes.all()


def test_of_parallel_edges_the_cheapest_is_taken_and_loops_never() -> None:
    solution = solve([(0, 0), (0, 1), (1, 0), (0, 1)], [0, 5, 2, 3], [0, 4])
    assert solution.edges.tolist() == [False, False, True, False]
    assert solution.cost == 2


def test_a_settlement_at_cost_zero_is_connected() -> None:
    solution = solve([(0, 1), (1, 2)], [0, 0], [0, 1, 1])
    assert solution.nodes.all()
    assert (solution.cost, solution.gap, solution.status) == (0, 0, "optimal")


@pytest.mark.parametrize("prize", [[0.0], [7.0]])
def test_one_node(prize: list[float]) -> None:
    solution = solve(np.empty((0, 2), int), [], prize)
    assert solution.nodes.tolist() == [True]
    assert solution.edges.shape == (0,)
    assert (solution.cost, solution.status) == (0, "optimal")


def test_an_isolated_root_leaves_all_prizes() -> None:
    solution = solve([(1, 2)], [1], [0, 5, 6])
    assert solution.cost == 11
    assert solution.nodes.tolist() == [True, False, False]
    assert solution.status == "optimal"


def test_without_prizes_nothing_is_built() -> None:
    solution = solve([(0, 1), (1, 2), (2, 0)], [1, 1, 1], [0, 0, 0])
    assert not solution.edges.any()
    assert (solution.cost, solution.status) == (0, "optimal")


def test_required_and_forbidden_nodes() -> None:
    # square 0-1-3, 0-2-3: 3 required costs 2 by node 1, 3 by node 2; with 1 forbidden 3, and its prize of 1 is lost: 4
    edges, cost, prize = [(0, 1), (1, 3), (0, 2), (2, 3)], [1, 1, 1, 2], [0, 1, 0, 0]
    assert solve(edges, cost, prize, required=[3]).cost == 2
    detour = solve(edges, cost, prize, required=[3], forbidden=np.array([False, True, False, False]))
    assert detour.cost == 4
    assert detour.nodes.tolist() == [True, False, True, True]


def test_a_required_node_out_of_reach_is_named() -> None:
    with pytest.raises(Infeasible) as raised:
        solve([(0, 1), (2, 3)], [1, 1], [0, 0, 0, 0], required=[1, 2, 3])
    assert raised.value.indices == (2, 3)
    assert raised.value.relaxation
    with pytest.raises(Infeasible) as raised:
        solve([(0, 1), (1, 2)], [1, 1], [0, 0, 0], required=[2], forbidden=[1])
    assert raised.value.indices == (2,)
    with pytest.raises(Infeasible) as raised:
        solve([(0, 1)], [1], [0, 0], forbidden=[0])
    assert raised.value.indices == (0,)


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"edge_cost": [1.0, -1.0]}, "edge_cost"),
        ({"edge_cost": [1.0, np.nan]}, "edge_cost"),
        ({"edge_cost": [1.0]}, "edge_cost"),
        ({"prize": [0.0, np.inf, 1.0]}, "prize"),
        ({"prize": [0.0, -2.0, 1.0]}, "prize"),
        ({"prize": []}, "prize"),
        ({"edges": [(0, 1), (1, 3)]}, "edges"),
        ({"edges": [(0, 1), (1, -1)]}, "edges"),
        ({"edges": [0, 1]}, "edges"),
        ({"edges": [(0.5, 1.0), (1.0, 2.0)]}, "edges"),
        ({"root": 3}, "root"),
        ({"required": [5]}, "required"),
        ({"forbidden": [True, False]}, "forbidden"),
    ],
)
def test_malformed_input_is_named(change: dict[str, object], name: str) -> None:
    good = {"edges": [(0, 1), (1, 2)], "edge_cost": [1.0, 1.0], "prize": [0.0, 1.0, 1.0], "root": 0}
    with pytest.raises(ValueError, match=name):
        prize_collecting_tree(**(good | change))


def street_network(n: int, seed: int, *, share: float = 0.1):
    random = np.random.default_rng(seed)
    points = random.random((n, 2))
    near = cKDTree(points).query(points, 7)[1][:, 1:]
    edges = np.unique(np.sort(np.stack([np.repeat(np.arange(n), 6), near.ravel()], 1), axis=1), axis=0)
    cost = np.linalg.norm(points[edges[:, 0]] - points[edges[:, 1]], axis=1) * random.uniform(1, 1.5, len(edges))
    prize = np.where(random.random(n) < share, random.exponential(5 * cost.mean(), n), 0)
    return edges, cost, prize, 0


def test_a_search_cut_short_is_never_called_optimal() -> None:
    graph = street_network(1500, 5)
    hurried = prize_collecting_tree(*graph, stop=Stop(0, work_limit=0))
    assert (hurried.status, hurried.clock_struck) == ("work_limit", False)
    assert hurried.gap > 1e-6
    assert hurried.gap == pytest.approx((hurried.cost - hurried.lower_bound) / hurried.cost)
    satisfied = prize_collecting_tree(*graph, stop=Stop(0.1, work_limit=0))
    assert satisfied.status == "gap"
    assert 1e-6 < satisfied.gap <= 0.1
    assert primal_tree(*graph).status == "heuristic"


@pytest.mark.slow
def test_a_work_limit_is_kept() -> None:
    graph = street_network(3000, 6)
    prize_collecting_tree(*street_network(100, 1), stop=UNTIL_PROVEN)  # compiled before the clock starts
    start = time.process_time()
    solution = prize_collecting_tree(*graph, stop=Stop(0, work_limit=0.3))
    assert time.process_time() - start < 10  # not a speed test: a limit that nothing heeds would take minutes
    assert solution.status == "work_limit"


@settings(max_examples=25)
@given(st.integers(0, 10**6))
def test_order_of_edges_and_numbers_of_nodes_do_not_matter(seed: int) -> None:
    edges, cost, prize, root = street_network(40, seed, share=0.4)
    random = np.random.default_rng(seed)
    first = prize_collecting_tree(edges, cost, prize, root, stop=UNTIL_PROVEN)
    order, flip = random.permutation(len(edges)), random.random(len(edges)) < 0.5
    shuffled = np.where(flip[:, None], edges[:, ::-1], edges)[order]
    again = prize_collecting_tree(shuffled, cost[order], prize, root, stop=UNTIL_PROVEN)
    assert np.array_equal(again.nodes, first.nodes)
    assert np.array_equal(again.edges, first.edges[order])
    assert again.cost == pytest.approx(first.cost, rel=1e-12)
    number = random.permutation(len(prize))
    moved = prize_collecting_tree(number[edges], cost, prize[np.argsort(number)], int(number[root]), stop=UNTIL_PROVEN)
    assert moved.cost == pytest.approx(first.cost, rel=1e-8)
    # costs are drawn from a continuum, so that the best tree is the only one
    assert np.array_equal(moved.nodes[number], first.nodes)
    assert np.array_equal(moved.edges, first.edges)
    assert first.status == again.status == moved.status == "optimal"


@settings(max_examples=15)
@given(st.integers(0, 10**6))
def test_dearer_edges_and_higher_prizes_never_make_the_optimum_cheaper(seed: int) -> None:
    edges, cost, prize, root = street_network(40, seed, share=0.5)
    base = prize_collecting_tree(edges, cost, prize, root, stop=UNTIL_PROVEN).cost
    assert prize_collecting_tree(edges, 1.3 * cost, prize, root, stop=UNTIL_PROVEN).cost >= base * (1 - 1e-8)
    assert prize_collecting_tree(edges, cost, 1.3 * prize, root, stop=UNTIL_PROVEN).cost >= base * (1 - 1e-8)


def test_the_same_input_gives_the_same_output() -> None:
    graph = street_network(400, 9)
    first, second = (prize_collecting_tree(*graph, stop=UNTIL_PROVEN) for _ in range(2))
    assert np.array_equal(first.edges, second.edges)
    assert (first.cost, first.lower_bound) == (second.cost, second.lower_bound)


@pytest.mark.parametrize("one_start_from_arcs", [0, steiner.ONE_START_FROM_ARCS])
def test_a_known_tree_is_never_made_worse(one_start_from_arcs: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steiner, "ONE_START_FROM_ARCS", one_start_from_arcs)
    graph = street_network(400, 11)
    best = prize_collecting_tree(*graph, stop=UNTIL_PROVEN)
    warm = primal_tree(*graph, start=best.nodes)
    assert warm.cost <= best.cost * (1 + 1e-12)
    assert warm.lower_bound <= best.cost
    assert prize_collecting_tree(*graph, start=best.nodes, stop=Stop(0.05)).cost <= best.cost * (1 + 1e-12)


@pytest.mark.slow
@pytest.mark.parametrize(("share", "scale"), [(1.0, 1.0), (0.1, 3.0)])
def test_twenty_thousand_nodes_to_one_percent(share: float, scale: float) -> None:
    _, edges, cost, prize = network_of(20_000, 1, share=share)
    solution = prize_collecting_tree(edges, cost, scale * prize, 0, stop=Stop(1e-2, 300))
    assert solution.status in {"gap", "optimal"}
    assert solution.gap <= 1e-2
