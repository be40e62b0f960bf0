"""Where settlements may truly lie, and what the ground is like there."""

from __future__ import annotations

from dataclasses import dataclass, replace

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
from infragap.compiled import compiled
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


@dataclass(frozen=True, eq=False)
class PossibleCells:
    """Flat cells where each settlement may lie, as stretches of cells side by side: there are thousands of cells for
    each settlement, and a hundred stretches.

    Attributes
    ----------
    first
        (stretches,) int32, first cell of each.
    until
        (stretches,) cells in it and all before it.
    start
        (n + 1,) cells of all settlements before each one.
    """

    first: NDArray[np.int32]
    until: IntArray
    start: IntArray

    def __len__(self) -> int:
        """Number of settlements."""
        return len(self.start) - 1

    @property
    def count(self) -> IntArray:
        """(n,) number of cells of each settlement."""
        return np.diff(self.start)

    def drawn(self, part: FloatArray) -> IntArray:
        """Cell of each settlement at a part from 0 to 1 (without 1) of its cells, (n,)."""
        number = self.start[:-1] + (part * self.count).astype(np.int64)
        stretch = np.searchsorted(self.until, number, side="right")
        before = np.where(stretch > 0, self.until[stretch - 1], 0)
        return np.asarray(self.first[stretch] + (number - before), dtype=np.int64)

    def of(self, first: int, last: int) -> IntArray:
        """All cells of the settlements from the first to before the last one, one after the other."""
        start, end = self.start[first], self.start[last]
        a, b = np.searchsorted(self.until, [start, end], side="right")
        until = self.until[a:b]
        before = np.append(start, until[:-1])
        return np.repeat(self.first[a:b] - before, until - before) + np.arange(start, end)


def position_cells(study: Study, *, least_line_m: FloatArray) -> PossibleCells:
    """Cells where each settlement may truly lie: within its radius, in its commune, where one without grid can be; else
    its own cell.

    Nobody lives in natural or special-use forest (hamlets in it stand on clearings that the forest layer leaves out:
    assumption), nor nearer to a medium-voltage line than `least_line_m`, or than the mapped point where that is nearer;
    those who hang on the grid by wires of their own not farther from a station than such wires reach.
    """
    grid, communes, settlements = study.surface.grid, study.inputs.communes, study.settlements
    on_road = study.surface.corridors.on_road.reshape(grid.shape)
    numbered = communes[["geometry"]].assign(number=np.arange(1, len(communes) + 1))
    commune = rasterize(numbered, grid, column="number", dtype="int32").values
    commune = np.where(study.surface.passable & ~study.surface.restricted_forest & ~on_road, commune, 0)
    line_cells, _ = existing_line_cells(study.grid.lines, grid, study.grid.levels)
    line_m = remembered_alone("distance to lines", lambda: distance_m(line_cells, grid), (grid, content_of(line_cells)))
    wired = station_distance_m(study)
    by_wire = settlements.has_unsafe_wires if wired is not None else np.zeros(len(settlements), dtype=bool)
    cell, known = study.routes.cell, np.maximum(study.routes.cell, 0)
    # whoever is outside the raster stays where it is
    reach = np.where(cell < 0, 0, settlements.position_accuracy_m / grid.cell_size_m).astype(np.int64)
    wired = line_m if wired is None else wired
    asked = np.column_stack(
        [
            np.minimum(least_line_m, line_m.ravel()[known]),
            np.where(by_wire, np.maximum(FARTHEST_WIRE_M, wired.ravel()[known]), np.inf),
        ]
    )
    return PossibleCells(*_stretches(cell, reach, settlements.commune + 1, asked, (commune, line_m, wired)))


@compiled
def _stretches(
    cell: IntArray,
    reach: IntArray,
    own_commune: IntArray,
    asked: FloatArray,
    ground: tuple[NDArray[np.int32], FloatArray, FloatArray],
) -> tuple[NDArray[np.int32], IntArray, IntArray]:  # pragma: no cover - compiled
    """Stretches of `PossibleCells`; `asked` is (n, 2): least distance from lines and largest one from a station [m],
    `ground` commune and these distances, (rows, cols) each."""
    commune, line_m, wired = ground
    rows, cols = commune.shape
    first, until = np.empty(1024, np.int32), np.empty(1024, np.int64)
    start = np.zeros(len(cell) + 1, np.int64)
    found, total = 0, 0
    for k in range(len(cell)):
        row, col = cell[k] // cols, cell[k] % cols
        if found + 2 * (reach[k] + 1) * (reach[k] + 2) > len(first):
            # room for every second cell around this one too
            more = len(first) + 2 * (reach[k] + 1) * (reach[k] + 2)
            first, until = np.append(first, np.empty(more, np.int32)), np.append(until, np.empty(more, np.int64))
        before = total
        if reach[k] >= 1:
            for r in range(max(row - reach[k], 0), min(row + reach[k] + 1, rows)):
                open_ = False
                for c in range(max(col - reach[k], 0), min(col + reach[k] + 1, cols)):
                    good = (
                        commune[r, c] == own_commune[k]
                        and (r - row) ** 2 + (c - col) ** 2 <= reach[k] ** 2
                        and line_m[r, c] >= asked[k, 0]
                        and wired[r, c] <= asked[k, 1]
                    )
                    if good:
                        if not open_:
                            first[found] = r * cols + c
                            found += 1
                        total += 1
                        until[found - 1] = total
                    open_ = good
        if total == before:
            first[found] = cell[k]
            found += 1
            total += 1
            until[found - 1] = total
        start[k + 1] = total
    return first[:found].copy(), until[:found].copy(), start


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
