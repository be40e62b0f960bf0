"""What does the directed-cut relaxation cost? A linear programme on HiGHS that grows row by row."""

from dataclasses import dataclass

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
        self._index: list[IntArray] = []
        self._value: list[FloatArray] = []
        self._age: list[int] = []
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
        network, n_arcs = self.network, len(self._arcs)
        tail = network.head[self._arcs ^ 1]
        head = network.head[self._arcs]
        rows: list[tuple[IntArray, FloatArray]] = []
        equal: list[bool] = []
        entering, leaving = _grouped(head, network.n_nodes), _grouped(tail, network.n_nodes)
        for v in range(network.n_nodes):
            if v == network.root:
                continue
            for arcs, is_equal in ((entering[v], True), (leaving[v], False)):
                if is_equal or network.prize[v] == 0:
                    rows.append((np.append(arcs, n_arcs + v), np.append(np.ones(len(arcs)), -1.0)))
                    equal.append(is_equal)
        self._equal = np.array(equal, np.bool_)
        self._push_rows(rows, self._equal)
        self._fixed_rows = len(rows)

    def _push_rows(self, rows: list[tuple[IntArray, FloatArray]], equal: BoolArray) -> None:
        if not rows:
            return
        starts = np.cumsum([0] + [len(index) for index, _ in rows[:-1]]).astype(np.int32)
        index = np.concatenate([index for index, _ in rows]).astype(np.int32)
        value = np.concatenate([value for _, value in rows])
        upper = np.where(equal, 0.0, highspy.kHighsInf)
        self._highs.addRows(len(rows), np.zeros(len(rows)), upper, len(index), starts, index, value)
        self._index += [index for index, _ in rows]
        self._value += [value for _, value in rows]
        self._age += [0] * len(rows)

    @property
    def n_cuts(self) -> int:
        """Number of cuts in the programme."""
        return len(self._index) - self._fixed_rows

    def add_cuts(self, cut_pointer: IntArray, cut_arc: IntArray, cut_node: IntArray) -> None:
        """Add cuts, each given by the arcs that enter its set and one node of the set."""
        rows = []
        for k, v in enumerate(cut_node):
            columns = self._column[cut_arc[cut_pointer[k] : cut_pointer[k + 1]]]
            columns = columns[columns >= 0]
            rows.append((np.append(columns, len(self._arcs) + v), np.append(np.ones(len(columns)), -1.0)))
        self._push_rows(rows, np.zeros(len(rows), np.bool_))

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
        if len(column_value) != n_arcs + n or len(row_price) != len(self._index):
            column_value, row_price = np.zeros(n_arcs + n), np.zeros(len(self._index))
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
        rest = self._cost.copy()
        if self._index:
            lengths = np.array([len(index) for index in self._index])
            equal = np.zeros(len(lengths), np.bool_)
            equal[: self._fixed_rows] = self._equal
            price = np.where(equal, row_price, np.maximum(row_price, 0.0))
            used = np.flatnonzero(price)
            if len(used):
                index = np.concatenate([self._index[i] for i in used])
                value = np.concatenate([self._value[i] for i in used])
                rest -= np.bincount(index, weights=value * np.repeat(price[used], lengths[used]), minlength=len(rest))
        bound = self._constant + float(np.minimum(rest * self._lower, rest * self._upper).sum())
        return bound, rest

    def _drop_slack_cuts(self, row_price: FloatArray) -> None:
        """Take out cuts that have not held anything for some rounds."""
        drop = []
        for i in range(self._fixed_rows, len(self._index)):
            self._age[i] = 0 if row_price[i] > 0 else self._age[i] + 1
            if self._age[i] > _AGE_LIMIT:
                drop.append(i)
        if len(drop) > 50:
            self._highs.deleteRows(len(drop), np.array(drop, np.int32))
            gone = set(drop)
            keep = [i for i in range(len(self._index)) if i not in gone]
            self._index = [self._index[i] for i in keep]
            self._value = [self._value[i] for i in keep]
            self._age = [self._age[i] for i in keep]


def _grouped(node: IntArray, n_nodes: int) -> list[IntArray]:
    """Positions in `node` of each node number."""
    order = np.argsort(node, kind="stable")
    return np.split(order, np.searchsorted(node[order], np.arange(1, n_nodes)))
