"""Roads of a large OpenStreetMap extract, cut where they meet.

OSMnx makes an object of every node of a network and joins pieces of a street that have the same tags; for the roads of
a country that takes gigabytes and an hour. Here pieces end where a node belongs to several ways, to one way twice, or
where a way ends: the same lines, some of them in more pieces.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import osmium
import shapely

from infragap.gis.arrays import FloatArray, IntArray
from infragap.gis.osm import deleted_in, road_class_of, surface_of

EARTH_RADIUS_M = 6_371_009.0
"""That of OSMnx, so that lengths agree."""

SOURCE = "OpenStreetMap contributors, ODbL"

LARGE_NODES = 200_000
"""Nodes of roads, each counted in every way, beyond which an extract is read here."""


def is_large(path: Path) -> bool:
    """Whether the roads of an extract are too many for OSMnx."""
    with_highway = osmium.filter.KeyFilter("highway")
    count = 0
    for way in osmium.FileProcessor(str(path), osmium.osm.WAY).with_filter(with_highway):
        count += len(way.nodes) if isinstance(way, osmium.osm.Way) else 0
        if count > LARGE_NODES:
            return True
    return False


def streets_of(path: Path) -> gpd.GeoDataFrame:
    """Give the roads of an extract as the layer `roads`.

    Parameters
    ----------
    path
        OSM XML or PBF, its nodes before its ways.

    Returns
    -------
    GeoDataFrame
        Columns of `infragap.gis.schema.Roads`, EPSG:4326, sorted by road_id; empty where there are no roads.
    """
    runs = _read(path)
    refs = np.frombuffer(runs.refs, dtype=np.int64)
    points = np.frombuffer(runs.points, dtype=np.float64).reshape(-1, 2)
    run = np.repeat(np.arange(len(runs.lengths)), np.asarray(runs.lengths, dtype=np.int64))
    starts, ends = _pieces(refs, run)
    size = ends - starts + 1
    piece = np.repeat(np.arange(len(starts)), size)
    at = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size) + np.repeat(starts, size)
    lines = shapely.linestrings(points[at], indices=piece) if len(starts) else np.zeros(0, dtype=object)
    told = [runs.told[number] for number in run[starts]]
    layer = gpd.GeoDataFrame(
        {
            "road_id": _identifiers([one["way"] for one in told]),
            "name": [one["name"] for one in told],
            "road_class": [one["road_class"] for one in told],
            "surface": [one["surface"] for one in told],
            "length_km": _lengths_km(points, starts, ends),
            "is_bridge": [one["is_bridge"] for one in told],
            "provenance": "open-data",
            "source": SOURCE,
        },
        geometry=list(lines),
        crs="EPSG:4326",
    )
    return layer[layer["length_km"] > 0].sort_values("road_id").reset_index(drop=True)


@dataclass
class _Runs:
    """Stretches of neighbouring nodes that the extract holds, one after another.

    Attributes
    ----------
    refs, points
        Number, longitude and latitude of every node.
    lengths
        Nodes of each stretch.
    told
        What its way says.
    """

    refs: array[int] = field(default_factory=lambda: array("q"))
    points: array[float] = field(default_factory=lambda: array("d"))
    lengths: list[int] = field(default_factory=list)
    told: list[dict[str, Any]] = field(default_factory=list)

    def add(self, nodes: list[tuple[int, float, float]], told: dict[str, Any]) -> None:
        if len(nodes) < 2:
            return
        for ref, longitude, latitude in nodes:
            self.refs.append(ref)
            self.points.extend((longitude, latitude))
        self.lengths.append(len(nodes))
        self.told.append(told)


def _read(path: Path) -> _Runs:
    runs, deleted = _Runs(), deleted_in(path)
    with_highway = osmium.filter.KeyFilter("highway")
    for way in osmium.FileProcessor(str(path)).with_locations().with_filter(with_highway):
        if not isinstance(way, osmium.osm.Way) or ("way", way.id) in deleted:
            continue
        tags = dict(way.tags)
        road_class = road_class_of(tags["highway"])
        if road_class is None:
            continue
        told = {
            "way": way.id, "name": tags.get("name") or tags.get("ref"), "road_class": road_class,
            "surface": surface_of(tags.get("surface"), road_class), "is_bridge": tags.get("bridge", "no") != "no",
        }  # fmt: skip
        nodes: list[tuple[int, float, float]] = []
        for node in way.nodes:
            if node.location.valid() and ("node", node.ref) not in deleted:
                nodes.append((node.ref, node.lon, node.lat))
            else:
                runs.add(nodes, told)
                nodes = []
        runs.add(nodes, told)
    return runs


def _pieces(refs: IntArray, run: IntArray) -> tuple[IntArray, IntArray]:
    """Places of the first and last node of every piece."""
    if not len(refs):
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    _, which, count = np.unique(refs, return_inverse=True, return_counts=True)
    rim = np.ones(len(refs), dtype=bool)
    rim[1:-1] = (run[1:-1] != run[:-2]) | (run[1:-1] != run[2:])
    cuts = np.flatnonzero(rim | (count[which.ravel()] > 1))
    same = run[cuts[:-1]] == run[cuts[1:]]
    return cuts[:-1][same], cuts[1:][same]


def _lengths_km(points: FloatArray, starts: IntArray, ends: IntArray) -> FloatArray:
    """Lengths on the sphere."""
    longitude, latitude = np.radians(points).T
    half = (
        np.sin(np.diff(latitude) / 2) ** 2
        + np.cos(latitude[:-1]) * np.cos(latitude[1:]) * np.sin(np.diff(longitude) / 2) ** 2
    )
    along = np.append(0.0, np.cumsum(2 * EARTH_RADIUS_M / 1000 * np.arcsin(np.sqrt(half)))) if len(points) else half
    return np.asarray(along[ends] - along[starts])


def _identifiers(ways: list[int]) -> list[str]:
    """Identifier of each piece: that of its way, with a number along it where there are several."""
    count: dict[int, int] = {}
    for way in ways:
        count[way] = count.get(way, 0) + 1
    seen: dict[int, int] = {}
    names = []
    for way in ways:
        seen[way] = seen.get(way, 0) + 1
        names.append(f"osm-{way}-{seen[way]}" if count[way] > 1 else f"osm-{way}")
    return names
