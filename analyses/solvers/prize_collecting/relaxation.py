"""What does the directed-cut relaxation cost? A linear programme on HiGHS that grows row by row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import highspy
import numpy as np

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray
from infragap.analyses.solvers.mixed_integer import quiet_highs, run_simplex
from infragap.analyses.solvers.prize_collecting.graph import Network
from infragap.analyses.solvers.stopping import Meter

_AGE_LIMIT = 1  # rounds that a cut may stay slack before it leaves the programme: rows cost more than finding it again


@dataclass(frozen=True)
class Relaxed:
    """A solution of the relaxation.

    Attributes
    ----------
    arc_value, node_value
        How much of each arc and node the relaxed tree takes, 0 to 1.
    bound
        Lower bound proven by the row prices; valid even when the programme was stopped early.
    arc_reduced_cost, node_reduced_cost
        Costs less row prices: the tree costs at least `bound` plus what it uses of those above zero.
    solved
        Whether the programme was solved to its optimum.
    feasible
        False when no fractional tree meets the node bounds.
    """

    arc_value: FloatArray
    node_value: FloatArray
    bound: float
    arc_reduced_cost: FloatArray
    node_reduced_cost: FloatArray
    solved: bool
    feasible: bool


class _Rows(NamedTuple):
    """Rows of the programme one after the other: number of entries of each row, then column and value of each entry."""

    length: IntArray
    column: IntArray
    value: FloatArray


class CutRelaxation:
    """Minimise arc costs plus prizes of nodes not taken; every cut around a node is entered as much as the node is
    taken.

    Columns are the open arcs x, then the nodes y. Rows: ``x(into v) - y_v = 0``; ``x(out of v) - y_v >= 0`` for
    nodes without a prize (a best tree does not end there); then cuts ``x(into W) - y_v >= 0``, v in W, root not in W.

    Parameters
    ----------
    network
        The graph; required nodes have an infinite prize.
    open_arc
        Arcs that may be used.
    """

    def __init__(self, network: Network, open_arc: BoolArray) -> None:
        """Set up the programme without cuts."""
        self.network = network
        self.open_arc = open_arc & (network.head != network.root)
        self._arcs = np.flatnonzero(self.open_arc)
        self._column = np.full(network.n_arcs, -1, np.int64)
        self._column[self._arcs] = np.arange(len(self._arcs))
        n = network.n_nodes
        finite = np.isfinite(network.prize)
        profit = np.where(finite, network.prize, 0.0)
        profit[network.root] = 0.0
        self._constant = float(profit.sum())
        self._cost = np.concatenate([network.arc_cost[self._arcs], -profit])
        largest = float(np.abs(self._cost).max(initial=0.0))
        self._scale = 2.0 ** round(np.log2(1000.0 / largest)) if largest > 0 else 1.0
        self._lower = np.zeros(len(self._cost))
        self._upper = np.ones(len(self._cost))
        self.set_node_bounds(np.zeros(n), np.ones(n), push=False)
        self._rows = _Rows(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))
        self._age = np.zeros(0, np.int64)
        self._highs = self._empty_programme()
        self._add_degree_rows()

    def _empty_programme(self) -> highspy.Highs:
        highs = quiet_highs(
            presolve="off", solver="simplex", primal_feasibility_tolerance=1e-9, dual_feasibility_tolerance=1e-9
        )
        columns = len(self._cost)
        nothing = np.empty(0, np.int32)
        highs.addCols(columns, self._cost * self._scale, self._lower, self._upper, 0, nothing, nothing, np.empty(0))
        return highs

    def _add_degree_rows(self) -> None:
        """Two rows a node, one after the other: what enters it, and what leaves it where it has no prize."""
        network, n_arcs, n = self.network, len(self._arcs), self.network.n_nodes
        node = np.arange(n)
        there = np.repeat(node != network.root, 2)
        there[1::2] &= network.prize == 0
        number = np.cumsum(there) - 1
        row = np.concatenate([2 * network.head[self._arcs], 2 * network.head[self._arcs ^ 1] + 1, np.arange(2 * n)])
        column = np.concatenate([np.arange(n_arcs), np.arange(n_arcs), n_arcs + np.repeat(node, 2)])
        value = np.where(column < n_arcs, 1.0, -1.0)
        kept = there[row]
        rows = _rows_of(number[row[kept]], column[kept], value[kept], int(there.sum()))
        self._equal = np.tile([True, False], n)[there]
        self._push_rows(rows, self._equal)
        self._fixed_rows = len(self._age)

    def _push_rows(self, rows: _Rows, equal: BoolArray) -> None:
        count = len(rows.length)
        if not count:
            return
        starts = (np.cumsum(rows.length) - rows.length).astype(np.int32)
        upper = np.where(equal, 0.0, highspy.kHighsInf)
        index = rows.column.astype(np.int32)
        self._highs.addRows(count, np.zeros(count), upper, len(index), starts, index, rows.value)
        self._rows = _Rows(*(np.concatenate(both) for both in zip(self._rows, rows, strict=True)))
        self._age = np.append(self._age, np.zeros(count, np.int64))

    @property
    def n_cuts(self) -> int:
        """Number of cuts in the programme."""
        return len(self._age) - self._fixed_rows

    def add_cuts(self, cut_pointer: IntArray, cut_arc: IntArray, cut_node: IntArray) -> None:
        """Add cuts, each given by the arcs that enter its set and one node of the set."""
        count = len(cut_node)
        cut = np.repeat(np.arange(count), np.diff(cut_pointer[: count + 1]))
        column = self._column[cut_arc[cut_pointer[0] : cut_pointer[count]]] if count else np.zeros(0, np.int64)
        cut, column = cut[column >= 0], column[column >= 0]
        rows = _rows_of(
            np.concatenate([cut, np.arange(count)]),
            np.concatenate([column, len(self._arcs) + np.asarray(cut_node, np.int64)]),
            np.concatenate([np.ones(len(column)), np.full(count, -1.0)]),
            count,
        )
        self._push_rows(rows, np.zeros(count, np.bool_))

    def set_node_bounds(self, lower: FloatArray, upper: FloatArray, *, push: bool = True) -> None:
        """Say which nodes must be taken (lower 1) or left (upper 0), beside the required ones."""
        n = self.network.n_nodes
        must = ~np.isfinite(self.network.prize)
        must[self.network.root] = True
        self._lower[-n:] = np.where(must, 1.0, lower)
        self._upper[-n:] = upper
        if push:
            self._push_bounds()

    def close_arcs(self, arcs: BoolArray) -> None:
        """Forbid arcs for good."""
        self.open_arc &= ~arcs
        columns = self._column[arcs & (self._column >= 0)]
        self._upper[columns] = 0.0
        self._push_bounds()

    def _push_bounds(self) -> None:
        columns = np.arange(len(self._cost), dtype=np.int32)
        self._highs.changeColsBounds(len(columns), columns, self._lower, self._upper)

    def solve(self, meter: Meter) -> Relaxed:
        """Solve with the rows there are, from the last basis."""
        highs = self._highs
        status = run_simplex(highs, meter)
        infeasible = status == highspy.HighsModelStatus.kInfeasible
        solution = highs.getSolution()
        n_arcs, n = len(self._arcs), self.network.n_nodes
        column_value = np.clip(np.asarray(solution.col_value), 0.0, 1.0)
        row_price = np.asarray(solution.row_dual) / self._scale
        if len(column_value) != n_arcs + n or len(row_price) != len(self._age):
            column_value, row_price = np.zeros(n_arcs + n), np.zeros(len(self._age))
        bound, rest = self._proven(row_price)
        arc_value = np.zeros(self.network.n_arcs)
        arc_value[self._arcs] = column_value[:n_arcs]
        arc_rest = np.full(self.network.n_arcs, np.inf)
        arc_rest[self._arcs] = rest[:n_arcs]
        solved = status == highspy.HighsModelStatus.kOptimal
        if solved:
            self._drop_slack_cuts(row_price)
        return Relaxed(
            arc_value, column_value[n_arcs:], bound, arc_rest, rest[n_arcs:], solved=solved, feasible=not infeasible
        )

    def _proven(self, row_price: FloatArray) -> tuple[float, FloatArray]:
        """Bound and reduced costs from row prices, in our own arithmetic: weak duality holds for any prices.

        All right-hand sides are 0; prices of inequalities are cut off at 0.
        """
        rest, rows = self._cost.copy(), self._rows
        equal = np.zeros(len(self._age), np.bool_)
        equal[: self._fixed_rows] = self._equal
        price = np.where(equal, row_price, np.maximum(row_price, 0.0))
        used = np.repeat(price != 0, rows.length)
        if used.any():
            weight = (rows.value * np.repeat(price, rows.length))[used]
            rest -= np.bincount(rows.column[used], weights=weight, minlength=len(rest))
        bound = self._constant + float(np.minimum(rest * self._lower, rest * self._upper).sum())
        return bound, rest

    def _drop_slack_cuts(self, row_price: FloatArray) -> None:
        """Take out cuts that have not held anything for some rounds."""
        self._age = np.where(row_price > 0, 0, self._age + 1)
        self._age[: self._fixed_rows] = 0
        drop = self._age > _AGE_LIMIT
        if drop.sum() > 50:
            self._highs.deleteRows(int(drop.sum()), np.flatnonzero(drop).astype(np.int32))
            kept, rows = np.repeat(~drop, self._rows.length), self._rows
            self._rows = _Rows(rows.length[~drop], rows.column[kept], rows.value[kept])
            self._age = self._age[~drop]


def _rows_of(row: IntArray, column: IntArray, value: FloatArray, count: int) -> _Rows:
    """Gather entries by their row; within one they keep their order."""
    order = np.argsort(row, kind="stable")
    return _Rows(np.bincount(row, minlength=count), column[order], value[order])
