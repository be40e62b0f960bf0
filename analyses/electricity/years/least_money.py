"""The cheapest works that bring so much: which they are and what they take."""

from __future__ import annotations

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

from infragap.analyses.arrays import BoolArray, FloatArray
from infragap.analyses.electricity.years.building_order import BuildingWorks
from infragap.analyses.solvers.quiet import native_output_dropped

GAP = 1e-3
NODES = 2000


def cheapest_works(works: BuildingWorks, gain: FloatArray, wanted: float, taken: BoolArray) -> BoolArray | None:
    """Find the works, (k,), that bring what is wanted at the least cost, with all that they need; None where no works
    bring it.

    Parameters
    ----------
    works
        To choose from.
    gain
        (k,) what each brings, not below 0; infinite cost is not looked for: leave those out by `gain` 0.
    wanted
        Sum of `gain` to be reached.
    taken
        (k,) works that are taken in any case, with what they need: they cost nothing more.

    Notes
    -----
    ``min Σ c x, Σ gain x ≥ wanted, x_i ≤ x_needed(i)`` (HiGHS, to a gap of 0.1 %).

    Examples
    --------
    Two settlements of 6 and 5 households on one line of 10 are cheaper than one of 10 households for 19:

    >>> works = BuildingWorks(
    ...     cost_mvnd=np.array([10.0, 2.0, 2.0, 19.0]), benefit=np.array([0.0, 6.0, 5.0, 10.0]),
    ...     needs=np.array([-1, 0, 0, -1]), earliest=np.zeros(4, dtype=int), stage=np.zeros(4, dtype=int)
    ... )
    >>> cheapest_works(works, works.benefit, 10.0, np.zeros(4, dtype=bool)).tolist()
    [True, True, True, False]
    """
    fixed = with_needed(works, taken)
    possible = with_needed(works, gain > 0) | fixed
    if gain[possible].sum() < wanted - 1e-9:
        return None
    if gain[fixed].sum() >= wanted - 1e-9:
        return fixed
    # where even the smallest of them cannot be missed there is nothing to choose
    open_gain = gain[~fixed & (gain > 0)]
    if gain[possible].sum() - open_gain.min() < wanted - 1e-9:
        return possible
    rows = np.flatnonzero(possible & ~fixed)
    place = np.full(len(gain), -1, dtype=np.int64)
    place[rows] = np.arange(len(rows))
    above = works.needs[rows]
    needy = np.flatnonzero((above >= 0) & (place[np.maximum(above, 0)] >= 0))
    each, ones = np.arange(len(needy)), np.ones(len(needy))
    constraints = [LinearConstraint(gain[rows][np.newaxis], lb=wanted - float(gain[fixed].sum()))]
    if len(needy):
        pairs = (np.tile(each, 2), np.concatenate([needy, place[above[needy]]]))
        before = coo_array((np.concatenate([ones, -ones]), pairs), shape=(len(needy), len(rows)))
        constraints.append(LinearConstraint(before.tocsr(), ub=0))
    with native_output_dropped():
        solution = milp(
            c=works.cost_mvnd[rows],
            integrality=np.ones(len(rows), dtype=np.int64),
            bounds=Bounds(0, 1),
            constraints=constraints,
            options={"mip_rel_gap": GAP, "node_limit": NODES},
        )
    if solution.x is None:
        return possible
    chosen = fixed.copy()
    chosen[rows[solution.x > 0.5]] = True
    return chosen


def with_needed(works: BuildingWorks, wanted: BoolArray) -> BoolArray:
    """Works and all that must stand before them, (k,)."""
    result = np.array(wanted, dtype=bool)
    new = np.flatnonzero(result)
    while len(new):
        above = np.unique(works.needs[new])
        new = above[(above >= 0) & ~result[np.maximum(above, 0)]]
        result[new] = True
    return result
