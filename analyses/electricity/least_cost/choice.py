"""Who is supplied how, and along which lines, so that the whole costs least: the prize-collecting tree and what it
proves."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace

import numpy as np

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray
from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.analyses.electricity.routing.network import CandidateNetwork
from infragap.analyses.solvers.infeasible import Infeasible
from infragap.analyses.solvers.steiner import TreeSolution, primal_tree, prize_collecting_tree
from infragap.analyses.solvers.stopping import Stop
from infragap.gis.errors import NoSolutionError

LARGE_LINES = 100_000
"""Candidate lines from which on a plan is proven to the gap of the whole and no further: with 260,000 the part that the
lines decide is a sixth of the whole, and from that gap on two thirds of the work brought nothing."""


@dataclass(frozen=True, eq=False)
class TreeProblem:
    """Costs between which the plan chooses, all life-cycle costs in million VND, all (n,) unless said.

    Attributes
    ----------
    edge_mvnd
        (edges,) cost of each candidate line.
    local_mvnd
        Works on the spot and energy of a settlement with a station of its own on a new line.
    lv_mvnd
        Supply from a station that stands already; inf where there is none.
    offgrid_mvnd
        Best lasting off-grid option; inf where there is none.
    households
        Households.
    must_grid
        Must be on the national grid, by whichever of the two ways.
    barred
        Must not get a line.
    household_price_mvnd
        Price of a household that is not on the national grid: the multiplier of the household target.
    """

    edge_mvnd: FloatArray
    local_mvnd: FloatArray
    lv_mvnd: FloatArray
    offgrid_mvnd: FloatArray
    households: FloatArray
    must_grid: BoolArray
    barred: BoolArray
    household_price_mvnd: float = 0.0

    def equals(self, other: TreeProblem) -> bool:
        """Whether every number is the same to the last digit."""
        mine, theirs = ([getattr(each, part.name) for part in fields(each)] for each in (self, other))
        return all(np.array_equal(a, b, equal_nan=True) for a, b in zip(mine, theirs, strict=True))

    @property
    def stays_offgrid_mvnd(self) -> FloatArray:
        """(n,) cost of off-grid supply with the price of its households; inf where it is not allowed.

        A settlement that must be on the national grid but that no line or station reaches has no choice: it counts as
        missed.
        """
        cut_off = self.barred & ~np.isfinite(self.lv_mvnd)
        allowed = ~self.must_grid | cut_off
        return np.where(allowed, self.offgrid_mvnd + self.household_price_mvnd * self.households, np.inf)

    @property
    def without_line_mvnd(self) -> FloatArray:
        """(n,) the cheapest supply without a line; inf where there is none."""
        return np.minimum(self.lv_mvnd, self.stays_offgrid_mvnd)

    @property
    def required(self) -> BoolArray:
        """(n,) must get a line, since nothing else is there or allowed."""
        return ~np.isfinite(self.without_line_mvnd) & ~self.barred

    @property
    def prize_mvnd(self) -> FloatArray:
        """(n,) what leaving a settlement without a line costs beyond its works on the spot; 0 where it is barred or
        better off without."""
        without = self.without_line_mvnd
        gain = np.where(np.isfinite(without), without - self.local_mvnd, 0.0)
        return np.where(self.barred, 0.0, np.maximum(gain, 0.0))


@dataclass(frozen=True, eq=False)
class PlanChoice:
    """A plan: lines, who is on the grid, and the proof.

    Attributes
    ----------
    edges
        (edges,) chosen candidate lines.
    on_grid
        (n,) settlements that get a station of their own on a line.
    on_lv
        (n,) settlements that are supplied from a station that stands already.
    cost_mvnd, lower_bound_mvnd
        Life-cycle cost of the whole, and what no plan on this network can undercut.
    gap
        ``(cost - lower bound) / cost`` of the whole.
    chosen_mvnd
        The part of the cost that depends on the choice: lines, and what those left out cost beyond their works on the
        spot.
    gap_of_choice
        The gap by that part.
    status
        As the solver proved it (`infragap.analyses.solvers.stopping.Status`).
    clock_struck
        Whether the guard on the time cut the solution short, so that another machine may find another plan.
    household_price_mvnd
        Multiplier of the household target that the bound was proven with: the marginal price of a household.
    beyond_charges_mvnd
        Part of the cost that off-grid plants cost beyond what the bound charges for them (`sharing.
        least_allocation_mvnd`): where neighbours that could share a plant are on the grid.
    """

    edges: BoolArray
    on_grid: BoolArray
    on_lv: BoolArray
    cost_mvnd: float
    lower_bound_mvnd: float
    gap: float
    chosen_mvnd: float
    gap_of_choice: float
    status: str
    clock_struck: bool = False
    household_price_mvnd: float = 0.0
    beyond_charges_mvnd: float = 0.0

    @property
    def national_grid(self) -> BoolArray:
        """(n,) settlements on the national grid."""
        return self.on_grid | self.on_lv


def state_problem(
    network: CandidateNetwork,
    *,
    edge_mvnd: FloatArray,
    supply: SupplyCosts,
    must_grid: BoolArray,
    barred: BoolArray,
    household_price_mvnd: float = 0.0,
) -> TreeProblem:
    """State the choice; a settlement that no line can reach has none."""
    return TreeProblem(
        edge_mvnd=edge_mvnd,
        local_mvnd=supply.local_mvnd,
        lv_mvnd=supply.lv_mvnd,
        offgrid_mvnd=supply.offgrid_mvnd,
        households=supply.households,
        must_grid=must_grid,
        barred=barred | (network.terminal < 0),
        household_price_mvnd=household_price_mvnd,
    )


@dataclass(frozen=True, eq=False)
class SupplyCosts:
    """What each way of supplying a settlement costs, as in `TreeProblem`, all (n,)."""

    local_mvnd: FloatArray
    lv_mvnd: FloatArray
    offgrid_mvnd: FloatArray
    households: FloatArray


def choose_plan(
    network: CandidateNetwork,
    problem: TreeProblem,
    parameters: ElectricityParameters,
    *,
    start: BoolArray | None = None,
) -> PlanChoice:
    """Solve to the gap of the parameters, with a proven bound: where few lines are to be chosen to the same gap of what
    they decide, which is less.

    Raises
    ------
    NoSolutionError
        A settlement that must get a line cannot be reached on the network.
    """
    prize, required = node_values(network, problem)
    with _told():
        solution = prize_collecting_tree(
            network.ends,
            problem.edge_mvnd,
            prize,
            0,
            required=required,
            start=start,
            beside=_decided_mvnd(network, problem) if len(network.ends) >= LARGE_LINES else 0.0,
            stop=Stop(parameters.plan_gap, parameters.plan_work_limit),
        )
    choice = read_choice(network, problem, solution)
    # the solver knows the part that is chosen; the gap asked for is one of the whole
    within = choice.status == "work_limit" and choice.gap <= parameters.plan_gap
    return replace(choice, status="gap") if within else choice


def choose_plan_fast(network: CandidateNetwork, problem: TreeProblem, *, start: BoolArray | None = None) -> PlanChoice:
    """Find a good plan quickly, from a known one; its bound is true but loose. Errors are those of `choose_plan`."""
    prize, required = node_values(network, problem)
    with _told():
        solution = primal_tree(network.ends, problem.edge_mvnd, prize, 0, required=required, start=start)
    return read_choice(network, problem, solution)


@contextmanager
def _told() -> Iterator[None]:
    """Tell of settlements that cannot be reached as the analysis does."""
    try:
        yield
    except Infeasible as error:
        raise NoSolutionError(f"electricity plan: {error.message} {error.relaxation}") from error


def _decided_mvnd(network: CandidateNetwork, problem: TreeProblem) -> float:
    """Part of the cost that no choice of lines changes."""
    wanted = (problem.prize_mvnd > 0) | problem.required
    by_line = wanted & ~problem.barred & (network.terminal >= 0)
    without = problem.without_line_mvnd
    return float(np.where(by_line, problem.local_mvnd, np.where(np.isfinite(without), without, 0.0)).sum())


def start_from(network: CandidateNetwork, choice: PlanChoice) -> BoolArray:
    """Nodes of a known plan, to begin another solution on the same network with, (nodes,)."""
    start = np.zeros(len(network.node_cell), dtype=bool)
    start[network.ends[choice.edges].ravel()] = True
    start[0] = True
    return start


def node_values(network: CandidateNetwork, problem: TreeProblem) -> tuple[FloatArray, IntArray]:
    """Prize of every node (settlements on one node together) and the nodes that must be reached."""
    prize = np.zeros(len(network.node_cell))
    off_line = network.terminal > 0
    np.add.at(prize, network.terminal[off_line], problem.prize_mvnd[off_line])
    required = np.unique(network.terminal[problem.required & off_line])
    return prize, required


def read_choice(network: CandidateNetwork, problem: TreeProblem, solution: TreeSolution) -> PlanChoice:
    """Turn a tree into a plan; a settlement on a line that the tree only passes is served if that is worth anything or
    required.

    Notes
    -----
    A settlement on an existing line (node 0) is served at no line cost wherever that beats its other supply. Cost and
    bound are those of the problem as it stands, the price of households without the national grid included.
    """
    at = np.maximum(network.terminal, 0)
    wanted = (problem.prize_mvnd > 0) | problem.required
    on_grid = (network.terminal >= 0) & solution.nodes[at] & wanted & ~problem.barred
    without = problem.without_line_mvnd
    without = np.where(np.isfinite(without), without, 0.0)
    cost = float(problem.edge_mvnd[solution.edges].sum() + np.where(on_grid, problem.local_mvnd, without).sum())
    base = cost - solution.cost
    bound = min(base + solution.lower_bound, cost)
    return PlanChoice(
        edges=solution.edges,
        on_grid=on_grid,
        on_lv=~on_grid & np.isfinite(problem.lv_mvnd) & (problem.lv_mvnd <= problem.stays_offgrid_mvnd),
        cost_mvnd=cost,
        lower_bound_mvnd=bound,
        gap=(cost - bound) / cost if cost > 0 else 0.0,
        chosen_mvnd=solution.cost,
        gap_of_choice=solution.gap,
        status=solution.status,
        clock_struck=solution.clock_struck,
        household_price_mvnd=problem.household_price_mvnd,
    )
