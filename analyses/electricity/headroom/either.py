"""The bound of all plans, whichever limits they lift, from the prices at which some are lifted: what keeping each of
those would cost more.

At given prices a lifted limit costs its reinforcement less what the price pays for the room that it brings. A plan that
keeps the limit instead pays nothing for that, so the bound of all plans counts the cheaper of both, and that is where
half a reinforcement would be enough. But while a limit is kept its price may be higher. Prices that differ between
plans that keep a limit and those that lift it are allowed, since each plan does one of the two; only the trees of all
combinations would have to be looked for.

They need not be. Dual ascent proves its bound by cuts that share the costs of the arcs among them. Where the price of a
limit rises, links to its layers get dearer by the load; cuts that use up what they cost more, and what the others have
left over, raise the bound by a gain. One limit after the other is taken so, each from what its predecessors have left
over, less what the links of these cost more (a plan that lifts the predecessor does not pay it). Then the cuts of any
set of limits together, without those of the rest, keep within the costs that a plan has that keeps just that set: the
bound at the first prices plus the gains of the set holds for it. So the least over all sets is the sum of the least of
each limit: what lifting it costs, or the gain less what its higher price pays for the headroom it has.

What a settlement costs at least is concave in the sum of its prices, so what it gains by one after the other is no more
than by those of a set alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray
from infragap.analyses.electricity.headroom.layers import Relaxation
from infragap.analyses.solvers.leaf_trees import DearerLeaves

FIRST_STEPS, MOST_STEPS = 2, 8
"""The first rise of a price is so small that so many would be enough if no load went away; and how many are tried."""

PATIENCE = 1.5
"""Of the dual ascent."""

SAME_MVND = 1e-6
"""Less is no difference."""


def worth_of_keeping(
    relaxation: Relaxation,
    dual: DearerLeaves,
    price: FloatArray,
    *,
    lift_mvnd: FloatArray,
    excess_kw: FloatArray,
    lifted: BoolArray,
) -> tuple[FloatArray, BoolArray, FloatArray]:
    """What each limit adds to the bound of the tree at some prices, (limits,): the least of lifting and keeping it;
    which had better be lifted, (limits,); and prices, (limits,), higher where a limit had better be kept.

    Parameters
    ----------
    relaxation
        The relaxation.
    dual
        The dual solution at these prices; it is used up.
    price
        (limits,) prices.
    lift_mvnd
        (limits,) what lifting costs, less the price of the room that it brings.
    excess_kw
        (limits,) load beyond the headroom while nothing is lifted, of the relaxed plan.
    lifted
        (limits,) what is supposed of limits that cost the same both ways.
    """
    rising = _Rising(relaxation, dual, price.copy(), relaxation.priced(price).problem.prize_mvnd > 0)
    gain = np.minimum(lift_mvnd, 0.0)
    # where keeping lacks most, what is left over is used first
    for k in np.lexsort((np.arange(len(price)), -lift_mvnd)).tolist():
        if 0 < lift_mvnd[k] < np.inf and excess_kw[k] > 0:
            gain[k] = rising.worth(k, float(lift_mvnd[k]), float(excess_kw[k]))
    up = np.where(np.abs(lift_mvnd) <= SAME_MVND, lifted, gain >= lift_mvnd)
    return gain, up, np.where(up, price, rising.price)


@dataclass(eq=False)
class _Rising:
    """Prices that rise one after the other, and the dual solution that follows."""

    relaxation: Relaxation
    dual: DearerLeaves
    price: FloatArray
    wanted: BoolArray

    def worth(self, k: int, enough_mvnd: float, excess_kw: float) -> float:
        """How much the bound rises with the price of one limit, no more than what is enough."""
        headroom = self.relaxation.limits[k].limit.headroom_kw
        before, reached = self.dual.rest, self.dual.left
        step = enough_mvnd / max(excess_kw, 1.0) / FIRST_STEPS
        known = 0.0
        for _ in range(MOST_STEPS):
            rest, left, price = self.dual.rest.copy(), self.dual.left.copy(), self.price.copy()
            more = self._risen(k, step) - step * headroom
            if more <= 0:
                self.dual.rest, self.dual.left, self.price = rest, left, price
                step /= 2
                continue
            known += more
            if known >= enough_mvnd:
                break
            step *= 2
        # who lifts it does not pay the rise
        self.dual.rest = np.minimum(self.dual.rest, before)
        self.dual.left = np.minimum(self.dual.left, reached)
        return min(known, enough_mvnd)

    def _risen(self, k: int, step: float) -> float:
        """Raise a price by a step; how much the bound rises beside what it pays back."""
        r, dual, layers = self.relaxation, self.dual, self.relaxation.layers
        old = r.apart_mvnd(self.price)
        without = r.priced(self.price).problem.without_line_mvnd
        self.price[k] += step
        new = r.apart_mvnd(self.price)
        dearer = r.priced(self.price).problem.without_line_mvnd
        link = np.flatnonzero(layers.under[layers.link_layer, k] > 0)
        arcs = dual.arcs(len(layers.edge) + link).reshape(-1, 2)
        used = arcs[:, 0] >= 0
        rise = step * r.load_kw[layers.settlement[link[used]]]
        dual.rest[arcs[used].ravel()] += np.repeat(rise, 2)
        finite = np.isfinite(without)
        worth = np.where(finite, np.where(finite, dearer, 0.0) - np.where(finite, without, 0.0) - (new - old), 0.0)
        # whom no line pays at the first prices would only be worth one where several prices rise
        leaf = np.where(self.wanted & (layers.terminal >= 0), dual.nodes(np.maximum(layers.terminal, 0)), -1)
        served = leaf >= 0
        dual.left[leaf[served]] += np.maximum(worth, 0.0)[served]
        leaves: IntArray = np.unique(leaf[layers.settlement[link[used]]])
        leaves = leaves[leaves >= 0]
        return float((new - old).sum()) + dual.gain(leaves, patience=PATIENCE)
