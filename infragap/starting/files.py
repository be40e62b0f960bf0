"""Which layer each file of a folder is, by geometry, name and columns."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import rasterio

from infragap.gis import schema
from infragap.gis.errors import InfragapError
from infragap.gis.reading.files import require_file
from infragap.gis.reading.osm_layers import READABLE, is_osm, read_osm_layer
from infragap.gis.reading.tables import read_table
from infragap.gis.reading.vector import FORMATS, TABLE_SUFFIXES, read_vector
from infragap.starting.vocabulary import LAYER_WORDS, column_for, folded

RASTER_SUFFIXES = (".tif", ".tiff", ".vrt", ".asc", ".img", ".hgt")
OURS = ("datapackage.json", "pack.schema.json", "forms.xlsx", "forms.gpkg", "sources.json")
"""Files that infragap has written itself; the catalogue that came with the forms reads these."""

BASE = "base/"
"""Folder of what layers are made from and what is none itself."""

LEAST_SCORE = 1.0
NAMED = 3.0
"""Score up to which a name and shared columns bring a layer; above it stands its own identifier."""
FROM_OSM = ("roads", "grid_lines", "substations", "settlements", "rivers", "lakes")
"""Layers that an OpenStreetMap extract gives where no other file does; places without households ask for them."""

WHICH_LAYER = "which layer is it? Name the file after it, such as grid_lines or roads, and run this again"
MOST_TITLES = 9
"""Rows above the headings at most."""
HEIGHT_TYPES = ("int16", "int32", "uint16", "float32", "float64")
LOWEST_M, HIGHEST_M, MANY_HEIGHTS = -500, 9_000, 20
"""Heights on land, and different ones from which on a raster is no map of classes (assumption)."""

LONGITUDE_WORDS = ("longitude", "lon", "lng", "long", "x", "xcoord", "pointx", "easting", "longitud", "gpslongitude",
                   "longdd", "londd", "xlongitude", "este")  # fmt: skip
LATITUDE_WORDS = ("latitude", "lat", "y", "ycoord", "pointy", "northing", "latitud", "gpslatitude", "latdd",
                  "ylatitude", "norte")  # fmt: skip


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
    why
        What a layer is taken for that its name does not say; empty where the name does.
    heading_row
        Row of the headings of a table with titles above them.
    """

    file: str
    part: str | None
    frame: gpd.GeoDataFrame | pd.DataFrame | None
    crs: str | None
    layer: str
    score: float
    x: str | None = None
    y: str | None = None
    why: str = ""
    heading_row: int | None = None


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
    for path in _sources(folder):
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
        problems += [f"{relative}: {WHICH_LAYER}" for item in here if not item.layer]
        found += [item for item in here if item.layer]
    best = _places_first(_best_of_each(found, problems))
    for path in extracts:
        best |= {name: item for name, item in _of_extract(path, folder).items() if name not in best}
    order = (*schema.LAYERS, *schema.RASTERS)
    return sorted(best.values(), key=lambda item: order.index(item.layer)), problems


def _sources(folder: Path) -> list[Path]:
    """Files, and file geodatabases, which are folders of files."""
    everything = sorted(p for p in folder.rglob("*") if not p.name.startswith("."))
    bases = [p for p in everything if p.is_dir() and p.suffix.lower() == ".gdb"]
    files = [p for p in everything if p.is_file() and not any(base in p.parents for base in bases)]
    return sorted([*files, *bases])


