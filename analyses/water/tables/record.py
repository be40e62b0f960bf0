"""What the run's record says of the choice of works, and the key numbers."""

from __future__ import annotations

from typing import Any

import pandas as pd

from infragap.analyses.water.codes import Functionality
from infragap.analyses.water.service.today import Gap, Today
from infragap.analyses.water.siting.choice import Choice
from infragap.analyses.water.siting.target import Target
from infragap.analyses.water.study import Study


def siting_record(study: Study, choice: Choice, target: Target, works: pd.DataFrame, gap: Gap) -> dict[str, Any]:
    """People left out and their bound, works and cost, and what the target would take."""
    solution = choice.solution
    people, lacking = _rural_people(study), float(gap.people.sum())
    standard, gained = people - lacking, float(works["people_gained"].sum())
    return {
        "objective": "rural people left without water to standard",
        "cost": round(solution.cost, 1),
        "lower_bound": round(solution.lower_bound, 1),
        "candidates": choice.candidates,
        "works": len(works),
        "people_gained": round(gained, 1),
        "people_gained_upper_bound": round(lacking - solution.lower_bound, 1),
        "gap": solution.gap,
        "status": solution.status,
        "bound_covers": "the listed candidates at their stated capacities and reach",
        "cost_mvnd": round(float(works["cost_mvnd"].sum()), 1),
        "to_standard_now_pct": _share_pct(standard, people),
        "to_standard_after_pct": _share_pct(standard + gained, people),
        "target_pct": study.parameters.target_pct,
        "target_works": target.works,
        "target_cost_mvnd": round(target.cost_mvnd, 1),
        "target_reached_pct": _share_pct(standard + target.people_gained, people),
    }


def summary(study: Study, today: Today, villages: pd.DataFrame, siting: dict[str, Any]) -> dict[str, Any]:
    """Key numbers of the rural people and of the schemes."""
    rural = villages[villages["is_rural"]]
    people = _rural_people(study)
    standard = float((rural["people_piped_to_standard"] + rural["people_own_source_to_standard"]).sum())
    return {
        "rural_people": round(people),
        "to_standard_pct": siting["to_standard_now_pct"],
        "basic_pct": _share_pct(people - float(rural["people_none"].sum()), people),
        "people_without_standard": round(people - standard),
        "schemes": len(study.schemes),
        "schemes_not_working": int((study.schemes["functionality"] == Functionality.NOT_WORKING).sum()),
        "households_piped": round(float(today.served.sum())),
        "households_registered_but_no_village_in_reach": round(
            float(today.service.households.sum() - today.served.sum())
        ),
        "to_standard_after_works_pct": siting["to_standard_after_pct"],
    }


def _rural_people(study: Study) -> float:
    return float(study.population[study.rural].sum())


def _share_pct(part: float, people: float) -> float:
    """Percent of the rural people; 0 where there are none, as `rural_people` beside it says."""
    return round(100 * part / people, 2) if people > 0 else 0.0
