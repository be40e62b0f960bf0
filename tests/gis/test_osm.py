"""Roads from OpenStreetMap: an XML extract, a PBF extract, and a server on this machine that answers like Overpass."""

import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs

import osmium
import osmnx
import pytest
from shapely import box

from infragap.gis.errors import LayerError, MissingDataError
from infragap.gis.osm import download_roads, read_osm_extract, road_class_of, surface_of
from infragap.gis.roads import to_roads_layer
from infragap.gis.schema import Roads

# 1 - 2 - 3 - 4 a provincial road, concrete from 3 on; 2 - 5 - 6 a track over a bridge (5-6); 7 - 8 a lone path; 9 - 1 a
# building
NODES = {
    1: (104.00, 21.800),
    2: (104.01, 21.800),
    3: (104.02, 21.800),
    4: (104.03, 21.801),
    5: (104.01, 21.810),
    6: (104.01, 21.811),
    7: (104.05, 21.850),
    8: (104.06, 21.850),
    9: (104.00, 21.801),
}
WAYS = [
    (10, [1, 2, 3], {"highway": "secondary", "ref": "ĐT.175", "surface": "asphalt"}),
    (11, [3, 4], {"highway": "secondary", "ref": "ĐT.175", "surface": "concrete"}),
    (12, [2, 5], {"highway": "track"}),
    (13, [5, 6], {"highway": "track", "bridge": "yes"}),
    (14, [7, 8], {"highway": "path", "name": "Lùng Cúng"}),
    (15, [9, 1], {"building": "yes"}),
    (16, [9, 1], {"highway": "steps"}),
]


def xml_text(
    nodes: dict[int, tuple[float, float]] = NODES, ways: list[tuple[int, list[int], dict[str, str]]] = WAYS
) -> str:
    parts = ["<?xml version='1.0' encoding='UTF-8'?>", '<osm version="0.6" generator="test">']
    parts += [f'<node id="{key}" version="1" lat="{lat}" lon="{lon}"/>' for key, (lon, lat) in nodes.items()]
    for key, references, tags in ways:
        inner = "".join(f'<nd ref="{node}"/>' for node in references)
        inner += "".join(f'<tag k="{k}" v="{v}"/>' for k, v in tags.items())
        parts.append(f'<way id="{key}" version="1">{inner}</way>')
    return "\n".join([*parts, "</osm>"])


@pytest.fixture
def extract(tmp_path: Path) -> Path:
    path = tmp_path / "extract.osm"
    path.write_text(xml_text(), encoding="utf-8")
    return path


def check_streets(graph) -> None:
    layer = to_roads_layer(graph)
    Roads.validate(layer)
    # the steps and the building are no roads
    assert sorted(zip(layer["road_class"], layer["surface"], layer["is_bridge"], strict=True)) == [
        ("provincial", "asphalt", False),  # 1 - 2
        ("provincial", "asphalt", False),  # 2 - 3
        ("provincial", "concrete", False),  # 3 - 4
        ("track", "earth", False),
        ("track", "earth", False),
        ("track", "earth", True),
    ]
    assert set(layer["name"].dropna()) == {"ĐT.175", "Lùng Cúng"}
    # 2 - 5: 0.010° of latitude on the sphere of 6,371.009 km: 6371.009 * 0.01 * π / 180 = 1.11195 km
    assert layer["length_km"].round(5).isin([1.11195]).any()


def test_xml_extract(extract):
    check_streets(read_osm_extract(extract))


def test_pbf_extract_equals_xml(extract, tmp_path):
    pbf = tmp_path / "extract.osm.pbf"
    with osmium.SimpleWriter(str(pbf)) as writer:
        for thing in osmium.FileProcessor(str(extract)):
            writer.add(thing)
    graph = read_osm_extract(pbf)
    check_streets(graph)
    assert to_roads_layer(graph).equals(to_roads_layer(read_osm_extract(extract)))


def test_way_that_leaves_the_extract_is_cut_not_bridged(tmp_path):
    # node 3 is not in the file: of 1 - 2 - 3 - 4 - 5 remain 1 - 2 and 4 - 5
    path = tmp_path / "cut.osm"
    nodes = {key: NODES[key] for key in (1, 2, 4, 5)}
    path.write_text(xml_text(nodes, [(10, [1, 2, 3, 4, 5], {"highway": "track"})]), encoding="utf-8")
    graph = read_osm_extract(path)
    assert graph.graph["ways_cut"] == 1
    assert len(to_roads_layer(graph)) == 2
    assert {tuple(sorted(edge)) for edge in graph.edges()} == {(1, 2), (4, 5)}


def test_reading_leaves_osmnx_as_it_was(extract):
    before = list(osmnx.settings.useful_tags_way), osmnx.settings.use_cache
    read_osm_extract(extract)
    assert (osmnx.settings.useful_tags_way, osmnx.settings.use_cache) == before


def test_bad_extracts(tmp_path):
    with pytest.raises(MissingDataError, match="no OpenStreetMap extract"):
        read_osm_extract(tmp_path / "absent.osm")
    broken = tmp_path / "broken.osm.pbf"
    broken.write_bytes(b"this is no PBF")
    with pytest.raises(LayerError, match="cannot be read as OpenStreetMap data"):
        read_osm_extract(broken)
    empty = tmp_path / "houses.osm"
    empty.write_text(xml_text(ways=WAYS[5:6]), encoding="utf-8")
    with pytest.raises(LayerError, match="no way with a known highway"):
        read_osm_extract(empty)


@pytest.mark.parametrize(
    ("highway", "expected"),
    [
        ("trunk", "national"),
        ("primary_link", "national"),
        ("motorway_link", "expressway"),
        ("path", "track"),
        ("steps", None),
    ],
)
def test_road_classes(highway, expected):
    assert road_class_of(highway) == expected


