"""What a kilometre of medium-voltage line costs on every cell: slope, roads, rivers, forest and the voltage of the
nearest line."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial import cKDTree

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray
from infragap.analyses.electricity.assumptions.builds import line_mvnd_per_km
from infragap.analyses.electricity.assumptions.voltages import MediumVoltage
from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.analyses.electricity.routing.existing_grid import existing_line_cells, standing_line_cells
from infragap.analyses.electricity.routing.forest import ForestLaw, cleared_cells, restricted_cells
from infragap.analyses.electricity.routing.line_components import (
    COMPONENTS,
    TAPS,
    _planting_per_km,
    standing_mvnd_per_km,
)
from infragap.analyses.electricity.routing.road_corridors import RoadCorridors, road_corridors
from infragap.analyses.reuse import content_of, remembered, remembered_alone
from infragap.gis.leastcost import cost_distance
from infragap.gis.raster import Raster, rasterize, resample, warp_like, xy
from infragap.gis.schema import FOREST_NATURAL, FOREST_PRODUCTION, FOREST_PROTECTION, FOREST_SPECIAL_USE
from infragap.gis.terrain import slope_deg

if TYPE_CHECKING:
    from infragap.gis.pack import Pack


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
    standing_line: IntArray
    follows_roads: bool = True

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

    def middles(self, flat: IntArray) -> tuple[FloatArray, FloatArray]:
        """Give x and y of the middle of flat cells in the CRS of the raster."""
        columns = self.grid.shape[1]
        return xy(self.grid, flat // columns, flat % columns)

    def step_course(self, start: int, end: int) -> FloatArray | None:
        """Points of one step between cells, (k, 2): along the road where it touches a corridor; None where none joins
        them."""
        if self.follows_roads and bool(self.in_corridor(np.array([[start, end]]))[0]):
            return self.corridors.course(start, end)
        return np.column_stack(self.middles(np.array([start, end])))

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
        if len(steps) == 0 or not self.follows_roads or not self.in_corridor(steps).any():
            return np.column_stack(self.middles(cells))
        pieces = []
        for start, end in steps.tolist():
            piece = self.step_course(start, end)
            pieces.append(np.column_stack(self.middles(np.array([start, end]))) if piece is None else piece)
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
        lower = self.at_lower_kv
        least = [line_mvnd_per_km(parameters, upper=upper) for upper in (False, True)]
        line = np.where(lower, *least).astype(np.float32)
        per_km = line * (1 + np.float32(parameters.terrain_factor - 1) * self.roughness)
        if forest_rule == "cable":
            dearer = np.float32(max(parameters.road_cable_mvnd_per_km - least[0], 0.0))
            per_km += np.where(self.corridors.on_road.reshape(per_km.shape), dearer, np.float32(0))
        per_km += np.float32(parameters.river_crossing_mvnd) * self.crossings_per_km
        if forest_rule == "price":
            surcharge = line * np.float32(parameters.forest_cost_factor - 1) + np.float32(_planting_per_km(parameters))
            per_km += np.where(self.restricted_forest, surcharge, np.float32(0))
        standing = self.standing_line >= 0
        if standing.any():
            on_price = np.where(lower, *(standing_mvnd_per_km(parameters, upper=upper) for upper in (False, True)))
            per_km[standing] = on_price[standing]
        closed = ~self.passable
        if forest_rule in WALLED:
            closed = closed | self.restricted_forest | self.wall
        per_km[closed] = np.inf
        return np.asarray(per_km * np.float32(self.cell_km), dtype=np.float32)

    def standing_at(self, flat: IntArray) -> BoolArray:
        """Whether a standing line that was never switched on can be used on flat cells, of their shape."""
        return np.asarray(self.standing_line.ravel()[flat] >= 0)

    def standing_rows(self, cells: IntArray) -> IntArray:
        """Rows in `grid_lines` of the standing lines that a line along flat cells keeps to, ascending."""
        steps = np.column_stack([cells[:-1], cells[1:]])
        return np.unique(self.standing_line.ravel()[steps[self.standing_at(steps).all(axis=1)]])

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


def build_surface(pack: Pack, parameters: ElectricityParameters) -> LineSurface:
    """Build the routing raster from the layers elevation, roads, rivers, lakes, forest, communes, settlements and
    grid_lines.

    Raises
    ------
    MissingDataError
        No existing medium-voltage line: nothing to connect to.
    """
    elevation, roads = pack.elevation, pack.roads
    grid = remembered("grid of cells", lambda p: routing_grid(elevation, p.routing_cell_m), parameters, (elevation,))
    lie = remembered_alone("lie of the land", lambda: _lie(grid, roads), (grid, roads))
    ground = remembered(
        "ground",
        lambda p: _ground(pack, grid, lie, p),
        parameters,
        (
            *(grid, lie, pack.communes, pack.forest, pack.grid_lines),
            *(getattr(pack, name) if pack.has(name) else None for name in ("rivers", "lakes")),
        ),
    )
    roughness = lie.roughness(grid, parameters)
    cleared = cleared_cells(pack.settlements, grid, parameters.forest_clearing_m)
    passable = ground.passable | (ground.known & cleared)
    passable[ground.line_cells[:, 0], ground.line_cells[:, 1]] = True
    restricted = ground.restricted & ~cleared
    tapped = remembered(
        "road corridors",
        lambda p: _with_taps(pack, ground, restricted, p),
        parameters,
        (pack.roads, pack.grid_lines, ground, content_of(restricted)),
    )
    corridors = tapped.corridors
    on_road = corridors.on_road.reshape(grid.shape)
    at_lower_kv = remembered(
        "voltage of the nearest line",
        lambda p: _nearest_is_lower(pack.grid_lines, ground, passable, roughness, p.levels),
        parameters,
        (pack.grid_lines, ground, content_of(passable, roughness)),
    )
    closed = (restricted | on_road) & ~cleared
    standing = usable_standing(pack.grid_lines, grid, passable & ~closed, at_lower_kv, parameters)
    x, y = pack.settlements.geometry.x.to_numpy(), pack.settlements.geometry.y.to_numpy()
    return LineSurface(
        grid=grid,
        roughness=roughness,
        at_lower_kv=at_lower_kv,
        crossings_per_km=ground.crossings_per_km,
        restricted_forest=restricted & ~on_road,
        forest_code=ground.forest_code,
        passable=passable,
        line_cells=ground.line_cells[tapped.kept],
        line_of_cell=ground.line_of_cell[tapped.kept],
        stub_km=tapped.stub_km[tapped.kept],
        corridors=corridors,
        wall=_wall(on_road, restricted, corridors.mouth.reshape(grid.shape), cleared),
        law=ForestLaw(
            forest=pack.forest,
            roads=cKDTree(corridors.points) if len(corridors.points) else None,
            settlements=cKDTree(np.column_stack([x, y])),
            road_strip_m=parameters.forest_road_strip_m,
            clearing_m=parameters.forest_clearing_m,
        ),
        standing_line=standing,
        follows_roads=parameters.keeps_to_roads,
    )


@dataclass(frozen=True, eq=False)
class _Lie:
    """Slope [degrees] and straight distance to the nearest road [m], (rows, cols)."""

    slope_deg: FloatArray
    road_m: FloatArray

    def roughness(self, grid: Raster, parameters: ElectricityParameters) -> NDArray[np.float32]:
        """As in `LineSurface`."""
        p = parameters
        steepness = (self.slope_deg - p.gentle_slope_deg) / (p.steep_slope_deg - p.gentle_slope_deg)
        remoteness = self.road_m / max(1000 * p.no_road_km, 1e-3)
        return np.clip(np.fmax(np.nan_to_num(steepness), remoteness), 0, 1).astype(np.float32)


def _lie(grid: Raster, roads: gpd.GeoDataFrame) -> _Lie:
    on_road = rasterize(roads, grid, all_touched=True).values.astype(bool)
    return _Lie(slope_deg(grid).values, _distance_m(on_road, grid.cell_size_m))


@dataclass(frozen=True, eq=False)
class _Ground:
    """What of the surface hangs neither on where settlements lie nor on how slopes count, (rows, cols) unless said.

    Attributes
    ----------
    grid, crossings_per_km, forest_code
        As in `LineSurface`.
    known
        Cells of known height.
    passable
        Those of them inside the province.
    restricted
        Cells with natural or special-use forest, clearings and roads included.
    line_cells, line_of_cell, stub_km
        As in `LineSurface`, for all existing lines, from the middle of every cell.
    """

    grid: Raster
    crossings_per_km: NDArray[np.float32]
    forest_code: NDArray[np.uint8]
    known: BoolArray
    passable: BoolArray
    restricted: BoolArray
    line_cells: IntArray
    line_of_cell: IntArray
    stub_km: FloatArray


def _ground(pack: Pack, grid: Raster, lie: _Lie, parameters: ElectricityParameters) -> _Ground:
    p, known = parameters, np.isfinite(lie.slope_deg)
    code = warp_like(pack.forest, grid, method="nearest")
    line_cells, line_of_cell = existing_line_cells(pack.grid_lines, grid, p.levels)
    return _Ground(
        grid=grid,
        crossings_per_km=_crossings(pack, grid, p),
        forest_code=np.where(code.valid(), code.values, 0).astype(np.uint8),
        known=known,
        passable=known & rasterize(pack.communes, grid, all_touched=True).values.astype(bool),
        restricted=restricted_cells(pack.forest, grid),
        line_cells=line_cells,
        line_of_cell=line_of_cell,
        stub_km=_stub_km(pack.grid_lines, grid, line_cells, line_of_cell),
    )


@dataclass(frozen=True, eq=False)
class _Tapped:
    """Roads through forest with their places to tap, and (k,) which line cells can be tapped, by how long a stub."""

    corridors: RoadCorridors
    kept: BoolArray
    stub_km: FloatArray


def _with_taps(pack: Pack, ground: _Ground, restricted: BoolArray, parameters: ElectricityParameters) -> _Tapped:
    corridors, stub_km = road_corridors(pack.roads, ground.grid, restricted), ground.stub_km.copy()
    kept = np.ones(len(stub_km), dtype=bool)
    if parameters.keeps_to_roads:
        kept = _tappable(
            pack.grid_lines, ground.line_cells, ground.line_of_cell, stub_km, restricted, corridors, parameters
        )
    return _Tapped(corridors, kept, stub_km)


def usable_standing(
    lines: gpd.GeoDataFrame, grid: Raster, free: BoolArray, at_lower_kv: BoolArray, parameters: ElectricityParameters
) -> IntArray:
    """Row of the line never switched on that a plan may use in each cell, (rows, cols); -1 elsewhere.

    Notes
    -----
    Only on free ground, outside natural and special-use forest, and only where the line has the voltage of the nearest
    energised one. Where switching on would cost more than a new line none is used.
    """
    p = parameters
    row = standing_line_cells(lines.reset_index(drop=True), grid, p.levels)
    is_lower = np.array([not p.levels.is_upper(voltage) for voltage in lines["voltage_kv"]], dtype=bool)
    fits = is_lower[np.maximum(row, 0)] == at_lower_kv
    usable = np.where(free & fits, row, -1)
    if (usable >= 0).any() and any(
        standing_mvnd_per_km(p, upper=upper) > line_mvnd_per_km(p, upper=upper) for upper in (True, False)
    ):
        return np.full_like(usable, -1)
    return usable


def _wall(on_road: BoolArray, restricted: BoolArray, mouth: BoolArray, cleared: BoolArray) -> BoolArray:
    """Free cells next to a corridor that its road does not run through: a step from their middle to the road may cross
    forest."""
    beside = ndimage.binary_dilation(on_road, structure=np.ones((3, 3), dtype=bool))
    return np.asarray(beside & ~restricted & ~mouth & ~cleared)


def _tappable(
    lines: gpd.GeoDataFrame,
    line_cells: IntArray,
    line_of_cell: IntArray,
    stub_km: FloatArray,
    restricted: BoolArray,
    corridors: RoadCorridors,
    parameters: ElectricityParameters,
) -> BoolArray:
    """Cells in which an existing line can be tapped without crossing forest: free ground, and where a road meets the
    line.

    In a corridor the point of the road nearest to the line becomes the cell's anchor, and `stub_km` the way between
    them, in place.
    """
    half_km = corridors.grid.cell_size_m / 2000
    beside_forest = ndimage.binary_dilation(restricted, structure=np.ones((3, 3), dtype=bool))
    row, col = line_cells[:, 0], line_cells[:, 1]
    # a line nearer than half a cell is met within the cell, one farther perhaps in the next
    good = ~restricted[row, col] & ((stub_km <= half_km) | ~beside_forest[row, col])
    flat = row * restricted.shape[1] + col
    order = np.argsort(corridors.cell, kind="stable")
    starts = np.searchsorted(corridors.cell[order], flat)
    ends = np.searchsorted(corridors.cell[order], flat, side="right")
    on_road = np.flatnonzero(corridors.on_road[flat])
    count = (ends - starts)[on_road]
    first, of = np.cumsum(count) - count, np.repeat(np.arange(len(on_road)), count)
    points = order[starts[on_road][of] + np.arange(len(of)) - first[of]]
    line = lines.geometry.to_numpy()[line_of_cell[on_road][of]]
    distance = shapely.distance(shapely.points(corridors.points[points]), line)
    # of each cell the nearest point, of equally near ones the first
    nearest = np.lexsort((distance, of))[first]
    for k, at in zip(on_road.tolist(), nearest.tolist(), strict=True):
        if distance[at] <= parameters.forest_road_strip_m:
            good[k] = True
            corridors.anchor[int(flat[k])] = int(points[at])
            stub_km[k] = distance[at] / 1000
    return good


def routing_grid(elevation: Raster, cell_size_m: float) -> Raster:
    """Elevation as float32 with NaN where unknown, on cells of about `cell_size_m`: refined or merged only where 1.5
    times off."""
    values = elevation.with_values(elevation.floats(), nodata=np.nan)
    ratio = elevation.cell_size_m / cell_size_m
    if 1 / 1.5 <= ratio <= 1.5:
        return values
    return resample(values, cell_size_m=cell_size_m, method="bilinear" if ratio > 1 else "mean")


def _stub_km(lines: gpd.GeoDataFrame, grid: Raster, line_cells: IntArray, line_of_cell: IntArray) -> FloatArray:
    middle = shapely.points(*xy(grid, line_cells[:, 0], line_cells[:, 1]))
    return np.asarray(shapely.distance(middle, lines.geometry.to_numpy()[line_of_cell]) / 1000)


def _nearest_is_lower(
    lines: gpd.GeoDataFrame,
    ground: _Ground,
    passable: BoolArray,
    roughness: NDArray[np.float32],
    levels: MediumVoltage,
) -> BoolArray:
    is_lower = np.array([not levels.is_upper(voltage) for voltage in lines["voltage_kv"]], dtype=bool)
    is_lower = is_lower[ground.line_of_cell]
    if not is_lower.any() or is_lower.all():
        return np.full(passable.shape, bool(is_lower.all()))
    # an approximate price is enough to tell which line is nearest: forest and rivers do not choose the voltage
    cost = np.where(passable, 1 + 0.25 * roughness, np.inf).astype(np.float32)
    region = cost_distance(cost, ground.line_cells, regions=True).region
    if region is None:
        raise AssertionError("regions were asked for")
    return np.asarray((region >= 0) & is_lower[np.maximum(region, 0)])


def distance_m(cells: IntArray, grid: Raster) -> FloatArray:
    """Straight distance of every cell to the nearest of some cells, (rows, cols) [m]."""
    mask = np.zeros(grid.shape, dtype=bool)
    mask[cells[:, 0], cells[:, 1]] = True
    return _distance_m(mask, grid.cell_size_m)


def _distance_m(mask: BoolArray, cell_size_m: float) -> FloatArray:
    if not mask.any():
        return np.full(mask.shape, np.inf)
    return np.asarray(ndimage.distance_transform_edt(~mask, sampling=cell_size_m))


def _crossings(pack: Pack, grid: Raster, parameters: ElectricityParameters) -> NDArray[np.float32]:
    river = np.zeros(grid.shape, dtype=bool)
    if pack.has("rivers"):
        major = pack.rivers[pack.rivers["is_major"].astype(bool)]
        # touched cells make a band without diagonal gaps, so that no path slips across unpaid
        river = rasterize(gpd.GeoDataFrame(major), grid, all_touched=True).values.astype(bool)
    crossings = np.where(river, np.float32(1000 / grid.cell_size_m), np.float32(0))
    if not pack.has("lakes"):
        return np.asarray(crossings, dtype=np.float32)
    on_lake = rasterize(pack.lakes, grid).values.astype(bool)
    crossings = np.where(on_lake & ~river, np.float32(1 / parameters.lake_span_km), crossings)
    return np.asarray(crossings, dtype=np.float32)
