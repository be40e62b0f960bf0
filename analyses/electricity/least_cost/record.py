"""Cost of the plan, its proof and the parts that the cost is the sum of, for run.json."""

from __future__ import annotations

from typing import Any

from infragap.analyses.electricity.demand.life_cycle import station_factor
from infragap.analyses.electricity.least_cost.plan import Plan


def plan_record(plan: Plan) -> dict[str, Any]:
    """Cost of the plan, its proof and its parts, for run.json.

    Notes
    -----
    ``cost_mvnd`` is the sum of `parts_mvnd`; ``investment_mvnd`` the sum of `parts_investment_mvnd`.
    """
    study, outcome, works = plan.study, plan.outcome, plan.costs.works
    on = outcome.on_grid
    off = ~outcome.national_grid & (study.settlements.households > 0)
    parts = {"lines": float(outcome.branch_mvnd.sum())}
    parts |= {name: float(cost[on].sum()) for name, cost in works.life_cycle_mvnd.items()}
    parts["low_voltage"] = float(plan.costs.low_voltage.life_cycle_mvnd[outcome.on_lv].sum())
    parts["offgrid"] = float(outcome.choice_mvnd[off].sum())
    parts["reinforcement"] = plan.loading.reinforcement_mvnd * station_factor(plan.parameters)
    investment = {"lines": float(outcome.branch_investment_mvnd.sum())}
    investment |= {name: float(cost[on].sum()) for name, cost in works.investment_mvnd.items()}
    investment["low_voltage"] = float(plan.costs.low_voltage.investment_mvnd[outcome.on_lv].sum())
    investment["reinforcement"] = plan.loading.reinforcement_mvnd
    investment["offgrid"] = float(outcome.investment_mvnd[off].sum())
    cost = sum(parts.values())
    # settlements whose only options are interim cost something that no choice changes: it belongs to cost and bound
    # alike; what lines cost beyond their least build belongs to the cost alone
    bound = plan.choice.lower_bound_mvnd + (cost - plan.choice.cost_mvnd - plan.beyond_least_mvnd)
    return {
        "cost_mvnd": cost,
        "lower_bound_mvnd": min(bound, cost),
        "gap": max(0.0, (cost - bound) / cost) if cost > 0 else 0.0,
        "gap_of_choice": plan.choice.gap_of_choice,
        "status": plan.choice.status,
        "lines_beyond_least_build_mvnd": plan.beyond_least_mvnd,
        "bound_covers": "all plans on the candidate network (paths laid out by the routing); other courses of lines "
        "are not covered",
        "candidate_nodes": len(study.network.node_cell),
        "candidate_lines": len(study.network.ends),
        "parts_mvnd": parts,
        "investment_mvnd": sum(investment.values()),
        "parts_investment_mvnd": investment,
        "fair_share_rule": (
            "from the ends of the tree upwards each line is paid by the settlements below it in proportion to what "
            "each could "
            "still pay; nobody pays more than an own line or its other supply costs where that is possible, and the "
            "shares "
            "sum to the lines"
        ),
        "household_price_mvnd": plan.choice.household_price_mvnd,
        "forest_rule": plan.parameters.forest_rule,
        "all_on_grid": plan.parameters.all_on_grid,
    }
