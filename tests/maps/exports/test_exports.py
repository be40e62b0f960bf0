"""Files for other tools: read back by others, harmless whatever the names are, the same bytes each time."""

import csv
import itertools
import json
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

import geopandas as gpd
import openpyxl
import pandas as pd
import pyogrio
import pytest
from shapely.geometry import LineString, Point, Polygon

from infragap.analyses.columns import Column
from infragap.maps.exports import safe_cell, write_csv, write_geojson, write_geopackage, write_kml
from infragap.maps.spreadsheet import write_grid_extension_list

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


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1"])
def test_formulas_are_disarmed(text: str) -> None:
    assert safe_cell(text) == "'" + text
    assert safe_cell("Lùng Cúng") == "Lùng Cúng"
    assert safe_cell(-1.5) == -1.5


def test_csv_has_a_bom_and_no_formula(points: gpd.GeoDataFrame, tmp_path: Path) -> None:
    write_csv(points, tmp_path / "t.csv")
    assert (tmp_path / "t.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader((tmp_path / "t.csv").read_text(encoding="utf-8-sig").splitlines()))
    assert rows[0]["name"] == "Lùng Cúng"
    assert rows[1]["name"] == "'" + HOSTILE
    assert "geometry" not in rows[0]


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
    assert [c.get("value") for c in colours] == ["grid", "minigrid", "hydro", "solar_home"]


@dataclass(frozen=True)
class Headed(Column):
    """A column whose heading is not in the catalogue."""

    derived_from: str = "x"
    heading_vi: str = ""

    def heading(self, language: str) -> str:
        return self.heading_vi


def test_kml_is_well_formed_and_sorted_by_commune(points: gpd.GeoDataFrame, tmp_path: Path) -> None:
    columns = [
        Headed("households", "households", heading_vi="Số hộ"),
        Headed("name", "-", heading_vi="Tên <thôn> & cụm"),
        Headed("cost", "million VND", heading_vi="Chi phí"),
    ]
    for name in ("a.kml", "b.kml"):
        write_kml({"s": ("Thôn", points)}, {"s": columns}, tmp_path / name)
    assert (tmp_path / "a.kml").read_bytes() == (tmp_path / "b.kml").read_bytes()
    space = {"k": "http://www.opengis.net/kml/2.2"}
    root = ET.parse(tmp_path / "a.kml").getroot()
    folders = [f.findtext("k:name", namespaces=space) for f in root.findall(".//k:Folder/k:Folder", space)]
    assert folders == ["Nậm Có", HOSTILE]
    assert root.findtext(".//k:Placemark/k:ExtendedData/k:Data/k:value", namespaces=space) == "219"
    values = [v.text for v in root.iterfind(".//k:Data[@name='name']/k:value", space)]
    assert values == ["Lùng Cúng", HOSTILE]


def test_spreadsheet_cells(tmp_path: Path) -> None:
    columns = [
        Headed("name", "-", heading_vi="Thôn"),
        Headed("households", "households", heading_vi="Số hộ (hộ)"),
        Headed("mv_km", "km", heading_vi="ĐDK 35 kV (km)"),
        Headed("investment_mvnd", "mvnd", heading_vi="TMĐT (triệu đồng)"),
        Headed("investment_mvnd_per_household", "mvnd/household", heading_vi="Suất đầu tư (triệu đồng/hộ)"),
        Headed("year", "-", heading_vi="Năm"),
    ]
    frame = pd.DataFrame(
        {
            "name": ["Lùng Cúng", HOSTILE],
            "households": [200, 100],
            "mv_km": [12.5, None],
            "investment_mvnd": [9000.0, 3000.0],
            "investment_mvnd_per_household": [45.0, 30.0],
            "year": pd.array([2027, None], dtype="Int64"),
        }
    )
    for name in ("a.xlsx", "b.xlsx"):
        write_grid_extension_list(frame, columns, tmp_path / name, title="Danh mục", note="mô phỏng", late="sau 2030")
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx").active
    assert sheet is not None
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[4] == ["STT", "Thôn", "Số hộ", "ĐDK 35 kV", "TMĐT", "Suất đầu tư", "Năm"]
    assert rows[6] == [1, "Lùng Cúng", 200, 12.5, 9000, 45, 2027]
    assert rows[7][1] == HOSTILE
    assert rows[7][6] == "sau 2030"
    assert sheet.cell(8, 2).data_type == "s"
    assert rows[8][1:] == ["Tổng cộng", "=SUM(C7:C8)", "=SUM(D7:D8)", "=SUM(E7:E8)", "=SUM(E7:E8)/SUM(C7:C8)", None]
