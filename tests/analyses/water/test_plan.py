"""The whole water question on a small pack, and on packs where nothing can or need be done."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from infragap.analyses.water import columns
from infragap.analyses.water.parameters import WaterParameters
from infragap.analyses.water.plan import plan_water
from infragap.analyses.water.result import WaterResult
from infragap.gis.pack import read_pack
from tests.pack_factory import write_pack

LEVELS = [f"people_{kind}" for kind in ("piped_to_standard", "own_source_to_standard", "piped", "basic", "none")]


def plan(folder: Path, *, parameters: dict[str, Any] | None = None, **changes: Any) -> WaterResult:
    return plan_water(read_pack(write_pack(folder, **changes)), WaterParameters(**(parameters or {})))


def check(result: WaterResult) -> None:
    for frame, dictionary in (
        (result.villages, columns.VILLAGES),
        (result.works, columns.WORKS),
        (result.schemes, columns.SCHEMES),
    ):
        assert list(frame.columns) == [*(column.name for column in dictionary), "geometry"]
        assert not np.isinf(frame.select_dtypes("number").to_numpy(float)).any()
    assert list(result.communes.columns) == [column.name for column in columns.COMMUNES]
    villages = result.villages
    assert villages[LEVELS].sum(axis=1).to_numpy() == pytest.approx(villages["population"].to_numpy())
    lacking = villages[["people_piped", "people_basic", "people_none"]].sum(axis=1)
    assert (villages["people_gained"] <= lacking + 1e-6).all()
    # all numbers are numbers: JSON knows no NaN
    json.dumps([result.siting, result.summary], allow_nan=False, default=lambda value: value.item())


def test_small_pack(tmp_path: Path) -> None:
    result = plan(tmp_path / "pack")
    check(result)
    assert result.siting["works"] == len(result.works) > 0
    assert result.siting["people_gained"] <= result.siting["people_gained_upper_bound"] + 0.1


NOTHING: dict[str, tuple[dict[str, Any], dict[str, Callable[[Any], Any]]]] = {
    "only wards": ({}, {"communes": lambda f: f.assign(kind="phường")}),
    "no households": ({}, {"villages": lambda f: f.assign(households=0)}),
    "no people": ({}, {"villages": lambda f: f.assign(population=0)}),
    "nobody": ({}, {"villages": lambda f: f.assign(population=0, households=0)}),
    "all water lost": ({"loss_pct": 100.0}, {}),
    "no work allowed": ({"works_max": 0}, {}),
    "no money": ({"budget_mvnd": 0.0}, {}),
    "no stream, no scheme": (
        {},
        {"runoff": lambda r: r.with_values(r.values * 0), "water_schemes": lambda f: f.assign(capacity_m3_day=0.01)},
    ),
}


@pytest.mark.parametrize("case", NOTHING)
def test_where_nothing_can_be_built_the_siting_is_empty(tmp_path: Path, case: str) -> None:
    parameters, changes = NOTHING[case]
    result = plan(tmp_path / "pack", parameters=parameters, **changes)
    check(result)
    siting = result.siting
    assert len(result.works) == siting["works"] == 0
    assert siting["status"] == "optimal"
    assert siting["people_gained"] == siting["people_gained_upper_bound"] == siting["cost_mvnd"] == 0
    assert siting["to_standard_after_pct"] == siting["to_standard_now_pct"]
    assert len(result.villages) == 12
    assert len(result.communes) == 4


def test_rates_of_nobody(tmp_path: Path) -> None:
    result = plan(tmp_path / "pack", communes=lambda f: f.assign(kind="phường"))
    assert result.summary["rural_people"] == 0
    assert result.summary["to_standard_pct"] == result.summary["basic_pct"] == 0
    assert result.siting["target_works"] == 0


def test_reasons_do_not_contradict_themselves(tmp_path: Path) -> None:
    communes = plan(tmp_path / "pack").communes
    ward = communes[~communes["is_rural"]].iloc[0]
    assert ward["people_without_standard"] == 0
    assert ward["to_standard_pct"] < 100
    assert ward["reason_vi"].startswith("Phường: người dân đô thị không tính vào tỷ lệ nước sạch nông thôn")
    assert "chưa có nước sạch" not in ward["reason_vi"]
    rural = communes[communes["is_rural"]]
    assert rural["reason_vi"].str.contains("người chưa có nước sạch đạt quy chuẩn").all()
    served = plan(
        tmp_path / "served",
        water_households=lambda f: f.assign(own_source_to_standard_pct=100.0),
        water_schemes=lambda f: f.assign(meets_standard=True),
    ).communes
    assert (served.loc[served["is_rural"], "reason_vi"] == "Mọi người dân đã có nước sạch đạt quy chuẩn.").all()
