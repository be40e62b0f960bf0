import heapq
import itertools
import math
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from skimage.graph import MCP_Geometric

from infragap.gis.errors import NoSolutionError, ParameterError
from infragap.gis.leastcost.distance import LeastCost, cost_distance, path_back
from infragap.gis.leastcost.steps import MOVES, Slopes

Floats = NDArray[np.float64]
INF = math.inf
CROSSED = {(1, 2): ((0, 1), (1, 1)), (2, 1): ((1, 0), (1, 1))}  # by a knight's move, written for positive steps
ROOT = Path(__file__).resolve().parents[2]


def step_cost(
    cost: Floats,
    here: tuple[int, int],
    move: tuple[int, int],
    *,
    slopes: Slopes | None = None,
    cut_corners: bool = False,
) -> float:
    """Cost of one step by the definition, in double precision; inf where it is forbidden."""
    (r, c), (dr, dc) = here, move
    length = math.hypot(dr, dc)
    if abs(dr) + abs(dc) == 3:
        sign_r, sign_c = (1 if dr > 0 else -1), (1 if dc > 0 else -1)
        between = [cost[r + a * sign_r, c + b * sign_c] for a, b in CROSSED[abs(dr), abs(dc)]]
        step = length * (cost[r, c] + between[0] + between[1] + cost[r + dr, c + dc]) / 4
    else:
        step = length * (cost[r, c] + cost[r + dr, c + dc]) / 2
        if dr and dc and not cut_corners and math.isinf(cost[r + dr, c] + cost[r, c + dc]):
            return INF
    if slopes is not None and math.isfinite(step):
        rise = slopes.elevation[r + dr, c + dc] - slopes.elevation[r, c]
        slope = (-rise if slopes.toward_sources else rise) / (length * slopes.cell_size_m)
        step *= math.exp(-3.5 * 0.05) / math.exp(-3.5 * abs(slope + 0.05))
    return float(step)


def naive(
    cost: Floats, starts: dict[tuple[int, int], float], *, neighbours: int = 8, limit: float = INF, **rule: object
) -> Floats:
    """Textbook Dijkstra with a heap."""
    distance = np.full(cost.shape, INF)
    heap = [(value, cell) for cell, value in starts.items()]
    for value, cell in heap:
        distance[cell] = value
    heapq.heapify(heap)
    while heap:
        d, (r, c) = heapq.heappop(heap)
        if d > distance[r, c]:
            continue
        for dr, dc in MOVES[:neighbours].tolist():
            if 0 <= r + dr < cost.shape[0] and 0 <= c + dc < cost.shape[1]:
                new = d + step_cost(cost, (r, c), (dr, dc), **rule)  # type: ignore[arg-type]
                if new < distance[r + dr, c + dc] and new <= limit:
                    distance[r + dr, c + dc] = new
                    heapq.heappush(heap, (new, (r + dr, c + dc)))
    return distance


@st.composite
def rasters(draw: st.DrawFn, *, barriers: bool = True, largest: int = 9) -> Floats:
    """Small rasters whose costs span up to six orders of magnitude, a fifth of the cells barriers."""
    shape = draw(st.tuples(st.integers(1, largest), st.integers(1, largest)))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    cost: Floats = np.exp(random.normal(0, draw(st.sampled_from([0.0, 0.5, 3.0])), shape))
    if barriers:
        cost[random.random(shape) < draw(st.sampled_from([0.0, 0.2, 0.4]))] = INF
    return cost


@st.composite
def rasters_with_sources(draw: st.DrawFn) -> tuple[Floats, list[tuple[int, int]]]:
    cost = draw(rasters())
    free = np.argwhere(np.isfinite(cost)).tolist() or [[0, 0]]
    picked = draw(st.lists(st.integers(0, len(free) - 1), min_size=1, max_size=4, unique=True))
    return cost, [(free[k][0], free[k][1]) for k in picked]


