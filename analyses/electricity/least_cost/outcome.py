"""What the plan means for each settlement and each line: choice, runner-up, costs and shares."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray
from infragap.analyses.electricity.codes import Supply
from infragap.analyses.electricity.demand.life_cycle import line_factor
from infragap.analyses.electricity.demand.load import design_load_kw
from infragap.analyses.electricity.demand.local_works import needs_three_phase
from infragap.analyses.electricity.least_cost.branches import Branches, grow_branches
from infragap.analyses.electricity.least_cost.choice import PlanChoice, TreeProblem
from infragap.analyses.electricity.least_cost.costs import Costs
from infragap.analyses.electricity.least_cost.line_cost import (
    BranchSizes,
    line_life_cycle,
    size_branches,
    standing_upkeep,
)
from infragap.analyses.electricity.least_cost.shares import fair_shares
from infragap.analyses.electricity.least_cost.study import Study
from infragap.analyses.electricity.least_cost.taps import branch_feeder
from infragap.analyses.electricity.offgrid.compare import OPTIONS
from infragap.analyses.electricity.offgrid.sharing import best_groups
from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.analyses.electricity.routing.line_components import unit_prices

ALL_OPTIONS = (Supply.GRID, *OPTIONS)


@dataclass(frozen=True, eq=False)
class Outcome:
    """What the plan means for each settlement and each line; costs in million VND, all (n,) unless said.

    Attributes
    ----------
    choice
        Index into `ALL_OPTIONS`; -1 without households.
    runner_up
        The next cheapest; -1 where there is none.
    choice_mvnd, runner_up_mvnd
        Their life-cycle costs (for the grid in the plan: share of joint lines and local works; otherwise an own line
        and local works).
    investment_mvnd
        Investment of the choice.
    grid_alone_mvnd, grid_alone_investment_mvnd
        With an own line; NaN where there is no way.
    share_mvnd, share_investment_mvnd
        Share of the joint lines; 0 without a line.
    core_is_empty
        The share is above the own line or the other supply, which cannot be avoided.
    on_grid, on_lv
        Gets a station of its own on a line, or is supplied from a station that stands already.
    lasting
        The choice reaches the service floor.
    joint
        Row of the joint plant in `Costs.joint` that it shares; -1 where it has its own supply or the grid.
    branch_mvnd, branch_investment_mvnd
        (branches,) cost of each planned line.
    sizes
        How each is built.
    """

    branches: Branches
    choice: IntArray
    runner_up: IntArray
    choice_mvnd: FloatArray
    runner_up_mvnd: FloatArray
    investment_mvnd: FloatArray
    grid_alone_mvnd: FloatArray
    grid_alone_investment_mvnd: FloatArray
    share_mvnd: FloatArray
    share_investment_mvnd: FloatArray
    lasting: BoolArray
    branch_mvnd: FloatArray
    branch_investment_mvnd: FloatArray
    sizes: BranchSizes
    core_is_empty: BoolArray
    on_grid: BoolArray
    on_lv: BoolArray
    joint: IntArray

    @property
    def national_grid(self) -> BoolArray:
        """(n,) on the national grid in the plan."""
        return self.on_grid | self.on_lv


def settle_accounts(study: Study, costs: Costs, plan: PlanChoice, parameters: ElectricityParameters) -> Outcome:
    """Grow the branches of a plan, share their cost, and compare every settlement's options."""
    p = parameters
    works, offgrid = costs.works, costs.offgrid
    households = study.settlements.households
    on_grid = plan.on_grid
    branches = grow_branches(study.network, plan.edges, on_grid)
    load_kw = branches.below(design_load_kw(study.settlements, p))
    three_phase = branches.below(needs_three_phase(study.settlements).astype(float)) > 0
    sizes = size_branches(branches, load_kw, _on_upper_level(branches, study), p, three_phase=three_phase)
    branch_investment = sizes.investment_mvnd
    branch_mvnd = branch_investment * line_factor(p) + standing_upkeep(branches.components, p)
    local, local_investment = works.total_life_cycle_mvnd, works.total_investment_mvnd
    alone_line = line_life_cycle(np.nan_to_num(study.routes.components), p)
    most = most_to_pay(study, replace(costs.problem, household_price_mvnd=plan.household_price_mvnd), alone_line)
    share = fair_shares(branches, branch_mvnd, np.where(on_grid, most, 0.0), households)
    share_investment = share * _ratio(float(branch_investment.sum()), float(branch_mvnd.sum()))
    alone = np.where(study.routes.reachable, alone_line + local, np.nan)
    alone_investment = np.where(
        study.routes.reachable, np.nan_to_num(study.routes.components) @ unit_prices(p) + local_investment, np.nan
    )
    lv, lv_investment = costs.low_voltage.life_cycle_mvnd, costs.low_voltage.investment_mvnd
    grid_cost = np.where(on_grid, share + local, np.where(plan.on_lv, lv, np.fmin(alone, lv)))
    grid_cost = np.where(np.isfinite(grid_cost), grid_cost, np.nan)
    cost = np.column_stack([grid_cost, *(offgrid.options[name].life_cycle_mvnd for name in OPTIONS)])
    lasting = np.column_stack([np.isfinite(grid_cost), *(offgrid.options[name].lasting(p) for name in OPTIONS)])
    inhabited = households > 0
    chosen = np.where(plan.national_grid, 0, _cheapest(cost, lasting, without_grid=True))
    chosen = np.where(inhabited, chosen, -1)
    joint = best_groups(costs.joint, ~plan.national_grid)
    each = np.arange(len(cost))
    others = lasting.copy()
    others[each[inhabited], chosen[inhabited]] = False
    runner_up = np.where(inhabited & others.any(axis=1), np.where(others, cost, np.inf).argmin(axis=1), -1)
    grid_investment = np.where(plan.on_lv, lv_investment, share_investment + local_investment)
    investment = np.column_stack([grid_investment, *(offgrid.options[name].investment_mvnd for name in OPTIONS)])
    choice_mvnd = np.where(inhabited, cost[each, chosen], 0.0)
    choice_investment = np.where(inhabited, investment[each, chosen], 0.0)
    lasts = np.where(inhabited, lasting[each, chosen], True)
    for group in np.unique(joint[joint >= 0]).tolist():
        rows, shares = costs.joint.rows(group), costs.joint.shares(group)
        chosen[rows] = 1 + costs.joint.supply[group]
        choice_mvnd[rows] = shares
        choice_investment[rows] = costs.joint.investment_mvnd[group] * shares / shares.sum()
        lasts[rows] = True
    return Outcome(
        branches=branches,
        choice=chosen,
        runner_up=runner_up,
        choice_mvnd=choice_mvnd,
        runner_up_mvnd=np.where(runner_up >= 0, cost[each, runner_up], np.nan),
        investment_mvnd=choice_investment,
        grid_alone_mvnd=np.where(inhabited, alone, np.nan),
        grid_alone_investment_mvnd=np.where(inhabited, alone_investment, np.nan),
        share_mvnd=share,
        share_investment_mvnd=share_investment,
        lasting=lasts,
        branch_mvnd=branch_mvnd,
        branch_investment_mvnd=branch_investment,
        sizes=sizes,
        core_is_empty=on_grid & (share > most * (1 + 1e-9) + 1e-6),
        on_grid=on_grid & inhabited,
        on_lv=plan.on_lv & inhabited,
        joint=joint,
    )


