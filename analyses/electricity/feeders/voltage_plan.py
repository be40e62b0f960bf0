"""What the plan costs if voltage must hold everywhere: lines that only own supply could help are given up, all other
remedies are paid."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from infragap.analyses.arrays import BoolArray
from infragap.analyses.electricity.codes import Remedy
from infragap.analyses.electricity.feeders.remedies import Remedies, find_remedies
from infragap.analyses.electricity.feeders.voltage import check_voltage
from infragap.analyses.electricity.least_cost.choice import (
    LARGE_LINES,
    choose_plan,
    choose_plan_fast,
    start_from,
)
from infragap.analyses.electricity.least_cost.costs import cost_study
from infragap.analyses.electricity.least_cost.plan import Plan, make_plan

MAX_ROUNDS = 10


def keep_voltage(plan: Plan, remedies: Remedies) -> tuple[Plan, Remedies]:
    """Plan again without the settlements of trees for which own supply is the cheapest remedy, until none is left.

    Returns
    -------
    plan, remedies
        The plan, and the remedies that it still pays for (after the first round without other taps). No bound of its
        own: that of the plan
        without this rule holds for it too.
    """
    study, p = plan.study, plan.parameters
    barred = plan.loading.barred.copy()
    for _ in range(MAX_ROUNDS):
        leaving = _leaving(plan, remedies) & ~barred
        if not leaving.any():
            break
        barred |= leaving
        costs = cost_study(study, p, barred=barred, like=plan.costs)
        start = start_from(study.network, plan.choice)
        if len(study.network.ends) >= LARGE_LINES:
            # its bound is told to nobody
            choice = choose_plan_fast(study.network, costs.problem, start=start)
        else:
            choice = choose_plan(study.network, costs.problem, p, start=start)
        plan = make_plan(study, costs, choice, p, replace(plan.loading, barred=barred))
        remedies = find_remedies(plan, check_voltage(plan, all_feeders=False), other_taps=False)
    return plan, remedies


def _leaving(plan: Plan, remedies: Remedies) -> BoolArray:
    """Settlements of trees that only own supply helps, but for those that must have the grid."""
    branches = plan.branches
    top = branches.tap()
    lost = np.isin(remedies.code, (Remedy.OFFGRID.value, Remedy.NEARER_SUBSTATION.value))
    below = np.isin(top, np.unique(top[lost]))
    served = branches.branch_of >= 0
    result = np.zeros(len(served), dtype=bool)
    result[served] = below[branches.branch_of[served]]
    return result & ~plan.costs.problem.required
