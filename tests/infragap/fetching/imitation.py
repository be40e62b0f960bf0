"""A server that answers as the services do: recorded shapes, content of its own, on the loopback.

`Imitation(district)` serves a made-up district of 0.2° × 0.2°. Faults are switched on by name: see `faults`.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import re
import tempfile
import threading
import zipfile
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import rasterio
import shapely
from affine import Affine

from tests.infragap.fetching import country

WEST, SOUTH, EAST, NORTH = 35.4, -16.1, 35.6, -15.9
BOX = f"{WEST},{SOUTH},{EAST},{NORTH}"
NAMES = (
    "vn_communes", "hdx", "geoboundaries", "geoboundaries_files", "dem", "dem30", "worldpop", "worldpop_files",
    "overpass", "worldcover", "pvgis", "geofabrik", "vida", "microsoft",
)  # fmt: skip


def raster(values: np.ndarray, west: float, north: float, step: float, nodata: float | None = None) -> bytes:
    with rasterio.MemoryFile() as memory:
        with memory.open(
            driver="GTiff", height=values.shape[0], width=values.shape[1], count=1, dtype=values.dtype.name,
            crs="EPSG:4326", transform=Affine(step, 0, west, 0, -step, north), nodata=nodata, compress="deflate",
        ) as dataset:  # fmt: skip
            dataset.write(values, 1)
        return bytes(memory.read())


def square(west: float, south: float, east: float, north: float) -> dict[str, Any]:
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def collection(*features: tuple[dict[str, Any], dict[str, Any]]) -> bytes:
    listed = [{"type": "Feature", "properties": told, "geometry": shape} for told, shape in features]
    return json.dumps({"type": "FeatureCollection", "features": listed}).encode()


def height_m(longitude: float, latitude: float) -> float:
    """A slope that rises to the north-east, with gentle waves."""
    return 2000 * (latitude + 17) + 3000 * (longitude - 35) + 20 * np.sin(300 * longitude)


TILE = re.compile(r"/dem(?:30)?/Copernicus_DSM_COG_(10|30)_([NS])(\d\d)_00_([EW])(\d{3})_00_DEM/")
LAND = {(-16, 35), (-17, 35), (40, 42), (40, 43), (0, 0), (0, -1), (-1, 0)}
"""South-west corners (latitude, longitude) of the tiles of heights that there are; GLO-30 lacks that of Armenia."""
COLUMNS = 200


def heights(path: str) -> bytes | None:
    """A tile of points, coarser than a real one: its first point lies on the corner, half a cell inside of its rim."""
    if (match := TILE.match(path)) is None:
        return None
    south, west = (int(match[k]) * (-1 if match[k - 1] in "SW" else 1) for k in (3, 5))
    if (south, west) not in LAND or (match[1] == "10" and (south, west) == (40, 43)):
        return None
    count = COLUMNS * (3 if match[1] == "10" else 1)
    step = 1 / count
    y, x = np.mgrid[0:count, 0:count]
    values = height_m(west + x * step, south + 1 - y * step).astype("float32")
    return raster(values, west - step / 2, south + 1 + step / 2, step)


def people() -> bytes:
    """Two villages of 3 × 3 cells with 20 people each, one lone cell with 3 people."""
    values = np.full((360, 360), -99999, dtype="float32")
    values[60:63, 240:243] = 20
    values[200:203, 100:103] = 20
    values[250, 250] = 3
    return raster(values, 35.35, -15.85, 0.3 / 360, nodata=-99999)


def trees() -> bytes:
    values = np.full((3600, 3600), 30, dtype="uint8")
    values[1000:1400, 800:1200] = 10
    return raster(values, 33.0, -15.0, 3 / 3600, nodata=0)


def houses() -> bytes:
    """Twelve houses 30 m apart in the east of the district, and ten thousand all over the country."""
    drawn = np.random.default_rng(5)
    x = np.concatenate([35.5 + np.arange(12) * 0.0003, drawn.uniform(33, 36, 10_000)])
    y = np.concatenate([np.full(12, -16.0), drawn.uniform(-17, -9, 10_000)])
    told = {"bf_source": "google", "confidence": 0.8, "area_in_meters": 40.0}
    shapes = shapely.box(x, y, x + 5e-5, y + 5e-5)
    frame = gpd.GeoDataFrame(told, geometry=shapes, crs="EPSG:4326", index=range(len(x)))
    with tempfile.TemporaryDirectory() as folder:
        frame.to_file(Path(folder) / "MWI.fgb", driver="FlatGeobuf")
        return (Path(folder) / "MWI.fgb").read_bytes()


OSM = """<?xml version="1.0" encoding="UTF-8"?>
<osm version="0.6" generator="Overpass API 0.7.62">
<note>The data included in this document is from www.openstreetmap.org. The data is made available under ODbL.</note>
<meta osm_base="2026-11-20T00:00:00Z"/>
<node id="1" lat="-16.05" lon="35.41"/><node id="2" lat="-16.05" lon="35.59"/>
<node id="3" lat="-16.09" lon="35.5"/><node id="4" lat="-15.91" lon="35.5"/>
<node id="5" lat="-15.902" lon="35.552"><tag k="place" v="village"/><tag k="name" v="Upper"/></node>
<way id="10"><nd ref="1"/><nd ref="2"/><tag k="power" v="line"/><tag k="voltage" v="33000"/></way>
<way id="11"><nd ref="3"/><nd ref="4"/><tag k="highway" v="tertiary"/></way>
</osm>
"""


def hourly() -> dict[str, Any]:
    """Two years of sunshine from six to eighteen hours, 500 W/m² then: 6.5 kWh a day."""
    rows = []
    for year in (2014, 2015):
        for day in np.arange(f"{year}-01-01", f"{year + 1}-01-01", dtype="datetime64[D]"):
            text = str(day).replace("-", "")
            for hour in range(24):
                sun = 500.0 if 6 <= hour <= 18 else 0.0
                rows.append({"time": f"{text}:{hour:02d}10", "G(i)": sun, "H_sun": 1.0, "T2m": 22.0, "Int": 0.0})
    return {"inputs": {"meteo_data": {"radiation_db": "PVGIS-ERA5"}}, "outputs": {"hourly": rows}, "meta": {}}


def cod_archive() -> bytes:
    levels = {1: [({"adm1_name": "Southern", "adm1_pcode": "MW3"}, square(WEST, SOUTH, EAST, NORTH))]}
    levels[3] = [
        ({"adm1_name": "Southern", "adm1_pcode": "MW3", "adm3_name": f"TA {half}", "adm3_pcode": code}, shape)
        for half, code, shape in (
            ("West", "MW30501", square(WEST, SOUTH, 35.5, NORTH)),
            ("East", "MW30502", square(35.5, SOUTH, EAST, NORTH)),
        )
    ]  # fmt: skip
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        for level, features in levels.items():
            archive.writestr(zipfile.ZipInfo(f"mwi_admin{level}.geojson"), collection(*features))
    return memory.getvalue()


class Imitation:
    """The server.

    Attributes
    ----------
    faults
        Names of what goes wrong: 'gone:<text of a path>' (404), 'shut:<text>' (403), 'busy:<text>' (429, once),
        'cut:<text>' (the connection ends at 60 %, once), 'short:<text>' (the same, and no length is said),
        'no ranges', 'lfs', 'remark', 'swap', 'wrong sum', 'html:<text>', 'changed:<text>' (another file after a cut).
    asked
        Method, path and headers of every request.
    answers, refused
        Part of a path → an answer of the test's own; pattern of a path → status and body.
    at_two_thirds
        Part of a path → what is called, once, when two thirds of an answer have been sent.
    """

    def __init__(self) -> None:
        self.faults: set[str] = set()
        self.asked: list[tuple[str, str, dict[str, str]]] = []
        self.answers: dict[str, bytes] = {}
        self.refused: dict[str, tuple[int, bytes]] = {}
        self.at_two_thirds: dict[str, Callable[[], None]] = {}
        self._bodies: dict[str, bytes] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        # clients that were killed leave connections behind
        self._server.handle_error = lambda request, address: None
        self.base = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def environment(self) -> dict[str, str]:
        return {f"INFRAGAP_FETCH_{name.upper()}": f"{self.base}/{name}" for name in NAMES}

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def body(self, path: str) -> bytes | None:
        if path not in self._bodies:
            made = self._made(path)
            if made is None:
                return None
            self._bodies[path] = made
        return self._bodies[path]

    def _made(self, path: str) -> bytes | None:
        if (own := next((body for part, body in self.answers.items() if part in path), None)) is not None:
            return own
        if path == "/hdx/api/3/action/package_show?id=cod-ab-mwi":
            url = "https://data.humdata.org/files/mwi_admin_boundaries.geojson.zip"
            resources = [
                {"name": "mwi_admin_boundaries.shp.zip", "format": "SHP", "url": "https://data.humdata.org/x.shp.zip"},
                {"name": "mwi_admin_boundaries.geojson.zip", "format": "GeoJSON", "url": url, "size": None},
            ]
            result = {"title": "Malawi - Subnational Administrative Boundaries", "license_title": "CC BY-IGO",
                      "organization": {"title": "OCHA"}, "resources": resources}  # fmt: skip
            return json.dumps({"success": True, "result": result}).encode()
        if path == "/hdx/files/mwi_admin_boundaries.geojson.zip":
            return cod_archive()
        if path.startswith("/geoboundaries/MWI/ADM3/"):
            url = "https://github.com/wmgeolab/geoBoundaries/raw/9469f09/releaseData/gbOpen/MWI/ADM3/x.geojson"
            told = {"boundaryID": "MWI-ADM3-1", "licenseDetail": "nan", "boundaryLicense": "CC BY 4.0",
                    "boundarySource": "National Statistical Office", "gjDownloadURL": url}  # fmt: skip
            return json.dumps(told).encode()
        if path == "/geoboundaries_files/gbOpen/MWI/ADM3/x.geojson":
            told = {"shapeName": "TA West", "shapeISO": "", "shapeID": "1B", "shapeGroup": "MWI", "shapeType": "ADM3"}
            return collection((told, square(WEST, SOUTH, EAST, NORTH)))
        if path.startswith("/dem"):
            return heights(path)
        if path == "/worldpop/pop/G2_CN_POP_R25A_100m?iso3=MWI":
            url = "https://data.worldpop.org/GIS/Population/Global_2015_2030/R2025A/2025/MWI/v1/mwi_pop.tif"
            record = {"id": "1", "popyear": "2025", "iso3": "MWI", "date": "2025-08-01", "citation": "WorldPop 2025",
                      "doi": "10.5258/SOTON/WP00839", "files": [url]}  # fmt: skip
            return json.dumps({"data": [{**record, "popyear": "2015"}, record]}).encode()
        if path.startswith("/worldpop_files/Global_2015_2030/"):
            return people()
        if path == "/overpass/interpreter":
            text = OSM.replace("</osm>", '<remark> runtime error: Query timed out in "query"</remark>\n</osm>')
            return (text if "remark" in self.faults else OSM).encode()
        if path.startswith("/worldcover/") and "S18E033" in path:
            return trees()
        if path.startswith("/pvgis/seriescalc"):
            return json.dumps(hourly()).encode()
        if path.startswith("/pvgis/PVcalc"):
            fixed = [{"month": month, "E_m": 120.0, "E_d": 4.0} for month in range(1, 13)]
            return json.dumps({"outputs": {"monthly": {"fixed": fixed}, "totals": {"l_spec": "?(0)"}}}).encode()
        if path == "/vida/flatgeobuf/by_country/country_iso=MWI/MWI.fgb":
            return houses()
        if path.startswith("/geofabrik/"):
            return country.answered(path.removeprefix("/geofabrik"), self.faults)
        if path.startswith("/vn_communes/"):
            return self._vietnam(path)
        return None

    def _vietnam(self, path: str) -> bytes | None:
        wards = [{"Code": "02647", "CodeName": "lao_cai"}, {"Code": "02671", "CodeName": "cam_duong"}]
        province = {"Code": "15", "Name": "Lào Cai", "NameEn": "Lao Cai", "CodeName": "lao_cai", "Wards": wards}
        if path.endswith("__20_49_07.json"):
            return json.dumps([province, {**province, "Code": "01", "Name": "Hà Nội", "NameEn": "Ha Noi",
                                          "CodeName": "ha_noi"}]).encode()  # fmt: skip
        for place, ward in enumerate(wards):
            if path.endswith(f"/15_lao_cai/wards/{ward['Code']}_{ward['CodeName']}.geojson"):
                told = {"code": ward["Code"], "name": ward["CodeName"], "fullName": ("Phường X", "Xã Y")[place]}
                shape = square(103.9 + place / 10, 22.3, 104.0 + place / 10, 22.4)
                return collection((told, {"type": "MultiPolygon", "coordinates": [shape["coordinates"]]}))
        return None

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        own = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: Any) -> None:
                """Keep silent."""

            def do_GET(self) -> None:
                self._answer()

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                self._answer()

            def _answer(self) -> None:
                own.asked.append((self.command, self.path, dict(self.headers)))
                if self.path.startswith("/overpass/") and "+" not in self.headers.get("User-Agent", ""):
                    return self._send(406, b"")
                for part, (status, body) in own.refused.items():
                    if re.search(part, self.path):
                        return self._send(status, body)
                for fault in sorted(own.faults):
                    kind, _, text = fault.partition(":")
                    if text and text in self.path:
                        if kind == "gone":
                            return self._send(404, b"<html>not here</html>")
                        if kind == "shut":
                            return self._send(403, b"<Error><Code>AccessDenied</Code></Error>")
                        if kind == "html":
                            return self._send(200, b"<html>please log in</html>")
                        if kind == "busy":
                            own.faults.discard(fault)
                            return self._send(429, b"", {"Retry-After": "1"})
                if self.path.startswith("/geoboundaries_files/gbOpen/"):
                    if "lfs" in own.faults:
                        return self._send(200, b"version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 9\n")
                    if self.path.count("again") < 2:
                        # two redirects before the file
                        return self._send(302, b"", {"Location": f"{self.path}?again=1"})
                if self.path.startswith("/hdx/") and "infragap/" not in self.headers.get("User-Agent", ""):
                    return self._send(403, b"<html>forbidden</html>")
                if self.path == "/hdx/files/mwi_admin_boundaries.geojson.zip" and "stored" in own.faults:
                    return self._send(302, b"", {"Location": "https://data.humdata.org/stored/a.zip?signed=1"})
                path = self.path.split("?again")[0]
                body = own.body(path)
                if body is None:
                    return self._send(404, b"<html>not here</html>")
                return self._file(body, path)

            def _file(self, body: bytes, path: str) -> None:
                mark = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
                asked, start, end = self.headers.get("Range"), 0, len(body)
                is_part = bool(asked) and "no ranges" not in own.faults and self.headers.get("If-Range", mark) == mark
                if is_part:
                    first, _, last = str(asked).removeprefix("bytes=").partition("-")
                    start, end = int(first), min(int(last or len(body)) + 1, len(body))
                rest = body[start:end]
                headers = {"ETag": mark, "Accept-Ranges": "bytes"}
                if is_part:
                    headers["Content-Range"] = f"bytes {start}-{end - 1}/{len(body)}"
                cut = next((f for f in own.faults if f.startswith("cut:") and f[4:] in path), None)
                short = next((f for f in own.faults if f.startswith("short:") and f[6:] in path), None)
                if short is not None:
                    # ends early and does not say how long it should be
                    own.faults.discard(short)
                    rest, self.close_connection = rest[: len(rest) * 6 // 10], True
                else:
                    headers["Content-Length"] = str(len(rest))
                self.send_response(206 if is_part else 200)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                if cut is not None:
                    own.faults.discard(cut)
                    self.wfile.write(rest[: len(rest) * 6 // 10])
                    self.close_connection = True
                    return
                name = next((name for name in own.at_two_thirds if name in path), None)
                if name is not None:
                    self.wfile.write(rest[: len(rest) * 2 // 3])
                    self.wfile.flush()
                    own.at_two_thirds.pop(name)()
                    rest = rest[len(rest) * 2 // 3 :]
                with contextlib.suppress(OSError):
                    self.wfile.write(rest)

            def _send(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
                self.send_response(status)
                for name, value in {**(headers or {}), "Content-Length": str(len(body))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

        return Handler


@contextlib.contextmanager
def imitating() -> Iterator[Imitation]:
    """Start a server, and stop it when the block ends."""
    imitation = Imitation()
    try:
        yield imitation
    finally:
        imitation.stop()
