"""The least-cost plan of a study: solved, its network enriched where that helps, its accounts settled."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from infragap.analyses.arrays import BoolArray
from infragap.analyses.electricity.demand.life_cycle import line_factor
from infragap.analyses.electricity.least_cost.accounts import chosen_part_mvnd, households_off, true_cost
from infragap.analyses.electricity.least_cost.branches import Branches, edge_ratio
from infragap.analyses.electricity.least_cost.choice import (
    LARGE_LINES,
    PlanChoice,
    TreeProblem,
    choose_plan_fast,
    start_from,
)
from infragap.analyses.electricity.least_cost.costs import Costs, cost_study
from infragap.analyses.electricity.least_cost.household_target import choose_within
from infragap.analyses.electricity.least_cost.line_cost import line_life_cycle
from infragap.analyses.electricity.least_cost.outcome import Outcome, settle_accounts
from infragap.analyses.electricity.least_cost.study import Study
from infragap.analyses.electricity.least_cost.targets import binding, households_left
from infragap.analyses.electricity.offgrid.sharing import charges_mvnd
from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.analyses.electricity.routing.candidates import enriched_network, laid_over
from infragap.analyses.memory import give_back_memory
from infragap.analyses.reuse import content_of, remembered

WORTHWHILE = 1e-5
"""A junction round that saves less of the plan's cost than this is the last."""


REPRICINGS = 3
"""Plans at the prices of the loads of the one before: from the fourth on they go back and forth."""


@dataclass(frozen=True)
class Reference:
    """A plan that the network is enriched around.

    Attributes
    ----------
    villages, everybody
        Who must be on the grid.
    quantile
        Price of a household without the grid: this quantile of what own lines cost beyond off-grid supply, by
        household; 0 for none.
    """

    villages: bool = False
    everybody: bool = False
    quantile: float = 0.0


REFERENCES = (
    Reference(),
    Reference(villages=True, quantile=0.4),
    Reference(everybody=True),
)


@dataclass(frozen=True, eq=False)
class FeederLoading:
    """What the plan adds to feeders and substations.

    Attributes
    ----------
    barred
        (n,) settlements kept off the grid because nothing is left for them.
    overloaded
        Names of limits that stay exceeded because their settlements must be on the grid.
    added_kw
        New load on each limit, by name.
    rounds
        Solutions that it took.
    reinforced
        Names of limits that are raised at a price.
    reinforcement_mvnd
        Investment in that.
    price_mvnd_per_kw
        Price of a kW of headroom that the bound was proven with, by name.
    """

    barred: BoolArray
    overloaded: tuple[str, ...]
    added_kw: dict[str, float]
    rounds: int
    reinforced: tuple[str, ...] = ()
    reinforcement_mvnd: float = 0.0
    price_mvnd_per_kw: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Plan:
    """One plan: what it was made from, at which prices, what was chosen and what follows.

    Attributes
    ----------
    study
        What it was made from, with its last network.
    parameters
        Prices and rules.
    costs
        Of works, options and lines.
    choice
        Lines and settlements on the grid, and the proof.
    outcome
        What it means for each settlement and line.
    loading
        What it adds to feeders and substations; nothing where no limit was looked at.
    """

    study: Study
    parameters: ElectricityParameters
    costs: Costs
    choice: PlanChoice
    outcome: Outcome
    loading: FeederLoading

    @property
    def branches(self) -> Branches:
        """The planned lines."""
        return self.outcome.branches

    @property
    def beyond_least_mvnd(self) -> float:
        """Life-cycle cost of the lines beyond their least lawful build, which `choice` counts with."""
        sizes = self.outcome.sizes
        return float((sizes.investment_mvnd - sizes.least_mvnd).sum()) * line_factor(self.parameters)


def make_plan(
    study: Study,
    costs: Costs,
    choice: PlanChoice,
    parameters: ElectricityParameters,
    loading: FeederLoading | None = None,
) -> Plan:
    """Settle the accounts of a choice."""
    outcome = settle_accounts(study, costs, choice, parameters)
    no_loading = FeederLoading(np.zeros(len(study.settlements), dtype=bool), (), {}, 1)
    return Plan(
        study=study,
        parameters=parameters,
        costs=costs,
        choice=_at_true_cost(choice, costs, outcome),
        outcome=outcome,
        loading=loading or no_loading,
    )


