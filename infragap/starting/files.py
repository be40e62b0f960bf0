"""Which layer each file of a folder is, by geometry, name and columns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import rasterio

from infragap.gis import schema
from infragap.gis.errors import InfragapError
from infragap.gis.reading.files import require_file
from infragap.gis.reading.osm_layers import READABLE, is_osm, read_osm_layer
from infragap.gis.reading.tables import read_table
from infragap.gis.reading.vector import FORMATS, TABLE_SUFFIXES, read_vector
from infragap.starting.vocabulary import LAYER_WORDS, folded

RASTER_SUFFIXES = (".tif", ".tiff", ".vrt", ".asc", ".img", ".hgt")
OURS = ("datapackage.json", "pack.schema.json", "forms.xlsx", "forms.gpkg", "sources.json")
"""Files that infragap has written itself; the catalogue that came with the forms reads these."""

BASE = "base/"
"""Folder of what layers are made from and what is none itself."""

LEAST_SCORE = 1.0
FROM_OSM = ("roads", "grid_lines", "substations", "settlements", "rivers", "lakes")
"""Layers that an OpenStreetMap extract gives where no other file does; places without households ask for them."""

LONGITUDE_WORDS = ("longitude", "lon", "lng", "long", "x", "xcoord", "pointx", "easting")
LATITUDE_WORDS = ("latitude", "lat", "y", "ycoord", "pointy", "northing")


@dataclass(frozen=True)
class Found:
    """One layer in a file.

    Attributes
    ----------
    file
        Path inside the folder.
    part
        Layer or sheet inside the file; None where it is the only one.
    frame
        Rows as read; None for rasters.
    crs
        Of the file; None where it states none.
    layer
        Name of the layer that it is likely to be; empty where nothing says so.
    score
        How much speaks for it.
    x, y
        Columns of the coordinates of a table.
    """

    file: str
    part: str | None
    frame: gpd.GeoDataFrame | pd.DataFrame | None
    crs: str | None
    layer: str
    score: float
    x: str | None = None
    y: str | None = None


def found_in(folder: Path) -> tuple[list[Found], list[str]]:
    """Look at all files of a folder.

    Returns
    -------
    tuple
        One entry per layer, the likeliest file for each, in the order of `schema`; and a sentence for each file that
        could not be used.
    """
    found: list[Found] = []
    problems: list[str] = []
    extracts: list[Path] = []
    for path in sorted(p for p in folder.rglob("*") if p.is_file() and not p.name.startswith(".")):
        relative = path.relative_to(folder).as_posix()
        if path.name.startswith("catalog.toml") or path.name in OURS or relative.startswith(BASE):
            continue
        if is_osm(path):
            extracts.append(path)
            continue
        try:
            here = list(_layers_of(path, relative))
        except (InfragapError, OSError, ValueError, RuntimeError) as error:
            problems.append(f"{relative}: {error}")
            continue
        problems += [f"{relative}: which layer is it?" for item in here if not item.layer]
        found += [item for item in here if item.layer]
    best = _best_of_each(found, problems)
    for path in extracts:
        best |= {name: item for name, item in _of_extract(path, folder).items() if name not in best}
    order = (*schema.LAYERS, *schema.RASTERS)
    return sorted(best.values(), key=lambda item: order.index(item.layer)), problems


def _best_of_each(found: list[Found], problems: list[str]) -> dict[str, Found]:
    best: dict[str, Found] = {}
    for item in sorted(found, key=lambda item: (-item.score, item.file, item.part or "")):
        if item.layer not in best:
            best[item.layer] = item
        else:
            problems.append(f"{item.file}: {item.layer} is taken from {best[item.layer].file}; is this another layer?")
    return best


def _layers_of(path: Path, relative: str) -> Iterator[Found]:
    suffix = path.suffix.lower()
    if suffix in RASTER_SUFFIXES:
        with rasterio.open(path) as dataset:
            crs, bands = dataset.crs, dataset.count
        name = "runoff" if bands == 12 else _by_name(relative, tuple(schema.RASTERS))[0] or ""
        yield Found(relative, None, None, None if crs is None else crs.to_string(), name, 1.0)
    elif suffix in TABLE_SUFFIXES:
        table = read_table(path, layer="file")
        x, y = _column(table, LONGITUDE_WORDS), _column(table, LATITUDE_WORDS)
        if x is not None and y is not None:
            degrees = pd.to_numeric(table[x], errors="coerce").abs().max() <= 180
            name, score = _judged(table, relative, "Point")
            yield Found(relative, None, table, "EPSG:4326" if degrees else None, name, score, x, y)
        else:
            name, score = _judged(table, relative, "")
            yield Found(relative, None, table, None, name, score)
    elif suffix in FORMATS:
        parts = [str(part) for part, _ in pyogrio.list_layers(path)] if suffix == ".gpkg" else [None]
        for part in parts:
            frame = read_vector(path, layer="file", sheet=part)
            kind = frame.geom_type.dropna().mode().iloc[0] if len(frame) else ""
            name, score = _judged(frame, f"{relative}/{part or ''}", kind.removeprefix("Multi"))
            yield Found(
                relative, part if len(parts) > 1 else None, frame, frame.crs and frame.crs.to_string(), name, score
            )


def _of_extract(path: Path, folder: Path) -> dict[str, Found]:
    require_file(path, layer="file")
    relative, found = path.relative_to(folder).as_posix(), {}
    for name in FROM_OSM:
        if name in READABLE:
            try:
                frame = read_osm_layer(path, name)
            except InfragapError:
                continue
            found[name] = Found(relative, None, frame, "EPSG:4326", name, 0.5)
    return found


def _judged(frame: pd.DataFrame, path: str, geometry: str) -> tuple[str, float]:
    """Layer that rows of a geometry are most likely to be: by words in the path, and by columns of the schema."""
    fitting = [name for name, kinds in schema.GEOMETRY.items() if (geometry in kinds if geometry else kinds == ())]
    named, score = _by_name(path, tuple(fitting))
    scores = {name: (score if name == named else 0.0) + _columns_shared(frame, name) for name in fitting}
    if not scores:
        return "", 0.0
    best = max(sorted(scores), key=lambda name: scores[name])
    return (best, scores[best]) if scores[best] >= LEAST_SCORE else ("", 0.0)


def _by_name(path: str, names: tuple[str, ...]) -> tuple[str, float]:
    text = folded(path.rsplit(".", 1)[0])
    hits = [(len(word), name) for name in names for word in LAYER_WORDS.get(name, ()) if word in text]
    return (max(hits)[1], 2.0) if hits else ("", 0.0)


def _columns_shared(frame: pd.DataFrame, name: str) -> float:
    """Two for the layer's own identifier among the columns, and the share of its columns that are there."""
    columns = list(schema.LAYERS[name].to_schema().columns)
    share = sum(column in frame.columns for column in columns) / max(1, len(columns))
    own = schema.ID_COLUMN.get(name, "")
    return share + (2.0 if own in frame.columns and own != "commune_code" else 0.0)


def _column(table: pd.DataFrame, words: tuple[str, ...]) -> str | None:
    by_fold = {folded(column): str(column) for column in table.columns}
    return next((by_fold[word] for word in words if word in by_fold), None)
