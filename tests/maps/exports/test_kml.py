"""KML: well-formed and harmless whatever the names are, the same bytes each time."""

import zipfile
from pathlib import Path
from xml.etree import ElementTree as ET

import geopandas as gpd
import pytest

from infragap.maps.exports.kml import write_kml
from tests.maps.exports.conftest import HOSTILE
from tests.maps.headed_column import Headed


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
    assert root.findtext(".//k:Placemark/k:ExtendedData/k:Data/k:value", namespaces=space) == "219 hộ"
    values = [v.text for v in root.iterfind(".//k:Data[@name='name']/k:value", space)]
    assert values == ["Lùng Cúng", HOSTILE]


def test_the_archive_brings_styles_icons_and_words(points: gpd.GeoDataFrame, tmp_path: Path) -> None:
    columns = [Headed("choice", "-", heading_vi="Phương án"), Headed("cost", "mvnd", heading_vi="Chi phí")]
    for name in ("a.kml", "b.kml"):
        frame = points.assign(cost=[1234567.0, None])
        write_kml({"electricity_settlements": ("Thôn", frame)}, {"electricity_settlements": columns}, tmp_path / name)
    assert (tmp_path / "a.kmz").read_bytes() == (tmp_path / "b.kmz").read_bytes()
    with zipfile.ZipFile(tmp_path / "a.kmz") as archive:
        assert archive.testzip() is None
        root = ET.fromstring(archive.read("doc.kml"))
        names = set(archive.namelist())
    space = {"k": "http://www.opengis.net/kml/2.2"}
    hrefs = {e.text for e in root.iterfind(".//k:Icon/k:href", space)}
    assert hrefs
    assert hrefs <= names
    # KML writes a colour as opacity, blue, green, red: #012b6a of the grid is ff6a2b01
    assert "ff6a2b01" in {e.text for e in root.iterfind(".//k:IconStyle/k:color", space)}
    assert [v.text for v in root.iterfind(".//k:Data[@name='cost']/k:value", space)] == ["1.234.567 tr.đ"]
    assert [v.text for v in root.iterfind(".//k:Data[@name='choice']/k:value", space)] == [
        "Kéo lưới điện",
        "Thủy điện nhỏ",
    ]


def test_many_features_come_by_commune(
    points: gpd.GeoDataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("infragap.maps.exports.kml.MOST_TOGETHER", 1)
    columns = [Headed("choice", "-", heading_vi="Phương án")]
    write_kml({"electricity_settlements": ("Thôn", points)}, {"electricity_settlements": columns}, tmp_path / "a.kml")
    space = {"k": "http://www.opengis.net/kml/2.2"}
    with zipfile.ZipFile(tmp_path / "a.kmz") as archive:
        whole = ET.fromstring(archive.read("doc.kml"))
        links = whole.findall(".//k:NetworkLink", space)
        found = {}
        for link in links:
            part = ET.fromstring(archive.read(link.findtext("k:Link/k:href", namespaces=space) or ""))
            assert part.findtext("k:Document/k:name", namespaces=space) == link.findtext("k:name", namespaces=space)
            found[link.findtext("k:name", namespaces=space)] = [
                e.text for e in part.iterfind(".//k:Placemark/k:name", space)
            ]
            north, south, east, west = (
                float(link.findtext(f"k:Region/k:LatLonAltBox/k:{side}", namespaces=space) or "nan")
                for side in ("north", "south", "east", "west")
            )
            for at in part.iterfind(".//k:Point/k:coordinates", space):
                x, y = [float(each) for each in (at.text or "").split(",")[:2]]
                assert west < x < east
                assert south < y < north
            assert {e.text for e in part.iterfind(".//k:Icon/k:href", space)} <= set(archive.namelist())
    assert found == {"Nậm Có": ["Lùng Cúng"], HOSTILE: [HOSTILE]}
    assert not whole.findall(".//k:Placemark", space)
    # the one KML file of so many features names each, and has no values
    plain = ET.parse(tmp_path / "a.kml")
    assert len(plain.findall(".//k:Placemark/k:name", space)) == 2
    assert not plain.findall(".//k:ExtendedData", space)