def _on_upper_level(branches: Branches, study: Study) -> BoolArray:
    """Whether each branch hangs on a line of the upper level, (branches,)."""
    kv = study.grid.voltage_kv[branch_feeder(branches, study)]
    return np.array([study.grid.levels.is_upper(float(each)) for each in kv], dtype=bool)


def most_to_pay(study: Study, problem: TreeProblem, alone_line_mvnd: FloatArray) -> FloatArray:
    """What a settlement on a joint line should pay for lines at most, (n,): its own line, or what its other supply
    costs more.

    Where the plan gives it no other supply, since it must be on the national grid, only the own line counts.
    """
    without = problem.without_line_mvnd
    gain = np.where(np.isfinite(without), np.maximum(without - problem.local_mvnd, 0.0), np.inf)
    own = np.where(study.routes.reachable, alone_line_mvnd, np.inf)
    return np.minimum(gain, own)


def _cheapest(cost: FloatArray, lasting: BoolArray, *, without_grid: bool) -> IntArray:
    """Cheapest lasting off-grid option of each row; where none lasts the cheapest that exists at all."""
    usable = np.where(lasting, cost, np.inf)
    anything = np.where(np.isfinite(cost), cost, np.inf)
    if without_grid:
        usable[:, 0] = anything[:, 0] = np.inf
    lasts = np.isfinite(usable).any(axis=1)
    return np.asarray(np.where(lasts, usable.argmin(axis=1), anything.argmin(axis=1)), dtype=np.int64)


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole > 0 else 0.0
