"""Road layer → graph → road layer: what touches is joined, what does not is not, and it is said."""

import geopandas as gpd
import networkx as nx
import numpy as np
import osmnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString

from infragap.gis.errors import LayerError, ParameterError
from infragap.gis.roads import join_roads, road_graph, to_roads_layer
from infragap.gis.schema import Roads

X0, Y0 = 500_000.0, 2_400_000.0


def layer(*lines: list[tuple[float, float]], km: list[float] | None = None, **columns: list) -> gpd.GeoDataFrame:
    geometry = [LineString([(X0 + x, Y0 + y) for x, y in line]) for line in lines]
    return gpd.GeoDataFrame(
        {
            "road_id": [f"R{number}" for number in range(len(lines))],
            "name": None,
            "road_class": "commune",
            "surface": "concrete",
            "length_km": km or [line.length / 1000 for line in geometry],
            "is_bridge": False,
            "provenance": "modelled",
            "source": "test",
            **columns,
        },
        geometry=geometry,
        crs="EPSG:9208",
    )


def test_ends_and_junctions_are_joined():
    # R1 starts at R0's end; R2 ends 1 m short of the middle of R0; R3 lies 100 m off
    roads = layer([(0, 0), (1000, 0)], [(1000, 0), (1000, 500)], [(400, 300), (400, 1)], [(0, 100), (0, 900)])
    joined = join_roads(roads, tolerance_m=2)
    assert len(joined.pieces) == 5  # R0 is cut in two
    assert joined.lines_split == 1
    assert joined.ends_moved == 0  # R0 is drawn to the end of R2, which stays
    assert joined.component_km == pytest.approx([1.0 + 0.5 + 0.299, 0.8], abs=1e-3)
    assert joined.crossings_not_joined == 0
    # 400 m and 600 m of R0 by its drawn length
    assert sorted(joined.pieces.loc[joined.pieces["road"] == 0, "length_km"]) == pytest.approx([0.4, 0.6])
    assert "2 connected parts" in joined.report


def test_nothing_is_joined_beyond_the_tolerance():
    gap = layer([(0, 0), (1000, 0)], [(1003, 0), (2000, 0)])
    assert len(join_roads(gap, tolerance_m=2).component_km) == 2
    near = join_roads(gap, tolerance_m=5)
    assert len(near.component_km) == 1
    assert (near.ends_moved, near.largest_move_m) == (1, pytest.approx(3.0))


def test_a_bridge_above_a_road_is_no_junction():
    joined = join_roads(layer([(0, 0), (1000, 0)], [(500, -500), (500, 500)]))
    assert len(joined.component_km) == 2
    assert joined.crossings_not_joined == 1


def test_official_length_is_shared_by_drawn_length():
    # drawn 1 km, officially 1.5 km, a junction at 250 m
    joined = join_roads(layer([(0, 0), (1000, 0)], [(250, 0), (250, 80)], km=[1.5, 0.08]))
    assert sorted(joined.pieces["length_km"]) == pytest.approx([0.08, 0.375, 1.125])


def test_input_is_untouched_and_loops_are_kept():
    roads = layer([(0, 0), (500, 0), (500, 500), (0, 0)], [(0, 0), (-100, 0)])
    before = roads.copy(deep=True)
    joined = join_roads(roads)
    assert roads.equals(before)
    loop = joined.pieces.iloc[0]
    assert loop["start"] == loop["end"]
    assert loop["length_km"] == pytest.approx((1000 + 500 * 2**0.5) / 1000)


def test_graph_serves_osmnx_and_networkx():
    roads = layer(
        [(0, 0), (1000, 0)], [(400, 300), (400, 0)], [(1000, 0), (1000, 500)], surface=["asphalt", "earth", "earth"]
    )
    graph = road_graph(roads)
    # by hand: R1's upper end → junction 300 m, → end of R0 600 m, → end of R2 500 m
    ends = {
        name: n
        for n, data in graph.nodes(data=True)
        for name, at in {"top": (400, 300), "far": (1000, 500)}.items()
        if (data["x"] - X0, data["y"] - Y0) == at
    }
    assert nx.shortest_path_length(graph, ends["top"], ends["far"], weight="length") == pytest.approx(1400)
    nodes, edges = osmnx.graph_to_gdfs(graph)
    assert (len(nodes), len(edges)) == (5, 8)
    assert edges.crs == roads.crs
    assert osmnx.nearest_nodes(graph, X0 + 410, Y0 + 290) == ends["top"]


def test_layer_graph_layer():
    roads = layer([(0, 0), (1000, 0)], [(400, 300), (400, 0)], km=[1.5, 0.3], road_class=["national", "track"])
    back = to_roads_layer(road_graph(roads), source="test")
    Roads.validate(back)
    assert back["road_id"].tolist() == ["R0-1", "R0-2", "R1"]
    assert back.groupby("road_class")["length_km"].sum().to_dict() == pytest.approx({"national": 1.5, "track": 0.3})
    assert back.crs == roads.crs


@pytest.mark.slow
@settings(max_examples=30)
@given(st.randoms(use_true_random=False))
def test_order_of_rows_changes_nothing(random):
    # a grid of streets, some ends up to 1 m off: the same pieces, parts and kilometres in any order
    lines = [[(0, 100 * k), (500, 100 * k + random.uniform(-1, 1))] for k in range(5)]
    lines += [[(500, 100 * k), (500, 100 * (k + 1))] for k in range(3)]
    roads = layer(*lines)
    order = list(range(len(roads)))
    random.shuffle(order)
    one, other = join_roads(roads), join_roads(roads.iloc[order].reset_index(drop=True))
    assert np.array_equal(one.points, other.points)
    assert one.component_km == pytest.approx(other.component_km)
    assert sorted(one.pieces.geometry.length) == pytest.approx(sorted(other.pieces.geometry.length))


def test_bad_layers():
    roads = layer([(0, 0), (1000, 0)])
    with pytest.raises(LayerError, match="missing columns surface"):
        join_roads(roads.drop(columns="surface"))
    with pytest.raises(LayerError, match="unknown values mud"):
        join_roads(roads.assign(surface="mud"))
    with pytest.raises(LayerError, match="no CRS"):
        join_roads(roads.set_crs(None, allow_override=True))
    with pytest.raises(LayerError, match="metres"):
        join_roads(roads.to_crs("EPSG:4326"))
    with pytest.raises(LayerError, match="1 of 1 rows have no LineString"):
        join_roads(roads.set_geometry(roads.buffer(1)))
    with pytest.raises(ParameterError, match="tolerance_m"):
        join_roads(roads, tolerance_m=-1)
