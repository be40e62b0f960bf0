"""An extract of a made-up country and the index that names it, as Geofabrik gives them."""

import hashlib
import json
import tempfile
from pathlib import Path
from typing import Any

import osmium
from osmium.osm.mutable import Node, Relation, Way

NEWEST, BEFORE = "malawi-261127", "malawi-261126"

NODES = {
    1: (35.41, -16.05), 2: (35.59, -16.05), 3: (35.5, -16.09), 4: (35.5, -15.91), 5: (35.552, -15.902),
    # far outside, and a road that leaves the box
    20: (33.0, -12.0), 21: (33.1, -12.0), 22: (36.2, -15.95),
    # a lake of two ways, and one around a good part of the north
    30: (35.45, -16.0), 31: (35.46, -16.0), 32: (35.46, -15.99), 33: (35.45, -15.99),
    40: (34.0, -11.0), 41: (34.1, -11.0), 42: (34.1, -10.9), 43: (34.0, -10.9),
    # a line whose ends lie outside
    50: (35.3, -15.98), 51: (35.7, -15.98),
}  # fmt: skip
WAYS: dict[int, tuple[list[int], dict[str, str]]] = {
    10: ([1, 2], {"power": "line", "voltage": "33000"}),
    11: ([3, 4], {"highway": "tertiary"}),
    12: ([20, 21], {"highway": "primary"}),
    13: ([4, 22], {"highway": "secondary"}),
    14: ([50, 51], {"power": "line", "voltage": "66000"}),
    15: ([1, 3], {"building": "yes"}),
    16: ([30, 31, 32], {}),
    17: ([32, 33, 30], {}),
    18: ([40, 41, 42, 43, 40], {}),
}
RELATIONS = {7: ([16, 17], {"type": "multipolygon", "natural": "water", "name": "Pond"}),
             8: ([18], {"type": "multipolygon", "natural": "water"})}  # fmt: skip
PLACES = {5: {"place": "village", "name": "Upper"}, 20: {"place": "town", "name": "Far"}}


def extract() -> bytes:
    """The country."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "country.osm.pbf"
        header = osmium.io.Header()
        header.set("osmosis_replication_timestamp", "2026-11-27T21:20:00Z")
        with osmium.SimpleWriter(str(path), header=header) as writer:
            for number, place in NODES.items():
                writer.add_node(Node(id=number, location=place, tags=PLACES.get(number, {})))
            for number, (nodes, tags) in WAYS.items():
                writer.add_way(Way(id=number, nodes=nodes, tags=tags))
            for number, (ways, tags) in RELATIONS.items():
                writer.add_relation(Relation(id=number, members=[("w", way, "outer") for way in ways], tags=tags))
        return path.read_bytes()


def _region(name: str, outline: list[float] | None, codes: list[str] | None, parent: str | None) -> dict[str, Any]:
    where = f"{'africa/' if parent == 'malawi' else ''}{parent}/{name}" if parent else name
    urls = {"pbf": f"https://download.geofabrik.de/{where}-latest.osm.pbf"}
    told = {"id": name, "name": name.capitalize(), "parent": parent, "iso3166-1:alpha2": codes, "urls": urls}
    shape = None
    if outline is not None:
        w, s, e, n = outline
        shape = {"type": "MultiPolygon", "coordinates": [[[[w, s], [e, s], [e, n], [w, n], [w, s]]]]}
    return {"type": "Feature", "geometry": shape, "properties": {key: v for key, v in told.items() if v is not None}}


def index() -> dict[str, Any]:
    """Continents without code, a country, a region of three countries, a part without code."""
    features = [
        _region("africa", [-20, -40, 60, 40], None, None),
        _region("malawi", [32.5, -17.2, 36.0, -9.3], ["MW"], "africa"),
        _region("great-lakes", [28.0, -17.2, 36.5, -1.0], ["MW", "RW", "BI"], "africa"),
        _region("southern-malawi", [34.0, -17.2, 36.0, -14.5], None, "malawi"),
        _region("asia", [60, -10, 150, 60], None, None),
        _region("malaysia-singapore-brunei", [98, 0, 120, 8], ["MY", "SG", "BN"], "asia"),
        _region("russia", [40, 60, 150, 80], ["RU"], None),
    ]
    return {"type": "FeatureCollection", "features": features}


def answered(path: str, faults: set[str]) -> bytes | None:
    """What the server gives for a path; None: nothing."""
    whole = extract()
    if path == "/index-v1.json":
        return json.dumps(index()).encode()
    md5 = hashlib.md5(whole if "wrong sum" not in faults else b"", usedforsecurity=False).hexdigest()
    name = NEWEST if "swap" in faults else BEFORE
    if path in ("/africa/malawi-latest.osm.pbf.md5", "/africa/malawi/southern-malawi-latest.osm.pbf.md5"):
        return f"{md5}  {name}.osm.pbf\n".encode()
    if path.endswith(f"/{BEFORE}.osm.pbf.md5"):
        return f"{md5}  {BEFORE}.osm.pbf\n".encode()
    return whole if path.endswith(f"/{BEFORE}.osm.pbf") else None
