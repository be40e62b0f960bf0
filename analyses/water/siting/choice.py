"""Which works bring most people to the standard, within their number and the budget, with a proven bound."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from infragap.analyses.arrays import FloatArray, IntArray
from infragap.analyses.solvers.facility.solution import Found, certified
from infragap.analyses.solvers.location import Budget, Capacity, LocationSolution, maximal_coverage
from infragap.analyses.solvers.stopping import Stop
from infragap.analyses.water.parameters import WaterParameters
from infragap.analyses.water.service.allocation import allocate
from infragap.analyses.water.service.today import Gap
from infragap.analyses.water.works.candidate import Candidates


@dataclass(frozen=True)
class Choice:
    """The chosen works: rows of the candidates, households served of each village by each, the proof, and of how many candidates."""

    rows: IntArray
    served: pd.DataFrame
    solution: LocationSolution
    candidates: int


def choose(candidates: Candidates, gap: Gap, parameters: WaterParameters) -> Choice:
    """Choose the works that bring most people to the standard: capacitated maximal coverage with a proven bound.

    Parameters
    ----------
    candidates
        Works with their costs, and the villages that each reaches.
    gap
        Households and people without water to standard.
    parameters
        Most works, most money, gap and time.

    Notes
    -----
    Where no candidate can serve anybody, or none may be built, the empty choice is the best one: cost and bound are all people.
    """
    pairs, table, uncovered, people = candidates.pairs, candidates.table, gap.households, gap.people
    supply = table["capacity_households"].to_numpy(dtype=float)
    useful = supply[pairs["source"]] * uncovered[pairs["village"]] * people[pairs["village"]]
    if parameters.works_max == 0 or not (useful > 0).any():
        return _nothing(candidates, people, gap=parameters.gap)
    covers = csr_array(
        (np.ones(len(pairs), dtype=bool), (pairs["village"], pairs["source"])), shape=(len(uncovered), len(table))
    )
    solution = maximal_coverage(
        covers,
        parameters.works_max,
        weight=people,
        capacity=Capacity(supply, uncovered, divisible=True),
        budget=Budget(
            table["cost_mvnd"].to_numpy(), np.inf if parameters.budget_mvnd is None else parameters.budget_mvnd
        ),
        stop=Stop(parameters.gap, parameters.work_limit),
    )
    return Choice(
        rows=solution.sites,
        served=_served(candidates, solution.sites, uncovered),
        solution=solution,
        candidates=len(table),
    )


def _nothing(candidates: Candidates, people: FloatArray, *, gap: float) -> Choice:
    """The choice of no work, proven best because none can bring anything."""
    sites, missed = np.zeros(0, dtype=np.int64), float(people.sum())
    found = Found(
        sites=sites,
        assignment=np.full(len(people), -1, dtype=np.int64),
        cost=missed,
        lower_bound=missed,
        share=np.zeros(len(people)),
    )
    return Choice(
        rows=sites,
        served=_served(candidates, sites, people),
        solution=certified(found, gap=gap),
        candidates=len(candidates.table),
    )


def _served(candidates: Candidates, rows: IntArray, uncovered: FloatArray) -> pd.DataFrame:
    """Households of each village that each chosen work serves."""
    pairs = candidates.pairs[candidates.pairs["source"].isin(rows)].reset_index(drop=True)
    supply = candidates.table["capacity_households"].to_numpy()
    served = allocate(pairs, supply, uncovered)
    return pairs.assign(households=served)[served > 1e-6].reset_index(drop=True)
