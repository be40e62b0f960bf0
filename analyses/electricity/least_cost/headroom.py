"""Whether feeders and substations can carry the new load, and who waits where they cannot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray
from infragap.analyses.electricity.demand.life_cycle import station_factor
from infragap.analyses.electricity.demand.load import design_load_kw
from infragap.analyses.electricity.demand.settlements import Settlements
from infragap.analyses.electricity.least_cost.choice import PlanChoice, start_from
from infragap.analyses.electricity.least_cost.costs import cost_study
from infragap.analyses.electricity.least_cost.household_target import choose_within
from infragap.analyses.electricity.least_cost.plan import FeederLoading, Plan, make_plan
from infragap.analyses.electricity.least_cost.taps import feeder_of
from infragap.analyses.electricity.least_cost.targets import binding, households_left
from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.analyses.electricity.routing.existing_grid import CapacityLimit

MAX_ROUNDS = 30


@dataclass
class HeadroomLedger:
    """What feeders and substations have left for load that comes to them.

    Attributes
    ----------
    limits
        Known headroom.
    added_kw
        What the plan, and each change taken, adds to it, by name.
    """

    limits: Sequence[CapacityLimit]
    added_kw: dict[str, float] = field(default_factory=dict)

    def fits(self, row: int, *, load_kw: float, instead_of: int = -1) -> bool:
        """Whether a load may come to a line of `grid_lines`, perhaps from another."""
        return all(
            self.added_kw.get(limit.name, 0.0) + load_kw <= limit.headroom_kw + 1e-6
            for limit in self._new(row, instead_of)
        )

    def take(self, row: int, *, load_kw: float, instead_of: int = -1) -> None:
        """Note that it has come."""
        for limit in self._new(row, instead_of):
            self.added_kw[limit.name] = self.added_kw.get(limit.name, 0.0) + load_kw

    def _new(self, row: int, instead_of: int) -> list[CapacityLimit]:
        return [limit for limit in self.limits if row in limit.lines and instead_of not in limit.lines]


def keep_headroom(plan: Plan, *, reinforce: bool) -> Plan:
    """Solve again without those settlements for which a feeder or substation has nothing left, until all limits hold.

    Parameters
    ----------
    plan
        The plan without limits.
    reinforce
        Whether feeders and substations may be reinforced where that costs less than waiting. Otherwise they are only
        where those that must be on the grid are too many.

    Notes
    -----
    Where the load below the taps of a feeder (or substation) is above its headroom, the settlements with least benefit
    per kW after their share of the lines wait, as many as needed; then the plan is solved again. Where waiting would
    cost more than reinforcing the feeder or substation, or those that must be on the grid alone are too many, it is
    reinforced and its price counts. The lower bound stays that of the plan without limits, which no plan with limits
    undercuts; where the gap to it is above the one asked for, the status is 'headroom'.
    """
    study, p = plan.study, plan.parameters
    limits = list(study.grid.limits)
    allowed = households_left(study, binding(study, p))
    load_kw = added_load_kw(study.settlements, p)
    barred = np.zeros(len(study.settlements), dtype=bool)
    bound, rounds = plan.choice.lower_bound_mvnd, 1
    reinforced: list[CapacityLimit] = []
    while True:
        hangs_on = feeder_of(study, plan.outcome)
        added = _added(study.grid.limits, plan.outcome.national_grid, hangs_on, load_kw)
        over = [limit for limit in limits if added[limit.name] > limit.headroom_kw + 1e-6]
        lifted = [
            limit
            for limit in over
            if _must_be_lifted(limit, plan, hangs_on, load_kw)
            or (reinforce and _is_worth_lifting(limit, plan, hangs_on, load_kw))
        ]
        reinforced += lifted
        limits = [limit for limit in limits if limit not in lifted]
        waiting = _waiting([limit for limit in over if limit not in lifted], plan, hangs_on, load_kw)
        if not waiting.any() or rounds >= MAX_ROUNDS:
            break
        barred |= waiting
        costs = cost_study(study, p, barred=barred)
        start = start_from(study.network, plan.choice)
        choice = choose_within(study.network, costs.problem, p, allowed_households=allowed, start=start)
        plan = make_plan(study, costs, choice, p)
        rounds += 1
    over = [limit for limit in limits if added[limit.name] > limit.headroom_kw + 1e-6]
    price = float(sum(reinforcement_mvnd(limit, p) for limit in reinforced))
    choice = plan.choice
    if barred.any() or reinforced:
        dearer = replace(choice, cost_mvnd=choice.cost_mvnd + price * station_factor(p))
        choice = restate_bound(dearer, bound, p)
    loading = FeederLoading(
        barred=barred,
        overloaded=tuple(limit.name for limit in over),
        added_kw=added,
        rounds=rounds,
        reinforced=tuple(sorted(limit.name for limit in reinforced)),
        reinforcement_mvnd=price,
    )
    return replace(plan, choice=choice, loading=loading)


def reinforcement_mvnd(limit: CapacityLimit, parameters: ElectricityParameters) -> float:
    """Price of lifting one limit."""
    p = parameters
    return p.reinforce_substation_mvnd if limit.name.startswith("station") else p.reinforce_feeder_mvnd


def _must_be_lifted(limit: CapacityLimit, plan: Plan, hangs_on: IntArray, load_kw: FloatArray) -> bool:
    """Whether those that cannot wait are too many for it already."""
    waiting = _waiting([limit], plan, hangs_on, load_kw)
    below = plan.outcome.national_grid & np.isin(hangs_on, list(limit.lines))
    return float(load_kw[below & ~waiting].sum()) > limit.headroom_kw + 1e-6


def _is_worth_lifting(limit: CapacityLimit, plan: Plan, hangs_on: IntArray, load_kw: FloatArray) -> bool:
    """Whether reinforcing costs less than letting those wait that would have to."""
    p = plan.parameters
    loss = _loss_of_waiting(plan)[_waiting([limit], plan, hangs_on, load_kw)].sum()
    return bool(loss > reinforcement_mvnd(limit, p) * station_factor(p))


def _loss_of_waiting(plan: Plan) -> FloatArray:
    """(n,) what each settlement's supply costs more without its place on the grid; inf where nothing else is there."""
    problem = replace(plan.costs.problem, household_price_mvnd=plan.choice.household_price_mvnd)
    return problem.without_line_mvnd - plan.outcome.choice_mvnd


