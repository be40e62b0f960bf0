"""Tables of PostGIS: read in one transaction that sees one moment, written in one that is whole or not at all."""

from __future__ import annotations

import io
import math
import os
import ssl
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import geopandas as gpd
import pandas as pd
import pg8000.native
import shapely

from infragap.gis.errors import InfragapError, MissingDataError, ParameterError
from infragap.servers.places import Database

MARK = "written by infragap"
"""Comment of every table that is ours: only such are replaced."""

DTYPES = {
    "int2": "Int64", "int4": "Int64", "int8": "Int64", "float4": "float64", "float8": "float64", "numeric": "float64",
    "bool": "boolean",
}  # fmt: skip
"""Type of PostgreSQL → dtype; all else is text."""

MOST_ROWS = 1_000_000
TIMEOUT_S = 30
STATEMENT_TIMEOUT_MS = 600_000


class DatabaseError(InfragapError):
    """A database could not be used; the text says what to do."""


@dataclass(frozen=True)
class Table:
    """A table to be written.

    Attributes
    ----------
    name
        Its name.
    frame
        Rows; a GeoDataFrame's geometry goes into the column `geom`.
    types
        Column → bigint, double precision, boolean or text.
    key
        Columns that name a row; none: no key.
    meanings
        Column → what it means.
    """

    name: str
    frame: pd.DataFrame
    types: Mapping[str, str]
    key: Sequence[str] = ()
    meanings: Mapping[str, str] | None = None


@contextmanager
def connected(place: Database) -> Iterator[pg8000.native.Connection]:
    """Open a connection; name and password come from PGUSER and PGPASSWORD.

    Raises
    ------
    DatabaseError
        There is no connection.
    """
    context = None if place.is_local else ssl.create_default_context()
    user = os.environ.get("PGUSER") or os.environ.get("USER") or "postgres"
    try:
        connection = pg8000.native.Connection(
            user, host=place.host, port=place.port, database=place.name, password=os.environ.get("PGPASSWORD"),
            ssl_context=context, timeout=TIMEOUT_S, application_name="infragap",
        )  # fmt: skip
    except (pg8000.exceptions.Error, OSError) as error:
        raise DatabaseError(
            f"no connection to {place.name} on {place.host}:{place.port} ({_reason(error)}). Check that the server "
            "runs and that PGUSER and PGPASSWORD are set"
        ) from error
    try:
        yield connection
    except pg8000.exceptions.Error as error:
        raise DatabaseError(f"{place.name} on {place.host}: {_reason(error)}") from error
    finally:
        connection.close()


def read_tables(place: Database, tables: Mapping[str, Mapping[str, str]]) -> dict[str, pd.DataFrame]:
    """Read tables as they stand at one moment.

    Parameters
    ----------
    place
        The database.
    tables
        By layer: `table`, and `geometry` where the table has several such columns.

    Returns
    -------
    dict
        GeoDataFrame where the table has a geometry column, else DataFrame; rows in the order of their first column.

    Raises
    ------
    DatabaseError, MissingDataError
        No connection, or no such table.
    """
    with connected(place) as connection:
        # one moment for all layers, and nothing can be written
        connection.run("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        connection.run(f"SET LOCAL statement_timeout = {STATEMENT_TIMEOUT_MS}")
        found = {layer: _read(connection, layer, options) for layer, options in tables.items()}
        connection.run("COMMIT")
    return found


def write_tables(place: Database, schema: str, tables: Iterable[Table]) -> list[str]:
    """Write tables into a schema, all of them or none.

    Parameters
    ----------
    place
        The database; it has the extension postgis.
    schema
        Made where it is not there.
    tables
        What to write; tables of an earlier run are replaced.

    Returns
    -------
    list of str
        Names of the tables.

    Raises
    ------
    DatabaseError
        No connection, no PostGIS, or no right to write.
    ParameterError
        A table of that name is there and was not written by infragap.
    """
    written = []
    with connected(place) as connection:
        connection.run("BEGIN")
        try:
            connection.run(f"CREATE SCHEMA IF NOT EXISTS {_quoted(schema)}")
            for table in tables:
                _require_ours(connection, schema, table.name)
                _write(connection, schema, table)
                written.append(table.name)
            connection.run("COMMIT")
        except BaseException:
            connection.run("ROLLBACK")
            raise
    return written


def _read(connection: pg8000.native.Connection, layer: str, options: Mapping[str, str]) -> pd.DataFrame:
    schema, _, name = options["table"].rpartition(".")
    schema = schema or "public"
    columns = connection.run(
        "SELECT column_name, udt_name FROM information_schema.columns WHERE table_schema = :schema "
        "AND table_name = :name ORDER BY ordinal_position",
        schema=schema,
        name=name,
    )
    if not columns:
        raise MissingDataError(f"{layer}: the database has no table {schema}.{name}, or you may not read it")
    shapes = [column for column, kind in columns if kind in ("geometry", "geography")]
    shape = options.get("geometry") or (shapes[0] if shapes else None)
    if len(shapes) > 1 and "geometry" not in options:
        raise MissingDataError(f"{layer}: {schema}.{name} has {', '.join(shapes)}; say which, by &geometry=")
    plain = [column for column, kind in columns if kind not in ("geometry", "geography")]
    picked = [_quoted(column) for column in plain]
    if shape is not None:
        # a geography is asked as a geometry, which alone has a system that may be told
        picked += [f"ST_AsBinary({_quoted(shape)}::geometry)", f"ST_SRID({_quoted(shape)}::geometry)"]
    order = f" ORDER BY {_quoted(plain[0])}" if plain else ""
    # names are quoted by `_quoted`; values are never put into a statement
    query = f"SELECT {', '.join(picked)} FROM {_quoted(schema)}.{_quoted(name)}{order} LIMIT {MOST_ROWS + 1}"  # noqa: S608
    rows = connection.run(query)
    if len(rows) > MOST_ROWS:
        raise MissingDataError(
            f"{layer}: {schema}.{name} has more than {MOST_ROWS:,} rows; make a view of those you need"
        )
    kinds = dict(columns)
    frame = pd.DataFrame(
        {
            column: pd.Series([_plain(row[i]) for row in rows], dtype=DTYPES.get(kinds[column], "object"))
            for i, column in enumerate(plain)
        }
    )
    if shape is None:
        return frame
    codes = {row[-1] for row in rows if row[-2] is not None}
    if len(codes) > 1 or codes & {0}:
        raise MissingDataError(
            f"{layer}: {schema}.{name} has geometries of {'several systems' if codes - {0} else 'no system'}"
        )
    crs = f"EPSG:{codes.pop()}" if codes else "EPSG:4326"
    geometry = shapely.from_wkb([None if row[-2] is None else bytes(row[-2]) for row in rows])
    located: pd.DataFrame = gpd.GeoDataFrame(frame, geometry=geometry, crs=crs)
    return located


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)


