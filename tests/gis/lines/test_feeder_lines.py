"""Feeders whose pieces do not touch: gaps closed within the tolerance, branches split into the trunk, and what the
station does not reach."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, Point
from shapely.ops import substring

from infragap.gis.lines.feeder_lines import feeder_reach, feeder_segments

CRS = "EPSG:9208"
TRUNK = [(0, 0), (4_000, 0), (8_000, 1_000)]
BRANCH = [(4_000, 0), (4_000, 3_000)]
SPUR = [(6_000, 500), (6_000, -2_000)]


def feeder(*lines: LineString) -> gpd.GeoDataFrame:
    shared = {"feeder": "371", "substation_id": "E1", "voltage_kv": 35.0}
    rows = [{**shared, "line_id": f"L{number}", "length_km": line.length / 1000} for number, line in enumerate(lines)]
    return gpd.GeoDataFrame(rows, geometry=list(lines), crs=CRS)


def station(x: float = 0, y: float = 0) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"substation_id": ["E1"]}, geometry=[Point(x, y)], crs=CRS)


def shortened(line: LineString, gap_m: float) -> LineString:
    return substring(line, gap_m / 2, line.length - gap_m / 2) if gap_m else line


@pytest.mark.parametrize("gap_m", [0, 0.02, 0.06, 0.2, 0.5, 1, 2, 5, 15, 30, 49])
def test_gaps_within_the_tolerance_are_closed(gap_m: float) -> None:
    pieces = [shortened(LineString(line), gap_m) for line in ([TRUNK[0], TRUNK[1]], [TRUNK[1], TRUNK[2]], BRANCH)]
    reach = feeder_reach(feeder(*pieces), station())
    assert reach["unreached_km"].iloc[0] == pytest.approx(0, abs=1e-6)
    assert reach["widest_gap_m"].iloc[0] <= gap_m + 0.2


def test_wider_gaps_are_told_with_their_kilometres() -> None:
    pieces = [LineString([(0, 0), (4_000, 0)]), LineString([(4_060, 0), (8_060, 0)])]
    reach = feeder_reach(feeder(*pieces), station())
    assert reach["unreached_km"].iloc[0] == pytest.approx(4.0)
    assert reach["gaps_closed"].iloc[0] == 0
    assert feeder_reach(feeder(*pieces), station(), tolerance_m=61)["unreached_km"].iloc[0] == pytest.approx(0)


@pytest.mark.parametrize("off_m", [0, 0.04, 0.81, 3, 20])
@pytest.mark.parametrize("side", [1, -1])
def test_branches_are_split_into_the_trunk(off_m: float, side: int) -> None:
    """A branch snapped to the middle of a trunk segment in degrees lies beside it after reprojection."""
    branch = LineString([(2_000, side * off_m), (2_000, side * 3_000)])
    segments = feeder_segments(np.array([LineString([(0, 0), (4_000, 0)]), branch]))
    assert segments.component().max() == 0
    # the way from the station along the trunk to the end of the branch: 2 km + 3 km
    assert way_km(segments, (0, 0), (2_000, side * 3_000)) == pytest.approx(5.0, abs=0.03)


def way_km(segments: object, start: tuple[float, float], end: tuple[float, float]) -> float:
    """Shortest way by Bellman and Ford, written out."""
    points, tails, heads, length = segments.points, segments.tails, segments.heads, segments.length_m()  # type: ignore[attr-defined]
    distance = np.full(len(points), np.inf)
    distance[np.hypot(*(points - start).T).argmin()] = 0
    for _ in range(len(points)):
        before = distance.copy()
        np.minimum.at(distance, heads, distance[tails] + length)
        np.minimum.at(distance, tails, distance[heads] + length)
        if (before == distance).all():
            break
    return float(distance[np.hypot(*(points - end).T).argmin()]) / 1000


def test_connected_parts_are_never_joined_again() -> None:
    # two arms of one line that come within 20 m of each other: no shortcut
    horseshoe = LineString([(0, 0), (5_000, 0), (5_000, 20), (0, 20)])
    segments = feeder_segments(np.array([horseshoe]))
    assert segments.gaps_closed == 0
    assert way_km(segments, (0, 0), (0, 20)) == pytest.approx(10.02)


def test_lines_that_cross_are_joined_as_before() -> None:
    segments = feeder_segments(np.array([LineString([(0, 0), (100, 0)]), LineString([(50, -50), (50, 50)])]))
    assert segments.component().max() == 0
    assert segments.gaps_closed == 0


def test_each_segment_keeps_its_line() -> None:
    lines = np.array(
        [LineString([(0, 0), (1_000, 0)]), LineString([(1_005, 0), (2_000, 0)]), LineString([(500, 3), (500, 900)])]
    )
    segments = feeder_segments(lines)
    by_line = np.bincount(segments.line, weights=segments.length_m(), minlength=3)
    # the gaps of 5 m and 3 m belong to the lines whose ends they continue
    assert by_line.sum() == pytest.approx(1_000 + 995 + 897 + 5 + 3, abs=0.2)
    assert np.abs(by_line - [1_000, 995, 897]).max() <= 5.1


@pytest.mark.slow
@settings(max_examples=30)
@given(st.permutations(range(5)), st.lists(st.booleans(), min_size=5, max_size=5), st.floats(0.01, 40))
def test_order_and_direction_do_not_matter(order: list[int], reversed_: list[bool], gap_m: float) -> None:
    drawn = [[(0, 0), (4_000, 0)], [(4_000, 0), (8_000, 1_000)], BRANCH, SPUR, [(4_000, 3_000), (5_000, 4_000)]]
    lines = [shortened(LineString(line), gap_m) for line in drawn]
    mixed = [shapely.reverse(lines[number]) if reversed_[number] else lines[number] for number in order]
    one, other = (feeder_reach(feeder(*some), station()) for some in (lines, mixed))
    assert one["unreached_km"].iloc[0] == pytest.approx(other["unreached_km"].iloc[0], abs=1e-9)
    assert one["widest_gap_m"].iloc[0] == pytest.approx(other["widest_gap_m"].iloc[0], abs=1e-9)
    ways = [way_km(feeder_segments(np.array(some)), (0, 0), (5_000, 4_000)) for some in (lines, mixed)]
    assert ways[0] == pytest.approx(ways[1], abs=1e-6)


def test_feeders_of_unknown_stations_are_not_judged() -> None:
    assert feeder_reach(feeder(LineString(TRUNK)).assign(substation_id="E2"), station()).empty
