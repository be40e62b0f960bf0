"""Reading vector layers and tables: GeoPackage, GeoJSON, Shapefile, KML, FlatGeobuf, CSV and XLSX.

`read_layer` reads what the catalogue lists and validates it; `read_vector` reads one file as it is. Coordinates stay in the CRS of the
file until `infragap.gis.crs` moves them.
"""

from __future__ import annotations

import json
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import pyogrio.errors
import pyproj
import shapely

from infragap.gis import schema
from infragap.gis.crs import datum_fault
from infragap.gis.errors import LayerError, MissingDataError
from infragap.gis.reading.osm_layers import SUFFIXES as OSM_SUFFIXES
from infragap.gis.reading.osm_layers import is_osm, read_osm_layer
from infragap.gis.reading.points import AxisOrder, with_points
from infragap.gis.reading.tables import decode, read_table, require_file

TABLE_SUFFIXES = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm")
VECTOR_SUFFIXES = (
    ".gpkg", ".geojson", ".json", ".geojsonl", ".shp", ".zip", ".kml", ".kmz", ".fgb", ".gdb", ".gml", ".gpx", ".tab", ".mif",
)  # fmt: skip
PARQUET_SUFFIXES = (".parquet", ".geoparquet")
FORMATS = (*VECTOR_SUFFIXES, *PARQUET_SUFFIXES, *OSM_SUFFIXES, *TABLE_SUFFIXES)
"""Endings that are read. What GDAL can read beyond these may fetch from the network or run code (VRT, WFS by file, PDF), and stays out."""


def read_vector(
    path: Path,
    *,
    layer: str = "layer",
    crs: pyproj.CRS | str | None = None,
    sheet: str | None = None,
    x: str | None = None,
    y: str | None = None,
    axis_order: AxisOrder = "xy",
    encoding: str | None = None,
) -> gpd.GeoDataFrame:
    """Read a layer with geometry, without validating its columns.

    Parameters
    ----------
    path
        File, or folder of an unpacked shapefile.
    layer
        Name for messages; it also picks the layer of that name in a file with several.
    crs
        CRS of a file that states none. For tables with headings X and Y it is the VN-2000 projection they are written in.
    sheet
        Layer of a GeoPackage or KML, sheet of a workbook.
    x, y
        Coordinate columns of a table; by default found by their usual Vietnamese and English headings.
    axis_order
        'vn2000': column `x` is the northing and `y` the easting, as Vietnamese tables write it.
    encoding
        Encoding of a text file or shapefile that is not UTF-8.

    Returns
    -------
    GeoDataFrame
        RangeIndex in the order of the file, two-dimensional geometry, CRS of the file (or `crs`); texts in NFC.

    Raises
    ------
    MissingDataError
        No such file.
    LayerError
        It cannot be read, is cut off, is in a wrong encoding, has coordinates that are no numbers, or states no CRS.
    """
    require_file(path, layer=layer)
    if path.suffix.lower() in TABLE_SUFFIXES:
        table = read_table(path, layer=layer, sheet=sheet, encoding=encoding)
        return with_points(table, layer=layer, crs=crs, x=x, y=y, axis_order=axis_order)
    if is_osm(path):
        frame = read_osm_layer(path, sheet or layer)
    elif path.suffix.lower() in PARQUET_SUFFIXES:
        frame = _read_parquet(path, layer=layer)
    else:
        frame = _read_ogr(_ogr_source(path, layer=layer), path, layer=layer, sheet=sheet, encoding=encoding)
    if path.suffix.lower() in (".shp", ".zip") or (path.is_dir() and path.suffix.lower() != ".gdb"):
        frame = _full_names(frame, layer=layer)
    if path.suffix.lower() in (".kml", ".kmz") and "Name" in frame.columns and "name" not in frame.columns:
        frame = frame.rename(columns={"Name": "name"})
    if frame.crs is None and crs is not None:
        frame = frame.set_crs(crs)
    if frame.crs is None:
        raise LayerError(
            f"{layer}: {path.name} has no CRS (all {len(frame)} rows). Write it into the file (QGIS: Set layer CRS) or as `crs` of the layer in catalog.toml."
        )
    fault = datum_fault(frame.crs)
    if fault:
        raise LayerError(f"{layer}: {path.name}: {fault}")
    frame.geometry = shapely.force_2d(frame.geometry.to_numpy())
    return frame.reset_index(drop=True)


def _ogr_source(path: Path, *, layer: str) -> str:
    suffix = path.suffix.lower()
    if path.is_dir() and suffix != ".gdb":
        shapes = sorted(path.glob("*.shp"))
        if len(shapes) != 1:
            raise LayerError(
                f"{layer}: the folder {path.name} holds {len(shapes)} .shp files. Name the one to read as `file` in catalog.toml."
            )
        return str(shapes[0])
    if suffix not in VECTOR_SUFFIXES:
        raise LayerError(f"{layer}: {path.name} is of no known format. Use one of {', '.join(FORMATS)}.")
    if suffix == ".zip":
        try:
            with zipfile.ZipFile(path) as archive:
                shapes_inside = sorted(name for name in archive.namelist() if name.lower().endswith(".shp"))
        except zipfile.BadZipFile as error:
            raise LayerError(
                f"{layer}: {path.name} is cut off or not a ZIP file ({error}). Copy or download it again."
            ) from error
        if len(shapes_inside) != 1:
            raise LayerError(
                f"{layer}: {path.name} holds {len(shapes_inside)} .shp files. Pack exactly one shapefile into it."
            )
        return f"/vsizip/{path.resolve().as_posix()}/{shapes_inside[0]}"
    if suffix == ".gpkg":
        _require_whole_gpkg(path, layer=layer)
    if suffix in (".geojson", ".json"):
        _require_utf8_json(path, layer=layer)
    return str(path)


