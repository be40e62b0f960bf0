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
    schemes = pack.water_schemes
    return schemes[schemes["kind"] != "urban_plant"]


def test_counts_of_the_register(pack: Pack, rural: gpd.GeoDataFrame) -> None:
    assert (pack.water_schemes["kind"] == "urban_plant").sum() == 25
    assert len(rural) == 1188
    assert rural["in_plan_2026_2030"].sum() == 368
    assert rural["households_served"].sum() == 70_500
    assert (rural["households_served"] > 200).sum() == 108
    assert rural["households_served"].between(15, 800).all()
    assert rural["treatment"].sum() == 76


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


def test_a_gravity_source_lies_above_a_village_of_its_commune(pack: Pack, rural: gpd.GeoDataFrame) -> None:
    from infragap.gis.raster import sample

    height = sample(pack.elevation, pack.villages.geometry.x, pack.villages.geometry.y)
    lowest = pd.Series(height).groupby(pack.villages["commune_code"].to_numpy()).min()
    gravity = rural[rural["kind"] == "gravity"]
    assert len(gravity) > 0.5 * len(rural)
    assert (gravity["source_elevation_m"].to_numpy() > lowest[gravity["commune_code"]].to_numpy()).all()


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