def along(cost: Floats, path: NDArray[np.int64], **rule: object) -> float:
    """Sum of the steps of a path from the source (its last cell) to its first cell."""
    outward = path[::-1].tolist()
    total = 0.0
    for (r, c), (s, d) in itertools.pairwise(outward):
        total += step_cost(cost, (r, c), (s - r, d - c), **rule)  # type: ignore[arg-type]
    return total


def test_straight_and_diagonal_steps_by_hand() -> None:
    cost = np.array([[1.0, 3.0, 1.0], [1.0, 5.0, 1.0], [1.0, 1.0, 2.0]])
    distance = cost_distance(cost, [(0, 0)]).distance
    assert distance.dtype == np.float32
    assert distance[0, 1] == 2.0  # (1 + 3) / 2
    assert distance[2, 0] == 2.0  # (1 + 1) / 2 twice
    assert distance[0, 2] == 4.0  # (1 + 3) / 2 + (3 + 1) / 2
    assert distance[1, 1] == 4.0  # (1 + 1) / 2 + (1 + 5) / 2; the diagonal is √2 (1 + 5) / 2 = 4.243
    assert distance[2, 1] == pytest.approx(1 + math.sqrt(2))  # down, then √2 (1 + 1) / 2
    assert distance[1, 0] == 1.0


def test_barrier_corner_is_not_cut_unless_asked() -> None:
    cost = np.array([[1.0, INF], [1.0, 1.0]])
    assert cost_distance(cost, [(0, 0)]).distance[1, 1] == 2.0  # 1 + 1 around the corner
    assert cost_distance(cost, [(0, 0)], cut_corners=True).distance[1, 1] == pytest.approx(math.sqrt(2))
    closed = np.array([[1.0, INF], [INF, 1.0]])
    assert cost_distance(closed, [(0, 0)]).distance[1, 1] == INF
    assert cost_distance(closed, [(0, 0)], cut_corners=True).distance[1, 1] == pytest.approx(math.sqrt(2))


def test_knights_move_costs_the_mean_of_the_four_cells_it_crosses() -> None:
    cost = np.array([[1.0, 2.0, 9.0], [9.0, 2.0, 3.0]])
    got = cost_distance(cost, [(0, 0)], neighbours=16).distance[1, 2]
    # in steps: (1+2)/2 + √2 (2+3)/2 = 5.04, or √2 (1+2)/2 + (2+3)/2 = 4.62
    assert got == pytest.approx(math.sqrt(5) * (1 + 2 + 2 + 3) / 4)  # 4.47
    cost[1, 1] = INF  # the knight's move would cross it
    got = cost_distance(cost, [(0, 0)], neighbours=16).distance[1, 2]
    assert got == 13.0  # (1+2)/2 + (2+9)/2 + (9+3)/2


def test_tobler_uphill_costs_more_than_downhill() -> None:
    cost, elevation = np.ones((1, 2)), np.array([[0.0, 3.0]])  # slope 3 / 30 = 0.1
    uphill, downhill = (
        math.exp(3.5 * (0.15 - 0.05)),
        math.exp(3.5 * (0.05 - 0.05)),
    )  # v(0)/v(0.1) = 1.419, v(0)/v(-0.1) = 1
    outward = cost_distance(cost, [(0, 0)], slopes=Slopes(elevation, 30))
    toward = cost_distance(cost, [(0, 0)], slopes=Slopes(elevation, 30, toward_sources=True))
    assert outward.distance[0, 1] == pytest.approx(uphill, rel=1e-5)
    assert toward.distance[0, 1] == pytest.approx(downhill, rel=1e-5)
    gentle = cost_distance(cost, [(0, 1)], slopes=Slopes(elevation / 2, 30))
    assert gentle.distance[0, 0] == pytest.approx(math.exp(-3.5 * 0.05), rel=1e-5)  # 5 % down is the fastest: 0.839


