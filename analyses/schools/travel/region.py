"""Many places against many sites, exactly: searches of the part of the graph around them, and of the whole where a way
might leave it.

A way that leaves the part goes through one of its gates. So where a way within the part is no longer than the shortest
way out plus the shortest way back in, it is the shortest of all. Sites with a pair that fails this test are searched
again in the whole graph.
"""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray
from infragap.analyses.schools.codes import LinkKind, Mode, Season
from infragap.analyses.schools.travel.ways import Travel, at_nodes
from infragap.gis.lines.network import many_ways, nearest_ways, restricted

_THREADS = 2
_TOGETHER = 16
"""Searches side by side: more of them are no quicker and take more memory (measured)."""
_STRIP_KM = 12.0
"""Sites of one strip so wide are searched together (measured)."""


@dataclass(frozen=True, eq=False)
class Region:
    """A part of the graph.

    Attributes
    ----------
    whole, part
        All ways, and those of the part.
    gates
        Nodes of the part that ways leave it by.
    """

    whole: Travel
    part: Travel
    gates: IntArray


def region_around(travel: Travel, cells: ArrayLike, *, margin_km: float = 20.0) -> Region:
    """Cut out the part of the graph around some cells, with a margin on all sides."""
    ground, cell = travel.ground, np.asarray(cells, np.int64)
    rows, columns = np.divmod(cell[cell >= 0], ground.open_cells.shape[1])
    margin = int(np.ceil(1000 * margin_km / ground.cell_size_m))
    near = np.zeros(ground.open_cells.shape, bool)
    if len(rows):
        top, left = max(rows.min() - margin, 0), max(columns.min() - margin, 0)
        near[top : rows.max() + margin + 1, left : columns.max() + margin + 1] = True
    kept = np.ones(travel.graph.nodes, bool)
    kept[: len(ground.cell)] = near.ravel()[ground.cell]
    # road nodes apart from the ground go with what they touch
    lone = np.arange(len(ground.cell), travel.graph.nodes)
    kept[lone] = False
    touching = kept[travel.graph.tail] & (travel.graph.head >= len(ground.cell))
    while touching.any():
        kept[travel.graph.head[touching]] = True
        touching = kept[travel.graph.tail] & (travel.graph.head >= len(ground.cell)) & ~kept[travel.graph.head]
    graph, number, links, gates = restricted(travel.graph, kept)
    part = replace(
        travel,
        graph=graph,
        minutes={key: values[links] for key, values in travel.minutes.items()},
        kind=travel.kind[links],
        km=travel.km[links],
        climb_m=travel.climb_m[links],
        river=travel.river[links],
        road=travel.road[links],
        way=travel.way[links],
        renumbered=number,
        _prices={},
    )
    return Region(whole=travel, part=part, gates=gates)


def whole_region(travel: Travel) -> Region:
    """Take the whole graph: nothing leaves it."""
    return Region(whole=travel, part=travel, gates=np.zeros(0, np.int64))


@dataclass(frozen=True, eq=False)
class PairTable:
    """Minutes between places and sites in one mode and season.

    Attributes
    ----------
    to_min, back_min
        (places, sites) to the site and back from it, inf where there is no way.
    to_parts, back_parts
        (places, sites, kinds of link) float32 minutes by `LinkKind`; of no size where they were not asked for.
    """

    to_min: FloatArray
    back_min: FloatArray
    to_parts: NDArray[np.float32]
    back_parts: NDArray[np.float32]


def all_pairs(
    region: Region,
    mode: Mode,
    season: Season,
    places: ArrayLike,
    sites: ArrayLike,
    *,
    limit_min: float = np.inf,
    parts_of: BoolArray | None = None,
    both_ways: bool = True,
) -> PairTable:
    """Least minutes between every place and every site.

    Parameters
    ----------
    region
        Part of the graph around them.
    mode, season
        How and when.
    places, sites
        (p,) and (s,) cells as `stand` gives them; -1 = nowhere, out of reach of everything. Searches run from the
        sites: let them be the fewer.
    limit_min
        Longer ways are inf.
    parts_of
        (p, s) pairs whose minutes are given by kind of link too; default: none.
    both_ways
        Also the ways back; else these are inf.
    """
    kinds = 0 if parts_of is None else len(LinkKind)
    place, site = np.asarray(places, np.int64), np.asarray(sites, np.int64)
    shape = len(place), len(site)
    table = PairTable(
        to_min=np.full(shape, np.inf),
        back_min=np.full(shape, np.inf),
        to_parts=np.zeros((*shape, kinds), np.float32),
        back_parts=np.zeros((*shape, kinds), np.float32),
    )
    once, row = np.unique(site, return_inverse=True)
    out_of, into = _gate_minutes(region, mode, season, place), _gate_minutes(region, mode, season, once)

    def look(travel: Travel, numbers: IntArray, *, toward: bool) -> IntArray:
        """Fill in some sites; those that a way outside of the part might be nearer to are given back."""
        cost, parts = (table.to_min, table.to_parts) if toward else (table.back_min, table.back_parts)
        node, left = travel.node(place), []
        ways = many_ways(travel.prices(mode, season), travel.node(once[numbers]), toward=toward, limit=limit_min)
        for column, number in enumerate(numbers.tolist()):
            found = at_nodes(ways.cost[:, column], node, missing=np.inf)
            outside = (out_of[0] + into[1][number]) if toward else (into[0][number] + out_of[1])
            if travel is not region.whole and (np.minimum(found, limit_min) > outside).any():
                left.append(number)
                continue
            same = row.ravel() == number
            cost[:, same] = found[:, None]
            if parts_of is not None:
                wanted = np.flatnonzero(parts_of[:, same].any(axis=1))
                sums = ways.of(column).sums(node[wanted], travel.kind, travel.minutes[mode, season], kinds=kinds)
                parts[np.ix_(wanted, np.flatnonzero(same))] = sums[:, None].astype(np.float32)
        return np.array(left, np.int64)

    def search(numbers: IntArray) -> None:
        for toward in (True, False) if both_ways else (True,):
            left = look(region.part, numbers, toward=toward)
            if len(left):
                look(region.whole, left, toward=toward)

    _in_threads(search, _batches(region.whole, once))
    return table


def _batches(travel: Travel, cells: IntArray) -> list[IntArray]:
    """Numbers of the cells that stand somewhere, in batches of near ones: by strips from west to east."""
    rows, columns = np.divmod(cells, travel.ground.open_cells.shape[1])
    strip = rows // max(round(1000 * _STRIP_KM / travel.ground.cell_size_m), 1)
    order = np.lexsort((columns, strip))
    order = order[cells[order] >= 0]
    return [order[first : first + _TOGETHER] for first in range(0, len(order), _TOGETHER)]


def _gate_minutes(region: Region, mode: Mode, season: Season, cells: IntArray) -> tuple[FloatArray, FloatArray]:
    """Minutes from each cell to the nearest gate, and from the nearest gate to it."""
    prices, node = region.part.prices(mode, season), region.part.node(cells)
    out, back = (nearest_ways(prices, region.gates, toward=toward).cost for toward in (True, False))
    return at_nodes(out, node, missing=np.inf), at_nodes(back, node, missing=np.inf)


def _in_threads(work: object, numbers: Iterable[IntArray]) -> None:
    """Run independent searches beside each other; compiled code leaves the interpreter free."""
    with ThreadPoolExecutor(_THREADS) as pool:
        list(pool.map(work, numbers))  # type: ignore[arg-type]
