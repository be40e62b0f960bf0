"""What the target would take, whatever the number of works: an estimate without a bound."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np

from infragap.analyses.arrays import FloatArray
from infragap.analyses.water.service.today import Gap
from infragap.analyses.water.study import Study
from infragap.analyses.water.works.candidate import Candidates


@dataclass(frozen=True)
class Target:
    """Works, their cost, and the rural people that they bring to the standard."""

    works: int
    cost_mvnd: float
    people_gained: float


def reach_target(study: Study, candidates: Candidates, gap: Gap) -> Target:
    """Take candidates in order of people per million VND until the target is met or none is left."""
    people = float(study.population[study.rural].sum())
    wanted = people * study.parameters.target_pct / 100 - (people - float(gap.people.sum()))
    if wanted <= 0:
        return Target(0, 0.0, 0.0)
    rest, size = gap.households.copy(), gap.people_per_household
    cost = candidates.table["cost_mvnd"].to_numpy()
    capacity = candidates.table["capacity_households"].to_numpy(dtype=float)
    pairs = candidates.pairs.sort_values(["source", "main_km", "village"])
    starts = np.searchsorted(pairs["source"], np.arange(len(cost) + 1))
    villages = [pairs["village"].to_numpy()[a:b] for a, b in itertools.pairwise(starts)]
    first_gain = np.array([_taken(rest[v], c) @ size[v] for v, c in zip(villages, capacity, strict=True)])
    gained = spent = 0.0
    works = 0
    for i in np.lexsort((np.arange(len(cost)), -first_gain / np.maximum(cost, 1e-9))):
        taken = _taken(rest[villages[i]], capacity[i])
        new_people = float(taken @ size[villages[i]])
        if new_people <= 0:
            continue
        rest[villages[i]] -= taken
        gained, spent, works = gained + new_people, spent + float(cost[i]), works + 1
        if gained >= wanted:
            break
    return Target(works, spent, gained)


def _taken(waiting: FloatArray, capacity: float) -> FloatArray:
    """Households that one work takes of each village, in the order given (nearest first)."""
    before = np.cumsum(waiting) - waiting
    return np.asarray(np.clip(capacity - before, 0.0, waiting))
