"""Links along roads: lengths by hand, and nodes that nothing moves."""

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString

from infragap.gis.errors import ParameterError
from infragap.gis.lines.road_links import road_links
from infragap.gis.roads import find_joints


def roads_layer(lines: list[LineString], km: list[float]) -> gpd.GeoDataFrame:
    names = [f"R{k}" for k in range(len(lines))]
    columns = {"road_id": names, "road_class": "track", "surface": "earth", "length_km": km, "is_bridge": False}
    return gpd.GeoDataFrame(columns, geometry=lines, crs="EPSG:9208")


def links_of(roads, spacing_m=300.0):
    return road_links(roads, find_joints(roads), spacing_m=spacing_m)


def test_by_hand():
    # 1,000 m drawn, 1.6 km long: four stretches of 250 m and 0.4 km; a branch that touches it at 400 m splits the
    # second one 150 : 100
    main, branch = LineString([(0, 0), (1000, 0)]), LineString([(400, 0), (400, 200)])
    links = links_of(roads_layer([main, branch], [1.6, 0.2]))
    own = links.stretch >= 0
    on_main = own & (links.road == 0)
    assert links.stretch_km.tolist() == pytest.approx([0.4, 0.4, 0.4, 0.4, 0.2])
    assert (links.to_m - links.from_m)[on_main].tolist() == [250, 150, 100, 250, 250]
    assert links.share[on_main].tolist() == pytest.approx([1, 0.6, 0.4, 1, 1])
    assert links.parts == 1
    # joints: two ends of each line, and the touched place
    assert (~own).sum() == 5


def test_lines_that_only_cross_are_not_joined():
    cross = [LineString([(0, 0), (1000, 0)]), LineString([(500, -500), (500, 500)])]
    assert links_of(roads_layer(cross, [1.0, 1.0])).parts == 2


@pytest.mark.slow
@given(st.integers(0, 100_000))
def test_a_further_road_moves_nothing(seed):
    rng = np.random.default_rng(seed)
    lines = [LineString(rng.uniform(0, 3000, (3, 2))) for _ in range(4)]
    start = lines[0].interpolate(0.37, normalized=True)
    lines.append(LineString([(start.x, start.y), tuple(rng.uniform(0, 3000, 2))]))
    roads = roads_layer(lines, [line.length / 800 for line in lines])
    before, after = links_of(roads.iloc[:4]), links_of(roads)
    for links in (before, after):
        assert np.bincount(links.stretch_road, links.stretch_km)[:4] == pytest.approx(roads["length_km"].to_numpy()[:4])
        # the shares of each stretch add up to it
        own = links.stretch >= 0
        assert np.bincount(links.stretch[own], links.share[own]) == pytest.approx(1.0)
    stretches = len(before.stretch_km)
    assert (after.stretch_km[:stretches] == before.stretch_km).all()
    for ends in ("stretch_start", "stretch_end"):
        one, two = getattr(before, ends), getattr(after, ends)[:stretches]
        np.testing.assert_array_equal(before.x[one], after.x[two])
        np.testing.assert_array_equal(before.y[one], after.y[two])


def test_spacing_must_be_above_zero():
    with pytest.raises(ParameterError, match="spacing_m"):
        links_of(roads_layer([LineString([(0, 0), (1, 0)])], [1.0]), spacing_m=0)
