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

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray
from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.analyses.electricity.routing.existing_grid import existing_line_cells
from infragap.analyses.electricity.routing.line_components import _planting_per_km
from infragap.gis.leastcost import cost_distance
from infragap.gis.raster import Raster, rasterize, resample, rowcol, warp_like, xy
from infragap.gis.schema import FOREST_NATURAL, FOREST_PRODUCTION, FOREST_PROTECTION, FOREST_SPECIAL_USE
from infragap.gis.terrain import slope_deg

if TYPE_CHECKING:
    from infragap.gis.pack import Pack


@dataclass(frozen=True, eq=False)
class LineSurface:
    """The routing raster.

    Attributes
    ----------
    grid
        Elevation [m] on the routing grid, in the measuring CRS.
    roughness
        (rows, cols) float32: 0 easy ground, 1 where the full terrain factor applies.
    at_22_kv
        Cells whose nearest existing line (by cost) is a 22 kV line.
    crossings_per_km
        (rows, cols) float32, river crossings paid per kilometre of line on the cell.
    restricted_forest
        Natural and special-use forest outside roads and settlements.
    forest_code
        Forest class code of every cell.
    passable
        Cells inside the province whose height is known.
    line_cells
        (k, 2) row and column of the cells that existing lines touch.
    line_of_cell
        (k,) row in the layer `grid_lines` of the line that touches it.
    stub_km
        (k,) from the middle of the cell, where paths end, to that line.
    """

    grid: Raster
    roughness: NDArray[np.float32]
    at_22_kv: BoolArray
    crossings_per_km: NDArray[np.float32]
    restricted_forest: BoolArray
    forest_code: NDArray[np.uint8]
    passable: BoolArray
    line_cells: IntArray
    line_of_cell: IntArray
    stub_km: FloatArray

    @cached_property
    def line_number(self) -> NDArray[np.int32]:
        """Place of every flat cell among the line cells; -1 elsewhere."""
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

    def stubs(self, flat: IntArray) -> FloatArray:
        """Components of the last stretch from the middle of line cells to the line, (n, len(COMPONENTS)); 0 for other
        cells."""
        number = self.line_number[flat]
        km = np.where(number >= 0, self.stub_km[number], 0.0)
        columns = self.grid.shape[1]
        return np.asarray(self.components_at(flat // columns, flat % columns) * km[:, np.newaxis])

    def line_starts(self, cost: NDArray[np.float32]) -> NDArray[np.float32]:
        """Start values of a search from the existing lines, (rows, cols): the price of the stubs, inf elsewhere."""
        start = np.full(self.grid.shape, np.inf, dtype=np.float32)
        start.ravel()[self.line_flat] = cost.ravel()[self.line_flat] / self.cell_km * self.stub_km
        return start

    @property
    def cell_km(self) -> float:
        """Width of a cell [km]."""
        return self.grid.cell_size_m / 1000

    def line_distance_m(self) -> FloatArray:
        """Straight distance of every cell to the nearest cell of an existing line [m], (rows, cols)."""
        on_line = np.zeros(self.grid.shape, dtype=bool)
        on_line[self.line_cells[:, 0], self.line_cells[:, 1]] = True
        return _distance_m(on_line, self.grid.cell_size_m)

    def cost(self, parameters: ElectricityParameters, *, forest_rule: str) -> NDArray[np.float32]:
        """Million VND per cell width; inf where no line may pass."""
        kv22 = self.at_22_kv
        line = np.where(kv22, parameters.mv22_line_mvnd_per_km, parameters.mv35_line_mvnd_per_km).astype(np.float32)
        per_km = line * (1 + np.float32(parameters.terrain_factor - 1) * self.roughness)
        per_km += np.float32(parameters.river_crossing_mvnd) * self.crossings_per_km
        if forest_rule == "price":
            surcharge = line * np.float32(parameters.forest_cost_factor - 1) + np.float32(_planting_per_km(parameters))
            per_km += np.where(self.restricted_forest, surcharge, np.float32(0))
        closed = ~self.passable
        if forest_rule == "forbid":
            closed = closed | self.restricted_forest
        per_km[closed] = np.inf
        return np.asarray(per_km * np.float32(self.cell_km), dtype=np.float32)

    def components_at(self, rows: IntArray, cols: IntArray) -> FloatArray:
        """Components per kilometre on the cells, (n, len(COMPONENTS))."""
        kv22 = self.at_22_kv[rows, cols].astype(np.float64)
        rough = self.roughness[rows, cols].astype(np.float64)
        forest = self.restricted_forest[rows, cols].astype(np.float64)
        code = self.forest_code[rows, cols]
        forest_class = code % FOREST_NATURAL
        return np.column_stack(
            [
                1 - kv22,
                (1 - kv22) * rough,
                kv22,
                kv22 * rough,
                self.crossings_per_km[rows, cols].astype(np.float64),
                (1 - kv22) * forest,
                kv22 * forest,
                forest_class == FOREST_PRODUCTION,
                forest_class == FOREST_PROTECTION,
                forest_class == FOREST_SPECIAL_USE,
                code >= FOREST_NATURAL,
            ]
        )


def build_surface(pack: Pack, parameters: ElectricityParameters) -> LineSurface:
    """Build the routing raster from the layers elevation, roads, rivers, lakes, forest, communes, settlements and
    grid_lines.

    Raises
    ------
    MissingDataError
        No existing 35 or 22 kV line: nothing to connect to.
    """
    grid = routing_grid(pack.elevation, parameters.routing_cell_m)
    slope = slope_deg(grid).values
    known = np.isfinite(slope)
    roads = rasterize(pack.roads, grid, all_touched=True).values.astype(bool)
    steepness = (slope - parameters.gentle_slope_deg) / (parameters.steep_slope_deg - parameters.gentle_slope_deg)
    remoteness = _distance_m(roads, grid.cell_size_m) / max(1000 * parameters.no_road_km, 1e-3)
    roughness = np.clip(np.fmax(np.nan_to_num(steepness), remoteness), 0, 1).astype(np.float32)
    passable = known & rasterize(pack.communes, grid, all_touched=True).values.astype(bool)
    code = warp_like(pack.forest, grid, method="nearest")
    forest_code = np.where(code.valid(), code.values, 0).astype(np.uint8)
    clearing = _near(pack.settlements, grid, parameters.settlement_clearing_m)
    passable |= known & clearing
    line_cells, line_of_cell = existing_line_cells(pack.grid_lines, grid)
    restricted = (forest_code >= FOREST_NATURAL) | (forest_code % FOREST_NATURAL == FOREST_SPECIAL_USE)
    restricted &= ~roads & ~clearing
    restricted[line_cells[:, 0], line_cells[:, 1]] = False
    passable[line_cells[:, 0], line_cells[:, 1]] = True
    return LineSurface(
        grid=grid,
        roughness=roughness,
        at_22_kv=_nearest_is_22_kv(pack.grid_lines, line_cells, line_of_cell, roughness, passable),
        crossings_per_km=_crossings(pack, grid, parameters),
        restricted_forest=restricted,
        forest_code=forest_code,
        passable=passable,
        line_cells=line_cells,
        line_of_cell=line_of_cell,
        stub_km=_stub_km(pack.grid_lines, grid, line_cells, line_of_cell),
    )


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


def _nearest_is_22_kv(
    lines: gpd.GeoDataFrame,
    line_cells: IntArray,
    line_of_cell: IntArray,
    roughness: NDArray[np.float32],
    passable: BoolArray,
) -> BoolArray:
    is_22 = lines["voltage_kv"].to_numpy()[line_of_cell] == 22.0
    if not is_22.any() or is_22.all():
        return np.full(roughness.shape, bool(is_22.all()))
    # an approximate price is enough to tell which line is nearest: forest and rivers do not choose the voltage
    cost = np.where(passable, 1 + 0.25 * roughness, np.inf).astype(np.float32)
    region = cost_distance(cost, line_cells, regions=True).region
    if region is None:
        raise AssertionError("regions were asked for")
    return np.asarray((region >= 0) & is_22[np.maximum(region, 0)])


def _distance_m(mask: BoolArray, cell_size_m: float) -> FloatArray:
    if not mask.any():
        return np.full(mask.shape, np.inf)
    return np.asarray(ndimage.distance_transform_edt(~mask, sampling=cell_size_m))


def _near(points: gpd.GeoDataFrame, grid: Raster, radius_m: float) -> BoolArray:
    mask = np.zeros(grid.shape, dtype=bool)
    rows, cols = rowcol(grid, points.geometry.x, points.geometry.y)
    inside = (rows >= 0) & (rows < grid.shape[0]) & (cols >= 0) & (cols < grid.shape[1])
    mask[rows[inside], cols[inside]] = True
    return _distance_m(mask, grid.cell_size_m) <= max(radius_m, 0.0) if mask.any() else mask


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
