"""Local search never loses what it has."""

import networkx as nx
import numpy as np
import pytest

from infragap.analyses.solvers.prize_collecting import local_search
from infragap.analyses.solvers.prize_collecting.local_search import _shortest_detours, improve, improve_each
from infragap.analyses.solvers.prize_collecting.tree import best_tree_on, tree_through
from infragap.analyses.solvers.steiner import prize_collecting_tree
from infragap.analyses.solvers.stopping import UNTIL_PROVEN
from tests.analyses.solvers.prize_collecting.networks import network_of


@pytest.mark.parametrize("seed", range(30))
def test_local_search_never_makes_a_tree_dearer(seed: int) -> None:
    network, edges, cost, prize = network_of(120, seed, share=0.2)
    tree = tree_through(network, network.arc_cost, network.prize > 0)
    better = improve(network, tree)
    assert better.cost <= tree.cost
    used = better.parent_arc[better.parent_arc >= 0] >> 1
    total = cost[used].sum() + prize[~better.nodes].sum()
    assert better.cost == pytest.approx(total, rel=1e-12)
    assert better.cost >= prize_collecting_tree(edges, cost, prize, 0, stop=UNTIL_PROVEN).lower_bound


def test_trees_beside_each_other_come_out_as_one_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    network, *_ = network_of(120, 3, share=0.2)
    trees = [tree_through(network, network.arc_cost, network.prize > least) for least in (0.0, 0.1, 0.2)]
    alone = [improve(network, tree) for tree in trees]
    monkeypatch.setattr(local_search, "THREADS_FROM_ARCS", 0)
    for one, other in zip(alone, improve_each(network, trees), strict=True):
        assert one.cost == other.cost
        assert one.parent_arc.tolist() == other.parent_arc.tolist()


@pytest.mark.parametrize("seed", range(5))
def test_detours_against_the_shortest_way_between_the_parts(seed: int) -> None:
    """Without prizes a detour is the shortest way outside the tree between the parts that an edge leaves."""
    network, edges, cost, _ = network_of(40, seed)
    network = network._replace(prize=np.zeros(40))
    tree = tree_through(network, network.arc_cost, np.arange(40) % 4 == 0)
    assert tree.nodes.sum() == 1  # nothing is worth its edge
    tree = best_tree_on(network._replace(prize=np.where(np.arange(40) % 4 == 0, np.inf, 0.0)), np.ones(40, np.bool_))
    found = _shortest_detours(network, tree.parent_arc, tree.nodes)
    used = set((tree.parent_arc[tree.parent_arc >= 0] >> 1).tolist())
    away = [k for k in range(len(edges)) if k not in used]

    def ways_from(start: int) -> dict[int, float]:
        """Ways that pass no other node of the tree."""
        graph = nx.DiGraph()
        for k in away:
            for a, b in (edges[k].tolist(), edges[k].tolist()[::-1]):
                if a == start or not tree.nodes[a]:
                    graph.add_edge(a, b, weight=cost[k])
        return nx.single_source_dijkstra_path_length(graph, start) if start in graph else {}

    way = {start: ways_from(start) for start in np.flatnonzero(tree.nodes).tolist()}
    for node in np.flatnonzero(tree.parent_arc >= 0).tolist():
        rest = nx.Graph([edges[k].tolist() for k in used - {int(tree.parent_arc[node]) >> 1}])
        below = nx.node_connected_component(rest, node) if node in rest else {node}
        ways = [way[start].get(end, np.inf) for start in below for end in set(way) - below]
        assert found[node] == pytest.approx(min(ways))
