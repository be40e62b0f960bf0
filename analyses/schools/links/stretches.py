"""Drawn pieces of rough road joined to stretches that a builder would order as one work."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from infragap.analyses.arrays import BoolArray, IntArray

Run = list[tuple[int, bool]]
"""Rows of the road layer one behind the other, and whether each is run through from its end to its start."""


def joined_pieces(roads: gpd.GeoDataFrame, rough: BoolArray, *, tolerance_m: float) -> list[Run]:
    """Join pieces of one name and class that meet end to end.

    Where three or more of them meet the road forks: there a work ends.

    Parameters
    ----------
    roads
        Layer of `infragap.gis.schema.Roads`, one line a row.
    rough
        (roads,) rows to be joined.
    tolerance_m
        Ends at most so far apart meet.

    Returns
    -------
    list
        Runs; each row of `rough` stands in exactly one.
    """
    row = np.flatnonzero(rough)
    partner = _partners(roads, row, tolerance_m)
    done = np.zeros(len(row), bool)
    runs: list[Run] = []
    # runs with a free end begin there; what is left then are rings
    free: BoolArray = np.asarray((partner.reshape(-1, 2) < 0).any(axis=1), bool)
    for first in [*np.flatnonzero(free).tolist(), *np.flatnonzero(~free).tolist()]:
        if done[first]:
            continue
        run: Run = []
        piece, backward = first, bool(free[first] and partner[2 * first] >= 0)
        while not done[piece]:
            done[piece] = True
            run.append((int(row[piece]), backward))
            behind = int(partner[2 * piece + (0 if backward else 1)])
            if behind < 0:
                break
            piece, backward = behind // 2, behind % 2 == 1
        runs.append(run)
    return runs


def _partners(roads: gpd.GeoDataFrame, row: IntArray, tolerance_m: float) -> IntArray:
    """(2 x rows,) for the start and the end of each piece the end of another that it runs on with, -1 = none."""
    if not len(row):
        return np.zeros(0, np.int64)
    lines = np.asarray(roads.geometry.array, dtype=object)[row]
    ends = np.stack([shapely.get_coordinates(shapely.get_point(lines, place)) for place in (0, -1)], axis=1)
    named = roads["name"].fillna("").astype(str) if "name" in roads else pd.Series("", index=roads.index)
    road = pd.factorize(named.iloc[row] + "|" + roads["road_class"].iloc[row].astype(str))[0]
    pairs = cKDTree(ends.reshape(-1, 2)).query_pairs(tolerance_m, output_type="ndarray")
    pairs = pairs[road[pairs[:, 0] // 2] == road[pairs[:, 1] // 2]]
    count = 2 * len(row)
    links = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(count, count))
    meeting = connected_components(links, directed=False)[1]
    order = np.argsort(meeting, kind="stable")
    _, first, size = np.unique(meeting[order], return_index=True, return_counts=True)
    two = first[size == 2]
    one, other = order[two], order[two + 1]
    apart = one // 2 != other // 2
    partner = np.full(count, -1, np.int64)
    partner[one[apart]], partner[other[apart]] = other[apart], one[apart]
    return partner


def line_of(roads: gpd.GeoDataFrame, run: Run) -> shapely.LineString:
    """Line of a run, its pieces one behind the other."""
    parts = []
    for row, backward in run:
        coordinates = shapely.get_coordinates(roads.geometry.iloc[row])
        parts.append(coordinates[::-1] if backward else coordinates)
    return shapely.remove_repeated_points(shapely.LineString(np.concatenate(parts)))
