"""Reading what the catalogue lists: the file read, its columns typed, its geometry checked, its entry compared."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from infragap.gis import schema
from infragap.gis.catalog import LayerEntry
from infragap.gis.checking.columns import typed
from infragap.gis.checking.geometry import geometry_findings
from infragap.gis.checking.vocabulary import vocabulary_findings
from infragap.gis.crs import same_crs
from infragap.gis.errors import InfragapError
from infragap.gis.findings import Finding, fault, findings_of
from infragap.gis.reading.files import require_file
from infragap.gis.reading.mapping import mapped
from infragap.gis.reading.points import with_points
from infragap.gis.reading.tables import read_table
from infragap.gis.reading.vector import TABLE_SUFFIXES, read_vector
from infragap.profiles.naming import outward
from infragap.profiles.profile import DEFAULT, Profile, read_profile

PLACES_OF_AREAS = ("settlements", "villages", "water_schemes", "schools")
"""Layers of places that name the area which they lie in."""

KIND = fault("catalog.kind_table", reason="places are read with their geometry")
NO_ROWS = fault("layer.no_rows", reason="no analysis can run without these rows")
ENTRY_CRS = fault("catalog.crs_differs", reason="file and catalogue name two places for one layer")
ENTRY_ROWS = fault("catalog.rows_differ", reason="rows were lost or added since the catalogue was written")
ENTRY_GEOMETRY = fault("catalog.geometry_differs", reason="another file lies where the layer should")
ENTRY_ID = fault("catalog.id_missing", reason="results are joined by the identifier")
ENTRY_ID_TWICE = fault("catalog.id_twice", reason="results are joined by the identifier")


def read_layer(
    folder: Path, entry: LayerEntry, *, crs_measure: str, profile: Profile | None = None, one_area: str | None = None
) -> tuple[gpd.GeoDataFrame | pd.DataFrame | None, list[Finding]]:
    """Read and validate a vector layer or table of a pack.

    Parameters
    ----------
    folder
        The pack.
    entry
        The layer's part of the catalogue.
    crs_measure
        CRS of tables with VN-2000 coordinates that name none.
    profile
        Of the pack; None for the default one.
    one_area
        Code that all places get where the pack does not say which areas there are.

    Returns
    -------
    tuple
        The layer (None where it cannot be read or its geometry not be trusted) in the CRS of its file, RangeIndex in
        the file's order, columns with faults left out; and all findings.
    """
    if entry.kind == "table" and schema.GEOMETRY.get(entry.name):
        return None, [KIND.found(entry.name, file=entry.file)]
    try:
        raw = read_raw(folder, entry, crs_measure=crs_measure)
    except InfragapError as error:
        return None, findings_of(error, layer=entry.name)
    found = list(raw.attrs.get("findings", ()))
    raw, unmapped = mapped(*_in_our_names(raw, entry, profile or read_profile()))
    if one_area is not None and entry.name in PLACES_OF_AREAS:
        raw["commune_code"] = one_area
    frame, cell_findings = typed(raw, layer=entry.name, profile=profile)
    cell_findings = unmapped + cell_findings + vocabulary_findings(frame, profile or read_profile(), layer=entry.name)
    if len(raw) == 0 and entry.name in schema.NEEDS_ROWS:
        # without rows a GeoJSON has no columns either: that is no fault of its own
        cell_findings = [NO_ROWS.found(entry.name, file=entry.file)]
    found += cell_findings
    if isinstance(raw, gpd.GeoDataFrame):
        frame = gpd.GeoDataFrame(frame, geometry=single_parts(raw, layer=entry.name), crs=raw.crs)
        misplaced = geometry_findings(frame, layer=entry.name) + _crs_findings(frame, entry)
        if misplaced:
            return None, [*found, *misplaced, *_entry_findings(frame, entry)]
    return frame, found + _entry_findings(frame, entry)


def _in_our_names(raw: pd.DataFrame, entry: LayerEntry, profile: Profile) -> tuple[pd.DataFrame, LayerEntry]:
    """Columns and mapping as the country writes them (`cost_musd`) under the names of the schema."""
    model = schema.LAYERS.get(entry.name)
    if profile.code == DEFAULT or model is None:
        return raw, entry
    theirs = {outward(name, profile): name for name in model.to_schema().columns if outward(name, profile) != name}
    named = {text: name for text, name in theirs.items() if text in raw.columns and name not in raw.columns}
    tables = {key: getattr(entry, key) for key in ("columns", "values", "defaults")}
    renamed = {key: {theirs.get(name, name): part for name, part in table.items()} for key, table in tables.items()}
    return raw.rename(columns=named), entry.model_copy(update=renamed)


def read_raw(folder: Path, entry: LayerEntry, *, crs_measure: str) -> pd.DataFrame:
    """Read the rows of a vector layer or table as they stand in the planner's file, before any mapping.

    Raises
    ------
    LayerError, MissingDataError
        The file cannot be read.
    """
    path = folder / entry.file
    require_file(path, layer=entry.name, inside=folder)
    is_table = path.suffix.lower() in TABLE_SUFFIXES
    default = crs_measure if entry.crs is None and is_table else entry.crs
    if entry.kind == "table" or (is_table and entry.heading_row is not None):
        table: pd.DataFrame = read_table(
            path, layer=entry.name, sheet=entry.sheet, encoding=entry.encoding, heading_row=entry.heading_row
        )
        if entry.kind != "table":
            table = with_points(table, layer=entry.name, crs=default, x=entry.x, y=entry.y, axis_order=entry.axis_order)
        return table
    frame: pd.DataFrame = read_vector(
        path, layer=entry.name, crs=default, sheet=entry.sheet, x=entry.x, y=entry.y, axis_order=entry.axis_order,
        encoding=entry.encoding
    )  # fmt: skip
    return frame


def single_parts(frame: gpd.GeoDataFrame, *, layer: str) -> gpd.GeoSeries:
    """Unwrap multipart geometries of one part where the schema wants simple ones (QGIS writes points as MultiPoint)."""
    wanted = schema.GEOMETRY.get(layer, ())
    shapes = frame.geometry.to_numpy().copy()
    if not wanted or any(name.startswith("Multi") for name in wanted):
        return gpd.GeoSeries(shapes, index=frame.index, crs=frame.crs)
    for position in np.flatnonzero(shapely.get_num_geometries(shapes) == 1):
        shapes[position] = shapely.get_geometry(shapes[position], 0)
    return gpd.GeoSeries(shapes, index=frame.index, crs=frame.crs)


def _crs_findings(frame: gpd.GeoDataFrame, entry: LayerEntry) -> list[Finding]:
    if entry.crs is None or frame.crs is None or same_crs(frame.crs, entry.crs):
        return []
    return [ENTRY_CRS.found(entry.name, of=len(frame), file_crs=frame.crs.to_string(), stated=entry.crs)]


def _entry_findings(frame: pd.DataFrame, entry: LayerEntry) -> list[Finding]:
    found = []
    if entry.rows is not None and len(frame) != entry.rows:
        found.append(ENTRY_ROWS.found(entry.name, of=len(frame), file=entry.file, stated=entry.rows))
    if entry.geometry is not None and isinstance(frame, gpd.GeoDataFrame):
        base = entry.geometry.removeprefix("Multi")
        held = sorted({str(kind) for kind in frame.geometry.geom_type.dropna()})
        if held and base not in {kind.removeprefix("Multi") for kind in held}:
            values = {"file": entry.file, "held": ", ".join(held), "stated": entry.geometry}
            found.append(ENTRY_GEOMETRY.found(entry.name, of=len(frame), **values))
    model = schema.LAYERS.get(entry.name)
    if entry.id is not None and entry.id not in frame.columns:
        # a schema column with a fault was left out, and is told already
        if model is None or entry.id not in model.to_schema().columns:
            found.append(ENTRY_ID.found(entry.name, of=len(frame), column=entry.id))
    elif entry.id is not None and entry.id != schema.ID_COLUMN.get(entry.name):
        twice = frame[entry.id].duplicated(keep=False).to_numpy()
        if twice.any():
            found.append(ENTRY_ID_TWICE.in_rows(frame, twice, layer=entry.name, column=entry.id))
    return found
