"""What to do with each row first: decide, locate the settlement, survey stream or forest, or wait for money or
capacity; and which limit binds."""

from __future__ import annotations

import numpy as np

from infragap.analyses.arrays import BoolArray
from infragap.analyses.electricity.codes import DecisionClass, Supply
from infragap.analyses.electricity.headroom.limits import limits_with
from infragap.analyses.electricity.least_cost.outcome import ALL_OPTIONS
from infragap.analyses.electricity.least_cost.plan import Plan
from infragap.analyses.electricity.tables.undecided import turned_by_position
from infragap.analyses.electricity.uncertainty.assessment import Uncertainty
from infragap.analyses.electricity.years.schedule import Schedule

ROUGH_M = 1000.0
"""A position known to this radius is good enough to decide."""

NEAR = 0.10
"""A stream decides where small hydro is chosen or lies so near to the cost of the choice."""


def binding_limits(plan: Plan, schedule: Schedule) -> list[str]:
    """Which limit binds each settlement, (n,): 'headroom …' with the feeders and substations that are full, 'budget',
    or empty."""
    full = [
        limit
        for limit in limits_with(plan, frozenset(plan.loading.reinforced))
        if plan.loading.added_kw.get(limit.name, 0.0) > 0.95 * limit.headroom_kw
    ]
    late = (
        (schedule.settlement_year < 0) & (plan.study.settlements.households > 0) & (schedule.budgets_mvnd is not None)
    )
    line = plan.study.routes.line
    found = []
    for k in range(len(line)):
        if plan.loading.barred[k]:
            names = sorted(limit.name for limit in full if int(line[k]) in limit.lines)
            found.append("headroom " + ", ".join(names) if names else "headroom")
        else:
            found.append("budget" if late[k] else "")
    return found


def decision_classes(plan: Plan, limits: list[str], permit: BoolArray, uncertainty: Uncertainty) -> list[DecisionClass]:
    """Class of each settlement, (n,).

    Parameters
    ----------
    plan
        The plan.
    limits
        Of `binding_limits`.
    permit
        (n,) its line needs a forest permit.
    uncertainty
        What was looked at beside the plan; without draws only the accuracy of the position counts.

    Notes
    -----
    Wait: a limit binds; the budgets end before it, or a feeder or substation is full that it would have the grid from.
    Locate: its position is rougher than `ROUGH_M`, and could turn its supply
    (`undecided.turned_by_position`). By which works it is connected is not counted: where its houses truly stand
    decides that in the design of the line, and `works_probability` tells how likely those of the plan are. Survey:
    small hydro is the choice or within `NEAR` of its cost, or a stream that nobody has surveyed would be cheaper, or
    the line needs a permit. Otherwise it can be decided now: what prices alone could turn, neither locating nor a
    survey settles (`undecided_because` says so).
    """
    outcome, settlements = plan.outcome, plan.study.settlements
    rough = settlements.position_accuracy_m > ROUGH_M
    unsure = rough if uncertainty.draws is None else rough & turned_by_position(plan, uncertainty)
    options = plan.costs.offgrid.options
    hydro = np.fmin(options[Supply.HYDRO].life_cycle_mvnd, options[Supply.HYBRID].life_cycle_mvnd)
    on_water = [ALL_OPTIONS.index(supply) for supply in (Supply.HYDRO, Supply.HYBRID)]
    chosen = np.isin(outcome.choice, on_water)
    free = ~plan.costs.problem.must_grid
    near = free & np.isfinite(hydro) & (hydro <= outcome.choice_mvnd * (1 + NEAR))
    stream = chosen | near | (uncertainty.streams.saving_mvnd > 0)
    found = []
    for k, limit in enumerate(limits):
        if limit:
            found.append(DecisionClass.WAIT)
        elif unsure[k]:
            found.append(DecisionClass.LOCATE)
        elif stream[k] or permit[k]:
            found.append(DecisionClass.SURVEY)
        else:
            found.append(DecisionClass.DECIDE)
    return found
