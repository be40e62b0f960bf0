"""One parameter at a time: what moves nothing does not count, whatever else the quick plans differ in."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from infragap.analyses.electricity.least_cost.plan import Plan
from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.analyses.electricity.plan import planned
from infragap.analyses.electricity.uncertainty.sensitivity import Moved, sensitivity, usual_problem
from infragap.gis.pack import read_pack
from tests.pack_factory import write_pack


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory, easy: dict[str, Any]) -> Plan:
    pack = read_pack(write_pack(tmp_path_factory.mktemp("small") / "pack"))
    return planned(pack, ElectricityParameters(**easy), lambda _: None).plan


def test_beside_a_plan_within_limits_only_what_a_price_changes_is_told(plan: Plan) -> None:
    nobody = np.zeros(len(plan.study.settlements), dtype=bool)
    limited = replace(
        plan, choice=replace(plan.choice, on_grid=nobody, on_lv=nobody, cost_mvnd=plan.choice.cost_mvnd + 777.0)
    )
    usual = replace(usual_problem(plan), plan=limited)
    quick = sensitivity(usual_problem(plan), [Moved()] * len(usual.moves))
    one_less = np.array(plan.choice.national_grid)
    one_less[np.flatnonzero(one_less)[0]] = False
    moved = [Moved(one_less, float(quick["cost_mvnd"].iloc[0]) - 10.0), *[Moved()] * (len(usual.moves) - 1)]
    table = sensitivity(usual, moved)
    first = table[table["choices_changed"] > 0]
    assert first["choices_changed"].tolist() == [1]
    assert first["grid_settlements"].tolist() == [-1]
    assert first["cost_mvnd"].iloc[0] == pytest.approx(limited.choice.cost_mvnd - 10.0)
    others = table[table["choices_changed"] == 0]
    assert (others["grid_settlements"] == 0).all()
    np.testing.assert_allclose(others["cost_mvnd"], limited.choice.cost_mvnd)
