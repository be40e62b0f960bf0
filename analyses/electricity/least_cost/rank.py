"""The order of the settlements: life-cycle cost of an own grid connection by that of the best off-grid option."""

from __future__ import annotations

import numpy as np

from infragap.analyses.arrays import FloatArray, IntArray, ObjectArray


def rank_by_ratio(ratio: FloatArray, households: FloatArray, identifier: ObjectArray) -> IntArray:
    """Rank 1 for the smallest ratio; of equal ones more households first, then the identifier; NaN last.

    The identifier decides last, so that the order of the rows does not.

    Examples
    --------
    >>> ratio = np.array([1.2, 0.8, np.nan, 0.8])
    >>> rank_by_ratio(ratio, np.array([10.0, 20.0, 5.0, 30.0]), np.array(["A", "B", "C", "D"])).tolist()
    [3, 2, 4, 1]
    """
    order = np.lexsort((identifier.astype(str), -households, np.where(np.isnan(ratio), np.inf, ratio)))
    rank = np.empty(len(ratio), dtype=np.int64)
    rank[order] = np.arange(1, len(ratio) + 1)
    return rank


def grid_to_offgrid_ratio(grid_mvnd: FloatArray, offgrid_mvnd: FloatArray) -> FloatArray:
    """Ratio of life-cycle costs; NaN where either is missing.

    Examples
    --------
    >>> grid_to_offgrid_ratio(np.array([900.0, np.nan]), np.array([1000.0, 500.0])).tolist()
    [0.9, nan]
    """
    usable = np.isfinite(grid_mvnd) & np.isfinite(offgrid_mvnd) & (offgrid_mvnd > 0)
    return np.asarray(np.divide(grid_mvnd, offgrid_mvnd, out=np.full(len(grid_mvnd), np.nan), where=usable))
