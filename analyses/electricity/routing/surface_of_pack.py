"""The routing raster from the layers of a pack: what hangs neither on settlements nor on prices is worked out once."""

from __future__ import annotations

from dataclasses import dataclass
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
from infragap.analyses.electricity.routing.cost_surface import LineSurface
from infragap.analyses.electricity.routing.existing_grid import existing_line_cells, standing_line_cells
from infragap.analyses.electricity.routing.forest import ForestLaw, cleared_cells, restricted_cells
from infragap.analyses.electricity.routing.line_components import (
    standing_mvnd_per_km,
)
from infragap.analyses.electricity.routing.road_corridors import RoadCorridors, road_corridors
from infragap.analyses.reuse import carried, content_of, remembered, remembered_alone
from infragap.gis.arrays import strips
from infragap.gis.leastcost.distance import cost_distance
from infragap.gis.raster import Raster, rasterize, resample, warp_like, xy
from infragap.gis.terrain import slope_deg

if TYPE_CHECKING:
    from infragap.gis.pack import Pack


def build_surface(pack: Pack, parameters: ElectricityParameters) -> LineSurface:
    """Build the routing raster from the layers elevation, roads, rivers, lakes, forest, communes, settlements and
    grid_lines.

    Raises
    ------
    MissingDataError
        No existing medium-voltage line: nothing to connect to.
    """
    elevation = pack.elevation
    grid = remembered("grid of cells", lambda p: routing_grid(elevation, p.routing_cell_m), parameters, (elevation,))
    ground, roughness = _ground_and_roughness(pack, grid, parameters)
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
            road_points=corridors.points,
            settlements=cKDTree(np.column_stack([x, y])),
            road_strip_m=parameters.forest_road_strip_m,
            clearing_m=parameters.forest_clearing_m,
        ),
        standing_line=standing,
        follows_roads=parameters.keeps_to_roads,
    )


def _ground_and_roughness(
    pack: Pack, grid: Raster, parameters: ElectricityParameters
) -> tuple[_Ground, NDArray[np.float32]]:
    """The ground, and `LineSurface.roughness`; the lie of the land, of a country three rasters, is let go here."""
    roads = pack.roads
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
    return ground, lie.roughness(grid, parameters)


@dataclass(frozen=True, eq=False)
class _Lie:
    """Slope [degrees] and straight distance to the nearest road [m], (rows, cols)."""

    slope_deg: FloatArray
    road_m: FloatArray

    def roughness(self, grid: Raster, parameters: ElectricityParameters) -> NDArray[np.float32]:
        """As in `LineSurface`."""
        p = parameters
        result = np.empty(grid.shape, dtype=np.float32)
        for rows in strips(len(result)):
            steepness = (self.slope_deg[rows] - p.gentle_slope_deg) / (p.steep_slope_deg - p.gentle_slope_deg)
            remoteness = self.road_m[rows] / max(1000 * p.no_road_km, 1e-3)
            result[rows] = np.clip(np.fmax(np.nan_to_num(steepness), remoteness), 0, 1)
        return result


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
    corridors = road_corridors(pack.roads, ground.grid, restricted, with_clearings=ground.restricted)
    stub_km = ground.stub_km.copy()
    kept = np.ones(len(stub_km), dtype=bool)
    if parameters.keeps_to_roads:
        kept = _tappable(
            pack.grid_lines, ground.line_cells, ground.line_of_cell, stub_km, restricted, corridors, parameters
        )
    return _Tapped(_with_known_courses(corridors, pack.roads), kept, stub_km)


def _with_known_courses(corridors: RoadCorridors, roads: gpd.GeoDataFrame) -> RoadCorridors:
    """Corridors with the courses that were found along the same roads in the last plan."""

    def taken_over(last: tuple[gpd.GeoDataFrame, RoadCorridors] | None) -> tuple[gpd.GeoDataFrame, RoadCorridors]:
        if last is not None and last[0] is roads and last[1].grid is corridors.grid:
            corridors.take_over_courses(last[1])
        return roads, corridors

    return carried("courses along roads", taken_over)[1]


def usable_standing(
    lines: gpd.GeoDataFrame, grid: Raster, free: BoolArray, at_lower_kv: BoolArray, parameters: ElectricityParameters
) -> NDArray[np.int32]:
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
    usable = np.where(free & fits, row, np.int32(-1))
    if (usable >= 0).any() and any(
        standing_mvnd_per_km(p, upper=upper) > line_mvnd_per_km(p, upper=upper) for upper in (True, False)
    ):
        return np.full_like(usable, -1)
    return usable


def _wall(on_road: BoolArray, restricted: BoolArray, mouth: BoolArray, cleared: BoolArray) -> BoolArray:
    """Free cells next to a corridor that its road does not run through: a step from their middle to the road may cross
    forest."""
    return _and_beside(on_road) & ~restricted & ~mouth & ~cleared


def _and_beside(cells: BoolArray) -> BoolArray:
    """Some cells and the eight around each, (rows, cols); scipy's dilation takes twenty times as long."""
    padded = np.pad(cells, 1)
    rows = padded[:-2] | padded[1:-1] | padded[2:]
    return np.asarray(rows[:, :-2] | rows[:, 1:-1] | rows[:, 2:])


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
    beside_forest = _and_beside(restricted)
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
    unknown = elevation.nodata is None or np.isnan(elevation.nodata)
    as_they_are = unknown and elevation.values.dtype == np.float32
    values = elevation.with_values(elevation.values if as_they_are else elevation.floats(), nodata=np.nan)
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
    # of its own the library holds eight times the memory of the mask's distances on the way
    row, col = ndimage.distance_transform_edt(~mask, sampling=cell_size_m, return_distances=False, return_indices=True)
    result = np.empty(mask.shape)
    for rows in strips(len(mask)):
        down = (row[rows] - np.arange(rows.start, rows.stop)[:, np.newaxis]) * cell_size_m
        right = (col[rows] - np.arange(mask.shape[1])) * cell_size_m
        result[rows] = np.sqrt(down * down + right * right)
    return result


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
