"""Shortest ways against networkx and against sums by hand."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infragap.gis.errors import ParameterError
from infragap.gis.lines.network import Graph, Prices, many_ways, nearest_ways, restricted


def random_graph(seed: int) -> tuple[Graph, Prices, nx.DiGraph, np.random.Generator]:
    rng = np.random.default_rng(seed)
    nodes, links = int(rng.integers(3, 30)), int(rng.integers(2, 120))
    tail, head = (rng.integers(0, nodes, links).astype(np.int32) for _ in range(2))
    cost = (rng.integers(0, 64, links) * rng.choice([0.25, 8.0], links)).astype(np.float32)
    cost[rng.random(links) < 0.1] = np.inf
    graph = Graph(nodes, tail, head)
    naive = nx.MultiDiGraph()
    naive.add_nodes_from(range(nodes))
    naive.add_weighted_edges_from(
        (a, b, c) for a, b, c in zip(tail.tolist(), head.tolist(), cost.tolist(), strict=True) if c < np.inf
    )
    return graph, Prices(graph, cost), naive, rng


@given(st.integers(0, 100_000), st.booleans())
def test_equals_networkx(seed, toward):
    graph, prices, naive, rng = random_graph(seed)
    places = rng.integers(0, graph.nodes, 3)
    searched = naive.reverse() if toward else naive
    expected = nx.multi_source_dijkstra_path_length(searched, set(places.tolist()))
    ways = nearest_ways(prices, places, toward=toward)
    assert {n: c for n, c in enumerate(ways.cost.tolist()) if np.isfinite(c)} == pytest.approx(expected)
    # each place's own search says how far it is, and the nearest one is named
    alone = np.stack([nearest_ways(prices, [place], toward=toward).cost for place in places])
    reached = np.isfinite(ways.cost)
    assert (ways.place[~reached] == -1).all()
    np.testing.assert_allclose(alone[ways.place[reached], np.flatnonzero(reached)], ways.cost[reached])
    # minutes summed along a way by kind are its cost; limits cut off what lies beyond, and nothing else
    kind = (np.arange(len(graph.tail)) % 3).astype(np.uint8)
    sums = ways.sums(np.flatnonzero(reached), kind, prices.cost, kinds=3)
    np.testing.assert_allclose(sums.sum(axis=1), ways.cost[reached], atol=1e-5)
    limit = float(np.median(ways.cost[reached]))
    cut = nearest_ways(prices, places, toward=toward, limit=limit).cost
    np.testing.assert_array_equal(np.where(ways.cost <= limit, ways.cost, np.inf), cut)


@settings(max_examples=25)
@given(st.integers(0, 100_000), st.booleans(), st.sampled_from([5.0, np.inf]))
def test_many_places_at_once_are_like_one_after_another(seed, toward, limit):
    graph, prices, _, rng = random_graph(seed)
    places = np.append(rng.integers(0, graph.nodes, 5), -1)
    many = many_ways(prices, places, toward=toward, limit=limit)
    kind = np.zeros(len(graph.tail), np.uint8)
    for number, place in enumerate(places.tolist()):
        alone, one = nearest_ways(prices, [place], toward=toward, limit=limit), many.of(number)
        np.testing.assert_array_equal(many.cost[:, number], alone.cost)
        np.testing.assert_array_equal(one.place, alone.place)
        # its links lead there: their prices are the cost
        reached = np.flatnonzero(np.isfinite(alone.cost))
        sums = one.sums(reached, kind, prices.cost, kinds=1)[:, 0]
        np.testing.assert_allclose(sums, alone.cost[reached], atol=1e-5)


@given(st.integers(0, 100_000), st.booleans())
def test_further_links_are_like_building_them(seed, toward):
    graph, prices, _, rng = random_graph(seed)
    place = [int(rng.integers(graph.nodes))]
    tail, head = rng.integers(0, graph.nodes, (2, 3))
    minutes = rng.integers(0, 40, 3).astype(float)
    built = Graph(
        graph.nodes, np.append(graph.tail, tail).astype(np.int32), np.append(graph.head, head).astype(np.int32)
    )
    expected = nearest_ways(
        Prices(built, np.append(prices.cost, minutes).astype(np.float32)), place, toward=toward
    ).cost
    ways = nearest_ways(prices, place, toward=toward)
    before, nodes = ways.cost.copy(), np.append(np.arange(graph.nodes), -1)
    found = ways.after(tail, head, minutes, nodes)
    np.testing.assert_allclose(found[:-1], expected)
    assert np.isinf(found[-1])
    np.testing.assert_array_equal(ways.cost, before)


@given(st.integers(0, 100_000))
def test_a_part_holds_what_does_not_leave_it(seed):
    graph, prices, _, rng = random_graph(seed)
    kept = rng.random(graph.nodes) < 0.6
    part, number, links, gates = restricted(graph, kept)
    assert part.nodes == kept.sum()
    assert (number[kept] == np.arange(part.nodes)).all()
    inside = Prices(part, prices.cost[links])
    for node in np.flatnonzero(kept).tolist():
        whole = nearest_ways(prices, [node], toward=False).cost[kept]
        own = nearest_ways(inside, [number[node]], toward=False).cost
        assert (own >= whole).all()
        # what is nearer than the nearest gate cannot gain by leaving
        safe = own <= own[gates].min(initial=np.inf)
        np.testing.assert_array_equal(own[safe & np.isfinite(own)], whole[safe & np.isfinite(own)])


def test_links_of_a_way_and_places_that_stand_nowhere():
    graph = Graph(4, np.array([0, 1, 0], np.int32), np.array([1, 2, 2], np.int32))
    ways = nearest_ways(Prices(graph, np.array([1.0, 1.0, 5.0], np.float32)), [-1, 2], toward=True)
    assert ways.cost.tolist() == [2.0, 1.0, 0.0, np.inf]
    assert ways.links(0).tolist() == [0, 1]
    assert ways.place.tolist() == [1, 1, 1, -1]


@pytest.mark.parametrize("cost", [-1.0, np.nan])
def test_costs_that_no_search_can_work_with(cost):
    graph = Graph(2, np.array([0], np.int32), np.array([1], np.int32))
    with pytest.raises(ParameterError, match="1 of 1 links"):
        Prices(graph, np.array([cost], np.float32))


def test_a_search_that_ends_early_knows_what_was_asked_for_and_nothing_beyond() -> None:
    rng = np.random.default_rng(5)
    tail, head = rng.integers(0, 400, (2, 1600))
    prices = Prices(Graph(400, tail.astype(np.int32), head.astype(np.int32)), rng.random(1600).astype(np.float32))
    for toward in (True, False):
        whole = nearest_ways(prices, [3], toward=toward)
        known = np.flatnonzero(np.isfinite(whole.cost))
        until = known[np.argsort(whole.cost[known])[[5, 20, 20]]]
        ended = nearest_ways(prices, [3], toward=toward, until=until)
        np.testing.assert_array_equal(ended.cost[until], whole.cost[until])
        for node in until.tolist():
            np.testing.assert_array_equal(ended.links(node), whole.links(node))
        found = np.isfinite(ended.cost)
        assert found.sum() < len(known)
        np.testing.assert_array_equal(ended.cost[found], whole.cost[found])
        assert whole.cost[~found].min() >= ended.cost[until].max()
