"""How much of each stream may be taken in the dry season, after what must stay and what others already take."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray
from infragap.analyses.water.codes import SchemeKind
from infragap.analyses.water.parameters import WaterParameters
from infragap.analyses.water.service.schemes import exists
from infragap.analyses.water.study import Study
from infragap.compiled import compiled
from infragap.gis.hydrology import Streams, dry_season_flow, flow_directions
from infragap.gis.raster import rasterize, rowcol

L_PER_M3 = 1000.0
SECONDS_PER_DAY = 86_400.0
SMALL_CATCHMENT_KM2 = 1.0
KARST_CATCHMENT_KM2 = 5.0
SNAP_M, SNAP_PLANT_M = 1000.0, 3000.0
"""How far from its mapped point an existing intake is looked for, never farther than its accuracy."""


@dataclass(frozen=True, eq=False)
class StreamFlow:
    """Water in the streams by cell of the drainage, flat arrays (cells,).

    Attributes
    ----------
    streams
        Drainage.
    dry_l_s
        Natural flow of the driest month [l/s].
    usable_l_s
        What new intakes may take, were each cell the only one on its stream [l/s]; sums along the stream are a
        constraint of the choice.
    village_above
        A village or settlement lies upstream within the sanitary zone.
    village_below
        One lies downstream within it.
    """

    streams: Streams
    dry_l_s: FloatArray
    usable_l_s: FloatArray
    village_above: BoolArray
    village_below: BoolArray


def stream_flow(study: Study) -> StreamFlow:
    """Find what may be taken at every cell.

    Notes
    -----
    A cell may give at most a share of its driest month (the minimum flow stays), and no more than flows on 95 % of the
    days (the driest month's mean times a regional factor; less for small catchments, nothing for the smallest and for
    small ones in limestone). What the capacities of existing schemes upstream amount to is deducted. Where an intake
    downstream leaves only a part free, every cell above gives only that part of its own
    water: so the sum of any intakes that do not lie on one another's stream keeps below what each place has, and for
    those that do the choice holds the sum.
    """
    p = study.parameters
    streams = flow_directions(study.elevation)
    dry = dry_season_flow(streams, study.runoff).astype(np.float64).ravel() * L_PER_M3 * p.yield_factor
    area = streams.upstream_km2.astype(np.float64).ravel()
    natural = _natural(np.maximum(np.nan_to_num(dry), 0.0), np.nan_to_num(area), p)
    taken = _taken_by_schemes(study, streams, natural)
    free = np.where(natural > 0, np.clip(1.0 - taken / np.maximum(natural, 1e-12), 0.0, 1.0), 1.0)
    order = np.asarray(streams.directions.idxs_seq, dtype=np.int64)
    usable = natural * _least_downstream(free, streams.downstream, order)
    usable[_karst(study, streams, area)] = 0.0
    above, below = _villages_along(study, streams)
    return StreamFlow(streams, np.nan_to_num(dry), usable, above, below)


def _natural(dry_l_s: FloatArray, area_km2: FloatArray, p: WaterParameters) -> FloatArray:
    """What may be taken where nobody else does [l/s]."""
    q95 = dry_l_s * p.q95_of_driest_month
    q95 = np.where(area_km2 < SMALL_CATCHMENT_KM2, q95 * p.small_catchment_factor, q95)
    q95[area_km2 < p.least_catchment_km2] = 0.0
    return np.asarray(np.minimum(dry_l_s * p.take_of_driest_month_pct / 100.0, q95))


def cell_of(streams: Streams, x: FloatArray, y: FloatArray) -> IntArray:
    """Flat cell of each point, -1 outside."""
    rows, cols = rowcol(streams.grid, x, y)
    inside = (rows >= 0) & (rows < streams.grid.shape[0]) & (cols >= 0) & (cols < streams.grid.shape[1])
    return np.where(inside, rows * streams.grid.shape[1] + cols, -1).astype(np.int64)


def _taken_by_schemes(study: Study, streams: Streams, natural_l_s: FloatArray) -> FloatArray:
    """What existing schemes and planned plants take above and at every cell [l/s]: their capacity, at the largest
    stream near their point."""
    schemes = study.schemes[exists(study.schemes) | (study.schemes["kind"] == SchemeKind.URBAN_PLANT)]
    x, y = schemes.geometry.x.to_numpy(), schemes.geometry.y.to_numpy()
    plant = (schemes["kind"] == SchemeKind.URBAN_PLANT).to_numpy()
    radius = np.minimum(np.where(plant, SNAP_PLANT_M, SNAP_M), schemes["position_accuracy_m"].to_numpy(dtype=float))
    cells = largest_near(streams, cell_of(streams, x, y), natural_l_s, radius)
    right = schemes["capacity_m3_day"].to_numpy(dtype=float) * L_PER_M3 / SECONDS_PER_DAY
    at = np.zeros(len(natural_l_s))
    known = cells >= 0
    np.add.at(at, cells[known], np.minimum(right[known], natural_l_s[cells[known]]))
    summed = streams.directions.accuflux(at.reshape(streams.grid.shape), nodata=-9999.0)
    return np.maximum(np.asarray(summed, dtype=np.float64).ravel(), 0.0)


def largest_near(streams: Streams, cells: IntArray, value: FloatArray, radius_m: FloatArray) -> IntArray:
    """Cell with the largest value within a radius of each cell; the first of equal ones, -1 stays -1."""
    rows, cols = streams.grid.shape
    grid = value.reshape(rows, cols)
    found = cells.copy()
    for i in np.flatnonzero(cells >= 0):
        half = int(radius_m[i] // streams.grid.cell_size_m)
        r, c = divmod(int(cells[i]), cols)
        top, left = max(r - half, 0), max(c - half, 0)
        window = grid[top : r + half + 1, left : c + half + 1]
        best = int(np.argmax(window))
        if window.ravel()[best] > value[cells[i]]:
            found[i] = (top + best // window.shape[1]) * cols + left + best % window.shape[1]
    return found


def _karst(study: Study, streams: Streams, area_km2: FloatArray) -> BoolArray:
    """Small streams in limestone communes, by the nearest village's commune."""
    works = study.household_works
    dry = np.zeros(len(area_km2), dtype=bool)
    if "is_karst" not in works or not works["is_karst"].any():
        return dry
    codes = works.loc[works["is_karst"].astype(bool), "commune_code"]
    shapes = study.communes[study.communes["commune_code"].isin(codes)]
    inside = rasterize(shapes, streams.grid).values > 0
    return np.asarray(inside.ravel() & (area_km2 < KARST_CATCHMENT_KM2))


