"""Reading what the catalogue lists: the file read, its columns typed, its geometry checked, its entry compared."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from infragap.gis import schema
from infragap.gis.catalog import LayerEntry
from infragap.gis.checking.columns import sentence, typed
from infragap.gis.checking.geometry import geometry_faults
from infragap.gis.checking.vocabulary import vocabulary_faults
from infragap.gis.crs import same_crs
from infragap.gis.errors import LayerError, MissingDataError
from infragap.gis.reading.mapping import mapped
from infragap.gis.reading.tables import read_table
from infragap.gis.reading.vector import TABLE_SUFFIXES, read_vector
from infragap.profiles.profile import Profile, read_profile


def read_layer(
    folder: Path, entry: LayerEntry, *, crs_measure: str, profile: Profile | None = None
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
    profile
        Of the pack; None for the default one.

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
    raw, unmapped = mapped(raw, entry)
    frame, faults = typed(raw, layer=entry.name)
    faults = unmapped + faults + vocabulary_faults(frame, profile or read_profile(), layer=entry.name)
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
