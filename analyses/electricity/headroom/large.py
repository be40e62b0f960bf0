"""The same for a large network, where branching on the limits would take hours: one relaxation bounds every plan,
whichever limits it lifts, and another, whose lines stay in their layers, leads to plans."""

from __future__ import annotations

import numpy as np

from infragap.analyses.arrays import BoolArray, FloatArray
from infragap.analyses.electricity.demand.life_cycle import station_factor
from infragap.analyses.electricity.headroom.limits import reinforcement_kw, reinforcement_mvnd
from infragap.analyses.electricity.headroom.prices import Proven
from infragap.analyses.electricity.headroom.reconnection import with_joint_lines
from infragap.analyses.electricity.headroom.relaxed import KEPT, RAISED, Relaxed
from infragap.analyses.electricity.headroom.signs import Priced, ascend_by_signs
from infragap.analyses.electricity.least_cost.plan import Plan

BOUND_STEPS, PLAN_STEPS = (15, 4), (10, 8)
"""Trees for the bound and for a plan, each time that charges for joint plants and the limits that matter are looked for
anew from the best plan."""


def within_bound_of_large(relaxed: Relaxed) -> tuple[Plan, float, dict[str, float]]:
    """As `bound.within_bound`, of a problem that is stated already.

    Notes
    -----
    It ends after as many trees as are named above, whatever they prove.
    """
    price = for_plan = np.zeros(len(relaxed.limits))
    proven = Proven(-np.inf, price, price)
    names: list[str] = []
    for bound_steps, plan_steps in zip(BOUND_STEPS, PLAN_STEPS, strict=True):
        relaxed.charge()
        found = ascend_by_signs(_priced(relaxed, within=False), price, steps=bound_steps).best
        price = found.price
        if found.mvnd > proven.mvnd:
            proven, names = found, [limit.name for limit in relaxed.limits]
        cost = relaxed.best.choice.cost_mvnd
        if relaxed.best.loading.overloaded or proven.mvnd >= cost * (1 - relaxed.parameters.plan_gap):
            break
        plan = _offered(relaxed, np.maximum(for_plan, price), plan_steps)
        relaxed.widened(plan)
        more = len(relaxed.limits) - len(price)
        price, for_plan = np.append(price, np.zeros(more)), np.append(plan.price, np.zeros(more))
    return (
        with_joint_lines(relaxed.best),
        max(proven.mvnd, relaxed.free_bound_mvnd),
        {name: float(mvnd) for name, mvnd in zip(names, proven.price, strict=True)},
    )


def _offered(relaxed: Relaxed, price: FloatArray, steps: int) -> Proven:
    """A relaxed plan that lifts what the best plan lifts, and whose lines stay in their layers; offered."""
    states = relaxed.best_states()
    raised: BoolArray = np.array(states) == RAISED
    priced = _priced(relaxed, within=True)
    nearest = ascend_by_signs(priced, price, steps=steps, lifted=raised).nearest
    plan = priced.at(nearest.price, lifted=raised, bettered=True)
    relaxed.offer(states, priced.relaxation, plan)
    return plan


def _priced(relaxed: Relaxed, *, within: bool) -> Priced:
    p, limits = relaxed.parameters, relaxed.limits
    relaxation, _ = relaxed.under((KEPT,) * len(limits))
    lift_mvnd = np.array([reinforcement_mvnd(limit, p) for limit in limits]) * station_factor(p)
    return Priced.of(
        relaxation,
        np.array([reinforcement_kw(limit, p) for limit in limits]),
        lift_mvnd if p.reinforce_allowed else np.full(len(limits), np.inf),
        relaxed.paid_mvnd,
        within=within,
    )
