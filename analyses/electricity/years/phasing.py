"""In which year each line and each settlement is built: yearly budgets, upstream before downstream, most benefit
early."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

from infragap.analyses.arrays import FloatArray, IntArray
from infragap.analyses.electricity.parameters import ElectricityParameters

EXACT_WORKS = 20


EXACT_NODES = 500


VALUE_DECIMALS = 10


@dataclass(frozen=True, eq=False)
class Works:
    """Things to build: lines and settlements.

    Of works that are alike the first is built first: give them in an order that says something
    (`schedule.make_schedule`: by identifier).

    Attributes
    ----------
    cost_mvnd
        (k,) investment.
    benefit
        (k,) weight of having it for a year.
    needs
        (k,) the work that must be there before or in the same year; -1 for none.
    earliest
        (k,) first year (0 …) in which it may be built.
    """

    cost_mvnd: FloatArray
    benefit: FloatArray
    needs: IntArray
    earliest: IntArray


@dataclass(frozen=True, eq=False)
class Phases:
    """When each work is built.

    Attributes
    ----------
    year
        (k,) 0 for the first year; -1 where no budget reaches.
    benefit_years
        Benefit times years of use within the period, of all works.
    upper_bound
        No phasing within the budgets gives more.
    """

    year: IntArray
    benefit_years: float
    upper_bound: float

    @property
    def gap(self) -> float:
        """Proven relative distance to the best."""
        return (self.upper_bound - self.benefit_years) / self.upper_bound if self.upper_bound > 0 else 0.0


def yearly_budgets(
    investment_mvnd: float, parameters: ElectricityParameters, *, targets: Mapping[str, float]
) -> FloatArray:
    """Money of the five years [million VND].

    Parameters
    ----------
    investment_mvnd
        Investment of the whole plan.
    parameters
        Where they give budgets, those are taken.
    targets
        Targets of the catalogue; without budgets, a share of the investment is spread like its
        ``budget_<year>_bn_vnd``, evenly where it lacks one of
        the years.
    """
    if parameters.budgets_mvnd:
        return np.asarray(parameters.budgets_mvnd, dtype=np.float64)
    totals = np.array([targets.get(f"budget_{year}_bn_vnd", 0.0) for year in parameters.years], dtype=np.float64)
    shape = totals / totals.sum() if (totals > 0).all() else np.full(len(totals), 1 / len(totals))
    return np.asarray(shape * investment_mvnd * parameters.budget_share_pct / 100)


def phase(works: Works, budgets_mvnd: FloatArray) -> Phases:
    """Choose the years so that benefit times years of use is greatest; money not used in a year lapses.

    Notes
    -----
    ``x[i, t]`` is 1 where work i stands at the end of year t; it stays, needs what is above it, and each year's
    additions keep the budget.
    Up to `EXACT_WORKS` works the integer programme is solved (HiGHS, to the end or `EXACT_NODES` nodes). Beyond, its
    linear relaxation gives the bound, and two orders
    are filled into the budgets: benefit per VND, and the relaxation's own years; the better one is taken.
    """
    count, years = len(works.cost_mvnd), len(budgets_mvnd)
    orders = [fill(works, budgets_mvnd, key=np.zeros(count))]
    if count == 0 or not works.benefit.any():
        return Phases(year=orders[0], benefit_years=0.0, upper_bound=0.0)
    exact = count <= EXACT_WORKS
    solution = milp(
        c=-np.repeat(works.benefit, years),
        integrality=np.full(count * years, int(exact), dtype=np.int64),
        bounds=Bounds(0, (np.arange(years) >= works.earliest[:, np.newaxis]).astype(np.float64).ravel()),
        constraints=_constraints(works, budgets_mvnd),
        options={"mip_rel_gap": 1e-9, "node_limit": EXACT_NODES},
    )
    bound = float((works.benefit * np.maximum(years - works.earliest, 0)).sum())
    if solution.x is not None:
        standing = solution.x.reshape(count, years)
        proven = solution.mip_dual_bound if exact else solution.fun
        bound = min(bound, -float(proven))
        if exact:
            orders.append(np.where(standing[:, -1] > 0.5, (standing > 0.5).argmax(axis=1), -1))
        else:
            orders.append(fill(works, budgets_mvnd, key=np.round(years - standing.sum(axis=1), 6)))
    best = max(orders, key=lambda year: worth(works, year, years))
    reached = worth(works, best, years)
    return Phases(year=best, benefit_years=reached, upper_bound=max(bound, reached))


def worth(works: Works, year: IntArray, years: int) -> float:
    """Benefit times years of use within the period."""
    return float((works.benefit * np.where(year >= 0, years - year, 0)).sum())


def fill(works: Works, budgets_mvnd: FloatArray, *, key: FloatArray) -> IntArray:
    """Fill the budgets year by year: smallest key first, of equal ones most benefit per VND, each with all that it
    still needs.

    Parameters
    ----------
    works
        What to build.
    budgets_mvnd
        (years,) money.
    key
        (k,) order; zeros leave it to the benefit per VND alone.
    """
    count = len(works.cost_mvnd)
    year = np.full(count, -1, dtype=np.int64)
    chains = [_chain(works, work) for work in range(count)]
    extended: list[list[int]] = [[] for _ in range(count)]
    for work, chain in enumerate(chains):
        for above in chain:
            extended[above].append(work)
    missing = np.array([works.cost_mvnd[chain].sum() for chain in chains], dtype=np.float64)
    ready = np.array([works.earliest[chain].max() for chain in chains], dtype=np.int64)
    for now, budget in enumerate(budgets_mvnd):
        left = float(budget)
        while True:
            open_works = np.flatnonzero((year < 0) & (works.benefit > 0) & (ready <= now) & (missing <= left + 1e-9))
            if len(open_works) == 0:
                break
            # rounded, so that equal works are equal whatever the order in which their costs were added up
            value = np.round(works.benefit[open_works] / np.maximum(missing[open_works], 1e-12), VALUE_DECIMALS)
            best = int(open_works[np.lexsort((open_works, -value, key[open_works]))[0]])
            left -= float(missing[best])
            for built in [u for u in chains[best] if year[u] < 0]:
                year[built] = now
                missing[extended[built]] -= works.cost_mvnd[built]
    return year


def _chain(works: Works, work: int) -> list[int]:
    chain = [work]
    while works.needs[chain[-1]] >= 0:
        chain.append(int(works.needs[chain[-1]]))
    return chain


def _constraints(works: Works, budgets_mvnd: FloatArray) -> list[LinearConstraint]:
    count, years = len(works.cost_mvnd), len(budgets_mvnd)
    column = np.arange(count * years).reshape(count, years)
    size = count * years
    result = []
    if years > 1:
        result.append(_at_most(column[:, :-1].ravel(), column[:, 1:].ravel(), size))
    needy = np.flatnonzero(works.needs >= 0)
    if len(needy):
        result.append(_at_most(column[needy].ravel(), column[works.needs[needy]].ravel(), size))
    rows = np.concatenate([np.tile(np.arange(years), count), np.tile(np.arange(1, years), count)])
    cols = np.concatenate([column.ravel(), column[:, :-1].ravel()])
    data = np.concatenate([np.repeat(works.cost_mvnd, years), -np.repeat(works.cost_mvnd, years - 1)])
    result.append(LinearConstraint(coo_array((data, (rows, cols)), shape=(years, size)).tocsr(), ub=budgets_mvnd))
    return result


def _at_most(smaller: IntArray, larger: IntArray, size: int) -> LinearConstraint:
    """``x[smaller] <= x[larger]``."""
    rows = np.tile(np.arange(len(smaller)), 2)
    data = np.concatenate([np.ones(len(smaller)), -np.ones(len(larger))])
    matrix = coo_array((data, (rows, np.concatenate([smaller, larger]))), shape=(len(smaller), size)).tocsr()
    return LinearConstraint(matrix, ub=0)
