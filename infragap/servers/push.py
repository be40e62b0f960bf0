"""`infragap data push`: the tables and layers of a result into a schema of PostGIS, all of them or none."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pyogrio

from infragap.gis.dictionary import PACKAGE
from infragap.gis.errors import MissingDataError
from infragap.servers.places import database_of
from infragap.servers.postgis import Table, write_tables

SCHEMA = "infragap"
TYPES = {"integer": "bigint", "number": "double precision", "boolean": "boolean", "string": "text", "any": "text"}
DTYPES = {"integer": "Int64", "number": "float64", "boolean": "boolean", "string": "object", "any": "object"}
GEOPACKAGE = "results.gpkg"


def push(results: Path, address: str) -> list[str]:
    """Write a result into a database.

    Parameters
    ----------
    results
        Folder of a run.
    address
        postgresql://host/database, with ?schema=name for another schema than 'infragap'.

    Returns
    -------
    list of str
        Names of the tables; those with geometry are called layer_….

    Raises
    ------
    MissingDataError
        The folder is no complete result.
    ParameterError, DatabaseError
        The database cannot be used; nothing is changed then.
    """
    place = database_of(address, known=("schema",))
    if not (results / PACKAGE).is_file() or not (results / "run.json").is_file():
        raise MissingDataError(f"{results} is no complete result: it has no {PACKAGE} or no run.json")
    return write_tables(place, place.options.get("schema", SCHEMA), [*_tables(results), *_layers(results)])


def _tables(results: Path) -> list[Table]:
    package = json.loads((results / PACKAGE).read_text(encoding="utf-8"))
    found = []
    for resource in package["resources"]:
        if resource.get("type") != "table":
            continue
        fields = resource["schema"]["fields"]
        kinds = {field["name"]: field["type"] for field in fields}
        frame = pd.read_csv(
            results / resource["path"], encoding="utf-8-sig", keep_default_na=False, na_values=[""],
            dtype={name: DTYPES[kind] for name, kind in kinds.items()},
        )  # fmt: skip
        types = {name: TYPES[kind] for name, kind in kinds.items()}
        meanings = {field["name"]: field.get("description", "") for field in fields}
        key = resource["schema"].get("primaryKey", [])
        found.append(Table(resource["name"].replace("-", "_"), frame, types, key, meanings))
    return found


def _layers(results: Path) -> list[Table]:
    path = results / GEOPACKAGE
    found = []
    for name, kind in pyogrio.list_layers(path) if path.exists() else ():
        if kind is None:
            continue
        frame = pyogrio.read_dataframe(path, layer=name)
        types = {column: _type(frame[column]) for column in frame.columns if column != "geometry"}
        found.append(Table(f"layer_{name}", frame, types))
    return found


def _type(values: pd.Series) -> str:
    if pd.api.types.is_bool_dtype(values):
        return "boolean"
    if pd.api.types.is_integer_dtype(values):
        return "bigint"
    return "double precision" if pd.api.types.is_float_dtype(values) else "text"
