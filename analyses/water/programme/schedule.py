"""In which year each work is built: yearly budgets that come from the scheme or the user, never from the plan's own
cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from infragap.analyses.arrays import FloatArray, IntArray
from infragap.analyses.water.programme.built import Built
from infragap.analyses.water.siting.choice import Choice
from infragap.analyses.water.siting.model import Model
from infragap.analyses.water.study import Study

MVND_PER_BN = 1000.0


@dataclass(frozen=True, eq=False)
class Schedule:
    """When each work is built.

    Attributes
    ----------
    years
        Years of building.
    budgets_mvnd
        (years,) money of each; inf where none is known.
    year
        (works,) year; 0 where the money of the years does not reach.
    """

    years: tuple[int, ...]
    budgets_mvnd: FloatArray
    year: IntArray


def yearly_budgets(study: Study) -> FloatArray:
    """Money of the five years [million VND]: given, else a share of the scheme's yearly budgets; no limit where the
    catalogue has none."""
    p = study.parameters
    if p.budgets_mvnd:
        return np.asarray(p.budgets_mvnd, dtype=np.float64)
    totals = [study.targets.get(f"budget_{year}_bn_vnd") for year in p.years]
    if any(total is None for total in totals):
        return np.full(len(p.years), np.inf)
    return np.array([float(total or 0.0) * MVND_PER_BN * p.budget_share_pct / 100 for total in totals])


def schedule(study: Study, works: Sequence[Built]) -> Schedule:
    """Fill the budgets year by year with the works in their order (most people per million VND first); money that is
    left lapses.

    Notes
    -----
    In a year a work that does not fit is passed over for the next that does, and comes first in the year after.
    """
    budgets = yearly_budgets(study)
    cost = np.array([work.cost_mvnd for work in works], dtype=np.float64)
    return Schedule(study.parameters.years, budgets, years_of(cost, budgets, study.parameters.years))


def years_of(cost_mvnd: FloatArray, budgets_mvnd: FloatArray, years: Sequence[int]) -> IntArray:
    """Year of each work, (works,) in the order in which they are to be built; 0 where the money does not reach.

    Examples
    --------
    >>> years_of(np.array([6.0, 5.0, 4.0]), np.array([10.0, 0.0]), (2026, 2027)).tolist()
    [2026, 0, 2026]
    """
    year, left = np.zeros(len(cost_mvnd), dtype=np.int64), budgets_mvnd.copy()
    for place, at in enumerate(years):
        for k, cost in enumerate(cost_mvnd):
            if year[k] == 0 and cost <= left[place] + 1e-6:
                year[k] = at
                left[place] -= cost
    return year


def people_by_last_year(study: Study, model: Model, choice: Choice) -> float:
    """People whom the works of any answer serve by the last year, as far as the money of the years reaches."""
    rows = np.flatnonzero(choice.open)
    cost, people = choice.by_work(model)
    cost, people = cost[rows], people[rows]
    # of equal price the first by identifier: candidates are in that order
    order = np.lexsort((rows, np.round(cost / np.maximum(people, 1e-9), 9)))
    year = years_of(cost[order], yearly_budgets(study), study.parameters.years)
    return float(people[order][year > 0].sum())
