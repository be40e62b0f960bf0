"""For GIS people: GeoParquet, aliases and value lists in the GeoPackage, and a QGIS project inside it."""

import io
import sqlite3
import zipfile
from pathlib import Path
from xml.etree import ElementTree as ET

import geopandas as gpd
import pyogrio
import pytest

from infragap.analyses.electricity import columns as electricity
from infragap.gis.writing.geopackage import describe_geopackage
from infragap.maps.exports.aliases import layer_words
from infragap.maps.exports.layers import write_geopackage, write_geoparquet
from infragap.maps.exports.qgis_project import write_project
from infragap.profiles.profile import read_profile
from infragap.wording.country import speaking_for


def written(points: gpd.GeoDataFrame, path: Path) -> Path:
    layers = {"electricity_settlements": points}
    write_geopackage(layers, path)
    told = layer_words(layers, {"electricity_settlements": electricity.RANKING})
    describe_geopackage(path, told)
    write_project(path, layers, {name: words.title for name, words in told.items()}, "a <title> & more")
    return path


def test_columns_have_aliases_meanings_and_lists(points: gpd.GeoDataFrame, tmp_path: Path) -> None:
    path = written(points, tmp_path / "r.gpkg")
    with sqlite3.connect(path) as file:
        said = dict(file.execute("SELECT column_name, title FROM gpkg_data_columns"))
        codes = dict(file.execute("SELECT value, description FROM gpkg_data_column_constraints "
                                  "WHERE constraint_name = 'electricity_settlements.choice'"))  # fmt: skip
        (about,) = file.execute("SELECT identifier, description FROM gpkg_contents WHERE data_type = 'features'")
    assert said["households"].startswith("Số hộ")
    assert set(codes) >= {"grid", "minigrid", "hydro", "solar_home"}
    assert "electricity_settlements" in about[0]
    # still a layer like any other
    assert gpd.read_file(path, layer="electricity_settlements")["settlement_id"].tolist() == ["V08", "C1"]
    assert {name for name, kind in pyogrio.list_layers(path) if kind} == {"electricity_settlements"}


@pytest.mark.slow
def test_words_are_those_of_the_country(points: gpd.GeoDataFrame, tmp_path: Path) -> None:
    with speaking_for(read_profile("mw")):
        path = written(points, tmp_path / "r.gpkg")
    with sqlite3.connect(path) as file:
        said = dict(file.execute("SELECT column_name, title FROM gpkg_data_columns"))
    assert said["households"].startswith("Households")


def test_the_project_finds_its_layers_styled_and_labelled(points: gpd.GeoDataFrame, tmp_path: Path) -> None:
    path = written(points, tmp_path / "r.gpkg")
    with sqlite3.connect(path) as file:
        ((name, content),) = file.execute("SELECT name, content FROM qgis_projects")
    with zipfile.ZipFile(io.BytesIO(bytes.fromhex(content))) as archive:
        assert archive.namelist() == [f"{name}.qgs"]
        project = ET.fromstring(archive.read(f"{name}.qgs"))
    (layer,) = project.findall("projectlayers/maplayer")
    assert layer.findtext("datasource") == "./r.gpkg|layername=electricity_settlements"
    assert layer.get("geometry") == "Point"
    assert [one.get("value") for one in layer.findall("renderer-v2//category")][:1] == ["grid"]
    assert layer.find("labeling//text-style").get("fieldName") == "name"
    assert project.find("layer-tree-group/layer-tree-layer").get("id") == layer.findtext("id")
    assert float(project.findtext("mapcanvas/extent/xmin")) == pytest.approx(
        points.to_crs(4326).total_bounds[0], abs=1e-4
    )


def test_the_same_bytes_each_time(points: gpd.GeoDataFrame, tmp_path: Path) -> None:
    first, second = written(points, tmp_path / "r.gpkg").read_bytes(), tmp_path / "other"
    second.mkdir()
    assert written(points, second / "r.gpkg").read_bytes() == first
    for place in ("a.parquet", "b.parquet"):
        write_geoparquet(points, tmp_path / place)
    assert (tmp_path / "a.parquet").read_bytes() == (tmp_path / "b.parquet").read_bytes()


def test_geoparquet_is_read_back(points: gpd.GeoDataFrame, tmp_path: Path) -> None:
    write_geoparquet(points, tmp_path / "t.parquet")
    back = gpd.read_parquet(tmp_path / "t.parquet")
    assert back.crs == "EPSG:4326" or back.crs.to_epsg() in (4326, None)
    assert back["name"].tolist() == points["name"].tolist()
    assert back.geometry.iloc[0].x == pytest.approx(104.09, abs=1e-6)