def _at_true_cost(choice: PlanChoice, costs: Costs, outcome: Outcome) -> PlanChoice:
    """Give a choice the cost of its joint plants in place of what was charged for them."""
    problem = costs.problem
    off = ~choice.national_grid & np.isfinite(problem.offgrid_mvnd) & (problem.households > 0)
    beyond = float((outcome.choice_mvnd - problem.offgrid_mvnd)[off].sum())
    more = beyond - choice.beyond_charges_mvnd
    if abs(more) <= 1e-9 * max(choice.cost_mvnd, 1.0):
        return choice
    cost = choice.cost_mvnd + more
    return replace(
        choice,
        cost_mvnd=cost,
        gap=max(cost - choice.lower_bound_mvnd, 0.0) / cost,
        beyond_charges_mvnd=beyond,
    )


def least_cost(
    study: Study, parameters: ElectricityParameters, *, near_price_mvnd: float = 0.0, like: Costs | None = None
) -> Plan:
    """Enrich the network, whatever the targets are, and choose the plan on it.

    Parameters
    ----------
    study, parameters
        What to plan.
    near_price_mvnd
        Price of a household that the target came to in a like plan.
    like
        Costs of a like plan, to take over what is the same.
    """
    costs = cost_study(study, parameters, like=like)
    study = enriched(study, parameters, like=costs)
    give_back_memory()
    allowed = households_left(study, binding(study, parameters))
    costs = cost_study(study, parameters, like=costs)
    if len(study.network.ends) >= LARGE_LINES and np.isinf(allowed):
        # a quick plan tells the charges for joint plants nearly as well as a proven one, in a tenth of the time
        choice = choose_plan_fast(study.network, costs.problem)
    else:
        choice = choose_within(
            study.network, costs.problem, parameters, allowed_households=allowed, near_price_mvnd=near_price_mvnd
        )
    plan = _charged_anew(make_plan(study, costs, choice, parameters), allowed)
    return _chosen_by_load(plan, allowed)


def _charged_anew(plan: Plan, allowed_households: float) -> Plan:
    """Choose again with charges for joint plants that suit the plan, where its plants cost more than was charged for
    them by more than the gap asked for; keep the cheaper plan and the higher bound. A quick plan is proven in any case.

    Notes
    -----
    Both bounds hold whatever the plan is: neither charges a group of neighbours more than its plant costs.
    """
    p, study, costs, choice = plan.parameters, plan.study, plan.costs, plan.choice
    suits = choice.beyond_charges_mvnd <= p.plan_gap * choice.cost_mvnd
    if suits and choice.status != "heuristic":
        return plan
    problem = costs.problem
    inhabited, charges = problem.households > 0, problem.offgrid_mvnd
    if not suits:
        charges = charges_mvnd(costs.joint, ~choice.national_grid & inhabited, problem.offgrid_mvnd)
    again = choose_within(
        study.network,
        replace(problem, offgrid_mvnd=np.where(inhabited, charges, 0.0)),
        p,
        allowed_households=allowed_households,
        start=start_from(study.network, choice),
        near_price_mvnd=choice.household_price_mvnd,
    )
    bound = max(again.lower_bound_mvnd, choice.lower_bound_mvnd)
    again = replace(
        again,
        cost_mvnd=true_cost(again, problem),
        chosen_mvnd=chosen_part_mvnd(again, problem, study.network),
        beyond_charges_mvnd=0.0,
    )
    off = [households_off(each, problem) for each in (choice, again)]
    meets = off[1] <= max(allowed_households, off[0]) + 1e-9
    other = make_plan(study, costs, again, p)
    better = other if meets and other.choice.cost_mvnd < choice.cost_mvnd else plan
    cost = better.choice.cost_mvnd
    gap = max(cost - bound, 0.0) / cost if cost > 0 else 0.0
    status = again.status if better.choice.status == "heuristic" else better.choice.status
    return replace(better, choice=replace(better.choice, lower_bound_mvnd=min(bound, cost), gap=gap, status=status))


