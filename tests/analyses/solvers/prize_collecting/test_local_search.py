"""Local search never loses what it has."""

import pytest

from infragap.analyses.solvers.prize_collecting.local_search import improve
from infragap.analyses.solvers.prize_collecting.tree import tree_through
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
