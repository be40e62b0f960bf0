"""The candidate network that settlements can share: own ways, ways between neighbours, and places for trunks to
meet."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray
from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.analyses.electricity.routing.cost_surface import LineSurface, routing_cost
from infragap.analyses.electricity.routing.line_components import unit_prices
from infragap.analyses.electricity.routing.network import CandidateNetwork, Searched, join_steps
from infragap.analyses.electricity.routing.paths import border_steps, out_of_window, trace
from infragap.analyses.electricity.routing.routes import NEIGHBOURS, RULES, Routes
from infragap.analyses.reuse import carried, content_of
from infragap.analyses.together import both
from infragap.gis.arrays import each_once
from infragap.gis.leastcost.again import after_closing, with_more_sources, with_regions
from infragap.gis.leastcost.distance import LeastCost, cost_distance

NEAR = 8
"""Each settlement is offered ways to so many others: with more the plan does not get cheaper (measured on the reference
pack)."""


MOST_CELLS_BESIDE = 10_000_000
"""Up to so many cells two searches are made at once, in some 0.2 GB."""


@dataclass(frozen=True, eq=False)
class NeighbourWays:
    """Ways between neighbours, to be taken over where nothing has changed around them.

    Attributes
    ----------
    cost
        The raster that they were searched in.
    found
        By flat cell of the settlement: the bytes of what else they hang on, and their steps.
    """

    cost: NDArray[np.float32]
    found: dict[int, tuple[bytes, IntArray]]

    @property
    def steps(self) -> IntArray:
        """Steps of all of them, (steps, 2) flat cells."""
        return np.concatenate([np.empty((0, 2), dtype=np.int64), *(steps for _, steps in self.found.values())])


@dataclass(frozen=True, eq=False)
class Begun:
    """A search from settlements and existing lines at once, before the last cells were closed.

    Attributes
    ----------
    cells
        Flat cells of the settlements, ascending, each once.
    cost
        Routing cost per cell width then.
    search
        Without regions.
    """

    cells: IntArray
    cost: NDArray[np.float32]
    search: LeastCost

    def ended(self, cost: NDArray[np.float32], starts: NDArray[np.float32], cells: IntArray) -> LeastCost | None:
        """Give the search after cells were closed; None where it is from other settlements."""
        if not np.array_equal(cells, self.cells):
            return None
        closed = np.flatnonzero(np.isfinite(self.cost) & ~np.isfinite(cost))
        return after_closing(cost, starts, self.search, closed, RULES) if len(closed) else self.search


def begun_search(surface: LineSurface, cell: IntArray, parameters: ElectricityParameters) -> Begun | None:
    """Search from all settlements and existing lines before it is known which cells ways to roads close: beside the
    search for these. None where two searches at once would take too much memory.

    Parameters
    ----------
    surface, cell, parameters
        As for `routes.with_lawful_routes`.
    """
    if surface.passable.size > MOST_CELLS_BESIDE:
        return None
    cells = each_once(cell[cell >= 0])
    cost = surface.cost(parameters, forest_rule=parameters.forest_rule)
    starts = _starts_of(cost, surface, cells)
    return Begun(cells, cost, cost_distance(cost, starts, neighbours=NEIGHBOURS, predecessors=True))


def _starts_of(cost: NDArray[np.float32], surface: LineSurface, cells: IntArray) -> NDArray[np.float32]:
    """Start values of a search from existing lines and further cells, (rows, columns)."""
    starts = surface.line_starts(cost)
    starts.ravel()[cells[surface.line_number[cells] < 0]] = 0.0
    return starts


def candidate_network(
    surface: LineSurface,
    routes: Routes,
    parameters: ElectricityParameters,
    *,
    known: CandidateNetwork | None = None,
    begun: Begun | None = None,
) -> CandidateNetwork:
    """Lay the settlements' own ways and the cheapest ways between neighbouring settlements over each other.

    Parameters
    ----------
    surface, routes
        Where lines could run, and each settlement's own way.
    parameters
        Prices and the forest rule.
    known
        Lines laid out under a stricter rule that stay candidates, so that the looser one cannot make the best plan
        dearer.
    begun
        The search that regions come from, as far as it was made.

    Notes
    -----
    One search from all settlements and all existing lines at once gives each cell its nearest source. The cheapest ways
    across the borders of
    these regions hold a minimum spanning tree of all cheapest ways between settlements and grid (Mehlhorn, 1988). Ways
    to near settlements whose
    regions do not touch come on top (`neighbour_ways`). Where ways run together or meet, the network has a junction.
    """
    reached = routes.reachable
    cost = routing_cost(surface, parameters)
    own_mvnd = routes.cost_mvnd[reached]
    standing = ", standing" if surface.has_standing else ""

    def others() -> IntArray:
        if known is not None:
            return network_steps(known)
        ways = carried(
            f"ways to neighbours, {parameters.forest_rule}{standing}",
            lambda before: neighbour_ways(cost, routes.cell[reached], own_mvnd, before=before),
        )
        return ways.steps

    (across, search), around = both(lambda: region_steps(cost, surface, routes.cell[reached], begun=begun), others)
    steps = np.concatenate([routes.steps, across, around])
    joined = join_steps(steps, surface, np.where(reached, routes.cell, -1), price=unit_prices(parameters))
    return replace(joined, searched=Searched(content_of(cost), search))


def neighbour_ways(
    cost: NDArray[np.float32], cells: IntArray, own_mvnd: FloatArray, *, before: NeighbourWays | None = None
) -> NeighbourWays:
    """Cheapest ways from each settlement to its `NEAR` nearest, as far as they cost less than its own line.

    Parameters
    ----------
    cost
        Routing cost per cell width.
    cells
        (k,) flat cells of the settlements.
    own_mvnd
        (k,) investment of each one's own line: a dearer way to a neighbour never pays.
    before
        Ways that were searched before.
    """
    columns, ways = cost.shape[1], NeighbourWays(cost, {})
    spots, first = np.unique(cells, return_index=True)
    settlements = np.column_stack([spots // columns, spots % columns])
    if len(settlements) < 2:
        return ways
    near = cKDTree(settlements).query(settlements, k=min(NEAR + 1, len(settlements)))[1].reshape(len(settlements), -1)
    least = float(cost.min(initial=np.inf))
    known, changed = {}, None
    if before is not None and before.cost.shape == cost.shape:
        known, changed = before.found, _changed_above(before.cost, cost)
    for here, ((row, col), own) in enumerate(zip(settlements, own_mvnd[first], strict=True)):
        others = settlements[near[here, 1:]]
        if not own > 0:
            continue
        off = np.abs(others - [row, col]).max(axis=1)
        # no cheaper way to a neighbour leads farther round than twice the distance to the farthest of them, nor farther
        # than the money for the own line goes at the price of the cheapest cell
        reach = 2 * int(off.max()) + 1
        reach = min(reach, int(own / max(least, own / reach)) + 2)
        others = others[off <= reach]
        r0, r1 = max(row - reach, 0), min(row + reach + 1, cost.shape[0])
        c0, c1 = max(col - reach, 0), min(col + reach + 1, columns)
        spot, said = int(spots[here]), others.tobytes() + np.array([own, reach]).tobytes()
        alike = changed is None or changed[r1, c1] - changed[r0, c1] == changed[r1, c0] - changed[r0, c0]
        if alike and known.get(spot, (b"",))[0] == said:
            ways.found[spot] = known[spot]
            continue
        window = cost[r0:r1, c0:c1]
        search = cost_distance(window, [(row - r0, col - c0)], neighbours=NEIGHBOURS, limit=own, predecessors=True)
        r, c = others[:, 0] - r0, others[:, 1] - c0
        reached = np.isfinite(search.distance[r, c])
        width = window.shape[1]
        steps = trace(search, (r * width + c)[reached], columns=width)
        ways.found[spot] = said, out_of_window(steps, corner=(r0, c0), width=width, columns=columns)
    return ways


def _changed_above(before: NDArray[np.float32], now: NDArray[np.float32]) -> IntArray:
    """How many cells have another cost above and to the left of each corner of cells, (rows + 1, columns + 1)."""
    counted = np.zeros((now.shape[0] + 1, now.shape[1] + 1), dtype=np.int64)
    changed = before != now
    if changed.any():
        changed.cumsum(axis=0).cumsum(axis=1, out=counted[1:, 1:])
    return counted


def region_steps(
    cost: NDArray[np.float32],
    surface: LineSurface,
    cells: IntArray,
    label: IntArray | None = None,
    *,
    before: LeastCost | None = None,
    begun: Begun | None = None,
) -> tuple[IntArray, LeastCost]:
    """Steps of the cheapest ways between neighbouring regions of cells and existing lines, and the search that they
    come from, without its regions.

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
    before
        A search of the same kind from some of these cells, which needs to be spread on from the others alone.
    begun
        The same search before some cells were closed.
    """
    columns = surface.grid.shape[1]
    cells, first = np.unique(cells, return_index=True)
    label = np.arange(1, len(cells) + 1) if label is None else label[first]
    off_line = surface.line_number[cells] < 0
    starts, labels = _starts_of(cost, surface, cells), np.zeros(cost.size, dtype=np.int32)
    labels[cells[off_line]] = label[off_line]
    if before is not None:
        search = with_more_sources(cost, before, cells[off_line], RULES)
    else:
        known = begun.ended(cost, starts, cells) if begun is not None else None
        search = known or cost_distance(cost, starts, neighbours=NEIGHBOURS, predecessors=True)
    with_labels = with_regions(search, starts, RULES)
    across, _ = border_steps(with_labels, cost, labels)
    # sources with one label lie on one line that is there already: only true crossings between labels count
    return np.concatenate([across, trace(search, across.ravel(), columns=columns)]), search


def enriched_network(
    surface: LineSurface,
    routes: Routes,
    network: CandidateNetwork,
    chosen: BoolArray,
    parameters: ElectricityParameters,
) -> CandidateNetwork:
    """Add the cheapest ways between the pieces of a chosen tree, and from what it left out to it: trunks get new places
    to meet.

    Parameters
    ----------
    surface, routes
        As for `candidate_network`.
    network, chosen
        Network and the edges of the plan on it; all of its lines stay candidates, so the best plan cannot become
        dearer.
    parameters
        Prices and the forest rule.
    """
    cost = routing_cost(surface, parameters)
    cells, labels = [], []
    for label, edge in enumerate(np.flatnonzero(chosen), start=1):
        piece = network.cells(int(edge))[1:] if network.ends[edge, 0] == 0 else network.cells(int(edge))
        cells.append(piece)
        labels.append(np.full(len(piece), label, dtype=np.int64))
    on_tree = np.concatenate(cells) if cells else np.empty(0, dtype=np.int64)
    others = np.setdiff1d(routes.cell[routes.reachable], on_tree)
    cells.append(others)
    labels.append(len(cells) + np.arange(len(others), dtype=np.int64))
    # the network's search began at all settlements too: the tree is nearer to a tenth of the ground
    known = network.searched
    before = known.search if known is not None and known.cost == content_of(cost) else None
    added, _ = region_steps(cost, surface, np.concatenate(cells), np.concatenate(labels), before=before)
    steps = np.concatenate([network_steps(network), added])
    joined = join_steps(steps, surface, np.where(routes.reachable, routes.cell, -1), price=unit_prices(parameters))
    return replace(joined, searched=network.searched)


def laid_over(
    surface: LineSurface,
    routes: Routes,
    network: CandidateNetwork,
    other: CandidateNetwork,
    parameters: ElectricityParameters,
) -> CandidateNetwork:
    """Network with the lines of another one as further candidates, all by the components of the surface."""
    steps = np.concatenate([network_steps(network), network_steps(other)])
    joined = join_steps(steps, surface, np.where(routes.reachable, routes.cell, -1), price=unit_prices(parameters))
    return replace(joined, searched=network.searched)


def network_steps(network: CandidateNetwork) -> IntArray:
    """All steps of a network's lines, (steps, 2) flat cells."""
    if len(network.path) == 0:
        return np.empty((0, 2), dtype=np.int64)
    pairs = np.column_stack([network.path[:-1], network.path[1:]])
    within = np.ones(len(pairs), dtype=bool)
    within[network.path_start[1:-1] - 1] = False
    return pairs[within]
