"""Layers that lie a little off as a whole: moved by one distance in one direction they fit what they belong to far
better.

A missing change of datum moves a layer by some hundred metres, a rounded origin or a wrong zone parameter by up to some
kilometres: too little for a place to leave its commune by more than it may, enough to change every distance.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.spatial import KDTree

from infragap.gis.arrays import AnyArray, FloatArray
from infragap.gis.findings import Finding, notice

LEAST_M, FURTHEST_M, RINGS = 100.0, 3_000.0, 6
"""Shortest and longest move that is tried, and how many steps lie between the place as it is and the longest."""

BETTER = 4.0
"""How much nearer a layer must come."""

ROWS, MOST = 20, 150
"""Least places that show a shift; no more than the second are moved."""

SPACING_M = 25.0
"""Lines are taken as points so far apart."""

QUANTILE = 0.75
OUTSIDE = 0.02
"""Share of places outside their commune from which a move is tried."""

OFFSET = notice(
    "shift.offset",
    tolerance=f"moves under {LEAST_M:g} m; layers of fewer than {ROWS} places; layers that no move up to "
    f"{FURTHEST_M / 1000:g} km brings {BETTER:g} times nearer (three quarters of the places)",
    reason="chance puts single rows off, not a whole layer in one direction: a change of datum is missing, or an "
    "origin rounded",
)

PAIRS = (
    ("roads", "villages"), ("roads", "settlements"), ("grid_lines", "substations"), ("grid_lines", "villages"),
    ("grid_lines", "stations"), ("bridges", "rivers"), ("roads", "bridges"),
)  # fmt: skip
"""A layer, and the places that lie on it or near it."""

PLACES = ("villages", "settlements", "water_schemes", "schools")

Off = Callable[[float, float], float]

Move = tuple[float, float, float, float]
"""Metres east and north, and the distance without and with that move [m]."""


def offset_findings(
    layers: Mapping[str, Any], communes: gpd.GeoDataFrame | None, *, made: Callable[..., list[Move]] | None = None
) -> list[Finding]:
    """Name the layers that one short move makes fit.

    Parameters
    ----------
    layers
        Typed layers by name, geometry in one metric CRS [m].
    communes
        The province, where the pack has it.
    made
        Calls a function of layers, or knows what it gave for the same ones.
    """
    made = made or _called
    frames = {name: frame for name, frame in layers.items() if isinstance(frame, gpd.GeoDataFrame) and len(frame)}
    found: list[Finding] = []
    moved: set[str] = set()
    if communes is not None and "commune_code" in communes.columns:
        for name in PLACES:
            if name in frames:
                _look(found, moved, name, "communes", len(frames[name]), made(_into_own, frames[name], communes))
    if communes is not None and {"villages", "settlements"} <= moved:
        # what is off from all places is one layer: the communes
        return [OFFSET.found("communes", of=len(communes), **_turned(found[0]))]
    for name, near in PAIRS:
        if name in frames and near in frames and not {name, near} & moved:
            points, others = (frames[near], frames[name]) if near != "rivers" else (frames[name], frames[near])
            if len(points) >= ROWS:
                move = made(_towards, points, others)
                _look(found, moved, name, near, len(frames[name]), move, back=near != "rivers")
    return found


def _turned(finding: Finding) -> dict[str, Any]:
    """The same move the other way, of the communes to the places."""
    return {**finding.values, "near": finding.layer, "bearing": (float(finding.values["bearing"]) + 180) % 360}


def _called(check: Callable[..., list[Move]], *layers: gpd.GeoDataFrame) -> list[Move]:
    return check(*layers)


def _into_own(places: gpd.GeoDataFrame, communes: gpd.GeoDataFrame) -> list[Move]:
    """The move that brings places into the communes that they name; none where there is none, or too few places."""
    off = _outside_own(places, communes) if len(places) >= ROWS else None
    return [] if off is None else _best_move(off)


def _towards(points: gpd.GeoDataFrame, others: gpd.GeoDataFrame) -> list[Move]:
    """The move that brings points to another layer; none where there is none."""
    return _best_move(_distance(points, others))


def _look(
    found: list[Finding], moved: set[str], name: str, near: str, rows: int, best: list[Move], *, back: bool = False
) -> None:
    """Tell the move of a layer; `back`: it is the places that were moved, so the layer goes the other way."""
    if not best:
        return
    east, north, as_is, then = best[0]
    if back:
        east, north = -east, -north
    moved.add(name)
    values = {"near": near, "metres": float(round(math.hypot(east, north), -1)), "as_is_m": as_is, "then_m": then}
    bearing = float(round(math.degrees(math.atan2(east, north))) % 360)
    found.append(OFFSET.found(name, of=rows, bearing=bearing, **values))


def _best_move(off: Off) -> list[Move]:
    """Give the move that brings a layer nearest; none where none is clear."""
    as_is = off(0.0, 0.0)
    if not as_is > LEAST_M / 2:
        return []
    step = FURTHEST_M / RINGS
    tried = [(off(a * step, b * step), a * step, b * step) for a in range(-RINGS, RINGS + 1)
             for b in range(-RINGS, RINGS + 1) if math.hypot(a, b) <= RINGS]  # fmt: skip
    then, east, north = min(tried, key=_nearest)
    while step > LEAST_M / 8:
        step /= 2
        around = [(off(east + a * step, north + b * step), east + a * step, north + b * step)
                  for a in (-1, 0, 1) for b in (-1, 0, 1)]  # fmt: skip
        then, east, north = min(around, key=_nearest)
    if math.hypot(east, north) < LEAST_M or then * BETTER > as_is:
        return []
    return [(east, north, as_is, then)]


def _nearest(tried: tuple[float, float, float]) -> tuple[float, float, float, float]:
    """Order of moves: whole metres of distance first, the shorter move among equals."""
    off, east, north = tried
    return round(off), math.hypot(east, north), east, north


def _thinned(frame: gpd.GeoDataFrame) -> AnyArray:
    return np.asarray(frame.geometry.to_numpy()[:: max(1, math.ceil(len(frame) / MOST))])


def _distance(points: gpd.GeoDataFrame, others: gpd.GeoDataFrame) -> Off:
    """Distance within which three quarters of the moved points have the other layer [m]."""
    shapes = _thinned(points)
    x, y = shapely.get_x(shapes), shapely.get_y(shapes)
    tree = KDTree(shapely.get_coordinates(shapely.segmentize(others.geometry.to_numpy(), SPACING_M)))

    def off(east: float, north: float) -> float:
        distance_m, _ = tree.query(np.column_stack([x + east, y + north]))
        return float(np.quantile(distance_m, QUANTILE))

    return off


def _outside_own(places: gpd.GeoDataFrame, communes: gpd.GeoDataFrame) -> Off | None:
    """How far the moved places lie outside the communes that they name: mean of those outside today [m]."""
    if "commune_code" not in places.columns or communes["commune_code"].duplicated().any():
        return None
    own = pd.Index(communes["commune_code"]).get_indexer(places["commune_code"])
    if (own < 0).any():
        return None
    shapes, polygons = places.geometry.to_numpy(), communes.geometry.to_numpy()[own]
    out_m: FloatArray = shapely.distance(shapes, polygons)
    if (out_m > 0).mean() < OUTSIDE:
        return None
    # those outside today, and as many others, which a move must not put outside
    outside = np.flatnonzero(out_m > 0)
    inside = np.flatnonzero(out_m == 0)
    chosen = np.concatenate([outside[:: max(1, math.ceil(len(outside) / MOST))],
                             inside[:: max(1, math.ceil(len(inside) / MOST))]])  # fmt: skip
    if len(outside) < ROWS:
        return None
    x, y, areas = shapely.get_x(shapes[chosen]), shapely.get_y(shapes[chosen]), polygons[chosen]
    shapely.prepare(areas)

    def off(east: float, north: float) -> float:
        return float(np.mean(shapely.distance(shapely.points(x + east, y + north), areas)))

    return off
