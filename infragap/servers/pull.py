"""`infragap data pull`: layers with a `source` in the catalogue are read from their servers and kept as files of the
pack, with date and checksum; a run reads the files alone, so it can be repeated when the server has moved on."""

from __future__ import annotations

import re
import shutil
from datetime import UTC, datetime
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio

from infragap.gis.catalog import FILE_NAME, LayerEntry, read_catalog, set_in_catalog, sha256_of
from infragap.gis.crs import to_wgs84
from infragap.gis.errors import MissingDataError, ParameterError
from infragap.gis.pack import Pack
from infragap.servers.features import read_features
from infragap.servers.places import Database, database_of, features_of, is_database
from infragap.servers.postgis import read_tables

TABLE_OPTIONS = ("table", "geometry")
KEPT = "sources"
"""Folder of a result that holds what its servers said."""


def pull(folder: Path) -> list[str]:
    """Read all layers that have a source.

    Parameters
    ----------
    folder
        The pack. Files of these layers are replaced, and their date and checksum in catalog.toml.

    Returns
    -------
    list of str
        Names of the layers.

    Raises
    ------
    MissingDataError
        No layer has a source, or a server does not have it.
    ParameterError
        An address cannot be used.
    DatabaseError, ServiceError
        A server cannot be used; nothing is changed then.
    """
    catalog = read_catalog(folder)
    wanted = [entry for entry in catalog.layer if entry.source]
    if not wanted:
        raise MissingDataError(
            'no layer of the catalogue has a source; write source = "postgresql://host/database?table=…"'
        )
    frames = _frames(wanted)
    new = []
    try:
        for entry in wanted:
            path = folder / entry.file
            partial = path.with_name(f".new-{path.name}")
            path.parent.mkdir(parents=True, exist_ok=True)
            _write(frames[entry.name], entry, partial)
            new.append((partial, path))
        for partial, path in new:
            partial.replace(path)
    finally:
        for partial, _ in new:
            partial.unlink(missing_ok=True)
    today = datetime.now(UTC).date().isoformat()
    said = {entry.name: {"date": today, "sha256": sha256_of(folder / entry.file)} for entry in wanted}
    set_in_catalog(folder / FILE_NAME, said)
    return [entry.name for entry in wanted]


def keep_snapshots(pack: Pack, folder: Path) -> list[str]:
    """Copy what came from servers into a folder of results; give the names of the files."""
    kept = []
    for entry in pack.catalog.layer:
        path = pack.folder / entry.file
        if entry.source and path.is_file():
            (folder / KEPT).mkdir(exist_ok=True)
            target = folder / KEPT / f"{entry.name}-{entry.date or 'undated'}{path.suffix}"
            shutil.copyfile(path, target)
            kept.append(target.relative_to(folder).as_posix())
    return kept


def _frames(entries: list[LayerEntry]) -> dict[str, pd.DataFrame]:
    """Rows by layer; the tables of one database are read at one moment."""
    frames: dict[str, pd.DataFrame] = {}
    databases: dict[tuple[str, int, str], tuple[Database, dict[str, dict[str, str]]]] = {}
    for entry in entries:
        source = str(entry.source)
        if is_database(source):
            place = database_of(source, known=TABLE_OPTIONS)
            if "table" not in place.options:
                raise ParameterError(f"{entry.name}: say which table, by ?table=schema.name")
            _, tables = databases.setdefault((place.host, place.port, place.name), (place, {}))
            tables[entry.name] = place.options
        else:
            frames[entry.name] = read_features(features_of(source), entry.name)
    for place, tables in databases.values():
        frames |= read_tables(place, tables)
    return frames


def _write(frame: pd.DataFrame, entry: LayerEntry, path: Path) -> None:
    ending = re.sub(r"^.*\.", "", entry.file).lower()
    if isinstance(frame, gpd.GeoDataFrame):
        if ending not in ("gpkg", "geojson", "fgb"):
            raise ParameterError(f"{entry.name}: let its file end in .gpkg, .geojson or .fgb")
        driver = {"gpkg": "GPKG", "geojson": "GeoJSON", "fgb": "FlatGeobuf"}[ending]
        options = {"layer": entry.name} if driver == "GPKG" else {}
        pyogrio.write_dataframe(to_wgs84(frame) if driver == "GeoJSON" else frame, path, driver=driver, **options)
    elif ending != "csv":
        raise ParameterError(f"{entry.name}: the table has no geometry; let its file end in .csv")
    else:
        frame.to_csv(path, index=False, lineterminator="\n")
