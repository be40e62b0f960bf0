"""Distances tile by tile are the bits of the whole raster, whatever the tiles; networkx and scikit-image agree."""

import math
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest
import rasterio
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from skimage.graph import MCP_Geometric

from infragap.gis.errors import LayerError, ParameterError
from infragap.gis.leastcost.distance import cost_distance
from infragap.gis.leastcost.steps import Rules, Slopes
from infragap.gis.tiles.distance import Relief, tiled_cost_distance

CELL_M = 30.0


def raster_file(path: Path, values: NDArray[Any], nodata: float | None = None) -> Path:
    profile = {
        "driver": "GTiff", "dtype": "float32", "count": 1, "height": values.shape[0], "width": values.shape[1],
        "crs": "EPSG:9208", "transform": rasterio.Affine(CELL_M, 0, 440_000, 0, -CELL_M, 2_430_000), "nodata": nodata,
    }  # fmt: skip
    with rasterio.open(path, "w", **profile) as file:
        file.write(values.astype(np.float32), 1)
    return path


def values_of(path: Path) -> NDArray[np.float32]:
    with rasterio.open(path) as file:
        return np.asarray(file.read(1))


def ground(seed: int, rows: int, columns: int, barriers: float = 0.25) -> NDArray[np.float64]:
    rng = np.random.default_rng(seed)
    cost = rng.lognormal(0, 1, (rows, columns))
    cost[rng.random((rows, columns)) < barriers] = math.inf
    return cost


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    size=st.tuples(st.integers(1, 23), st.integers(1, 23)),
    tile=st.integers(1, 12),
    neighbours=st.sampled_from([8, 16]),
    cut=st.booleans(),
    limit=st.sampled_from([math.inf, 6.0]),
)
def test_any_tiles_give_the_bits_of_the_whole(
    tmp_path_factory: pytest.TempPathFactory,
    seed: int,
    size: tuple[int, int],
    tile: int,
    neighbours: int,
    cut: bool,
    limit: float,
) -> None:
    folder, rng = tmp_path_factory.mktemp("tiles"), np.random.default_rng(seed)
    cost, heights = ground(seed, *size), rng.normal(500, 20, size)
    sources = rng.integers(0, size, (2, 2))
    rules = Rules(cut_corners=cut, neighbours=neighbours, limit=limit)
    relief = Relief(raster_file(folder / "heights.tif", heights), toward_sources=bool(seed % 2))
    out = folder / "distance.tif"
    tiled_cost_distance(
        raster_file(folder / "cost.tif", cost), sources, out, relief=relief, rules=rules, tile_cells=tile
    )
    whole = cost_distance(
        cost,
        sources,
        slopes=Slopes(heights, CELL_M, toward_sources=bool(seed % 2)),
        cut_corners=cut,
        neighbours=neighbours,
        limit=limit,
    )
    np.testing.assert_array_equal(values_of(out).view(np.uint32), whole.distance.view(np.uint32))


def test_a_path_that_winds_through_all_tiles(tmp_path: Path) -> None:
    # walls from both sides in turn: the way crosses the border of the tiles again and again
    cost = np.ones((15, 12))
    for row in range(1, 15, 2):
        cost[row, :] = math.inf
        cost[row, 0 if row % 4 == 3 else -1] = 1.0
    out = tmp_path / "distance.tif"
    count = tiled_cost_distance(raster_file(tmp_path / "cost.tif", cost), np.array([[0, 0]]), out, tile_cells=5)
    # eight floors of 11 steps, seven walls of 2 steps
    assert values_of(out)[14].max() == 8 * 11 + 7 * 2
    assert count > 9


def test_networkx_and_scikit_image_agree(tmp_path: Path) -> None:
    cost = ground(7, 19, 17, barriers=0.1)
    out = tmp_path / "distance.tif"
    rules = Rules(cut_corners=True)
    source = tuple(np.argwhere(np.isfinite(cost))[0])
    tiled_cost_distance(raster_file(tmp_path / "cost.tif", cost), np.array([source]), out, rules=rules, tile_cells=6)
    found = values_of(out).astype(np.float64)
    theirs, _ = MCP_Geometric(np.where(np.isinf(cost), -1, cost)).find_costs([source])
    np.testing.assert_allclose(found, theirs, rtol=1e-5)
    graph = nx.Graph()
    for row, column in np.ndindex(cost.shape):
        for down, right in ((0, 1), (1, 0), (1, 1), (1, -1)):
            to = (row + down, column + right)
            if 0 <= to[0] < 19 and 0 <= to[1] < 17:
                mean = (cost[row, column] + cost[to]) / 2
                graph.add_edge((row, column), to, weight=mean * math.hypot(down, right))
    graph.remove_edges_from([(a, b) for a, b, weight in graph.edges(data="weight") if math.isinf(weight)])
    reached = nx.single_source_dijkstra_path_length(graph, source)
    assert np.isfinite(found).sum() == len(reached)
    for cell, distance in reached.items():
        assert found[cell] == pytest.approx(distance, rel=1e-5)


def test_nodata_is_a_barrier(tmp_path: Path) -> None:
    cost = np.array([[1.0, -9.0, 1.0]])
    out = tmp_path / "distance.tif"
    tiled_cost_distance(raster_file(tmp_path / "cost.tif", cost, nodata=-9.0), np.array([[0, 0]]), out, tile_cells=2)
    assert values_of(out).tolist() == [[0.0, math.inf, math.inf]]


def test_what_does_not_fit_is_refused(tmp_path: Path) -> None:
    cost, out = raster_file(tmp_path / "cost.tif", np.ones((3, 3))), tmp_path / "distance.tif"
    with pytest.raises(ParameterError, match="1 of 1 lie outside"):
        tiled_cost_distance(cost, np.array([[3, 0]]), out)
    with pytest.raises(ParameterError, match="whole numbers"):
        tiled_cost_distance(cost, np.array([[0.5, 0]]), out)
    relief = Relief(raster_file(tmp_path / "heights.tif", np.ones((2, 3))))
    with pytest.raises(ParameterError, match="elevation: shape"):
        tiled_cost_distance(cost, np.array([[0, 0]]), out, relief=relief)
    (tmp_path / "no.tif").write_text("no raster")
    with pytest.raises(LayerError, match="no raster that can be read"):
        tiled_cost_distance(tmp_path / "no.tif", np.array([[0, 0]]), out)
