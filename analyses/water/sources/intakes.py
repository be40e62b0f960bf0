"""Where a new intake may stand: stream cells that carry enough, near the villages that need it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from infragap.analyses.arrays import FloatArray, IntArray
from infragap.analyses.water.parameters import WaterParameters
from infragap.analyses.water.sources.streams import StreamFlow
from infragap.analyses.water.study import Study
from infragap.gis.raster import rowcol, sample, xy

SPACING_M = 600.0
"""Intakes are no nearer to one another."""

ENOUGH_HOUSEHOLDS = 100.0
HIGHEST_RISE_M = 180.0


@dataclass(frozen=True, eq=False)
class Intakes:
    """Cells where an intake may stand, (n,) each.

    Attributes
    ----------
    cell
        Flat cell of the drainage.
    x, y, height_m
        The lowest cell of the relief in it: the stream bed [m].
    households
        Households that it may supply.
    catchment_km2
        Land whose water passes there.
    """

    cell: IntArray
    x: FloatArray
    y: FloatArray
    height_m: FloatArray
    households: FloatArray
    catchment_km2: FloatArray

    def only(self, kept: IntArray) -> Intakes:
        """Some of them."""
        return Intakes(
            self.cell[kept],
            self.x[kept],
            self.y[kept],
            self.height_m[kept],
            self.households[kept],
            self.catchment_km2[kept],
        )


def possible_intakes(study: Study, flow: StreamFlow, withdrawal_l_s: float) -> Intakes:
    """Stream cells with enough water for the smallest scheme, and the households that the water suffices for.

    Notes
    -----
    Where somebody lives in the sanitary zone, no more is taken than needs no zone.
    """
    p = study.parameters
    none = Intakes(np.zeros(0, np.int64), *(np.zeros(0) for _ in range(5)))
    if not 0 < withdrawal_l_s < np.inf:
        return none
    households = flow.usable_l_s / withdrawal_l_s
    crowded = flow.village_above | flow.village_below
    # a hair less, since rates are rounded
    without_zone = 0.999 * p.sanitary_zone_m3_day / (withdrawal_l_s * 86.4)
    households = np.where(crowded, np.minimum(households, without_zone), households)
    heights = flow.streams.grid.values.ravel()
    cell = np.flatnonzero((households >= p.new_scheme_min_households) & np.isfinite(heights))
    if not len(cell):
        return none
    x, y, bed = _stream_bed(study, flow, cell)
    area_km2 = np.asarray(flow.streams.upstream_km2, dtype=np.float64).ravel()[cell]
    return Intakes(cell.astype(np.int64), x, y, bed, households[cell], np.nan_to_num(area_km2))


def _stream_bed(study: Study, flow: StreamFlow, cell: IntArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Lowest cell of the relief within each cell of the drainage: where the water runs."""
    grid, relief = flow.streams.grid, study.elevation
    x, y = xy(grid, cell // grid.shape[1], cell % grid.shape[1])
    steps = max(round(grid.cell_size_m / relief.cell_size_m), 1)
    inside = (np.arange(steps) + 0.5) * relief.cell_size_m - grid.cell_size_m / 2
    heights = relief.floats()
    best = np.full(len(cell), np.inf)
    best_x, best_y = x.copy(), y.copy()
    for dy in inside:
        for dx in inside:
            rows, cols = rowcol(relief, x + dx, y + dy)
            fits = (rows >= 0) & (rows < relief.shape[0]) & (cols >= 0) & (cols < relief.shape[1])
            here = np.full(len(cell), np.inf)
            here[fits] = heights[rows[fits], cols[fits]]
            lower = here < best
            best = np.where(lower, here, best)
            best_x, best_y = np.where(lower, x + dx, best_x), np.where(lower, y + dy, best_y)
    return best_x, best_y, best


def intakes_above(study: Study, possible: Intakes, gap_households: FloatArray) -> Intakes:
    """Nearest fitting intake above each village without water to standard, the villages with most such households
    first."""
    p = study.parameters
    return _nearest(study, possible, gap_households, (2 * p.residual_head_m, HIGHEST_RISE_M), p)


def intakes_below(study: Study, possible: Intakes, gap_households: FloatArray) -> Intakes:
    """Nearest fitting intake from which water must be lifted to each village."""
    p = study.parameters
    return _nearest(study, possible, gap_households, (-p.pump_head_max_m + 2 * p.residual_head_m, 0.0), p)


def _nearest(
    study: Study, possible: Intakes, gap_households: FloatArray, rise_m: tuple[float, float], p: WaterParameters
) -> Intakes:
    if not len(possible.cell):
        return possible
    villages = study.villages
    x, y = villages.geometry.x.to_numpy(), villages.geometry.y.to_numpy()
    height = sample(study.elevation, x, y)
    tree = cKDTree(np.column_stack([possible.x, possible.y]))
    free = np.ones(len(possible.cell), dtype=bool)
    taken: list[int] = []
    for village in np.lexsort((villages["village_id"].to_numpy().astype(str), -np.round(gap_households, 6))):
        if gap_households[village] < p.new_scheme_min_households:
            break
        near = np.array(sorted(tree.query_ball_point([x[village], y[village]], p.reach_km * 1000.0)), dtype=np.int64)
        rise = possible.height_m[near] - height[village]
        enough = min(float(gap_households[village]), ENOUGH_HOUSEHOLDS)
        fits = free[near] & (rise >= rise_m[0]) & (rise <= rise_m[1]) & (possible.households[near] >= enough)
        near = near[fits]
        if len(near):
            away = np.hypot(possible.x[near] - x[village], possible.y[near] - y[village])
            chosen = int(near[np.lexsort((possible.cell[near], np.round(away, 3)))[0]])
            taken.append(chosen)
            free[tree.query_ball_point([possible.x[chosen], possible.y[chosen]], SPACING_M)] = False
    return possible.only(np.array(sorted(taken), dtype=np.int64))
