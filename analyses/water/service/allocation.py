"""Which village each scheme's households are in: most people to the standard, then most people, then short mains."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import linprog
from scipy.sparse import csr_array, vstack

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray

EXACT = 1e-9
"""Share of a stage's result that the next may give up: rounding, nothing else."""


@dataclass(frozen=True, eq=False)
class Supply:
    """What is shared out.

    Attributes
    ----------
    households
        (sources,) that each serves at most.
    to_standard
        (sources,) True where its water meets the standard.
    twin
        (sources,) number of the group of sources that start from the same place: they share by capacity.
    must_serve
        (sources,) True where it surely serves somebody in its reach, as a town's plant does.
    """

    households: FloatArray
    to_standard: BoolArray
    twin: IntArray
    must_serve: BoolArray


def allocate(pairs: pd.DataFrame, supply: Supply, demand: FloatArray, people_per_household: FloatArray) -> FloatArray:
    """Give the households of each scheme to villages in its reach.

    Parameters
    ----------
    pairs
        source, village, main_km: who can be joined.
    supply
        What each source has.
    demand
        (villages,) households of each village that a pipe may serve.
    people_per_household
        (villages,).

    Returns
    -------
    ndarray
        (pairs,) households served over each pair: no source above its supply, no village above its demand.

    Notes
    -----
    A transport problem, solved in stages by HiGHS: most people to the standard; of such plans most people; of such the
    shortest mains. Pairs are put in order of source and village first, so nothing depends on the order of the rows.
    Since each stage is a largest flow, more capacity, one more source or less demand per head never lowers what it
    gives.
    """
    if not len(pairs):
        return np.zeros(0)
    merged = pairs.assign(source=supply.twin[pairs["source"]], first=pairs["source"]).sort_values(
        ["source", "village", "first"]
    )
    kept = merged.drop_duplicates(["source", "village"])
    groups = int(supply.twin.max()) + 1
    limit = np.bincount(supply.twin, weights=supply.households, minlength=groups).astype(np.float64)
    standard = np.zeros(groups, dtype=bool)
    standard[supply.twin] = supply.to_standard
    must = np.zeros(groups, dtype=bool)
    must[supply.twin] |= supply.must_serve
    program = _Stages(kept, limit, demand, people_per_household)
    served = program.solve(standard[kept["source"].to_numpy()], must)
    by_pair = pd.Series(served, index=pd.MultiIndex.from_frame(kept[["source", "village"]]))
    total = by_pair.loc[pd.MultiIndex.from_arrays([supply.twin[pairs["source"]], pairs["village"]])].to_numpy()
    part = np.divide(
        supply.households, limit[supply.twin], out=np.zeros(len(limit[supply.twin])), where=limit[supply.twin] > 0
    )
    return np.asarray(total * part[pairs["source"].to_numpy()])


class _Stages:
    """The stages of one allocation: each keeps what the ones before have reached."""

    def __init__(self, pairs: pd.DataFrame, limit: FloatArray, demand: FloatArray, size: FloatArray) -> None:
        self.source, self.village = pairs["source"].to_numpy(), pairs["village"].to_numpy()
        self.km = pairs["main_km"].to_numpy()
        self.people = size[self.village]
        self.groups = len(limit)
        at, ones = np.arange(len(pairs)), np.ones(len(pairs))
        self.rows: Any = vstack(
            [
                csr_array((ones, (self.source, at)), shape=(len(limit), len(pairs))),
                csr_array((ones, (self.village, at)), shape=(len(demand), len(pairs))),
            ]
        )
        self.most = np.concatenate([limit, demand])
        self.reach = np.bincount(self.source, weights=demand[self.village], minlength=len(limit))
        self.limit = limit

    def solve(self, standard: BoolArray, must: BoolArray) -> FloatArray:
        served = self._most(self.people * standard)
        served = self._most(self.people) if served is not None else None
        least = np.where(must, np.minimum(np.minimum(self.limit, self.reach), 1.0), 0.0)
        ones, at = np.ones(len(self.source)), np.arange(len(self.source))
        busy = csr_array((-ones, (self.source, at)), shape=(self.groups, len(at)))
        shortest = linprog(
            self.km / max(float(self.km.max()), 1e-9),
            A_ub=vstack([self.rows, busy]),
            b_ub=np.concatenate([self.most, -least]),
            method="highs",
        )
        if shortest.x is None:
            shortest = linprog(self.km, A_ub=self.rows, b_ub=self.most, method="highs")
        best = shortest.x if shortest.x is not None else served
        return np.maximum(np.asarray(best, dtype=np.float64), 0.0)

    def _most(self, worth: FloatArray) -> FloatArray | None:
        """Find the largest worth, and keep it from now on."""
        solved = linprog(-worth, A_ub=self.rows, b_ub=self.most, method="highs")
        reached = float(worth @ solved.x) if solved.x is not None else 0.0
        self.rows = vstack([self.rows, csr_array(-worth[None, :])])
        self.most = np.append(self.most, -reached * (1 - EXACT) + EXACT)
        return None if solved.x is None else np.asarray(solved.x)
