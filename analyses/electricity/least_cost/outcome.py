"""What the plan means for each settlement and each line: choice, runner-up, costs and shares."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray
from infragap.analyses.electricity.codes import Supply
from infragap.analyses.electricity.least_cost.branches import Branches, grow_branches
from infragap.analyses.electricity.least_cost.choice import PlanChoice
from infragap.analyses.electricity.least_cost.costs import Costs
from infragap.analyses.electricity.least_cost.line_cost import line_life_cycle
from infragap.analyses.electricity.least_cost.shares import fair_shares
from infragap.analyses.electricity.least_cost.study import Study
from infragap.analyses.electricity.offgrid.compare import OPTIONS
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
        Share of the joint lines; 0 off the grid.
    lasting
        The choice reaches the service floor.
    branch_mvnd, branch_investment_mvnd
        (branches,) cost of each planned line.
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

    @property
    def on_grid(self) -> BoolArray:
        """Settlements that get the grid."""
        return np.asarray(self.choice == 0)


def settle_accounts(study: Study, costs: Costs, plan: PlanChoice, parameters: ElectricityParameters) -> Outcome:
    """Grow the branches of a plan, share their cost, and compare every settlement's options."""
    p = parameters
    works, offgrid = costs.works, costs.offgrid
    households = study.settlements.households
    on_grid = plan.on_grid
    branches = grow_branches(study.network, plan.edges, on_grid)
    branch_mvnd = line_life_cycle(branches.components, p)
    branch_investment = np.maximum(branches.components @ unit_prices(p), 0.0)
    local, local_investment = works.total_life_cycle_mvnd, works.total_investment_mvnd
    benefit = np.where(on_grid, np.maximum(offgrid.best_mvnd - local, 0.0), 0.0)
    share = fair_shares(branches, branch_mvnd, benefit, households)
    share_investment = share * _ratio(float(branch_investment.sum()), float(branch_mvnd.sum()))
    alone_line = line_life_cycle(np.nan_to_num(study.routes.components), p)
    alone = np.where(study.routes.reachable, alone_line + local, np.nan)
    alone_investment = np.where(
        study.routes.reachable, np.nan_to_num(study.routes.components) @ unit_prices(p) + local_investment, np.nan
    )
    grid_cost = np.where(on_grid, share + local, alone)
    cost = np.column_stack([grid_cost, *(offgrid.options[name].life_cycle_mvnd for name in OPTIONS)])
    lasting = np.column_stack([np.isfinite(grid_cost), *(offgrid.options[name].lasting(p) for name in OPTIONS)])
    inhabited = households > 0
    chosen = np.where(on_grid, 0, _cheapest(cost, lasting, without_grid=True))
    chosen = np.where(inhabited, chosen, -1)
    each = np.arange(len(cost))
    others = lasting.copy()
    others[each[inhabited], chosen[inhabited]] = False
    runner_up = np.where(inhabited & others.any(axis=1), np.where(others, cost, np.inf).argmin(axis=1), -1)
    investment = np.column_stack(
        [share_investment + local_investment, *(offgrid.options[name].investment_mvnd for name in OPTIONS)]
    )
    return Outcome(
        branches=branches,
        choice=chosen,
        runner_up=runner_up,
        choice_mvnd=np.where(inhabited, cost[each, chosen], 0.0),
        runner_up_mvnd=np.where(runner_up >= 0, cost[each, runner_up], np.nan),
        investment_mvnd=np.where(inhabited, investment[each, chosen], 0.0),
        grid_alone_mvnd=np.where(inhabited, alone, np.nan),
        grid_alone_investment_mvnd=np.where(inhabited, alone_investment, np.nan),
        share_mvnd=share,
        share_investment_mvnd=share_investment,
        lasting=np.where(inhabited, lasting[each, chosen], True),
        branch_mvnd=branch_mvnd,
        branch_investment_mvnd=branch_investment,
    )


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
