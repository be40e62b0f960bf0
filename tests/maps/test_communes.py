"""The commune table describes its own columns and those that a user's layer brings along."""

import geopandas as gpd
from shapely.geometry import Point

from infragap.maps.communes import commune_columns


def test_a_column_of_the_users_own_has_its_name_as_heading() -> None:
    frame = gpd.GeoDataFrame({"commune_code": ["1"], "gdp_rank": [3]}, geometry=[Point(0, 0)], crs="EPSG:4326")
    code, own = commune_columns(frame)
    assert (code.name, code.heading("vi")) == ("commune_code", "Mã xã")
    assert (own.heading("vi"), own.heading("en"), own.meaning("en")) == ("gdp_rank", "gdp_rank", "")
