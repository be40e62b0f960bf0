"""Two settlements, one of them with a hostile name."""

import geopandas as gpd
import pytest
from shapely.geometry import Point

HOSTILE = '=HYPERLINK("x")<script>&]]>'


@pytest.fixture
def points() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "settlement_id": ["V08", "C1"],
            "name": ["Lùng Cúng", HOSTILE],
            "commune": ["Nậm Có", HOSTILE],
            "households": [219, 3],
            "choice": ["grid", "hydro"],
            "cost": [1.5, None],
        },
        geometry=[Point(431585.667, 2417202.959), Point(419540.122, 2487019.787)],
        crs="EPSG:9208",
    )
