"""A layer in another order, with lines drawn the other way, is the same layer."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, MultiLineString, Point

from infragap.gis.pack import read_pack
from infragap.gis.reading.canonical import from_smaller_end, in_canonical_order
from tests.pack_factory import BUILDERS, write_pack

COORDINATE = st.tuples(st.integers(-3, 3), st.integers(-3, 3))
LINE = st.lists(COORDINATE, min_size=2, max_size=6).map(LineString)


def _one(shape: object) -> object:
    return from_smaller_end(np.array([shape], dtype=object))[0]


@given(LINE)
def test_a_line_and_its_reverse_become_the_same(line: LineString) -> None:
    assert _one(line).wkb == _one(shapely.reverse(line)).wkb
    assert _one(line).equals(line)


@pytest.mark.slow
@given(st.lists(LINE, min_size=1, max_size=4), st.randoms())
def test_parts_in_any_order_and_direction(lines: list[LineString], random: object) -> None:
    other = [shapely.reverse(line) if random.random() < 0.5 else line for line in lines]
    random.shuffle(other)
    assert _one(MultiLineString(lines)).wkb == _one(MultiLineString(other)).wkb


def test_other_shapes_pass() -> None:
    for shape in (Point(2, 1), shapely.box(0, 0, 1, 1), None):
        assert _one(shape) is shape


def test_a_ring_keeps_the_node_it_hangs_on() -> None:
    ring = LineString([(5, 5), (6, 5), (6, 6), (5, 5)])
    assert _one(ring).coords[0] == (5, 5)


def test_rows_by_id() -> None:
    frame = pd.DataFrame({"commune_code": ["2", "1", "1"], "month": [1, 12, 2]})
    assert in_canonical_order(frame, layer="solar").to_numpy().tolist() == [["1", 2], ["1", 12], ["2", 1]]
    assert frame["commune_code"].tolist() == ["2", "1", "1"]


@pytest.mark.slow
@pytest.mark.parametrize("layer", ["villages", "roads", "grid_lines", "water_schemes", "solar"])
def test_a_pack_with_a_shuffled_layer_reads_the_same(tmp_path: object, layer: str) -> None:
    frame = BUILDERS[layer]()
    shuffled = frame.sample(frac=1, random_state=1)
    if isinstance(frame, gpd.GeoDataFrame):
        shuffled = shuffled.set_geometry(shapely.reverse(shuffled.geometry.to_numpy()), crs=frame.crs)
    first = read_pack(write_pack(tmp_path / "a")).layer(layer)
    second = read_pack(write_pack(tmp_path / "b", **{layer: shuffled})).layer(layer)
    if isinstance(first, gpd.GeoDataFrame):
        assert first.to_wkb().equals(second.to_wkb())
    else:
        pd.testing.assert_frame_equal(first, second)
