"""Paths, network, branches and shares against independent sums."""

import networkx as nx
import numpy as np
import pytest

from infragap.analyses.electricity.least_cost.branches import grow_branches
from infragap.analyses.electricity.least_cost.plan import least_cost, with_junctions
from infragap.analyses.electricity.least_cost.shares import fair_shares
from infragap.analyses.electricity.least_cost.study import Study, prepare
from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.analyses.electricity.routing.candidates import network_steps
from infragap.analyses.electricity.routing.line_components import COMPONENTS, unit_prices
from infragap.analyses.electricity.routing.network import CandidateNetwork
from infragap.gis.leastcost.distance import cost_distance
from tests.analyses.electricity.small_pack import grid, settlements_at, small_pack

P = ElectricityParameters(no_road_km=1000.0)


@pytest.fixture(scope="module")
def study() -> Study:
    rng = np.random.default_rng(11)
    places = [
        (float(x), float(y), int(h))
        for x, y, h in zip(rng.uniform(3, 12, 18), rng.uniform(2, 18, 18), rng.integers(20, 200, 18), strict=True)
    ]
    hills = 500 + 200 * np.sin(np.add.outer(np.arange(200), 1.3 * np.arange(200)) / 9)
    return prepare(small_pack(settlements_at(places), elevation=grid(hills.astype(np.float32))), P)  # type: ignore[arg-type]


def graph(network: CandidateNetwork) -> nx.Graph:
    result = nx.Graph()
    cost = network.components @ unit_prices(P)
    result.add_weighted_edges_from((int(a), int(b), float(c)) for (a, b), c in zip(network.ends, cost, strict=True))
    return result


def test_components_of_a_way_add_up_to_its_cost_distance(study: Study) -> None:
    searched = study.routes.search.distance.ravel()[study.routes.cell]
    assert study.routes.cost_mvnd == pytest.approx(searched, rel=1e-4)
    assert (study.routes.components[:, COMPONENTS.index("rough_km_upper")] > 0).any()


def test_the_network_holds_every_own_way_at_its_cost(study: Study) -> None:
    shortest = nx.single_source_dijkstra_path_length(graph(study.network), 0)
    for place, node in enumerate(study.network.terminal):
        assert shortest[int(node)] == pytest.approx(study.routes.cost_mvnd[place], rel=1e-4)


def test_the_network_holds_the_ways_to_near_settlements(study: Study) -> None:
    """Each settlement's cheapest way to its three nearest, searched alone on the raster, where it costs less than the
    own line."""
    shape, cells = study.surface.grid.shape, study.routes.cell
    cost = study.surface.cost(P, forest_rule="forbid")
    known = graph(study.network)
    compared = 0
    for place, cell in enumerate(cells):
        alone = cost_distance(cost, [divmod(int(cell), shape[1])], neighbours=16).distance.ravel()[cells]
        from_here = nx.single_source_dijkstra_path_length(known, int(study.network.terminal[place]))
        nearest = np.hypot(
            study.settlements.x - study.settlements.x[place], study.settlements.y - study.settlements.y[place]
        ).argsort()[1:4]
        for other in nearest:
            if 0 < alone[other] < study.routes.cost_mvnd[place]:
                assert from_here[int(study.network.terminal[other])] <= alone[other] * (1 + 1e-4)
                compared += 1
    assert compared > 10


def test_edges_are_their_cells(study: Study) -> None:
    network = study.network
    assert len(np.unique(network.ends, axis=0)) == len(network.ends)
    columns = study.surface.grid.shape[1]
    for edge in range(len(network.ends)):
        cells = network.cells(edge)
        length = np.hypot(np.diff(cells // columns), np.diff(cells % columns)).sum() * 0.1
        assert length == pytest.approx(network.length_km[edge])
        ends = network.node_cell[network.ends[edge]]
        assert cells[-1] == ends[1]
        assert ends[0] in (cells[0], -1)
    assert len(network_steps(network)) == len(network.path) - len(network.ends)


def test_the_junction_round_never_makes_the_plan_dearer(study: Study) -> None:
    one = P.model_copy(update={"junction_rounds": 0, "all_on_grid": True})
    first = least_cost(study, one).choice
    larger = with_junctions(study, first, one, step="round")
    assert len(larger.network.ends) > len(study.network.ends)
    second = least_cost(study, P.model_copy(update={"junction_rounds": 1, "all_on_grid": True})).choice
    assert second.cost_mvnd <= first.cost_mvnd * (1 + 1e-3)


def hand_network() -> CandidateNetwork:
    """Grid - fork (10 km) - A (2 km) and - B (3 km); a piece without a stop lies in the trunk."""
    lengths = [6.0, 4.0, 2.0, 3.0]
    components = np.zeros((4, len(COMPONENTS)))
    components[:, 0] = lengths
    return CandidateNetwork(
        node_cell=np.array([-1, 11, 12, 13, 14]),
        terminal=np.array([3, 4, 0]),
        ends=np.array([[0, 1], [1, 2], [2, 3], [2, 4]]),
        components=components,
        path=np.array([10, 11, 11, 12, 12, 13, 12, 14]),
        path_start=np.array([0, 2, 4, 6, 8]),
    )


def test_branches_by_hand() -> None:
    served = np.array([True, True, True])
    branches = grow_branches(hand_network(), np.ones(4, dtype=bool), served)
    assert branches.parent.tolist() == [-1, 0, 0]
    assert branches.components[:, 0].tolist() == [10, 2, 3]
    assert branches.cells[0].tolist() == [10, 11, 12]
    # the third settlement lies on the line: no branch
    assert branches.branch_of.tolist() == [1, 2, -1]
    assert branches.below(np.array([5.0, 7.0, 100.0])).tolist() == [12, 5, 7]
    assert branches.along(np.array([1.0, 2.0, 3.0])).tolist() == [1, 3, 4]


def test_fair_shares_by_hand() -> None:
    branches = grow_branches(hand_network(), np.ones(4, dtype=bool), np.array([True, True, True]))
    # benefits 8 and 12; own branches 2 and 3 leave 6 and 9; the trunk's 10 are split 6 : 9, 4 and 6
    share = fair_shares(branches, np.array([10.0, 2.0, 3.0]), np.array([8.0, 12.0, 0.0]), np.array([10.0, 20.0, 5.0]))
    assert share.tolist() == pytest.approx([6.0, 9.0, 0.0])
    # benefits 4 and 5 leave 2 and 2 for the trunk; the missing 6 are split by households 1 : 2
    forced = fair_shares(branches, np.array([10.0, 2.0, 3.0]), np.array([4.0, 5.0, 0.0]), np.array([10.0, 20.0, 5.0]))
    assert forced.tolist() == pytest.approx([6.0, 9.0, 0.0])
    assert forced.sum() == pytest.approx(15)
