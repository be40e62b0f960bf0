"""A relaxed plan brought within its limits: what costs least per kW leaves, then what saves most per kW comes to the
room that is left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from heapq import heapify, heappop, heappush

import numpy as np
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import depth_first_order, dijkstra

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray
from infragap.analyses.electricity.headroom.layers import TINY, Relaxation
from infragap.analyses.electricity.headroom.limits import FULL_KW
from infragap.analyses.electricity.headroom.prices import Proven
from infragap.analyses.electricity.routing.existing_grid import CapacityLimit

OFF, LINE, LV = 0, 1, 2
"""Ways of supply: of its own, with a station of its own on a line, from a station that stands."""

MUST_MVND = 1e12
"""Price of being off the grid for who must be on it."""

MOST_FILLS = 8
"""Times that the room left is offered anew."""


@dataclass(frozen=True, eq=False)
class Fitted:
    """A plan within the limits, on the layers of a relaxation.

    Attributes
    ----------
    lines
        (lines of the layers,) chosen ones.
    way
        (n,) OFF, LINE or LV.
    node
        (n,) node of the layers where a settlement gets its line; 0 at an existing line, -1 without a line.
    """

    lines: BoolArray
    way: IntArray
    node: IntArray


def fitted(
    relaxation: Relaxation, limits: Sequence[CapacityLimit], offgrid_mvnd: FloatArray, found: Proven
) -> Fitted | None:
    """Bring a relaxed plan within all limits; None where those that must be on the grid do not allow it.

    Parameters
    ----------
    relaxation
        The problem, and the limits that have a price.
    limits
        All limits, as they are to be kept.
    offgrid_mvnd
        (n,) what supply without the grid costs each, whoever else is without it.
    found
        The relaxed plan and its prices: who is not worth them is left out.
    """
    forest = _planted(relaxation, limits, offgrid_mvnd, found)
    if not forest.makes_room():
        return None
    forest.fill()
    if ((forest.off_mvnd >= MUST_MVND) & (forest.way == OFF)).any():
        return None
    return Fitted(forest.lines, forest.way, np.where(forest.way == LINE, forest.node, -1))


def exceeded_by(
    relaxation: Relaxation, limits: Sequence[CapacityLimit], offgrid_mvnd: FloatArray, found: Proven
) -> BoolArray:
    """Which limits a relaxed plan exceeds, (limits,); arguments as in `fitted`."""
    return _planted(relaxation, limits, offgrid_mvnd, found).beyond_kw()[: len(limits)] > 0


def _planted(
    relaxation: Relaxation, limits: Sequence[CapacityLimit], offgrid_mvnd: FloatArray, found: Proven
) -> _Forest:
    assert found.tree is not None
    forest = _Forest(relaxation, limits, offgrid_mvnd)
    forest.plant(found.tree.edges[: len(relaxation.layers.edge)], found.price)
    return forest


def _per_kw(mvnd: FloatArray, kw: FloatArray, excess_kw: FloatArray | float, *, trees: bool) -> FloatArray:
    """What leaving costs per kW that it takes from what is beyond the limits; inf where it takes none or must not."""
    useful = np.minimum(kw, excess_kw)
    rate = np.where((useful > 0) & (mvnd <= MUST_MVND / 2), mvnd / np.maximum(useful, TINY), np.inf)
    # parts of trees that cost more than they gain leave in any case
    return np.where(trees & (mvnd < -1e-9), -np.inf, rate)


def _limits_above(limits: Sequence[CapacityLimit], rows: int) -> IntArray:
    """Limits that each row of `grid_lines` stands under, (rows, most of one row); where there are fewer the number of
    limits, which stands for one without end. A country has thousands of limits, and each line a few."""
    row = np.concatenate([np.empty(0, dtype=np.int64), *(sorted(limit.lines) for limit in limits)]).astype(np.int64)
    of = np.repeat(np.arange(len(limits)), [len(limit.lines) for limit in limits])
    order = np.argsort(row, kind="stable")
    row, of = row[order], of[order]
    place = np.arange(len(row)) - np.searchsorted(row, row)
    found = np.full((rows, int(place.max(initial=0)) + 1), len(limits), dtype=np.int64)
    found[row, place] = of
    return found


class _Forest:
    """Lines on the layers, who is served how, and what that adds to each limit."""

    def __init__(self, relaxation: Relaxation, limits: Sequence[CapacityLimit], offgrid_mvnd: FloatArray) -> None:
        layers, problem = relaxation.layers, relaxation.problem
        count = len(layers.edge)
        self.relaxation, self.ends = relaxation, layers.ends[:count]
        self.edge_mvnd, self.tap_row = problem.edge_mvnd[layers.edge], relaxation.edge_row[layers.edge]
        self.link_node, self.link_of = layers.ends[count:, 0], layers.settlement
        self.under = _limits_above(limits, relaxation.rows + 1)  # the last row is no line
        self.room_kw = np.append([limit.headroom_kw for limit in limits], np.inf) + FULL_KW
        off = replace(problem, offgrid_mvnd=offgrid_mvnd).stays_offgrid_mvnd
        # also who no line may reach, but a station that stands
        self.off_mvnd = np.where(np.isfinite(off), off, np.where(problem.must_grid, MUST_MVND, 0.0))
        self.row_of_node = np.full(layers.nodes, -1, dtype=np.int64)
        self.above = np.zeros(layers.nodes, dtype=np.int64)
        self.edge_above = np.full(layers.nodes, -1, dtype=np.int64)
        self.lines = np.zeros(count, dtype=bool)
        self.way = np.full(len(problem.households), OFF, dtype=np.int64)
        self.node = np.where(relaxation.network.terminal == 0, 0, -1)
        self.graph, self.pairs, self.edge_of_pair = self._graph()

    def _graph(self) -> tuple[csr_array, IntArray, IntArray]:
        """All lines of the layers, of parallel ones the cheapest; their ends as one number each, ascending."""
        low, high = self.ends.min(axis=1), self.ends.max(axis=1)
        count = len(self.row_of_node)
        order = np.lexsort((np.arange(len(low)), self.edge_mvnd, high, low))
        pair = low[order] * count + high[order]
        first = np.flatnonzero(np.diff(pair, prepend=-1))
        kept = order[first]
        length = np.maximum(self.edge_mvnd[kept], TINY)
        return coo_array((length, (low[kept], high[kept])), shape=(count, count)).tocsr(), pair[first], kept

    def _edge_between(self, a: int, b: int) -> int:
        pair = min(a, b) * len(self.row_of_node) + max(a, b)
        return int(self.edge_of_pair[np.searchsorted(self.pairs, pair)])

    def plant(self, lines: BoolArray, price: FloatArray) -> None:
        """Take over lines, and serve whoever is worth the price of its kW."""
        relaxation, problem = self.relaxation, self.relaxation.problem
        count = len(self.row_of_node)
        chosen = np.flatnonzero(lines)
        row, col = self.ends[chosen].T
        graph = coo_array((np.ones(len(row)), (row, col)), shape=(count, count)).tocsr()
        order, above = depth_first_order(graph, 0, directed=False)
        number = {(int(a), int(b)): e for a, b, e in zip(row.tolist(), col.tolist(), chosen.tolist(), strict=True)}
        size = np.ones(count, dtype=np.int64)
        for node in order[1:].tolist():
            up = int(above[node])
            e = number[up, node] if (up, node) in number else number[node, up]
            self.above[node], self.edge_above[node], self.lines[e] = up, e, True
            self.row_of_node[node] = self.tap_row[e] if up == 0 else self.row_of_node[up]
        for node in order[:0:-1].tolist():
            size[above[node]] += size[node]
        self.order, self.size = order, size
        self.place = np.full(count, -1, dtype=np.int64)
        self.place[order] = np.arange(len(order))
        by_row = np.append((relaxation.layers.under @ price)[relaxation.layers.row_layer], 0.0)
        own = by_row[relaxation.own_row] * relaxation.load_kw
        passed = np.flatnonzero(self.row_of_node[self.link_node] >= 0)
        mvnd = by_row[self.row_of_node[self.link_node[passed]]] * relaxation.load_kw[self.link_of[passed]]
        # the cheapest is written last
        by_price = np.lexsort((-passed, -mvnd))
        passed, mvnd = passed[by_price], mvnd[by_price]
        by_line = np.full(len(own), np.inf)
        by_line[self.link_of[passed]] = mvnd
        self.node[self.link_of[passed]] = self.link_node[passed]
        by_line = np.where(self.node == 0, own, by_line) + problem.local_mvnd
        by_line = np.where(problem.barred, np.inf, by_line)
        costs = np.column_stack([self.off_mvnd, by_line, problem.lv_mvnd + own])
        self.way = np.where(problem.households > 0, costs.argmin(axis=1), OFF)

    def row(self) -> IntArray:
        """Existing line that each hangs on, (n,); -1 for none."""
        own = self.relaxation.own_row
        by_line = np.where(self.node > 0, self.row_of_node[np.maximum(self.node, 0)], own)
        return np.where(self.way == LINE, by_line, np.where(self.way == LV, own, -1))

    def beyond_kw(self) -> FloatArray:
        """Load beyond the room of each limit, (limits + 1,): there is no end to that of the last."""
        on = self.way != OFF
        under = self.under[self.row()[on]]
        load = np.repeat(self.relaxation.load_kw[on], under.shape[1])
        return np.asarray(np.bincount(under.ravel(), load, minlength=len(self.room_kw)) - self.room_kw)

    def makes_room(self) -> bool:
        """Let the parts of trees, and single settlements, leave that cost least per kW, until all limits hold."""
        while self._leave():
            pass
        return not (self.beyond_kw() > 0).any()

    def _leave(self) -> int:
        """Let leave who costs least per kW until all limits hold or nobody can; how many have.

        Notes
        -----
        Nobody gets cheaper by others leaving but those whose lines served them too: these are looked at again at once,
        all others when their turn comes, with what they lose by then.
        """
        problem, load = self.relaxation.problem, self.relaxation.load_kw
        beyond, row = self.beyond_kw(), self.row()
        if not (beyond > 0).any():
            return 0
        crowded = np.asarray(beyond[self.under].max(axis=1) > 0)
        without = np.minimum(self.off_mvnd, np.where(crowded[self.relaxation.own_row], np.inf, problem.lv_mvnd))
        on_tree = (self.way == LINE) & (self.node > 0)
        gain, kw = self._below(np.where(on_tree, without - problem.local_mvnd, 0.0), np.where(on_tree, load, 0.0))
        loss = self.off_mvnd - np.where(self.way == LV, problem.lv_mvnd, problem.local_mvnd)

        def rate(is_single: bool, k: int, more: float = 0.0) -> float:
            """Cost per kW of letting a part of a tree or a single settlement leave."""
            mvnd, brings, at = (loss[k], load[k], row[k]) if is_single else (gain[k], kw[k], self.row_of_node[k])
            excess = beyond[self.under[at]].max(initial=0.0)
            return float(_per_kw(np.array([mvnd + more]), np.array([brings]), excess, trees=not is_single)[0])

        excess = beyond[self.under].max(axis=1, initial=0.0)
        parts = np.where(self.edge_above >= 0, _per_kw(gain, kw, excess[self.row_of_node], trees=True), np.inf)
        singles = np.where((self.way != OFF) & ~on_tree, _per_kw(loss, load, excess[row], trees=False), np.inf)
        queue = [
            (value, is_single, k)
            for is_single, values in ((False, parts), (True, singles))
            for k, value in zip(np.flatnonzero(values < np.inf).tolist(), values[values < np.inf].tolist(), strict=True)
        ]
        heapify(queue)
        left = 0
        while queue and (beyond > 0).any():
            known, is_single, k = heappop(queue)
            gone = not is_single and self.edge_above[k] < 0
            now = np.inf if gone else rate(is_single, k)
            if now == np.inf:
                continue
            after, on_lv = beyond, np.empty(0, dtype=np.int64)
            if not is_single and now <= known:
                lost = self._hang_on(k)
                after = beyond.copy()
                after[self.under[self.row_of_node[k]]] -= kw[k]
                after, on_lv = self._on_standing(lost, after)
                # who finds no room on a station loses more than was thought
                now = rate(is_single, k, float((self.off_mvnd - without)[np.setdiff1d(lost, on_lv)].sum()))
                if now == np.inf:
                    continue
            if now > known:
                heappush(queue, (now, is_single, k))
                continue
            left += 1
            if is_single:
                beyond[self.under[row[k]]] -= load[k]
                self.way[k] = OFF
                continue
            above, beyond = int(self.above[k]), after
            self._fell(k, on_lv)
            while above > 0:
                gain[above], kw[above] = gain[above] - gain[k], kw[above] - kw[k]
                heappush(queue, (rate(False, above), False, above))
                above = int(self.above[above])
        return left

    def _below(self, gain: FloatArray, kw: FloatArray) -> tuple[FloatArray, FloatArray]:
        """What all served through each node gain beyond the lines to and below it, and their load, (nodes,)."""
        count = len(self.row_of_node)
        at, load = np.zeros(count), np.zeros(count)
        np.add.at(at, np.maximum(self.node, 0), gain)
        np.add.at(load, np.maximum(self.node, 0), kw)
        at -= np.append(self.edge_mvnd, 0.0)[self.edge_above]  # -1, no line above, is the last
        order, size = self.order, self.size[self.order]
        first = np.arange(len(order))
        below, all_kw = np.zeros(count), np.zeros(count)
        sums = np.concatenate([[0.0], np.cumsum(at[order])])
        loads = np.concatenate([[0.0], np.cumsum(load[order])])
        below[order] = sums[first + size] - sums[first]
        all_kw[order] = loads[first + size] - loads[first]
        return below, all_kw

    def _hang_on(self, node: int) -> IntArray:
        """Settlements whose lines pass a node."""
        place, at = int(self.place[node]), self.place[np.maximum(self.node, 0)]
        below = (at >= place) & (at < place + self.size[node])
        return np.flatnonzero((self.way == LINE) & (self.node > 0) & below)

    def _on_standing(self, lost: IntArray, beyond_kw: FloatArray) -> tuple[FloatArray, IntArray]:
        """Who of some that lose their lines gets supply from a standing station, since that costs least and its feeder
        has room; and load beyond the limits then, (limits + 1,)."""
        problem, beyond, found = self.relaxation.problem, beyond_kw.copy(), []
        for k in lost[problem.lv_mvnd[lost] <= self.off_mvnd[lost]].tolist():
            own, load = self.under[self.relaxation.own_row[k]], self.relaxation.load_kw[k]
            if (beyond[own] + load <= 0).all():
                beyond[own] += load
                found.append(k)
        return beyond, np.array(found, dtype=np.int64)

    def _fell(self, node: int, on_lv: IntArray) -> None:
        """Take away the lines to and below a node; who hung on them is off the grid, but for those that a standing
        station supplies."""
        self.way[self._hang_on(node)] = OFF
        self.way[on_lv] = LV
        place = int(self.place[node])
        nodes = self.order[place : place + self.size[node]]
        edges = self.edge_above[nodes]
        self.lines[edges[edges >= 0]] = False
        self.edge_above[nodes] = -1
        self.row_of_node[nodes] = -1

    def fill(self) -> None:
        """Offer the room left to those who gain most per kW, until nobody fits."""
        for _ in range(MOST_FILLS):
            if not self._filled():
                return

    def _filled(self) -> bool:
        problem, load, own_row = self.relaxation.problem, self.relaxation.load_kw, self.relaxation.own_row
        sources = np.append(0, np.flatnonzero(self.row_of_node >= 0))
        distance, before, _ = dijkstra(
            self.graph, directed=False, indices=sources, min_only=True, return_predecessors=True
        )
        above = before.astype(np.int64)
        at_hand = self.relaxation.network.terminal == 0
        reach = np.where(at_hand, 0.0, np.inf)
        order = np.lexsort((-np.arange(len(self.link_of)), -distance[self.link_node]))
        nearest = np.where(at_hand, 0, -1)
        # the nearest is written last
        reach[self.link_of[order]] = distance[self.link_node[order]]
        nearest[self.link_of[order]] = self.link_node[order]
        now = np.where(self.way == OFF, self.off_mvnd, problem.lv_mvnd)
        by_line = np.where(problem.barred | (self.way == LINE), -np.inf, now - problem.local_mvnd - reach)
        by_lv = np.where(self.way == OFF, self.off_mvnd - problem.lv_mvnd, -np.inf)
        gain = np.where(problem.households > 0, np.maximum(by_line, by_lv), -np.inf)
        waiting = np.flatnonzero(gain > 1e-6)
        rate = np.round(gain[waiting] / np.maximum(load[waiting], TINY), 6)
        beyond, came = self.beyond_kw(), False
        for k in waiting[np.lexsort((waiting, -rate))].tolist():
            old = self.under[own_row[k]] if self.way[k] == LV else self.under[-1]
            for value, way in sorted([(-by_line[k], LINE), (-by_lv[k], LV)]):
                if value >= -1e-6:
                    break
                by_way = way == LINE and nearest[k] > 0
                row, path = self._path(int(nearest[k]), above) if by_way else (int(own_row[k]), [])
                more, less = np.setdiff1d(self.under[row], old), np.setdiff1d(old, self.under[row])
                if (beyond[more] + load[k] > 0).any():
                    continue
                beyond[more] += load[k]
                beyond[less] -= load[k]
                self.way[k], came = way, True
                if way == LINE:
                    self.node[k] = nearest[k]
                for node, edge in path:
                    self.row_of_node[node] = row
                    self.lines[edge] = True
                break
        return came

    def _path(self, node: int, before: IntArray) -> tuple[int, list[tuple[int, int]]]:
        """Existing line that a new line to a node would hang on, and its nodes and edges."""
        path = []
        while node != 0 and self.row_of_node[node] < 0:
            up = int(before[node])
            edge = self._edge_between(up, node)
            path.append((node, edge))
            if up == 0:
                return int(self.tap_row[edge]), path
            node = up
        return int(self.row_of_node[node]), path
