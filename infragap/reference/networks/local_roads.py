"""Modelled roads below the documented ones: to commune centres, old centres, villages and settlements."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from infragap.reference.inputs import Base
from infragap.reference.land.ground import CELL_M, distance_to
from infragap.reference.networks.courses import branches
from infragap.reference.networks.roads import RoadCourse, RoadPlan

BATCHES = 4
"""Places are joined in this many rounds, nearest first, so that later ones start from what earlier ones have built."""

AVOID_M = 2400.0
AVOIDING = 25.0
"""Commune and village roads cost this many times more within this distance of a village without grid."""

NEAR_CELLS = 24

CONCRETE_UP_TO_M = 3000.0
"""A modelled village road up to this long is a concrete commune road, a longer one an earth track (assumption)."""


def add_commune_roads(plan: RoadPlan, base: Base, villages: gpd.GeoDataFrame) -> None:
    """Join every commune centre and every old commune's centre to the network by a commune road, in place.

    These roads, which lines will follow, keep off the villages without grid where they can.
    """
    centres = base.commune_centres()
    old = np.column_stack([base.legacy.geometry.x, base.legacy.geometry.y])
    _join(
        plan,
        np.vstack([centres, old]),
        name=plan.words.name["commune_road"],
        road_class="commune",
        named=len(centres),
        avoid=_around_unelectrified(plan, villages),
    )


def add_village_roads(plan: RoadPlan, villages: gpd.GeoDataFrame) -> None:
    """Join villages that have the grid: a concrete commune road where it is short, an earth track where it is long, in
    place.

    The roads keep off the villages without grid like the commune roads.
    """
    served = villages[villages["on_grid"]]
    avoid = _around_unelectrified(plan, villages)
    _join(plan, _xy(served), name=plan.words.name["village_road"], road_class=None, named=len(served), avoid=avoid)


def add_settlement_tracks(plan: RoadPlan, settlements: gpd.GeoDataFrame) -> None:
    """Join the unserved settlements by steep earth tracks, in place."""
    _join(plan, _xy(settlements), name=plan.words.name["track"], road_class="track", named=len(settlements))


def _around_unelectrified(plan: RoadPlan, villages: gpd.GeoDataFrame) -> NDArray[np.bool_]:
    """Cells within `AVOID_M` of a village without grid."""
    around = np.zeros(plan.ground.shape, dtype=bool)
    for point in _xy(villages[~villages["on_grid"]]):
        around |= distance_to(plan.ground, point[None]) < AVOID_M
    return around


def _xy(frame: gpd.GeoDataFrame) -> NDArray[np.float64]:
    return np.column_stack([frame.geometry.x, frame.geometry.y])


def _join(
    plan: RoadPlan,
    points: NDArray[np.float64],
    *,
    name: str,
    road_class: str | None,
    named: int,
    avoid: NDArray[np.bool_] | None = None,
) -> None:
    """Lay courses from points to the network; the first `named` of them become end points of pieces themselves."""
    network = plan.ordinary
    cells = _dry_cells(plan, points)
    own = plan.ground.flat(points) == cells
    for cell, (x, y), inside in zip(cells[:named].tolist(), points[:named].tolist(), own[:named].tolist(), strict=True):
        x0, y0 = (x, y) if inside else plan.ground.xy(np.array([cell]))[0].tolist()
        if network.points.setdefault(cell, (x0, y0)) != (x, y):
            plan.stubs.append((cell, (x, y)))
        plan.terminals[x, y] = cell
    cost = plan.cost(road_class or "commune")
    if avoid is not None:
        cost[avoid] *= AVOIDING
    left = np.setdiff1d(cells, network.cells())
    for turn in range(BATCHES, 0, -1):
        if not len(left):
            return
        courses, reach = branches(cost, network.cells(), left)
        near = np.argsort(reach, kind="stable")[: -(-len(left) // turn)]
        for place in near.tolist():
            drawn_m = CELL_M * 1.15 * (len(courses[place]) - 1)
            kind = road_class or ("commune" if drawn_m <= CONCRETE_UP_TO_M else "track")
            surface = "concrete" if kind == "commune" else "earth"
            number = plan.number(RoadCourse(name, kind, surface, plan.words.note["modelled"]))
            network.add(courses[place], number)
        left = np.delete(left, near)


def _dry_cells(plan: RoadPlan, points: NDArray[np.float64]) -> NDArray[np.int64]:
    """Cells of the points; for a point in a cell that a large river touches, the nearest other cell on the same
    bank."""
    cells = plan.ground.flat(points)
    dry = np.flatnonzero(~(plan.ground.river | plan.ground.lake))
    wet = np.flatnonzero(plan.ground.river.ravel()[cells])
    if not len(wet):
        return cells
    _, near = cKDTree(plan.ground.xy(dry)).query(points[wet], k=NEAR_CELLS)
    for place, choices in zip(wet.tolist(), dry[np.asarray(near)], strict=True):
        starts = np.broadcast_to(points[place], (NEAR_CELLS, 2))
        ways = shapely.linestrings(np.stack([starts, plan.ground.xy(choices)], axis=1))
        free = ~shapely.intersects(plan.major_rivers, ways)
        if free.any():
            cells[place] = choices[int(np.argmax(free))]
    return cells
