"""A data pack written from layers in memory: GeoParquet, CSV and GeoTIFF files with their catalogue."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

import geopandas as gpd
import pandas as pd

from infragap.gis import schema
from infragap.gis.catalog import FILE_NAME, Catalog, LayerEntry, PackHead, catalog_text, sha256_of
from infragap.gis.errors import LayerError
from infragap.gis.raster import Raster, write_raster
from infragap.profiles.profile import DEFAULT

Layer: TypeAlias = gpd.GeoDataFrame | pd.DataFrame | Raster | Path | str
"""A frame with places, a table, a raster, or the path of a raster file."""


def write_layers(
    folder: Path,
    layers: Mapping[str, Layer],
    *,
    title: str,
    crs_measure: str,
    profile: str = DEFAULT,
    mapping: Mapping[str, Mapping[str, Any]] | None = None,
) -> None:
    """Write layers and their catalogue into a folder.

    Parameters
    ----------
    folder
        Where to; made where it is not there.
    layers
        By the names of `schema`.
    title
        Of the pack; it also stands for the province.
    crs_measure
        Projected CRS to measure in [m].
    profile
        Of the country: a name, or the absolute path of a TOML file.
    mapping
        By layer, `columns`, `values`, `defaults` and whatever else its part of the catalogue may hold.

    Raises
    ------
    LayerError
        A layer is not one of the schema, has no CRS, or is of no kind that can be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    unknown = sorted(set(layers) - {*schema.LAYERS, *schema.RASTERS})
    if unknown:
        raise LayerError(f"{', '.join(unknown)}: no such layer. Use {', '.join((*schema.LAYERS, *schema.RASTERS))}.")
    entries = [_written(folder, name, layer, dict((mapping or {}).get(name, {}))) for name, layer in layers.items()]
    head = PackHead(title=title, province=title, crs_measure=crs_measure, profile=profile)
    (folder / FILE_NAME).write_text(catalog_text(Catalog(pack=head, layer=entries)), encoding="utf-8", newline="\n")


def _written(folder: Path, name: str, layer: Layer, extra: dict[str, Any]) -> LayerEntry:
    about: dict[str, Any] = {"name": name, "title": name, "provenance": "modelled"}
    if isinstance(layer, Path | str):
        source = Path(layer)
        about |= {"file": f"{name}{source.suffix.lower()}", "kind": "raster"}
        shutil.copyfile(source, folder / about["file"])
    elif isinstance(layer, Raster):
        about |= {"file": f"{name}.tif", "kind": "raster", "crs": layer.crs.to_string()}
        write_raster(layer, folder / about["file"])
    elif isinstance(layer, gpd.GeoDataFrame):
        if layer.crs is None:
            raise LayerError(f"{name}: the frame has no CRS. Say what it is in with set_crs.")
        about |= {"file": f"{name}.parquet", "kind": "vector", "crs": layer.crs.to_string()}
        about |= {"geometry": _geometry(name, layer), "rows": len(layer)}
        named = layer if layer.geometry.name == "geometry" else layer.rename_geometry("geometry")
        named.to_parquet(folder / about["file"], index=False)
    else:
        about |= {"file": f"{name}.csv", "kind": "table", "rows": len(layer)}
        layer.to_csv(folder / about["file"], index=False, encoding="utf-8")
    about["sha256"] = sha256_of(folder / about["file"])
    return LayerEntry.model_validate(about | extra)


def _geometry(name: str, frame: gpd.GeoDataFrame) -> str:
    kinds = sorted(frame.geometry.geom_type.dropna().unique(), key=len)
    return str(kinds[-1]) if kinds else schema.GEOMETRY[name][0]
