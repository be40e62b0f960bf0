"""What no plan within the headroom of feeders and substations can undercut, and better plans from what proves it.

Either a limit is kept, or what it stands for is reinforced and paid. Both are looked at in turn for the limits that
matter (branch and bound); where neither is decided, headroom costs at most what reinforcement costs per kW. Every
relaxed plan is brought within its limits, and the best of them takes the place of the known one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from infragap.analyses.arrays import FloatArray
from infragap.analyses.electricity.headroom.large import within_bound_of_large
from infragap.analyses.electricity.headroom.limits import reinforcement_mvnd
from infragap.analyses.electricity.headroom.prices import Ascent, Proven, is_large, settled
from infragap.analyses.electricity.headroom.relaxed import KEPT, OPEN, RAISED, Relaxed
from infragap.analyses.electricity.least_cost.plan import Plan
from infragap.analyses.electricity.least_cost.study import Study

ROUNDS = 4
"""Times that prices, charges for joint plants and the limits that matter are looked for anew from the best plan."""

WORTHWHILE = 2e-4
"""A round that brings the best plan and its bound together by less than this part of the cost is the last."""

MAX_LEAVES, LEAF_EDGES = 64, 20_000_000
"""Relaxations that are solved for one bound at most, and edges in all of them together."""


@dataclass(frozen=True, eq=False)
class _Leaf:
    """What is decided about the limits, and the bound of all plans that do so."""

    states: tuple[int, ...]
    found: Proven
    number: int

    @property
    def order(self) -> tuple[float, int]:
        return self.found.mvnd, self.number


def within_bound(plan: Plan, free: Plan, study: Study) -> tuple[Plan, float, dict[str, float]]:
    """Better a plan within the limits, and bound every such plan, reinforcement at its price allowed, that leaves no
    more households without the national grid than the plan does or the target allows.

    Parameters
    ----------
    plan
        Plan within the limits.
    free
        Plan without limits, for the price of households.
    study
        With a candidate network that holds the lines of both.

    Returns
    -------
    plan
        The best plan known.
    bound
        Of all plans on the candidate network; where lines of different feeders meet, they may pass each other [million
        VND].
    prices
        Price of headroom by limit, of the relaxation that the bound comes from [million VND/kW].
    """
    relaxed = Relaxed.of(plan, free, study)
    if not relaxed.limits:
        return plan, relaxed.free_bound_mvnd, {}
    if is_large(study.network):
        return within_bound_of_large(relaxed)
    states, found, least = _rounds(relaxed)
    first = _Leaf(states, _settled(relaxed, states, found, least), 0)
    leaves = [first]
    if plan.parameters.reinforce_allowed:
        leaves = _branched(relaxed, leaves)
    lowest = min(leaves, key=lambda leaf: leaf.order)
    prices = {limit.name: float(price) for limit, price in zip(relaxed.limits, lowest.found.price, strict=True)}
    return relaxed.best, lowest.found.mvnd, prices


def _rounds(relaxed: Relaxed) -> tuple[tuple[int, ...], Ascent, float]:
    """What the best plan decides about the limits, with prices and charges that suit it, and the best bound of it."""
    price, gap, proven = np.zeros(len(relaxed.limits)), np.inf, -np.inf
    states, length = relaxed.best_states(), 1.0
    for number in range(ROUNDS):
        relaxed.charge()
        found = relaxed.solved(states, price, length)
        _, paid_for = relaxed.under(states)
        proven = max(proven, found.best.mvnd + paid_for)
        cost = relaxed.best.choice.cost_mvnd
        length = max(found.length, 0.1)
        before, gap = gap, 1 - proven / cost
        wider = number < ROUNDS - 1 and relaxed.widened(found.nearest)
        price = np.append(found.nearest.price, np.zeros(len(relaxed.limits) - len(states)))
        if wider:
            states = (*states, *(KEPT,) * (len(relaxed.limits) - len(states)))
        elif gap <= relaxed.parameters.plan_gap or before - gap < WORTHWHILE:
            break
    return states, found, proven


def _settled(relaxed: Relaxed, states: tuple[int, ...], found: Ascent, least_mvnd: float) -> Proven:
    """Bound of one leaf with its reinforcement."""
    relaxation, paid_for = relaxed.under(states)
    proven = settled(
        relaxation,
        relaxed.parameters,
        found,
        known_mvnd=relaxed.best.choice.cost_mvnd - paid_for,
        paid_mvnd=relaxed.paid_mvnd,
    )
    return replace(proven, mvnd=max(proven.mvnd + paid_for, least_mvnd, relaxed.free_bound_mvnd))


def _branched(relaxed: Relaxed, leaves: list[_Leaf]) -> list[_Leaf]:
    """Leaves of all that may be decided about the limits, solved until the lowest lies within the gap of the best
    plan."""
    p, number = relaxed.parameters, 1
    states = leaves[0].states
    for k, state in enumerate(states):
        # all that does otherwise than the best plan: with one limit after the other, the rest open
        child = (*states[:k], KEPT if state == RAISED else RAISED, *(OPEN,) * (len(states) - k - 1))
        leaves = [*leaves, _leaf(relaxed, child, np.zeros(len(states)), -np.inf, number)]
        number += 1
    edges = len(relaxed.base.network.ends) * (1 + len(relaxed.limits))
    most = number + int(np.clip(LEAF_EDGES // max(edges, 1), 8, MAX_LEAVES))
    while number < most:
        lowest = min(leaves, key=lambda leaf: leaf.order)
        open_ones = [k for k, state in enumerate(lowest.states) if state == OPEN]
        if not open_ones or lowest.found.mvnd >= relaxed.best.choice.cost_mvnd * (1 - p.plan_gap):
            break
        dear = [reinforcement_mvnd(relaxed.limits[k], p) * max(lowest.found.excess_kw[k], 0.0) for k in open_ones]
        k = open_ones[int(np.argmax(dear))]
        leaves = [leaf for leaf in leaves if leaf is not lowest]
        for state in (KEPT, RAISED):
            child = (*lowest.states[:k], state, *lowest.states[k + 1 :])
            leaves.append(_leaf(relaxed, child, lowest.found.price, lowest.found.mvnd, number))
            number += 1
    return leaves


def _leaf(relaxed: Relaxed, states: tuple[int, ...], price: FloatArray, least_mvnd: float, number: int) -> _Leaf:
    found = relaxed.solved(states, price)
    return _Leaf(states, _settled(relaxed, states, found, least_mvnd), number)