def test_surfaces():
    assert surface_of("concrete:plates", "commune") == "concrete"
    assert surface_of(None, "track") == "earth"
    assert surface_of("bumpy", "national") == "asphalt"  # a value that says nothing: the default of the class


class Overpass(BaseHTTPRequestHandler):
    """The two addresses of an Overpass server that OSMnx uses; `queries` and `busy` belong to the server."""

    def do_GET(self) -> None:
        assert self.path == "/api/status"
        first = "1 slots available now." if not self.server.busy else "Currently running queries"
        self.server.busy = False
        self._answer(
            200, f"Connected as: 1\nCurrent time: 2026-11-22T10:00:00Z\nRate limit: 2\n\n{first}\n", "text/plain"
        )

    def do_POST(self) -> None:
        assert self.path == "/api/interpreter"
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.queries.append(parse_qs(body)["data"][0])
        status, payload = self.server.answer
        self._answer(status, payload, "application/json")

    def _answer(self, status: int, text: str, kind: str) -> None:
        content = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *arguments: object) -> None:
        """Keep the test's output clean."""


def answer_of(ways: list[tuple[int, list[int], dict[str, str]]]) -> str:
    elements = [{"type": "way", "id": key, "nodes": nodes, "tags": tags} for key, nodes, tags in ways]
    elements += [{"type": "node", "id": key, "lat": lat, "lon": lon} for key, (lon, lat) in NODES.items()]
    return json.dumps({"version": 0.6, "elements": elements})


@pytest.fixture
def overpass() -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Overpass)
    server.queries, server.busy = [], False
    server.answer = 200, answer_of(WAYS[:5])
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def address(server: ThreadingHTTPServer) -> str:
    return f"http://127.0.0.1:{server.server_address[1]}/api"


AREA = box(103.9, 21.7, 104.2, 21.9)


@pytest.mark.slow
def test_download_equals_extract(overpass, extract):
    resolve = socket.getaddrinfo
    graph = download_roads(AREA, overpass_url=address(overpass))
    check_streets(graph)
    assert to_roads_layer(graph).equals(to_roads_layer(read_osm_extract(extract)))
    # one request, for highways of our classes inside the area, and nothing left behind in the process
    assert len(overpass.queries) == 1
    assert '["highway"~"^(' in overpass.queries[0]
    assert "track" in overpass.queries[0]
    assert "poly:" in overpass.queries[0]
    assert socket.getaddrinfo is resolve
    assert osmnx.settings.overpass_url != address(overpass)


def test_download_waits_for_a_busy_server(overpass, monkeypatch):
    waited: list[float] = []
    monkeypatch.setattr("osmnx._overpass.time.sleep", waited.append)
    overpass.busy = True
    check_streets(download_roads(AREA, overpass_url=address(overpass)))
    assert max(waited) > 0


@pytest.mark.slow
def test_download_keeps_answers_where_told(overpass, tmp_path):
    for _ in range(2):
        download_roads(AREA, overpass_url=address(overpass), cache_folder=tmp_path / "kept")
    assert len(overpass.queries) == 1
    assert len(list((tmp_path / "kept").iterdir())) == 1


def test_download_without_roads(overpass):
    overpass.answer = 200, json.dumps({"version": 0.6, "elements": []})
    with pytest.raises(LayerError, match="has no roads"):
        download_roads(AREA, overpass_url=address(overpass))


def test_download_from_a_server_in_trouble(overpass):
    overpass.answer = 500, "<html>Internal Server Error</html>"
    with pytest.raises(MissingDataError, match="Give a local extract"):
        download_roads(AREA, overpass_url=address(overpass))


def test_download_without_server():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/api"
    with pytest.raises(MissingDataError, match="no roads from the Overpass server"):
        # no status to ask either: OSMnx would wait a minute before it tries
        download_roads(AREA, overpass_url=url, ask_for_slot=False)


# --- files of editors ---


def editor_file(folder: Path, sign: int, extra: str = "") -> Path:
    nodes = "".join(f'<node id="{sign * n}" lat="22.0{n}" lon="104.0{n}" version="1"/>' for n in range(1, 6))
    ways = (
        f'<way id="{sign * 1}" version="1"><nd ref="{sign * 1}"/><nd ref="{sign * 2}"/><nd ref="{sign * 3}"/><tag '
        f'k="highway" v="tertiary"/></way>'
        f'<way id="{sign * 2}" action="delete" version="1"><nd ref="{sign * 3}"/><nd ref="{sign * 4}"/><tag '
        f'k="highway" v="tertiary"/></way>'
        f'<way id="{sign * 3}" version="1"><nd ref="{sign * 4}"/><nd ref="{sign * 5}"/><tag k="highway" '
        f'v="secondary;residential"/></way>{extra}'
    )
    path = folder / "josm.osm"
    path.write_text(
        f'<?xml version="1.0"?>\n<osm version="0.6" generator="JOSM">\n{nodes}\n{ways.replace("</way>", "</way>" + chr(10))}</osm>'
    )
    return path


@pytest.mark.parametrize("sign", [1, -1])
def test_files_of_editors_with_new_objects(tmp_path: Path, sign: int) -> None:
    """New objects have numbers below 0; a deleted way stays in the file until it is sent."""
    lengths = {}
    graph = read_osm_extract(editor_file(tmp_path, sign))
    for _, _, edge in graph.edges(data=True):
        lengths.setdefault(str(edge["highway"]), 0)
        lengths[str(edge["highway"])] += 1
    assert set(lengths) == {"tertiary", "secondary;residential"}
    assert graph.graph["ways_cut"] == 0
    assert road_class_of("secondary;residential") == "provincial"
