"""The one graph against a naive search written from the definitions, against sums by hand, and against what must never
happen."""

import heapq
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, Point

from infragap.analyses.schools.codes import LinkKind, Mode, RainRule, Season
from infragap.analyses.schools.parameters import SchoolsParameters
from infragap.analyses.schools.travel.open_ground import ground_cell
from infragap.analyses.schools.travel.region import all_pairs, region_around, whole_region
from infragap.analyses.schools.travel.speeds import motorbike_kmh, slope_factor, tobler_kmh
from infragap.analyses.schools.travel.ways import build_travel, nearest
from tests.analyses.schools.ground_factory import CELL_M, bare_ground, centre, river, roads_layer

PARAMETERS = SchoolsParameters()
OFF_KMH = 5.04 * 0.6
SIZE = 12
KINDS = (
    ("national", "asphalt"),
    ("commune", "concrete"),
    ("commune", "gravel"),
    ("commune", "earth"),
    ("track", "earth"),
)


def effort(slope: float) -> float:
    return math.exp(3.5 * (abs(slope + 0.05) - 0.05))


def random_case(seed: int, lines: int = 3):
    """Hilly ground with closed cells, a minor river, winding roads of all kinds, some of them bridges."""
    rng = np.random.default_rng(seed)
    heights = 25 * rng.standard_normal((SIZE, SIZE)).cumsum(axis=0).cumsum(axis=1) / SIZE
    open_cells = rng.random((SIZE, SIZE)) > 0.08
    water = river(
        LineString([centre(-1, rng.uniform(3, 9), SIZE), centre(SIZE, rng.uniform(3, 9), SIZE)]),
        is_major=bool(rng.random() < 0.3),
    )
    return bare_ground(open_cells, heights, water), random_roads(rng, lines), rng


def random_roads(rng, lines: int, first: int = 0):
    shapes, classes = [], []
    for _ in range(lines):
        corners = [centre(*rng.uniform(0, SIZE - 1, 2), SIZE) for _ in range(3)]
        shapes.append(LineString(corners))
        classes.append(KINDS[rng.integers(len(KINDS))])
    return roads_layer(
        shapes,
        road_id=[f"R{first + k:03}" for k in range(lines)],
        road_class=[c for c, _ in classes],
        surface=[s for _, s in classes],
        length_km=[shape.length / 1000 * rng.uniform(1, 1.5) for shape in shapes],
        is_bridge=rng.random(lines) < 0.3,
    )


