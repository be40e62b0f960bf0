"""What the distance tests take out, no best tree needs."""

import numpy as np
import pytest

from infragap.analyses.solvers.prize_collecting.graph import build_network
from infragap.analyses.solvers.prize_collecting.reductions import reduce_by_distance
from infragap.analyses.solvers.steiner import prize_collecting_tree
from infragap.analyses.solvers.stopping import UNTIL_PROVEN
from tests.analyses.solvers.prize_collecting.networks import network_of


@pytest.mark.parametrize("seed", range(30))
def test_distance_tests_keep_an_optimal_tree(seed: int) -> None:
    # a walk that counted a prize twice once threw an edge away that every best tree needs (845 nodes, half the mean
    # cost)
    network, edges, cost, prize = network_of(90, seed, share=1.0)
    reduced = reduce_by_distance(network)
    whole = prize_collecting_tree(edges, cost, 0.5 * prize, 0, stop=UNTIL_PROVEN)
    halved = reduce_by_distance(
        build_network(edges, cost, 0.5 * prize, 0, node_of=np.arange(90), edge_of=np.arange(len(edges)))
    )
    part = prize_collecting_tree(edges[halved.edge_of], cost[halved.edge_of], 0.5 * prize, 0, stop=UNTIL_PROVEN)
    assert part.cost == pytest.approx(whole.cost, rel=1e-8)
    assert reduced.n_arcs < network.n_arcs
