"""The same for a large network, where branching on the limits would take hours: one relaxation bounds every plan,
whichever limits it lifts, says which had better be lifted, and leads to plans."""

from __future__ import annotations

import numpy as np

from infragap.analyses.arrays import BoolArray, FloatArray
from infragap.analyses.electricity.demand.life_cycle import station_factor
from infragap.analyses.electricity.headroom.closing import dearer, enough_kw
from infragap.analyses.electricity.headroom.limits import reinforcement_kw, reinforcement_mvnd
from infragap.analyses.electricity.headroom.prices import Proven
from infragap.analyses.electricity.headroom.reconnection import with_joint_lines
from infragap.analyses.electricity.headroom.relaxed import KEPT, RAISED, Relaxed
from infragap.analyses.electricity.headroom.signs import Priced, ascend_by_signs
from infragap.analyses.electricity.least_cost.plan import Plan

STEPS = ((15, 6), (6,))
"""Trees from which prices are learnt, each time that charges for joint plants and the limits that matter are looked for
anew from the best plan: with the limits lifted that are lifted in it, and with those that had better be. At 20,000
settlements the second time brings the plan from 1.1 % above its bound to 0.6 %."""

CLOSING_STEPS = 8
"""Times that prices are raised until a relaxed plan exceeds next to nothing, those of limits that it exceeds elsewhere
too."""


def within_bound_of_large(relaxed: Relaxed) -> tuple[Plan, float, dict[str, float]]:
    """As `bound.within_bound`, of a problem that is stated already.

    Notes
    -----
    It ends after as many trees as are named above, whatever they prove.
    """
    price = np.zeros(len(relaxed.limits))
    proven = Proven(-np.inf, price, price)
    names: list[str] = []
    lifted = _lifted(relaxed.best_states())
    for steps in STEPS:
        relaxed.charge()
        priced = _priced(relaxed, within=False)
        for number in steps:
            found = ascend_by_signs(priced, price, steps=number, lifted=lifted)
            either = priced.either(found.best.price, lifted)
            if either.proven.mvnd > proven.mvnd:
                proven, names = either.proven, [limit.name for limit in relaxed.limits]
            if np.array_equal(either.lifted, lifted):
                break
            price, lifted = either.kept_mvnd_per_kw, either.lifted
        cost = relaxed.best.choice.cost_mvnd
        if relaxed.best.loading.overloaded or proven.mvnd >= cost * (1 - relaxed.parameters.plan_gap):
            break
        plan = _offered(relaxed, found.nearest.price, lifted)
        relaxed.widened(plan)
        more = np.zeros(len(relaxed.limits) - len(price))
        price, lifted = np.append(found.best.price, more), np.append(lifted, more > 0)
    return (
        with_joint_lines(relaxed.best),
        max(proven.mvnd, relaxed.free_bound_mvnd),
        {name: float(mvnd) for name, mvnd in zip(names, proven.price, strict=True)},
    )


def _lifted(states: tuple[int, ...]) -> BoolArray:
    return np.asarray(np.array(states) == RAISED)


def _offered(relaxed: Relaxed, price: FloatArray, lifted: BoolArray) -> Proven:
    """A relaxed plan whose lines stay in their layers; offered with some limits lifted and, where that leads to nothing
    better, with those too that the best plan lifts."""
    priced, best, pace = _priced(relaxed, within=True), relaxed.best, np.ones(len(price))
    for _ in range(CLOSING_STEPS):
        found = priced.at(price, lifted=lifted)
        over, wider = found.excess_kw > enough_kw(priced, lifted), relaxed.widened(found)
        if not (wider or over.any()):
            break
        price, pace = dearer(found, over, pace)
        if wider:
            more = np.zeros(len(relaxed.limits) - len(price))
            price, pace, lifted = np.append(price, more), np.append(pace, more + 1), np.append(lifted, more > 0)
            priced = _priced(relaxed, within=True)
    plan = priced.at(price, lifted=lifted, bettered=True)
    in_best = _lifted(relaxed.best_states())
    for up in (lifted, lifted | in_best):
        relaxed.offer(tuple(np.where(up, RAISED, KEPT).tolist()), priced.relaxation, plan)
        if relaxed.best is not best or not (in_best & ~lifted).any():
            break
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
