"""Travel times against naive searches written from the definitions, and against sums by hand."""

import heapq
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString

from infragap.analyses.schools.codes import Season
from infragap.analyses.schools.parameters import SchoolsParameters
from infragap.analyses.schools.travel.speeds import motorbike_kmh, slope_factor
from infragap.analyses.schools.travel.ways import (
    build_travel,
    by_motorbike,
    by_motorbike_km,
    nearest_by_motorbike,
    nearest_on_foot,
    on_foot,
)
from infragap.gis.raster import sample
from tests.analyses.schools.ground_factory import CELL_M, X0, Y0, bare_ground, centre, roads_layer

PARAMETERS = SchoolsParameters()
OFF_PATH_KMH = 5.04 * 0.6
FLAT_MIN = 60 * 0.2 / OFF_PATH_KMH  # one cell of open ground: 3.968 min


def naive_walk(cost: np.ndarray, heights: np.ndarray, start: tuple[int, int]) -> np.ndarray:
    """Dijkstra from the definitions: mean of both cells, Tobler's effort on the step's slope, no corner of a barrier cut."""
    best = np.full(cost.shape, math.inf)
    best[start] = 0
    queue = [(0.0, start)]
    while queue:
        time, (r, c) = heapq.heappop(queue)
        if time > best[r, c]:
            continue
        for dr in (-1, 0, 1):
            for dc in (-1, 0, 1):
                a, b = r + dr, c + dc
                if (dr, dc) == (0, 0) or not (0 <= a < cost.shape[0] and 0 <= b < cost.shape[1]):
                    continue
                if math.isinf(cost[a, b]) or math.isinf(cost[a, c]) or math.isinf(cost[r, b]):
                    continue
                run = math.hypot(dr, dc)
                slope = (heights[a, b] - heights[r, c]) / (run * CELL_M)
                there = time + run * (cost[r, c] + cost[a, b]) / 2 * math.exp(3.5 * (abs(slope + 0.05) - 0.05))
                if there < best[a, b] - 1e-12:
                    best[a, b] = there
                    heapq.heappush(queue, (there, (a, b)))
    return best


def naive_ride(tail: np.ndarray, head: np.ndarray, minutes: np.ndarray, nodes: int) -> np.ndarray:
    """All pairs by Floyd and Warshall."""
    time = np.full((nodes, nodes), math.inf)
    np.fill_diagonal(time, 0)
    for a, b, m in zip(tail, head, minutes, strict=True):
        time[a, b] = min(time[a, b], m)
        time[b, a] = min(time[b, a], m)
    for k in range(nodes):
        time = np.minimum(time, time[:, k, None] + time[None, k])
    return time


def random_case(seed: int, size: int = 14):
    rng = np.random.default_rng(seed)
    heights = 40 * rng.standard_normal((size, size)).cumsum(axis=0).cumsum(axis=1) / size
    cost = np.full((size, size), FLAT_MIN)
    cost[rng.random((size, size)) < 0.08] = math.inf
    lines = []
    for _ in range(3):
        at = rng.uniform(0, size * CELL_M, (4, 2))
        lines.append(LineString(np.c_[X0 + at[:, 0], Y0 + at[:, 1]]))
    free = np.argwhere(np.isfinite(cost))
    places = free[rng.choice(len(free), 6, replace=False)]
    return cost, heights, roads_layer(lines), places


def cells_of(places: np.ndarray, columns: int) -> np.ndarray:
    return places[:, 0] * columns + places[:, 1]


def naive_motorbike(travel, cost, heights, places, kmh, limit=math.inf):
    """Minutes from place to place: every pair of road nodes to board and leave at, and the walk all the way."""
    network = travel.network
    height = sample(travel.ground.elevation, network.x, network.y)
    minutes = []
    for a, b, km in zip(network.tail, network.head, network.length_km, strict=True):
        slope = abs(height[a] - height[b]) / (1000 * km)
        minutes.append(60 * km / (kmh * max(0.5, 1 - 2 * max(0.0, slope - 0.08))))
    ride = naive_ride(network.tail, network.head, np.array(minutes), len(network.x))
    walk = np.array([naive_walk(cost, heights, tuple(place)) for place in places])
    # with all heights turned upside down, walking away from a place takes what walking to it takes
    back = np.array([naive_walk(cost, -heights, tuple(place)) for place in places])
    walk[walk > limit] = math.inf
    back[back > limit] = math.inf
    usable = travel.node_cell >= 0
    board, alight = (np.full((len(places), len(network.x)), math.inf) for _ in range(2))
    board[:, usable] = walk.reshape(len(places), -1)[:, travel.node_cell[usable]]
    alight[:, usable] = back.reshape(len(places), -1)[:, travel.node_cell[usable]]
    ridden = (board[:, None, :, None] + ride[None, None] + alight[None, :, None, :]).min(axis=(2, 3))
    return np.minimum(ridden, walk[:, places[:, 0], places[:, 1]])


