"""Who pays which part of the joint lines."""

from __future__ import annotations

import numpy as np

from infragap.analyses.arrays import FloatArray
from infragap.analyses.electricity.least_cost.branches import Branches


def fair_shares(branches: Branches, cost: FloatArray, most: FloatArray, households: FloatArray) -> FloatArray:
    """Split the cost of every branch among the settlements that it serves.

    Parameters
    ----------
    branches
        Planned lines.
    cost
        (b,) cost of each branch.
    most
        (settlements,) what each should pay at most: its own line, or what its other supply costs more.
    households
        (settlements,) weights for what no benefit covers.

    Returns
    -------
    ndarray
        (settlements,) shares; they sum to the cost of all branches.

    Notes
    -----
    From the ends of the tree upwards, every branch is paid by the settlements below it in proportion to what each could
    still pay. Since the sets of settlements below branches lie within each other, this finds shares within everybody's
    limit whenever there are any. Where there are none, which forced connections bring about, the rest of a branch is
    split by households.
    """
    left = np.maximum(np.nan_to_num(most, posinf=1e12), 0.0).astype(np.float64)
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
