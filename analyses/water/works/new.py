"""New gravity schemes: stream cells above uncovered villages that carry enough in the dry season."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from infragap.analyses.arrays import FloatArray, IntArray
from infragap.analyses.water.codes import WorkKind
from infragap.analyses.water.hydraulics.formulas import day_demand_m3
from infragap.analyses.water.parameters import WaterParameters
from infragap.analyses.water.service.reach import Sources, villages_in_reach
from infragap.analyses.water.service.schemes import household_size, main_loss_m_per_km
from infragap.analyses.water.study import Study
from infragap.analyses.water.works.candidate import Candidates
from infragap.analyses.water.works.costs import SMALL_HOUSEHOLDS
from infragap.gis.hydrology import dry_season_flow, flow_directions
from infragap.gis.raster import sample, xy

SOURCE_SPACING_M = 600.0


@dataclass(frozen=True)
class StreamCells:
    """Cells with enough water, (n,) each: position [m], height [m], households that the dry season suffices for."""

    x: FloatArray
    y: FloatArray
    height_m: FloatArray
    households: FloatArray


def new_candidates(study: Study, uncovered: FloatArray) -> Candidates:
    """New gravity schemes at stream cells above uncovered villages, as large as the dry season allows.

    Parameters
    ----------
    study
        Villages, relief, runoff.
    uncovered
        (villages,) households without water to standard.

    Notes
    -----
    For each village with enough uncovered households the nearest stream cells within reach that lie above it and carry, in the
    driest month, the safety factor times the design flow of the smallest scheme. Cells nearer than 600 m to a kept one are left out.
    """
    p, size = study.parameters, household_size(study.villages)
    streams = flow_directions(study.elevation)
    flow = dry_season_flow(streams, study.runoff)
    per_household = float(
        day_demand_m3(
            size,
            l_per_person_day=p.demand_l_per_person_day,
            loss_pct=p.loss_pct,
            peak_day_factor=p.peak_day_factor,
        )
    )
    households = flow * 86_400.0 / p.dry_season_safety / per_household
    rows, cols = np.nonzero((households >= p.new_scheme_min_households) & np.isfinite(streams.grid.values))
    cell_x, cell_y = xy(streams.grid, rows, cols)
    cells = StreamCells(
        x=cell_x,
        y=cell_y,
        height_m=streams.grid.values[rows, cols].astype(float),
        households=np.minimum(households[rows, cols].astype(float), p.new_scheme_max_households),
    )
    village_x, village_y = study.villages.geometry.x.to_numpy(), study.villages.geometry.y.to_numpy()
    heights = sample(study.elevation, village_x, village_y)
    chosen = _sources_above(np.column_stack([village_x, village_y, heights]), uncovered, cells, p)
    design = cells.households[chosen]
    sources = Sources(
        x=cells.x[chosen],
        y=cells.y[chosen],
        head_m=cells.height_m[chosen],
        reach_km=np.full(len(chosen), p.reach_km),
        loss_m_per_km=main_loss_m_per_km(design, size, p),
    )
    pairs = villages_in_reach(sources, village_x, village_y, study.elevation, residual_head_m=p.residual_head_m)
    pairs = pairs[uncovered[pairs["village"]] >= 1.0].reset_index(drop=True)
    table = pd.DataFrame(
        {
            "kind": WorkKind.NEW,
            "scheme": -1,
            "capacity_households": design,
            "x": sources.x,
            "y": sources.y,
            "source_elevation_m": sources.head_m,
        }
    )
    return Candidates(table, pairs)


def _sources_above(villages: FloatArray, uncovered: FloatArray, cells: StreamCells, p: WaterParameters) -> IntArray:
    """Nearest fitting stream cells of each uncovered village (x, y, height), the villages with most people first."""
    radius_m = p.reach_km * 1000.0
    x, y, height, able = cells.x, cells.y, cells.height_m, cells.households
    village_x, village_y, village_h = villages.T
    tree = cKDTree(np.column_stack([x, y]))
    taken: list[int] = []
    free = np.ones(len(x), dtype=bool)
    for village in np.lexsort((village_y, village_x, -uncovered)):
        if uncovered[village] < p.new_scheme_min_households:
            break
        near = np.array(
            sorted(tree.query_ball_point([village_x[village], village_y[village]], radius_m)), dtype=np.int64
        )
        rise = height[near] - village_h[village]
        enough = min(float(uncovered[village]), p.new_scheme_max_households, SMALL_HOUSEHOLDS)
        fits = free[near] & (rise >= 2 * p.residual_head_m) & (rise <= 3 * p.pressure_zone_m) & (able[near] >= enough)
        near = near[fits]
        if len(near):
            chosen = int(near[np.argmin(np.hypot(x[near] - village_x[village], y[near] - village_y[village]))])
            taken.append(chosen)
            free[tree.query_ball_point([x[chosen], y[chosen]], SOURCE_SPACING_M)] = False
    return np.array(taken, dtype=np.int64)
