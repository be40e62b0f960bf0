"""Layers of an OpenStreetMap extract: roads, power lines, stations, places, schools, rivers and lakes, by their tags.

What OpenStreetMap does not know (households, supply) is not made up: `[layer.columns]` or `[layer.defaults]` of the
catalogue say it.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import osmium
import pandas as pd
import shapely
import shapely.wkb

from infragap.gis.findings import fault
from infragap.gis.osm import read_osm_extract
from infragap.gis.reading.files import DAMAGED
from infragap.gis.reading.osm_streets import is_large, streets_of
from infragap.gis.roads import to_roads_layer

SUFFIXES = (".osm", ".osm.gz", ".osm.bz2", ".pbf")

Tags = Mapping[str, str]
Row = dict[str, Any]

FROM_OSM = "OpenStreetMap"

NO_THEME = fault(
    "osm.no_layer", reason="OpenStreetMap knows roads, lines, stations, places, schools and waters, no households"
)
NOTHING = fault("osm.nothing", reason="an extract without any object of a layer is of another area or was filtered")


@dataclass(frozen=True)
class Theme:
    """How one layer is found in OpenStreetMap.

    Attributes
    ----------
    key, values
        Tag by which an object belongs to the layer; no values: any.
    shape
        point, line or area.
    row
        Columns of the schema from the tags.
    id_column
        Gets the kind and number of the object, such as 'w123'.
    """

    key: str
    values: tuple[str, ...]
    shape: str
    row: Callable[[Tags], Row]
    id_column: str

    def holds(self, tags: Tags) -> bool:
        """Whether an object with these tags belongs to the layer."""
        return self.key in tags and (not self.values or tags[self.key] in self.values)


def voltage_kv(text: str) -> float | None:
    """Highest voltage of a tag in kV: '33000;11000' is 33, '33 kV' is 33; None where it says no number.

    Examples
    --------
    >>> voltage_kv("33000;11000"), voltage_kv("33 kV"), voltage_kv("high")
    (33.0, 33.0, None)
    """
    found = []
    for part in re.split(r"[;,/]", text):
        match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*(kv|v)?\s*", part, flags=re.IGNORECASE)
        if match:
            number, unit = float(match[1]), (match[2] or "").lower()
            # OpenStreetMap writes volts; small numbers without a unit are mappers' kilovolts
            found.append(number if unit == "kv" or (not unit and number < 1000) else number / 1000)
    return max(found, default=None)


def _power_line(tags: Tags) -> Row:
    return {
        "voltage_kv": voltage_kv(tags.get("voltage", "")), "feeder": tags.get("ref") or tags.get("name"),
        "conductor": tags.get("conductor"), "status": "existing", "operator": tags.get("operator"),
    }  # fmt: skip


def _station(tags: Tags) -> Row:
    return {
        "name": tags.get("name") or tags.get("ref") or "station", "voltage_kv": voltage_kv(tags.get("voltage", "")),
        "status": "existing",
        "capacity_mva": None, "load_mva": None,
    }  # fmt: skip


def _place(tags: Tags) -> Row:
    people = re.sub(r"[ ,.](?=\d{3})", "", tags.get("population", ""))
    return {
        "name": tags.get("name"),
        "kind": tags["place"],
        "population": float(people) if re.fullmatch(r"\d+", people) else None,
    }


def _named(tags: Tags) -> Row:
    return {"name": tags.get("name")}


def _river(tags: Tags) -> Row:
    return {"name": tags.get("name"), "is_major": tags["waterway"] == "river"}


def _school(tags: Tags) -> Row:
    return {"name": tags.get("name"), "isced_level": tags.get("isced:level"), "capacity_pupils": None}


PLACES = ("city", "town", "village", "hamlet", "isolated_dwelling", "suburb", "neighbourhood", "quarter")

THEMES: dict[str, Theme] = {
    "grid_lines": Theme("power", ("line", "minor_line", "cable"), "line", _power_line, "line_id"),
    "substations": Theme("power", ("substation",), "point", _station, "substation_id"),
    "settlements": Theme("place", PLACES, "point", _place, "settlement_id"),
    "villages": Theme("place", PLACES, "point", _place, "village_id"),
    "schools": Theme("amenity", ("school",), "point", _school, "school_id"),
    "rivers": Theme("waterway", ("river", "stream", "canal"), "line", _river, "river_id"),
    "lakes": Theme("natural", ("water",), "area", _named, "lake_id"),
}
"""Layer → how it is found; roads are read as a network, see `infragap.gis.osm`."""

READABLE = ("roads", *THEMES)


def is_osm(path: Path) -> bool:
    """Tell an OpenStreetMap extract by its name."""
    return path.name.lower().endswith(SUFFIXES)


def read_osm_layer(path: Path, layer: str) -> gpd.GeoDataFrame:
    """Read one layer of an OpenStreetMap extract.

    Parameters
    ----------
    path
        OSM XML or PBF.
    layer
        One of `READABLE`.

    Returns
    -------
    GeoDataFrame
        EPSG:4326, sorted by id; columns of the schema that the tags give. Points of stations and schools that are drawn
        as areas are points inside them.

    Raises
    ------
    LayerError
        The layer is none that OpenStreetMap has, the file cannot be read, or holds nothing of it.
    """
    if layer == "roads":
        return _roads(path)
    theme = THEMES.get(layer)
    if theme is None:
        raise NO_THEME.error(layer, file=path.name, layers=", ".join(READABLE))
    try:
        with _in_order(path) as ordered:
            rows = sorted(
                _rows(ordered, theme), key=lambda row: (row[theme.id_column][0], int(row[theme.id_column][1:]))
            )
    except (RuntimeError, OSError) as error:
        raise DAMAGED.error(layer, file=path.name, reason=str(error)) from error
    if not rows:
        wanted = f"{theme.key}={'|'.join(theme.values) or '*'}"
        raise NOTHING.error(layer, file=path.name, wanted=wanted)
    frame = pd.DataFrame(rows)
    return gpd.GeoDataFrame(frame.drop(columns="geometry"), geometry=list(frame["geometry"]), crs="EPSG:4326")


def _roads(path: Path) -> gpd.GeoDataFrame:
    """Roads as a network; those of a large extract in pieces between crossings."""
    try:
        if not (path.is_file() and is_large(path)):
            return to_roads_layer(read_osm_extract(path))
        with _in_order(path) as ordered:
            return streets_of(ordered)
    except (RuntimeError, OSError) as error:
        raise DAMAGED.error("roads", file=path.name, reason=str(error)) from error


@contextmanager
def _in_order(path: Path) -> Iterator[Path]:
    """Give an extract whose objects come in the order of their numbers: areas cannot be put together otherwise, and
    editors save files unordered."""
    with osmium.io.Reader(str(path), osmium.osm.NOTHING) as reader:
        if reader.header().get("sorting", "") == "Type_then_ID":
            yield path
            return
    last: tuple[str, float] = ("", 0.0)
    for item in osmium.FileProcessor(str(path)):
        # the format's order: kinds, then 0, -1, -2, …, 1, 2, …
        here = (item.type_str(), item.id if item.id > 0 else -1 / (1 - item.id))
        if here[0] == last[0] and here[1] < last[1]:
            break
        last = here
    else:
        yield path
        return
    with tempfile.TemporaryDirectory() as folder:
        ordered = Path(folder) / "ordered.osm.pbf"
        with osmium.SimpleWriter(str(ordered)) as writer:
            merge = osmium.MergeInputReader()
            merge.add_file(str(path))
            merge.apply(_Copy(writer), simplify=False)
        yield ordered


class _Copy(osmium.SimpleHandler):
    def __init__(self, writer: Any) -> None:
        super().__init__()
        self.node, self.way, self.relation = writer.add_node, writer.add_way, writer.add_relation


def _rows(path: Path, theme: Theme) -> Iterator[Row]:
    wanted = osmium.filter.KeyFilter(theme.key)
    factory = osmium.geom.WKBFactory()
    objects = osmium.FileProcessor(str(path)).with_locations()
    # areas are put together from closed ways and multipolygon relations, in a second pass over the file
    for item in (objects if theme.shape == "line" else objects.with_areas(wanted)).with_filter(wanted):
        tags = dict(item.tags)
        if theme.holds(tags) and (shape := _shape(item, theme.shape, factory)) is not None:
            yield {theme.id_column: _identity(item), **theme.row(tags), "geometry": shape, "source": FROM_OSM}


def _identity(item: Any) -> str:
    if item.is_area():
        return f"{'w' if item.from_way() else 'r'}{item.orig_id()}"
    return f"{item.type_str()}{item.id}"


def _shape(item: Any, wanted: str, factory: Any) -> Any:
    """Shape of an object as the layer wants it, None where it has none: ways that an extract cuts off, other kinds of
    objects."""
    try:
        if wanted == "line" and item.is_way():
            points = [(node.lon, node.lat) for node in item.nodes if node.location.valid()]
            return shapely.LineString(points) if len(set(points)) > 1 else None
        if item.is_area():
            area = shapely.wkb.loads(factory.create_multipolygon(item), hex=True)
            if wanted == "area":
                return shapely.get_geometry(area, 0) if shapely.get_num_geometries(area) == 1 else area
            return shapely.make_valid(area).representative_point() if wanted == "point" else None
        if wanted == "point" and item.is_node():
            return shapely.Point(item.lon, item.lat)
    except (RuntimeError, osmium.InvalidLocationError):
        return None
    return None
