"""Fact tables and base layers of the reference pack, built once for all tests here."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest

from infragap.gis.raster import Raster
from infragap.reference.inputs import Facts
from infragap.reference.land.relief import build_elevation
from infragap.reference.land.rivers import build_lakes, build_rivers
from infragap.reference.places.communes import build_communes


@pytest.fixture(scope="session")
def facts(data_folder: Path) -> Facts:
    return Facts(data_folder / "facts")


@pytest.fixture(scope="session")
def communes(facts: Facts) -> gpd.GeoDataFrame:
    return build_communes(facts)


@pytest.fixture(scope="session")
def rivers(facts: Facts) -> gpd.GeoDataFrame:
    return build_rivers(facts)


@pytest.fixture(scope="session")
def lakes(facts: Facts) -> gpd.GeoDataFrame:
    return build_lakes(facts)


@pytest.fixture(scope="session")
def elevation(facts: Facts, rivers: gpd.GeoDataFrame, lakes: gpd.GeoDataFrame) -> Raster:
    """The modelled relief; about 20 s."""
    return build_elevation(facts, rivers, lakes, np.random.default_rng(5))
