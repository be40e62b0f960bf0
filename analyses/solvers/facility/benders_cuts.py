"""The p-median as an LP over open sites with Benders cuts, one cost variable per customer, on HiGHS."""

from dataclasses import dataclass

import highspy
import numpy as np

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray
from infragap.analyses.solvers.facility.lagrangian_bound import NearestFirst
from infragap.analyses.solvers.facility.site_choice import FIXED, SiteChoice
from infragap.analyses.solvers.mixed_integer import quiet_highs, run_simplex
from infragap.analyses.solvers.stopping import Interrupted, Meter
from infragap.compiled import compiled

# A cut counts as violated beyond this share of its level
VIOLATION = 1e-7


@dataclass(frozen=True)
class Relaxed:
    """Solved relaxation: value, opening of each site 0-1, and the customers' prices behind the value."""

    value: float
    opening: FloatArray
    price: FloatArray


@compiled
def cut_levels(order: NearestFirst, opening: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Give each customer's deepest cut at this opening: its level, its value, and the opening within reach.

    The level is the cost at which the sites nearer than it first open to 1 in all; the value is the least cost of
    serving the customer from the fractional opening (the subproblem's optimum).
    """
    site, cost, reach = order.site, order.cost, order.reach
    n_customers = len(reach)
    level = np.empty(n_customers)
    value = np.empty(n_customers)
    within = np.empty(n_customers)
    for i in range(n_customers):
        filled = 0.0
        spent = 0.0
        level[i] = cost[i, 0]
        for k in range(reach[i]):
            level[i] = cost[i, k]
            part = min(opening[site[i, k]], 1.0 - filled)
            filled += part
            spent += part * cost[i, k]
            if filled >= 1.0 - 1e-9:
                break
        within[i] = filled
        value[i] = spent + (1.0 - filled) * level[i]
    return level, value, within


@compiled
def cut_rows(order: NearestFirst, customers: IntArray, level: FloatArray) -> tuple[IntArray, IntArray, FloatArray]:
    """Sparse rows of: theta_i + sum over nearer sites of (level - cost) y_j >= level."""
    site, cost, reach = order.site, order.cost, order.reach
    n_sites_column = 0
    starts = np.empty(len(customers), dtype=np.int64)
    for c in range(len(customers)):
        starts[c] = n_sites_column
        n_sites_column += 1
        for k in range(reach[customers[c]]):
            if cost[customers[c], k] >= level[c]:
                break
            n_sites_column += 1
    columns = np.empty(n_sites_column, dtype=np.int64)
    values = np.empty(n_sites_column)
    at = 0
    for c in range(len(customers)):
        i = customers[c]
        # the caller shifts: -1 - i stands for the cost variable of customer i
        columns[at] = -1 - i
        values[at] = 1.0
        at += 1
        for k in range(reach[i]):
            if cost[i, k] >= level[c]:
                break
            columns[at] = site[i, k]
            values[at] = level[c] - cost[i, k]
            at += 1
    return starts, columns, values


class Master:
    """Relaxation that grows by cuts; the cuts hold for every choice of sites, so branches share them."""

    def __init__(self, order: NearestFirst, choice: SiteChoice) -> None:
        """Open the model with one opening variable per site and one cost variable per customer, no cuts yet."""
        self.order = order
        self.n_sites = len(choice.block)
        self.n_customers = len(order.reach)
        self.row_customer: list[IntArray] = []
        self.row_level: list[FloatArray] = []
        self.row_covers: list[BoolArray] = []
        self.highs = quiet_highs(presolve="off", solver="simplex")
        n_columns = self.n_sites + self.n_customers
        empty = np.array([], dtype=np.int64)
        upper = np.ones(n_columns)
        upper[self.n_sites :] = self.highs.inf
        lower = np.concatenate([np.zeros(self.n_sites), order.cost[:, 0]])
        weight = np.concatenate([np.zeros(self.n_sites), np.ones(self.n_customers)])
        self.highs.addCols(n_columns, weight, lower, upper, 0, np.zeros(n_columns, dtype=np.int32), empty, np.array([]))
        self.blocks = [b for b in range(len(choice.need)) if (choice.block == b).any()]
        for b in self.blocks:
            columns = np.flatnonzero(choice.block == b)
            count = float(choice.need[b])
            self.highs.addRow(count, count, len(columns), columns, np.ones(len(columns)))
        self._home = choice.block

    def add_cuts(self, customers: IntArray, level: FloatArray) -> None:
        """Add one cut per listed customer at the given cost level."""
        if not len(customers):
            return
        starts, columns, values = cut_rows(self.order, customers, level)
        columns = np.where(columns < 0, self.n_sites - 1 - columns, columns)
        self._add(level, starts, columns, values)
        self._note(customers, level, covers=False)

    def add_covers(self, customers: IntArray) -> None:
        """Demand an open site within reach of each listed customer."""
        if not len(customers):
            return
        width = np.arange(self.order.site.shape[1])
        within = width < self.order.reach[customers, None]
        starts = np.concatenate([[0], np.cumsum(self.order.reach[customers])[:-1]])
        columns = self.order.site[customers][within].astype(np.int64)
        self._add(np.ones(len(customers)), starts, columns, np.ones(len(columns)))
        self._note(customers, np.ones(len(customers)), covers=True)

    def _add(self, least: FloatArray, starts: IntArray, columns: IntArray, values: FloatArray) -> None:
        most = np.full(len(least), self.highs.inf)
        self.highs.addRows(
            len(least), least, most, len(columns), starts.astype(np.int32), columns.astype(np.int32), values
        )

    def _note(self, customers: IntArray, level: FloatArray, *, covers: bool) -> None:
        self.row_customer.append(customers)
        self.row_level.append(level)
        self.row_covers.append(np.full(len(customers), covers))

    def restrict(self, choice: SiteChoice) -> None:
        """Open and close the sites that this choice decides."""
        lower = (choice.block == FIXED).astype(np.float64)
        upper = (choice.block >= 0).astype(np.float64)
        columns = np.arange(self.n_sites, dtype=np.int32)
        self.highs.changeColsBounds(self.n_sites, columns, lower, upper)

    def solve(self, meter: Meter) -> Relaxed | None:
        """Solve the relaxation as it stands; None where no choice remains.

        Raises
        ------
        Interrupted
            The meter ran out inside the simplex.
        """
        if meter.is_over:
            raise Interrupted
        status = run_simplex(self.highs, meter)
        if status == highspy.HighsModelStatus.kUnknown:
            # the warm basis led the simplex into numerical trouble: begin afresh
            self.highs.clearSolver()
            status = run_simplex(self.highs, meter)
        if status == highspy.HighsModelStatus.kInfeasible:
            return None
        if status != highspy.HighsModelStatus.kOptimal:
            raise Interrupted
        solution = self.highs.getSolution()
        value = np.array(solution.col_value)
        dual = np.maximum(np.array(solution.row_dual)[len(self.blocks) :], 0.0)
        return Relaxed(
            value=float(self.highs.getObjectiveValue()),
            opening=np.clip(value[: self.n_sites], 0.0, 1.0),
            price=self._prices(dual),
        )

    def _prices(self, dual: FloatArray) -> FloatArray:
        """Join the duals of a customer's cuts into one price: the Lagrangian bound there is at least the LP's."""
        if not self.row_customer:
            return self.order.cost[:, 0].copy()
        customer = np.concatenate(self.row_customer)
        level = np.concatenate(self.row_level)
        covers = np.concatenate(self.row_covers)
        price = np.bincount(customer, weights=dual * level, minlength=self.n_customers)
        used = np.bincount(customer, weights=dual * ~covers, minlength=self.n_customers)
        return np.asarray(price + np.maximum(1.0 - used, 0.0) * self.order.cost[:, 0], dtype=np.float64)

    def tighten(self, relaxed: Relaxed) -> int:
        """Add every violated cut at this opening; returns how many."""
        order = self.order
        level, value, within = cut_levels(order, relaxed.opening)
        theta = np.array(self.highs.getSolution().col_value)[self.n_sites :]
        short = within < 1.0 - 1e-7
        violated = (value - theta > VIOLATION * np.maximum(1.0, level)) & ~short
        self.add_covers(np.flatnonzero(short))
        customers = np.flatnonzero(violated)
        self.add_cuts(customers, level[customers])
        return len(customers) + int(short.sum())
