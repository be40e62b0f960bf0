"""The parts of the tree solver, each against something simpler."""

import pickle

import networkx as nx
import numpy as np
import pytest
from scipy.spatial import cKDTree

from infragap.analyses.solvers.infeasible import Infeasible
from infragap.analyses.solvers.prize_collecting.cuts import separate
from infragap.analyses.solvers.prize_collecting.dual_ascent import dual_ascent
from infragap.analyses.solvers.prize_collecting.graph import Network, build_network, distances
from infragap.analyses.solvers.prize_collecting.local_search import improve
from infragap.analyses.solvers.prize_collecting.reductions import reduce_by_distance
from infragap.analyses.solvers.prize_collecting.tree import best_tree_on, tree_through
from infragap.analyses.solvers.steiner import prize_collecting_tree


def network_of(n: int, seed: int, share: float = 0.4) -> tuple[Network, np.ndarray, np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    points = random.random((n, 2))
    near = cKDTree(points).query(points, 6)[1][:, 1:]
    edges = np.unique(np.sort(np.stack([np.repeat(np.arange(n), 5), near.ravel()], 1), axis=1), axis=0)
    cost = np.linalg.norm(points[edges[:, 0]] - points[edges[:, 1]], axis=1) * random.uniform(1, 1.5, len(edges))
    prize = np.where(random.random(n) < share, random.exponential(1.5 * cost.mean(), n), 0)
    network = build_network(edges, cost, prize, 0, node_of=np.arange(n), edge_of=np.arange(len(edges)))
    return network, edges, cost, prize


@pytest.mark.parametrize("seed", range(20))
def test_distances_are_those_of_networkx(seed: int) -> None:
    network, edges, cost, _ = network_of(40, seed)
    start = np.full(40, np.inf)
    start[0] = 0
    everywhere = np.ones(network.n_arcs, bool)
    found = distances(network.pointer, network.out_arc, network.head, network.arc_cost, start, everywhere, False)
    graph = nx.Graph()
    graph.add_nodes_from(range(40))
    graph.add_weighted_edges_from((u, v, c) for (u, v), c in zip(edges.tolist(), cost, strict=True))
    expected = nx.single_source_dijkstra_path_length(graph, 0)
    assert found == pytest.approx([expected.get(v, np.inf) for v in range(40)])


@pytest.mark.parametrize("seed", range(30))
def test_dual_ascent_stays_below_every_tree_and_pays_from_the_costs(seed: int) -> None:
    network, edges, cost, prize = network_of(60, seed)
    ascent = dual_ascent(
        network,
        reduced_cost=network.arc_cost,
        slack=network.prize,
        open_arc=np.ones(network.n_arcs, bool),
        favour=np.ones(60),
        keep_cuts=True,
    )
    best = prize_collecting_tree(edges, cost, prize, 0, gap=0)
    assert ascent.bound <= best.cost * (1 + 1e-12)
    assert ascent.reduced_cost.min() >= 0
    assert ascent.slack.min() >= 0
    # every tree, directed away from the root, costs at least the bound plus what it uses of the reduced costs
    tree = best_tree_on(network, best.nodes)
    used = tree.parent_arc[tree.parent_arc >= 0]
    left = ascent.reduced_cost[used].sum() + ascent.slack[~tree.nodes].sum()
    assert ascent.bound + left <= tree.cost * (1 + 1e-12)


@pytest.mark.parametrize("seed", range(30))
def test_distance_tests_keep_an_optimal_tree(seed: int) -> None:
    # a walk that counted a prize twice once threw an edge away that every best tree needs (845 nodes, half the mean cost)
    network, edges, cost, prize = network_of(90, seed, share=1.0)
    reduced = reduce_by_distance(network)
    whole = prize_collecting_tree(edges, cost, 0.5 * prize, 0, gap=0)
    halved = reduce_by_distance(
        build_network(edges, cost, 0.5 * prize, 0, node_of=np.arange(90), edge_of=np.arange(len(edges)))
    )
    part = prize_collecting_tree(edges[halved.edge_of], cost[halved.edge_of], 0.5 * prize, 0, gap=0)
    assert part.cost == pytest.approx(whole.cost, rel=1e-8)
    assert reduced.n_arcs < network.n_arcs


@pytest.mark.parametrize("seed", range(30))
def test_local_search_never_makes_a_tree_dearer(seed: int) -> None:
    network, edges, cost, prize = network_of(120, seed, share=0.2)
    tree = tree_through(network, network.arc_cost, network.prize > 0)
    better = improve(network, tree)
    assert better.cost <= tree.cost
    used = better.parent_arc[better.parent_arc >= 0] >> 1
    total = cost[used].sum() + prize[~better.nodes].sum()
    assert better.cost == pytest.approx(total, rel=1e-12)
    assert better.cost >= prize_collecting_tree(edges, cost, prize, 0, gap=0).lower_bound


def test_a_violated_cut_is_found_and_a_met_one_is_not() -> None:
    # path 0-1-2, half of arc 0->1 and all of 1->2 taken, node 2 wholly: too little enters {1, 2}
    network = build_network(
        np.array([(0, 1), (1, 2)]), np.ones(2), np.ones(3), 0, node_of=np.arange(3), edge_of=np.arange(2)
    )
    graph = (network.pointer, network.out_arc, network.head, 0, np.ones(4, bool))
    taken = np.array([0.5, 0, 1, 0])
    demand = np.array([0, 0.5, 1.0])
    pointer, arcs, nodes = separate(*graph, taken, demand, np.array([2, 1]), 1e-6, 10)
    assert pointer.tolist() == [0, 1]
    assert arcs.tolist() == [0]
    assert nodes.tolist() == [2]
    _, _, none = separate(*graph, np.array([1.0, 0, 1, 0]), demand, np.array([2, 1]), 1e-6, 10)
    assert len(none) == 0


def test_infeasible_keeps_its_fields_between_processes() -> None:
    error = Infeasible("2 nodes cannot be reached.", indices=(3, 5), relaxation="Drop them.")
    copy = pickle.loads(pickle.dumps(error))
    assert (copy.message, copy.indices, copy.relaxation) == ("2 nodes cannot be reached.", (3, 5), "Drop them.")
    assert str(copy) == "2 nodes cannot be reached. Drop them."


@pytest.mark.slow
@pytest.mark.parametrize(("share", "scale"), [(1.0, 1.0), (0.1, 3.0)])
def test_twenty_thousand_nodes_to_one_percent(share: float, scale: float) -> None:
    _, edges, cost, prize = network_of(20_000, 1, share=share)
    solution = prize_collecting_tree(edges, cost, scale * prize, 0, gap=1e-2, time_limit_s=300)
    assert solution.status in {"gap", "optimal"}
    assert solution.gap <= 1e-2