def _require_ours(connection: pg8000.native.Connection, schema: str, name: str) -> None:
    found = connection.run(
        "SELECT obj_description(c.oid, 'pg_class') FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        "WHERE n.nspname = :schema AND c.relname = :name",
        schema=schema,
        name=name,
    )
    if found and not str(found[0][0] or "").startswith(MARK):
        raise ParameterError(
            f"{schema}.{name} is there and not written by infragap; name another schema: nothing of yours is replaced"
        )


def _write(connection: pg8000.native.Connection, schema: str, table: Table) -> None:
    target = f"{_quoted(schema)}.{_quoted(table.name)}"
    columns = [f"{_quoted(name)} {_type(kind)}" for name, kind in table.types.items()]
    shapes: list[str] | None = None
    if isinstance(table.frame, gpd.GeoDataFrame):
        code = table.frame.crs.to_epsg() if table.frame.crs is not None else None
        if code is None:
            raise ParameterError(f"{table.name}: its system has no EPSG code")
        columns.append(f"geom geometry(Geometry, {int(code)})")
        shapes = [_hex(shape, int(code)) for shape in table.frame.geometry]
    connection.run(f"DROP TABLE IF EXISTS {target}")
    connection.run(f"CREATE TABLE {target} ({', '.join(columns)})")
    connection.run(f"COMMENT ON TABLE {target} IS {pg8000.native.literal(MARK)}")
    for name, meaning in (table.meanings or {}).items():
        if meaning and name in table.types:
            connection.run(f"COMMENT ON COLUMN {target}.{_quoted(name)} IS {pg8000.native.literal(meaning)}")
    lines = _lines(table, shapes)
    connection.run(f"COPY {target} FROM STDIN WITH (FORMAT csv, NULL '')", stream=io.BytesIO(lines.encode()))
    if table.key:
        connection.run(f"ALTER TABLE {target} ADD PRIMARY KEY ({', '.join(_quoted(name) for name in table.key)})")
    if shapes is not None:
        connection.run(f"CREATE INDEX ON {target} USING gist (geom)")


def _lines(table: Table, shapes: list[str] | None) -> str:
    columns = [table.frame[name].tolist() for name in table.types]
    if shapes is not None:
        columns.append(shapes)
    return "".join(",".join(map(_csv, row)) + "\n" for row in zip(*columns, strict=True))


def _csv(value: Any) -> str:
    """A cell of COPY: nothing for what is missing, all texts in quotes, so that an empty text is not missing."""
    if value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if hasattr(value, "item"):
        return _csv(value.item())
    if isinstance(value, int | float):
        return repr(value)
    text = str(value).replace("\0", "").replace('"', '""')
    return f'"{text}"'


def _hex(shape: Any, code: int) -> str:
    return "" if shape is None else str(shapely.to_wkb(shapely.set_srid(shape, code), hex=True, include_srid=True))


def _type(kind: str) -> str:
    if kind not in ("bigint", "double precision", "boolean", "text"):
        raise ValueError(f"no type {kind}")
    return kind


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""').replace("\0", "") + '"'


def _reason(error: BaseException) -> str:
    """What the server says, in one line."""
    told = error.args[0] if error.args else error
    return str(told.get("M", told) if isinstance(told, dict) else told)[:200]
