"""Who joins the grid and along which lines, so that the whole costs least: the prize-collecting tree and what it
proves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray
from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.analyses.electricity.routing.network import CandidateNetwork
from infragap.analyses.solvers.infeasible import Infeasible
from infragap.analyses.solvers.steiner import TreeSolution, primal_tree, prize_collecting_tree
from infragap.analyses.solvers.stopping import Stop
from infragap.gis.errors import NoSolutionError


@dataclass(frozen=True, eq=False)
class TreeProblem:
    """Costs between which the plan chooses, all life-cycle costs in million VND.

    Attributes
    ----------
    edge_mvnd
        (edges,) cost of each candidate line.
    local_mvnd
        (n,) local grid works and energy of each settlement.
    offgrid_mvnd
        (n,) its best lasting off-grid option; inf where there is none.
    required
        (n,) must get the grid.
    barred
        (n,) must not.
    """

    edge_mvnd: FloatArray
    local_mvnd: FloatArray
    offgrid_mvnd: FloatArray
    required: BoolArray
    barred: BoolArray

    @property
    def prize_mvnd(self) -> FloatArray:
        """(n,) what leaving a settlement out costs beyond its local grid works; 0 where it is barred or better off
        without."""
        gain = np.where(np.isfinite(self.offgrid_mvnd), self.offgrid_mvnd, self.local_mvnd) - self.local_mvnd
        return np.where(self.barred, 0.0, np.maximum(gain, 0.0))


@dataclass(frozen=True, eq=False)
class PlanChoice:
    """A plan: lines, who is on the grid, and the proof.

    Attributes
    ----------
    edges
        (edges,) chosen candidate lines.
    on_grid
        (n,) settlements that get the grid.
    cost_mvnd, lower_bound_mvnd
        Life-cycle cost of the whole, and what no plan on this network can undercut.
    gap
        ``(cost - lower bound) / cost`` of the whole.
    chosen_mvnd
        The part of the cost that depends on the choice: lines, and what those left out cost beyond their local grid
        works.
    gap_of_choice
        The gap by that part.
    status
        As the solver proved it (`infragap.analyses.solvers.stopping.Status`).
    clock_struck
        Whether the guard on the time cut the solution short, so that another machine may find another plan.
    """

    edges: BoolArray
    on_grid: BoolArray
    cost_mvnd: float
    lower_bound_mvnd: float
    gap: float
    chosen_mvnd: float
    gap_of_choice: float
    status: str
    clock_struck: bool = False


def state_problem(
    network: CandidateNetwork,
    *,
    edge_mvnd: FloatArray,
    local_mvnd: FloatArray,
    offgrid_mvnd: FloatArray,
    required: BoolArray,
    barred: BoolArray,
) -> TreeProblem:
    """State the choice; a settlement that cannot be reached, or lacks any lasting off-grid option, has no choice."""
    reachable = network.terminal >= 0
    lone = reachable & ~np.isfinite(offgrid_mvnd) & ~barred
    return TreeProblem(
        edge_mvnd=edge_mvnd,
        local_mvnd=local_mvnd,
        offgrid_mvnd=offgrid_mvnd,
        required=(required | lone) & reachable,
        barred=barred | ~reachable,
    )


def choose_plan(
    network: CandidateNetwork,
    problem: TreeProblem,
    parameters: ElectricityParameters,
    *,
    start: BoolArray | None = None,
) -> PlanChoice:
    """Solve to the gap of the parameters, with a proven bound.

    Raises
    ------
    NoSolutionError
        A settlement that must get the grid cannot be reached on the network.
    """
    prize, required = node_values(network, problem)
    try:
        solution = prize_collecting_tree(
            network.ends,
            problem.edge_mvnd,
            prize,
            0,
            required=required,
            start=start,
            stop=Stop(parameters.plan_gap, parameters.plan_work_limit),
        )
    except Infeasible as error:
        raise NoSolutionError(f"electricity plan: {error.message} {error.relaxation}") from error
    return read_choice(network, problem, solution)


def choose_plan_fast(network: CandidateNetwork, problem: TreeProblem, *, start: BoolArray | None = None) -> PlanChoice:
    """Find a good plan quickly, from a known one; its bound is true but loose."""
    prize, required = node_values(network, problem)
    return read_choice(
        network, problem, primal_tree(network.ends, problem.edge_mvnd, prize, 0, required=required, start=start)
    )


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
    A settlement on an existing line (node 0) is served at no line cost wherever that beats its off-grid option.
    """
    at = np.maximum(network.terminal, 0)
    wanted = (problem.prize_mvnd > 0) | problem.required
    on_grid = (network.terminal >= 0) & solution.nodes[at] & wanted & ~problem.barred
    offgrid = np.where(np.isfinite(problem.offgrid_mvnd), problem.offgrid_mvnd, 0.0)
    cost = float(problem.edge_mvnd[solution.edges].sum() + np.where(on_grid, problem.local_mvnd, offgrid).sum())
    base = cost - solution.cost
    bound = min(base + solution.lower_bound, cost)
    return PlanChoice(
        edges=solution.edges,
        on_grid=on_grid,
        cost_mvnd=cost,
        lower_bound_mvnd=bound,
        gap=(cost - bound) / cost if cost > 0 else 0.0,
        chosen_mvnd=solution.cost,
        gap_of_choice=solution.gap,
        status=solution.status,
        clock_struck=solution.clock_struck,
    )