def naive_links(travel, mode: Mode, season: Season):
    """Every directed link with its minutes, from the definitions: ground, roads on foot, roads ridden, joints, ways to
    roads."""
    ground, roads, links = travel.ground, travel.roads, travel.road_links
    height, rows = ground.elevation.values.astype(float), SIZE
    rain = 0.8 if season == Season.RAINY else 1.0
    found = []
    place = {cell: ("cell", *divmod(cell, SIZE)) for cell in np.flatnonzero(ground.open_cells.ravel()).tolist()}
    the_river, major = ground.water.rivers[0], bool(ground.water.is_major[0])
    for cell, key in place.items():
        r, c = divmod(cell, SIZE)
        for dr in (-1, 0, 1):
            for dc in (-1, 0, 1):
                a, b = r + dr, c + dc
                if (dr, dc) == (0, 0) or not (0 <= a < SIZE and 0 <= b < SIZE) or not ground.open_cells[a, b]:
                    continue
                if not (ground.open_cells[a, c] and ground.open_cells[r, b]):
                    continue
                run = math.hypot(dr, dc) * CELL_M
                slope = (height[a, b] - height[r, c]) / run
                if abs(slope) > 1:
                    continue
                minutes = 0.06 * run / (OFF_KMH * rain) * effort(slope)
                if LineString([centre(r, c, rows), centre(a, b, rows)]).intersects(the_river):
                    if major or season == Season.RAINY:
                        continue
                    minutes += 5.0
                found.append((key, place[a * SIZE + b], minutes))
    cells = ground_cell(ground, links.x[: links.places], links.y[: links.places])
    for number, cell in enumerate(cells.tolist()):
        if cell >= 0 and the_river.distance(Point(links.x[number], links.y[number])) > 25:
            x, y = centre(*divmod(cell, SIZE), rows)
            far = math.hypot(x - links.x[number], y - links.y[number])
            within = max(abs(x - links.x[number]), abs(y - links.y[number])) <= CELL_M / 2 * (1 + 1e-9)
            if not within and far > 1.5 * CELL_M:
                continue
            minutes = 0.0 if within else 0.06 * far / (OFF_KMH * rain)
            found += [(("road", number), place[cell], minutes), (place[cell], ("road", number), minutes)]
    from infragap.gis.raster import sample

    at = sample(ground.elevation, links.x, links.y)
    for k in range(len(links.tail)):
        tail, head = ("road", int(links.tail[k])), ("road", int(links.head[k]))
        if links.stretch[k] < 0:
            found += [(tail, head, 0.0), (head, tail, 0.0)]
            continue
        row = roads.iloc[links.road[k]]
        stretch = links.stretch[k]
        km = links.stretch_km[stretch]
        grade = (at[links.stretch_end[stretch]] - at[links.stretch_start[stretch]]) / (1000 * km)
        km *= links.share[k]
        good = (
            row["road_class"] in ("national", "provincial")
            or row["surface"] in ("asphalt", "concrete")
            or row["is_bridge"]
        )
        crossing = row.geometry.intersection(the_river)
        crossed = [p for p in getattr(crossing, "geoms", [crossing]) if not p.is_empty]
        positions = [row.geometry.project(p) for p in crossed]
        ford = not good and any(links.from_m[k] < p <= links.to_m[k] for p in positions)
        if ford and season == Season.RAINY:
            continue
        for one, other, sign in ((tail, head, 1), (head, tail, -1)):
            pace = 5.04 * (1.0 if row["surface"] in ("asphalt", "concrete") else rain)
            found.append((one, other, 60 * km / pace * effort(sign * grade) + 5.0 * ford))
            ride = motorbike_kmh(row["road_class"], row["surface"], season, PARAMETERS)
            if mode == Mode.MOTORBIKE and ride > 0:
                above = max(abs(100 * grade) - 8, 0)
                kept = max(1 - (2 if sign * grade > 0 else 1) * above / 100, 0.5)
                found.append((one, other, 60 * km / (ride * kept) + 5.0 * ford))
    return found


def naive_minutes(links, target) -> dict:
    """Dijkstra toward a place."""
    back: dict = {}
    for a, b, minutes in links:
        back.setdefault(b, []).append((a, minutes))
    best, queue = {target: 0.0}, [(0.0, target)]
    while queue:
        here, node = heapq.heappop(queue)
        if here > best[node]:
            continue
        for other, minutes in back.get(node, []):
            if here + minutes < best.get(other, math.inf):
                best[other] = here + minutes
                heapq.heappush(queue, (here + minutes, other))
    return best


