"""Reading a file with geometry: GeoPackage, GeoJSON, Shapefile, KML, FlatGeobuf, or a table with coordinate columns.

Coordinates stay in the CRS of the file until `infragap.gis.crs` moves them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio
import pyproj
import shapely

from infragap.gis.crs import datum_fault
from infragap.gis.errors import InfragapError, MissingDataError
from infragap.gis.findings import Finding, fault
from infragap.gis.reading.files import (
    DAMAGED,
    FORMAT,
    UNKNOWN_SUFFIX,
    limits,
    open_archive,
    require_file,
    require_format,
    require_gpkg,
    require_plain_xml,
    require_size,
    require_text_size,
    unpack,
)
from infragap.gis.reading.geojson import whole_geojson
from infragap.gis.reading.osm_layers import SUFFIXES as OSM_SUFFIXES
from infragap.gis.reading.osm_layers import is_osm, read_osm_layer
from infragap.gis.reading.points import AxisOrder, with_points
from infragap.gis.reading.shapefile import full_names, shapefile_in, texts_decoded
from infragap.gis.reading.tables import read_table
from infragap.gis.reading.text import decode_bytes
from infragap.process_wide import UNWARNED

# a GML may name a schema at some address: it is never fetched, and no link in it is followed
pyogrio.set_gdal_config_options({"GML_DOWNLOAD_SCHEMA": "NO", "GML_SKIP_RESOLVE_ELEMS": "ALL"})

TABLE_SUFFIXES = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm")
VECTOR_SUFFIXES = (
    ".gpkg", ".geojson", ".json", ".geojsonl", ".shp", ".zip", ".kml", ".kmz", ".fgb", ".gdb", ".gml", ".gpx", ".tab",
    ".mif",
)  # fmt: skip
PARQUET_SUFFIXES = (".parquet", ".geoparquet")
FORMATS = (*VECTOR_SUFFIXES, *PARQUET_SUFFIXES, *OSM_SUFFIXES, *TABLE_SUFFIXES)
"""Endings that are read. What GDAL can read beyond these may fetch from the network or open other files (VRT, WFS by
file, PDF), and stays out."""

NO_CRS = fault("vector.no_crs", reason="coordinates mean nothing without their system")
DATUM = fault("vector.datum", reason="an unnamed or wrong datum shifts VN-2000 coordinates by up to 200 m")
ODD_CRS = fault("vector.odd_crs", reason="a system that nobody knows, or that has no place on Earth, places nothing")
NO_GEOMETRY = fault("vector.no_geometry", reason="a table without places cannot be a layer of places")
LAYER_ABSENT = fault("vector.layer_absent", reason="the catalogue names a layer that the file has not")
SEVERAL = fault(
    "vector.several_layers", reason="which of several layers is meant must be said; tables of styles do not count"
)


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
        CRS of a file that states none. For tables with headings X and Y it is the VN-2000 projection they are written
        in.
    sheet
        Layer of a GeoPackage or KML, sheet of a workbook.
    x, y
        Coordinate columns of a table; by default found by their usual Vietnamese and English headings.
    axis_order
        'vn2000': column `x` is the northing and `y` the easting, as Vietnamese tables write it.
    encoding
        Encoding of a text file or shapefile that is not UTF-8; 'tcvn3' and 'vni' too.

    Returns
    -------
    GeoDataFrame
        RangeIndex in the order of the file, two-dimensional geometry, CRS of the file (or `crs`); texts in NFC.
        `attrs['findings']` holds notices of the reading.

    Raises
    ------
    MissingDataError
        No such file.
    LayerError
        It cannot be read, is cut off, is in a wrong encoding, has coordinates that are no numbers, or states no CRS.
    """
    require_file(path, layer=layer)
    suffix = path.suffix.lower()
    if suffix in TABLE_SUFFIXES and path.is_file():
        table = read_table(path, layer=layer, sheet=sheet, encoding=encoding)
        return with_points(table, layer=layer, crs=crs, x=x, y=y, axis_order=axis_order)
    if not (suffix in (*VECTOR_SUFFIXES, *PARQUET_SUFFIXES) or is_osm(path) or path.is_dir()):
        raise UNKNOWN_SUFFIX.error(layer, file=path.name, suffixes=", ".join(FORMATS))
    try:
        # GDAL tells its doubts about single fields; the cells are checked one by one later
        with UNWARNED:
            frame, found = _read(path, layer=layer, sheet=sheet, encoding=encoding)
    except InfragapError:
        raise
    except Exception as error:
        raise DAMAGED.error(layer, file=path.name, reason=f"{error}") from error
    frame = _with_crs(frame, path, layer=layer, crs=crs)
    frame.geometry = shapely.force_2d(frame.geometry.to_numpy())
    frame = frame.reset_index(drop=True)
    frame.attrs = {"findings": found, "decimal_comma": True, "vietnamese_numbers": True}
    return frame


