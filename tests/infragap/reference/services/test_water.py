"""Water schemes of the reference pack: the published totals, exactly."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from infragap.analyses.water.parameters import WaterParameters
from infragap.analyses.water.service.today import coverage_today
from infragap.gis.pack import Pack, read_pack
from infragap.reference.services.water_schemes import (
    LARGE_HOUSEHOLDS,
    RURAL_HOUSEHOLDS,
    RURAL_SCHEMES,
    households_served,
)


@pytest.fixture(scope="module")
def pack(data_folder: Path) -> Pack:
    return read_pack(data_folder)


@pytest.fixture(scope="module")
def rural(pack: Pack) -> gpd.GeoDataFrame:
    """Rural schemes of the register: those of the list that are still to be built are not in it."""
    schemes = pack.water_schemes
    return schemes[(schemes["kind"] != "urban_plant") & (schemes["status"] == "existing")]


def test_counts_of_the_register(pack: Pack, rural: gpd.GeoDataFrame) -> None:
    schemes = pack.water_schemes
    assert ((schemes["kind"] == "urban_plant") & (schemes["status"] == "existing")).sum() == 25
    assert len(rural) == 1188
    assert schemes["in_plan_2026_2030"].sum() == 368
    assert rural["households_served"].sum() == 70_500
    assert (rural["households_served"] > 200).sum() == 108
    assert rural["households_served"].between(15, 800).all()
    assert rural["treatment"].sum() == 76


def test_the_list_is_typed(pack: Pack) -> None:
    listed = pack.water_schemes[pack.water_schemes["in_plan_2026_2030"]]
    named = dict(zip(listed["name"], listed["planned_work"], strict=True))
    assert named["Sửa chữa công trình nước sinh hoạt thôn Tà Chử"] == "repair"
    assert named["Nâng cấp, cải tạo công trình nước sạch khu trung tâm xã Hạnh Phúc"] == "upgrade"
    assert named["Nước sạch Trống Khua"] == "new"
    planned = listed[listed["status"] == "planned"]
    assert set(planned["planned_work"]) == {"new"}
    assert (planned["households_served"] == 0).all()


def test_private_plants_of_the_scheme(pack: Pack) -> None:
    # scheme, II.4: 12,000 m³/day for Yên Bình and Trấn Yên, 3,000 at Làng Giàng
    private = pack.water_schemes[pack.water_schemes["is_private"]]
    assert sorted(private["capacity_m3_day"]) == [3000.0, 12000.0]
    assert (private["status"] == "planned").all()


def test_classes_have_the_published_shares(rural: gpd.GeoDataFrame) -> None:
    shares = 100 * rural["functionality"].value_counts(normalize=True)
    # published shares sum to 100.1 %, so a tenth of a percent is rounding
    for name, published in {
        "sustainable": 32.0,
        "fairly_sustainable": 26.3,
        "unsustainable": 27.0,
        "not_working": 14.8,
    }.items():
        assert shares[name] == pytest.approx(published, abs=0.1)


@pytest.mark.slow
def test_a_gravity_source_lies_above_a_village_of_its_commune(pack: Pack, rural: gpd.GeoDataFrame) -> None:
    from infragap.gis.raster import sample

    height = sample(pack.elevation, pack.villages.geometry.x, pack.villages.geometry.y)
    lowest = pd.Series(height).groupby(pack.villages["commune_code"].to_numpy()).min()
    gravity = rural[rural["kind"] == "gravity"]
    assert len(gravity) > 0.5 * len(rural)
    assert (gravity["source_elevation_m"].to_numpy() > lowest[gravity["commune_code"]].to_numpy()).all()


@pytest.mark.slow
def test_published_rates_come_out(pack: Pack) -> None:
    today = coverage_today(pack.villages, pack.water_schemes, pack.water_households, pack.elevation, WaterParameters())
    kind = pack.villages["commune_code"].map(pack.communes.set_index("commune_code")["kind"])
    rural = (kind == "xã").to_numpy()
    people = pack.villages["population"].to_numpy()[rural].sum()
    assert 100 * today.people["people_to_standard"][rural].sum() / people == pytest.approx(33.2, abs=0.05)
    assert 100 * (1 - today.people["people_none"][rural].sum() / people) == pytest.approx(98.0, abs=0.05)
    assert pack.water_households["household_works"].sum() == 80_741 + 111_461


@given(st.integers(0, 2**20))
def test_sizes_keep_their_order_and_their_sum(seed: int) -> None:
    wish = np.random.default_rng(seed).lognormal(4.0, 0.8, RURAL_SCHEMES)
    served = households_served(wish)
    assert served.sum() == RURAL_HOUSEHOLDS
    assert (served >= LARGE_HOUSEHOLDS).sum() == 108
    order = np.argsort(-wish, kind="stable")
    # in proportion to the wish, so never more than one household (rounding) out of order
    assert (np.diff(served[order]) <= 1).all()
