"""Whether feeders and substations can carry the new load, and who waits where they cannot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray
from infragap.analyses.electricity.demand.load import design_load_kw
from infragap.analyses.electricity.least_cost.choice import PlanChoice, choose_plan, start_from
from infragap.analyses.electricity.least_cost.costs import cost_study
from infragap.analyses.electricity.least_cost.plan import FeederLoading, Plan, make_plan
from infragap.analyses.electricity.least_cost.taps import feeder_of
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


def keep_headroom(plan: Plan) -> Plan:
    """Solve again without those settlements for which a feeder or substation has nothing left, until all limits hold.

    Notes
    -----
    Where the load below the taps of a feeder (or substation) is above its headroom, the settlements with least benefit
    per kW after their share of
    the lines wait, as many as needed; then the plan is solved again. The lower bound stays that of the plan without
    limits, which no plan with
    limits undercuts; where the gap to it is above the one asked for, the status is 'headroom'. Settlements that must
    get the grid never
    wait: their feeder is reported as overloaded.
    """
    study, p = plan.study, plan.parameters
    limits = study.grid.limits
    load_kw = design_load_kw(study.settlements.households, p)
    barred = np.zeros(len(study.settlements), dtype=bool)
    bound, rounds = plan.choice.lower_bound_mvnd, 1
    while True:
        hangs_on = feeder_of(study, plan.outcome)
        added = _added(limits, plan.outcome.on_grid, hangs_on, load_kw)
        over = [limit for limit in limits if added[limit.name] > limit.headroom_kw + 1e-6]
        waiting = _waiting(over, plan, hangs_on, load_kw)
        if not waiting.any() or rounds >= MAX_ROUNDS:
            break
        barred |= waiting
        costs = cost_study(study, p, barred=barred)
        choice = choose_plan(study.network, costs.problem, p, start=start_from(study.network, plan.choice))
        plan = make_plan(study, costs, choice, p)
        rounds += 1
    choice = restate_bound(plan.choice, bound, p) if barred.any() else plan.choice
    loading = FeederLoading(
        barred=barred, overloaded=tuple(limit.name for limit in over), added_kw=added, rounds=rounds
    )
    return replace(plan, choice=choice, loading=loading)


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
        "headroom_added_kw": {name: round(load, 3) for name, load in sorted(loading.added_kw.items()) if load > 0},
    }


def _added(
    limits: Sequence[CapacityLimit], on_grid: BoolArray, hangs_on: IntArray, load_kw: FloatArray
) -> dict[str, float]:
    return {limit.name: float(load_kw[on_grid & np.isin(hangs_on, list(limit.lines))].sum()) for limit in limits}


def _waiting(over: list[CapacityLimit], plan: Plan, hangs_on: IntArray, load_kw: FloatArray) -> BoolArray:
    """Settlements with least benefit per kW that must wait so that each exceeded limit holds."""
    waiting = np.zeros(len(load_kw), dtype=bool)
    outcome, id_rank, required = plan.outcome, plan.study.settlements.id_rank, plan.costs.problem.required
    left = plan.costs.offgrid.best_mvnd - outcome.choice_mvnd
    # rounded, so that equal settlements are equal to the last digit
    value = np.where(load_kw > 0, np.round(left / np.maximum(load_kw, 1e-9), 6), np.inf)
    for limit in over:
        served = np.flatnonzero(outcome.on_grid & np.isin(hangs_on, list(limit.lines)) & ~waiting)
        excess = float(load_kw[served].sum()) - limit.headroom_kw
        movable = served[~required[served]]
        for settlement in movable[np.lexsort((id_rank[movable], value[movable]))]:
            if excess <= 1e-6:
                break
            waiting[settlement] = True
            excess -= float(load_kw[settlement])
    return waiting