def _villages_along(study: Study, streams: Streams) -> tuple[BoolArray, BoolArray]:
    """Cells with a village upstream, and cells with one downstream, within the sanitary zone."""
    p = study.parameters
    points = (
        [study.villages.geometry]
        if study.settlements is None
        else [study.villages.geometry, study.settlements.geometry]
    )
    x = np.concatenate([g.x.to_numpy() for g in points])
    y = np.concatenate([g.y.to_numpy() for g in points])
    cells = cell_of(streams, x, y)
    cells = cells[cells >= 0]
    above = _walk_down(cells, streams.downstream, streams.grid.shape[1], streams.grid.cell_size_m, p.sanitary_zone_up_m)
    home = np.zeros(len(above), dtype=bool)
    home[cells] = True
    reach = max(int(np.ceil(p.sanitary_zone_down_m / streams.grid.cell_size_m)), 0)
    below, at = np.zeros(len(above), dtype=bool), np.arange(len(above))
    for _ in range(reach):
        at = np.where(streams.downstream[at] >= 0, streams.downstream[at], at)
        below |= home[at]
    return above, below


@compiled
def _least_downstream(value: FloatArray, downstream: IntArray, order: IntArray) -> FloatArray:
    """Least value at each cell and everywhere below it; `order` runs upstream."""
    least = value.copy()
    for cell in order:
        below = downstream[cell]
        if below >= 0 and least[below] < least[cell]:
            least[cell] = least[below]
    return least


@compiled
def _walk_down(cells: IntArray, downstream: IntArray, columns: int, cell_m: float, limit_m: float) -> BoolArray:
    """Mark the cells that water from the given ones passes within a distance, they themselves included."""
    passed = np.zeros(len(downstream), np.bool_)
    for start in cells:
        at, gone = start, 0.0
        while gone <= limit_m:
            passed[at] = True
            below = downstream[at]
            if below < 0 or below == at:
                break
            gone += cell_m * np.hypot(below // columns - at // columns, below % columns - at % columns)
            at = below
    return passed


@compiled
def next_below(cells: IntArray, downstream: IntArray) -> IntArray:
    """Of some cells, which other of them the water passes next, as its place in the list; -1 if none."""
    place = np.full(len(downstream), -1, np.int64)
    for k in range(len(cells)):
        place[cells[k]] = k
    found = np.full(len(cells), -1, np.int64)
    for k in range(len(cells)):
        at = cells[k]
        while True:
            below = downstream[at]
            if below < 0 or below == at:
                break
            at = below
            if place[at] >= 0:
                found[k] = place[at]
                break
    return found