@pytest.mark.slow
@settings(max_examples=12)
@given(st.integers(0, 10_000), st.sampled_from(list(Mode)), st.sampled_from(list(Season)))
def test_equals_naive_search(seed, mode, season):
    ground, roads, rng = random_case(seed)
    travel = build_travel(ground, roads, parameters=PARAMETERS)
    free = np.flatnonzero(ground.open_cells.ravel())
    cells = rng.choice(free, 6, replace=False)
    links = naive_links(travel, mode, season)
    table = all_pairs(whole_region(travel), mode, season, cells, cells[:3])
    for column, target in enumerate(cells[:3].tolist()):
        best = naive_minutes(links, ("cell", *divmod(target, SIZE)))
        expected = [best.get(("cell", *divmod(cell, SIZE)), math.inf) for cell in cells.tolist()]
        np.testing.assert_allclose(table.to_min[:, column], expected, rtol=1e-4, atol=1e-3)
    turned = [(b, a, minutes) for a, b, minutes in links]
    best = naive_minutes(turned, ("cell", *divmod(int(cells[0]), SIZE)))
    expected = [best.get(("cell", *divmod(cell, SIZE)), math.inf) for cell in cells.tolist()]
    np.testing.assert_allclose(table.back_min[:, 0], expected, rtol=1e-4, atol=1e-3)
    # rings and tables are one search: the field says the same to every place
    field = nearest(travel, mode, season, cells[:3])
    np.testing.assert_allclose(field.cost[travel.node(cells)], table.to_min.min(axis=1), atol=1e-9)
    # the minutes by kind of link add up
    parts = all_pairs(whole_region(travel), mode, season, cells, cells[:1], parts_of=np.ones((6, 1), bool)).to_parts
    told = np.isfinite(table.to_min[:, 0])
    np.testing.assert_allclose(parts[told, 0].sum(axis=1), table.to_min[told, 0], rtol=1e-4, atol=1e-3)