def _read_parquet(path: Path, *, layer: str) -> gpd.GeoDataFrame:
    try:
        return gpd.read_parquet(path)
    except (ValueError, OSError, KeyError, shapely.errors.GEOSException) as error:
        raise LayerError(
            f"{layer}: {path.name} cannot be read as GeoParquet ({error}). Export it again with its geometry."
        ) from error


def _require_whole_gpkg(path: Path, *, layer: str) -> None:
    # GDAL may read a cut-off file up to the cut and stop there; SQLite's own check does not let that pass
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as database:
            answer = database.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.DatabaseError as error:
        answer = str(error)
    if answer != "ok":
        raise LayerError(
            f"{layer}: {path.name} is cut off or damaged, no row can be trusted ({answer}). Copy or export the GeoPackage again."
        )


def _require_utf8_json(path: Path, *, layer: str) -> None:
    text = decode(path, layer=layer)
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        raise LayerError(
            f"{layer}: {path.name} is cut off or not JSON (line {error.lineno}: {error.msg}). Export the GeoJSON again."
        ) from error


def _read_ogr(source: str, path: Path, *, layer: str, sheet: str | None, encoding: str | None) -> gpd.GeoDataFrame:
    try:
        listed = [str(name) for name in pyogrio.list_layers(source)[:, 0]]
        text_encoding = encoding or _shapefile_encoding(source)
        parts = [
            pyogrio.read_dataframe(source, layer=name, encoding=text_encoding)
            for name in _chosen(listed, path, layer=layer, sheet=sheet)
        ]
    except (
        pyogrio.errors.DataSourceError,
        pyogrio.errors.DataLayerError,
        pyogrio.errors.FeatureError,
        pyogrio.errors.GeometryError,
    ) as error:
        raise LayerError(
            f"{layer}: {path.name} cannot be read, it is cut off or damaged ({error}). Copy or export it again."
        ) from error
    except UnicodeDecodeError as error:
        raise LayerError(
            f"{layer}: the texts of {path.name} are not UTF-8 ({error}). Save the layer with encoding UTF-8, or name its encoding in catalog.toml."
        ) from error
    frames = [part for part in parts if isinstance(part, gpd.GeoDataFrame)]
    if not frames:
        raise LayerError(
            f"{layer}: {path.name} holds a table without geometry (all rows). Export the layer with its geometry."
        )
    return frames[0] if len(frames) == 1 else gpd.GeoDataFrame(pd.concat(frames, ignore_index=True), crs=frames[0].crs)


def _chosen(listed: list[str], path: Path, *, layer: str, sheet: str | None) -> list[str]:
    if sheet is not None:
        if sheet not in listed:
            raise MissingDataError(
                f"{layer}: {path.name} has no layer '{sheet}', only {', '.join(listed)}. Correct `sheet` in catalog.toml."
            )
        return [sheet]
    if len(listed) == 1 or path.suffix.lower() in (".kml", ".kmz"):
        # the folders of a KML are one layer
        return listed
    if layer in listed:
        return [layer]
    raise LayerError(
        f"{layer}: {path.name} holds several layers ({', '.join(listed)}). Name the right one as `sheet` in catalog.toml."
    )


def _shapefile_encoding(source: str) -> str | None:
    """UTF-8 for a shapefile that does not state its encoding; GDAL would take it for Latin-1 and garble Vietnamese."""
    if not source.lower().endswith(".shp"):
        return None
    if source.startswith("/vsizip/"):
        archive, inside = source.removeprefix("/vsizip/").split(".zip/", 1)
        with zipfile.ZipFile(f"/{archive.lstrip('/')}.zip") as opened:
            states = {name.lower() for name in opened.namelist()}
        return None if f"{inside[:-4]}.cpg".lower() in states else "UTF-8"
    path = Path(source)
    return None if any(path.with_suffix(suffix).exists() for suffix in (".cpg", ".CPG")) else "UTF-8"


def _full_names(frame: gpd.GeoDataFrame, *, layer: str) -> gpd.GeoDataFrame:
    """Give a shapefile's columns, cut to ten letters, their schema names where only one fits."""
    model = schema.LAYERS.get(layer)
    if model is None:
        return frame
    known = model.to_schema().columns
    missing = [name for name in known if name not in frame.columns]
    renamed = {}
    for column in frame.columns.difference(list(known), sort=False):
        fits = [name for name in missing if len(str(column)) == 10 and name.startswith(str(column))]
        if len(fits) == 1:
            renamed[column] = fits[0]
    return frame.rename(columns=renamed)
