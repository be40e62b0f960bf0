"""Describes the results for other programs: `datapackage.json` (Frictionless) and `results.schema.json` (JSON Schema),
made from the declared columns and the tables as written."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from pandas.api import types

from infragap.analyses.columns import Column
from infragap.gis.dictionary import PACKAGE, PACKAGE_PROFILE, Field, json_schema, rows_schema
from infragap.gis.schema import SCHEMA_VERSION
from infragap.maps.exports.outward import outward_frame
from infragap.profiles.naming import outward, outward_unit
from infragap.wording.catalogue import languages
from infragap.wording.country import spoken_profile

SCHEMA_FILE = "results.schema.json"

Described = Mapping[str, tuple[pd.DataFrame, Sequence[Column]]]


def write_package(folder: Path, tables: Described, ids: Mapping[str, Sequence[str]], title: str) -> None:
    """Write both descriptions of a folder of results.

    Parameters
    ----------
    folder
        Its tables and layers are there already.
    tables
        Frames and declared columns, by name.
    ids
        Columns that name a row, by table; tables without them have no key.
    title
        Of the package.
    """
    fields = {name: table_fields(frame, columns) for name, (frame, columns) in tables.items()}
    resources = [
        _table(folder, name, own, ids.get(name, ()))
        for name, own in fields.items()
        if (folder / "tables" / f"{name}.csv").exists()
    ]
    layers = sorted((*folder.glob("geojson/*.geojson"), *folder.glob("geoparquet/*.parquet"), *folder.glob("*.gpkg")))
    resources += [_layer(folder, path) for path in layers]
    package = {"$schema": PACKAGE_PROFILE, "title": title, "schema_version": SCHEMA_VERSION, "resources": resources}
    _write(package, folder / PACKAGE)
    rows = {name: rows_schema(own) for name, own in fields.items()}
    _write(json_schema("infragap results", rows), folder / SCHEMA_FILE)


def table_fields(frame: pd.DataFrame, columns: Sequence[Column]) -> list[Field]:
    """Give the columns of a table as it is written: the country's names, in the order of the file."""
    profile, language = spoken_profile(), languages()[-1]
    known = {outward(column.name, profile): column for column in columns}
    written = outward_frame(pd.DataFrame(frame.drop(columns="geometry", errors="ignore")))
    return [_field(name, written[name], known.get(name), language) for name in map(str, written.columns)]


def _field(name: str, values: pd.Series[Any], column: Column | None, language: str) -> Field:
    profile = spoken_profile()
    return Field(
        name=name,
        unit="-" if column is None else outward_unit(column.unit, profile),
        type=_type(values),
        meaning="" if column is None else column.meaning(language),
        title="" if column is None else column.heading(language),
        deprecated="" if column is None else column.deprecated,
    )


def _type(values: pd.Series[Any]) -> str:
    if types.is_bool_dtype(values):
        return "boolean"
    if types.is_numeric_dtype(values):
        # whole numbers with gaps are floats; what is whole today may have a gap tomorrow
        return "integer" if types.is_integer_dtype(values) else "number"
    filled = values.dropna()
    if not len(filled):
        return "any"
    kinds = {bool: "boolean", int: "integer", float: "number", str: "string"}
    found = {kinds.get(kind, "string") for kind in {type(value) for value in filled}}
    return found.pop() if len(found) == 1 else "any"


def _table(folder: Path, name: str, fields: Sequence[Field], ids: Sequence[str]) -> dict[str, Any]:
    path = folder / "tables" / f"{name}.csv"
    key = [outward(column, spoken_profile()) for column in ids]
    has_key = bool(key) and set(key) <= {field.name for field in fields}
    return {
        "name": _name(name),
        "type": "table",
        "path": path.relative_to(folder).as_posix(),
        "format": "csv",
        "encoding": "utf-8",
        "bytes": path.stat().st_size,
        "schema": {
            "fields": [field.frictionless() for field in fields],
            "missingValues": [""],
            **({"primaryKey": key} if has_key else {}),
        },
    }


def _layer(folder: Path, path: Path) -> dict[str, Any]:
    relative, ending = path.relative_to(folder), path.suffix.lstrip(".")
    name = _name("-".join((*relative.parent.parts, path.stem, ending)))
    return {"name": name, "path": relative.as_posix(), "format": ending, "bytes": path.stat().st_size}


def _name(text: str) -> str:
    return text.replace("_", "-")


def _write(content: Mapping[str, Any], path: Path) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