@settings(max_examples=10)
@given(st.integers(0, 10_000))
def test_a_part_of_the_graph_gives_the_same(seed):
    ground, roads, rng = random_case(seed, lines=5)
    travel = build_travel(ground, roads, parameters=PARAMETERS)
    free = np.flatnonzero(ground.open_cells.ravel())
    corner = free[(free // SIZE < 6) & (free % SIZE < 6)]
    cells = rng.choice(corner, min(5, len(corner)), replace=False)
    part = region_around(travel, cells, margin_km=0.2)
    assert part.part.graph.nodes < travel.graph.nodes
    for mode in Mode:
        one, two = (all_pairs(region, mode, Season.DRY, cells, cells) for region in (part, whole_region(travel)))
        np.testing.assert_allclose(one.to_min, two.to_min, atol=1e-9)
        np.testing.assert_allclose(one.back_min, two.back_min, atol=1e-9)


@pytest.mark.slow
@settings(max_examples=15)
@given(st.integers(0, 10_000))
def test_new_roads_bridges_and_tracks_lengthen_nothing_and_rain_is_never_faster(seed):
    """Per example: 14 further roads, half of them touching what is there; a bridge instead of a ford; a better
    surface."""
    ground, roads, rng = random_case(seed)
    more = random_roads(rng, 14, first=50)
    for number in range(0, 14, 2):
        touched = roads.geometry.iloc[number % len(roads)].interpolate(rng.random(), normalized=True)
        more.loc[number, "geometry"] = LineString([(touched.x, touched.y), *more.geometry[number].coords[1:]])
    import pandas as pd

    changed = {
        "more roads": pd.concat([roads, more], ignore_index=True),
        "bridges": roads.assign(is_bridge=True),
        "paved": roads.assign(surface="asphalt"),
        "a step better": roads.assign(surface=roads["surface"].replace({"earth": "gravel", "gravel": "concrete"})),
    }
    cells = np.flatnonzero(ground.open_cells.ravel())
    before = build_travel(ground, roads, parameters=PARAMETERS)
    fields = {}
    for mode in Mode:
        for season in Season:
            fields[mode, season] = nearest(before, mode, season, cells[:1]).cost[before.node(cells)]
        assert (fields[mode, Season.RAINY] >= fields[mode, Season.DRY] - 1e-4).all()
    for season in Season:
        assert (fields[Mode.MOTORBIKE, season] <= fields[Mode.FOOT, season] + 1e-4).all()
    for what, layer in changed.items():
        after = build_travel(ground, layer, parameters=PARAMETERS)
        for key, cost in fields.items():
            now = nearest(after, *key, cells[:1]).cost[after.node(cells)]
            assert (now <= cost + 1e-3).all(), (what, key)


def flat(lines, cells, size=(20, 60), **columns):
    travel = build_travel(
        bare_ground(np.ones(size, bool), np.zeros(size)), roads_layer(lines, **columns), parameters=PARAMETERS
    )
    return travel, np.array([row * size[1] + column for row, column in cells])


def minutes(travel, cells, mode=Mode.MOTORBIKE, season=Season.DRY) -> float:
    return float(all_pairs(whole_region(travel), mode, season, cells[:1], cells[1:]).to_min[0, 0])


def test_a_dead_end_track_beside_a_village_cuts_nothing_off():
    # a track of 400 m that touches nothing, three cells from the village; the real road is 20 cells away
    road = LineString([centre(0, 40, 20), centre(19, 40, 20)])
    stub = LineString([centre(10, 17, 20), centre(10, 15, 20)])
    alone, cells = flat([road], [(10, 20), (2, 40)])
    both, _ = flat([road, stub], [(10, 20), (2, 40)])
    assert minutes(both, cells) <= minutes(alone, cells)
    # twenty cells of open ground at 3.024 km/h, then 1.6 km of track at 8.6 km/h
    assert minutes(alone, cells) == pytest.approx(20 * 60 * 0.2 / OFF_KMH + 60 * 1.6 / 8.6, rel=1e-4)
    good = {
        "road_class": ["national", "track"],
        "surface": ["asphalt", "earth"],
        "length_km": [road.length / 1000, 60.0],
    }
    slow = LineString([centre(10, 22, 20), centre(10, 30, 20), centre(15, 30, 20), centre(15, 40, 20)])
    asphalt, _ = flat([road], [(10, 20), (2, 40)], road_class=["national"], surface=["asphalt"])
    beside, _ = flat([road, slow], [(10, 20), (2, 40)], **good)
    assert minutes(beside, cells) <= minutes(asphalt, cells) + 1e-6


def test_a_winding_road_is_walked_at_its_own_slope():
    # 1 km apart, 200 m of rise, a road of 1.5 km: 13.3 % of slope along it, so 1.5 km at Tobler's speed for +13.3 % up
    # and -13.3 % down
    rows = 30
    heights = np.repeat((np.arange(rows)[::-1] * 40.0)[:, None], rows, 1)
    low, high = centre(20, 10, rows), centre(15, 10, rows)
    roads = roads_layer([LineString([low, high])], road_class=["commune"], surface=["concrete"], length_km=[1.5])
    travel = build_travel(bare_ground(np.ones((rows, rows), bool), heights), roads, parameters=PARAMETERS)
    cells = np.array([20 * rows + 10, 15 * rows + 10])
    up, down = minutes(travel, cells, Mode.FOOT), minutes(travel, cells[::-1], Mode.FOOT)
    # the formula's best speed is 6 km/h; the parameter's 5.04 on the flat is 6 exp(-0.175) = 5.037
    assert up == pytest.approx(60 * 1.5 / float(tobler_kmh(0.2 / 1.5)), rel=2e-3)
    assert down == pytest.approx(60 * 1.5 / float(tobler_kmh(-0.2 / 1.5)), rel=2e-3)


def test_lung_cung_takes_nearly_three_hours_and_is_walked_in_the_rain():
    # 25 km of earth track: 25 / 8.6 h = 174 min dry; in the rain it is closed to motorbikes and walked at 5.04 * 0.8
    # km/h
    wall = np.ones((20, 60), bool)
    wall[:, 1:56] = False
    track = LineString([centre(10, 0, 20), centre(10, 56, 20)])
    travel = build_travel(
        bare_ground(wall, np.zeros(wall.shape)), roads_layer([track], length_km=[25.0]), parameters=PARAMETERS
    )
    cells = np.array([10 * 60, 10 * 60 + 56])
    assert minutes(travel, cells) == pytest.approx(174.4, abs=0.1)
    assert minutes(travel, cells, season=Season.RAINY) == pytest.approx(60 * 25 / 4.032, rel=0.02)
    slow = PARAMETERS.model_copy(update={"tracks_in_rain": RainRule.SLOW})
    ridden = build_travel(
        bare_ground(wall, np.zeros(wall.shape)), roads_layer([track], length_km=[25.0]), parameters=slow
    )
    assert (
        minutes(ridden, cells, season=Season.RAINY) == pytest.approx(375.0, abs=0.3)
        or minutes(ridden, cells, season=Season.RAINY) < 375
    )


def test_walk_ride_walk_by_hand():
    # 8 km drawn, 12 km long: 3 cells of walking, 12 km at 30 km/h, 2 cells of walking; 0.6 + 12 + 0.4 km
    road = LineString([centre(10, 5, 20), centre(10, 45, 20)])
    travel, cells = flat([road], [(7, 5), (12, 45)], length_km=[12.0], road_class=["national"], surface=["asphalt"])
    cell_min = 60 * 0.2 / OFF_KMH
    assert minutes(travel, cells) == pytest.approx(5 * cell_min + 24, abs=1e-3)
    ways = nearest(travel, Mode.MOTORBIKE, Season.DRY, cells[1:])
    km = ways.sums(travel.node(cells[:1]), np.zeros(len(travel.kind), np.uint8), travel.km, kinds=1)
    assert km[0, 0] == pytest.approx(13.0)
    ridden = ways.sums(travel.node(cells[:1]), travel.kind, travel.km, kinds=len(LinkKind))
    assert ridden[0, LinkKind.RIDE_ASPHALT] == pytest.approx(12.0)
    # rain: 12 km at 25.5 km/h, walks a quarter longer
    assert minutes(travel, cells, season=Season.RAINY) == pytest.approx(5 * cell_min / 0.8 + 60 * 12 / 25.5, abs=1e-3)


def test_expressways_are_closed():
    wall = np.ones((20, 60), bool)
    wall[:, 30] = False
    road = LineString([centre(10, 5, 20), centre(10, 45, 20)])
    roads = roads_layer([road], road_class=["expressway"], surface=["asphalt"])
    travel = build_travel(bare_ground(wall, np.zeros(wall.shape)), roads, parameters=PARAMETERS)
    assert motorbike_kmh("expressway", "asphalt", Season.DRY, PARAMETERS) == 0
    for mode in Mode:
        assert np.isinf(minutes(travel, np.array([10 * 60 + 5, 10 * 60 + 45]), mode))
    assert np.isinf(minutes(travel, np.array([-1, 10 * 60 + 5])))


@pytest.mark.parametrize(
    ("road_class", "surface", "dry", "rainy"),
    [
        ("national", "asphalt", 30, 25.5),
        ("commune", "concrete", 22, 18.7),
        ("commune", "gravel", 15, 9),
        ("commune", "earth", 10, 4),
        ("track", "earth", 8.6, 0),
        ("track", "gravel", 8.6, 0),
        ("track", "concrete", 22, 18.7),
    ],
)
def test_speeds(road_class, surface, dry, rainy):
    assert motorbike_kmh(road_class, surface, Season.DRY, PARAMETERS) == pytest.approx(dry)
    assert motorbike_kmh(road_class, surface, Season.RAINY, PARAMETERS) == pytest.approx(rainy)


@pytest.mark.parametrize(
    ("grade_pct", "kept"), [(0, 1), (8, 1), (12, 0.92), (20, 0.76), (80, 0.5), (-12, 0.96), (-20, 0.88)]
)
def test_a_steep_road_slows_the_motorbike_more_uphill_than_downhill(grade_pct, kept):
    assert slope_factor(grade_pct, PARAMETERS) == pytest.approx(kept)


def test_speeds_with_which_paving_would_lengthen_a_way_are_refused():
    with pytest.raises(ValueError, match="must not fall from earth to gravel"):
        SchoolsParameters(motorbike_asphalt_kmh=15.0)
