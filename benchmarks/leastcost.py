"""Least-cost distance beside scikit-image's `MCP_Geometric`, scipy's `csgraph` and, where it is installed,
xarray-spatial's."""

import importlib
import importlib.util
import math
import statistics
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from skimage.graph import MCP_Geometric

from benchmarks import Row
from benchmarks.measure import peak_memory_mb, timed_with_cpu
from infragap.analyses.arrays import FloatArray, IntArray
from infragap.gis.leastcost.distance import LeastCost, cost_distance

SIZES = ((750, 800), (1500, 1600), (4200, 5000))  # 0.6, 2.4 and 21 million cells
QUICK = SIZES[:2]
PAIRS = 3  # ours and the peer run in turn so often; the speed-up is the median ratio of CPU times
SOURCES = (1, 300)
EXTRAS = {False: "distance", True: "distance, regions, predecessors"}


def terrain_cost(rows: int, columns: int, *, seed: int = 0) -> NDArray[np.float32]:
    """Cost 1 + 10 slope / mean slope, with 20 % noise, of a surface of hills of three sizes: about 1 to 50."""
    random = np.random.default_rng(seed)
    surface = np.zeros((rows, columns), np.float32)
    for radius, height in ((3, 1), (12, 3), (50, 10)):
        hills = gaussian_filter(random.standard_normal((rows, columns), np.float32), radius)
        surface += height * hills / hills.std()
    slope = np.hypot(*np.gradient(surface))
    noise = random.uniform(0.8, 1.2, slope.shape)
    cost: NDArray[np.float32] = (1 + 10 * slope / slope.mean() * noise).astype(np.float32)
    return cost


def sources_in(shape: tuple[int, ...], count: int) -> IntArray:
    """`count` random cells."""
    random = np.random.default_rng(count)
    return np.column_stack([random.integers(0, shape[0], count), random.integers(0, shape[1], count)])


def search(cost: NDArray[np.float32], sources: IntArray, extras: bool) -> LeastCost:
    """Ours, corners cut as the peers do; with regions and predecessors where asked for."""
    return cost_distance(cost, sources, cut_corners=True, regions=extras, predecessors=extras)


def run_ours(path: str, count: int, extras: bool) -> None:
    """One run in a process of its own, for its memory; the raster is read from a file, as a planner's would be."""
    cost = np.load(path)
    search(cost, sources_in(cost.shape, count), extras)


def with_scikit_image(cost: NDArray[np.float32], sources: IntArray) -> FloatArray:
    """The peer: distances (it always keeps predecessors)."""
    distance: FloatArray = MCP_Geometric(cost).find_costs(sources.tolist())[0]
    return distance


def with_xarray_spatial(cost: NDArray[np.float32], sources: IntArray) -> NDArray[np.float32]:
    """The other peer: distances, float32."""
    xarray = importlib.import_module("xarray")
    their_cost_distance = importlib.import_module("xrspatial.cost_distance").cost_distance

    coords = {"y": np.arange(cost.shape[0], dtype=float), "x": np.arange(cost.shape[1], dtype=float)}
    marks = np.zeros(cost.shape)
    marks[sources[:, 0], sources[:, 1]] = 1
    raster = xarray.DataArray(marks, coords, ("y", "x"))
    distance: NDArray[np.float32] = their_cost_distance(raster, xarray.DataArray(cost, coords, ("y", "x"))).values
    return distance


