"""What the run's record says of the choice of works, and the key numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from infragap.analyses.water.codes import Functionality, Question
from infragap.analyses.water.programme.built import Built
from infragap.analyses.water.programme.lasting import people_after
from infragap.analyses.water.programme.off_pipe import OffPipe
from infragap.analyses.water.programme.schedule import Schedule, people_by_last_year
from infragap.analyses.water.service.today import Gap, Today
from infragap.analyses.water.siting.choice import Choice
from infragap.analyses.water.siting.model import Model
from infragap.analyses.water.siting.questions import SLACK, Answers, target_pct
from infragap.analyses.water.study import Study
from infragap.analyses.water.uncertainty.draws import Uncertainty


@dataclass(frozen=True, eq=False)
class Asked:
    """All questions that were put to one model, and their answers."""

    study: Study
    model: Model
    answers: Answers


def siting_record(
    asked: Asked, works: Sequence[Built], schedule: Schedule, uncertainty: Uncertainty, gap: Gap
) -> dict[str, Any]:
    """Every question with cost, people, bound, gap and status; the plan that is shown; the target; how sure it is.

    Notes
    -----
    A target is met where the works that the money of the years pays for meet it by the last year; what the works would
    bring with all the money at once is said beside it ('when all is built').
    """
    study, answers = asked.study, asked.answers
    people, lacking = study.rural_people, float(gap.people.sum())
    standard, shown = people - lacking, answers.shown
    gained = sum(float(w.people.sum()) for w in works)
    paid = [w for w, year in zip(works, schedule.year, strict=True) if year]
    by_last_year = sum(float(w.people.sum()) for w in paid)
    lasting = sum(people_after(float(w.people.sum()), w, study.parameters) for w in works)
    target = target_pct(study)
    return {
        **{str(question): question_record(asked, question) for question in answers.by_question},
        "plan": str(answers.plan),
        "works": len(works),
        "works_max": answers.works_max,
        "cost_mvnd": round(float(shown.cost_mvnd), 3),
        "lower_bound_mvnd": round(shown.bound, 3) if counts_money(answers, answers.plan) else None,
        "gap": shown.gap,
        "status": shown.status,
        "bound_covers": "tables/water_candidates.csv and water_candidate_links.csv",
        "people_gained": round(gained, 1),
        "people_by_last_year": round(by_last_year, 1),
        "people_after_5_years": round(lasting, 1),
        "target_pct": target,
        "target_people": answers.people_min,
        **_met(asked, answers.plan, by_last_year),
        "most_that_can_be_pct": _share_pct(standard + answers.by_question[Question.MOST_PEOPLE].choice.people, people),
        "to_standard_now_pct": _share_pct(standard, people),
        "to_standard_after_pct": _share_pct(standard + gained, people),
        "to_standard_last_year_pct": _share_pct(standard + by_last_year, people),
        "to_standard_after_5_years_pct": _share_pct(standard + lasting, people),
        "last_year": study.parameters.years[-1],
        "works_within_budgets": len(paid),
        "works_beyond_budgets": len(works) - len(paid),
        "om_mvnd_per_year": round(sum(w.om_mvnd_per_year for w in works), 1),
        "fair": _fair(answers),
        "of_list": _of_list(answers),
        "uncertainty": _sure(answers, works, uncertainty),
    }


def counts_money(answers: Answers, question: Question) -> bool:
    """Whether the bound of an answer is money: of most people, and where the target is out of reach, it is people."""
    return question != Question.MOST_PEOPLE and answers.by_question[question].target_met


def question_record(asked: Asked, question: Question) -> dict[str, Any]:
    """Cost, people gained, bound and its unit, gap, status, number of works; people by the last year under the yearly
    budgets, and whether they meet the target, or would if all were built."""
    answer = asked.answers.by_question[question]
    by_last_year = people_by_last_year(asked.study, asked.model, answer.choice)
    return {
        **_choice_record(answer.choice),
        "bound_unit": "mvnd" if counts_money(asked.answers, question) else "people",
        "people_by_last_year": round(by_last_year, 3),
        **_met(asked, question, by_last_year),
    }


def _met(asked: Asked, question: Question, by_last_year: float) -> dict[str, bool | None]:
    """Whether the target is met by the last year, and whether it would be if all were built; None without a target."""
    if target_pct(asked.study) is None:
        return {"target_met": None, "target_met_when_all_built": None}
    answers = asked.answers
    return {
        "target_met": by_last_year >= answers.people_min - SLACK,
        "target_met_when_all_built": answers.by_question[question].target_met,
    }


def _choice_record(choice: Choice) -> dict[str, Any]:
    return {
        "cost_mvnd": round(choice.cost_mvnd, 3),
        "people": round(choice.people, 3),
        "bound": round(choice.bound, 3),
        "gap": round(choice.gap, 8),
        "status": choice.status,
        "works": choice.works,
    }


def _fair(answers: Answers) -> dict[str, Any] | None:
    """Least cost where poor communes get their part of the people gained, and between what and what that adds."""
    if answers.fair is None or not answers.fair.target_met:
        return None
    return {
        "poor_share_pct": round(answers.poor_share_pct, 2),
        "poor_people_min": round(answers.poor_min, 1),
        **_priced(answers, answers.fair.choice),
    }


def _of_list(answers: Answers) -> dict[str, Any] | None:
    """Least cost where a part of the works comes from the province's list, and between what and what that adds."""
    if answers.of_list is None:
        return None
    return {"listed_min": answers.listed_min, **_priced(answers, answers.of_list.choice)}


