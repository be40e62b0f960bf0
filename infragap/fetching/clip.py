"""An extract of a country cut to a box: what is taken of OpenStreetMap there, as PBF.

Ways and lakes that reach into the box are kept whole, as the shared server gives them. The places of the country's
nodes lie in a file, not in memory; memory grows with what is kept.
"""

from __future__ import annotations

import tempfile
from array import array
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import osmium
import shapely
from osmium.osm.mutable import Node

from infragap.fetching.client import FetchError
from infragap.fetching.grounds import Box
from infragap.fetching.tags import NODE, RELATION, WAY, is_selected, keys_of

UNITS = 10_000_000
"""OpenStreetMap keeps places as whole numbers of this part of a degree."""

MADE_AT = "osmosis_replication_timestamp"


def clip_extract(source: Path, box: Box, target: Path) -> str:
    """Write what an extract holds of a box.

    Parameters
    ----------
    source
        PBF of a country, its objects in order.
    box
        West, south, east, north [°].
    target
        PBF to be written.

    Returns
    -------
    str
        Time of the data as the extract states it, empty where it does not.

    Raises
    ------
    FetchError
        The extract cannot be read, or holds nothing of the box.
    """
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        try:
            return _Clip(source, box, Path(folder)).write(target)
        except (RuntimeError, OSError) as error:
            raise FetchError(f"{source.name} cannot be cut to the box ({error})") from error


class _Clip:
    """One extract and one box, with what has been kept so far."""

    def __init__(self, source: Path, box: Box, folder: Path) -> None:
        self.source, self.folder = source, folder
        self.inside = _Inside(box)
        places = osmium.index.create_map(f"sparse_file_array,{folder / 'places'}")
        self.locations = osmium.NodeLocationsForWays(places)
        self.locations.ignore_errors()

    def write(self, target: Path) -> str:
        nodes = _Nodes(self.inside)
        self._over(osmium.osm.NODE, osmium.filter.KeyFilter(*keys_of(NODE)), nodes)
        members = self._relations()
        files = [self.folder / "ways.osm.pbf", self.folder / "members.osm.pbf"]
        with osmium.SimpleWriter(str(files[0])) as writer:
            ways = _Ways(self.inside, writer)
            self._over(osmium.osm.WAY, osmium.filter.KeyFilter(*keys_of(WAY)), ways)
        touching = _Touching(self.inside)
        self._among({way for own in members.values() for way in own}, touching)
        kept = {number: own for number, own in members.items() if touching.found.intersection(own)}
        with osmium.SimpleWriter(str(files[1])) as writer:
            more = _Ways(None, writer)
            self._among({way for own in kept.values() for way in own} - ways.kept, more)
        if not (ways.kept or nodes.found or kept):
            raise FetchError(f"{self.source.name} holds nothing of the box")
        with osmium.io.Reader(str(self.source), osmium.osm.NOTHING) as reader:
            made_at = reader.header().get(MADE_AT, "")
        header = osmium.io.Header()
        header.set("sorting", "Type_then_ID")
        with osmium.SimpleWriter(str(target), header=header) as writer:
            _write_nodes(writer, nodes, ways, more)
            for pair in osmium.zip_processors(*(osmium.FileProcessor(str(path)) for path in files)):
                writer.add(next(way for way in pair if way is not None))
            if kept:
                chosen = osmium.filter.IdFilter(sorted(kept))
                for relation in osmium.FileProcessor(str(self.source), osmium.osm.RELATION).with_filter(chosen):
                    writer.add(relation)
        return str(made_at)

    def _over(self, kinds: Any, chosen: Any, handler: Any) -> None:
        """Hand the chosen objects over; all others stay outside of Python."""
        with osmium.io.Reader(str(self.source), kinds) as reader:
            osmium.apply(reader, self.locations, chosen, handler)

    def _among(self, numbers: Iterable[int], handler: Any) -> None:
        if ordered := sorted(numbers):
            self._over(osmium.osm.WAY, osmium.filter.IdFilter(ordered), handler)

    def _relations(self) -> dict[int, list[int]]:
        """Ways of each relation that is taken if it reaches into the box."""
        chosen = osmium.filter.KeyFilter(*keys_of(RELATION))
        return {
            item.id: [member.ref for member in item.members if member.type == WAY]
            for item in osmium.FileProcessor(str(self.source), osmium.osm.RELATION).with_filter(chosen)
            if isinstance(item, osmium.osm.Relation) and is_selected(RELATION, dict(item.tags))
        }


