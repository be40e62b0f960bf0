"""Layers of an OpenStreetMap extract written by hand, so that every answer is known."""

from pathlib import Path

import pytest

from infragap.gis.errors import LayerError
from infragap.gis.reading.osm_layers import read_osm_layer, voltage_kv

OSM = """<?xml version="1.0"?><osm version="0.6">
<node id="1" version="1" lat="-15.95" lon="35.35"/><node id="2" version="1" lat="-15.96" lon="35.45"/>
<node id="3" version="1" lat="-15.95" lon="35.55"/>
<node id="4" version="1" lat="-15.90" lon="35.40"><tag k="place" v="village"/><tag k="name" v="Chisitu"/><tag k="population" v="1,250"/></node>
<node id="5" version="1" lat="-15.91" lon="35.41"><tag k="place" v="hamlet"/></node>
<node id="6" version="1" lat="-15.92" lon="35.42"><tag k="place" v="country"/></node>
<node id="11" version="1" lat="0" lon="0"/><node id="12" version="1" lat="0" lon="0.001"/>
<node id="13" version="1" lat="0.001" lon="0.001"/><node id="14" version="1" lat="0.001" lon="0"/>
<way id="7" version="1"><nd ref="1"/><nd ref="2"/><tag k="power" v="line"/><tag k="voltage" v="33000;11000"/></way>
<way id="70" version="1"><nd ref="2"/><nd ref="3"/><tag k="power" v="minor_line"/></way>
<way id="8" version="1"><nd ref="1"/><nd ref="999"/><tag k="power" v="line"/></way>
<way id="9" version="1"><nd ref="1"/><nd ref="2"/><nd ref="3"/><tag k="waterway" v="river"/><tag k="name" v="Ruo"/></way>
<way id="10" version="1"><nd ref="11"/><nd ref="12"/><nd ref="13"/><nd ref="14"/><nd ref="11"/>
 <tag k="power" v="substation"/><tag k="voltage" v="132000"/><tag k="name" v="Mulanje"/></way>
<way id="15" version="1"><nd ref="11"/><nd ref="12"/><nd ref="13"/><nd ref="14"/><nd ref="11"/><tag k="natural" v="water"/></way>
<way id="16" version="1"><nd ref="1"/><nd ref="3"/><tag k="highway" v="primary"/></way>
</osm>"""


@pytest.fixture
def extract(tmp_path: Path) -> Path:
    path = tmp_path / "area.osm"
    path.write_text(OSM, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("33000", 33.0),
        ("33000;11000", 33.0),
        ("11 kV", 11.0),
        ("400", 400.0),
        ("", None),
        ("high", None),
        ("33000 V", 33.0),
    ],
)
def test_voltages(text: str, expected: float | None) -> None:
    assert voltage_kv(text) == expected


def test_power_lines(extract: Path) -> None:
    lines = read_osm_layer(extract, "grid_lines")
    # way 8 has one node in the extract: no line
    assert list(lines["line_id"]) == ["w7", "w70"]
    assert lines["voltage_kv"].iloc[0] == 33.0
    assert lines["voltage_kv"].isna().iloc[1]
    assert set(lines["status"]) == {"existing"}


def test_places_with_people(extract: Path) -> None:
    places = read_osm_layer(extract, "settlements")
    assert list(places["settlement_id"]) == ["n4", "n5"]
    assert places["population"].iloc[0] == 1250
    assert places["population"].isna().iloc[1]


def test_a_station_drawn_as_an_area_is_a_point_in_it(extract: Path) -> None:
    stations = read_osm_layer(extract, "substations")
    assert list(stations["substation_id"]) == ["w10"]
    point = stations.geometry.iloc[0]
    assert 0 < point.x < 0.001
    assert 0 < point.y < 0.001
    assert stations["voltage_kv"].iloc[0] == 132.0


def test_water(extract: Path) -> None:
    assert list(read_osm_layer(extract, "rivers")["name"]) == ["Ruo"]
    lakes = read_osm_layer(extract, "lakes")
    assert list(lakes["lake_id"]) == ["w15"]
    assert lakes.geometry.iloc[0].area == pytest.approx(1e-6)


def test_roads(extract: Path) -> None:
    assert list(read_osm_layer(extract, "roads")["road_class"]) == ["national"]


def test_what_the_extract_has_not_is_said(extract: Path) -> None:
    with pytest.raises(LayerError, match="holds no object with amenity=school"):
        read_osm_layer(extract, "schools")
    with pytest.raises(LayerError, match="no such layer"):
        read_osm_layer(extract, "communes")


def test_a_damaged_extract_is_said(tmp_path: Path) -> None:
    path = tmp_path / "area.osm"
    path.write_text(OSM[:300], encoding="utf-8")
    with pytest.raises(LayerError, match="cannot be read"):
        read_osm_layer(path, "grid_lines")
