"""One uncertain parameter at a time: which one changes most choices."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from infragap.analyses.arrays import BoolArray
from infragap.analyses.columns import names
from infragap.analyses.electricity.columns import SENSITIVITY
from infragap.analyses.electricity.least_cost.choice import TreeProblem, choose_plan_fast, start_from
from infragap.analyses.electricity.least_cost.costs import cost_study
from infragap.analyses.electricity.least_cost.plan import Plan
from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.analyses.electricity.uncertainty.ranges import ranges
from infragap.analyses.parameters import describe, short_name


@dataclass(frozen=True, eq=False)
class Usual:
    """The plan, what was to be chosen in it at the prices of the run, and the moves to try: every uncertain parameter
    at the ends of its range, as name, end and value."""

    plan: Plan
    problem: TreeProblem
    moves: list[tuple[str, str, float]]


@dataclass(frozen=True, eq=False)
class Moved:
    """What one moved parameter brings: (n,) who is on the national grid, and the cost; neither where what is to be
    chosen stays the same."""

    national_grid: BoolArray | None = None
    cost_mvnd: float = math.nan


def usual_problem(plan: Plan) -> Usual:
    """State what was to be chosen in a plan, and the moves to try."""
    moves = [
        (name, end, value)
        for name, (low, now, high) in ranges(plan.parameters).items()
        for end, value in (("low", low), ("high", high))
        if value != now
    ]
    return Usual(plan, _problem(plan, plan.parameters), moves)


def one_move(usual: Usual, number: int) -> Moved:
    """Plan anew with one parameter moved, that of the move with this number."""
    plan, (name, _, value) = usual.plan, usual.moves[number]
    problem = _problem(plan, plan.parameters.model_copy(update={name: value}))
    # what no settlement of this pack uses, such as water without a surveyed stream, poses the same problem
    return Moved() if problem.equals(usual.problem) else _planned(plan, problem)


def _problem(plan: Plan, parameters: ElectricityParameters) -> TreeProblem:
    barred, price = plan.loading.barred, plan.choice.household_price_mvnd
    like = plan.costs  # what the moved parameter does not touch stays, such as plants where a line costs more
    return cost_study(plan.study, parameters, barred=barred, household_price_mvnd=price, like=like).problem


def _planned(plan: Plan, problem: TreeProblem) -> Moved:
    network = plan.study.network
    other = choose_plan_fast(network, problem, start=start_from(network, plan.choice))
    return Moved(other.national_grid, other.cost_mvnd)


def sensitivity(usual: Usual, moved: Sequence[Moved]) -> pd.DataFrame:
    """Every uncertain parameter moved alone to the ends of its range: which one changes most households' choice.

    Notes
    -----
    A quick plan at moved prices is compared with a quick plan at those of the run, and what differs is told on top of
    the plan: within tight limits of feeders the quick plan is another one, and what moves nothing must not count.
    """
    plan, as_usual = usual.plan, _planned(usual.plan, usual.problem)
    before = np.asarray(as_usual.national_grid)
    beyond_mvnd, more = plan.choice.cost_mvnd - as_usual.cost_mvnd, int(plan.choice.national_grid.sum() - before.sum())
    unit = describe(plan.parameters).set_index("parameter")["unit"]
    households, rows = plan.study.settlements.households, []
    for (name, end, value), each in zip(usual.moves, moved, strict=True):
        other = as_usual if each.national_grid is None else each
        grid = np.asarray(other.national_grid)
        changed = grid != before
        rows.append(
            {
                "parameter": name,
                "parameter_vi": short_name(plan.parameters, name, "vi"),
                "parameter_en": short_name(plan.parameters, name, "en"),
                "value": value,
                "unit": unit[name],
                "end": end,
                "choices_changed": int(changed.sum()),
                "households_changed": int(households[changed].sum()),
                "grid_settlements": int(grid.sum()) + more,
                "cost_mvnd": other.cost_mvnd + beyond_mvnd,
            }
        )
    table = pd.DataFrame(rows, columns=names(SENSITIVITY))
    table = table.sort_values(["households_changed", "parameter", "end"], ascending=[False, True, True], kind="stable")
    return table.reset_index(drop=True)
