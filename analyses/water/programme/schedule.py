"""In which year each work is built: yearly budgets that come from the scheme or the user, never from the plan's own
cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from infragap.analyses.arrays import FloatArray, IntArray
from infragap.analyses.water.parameters import WaterParameters
from infragap.analyses.water.programme.built import Built
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
    p: WaterParameters = study.parameters
    budgets = yearly_budgets(study)
    year = np.zeros(len(works), dtype=np.int64)
    left = budgets.copy()
    for place, at in enumerate(p.years):
        for k, work in enumerate(works):
            if year[k] == 0 and work.cost_mvnd <= left[place] + 1e-6:
                year[k] = at
                left[place] -= work.cost_mvnd
    return Schedule(p.years, budgets, year)
