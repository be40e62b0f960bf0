"""The dual ascent bounds every tree, and takes no more than the costs hold."""

import numpy as np
import pytest

from infragap.analyses.solvers.prize_collecting.dual_ascent import dual_ascent
from infragap.analyses.solvers.prize_collecting.tree import best_tree_on
from infragap.analyses.solvers.steiner import prize_collecting_tree
from infragap.analyses.solvers.stopping import UNTIL_PROVEN
from tests.analyses.solvers.prize_collecting.networks import network_of


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
    best = prize_collecting_tree(edges, cost, prize, 0, stop=UNTIL_PROVEN)
    assert ascent.bound <= best.cost * (1 + 1e-12)
    assert ascent.reduced_cost.min() >= 0
    assert ascent.slack.min() >= 0
    # every tree, directed away from the root, costs at least the bound plus what it uses of the reduced costs
    tree = best_tree_on(network, best.nodes)
    used = tree.parent_arc[tree.parent_arc >= 0]
    left = ascent.reduced_cost[used].sum() + ascent.slack[~tree.nodes].sum()
    assert ascent.bound + left <= tree.cost * (1 + 1e-12)
