"""OpenStreetMap roads as an OSMnx graph: from a local extract (XML or PBF) or from an Overpass server.

OSM's tags become this project's road classes and surfaces by the two tables below. Both ways of reading keep every
component of the network and every change of class, surface or bridge along a street; none of them joins anything that
OSM has not joined. `infragap.gis.roads.to_roads_layer` turns the result into a `infragap.gis.schema.Roads` layer.
OSMnx is loaded where it is used: it takes long, and most packs have no layer of OSM.
"""

from __future__ import annotations

import json
import re
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import networkx as nx
import osmium
import requests
from osmium.osm.mutable import Way
from shapely import MultiPolygon, Polygon

from infragap.gis.errors import LayerError, MissingDataError

ROAD_CLASS_OF_HIGHWAY: dict[str, str] = {
    "motorway": "expressway",
    "trunk": "national",
    "primary": "national",
    "secondary": "provincial",
    "tertiary": "commune",
    "unclassified": "commune",
    "residential": "commune",
    "living_street": "commune",
    "service": "commune",
    "road": "commune",
    "track": "track",
    "path": "track",
}
"""OSM `highway` → road class; `_link` roads take the class of the road they lead to. Other values are not roads for
wheels.

National roads (quốc lộ) carry `trunk` or `primary` in Vietnam, provincial roads (đường tỉnh) `secondary`; `path` counts
as a track because village paths in these mountains carry motorbikes (assumption).
"""

SURFACE_OF_TAG: dict[str, str] = {
    "asphalt": "asphalt",
    "chipseal": "asphalt",
    "paved": "asphalt",
    "concrete": "concrete",
    "concrete:lanes": "concrete",
    "concrete:plates": "concrete",
    "paving_stones": "concrete",
    "sett": "concrete",
    "cobblestone": "gravel",
    "compacted": "gravel",
    "fine_gravel": "gravel",
    "gravel": "gravel",
    "pebblestone": "gravel",
    "rock": "gravel",
    "unpaved": "earth",
    "dirt": "earth",
    "earth": "earth",
    "grass": "earth",
    "ground": "earth",
    "mud": "earth",
    "sand": "earth",
    "clay": "earth",
}
"""OSM `surface` → surface."""

DEFAULT_SURFACE: dict[str, str] = {
    "expressway": "asphalt",
    "national": "asphalt",
    "provincial": "asphalt",
    "commune": "concrete",
    "track": "earth",
}
"""Surface of a class where OSM has no usable `surface` tag (assumption)."""

_ACCEPTED = sorted(ROAD_CLASS_OF_HIGHWAY) + [
    f"{kind}_link" for kind in ("motorway", "primary", "secondary", "tertiary", "trunk")
]
_DELETED = re.compile(rb"<(node|way) (?=[^>]*action=['\"]delete['\"])[^>]*?\bid=['\"](-?\d+)['\"]")
_WAY_TAGS = ["bridge", "highway", "name", "oneway", "ref", "surface"]
_KEPT_APART = ["bridge", "highway", "surface"]


def road_class_of(highway: str) -> str | None:
    """Road class of an OSM `highway` value (the first of several), or None where it is no road for wheels.

    Examples
    --------
    >>> road_class_of("trunk_link"), road_class_of("tertiary;residential"), road_class_of("steps")
    ('national', 'commune', None)
    """
    return ROAD_CLASS_OF_HIGHWAY.get(highway.split(";")[0].strip().removesuffix("_link"))


def surface_of(tag: str | None, road_class: str) -> str:
    """Surface of an OSM `surface` value; the default of its class where the tag is missing or says nothing."""
    return SURFACE_OF_TAG.get((tag or "").split(";")[0].strip(), DEFAULT_SURFACE[road_class])


def read_osm_extract(path: Path) -> nx.MultiDiGraph[Any]:
    """Road graph from a local OpenStreetMap extract.

    Parameters
    ----------
    path
        OSM XML (`.osm`, also `.osm.gz` and `.osm.bz2`) or PBF (`.osm.pbf`); the ending tells which.

    Returns
    -------
    networkx.MultiDiGraph
        As OSMnx makes it, in EPSG:4326, simplified, all components kept. `graph["ways_cut"]` counts ways of which the
        extract holds only a part (their nodes lie outside): those parts are kept, not bridged.

    Raises
    ------
    MissingDataError
        No such file.
    LayerError
        The file cannot be read as OSM data, or has no roads.
    """
    if not path.is_file():
        raise MissingDataError(f"no OpenStreetMap extract at {path}")
    with tempfile.TemporaryDirectory() as folder:
        roads_xml = Path(folder) / "roads.osm"
        try:
            ways, cut = _write_highways(path, roads_xml)
        except RuntimeError as error:
            raise LayerError(f"{path.name}: cannot be read as OpenStreetMap data ({error})") from error
        if ways == 0:
            raise LayerError(f"{path.name}: no way with a known highway value ({', '.join(_ACCEPTED[:6])}, …)")
        import osmnx

        with _osmnx_settings(useful_tags_way=_WAY_TAGS, use_cache=False):
            graph = osmnx.graph_from_xml(roads_xml, simplify=False, retain_all=True)
    graph.graph["ways_cut"] = cut
    return _simplified(graph)


