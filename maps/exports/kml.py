"""Writes layers as KML and KMZ for Google Earth: a folder per layer, in it a folder per commune, colours of the pages,
values in words with their units."""

from __future__ import annotations

import html
import io
import re
import unicodedata
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import simplekml
from PIL import Image, ImageDraw

from infragap.analyses.columns import Column
from infragap.gis.crs import to_wgs84
from infragap.maps.exports.classes import Classes, classes
from infragap.maps.markers import CORNERS
from infragap.maps.shown import is_missing, reader
from infragap.profiles.naming import outward
from infragap.wording.catalogue import languages
from infragap.wording.country import spoken_profile

PROGRAM = "infragap"
COORDINATE_DIGITS = 6
BALLOON_CHARACTERS = 1900
FIXED_DATE = (2026, 1, 1, 0, 0, 0)
"""Date inside the archive, so that equal results give equal bytes."""
BETWEEN = "\0"
ICON_PX = 64
MOST_TOGETHER = 5_000
"""Of more features the archive has a document for each commune: Google Earth is slow with larger ones."""
NEAR_PX, EDGE = 96, 0.005
"""Width of a commune on the screen from which on its document is read, and degrees around its features."""
SHAPES = ("circle", *CORNERS)
"""White icons that the colour of a class tints."""
HALF = 0.31
"""Half width of an icon as share of its picture."""
UNWRITABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""Control characters beside tabs and ends of lines, halves of characters, and what is none: XML cannot hold them."""


@dataclass(frozen=True)
class _Field:
    """A column, what stands before and behind a value of it, and how its values are read."""

    column: str
    before: str
    after: str
    read: Callable[[Any], str]

    def written(self, value: Any) -> str:
        """Element of one value."""
        return f"{self.before}{html.escape(_clean(self.read(value)), quote=False)}{self.after}"


def write_kml(
    layers: Mapping[str, tuple[str, gpd.GeoDataFrame]], headings: Mapping[str, Sequence[Column]], path: Path
) -> None:
    """Write layers as KML, and beside it as KMZ, which brings the icons of the classes with it.

    Parameters
    ----------
    layers
        Layer name → (title, frame with `name` or an id in its first column, and `commune` where known).
    headings
        Layer name → columns to show, with their headings.
    path
        The KML file; the KMZ file has the same stem. With more than `MOST_TOGETHER` features the archive has a document
        for each commune, read when the map comes near, and the one KML file tells name, class and reason of each, not
        its values: with them no program would open it.
    """
    many = sum(len(frame) for _, frame in layers.values()) > MOST_TOGETHER
    document, icons = _document(layers, headings, with_values=not many)
    text = str(document.kml(format=False))
    path.write_text(text, encoding="utf-8")
    documents = _by_commune(layers, headings) if many else iter([("doc.kml", _with_icons(text, icons))])
    with zipfile.ZipFile(path.with_suffix(".kmz"), "w", zipfile.ZIP_DEFLATED) as archive:
        files = ((name, text.encode("utf-8")) for name, text in documents)
        pictures = ((f"icons/{shape}.png", _icon(shape)) for shape in SHAPES)
        for name, content in chain(files, pictures):
            entry = zipfile.ZipInfo(name, FIXED_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)


def _with_icons(text: str, icons: Sequence[tuple[simplekml.Style, str]]) -> str:
    """Text of a document with the icons of its archive: to write it a second time would take as long again."""
    for style, shape in icons:
        icon = style.iconstyle.icon
        text = text.replace(
            f'<Icon id="{icon.id}"><href>{icon.href}<', f'<Icon id="{icon.id}"><href>icons/{shape}.png<', 1
        )
    return text


def _by_commune(
    layers: Mapping[str, tuple[str, gpd.GeoDataFrame]], headings: Mapping[str, Sequence[Column]]
) -> Iterator[tuple[str, str]]:
    """Documents of an archive by name: the first links to one of each commune, read when the map comes near it."""
    frames = {name: (title, to_wgs84(frame)) for name, (title, frame) in layers.items()}
    parts: dict[tuple[str, str], dict[str, tuple[str, gpd.GeoDataFrame]]] = {}
    for name, (title, frame) in frames.items():
        keys = [
            (_clean(row.get("commune")), _clean(row.get("commune_code")))
            for row in frame.reindex(columns=["commune", "commune_code"]).to_dict("records")
        ]
        for key, rows in pd.Series(range(len(frame))).groupby(pd.Series(keys, dtype=object)):
            parts.setdefault(key, {})[name] = (title, frame.iloc[rows.tolist()])
    documents, names = {}, {}
    simplekml.Kml().resetidcounter()
    top = simplekml.Kml(name=PROGRAM)
    for number, key in enumerate(sorted(parts)):
        file, part = f"part_{number:04d}.kml", parts[key]
        west, south, east, north = np.array([frame.total_bounds for _, frame in part.values()]).T
        # what lies in no commune goes by the names of its layers
        names[file] = key[0] or ", ".join(title for title, _ in part.values())
        link = top.newnetworklink(name=names[file])
        link.link.href = file
        if key[0]:
            # features without a commune are in sight from the start
            link.link.viewrefreshmode = simplekml.ViewRefreshMode.onregion
            box = simplekml.LatLonAltBox(
                west=round(float(west.min()), 4) - EDGE,
                south=round(float(south.min()), 4) - EDGE,
                east=round(float(east.max()), 4) + EDGE,
                north=round(float(north.max()), 4) + EDGE,
            )
            link.region = simplekml.Region(box, simplekml.Lod(minlodpixels=NEAR_PX))
        documents[file] = part
    yield "doc.kml", str(top.kml(format=False))
    for file, part in documents.items():
        yield file, _archived(part, headings, names[file])


def _archived(
    part: Mapping[str, tuple[str, gpd.GeoDataFrame]], headings: Mapping[str, Sequence[Column]], name: str
) -> str:
    document, icons = _document(part, headings, name=name)
    return _with_icons(str(document.kml(format=False)), icons)


def _document(
    layers: Mapping[str, tuple[str, gpd.GeoDataFrame]],
    headings: Mapping[str, Sequence[Column]],
    *,
    with_values: bool = True,
    name: str = PROGRAM,
) -> tuple[simplekml.Kml, list[tuple[simplekml.Style, str]]]:
    """Document without icons, and the styles of its classes with the shape that each has in an archive."""
    # the counter of ids is the library's own and lives as long as the process: start it anew before the document
    simplekml.Kml().resetidcounter()
    kml = simplekml.Kml(name=name)
    icons = []
    for layer, (title, frame) in layers.items():
        top = kml.newfolder(name=title)
        folders: dict[str, Any] = {}
        how = classes().get(layer)
        styles = {code: _style(how, code) for code in how.colours} if how else {}
        icons += [(style, how.shapes.get(code, "circle")) for code, style in styles.items()] if how else []
        fields = _fields(headings[layer])
        for row in to_wgs84(frame).to_dict("records"):
            commune = _clean(row.get("commune")) or title
            folder = folders.get(commune) or folders.setdefault(commune, top.newfolder(name=commune))
            style = styles.get(how.code_of(row.get(how.column, ""))) if how else None
            _add_feature(folder, row, fields, style, with_values)
    return kml, icons


def _style(how: Classes, code: str) -> simplekml.Style:
    """Style of a class: the colour of the pages."""
    colour = simplekml.Color.hex(how.colours[code].removeprefix("#"))
    style = simplekml.Style()
    style.iconstyle.color, style.iconstyle.scale = colour, 0.7
    style.labelstyle.scale = 0.7
    style.linestyle.color, style.linestyle.width = colour, 2 + 2 * how.widths.get(code, 0.4)
    style.polystyle.color = simplekml.Color.changealphaint(110 if how.filled else 0, colour)
    return style


def _fields(columns: Sequence[Column]) -> list[_Field]:
    language = languages()[0]
    return [
        _Field(
            column.name,
            *_around(outward(column.name, spoken_profile()), html.escape(column.heading(language), quote=False)),
            reader(language, column),
        )
        for column in columns
    ]


def _around(name: str, heading: str) -> tuple[str, str]:
    """What stands before and behind the values of a column, as the library writes it: an object for each value of a
    large layer takes gigabytes."""
    before, _, after = str(simplekml.Data(name, BETWEEN, heading)).partition(BETWEEN)
    return before, after


def _icon(shape: str) -> bytes:
    """White marker with a dark edge; Google Earth multiplies it with the colour of the class."""
    size = ICON_PX - 1
    image = Image.new("RGBA", (ICON_PX, ICON_PX), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    if shape in CORNERS:
        corners = [((0.5 + HALF * x) * size, (0.5 + HALF * y) * size) for x, y in CORNERS[shape]]
        draw.polygon(corners, fill="white", outline=(40, 40, 40, 255), width=4)
    else:
        draw.ellipse((4, 4, size - 4, size - 4), fill="white", outline=(40, 40, 40, 255), width=4)
    out = io.BytesIO()
    image.save(out, format="PNG", optimize=True)
    return out.getvalue()


def _add_feature(
    folder: Any, row: Mapping[str, Any], fields: Sequence[_Field], style: simplekml.Style | None, with_values: bool
) -> None:
    geometry = row["geometry"]
    name = _clean(row.get("name")) or _clean(row.get(fields[0].column))
    # the file shows one language, the main one of the country
    language = languages()[0]
    reason = _clean(row.get(f"reason_{language}"))
    values = "".join(
        field.written(value)
        for field in fields
        if with_values and not field.column.startswith("reason_") and not is_missing(value := row.get(field.column))
    )
    for part in getattr(geometry, "geoms", [geometry]):
        if part is None or part.is_empty:
            continue
        if part.geom_type == "Point":
            feature = folder.newpoint(name=name, coords=_coordinates(part.coords))
        elif part.geom_type == "LineString":
            feature = folder.newlinestring(name=name, coords=_coordinates(part.coords))
        else:
            feature = folder.newpolygon(name=name, outerboundaryis=_coordinates(part.exterior.coords))
        if style is not None:
            feature.style = style
        if reason:
            # a balloon is read as HTML
            feature.description = html.escape(reason[:BALLOON_CHARACTERS])
        if values:
            feature.extendeddata.datas.append(values)


def _coordinates(coordinates: Iterable[tuple[float, ...]]) -> list[tuple[float, float]]:
    return [(round(c[0], COORDINATE_DIGITS), round(c[1], COORDINATE_DIGITS)) for c in coordinates]


def _clean(value: Any) -> str:
    """Text that XML can hold: NFC, no control characters."""
    return UNWRITABLE.sub("", "" if is_missing(value) else unicodedata.normalize("NFC", str(value)))
