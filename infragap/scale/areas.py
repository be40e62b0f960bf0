"""Supply areas of a pack: which stations and settlements are planned together, so that each area is a plan for itself.

The rule. Ground belongs to the station whose existing lines it reaches at least cost; so the border between two
stations is the watershed between their least-cost regions, and a settlement belongs to the station that its own line
would come from. Two settlements can share a line only where the way between them costs less than their two own lines
together; what that could save at most is what ties their stations. Stations are put together in the order of these
ties, then along their borders, as long as an area holds no more settlements than asked for. Ties that are left are cut.
Headroom is never shared by two areas, since each station and each feeder belongs to one.

The plans of the areas are made on the cells that the parameters ask for. Borders alone are drawn on wider ones where a
country has so many cells that one process could not hold what a search for regions needs of each, and with the main
roads where it has too many of them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray, ObjectArray
from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.analyses.electricity.routing.cost_surface import LineSurface, routing_cost
from infragap.analyses.electricity.routing.existing_grid import is_existing_mv
from infragap.analyses.electricity.routing.paths import border_steps
from infragap.analyses.electricity.routing.routes import NEIGHBOURS, on_line_cells, settlement_cells
from infragap.analyses.electricity.routing.surface_of_pack import build_surface
from infragap.gis.leastcost.distance import cost_distance
from infragap.gis.pack import Pack
from infragap.gis.raster import Raster, rowcol
from infragap.gis.schema import ROAD_CLASSES

MOST_CELLS = 5_000_000
"""Cells on which borders are drawn at most: a search takes some 140 bytes for each."""

ROADS_KM = 60_000.0
"""Length of the roads that borders are drawn with at most: they are cut every ten metres, at some 140 bytes a piece."""


@dataclass(frozen=True, eq=False)
class Areas:
    """The supply areas of a pack.

    Attributes
    ----------
    count
        Number of areas.
    settlement
        (n,) area of each settlement, from 0.
    line
        (rows of grid_lines,) area of each line; -1 where it lies outside all of them.
    near_border
        (n,) whether a line to the border would cost less than the own line, or a settlement of another area lies near
        enough to share a plant: those whose plan the cut can have changed.
    ground, grid
        (rows, cols) area of each cell of the routing raster, -1 outside; and the raster.
    cut_mvnd
        What lines between two settlements across borders could save at most, summed over pairs of neighbours.
    """

    count: int
    settlement: IntArray
    line: IntArray
    near_border: BoolArray
    ground: IntArray
    grid: Raster
    cut_mvnd: float

    def nearest(self, layer: gpd.GeoDataFrame, settlements: gpd.GeoDataFrame) -> IntArray:
        """Area of the settlement that lies nearest to each point, (rows,)."""
        tree = cKDTree(np.column_stack([settlements.geometry.x, settlements.geometry.y]))
        return np.asarray(self.settlement[tree.query(np.column_stack([layer.geometry.x, layer.geometry.y]))[1]])

    def at(self, layer: gpd.GeoDataFrame) -> IntArray:
        """Area of the ground in the middle of each feature, (rows,); -1 outside."""
        middle = layer.geometry.interpolate(0.5, normalized=True) if _is_lines(layer) else layer.geometry
        rows, cols = rowcol(self.grid, middle.x.to_numpy(), middle.y.to_numpy())
        inside = (rows >= 0) & (rows < self.grid.shape[0]) & (cols >= 0) & (cols < self.grid.shape[1])
        found = np.full(len(layer), -1, dtype=np.int64)
        found[inside] = self.ground[rows[inside], cols[inside]]
        return found


def supply_areas(pack: Pack, parameters: ElectricityParameters, most: int) -> Areas:
    """Split the settlements and the grid of a pack into supply areas.

    Parameters
    ----------
    pack
        With the layers of the electricity plan.
    parameters
        Prices of lines, the forest rule, and the width of the cells, as far as no more than `MOST_CELLS` cover the
        pack.
    most
        Settlements of an area; a station with more is an area for itself.

    Returns
    -------
    Areas
        In the order of their first station; every settlement and every usable line is in exactly one.
    """
    parameters = parameters.model_copy(update={"routing_cell_m": border_cell_m(pack.elevation, parameters)})
    surface = build_surface(pack.exchanged("roads", main_roads(pack.roads)), parameters)
    cost = routing_cost(surface, parameters)
    settlements, lines = pack.settlements.reset_index(drop=True), pack.grid_lines.reset_index(drop=True)
    cell = settlement_cells(surface, settlements.geometry.x.to_numpy(), settlements.geometry.y.to_numpy())
    cell = np.maximum(on_line_cells(surface, cell, settlements, lines), 0)
    names, source_of_line = _sources(lines, is_existing_mv(lines, parameters.levels))
    search = cost_distance(cost, surface.line_starts(cost), neighbours=NEIGHBOURS, regions=True)
    if search.region is None:
        raise AssertionError("regions were asked for")
    tap: IntArray = search.region.astype(np.int64)
    line_there = surface.line_of_cell[np.maximum(surface.line_number[np.maximum(tap, 0)], 0)]
    ground = np.where(tap >= 0, source_of_line[line_there], -1)
    own_mvnd = search.distance.ravel()[cell].astype(np.float64)
    source = _with_cut_off(ground.ravel()[cell], settlements)
    pairs, saving = _ties(surface, cost, cell, own_mvnd)
    pairs = source[pairs]
    size = np.bincount(source, minlength=len(names))
    area = _grouped(size, _summed(pairs, saving), _summed(*_borders(ground)), most)
    area = _numbered(area, size)
    ground_area = np.where(ground >= 0, area[np.maximum(ground, 0)], -1)
    crossing = area[pairs[:, 0]] != area[pairs[:, 1]]
    found = Areas(
        count=int(area.max()) + 1,
        settlement=area[source],
        line=np.where(source_of_line >= 0, area[np.maximum(source_of_line, 0)], -1),
        near_border=_near_border(cost, ground_area, cell, own_mvnd)
        | _could_share(settlements, area[source], parameters.joint_plant_km),
        ground=ground_area,
        grid=surface.grid,
        cut_mvnd=float(saving[crossing].sum()),
    )
    others = found.line < 0
    found.line[others] = found.at(lines[others])
    return found


def main_roads(roads: gpd.GeoDataFrame, most_km: float = ROADS_KM) -> gpd.GeoDataFrame:
    """Roads without the least classes, so many of these that the others are not too long; the highest class stays."""
    length_km = (roads.geometry.length / 1000).groupby(roads["road_class"]).sum()
    kept = list(ROAD_CLASSES)
    while len(kept) > 1 and length_km.reindex(kept).sum() > most_km:
        kept.pop()
    return roads if len(kept) == len(ROAD_CLASSES) else roads[roads["road_class"].isin(kept)].reset_index(drop=True)


def border_cell_m(elevation: Raster, parameters: ElectricityParameters) -> float:
    """Width of the cells on which borders are drawn [m]: a whole multiple of that of the plans."""
    west, south, east, north = elevation.bounds
    cells = (east - west) * (north - south) / parameters.routing_cell_m**2
    return parameters.routing_cell_m * max(math.ceil(math.sqrt(cells / MOST_CELLS)), 1)


def _is_lines(layer: gpd.GeoDataFrame) -> bool:
    return bool(layer.geometry.geom_type.isin(["LineString", "MultiLineString"]).any())


def _sources(lines: gpd.GeoDataFrame, usable: BoolArray) -> tuple[ObjectArray, IntArray]:
    """Names of what feeds the usable lines, in their order, and the number of each line's; -1 for other lines.

    A line belongs to its station; where none is named to its feeder, and without that it is one for itself.
    """
    name = lines["substation_id"].where(lines["substation_id"].notna(), "feeder " + lines["feeder"].astype(object))
    name = name.where(name.notna(), "line " + lines["line_id"].astype(str)).astype(str).to_numpy(dtype=object)
    names = np.unique(name[usable].astype(str)).astype(object)
    number = {each: k for k, each in enumerate(names)}
    return names, np.array([number[each] if use else -1 for each, use in zip(name, usable, strict=True)], np.int64)


def _with_cut_off(source: IntArray, settlements: gpd.GeoDataFrame) -> IntArray:
    """Source of each settlement; those that no line can reach go with the nearest one that a line reaches."""
    known = np.flatnonzero(source >= 0)
    if len(known) == 0:
        return np.zeros_like(source)
    points = np.column_stack([settlements.geometry.x, settlements.geometry.y])
    cut_off = np.flatnonzero(source < 0)
    result = source.copy()
    result[cut_off] = source[known[cKDTree(points[known]).query(points[cut_off])[1]]]
    return result


def _ties(
    surface: LineSurface, cost: NDArray[np.float32], cell: IntArray, own_mvnd: FloatArray
) -> tuple[IntArray, FloatArray]:
    """Neighbouring settlements whose way to each other costs less than their own lines together, (pairs, 2) rows, and
    what a shared line could save at most (pairs,)."""
    reached = np.flatnonzero(np.isfinite(own_mvnd) & (surface.line_number[cell] < 0))
    spots, first = np.unique(cell[reached], return_index=True)
    rows = reached[first]
    starts, label = surface.line_starts(cost), np.zeros(cost.size, dtype=np.int32)
    starts.ravel()[spots], label[spots] = 0.0, 1 + np.arange(len(spots))
    search = cost_distance(cost, starts, neighbours=NEIGHBOURS, regions=True)
    if search.region is None:
        raise AssertionError("regions were asked for")
    steps, way = border_steps(search, cost, label)
    pair: IntArray = label[search.region.ravel()[steps]].astype(np.int64).reshape(-1, 2)
    between = (pair > 0).all(axis=1)
    pair, way = rows[pair[between] - 1], way[between]
    saving = own_mvnd[pair].sum(axis=1) - way
    return pair[saving > 0], saving[saving > 0]


def _borders(ground: IntArray) -> tuple[IntArray, FloatArray]:
    """Pairs of sources on either side of each edge between cells, and 1 for each."""
    pairs = []
    for here, there in ((ground[:, :-1], ground[:, 1:]), (ground[:-1], ground[1:])):
        differ = (here != there) & (here >= 0) & (there >= 0)
        pairs.append(np.column_stack([here[differ], there[differ]]))
    both = np.concatenate(pairs)
    return both, np.ones(len(both))


def _summed(pairs: IntArray, weight: FloatArray) -> list[tuple[float, int, int]]:
    """Weight of each pair of different sources, the heaviest first; of equal ones the first."""
    pairs = np.sort(pairs, axis=1)
    differ = pairs[:, 0] != pairs[:, 1]
    unique, number = np.unique(pairs[differ], axis=0, return_inverse=True)
    total = np.bincount(number.ravel(), weight[differ], minlength=len(unique))
    found = [(round(float(w), 6), int(a), int(b)) for w, (a, b) in zip(total, unique, strict=True)]
    return sorted(found, key=lambda each: (-each[0], each[1], each[2]))


def _grouped(
    size: IntArray, ties: list[tuple[float, int, int]], borders: list[tuple[float, int, int]], most: int
) -> IntArray:
    """Group of each source: tied ones together in the order of the ties, then neighbours, while they are few enough."""
    group, held = np.arange(len(size)), size.copy()
    for _, a, b in (*ties, *borders):
        first, second = sorted((int(group[a]), int(group[b])))
        if first != second and held[first] + held[second] <= most:
            held[first] += held[second]
            group[group == second] = first
    return group


def _numbered(group: IntArray, size: IntArray) -> IntArray:
    """Number the groups that hold settlements from 0 in their order; -1 for the others."""
    held = np.unique(group[size > 0])
    number = np.full(len(group), -1, dtype=np.int64)
    number[held] = np.arange(len(held))
    return number[group]


def border_cells(ground: IntArray) -> BoolArray:
    """Cells beside one of another area, (rows, cols)."""
    at = np.zeros(ground.shape, dtype=bool)
    beside = ((slice(None), slice(0, -1)), (slice(None), slice(1, None)))
    below = ((slice(0, -1), slice(None)), (slice(1, None), slice(None)))
    for here, there in (beside, below):
        differ = (ground[here] != ground[there]) & (ground[here] >= 0) & (ground[there] >= 0)
        at[here] |= differ
        at[there] |= differ
    return at


def _near_border(cost: NDArray[np.float32], ground: IntArray, cell: IntArray, own_mvnd: FloatArray) -> BoolArray:
    at = border_cells(ground) & np.isfinite(cost)
    if not at.any():
        return np.zeros(len(cell), dtype=bool)
    to_border = cost_distance(cost, np.argwhere(at), neighbours=NEIGHBOURS).distance.ravel()[cell]
    return np.asarray(np.isfinite(to_border) & (to_border < own_mvnd))


def _could_share(settlements: gpd.GeoDataFrame, area: IntArray, reach_km: float) -> BoolArray:
    """Whether a settlement of another area lies within reach of a joint plant, (n,)."""
    found = np.zeros(len(settlements), dtype=bool)
    if reach_km > 0:
        tree = cKDTree(np.column_stack([settlements.geometry.x, settlements.geometry.y]))
        pairs = tree.query_pairs(reach_km * 1000, output_type="ndarray")
        found[pairs[area[pairs[:, 0]] != area[pairs[:, 1]]].ravel()] = True
    return found
