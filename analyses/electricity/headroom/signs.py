"""The prices of headroom on a large network: each goes up while more load comes than there is room for, and down while
there is less, on its own pace."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray
from infragap.analyses.electricity.headroom.either import worth_of_keeping
from infragap.analyses.electricity.headroom.layers import Relaxation
from infragap.analyses.electricity.headroom.prices import Ascent, Proven
from infragap.analyses.solvers.leaf_trees import LeafTrees

FIRST_PACE, SLOWEST, FASTEST = 1.0, 1e-3, 16.0
"""Steps of a price [million VND/kW]."""

QUICKER, QUICK, SLOWER = 2.0, 1.5, 0.5
"""What a step is multiplied by where the last one fell short, before it has ever gone too far and after, and where it
went too far."""

PATIENCE = 1.5
"""Of the dual ascent while prices are looked for."""

PART_OF_PRICE = 0.05
"""First step from a price that is known from a like relaxation."""


@dataclass(frozen=True, eq=False)
class Priced:
    """A relaxation on which prices are looked for.

    Attributes
    ----------
    relaxation
        With its limits as they are without reinforcement.
    trees
        Its network.
    lift_kw, lift_mvnd
        (limits,) headroom that reinforcement brings, and its cost; inf where it is not allowed.
    paid_mvnd
        What the household target pays back.
    """

    relaxation: Relaxation
    trees: LeafTrees
    lift_kw: FloatArray
    lift_mvnd: FloatArray
    paid_mvnd: float

    @classmethod
    def of(
        cls, relaxation: Relaxation, lift_kw: FloatArray, lift_mvnd: FloatArray, paid_mvnd: float, *, within: bool
    ) -> Priced:
        """Prepare the network; `within` says whether lines must stay in their layers: what is found then is no bound,
        but its lines pay for their load wherever they lead."""
        layers, priced = relaxation.layers, relaxation.priced(np.zeros(len(relaxation.limits)))
        leaf = np.zeros(layers.nodes, dtype=bool)
        leaf[layers.terminal[layers.terminal >= 0]] = True
        ends, inwards = _ends_inwards(relaxation)
        trees = LeafTrees.of(
            ends,
            priced.edge_mvnd,
            priced.prize_mvnd,
            leaf,
            required=priced.required,
            way_in=inwards,
            shut=within,
        )
        return cls(relaxation, trees, lift_kw, lift_mvnd, paid_mvnd)

    @property
    def equal_mvnd_per_kw(self) -> FloatArray:
        """(limits,) price at which keeping a limit costs as much as lifting it."""
        return np.asarray(self.lift_mvnd / self.lift_kw)

    def lifted(self, price: FloatArray) -> BoolArray:
        """Limits that are dearer to keep than to lift at some prices."""
        return np.asarray(price > self.equal_mvnd_per_kw)

    def sign(self, found: Proven) -> FloatArray:
        """(limits,) where prices go while nothing is decided about the limits: nowhere where a limit is exceeded, would
        not be if it were lifted, and is as dear either way."""
        excess_kw = found.excess_kw
        at_equal = (found.price == self.equal_mvnd_per_kw) & (excess_kw > 0)
        return np.sign(np.where(at_equal, np.maximum(excess_kw - self.lift_kw, 0.0), excess_kw))

    def at(
        self, price: FloatArray, *, lifted: BoolArray | None = None, bettered: bool = False, patience: float = PATIENCE
    ) -> Proven:
        """The relaxed plan at some prices, and what no plan costs less than.

        Notes
        -----
        A limit that is lifted pays back more and costs its reinforcement. Where nothing is decided, the cheaper of both
        is counted for each limit, so that the bound holds for every plan, whichever limits it lifts.
        """
        priced = self.relaxation.priced(price)
        found = self.trees.best(
            priced.edge_mvnd, priced.prize_mvnd, toll=priced.toll_mvnd, bettered=bettered, patience=patience
        )
        _, bound, excess_kw = self.relaxation.read(priced, found)
        up = self.lifted(price) if lifted is None else lifted
        more = float(np.where(up, np.where(up, self.lift_mvnd, 0.0) - price * self.lift_kw, 0.0).sum())
        return Proven(bound - self.paid_mvnd + more, price, excess_kw - np.where(up, self.lift_kw, 0.0), found)

    def either(self, price: FloatArray, lifted: BoolArray) -> Either:
        """As `at`, of all plans, whichever limits they lift, with higher prices of limits while they are kept;
        `lifted` is what is supposed where both cost the same."""
        priced = self.relaxation.priced(price)
        dual = self.trees.dual(priced.edge_mvnd, priced.prize_mvnd, toll=priced.toll_mvnd)
        found = self.trees.tree_of(dual, bettered=False)
        _, bound, excess_kw = self.relaxation.read(priced, found)
        more, lifted, kept = worth_of_keeping(
            self.relaxation,
            dual.goes_on(),
            price,
            lift_mvnd=self.lift_mvnd - np.where(price > 0, price * self.lift_kw, 0.0),
            excess_kw=excess_kw,
            lifted=lifted,
        )
        proven = Proven(bound - self.paid_mvnd + float(more.sum()), price, excess_kw, found)
        return Either(proven, lifted, np.where(lifted, price, np.minimum(kept, self.equal_mvnd_per_kw)))


@dataclass(frozen=True, eq=False)
class Either:
    """The bound of all plans, whichever limits they lift.

    Attributes
    ----------
    proven
        The bound.
    lifted
        (limits,) which limits cost less lifted than kept, by this bound.
    kept_mvnd_per_kw
        (limits,) prices to go on with: where a limit is kept, that at which its bound was found.
    """

    proven: Proven
    lifted: BoolArray
    kept_mvnd_per_kw: FloatArray


def _ends_inwards(relaxation: Relaxation) -> tuple[IntArray, BoolArray]:
    """Ends of all edges of the layers, and which of these are lines from the layer of all others into one with a price:
    whoever came from a feeder with a price is among all others since its layer ended, and pays nothing there."""
    layers, count = relaxation.layers, len(relaxation.network.node_cell)
    ends = np.sort(layers.ends, axis=1)  # nodes of layers with a price have higher numbers
    crossing = (ends[:, 0] > 0) & (ends[:, 0] < count) & (ends[:, 1] >= count)
    crossing[len(layers.edge) :] = False
    return ends, np.asarray(crossing)


def ascend_by_signs(priced: Priced, price: FloatArray, *, steps: int, lifted: BoolArray | None = None) -> Ascent:
    """Find good prices.

    Parameters
    ----------
    priced
        The relaxation.
    price
        (limits,) prices to begin with.
    steps
        Trees that are looked for, one at least.
    lifted
        (limits,) limits that are lifted; None where the prices decide.

    Notes
    -----
    A price hangs on the load at its own limit more than on all others, so each has a step of its own: doubled while the
    excess keeps its sign, halved where that turns (Riedmiller and Braun 1993, resilient propagation).
    """
    pace = np.where(price > 0, np.maximum(PART_OF_PRICE * price, SLOWEST), FIRST_PACE)
    before, turned = np.zeros(len(price)), price > 0
    best = nearest = Proven(-np.inf, price, np.zeros(len(price)))
    least = np.inf
    for _ in range(steps):
        found = priced.at(price, lifted=lifted)
        best = found if found.mvnd > best.mvnd else best
        # what is left empty has cost its price in vain, and what is beyond will cost it
        likely = found.mvnd + float(price @ np.abs(found.excess_kw))
        nearest, least = (found, likely) if likely < least and found.price.any() else (nearest, least)
        sign = np.sign(found.excess_kw) if lifted is not None else priced.sign(found)
        turn = sign * before
        turned |= turn < 0
        faster = np.where(turned, QUICK, QUICKER)
        pace = np.clip(pace * np.where(turn > 0, faster, np.where(turn < 0, SLOWER, 1.0)), SLOWEST, FASTEST)
        before = sign
        other = np.maximum(price + sign * pace, 0.0)
        if lifted is None:
            # nothing lies between keeping a limit and lifting it but the price of that
            past = (price - priced.equal_mvnd_per_kw) * (other - priced.equal_mvnd_per_kw) < 0
            other = np.where(past, priced.equal_mvnd_per_kw, other)
        else:
            # a limit that is kept at a higher price had better be lifted
            other = np.where(lifted, other, np.minimum(other, priced.equal_mvnd_per_kw))
        if np.array_equal(other, price):
            break
        price = other
    return Ascent(best, nearest if nearest.tree is not None else best)
