"""The joint choice of sites and of who gets a place: exact, with capacities, under an intake rule.

Minimised is the sum over all pupils of their weight times the minutes of their way, where they have a place, and times
`without_place_min` where they have none. Entitlement to board hangs on the way to the school, and the school's place on
who is entitled: the two are settled in turn until the sites stay.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from infragap.analyses.arrays import FloatArray, IntArray
from infragap.analyses.schools.codes import Intake, Level, Mode, Season
from infragap.analyses.schools.pupils.entitlement import Entitlement, entitlement
from infragap.analyses.schools.pupils.terrain import WayToSchool, terrain_on_ways
from infragap.analyses.schools.siting.demand import Customers, customers_of
from infragap.analyses.schools.siting.question import SiteQuestion
from infragap.analyses.schools.travel.ways import at_nodes, nearest
from infragap.analyses.solvers.facility.shared_p_median import SharedSolution, SharedTask, solve_shared
from infragap.analyses.solvers.facility.site_choice import SiteChoice
from infragap.analyses.solvers.facility.solution import PROVEN, relative_gap
from infragap.analyses.solvers.infeasible import Infeasible
from infragap.analyses.solvers.stopping import Stop
from infragap.gis.errors import NoSolutionError

MOST_ROUNDS = 6
"""Rounds of entitlement and choice; the record says if the sites had not settled by then."""


@dataclass(frozen=True, eq=False)
class JointChoice:
    """Sites, and who is admitted where.

    Attributes
    ----------
    rule
        Intake rule.
    sites
        (s,) candidates that open, ascending.
    customers
        Pupils that the choice was made for.
    amount
        (customers, s) pupils admitted.
    without
        (customers,) pupils without a place.
    entitled, way
        Who may board, and the way that this was measured on.
    solution
        Cost, bound and alternatives.
    settled
        The sites are those that entitlement was measured to.
    """

    rule: Intake
    sites: IntArray
    customers: Customers
    amount: FloatArray
    without: FloatArray
    entitled: Entitlement
    way: WayToSchool
    solution: SharedSolution
    settled: bool

    def placed(self, level: Level, *, boards: bool) -> int:
        """Pupils of a level who have a place."""
        mine = (self.customers.level == list(Level).index(level)) & (self.customers.boards == boards)
        return round(float(self.amount[mine].sum()))

    def total(self, level: Level, *, boards: bool) -> int:
        """Pupils of a level, with a place or without."""
        mine = (self.customers.level == list(Level).index(level)) & (self.customers.boards == boards)
        return round(float(self.customers.pupils[mine].sum()))


def choose_sites(question: SiteQuestion, *, sites: IntArray | None = None) -> JointChoice:
    """Choose the sites and share out the places under the rule of the parameters.

    Parameters
    ----------
    question
        Villages, candidates, minutes.
    sites
        Sites that are given; default: the best.

    Raises
    ------
    NoSolutionError
        The fixed sites contradict each other or the number of schools.
    """
    rule = question.study.parameters.intake_rule
    reference = _first_sites(question) if sites is None else sites
    tried = {tuple(reference.tolist())}
    while True:
        way = way_to_school(question, reference, rule)
        entitled = entitlement(way, question.study.parameters)
        customers = customers_of(question, entitled, way.dry_min)
        task = shared_task(question, customers, rule)
        solution = solve(question, task, start=reference if sites is None else None, sites=sites)
        solution = _kept_or_better(question, task, reference, solution)
        settled = np.array_equal(solution.sites, reference)
        # sites that come back again go round in a circle: what is known is kept, and the record says that it did not
        # settle
        if settled or tuple(solution.sites.tolist()) in tried or len(tried) >= MOST_ROUNDS:
            break
        reference = solution.sites
        tried.add(tuple(reference.tolist()))
    return JointChoice(
        rule=rule,
        sites=solution.sites,
        customers=customers,
        amount=solution.amount,
        without=solution.unserved,
        entitled=entitled,
        way=way,
        solution=solution,
        settled=settled,
    )


def _kept_or_better(
    question: SiteQuestion, task: SharedTask, reference: IntArray, solution: SharedSolution
) -> SharedSolution:
    """The sites that entitlement was measured to, where they are as good within the gap; so the choice does not go in
    circles between equals."""
    if np.array_equal(solution.sites, reference) or tuple(reference.tolist()) not in task.known:
        return solution
    cost, amount = task.shared(reference)
    reached = relative_gap(cost, solution.lower_bound)
    if reached > question.study.parameters.gap:
        return solution
    return replace(
        solution,
        sites=reference,
        amount=amount[:, :-1],
        unserved=amount[:, -1],
        cost=cost,
        gap=reached,
        status="optimal" if reached <= PROVEN else "gap",
    )


def under_rule(question: SiteQuestion, chosen: JointChoice, rule: Intake) -> JointChoice:
    """Choose again for the same pupils under another intake rule."""
    if rule == chosen.rule:
        return chosen
    solution = solve(question, shared_task(question, chosen.customers, rule), start=chosen.sites)
    return JointChoice(
        rule=rule,
        sites=solution.sites,
        customers=chosen.customers,
        amount=solution.amount,
        without=solution.unserved,
        entitled=chosen.entitled,
        way=chosen.way,
        solution=solution,
        settled=chosen.settled,
    )


def shared_task(question: SiteQuestion, customers: Customers, rule: Intake) -> SharedTask:
    """Customers and candidates as arrays: weighted minutes, inf where the intake rule or the ground says no."""
    minutes = np.where(question.allowed(rule), question.minutes, np.inf)
    taught = np.stack([question.teaches(level) for level in Level])
    return SharedTask(
        cost=customers.weight[:, None] * np.where(taught[customers.level], minutes[customers.village], np.inf),
        demand=customers.pupils,
        capacity=question.capacity,
        unserved=customers.weight * question.study.parameters.without_place_min,
    )


def solve(
    question: SiteQuestion,
    task: SharedTask,
    *,
    start: IntArray | None = None,
    sites: IntArray | None = None,
    free: int | None = None,
) -> SharedSolution:
    """Solve a task of the question to its gap; `sites` given: only share out the places; `free`: see
    `SiteQuestion.choice`."""
    parameters = question.study.parameters
    try:
        choice = question.choice(free=free)
    except Infeasible as reason:
        raise NoSolutionError(f"schools: {reason}") from reason
    if sites is not None:
        for site in sites.tolist():
            choice = choice.with_site(site, is_open=True) if choice.block[site] > 0 else choice
        start = sites
    if start is not None and not _fits(start, choice.block, choice.need):
        start = None
    solution = solve_shared(task, choice, stop=Stop(parameters.gap, parameters.work_limit), start=start)
    return solution if sites is not None else _polished(task, choice, solution)


def _polished(task: SharedTask, choice: SiteChoice, solution: SharedSolution) -> SharedSolution:
    """Move each site to where its own pupils have least weighted minutes, as long as that lowers the cost."""
    better = True
    while better:
        better = False
        for column, site in enumerate(solution.sites.tolist()):
            rivals = np.flatnonzero((choice.block == choice.block[site]) & (choice.block > 0))
            rivals = np.setdiff1d(rivals, solution.sites)
            member = np.flatnonzero(solution.amount[:, column] > 0)
            if not len(rivals) or not len(member):
                continue
            pupils = solution.amount[member, column]
            total = pupils @ task.cost[np.ix_(member, rivals)]
            if total.min() >= pupils @ task.cost[member, site] - 1e-6:
                continue
            moved = np.sort(np.append(np.delete(solution.sites, column), rivals[int(np.argmin(total))]))
            cost, amount = task.shared(moved)
            gap = relative_gap(cost, solution.lower_bound)
            solution = replace(
                solution, sites=moved, amount=amount[:, :-1], unserved=amount[:, -1], cost=cost, gap=gap,
                status="optimal" if gap <= PROVEN else solution.status,
            )  # fmt: skip
            better = True
            break
    return solution


def _fits(sites: IntArray, block: IntArray, need: IntArray) -> bool:
    """Whether sites are an allowed set."""
    if (block[sites] < 0).any():
        return False
    return bool(np.array_equal(np.bincount(block[sites], minlength=len(need)), need))


def _first_sites(question: SiteQuestion) -> IntArray:
    """Sites to measure entitlement to at first: those with least minutes of all pupils, each block on its own."""
    study, choice = question.study, question.choice()
    pupils = sum(study.villages[f"pupils_{level}"].to_numpy(float)[question.village] for level in question.levels)
    reach = np.where(
        question.allowed(Intake.OWN) & np.isfinite(question.minutes),
        question.minutes,
        study.parameters.without_place_min,
    )
    total = np.asarray(pupils) @ reach
    picked = []
    for block, need in enumerate(choice.need.tolist()):
        members = np.flatnonzero(choice.block == block)
        picked.append(members[np.argsort(total[members], kind="stable")[:need]])
    return np.sort(np.concatenate(picked)).astype(np.int64)


def way_to_school(question: SiteQuestion, sites: IntArray, rule: Intake) -> WayToSchool:
    """The way of each village to the nearest site that may admit its pupils, by motorbike."""
    study, allowed = question.study, question.allowed(rule)[:, sites]
    part = question.region.part
    node = part.node(study.village_cell[question.village])
    km, dry, rainy = (np.full(len(node), np.inf) for _ in range(3))
    terrain = terrain_on_ways(part, nearest(part, Mode.MOTORBIKE, Season.DRY, []), np.full(len(node), -1))
    for pattern in np.unique(allowed, axis=0):
        mine = np.flatnonzero((allowed == pattern).all(axis=1))
        cells = question.cell[sites[pattern]]
        ways = nearest(part, Mode.MOTORBIKE, Season.DRY, cells)
        dry[mine] = at_nodes(ways.cost, node[mine], missing=np.inf)
        rainy[mine] = at_nodes(nearest(part, Mode.MOTORBIKE, Season.RAINY, cells).cost, node[mine], missing=np.inf)
        length = ways.sums(node[mine], np.zeros(len(part.kind), np.uint8), part.km, kinds=1)[:, 0]
        km[mine] = np.where(np.isfinite(dry[mine]), length, np.inf)
        for place, found in zip(mine.tolist(), terrain_on_ways(part, ways, node[mine]), strict=True):
            terrain[place] = found
    return WayToSchool(km=km, dry_min=dry, rainy_min=rainy, terrain=terrain)
