"""How far plans under other rules are proven, by the size of the network."""

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.analyses.electricity.uncertainty.scenarios import LARGE_LINES, _effort


def plan_with(lines: int) -> Any:
    return cast(
        Any,
        SimpleNamespace(
            parameters=ElectricityParameters(plan_gap=0.001, plan_work_limit=30.0),
            choice=SimpleNamespace(cost_mvnd=1000.0, chosen_mvnd=100.0),
            study=SimpleNamespace(network=SimpleNamespace(ends=np.zeros((lines, 2)))),
        ),
    )


def test_a_large_network_is_proven_to_the_gap_of_the_whole() -> None:
    # a tenth of the cost is chosen: one in a thousand of the whole is one in a hundred of that
    assert _effort(plan_with(LARGE_LINES)) == {"plan_work_limit": 3.0, "plan_gap": pytest.approx(0.01)}
    assert _effort(plan_with(LARGE_LINES - 1)) == {"plan_work_limit": 6.0, "plan_gap": 0.001}
