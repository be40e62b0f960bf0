"""Every format read from a small file made here."""

import unicodedata
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
from shapely.geometry import MultiPoint

from infragap.gis.crs import to_wgs84
from infragap.gis.errors import LayerError, MissingDataError
from infragap.gis.reading.layers import read_layer
from infragap.gis.reading.vector import read_vector
from tests.gis.layer_factory import WGS84, entry, faults_of, places, same_places, table_of
from tests.pack_factory import settlements


@pytest.mark.parametrize("suffix", ["gpkg", "geojson", "fgb"])
def test_gdal_formats(tmp_path: Path, suffix: str) -> None:
    # a FlatGeobuf with an index is written in the order of the index
    options = {"SPATIAL_INDEX": "NO"} if suffix == "fgb" else {}
    places().to_file(tmp_path / f"s.{suffix}", **options)
    found, faults = read_layer(tmp_path, entry(f"s.{suffix}"), crs_measure="EPSG:9208")
    assert faults == []
    same_places(found, places())


def _shapefile(folder: Path) -> Path:
    folder.mkdir()
    frame = places()[["settlement_id", "name", "kind", "commune_code", "households", "geometry"]]
    # ten letters at most: settlement_id and commune_code are cut
    frame = frame.rename(columns={"settlement_id": "settlement", "commune_code": "commune_co"})
    frame.to_file(folder / "s.shp", encoding="UTF-8")
    return folder


def test_shapefile_with_and_without_encoding_file(tmp_path: Path) -> None:
    folder = _shapefile(tmp_path / "shape")
    for _ in range(2):
        for path in (folder / "s.shp", folder):
            same_places(read_vector(path, layer="settlements"), places())
        # without .cpg GDAL would take the texts for Latin-1
        (folder / "s.cpg").unlink(missing_ok=True)


def test_shapefile_in_vn2000(tmp_path: Path) -> None:
    folder = tmp_path / "shape"
    folder.mkdir()
    settlements()[["name", "geometry"]].to_file(folder / "s.shp")
    faults = faults_of(tmp_path, "shape/s.shp", crs="EPSG:9208")
    assert [fault for fault in faults if "catalogue" in fault] == []
    found = read_vector(folder / "s.shp", layer="settlements")
    np.testing.assert_allclose(to_wgs84(found).geometry.x, settlements().to_crs(WGS84).geometry.x, atol=1e-8)


@pytest.mark.parametrize("inside", ["", "du lieu/"])
def test_zipped_shapefile(tmp_path: Path, inside: str) -> None:
    folder = _shapefile(tmp_path / "shape")
    (folder / "s.cpg").unlink()
    with zipfile.ZipFile(tmp_path / "s.zip", "w") as archive:
        for part in folder.iterdir():
            archive.write(part, inside + part.name)
    same_places(read_vector(tmp_path / "s.zip", layer="settlements"), places())


