"""KML: well-formed and harmless whatever the names are, the same bytes each time."""

from pathlib import Path
from xml.etree import ElementTree as ET

import geopandas as gpd

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
    assert root.findtext(".//k:Placemark/k:ExtendedData/k:Data/k:value", namespaces=space) == "219"
    values = [v.text for v in root.iterfind(".//k:Data[@name='name']/k:value", space)]
    assert values == ["Lùng Cúng", HOSTILE]
