"""The prices of headroom at which the relaxation proves most: steps along the load beyond it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from infragap.analyses.arrays import FloatArray
from infragap.analyses.electricity.headroom.layers import Relaxation
from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.analyses.electricity.routing.network import CandidateNetwork
from infragap.analyses.solvers.steiner import TreeSolution, primal_tree, prize_collecting_tree
from infragap.analyses.solvers.stopping import Stop

STEPS, FEWER_STEPS = 60, 15
"""Steps towards the best prices, from nothing and from those of a like relaxation."""

PATIENCE = 3
"""After so many steps without a better bound they are halved."""

SHORTEST = 1 / 128
"""Shorter steps, by the first, are not taken."""

LARGE_EDGES = 100_000
"""On a larger candidate network prices are looked for otherwise (`large`): the bound is as true, and what it lacks is
in the gap."""

TURN = 1.5
"""How far a step turns back from one that it would undo."""

SETTLED_EDGES = 20_000
"""In larger relaxations the bound stays that of the dual ascent: a proof takes minutes there."""


@dataclass(frozen=True, eq=False)
class Proven:
    """A bound and where it was found.

    Attributes
    ----------
    mvnd
        No plan within the limits of the relaxation costs less.
    price
        (limits,) prices that it was proven with [million VND/kW].
    excess_kw
        (limits,) load beyond headroom in the relaxed plan.
    tree
        The relaxed plan at these prices; None before any step.
    """

    mvnd: float
    price: FloatArray
    excess_kw: FloatArray
    tree: TreeSolution | None = None


@dataclass(frozen=True, eq=False)
class Ascent:
    """What the steps have found.

    Attributes
    ----------
    best
        The highest bound.
    nearest
        The highest cost of a relaxed plan, which a bound may still lie below.
    length
        Of the last step, by that of the first.
    """

    best: Proven
    nearest: Proven
    length: float = 1.0


def is_large(network: CandidateNetwork) -> bool:
    """Whether a candidate network is so large that plans on it are looked for more quickly."""
    return len(network.ends) > LARGE_EDGES


def ascend(
    relaxation: Relaxation,
    parameters: ElectricityParameters,
    *,
    known_mvnd: float,
    paid_mvnd: float,
    price: FloatArray,
    length: float = 1.0,
) -> Ascent:
    """Find good prices.

    Parameters
    ----------
    relaxation
        The limits, and the problem with the price of households that its own target has come to.
    parameters
        For the gap and the work.
    known_mvnd
        Cost of a known plan within the limits: no step aims higher.
    paid_mvnd
        What the household target pays back: price times households that may be without the grid.
    price
        (limits,) prices to begin with.
    length
        Of the first step.

    Notes
    -----
    Steps along the excess load towards the known cost (Polyak), turned away from what the last one undid (Camerini,
    Fratta and Maffioli), halved from the best prices where they bring nothing. Each step's tree comes
    with a bound by dual ascent. Nothing is looked for beyond the gap asked for.
    """
    layers, highest = relaxation.layers, np.array([each.highest_mvnd_per_kw for each in relaxation.limits])
    steps = FEWER_STEPS if price.any() else STEPS
    price, in_vain = np.minimum(price, highest), 0
    best = nearest = Proven(-np.inf, price, np.zeros(len(price)))
    way = np.zeros(len(price))
    enough = known_mvnd - parameters.plan_gap * abs(known_mvnd)
    for _ in range(steps):
        priced = relaxation.priced(price)
        found = primal_tree(layers.ends, priced.edge_mvnd, priced.prize_mvnd, 0, required=priced.required)
        value, bound, slope = relaxation.read(priced, found)
        value, bound = value - paid_mvnd, bound - paid_mvnd
        in_vain = 0 if value > nearest.mvnd else in_vain + 1
        if value > nearest.mvnd:
            nearest = Proven(value, price, slope, found)
        if bound > best.mvnd:
            best = Proven(bound, price, slope, found)
        if nearest.mvnd >= known_mvnd or best.mvnd >= enough:
            break
        if length < SHORTEST:
            break
        if in_vain >= PATIENCE:
            # from the best prices again, with shorter steps
            length, in_vain, way = length / 2, 0, np.zeros(len(price))
            price, slope, value = nearest.price, nearest.excess_kw, nearest.mvnd
        back = float(way @ slope)
        way = slope - (TURN * min(back, 0.0) / float(way @ way) * way if back < 0 else 0.0)
        way = np.where(((price <= 0) & (way < 0)) | ((price >= highest) & (way > 0)), 0.0, way)
        if not way.any():
            break
        price = np.clip(price + length * (known_mvnd - value) / float(way @ way) * way, 0.0, highest)
    return Ascent(best, nearest, length)


def settled(
    relaxation: Relaxation,
    parameters: ElectricityParameters,
    found: Ascent,
    *,
    known_mvnd: float,
    paid_mvnd: float,
) -> Proven:
    """Solve the tree at the nearest prices to a proof where the best bound is not near it; parameters as in
    `ascend`."""
    best, nearest, layers = found.best, found.nearest, relaxation.layers
    near = best.mvnd >= nearest.mvnd - parameters.plan_gap / 10 * abs(known_mvnd)
    if near or nearest.tree is None or len(layers.ends) > SETTLED_EDGES:
        return best
    priced = relaxation.priced(nearest.price)
    # the links' cost is in that of the tree
    gap = parameters.plan_gap / 10 * min(abs(known_mvnd) / max(nearest.tree.cost, 1e-9), 1.0)
    stop = Stop(gap, parameters.plan_work_limit)
    tree = prize_collecting_tree(
        layers.ends,
        priced.edge_mvnd,
        priced.prize_mvnd,
        0,
        required=priced.required,
        start=nearest.tree.nodes,
        stop=stop,
    )
    _, bound, slope = relaxation.read(priced, tree)
    return max(best, Proven(bound - paid_mvnd, nearest.price, slope, tree), key=lambda each: each.mvnd)