def test_kml_with_folders(tmp_path: Path) -> None:
    placemark = (
        "<Placemark><name>{name}</name><ExtendedData><Data name='settlement_id'><value>{id}</value></Data>"
        "<Data name='commune_code'><value>04489</value></Data><Data "
        "name='households'><value>31</value></Data></ExtendedData>"
        "<Point><coordinates>{x},21.8,950</coordinates></Point></Placemark>"
    )
    folders = "".join(
        f"<Folder><name>{name}</name>{placemark.format(name=name, id=key, x=x)}</Folder>"
        for name, key, x in (("Nả Háng", "S1", 104.0), ("Lùng Cúng", "S2", 104.2))
    )
    text = f'<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>{folders}</Document></kml>'
    (tmp_path / "s.kml").write_text(text, encoding="utf-8")
    found = read_vector(tmp_path / "s.kml", layer="settlements")
    assert list(found["name"]) == ["Nả Háng", "Lùng Cúng"]
    assert list(found["commune_code"]) == ["04489", "04489"]
    assert [(p.x, p.y, p.has_z) for p in found.geometry] == [(104.0, 21.8, False), (104.2, 21.8, False)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_csv(tmp_path: Path, encoding: str, separator: str) -> None:
    (tmp_path / "s.csv").write_text(table_of(places()).to_csv(index=False, sep=separator), encoding=encoding)
    found, faults = read_layer(tmp_path, entry("s.csv"), crs_measure="EPSG:9208")
    assert faults == []
    same_places(found, places())
    assert found is not None
    assert "longitude" not in found.columns


@pytest.mark.parametrize(
    ("x", "y"), [("lon", "lat"), ("Kinh độ", "Vĩ độ"), ("KINH DO", "VI DO"), ("Long", "Lat"), ("kinh_độ", "vĩ_độ")]
)
def test_usual_headings(tmp_path: Path, x: str, y: str) -> None:
    table_of(places()).rename(columns={"longitude": x, "latitude": y}).to_csv(tmp_path / "s.csv", index=False)
    same_places(
        read_vector(tmp_path / "s.csv", layer="settlements").assign(households=places()["households"]), places()
    )


@pytest.mark.parametrize(
    ("x", "y"), [("X", "Y"), ("Tọa độ X (m)", "Tọa độ Y (m)"), ("Toạ độ X", "Toạ độ Y"), ("Northing", "Easting")]
)
@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_vn2000_tables_in_vietnamese_order(tmp_path: Path, x: str, y: str, suffix: str) -> None:
    metres = settlements()[:3]
    table = pd.DataFrame(metres.drop(columns="geometry")).assign(**{x: metres.geometry.y, y: metres.geometry.x})
    (table.to_csv if suffix == "csv" else table.to_excel)(tmp_path / f"s.{suffix}", index=False)
    # the CRS comes from the pack, never from this package
    found, faults = read_layer(tmp_path, entry(f"s.{suffix}", crs=None), crs_measure="EPSG:9208")
    assert faults == []
    assert found is not None
    np.testing.assert_allclose(found.geometry.x, metres.geometry.x)
    np.testing.assert_allclose(found.geometry.y, metres.geometry.y)
    with pytest.raises(LayerError, match=r"hold metres but no CRS is named \(all 3 rows\)\. Write it as `crs`"):
        read_vector(tmp_path / f"s.{suffix}", layer="settlements")


def test_columns_named_in_the_catalogue(tmp_path: Path) -> None:
    metres = settlements()[:3]
    table = pd.DataFrame(metres.drop(columns="geometry")).assign(bac=metres.geometry.y, dong=metres.geometry.x)
    table.to_csv(tmp_path / "s.csv", index=False)
    named = {"crs": "EPSG:9208", "x": "bac", "y": "dong", "axis_order": "vn2000"}
    found, faults = read_layer(tmp_path, entry("s.csv", **named), crs_measure="EPSG:9208")
    assert faults == []
    assert found is not None
    np.testing.assert_allclose(found.geometry.x, metres.geometry.x)
    # the same columns in mathematical order: exchanged coordinates are seen
    swapped = faults_of(tmp_path, "s.csv", **{**named, "x": "dong", "y": "bac"})
    assert "3 of 3 rows have X below Y" in swapped[0]
    assert "Exchange the two columns" in swapped[0]


def test_xlsx(tmp_path: Path) -> None:
    table_of(places()).to_excel(tmp_path / "s.xlsx", index=False, sheet_name="Diem")
    found, faults = read_layer(tmp_path, entry("s.xlsx", sheet="Diem"), crs_measure="EPSG:9208")
    assert faults == []
    same_places(found, places())
    with pytest.raises(MissingDataError, match="no sheet 'Sheet9', only Diem"):
        read_vector(tmp_path / "s.xlsx", layer="settlements", sheet="Sheet9")


def test_codes_keep_their_zeros(tmp_path: Path) -> None:
    table = table_of(places(2)).assign(commune_code=["04489", "00012"])
    table.to_csv(tmp_path / "s.csv", index=False)
    found, _ = read_layer(tmp_path, entry("s.csv"), crs_measure="EPSG:9208")
    assert found is not None
    assert list(found["commune_code"]) == ["04489", "00012"]
    # a workbook that stored the code as a number has lost them: said, not padded
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(list(table.columns))
    for row in table.assign(commune_code=[4489, 12]).itertuples(index=False):
        sheet.append(list(row))
    book.save(tmp_path / "s.xlsx")
    faults = faults_of(tmp_path, "s.xlsx")
    assert faults == [
        "settlements: 2 of 2 rows have a commune_code that is not five digits (S01 = 4489, S02 = 12). Write the "
        "official code with its leading "
        "zeros, such as 04489; format the column as text."
    ]


def test_texts_come_composed(tmp_path: Path) -> None:
    table = table_of(places(1)).assign(name=unicodedata.normalize("NFD", "Làng Mảnh"))
    table.to_csv(tmp_path / "s.csv", index=False)
    found, _ = read_layer(tmp_path, entry("s.csv"), crs_measure="EPSG:9208")
    assert found is not None
    assert found["name"].iloc[0] == "Làng Mảnh"


def test_decimal_comma_only_where_it_is_unambiguous(tmp_path: Path) -> None:
    table = table_of(places(2)).astype(object).assign(position_accuracy_m=["1500,5", "200,0"])
    (tmp_path / "s.csv").write_text(table.to_csv(index=False, sep=";"), encoding="utf-8")
    found, faults = read_layer(tmp_path, entry("s.csv"), crs_measure="EPSG:9208")
    assert faults == []
    assert found is not None
    assert list(found["position_accuracy_m"]) == [1500.5, 200.0]
    # 1.500 beside 200,0 may be 1500 or 1.5
    table = table.assign(position_accuracy_m=["1.500", "200,0"])
    (tmp_path / "s.csv").write_text(table.to_csv(index=False, sep=";"), encoding="utf-8")
    assert "position_accuracy_m with a dot that may part thousands (S01 = 1.500)" in faults_of(tmp_path, "s.csv")[0]


def test_heights_in_a_geojson_are_dropped_and_change_no_system(tmp_path: Path) -> None:
    frame = places(2)
    high = frame.set_geometry(gpd.points_from_xy(frame.geometry.x, frame.geometry.y, [850.0, 900.0], crs=WGS84))
    (tmp_path / "s.geojson").write_text(high.to_json(drop_id=True), encoding="utf-8")
    found, said = read_layer(tmp_path, entry("s.geojson"), crs_measure="EPSG:9208")
    assert said == []
    same_places(found, frame)


@pytest.mark.parametrize("rows", [0, 2])
def test_a_geojson_without_a_name_is_read(tmp_path: Path, rows: int) -> None:
    # as geojson.io, Overpass turbo and most programs write it
    (tmp_path / "s.geojson").write_text(places(2)[:rows].to_json(drop_id=True), encoding="utf-8")
    assert '"name": "s"' not in (tmp_path / "s.geojson").read_text(encoding="utf-8")
    found, said = read_layer(tmp_path, entry("s.geojson"), crs_measure="EPSG:9208")
    assert [finding.code for finding in said] == ([] if rows else ["layer.no_rows"])
    assert found is not None
    assert len(found) == rows


def test_single_part_multi_geometries_are_unwrapped(tmp_path: Path) -> None:
    multi = places().set_geometry([MultiPoint([point]) for point in places().geometry], crs=WGS84)
    multi.to_file(tmp_path / "s.gpkg")
    found, faults = read_layer(tmp_path, entry("s.gpkg"), crs_measure="EPSG:9208")
    assert faults == []
    same_places(found, places())
