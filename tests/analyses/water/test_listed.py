"""What the record says of the province's list."""

import numpy as np
import pandas as pd

from infragap.analyses.water.codes import WorkOutcome
from infragap.analyses.water.tables.schemes import listed_record


def schemes(people: list[float], price: list[float]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "in_plan_2026_2030": [True, True, True, False],
            "work_outcome": [WorkOutcome.POSSIBLE, WorkOutcome.POSSIBLE, WorkOutcome.IN_PLAN, WorkOutcome.POSSIBLE],
            "candidate_people": [*people, 9_000.0, 9_000.0],
            "candidate_mvnd_per_person": [*price, 900.0, 900.0],
        }
    )


def test_middles_of_the_works_left_out() -> None:
    record = listed_record(schemes([100.0, 300.0], [4.0, 8.0]))
    assert (record["rows"], record["possible"], record["in_plan"]) == (3, 2, 1)
    assert (record["possible_people_median"], record["possible_mvnd_per_person_median"]) == (200.0, 6.0)


def test_works_without_people_have_no_middle_and_no_warning() -> None:
    record = listed_record(schemes([np.nan, 50.0], [np.nan, np.nan]))
    assert (record["possible_people_median"], record["possible_mvnd_per_person_median"]) == (50.0, None)