def _with_crs(frame: gpd.GeoDataFrame, path: Path, *, layer: str, crs: pyproj.CRS | str | None) -> gpd.GeoDataFrame:
    if frame.crs is None and crs is not None:
        frame = frame.set_crs(crs)
    if frame.crs is None:
        raise NO_CRS.error(layer, of=len(frame), file=path.name)
    if frame.crs.is_compound:
        frame = frame.set_crs(frame.crs.sub_crs_list[0], allow_override=True)
    if len(frame.crs.axis_info) == 3:
        # heights in a file of longitude and latitude make GDAL name the system with heights (EPSG:4979)
        frame = frame.set_crs(frame.crs.to_2d(), allow_override=True)
    base = frame.crs.source_crs if frame.crs.is_bound else frame.crs
    if not (base.is_projected or base.is_geographic):
        raise ODD_CRS.error(layer, file=path.name, crs=frame.crs.name)
    fault_text = datum_fault(frame.crs)
    if fault_text:
        raise DATUM.error(layer, file=path.name, reason=fault_text)
    return frame


def _read(path: Path, *, layer: str, sheet: str | None, encoding: str | None) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    suffix = path.suffix.lower()
    if is_osm(path):
        return read_osm_layer(path, sheet or layer), []
    if (path.is_dir() and suffix != ".gdb") or suffix in (".shp", ".zip"):
        with shapefile_in(path, layer=layer) as shape:
            raw = _read_ogr(shape, path, layer=layer, sheet=None, encoding="ISO-8859-1")
            return full_names(texts_decoded(raw, shape, path=path, layer=layer, encoding=encoding), layer=layer)
    require_format(path, layer=layer)
    if suffix in PARQUET_SUFFIXES:
        return gpd.read_parquet(path), []
    source = _checked_source(path, layer=layer, encoding=encoding)
    frame = _read_ogr(source, path, layer=layer, sheet=sheet)
    if suffix in (".kml", ".kmz") and "name" not in frame.columns:
        frame = frame.rename(columns={"Name": "name"})
    return frame, []


def _checked_source(path: Path, *, layer: str, encoding: str | None) -> Path | bytes:
    """Give what GDAL is handed: the file, or the bytes of a text read to its end, so that nothing beside it is read or
    written."""
    suffix = path.suffix.lower()
    if suffix == ".gpkg":
        require_gpkg(path, layer=layer)
        return path
    if suffix in (".geojson", ".json"):
        return whole_geojson(path, layer=layer, encoding=encoding)
    if suffix in (".kml", ".kmz", ".gml", ".gpx"):
        return _whole_xml(path, layer=layer, encoding=encoding)
    return path


def _whole_xml(path: Path, *, layer: str, encoding: str | None) -> bytes:
    """Give the bytes of a KML, GML or GPX, or of the KML in a KMZ, parsed to their end."""
    if path.suffix.lower() == ".kmz":
        with open_archive(path, layer=layer) as archive:
            names = sorted(
                (name for name in archive.namelist() if name.lower().endswith(".kml")),
                key=lambda name: (name.count("/"), name),
            )
            if not names:
                raise FORMAT.error(layer, file=path.name, found="ZIP archive", wanted="KMZ")
            content = unpack(archive, names[0], path=path, layer=layer)
    else:
        require_text_size(path, layer=layer)
        content = path.read_bytes()
    if encoding is not None:
        content = decode_bytes(content, path=path, layer=layer, encoding=encoding).encode("utf-8")
    require_plain_xml(content, path=path, layer=layer)
    if b"ogrvrt" in content.lower():
        raise FORMAT.error(layer, file=path.name, found="OGR VRT", wanted=path.suffix[1:].upper())
    return content


def _read_ogr(
    source: Path | bytes, path: Path, *, layer: str, sheet: str | None, encoding: str | None = None
) -> gpd.GeoDataFrame:
    listed = [(str(name), kind) for name, kind in pyogrio.list_layers(source)]
    parts = []
    for name in _chosen(listed, path, layer=layer, sheet=sheet):
        # by place: a GeoJSON without a name is named anew after each buffer that it is read from
        place = [other for other, _ in listed].index(name)
        rows = pyogrio.read_info(source, layer=place, force_feature_count=False)["features"]
        require_size(max(int(rows), 0), limits().rows, "rows", path=path, layer=layer)
        parts.append(pyogrio.read_dataframe(source, layer=place, encoding=encoding))
    frames = [part for part in parts if isinstance(part, gpd.GeoDataFrame)]
    if not frames:
        raise NO_GEOMETRY.error(layer, file=path.name)
    return frames[0] if len(frames) == 1 else gpd.GeoDataFrame(pd.concat(frames, ignore_index=True), crs=frames[0].crs)


def _chosen(listed: list[tuple[str, Any]], path: Path, *, layer: str, sheet: str | None) -> list[str]:
    names = [name for name, _ in listed]
    if sheet is not None:
        if sheet not in names:
            found = LAYER_ABSENT.found(layer, file=path.name, sheet=sheet, layers=", ".join(names))
            raise MissingDataError(str(found), findings=[found])
        return [sheet]
    if len(names) == 1 or path.suffix.lower() in (".kml", ".kmz"):
        # the folders of a KML are one layer
        return names
    places = [name for name, kind in listed if kind is not None]
    if len(places) == 1:
        return places
    if layer in places:
        return [layer]
    raise SEVERAL.error(layer, file=path.name, layers=", ".join(places or names))
