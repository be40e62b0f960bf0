"""Which targets the plan reaches in the years and with the money that it has, what is missing by name, and the money
that it lacks at least."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from infragap.analyses.arrays import BoolArray, FloatArray
from infragap.analyses.electricity.codes import Target
from infragap.analyses.electricity.least_cost.plan import Plan
from infragap.analyses.electricity.least_cost.targets import (
    Targets,
    households_left,
    read_targets,
    villages_wanted,
)
from infragap.analyses.electricity.years.building_order import BuildingWorks
from infragap.analyses.electricity.years.least_money import cheapest_works
from infragap.analyses.electricity.years.rates import rates_by_year
from infragap.analyses.electricity.years.reinforcement import needed_mvnd
from infragap.analyses.electricity.years.schedule import Schedule, newly_connected


@dataclass(frozen=True, eq=False)
class TargetReach:
    """One target in its year.

    Attributes
    ----------
    target
        Which.
    year
        By its end.
    wanted, reached
        Villages for the villages, percent for the others.
    missing
        (n,) settlements that stand between the plan and the target: not built by then, or not in the way that the
        target asks for.
    repair_mvnd
        Money beyond that granted by its year that the cheapest works for it alone take; 0 where it is reached, or would
        be if its works came first, NaN where money alone cannot.
    """

    target: Target
    year: int
    wanted: float
    reached: float
    missing: BoolArray
    repair_mvnd: float

    @property
    def is_reached(self) -> bool:
        """Whether the target is met."""
        return self.reached >= self.wanted - 1e-9


def reach_of_targets(plan: Plan, schedule: Schedule) -> list[TargetReach]:
    """Hold the plan against every target of the catalogue, whether it had to meet them or not."""
    targets = read_targets(plan.study.inputs.targets, plan.parameters)
    last = int(np.clip(targets.year - plan.parameters.first_year, 0, len(schedule.money_mvnd) - 1))
    built = (schedule.settlement_year >= 0) & (schedule.settlement_year <= last)
    return [
        reach
        for reach in (
            _villages(plan, schedule, targets, built, last),
            _households(plan, schedule, targets, built, last),
            _safe(plan, schedule, targets, built, last),
        )
        if reach is not None
    ]


def _villages(plan: Plan, schedule: Schedule, targets: Targets, built: BoolArray, last: int) -> TargetReach | None:
    if targets.villages_pct is None:
        return None
    settlements = plan.study.settlements
    connected = settlements.is_village & built & plan.outcome.national_grid
    wanted, reached = villages_wanted(plan.study, targets), int(connected.sum())
    can = settlements.is_village & plan.outcome.national_grid
    repair = _money_lacking_mvnd(schedule, last, can.astype(float), wanted) if wanted > reached else 0.0
    missing = settlements.is_village & ~connected
    return TargetReach(Target.VILLAGES, targets.year, wanted, reached, missing & (wanted > reached), repair)


def _households(plan: Plan, schedule: Schedule, targets: Targets, built: BoolArray, last: int) -> TargetReach | None:
    if targets.households_pct is None:
        return None
    settlements, outcome = plan.study.settlements, plan.outcome
    reached = float(rates_by_year(plan, schedule).national_grid_pct[last])
    province = float(plan.study.inputs.communes["households"].sum())
    short = max(targets.households_pct - reached, 0.0) / 100 * province if province > 0 else 0.0
    off = ~settlements.has_unsafe_wires & ~(built & outcome.national_grid)
    off |= settlements.has_unsafe_wires & built & ~outcome.national_grid
    # whoever leaves the grid need not do so before the target is reached
    wanted = float(settlements.households[~settlements.has_unsafe_wires].sum()) - households_left(plan.study, targets)
    repair = _money_lacking_mvnd(schedule, last, newly_connected(plan), wanted) if short > 1e-9 else 0.0
    missing = off & (settlements.households > 0) & (short > 1e-9)
    return TargetReach(Target.HOUSEHOLDS, targets.year, targets.households_pct, reached, missing, repair)


def _safe(plan: Plan, schedule: Schedule, targets: Targets, built: BoolArray, last: int) -> TargetReach | None:
    if targets.safe_pct is None:
        return None
    inhabited = plan.study.settlements.households > 0
    safe = built & plan.outcome.lasting & inhabited
    count = max(int(inhabited.sum()), 1)
    reached = 100 * float(safe.sum()) / count
    short = np.ceil(max(targets.safe_pct - reached, 0.0) / 100 * count - 1e-9)
    can = (inhabited & plan.outcome.lasting).astype(float)
    wanted = float(np.ceil(targets.safe_pct / 100 * count - 1e-9))
    repair = _money_lacking_mvnd(schedule, last, can, wanted) if short > 0 else 0.0
    return TargetReach(
        Target.SAFE_SUPPLY, targets.year, targets.safe_pct, reached, inhabited & ~safe & (short > 0), repair
    )


def _money_lacking_mvnd(schedule: Schedule, last: int, gain: FloatArray, wanted: float) -> float:
    """Money that the cheapest works for one target alone take, with the reinforcement that these ask for, beyond all
    that is granted until its year; NaN where no works bring it by then."""
    works, n = schedule.works, len(gain)
    worth = np.concatenate([np.zeros(len(works.cost_mvnd) - n), gain])
    worth[_too_late(works, last)] = 0.0
    chosen = cheapest_works(works, worth, wanted, np.zeros(len(worth), dtype=bool))
    if chosen is None:
        return float("nan")
    taken = float(works.cost_mvnd[chosen].sum()) + needed_mvnd(schedule.reinforcements, chosen[-n:])
    return max(taken - float(schedule.money_mvnd[: last + 1].sum()), 0.0)


def _too_late(works: BuildingWorks, last: int) -> BoolArray:
    """Works that may only be built after a year, or need such a one, (k,)."""
    late = works.earliest > last
    for _ in range(len(late)):
        more = late | ((works.needs >= 0) & late[np.maximum(works.needs, 0)])
        if (more == late).all():
            break
        late = more
    return late
