"""Splitting a known total into whole parts: exact sums, whatever the weights."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def largest_remainder(total: int, weights: ArrayLike, *, minimum: ArrayLike = 0) -> NDArray[np.int64]:
    """Split a total into whole numbers in proportion to weights (Hamilton's method).

    Parameters
    ----------
    total
        What the parts sum to.
    weights
        (n,), at least 0, not all 0.
    minimum
        Least value of each part, scalar or (n,).

    Returns
    -------
    ndarray
        (n,) int64, sum exactly `total`, each at least its minimum.

    Raises
    ------
    ValueError
        The minima sum to more than the total, or no weight is positive.
    """
    weight = np.asarray(weights, dtype=np.float64)
    least = np.broadcast_to(np.asarray(minimum, dtype=np.int64), weight.shape).copy()
    if least.sum() > total:
        raise ValueError(f"minima sum to {least.sum()}, more than the total {total}")
    if not weight.sum() > 0:
        raise ValueError("no positive weight")
    parts = least.copy()
    free = np.ones(len(weight), dtype=bool)
    while True:
        # parts whose share falls below their minimum keep it, the others share what is left
        left = total - least[~free].sum()
        share = np.where(free, left * weight / max(weight[free].sum(), 1e-300), 0.0)
        short = free & (share < least)
        if not short.any() or short.sum() == free.sum():
            break
        free &= ~short
    parts[free] = np.maximum(np.floor(share[free]).astype(np.int64), least[free])
    rest = int(total - parts.sum())
    # stable order: equal remainders go to the earlier part
    order = np.argsort(-(share - np.floor(share)) + np.where(free, 0.0, 2.0), kind="stable")
    places = int(free.sum())
    for step in range(rest):
        parts[order[step % places]] += 1
    return parts
