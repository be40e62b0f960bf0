"""Few layers are enough: what stands in for the others, and that each says so."""

from pathlib import Path

import numpy as np
import pandas as pd
import pvlib
import pytest

from infragap.gis.findings import faults, notices
from infragap.gis.pack import read_pack
from infragap.gis.stand_ins import NOTICES, extraterrestrial_kwh_per_m2_day, with_stand_ins
from tests.pack_factory import write_pack

ABSENT = dict.fromkeys(
    (
        "communes", "villages", "roads", "bridges", "rivers", "lakes", "substations", "stations", "forest", "runoff",
        "solar", "water_schemes", "water_households", "schools",
    )
)  # fmt: skip


def test_each_stand_in_is_a_notice_and_no_fault(tmp_path: Path) -> None:
    pack = with_stand_ins(read_pack(write_pack(tmp_path / "few", **ABSENT)), NOTICES)
    assert faults(pack.findings()) == []
    named = {finding.layer for finding in notices(pack.findings()) if finding.code.startswith("stand_in.")}
    assert named == set(NOTICES) == pack.stand_ins


def test_all_places_are_of_the_one_area(tmp_path: Path) -> None:
    pack = with_stand_ins(read_pack(write_pack(tmp_path / "few", **ABSENT)), NOTICES)
    (code,) = pack.communes["commune_code"]
    assert set(pack.settlements["commune_code"]) == {code}
    assert pack.communes["households"].tolist() == [180]  # 40 + 60 + 10 + 20 + 30 + 20 of the factory
    assert pack.settlements.within(pack.communes.geometry.iloc[0]).all()


def test_what_is_there_is_not_replaced(tmp_path: Path) -> None:
    pack = read_pack(write_pack(tmp_path / "pack"))
    assert with_stand_ins(pack, NOTICES) is pack
    partly = with_stand_ins(read_pack(write_pack(tmp_path / "other", solar=None)), NOTICES)
    assert partly.stand_ins == {"solar"}
    assert sorted(partly.solar["commune_code"].unique()) == sorted(pack.communes["commune_code"])
    assert (partly.solar.groupby("commune_code").size() == 12).all()


def test_nothing_favourable_stands_in(tmp_path: Path) -> None:
    pack = with_stand_ins(read_pack(write_pack(tmp_path / "few", **ABSENT)), NOTICES)
    assert len(pack.roads) == len(pack.substations) == 0
    assert not pack.runoff.values.any()
    assert not pack.forest.values.any()


@pytest.mark.parametrize("latitude", [-35.0, -16.0, 0.0, 22.0, 55.0])
def test_sunshine_above_the_air_is_that_of_another_library(latitude: float) -> None:
    """pvlib's position of the sun and distance, summed over the middle day of each month, within 3 %."""
    ours, theirs = extraterrestrial_kwh_per_m2_day(latitude), []
    for month, day in zip(range(1, 13), (17, 16, 16, 15, 15, 11, 17, 16, 15, 15, 14, 10), strict=True):
        times = pd.date_range(f"2023-{month:02}-{day:02}", periods=24 * 12, freq="5min", tz="UTC")
        height = pvlib.solarposition.get_solarposition(times, latitude, 0.0)["elevation"]
        above = pvlib.irradiance.get_extra_radiation(times) * np.sin(np.radians(height.clip(lower=0)))
        theirs.append(float(above.sum()) / 12 / 1000)
    assert ours == pytest.approx(np.array(theirs), rel=0.03)
