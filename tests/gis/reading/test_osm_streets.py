"""Roads of a large extract are the same lines as OSMnx gives, cut where they meet."""

from pathlib import Path

import numpy as np
import pytest
import shapely

from infragap.gis.errors import LayerError
from infragap.gis.osm import read_osm_extract
from infragap.gis.reading.osm_layers import read_osm_layer
from infragap.gis.reading.osm_streets import is_large, streets_of
from infragap.gis.roads import to_roads_layer
from infragap.gis.schema import Roads
from tests.gis.test_osm import NODES, WAYS, xml_text


def written(
    folder: Path, nodes: dict[int, tuple[float, float]], ways: list[tuple[int, list[int], dict[str, str]]]
) -> Path:
    path = folder / "extract.osm"
    path.write_text(xml_text(nodes, ways), encoding="utf-8")
    return path


def test_pieces_end_where_ways_meet(tmp_path: Path) -> None:
    layer = streets_of(written(tmp_path, NODES, WAYS))
    Roads.validate(layer)
    # way 10 is cut at 2, where 12 leaves it; steps and buildings are no roads
    assert layer["road_id"].tolist() == ["osm-10-1", "osm-10-2", "osm-11", "osm-12", "osm-13", "osm-14"]
    assert layer["is_bridge"].tolist() == [False, False, False, False, True, False]
    assert layer["name"].tolist() == ["ĐT.175", "ĐT.175", "ĐT.175", None, None, "Lùng Cúng"]
    # 2 - 5: 0.010° of latitude on the sphere of 6,371.009 km
    assert layer["length_km"].iloc[3] == pytest.approx(6371.009 * 0.01 * np.pi / 180)


def test_a_way_that_leaves_the_extract_is_cut_and_a_ring_is_closed(tmp_path: Path) -> None:
    nodes = {key: NODES[key] for key in (1, 2, 4, 5, 6, 9)}
    ways = [(10, [1, 2, 3, 4, 5], {"highway": "track"}), (11, [6, 9, 1, 6], {"highway": "track"})]
    layer = streets_of(written(tmp_path, nodes, ways))
    # the ring is cut at its own beginning and at node 1
    assert layer["road_id"].tolist() == ["osm-10-1", "osm-10-2", "osm-11-1", "osm-11-2"]
    assert shapely.unary_union(layer.geometry.to_numpy()[2:]).length == pytest.approx(
        shapely.LinearRing([NODES[6], NODES[9], NODES[1]]).length
    )


@pytest.mark.slow
def test_the_lines_are_those_of_osmnx(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A random net of ways: the same kilometres by class, surface and bridge, the same ground, no other crossings."""
    drawn = np.random.default_rng(3)
    nodes = {number: (104 + x / 300, 21 + y / 300) for number, (x, y) in enumerate(
        drawn.uniform(0, 60, (400, 2)), start=1)}  # fmt: skip
    kinds = [{"highway": "track"}, {"highway": "primary", "bridge": "yes"}, {"highway": "tertiary", "surface": "gravel"},
             {"highway": "path", "name": "A"}]  # fmt: skip
    ways = []
    for way in range(1, 121):
        own = drawn.choice(400, size=int(drawn.integers(2, 9)), replace=False) + 1
        ways.append((way, own.tolist(), kinds[int(drawn.integers(4))]))
    path = written(tmp_path, nodes, ways)
    by = ["road_class", "surface", "is_bridge"]
    expected, layer = to_roads_layer(read_osm_extract(path)), streets_of(path)
    sums = [one.groupby(by)["length_km"].sum() for one in (expected, layer)]
    assert sums[0].index.equals(sums[1].index)
    assert np.allclose(sums[0], sums[1], rtol=1e-9)
    grounds = [shapely.union_all(one.geometry.to_numpy()) for one in (expected, layer)]
    assert grounds[0].symmetric_difference(grounds[1]).length < 1e-9
    ends = [
        {point for line in one.geometry for point in (line.coords[0], line.coords[-1])} for one in (expected, layer)
    ]
    assert ends[0] <= ends[1]
    # which of both reads is a matter of size alone
    assert not is_large(path)
    monkeypatch.setattr("infragap.gis.reading.osm_streets.LARGE_NODES", 10)
    assert read_osm_layer(path, "roads").equals(layer)
    path.write_text(path.read_text(encoding="utf-8")[:-200], encoding="utf-8")
    with pytest.raises(LayerError):
        read_osm_layer(path, "roads")
