"""The plan laid out in years: what is built when and in which order, with the money that is granted or, without any,
that would be needed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from pandas.arrays import IntegerArray

from infragap.analyses.arrays import FloatArray, IntArray
from infragap.analyses.demand import DAYS_PER_YEAR
from infragap.analyses.electricity.demand.load import yearly_household_kwh
from infragap.analyses.electricity.least_cost.branches import Branches
from infragap.analyses.electricity.least_cost.outcome import Outcome
from infragap.analyses.electricity.least_cost.plan import Plan
from infragap.analyses.electricity.least_cost.study import Study
from infragap.analyses.electricity.least_cost.targets import Targets, binding, households_left, required_villages
from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.analyses.electricity.routing.line_components import COMPONENTS
from infragap.analyses.electricity.years.building_order import (
    BuildingWorks,
    building_blocks,
    most_benefit_years,
)
from infragap.analyses.electricity.years.least_money import cheapest_works
from infragap.analyses.electricity.years.reinforcement import OrderedWorks, Reinforcement, reinforcements_of

LAST_STAGE = 2
"""Stage of works that neither the villages (0) nor the share of households (1) ask for: safe supply, and what only pays
for itself."""

KIT_KWH_PER_DAY = 0.2
"""What a donated kit gives a household: the floor of tier 2."""


@dataclass(frozen=True, eq=False)
class Schedule:
    """Years of lines and settlements.

    Attributes
    ----------
    branch_year, settlement_year
        0 for the first year; -1 where no money reaches, or nothing is to be built.
    priority
        (n,) order of building, 1 first.
    budgets_mvnd
        (years,) money granted; None where none is.
    needed_mvnd
        (years,) what each year would have to bring for the whole plan, in the shape of the scheme's totals.
    must_build_by
        (n,) year of the target that asks for it; 0 where none does.
    benefit_years, upper_bound
        Benefit times years of use, and what no order within the money exceeds.
    works
        What was laid out: branches, then settlements.
    reinforcements, reinforcement_year
        Feeders and substations that are reinforced, and when.
    """

    branch_year: IntArray
    settlement_year: IntArray
    priority: IntArray
    budgets_mvnd: FloatArray | None
    needed_mvnd: FloatArray
    must_build_by: IntArray
    benefit_years: float
    upper_bound: float
    works: BuildingWorks
    reinforcements: tuple[Reinforcement, ...]
    reinforcement_year: IntArray

    @property
    def gap(self) -> float:
        """Proven relative distance of the order to the best."""
        return (self.upper_bound - self.benefit_years) / self.upper_bound if self.upper_bound > 0 else 0.0

    @property
    def money_mvnd(self) -> FloatArray:
        """(years,) money that the years were laid out with: granted, or needed."""
        return self.needed_mvnd if self.budgets_mvnd is None else self.budgets_mvnd


def granted_budgets(targets: Mapping[str, Any], parameters: ElectricityParameters) -> FloatArray | None:
    """Money of the years [million VND]: of the user, or of the pack for this item; None where nobody grants any.

    Examples
    --------
    >>> granted_budgets({}, ElectricityParameters()) is None
    True
    """
    if parameters.budgets_mvnd:
        return np.asarray(parameters.budgets_mvnd, dtype=np.float64)
    given = [targets.get(f"electricity_budget_{year}_bn_vnd") for year in parameters.years]
    known = [float(value) for value in given if value is not None]
    return 1000 * np.array(known) if len(known) == len(given) else None


def needed_money(total_mvnd: float, targets: Mapping[str, Any], parameters: ElectricityParameters) -> FloatArray:
    """Spread the money that a plan needs over the years like the scheme's yearly totals, evenly where the catalogue
    lacks them."""
    totals = np.array([targets.get(f"budget_{year}_bn_vnd", 0.0) for year in parameters.years], dtype=np.float64)
    shape = totals / totals.sum() if (totals > 0).all() else np.full(len(totals), 1 / len(totals))
    return np.asarray(shape * total_mvnd)


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
    """Lay the plan out in years.

    Notes
    -----
    There is one order of building, whatever the money: first what must be on the grid, then what the target of
    households needs, then the rest (`_stages`), within each most benefit per money, each line before what hangs on it.
    Money is spent along it: where it does not suffice for the next work, nothing behind that is built either, and what
    a year does not use stays for the next. So more money never delays anything. A feeder or substation is reinforced
    right before the first settlement whose load it has no room for; whom the order puts first is not weighed by that.
    """
    study, outcome, p = plan.study, plan.outcome, plan.parameters
    branches = outcome.branches
    count, n = len(branches), len(study.settlements)
    targets = binding(study, p)
    works, number = _works(plan, targets)
    blocks = building_blocks(works)
    order = np.array([k for block in blocks for k in block.works], dtype=np.int64)
    ordered = OrderedWorks.of(works, order, number[count:], reinforcements_of(plan))
    needed = needed_money(float(ordered.works.cost_mvnd.sum()), study.inputs.targets, p)
    budgets = granted_budgets(study.inputs.targets, p)
    money = needed if budgets is None else budgets
    with_reinforcements, in_time = ordered.years(money), ordered.years(needed)
    year = with_reinforcements[: len(order)]
    standing = np.where(year >= 0, len(money) - year, 0)
    reached = float((works.benefit * standing).sum())
    free = replace(works, stage=np.zeros_like(works.stage))
    position = np.empty(len(order), dtype=np.int64)
    position[order] = np.arange(len(order))
    inhabited = study.settlements.households > 0
    priority = np.empty(n, dtype=np.int64)
    priority[np.lexsort((study.settlements.id_rank, position[number[count:]], ~inhabited))] = np.arange(1, n + 1)
    return Schedule(
        branch_year=year[number[:count]],
        settlement_year=np.where(inhabited, year[number[count:]], -1),
        priority=priority,
        budgets_mvnd=budgets,
        needed_mvnd=np.array([ordered.works.cost_mvnd[in_time == t].sum() for t in range(len(needed))]),
        must_build_by=_must_build_by(plan, targets, works.stage[number[count:]]),
        benefit_years=reached,
        upper_bound=max(most_benefit_years(building_blocks(free), money), reached),
        works=BuildingWorks(
            works.cost_mvnd[number],
            works.benefit[number],
            _renumbered(works.needs, number),
            works.earliest[number],
            works.stage[number],
        ),
        reinforcements=ordered.reinforcements,
        reinforcement_year=with_reinforcements[len(order) :],
    )


def _works(plan: Plan, targets: Targets) -> tuple[BuildingWorks, IntArray]:
    """Lines and settlements as works in an order that hangs on identifiers alone, and the number of each branch and
    settlement in it."""
    study, outcome = plan.study, plan.outcome
    branches = outcome.branches
    count, n = len(branches), len(study.settlements)
    hangs = np.where(outcome.on_grid & (branches.branch_of >= 0), branches.branch_of, -1)
    local = np.where(outcome.on_grid, plan.costs.works.total_investment_mvnd, outcome.investment_mvnd)
    order = _by_identifier(branches, study.settlements.id_rank)
    number = np.argsort(order)
    needs = np.concatenate([branches.parent, hangs])
    works = BuildingWorks(
        cost_mvnd=np.concatenate([outcome.branch_investment_mvnd, local])[order],
        benefit=np.concatenate([np.zeros(count), household_weights(study, plan.parameters)])[order],
        needs=np.where(needs >= 0, number[np.maximum(needs, 0)], -1)[order],
        earliest=np.concatenate([_earliest(outcome, plan.parameters), np.zeros(n, dtype=np.int64)])[order],
        stage=np.full(count + n, LAST_STAGE, dtype=np.int64),
    )
    settlement = number[count:]
    wanted = (study.forced | required_villages(study, targets)) & outcome.national_grid
    works.stage[settlement[wanted]] = 0
    if targets.households_pct is not None:
        gain = np.zeros(count + n)
        gain[settlement] = newly_connected(plan)
        short = households_short(plan, targets)
        chosen = cheapest_works(works, gain, short, works.stage == 0)
        # where all of them do not suffice, all of them come before the rest
        needed = (gain > 0) & (True if chosen is None else chosen)
        works.stage[needed & (works.stage > 0)] = 1
    return works, number


def newly_connected(plan: Plan) -> FloatArray:
    """Households that the plan brings to the national grid as the scheme counts, (n,): unsafe wires count as on it
    already."""
    settlements = plan.study.settlements
    return np.where(~settlements.has_unsafe_wires & plan.outcome.national_grid, settlements.households, 0.0)


def households_short(plan: Plan, targets: Targets) -> float:
    """Households that must be brought to the national grid for the target, those that the plan takes off it made up
    for."""
    settlements = plan.study.settlements
    off = ~(settlements.has_unsafe_wires & plan.outcome.national_grid)
    return max(float(settlements.households[off].sum()) - households_left(plan.study, targets), 0.0)


def _renumbered(needs: IntArray, number: IntArray) -> IntArray:
    """Needs of works in the order of branches and settlements."""
    back = np.argsort(number)
    mine = needs[number]
    return np.where(mine >= 0, back[np.maximum(mine, 0)], -1)


def _must_build_by(plan: Plan, targets: Targets, stage: IntArray) -> IntArray:
    """Year of the target that asks for each settlement; 0 where none does."""
    study = plan.study
    asked = required_villages(study, targets) | (targets.safe_pct is not None)
    if targets.households_pct is not None:
        asked = asked | ((stage < LAST_STAGE) & plan.outcome.national_grid)
    return np.where(asked & (study.settlements.households > 0), targets.year, 0).astype(np.int64)


def _by_identifier(branches: Branches, rank: IntArray) -> IntArray:
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
    crosses = components[:, [COMPONENTS.index("forest_km_upper"), COMPONENTS.index("forest_km_lower")]].sum(axis=1) > 0
    wait = int(np.ceil(parameters.forest_delay_months / 12)) if parameters.forest_rule == "price" else 0
    return np.where(crosses, wait, 0).astype(np.int64)


def calendar_year(year: IntArray, parameters: ElectricityParameters) -> IntegerArray:
    """Years as nullable integers, empty where no money reaches."""
    return IntegerArray(parameters.first_year + year, year < 0)
