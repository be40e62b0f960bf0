"""Settlements of the reference pack: the scheme's list word by word, the totals, and where the clusters lie."""

import re

import numpy as np
import pytest
import shapely

from infragap.gis.pack import read_pack
from infragap.gis.raster import rowcol, warp
from infragap.gis.reading.rasters import read_raster

SCHEME = (
    "Thôn Làng Bang xã Tân Hợp; thôn Giàng Pằng, thôn Làng Mảnh, thôn Ngã Hai, thôn Nậm Biếu xã Sơn Lương; thôn Đề Chơ "
    "xã Phình Hồ; "
    "thôn Làng Mảnh xã Tà Xi Láng; thôn Bản Lùng Cúng, thôn Bản Làng Giàng, thôn Bản Đá Đen xã Nậm Có; thôn Bản Háng "
    "Phừ Loa, "
    "thôn Bản Sáng Nhù, xã Mùng Căng Chải; các thôn Bản Trông Khua, thôn Bản Dào Cu Nha, thôn Bản Cáng Dông xã Lao "
    "Chải; các thôn "
    "Bản Háng Đề Đài, thôn Bản Háng Á xã Khao Mang; thôn Ná Háng xã Chế Tạo"
)
"""Section II.3 of the scheme, the list of villages as printed."""


def scheme_list():
    """(village, commune) pairs in the order of the text, read by splitting it."""
    pairs = []
    for group in SCHEME.split(";"):
        names, commune = re.split(r",? xã ", group)
        pairs += [
            (re.sub(r"^\s*(các )?thôn ", "", name, flags=re.I).strip(), commune.strip()) for name in names.split(",")
        ]
    return pairs


@pytest.fixture(scope="module")
def pack(data_folder):
    return read_pack(data_folder)


def test_the_eighteen_as_the_scheme_names_them(pack):
    villages = pack.settlements[pack.settlements["kind"] == "village"]
    assert villages["settlement_id"].tolist() == [f"V{i:02d}" for i in range(1, 19)]
    pairs = scheme_list()
    assert len(pairs) == 18
    assert villages["name_in_scheme"].tolist() == [name for name, _ in pairs]
    commune = villages["commune_code"].map(pack.communes.set_index("commune_code")["name"])
    corrected = {"Mùng Căng Chải": "Mù Cang Chải"}
    assert commune.tolist() == [corrected.get(c, c) for _, c in pairs]


def test_corrected_spelling_and_both_lang_manh(pack):
    villages = pack.settlements.set_index("settlement_id")
    assert villages.loc["V13", "name"] == "Trống Khua"
    assert villages.loc["V18", "name"] == "Nả Háng"
    same = villages[villages["name"] == "Làng Mảnh"]
    assert sorted(same["commune_code"]) == ["04603", "04651"]
    assert same.geometry.iloc[0].distance(same.geometry.iloc[1]) > 5000


def test_supply_of_the_eighteen(pack):
    villages = pack.settlements[pack.settlements["kind"] == "village"]
    solar = villages.loc[villages["supply"] == "solar_home", "name"]
    assert sorted(solar) == ["Dào Cu Nha", "Háng Á", "Nả Háng", "Trống Khua"]
    assert set(villages["supply"]) == {"solar_home", "none"}


@pytest.mark.slow
def test_villages_are_the_same_in_both_layers(pack):
    own = pack.settlements[pack.settlements["kind"] == "village"].set_index("near_village_id")
    village = pack.villages.set_index("village_id").loc[own.index]
    assert (village["households"] == own["households"]).all()
    assert (village.geometry.distance(own.geometry) < 0.01).all()
    assert not village["on_grid"].any()


def test_clusters_and_their_households(pack):
    clusters = pack.settlements[pack.settlements["kind"] == "cluster"]
    assert len(clusters) == 827
    assert clusters["households"].sum() == 22_940
    assert clusters["households"].between(8, 95).all()
    assert clusters["settlement_id"].tolist() == [f"C{i:04d}" for i in range(1, 828)]
    assert clusters["name"].str.contains("(mô phỏng)", regex=False).all()
    assert clusters["name"].is_unique


def test_spreads_give_the_low_voltage_lines_of_real_programmes(pack):
    # norms A1: 33 m of 0.4 kV line a household, 18 to 54 between programmes; the shortest tree through n houses over A
    # is 0.6331 √(n A)
    settlements = pack.settlements
    area_m2 = np.pi * settlements["spread_m"] ** 2 / 0.9
    line_m = 0.6331 * np.sqrt(settlements["households"] * area_m2) / settlements["households"]
    assert np.average(line_m, weights=settlements["households"]) == pytest.approx(33, rel=0.01)
    assert line_m.between(17, 56).all()
    assert line_m.std() > 5


def test_household_electrification_comes_out(pack):
    dark = pack.settlements.loc[pack.settlements["supply"].isin(["none", "solar_home"]), "households"].sum()
    pct = 100 * (1 - dark / pack.communes["households"].sum())
    assert round(pct, 2) == 98.28


def test_clusters_fit_into_their_communes(pack):
    settlements = pack.settlements
    communes = pack.communes.set_index("commune_code")
    clusters = settlements[settlements["kind"] == "cluster"]
    assert (communes.loc[clusters["commune_code"], "kind"] == "xã").all()
    # clusters and villages without grid are different households of one commune
    inside = settlements.groupby("commune_code")["households"].sum()
    assert (inside < communes.loc[inside.index, "households"]).all()


def test_every_settlement_lies_in_its_commune_and_apart(pack):
    polygons = pack.communes.set_index("commune_code").geometry.reindex(pack.settlements["commune_code"])
    points = pack.settlements.geometry
    assert shapely.contains(polygons.to_numpy(), points.to_numpy()).all()
    tree = shapely.STRtree(points.to_numpy())
    pairs = tree.query(points.to_numpy(), predicate="dwithin", distance=100.0)
    assert (pairs[0] == pairs[1]).all()


@pytest.mark.slow
def test_clusters_keep_off_the_lines(pack):
    lines = shapely.union_all(pack.grid_lines.geometry[pack.grid_lines["voltage_kv"] < 110].to_numpy())
    clusters = pack.settlements[pack.settlements["kind"] == "cluster"]
    distance_m = shapely.distance(lines, clusters.geometry.to_numpy())
    assert distance_m.min() >= 450
    assert 1000 < np.median(distance_m) < 3000


@pytest.mark.slow
def test_real_layers_put_every_settlement_on_populated_ground_of_its_commune(shared, real_pack):
    pack = real_pack
    for layer in (pack.settlements, pack.villages):
        polygons = pack.communes.set_index("commune_code").geometry.reindex(layer["commune_code"])
        assert shapely.contains(polygons.to_numpy(), layer.geometry.to_numpy()).all()
    density = read_raster(shared / "laocai" / "fetched" / "pop_density_worldpop2020_1km_UNadj.tif")
    people = warp(density, crs=pack.crs_measure, method="nearest")
    rows, cols = rowcol(people, pack.settlements.geometry.x, pack.settlements.geometry.y)
    around = [people.values[r - 1 : r + 2, c - 1 : c + 2].max() for r, c in zip(rows, cols, strict=True)]
    assert min(around) > 0
