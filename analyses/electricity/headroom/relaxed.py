"""The plans within limits as relaxations with priced headroom, and the plans that those lead to."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from infragap.analyses.arrays import FloatArray
from infragap.analyses.electricity.demand.life_cycle import station_factor
from infragap.analyses.electricity.headroom.fitting import LINE, LV, Fitted, exceeded_by, fitted
from infragap.analyses.electricity.headroom.laid_out import laid_out
from infragap.analyses.electricity.headroom.layers import PricedLimit, Relaxation, tap_rows
from infragap.analyses.electricity.headroom.limits import (
    FULL_KW,
    added_load_kw,
    exceeded,
    raised,
    reinforcement_kw,
    reinforcement_mvnd,
    reinforcements_mvnd,
    value_of,
    with_loading,
)
from infragap.analyses.electricity.headroom.prices import Ascent, Proven, ascend
from infragap.analyses.electricity.least_cost.accounts import households_off
from infragap.analyses.electricity.least_cost.costs import cost_study
from infragap.analyses.electricity.least_cost.plan import Plan
from infragap.analyses.electricity.least_cost.study import Study
from infragap.analyses.electricity.least_cost.targets import binding, households_left
from infragap.analyses.electricity.offgrid.sharing import charges_mvnd
from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.analyses.electricity.routing.existing_grid import CapacityLimit

NEARLY = 0.9
"""Limits that a plan fills to less than this part do not matter to it: they are left out of the relaxation."""

OPEN, KEPT, RAISED = 0, 1, 2


@dataclass(eq=False)
class Relaxed:
    """One problem within limits, and the best plan that is known of it.

    Attributes
    ----------
    best
        Best plan known.
    free
        Plan without limits.
    study
        With the candidate network.
    base
        The problem; its limits are neither kept nor raised.
    limits
        The limits that matter.
    allowed
        Households that may be without the grid.
    kept_mvnd_per_kw
        (limits,) highest price that each has had where it was kept.
    least_charge_mvnd
        (n,) what each is charged off the grid when everybody is.
    """

    best: Plan
    free: Plan
    study: Study
    base: Relaxation
    limits: list[CapacityLimit]
    allowed: float
    kept_mvnd_per_kw: FloatArray
    least_charge_mvnd: FloatArray

    @classmethod
    def of(cls, plan: Plan, free: Plan, study: Study) -> Relaxed:
        """State the problem of a plan."""
        p, limits = plan.parameters, limits_that_matter(plan, free)
        price = free.choice.household_price_mvnd
        problem = cost_study(study, p, household_price_mvnd=price, like=plan.costs).problem
        base = Relaxation(
            network=study.network,
            problem=problem,
            edge_row=tap_rows(study),
            own_row=study.routes.line,
            load_kw=added_load_kw(study.settlements, p),
            limits=tuple(PricedLimit(limit) for limit in limits),
            rows=len(study.grid.lines),
        )
        allowed = max(households_left(study, binding(study, p)), households_off(plan.choice, problem))
        return cls(plan, free, study, base, limits, allowed, np.zeros(len(limits)), problem.offgrid_mvnd)

    @property
    def parameters(self) -> ElectricityParameters:
        """Of the plan."""
        return self.best.parameters

    @property
    def paid_mvnd(self) -> float:
        """What the household target pays back."""
        price = self.base.problem.household_price_mvnd
        return price * self.allowed if price > 0 else 0.0

    @property
    def free_bound_mvnd(self) -> float:
        """Bound of the plan without limits; -inf where it does not hold for plans that leave so many households without
        the grid.
        """
        free = self.free
        own = max(households_left(free.study, binding(free.study, free.parameters)), 0.0)
        holds = self.allowed <= max(own, households_off(free.choice, free.costs.problem)) + 1e-9
        return free.choice.lower_bound_mvnd if holds else -np.inf

    def best_states(self) -> tuple[int, ...]:
        """What the best plan does with each limit."""
        return tuple(RAISED if limit.name in self.best.loading.reinforced else KEPT for limit in self.limits)

    def under(self, states: tuple[int, ...]) -> tuple[Relaxation, float]:
        """Relaxation in which limits are kept, reinforced or open, and what the reinforcement costs."""
        p, priced, paid_for = self.parameters, [], 0.0
        for limit, state in zip(self.limits, states, strict=True):
            cost = reinforcement_mvnd(limit, p) * station_factor(p)
            paid_for += cost if state == RAISED else 0.0
            highest = cost / max(reinforcement_kw(limit, p), 1e-9) if state == OPEN else np.inf
            priced.append(PricedLimit(raised(limit, p) if state == RAISED else limit, highest))
        return self.base.alike(limits=tuple(priced)), paid_for

    def solved(self, states: tuple[int, ...], price: FloatArray, length: float = 1.0) -> Ascent:
        """Prices of one relaxation; the plan that it leads to takes the place of the best where it costs less."""
        relaxation, paid_for = self.under(states)
        found = ascend(
            relaxation,
            self.parameters,
            known_mvnd=self.best.choice.cost_mvnd - paid_for,
            paid_mvnd=self.paid_mvnd,
            price=price,
            length=length,
        )
        kept = np.array(states) == KEPT
        self.kept_mvnd_per_kw = np.maximum(self.kept_mvnd_per_kw, np.where(kept, found.nearest.price, 0.0))
        self.offer(states, relaxation, found.nearest)
        return found

    def offer(self, states: tuple[int, ...], relaxation: Relaxation, found: Proven) -> None:
        """Bring a relaxed plan within its limits; it takes the place of the best where it costs less."""
        if self.best.loading.overloaded or found.tree is None:
            return
        p = self.parameters
        # an open limit is raised where keeping it would cost more
        per_kw = np.where(self.kept_mvnd_per_kw > 0, self.kept_mvnd_per_kw, np.inf)
        names = {limit.name for limit, state in zip(self.limits, states, strict=True) if state == RAISED}
        for k, state in enumerate(states):
            beyond = found.excess_kw[k]
            if state == OPEN and beyond > FULL_KW:
                cost = reinforcement_mvnd(self.limits[k], p) * station_factor(p)
                names |= {self.limits[k].name} if beyond * per_kw[k] > cost else set()
        limits = [raised(limit, p) if limit.name in names else limit for limit in self.study.grid.limits]
        plan = fitted(relaxation, limits, self._offgrid_mvnd(), found)
        if plan is None or self._is_dearer(relaxation, plan, frozenset(names)):
            return
        other = with_loading(laid_out(self.study, relaxation, plan, self.best, self.free), frozenset(names))
        if households_off(other.choice, other.costs.problem) <= self.allowed + 1e-9:
            self.best = min(self.best, other, key=value_of)

    def _is_dearer(self, relaxation: Relaxation, plan: Fitted, names: frozenset[str]) -> bool:
        """Whether a plan on the layers costs more than the best one even if those off the grid pay no more than they
        are charged: then its accounts need not be settled."""
        problem, best = relaxation.problem, self.best
        if value_of(best)[1] > 0:
            return False
        off = np.where(problem.households > 0, self.least_charge_mvnd, 0.0)
        supply = np.select([plan.way == LINE, plan.way == LV], [problem.local_mvnd, problem.lv_mvnd], off)
        least = float(problem.edge_mvnd[relaxation.layers.edge[plan.lines]].sum() + supply.sum())
        return least + reinforcements_mvnd(best, names)[1] > best.choice.cost_mvnd * (1 + 1e-9)

    def _offgrid_mvnd(self) -> FloatArray:
        """What each costs without the grid: as in the best plan, or alone."""
        best = self.best
        alone = np.where(np.isfinite(best.costs.joint.alone_mvnd), best.costs.joint.alone_mvnd, np.inf)
        off = ~best.outcome.national_grid & np.isfinite(best.outcome.choice_mvnd)
        inhabited = self.study.settlements.households > 0
        return np.where(inhabited, np.where(off, best.outcome.choice_mvnd, alone), 0.0)

    def charge(self) -> None:
        """Charge those off the grid in the best plan most, and the others no less than before."""
        problem, best = self.base.problem, self.best
        off = ~best.outcome.national_grid & (problem.households > 0)
        charges = charges_mvnd(best.costs.joint, off, self.least_charge_mvnd)
        offgrid = np.where(problem.households > 0, charges, 0.0)
        self.base = self.base.alike(problem=replace(problem, offgrid_mvnd=offgrid))

    def widened(self, found: Proven) -> bool:
        """Take up limits that a relaxed plan exceeds and that have no price yet; whether there are any."""
        if found.tree is None or self.best.loading.overloaded:
            return False
        over = exceeded_by(self.base, self.study.grid.limits, self._offgrid_mvnd(), found)
        known = {limit.name for limit in self.limits}
        more = [limit for limit, is_over in zip(self.study.grid.limits, over, strict=True) if is_over]
        more = [limit for limit in more if limit.name not in known]
        if not more:
            return False
        self.limits = self.limits + more
        self.base = replace(self.base, limits=tuple(PricedLimit(limit) for limit in self.limits))
        self.kept_mvnd_per_kw = np.append(self.kept_mvnd_per_kw, np.zeros(len(more)))
        return True


def limits_that_matter(plan: Plan, free: Plan) -> list[CapacityLimit]:
    """Limits that the plan without limits exceeds, or that are full or reinforced in the plan; not those that it
    exceeds."""
    limits, loading = plan.study.grid.limits, plan.loading
    over = {limit.name for limit in exceeded(free, limits)} | set(loading.reinforced)
    return [
        limit
        for limit in limits
        if limit.name not in loading.overloaded
        and (limit.name in over or loading.added_kw.get(limit.name, 0.0) > NEARLY * max(limit.headroom_kw, 1e-9))
    ]
