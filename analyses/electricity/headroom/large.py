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

STEPS = (15, 6)
"""Trees from which prices are learnt: with the limits lifted that are lifted in the best plan, and with those that had
better be."""

CLOSING_STEPS = 26
"""Times that prices are raised until a relaxed plan exceeds next to nothing, those of limits that it exceeds elsewhere
too. Where two full feeders compete for the same trees, these hang on one and the other in turn while the prices of both
rise: at 20,000 settlements 8 times leave the plan 1.1 % above its bound, 26 leave 0.3 %."""


def within_bound_of_large(relaxed: Relaxed) -> tuple[Plan, float, dict[str, float]]:
    """As `bound.within_bound`, of a problem that is stated already.

    Notes
    -----
    It ends after as many trees as are named above, whatever they prove.
    """
    relaxed.charge()
    price = np.zeros(len(relaxed.limits))
    proven, lifted = Proven(-np.inf, price, price), _lifted(relaxed.best_states())
    priced = _priced(relaxed, within=False)
    for number in STEPS:
        found = ascend_by_signs(priced, price, steps=number, lifted=lifted)
        either = priced.either(found.best.price, lifted)
        if either.proven.mvnd > proven.mvnd:
            proven = either.proven
        if np.array_equal(either.lifted, lifted):
            break
        price, lifted = either.kept_mvnd_per_kw, either.lifted
    names = [limit.name for limit in relaxed.limits[: len(proven.price)]]
    is_proven = proven.mvnd >= relaxed.best.choice.cost_mvnd * (1 - relaxed.parameters.plan_gap)
    if not (is_proven or relaxed.best.loading.overloaded):
        _offer_closed(relaxed, found.nearest.price, lifted)
    return (
        with_joint_lines(relaxed.best),
        max(proven.mvnd, relaxed.free_bound_mvnd),
        {name: float(mvnd) for name, mvnd in zip(names, proven.price, strict=True)},
    )


def _lifted(states: tuple[int, ...]) -> BoolArray:
    return np.asarray(np.array(states) == RAISED)


def _offer_closed(relaxed: Relaxed, price: FloatArray, lifted: BoolArray) -> None:
    """Relaxed plans whose lines stay in their layers, offered where one exceeds less than those before it; the last of
    these bettered too."""
    priced, pace = _priced(relaxed, within=True), np.ones(len(price))
    least_kw, kept = np.inf, price
    for _ in range(CLOSING_STEPS):
        found = priced.at(price, lifted=lifted)
        over, wider = found.excess_kw > enough_kw(priced, lifted), relaxed.widened(found)
        excess_kw = float(np.maximum(found.excess_kw, 0.0).sum())
        if not wider and excess_kw < least_kw:
            least_kw, kept = excess_kw, price
            _offer(relaxed, priced, found, lifted)
        if not (wider or over.any()):
            break
        price, pace = dearer(found, over, pace)
        if wider:
            more = np.zeros(len(relaxed.limits) - len(price))
            price, pace, lifted = np.append(price, more), np.append(pace, more + 1), np.append(lifted, more > 0)
            kept, priced = np.append(kept, more), _priced(relaxed, within=True)
    _offer(relaxed, priced, priced.at(kept, lifted=lifted, bettered=True), lifted)


def _offer(relaxed: Relaxed, priced: Priced, plan: Proven, lifted: BoolArray) -> None:
    """Offer a plan with some limits lifted and, where that leads to nothing better, with those too that the best plan
    lifts."""
    best, in_best = relaxed.best, _lifted(relaxed.best_states())
    for up in (lifted, lifted | in_best):
        relaxed.offer(tuple(np.where(up, RAISED, KEPT).tolist()), priced.relaxation, plan)
        if relaxed.best is not best or not (in_best & ~lifted).any():
            break


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
