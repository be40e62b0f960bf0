"""After cells were closed, or sources came, a search of what that touches gives what a whole search gives."""

import numpy as np
import pytest

from infragap.gis.leastcost.again import after_closing, with_more_sources, with_regions
from infragap.gis.leastcost.distance import LeastCost, cost_distance
from infragap.gis.leastcost.steps import MOVES, Rules


def walked(search: LeastCost, cost: np.ndarray, neighbours: int) -> None:
    """Each predecessor explains its cell: its distance and one step by hand give the cell's own."""
    assert search.predecessor is not None
    rows, columns = cost.shape
    for row, column in np.argwhere(search.predecessor >= 0).tolist():
        down, right = MOVES[search.predecessor[row, column]].tolist()
        r, c = row - down, column - right
        assert 0 <= r < rows
        assert 0 <= c < columns
        mean = (cost[r, c] + cost[row, column]) / 2
        if abs(down * right) == 2:
            first = cost[r + int(down / 2), c + int(right / 2)]
            mean = (2 * mean + first + cost[r + np.sign(down), c + np.sign(right)]) / 4
        elif down and right:
            assert not (np.isinf(cost[r, column]) and np.isinf(cost[row, c]))
        assert search.distance[row, column] == pytest.approx(
            search.distance[r, c] + mean * np.hypot(down, right), rel=1e-6
        )


@pytest.mark.parametrize(("seed", "neighbours"), [(1, 8), (2, 16), (3, 16)])
def test_distances_are_those_of_a_whole_search(seed: int, neighbours: int) -> None:
    rng, rules = np.random.default_rng(seed), Rules(neighbours=neighbours)
    cost = rng.integers(1, 4, (30, 36)).astype(np.float32)  # many equal paths
    cost[rng.random(cost.shape) < 0.1] = np.inf
    starts = np.full(cost.shape, np.inf, np.float32)
    starts.ravel()[rng.choice(cost.size, 12, replace=False)] = rng.integers(0, 20, 12)
    search = cost_distance(cost, starts, neighbours=neighbours, predecessors=True, regions=True)
    same_regions = with_regions(cost_distance(cost, starts, neighbours=neighbours, predecessors=True), starts, rules)
    assert (same_regions.region == search.region).all()
    for _ in range(3):
        closed = np.flatnonzero(np.isfinite(cost).ravel() & (rng.random(cost.size) < 0.02))
        cost = cost.copy()
        cost.ravel()[closed] = np.inf
        starts.ravel()[closed] = np.inf
        search = after_closing(cost, starts, search, closed, rules)
        assert (search.distance == cost_distance(cost, starts, neighbours=neighbours).distance).all()
    assert search.region is None
    region = with_regions(search, starts, rules).region
    assert region is not None
    assert ((region >= 0) == np.isfinite(search.distance)).all()
    assert set(np.unique(region[region >= 0])) <= set(np.flatnonzero(np.isfinite(starts)))
    if seed < 3:
        walked(search, cost, neighbours)


@pytest.mark.parametrize(("seed", "neighbours"), [(4, 8), (5, 16)])
def test_distances_with_more_sources_are_those_of_a_whole_search(seed: int, neighbours: int) -> None:
    rng, rules = np.random.default_rng(seed), Rules(neighbours=neighbours)
    cost = rng.integers(1, 4, (30, 36)).astype(np.float32)  # many equal paths
    cost[rng.random(cost.shape) < 0.1] = np.inf
    starts = np.full(cost.shape, np.inf, np.float32)
    starts.ravel()[rng.choice(cost.size, 5, replace=False)] = rng.integers(0, 20, 5)
    before = cost_distance(cost, starts, neighbours=neighbours, predecessors=True)
    # some twice, one of those before, one on a barrier
    cells = np.array([*rng.choice(cost.size, 6), np.isfinite(starts).argmax(), np.isinf(cost).argmax()]).repeat(2)
    starts.ravel()[cells] = 0.0
    search = with_more_sources(cost, before, cells, rules)
    assert (search.distance == cost_distance(cost, starts, neighbours=neighbours).distance).all()
    assert (search.distance < before.distance).any()
    region = with_regions(search, starts, rules).region
    assert region is not None
    assert ((region >= 0) == np.isfinite(search.distance)).all()
    walked(search, cost, neighbours)
