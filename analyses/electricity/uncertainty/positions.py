"""Where settlements may truly lie, and what the ground is like there."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from infragap.analyses.arrays import FloatArray, IntArray
from infragap.analyses.electricity.demand.settlements import Settlements
from infragap.analyses.electricity.least_cost.study import Study
from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.analyses.electricity.routing.existing_grid import existing_line_cells
from infragap.analyses.electricity.routing.surface_of_pack import distance_m
from infragap.analyses.reuse import content_of, remembered_alone
from infragap.gis.raster import rasterize, rowcol


def least_line_distance_m(settlements: gpd.GeoDataFrame, parameters: ElectricityParameters) -> FloatArray:
    """How far from existing lines settlements without grid must lie, or they would have been connected [m], (n,).

    Notes
    -----
    0.4 kV lines reach everybody within `without_grid_m`. Programmes so far have connected whole villages that needed
    less than
    `screening_mv_m_per_household`, so those that are left need more.
    """
    reached = np.full(len(settlements), parameters.without_grid_m)
    connected = settlements["households"].to_numpy(dtype=np.float64) * parameters.screening_mv_m_per_household
    return np.where(settlements["kind"] == "village", np.maximum(reached, connected), reached)


FARTHEST_WIRE_M = 3000.0
"""Self-drawn wires reach no farther from a station: reported ones are 1 to 3 km long (engineering facts, section 3)."""


def position_cells(study: Study, *, least_line_m: FloatArray) -> list[NDArray[np.int32]]:
    """Cells where each settlement may truly lie: within its radius, in its commune, where one without grid can be; else
    its own cell.

    Nobody lives in natural or special-use forest (hamlets in it stand on clearings that the forest layer leaves out:
    assumption), nor nearer to a
    medium-voltage line than `least_line_m`, or than the mapped point where that is nearer; those who hang on the grid
    by wires of their own not farther from a station than such wires reach. Numbers of half the usual width: there are
    thousands of places for each settlement.
    """
    grid, communes = study.surface.grid, study.inputs.communes
    on_road = study.surface.corridors.on_road.reshape(grid.shape)
    numbered = communes[["geometry"]].assign(number=np.arange(1, len(communes) + 1))
    commune = rasterize(numbered, grid, column="number", dtype="int32").values
    commune = np.where(study.surface.passable & ~study.surface.restricted_forest & ~on_road, commune, 0)
    line_cells, _ = existing_line_cells(study.grid.lines, grid, study.grid.levels)
    line_m = remembered_alone("distance to lines", lambda: distance_m(line_cells, grid), (grid, content_of(line_cells)))
    wired = station_distance_m(study)
    rows, cols = grid.shape
    found = []
    for settlement, cell in enumerate(study.routes.cell):
        reach = int(study.settlements.position_accuracy_m[settlement] / grid.cell_size_m)
        if cell < 0 or reach < 1:
            found.append(np.array([cell], dtype=np.int32))
            continue
        row, col = divmod(int(cell), cols)
        r0, r1, c0, c1 = (
            max(row - reach, 0),
            min(row + reach + 1, rows),
            max(col - reach, 0),
            min(col + reach + 1, cols),
        )
        r, c = np.mgrid[r0:r1, c0:c1]
        near = ((r - row) ** 2 + (c - col) ** 2 <= reach**2) & (
            commune[r0:r1, c0:c1] == study.settlements.commune[settlement] + 1
        )
        near &= line_m[r0:r1, c0:c1] >= min(least_line_m[settlement], line_m[row, col])
        if wired is not None and study.settlements.has_unsafe_wires[settlement]:
            near &= wired[r0:r1, c0:c1] <= max(FARTHEST_WIRE_M, wired[row, col])
        found.append(np.append((r * cols + c)[near], [] if near.any() else [cell]).astype(np.int32))
    return found


def station_distance_m(study: Study) -> FloatArray | None:
    """Distance of every cell to the nearest distribution station, (rows, cols) [m]; None where no station is known."""
    grid, stations = study.surface.grid, study.stations
    rows, cols = rowcol(grid, stations.x, stations.y)
    inside = (rows >= 0) & (rows < grid.shape[0]) & (cols >= 0) & (cols < grid.shape[1])
    if not inside.any():
        return None
    at = np.column_stack([rows[inside], cols[inside]])
    return remembered_alone("distance to stations", lambda: distance_m(at, grid), (grid, content_of(at)))


def moved_settlements(study: Study, cells: IntArray) -> Settlements:
    """Settlements at other cells of the routing raster, on the ground there; those at their own cell, or outside, stay
    as they are."""
    settlements, surface = study.settlements, study.surface
    moves = (cells != study.routes.cell) & (cells >= 0)
    at = np.where(moves, cells, 0)
    x, y = surface.middles(at)
    return replace(
        settlements,
        x=np.where(moves, x, settlements.x),
        y=np.where(moves, y, settlements.y),
        roughness=np.where(moves, surface.roughness.ravel()[at], settlements.roughness),
        at_lower_kv=np.where(moves, surface.at_lower_kv.ravel()[at], settlements.at_lower_kv),
    )
