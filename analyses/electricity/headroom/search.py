"""A plan within what feeders and substations have left: who waits, who takes another line, what is reinforced, and how
far that can be from the best."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from infragap.analyses.arrays import BoolArray, FloatArray
from infragap.analyses.electricity.headroom.bound import within_bound
from infragap.analyses.electricity.headroom.limits import (
    added_load_kw,
    exceeded,
    limits_with,
    load_on,
    loading_of,
    value_of,
    who_makes_room,
    with_loading,
)
from infragap.analyses.electricity.headroom.prices import is_large
from infragap.analyses.electricity.headroom.reconnection import OwnLines, reconnect, with_joint_lines
from infragap.analyses.electricity.least_cost.accounts import households_off
from infragap.analyses.electricity.least_cost.choice import PlanChoice, TreeProblem, choose_plan_fast, start_from
from infragap.analyses.electricity.least_cost.costs import cost_study
from infragap.analyses.electricity.least_cost.household_target import choose_within
from infragap.analyses.electricity.least_cost.plan import Plan, make_plan
from infragap.analyses.electricity.least_cost.study import Study
from infragap.analyses.electricity.least_cost.taps import feeder_of
from infragap.analyses.electricity.least_cost.targets import binding, households_left
from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.analyses.electricity.routing.existing_grid import CapacityLimit
from infragap.analyses.electricity.routing.network import CandidateNetwork

MAX_ROUNDS = 12
"""Solutions until all limits hold; what is over then stays over and is named."""

MAX_TRIALS, TRIAL_SETTLEMENTS = 12, 12_000
"""Sets of reinforcements that are tried, and settlements in all of them together."""

FEW, FEW_SETTLEMENTS = 12, 100_000
"""Settlements on full limits up to which every one and every two of them are tried to leave first, and settlements in
all of these plans together, so that a country takes no longer for each of its own than a province."""


def within_headroom(plan: Plan) -> Plan:
    """Keep the plan within what feeders and substations have left: who finds no room waits, goes to another line, or
    the feeder is reinforced.

    Notes
    -----
    A plan without reinforcement is made, and one with all limits raised that would be exceeded; then limits are raised
    one by one, or left as they are again, as long as that makes the whole cheaper. From there `bound.within_bound` goes
    on, which proves the bound.
    """
    limits = plan.study.grid.limits
    load_kw = added_load_kw(plan.study.settlements, plan.parameters)
    hangs_on = feeder_of(plan.study, plan.outcome)
    added = load_on(limits, plan.outcome.national_grid, hangs_on, load_kw)
    if not exceeded(plan, limits):
        return replace(plan, loading=replace(plan.loading, added_kw=added))
    search = _Search(plan, OwnLines(plan.study, plan.parameters), {})
    # a large plan without reinforcement takes minutes, and only shows what reinforcement is worth
    skipped = plan.parameters.reinforce_allowed and is_large(plan.study.network)
    plain = best = search.trial(search.first if skipped else frozenset())
    if plan.parameters.reinforce_allowed:
        best = search.improved(best)
    best = search.packed_otherwise(best)
    # own lines to other feeders are laid out where there was no room
    routed = max((best, plain), key=lambda each: len(each.study.network.ends) > len(plan.study.network.ends))
    return _with_bound(best, plan, routed.study)


@dataclass
class _Search:
    """Plans by the set of reinforcements that they were made with."""

    plan: Plan
    lines: OwnLines
    tried: dict[frozenset[str], Plan]

    @property
    def first(self) -> frozenset[str]:
        """The limits that the plan exceeds."""
        return frozenset(limit.name for limit in exceeded(self.plan, self.plan.study.grid.limits))

    def trial(self, reinforced: frozenset[str]) -> Plan:
        """Plan within the limits, some of them raised."""
        if reinforced not in self.tried:
            self.tried[reinforced] = keep_headroom(self.plan, self.lines, reinforced)
        return self.tried[reinforced]

    def improved(self, best: Plan) -> Plan:
        """Raise limits, or leave them again, as long as that helps."""
        best = min(best, self.trial(self.first), key=value_of)
        most = int(np.clip(TRIAL_SETTLEMENTS // len(self.plan.study.settlements), len(self.tried), MAX_TRIALS))
        while len(self.tried) < most:
            now = frozenset(best.loading.reinforced)
            over = set(best.loading.overloaded) - now
            # what stays over must be raised; otherwise each that is in the way is tried, and each that is raised
            moves = [over] if over else [{limit.name} for limit in exceeded(self.plan, self.plan.study.grid.limits)]
            moves += [{name} for name in sorted(now)]
            found = best
            for move in moves:
                if len(self.tried) >= most:
                    break
                other = self.trial(now ^ frozenset(move))
                if value_of(other) < value_of(found):
                    found = other
            if found is best:
                break
            best = found
        return best

    def packed_otherwise(self, best: Plan) -> Plan:
        """Let others leave first: where few settlements share what is left, each of them and every two."""
        over = exceeded(self.plan, limits_with(self.plan, frozenset(best.loading.reinforced)))
        rows = {row for limit in over for row in limit.lines}
        outcome = self.plan.outcome
        on_full = outcome.national_grid & np.isin(feeder_of(self.plan.study, outcome), list(rows))
        few = np.flatnonzero(on_full & (self.plan.study.network.terminal > 0)).tolist()
        if len(few) > FEW:
            return best
        found, most = best, FEW_SETTLEMENTS // len(on_full)
        for first in [*((k,) for k in few), *combinations(few, 2)][:most]:
            leaving = np.zeros(len(on_full), dtype=bool)
            leaving[list(first)] = True
            other = keep_headroom(self.plan, self.lines, frozenset(best.loading.reinforced), first=leaving)
            if value_of(other) < value_of(found):
                found = other
        return found


def keep_headroom(plan: Plan, lines: OwnLines, reinforced: frozenset[str], *, first: BoolArray | None = None) -> Plan:
    """Make room on every exceeded limit and solve again, until all hold; then connect to other lines whom that serves.

    Parameters
    ----------
    plan
        Plan without limits.
    lines
        Own lines of its settlements.
    reinforced
        Limits that are raised.
    first
        (n,) who leaves first, whatever it loses.

    Notes
    -----
    Who loses least per kW leaves first: for its own supply or, where it must be on the national grid, for another line.
    Whoever must and finds none stays where it is.
    """
    stays = np.zeros(len(plan.study.settlements), dtype=bool)
    while True:
        kept, must = _without_room(plan, lines, reinforced, stays, first)
        kept = reconnect(kept, lines, must=must)
        unmet = must & ~kept.outcome.national_grid
        if not unmet.any():
            return with_loading(with_joint_lines(kept), reinforced)
        stays |= unmet


def _without_room(
    plan: Plan, lines: OwnLines, reinforced: frozenset[str], stays: BoolArray, first: BoolArray | None
) -> tuple[Plan, BoolArray]:
    """Plan in which those without room are barred, and who of them must be on the grid all the same."""
    study, p = plan.study, plan.parameters
    limits = limits_with(plan, reinforced)
    allowed = households_left(study, binding(study, p))
    must = plan.costs.problem.must_grid
    barred, rounds = np.zeros(len(stays), dtype=bool), 1
    while rounds < MAX_ROUNDS:
        if first is not None and rounds == 1:
            leaving = first & ~stays
        else:
            over = exceeded(plan, limits)
            loss = np.where(stays, np.inf, _loss_of_leaving(plan, lines, over, must))
            leaving = who_makes_room(over, plan, loss)
        if not leaving.any():
            break
        barred |= leaving
        costs = cost_study(study, p, barred=barred, like=plan.costs)
        # those that must be on the grid are to be connected elsewhere: the target does not miss them
        spared = float(study.settlements.households[barred & must].sum())
        start = start_from(study.network, plan.choice)
        choice = _chosen_anew(study.network, costs.problem, p, allowed_households=allowed + spared, start=start)
        plan = make_plan(study, costs, choice, p)
        rounds += 1
    loading = loading_of(plan, barred, rounds, reinforced)
    return replace(plan, loading=loading), barred & must


def _chosen_anew(
    network: CandidateNetwork,
    problem: TreeProblem,
    parameters: ElectricityParameters,
    *,
    allowed_households: float,
    start: BoolArray,
) -> PlanChoice:
    """Least-cost choice; on a large network a quick one, from the known plan, where that meets the target."""
    if is_large(network):
        quick = choose_plan_fast(network, problem, start=start)
        if households_off(quick, problem) <= allowed_households + 1e-9:
            return quick
    return choose_within(network, problem, parameters, allowed_households=allowed_households, start=start)


def _loss_of_leaving(plan: Plan, lines: OwnLines, over: list[CapacityLimit], must: BoolArray) -> FloatArray:
    """(n,) what each settlement's supply costs more when it leaves the lines of the exceeded limits; inf where it
    cannot."""
    problem = replace(plan.costs.problem, household_price_mvnd=plan.choice.household_price_mvnd)
    offgrid = np.where(must, np.inf, problem.stays_offgrid_mvnd)
    outcome = plan.outcome
    loss = np.where(outcome.national_grid, offgrid - outcome.choice_mvnd, np.inf)
    hangs_on = feeder_of(plan.study, outcome)
    full = {row for limit in over for row in limit.lines}
    below = outcome.national_grid & np.isin(hangs_on, list(full)) & (plan.study.network.terminal > 0)
    for settlement in np.flatnonzero(below & must):
        ways = [mvnd for mvnd, way in lines.of(int(settlement)) if way.row not in full]
        if ways:
            local = float(problem.local_mvnd[settlement])
            loss[settlement] = max(ways[0] + local - float(outcome.choice_mvnd[settlement]), 0.0)
    return loss


def _with_bound(plan: Plan, free: Plan, study: Study) -> Plan:
    """Better a plan within limits where that is possible, and give it the bound that holds with them."""
    plan, bound, prices = within_bound(plan, free, study)
    reached = households_left(plan.study, binding(plan.study, plan.parameters))
    comparable = households_off(plan.choice, plan.costs.problem) <= max(
        reached, households_off(free.choice, free.costs.problem)
    )
    choice = restate_bound(plan.choice, bound, plan.parameters)
    if plan.loading.overloaded or not comparable:
        choice = replace(choice, status="headroom")
    return replace(plan, choice=choice, loading=replace(plan.loading, price_mvnd_per_kw=prices))


def restate_bound(choice: PlanChoice, bound_mvnd: float, parameters: ElectricityParameters) -> PlanChoice:
    """State the gap of a plan to a bound."""
    away = max(choice.cost_mvnd - bound_mvnd, 0.0)
    # where limits leave nothing of the choice, all that lies above the bound is their doing
    by_choice = away / max(choice.chosen_mvnd, away) if away > 0 else 0.0
    proven = away <= parameters.plan_gap * choice.cost_mvnd
    cut_short = choice.status in ("work_limit", "time_limit") and not proven
    return replace(
        choice,
        lower_bound_mvnd=min(bound_mvnd, choice.cost_mvnd),
        gap=away / choice.cost_mvnd if choice.cost_mvnd > 0 else 0.0,
        gap_of_choice=by_choice,
        status=choice.status if cut_short else "gap" if proven else "headroom",
    )