@settings(max_examples=60)
@given(rasters_with_sources())
def test_equal_to_scikit_image_where_corners_may_be_cut(case: tuple[Floats, list[tuple[int, int]]]) -> None:
    cost, sources = case
    # scikit-image walks through inf at an infinite cost, and takes negative cells as closed
    expected = MCP_Geometric(np.where(np.isinf(cost), -1, cost)).find_costs(sources)[0]
    got = cost_distance(cost, sources, cut_corners=True).distance
    np.testing.assert_allclose(got, expected, rtol=1e-4)


@pytest.mark.slow
@settings(max_examples=150)
@given(
    rasters_with_sources(),
    st.sampled_from([8, 16]),
    st.booleans(),
    st.sampled_from([None, False, True]),
    st.sampled_from([INF, 3.0]),
)
def test_equal_to_naive_dijkstra_and_paths_sum_to_the_distance(
    case: tuple[Floats, list[tuple[int, int]]],
    neighbours: int,
    cut_corners: bool,
    toward_sources: bool | None,
    limit: float,
) -> None:
    cost, sources = case
    rule: dict[str, object] = {"cut_corners": cut_corners}
    if toward_sources is not None:
        heights = np.random.default_rng(cost.size).normal(0, 8, cost.shape)
        rule["slopes"] = Slopes(heights, 30.0, toward_sources)
    expected = naive(cost, dict.fromkeys(sources, 0.0), neighbours=neighbours, limit=limit, **rule)
    got = cost_distance(
        cost,
        sources,
        neighbours=neighbours,
        limit=limit,
        regions=True,
        predecessors=True,
        **rule,  # type: ignore[arg-type]
    )
    near_limit = np.abs(expected - limit) < 1e-4 * limit if limit < INF else np.zeros(cost.shape, bool)
    np.testing.assert_allclose(got.distance[~near_limit], expected[~near_limit], rtol=1e-4)

    assert got.region is not None
    assert got.predecessor is not None
    reached = np.isfinite(got.distance)
    assert (got.region[~reached] == -1).all()
    assert (got.predecessor[~reached] == -1).all()
    alone = [
        cost_distance(cost, [source], neighbours=neighbours, limit=limit, **rule).distance  # type: ignore[arg-type]
        for source in sources
    ]
    for r, c in np.argwhere(reached).tolist():
        path = path_back(got, (r, c))
        assert tuple(path[-1]) == sources[got.region[r, c]]
        assert along(cost, path, **rule) == pytest.approx(got.distance[r, c], rel=1e-4)
        assert alone[got.region[r, c]][r, c] == pytest.approx(got.distance[r, c], rel=1e-4)


@settings(max_examples=60)
@given(rasters_with_sources(), st.integers(0, 2**32 - 1))
def test_start_values(case: tuple[Floats, list[tuple[int, int]]], seed: int) -> None:
    cost, sources = case
    values = np.random.default_rng(seed).exponential(3.0, len(sources))
    start = np.full(cost.shape, np.nan)
    for cell, value in zip(sources, values, strict=True):
        start[cell] = value
    expected = naive(cost, dict(zip(sources, values.tolist(), strict=True)))
    got = cost_distance(cost, start, regions=True, predecessors=True)
    np.testing.assert_allclose(got.distance, expected, rtol=1e-4)
    assert got.region is not None
    for r, c in np.argwhere(np.isfinite(got.distance)).tolist():
        root = tuple(path_back(got, (r, c))[-1])
        assert got.region[r, c] == root[0] * cost.shape[1] + root[1]


@settings(max_examples=40)
@given(rasters_with_sources())
def test_order_of_the_sources_only_renames_the_regions(case: tuple[Floats, list[tuple[int, int]]]) -> None:
    cost, sources = case
    cost = np.where(np.isfinite(cost), 1.0, INF)  # ties everywhere
    turned = sources[::-1]
    first = cost_distance(cost, sources, regions=True, predecessors=True)
    second = cost_distance(cost, np.array(turned), regions=True, predecessors=True)
    assert first.region is not None
    assert second.region is not None
    np.testing.assert_array_equal(first.distance, second.distance)
    np.testing.assert_array_equal(first.predecessor, second.predecessor)
    np.testing.assert_array_equal(np.where(first.region < 0, -1, len(sources) - 1 - first.region), second.region)


