"""Which villages the water of a source reaches: along the terrain, below the source less the head lost on the way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from infragap.analyses.arrays import FloatArray
from infragap.gis.leastcost import cost_distance
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


def villages_in_reach(
    sources: Sources,
    village_x: FloatArray,
    village_y: FloatArray,
    elevation: Raster,
    *,
    residual_head_m: float,
) -> pd.DataFrame:
    """List the pairs of source and village that a main can join.

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

    Returns
    -------
    DataFrame
        source, village (row numbers), main_km (length on the slope), head_m (static head at the village), sorted by both.

    Notes
    -----
    A main never climbs above the water level of its source: such cells are barriers of the least-cost search. A length step is
    √(1 + slope²) times its plan length. A village's height is that of its cell.
    """
    cell_m = elevation.cell_size_m
    heights = elevation.floats()
    lengthening = np.sqrt(1.0 + (slope_pct(elevation).floats() / 100.0) ** 2)
    rows, cols = rowcol(elevation, village_x, village_y)
    village_h = sample(elevation, village_x, village_y)
    start_rows, start_cols = rowcol(elevation, sources.x, sources.y)
    order = np.argsort(village_x, kind="stable")
    sorted_x = village_x[order]
    found: list[tuple[NDArray[Any], ...]] = []
    for i in range(len(sources.x)):
        radius_m = sources.reach_km[i] * 1000.0
        near = order[
            np.searchsorted(sorted_x, sources.x[i] - radius_m) : np.searchsorted(sorted_x, sources.x[i] + radius_m)
        ]
        near = near[np.hypot(village_x[near] - sources.x[i], village_y[near] - sources.y[i]) <= radius_m]
        near = near[sources.head_m[i] - village_h[near] >= residual_head_m]
        if not len(near):
            continue
        half = int(np.ceil(radius_m / cell_m)) + 1
        top, left = max(start_rows[i] - half, 0), max(start_cols[i] - half, 0)
        window = np.s_[top : start_rows[i] + half + 1, left : start_cols[i] + half + 1]
        start = (int(start_rows[i] - top), int(start_cols[i] - left))
        passable = heights[window] <= sources.head_m[i]
        passable[start] = True
        cost = np.where(passable & np.isfinite(heights[window]), lengthening[window], np.inf).astype(np.float32)
        distance = cost_distance(cost, [start], limit=radius_m / cell_m).distance
        main_km = distance[rows[near] - top, cols[near] - left].astype(np.float64) * cell_m / 1000.0
        near, main_km = near[np.isfinite(main_km)], main_km[np.isfinite(main_km)]
        head = sources.head_m[i] - village_h[near]
        fits = head - sources.loss_m_per_km[i] * main_km >= residual_head_m
        kept = near[fits]
        order_in = np.argsort(kept, kind="stable")
        found.append((np.full(len(kept), i), kept[order_in], main_km[fits][order_in], head[fits][order_in]))
    parts = (
        zip(*found, strict=True) if found else [[np.zeros(0, int)], [np.zeros(0, int)], [np.zeros(0)], [np.zeros(0)]]
    )
    columns = ("source", "village", "main_km", "head_m")
    return pd.DataFrame({name: np.concatenate(list(part)) for name, part in zip(columns, parts, strict=True)})