class _Inside:
    """The box, in the whole numbers of the format."""

    def __init__(self, box: Box) -> None:
        self.west, self.south, self.east, self.north = (round(value * UNITS) for value in box)
        self._shape = shapely.box(self.west, self.south, self.east, self.north)

    def holds(self, x: int, y: int) -> bool:
        return self.west <= x <= self.east and self.south <= y <= self.north

    def touches(self, points: list[tuple[int, int]]) -> bool:
        """Whether a way, or the area that it closes, reaches into the box."""
        if any(self.holds(x, y) for x, y in points):
            return True
        xs, ys = [x for x, _ in points], [y for _, y in points]
        if max(xs) < self.west or min(xs) > self.east or max(ys) < self.south or min(ys) > self.north:
            return False
        is_area = len(points) > 3 and points[0] == points[-1]
        shape = shapely.make_valid(shapely.Polygon(points)) if is_area else shapely.LineString(points)
        return bool(shape.intersects(self._shape))


class _Nodes(osmium.SimpleHandler):
    """Nodes that are taken for their own sake."""

    def __init__(self, inside: _Inside) -> None:
        super().__init__()
        self.inside, self.found = inside, dict[int, Node]()

    def node(self, node: Any) -> None:
        place = node.location
        if place.valid() and self.inside.holds(place.x, place.y) and is_selected(NODE, tags := dict(node.tags)):
            self.found[node.id] = Node(id=node.id, location=(place.lon, place.lat), tags=tags)


class _Ways(osmium.SimpleHandler):
    """Ways that reach into the box, or all where there is none, written down with their nodes."""

    def __init__(self, inside: _Inside | None, writer: Any) -> None:
        super().__init__()
        self.inside, self.writer, self.kept = inside, writer, set[int]()
        self.refs, self.x, self.y = array("q"), array("i"), array("i")

    def way(self, way: Any) -> None:
        if self.inside is not None and not is_selected(WAY, dict(way.tags)):
            return
        nodes = [(node.ref, node.x, node.y) for node in way.nodes if node.location.valid()]
        if len(nodes) < 2 or (self.inside is not None and not self.inside.touches([node[1:] for node in nodes])):
            return
        self.kept.add(way.id)
        self.writer.add_way(way)
        for ref, x, y in nodes:
            self.refs.append(ref)
            self.x.append(x)
            self.y.append(y)


class _Touching(osmium.SimpleHandler):
    """Numbers of the ways that reach into the box, whatever their tags."""

    def __init__(self, inside: _Inside) -> None:
        super().__init__()
        self.inside, self.found = inside, set[int]()

    def way(self, way: Any) -> None:
        points = [(node.x, node.y) for node in way.nodes if node.location.valid()]
        if len(points) > 1 and self.inside.touches(points):
            self.found.add(way.id)


def _write_nodes(writer: Any, tagged: _Nodes, *ways: _Ways) -> None:
    """Write the nodes of the ways and those that are taken for their own sake, by number."""
    refs, x, y = (np.concatenate([np.frombuffer(getattr(one, name), dtype=name_of) for one in ways])
                  for name, name_of in (("refs", np.int64), ("x", np.int32), ("y", np.int32)))  # fmt: skip
    refs, first = np.unique(refs, return_index=True)
    x, y = x[first] / UNITS, y[first] / UNITS
    numbers = np.union1d(refs, np.fromiter(tagged.found, dtype=np.int64, count=len(tagged.found)))
    at = np.searchsorted(refs, numbers)
    for number, place in zip(numbers.tolist(), at.tolist(), strict=True):
        node = tagged.found.get(number)
        writer.add_node(node or Node(id=number, location=(float(x[place]), float(y[place]))))
