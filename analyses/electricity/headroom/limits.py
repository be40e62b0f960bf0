"""What feeders and substations have left, what new load asks of them, and who makes room where that is too much."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray
from infragap.analyses.electricity.demand.life_cycle import station_factor
from infragap.analyses.electricity.demand.load import design_load_kw, home_load_kw
from infragap.analyses.electricity.demand.settlements import Settlements
from infragap.analyses.electricity.least_cost.accounts import households_off
from infragap.analyses.electricity.least_cost.plan import FeederLoading, Plan
from infragap.analyses.electricity.least_cost.taps import feeder_of
from infragap.analyses.electricity.least_cost.targets import binding, households_left
from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.analyses.electricity.routing.existing_grid import CapacityLimit

FULL_KW = 1e-6
"""A limit is exceeded beyond this: sums are rounded."""


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
            self.added_kw.get(limit.name, 0.0) + load_kw <= limit.headroom_kw + FULL_KW
            for limit in self._new(row, instead_of)
        )

    def take(self, row: int, *, load_kw: float, instead_of: int = -1) -> None:
        """Note that it has come."""
        for limit in self._new(row, instead_of):
            self.added_kw[limit.name] = self.added_kw.get(limit.name, 0.0) + load_kw

    def _new(self, row: int, instead_of: int) -> list[CapacityLimit]:
        return [limit for limit in self.limits if row in limit.lines and instead_of not in limit.lines]


def reinforcement_mvnd(limit: CapacityLimit, parameters: ElectricityParameters) -> float:
    """Investment in reinforcing what one limit stands for."""
    p = parameters
    return p.reinforce_substation_mvnd if is_substation(limit) else p.reinforce_feeder_mvnd


def reinforcement_kw(limit: CapacityLimit, parameters: ElectricityParameters) -> float:
    """Headroom that reinforcing it brings."""
    p = parameters
    return p.reinforce_substation_kw if is_substation(limit) else p.reinforce_feeder_kw


def is_substation(limit: CapacityLimit) -> bool:
    """Whether it is that of a substation; of a feeder otherwise."""
    return limit.name.startswith("station")


def raised(limit: CapacityLimit, parameters: ElectricityParameters) -> CapacityLimit:
    """Limit after reinforcement."""
    return replace(limit, headroom_kw=limit.headroom_kw + reinforcement_kw(limit, parameters))


def limits_with(plan: Plan, reinforced: frozenset[str]) -> tuple[CapacityLimit, ...]:
    """All limits, some of them reinforced."""
    return tuple(
        raised(limit, plan.parameters) if limit.name in reinforced else limit for limit in plan.study.grid.limits
    )


def reinforcements_mvnd(plan: Plan, reinforced: frozenset[str]) -> tuple[float, float]:
    """Investment in reinforcing some limits, and its life-cycle cost."""
    chosen = [limit for limit in plan.study.grid.limits if limit.name in reinforced]
    investment = float(sum(reinforcement_mvnd(limit, plan.parameters) for limit in chosen))
    return investment, investment * station_factor(plan.parameters)


def added_load_kw(settlements: Settlements, parameters: ElectricityParameters) -> FloatArray:
    """Load that each settlement adds to the grid by the design year, (n,): of those that hang on it already only the
    growth [kW]."""
    p = parameters
    today = p.household_kwh_per_month_year1 / p.household_kwh_per_month_year10
    whole, homes = design_load_kw(settlements, p), home_load_kw(settlements.households, p)
    return np.where(settlements.has_unsafe_wires, whole - homes * today, whole)


def load_on(
    limits: Sequence[CapacityLimit], on_grid: BoolArray, hangs_on: IntArray, load_kw: FloatArray
) -> dict[str, float]:
    """New load on each limit, by name."""
    return {limit.name: float(load_kw[on_grid & np.isin(hangs_on, list(limit.lines))].sum()) for limit in limits}


def exceeded(plan: Plan, limits: Sequence[CapacityLimit]) -> list[CapacityLimit]:
    """Limits that the plan exceeds."""
    load_kw = added_load_kw(plan.study.settlements, plan.parameters)
    added = load_on(limits, plan.outcome.national_grid, feeder_of(plan.study, plan.outcome), load_kw)
    return [limit for limit in limits if added[limit.name] > limit.headroom_kw + FULL_KW]


def who_makes_room(over: Sequence[CapacityLimit], plan: Plan, loss_mvnd: FloatArray) -> BoolArray:
    """Settlements that leave each exceeded limit: those that lose least per kW, as many as it takes, (n,).

    Parameters
    ----------
    over
        Exceeded limits.
    plan
        The plan.
    loss_mvnd
        (n,) what each loses by leaving; inf where it cannot.
    """
    settlements, outcome = plan.study.settlements, plan.outcome
    hangs_on, load_kw = feeder_of(plan.study, outcome), added_load_kw(settlements, plan.parameters)
    leaving = np.zeros(len(load_kw), dtype=bool)
    # rounded, so that equal settlements are equal to the last digit
    value = np.where(load_kw > 0, np.round(loss_mvnd / np.maximum(load_kw, 1e-9), 6), np.inf)
    for limit in over:
        served = np.flatnonzero(outcome.national_grid & np.isin(hangs_on, list(limit.lines)) & ~leaving)
        excess = float(load_kw[served].sum()) - limit.headroom_kw
        movable = served[np.isfinite(value[served])]
        for settlement in movable[np.lexsort((settlements.id_rank[movable], value[movable]))]:
            if excess <= FULL_KW:
                break
            leaving[settlement] = True
            excess -= float(load_kw[settlement])
    return leaving


def headroom_record(loading: FeederLoading) -> dict[str, object]:
    """What the limits did, for run.json."""
    return {
        "headroom_waiting_settlements": int(loading.barred.sum()),
        "headroom_overloaded": list(loading.overloaded),
        "headroom_rounds": loading.rounds,
        "headroom_reinforced": list(loading.reinforced),
        "headroom_reinforcement_mvnd": loading.reinforcement_mvnd,
        "headroom_added_kw": {name: round(load, 3) for name, load in sorted(loading.added_kw.items()) if load > 0},
        "headroom_price_mvnd_per_kw": {
            name: round(price, 6) for name, price in sorted(loading.price_mvnd_per_kw.items()) if price > 0
        },
    }


def loading_of(plan: Plan, barred: BoolArray, rounds: int, reinforced: frozenset[str]) -> FeederLoading:
    """What a plan adds to the limits, some of them reinforced."""
    load_kw = added_load_kw(plan.study.settlements, plan.parameters)
    limits = limits_with(plan, reinforced)
    added = load_on(limits, plan.outcome.national_grid, feeder_of(plan.study, plan.outcome), load_kw)
    investment, _ = reinforcements_mvnd(plan, reinforced)
    return FeederLoading(
        barred=barred,
        overloaded=tuple(limit.name for limit in limits if added[limit.name] > limit.headroom_kw + FULL_KW),
        added_kw=added,
        rounds=rounds,
        reinforced=tuple(sorted(reinforced)),
        reinforcement_mvnd=investment,
    )


def with_loading(plan: Plan, reinforced: frozenset[str]) -> Plan:
    """Plan with what it adds to the limits counted anew, and reinforcement paid: of what may be reinforced that which
    has no room for it otherwise."""
    reinforced &= {limit.name for limit in exceeded(plan, plan.study.grid.limits)}
    _, price = reinforcements_mvnd(plan, reinforced)
    choice = replace(plan.choice, cost_mvnd=plan.choice.cost_mvnd + price)
    return replace(plan, choice=choice, loading=loading_of(plan, plan.loading.barred, plan.loading.rounds, reinforced))


def value_of(plan: Plan) -> tuple[int, float, float]:
    """What makes one plan better than another: limits that are kept, the household target, the cost."""
    allowed = households_left(plan.study, binding(plan.study, plan.parameters))
    missed = max(households_off(plan.choice, plan.costs.problem) - allowed, 0.0)
    return len(plan.loading.overloaded), round(missed, 6), plan.choice.cost_mvnd
