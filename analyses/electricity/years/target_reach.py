"""Which targets the plan reaches in the years and with the money that it has, what is missing by name, and the least
money that would repair it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

from infragap.analyses.arrays import BoolArray, FloatArray
from infragap.analyses.electricity.codes import Target
from infragap.analyses.electricity.least_cost.plan import Plan
from infragap.analyses.electricity.least_cost.targets import Targets, read_targets, villages_wanted
from infragap.analyses.electricity.years.rates import rates_by_year
from infragap.analyses.electricity.years.schedule import Schedule

NODES = 2000


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
        Least money beyond that granted that would repair it; 0 where it is reached, NaN where money alone cannot.
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
            _villages(plan, schedule, targets, built),
            _households(plan, schedule, targets, built, last),
            _safe(plan, schedule, targets, built),
        )
        if reach is not None
    ]


def _villages(plan: Plan, schedule: Schedule, targets: Targets, built: BoolArray) -> TargetReach | None:
    if targets.villages_pct is None:
        return None
    settlements = plan.study.settlements
    connected = settlements.is_village & built & plan.outcome.national_grid
    wanted, reached = villages_wanted(plan.study, targets), int(connected.sum())
    can = settlements.is_village & plan.outcome.national_grid & ~built
    repair = _repair_mvnd(schedule, built, can.astype(float), wanted - reached)
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
    can = np.where(off & outcome.national_grid & ~built, settlements.households, 0.0)
    repair = _repair_mvnd(schedule, built, can, short)
    missing = off & (settlements.households > 0) & (short > 1e-9)
    return TargetReach(Target.HOUSEHOLDS, targets.year, targets.households_pct, reached, missing, repair)


def _safe(plan: Plan, schedule: Schedule, targets: Targets, built: BoolArray) -> TargetReach | None:
    if targets.safe_pct is None:
        return None
    inhabited = plan.study.settlements.households > 0
    safe = built & plan.outcome.lasting & inhabited
    count = max(int(inhabited.sum()), 1)
    reached = 100 * float(safe.sum()) / count
    short = np.ceil(max(targets.safe_pct - reached, 0.0) / 100 * count - 1e-9)
    can = (inhabited & plan.outcome.lasting & ~built).astype(float)
    repair = _repair_mvnd(schedule, built, can, float(short))
    return TargetReach(
        Target.SAFE_SUPPLY, targets.year, targets.safe_pct, reached, inhabited & ~safe & (short > 0), repair
    )


def _repair_mvnd(schedule: Schedule, built: BoolArray, gain: FloatArray, short: float) -> float:
    """Least money for works that are not built and bring so much, beyond what is left over; NaN where all of them bring
    less.

    Notes
    -----
    ``min Σ c x, Σ gain x ≥ short, x_i ≤ x_needed(i)`` over the works that are not built (HiGHS, to a gap of 0.1 %).
    """
    if not short > 1e-9:
        return 0.0
    works, n = schedule.works, len(built)
    count = len(works.cost_mvnd)
    worth = np.concatenate([np.zeros(count - n), gain])
    done = np.concatenate([schedule.branch_year >= 0, built])
    if worth[~done].sum() < short - 1e-9:
        return float("nan")
    needy = np.flatnonzero((works.needs >= 0) & ~done)
    rows, ones = np.arange(len(needy)), np.ones(len(needy))
    before = coo_array(
        (np.concatenate([ones, -ones]), (np.tile(rows, 2), np.concatenate([needy, works.needs[needy]]))),
        shape=(len(needy), count),
    ).tocsr()
    constraints = [LinearConstraint(worth[np.newaxis] * ~done, lb=short)]
    if len(needy):
        constraints.append(LinearConstraint(before, ub=0))
    solution = milp(
        c=np.where(done, 0.0, works.cost_mvnd),
        integrality=np.ones(count, dtype=np.int64),
        bounds=Bounds(done.astype(float), np.ones(count)),
        constraints=constraints,
        options={"mip_rel_gap": 1e-3, "node_limit": NODES},
    )
    if solution.x is None:
        return float("nan")
    left_over = max(float(schedule.money_mvnd.sum() - works.cost_mvnd[done].sum()), 0.0)
    return max(float(solution.fun) - left_over, 0.0)
