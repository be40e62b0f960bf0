"""Which villages the water of a source reaches: along the terrain, below the source less the head lost on the way."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from infragap.analyses.arrays import FloatArray, IntArray
from infragap.analyses.water.lines.tree import PipeTree, grow_tree
from infragap.gis.leastcost.distance import cost_distance
from infragap.gis.raster import Raster, rowcol, sample
from infragap.gis.terrain import slope_pct


@dataclass(frozen=True)
class Sources:
    """Where mains start.

    Attributes
    ----------
    x, y
        (n,) position [m].
    head_m
        (n,) height that the water starts from [m]: the source, or the plant plus its lift.
    reach_km
        (n,) longest main [km].
    loss_m_per_km
        (n,) head lost per kilometre of main at the design flow.
    """

    x: FloatArray
    y: FloatArray
    head_m: FloatArray
    reach_km: FloatArray
    loss_m_per_km: FloatArray


@dataclass(frozen=True, eq=False)
class Reach:
    """Villages that mains can join.

    Attributes
    ----------
    pairs
        source, village (numbers), main_km (length on the slope), head_m (static head at the village); by source, then
        nearest village first.
    trees
        Of each source that reaches somebody: its villages along their paths over the terrain, in the order of `pairs`.
    """

    pairs: pd.DataFrame
    trees: dict[int, PipeTree]


def reach_of(
    sources: Sources,
    village_x: FloatArray,
    village_y: FloatArray,
    elevation: Raster,
    *,
    residual_head_m: float,
) -> Reach:
    """List the villages that a main from each source can join, and the paths to them.

    Parameters
    ----------
    sources
        Starts of mains.
    village_x, village_y
        Positions in the CRS of `elevation` [m].
    elevation
        Heights [m].
    residual_head_m
        Pressure that must remain at the village [m].

    Notes
    -----
    A main never climbs above the water level of its source: such cells are barriers of the least-cost search. A length
    step is √(1 + slope²) times its plan length. A village's height is that of its cell.
    """
    heights, lengthening = elevation.floats(), _lengthening(elevation)
    rows, cols = rowcol(elevation, village_x, village_y)
    ground = _Ground(heights, lengthening, elevation.cell_size_m, rows, cols, sample(elevation, village_x, village_y))
    start_rows, start_cols = rowcol(elevation, sources.x, sources.y)
    order = np.argsort(village_x, kind="stable")
    sorted_x = village_x[order]
    found: list[tuple[IntArray, FloatArray, FloatArray]] = []
    trees: dict[int, PipeTree] = {}
    for i in range(len(sources.x)):
        radius_m = sources.reach_km[i] * 1000.0
        near = order[
            np.searchsorted(sorted_x, sources.x[i] - radius_m) : np.searchsorted(sorted_x, sources.x[i] + radius_m)
        ]
        near = near[np.hypot(village_x[near] - sources.x[i], village_y[near] - sources.y[i]) <= radius_m]
        near = near[sources.head_m[i] - ground.village_m[near] >= residual_head_m]
        if not len(near):
            continue
        joined = _join(ground, sources, i, (int(start_rows[i]), int(start_cols[i])), near, residual_head_m)
        if joined is not None:
            found.append(joined[0])
            trees[i] = joined[1]
    return Reach(_pairs(list(trees), found), trees)


def _pairs(sources: list[int], found: list[tuple[IntArray, FloatArray, FloatArray]]) -> pd.DataFrame:
    """One row per source and village that it reaches, from villages, lengths and heads of each source."""
    empty = np.zeros(0)
    village, main_km, head_m = (np.concatenate([empty, *(part[k] for part in found)]) for k in range(3))
    source = np.repeat(np.array(sources, dtype=np.int64), [len(part[0]) for part in found])
    return pd.DataFrame({"source": source, "village": village.astype(np.int64), "main_km": main_km, "head_m": head_m})


@lru_cache(maxsize=1)
def _lengthening(elevation: Raster) -> NDArray[np.float32]:
    """Length of a step on the slope over that in plan, (rows, cols): every list of sources asks the same relief."""
    return np.asarray(np.sqrt(1.0 + (slope_pct(elevation).floats() / 100.0) ** 2))


@dataclass(frozen=True, eq=False)
class _Ground:
    """Relief with its lengthening by slope, and where the villages are in it."""

    heights: NDArray[np.float32]
    lengthening: NDArray[np.float32]
    cell_m: float
    rows: IntArray
    cols: IntArray
    village_m: FloatArray


def _join(
    ground: _Ground, sources: Sources, i: int, start: tuple[int, int], near: IntArray, residual_head_m: float
) -> tuple[tuple[IntArray, FloatArray, FloatArray], PipeTree] | None:
    """Nearby villages that the water of one source reaches, length and head of each main, and the tree to them."""
    radius = sources.reach_km[i] * 1000.0 / ground.cell_m
    half = int(np.ceil(radius)) + 1
    top, left = max(start[0] - half, 0), max(start[1] - half, 0)
    window = np.s_[top : start[0] + half + 1, left : start[1] + half + 1]
    at = (start[0] - top, start[1] - left)
    heights = ground.heights[window]
    if not (0 <= at[0] < heights.shape[0] and 0 <= at[1] < heights.shape[1]):
        return None
    passable = heights <= sources.head_m[i]
    passable[at] = True
    cost = np.where(passable & np.isfinite(heights), ground.lengthening[window], np.inf).astype(np.float32)
    found = cost_distance(cost, [at], limit=radius, predecessors=True)
    main_km = found.distance[ground.rows[near] - top, ground.cols[near] - left].astype(np.float64)
    main_km = main_km * ground.cell_m / 1000.0
    head = sources.head_m[i] - ground.village_m[near]
    lost = np.where(np.isfinite(main_km), sources.loss_m_per_km[i] * np.minimum(main_km, 1e6), np.inf)
    fits = np.isfinite(main_km) & (head - lost >= residual_head_m)
    if not fits.any() or found.predecessor is None:
        return None
    near, main_km, head = near[fits], main_km[fits], head[fits]
    order = np.lexsort((ground.cols[near], ground.rows[near], main_km))
    near = near[order]
    cells = np.column_stack([ground.rows[near] - top, ground.cols[near] - left])
    tree = grow_tree(found.predecessor, np.ascontiguousarray(heights), at, cells, near, cell_m=ground.cell_m)
    tree = tree.moved(top, left)
    return (near, main_km[order], head[order]), tree
