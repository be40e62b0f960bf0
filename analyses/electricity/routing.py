"""Where lines could run: each settlement's own cheapest way to the grid, and the network of candidate lines that settlements can share."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray
from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.analyses.electricity.paths import Network, assemble, border_steps, out_of_window, step_components, trace
from infragap.analyses.electricity.surface import COMPONENTS, LineSurface, line_km, unit_prices
from infragap.gis.leastcost import LeastCost, cost_distance
from infragap.gis.raster import rowcol, xy

NEAR = 8
"""Each settlement is offered ways to so many others: with more the plan does not get cheaper (measured on the reference pack)."""

NEIGHBOURS = 16
"""Moves per cell: with knight's moves a raster path is at most 2.8 % longer than the straight line, with eight 8.2 %."""


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
        (n,) row in `grid_lines` of the line that it meets; -1 where there is no way.
    if_forest_mvnd
        (n,) cost if lines could cross natural and special-use forest at a price; equal to `cost_mvnd` unless forest is forbidden.
    search
        The search from the existing lines, kept for positions drawn later.
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
    """Cells of the settlements, on the line for those that lie within half a cell of an existing line, on whichever side of a cell's edge.

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
    middles = np.column_stack(xy(surface.grid, surface.line_cells[:, 0], surface.line_cells[:, 1]))
    nearest = cKDTree(middles).query(shapely.get_coordinates(points[found]))[1]
    result = cell.copy()
    result[found] = surface.line_flat[nearest]
    return result


def own_routes(surface: LineSurface, cell: IntArray, parameters: ElectricityParameters) -> Routes:
    """Find every settlement's cheapest way to the existing 35 and 22 kV lines.

    Parameters
    ----------
    surface
        Routing raster.
    cell
        (n,) flat cells of the settlements, -1 outside.
    parameters
        Prices and the forest rule.
    """
    price = unit_prices(parameters)
    cost = surface.cost(parameters, forest_rule=parameters.forest_rule)
    search = cost_distance(cost, surface.line_starts(cost), neighbours=NEIGHBOURS, regions=True, predecessors=True)
    known = np.maximum(cell, 0)
    reached = (cell >= 0) & np.isfinite(search.distance.ravel()[known])
    if search.region is None:
        raise AssertionError("regions were asked for")
    tap = np.maximum(search.region.ravel()[known], 0)
    components = np.full((len(cell), len(COMPONENTS)), np.nan)
    components[reached] = path_components(search, cell[reached], surface) + surface.stubs(tap[reached])
    components[reached & (surface.line_number[known] >= 0)] = 0.0  # on the line: nothing to build
    own = np.where(reached, components @ price, np.inf)
    if_forest = own
    if parameters.forest_rule == "forbid" and not reached.all():
        open_cost = surface.cost(parameters, forest_rule="price")
        distance = cost_distance(open_cost, surface.line_starts(open_cost), neighbours=NEIGHBOURS).distance.ravel()
        if_forest = np.where(reached, own, np.where(cell >= 0, distance[known], np.inf))
    return Routes(
        cell=cell,
        cost_mvnd=own,
        components=components,
        line=np.where(reached, surface.line_of_cell[surface.line_number[tap]], -1),
        if_forest_mvnd=if_forest,
        search=search,
        steps=trace(search, cell[reached], columns=surface.grid.shape[1]),
    )


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
    used = np.unique(steps)
    place = {int(cell): row for row, cell in enumerate(used)}
    total = np.zeros((len(used), len(COMPONENTS)))
    for k in order:
        total[place[int(after[k])]] = total[place[int(before[k])]] + part[k]
    return np.array([total[place[int(cell)]] if int(cell) in place else np.zeros(len(COMPONENTS)) for cell in cells])


def candidate_network(
    surface: LineSurface, routes: Routes, parameters: ElectricityParameters, *, known: Network | None = None
) -> Network:
    """Lay the settlements' own ways and the cheapest ways between neighbouring settlements over each other.

    Parameters
    ----------
    surface, routes
        Where lines could run, and each settlement's own way.
    parameters
        Prices and the forest rule.
    known
        Lines laid out under a stricter rule that stay candidates, so that the looser one cannot make the best plan dearer.

    Notes
    -----
    One search from all settlements and all existing lines at once gives each cell its nearest source. The cheapest ways across the borders of
    these regions hold a minimum spanning tree of all cheapest ways between settlements and grid (Mehlhorn, 1988). Ways to near settlements whose
    regions do not touch come on top (`neighbour_steps`). Where ways run together or meet, the network has a junction.
    """
    reached = routes.reachable
    cost = surface.cost(parameters, forest_rule=parameters.forest_rule)
    parts = [routes.steps, region_steps(cost, surface, routes.cell[reached])]
    if known is None:
        own_mvnd = routes.cost_mvnd[reached]
        parts.append(neighbour_steps(cost, routes.cell[reached], own_mvnd, columns=surface.grid.shape[1]))
    else:
        parts.append(network_steps(known))
    steps = np.concatenate(parts)
    return assemble(steps, surface, np.where(reached, routes.cell, -1), price=unit_prices(parameters))


def neighbour_steps(cost: NDArray[np.float32], cells: IntArray, own_mvnd: FloatArray, *, columns: int) -> IntArray:
    """Steps of the cheapest ways from each settlement to its `NEAR` nearest, as far as they cost less than its own line.

    Parameters
    ----------
    cost
        Routing cost per cell width.
    cells
        (k,) flat cells of the settlements.
    own_mvnd
        (k,) investment of each one's own line: a dearer way to a neighbour never pays.
    columns
        Width of the raster.
    """
    spots, first = np.unique(cells, return_index=True)
    places = np.column_stack([spots // columns, spots % columns])
    if len(places) < 2:
        return np.empty((0, 2), dtype=np.int64)
    near = cKDTree(places).query(places, k=min(NEAR + 1, len(places)))[1].reshape(len(places), -1)
    found = [np.empty((0, 2), dtype=np.int64)]
    for here, ((row, col), own) in enumerate(zip(places, own_mvnd[first], strict=True)):
        others = places[near[here, 1:]]
        if not own > 0:
            continue
        # no cheaper way to a neighbour leads farther round than twice the distance to the farthest of them
        reach = 2 * int(np.abs(others - [row, col]).max()) + 1
        r0, c0 = max(row - reach, 0), max(col - reach, 0)
        window = cost[r0 : row + reach + 1, c0 : col + reach + 1]
        search = cost_distance(window, [(row - r0, col - c0)], neighbours=NEIGHBOURS, limit=own, predecessors=True)
        r, c = others[:, 0] - r0, others[:, 1] - c0
        reached = np.isfinite(search.distance[r, c])
        width = window.shape[1]
        steps = trace(search, (r * width + c)[reached], columns=width)
        found.append(out_of_window(steps, corner=(r0, c0), width=width, columns=columns))
    return np.concatenate(found)


def region_steps(
    cost: NDArray[np.float32], surface: LineSurface, cells: IntArray, label: IntArray | None = None
) -> IntArray:
    """Steps of the cheapest ways between neighbouring regions of cells and existing lines.

    Parameters
    ----------
    cost
        Routing cost per cell width.
    surface
        For the existing lines.
    cells
        (k,) flat cells of the sources beside the lines.
    label
        (k,) label ≥ 1 of each source; by default every cell is one of its own. The lines are 0.
    """
    columns = surface.grid.shape[1]
    cells, first = np.unique(cells, return_index=True)
    label = np.arange(1, len(cells) + 1) if label is None else label[first]
    off_line = surface.line_number[cells] < 0
    starts, labels = surface.line_starts(cost), np.zeros(cost.size, dtype=np.int32)
    starts.ravel()[cells[off_line]], labels[cells[off_line]] = 0.0, label[off_line]
    search = cost_distance(cost, starts, neighbours=NEIGHBOURS, regions=True, predecessors=True)
    across, _ = border_steps(search, cost, labels)
    # sources with one label lie on one line that is there already: only true crossings between labels count
    return np.concatenate([across, trace(search, across.ravel(), columns=columns)])


def enriched_network(
    surface: LineSurface,
    routes: Routes,
    network: Network,
    chosen: BoolArray,
    parameters: ElectricityParameters,
) -> Network:
    """Add the cheapest ways between the pieces of a chosen tree, and from what it left out to it: trunks get new places to meet.

    Parameters
    ----------
    surface, routes
        As for `candidate_network`.
    network, chosen
        Network and the edges of the plan on it; all of its lines stay candidates, so the best plan cannot become dearer.
    parameters
        Prices and the forest rule.
    """
    cost = surface.cost(parameters, forest_rule=parameters.forest_rule)
    cells, labels = [], []
    for label, edge in enumerate(np.flatnonzero(chosen), start=1):
        piece = network.cells(int(edge))[1:] if network.ends[edge, 0] == 0 else network.cells(int(edge))
        cells.append(piece)
        labels.append(np.full(len(piece), label, dtype=np.int64))
    on_tree = np.concatenate(cells) if cells else np.empty(0, dtype=np.int64)
    others = np.setdiff1d(routes.cell[routes.reachable], on_tree)
    cells.append(others)
    labels.append(len(cells) + np.arange(len(others), dtype=np.int64))
    added = region_steps(cost, surface, np.concatenate(cells), np.concatenate(labels))
    steps = np.concatenate([network_steps(network), added])
    return assemble(steps, surface, np.where(routes.reachable, routes.cell, -1), price=unit_prices(parameters))


def network_steps(network: Network) -> IntArray:
    """All steps of a network's lines, (steps, 2) flat cells."""
    if len(network.path) == 0:
        return np.empty((0, 2), dtype=np.int64)
    pairs = np.column_stack([network.path[:-1], network.path[1:]])
    within = np.ones(len(pairs), dtype=bool)
    within[network.path_start[1:-1] - 1] = False
    return pairs[within]


def own_way_cost(routes: Routes, cells: IntArray) -> FloatArray:
    """Investment of an own line from any cells of the raster, inf where there is no way [million VND]."""
    distance = routes.search.distance.ravel()[np.maximum(cells, 0)].astype(np.float64)
    return np.where(cells >= 0, distance, np.inf)