def test_wide_spread_of_costs_crosses_many_windows_of_the_queue() -> None:
    random = np.random.default_rng(3)
    cost = np.exp(random.normal(0, 4, (60, 70)))  # five orders of magnitude either way
    cost[:, 35] = 1e7  # a wall far beyond the window of buckets
    got = cost_distance(cost, [(0, 0), (59, 1)]).distance
    np.testing.assert_allclose(got, naive(cost, {(0, 0): 0.0, (59, 1): 0.0}), rtol=1e-4)


@pytest.mark.parametrize("source", [(0, 0), (100, 130), (219, 3)])
def test_uniform_cost_fills_buckets_to_the_last_place(source: tuple[int, int]) -> None:
    """Fronts of equal cells end on full chunks and window borders; the octile distance is known in closed form."""
    rows, columns = np.abs(np.indices((220, 260)) - np.array(source)[:, None, None])
    octile = np.maximum(rows, columns) + (math.sqrt(2) - 1) * np.minimum(rows, columns)
    for unit in (1e-3, 1.0, 7.0):
        got = cost_distance(np.full((220, 260), unit), [source]).distance
        np.testing.assert_allclose(got, unit * octile, rtol=1e-4)
    some_dear = np.ones((220, 260))
    some_dear[:40] = 1000.0  # wider buckets: the rest of the raster is one bucket, many chunks long
    expected = MCP_Geometric(some_dear).find_costs([source])[0]
    np.testing.assert_allclose(cost_distance(some_dear, [source]).distance, expected, rtol=1e-4)


@pytest.mark.parametrize("seed", range(8))
def test_rasters_of_many_chunks_equal_scikit_image(seed: int) -> None:
    """Costs of few values give long fronts at equal distance; with barriers and one to 2,000 sources."""
    random = np.random.default_rng(seed)
    cost = random.integers(1, 4, (170, 190)).astype(float) * 10.0 ** random.integers(0, 1 + seed, (170, 190))
    cost[random.random(cost.shape) < 0.05 * seed] = INF
    sources = random.permutation(np.argwhere(np.isfinite(cost)))[: 3**seed]
    expected = MCP_Geometric(np.where(np.isinf(cost), -1, cost)).find_costs(sources.tolist())[0]
    np.testing.assert_allclose(cost_distance(cost, sources, cut_corners=True).distance, expected, rtol=1e-4)


def test_every_cell_a_source_and_cost_zero() -> None:
    everywhere = np.argwhere(np.ones((90, 90), bool))
    got = cost_distance(np.zeros((90, 90)), everywhere, regions=True)
    assert got.region is not None
    np.testing.assert_array_equal(got.region.ravel(), np.arange(8100))
    plateau = cost_distance(np.zeros((5, 6)), [(2, 3)], regions=True, predecessors=True)
    assert (plateau.distance == 0).all()
    assert all(tuple(path_back(plateau, (r, c))[-1]) == (2, 3) for r in range(5) for c in range(6))


def test_source_on_a_barrier_spreads_nothing_and_duplicates_count_once() -> None:
    cost = np.array([[INF, 1.0, 1.0]])
    got = cost_distance(cost, [(0, 0)], regions=True)
    np.testing.assert_array_equal(got.distance, [[0.0, INF, INF]])
    twice = cost_distance(cost, [(0, 2), (0, 2)], regions=True)
    np.testing.assert_array_equal(twice.region, [[-1, 0, 0]])


def test_input_is_not_changed_and_options_off_return_nothing() -> None:
    cost = np.arange(12).reshape(3, 4)
    before = cost.copy()
    got = cost_distance(cost, [(0, 0)])
    np.testing.assert_array_equal(cost, before)
    assert got.region is None
    assert got.predecessor is None
    with pytest.raises(ParameterError, match="predecessors=True"):
        path_back(got, (0, 0))


