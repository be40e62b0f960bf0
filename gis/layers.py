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
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pyogrio.errors
import pyproj
import shapely

from infragap.gis import schema
from infragap.gis.catalog import LayerEntry
from infragap.gis.checks import geometry_faults, sentence, typed
from infragap.gis.crs import WGS84, datum_fault, same_crs, vn2000_points
from infragap.gis.errors import LayerError, MissingDataError
from infragap.gis.names import fold
from infragap.gis.tables import decode, read_table, require_file

TABLE_SUFFIXES = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm")
VECTOR_SUFFIXES = (".gpkg", ".geojson", ".json", ".shp", ".zip", ".kml", ".kmz", ".fgb")

_LONGITUDE = ("longitude", "lon", "long", "lng", "kinh do", "kinhdo")
_LATITUDE = ("latitude", "lat", "vi do", "vido")
_NORTHING = ("northing", "x", "x m", "toa do x", "x vn2000", "x vn 2000", "toa do x m")
_EASTING = ("easting", "y", "y m", "toa do y", "y vn2000", "y vn 2000", "toa do y m")

AxisOrder = Literal["xy", "vn2000"]


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
        return _with_points(table, layer=layer, crs=crs, x=x, y=y, axis_order=axis_order)
    frame = _read_ogr(_ogr_source(path, layer=layer), path, layer=layer, sheet=sheet, encoding=encoding)
    if path.suffix.lower() in (".shp", ".zip") or path.is_dir():
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
    if path.is_dir():
        shapes = sorted(path.glob("*.shp"))
        if len(shapes) != 1:
            raise LayerError(
                f"{layer}: the folder {path.name} holds {len(shapes)} .shp files. Name the one to read as `file` in catalog.toml."
            )
        return str(shapes[0])
    if suffix not in VECTOR_SUFFIXES:
        raise LayerError(
            f"{layer}: {path.name} is of no known format. Use one of {', '.join(VECTOR_SUFFIXES + TABLE_SUFFIXES)}."
        )
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


def _with_points(
    table: pd.DataFrame,
    *,
    layer: str,
    crs: pyproj.CRS | str | None,
    x: str | None,
    y: str | None,
    axis_order: AxisOrder,
) -> gpd.GeoDataFrame:
    x_column, y_column, kind = _coordinate_columns(table, layer=layer, x=x, y=y, axis_order=axis_order)
    x_values, y_values = _coordinates(table, x_column, layer=layer), _coordinates(table, y_column, layer=layer)
    rest = table.drop(columns=[x_column, y_column])
    if kind == "degrees":
        return gpd.GeoDataFrame(rest, geometry=gpd.points_from_xy(x_values, y_values), crs=crs or WGS84)
    if crs is None:
        raise LayerError(
            f"{layer}: columns {x_column} and {y_column} hold metres but no CRS is named (all {len(table)} rows). Write it as `crs` of the layer in catalog.toml, "
            "such as EPSG:9208 for VN-2000 with central meridian 104°45'."
        )
    if kind == "vn2000":
        points = vn2000_points(x_values, y_values, crs=crs, layer=layer)
        return gpd.GeoDataFrame(rest, geometry=points.to_numpy(), crs=crs)
    return gpd.GeoDataFrame(rest, geometry=gpd.points_from_xy(x_values, y_values), crs=crs)


def _coordinate_columns(
    table: pd.DataFrame, *, layer: str, x: str | None, y: str | None, axis_order: AxisOrder
) -> tuple[str, str, Literal["degrees", "metres", "vn2000"]]:
    if x is not None and y is not None:
        absent = [name for name in (x, y) if name not in table.columns]
        if absent:
            raise LayerError(
                f"{layer}: the coordinate column {' and '.join(absent)} is missing in all {len(table)} rows. Correct x and y in catalog.toml."
            )
        return x, y, "vn2000" if axis_order == "vn2000" else ("degrees" if _plain(x) in _LONGITUDE else "metres")
    plain = {_plain(str(column)): str(column) for column in reversed(table.columns)}
    for first, second, kind in ((_LONGITUDE, _LATITUDE, "degrees"), (_NORTHING, _EASTING, "vn2000")):
        found = [next((plain[name] for name in names if name in plain), None) for names in (first, second)]
        if found[0] is not None and found[1] is not None:
            return found[0], found[1], "degrees" if kind == "degrees" else "vn2000"
    raise LayerError(
        f"{layer}: no coordinate columns in all {len(table)} rows (columns: {', '.join(map(str, table.columns))}). Name them longitude and latitude, or "
        "X and Y for VN-2000, or write x and y of the layer in catalog.toml."
    )


def _plain(heading: str) -> str:
    return " ".join("".join(sign if sign.isalnum() else " " for sign in fold(heading)).split())


def _coordinates(table: pd.DataFrame, column: str, *, layer: str) -> np.ndarray[Any, np.dtype[np.float64]]:
    texts = table[column].map(
        lambda value: (
            value.replace(",", ".") if isinstance(value, str) and value.count(",") == 1 and "." not in value else value
        )
    )
    numbers = pd.to_numeric(texts, errors="coerce").to_numpy(dtype=np.float64)
    bad = ~np.isfinite(numbers)
    if bad.any():
        repair = "Write plain numbers (decimal degrees or metres) or drop the rows."
        raise LayerError(
            sentence(
                table,
                bad,
                layer=layer,
                fault=f"a coordinate {column} that is empty or no number",
                values=table[column],
                repair=repair,
            )
        )
    return numbers


