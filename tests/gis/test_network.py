"""Road network: links along the roads, and matrices against networkx and against sums by hand."""

import geopandas as gpd
import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString

from infragap.gis.errors import ParameterError
from infragap.gis.network import (
    directed_graph,
    directed_graphs,
    merge_chains,
    morton_code,
    road_network,
    travel_from_nearest,
    travel_matrix,
    travel_matrix_along,
)
from infragap.gis.roads import join_roads


def roads_layer(lines: list[LineString], km: list[float]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "road_id": [f"R{k}" for k in range(len(lines))],
            "road_class": "track",
            "surface": "earth",
            "length_km": km,
            "is_bridge": False,
        },
        geometry=lines,
        crs="EPSG:9208",
    )


def test_links_along_roads():
    # 1,000 m drawn, 1.6 km long, cut into links of at most 300 m: four of 250 m, 0.4 km each; the branch: 200 m in one link
    roads = roads_layer([LineString([(0, 0), (1000, 0)]), LineString([(1000, 0), (1000, 200)])], [1.6, 0.2])
    network = road_network(join_roads(roads), spacing_m=300)
    assert len(network.x) == 6
    assert sorted(zip(network.x, network.y, strict=True)) == [
        (0, 0),
        (250, 0),
        (500, 0),
        (750, 0),
        (1000, 0),
        (1000, 200),
    ]
    assert sorted(network.length_km) == pytest.approx([0.2, 0.4, 0.4, 0.4, 0.4])
    drawn = np.hypot(
        network.x[network.head] - network.x[network.tail], network.y[network.head] - network.y[network.tail]
    )
    assert drawn == pytest.approx(np.where(network.road == 0, 250.0, 200.0))
    graph = directed_graph(
        np.r_[network.tail, network.head],
        np.r_[network.head, network.tail],
        np.r_[network.length_km, network.length_km],
        nodes=6,
    )
    first, last = int(np.lexsort((network.y, network.x))[0]), int(np.argmax(network.y))
    assert travel_matrix(graph, [first], [last]) == pytest.approx(np.array([[1.8]]))


@settings(max_examples=40)
@given(st.integers(2, 12), st.integers(0, 40), st.integers(0, 2**32 - 1), st.booleans())
def test_matrix_equals_networkx(nodes, links, seed, toward):
    rng = np.random.default_rng(seed)
    tail, head = rng.integers(0, nodes, (2, links))
    weight = np.where(rng.random(links) < 0.1, np.inf, rng.integers(0, 10, links).astype(float))
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(range(nodes))
    graph.add_weighted_edges_from((a, b, w) for a, b, w in zip(tail, head, weight, strict=True) if np.isfinite(w))
    expected = np.full((nodes, nodes), np.inf)
    for a, row in nx.all_pairs_dijkstra_path_length(graph):
        for b, cost in row.items():
            expected[a, b] = cost
    # the other quantity is twice the cost, so it must come out as twice the least cost
    ours, doubled = directed_graphs(tail, head, weight, 2 * weight, nodes=nodes)
    everyone = np.arange(nodes)
    matrix = travel_matrix(ours, everyone, everyone, toward_sources=toward)
    assert np.array_equal(matrix, expected.T if toward else expected)
    sources = rng.integers(0, nodes, 3)
    again, along = travel_matrix_along(ours, doubled, everyone, everyone, toward_sources=toward)
    assert np.array_equal(again, matrix)
    assert np.array_equal(along, 2 * matrix)
    cost, along_nearest, source = travel_from_nearest(ours, doubled, sources, toward_sources=toward)
    assert np.array_equal(along_nearest, 2 * cost)
    assert np.array_equal(cost, (expected.T if toward else expected)[sources].min(axis=0))
    assert np.array_equal(source >= 0, np.isfinite(cost))
    reached = np.flatnonzero(source >= 0)
    assert np.array_equal((expected.T if toward else expected)[sources[source[reached]], reached], cost[reached])


def test_parallel_links_do_not_add_up_and_limits_are_infinite():
    graph = directed_graph([0, 0, 1, 2], [1, 1, 2, 3], [5.0, 3.0, 4.0, np.inf], nodes=4)
    assert travel_matrix(graph, [0], [0, 1, 2, 3]).tolist() == [[0, 3, 7, np.inf]]
    assert travel_matrix(graph, [0], [1, 2], limit=5).tolist() == [[3, np.inf]]


def test_quantity_of_the_cheapest_of_parallel_ways():
    # 0 → 1 → 2 costs 2 and is 30 km, 0 → 2 costs 3 and is 5 km, and 0 → 1 has a dear twin of 1 km
    graph, km = directed_graphs([0, 1, 0, 0], [1, 2, 2, 1], [1.0, 1.0, 3.0, 2.0], [10.0, 20.0, 5.0, 1.0], nodes=3)
    cost, along = travel_matrix_along(graph, km, [0], [0, 1, 2])
    assert cost.tolist() == [[0, 1, 2]]
    assert along.tolist() == [[0, 10, 30]]


def test_morton_neighbours_and_bad_input():
    # the four quarters of a square come one after the other
    x, y = np.meshgrid(np.arange(8), np.arange(8))
    order = np.argsort(morton_code(x.ravel(), y.ravel()))
    assert (x.ravel()[order[:16]] < 4).all()
    assert (y.ravel()[order[:16]] < 4).all()
    assert len(set(morton_code([3.0, 3.0], [1.0, 1.0]))) == 1
    with pytest.raises(ParameterError, match="1 of 2 links"):
        directed_graph([0, 1], [1, 0], [-1.0, 1.0], nodes=2)
    with pytest.raises(ParameterError, match="spacing_m"):
        road_network(join_roads(roads_layer([LineString([(0, 0), (1, 0)])], [1.0])), spacing_m=0)


@settings(max_examples=60)
@given(st.integers(1, 14), st.integers(0, 20), st.integers(0, 2**32 - 1))
def test_merged_chains_keep_all_ways(nodes, links, seed):
    rng = np.random.default_rng(seed)
    tail, head = rng.integers(0, nodes, (2, links))
    weight = np.where(rng.random(links) < 0.1, np.inf, rng.integers(1, 10, links).astype(float))
    keep = rng.random(nodes) < 0.3
    merged = merge_chains(tail, head, [weight, np.ones(links)], keep, nodes=nodes)
    assert set(np.flatnonzero(keep)) <= set(merged.node)

    def all_pairs(a, b, w, n):
        graph = directed_graph(np.r_[a, b], np.r_[b, a], np.r_[w, w], nodes=n)
        return travel_matrix(graph, np.arange(n), np.arange(n))

    before = all_pairs(tail, head, weight, nodes)[np.ix_(merged.node, merged.node)]
    assert np.array_equal(all_pairs(merged.tail, merged.head, merged.sums[0], len(merged.node)), before)


def test_chain_by_hand():
    # 0 - 1 - 2 - 3 with a branch at 2: 1 goes, 2 stays as a junction; the ring 5 - 6 hangs on nothing
    merged = merge_chains(
        [0, 1, 2, 2, 5, 6], [1, 2, 3, 4, 6, 5], [[1, 2, 3, 4, 9, 9], [5, 6, 7, 8, 9, 9]], np.zeros(7, bool), nodes=7
    )
    assert merged.node.tolist() == [0, 2, 3, 4]
    chains = {
        (merged.node[a], merged.node[b]): tuple(q)
        for a, b, q in zip(merged.tail, merged.head, merged.sums.T, strict=True)
    }
    assert chains == {(0, 2): (3, 11), (2, 3): (3, 7), (2, 4): (4, 8)}
