"""What the choice was made from and what it answers: candidates, links, and the frontier of people against money."""

from __future__ import annotations

import pandas as pd

from infragap.analyses.columns import in_order
from infragap.analyses.water import columns
from infragap.analyses.water.siting.choice import Choice
from infragap.analyses.water.siting.questions import Answers
from infragap.analyses.water.study import Study
from infragap.analyses.water.works.candidate import Candidates


def candidate_table(candidates: Candidates, probability: pd.Series[float]) -> pd.DataFrame:
    """One row per candidate, exactly as the choice used it."""
    return in_order(candidates.table.assign(chosen_probability=probability.to_numpy()), columns.CANDIDATES)


def link_table(study: Study, candidates: Candidates, shown: Choice) -> pd.DataFrame:
    """One row per village of each candidate, exactly as the choice used it, and what the plan that is shown serves over
    it."""
    links = candidates.links
    ids = study.villages["village_id"].to_numpy()
    parent = links["parent_village"].to_numpy()
    table = links.assign(
        candidate_id=candidates.table["candidate_id"].to_numpy()[links["candidate"].to_numpy()],
        village_id=ids[links["village"].to_numpy()],
        parent_village_id=pd.Series([ids[p] if p >= 0 else None for p in parent], dtype=object),
        households_gained=shown.households,
    )
    return in_order(table, columns.CANDIDATE_LINKS)


def frontier_table(answers: Answers) -> pd.DataFrame:
    """Plans of the four questions, then of least cost for rising numbers of people, each with its bound (people for
    'most_people', else million VND)."""
    named = [(str(question), answer.choice) for question, answer in answers.by_question.items()]
    if answers.fair is not None:
        named.append(("least_cost_fair", answers.fair.choice))
    if answers.of_list is not None:
        named.append(("least_cost_listed", answers.of_list.choice))
    named += [("frontier", choice) for choice in answers.frontier]
    rows = [
        {
            "question": name,
            "works": choice.works,
            "cost_mvnd": choice.cost_mvnd,
            "people": choice.people,
            "bound": choice.bound,
            "gap": choice.gap,
            "status": choice.status,
        }
        for name, choice in named
    ]
    return in_order(pd.DataFrame(rows), columns.FRONTIER)