@settings(max_examples=25)
@given(st.integers(0, 10_000), st.integers(1, 6))
def test_motorbike_equals_naive_search(seed, origins):
    cost, heights, roads, places = random_case(seed)
    travel = build_travel(
        bare_ground(cost, heights), roads, parameters=PARAMETERS.model_copy(update={"access_min": 1e4})
    )
    expected = naive_motorbike(travel, cost, heights, places, 8.6)
    cells = cells_of(places, cost.shape[1])
    to_sites, from_sites = by_motorbike(travel, Season.DRY, cells, cells[:origins])
    np.testing.assert_allclose(to_sites, expected[:, :origins], rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(from_sites.T, expected[:origins], rtol=1e-4, atol=1e-4)
    again, _ = by_motorbike_km(travel, Season.DRY, cells, cells[:origins])
    np.testing.assert_allclose(again, to_sites)
    # every cell to its nearest site
    nearest = nearest_by_motorbike(travel, Season.DRY, cells[:origins])
    minutes, site = nearest.minutes, nearest.site
    np.testing.assert_allclose(minutes.ravel()[cells], expected[:, :origins].min(axis=1), rtol=1e-4, atol=1e-4)
    assert np.array_equal(site >= 0, np.isfinite(minutes))
    known = site.ravel()[cells] >= 0
    np.testing.assert_allclose(
        expected[known, site.ravel()[cells][known]], minutes.ravel()[cells][known], rtol=1e-4, atol=1e-4
    )


@settings(max_examples=15)
@given(st.integers(0, 10_000), st.sampled_from([6.0, 15.0, 30.0]))
def test_walks_to_the_road_keep_their_limit(seed, limit_min):
    cost, heights, roads, places = random_case(seed)
    changed = PARAMETERS.model_copy(update={"access_min": limit_min, "access_last_min": limit_min})
    travel = build_travel(bare_ground(cost, heights), roads, parameters=changed)
    cells = cells_of(places, cost.shape[1])
    expected = naive_motorbike(travel, cost, heights, places, 8.6, limit=limit_min)
    np.testing.assert_allclose(by_motorbike(travel, Season.DRY, cells, cells)[0], expected, rtol=1e-4, atol=1e-4)


def test_looks_farther_where_no_road_is_near():
    # the track starts 20 cells (79 min) away: beyond the 60 min that are looked for at once, within the last limit
    travel, cells = flat_case([LineString([centre(10, 25, 20), centre(10, 50, 20)])], [(10, 5), (10, 50)])
    assert by_motorbike(travel, Season.DRY, cells[:1], cells[1:])[0][0, 0] == pytest.approx(
        20 * FLAT_MIN + 60 * 5 / 8.6, rel=1e-4
    )
    nearby = replace(travel, access_min=(60.0, 60.0))
    assert np.isinf(by_motorbike(nearby, Season.DRY, cells[:1], cells[1:])[0]).all()


@settings(max_examples=25)
@given(st.integers(0, 10_000), st.integers(1, 6))
def test_foot_equals_naive_search(seed, origins):
    cost, heights, roads, places = random_case(seed)
    travel = build_travel(bare_ground(cost, heights), roads, parameters=PARAMETERS)
    cells = cells_of(places, cost.shape[1])
    expected = np.array([naive_walk(cost, heights, tuple(place)) for place in places])[:, places[:, 0], places[:, 1]]
    to_sites, from_sites = on_foot(travel, Season.DRY, cells, cells[:origins], limit_min=10_000)
    np.testing.assert_allclose(to_sites, expected[:, :origins], rtol=1e-4)
    np.testing.assert_allclose(from_sites.T, expected[:origins], rtol=1e-4)
    short, _ = on_foot(travel, Season.DRY, cells, cells[:origins], limit_min=30)
    np.testing.assert_array_equal(np.isfinite(short), to_sites <= 30)
    minutes = nearest_on_foot(travel, Season.DRY, cells[:origins], limit_min=10_000).minutes
    np.testing.assert_allclose(minutes.ravel()[cells], expected[:, :origins].min(axis=1), rtol=1e-4)


def flat_case(lines, cells, size=(20, 60), **road_columns):
    """Level ground, places in given cells."""
    ground = bare_ground(np.full(size, FLAT_MIN), np.zeros(size))
    travel = build_travel(ground, roads_layer(lines, **road_columns), parameters=PARAMETERS)
    return travel, np.array([row * size[1] + column for row, column in cells])


def test_lung_cung_takes_nearly_three_hours():
    # 25 km of earth track drawn as a zigzag of 25 km: 25 / 8.6 h = 174 min dry, 25 / 4 h = 375 min in the rain
    corners = [centre(10 + 8 * (k % 2), 4 * k, 20) for k in range(15)]
    track = LineString(corners)
    travel, cells = flat_case([track], [(10, 0), (10, 56)], length_km=[25.0])
    travel = replace(travel, access_min=(1.0, 1.0))  # nobody leaves the track
    minutes, km = by_motorbike_km(travel, Season.DRY, cells[:1], cells[1:])
    assert minutes[0, 0] == pytest.approx(174.4, abs=0.1)
    assert km[0, 0] == pytest.approx(25.0)
    assert by_motorbike(travel, Season.RAINY, cells[:1], cells[1:])[0][0, 0] == pytest.approx(375.0, abs=0.1)


def test_walk_ride_walk_by_hand():
    # a national road of asphalt along row 10 from column 5 to 45: 8 km drawn, 12 km long. From three cells north of its west end
    # to two south of its east end: 3 * 3.968 + 12 / 30 * 60 + 2 * 3.968 = 43.84 min, 0.6 + 12 + 0.4 km
    road = LineString([centre(10, 5, 20), centre(10, 45, 20)])
    travel, cells = flat_case(
        [road], [(7, 5), (12, 45)], length_km=[12.0], road_class=["national"], surface=["asphalt"]
    )
    minutes, km = by_motorbike_km(travel, Season.DRY, cells[:1], cells[1:])
    assert minutes[0, 0] == pytest.approx(5 * FLAT_MIN + 24, abs=1e-3)
    assert km[0, 0] == pytest.approx(13.0)
    nearest = nearest_by_motorbike(travel, Season.DRY, cells[1:])
    assert nearest.minutes.ravel()[cells[0]] == pytest.approx(minutes[0, 0], rel=1e-5)
    assert nearest.km.ravel()[cells[0]] == pytest.approx(13.0)
    # rain: 12 / (30 * 0.85) h of riding, walks as on this ground in both seasons
    rainy, _ = by_motorbike(travel, Season.RAINY, cells[:1], cells[1:])
    assert rainy[0, 0] == pytest.approx(5 * FLAT_MIN + 60 * 12 / 25.5, abs=1e-3)


def test_expressways_are_closed_and_unreachable_is_infinite():
    # the wall in column 30 has no gap, and the only road through it is an expressway
    wall = np.full((20, 60), FLAT_MIN)
    wall[:, 30] = np.inf
    roads = roads_layer(
        [LineString([centre(10, 5, 20), centre(10, 45, 20)])], road_class=["expressway"], surface=["asphalt"]
    )
    travel = build_travel(bare_ground(wall, np.zeros(wall.shape)), roads, parameters=PARAMETERS)
    one, other = np.array([10 * 60 + 5]), np.array([10 * 60 + 45])
    assert motorbike_kmh("expressway", "asphalt", Season.DRY, PARAMETERS) == 0
    assert np.isinf(by_motorbike(travel, Season.DRY, one, other)).all()
    assert np.isinf(on_foot(travel, Season.DRY, one, other, limit_min=1e6)).all()
    assert np.isinf(nearest_by_motorbike(travel, Season.DRY, other).minutes.ravel()[one]).all()
    # a place that stands nowhere is out of reach of everything
    assert np.isinf(by_motorbike(travel, Season.DRY, [-1], other)).all()


def test_uphill_is_slower_than_downhill():
    # 20 cells up a slope of 10 %: effort exp(3.5 * (0.15 - 0.05)) = 1.419 up, exp(0) = 1 down
    heights = np.tile(20.0 * np.arange(30), (5, 1))
    travel = build_travel(
        bare_ground(np.full(heights.shape, FLAT_MIN), heights),
        roads_layer([LineString([centre(0, 0, 5), centre(0, 1, 5)])]),
        parameters=PARAMETERS,
    )
    low, high = np.array([2 * 30 + 4]), np.array([2 * 30 + 24])
    up, down = on_foot(travel, Season.DRY, low, high, limit_min=1e4)
    assert up[0, 0] == pytest.approx(20 * FLAT_MIN * math.exp(0.35), rel=1e-4)
    assert down[0, 0] == pytest.approx(20 * FLAT_MIN, rel=1e-4)


@pytest.mark.parametrize(
    ("road_class", "surface", "dry", "rainy"),
    [
        ("national", "asphalt", 30, 25.5),
        ("commune", "concrete", 22, 18.7),
        ("commune", "gravel", 15, 9),
        ("commune", "earth", 10, 4),
        ("track", "earth", 8.6, 4),
        ("track", "gravel", 8.6, 5.16),
        ("track", "concrete", 22, 18.7),
    ],
)
def test_speeds(road_class, surface, dry, rainy):
    assert motorbike_kmh(road_class, surface, Season.DRY, PARAMETERS) == pytest.approx(dry)
    assert motorbike_kmh(road_class, surface, Season.RAINY, PARAMETERS) == pytest.approx(rainy)


@pytest.mark.parametrize(("grade_pct", "kept"), [(0.0, 1.0), (8.0, 1.0), (12.0, 0.92), (20.0, 0.76), (80.0, 0.5)])
def test_a_steep_road_slows_the_motorbike(grade_pct: float, kept: float) -> None:
    # two percent of the speed for each percent of slope above eight: 12 % loses 2 · 4 = 8 %, 20 % loses 24 %; half is always kept
    assert slope_factor(grade_pct, PARAMETERS) == pytest.approx(kept)
