"""Writes layers as KML for Google Earth: a folder per layer, in it a folder per commune, values with Vietnamese
headings."""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import geopandas as gpd
import numpy as np
import simplekml

from infragap.analyses.columns import Column
from infragap.gis.crs import to_wgs84
from infragap.profiles.naming import outward
from infragap.wording.country import spoken_profile

COORDINATE_DIGITS = 6
BALLOON_CHARACTERS = 1900
LANGUAGE = "vi"
"""Language of titles and headings: the file shows one."""


def write_kml(
    layers: Mapping[str, tuple[str, gpd.GeoDataFrame]], headings: Mapping[str, Sequence[Column]], path: Path
) -> None:
    """Write layers as KML: a folder per layer, in it a folder per commune, values as ExtendedData.

    Parameters
    ----------
    layers
        Layer name → (Vietnamese title, frame with `name` or an id in its first column, and `commune` where known).
    headings
        Layer name → columns to show, with their Vietnamese headings.
    """
    # the counter of ids is the library's own and lives as long as the process: start it anew before the document
    simplekml.Kml().resetidcounter()
    kml = simplekml.Kml(name="infragap")
    for layer, (title, frame) in layers.items():
        top = kml.newfolder(name=title)
        folders: dict[str, Any] = {}
        for row in to_wgs84(frame).to_dict("records"):
            commune = _text(row.get("commune")) or title
            folder = folders.get(commune) or folders.setdefault(commune, top.newfolder(name=commune))
            _add_feature(folder, row, headings[layer])
    path.write_text(kml.kml(format=False), encoding="utf-8")


def _add_feature(folder: Any, row: Mapping[str, Any], columns: Sequence[Column]) -> None:
    geometry = row["geometry"]
    name = _text(row.get("name")) or _text(row.get(columns[0].name))
    for part in getattr(geometry, "geoms", [geometry]):
        if part is None or part.is_empty:
            continue
        if part.geom_type == "Point":
            feature = folder.newpoint(name=name, coords=_coordinates(part.coords))
        elif part.geom_type == "LineString":
            feature = folder.newlinestring(name=name, coords=_coordinates(part.coords))
        else:
            feature = folder.newpolygon(name=name, outerboundaryis=_coordinates(part.exterior.coords))
        reason = _text(row.get("reason_vi"))
        if reason:
            # a balloon is read as HTML
            feature.description = html.escape(reason[:BALLOON_CHARACTERS])
        for column in columns:
            value = row.get(column.name)
            if column.name != "reason_vi" and value is not None and not (isinstance(value, float) and np.isnan(value)):
                feature.extendeddata.newdata(
                    name=outward(column.name, spoken_profile()),
                    value=escape(_text(value)),
                    displayname=escape(column.heading(LANGUAGE)),
                )


def _coordinates(coordinates: Iterable[tuple[float, ...]]) -> list[tuple[float, float]]:
    return [(round(c[0], COORDINATE_DIGITS), round(c[1], COORDINATE_DIGITS)) for c in coordinates]


def _text(value: Any) -> str:
    """Text that XML can hold: NFC, no control characters."""
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return ""
    text = unicodedata.normalize("NFC", f"{value:.6g}" if isinstance(value, float) else str(value))
    return "".join(
        c for c in text if c in "\n\t" or (unicodedata.category(c) not in ("Cc", "Cs") and c not in "\ufffe\uffff")
    )