def _chosen_by_load(plan: Plan, allowed_households: float) -> Plan:
    """Choose again at what the lines cost for the loads that they carry, where that is more than the gap asked for, and
    keep the cheapest of all plans.

    Notes
    -----
    What a section would cost that has not been built yet is not known: it counts as much dearer than its least build as
    all lines of the plan together. The bound stays that of the first choice: it counts every line at its least build,
    below which no load gets it, so it holds for the cost of any plan with its lines built for their loads.
    """
    p, study, choice = plan.parameters, plan.study, plan.choice
    if plan.beyond_least_mvnd <= p.plan_gap * choice.cost_mvnd:
        return plan
    problem = replace(plan.costs.problem, household_price_mvnd=choice.household_price_mvnd)
    sizes = plan.outcome.sizes
    factor = np.full(len(problem.edge_mvnd), float(sizes.investment_mvnd.sum() / sizes.least_mvnd.sum()))
    most_off = max(allowed_households, households_off(choice, problem)) + 1e-9
    best = last = plan
    for _ in range(REPRICINGS):
        sizes = last.outcome.sizes
        ratio = sizes.investment_mvnd / np.maximum(sizes.least_mvnd, 1e-9)
        factor[last.choice.edges] = edge_ratio(study.network, last.choice.edges, last.branches, ratio)
        priced = replace(problem, edge_mvnd=problem.edge_mvnd * factor)
        again = choose_plan_fast(study.network, priced, start=start_from(study.network, last.choice))
        if not again.edges.any() or households_off(again, problem) > most_off:
            break
        last = make_plan(study, plan.costs, _at_least_builds(again, plan), p)
        best = min(best, last, key=lambda each: each.choice.cost_mvnd + each.beyond_least_mvnd)
    return best


def _at_least_builds(again: PlanChoice, plan: Plan) -> PlanChoice:
    """Give another choice its cost with every line at its least build, and the bound of a plan."""
    problem, first = plan.costs.problem, plan.choice
    cost = true_cost(again, problem)
    bound = min(first.lower_bound_mvnd, cost)
    gap = (cost - bound) / cost if cost > 0 else 0.0
    return replace(
        again,
        cost_mvnd=cost,
        chosen_mvnd=chosen_part_mvnd(again, problem, plan.study.network),
        lower_bound_mvnd=bound,
        gap=gap,
        status="gap" if gap <= plan.parameters.plan_gap else first.status,
        beyond_charges_mvnd=0.0,
    )


def enriched(study: Study, parameters: ElectricityParameters, *, like: Costs | None = None) -> Study:
    """Enrich the network around plans of all kinds (`REFERENCES`) until that brings nothing, or `junction_rounds`
    times; what does not hang on the network is taken over from costs that are `like` it.

    Notes
    -----
    None of these plans knows the targets. So plans with other targets stand on the same network, and one that must meet
    less is never dearer. Where a line stands that was never switched on, all that would be looked at without it is laid
    over what it adds, so that it cannot make the best plan dearer.
    """
    plain = study.without_standing
    if plain is not None:
        network, study = study.network, replace(study, without_standing=None)
        before_it = replace(study, surface=plain.surface, routes=plain.routes, network=plain.network)
        known = enriched(before_it, parameters, like=like).network
        joined = laid_over(study.surface, study.routes, network, known, parameters)
        study = replace(study, network=joined, without_standing=plain)
    before = np.inf
    for number in range(parameters.junction_rounds):
        total = 0.0
        for kind, reference in enumerate(REFERENCES):
            choice = choose_plan_fast(study.network, _problem_of(reference, study, parameters, like))
            total += choice.cost_mvnd
            if choice.edges.any():
                study = with_junctions(study, choice, parameters, step=f"junctions {number}, {kind}")
        if total > before * (1 - WORTHWHILE):
            break
        before = total
    return study


def _problem_of(
    reference: Reference, study: Study, parameters: ElectricityParameters, like: Costs | None
) -> TreeProblem:
    problem, settlements = cost_study(study, parameters, like=like).problem, study.settlements
    must = study.forced | parameters.all_on_grid | reference.everybody | (settlements.is_village & reference.villages)
    if not parameters.unsafe_may_leave_grid:
        must = must | settlements.has_unsafe_wires
    own_mvnd = line_life_cycle(np.nan_to_num(study.routes.components), parameters) + problem.local_mvnd
    dearer = (own_mvnd - problem.offgrid_mvnd) / np.maximum(settlements.households, 1.0)
    dearer = dearer[study.routes.reachable & np.isfinite(dearer) & (dearer > 0) & (settlements.households > 0)]
    price = float(np.quantile(dearer, reference.quantile)) if reference.quantile > 0 and len(dearer) else 0.0
    inhabited = (settlements.households > 0) & ~study.forbidden
    return replace(problem, must_grid=np.asarray(must & inhabited), household_price_mvnd=price)


def with_junctions(study: Study, choice: PlanChoice, parameters: ElectricityParameters, *, step: str) -> Study:
    """Enrich the network around a plan; `step` is its name among those that another plan may take over."""
    network = remembered(
        f"{step}, {parameters.forest_rule}",
        lambda p: enriched_network(study.surface, study.routes, study.network, choice.edges, p),
        parameters,
        (study.surface, study.routes, study.network, content_of(choice.edges)),
    )
    return replace(study, network=network)
