"""OGC API Features and WFS: against an imitation that pages, and against a real pygeoapi where one runs."""

import json
import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pandas as pd
import pytest

from infragap.gis.crs import to_wgs84
from infragap.gis.errors import MissingDataError
from infragap.gis.pack import read_pack
from infragap.servers import features
from infragap.servers.features import ServiceError, read_features
from infragap.servers.places import features_of
from infragap.servers.pull import keep_snapshots, pull
from tests import pack_factory
from tests.pack_factory import write_pack

REAL = os.environ.get("INFRAGAP_TEST_OGC")


class Service:
    """Answers as the two kinds of services do, two features a page."""

    def __init__(self) -> None:
        self.features: list[Any] = []
        self.asked: list[tuple[str, str | None]] = []
        self.fault = ""
        own = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_: Any) -> None:
                """Keep silent."""

            def do_GET(self) -> None:
                own.asked.append((self.path, self.headers.get("Authorization")))
                status, content = own.answer(self.path)
                body = content if isinstance(content, bytes) else json.dumps(content).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.base = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def answer(self, path: str) -> tuple[int, Any]:
        parts = urlsplit(path)
        asked = parse_qs(parts.query)
        if self.fault == "busy":
            self.fault = ""
            return 503, b""
        if self.fault == "html":
            return 200, b"<html>log in</html>"
        if parts.path == "/collections/settlements/items":
            start = int(asked.get("offset", ["0"])[0])
            links = [{"rel": "self", "href": path}]
            if start + 2 < len(self.features):
                host = "http://elsewhere.example" if self.fault == "elsewhere" else ""
                links.append({"rel": "next", "href": f"{host}/collections/settlements/items?offset={start + 2}"})
            return 200, {"type": "FeatureCollection", "features": self.features[start : start + 2], "links": links}
        if parts.path == "/ows" and asked.get("typeNames") == ["x:settlements"]:
            start, count = int(asked["startIndex"][0]), int(asked["count"][0])
            return 200, {"type": "FeatureCollection", "features": self.features[start : start + count]}
        return 404, b""


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    made = Service()
    made.features = json.loads(to_wgs84(pack_factory.settlements()).to_json())["features"]
    monkeypatch.setattr(features, "PAGE", 2)
    monkeypatch.setattr(features, "WAITS_S", (0.0, 0.0))
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.mark.parametrize("path", ["ogcapi+{}/collections/settlements", "wfs+{}/ows?typename=x:settlements"])
def test_all_pages_are_read(service: Service, path: str) -> None:
    frame = read_features(features_of(path.format(service.base)), "settlements")
    assert frame["settlement_id"].tolist() == pack_factory.settlements()["settlement_id"].tolist()
    assert len(service.asked) in (3, 4)
    assert frame.crs == "EPSG:4326"


def test_the_secret_comes_from_the_environment(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INFRAGAP_SERVICE_AUTHORIZATION", "Bearer 123")
    read_features(features_of(f"ogcapi+{service.base}/collections/settlements"), "settlements")
    assert {secret for _, secret in service.asked} == {"Bearer 123"}


def test_faults_are_told(service: Service) -> None:
    place = features_of(f"ogcapi+{service.base}/collections/settlements")
    service.fault = "busy"
    assert len(read_features(place, "settlements")) == 6
    for fault, message in (("html", "GeoJSON"), ("elsewhere", r"elsewhere\.example")):
        service.fault = fault
        with pytest.raises(ServiceError, match=message):
            read_features(place, "settlements")
    service.fault = ""
    with pytest.raises(MissingDataError, match="404"):
        read_features(features_of(f"ogcapi+{service.base}/collections/none"), "settlements")


def pack_with_source(folder: Path, source: str) -> Path:
    """A pack whose settlements come from a server."""
    write_pack(folder)
    catalog = folder / "catalog.toml"
    text = catalog.read_text(encoding="utf-8")
    old = next(line for line in text.splitlines() if line.startswith('file = "villages/settlements.csv"'))
    head, tail = text.split(old, 1)
    start = head.rindex("[[layer]]")
    end = tail.find("[[layer]]")
    entry = (
        '[[layer]]\nname = "settlements"\ntitle = "s"\nfile = "snapshot/settlements.gpkg"\nkind = "vector"\n'
        f'geometry = "Point"\nprovenance = "modelled"\nsource = "{source}"  # theirs\n\n'
    )
    catalog.write_text(head[:start] + entry + (tail[end:] if end >= 0 else ""), encoding="utf-8")
    (folder / "villages" / "settlements.csv").unlink()
    return folder


def same_settlements(folder: Path, tmp_path: Path) -> None:
    """The layer is that of the pack of files."""
    got, wanted = read_pack(folder).settlements, read_pack(write_pack(tmp_path / "files")).settlements
    columns = [name for name in wanted.columns if name != "geometry"]
    pd.testing.assert_frame_equal(pd.DataFrame(got[columns]), pd.DataFrame(wanted[columns]), check_dtype=False)
    # the file has five decimals of a degree
    assert got.geom_equals_exact(wanted, tolerance=1.0).all()


@pytest.mark.slow
def test_a_layer_of_a_service_is_kept_with_its_date(service: Service, tmp_path: Path) -> None:
    folder = pack_with_source(tmp_path / "pack", f"ogcapi+{service.base}/collections/settlements")
    assert pull(folder) == ["settlements"]
    text = (folder / "catalog.toml").read_text(encoding="utf-8")
    assert "# theirs" in text
    entry = read_pack(folder).catalog.entry("settlements")
    assert entry.date
    assert entry.sha256
    same_settlements(folder, tmp_path)
    (tmp_path / "out").mkdir()
    kept = keep_snapshots(read_pack(folder), tmp_path / "out")
    assert kept == [f"sources/settlements-{entry.date}.gpkg"]
    # a server that fails leaves the snapshot as it is
    service.fault = "html"
    with pytest.raises(ServiceError):
        pull(folder)
    same_settlements(folder, tmp_path / "again")
    assert [path.name for path in (folder / "snapshot").iterdir()] == ["settlements.gpkg"]


@pytest.mark.skipif(REAL is None, reason="no pygeoapi is running (INFRAGAP_TEST_OGC)")
def test_a_real_service(tmp_path: Path) -> None:
    folder = pack_with_source(tmp_path / "pack", f"ogcapi+{REAL}/collections/settlements")
    pull(folder)
    same_settlements(folder, tmp_path)
