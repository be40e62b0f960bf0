"""A violated cut is found, a met one is not."""

import numpy as np

from infragap.analyses.solvers.prize_collecting.cuts import separate
from infragap.analyses.solvers.prize_collecting.graph import build_network


def test_a_violated_cut_is_found_and_a_met_one_is_not() -> None:
    # path 0-1-2, half of arc 0->1 and all of 1->2 taken, node 2 wholly: too little enters {1, 2}
    network = build_network(
        np.array([(0, 1), (1, 2)]), np.ones(2), np.ones(3), 0, node_of=np.arange(3), edge_of=np.arange(2)
    )
    graph = (network, np.ones(4, bool))
    taken = np.array([0.5, 0, 1, 0])
    demand = np.array([0, 0.5, 1.0])
    pointer, arcs, nodes = separate(*graph, taken, demand, np.array([2, 1]), 1e-6, 10)
    assert pointer.tolist() == [0, 1]
    assert arcs.tolist() == [0]
    assert nodes.tolist() == [2]
    _, _, none = separate(*graph, np.array([1.0, 0, 1, 0]), demand, np.array([2, 1]), 1e-6, 10)
    assert len(none) == 0
