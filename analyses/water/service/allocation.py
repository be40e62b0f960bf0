"""Which village each scheme's households are in: as many as possible, over short mains."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import linprog
from scipy.sparse import csr_array, vstack

from infragap.analyses.arrays import FloatArray

LENGTH_PREFERENCE = 1e-3
"""Weight of a longer main against one more household served: decides between equal plans only."""


def allocate(pairs: pd.DataFrame, supply: FloatArray, demand: FloatArray) -> FloatArray:
    """Give the households of each scheme to villages in its reach, so that most are served, over short mains.

    Parameters
    ----------
    pairs
        source, village, main_km: who can be joined.
    supply
        (sources,) households that each serves at most.
    demand
        (villages,) households of each village.

    Returns
    -------
    ndarray
        (pairs,) households served over each pair: no source above its supply, no village above its households.

    Notes
    -----
    A transport problem, solved to optimality by HiGHS: so nothing depends on the order of the rows.
    """
    if not len(pairs):
        return np.zeros(0)
    source, village = pairs["source"].to_numpy(), pairs["village"].to_numpy()
    at, ones = np.arange(len(pairs)), np.ones(len(pairs))
    limits: Any = vstack(
        [
            csr_array((ones, (source, at)), shape=(len(supply), len(pairs))),
            csr_array((ones, (village, at)), shape=(len(demand), len(pairs))),
        ]
    )
    longest = max(float(pairs["main_km"].max()), 1e-9)
    cost = -1.0 + LENGTH_PREFERENCE * pairs["main_km"].to_numpy() / longest
    solved = linprog(cost, A_ub=limits, b_ub=np.concatenate([supply, demand]), method="highs")
    return np.maximum(np.asarray(solved.x, dtype=np.float64), 0.0)
