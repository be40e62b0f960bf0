"""A plan brought to the target of households at least cost: who joins the national grid, and who leaves it again."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from infragap.analyses.arrays import IntArray
from infragap.analyses.electricity.least_cost.accounts import households_off, restated
from infragap.analyses.electricity.least_cost.choice import PlanChoice, TreeProblem, choose_plan, start_from
from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.analyses.electricity.routing.network import CandidateNetwork


def repaired(
    network: CandidateNetwork,
    problem: TreeProblem,
    parameters: ElectricityParameters,
    choice: PlanChoice,
    allowed_households: float,
) -> PlanChoice | None:
    """Bring a plan to the target at least cost, and drop what it does not need for it; None where it cannot be brought
    there.

    Notes
    -----
    Households are added by the cheapest single step that suffices or, where none does, by the cheapest per household: a
    line from the plan to one more settlement, or a station that stands already. Then single settlements leave as long
    as that saves and the target holds, and the lines between those that are left are laid anew.
    """
    plan, steps = choice, 0
    while households_off(plan, problem) > allowed_households + 1e-9:
        lacking = households_off(plan, problem) - allowed_households
        step = _cheapest_step(network, problem, plan, lacking)
        if step is None or steps > len(problem.households):
            return None
        plan, steps = step, steps + 1
    plan = _without_the_needless(network, problem, parameters, plan, allowed_households)
    return restated(plan, problem, network, -np.inf)


def _cheapest_step(
    network: CandidateNetwork, problem: TreeProblem, plan: PlanChoice, lacking: float
) -> PlanChoice | None:
    """Plan with one settlement more on the national grid."""
    nodes = start_from(network, plan)
    count, ends = len(nodes), network.ends
    graph = coo_array((np.maximum(problem.edge_mvnd, 1e-9), (ends[:, 0], ends[:, 1])), shape=(count, count)).tocsr()
    distance, before, _ = dijkstra(
        graph, directed=False, indices=np.flatnonzero(nodes), min_only=True, return_predecessors=True
    )
    off = np.flatnonzero(~plan.national_grid & (problem.households > 0) & np.isfinite(problem.offgrid_mvnd))
    node = np.maximum(network.terminal[off], 0)
    by_line = (
        np.where(problem.barred[off], np.inf, distance[node] + problem.local_mvnd[off]) - problem.offgrid_mvnd[off]
    )
    by_lv = problem.lv_mvnd[off] - problem.offgrid_mvnd[off]
    extra, gain = np.minimum(by_line, by_lv), problem.households[off]
    if not np.isfinite(extra).any():
        return None
    suffices = (gain >= lacking - 1e-9) & np.isfinite(extra)
    rate = np.where(np.isfinite(extra), extra / np.maximum(gain, 1e-9), np.inf)
    value = np.where(suffices, extra, np.inf) if suffices.any() else rate
    # one step that suffices may be dearer than the cheapest per household and another after it
    k = int(value.argmin()) if not suffices.any() or value.min() <= rate.min() * lacking * 1.5 else int(rate.argmin())
    settlement = int(off[k])
    if by_lv[k] <= by_line[k]:
        on_lv = plan.on_lv.copy()
        on_lv[settlement] = True
        return replace(plan, on_lv=on_lv)
    edges, on_grid = plan.edges.copy(), plan.on_grid.copy()
    on_grid[settlement] = True
    number = {(int(a), int(b)): e for e, (a, b) in enumerate(ends.tolist())}
    here = int(node[k])
    while not nodes[here]:
        above = int(before[here])
        edges[number[min(here, above), max(here, above)]] = True
        here = above
    return replace(plan, edges=edges, on_grid=on_grid)


def _without_the_needless(
    network: CandidateNetwork,
    problem: TreeProblem,
    parameters: ElectricityParameters,
    plan: PlanChoice,
    allowed_households: float,
) -> PlanChoice:
    """Lay the lines anew between those on the grid, then let single ends leave that cost more than the target needs of
    them."""
    plan = _laid_anew(network, problem, parameters, plan)
    required = problem.required
    while True:
        slack = allowed_households - households_off(plan, problem)
        best, saved = None, 1e-6
        standing = _Standing.of(network, plan)
        for settlement in np.flatnonzero(
            plan.national_grid & ~problem.must_grid & (problem.households <= slack + 1e-9)
        ):
            if required[settlement] or not np.isfinite(problem.offgrid_mvnd[settlement]):
                continue
            other, saving = _left_out(network, problem, plan, int(settlement), standing)
            if saving > saved:
                best, saved = other, saving
        if best is None:
            return plan
        plan = best


@dataclass(frozen=True, eq=False)
class _Standing:
    """Lines of a plan at each node, and how many settlements get theirs there, (nodes,)."""

    lines_at: dict[int, list[int]]
    served: IntArray

    @classmethod
    def of(cls, network: CandidateNetwork, plan: PlanChoice) -> _Standing:
        """Look at a plan."""
        lines_at: dict[int, list[int]] = {}
        for e in np.flatnonzero(plan.edges).tolist():
            for end in network.ends[e].tolist():
                lines_at.setdefault(end, []).append(e)
        return cls(lines_at, np.bincount(network.terminal[plan.on_grid], minlength=len(network.node_cell)))


def _left_out(
    network: CandidateNetwork, problem: TreeProblem, plan: PlanChoice, settlement: int, standing: _Standing
) -> tuple[PlanChoice, float]:
    """Plan without one settlement, pruned of lines that then serve nobody, and what that saves."""
    on_grid, on_lv = plan.on_grid.copy(), plan.on_lv.copy()
    was_lv = bool(on_lv[settlement])
    on_grid[settlement] = on_lv[settlement] = False
    if was_lv:
        return replace(plan, on_lv=on_lv), float(problem.lv_mvnd[settlement] - problem.offgrid_mvnd[settlement])
    edges, removed = plan.edges.copy(), 0.0
    node = here = int(network.terminal[settlement])
    while here > 0 and standing.served[here] == (here == node):
        left = [e for e in standing.lines_at.get(here, []) if edges[e]]
        if len(left) != 1:
            break
        edges[left[0]] = False
        removed += float(problem.edge_mvnd[left[0]])
        a, b = network.ends[left[0]].tolist()
        here = b if a == here else a
    saving = removed + float(problem.local_mvnd[settlement] - problem.offgrid_mvnd[settlement])
    return replace(plan, edges=edges, on_grid=on_grid), saving


def _laid_anew(
    network: CandidateNetwork, problem: TreeProblem, parameters: ElectricityParameters, plan: PlanChoice
) -> PlanChoice:
    """Cheapest tree between the settlements on the grid; others are served where it passes them and they gain."""
    n = len(problem.households)
    fixed = TreeProblem(
        edge_mvnd=problem.edge_mvnd,
        local_mvnd=np.zeros(n),
        lv_mvnd=np.where(plan.on_grid, np.inf, 0.0),
        offgrid_mvnd=np.where(plan.on_grid, np.inf, 0.0),
        households=problem.households,
        must_grid=plan.on_grid,
        barred=~plan.on_grid,
    )
    solved = choose_plan(network, fixed, parameters, start=start_from(network, plan))
    before, after = float(problem.edge_mvnd[plan.edges].sum()), float(problem.edge_mvnd[solved.edges].sum())
    return replace(plan, edges=solved.edges) if after < before - 1e-9 else plan
