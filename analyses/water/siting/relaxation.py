"""The linear relaxation of the choice, kept warm from one question to the next."""

from __future__ import annotations

from dataclasses import dataclass

import highspy
import numpy as np
from scipy.sparse import csr_array, vstack

from infragap.analyses.arrays import BoolArray, FloatArray
from infragap.analyses.solvers.mixed_integer import quiet_highs, run_simplex
from infragap.analyses.solvers.stopping import Meter
from infragap.analyses.water.siting.model import Asked, Model


@dataclass(frozen=True, eq=False)
class Relaxed:
    """Value of the relaxation, its solution, and what one more of each variable would cost; None of them where nothing
    fits."""

    value: float
    values: FloatArray
    reduced_cost: FloatArray


@dataclass(frozen=True, eq=False)
class Limits:
    """A question as bounds: of the extra rows and of the variables, and what is minimised."""

    low: FloatArray
    high: FloatArray
    upper: FloatArray
    objective: FloatArray


def extra_rows(model: Model) -> csr_array:
    """Rows that questions put limits on: works, works of the list, money, people, people of poor communes; of each site
    its works; of each candidate the households that it serves beyond what a work must serve at least."""
    works = np.where(np.arange(len(model.cost)) < model.candidates, 1.0, 0.0)
    listed = works.copy()
    listed[: model.candidates] = model.listed
    dense = csr_array(np.stack([works, listed, model.cost, model.people, model.poor]))
    every, links = np.arange(model.candidates), np.arange(len(model.candidate))
    built = csr_array((np.ones(model.candidates), (model.site, every)), shape=(len(model.sites), len(model.cost)))
    rows, columns = np.concatenate([every, model.candidate]), np.concatenate([every, model.first_household + links])
    values = np.concatenate([-SERVED_SHARE * _able(model), np.ones(len(links))])
    served = csr_array((values, (rows, columns)), shape=(model.candidates, len(model.cost)))
    return csr_array(vstack([dense, built, served]))


SERVED_SHARE = 0.5
"""Part of the households that it can serve which a work serves at least, where it must be built: a work in name alone
fulfils nothing (assumption)."""


def _able(model: Model) -> FloatArray:
    """Households that each candidate can serve, (candidates,)."""
    there = np.bincount(model.candidate, weights=model.upper[model.first_household :], minlength=model.candidates)
    return np.asarray(np.minimum(there, model.capacity))


def limits_of(model: Model, asked: Asked) -> Limits:
    """Put a question as bounds."""
    most = [
        np.inf if asked.works_max is None else float(asked.works_max),
        np.inf,
        np.inf if asked.budget_mvnd is None else asked.budget_mvnd,
        np.inf,
        np.inf,
    ]
    least = [
        -np.inf,
        asked.listed_min or -np.inf,
        -np.inf,
        -np.inf if asked.people_min is None else asked.people_min,
        asked.poor_min or -np.inf,
    ]
    forced = np.isin(np.array(model.sites, dtype=object), list(asked.forced))
    built = np.where(forced, 1.0, -np.inf)
    must_serve = forced[model.site] | (model.listed & (asked.listed_min > 0))
    served = np.where(must_serve, 0.0, -np.inf)
    free = np.full(len(built) + len(served), np.inf)
    upper = model.upper.copy()
    if asked.allowed is not None:
        upper[: model.candidates] = np.where(asked.allowed, 1.0, 0.0)
        upper[model.first_household :] *= asked.allowed[model.candidate]
    objective = model.cost
    if asked.most_people:
        # money decides between plans that serve equally many
        objective = -model.people + model.cost * tie_weight(model)
    return Limits(np.concatenate([least, built, served]), np.concatenate([most, free]), upper, objective)


def tie_weight(model: Model) -> float:
    """Weight of money against people that can never outweigh a ten-thousandth of the people."""
    everything = float(np.maximum(model.cost * model.upper, 0).sum())
    served = float((model.people * model.upper).sum())
    return 1e-4 * served / everything / 10 if everything > 0 else 0.0


class Relaxation:
    """One linear programme whose bounds and prices change; the last basis starts the next solution.

    Parameters
    ----------
    model
        The choice.
    """

    def __init__(self, model: Model) -> None:
        """Hand the rows over once."""
        self.model = model
        self.fixed_rows = model.rows.shape[0]
        rows = csr_array(vstack([model.rows, extra_rows(model)]))
        self._highs = quiet_highs()
        program = highspy.HighsLp()
        program.num_col_, program.num_row_ = len(model.cost), rows.shape[0]
        program.col_cost_ = model.cost
        program.col_lower_, program.col_upper_ = np.zeros(len(model.cost)), model.upper
        free = np.full(rows.shape[0] - self.fixed_rows, np.inf)
        program.row_lower_, program.row_upper_ = np.concatenate([model.low, -free]), np.concatenate([model.high, free])
        program.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        program.a_matrix_.start_ = rows.indptr.astype(np.int32)
        program.a_matrix_.index_ = rows.indices.astype(np.int32)
        program.a_matrix_.value_ = rows.data.astype(np.float64)
        self._highs.passModel(program)
        self._rows = rows

    def solve(self, asked: Asked, meter: Meter) -> Relaxed | None:
        """Solve for one question; None where nothing fits."""
        wanted = limits_of(self.model, asked)
        count = len(self.model.cost)
        columns = np.arange(count, dtype=np.int32)
        self._highs.changeColsCost(count, columns, wanted.objective)
        self._highs.changeColsBounds(count, columns, np.zeros(count), wanted.upper)
        for k, (low, high) in enumerate(zip(wanted.low, wanted.high, strict=True)):
            self._highs.changeRowBounds(self.fixed_rows + k, float(low), float(high))
        if run_simplex(self._highs, meter) != highspy.HighsModelStatus.kOptimal:
            return None
        solution = self._highs.getSolution()
        return Relaxed(
            value=float(self._highs.getInfo().objective_function_value),
            values=np.array(solution.col_value),
            reduced_cost=np.array(solution.col_dual),
        )


def near(relaxed: Relaxed, model: Model, *, beside: int) -> BoolArray:
    """Candidates that the relaxation opens, and so many that would cost least more, (candidates,)."""
    opening = relaxed.values[: model.candidates] > 1e-7
    dearness = np.where(opening, -1.0, np.maximum(relaxed.reduced_cost[: model.candidates], 0.0))
    order = np.lexsort((np.arange(model.candidates), dearness))
    kept = opening.copy()
    kept[order[: int(opening.sum()) + beside]] = True
    return kept