def added_load_kw(settlements: Settlements, parameters: ElectricityParameters) -> FloatArray:
    """Load that each settlement adds to the grid by the design year, (n,): of those that hang on it already only the
    growth [kW]."""
    p = parameters
    growth = 1 - p.household_kwh_per_month_year1 / p.household_kwh_per_month_year10
    whole = design_load_kw(settlements.households, p)
    return np.where(settlements.has_unsafe_wires, whole * growth, whole)


def restate_bound(choice: PlanChoice, bound_mvnd: float, parameters: ElectricityParameters) -> PlanChoice:
    """State the gap of a plan with limits to the bound without them."""
    away = max(choice.cost_mvnd - bound_mvnd, 0.0)
    # where limits leave nothing of the choice, all that lies above the bound is their doing
    by_choice = away / max(choice.chosen_mvnd, away) if away > 0 else 0.0
    status = (
        choice.status
        if choice.status in ("work_limit", "time_limit")
        else "gap"
        if by_choice <= parameters.plan_gap
        else "headroom"
    )
    return replace(
        choice,
        lower_bound_mvnd=min(bound_mvnd, choice.cost_mvnd),
        gap=away / choice.cost_mvnd if choice.cost_mvnd > 0 else 0.0,
        gap_of_choice=by_choice,
        status=status,
    )


def headroom_record(loading: FeederLoading) -> dict[str, object]:
    """What the limits did, for run.json."""
    return {
        "headroom_waiting_settlements": int(loading.barred.sum()),
        "headroom_overloaded": list(loading.overloaded),
        "headroom_rounds": loading.rounds,
        "headroom_reinforced": list(loading.reinforced),
        "headroom_reinforcement_mvnd": loading.reinforcement_mvnd,
        "headroom_added_kw": {name: round(load, 3) for name, load in sorted(loading.added_kw.items()) if load > 0},
    }


def _added(
    limits: Sequence[CapacityLimit], on_grid: BoolArray, hangs_on: IntArray, load_kw: FloatArray
) -> dict[str, float]:
    return {limit.name: float(load_kw[on_grid & np.isin(hangs_on, list(limit.lines))].sum()) for limit in limits}


def _waiting(over: list[CapacityLimit], plan: Plan, hangs_on: IntArray, load_kw: FloatArray) -> BoolArray:
    """Settlements with least benefit per kW that must wait so that each exceeded limit holds."""
    waiting = np.zeros(len(load_kw), dtype=bool)
    outcome, id_rank = plan.outcome, plan.study.settlements.id_rank
    left = _loss_of_waiting(plan)
    # rounded, so that equal settlements are equal to the last digit
    value = np.where(load_kw > 0, np.round(left / np.maximum(load_kw, 1e-9), 6), np.inf)
    movable_at_all = outcome.on_grid & np.isfinite(left)
    for limit in over:
        served = np.flatnonzero(outcome.national_grid & np.isin(hangs_on, list(limit.lines)) & ~waiting)
        excess = float(load_kw[served].sum()) - limit.headroom_kw
        movable = served[movable_at_all[served]]
        for settlement in movable[np.lexsort((id_rank[movable], value[movable]))]:
            if excess <= 1e-6:
                break
            waiting[settlement] = True
            excess -= float(load_kw[settlement])
    return waiting
