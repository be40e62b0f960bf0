"""Walks between places and the road nodes around them: exact, from one limited search of the ground per place."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from infragap.analyses.arrays import FloatArray, IntArray
from infragap.gis.leastcost import Slopes, cost_distance

TOBLER_BEST = float(np.exp(-0.175))
"""Least effort of Tobler's function, at 5 % downhill, against that on the flat."""


@dataclass(frozen=True, eq=False)
class Walks:
    """Sparse list of walks.

    Attributes
    ----------
    place
        (m,) row of the place.
    thing
        (m,) row of the road node or other place at the other end.
    cost
        (m,) in the unit of the cost raster.
    """

    place: IntArray
    thing: IntArray
    cost: FloatArray

    def split(self, first: int) -> tuple[Walks, Walks]:
        """Walks to the first so many things, and those to the others, which are numbered from 0 again."""
        low = self.thing < first
        return (
            Walks(place=self.place[low], thing=self.thing[low], cost=self.cost[low]),
            Walks(place=self.place[~low], thing=self.thing[~low] - first, cost=self.cost[~low]),
        )


@dataclass(frozen=True, eq=False)
class WalkingCost:
    """What walking costs on a ground.

    Attributes
    ----------
    cost
        (rows, columns) per cell width on the flat, inf = barrier.
    elevation
        (rows, columns) heights [m].
    cell_size_m
        Width of a cell [m].
    """

    cost: NDArray[np.float32]
    elevation: NDArray[np.float32]
    cell_size_m: float

    @cached_property
    def least(self) -> float:
        """Least cost of a step by one cell width."""
        return float(np.min(self.cost, initial=np.inf)) * TOBLER_BEST

    def reach(self, limit: float) -> int:
        """Cells that no walk within the limit leaves behind, in any direction."""
        return int(min(np.ceil(limit / self.least) + 1, max(self.cost.shape)))

    def search(self, cell: int, limit: float, *, toward: bool) -> tuple[NDArray[np.float32], int, int]:
        """Least cost around a cell (flat index), and the row and column where this window starts."""
        row, column = divmod(cell, self.cost.shape[1])
        reach = self.reach(limit)
        top, left = max(row - reach, 0), max(column - reach, 0)
        window = slice(top, row + reach + 1), slice(left, column + reach + 1)
        found = cost_distance(
            self.cost[window],
            [(row - top, column - left)],
            slopes=Slopes(self.elevation[window], self.cell_size_m, toward_sources=toward),
            limit=limit,
        )
        return found.distance, top, left


def walks_around(
    ground: WalkingCost,
    places: IntArray,
    things: IntArray,
    *,
    wanted: int | None = None,
    limit: float,
    last_limit: float,
    toward_places: bool,
) -> Walks:
    """All walks between places and things within a limit.

    Parameters
    ----------
    ground
        What walking costs.
    places, things
        Cells as flat indices, -1 = none.
    wanted
        The search goes on until one of so many first things is found; default: of all.
    limit
        Longest walk, in the unit of cost. A place that finds nothing within it looks on within twice, four times as much ...
    last_limit
        ... but no farther than this.
    toward_places
        From the things to the places, else from the places to the things.

    Returns
    -------
    Walks
        Things in the cell of their place have cost 0.
    """
    wanted = len(things) if wanted is None else wanted
    order = np.argsort(things, kind="stable")
    sorted_row, sorted_column = np.divmod(things[order], ground.cost.shape[1])
    found_place, found_thing, found_cost = [], [], []
    for place, cell in enumerate(places.tolist()):
        if cell < 0:
            continue
        within = limit
        while True:
            cost, top, left = ground.search(cell, within, toward=toward_places)
            # things are sorted by cell, so those of the window's rows are one stretch
            low, high = np.searchsorted(sorted_row, (top, top + cost.shape[0]))
            column = sorted_column[low:high] - left
            seen = np.flatnonzero((column >= 0) & (column < cost.shape[1]) & (things[order[low:high]] >= 0))
            value = cost[sorted_row[low:high][seen] - top, column[seen]]
            reached = np.isfinite(value)
            here = order[low:high][seen[reached]]
            if within >= last_limit or (here < wanted).any():
                break
            within = min(2 * within, last_limit)
        found_thing.append(here)
        found_cost.append(value[reached].astype(np.float64))
        found_place.append(np.full(int(reached.sum()), place))
    empty = np.zeros(0, np.int64)
    return Walks(
        place=np.concatenate([empty, *found_place]).astype(np.int64),
        thing=np.concatenate([empty, *found_thing]).astype(np.int64),
        cost=np.concatenate([np.zeros(0), *found_cost]),
    )


def without_detours(walks: Walks, tail: IntArray, head: IntArray, ride: FloatArray, *, nodes: int) -> Walks:
    """Leave out walks to road nodes that are reached as early by walking to a neighbouring node and riding on.

    Parameters
    ----------
    walks
        Between places and road nodes.
    tail, head, ride
        (m,) links between road nodes, ridden both ways at this cost (> 0), in the unit of the walks.
    nodes
        Number of road nodes.

    Returns
    -------
    Walks
        Travel times over them are the same as over all.
    """
    start, end = np.concatenate([tail, head]), np.concatenate([head, tail])
    order = np.argsort(start, kind="stable")
    start, end, cost = start[order], end[order], np.concatenate([ride, ride])[order]
    first = np.searchsorted(start, np.arange(nodes + 1))
    # one row per walk and link that leaves its node
    links = first[walks.thing + 1] - first[walks.thing]
    walk = np.repeat(np.arange(len(walks.thing)), links)
    link = np.arange(links.sum()) - np.repeat(np.cumsum(links) - links, links) + np.repeat(first[walks.thing], links)
    key = walks.place * nodes + walks.thing
    by_key = np.argsort(key)
    wanted = walks.place[walk] * nodes + end[link]
    position = np.minimum(np.searchsorted(key[by_key], wanted), len(key) - 1)
    other = by_key[position] if len(key) else position
    beaten = np.zeros(len(walks.thing), bool)
    if len(key):
        # strictly longer: of two equal walks both stay, so that none is lost to a circle of equals
        worse = (key[other] == wanted) & (walks.cost[walk] + cost[link] < walks.cost[other])
        beaten[other[worse]] = True
    return Walks(place=walks.place[~beaten], thing=walks.thing[~beaten], cost=walks.cost[~beaten])
