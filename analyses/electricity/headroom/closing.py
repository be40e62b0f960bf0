"""Prices of headroom at which a relaxed plan exceeds next to nothing: dearer where it does.

The prices that prove most leave some limits exceeded by thousands of kW, since at nearly the same price whole trees
hang on one feeder or another. To the bound that is nothing. Within the limits such load would leave the grid, at twenty
times what it costs to hang it on the other feeder: so a plan is made at prices where it hangs there already.
"""

from __future__ import annotations

import numpy as np

from infragap.analyses.arrays import BoolArray, FloatArray
from infragap.analyses.electricity.headroom.prices import Proven
from infragap.analyses.electricity.headroom.signs import Priced

CLOSE, CLOSE_TO_ALL = 0.01, 5e-4
"""Load beyond this part of a limit, and this part of all load at least, makes its headroom dearer."""

FIRST_RISE, LEAST_RISE = 0.05, 1.0
"""Of a price, as a part of it, and at least [million VND/kW]; doubled while that does not do."""


def enough_kw(priced: Priced, lifted: BoolArray) -> FloatArray:
    """(limits,) load beyond each that is next to nothing."""
    room_kw = np.array([each.limit.headroom_kw for each in priced.relaxation.limits])
    room_kw = room_kw + np.where(lifted, priced.lift_kw, 0.0)
    return np.asarray(np.maximum(CLOSE * room_kw, CLOSE_TO_ALL * float(priced.relaxation.load_kw.sum())))


def dearer(found: Proven, over: BoolArray, pace: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Prices for the next relaxed plan, and how fast they rise after that.

    Parameters
    ----------
    found
        A relaxed plan.
    over
        (limits,) limits whose headroom is to be dearer.
    pace
        (limits,) 1 at first; doubled while a limit is not done.
    """
    price = found.price
    higher = np.maximum(price * (1 + FIRST_RISE * pace), price + LEAST_RISE * pace)
    return np.where(over, higher, price), np.where(over, 2 * pace, 1.0)