def with_csgraph(cost: NDArray[np.float32], sources: IntArray) -> FloatArray:
    """A general graph library on the same grid: links of all neighbouring cells, then Dijkstra (building the graph
    included)."""
    rows, columns = cost.shape
    number = np.arange(cost.size).reshape(cost.shape)
    starts, ends, weights = [], [], []
    for down, right in ((0, 1), (1, 0), (1, 1), (1, -1)):
        left = slice(max(-right, 0), columns - max(right, 0))
        shifted = slice(max(right, 0), columns - max(-right, 0))
        a, b = np.s_[: rows - down, left], np.s_[down:, shifted]
        starts.append(number[a].ravel())
        ends.append(number[b].ravel())
        weights.append(((cost[a] + cost[b]) * (math.hypot(down, right) / 2)).ravel())
    shape = (cost.size, cost.size)
    graph = csr_array((np.concatenate(weights), (np.concatenate(starts), np.concatenate(ends))), shape=shape)
    indices = np.ravel_multi_index((sources[:, 0], sources[:, 1]), cost.shape)
    distance: FloatArray = dijkstra(graph, directed=False, indices=indices, min_only=True)
    return distance.reshape(cost.shape)


def peers() -> dict[str, Callable[..., NDArray[Any]]]:
    """What is installed of what we are compared with."""
    found: dict[str, Callable[..., NDArray[Any]]] = {
        "scikit-image MCP_Geometric": with_scikit_image,
        "scipy csgraph dijkstra": with_csgraph,
    }
    if importlib.util.find_spec("xrspatial") is not None:
        found["xarray-spatial cost_distance"] = with_xarray_spatial
    return found


def compare(cost: NDArray[np.float32], path: str, count: int, extras: bool, peer: str | None, pairs: int) -> Row:
    """Ours beside one peer, in turn, on the same raster and sources."""
    sources = sources_in(cost.shape, count)

    seconds: list[float] = []
    peer_seconds: list[float] = []
    ratios: list[float] = []
    peer_objective = None
    for _ in range(pairs):
        taken, cpu, result = timed_with_cpu(lambda: search(cost, sources, extras))
        seconds.append(taken)
        note = f"{cpu:.2f} s CPU"
        if peer is not None:
            taken, peer_cpu, theirs = timed_with_cpu(lambda: peers()[peer](cost, sources))
            peer_seconds.append(taken)
            ratios.append(peer_cpu / cpu)
            away = theirs > 0
            difference = np.abs(result.distance[away] / theirs[away] - 1).max()
            peer_objective = float(theirs.mean(dtype=np.float64))
            note += f", peer {peer_cpu:.2f}; differs by {difference:.0e}"
            del theirs
    return Row(
        routine=f"cost_distance: {EXTRAS[extras]}",
        instance=f"terrain, {count} source{'s' if count > 1 else ''}",
        size=cost.size,
        seconds=statistics.median(seconds),
        peak_memory_mb=peak_memory_mb(run_ours, path, count, extras),
        objective=float(result.distance.mean(dtype=np.float64)),
        peer=peer,
        peer_seconds=statistics.median(peer_seconds) if peer_seconds else None,
        peer_objective=peer_objective,
        speed_up=statistics.median(ratios) if ratios else None,
        note=note,
    )


def cases(*, quick: bool, shared: Path | None) -> Iterator[Row]:
    """Rasters of 0.6, 2.4 and (not quick) 21 million cells; objective is the mean distance [units of cost].

    xarray-spatial gives no predecessors, so it stands beside the distances only. At 21 million cells each peer runs
    once, on one source.
    """
    for extras in EXTRAS:  # compile before measuring
        search(np.ones((8, 8), np.float32), np.array([[0, 0]]), extras)
    if "xarray-spatial cost_distance" in peers():
        with_xarray_spatial(np.ones((8, 8), np.float32), np.array([[0, 0]]))
    with tempfile.TemporaryDirectory() as folder:
        for rows, columns in QUICK if quick else SIZES:
            cost = terrain_cost(rows, columns)
            path = str(Path(folder) / f"{rows}x{columns}.npy")
            np.save(path, cost)
            large = cost.size > 10_000_000
            for count in SOURCES:
                for extras in EXTRAS:
                    beside: list[str | None] = list[str | None](peers())[: 1 if extras else None]
                    if large and (extras or count > 1):
                        beside = [None]
                    elif large:
                        # its graph alone would take several GB
                        beside.remove("scipy csgraph dijkstra")
                    for peer in beside:
                        yield compare(cost, path, count, extras, peer, 1 if large else PAIRS)
