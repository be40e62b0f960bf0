"""Who may board: the thresholds of the decree, at their very edge."""

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from infragap.analyses.schools.parameters import SchoolsParameters
from infragap.analyses.schools.pupils.entitlement import (
    border_school_weight,
    may_board,
    minority_pupils,
    pupils_who_may_board,
)

PARAMETERS = SchoolsParameters()
VILLAGES = pd.DataFrame(
    {"pupils_primary": [40, 30, 20], "pupils_lower_secondary": [20, 10, 0], "pupils_upper_secondary": [8, 4, 2]}
)


@pytest.mark.parametrize(("level", "threshold_km"), [("primary", 4), ("lower_secondary", 7), ("upper_secondary", 10)])
def test_thresholds_of_the_decree(level, threshold_km):
    near_and_far = [threshold_km - 0.01, threshold_km, np.inf]
    assert may_board(near_and_far, [False] * 3, level=level, parameters=PARAMETERS).tolist() == [False, True, True]
    # cut off by water entitles at any distance
    assert may_board([0.5], [True], level=level, parameters=PARAMETERS).all()


def test_pupils_summed_over_levels():
    # 5 km: primary only (40); 7 km: both (30 + 10); 1 km but cut off: both (20 + 0)
    pupils = pupils_who_may_board(
        VILLAGES, [5, 7, 1], [False, False, True], levels=("primary", "lower_secondary"), parameters=PARAMETERS
    )
    assert pupils.tolist() == [40, 40, 20]


def test_weights_and_minorities():
    assert border_school_weight(VILLAGES, PARAMETERS).tolist() == [
        40,
        25,
        10,
    ]  # half of primary, all of lower secondary
    assert minority_pupils([10, 10], [95, np.nan])[0] == 9.5
    assert np.isnan(minority_pupils([10], [np.nan])).all()


def test_unknown_and_negative_parameters_are_errors():
    with pytest.raises(ValidationError, match="speed_of_light"):
        SchoolsParameters(speed_of_light=1)
    with pytest.raises(ValidationError, match="at least"):
        SchoolsParameters(motorbike_asphalt_kmh=-30)