def _places_first(best: dict[str, Found]) -> dict[str, Found]:
    """Take the only list of places for the settlements: without them there is nothing to plan for."""
    if "settlements" in best or "villages" not in best or best["villages"].score > NAMED:
        return best
    why = "guess: the only list of places; those that have the grid already are to be taken out"
    item = dataclasses.replace(best["villages"], layer="settlements", why=why)
    return {name: each for name, each in best.items() if name != "villages"} | {"settlements": item}


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
        why = "" if name else _like_heights(path)
        yield Found(relative, None, None, None if crs is None else crs.to_string(), name or "elevation" * bool(why),
                    1.0 if name else 0.5, why=why)  # fmt: skip
    elif suffix in TABLE_SUFFIXES:
        table, heading_row = _table_in(path)
        x, y = _column(table, LONGITUDE_WORDS), _column(table, LATITUDE_WORDS)
        if x is not None and y is not None:
            degrees = pd.to_numeric(table[x], errors="coerce").abs().max() <= 180
            name, score, why = _judged(table, relative, "Point")
            crs = "EPSG:4326" if degrees else None
            yield Found(relative, None, table, crs, name, score, x, y, why, heading_row)
        else:
            name, score, why = _judged(table, relative, "")
            yield Found(relative, None, table, None, name, score, why=why, heading_row=heading_row)
    elif suffix in FORMATS:
        parts = [str(part) for part, _ in pyogrio.list_layers(path)] if suffix in (".gpkg", ".gdb") else [None]
        for part in parts:
            frame = read_vector(path, layer="file", sheet=part)
            kind = frame.geom_type.dropna().mode().iloc[0] if len(frame) else ""
            name, score, why = _judged(frame, f"{relative}/{part or ''}", kind.removeprefix("Multi"))
            crs = frame.crs and frame.crs.to_string()
            yield Found(relative, part if len(parts) > 1 else None, frame, crs, name, score, why=why)


def _table_in(path: Path) -> tuple[pd.DataFrame, int | None]:
    """Read a table, and the row of its headings where titles stand above them: the first row below which there are
    columns of coordinates, or of people."""
    first: pd.DataFrame | None = None
    refused: InfragapError | None = None
    for row in (None, *range(2, MOST_TITLES + 2)):
        try:
            table = read_table(path, layer="file", heading_row=row)
        except InfragapError as error:
            refused = refused or error
            continue
        if first is None and row is None:
            first = table
        places = _column(table, LONGITUDE_WORDS) and _column(table, LATITUDE_WORDS)
        if places or (row is None and len(table.columns) > 1 and column_for(table, "households")):
            return table, None if row is None else int(table.attrs["heading_row"])
    if first is None:
        raise refused or AssertionError
    return first, None


def _like_heights(path: Path) -> str:
    """Why a raster without a telling name may be heights; empty where it cannot."""
    with rasterio.open(path) as dataset:
        if dataset.count != 1 or dataset.crs is None or dataset.dtypes[0] not in HEIGHT_TYPES:
            return ""
        small = dataset.read(1, out_shape=(1, min(dataset.height, 200), min(dataset.width, 200)), masked=True)
    values = small.compressed()
    differing = len(np.unique(values)) > MANY_HEIGHTS
    if not differing or values.min() < LOWEST_M or values.max() > HIGHEST_M:
        return ""
    return f"guess: one band of numbers from {values.min():.0f} to {values.max():.0f} can be heights"


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


def _judged(frame: pd.DataFrame, path: str, geometry: str) -> tuple[str, float, str]:
    """Layer that rows of a geometry are most likely to be, by words in the path and by columns of the schema; points
    with people or households are settlements where nothing else is said."""
    fitting = [name for name, kinds in schema.GEOMETRY.items() if (geometry in kinds if geometry else kinds == ())]
    named, score = _by_name(path, tuple(fitting))
    scores = {name: (score if name == named else 0.0) + _columns_shared(frame, name) for name in fitting}
    if not scores:
        return "", 0.0, ""
    best = max(sorted(scores), key=lambda name: scores[name])
    if scores[best] >= LEAST_SCORE:
        return best, scores[best], ""
    counted = column_for(frame, "households") or column_for(frame, "population")
    if geometry == "Point" and counted is not None:
        return "settlements", 0.5, f"guess: points with '{counted}' are places to be supplied"
    return "", 0.0, ""


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
