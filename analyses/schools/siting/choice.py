"""The joint choice of sites and of who gets a place: exact, with capacities, under an intake rule.

Minimised is the sum over all pupils of their weight times the minutes of their way, where they have a place, and times
`without_place_min` where they have none. Who is entitled is measured on the way to the school of today
(`infragap.analyses.schools.siting.today`); who boards, on the way to the school that admits.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray
from infragap.analyses.schools.codes import Intake, Level
from infragap.analyses.schools.pupils.entitlement import Entitlement
from infragap.analyses.schools.pupils.terrain import NO_WAY, WayToSchool
from infragap.analyses.schools.siting.demand import Customers, customers_of
from infragap.analyses.schools.siting.question import SiteQuestion
from infragap.analyses.schools.siting.today import entitled_today, way_to, ways_today
from infragap.analyses.solvers.facility.shared_p_median import SharedSolution, SharedTask, solve_shared
from infragap.analyses.solvers.facility.site_choice import SiteChoice
from infragap.analyses.solvers.facility.solution import PROVEN, relative_gap
from infragap.analyses.solvers.stopping import Stop


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
    entitled, today
        By level: who may board, and the way to the school of today that this was measured on.
    boards
        (customers, s) pupils of the customer who are admitted to the site board there: the way to it is as long or as
        difficult as the law asks for.
    way
        Way of the villages to the nearest open site that may admit.
    solution
        Cost, bound and alternatives.
    """

    rule: Intake
    sites: IntArray
    customers: Customers
    amount: FloatArray
    without: FloatArray
    entitled: dict[Level, Entitlement]
    today: dict[Level, WayToSchool]
    boards: BoolArray
    way: WayToSchool
    solution: SharedSolution

    def placed(self, level: Level, *, entitled: bool) -> int:
        """Pupils of a level who have a place."""
        mine = (self.customers.level == list(Level).index(level)) & (self.customers.entitled == entitled)
        return round(float(self.amount[mine].sum()))

    def total(self, level: Level, *, entitled: bool) -> int:
        """Pupils of a level, with a place or without."""
        mine = (self.customers.level == list(Level).index(level)) & (self.customers.entitled == entitled)
        return round(float(self.customers.pupils[mine].sum()))

    def boarders(self, level: Level) -> int:
        """Pupils of a level who are admitted and board."""
        mine = self.customers.level == list(Level).index(level)
        return round(float(np.where(self.boards, self.amount, 0.0)[mine].sum()))


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
    rule, study = question.study.parameters.intake_rule, question.study
    today = ways_today(study, question.levels, question.village)
    entitled = entitled_today(study, today)
    customers = customers_of(question, entitled, today)
    solution = solve(question, shared_task(question, customers, rule), sites=sites)
    return _told(question, customers, rule, solution, (entitled, today))


def under_rule(question: SiteQuestion, chosen: JointChoice, rule: Intake) -> JointChoice:
    """Choose again for the same pupils under another intake rule."""
    if rule == chosen.rule:
        return chosen
    solution = solve(question, shared_task(question, chosen.customers, rule), start=chosen.sites)
    return _told(question, chosen.customers, rule, solution, (chosen.entitled, chosen.today))


def _told(
    question: SiteQuestion,
    customers: Customers,
    rule: Intake,
    solution: SharedSolution,
    need: tuple[dict[Level, Entitlement], dict[Level, WayToSchool]],
) -> JointChoice:
    """The choice with what it means at the schools."""
    sites = solution.sites
    boards = np.zeros((len(customers.village), len(sites)), bool)
    for column, site in enumerate(sites.tolist()):
        for number, level in enumerate(Level):
            mine = customers.level == number
            boards[mine, column] = question.at_school(site).may_board(level)[customers.village[mine]]
    return JointChoice(
        rule=rule,
        sites=sites,
        customers=customers,
        amount=solution.amount,
        without=solution.unserved,
        entitled=need[0],
        today=need[1],
        boards=boards,
        way=way_to_school(question, sites, rule),
        solution=solution,
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
    choice = question.choice(free=free)
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


def way_to_school(question: SiteQuestion, sites: IntArray, rule: Intake) -> WayToSchool:
    """The way of each village to the nearest site that may admit its pupils, by motorbike."""
    study, allowed, part = question.study, question.allowed(rule)[:, sites], question.region.part
    cells = study.village_cell[question.village]
    km, dry, rainy = (np.full(len(cells), np.inf) for _ in range(3))
    terrain = [NO_WAY] * len(cells)
    for pattern in np.unique(allowed, axis=0):
        mine = np.flatnonzero((allowed == pattern).all(axis=1))
        found = way_to(part, question.cell[sites[pattern]], cells[mine])
        km[mine], dry[mine], rainy[mine] = found.km, found.dry_min, found.rainy_min
        for place, one in zip(mine.tolist(), found.terrain, strict=True):
            terrain[place] = one
    return WayToSchool(km=km, dry_min=dry, rainy_min=rainy, terrain=terrain)