def read_layer(
    folder: Path, entry: LayerEntry, *, crs_measure: str
) -> tuple[gpd.GeoDataFrame | pd.DataFrame | None, list[str]]:
    """Read and validate a vector layer or table of a pack.

    Parameters
    ----------
    folder
        The pack.
    entry
        The layer's part of the catalogue.
    crs_measure
        CRS of tables with VN-2000 coordinates that name none.

    Returns
    -------
    tuple
        The layer (None where it cannot be read or its geometry not be trusted) in the CRS of its file, RangeIndex in the file's order, and all faults.
    """
    path = folder / entry.file
    if entry.kind == "table" and schema.GEOMETRY.get(entry.name):
        return None, [
            f'{entry.name}: the catalogue lists {entry.file} as a table, but its rows are places. Write kind = "vector" and its geometry.'
        ]
    try:
        if entry.kind == "table":
            raw = read_table(path, layer=entry.name, sheet=entry.sheet, encoding=entry.encoding)
        else:
            default = crs_measure if entry.crs is None and path.suffix.lower() in TABLE_SUFFIXES else entry.crs
            raw = read_vector(
                path, layer=entry.name, crs=default, sheet=entry.sheet, x=entry.x, y=entry.y, axis_order=entry.axis_order, encoding=entry.encoding
            )  # fmt: skip
    except (LayerError, MissingDataError) as error:
        return None, [str(error)]
    frame, faults = typed(raw, layer=entry.name)
    if len(raw) == 0 and entry.name in schema.NEEDS_ROWS:
        # without rows a GeoJSON has no columns either: that is no fault of its own
        faults = [
            f"{entry.name}: the layer has no rows. Export {entry.file} again with its rows: no analysis can run without them."
        ]
    if isinstance(raw, gpd.GeoDataFrame):
        frame = gpd.GeoDataFrame(frame, geometry=single_parts(raw, layer=entry.name), crs=raw.crs)
        misplaced = geometry_faults(frame, layer=entry.name) + _entry_crs_faults(frame, entry)
        if misplaced:
            return None, [*faults, *misplaced, *_entry_faults(frame, entry)]
    return frame, faults + _entry_faults(frame, entry)


def single_parts(frame: gpd.GeoDataFrame, *, layer: str) -> gpd.GeoSeries:
    """Unwrap multipart geometries of one part where the schema wants simple ones (QGIS writes points as MultiPoint)."""
    wanted = schema.GEOMETRY.get(layer, ())
    shapes = frame.geometry.to_numpy().copy()
    if not wanted or any(name.startswith("Multi") for name in wanted):
        return gpd.GeoSeries(shapes, index=frame.index, crs=frame.crs)
    for position in np.flatnonzero(shapely.get_num_geometries(shapes) == 1):
        shapes[position] = shapely.get_geometry(shapes[position], 0)
    return gpd.GeoSeries(shapes, index=frame.index, crs=frame.crs)


def _entry_crs_faults(frame: gpd.GeoDataFrame, entry: LayerEntry) -> list[str]:
    if entry.crs is None or frame.crs is None or same_crs(frame.crs, entry.crs):
        return []
    return [
        f"{entry.name}: the file is in {frame.crs.to_string()}, the catalogue says {entry.crs} (all {len(frame)} rows). Correct `crs` in catalog.toml."
    ]


def _entry_faults(frame: pd.DataFrame, entry: LayerEntry) -> list[str]:
    faults = []
    if entry.rows is not None and len(frame) != entry.rows:
        faults.append(
            f"{entry.name}: {entry.file} has {len(frame)} rows, the catalogue says {entry.rows}. Restore the file or correct `rows` in catalog.toml."
        )
    if entry.geometry is not None and isinstance(frame, gpd.GeoDataFrame):
        base = entry.geometry.removeprefix("Multi")
        held = sorted({str(kind) for kind in frame.geometry.geom_type.dropna()})
        if held and base not in {kind.removeprefix("Multi") for kind in held}:
            faults.append(
                f"{entry.name}: {entry.file} holds {', '.join(held)} (all {len(frame)} rows), the catalogue says {entry.geometry}. "
                "Correct `geometry` in catalog.toml or give the right file."
            )
    if entry.id is not None and entry.id not in frame.columns:
        faults.append(
            f"{entry.name}: the id column {entry.id} of the catalogue is missing in all {len(frame)} rows. Add it or correct `id`."
        )
    elif entry.id is not None and entry.id != schema.ID_COLUMN.get(entry.name):
        twice = frame[entry.id].duplicated(keep=False).to_numpy()
        if twice.any():
            repair = "Give each row its own id."
            faults.append(
                sentence(frame, twice, layer=entry.name, fault=f"a {entry.id} that another row has too", repair=repair)
            )
    return faults
