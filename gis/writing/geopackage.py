"""Words inside a GeoPackage: what layers and columns are called and mean, and which codes a column may hold.

The schema extension of the standard (gpkg_data_columns, gpkg_data_column_constraints), which QGIS and GDAL read as
aliases, comments and value lists; GDAL's writer through pyogrio does not reach it.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

SCHEMA_URI = "http://www.geopackage.org/spec121/#extension_schema"

_TABLES = """
CREATE TABLE IF NOT EXISTS gpkg_extensions (table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL,
    definition TEXT NOT NULL, scope TEXT NOT NULL, CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name));
CREATE TABLE IF NOT EXISTS gpkg_data_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL, name TEXT,
    title TEXT, description TEXT, mime_type TEXT, constraint_name TEXT,
    CONSTRAINT pk_gdc PRIMARY KEY (table_name, column_name), CONSTRAINT gdc_tn UNIQUE (table_name, name));
CREATE TABLE IF NOT EXISTS gpkg_data_column_constraints (constraint_name TEXT NOT NULL, constraint_type TEXT NOT NULL,
    value TEXT, min NUMERIC, min_is_inclusive BOOLEAN, max NUMERIC, max_is_inclusive BOOLEAN, description TEXT,
    CONSTRAINT gdcc_ntv UNIQUE (constraint_name, constraint_type, value));
"""


@dataclass(frozen=True)
class ColumnWords:
    """What one column is called.

    Attributes
    ----------
    alias, meaning
        Heading, and one clause.
    codes
        Code → its words, where the column holds codes alone.
    """

    alias: str
    meaning: str = ""
    codes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class LayerWords:
    """What a layer is called, what it means, and its columns by name."""

    title: str
    meaning: str
    columns: Mapping[str, ColumnWords]


def describe_geopackage(path: Path, layers: Mapping[str, LayerWords]) -> None:
    """Write titles, descriptions, aliases and value lists into a GeoPackage.

    Parameters
    ----------
    path
        A GeoPackage.
    layers
        By table; tables and columns that the file does not have are passed over. The same words give the same bytes.
    """
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as file:
        # one transaction, so that a killed program leaves the file as it was
        file.execute("BEGIN IMMEDIATE")
        for statement in filter(str.strip, _TABLES.split(";")):
            file.execute(statement)
        there = {str(row[0]) for row in file.execute("SELECT table_name FROM gpkg_contents")}
        for table, told in layers.items():
            if table in there:
                _describe(file, table, told)
        for table in ("gpkg_data_columns", "gpkg_data_column_constraints"):
            row = (table, None, "gpkg_schema", SCHEMA_URI, "read-write")
            # a UNIQUE over an empty column lets the same row in twice
            file.execute(
                "DELETE FROM gpkg_extensions WHERE table_name = ? AND extension_name = 'gpkg_schema'", (table,)
            )
            file.execute("INSERT INTO gpkg_extensions VALUES (?, ?, ?, ?, ?)", row)
        file.execute("COMMIT")


def _describe(file: sqlite3.Connection, table: str, told: LayerWords) -> None:
    # identifiers are unique in a GeoPackage, so the name of the table goes with the words
    words = (f"{told.title} ({table})", told.meaning, table)
    file.execute("UPDATE gpkg_contents SET identifier = ?, description = ? WHERE table_name = ?", words)
    columns = [str(row[1]) for row in file.execute(f'PRAGMA table_info("{table}")')]
    taken: list[str] = []
    for column in columns:
        if column not in told.columns:
            continue
        said = told.columns[column]
        alias = said.alias if said.alias not in taken else f"{said.alias} ({column})"
        taken.append(alias)
        constraint = f"{table}.{column}" if said.codes else None
        row: Sequence[str | None] = (table, column, alias, alias, said.meaning or None, None, constraint)
        file.execute("INSERT OR REPLACE INTO gpkg_data_columns VALUES (?, ?, ?, ?, ?, ?, ?)", row)
        for code, text in said.codes.items():
            values = (constraint, "enum", code, None, None, None, None, text)
            file.execute("INSERT OR REPLACE INTO gpkg_data_column_constraints VALUES (?,?,?,?,?,?,?,?)", values)
