"""Drawn pieces of one road are one work; a fork, another name or another class ends it."""

import geopandas as gpd
import numpy as np
import shapely

from infragap.analyses.schools.links.stretches import joined_pieces, line_of

LINES = [
    ("a1", "A", "commune", [(0, 0), (100, 0)]),
    ("a2", "A", "commune", [(200, 0.3), (100, 0)]),
    ("a3", "A", "commune", [(200, 0), (300, 0)]),
    ("b1", "B", "commune", [(300, 0), (400, 0)]),
    ("c1", "A", "track", [(300, 0), (300, 100)]),
    # three that meet in one point
    ("d1", "D", "commune", [(0, 900), (100, 900)]),
    ("d2", "D", "commune", [(100, 900), (200, 950)]),
    ("d3", "D", "commune", [(100, 900), (200, 850)]),
    # a ring of two
    ("e1", "E", "commune", [(0, 500), (50, 550), (100, 500)]),
    ("e2", "E", "commune", [(0, 500), (50, 450), (100, 500)]),
    # paved: not to be joined
    ("a4", "A", "commune", [(0, 0), (-100, 0)]),
    # no name
    ("f1", None, "commune", [(0, -500), (100, -500)]),
    ("f2", None, "commune", [(100, -500), (200, -500)]),
]


def layer(order: np.ndarray) -> gpd.GeoDataFrame:
    rows = [LINES[number] for number in order]
    return gpd.GeoDataFrame(
        {"road_id": [r[0] for r in rows], "name": [r[1] for r in rows], "road_class": [r[2] for r in rows]},
        geometry=[shapely.LineString(r[3]) for r in rows],
        crs=32648,
    )


def test_pieces_of_one_road_are_one_run() -> None:
    for seed in range(4):
        order = np.arange(len(LINES)) if seed == 0 else np.random.default_rng(seed).permutation(len(LINES))
        roads = layer(order)
        runs = joined_pieces(roads, (roads["road_id"] != "a4").to_numpy(), tolerance_m=1.0)
        named = {frozenset(roads["road_id"].iloc[[row for row, _ in run]]) for run in runs}
        expected = [{"a1", "a2", "a3"}, {"b1"}, {"c1"}, {"d1"}, {"d2"}, {"d3"}, {"e1", "e2"}, {"f1", "f2"}]
        assert named == {frozenset(one) for one in expected}
        paved = order.tolist().index(10)
        assert sorted(row for run in runs for row, _ in run) == [n for n in range(len(LINES)) if n != paved]
        for run in runs:
            line = line_of(roads, run)
            drawn = roads.geometry.iloc[[row for row, _ in run]]
            assert abs(line.length - drawn.length.sum()) < 1.0
            assert shapely.hausdorff_distance(line, shapely.union_all(drawn.array)) < 1.0


def test_nothing_to_join() -> None:
    roads = layer(np.arange(3))
    assert joined_pieces(roads, np.zeros(3, bool), tolerance_m=1.0) == []
