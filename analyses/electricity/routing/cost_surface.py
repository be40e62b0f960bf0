"""What a kilometre of medium-voltage line costs on every cell: slope, roads, rivers, forest and the voltage of the
nearest line."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray
from infragap.analyses.electricity.assumptions.builds import line_mvnd_per_km
from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.analyses.electricity.routing.forest import ForestLaw
from infragap.analyses.electricity.routing.line_components import (
    COMPONENTS,
    TAPS,
    _planting_per_km,
    standing_mvnd_per_km,
)
from infragap.analyses.electricity.routing.road_corridors import RoadCorridors
from infragap.analyses.reuse import remembered
from infragap.gis.arrays import each_once, strips
from infragap.gis.raster import Raster, xy
from infragap.gis.schema import FOREST_NATURAL, FOREST_PRODUCTION, FOREST_PROTECTION, FOREST_SPECIAL_USE

if TYPE_CHECKING:
    pass


WALLED = ("forbid", "cable")
"""Forest rules under which restricted forest, and the wall beside corridors, are closed."""


@dataclass(frozen=True, eq=False)
class LineSurface:
    """The routing raster.

    Attributes
    ----------
    grid
        Elevation [m] on the routing grid, in the measuring CRS.
    roughness
        (rows, cols) float32: 0 easy ground, 1 where the full terrain factor applies.
    at_lower_kv
        Cells whose nearest existing line (by cost) is one of the lower level.
    crossings_per_km
        (rows, cols) float32, river crossings paid per kilometre of line on the cell.
    restricted_forest
        Cells with natural or special-use forest outside roads and clearings.
    forest_code
        Forest class code of every cell.
    passable
        Cells inside the province whose height is known.
    line_cells
        (k, 2) row and column of the cells that existing lines touch.
    line_of_cell
        (k,) row in the layer `grid_lines` of the line that touches it.
    stub_km
        (k,) from the middle of the cell, where paths end, to that line; in a corridor from the road to that line.
    corridors
        Roads through restricted forest.
    wall
        Free cells beside a corridor from which a step to it would cross forest.
    law
        What drawn lines are measured against.
    standing_line
        (rows, cols) row in `grid_lines` of a line that stands but was never switched on and can be used there; -1
        elsewhere.
    follows_roads
        Whether lines keep to the roads within restricted forest, as they must where forest is forbidden.
    """

    grid: Raster
    roughness: NDArray[np.float32]
    at_lower_kv: BoolArray
    crossings_per_km: NDArray[np.float32]
    restricted_forest: BoolArray
    forest_code: NDArray[np.uint8]
    passable: BoolArray
    line_cells: IntArray
    line_of_cell: IntArray
    stub_km: FloatArray
    corridors: RoadCorridors
    wall: BoolArray
    law: ForestLaw
    standing_line: NDArray[np.int32]
    follows_roads: bool = True

    def alike(self, **changes: Any) -> LineSurface:
        """Give the same with another wall, other standing lines or another rule: the numbers of its line cells hang on
        none of these and stay."""
        other = replace(self, **changes)
        other.__dict__["line_number"] = self.line_number  # where `cached_property` keeps it
        return other

    @cached_property
    def has_standing(self) -> bool:
        """Whether there is a line that stands but was never switched on and can be used."""
        return bool((self.standing_line >= 0).any())

    @cached_property
    def line_number(self) -> NDArray[np.int32]:
        """Number of every flat cell among the line cells; -1 elsewhere."""
        number = np.full(self.passable.size, -1, dtype=np.int32)
        number[self.line_flat] = np.arange(len(self.line_cells))
        return number

    @cached_property
    def line_flat(self) -> IntArray:
        """(k,) flat cells that existing lines touch."""
        return np.asarray(self.line_cells @ [self.grid.shape[1], 1], dtype=np.int64)

    @cached_property
    def known_courses(self) -> dict[tuple[int, int], FloatArray | None]:
        """Components of the steps along roads that were looked at so far, by their cells; None where no road joins
        them."""
        return {}

    def middles(self, flat: IntArray) -> tuple[FloatArray, FloatArray]:
        """Give x and y of the middle of flat cells in the CRS of the raster."""
        columns = self.grid.shape[1]
        return xy(self.grid, flat // columns, flat % columns)

    def in_corridor(self, steps: IntArray) -> BoolArray:
        """Whether each step touches a cell of a corridor, the cells that a knight's move crosses included, (steps,)."""
        columns = self.grid.shape[1]
        on_road = self.corridors.on_road
        touched: BoolArray = np.asarray(on_road[steps].any(axis=1))
        row, col = steps // columns, steps % columns
        down, right = row[:, 1] - row[:, 0], col[:, 1] - col[:, 0]
        knight = np.abs(down * right) == 2
        r, c, d, e = row[knight, 0], col[knight, 0], down[knight], right[knight]
        first = (r + (d / 2).astype(np.int64)) * columns + c + (e / 2).astype(np.int64)
        second = (r + np.sign(d)) * columns + c + np.sign(e)
        touched[knight] |= on_road[first] | on_road[second]
        return np.asarray(touched)

    def lawful(self, steps: IntArray) -> BoolArray:
        """Whether each step keeps to free ground or to one road, (steps,)."""
        good = np.ones(len(steps), dtype=bool)
        if self.follows_roads:
            for k in np.flatnonzero(self.in_corridor(steps)).tolist():
                good[k] = self.corridors.course(int(steps[k, 0]), int(steps[k, 1])) is not None
        return good

    def lawful_step(self, start: int, end: int) -> bool:
        """Whether one step is, as of `lawful`, without arrays of one."""
        if not self.follows_roads:
            return True
        on_road, columns = self.corridors.on_road, self.grid.shape[1]
        (row, col), (to_row, to_col) = divmod(start, columns), divmod(end, columns)
        down, right = to_row - row, to_col - col
        touched = bool(on_road[start] or on_road[end])
        if not touched and abs(down * right) == 2:
            first = start + int(down / 2) * columns + int(right / 2)
            second = start + (1 if down > 0 else -1) * columns + (1 if right > 0 else -1)
            touched = bool(on_road[first] or on_road[second])
        return not touched or self.corridors.course(start, end) is not None

    def lawful_lines(self, lines: list[IntArray]) -> BoolArray:
        """Whether each line along flat cells is lawful from end to end, (lines,)."""
        if not lines:
            return np.zeros(0, dtype=bool)
        of = np.repeat(np.arange(len(lines)), [len(cells) - 1 for cells in lines])
        steps = np.concatenate([np.column_stack([cells[:-1], cells[1:]]) for cells in lines])
        return np.asarray(np.bincount(of[~self.lawful(steps)], minlength=len(lines)) == 0)

    def course(self, cells: IntArray) -> FloatArray:
        """Points of a line along cells, (k, 2): through their middles, along the roads within corridors."""
        steps = np.column_stack([cells[:-1], cells[1:]])
        straight = np.column_stack(self.middles(cells))
        if len(steps) == 0 or not self.follows_roads:
            return straight
        along_road = self.in_corridor(steps)
        if not along_road.any():
            return straight
        pieces = []
        for k, (start, end) in enumerate(steps.tolist()):
            piece = self.corridors.course(start, end) if along_road[k] else None
            pieces.append(straight[k : k + 2] if piece is None else piece)
        points = np.concatenate(pieces)
        moves = np.append(True, np.hypot(*np.diff(points, axis=0).T) > 1e-6)
        return np.asarray(points[moves])

    def stubs(self, flat: IntArray) -> FloatArray:
        """Components of the last stretch from the middle of line cells to the line, (n, len(COMPONENTS)); 0 for other
        cells."""
        number = self.line_number[flat]
        km = np.where(number >= 0, self.stub_km[number], 0.0)
        columns = self.grid.shape[1]
        found = self.components_at(flat // columns, flat % columns) * km[:, np.newaxis]
        found[:, TAPS] = number >= 0
        return np.asarray(found)

    def line_starts(self, cost: NDArray[np.float32], *, tap_mvnd: float = 0.0) -> NDArray[np.float32]:
        """Start values of a search from the existing lines, (rows, cols): the price of taps and stubs, inf
        elsewhere."""
        start = np.full(self.grid.shape, np.inf, dtype=np.float32)
        start.ravel()[self.line_flat] = cost.ravel()[self.line_flat] / self.cell_km * self.stub_km + tap_mvnd
        return start

    @property
    def cell_km(self) -> float:
        """Width of a cell [km]."""
        return self.grid.cell_size_m / 1000

    def cost(self, parameters: ElectricityParameters, *, forest_rule: str) -> NDArray[np.float32]:
        """Million VND per cell width; inf where no line may pass."""
        cost = np.empty(self.passable.shape, dtype=np.float32)
        for rows in strips(len(cost)):
            cost[rows] = self._cost_of(rows, parameters, forest_rule)
        return cost

    def _cost_of(self, rows: slice, parameters: ElectricityParameters, forest_rule: str) -> NDArray[np.float32]:
        lower, restricted = self.at_lower_kv[rows], self.restricted_forest[rows]
        least = [line_mvnd_per_km(parameters, upper=upper) for upper in (False, True)]
        line = np.where(lower, *least).astype(np.float32)
        per_km = line * (1 + np.float32(parameters.terrain_factor - 1) * self.roughness[rows])
        if forest_rule == "cable":
            dearer = np.float32(max(parameters.road_cable_mvnd_per_km - least[0], 0.0))
            on_road = self.corridors.on_road.reshape(self.passable.shape)[rows]
            per_km += np.where(on_road, dearer, np.float32(0))
        per_km += np.float32(parameters.river_crossing_mvnd) * self.crossings_per_km[rows]
        if forest_rule == "price":
            surcharge = line * np.float32(parameters.forest_cost_factor - 1) + np.float32(_planting_per_km(parameters))
            per_km += np.where(restricted, surcharge, np.float32(0))
        if self.has_standing:
            standing = self.standing_line[rows] >= 0
            on_price = np.where(lower, *(standing_mvnd_per_km(parameters, upper=upper) for upper in (False, True)))
            per_km[standing] = on_price[standing]
        closed = ~self.passable[rows]
        if forest_rule in WALLED:
            closed = closed | restricted | self.wall[rows]
        per_km[closed] = np.inf
        return np.asarray(per_km * np.float32(self.cell_km), dtype=np.float32)

    def standing_at(self, flat: IntArray) -> BoolArray:
        """Whether a standing line that was never switched on can be used on flat cells, of their shape."""
        if not self.has_standing:
            return np.zeros(flat.shape, dtype=bool)
        return np.asarray(self.standing_line.ravel()[flat] >= 0)

    def standing_rows(self, cells: IntArray) -> IntArray:
        """Rows in `grid_lines` of the standing lines that a line along flat cells keeps to, ascending."""
        steps = np.column_stack([cells[:-1], cells[1:]])
        along = steps[self.standing_at(steps).all(axis=1)]
        rows, columns = np.divmod(along, self.grid.shape[1])
        return each_once(self.standing_line[rows, columns].astype(np.int64))

    def standing_components_at(self, rows: IntArray, cols: IntArray) -> FloatArray:
        """Components per kilometre of a line that keeps to standing ones where there are any, (n, len(COMPONENTS))."""
        result = self.components_at(rows, cols)
        on = self.standing_line[rows, cols] >= 0
        lower = self.at_lower_kv[rows, cols]
        result[on] = 0.0
        result[on & ~lower, COMPONENTS.index("standing_km_upper")] = 1.0
        result[on & lower, COMPONENTS.index("standing_km_lower")] = 1.0
        return result

    def components_at(self, rows: IntArray, cols: IntArray) -> FloatArray:
        """Components per kilometre of a new line on the cells, (n, len(COMPONENTS))."""
        lower = self.at_lower_kv[rows, cols].astype(np.float64)
        rough = self.roughness[rows, cols].astype(np.float64)
        forest = self.restricted_forest[rows, cols].astype(np.float64)
        code = self.forest_code[rows, cols]
        forest_class = code % FOREST_NATURAL
        return np.column_stack(
            [
                1 - lower,
                (1 - lower) * rough,
                lower,
                lower * rough,
                self.crossings_per_km[rows, cols].astype(np.float64),
                (1 - lower) * forest,
                lower * forest,
                self.corridors.on_road[rows * self.grid.shape[1] + cols],
                np.zeros(len(rows)),
                np.zeros(len(lower)),
                np.zeros(len(lower)),
                forest_class == FOREST_PRODUCTION,
                forest_class == FOREST_PROTECTION,
                forest_class == FOREST_SPECIAL_USE,
                code >= FOREST_NATURAL,
            ]
        )


def routing_cost(surface: LineSurface, parameters: ElectricityParameters) -> NDArray[np.float32]:
    """Cost of a surface under the rule of the parameters, which is not worked out twice for one plan; not to be
    changed."""
    return remembered(
        f"routing cost, {parameters.forest_rule}",
        lambda p: surface.cost(p, forest_rule=p.forest_rule),
        parameters,
        (surface,),
    )
