"""The plan of a study taken apart: who pays what, what each settlement gets, and the parts that the plan's cost is the sum of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray
from infragap.analyses.costs import levelised_cost
from infragap.analyses.electricity.choice import Choice
from infragap.analyses.electricity.offgrid import OPTIONS
from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.analyses.electricity.settlements import household_energy_pv_kwh
from infragap.analyses.electricity.study import Priced, Study, line_life_cycle
from infragap.analyses.electricity.surface import unit_prices
from infragap.analyses.electricity.tree import Branches, fair_shares, grow_branches

ALL_OPTIONS = ("grid", *OPTIONS)


@dataclass(frozen=True, eq=False)
class Decision:
    """What the plan means for each settlement and each line; costs in million VND, all (n,) unless said.

    Attributes
    ----------
    choice
        Place in `ALL_OPTIONS`; -1 without households.
    runner_up
        The next cheapest; -1 where there is none.
    choice_mvnd, runner_up_mvnd
        Their life-cycle costs (for the grid in the plan: share of joint lines and local works; otherwise an own line and local works).
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


def take_apart(study: Study, priced: Priced, plan: Choice, parameters: ElectricityParameters) -> Decision:
    """Grow the branches of a plan, share their cost, and compare every settlement's options."""
    p = parameters
    works, offgrid = priced.works, priced.offgrid
    households = study.places.households
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
    return Decision(
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


def plan_record(
    study: Study, priced: Priced, plan: Choice, decision: Decision, parameters: ElectricityParameters
) -> dict[str, Any]:
    """Cost of the plan, its proof and its parts, for run.json.

    Notes
    -----
    ``cost_mvnd`` is the sum of `parts_mvnd`; ``investment_mvnd`` the sum of `parts_investment_mvnd`.
    """
    on = decision.on_grid
    works = priced.works
    off = ~on & (study.places.households > 0)
    parts = {"lines": float(decision.branch_mvnd.sum())}
    parts |= {name: float(cost[on].sum()) for name, cost in works.life_cycle_mvnd.items()}
    parts["offgrid"] = float(decision.choice_mvnd[off].sum())
    investment = {"lines": float(decision.branch_investment_mvnd.sum())}
    investment |= {name: float(cost[on].sum()) for name, cost in works.investment_mvnd.items()}
    investment["offgrid"] = float(decision.investment_mvnd[off].sum())
    cost = sum(parts.values())
    # settlements whose only options are interim cost something that no choice changes: it belongs to cost and bound alike
    bound = plan.lower_bound_mvnd + (cost - plan.cost_mvnd)
    return {
        "cost_mvnd": cost,
        "lower_bound_mvnd": min(bound, cost),
        "gap": max(0.0, (cost - bound) / cost) if cost > 0 else 0.0,
        "gap_of_choice": plan.gap_of_choice,
        "status": plan.status,
        "bound_covers": "all plans on the candidate network (paths laid out by the routing); other courses of lines are not covered",
        "candidate_nodes": len(study.network.node_cell),
        "candidate_lines": len(study.network.ends),
        "parts_mvnd": parts,
        "investment_mvnd": sum(investment.values()),
        "parts_investment_mvnd": investment,
        "fair_share_rule": (
            "from the ends of the tree upwards each line is paid by the settlements below it in proportion to the benefit that each "
            "has left; nobody pays more than its best alternative costs, and the shares sum to the lines"
        ),
        "forest_rule": parameters.forest_rule,
        "all_on_grid": parameters.all_on_grid,
    }


def levelised_vnd_per_kwh(
    cost_mvnd: FloatArray, households: FloatArray, parameters: ElectricityParameters
) -> FloatArray:
    """Life-cycle cost per kWh demanded, both discounted [VND/kWh]; NaN without households or cost."""
    return levelised_cost(cost_mvnd * 1e6, households * household_energy_pv_kwh(parameters))


def break_even_km(study: Study, priced: Priced, parameters: ElectricityParameters) -> FloatArray:
    """Length of an own line at which grid and best off-grid option cost the same, at the price of the settlement's own way, (n,) [km]."""
    prices = unit_prices(parameters)
    length = study.routes.length_km
    own_price = np.divide(
        line_life_cycle(np.nan_to_num(study.routes.components), parameters),
        length,
        out=np.full(len(length), np.nan),
        where=np.isfinite(length) & (length > 0),
    )
    per_km = np.where(study.places.at_22_kv, prices[2] + prices[3], prices[0] + prices[1])
    usual = per_km * line_life_cycle(np.eye(len(prices))[:1], parameters)[0] / prices[0]
    price_per_km = np.where(np.isfinite(own_price), own_price, usual)
    gain = np.maximum(priced.offgrid.best_mvnd - priced.works.total_life_cycle_mvnd, 0.0)
    return np.where(np.isfinite(gain), gain / price_per_km, np.nan)
