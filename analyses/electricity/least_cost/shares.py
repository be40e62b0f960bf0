"""Who pays which part of the joint lines."""

from __future__ import annotations

import numpy as np

from infragap.analyses.arrays import FloatArray
from infragap.analyses.electricity.least_cost.branches import Branches


def fair_shares(branches: Branches, cost: FloatArray, benefit: FloatArray, households: FloatArray) -> FloatArray:
    """Split the cost of every branch among the settlements that it serves.

    Parameters
    ----------
    branches
        Planned lines.
    cost
        (b,) cost of each branch.
    benefit
        (settlements,) what the grid saves each before any line is paid: best off-grid cost less local grid works, not
        below 0.
    households
        (settlements,) weights for what no benefit covers.

    Returns
    -------
    ndarray
        (settlements,) shares; they sum to the cost of all branches.

    Notes
    -----
    From the ends of the tree upwards, every branch is paid by the settlements below it in proportion to the benefit
    that each still has. In
    a cheapest tree the benefit left below a branch always covers it (otherwise the branch would not be built), so
    nobody pays more than its own
    best alternative costs. Where forced connections leave a rest, it is split by households.
    """
    left = np.maximum(np.nan_to_num(benefit, posinf=0.0), 0.0).astype(np.float64)
    share = np.zeros(len(households))
    members: list[list[int]] = [[] for _ in range(len(branches))]
    for settlement in np.flatnonzero(branches.branch_of >= 0):
        members[int(branches.branch_of[settlement])].append(int(settlement))
    for branch in range(len(branches) - 1, -1, -1):
        below = np.array(members[branch], dtype=np.int64)
        if branches.parent[branch] >= 0:
            members[int(branches.parent[branch])] += members[branch]
        if len(below) == 0:
            continue
        remaining = float(left[below].sum())
        paid = min(float(cost[branch]), remaining)
        if paid > 0:
            part = left[below] * (paid / remaining)
            share[below] += part
            left[below] = np.maximum(left[below] - part, 0.0)
        rest = float(cost[branch]) - paid
        if rest > 0:
            weight = np.maximum(households[below], 1e-9)
            share[below] += rest * weight / weight.sum()
    return share
