"""From the columns of a planner's file to those of the schema, as the catalogue says: renamed, computed, translated,
filled.

`[layer.columns]` names the file's column for one of the schema, or a formula over columns of the file ('persons / 4.6',
or '`Pop 2025` / 4.6' where a name has blanks); `[layer.values]` translates words, `[layer.defaults]` fills what a row
does not say ('S{row}' numbers the rows). Nothing is guessed here: what the
catalogue does not say stays as it is. Columns that may be empty may also be absent.
"""

from __future__ import annotations

import ast
import difflib
import math
import operator
import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

import geopandas as gpd
import pandas as pd
import pyproj
import shapely

from infragap.gis import schema
from infragap.gis.catalog import LayerEntry
from infragap.gis.findings import Finding, fault

_OPERATORS: dict[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}

LONGEST_FORMULA = 200

UNKNOWN_TARGET = fault("mapping.unknown_column", reason="a misspelt column would be filled for nobody")
NO_COLUMN = fault("mapping.no_column", reason="the catalogue names a column that the file has not")
NO_FORMULA = fault(
    "mapping.no_formula", reason="only columns, numbers, + - * / and brackets are reckoned; nothing is run"
)
NO_NUMBER = fault("mapping.no_number", reason="a formula wants numbers")


def mapped(frame: pd.DataFrame, entry: LayerEntry) -> tuple[pd.DataFrame, list[Finding]]:
    """Bring a layer as read to the columns of the schema.

    Parameters
    ----------
    frame
        As read.
    entry
        The layer's part of the catalogue.

    Returns
    -------
    tuple
        New frame (columns of the file stay beside those of the schema), and the findings.
    """
    model = schema.LAYERS.get(entry.name)
    if model is None:
        return frame, []
    columns = model.to_schema().columns
    faults = _unknown_targets(entry, list(columns))
    result = frame.copy()
    for name, text in entry.columns.items():
        if name in columns:
            values, found = _computed(frame, name, text, layer=entry.name)
            faults += found
            if values is not None:
                result[name] = values
    for name, translation in entry.values.items():
        if name in result.columns:
            result[name] = _translated(result[name], translation)
    result = _follows(result, entry, list(columns))
    for name, value in entry.defaults.items():
        if name in columns:
            result[name] = _filled(result, name, value)
    for name, column in columns.items():
        if column.required and column.nullable and name not in result.columns:
            result[name] = pd.Series([None] * len(result), index=result.index, dtype=object)
    return result, faults


def _unknown_targets(entry: LayerEntry, known: list[str]) -> list[Finding]:
    faults = []
    for table in ("columns", "values", "defaults"):
        for name in getattr(entry, table):
            if name not in known:
                near = difflib.get_close_matches(name, known, n=1)
                values = {"table": table, "column": name, "near": near[0] if near else ", ".join(known)}
                faults.append(UNKNOWN_TARGET.found(entry.name, **values))
    return faults


def _computed(frame: pd.DataFrame, name: str, text: str, *, layer: str) -> tuple[pd.Series[Any] | None, list[Finding]]:
    """A column of the file, or a formula over its columns."""
    if text in frame.columns:
        return frame[text], []
    quoted: dict[str, str] = {}

    def placeholder(match: re.Match[str]) -> str:
        quoted[f"_quoted_{len(quoted)}"] = match[1]
        return f"_quoted_{len(quoted) - 1}"

    try:
        if len(text) > LONGEST_FORMULA:
            raise SyntaxError("too long")
        tree = ast.parse(re.sub(r"`([^`]+)`", placeholder, text), mode="eval").body
    except (SyntaxError, ValueError, RecursionError):
        return None, [_no_column(frame, name, text, layer=layer)]
    wanted = [quoted.get(node.id, node.id) for node in ast.walk(tree) if isinstance(node, ast.Name)]
    missing = [column for column in wanted if column not in frame.columns]
    if missing or not wanted:
        return None, [_no_column(frame, name, missing[0] if missing else text, layer=layer)]
    faults: list[Finding] = []
    numbers = {}
    for column in wanted:
        numbers[column] = pd.to_numeric(frame[column], errors="coerce")
        odd = numbers[column].isna() & frame[column].notna() & (frame[column].astype(str).str.strip() != "")
        if odd.any():
            values = {"column": column, "name": name, "formula": text}
            faults.append(NO_NUMBER.in_rows(frame, odd, layer=layer, shown=frame[column], **values))
    if faults:
        return None, faults
    try:
        values = _evaluated(tree, numbers, quoted)
    except (TypeError, ZeroDivisionError):
        return None, [NO_FORMULA.found(layer, of=len(frame), name=name, formula=text)]
    counts = str(schema.LAYERS[layer].to_schema().columns[name].dtype) == "int64"
    if counts:
        # half a household is none: counts are rounded, and a place with anybody keeps one
        values = values.round().where((values <= 0) | (values >= 1), values.map(math.ceil, na_action="ignore"))
    return values.astype(object).where(values.notna(), None), []


