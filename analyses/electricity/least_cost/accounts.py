"""What a choice costs without the price of households, and what it leaves without the national grid."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from infragap.analyses.electricity.least_cost.choice import PlanChoice, TreeProblem
from infragap.analyses.electricity.routing.network import CandidateNetwork


def households_off(choice: PlanChoice, problem: TreeProblem) -> float:
    """Households without the national grid."""
    return float(problem.households[~choice.national_grid].sum())


def true_cost(choice: PlanChoice, problem: TreeProblem) -> float:
    """Life-cycle cost of a plan without the price of households."""
    off = np.where(np.isfinite(problem.offgrid_mvnd), problem.offgrid_mvnd, 0.0)
    other = np.where(choice.on_lv, problem.lv_mvnd, off)
    other = np.where(np.isfinite(other), other, 0.0)
    return float(problem.edge_mvnd[choice.edges].sum() + np.where(choice.on_grid, problem.local_mvnd, other).sum())


def restated(choice: PlanChoice, problem: TreeProblem, network: CandidateNetwork, bound_mvnd: float) -> PlanChoice:
    """Give a plan at its true cost."""
    cost = true_cost(choice, problem)
    return replace(
        choice,
        cost_mvnd=cost,
        chosen_mvnd=chosen_part_mvnd(choice, problem, network),
        lower_bound_mvnd=min(bound_mvnd, cost),
        gap=max(cost - bound_mvnd, 0.0) / cost if cost > 0 else 0.0,
    )


def chosen_part_mvnd(choice: PlanChoice, problem: TreeProblem, network: CandidateNetwork) -> float:
    """Part of the cost that the choice decides: lines, and prizes of those left out."""
    out = (network.terminal > 0) & ~choice.on_grid
    return float(problem.edge_mvnd[choice.edges].sum() + problem.prize_mvnd[out].sum())