def download_roads(
    polygon: Polygon | MultiPolygon,
    *,
    overpass_url: str = "https://overpass-api.de/api",
    cache_folder: Path | None = None,
    timeout_s: float = 180.0,
    ask_for_slot: bool = True,
) -> nx.MultiDiGraph[Any]:
    """Road graph inside a polygon from an Overpass server, with OSMnx's own waiting for a free slot.

    Parameters
    ----------
    polygon
        Area in degrees, EPSG:4326.
    overpass_url
        Base address of the server (`/interpreter` and `/status` are added).
    cache_folder
        Where answers are kept for the next call; None keeps none.
    timeout_s
        Longest time for one request [s].
    ask_for_slot
        Whether the server's status is asked first, and a free slot waited for (public servers want it, one's own may
        not).

    Returns
    -------
    networkx.MultiDiGraph
        As `read_osm_extract`.

    Raises
    ------
    MissingDataError
        The server cannot be reached or does not answer with data.
    LayerError
        It answers, and has no roads there.
    """
    import osmnx

    changed: dict[str, Any] = {
        "overpass_url": overpass_url,
        "overpass_rate_limit": ask_for_slot,
        "requests_timeout": timeout_s,
        "use_cache": cache_folder is not None,
        "useful_tags_way": _WAY_TAGS,
    }
    if cache_folder is not None:
        changed["cache_folder"] = cache_folder
    pattern = "|".join(_ACCEPTED)
    try:
        with _osmnx_settings(**changed):
            graph = osmnx.graph_from_polygon(
                polygon,
                simplify=False,
                retain_all=True,
                truncate_by_edge=True,
                custom_filter=f'["highway"~"^({pattern})$"]',
            )
    except osmnx._errors.InsufficientResponseError as error:  # noqa: SLF001 (OSMnx exports its errors nowhere else)
        raise LayerError(f"the Overpass server at {overpass_url} has no roads in this area ({error})") from error
    except (requests.RequestException, json.JSONDecodeError, osmnx._errors.ResponseStatusCodeError) as error:  # noqa: SLF001
        raise MissingDataError(
            f"no roads from the Overpass server at {overpass_url}: {error}. Give a local extract instead."
        ) from error
    graph.graph["ways_cut"] = 0
    return _simplified(graph)


def _write_highways(source: Path, target: Path) -> tuple[int, int]:
    """Write the roads of an extract, with the nodes that it has, as OSM XML; returns (ways kept, ways cut)."""
    deleted = deleted_in(source)
    wanted = set[int]()
    for way in _highways(source, deleted):
        for node in way.nodes:
            wanted.add(node.ref)
    present = set[int]()
    kept = cut = 0
    with osmium.SimpleWriter(str(target), overwrite=True) as writer:
        for item in osmium.FileProcessor(str(source), osmium.osm.NODE):
            if isinstance(item, osmium.osm.Node) and item.id in wanted and ("node", item.id) not in deleted:
                present.add(item.id)
                writer.add(item)
        for way in _highways(source, deleted):
            runs = list(_runs([node.ref for node in way.nodes], present))
            for number, run in enumerate(runs):
                # parts after the first get an identifier that neither OSM nor an editor uses
                part = -(10**15 + abs(way.id) * 1000 + number)
                writer.add(Way(base=way, nodes=run, id=way.id if number == 0 else part))
            kept += len(runs)
            cut += sum(len(run) for run in runs) < len(way.nodes)
    return kept, cut


def _highways(source: Path, deleted: frozenset[tuple[str, int]]) -> Iterator[osmium.osm.Way]:
    """Ways of a road for wheels; of several values ('tertiary;residential') the first counts."""
    with_highway = osmium.filter.KeyFilter("highway")
    for way in osmium.FileProcessor(str(source), osmium.osm.WAY).with_filter(with_highway):
        if not isinstance(way, osmium.osm.Way) or ("way", way.id) in deleted:
            continue
        if (way.tags.get("highway") or "").split(";")[0].strip() in _ACCEPTED:
            yield way


def deleted_in(source: Path) -> frozenset[tuple[str, int]]:
    """Give the objects that an editor (JOSM) has marked as deleted in its file and not yet sent: kind and number."""
    if source.suffix.lower() != ".osm":
        return frozenset()
    found = set()
    with source.open("rb") as stream:
        for line in stream:
            if b"delete" in line and (mark := _DELETED.search(line)):
                found.add((mark[1].decode(), int(mark[2])))
    return frozenset(found)


def _runs(references: list[int], present: set[int]) -> Iterator[list[int]]:
    """Stretches of at least two neighbouring nodes that the extract holds."""
    run: list[int] = []
    for reference in [*references, None]:
        if reference is not None and reference in present:
            run.append(reference)
            continue
        if len(run) > 1:
            yield run
        run = []


def _simplified(graph: nx.MultiDiGraph[Any]) -> nx.MultiDiGraph[Any]:
    """Drop the nodes that only give a street its shape, but keep those where class, surface or bridge change."""
    import osmnx

    return osmnx.simplify_graph(graph, edge_attrs_differ=_KEPT_APART)


@contextmanager
def _osmnx_settings(**changed: Any) -> Iterator[None]:
    """OSMnx keeps its settings in a module, and redirects `socket.getaddrinfo` for good; this puts both back."""
    import osmnx

    before = {name: getattr(osmnx.settings, name) for name in changed}
    resolve = socket.getaddrinfo
    for name, value in changed.items():
        setattr(osmnx.settings, name, value)
    try:
        yield
    finally:
        socket.getaddrinfo = resolve
        for name, value in before.items():
            setattr(osmnx.settings, name, value)
