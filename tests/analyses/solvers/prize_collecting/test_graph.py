"""Distances on the network against another library."""

import networkx as nx
import numpy as np
import pytest

from infragap.analyses.solvers.prize_collecting.graph import distances
from tests.analyses.solvers.prize_collecting.networks import network_of


@pytest.mark.parametrize("seed", range(20))
def test_distances_are_those_of_networkx(seed: int) -> None:
    network, edges, cost, _ = network_of(40, seed)
    start = np.full(40, np.inf)
    start[0] = 0
    everywhere = np.ones(network.n_arcs, bool)
    found = distances(network, network.arc_cost, start, everywhere, False)
    graph = nx.Graph()
    graph.add_nodes_from(range(40))
    graph.add_weighted_edges_from((u, v, c) for (u, v), c in zip(edges.tolist(), cost, strict=True))
    expected = nx.single_source_dijkstra_path_length(graph, 0)
    assert found == pytest.approx([expected.get(v, np.inf) for v in range(40)])
