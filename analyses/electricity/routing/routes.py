"""Each settlement's own cheapest way to the existing grid."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray
from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.analyses.electricity.routing.cost_surface import WALLED, LineSurface
from infragap.analyses.electricity.routing.entering import entered_lawfully
from infragap.analyses.electricity.routing.line_components import COMPONENTS, line_km, unit_prices
from infragap.analyses.electricity.routing.paths import step_components, trace
from infragap.analyses.reuse import content_of, remembered_alone
from infragap.gis.arrays import each_once
from infragap.gis.leastcost.again import after_closing, with_regions
from infragap.gis.leastcost.distance import LeastCost, cost_distance, path_back
from infragap.gis.leastcost.steps import Rules
from infragap.gis.raster import rowcol

MAX_ROUNDS = 12

NEIGHBOURS = 16
"""Moves per cell: with knight's moves a raster path is at most 2.8 % longer than the straight line, with eight 8.2
%."""

RULES = Rules(neighbours=NEIGHBOURS)


@dataclass(frozen=True, eq=False)
class Routes:
    """Each settlement's own way to the nearest existing line.

    Attributes
    ----------
    cell
        (n,) flat cell of the settlement on the routing raster.
    cost_mvnd
        (n,) investment of its own line; 0 on a line, inf where the rules leave no way.
    components
        (n, len(COMPONENTS)) what that line is made of; NaN where there is no way.
    line
        (n,) row in `grid_lines` of the line that it meets; where there is no way of the nearest one, which a station
        that stands already would load.
    if_forest_mvnd
        (n,) cost if lines could cross natural and special-use forest at a price; equal to `cost_mvnd` unless forest is
        forbidden.
    search
        The search from the existing lines, kept for positions drawn later: distances alone.
    steps
        Steps of all the ways.
    """

    cell: IntArray
    cost_mvnd: FloatArray
    components: FloatArray
    line: IntArray
    if_forest_mvnd: FloatArray
    search: LeastCost
    steps: IntArray

    @property
    def length_km(self) -> FloatArray:
        """(n,) length of each way."""
        return line_km(self.components)

    @property
    def reachable(self) -> BoolArray:
        """(n,) whether there is a way."""
        return np.isfinite(self.cost_mvnd)


def settlement_cells(surface: LineSurface, x: FloatArray, y: FloatArray) -> IntArray:
    """Flat cell of each point; -1 outside the raster."""
    rows, cols = rowcol(surface.grid, x, y)
    inside = (rows >= 0) & (rows < surface.grid.shape[0]) & (cols >= 0) & (cols < surface.grid.shape[1])
    return np.where(inside, rows * surface.grid.shape[1] + cols, -1)


def on_line_cells(
    surface: LineSurface, cell: IntArray, settlements: gpd.GeoDataFrame, grid_lines: gpd.GeoDataFrame
) -> IntArray:
    """Cells of the settlements, on the line for those that lie within half a cell of an existing line, on whichever
    side of a cell's edge.

    Parameters
    ----------
    surface
        Routing raster.
    cell
        (n,) flat cells by position.
    settlements, grid_lines
        The layers.
    """
    lines = grid_lines.geometry.to_numpy()[np.unique(surface.line_of_cell)]
    points = settlements.geometry.to_numpy()
    found, _ = shapely.STRtree(lines).query_nearest(
        points, max_distance=surface.grid.cell_size_m / 2, all_matches=False
    )
    found = found[cell[found] >= 0]
    if len(found) == 0:
        return cell
    middles = np.column_stack(surface.middles(surface.line_flat))
    nearest = np.asarray(cKDTree(middles).query(shapely.get_coordinates(points[found]))[1], dtype=np.int64)
    result = cell.copy()
    # in forest the nearest place to tap may lie elsewhere
    near = np.hypot(*(middles[nearest] - shapely.get_coordinates(points[found])).T) <= 1.5 * surface.grid.cell_size_m
    result[found[near]] = surface.line_flat[nearest[near]]
    return result


def own_routes(
    surface: LineSurface,
    cell: IntArray,
    parameters: ElectricityParameters,
    *,
    search: LeastCost,
    entering: NDArray[np.float32],
) -> Routes:
    """Find every settlement's cheapest way to the existing medium-voltage lines.

    Parameters
    ----------
    surface
        Routing raster.
    cell
        (n,) flat cells of the settlements, -1 outside.
    parameters
        Prices and the forest rule.
    search
        From the existing lines, of the same surface at the same prices.
    entering
        Cost for ways that are searched for a settlement alone; it may close fewer cells than the surface.
    """
    price = unit_prices(parameters)
    search = entered_lawfully(search, cell, surface, entering)
    known = np.maximum(cell, 0)
    reached = (cell >= 0) & np.isfinite(search.distance.ravel()[known])
    reached[reached] = _lawful_ways(search, cell[reached], surface)
    if search.region is None:
        raise AssertionError("regions were asked for")
    tap = np.where(reached, search.region.ravel()[known], 0)
    line = surface.line_of_cell[surface.line_number[tap]]
    if not reached.all():
        line[~reached] = _nearest_line(surface, known[~reached])
    components = np.full((len(cell), len(COMPONENTS)), np.nan)
    components[reached] = path_components(search, cell[reached], surface) + surface.stubs(tap[reached])
    components[reached & (surface.line_number[known] >= 0)] = 0.0  # on the line: nothing to build
    own = np.where(reached, components @ price, np.inf)
    if_forest = own
    if parameters.keeps_to_roads and not reached.all():
        open_cost = surface.cost(parameters, forest_rule="price")
        distance = cost_distance(
            open_cost,
            surface.line_starts(open_cost, tap_mvnd=parameters.works.cut_out_mvnd),
            neighbours=NEIGHBOURS,
            predecessors=True,
        ).distance.ravel()
        if_forest = np.where(reached, own, np.where(cell >= 0, distance[known], np.inf))
    return Routes(
        cell=cell,
        cost_mvnd=own,
        components=components,
        line=line,
        if_forest_mvnd=if_forest,
        # nobody asks for the way of a drawn position, only for its cost
        search=LeastCost(search.distance),
        steps=trace(search, cell[reached], columns=surface.grid.shape[1]),
    )


def _nearest_line(surface: LineSurface, cell: IntArray) -> IntArray:
    """Row in `grid_lines` of the existing line whose cells lie nearest to each cell, whatever is between, (n,)."""
    on_line, at = (np.column_stack(surface.middles(flat)) for flat in (surface.line_flat, cell))
    return surface.line_of_cell[cKDTree(on_line).query(at)[1]]


def with_lawful_routes(
    surface: LineSurface, cell: IntArray, parameters: ElectricityParameters
) -> tuple[LineSurface, Routes]:
    """Find the own routes, closing cells from which they would enter a road through forest from the side, until none
    does.

    Returns
    -------
    surface, routes
        The surface with a larger wall, and the routes on it.
    """
    # the search is handed over: it is copied there, and of a country two are much
    surface, cost, *search = _searched_lawfully(surface, cell, parameters)
    return surface, own_routes(surface, cell, parameters, search=search.pop(), entering=cost)


def _searched_lawfully(
    surface: LineSurface, cell: IntArray, parameters: ElectricityParameters
) -> tuple[LineSurface, NDArray[np.float32], LeastCost]:
    """Surface with a larger wall, cost without it, and the search on that surface, with regions."""
    cost = surface.cost(parameters, forest_rule=parameters.forest_rule)
    closed: list[tuple[IntArray, NDArray[np.float32]]] = []
    searched = _from_lines(surface, cost, parameters)
    for number in range(1, MAX_ROUNDS + 1):
        reached = (cell >= 0) & np.isfinite(searched.search.distance.ravel()[np.maximum(cell, 0)])
        steps = trace(searched.search, cell[reached], columns=surface.grid.shape[1])
        blocked = _to_close(steps[~surface.lawful(steps)], surface, cell)
        if len(blocked) == 0:
            break
        wall = surface.wall.copy()
        wall.ravel()[blocked] = True
        if parameters.forest_rule in WALLED:
            closed.append((blocked, cost.ravel()[blocked]))
            cost.ravel()[blocked] = np.inf
        surface = surface.alike(wall=wall)
        searched = _from_lines(surface, cost, parameters, _Closed(number, blocked, searched))
    starts = surface.line_starts(cost, tap_mvnd=parameters.works.cut_out_mvnd)
    search = remembered_alone(
        f"regions, {_kind(surface, parameters)}",
        lambda: with_regions(searched.search, starts, RULES),
        (searched.made_from,),
    )
    # ways to a settlement alone may pass what was closed: the cost is again as it was at first
    for cells, known in reversed(closed):
        cost.ravel()[cells] = known
    return surface, cost, search


@dataclass(frozen=True, eq=False)
class _Searched:
    """A search from the existing lines, without regions, and a hash of all that it was made from."""

    search: LeastCost
    made_from: str


@dataclass(frozen=True, eq=False)
class _Closed:
    """Round so-and-so: the flat cells that were closed after a search."""

    number: int
    cells: IntArray
    before: _Searched


def _kind(surface: LineSurface, parameters: ElectricityParameters) -> str:
    """Name of one kind of layout among those of a plan."""
    return f"{parameters.forest_rule}{', standing' if surface.has_standing else ''}"


def _from_lines(
    surface: LineSurface, cost: NDArray[np.float32], parameters: ElectricityParameters, closed: _Closed | None = None
) -> _Searched:
    """Search from the existing lines, or again after cells were closed; it is the same where every cell costs, and cost
    in the rounds before, the same."""
    starts = surface.line_starts(cost, tap_mvnd=parameters.works.cut_out_mvnd)
    if closed is None:
        made_from, number = content_of(cost, starts), 0
    else:
        # nothing but these cells is other than before
        made_from, number = f"{closed.before.made_from} {content_of(closed.cells)}", closed.number

    def search() -> LeastCost:
        if closed is not None and parameters.forest_rule in WALLED:
            return after_closing(cost, starts, closed.before.search, closed.cells, RULES)
        return cost_distance(cost, starts, neighbours=NEIGHBOURS, predecessors=True)

    found = remembered_alone(f"search {number}, {_kind(surface, parameters)}", search, (made_from,))
    return _Searched(found, made_from)


def _to_close(steps: IntArray, surface: LineSurface, cell: IntArray) -> IntArray:
    """Cells to close so that unlawful steps are not taken again: the free end, or the end that stands for less road."""
    on_road = surface.corridors.on_road
    first_on, second_on = on_road[steps[:, 0]], on_road[steps[:, 1]]
    closed = np.where(first_on & ~second_on, steps[:, 1], steps[:, 0])
    both = first_on & second_on
    if both.any():
        points = np.bincount(surface.corridors.cell, minlength=len(on_road))
        less = np.where(points[steps[:, 0]] <= points[steps[:, 1]], steps[:, 0], steps[:, 1])
        closed = np.where(both, less, closed)
    closed = np.unique(closed)
    return closed[~np.isin(closed, cell) & ~surface.wall.ravel()[closed]]


def _lawful_ways(search: LeastCost, cells: IntArray, surface: LineSurface) -> BoolArray:
    """Whether the whole way back from each cell is lawful, (k,)."""
    columns = surface.grid.shape[1]
    steps = trace(search, cells, columns=columns)
    bad = steps[~surface.lawful(steps)]
    if len(bad) == 0:
        return np.ones(len(cells), dtype=bool)
    broken = {(int(a), int(b)) for a, b in bad}
    result = np.ones(len(cells), dtype=bool)
    for k, cell in enumerate(cells.tolist()):
        way = np.asarray(path_back(search, divmod(cell, columns))) @ [columns, 1]
        pairs = np.sort(np.column_stack([way[:-1], way[1:]]), axis=1)
        result[k] = not any((int(a), int(b)) in broken for a, b in pairs)
    return result


def path_components(search: LeastCost, cells: IntArray, surface: LineSurface) -> FloatArray:
    """Components of the way from each cell back to its source, (k, len(COMPONENTS))."""
    columns = surface.grid.shape[1]
    steps = trace(search, cells, columns=columns)
    if len(steps) == 0:
        return np.zeros((len(cells), len(COMPONENTS)))
    distance = search.distance.ravel()
    # a path's total is that of the cell before plus one step: cells in order of distance see their predecessor first
    nearer = np.where(distance[steps[:, 0]] <= distance[steps[:, 1]], 0, 1)
    each = np.arange(len(steps))
    before, after = steps[each, nearer], steps[each, 1 - nearer]
    order = np.argsort(distance[after], kind="stable")
    part = step_components(steps, surface)
    used = each_once(steps)
    settlement = {int(cell): row for row, cell in enumerate(used)}
    total = np.zeros((len(used), len(COMPONENTS)))
    for k in order:
        total[settlement[int(after[k])]] = total[settlement[int(before[k])]] + part[k]
    return np.array(
        [total[settlement[int(cell)]] if int(cell) in settlement else np.zeros(len(COMPONENTS)) for cell in cells]
    )


def own_way_cost(routes: Routes, cells: IntArray) -> FloatArray:
    """Investment of an own line from any cells of the raster, inf where there is no way [million VND]."""
    distance = routes.search.distance.ravel()[np.maximum(cells, 0)].astype(np.float64)
    return np.where(cells >= 0, distance, np.inf)
