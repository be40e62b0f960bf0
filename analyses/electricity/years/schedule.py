"""The plan laid out in years: what is built when, and in which order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from pandas.arrays import IntegerArray

from infragap.analyses.arrays import FloatArray, IntArray
from infragap.analyses.demand import DAYS_PER_YEAR
from infragap.analyses.electricity.demand.load import yearly_household_kwh
from infragap.analyses.electricity.least_cost.branches import Branches
from infragap.analyses.electricity.least_cost.outcome import Outcome
from infragap.analyses.electricity.least_cost.plan import Plan
from infragap.analyses.electricity.least_cost.study import Study
from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.analyses.electricity.routing.line_components import COMPONENTS
from infragap.analyses.electricity.years.phasing import VALUE_DECIMALS, Phases, Works, phase, yearly_budgets

if TYPE_CHECKING:
    pass


KIT_KWH_PER_DAY = 0.2
"""What a donated kit gives a household: the floor of tier 2."""


@dataclass(frozen=True, eq=False)
class Schedule:
    """Years of lines and settlements.

    Attributes
    ----------
    branch_year, settlement_year
        0 for the first year; -1 where no budget reaches, or nothing is to be built.
    priority
        (n,) order of building, 1 first.
    budgets_mvnd
        (years,) money.
    phases
        Benefit reached and bound.
    """

    branch_year: IntArray
    settlement_year: IntArray
    priority: IntArray
    budgets_mvnd: FloatArray
    phases: Phases


def household_weights(study: Study, parameters: ElectricityParameters) -> FloatArray:
    """Benefit of supplying each settlement for a year: households, more where the commune is poor, less where donated
    kits give light."""
    poverty = study.inputs.communes["poverty_rate_pct"].to_numpy(dtype=np.float64)
    poverty = np.where(np.isfinite(poverty), poverty, np.nanmean(poverty) if np.isfinite(poverty).any() else 0.0) / 100
    rate = np.where(study.settlements.commune >= 0, poverty[np.maximum(study.settlements.commune, 0)], 0.0)
    has_light = min(1.0, KIT_KWH_PER_DAY * DAYS_PER_YEAR / float(yearly_household_kwh(parameters)[0]))
    need = np.where(study.settlements.has_home_system, 1 - has_light, 1.0)
    return np.asarray(study.settlements.households * need * (1 + parameters.weight_poverty * rate))


def make_schedule(plan: Plan) -> Schedule:
    """Lay the plan out in years."""
    study, costs, outcome, parameters = plan.study, plan.costs, plan.outcome, plan.parameters
    branches = outcome.branches
    count, n = len(branches), len(study.settlements)
    on_grid = outcome.on_grid
    local = np.where(on_grid, costs.works.total_investment_mvnd, outcome.investment_mvnd)
    needs = np.where(on_grid & (branches.branch_of >= 0), branches.branch_of, -1)
    weight = household_weights(study, parameters)
    order = _order_of_works(branches, study.settlements.id_rank)
    rank_in_order = np.argsort(order)
    needs = np.concatenate([branches.parent, needs])
    works = Works(
        cost_mvnd=np.concatenate([outcome.branch_investment_mvnd, local])[order],
        benefit=np.concatenate([np.zeros(count), weight])[order],
        needs=np.where(needs >= 0, rank_in_order[needs], -1)[order],
        earliest=np.concatenate([_earliest(outcome, parameters), np.zeros(n, dtype=np.int64)])[order],
    )
    budgets = yearly_budgets(float(works.cost_mvnd.sum()), parameters, targets=study.inputs.targets)
    phases = phase(works, budgets)
    year = phases.year[rank_in_order]
    settlement_year = np.where(study.settlements.households > 0, year[count:], -1)
    value = np.round(weight / np.maximum(outcome.investment_mvnd, 1e-9), VALUE_DECIMALS)
    late = np.where(settlement_year >= 0, settlement_year, len(budgets))
    priority = np.empty(n, dtype=np.int64)
    priority[np.lexsort((study.settlements.id_rank, -value, late))] = np.arange(1, n + 1)
    return Schedule(
        branch_year=year[:count],
        settlement_year=settlement_year,
        priority=priority,
        budgets_mvnd=budgets,
        phases=phases,
    )


def _order_of_works(branches: Branches, rank: IntArray) -> IntArray:
    """Order of lines and settlements that hangs on identifiers alone: settlements by theirs, each line before the first
    of those it serves."""
    count, n = len(branches), len(rank)
    first = np.full(count, n, dtype=np.int64)
    served = branches.branch_of >= 0
    np.minimum.at(first, branches.branch_of[served], rank[served])
    for branch in range(count - 1, -1, -1):
        if branches.parent[branch] >= 0:
            first[branches.parent[branch]] = min(first[branches.parent[branch]], first[branch])
    depth = branches.along(np.ones(count))
    return np.lexsort((np.concatenate([depth, np.full(n, np.inf)]), np.concatenate([first, rank]))).astype(np.int64)


def _earliest(outcome: Outcome, parameters: ElectricityParameters) -> IntArray:
    """First year of each line: one through forest that must be converted waits for the permit."""
    components = outcome.branches.components
    crosses = components[:, [COMPONENTS.index("forest_km_35"), COMPONENTS.index("forest_km_22")]].sum(axis=1) > 0
    wait = int(np.ceil(parameters.forest_delay_months / 12)) if parameters.forest_rule == "price" else 0
    return np.where(crosses, wait, 0).astype(np.int64)


def calendar_year(year: IntArray, parameters: ElectricityParameters) -> IntegerArray:
    """Years as nullable integers, empty where no budget reaches."""
    return IntegerArray(parameters.first_year + year, year < 0)