def _evaluated(node: ast.AST, numbers: Mapping[str, pd.Series[float]], quoted: Mapping[str, str]) -> Any:
    match node:
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
            return value
        case ast.Name(id=name):
            return numbers[quoted.get(name, name)]
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
            return _OPERATORS[type(op)](_evaluated(left, numbers, quoted), _evaluated(right, numbers, quoted))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_evaluated(operand, numbers, quoted)
    raise TypeError("not a formula")


def _no_column(frame: pd.DataFrame, name: str, text: str, *, layer: str) -> Finding:
    there = [str(column) for column in frame.columns if column != "geometry"]
    near = difflib.get_close_matches(text, there, n=1)
    return NO_COLUMN.found(layer, of=len(frame), name=name, text=text, near=near[0] if near else ", ".join(there))


def _key(value: Any) -> str:
    return unicodedata.normalize("NFC", str(value)).strip().casefold()


def _translated(column: pd.Series[Any], translation: Mapping[str, Any]) -> pd.Series[Any]:
    by_key = {_key(word): value for word, value in translation.items()}
    return column.map(lambda cell: by_key.get(_key(cell), cell) if cell is not None else cell)


def _filled(frame: pd.DataFrame, name: str, value: Any) -> pd.Series[Any]:
    count = len(frame)
    each = [
        value.replace("{row}", f"{number:05d}") if isinstance(value, str) else value for number in range(1, count + 1)
    ]
    values = pd.Series(each, index=frame.index, dtype=object)
    if name not in frame.columns:
        return values
    column = frame[name].astype(object)
    empty = column.isna() | column.map(lambda cell: isinstance(cell, str) and not cell.strip())
    return column.where(~empty, values)


def _follows(frame: pd.DataFrame, entry: LayerEntry, columns: list[str]) -> pd.DataFrame:
    """Fill absent columns that follow from the file itself: measured lengths and areas, provenance of the layer."""
    result = frame

    def add(name: str, values: Any) -> None:
        if name in columns and name not in result.columns:
            result[name] = values

    add("provenance", entry.provenance)
    add("source", entry.method or entry.file)
    add("households_provenance", entry.provenance)
    if isinstance(frame, gpd.GeoDataFrame) and frame.crs is not None:
        kinds = set(frame.geometry.geom_type)
        if "length_km" in columns and "length_km" not in frame.columns and kinds <= {"LineString", "MultiLineString"}:
            add("length_km", _geodesic(frame, "geometry_length") / 1000)
        if "area_km2" in columns and "area_km2" not in frame.columns and kinds <= {"Polygon", "MultiPolygon"}:
            add("area_km2", _geodesic(frame, "area") / 1e6)
        if "centre_longitude" in columns and "centre_longitude" not in frame.columns and len(frame):
            centres = frame.geometry.representative_point().to_crs("EPSG:4326")
            add("centre_longitude", centres.x.to_numpy())
            add("centre_latitude", centres.y.to_numpy())
    return result


def _geodesic(frame: gpd.GeoDataFrame, what: str) -> pd.Series[float]:
    """Length [m] or area [m²] of each shape on the ellipsoid."""
    ellipsoid = pyproj.Geod(ellps="WGS84")
    degrees = frame.geometry.to_crs("EPSG:4326")
    if what == "area":
        values = [abs(ellipsoid.geometry_area_perimeter(shapely.orient_polygons(shape))[0]) for shape in degrees]
    else:
        values = [ellipsoid.geometry_length(shape) for shape in degrees]
    return pd.Series(values, index=frame.index, dtype=float)