def test_paths_from_cells_not_reached_or_outside_are_errors() -> None:
    got = cost_distance(np.array([[1.0, INF, 1.0]]), [(0, 0)], predecessors=True)
    np.testing.assert_array_equal(path_back(got, (0, 0)), [[0, 0]])
    with pytest.raises(NoSolutionError, match=r"\(0, 2\) is reached from no source"):
        path_back(got, (0, 2))
    with pytest.raises(ParameterError, match="outside the raster"):
        path_back(got, (0, -1))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"cost": np.array([[1.0, math.nan], [-2.0, 1.0]])}, r"2 of 4 cells .*\(0, 1\), \(1, 0\)"),
        ({"cost": np.full((2, 2), 1e31)}, "4 of 4 cells"),
        ({"cost": np.ones(3)}, "a raster of numbers"),
        ({"sources": []}, "none given"),
        ({"sources": [(0, 0), (0, 2), (-1, 0)]}, r"2 of 3 lie outside .*\(0, 2\), \(-1, 0\)"),
        ({"sources": np.ones((2, 2), bool)}, "argwhere"),
        ({"sources": np.full((2, 2), np.nan)}, "no finite start value"),
        ({"sources": np.full((2, 3), 1.0)}, r"shape \(2, 3\)"),
        ({"sources": np.array([[0.0, -1.0], [0.0, 0.0]])}, r"1 of 4 start values .*\(0, 1\)"),
        ({"neighbours": 4}, "neighbours: 4"),
        ({"limit": -1.0}, "limit"),
        ({"limit": math.nan}, "limit"),
        ({"slopes": Slopes(np.zeros((2, 2)), 0.0)}, "cell_size_m"),
        ({"slopes": Slopes(np.zeros((2, 3)), 30.0)}, "shape"),
        ({"slopes": Slopes(np.array([[0.0, math.nan], [0.0, 0.0]]), 30.0)}, r"1 of 4 .*\(0, 1\)"),
    ],
)
def test_wrong_parameters_are_named(change: dict[str, object], message: str) -> None:
    arguments: dict[str, object] = {"cost": np.ones((2, 2)), "sources": [(0, 0)]} | change
    cost, sources = arguments.pop("cost"), arguments.pop("sources")
    with pytest.raises(ParameterError, match=message):
        cost_distance(cost, sources, **arguments)  # type: ignore[arg-type]


@pytest.mark.slow
def test_compiled_code_is_kept_on_disk_also_without_write_access_to_the_package(tmp_path: Path) -> None:
    """The second process finds all it needs in the cache folder, and warns of nothing."""
    script = (
        "import numpy as np; from infragap.gis.leastcost import kernels as k;"
        "from infragap.gis.leastcost.distance import cost_distance;"
        "cost_distance(np.ones((4, 4)), [(0, 0)], regions=True);"
        "print(sum(k.spread.stats.cache_hits.values()), sum(k.spread.stats.cache_misses.values()))"
    )
    found = [
        subprocess.run(
            [sys.executable, "-W", "error", "-c", script],
            cwd=ROOT,
            env={**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.split()
        for _ in range(2)
    ]
    assert found == [["0", "1"], ["1", "0"]]


@pytest.mark.slow
def test_large_raster_equals_scikit_image_with_many_sources() -> None:
    random = np.random.default_rng(11)
    cost = np.exp(random.normal(0, 1, (700, 800)))
    sources = np.column_stack([random.integers(0, 700, 50), random.integers(0, 800, 50)])
    expected = MCP_Geometric(cost).find_costs([tuple(cell) for cell in sources.tolist()])[0]
    got: LeastCost = cost_distance(cost, sources, cut_corners=True)
    np.testing.assert_allclose(got.distance, expected, rtol=1e-4)
