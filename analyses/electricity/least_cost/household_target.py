"""The least-cost plan that leaves no more households without the national grid than the target allows, with a proven
bound.

The target is one constraint over all settlements: ``Σ households off the national grid ≤ allowed``. Its multiplier is a
price of each such household; with it the plan is again a prize-collecting tree, and its bound less the price of what is
allowed holds for every plan that meets the target (Lagrangian relaxation). The best price is found exactly as the
highest point of a concave piecewise linear function; around it lie a plan that meets the target and one that just does
not, and each is repaired at least cost.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from infragap.analyses.arrays import BoolArray
from infragap.analyses.electricity.least_cost.accounts import households_off, restated, true_cost
from infragap.analyses.electricity.least_cost.choice import (
    PlanChoice,
    TreeProblem,
    choose_plan,
    choose_plan_fast,
    start_from,
)
from infragap.analyses.electricity.least_cost.household_repair import repaired
from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.analyses.electricity.routing.network import CandidateNetwork
from infragap.analyses.solvers.stopping import Status

HIGHEST_PRICE_MVND = 1e5
"""No household is worth more than this: where even that price leaves too many, the target cannot be met."""

MAX_STEPS = 40

ABOVE = 1.1
"""The best price is looked for within this factor of a known one first."""

NEAR_ENOUGH = 0.1
"""Part of the gap asked for within which a price is good enough: the best one would bring less."""

QUICK: Status = "heuristic"
"""Status of a plan without a proof."""

BRANCH_EDGES, MOST_BRANCHES = 40_000, 64
"""So many edges in all problems solved together, and never more problems than this."""


@dataclass(frozen=True, eq=False)
class _Relaxed:
    """What the multiplier alone proves about one problem.

    Attributes
    ----------
    plan
        Cheapest plan found that meets the target; where none was found, the one that leaves fewest households.
    bound_mvnd, price
        Bound, and multiplier that it was proven with.
    meets
        Whether the plan meets the target.
    undecided
        (n,) settlements of which the plans around the best multiplier do not agree.
    """

    plan: PlanChoice
    bound_mvnd: float
    price: float
    meets: bool
    undecided: BoolArray


def choose_within(
    network: CandidateNetwork,
    problem: TreeProblem,
    parameters: ElectricityParameters,
    *,
    allowed_households: float,
    start: BoolArray | None = None,
    near_price_mvnd: float = 0.0,
) -> PlanChoice:
    """Choose the least-cost plan that leaves at most so many households without the national grid.

    Parameters
    ----------
    network, problem, parameters
        The problem without the target.
    allowed_households
        Households that may be without the national grid; inf for no target.
    start
        Nodes of a known plan.
    near_price_mvnd
        Price of a household near which the best one is looked for first; 0 where nothing is known.

    Returns
    -------
    PlanChoice
        Its cost without the price of households, and a bound that holds for every plan that meets the target. Where
        none does, the plan that leaves fewest households.

    Notes
    -----
    Where the multiplier leaves a gap beyond the one asked for, settlements on which the plans around it do not agree
    are put on the national grid in one branch and off it in the other, the largest first; the number of branches hangs
    on the size of the network alone.
    """
    root = _by_multiplier(network, problem, parameters, allowed_households, start, near_price_mvnd)
    if not root.meets or root.plan.status == "time_limit":
        return root.plan
    best, leaves, number = root.plan, [(root.bound_mvnd, 0, problem, root)], 1
    most = int(np.clip(BRANCH_EDGES // max(len(network.ends), 1), 2, MOST_BRANCHES))
    while number < most:
        leaves.sort(key=lambda leaf: (leaf[0], leaf[1]))
        bound, _, stated, relaxed = leaves[0]
        if not relaxed.undecided.any() or bound >= best.cost_mvnd * (1 - parameters.plan_gap):
            break
        leaves.pop(0)
        k = int(np.where(relaxed.undecided, problem.households, -1.0).argmax())
        for child in (_with_grid(stated, k), _without_grid(stated, k)):
            near = relaxed.price
            found = _by_multiplier(network, child, parameters, allowed_households, start_from(network, best), near)
            number += 1
            if not found.meets:
                continue
            leaves.append((max(found.bound_mvnd, bound), number, child, found))
            best = min(best, found.plan, key=lambda plan: plan.cost_mvnd)
    bound = min((leaf[0] for leaf in leaves), default=best.cost_mvnd)
    if number == 1:
        return best
    best = restated(best, problem, network, bound)
    return _with_bound(best, bound, root.price, parameters)


def _with_grid(problem: TreeProblem, k: int) -> TreeProblem:
    must = problem.must_grid.copy()
    must[k] = True
    return replace(problem, must_grid=must)


def _without_grid(problem: TreeProblem, k: int) -> TreeProblem:
    barred, lv = problem.barred.copy(), problem.lv_mvnd.copy()
    barred[k], lv[k] = True, np.inf
    return replace(problem, barred=barred, lv_mvnd=lv)


def _by_multiplier(
    network: CandidateNetwork,
    problem: TreeProblem,
    parameters: ElectricityParameters,
    allowed_households: float,
    start: BoolArray | None,
    near_price_mvnd: float,
) -> _Relaxed:
    """Find the best price of a household, and repair the plans around it."""
    free = _without_price(network, problem, parameters, allowed_households, start)
    if households_off(free, problem) <= allowed_households + 1e-9:
        agreed = np.zeros(len(problem.households), dtype=bool)
        return _Relaxed(free, free.lower_bound_mvnd, 0.0, True, agreed)
    below, above = _around(network, problem, free, allowed_households, near_price_mvnd)
    search = _Search(network, problem, parameters, allowed_households, below, above, free.lower_bound_mvnd)
    if not search.meets(above):
        search.above = _solve(network, problem, parameters, HIGHEST_PRICE_MVND, start_from(network, below))
        if not search.meets(search.above):
            return search.unmet()
    here = search.prove_at(_crossing(below, search.above, problem)[0])
    found = search.relaxed(here)
    if found is not None and search.is_near(found):
        return found
    search.prove_sides()
    search.prove_between()
    found = search.relaxed(search.above)
    if found is None:
        raise AssertionError("a plan that meets the target needs no repair")
    other = None if search.is_near(found) else search.relaxed(search.below)
    return other if other is not None and other.plan.cost_mvnd < found.plan.cost_mvnd else found


def _without_price(
    network: CandidateNetwork,
    problem: TreeProblem,
    parameters: ElectricityParameters,
    allowed_households: float,
    start: BoolArray | None,
) -> PlanChoice:
    """Choose without a price of households: only where that could meet the target it is worth a proof."""
    if np.isfinite(allowed_households):
        quick = choose_plan_fast(network, problem, start=start)
        if households_off(quick, problem) > allowed_households + 1e-9:
            return quick
    return choose_plan(network, problem, parameters, start=start)


@dataclass(eq=False)
class _Search:
    """The search for the best price of a household: a plan below it that leaves too many without the grid, one above
    that does not, and the best bound.

    Attributes
    ----------
    bound_mvnd, price
        Best bound, and the price that it was proven at.
    """

    network: CandidateNetwork
    problem: TreeProblem
    parameters: ElectricityParameters
    allowed: float
    below: PlanChoice
    above: PlanChoice
    bound_mvnd: float
    price: float = 0.0

    def meets(self, plan: PlanChoice) -> bool:
        """Whether a plan leaves no more households without the grid than it may."""
        return households_off(plan, self.problem) <= self.allowed + 1e-9

    def prove_at(self, price: float) -> PlanChoice:
        """Solve at a price to a proof; the plan takes the place of the one on its side."""
        here = _solve(self.network, self.problem, self.parameters, price, start_from(self.network, self.above))
        proven = here.lower_bound_mvnd - price * self.allowed
        if proven > self.bound_mvnd:
            self.bound_mvnd, self.price = proven, price
        if self.meets(here):
            self.above = here
        else:
            self.below = here
        return here

    def prove_sides(self) -> None:
        """Prove the plans on both sides at their own prices: what a proven plan costs does not compare with a quick
        one."""
        quick = self.above
        if quick.status == QUICK and not self.meets(self.prove_at(quick.household_price_mvnd)):
            self.prove_at(HIGHEST_PRICE_MVND)
        quick = self.below
        if quick.status == QUICK and self.meets(self.prove_at(quick.household_price_mvnd)):
            self.prove_at(0.0)

    def prove_between(self) -> None:
        """Prove where the lines of the plans on both sides cross, until none lies below that."""
        for _ in range(MAX_STEPS):
            off = [households_off(each, self.problem) for each in (self.below, self.above)]
            price, known_mvnd = _crossing(self.below, self.above, self.problem)
            if abs(price - self.price) <= 1e-9 * price:
                break
            here = self.prove_at(price)
            same = abs(here.cost_mvnd - known_mvnd) < 1e-6 * here.cost_mvnd * self.parameters.plan_gap
            if same or households_off(here, self.problem) in off:
                break

    def is_near(self, found: _Relaxed) -> bool:
        """Whether a better price would bring next to nothing."""
        return found.plan.gap_of_choice <= NEAR_ENOUGH * self.parameters.plan_gap

    def relaxed(self, plan: PlanChoice) -> _Relaxed | None:
        """Repair a plan, and state what is proven with it; None where it cannot be repaired."""
        problem = self.problem
        best = repaired(self.network, problem, self.parameters, plan, self.allowed)
        if best is None:
            return None
        differ = self.below.national_grid != self.above.national_grid
        undecided = differ & ~problem.must_grid & (problem.households > 0)
        best = _with_bound(best, self.bound_mvnd, self.price, self.parameters)
        return _Relaxed(best, self.bound_mvnd, self.price, True, undecided)

    def unmet(self) -> _Relaxed:
        """Give the plan that leaves fewest households, where even the highest price leaves too many."""
        above, price = self.above, HIGHEST_PRICE_MVND
        bound = above.lower_bound_mvnd - price * households_off(above, self.problem)
        plan = restated(above, self.problem, self.network, bound)
        return _Relaxed(plan, bound, price, False, np.zeros(len(self.problem.households), dtype=bool))


def _around(
    network: CandidateNetwork, problem: TreeProblem, free: PlanChoice, allowed_households: float, near_price_mvnd: float
) -> tuple[PlanChoice, PlanChoice]:
    """Plans on both sides of the best price that quick ones lead to: the first leaves too many households without the
    grid, the second does not, unless even the highest price does not bring that about.

    Notes
    -----
    A proof takes ten times as long as a quick plan, and is needed at the best price alone. A plan that is not quite the
    cheapest at its price only leads a little beside it.
    """
    below, above = free, None
    for price in (near_price_mvnd * ABOVE, near_price_mvnd / ABOVE) if near_price_mvnd > 0 else ():
        here = _quick(network, problem, price, above or free)
        if households_off(here, problem) > allowed_households + 1e-9:
            below = here
            break
        above = here
    above = above or _quick(network, problem, HIGHEST_PRICE_MVND, below)
    if households_off(above, problem) > allowed_households + 1e-9:
        return below, above
    for _ in range(MAX_STEPS):
        price, known_mvnd = _crossing(below, above, problem)
        here = _quick(network, problem, price, above)
        if here.cost_mvnd >= known_mvnd * (1 - 1e-9):
            break
        if households_off(here, problem) > allowed_households + 1e-9:
            below = here
        else:
            above = here
    return below, above


def _crossing(below: PlanChoice, above: PlanChoice, problem: TreeProblem) -> tuple[float, float]:
    """Price of a household at which two plans cost the same, and that cost: the bound there cannot be beaten by
    either."""
    more, fewer = households_off(below, problem), households_off(above, problem)
    price = max((true_cost(above, problem) - true_cost(below, problem)) / max(more - fewer, 1e-9), 0.0)
    return price, true_cost(above, problem) + price * fewer


def _quick(network: CandidateNetwork, problem: TreeProblem, price: float, known: PlanChoice) -> PlanChoice:
    return choose_plan_fast(network, replace(problem, household_price_mvnd=price), start=start_from(network, known))


def _solve(
    network: CandidateNetwork, problem: TreeProblem, parameters: ElectricityParameters, price: float, start: BoolArray
) -> PlanChoice:
    return choose_plan(network, replace(problem, household_price_mvnd=price), parameters, start=start)


def _with_bound(choice: PlanChoice, bound_mvnd: float, price: float, parameters: ElectricityParameters) -> PlanChoice:
    cost = choice.cost_mvnd
    away = max(cost - bound_mvnd, 0.0)
    by_choice = away / max(choice.chosen_mvnd, away) if away > 0 else 0.0
    proven = away <= parameters.plan_gap * cost
    status = choice.status if choice.status == "time_limit" else "gap" if proven else "target"
    return replace(
        choice,
        lower_bound_mvnd=min(bound_mvnd, cost),
        gap=away / cost if cost > 0 else 0.0,
        gap_of_choice=by_choice,
        status=status,
        household_price_mvnd=price,
    )
