"""Communes: published numbers, polygons without gaps or overlaps, overlap with the real polygons."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from infragap.gis.errors import LayerError
from infragap.gis.schema import Communes
from infragap.reference.inputs import CRS_MEASURE, Facts
from infragap.reference.places.communes import build_communes, minority_pct

pytestmark = pytest.mark.slow


def test_table_holds_the_published_numbers(communes: gpd.GeoDataFrame) -> None:
    Communes.validate(pd.DataFrame(communes.drop(columns="geometry")))
    assert len(communes) == 99
    assert communes["kind"].value_counts().to_dict() == {"xã": 89, "phường": 10}
    assert communes["population"].sum() == 1_770_645
    assert communes["households"].sum() == 416_273
    assert communes["area_km2"].sum() == pytest.approx(13_256.9, abs=1)
    by_code = communes.set_index("commune_code")
    # areas that the registry package has wrong
    right = {"04714": 150.83, "04744": 141.32, "02962": 107.80, "04660": 23.58, "02680": 116.30, "02782": 164.50}
    assert {code: by_code.loc[code, "area_km2"] for code in right} == right


def test_the_nine_border_units(communes: gpd.GeoDataFrame) -> None:
    border = set(communes.loc[communes["is_border"], "name"])
    assert border == {
        "Lào Cai", "Bát Xát", "A Mú Sung", "Trịnh Tường", "Y Tý", "Pha Long", "Mường Khương", "Bản Lầu", "Si Ma Cai",
    }  # fmt: skip


def test_poverty_is_official_where_published_and_sums_to_the_province(communes: gpd.GeoDataFrame) -> None:
    official = communes[communes["poverty_provenance"] == "official"].set_index("name")["poverty_rate_pct"]
    assert official.to_dict() == {"Dền Sáng": 41.46, "Nậm Có": 55.27, "Tà Xi Láng": 61.12, "Trạm Tấu": 47.49}
    poor = (communes["poverty_rate_pct"] * communes["households"]).sum() / 100
    assert poor == pytest.approx(22_944, abs=20)
    assert communes["poverty_rate_pct"].between(20, 40).sum() == 23


def test_minority_share_has_the_published_mean(facts: Facts) -> None:
    people = facts.communes.sort_values("ma_xa")["dan_so_2025"]
    assert np.average(minority_pct(facts), weights=people) == pytest.approx(60.9, abs=0.1)


def test_polygons_share_borders_and_have_the_official_areas(communes: gpd.GeoDataFrame) -> None:
    shapes = communes.geometry.to_numpy()
    assert shapely.coverage_is_valid(shapes)
    assert set(communes.geom_type) == {"Polygon"}
    # no hole between communes: the province has one outer ring
    province = shapely.coverage_union_all(shapes)
    assert province.geom_type == "Polygon"
    assert not province.interiors
    relative = communes.area / 1e6 / communes["area_km2"] - 1
    assert relative.abs().median() < 0.02
    assert relative.abs().max() < 0.2


def test_centres_lie_in_their_commune(communes: gpd.GeoDataFrame) -> None:
    points = gpd.GeoSeries.from_xy(communes["centre_longitude"], communes["centre_latitude"], crs=4326)
    assert communes.geometry.buffer(5).contains(points.to_crs(CRS_MEASURE)).all()


def test_approximated_polygons_overlap_the_real_ones(communes: gpd.GeoDataFrame, shared: Path) -> None:
    real = gpd.read_file(shared / "laocai/fetched/communes_fixed_simpl50m.geojson").to_crs(CRS_MEASURE)
    true = real.set_index("code").geometry.loc[communes["commune_code"]].to_numpy()
    drawn = communes.geometry.to_numpy()
    iou = shapely.area(shapely.intersection(drawn, true)) / shapely.area(shapely.union(drawn, true))
    assert np.median(iou) >= 0.75
    assert iou.min() >= 0.5
    vertices = shapely.points(np.concatenate([shapely.get_coordinates(shapely.segmentize(p, 500)) for p in drawn]))
    owner = np.repeat(np.arange(99), [len(shapely.get_coordinates(shapely.segmentize(p, 500))) for p in drawn])
    off_m = shapely.distance(vertices, shapely.boundary(true)[owner])
    assert np.percentile(off_m, 90) <= communes["boundary_accuracy_m"].max()
    # a centre is worth little where it lies in another commune
    points = gpd.GeoSeries.from_xy(communes["centre_longitude"], communes["centre_latitude"], crs=4326)
    assert shapely.contains(true, points.to_crs(CRS_MEASURE).to_numpy()).sum() >= 95


def test_given_polygons_are_taken_as_they_are(facts: Facts, communes: gpd.GeoDataFrame) -> None:
    given = gpd.GeoDataFrame({"code": communes["commune_code"]}, geometry=communes.geometry).to_crs(4326)
    built = build_communes(facts, boundaries=given.iloc[::-1])
    assert (built["provenance"] == "open-data").all()
    assert built.geometry.distance(communes.geometry).max() == 0
    assert (built.area / communes.area).to_numpy() == pytest.approx(np.ones(99), abs=1e-6)


def test_given_polygons_must_be_complete_and_carry_codes(facts: Facts, communes: gpd.GeoDataFrame) -> None:
    given = gpd.GeoDataFrame({"code": communes["commune_code"]}, geometry=communes.geometry)
    with pytest.raises(LayerError, match="1 communes are missing"):
        build_communes(facts, boundaries=given.iloc[1:])
    with pytest.raises(LayerError, match="no column of official codes"):
        build_communes(facts, boundaries=given.rename(columns={"code": "id"}))
    with pytest.raises(LayerError, match="occur twice"):
        build_communes(facts, boundaries=pd.concat([given, given.iloc[:1]]))


def test_given_forest_table_replaces_hectares(facts: Facts, communes: gpd.GeoDataFrame) -> None:
    table = pd.DataFrame({"code": ["02647"], "natural_forest_ha": [7.5]})
    built = build_communes(
        facts,
        boundaries=gpd.GeoDataFrame({"code": communes["commune_code"]}, geometry=communes.geometry),
        forest_table=table,
    )
    assert built.loc[0, "natural_forest_ha"] == 7.5
    assert built.loc[1:, "natural_forest_ha"].tolist() == communes.loc[1:, "natural_forest_ha"].tolist()
