"""All questions put to one set of candidates: most people, least cost within and without the number of works, the list
alone, the frontier between."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from infragap.analyses.arrays import BoolArray
from infragap.analyses.solvers.stopping import Stop
from infragap.analyses.water.codes import Question
from infragap.analyses.water.parameters import WaterParameters
from infragap.analyses.water.service.today import Gap
from infragap.analyses.water.siting.choice import Choice, Plan, choose, nothing, proven, with_bound
from infragap.analyses.water.siting.model import Asked, Model, build_model, empty_model
from infragap.analyses.water.siting.relaxation import Relaxation
from infragap.analyses.water.study import Study
from infragap.analyses.water.works.candidate import Candidates
from infragap.gis.errors import NoSolutionError, ParameterError

SLACK = 1e-3
"""People within which a target counts as met: rates are rounded."""

FRONTIER_TO = 0.9
"""The frontier goes so far towards most people; beyond, the last households cost more than any plan would pay."""


@dataclass(frozen=True, eq=False)
class Answer:
    """Answer to one question; where the target cannot be met, the plan is that with most people and `target_met` says
    so."""

    choice: Choice
    target_met: bool


@dataclass(frozen=True, eq=False)
class Answers:
    """Everything that was asked.

    Attributes
    ----------
    people_min
        People that must be gained for the target.
    works_max
        Most works; None without a limit.
    by_question
        The four questions.
    frontier
        Plans of least cost for rising numbers of people, within the number of works.
    fair
        Least cost for the target where the poor communes get their part; None where there is nothing to ask.
    poor_share_pct, poor_min
        The part that they must get, and the people that this is.
    plan
        The question whose plan is shown.
    of_list
        Least cost for the target with at least `listed_min` works of the province's list; None where that cannot be.
    listed_min
        A share of the works of the plan of least cost.
    """

    people_min: float
    works_max: int | None
    by_question: dict[Question, Answer]
    frontier: tuple[Choice, ...]
    fair: Answer | None
    poor_share_pct: float
    poor_min: float
    plan: Question
    of_list: Answer | None = None
    listed_min: int = 0

    @property
    def shown(self) -> Choice:
        """The plan that the tables show."""
        return self.by_question[self.plan].choice


def works_limit(study: Study) -> int | None:
    """Most works: the parameter's, else the catalogue's."""
    if study.parameters.works_max is not None:
        return study.parameters.works_max
    listed = study.targets.get("water_works_max")
    return int(listed) if listed is not None else None


def target_pct(study: Study) -> float | None:
    """Rural people with water to standard to be reached [%]: the parameter's, else the catalogue's."""
    if study.parameters.target_pct is not None:
        return study.parameters.target_pct
    listed = study.targets.get("water_clean_2030_pct")
    return float(listed) if listed is not None else None


def people_to_gain(study: Study, gap: Gap) -> float:
    """People that must be brought to the standard for the target; none without a target."""
    people, wanted = study.rural_people, target_pct(study)
    if wanted is None:
        return 0.0
    return round(max(people * wanted / 100 - (people - float(gap.people.sum())), 0.0), 3)


def plan_shown(study: Study) -> Question:
    """The plan that the tables show: as asked; most people where the cheapest plan for a target is asked and no target
    is known."""
    asked = Question(study.parameters.plan)
    to_target = asked in (Question.LEAST_COST, Question.LEAST_COST_UNLIMITED)
    return Question.MOST_PEOPLE if to_target and target_pct(study) is None else asked


MOST_TRIES = 6
"""How often the plan is chosen anew without works that cannot be built as it would have them."""


def first_plan(
    study: Study, candidates: Candidates, gap: Gap, unfit: Callable[[Model, Choice], BoolArray]
) -> tuple[Model, Choice]:
    """Answer the question whose plan is shown, alone.

    Parameters
    ----------
    study, candidates, gap
        What is asked, about what, for whom.
    unfit
        Candidates of a plan that cannot be built for those whom they serve in it, (candidates,): the plan is chosen
        anew without them, unless the target would be missed for it.

    Raises
    ------
    ParameterError
        A forced or forbidden site is not among the candidates.
    """
    allowed = _allowed(candidates, study.parameters)
    if not len(candidates.works):
        return empty_model(), nothing(empty_model(), status="optimal")
    model = build_model(candidates, gap.households, _poor_villages(study))
    asker = _Asker(model, Relaxation(model), study.parameters, allowed, works_limit(study))
    wanted, kept = people_to_gain(study, gap), np.ones(model.candidates, dtype=bool)
    answer = asker.shown(plan_shown(study), wanted)
    for _ in range(MOST_TRIES):
        bad = unfit(model, answer.choice)
        if not bad.any():
            break
        kept &= ~bad
        other = asker.among(kept).shown(plan_shown(study), wanted)
        if other.choice.status == "infeasible" or (answer.target_met and not other.target_met):
            break
        answer = other
    return model, answer.choice


def answer_all(study: Study, candidates: Candidates, gap: Gap, plan: Plan) -> tuple[Model, Answers]:
    """Ask all questions.

    Parameters
    ----------
    study, candidates, gap
        What is asked, about what, for whom.
    plan
        The plan that is to be shown: it is held against the bound of its question.

    Raises
    ------
    ParameterError
        A forced or forbidden site is not among the candidates.
    NoSolutionError
        The forced works do not fit into the number of works, the money or the streams.
    """
    p = study.parameters
    poor = _poor_villages(study)
    if not len(candidates.works):
        return _nothing_to_ask(study, candidates, gap)
    model = build_model(candidates, gap.households, poor)
    allowed = _allowed(candidates, p)
    asker = _Asker(model, Relaxation(model), p, allowed, works_limit(study))
    wanted, shown = people_to_gain(study, gap), plan_shown(study)
    known = {shown: plan}
    if shown == Question.LEAST_COST and float(model.people[model.first_household :] @ plan.households) < wanted - SLACK:
        # the target is out of reach: the plan of least cost is the one with most people
        known[Question.MOST_PEOPLE] = plan
    most = asker.most(asker.works_max, known.get(Question.MOST_PEOPLE))
    if most.status == "infeasible":
        raise NoSolutionError(
            "water: the works that must be built, by name or as a number of the list, do not fit into the number of "
            "works, the money, or what the streams give. Force fewer of them."
        )
    # one after the other in an order in which each is near the one before: the relaxation starts from there
    least = asker.least(wanted, asker.works_max, most, known=known.get(Question.LEAST_COST))
    share = _poor_share_pct(study, gap, poor)
    poor_min = round(share / 100 * min(wanted, least.choice.people), 3)
    fair = asker.fair(wanted, least, poor_min)
    dearer = fair is not None and fair.target_met and fair.choice.cost_mvnd < least.choice.cost_mvnd
    if fair is not None and dearer and shown != Question.LEAST_COST:
        # what fulfils more also answers the question that asks less; the plan shown stays, with pipes of its own size
        least = replace(least, choice=with_bound(fair.choice, least.choice.bound, p.gap))
    listed_min = int(np.ceil(p.listed_share_pct / 100 * least.choice.works))
    of_list = asker.with_listed(listed_min).least(wanted, asker.works_max, None) if least.target_met else None
    steps = FRONTIER_TO * np.arange(p.frontier_points, 0, -1) / p.frontier_points
    frontier = [asker.point(step * most.people) for step in steps] if most.people > 0 else []
    by_question = {
        Question.MOST_PEOPLE: Answer(most, most.people >= wanted - SLACK),
        Question.LEAST_COST: least,
        Question.LEAST_COST_UNLIMITED: asker.least(wanted, None, None, known=known.get(Question.LEAST_COST_UNLIMITED)),
        Question.LISTED_ONLY: asker.of_the_list().least(
            wanted, asker.works_max, None, known=known.get(Question.LISTED_ONLY)
        ),
    }
    return model, Answers(
        people_min=wanted,
        works_max=asker.works_max,
        by_question=by_question,
        frontier=tuple(frontier[::-1]),
        fair=fair,
        poor_share_pct=share,
        poor_min=poor_min,
        plan=plan_shown(study),
        of_list=of_list if of_list is not None and of_list.target_met else None,
        listed_min=listed_min,
    )


def _nothing_to_ask(study: Study, candidates: Candidates, gap: Gap) -> tuple[Model, Answers]:
    """Answers where nothing can be built: the empty plan is the best one."""
    model = empty_model()
    wanted = people_to_gain(study, gap)
    none = Answer(nothing(model, status="optimal"), target_met=wanted <= 0)
    _allowed(candidates, study.parameters)
    by_question = dict.fromkeys(Question, none)
    return model, Answers(wanted, works_limit(study), by_question, (), None, 0.0, 0.0, plan_shown(study))


@dataclass(frozen=True, eq=False)
class _Asker:
    """Puts questions with what holds for all of them."""

    model: Model
    relaxation: Relaxation
    parameters: WaterParameters
    allowed: BoolArray
    works_max: int | None
    listed_min: int = 0

    def with_listed(self, listed_min: int) -> _Asker:
        return replace(self, listed_min=listed_min)

    def among(self, some: BoolArray) -> _Asker:
        return replace(self, allowed=self.allowed & some)

    def of_the_list(self) -> _Asker:
        """Only works of the list; a forced site that is not on it binds all questions but this one."""
        sites = {self.model.sites[k] for k in self.model.site[self.model.listed]}
        forced = tuple(site for site in self.parameters.forced if site in sites)
        parameters = self.parameters.model_copy(update={"forced": forced})
        return replace(self.among(self.model.listed), parameters=parameters)

    def shown(self, question: Question, people: float) -> Answer:
        """Answer one question alone."""
        if question == Question.MOST_PEOPLE:
            most = self.most(self.works_max)
            return Answer(most, target_met=most.people >= people - SLACK)
        works_max = None if question == Question.LEAST_COST_UNLIMITED else self.works_max
        asker = self.of_the_list() if question == Question.LISTED_ONLY else self
        return asker.least(people, works_max, None)

    def most(self, works_max: int | None, known: Plan | None = None) -> Choice:
        return self._ask(Asked(most_people=True, works_max=works_max), known)

    def point(self, people: float) -> Choice:
        # rounded, so that the last bit of a sum decides nothing
        return self._ask(Asked(people_min=round(people, 3), works_max=self.works_max), None)

    def least(
        self,
        people: float,
        works_max: int | None,
        most: Choice | None,
        *,
        poor_min: float = 0.0,
        known: Plan | None = None,
    ) -> Answer:
        """Least cost for so many people; where that is out of reach, most people. `known` is held against the bound
        instead of a plan of its own."""
        if most is None or most.people >= people:
            found = self._ask(Asked(people_min=people, works_max=works_max, poor_min=poor_min), known)
            if found.status != "infeasible":
                return Answer(found, target_met=True)
        return Answer(most if most is not None else self.most(works_max, known), target_met=False)

    def fair(self, people: float, least: Answer, poor_min: float) -> Answer | None:
        """Least cost where poor communes get so many people at least: the plan of least cost itself where it gives them
        as many; None where nothing is asked."""
        if poor_min <= 0 or not least.target_met:
            return None
        if float(self.model.poor[self.model.first_household :] @ least.choice.households) >= poor_min:
            return least
        return self.least(people, self.works_max, None, poor_min=poor_min)

    def _ask(self, asked: Asked, known: Plan | None) -> Choice:
        p = self.parameters
        asked = replace(
            asked,
            budget_mvnd=p.budget_mvnd,
            allowed=self.allowed,
            forced=tuple(p.forced),
            listed_min=max(p.listed_min, self.listed_min),
        )
        stop = Stop(p.gap, p.work_limit)
        if known is None:
            return choose(self.model, self.relaxation, asked, stop=stop)
        return proven(self.model, self.relaxation, asked, known, stop=stop)


def _allowed(candidates: Candidates, p: WaterParameters) -> BoolArray:
    sites = candidates.table["site"]
    known = set(sites)
    for name, wanted in (("forced", p.forced), ("forbidden", p.forbidden)):
        unknown = sorted(set(wanted) - known)
        if unknown:
            raise ParameterError(
                f"water.{name}: no work can be built at {', '.join(unknown[:10])}. Take sites of "
                f"tables/water_candidates.csv."
            )
    both = sorted(set(p.forced) & set(p.forbidden))
    if both:
        raise ParameterError(f"water: {', '.join(both[:10])} cannot be forced and forbidden at once.")
    listed = set(sites[candidates.table["listed"].to_numpy(dtype=bool)])
    if (p.only_listed or p.plan == Question.LISTED_ONLY) and (others := sorted(set(p.forced) - listed)):
        raise ParameterError(
            f"water: {', '.join(others[:10])} cannot be forced where only works of the province's list are built; "
            "it is not on the list."
        )
    allowed = ~sites.isin(p.forbidden).to_numpy()
    return np.asarray(allowed & candidates.table["listed"].to_numpy(dtype=bool) if p.only_listed else allowed)


def _poor_villages(study: Study) -> BoolArray:
    rate = study.communes.set_index("commune_code")["poverty_rate_pct"]
    return np.asarray(
        study.villages["commune_code"].map(rate).to_numpy(dtype=float) >= study.parameters.poor_commune_pct
    )


def _poor_share_pct(study: Study, gap: Gap, poor: BoolArray) -> float:
    if study.parameters.poor_share_min_pct is not None:
        return study.parameters.poor_share_min_pct
    total = float(gap.people.sum())
    return 100 * float(gap.people[poor].sum()) / total if total > 0 else 0.0