def _priced(answers: Answers, choice: Choice) -> dict[str, Any]:
    """A plan under one more condition, and what the condition costs."""
    least = answers.by_question[Question.LEAST_COST].choice
    return {
        **_choice_record(choice),
        "price_mvnd_at_least": round(max(choice.bound - least.cost_mvnd, 0.0), 3),
        "price_mvnd_at_most": round(max(choice.cost_mvnd - least.bound, 0.0), 3),
    }


def _sure(answers: Answers, works: Sequence[Built], uncertainty: Uncertainty) -> dict[str, Any] | None:
    if not len(uncertainty.people):
        return None
    low, high = np.percentile(uncertainty.people, [5, 95])
    cheap, dear = np.percentile(uncertainty.cost_mvnd, [5, 95])
    chosen = uncertainty.chosen_probability[[w.row for w in works]] if works else np.zeros(0)
    return {
        "draws": len(uncertainty.people),
        "people_gained_p5": round(float(low), 1),
        "people_gained_p50": round(float(np.median(uncertainty.people)), 1),
        "people_gained_p95": round(float(high), 1),
        "cost_mvnd_p5": round(float(cheap), 1),
        "cost_mvnd_p95": round(float(dear), 1),
        "target_probability": round(uncertainty.target_probability, 4),
        "no_regret_works": int((chosen >= 0.9).sum()),
    }


def summary(study: Study, today: Today, villages: pd.DataFrame, siting: dict[str, Any], off: OffPipe) -> dict[str, Any]:
    """Key numbers of the rural people and of the schemes."""
    rural = villages[villages["is_rural"]]
    people = study.rural_people
    piped = float(rural["people_piped_to_standard"].sum())
    own = float(rural["people_own_source_to_standard"].sum())
    below_basic = float(rural["people_without_basic"].sum())
    return {
        "rural_people": round(people),
        "to_standard_pct": siting["to_standard_now_pct"],
        "to_standard_from_schemes_pct": _share_pct(piped, people),
        "to_standard_from_own_sources_pct": _share_pct(own, people),
        "to_standard_is": "calibrated: own sources are set so that the published rate comes out; the schemes of the "
        "layer alone give the part above",
        "basic_pct": _share_pct(people - below_basic, people),
        "unknown_pct": _share_pct(float(rural["people_unknown"].sum()), people),
        "people_without_standard": round(people - piped - own),
        "schemes": len(study.schemes),
        "schemes_not_working": int((study.schemes["functionality"] == Functionality.NOT_WORKING).sum()),
        "schemes_unknown": int((study.schemes["functionality"] == Functionality.UNKNOWN).sum()),
        "households_piped": round(float(today.served.sum())),
        "households_registered_but_no_village_in_reach": round(
            float(today.service.households.sum() - today.served.sum())
        ),
        "to_standard_after_works_pct": siting["to_standard_after_pct"],
        "households_off_the_pipe": round(float(off.households.sum())),
        "households_off_the_pipe_mvnd": round(float(off.cost_mvnd.sum()), 1),
        "households_off_the_pipe_loans_mvnd": round(float(off.loans_mvnd(study.parameters.loan_mvnd).sum()), 1),
    }


def _share_pct(part: float, people: float) -> float:
    """Percent of the rural people; 0 where there are none, as `rural_people` beside it says."""
    return round(100 * part / people, 2) if people > 0 else 0.0
