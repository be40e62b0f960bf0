"""School layer of the reference pack against the published counts, and against rows read by eye from the fact table."""

from pathlib import Path

import geopandas as gpd
import pytest
from shapely import box

from infragap.gis.crs import WGS84
from infragap.gis.errors import LayerError
from infragap.gis.schema import Schools
from infragap.reference.inputs import Facts
from infragap.reference.places.communes import build_communes
from infragap.reference.services.schools import build_schools


@pytest.fixture(scope="module")
def facts(data_folder: Path) -> Facts:
    return Facts(data_folder / "facts")


@pytest.fixture(scope="module")
def communes(facts):
    # boxes stand for the polygons, which the builder of schools does not look at
    table = facts.communes
    around = [
        box(x - 0.05, y - 0.05, x + 0.05, y + 0.05)
        for x, y in zip(table["centroid_lon"], table["centroid_lat"], strict=True)
    ]
    return build_communes(facts, boundaries=gpd.GeoDataFrame({"ma_xa": table["ma_xa"]}, geometry=around, crs=WGS84))


@pytest.fixture(scope="module")
def schools(facts, communes):
    return build_schools(facts, communes)


def test_published_counts(schools):
    Schools.validate(schools)
    # 17 ethnic boarding schools, six of them to be raised; nine border schools; seven new ones; 50 known
    # upper-secondary schools
    assert schools["kind"].value_counts().to_dict() == {
        "upper_secondary": 50,
        "ethnic_boarding": 17,
        "border_boarding": 9,
        "new_upper_secondary": 7,
    }
    raised = schools[schools["status"] == "upgrade"]
    assert sorted(raised["name"].str.removeprefix("PTDTNT THCS ")) == [
        "Lục Yên", "Mù Cang Chải", "Trạm Tấu", "Văn Chấn", "Văn Yên", "Yên Bình",
    ]  # fmt: skip
    assert raised["has_upper_secondary"].all()
    assert (schools["status"] == "planned").sum() == 16
    assert schools["name"].str.contains("17 trường").sum() == 0


def test_border_schools(schools, communes):
    border = schools[schools["kind"] == "border_boarding"].set_index("commune_code")
    assert set(border.index) == set(communes.loc[communes["is_border"], "commune_code"])
    assert set(border.index[border["site_known"]]) == {"02761", "02701"}  # Mường Khương, Y Tý
    assert border["boarding"].all()
    assert border["has_primary"].all()
    assert border["has_lower_secondary"].all()
    assert not border["has_upper_secondary"].any()
    # Bản Lầu: about 980 pupils for 230 billion; Mường Khương: 980 to 1,200 pupils; Bát Xát: nothing published
    assert border.loc["02788", ["capacity_pupils", "cost_mvnd"]].tolist() == [980, 230_000]
    assert border.loc["02761", "capacity_pupils"] == 1090
    assert border.loc["02683", "capacity_pupils"] == 1000
    assert "assumption" in border.loc["02683", "source"]
    assert border["pupils"].isna().all()


def test_points_and_what_they_rest_on(schools):
    places = schools.to_crs(WGS84).set_index("name").geometry
    assert (places["PTDTNT TH&THCS Y Tý"].x, places["PTDTNT TH&THCS Y Tý"].y) == pytest.approx((103.6605, 22.651))
    without_point = schools["source"].str.contains("point: (?:registry|commune centre)", regex=True)
    assert without_point.sum() == 49  # all upper-secondary schools but Hoàng Liên
    assert (schools.loc[without_point, "position_accuracy_m"] >= 2000).all()
    assert set(schools.loc[without_point, "provenance"]) <= {"modelled", "official"}
    assert schools.set_index("name").loc["THPT số 1 Sa Pa", "provenance"] == "modelled"


def test_commune_that_the_layer_lacks(facts, communes):
    with pytest.raises(LayerError, match="no commune named Y Tý"):
        build_schools(facts, communes[communes["name"] != "Y Tý"])
