"""Layers for GIS: read back by others, the same bytes each time."""

import itertools
import json
import sqlite3
from pathlib import Path
from xml.etree import ElementTree as ET

import geopandas as gpd
import pyogrio
import pytest
from shapely.geometry import LineString, Polygon

from infragap.maps.contents import LAYER_IDS
from infragap.maps.exports.classes import classes
from infragap.maps.exports.layers import write_geojson, write_geopackage
from infragap.maps.exports.qgis import qgis_style
from tests.maps.exports.conftest import HOSTILE


def test_geojson_is_rfc_7946(points: gpd.GeoDataFrame, tmp_path: Path) -> None:
    write_geojson(points, tmp_path / "t.geojson")
    read = json.loads((tmp_path / "t.geojson").read_text(encoding="utf-8"))
    assert "crs" not in read
    # published pair of the legal CRS: 431585.667 / 2417202.959 is 104.09° E, 21.85° N
    assert read["features"][0]["geometry"]["coordinates"] == pytest.approx([104.09, 21.85], abs=1e-6)


def test_geojson_rings_run_anticlockwise(tmp_path: Path) -> None:
    square = Polygon([(104, 21), (104, 22), (105, 22), (105, 21)])
    write_geojson(gpd.GeoDataFrame({"a": [1]}, geometry=[square], crs="EPSG:4326"), tmp_path / "t.geojson")
    ring = json.loads((tmp_path / "t.geojson").read_text())["features"][0]["geometry"]["coordinates"][0]
    area = sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in itertools.pairwise(ring))
    assert area > 0


def test_geopackage_holds_layers_and_styles(points: gpd.GeoDataFrame, tmp_path: Path) -> None:
    lines = gpd.GeoDataFrame(
        {"line_id": ["L1"]}, geometry=[LineString([(431000, 2417000), (432000, 2417000)])], crs="EPSG:9208"
    )
    for name in ("a.gpkg", "b.gpkg"):
        write_geopackage({"electricity_settlements": points, "electricity_lines": lines}, tmp_path / name)
    assert (tmp_path / "a.gpkg").read_bytes() == (tmp_path / "b.gpkg").read_bytes()
    assert {"electricity_settlements", "electricity_lines"} <= set(pyogrio.list_layers(tmp_path / "a.gpkg")[:, 0])
    assert gpd.read_file(tmp_path / "a.gpkg", layer="electricity_settlements")["name"].tolist() == [
        "Lùng Cúng",
        HOSTILE,
    ]
    with sqlite3.connect(tmp_path / "a.gpkg") as database:
        styles = dict(database.execute("select f_table_name, styleQML from layer_styles"))
    colours = ET.fromstring(styles["electricity_settlements"]).findall(".//category")
    assert [c.get("value") for c in colours] == ["grid", "minigrid", "hydro", "hybrid", "solar_home"]


def test_features_have_ids_and_six_decimals(points: gpd.GeoDataFrame, tmp_path: Path) -> None:
    write_geojson(points, tmp_path / "t.geojson", ["settlement_id"])
    features = json.loads((tmp_path / "t.geojson").read_text(encoding="utf-8"))["features"]
    assert [one["id"] for one in features] == ["V08", "C1"]
    assert [one["properties"]["settlement_id"] for one in features] == ["V08", "C1"]
    assert set(features[0]["properties"]) == set(points.columns) - {"geometry"}
    for one in features:
        assert all(round(part, 6) == part for part in one["geometry"]["coordinates"])


def test_features_that_share_an_id_get_none(points: gpd.GeoDataFrame, tmp_path: Path) -> None:
    write_geojson(points.assign(settlement_id="V08"), tmp_path / "t.geojson", ["settlement_id"])
    features = json.loads((tmp_path / "t.geojson").read_text(encoding="utf-8"))["features"]
    assert len(features) == 2
    assert not any("id" in one for one in features)


def test_every_layer_of_a_run_has_a_style_and_an_id() -> None:
    assert set(classes()) == set(LAYER_IDS)
    for name, how in classes().items():
        frame = gpd.GeoDataFrame({how.column or "a": list(how.colours)}, geometry=[None] * len(how.colours))
        frame = frame.set_geometry([Polygon([(0, 0), (0, 1), (1, 1)])] * len(frame))
        symbols = ET.fromstring(qgis_style(name, frame)).findall(".//symbols/symbol")
        assert len(symbols) == len(how.colours) > 0
