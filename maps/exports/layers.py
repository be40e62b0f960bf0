"""Writes layers for GIS: GeoJSON after RFC 7946, and one GeoPackage with QGIS styles inside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio

from infragap.gis.crs import to_wgs84
from infragap.maps.exports.outward import outward_frame
from infragap.maps.exports.qgis import qgis_style
from infragap.process_wide import WhileWanted

FIXED_TIME = "2026-01-01T00:00:00.000Z"
"""Time stamp inside files that want one, so that equal results give equal bytes."""
COORDINATE_DIGITS = 6
ID_FIELD = "infragap_feature_id"


@contextmanager
def _same_time() -> Iterator[None]:
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": FIXED_TIME})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})


_FIXED_CLOCK = WhileWanted(_same_time)
"""GDAL writes the time into GeoPackages; while this is held it is always the same one."""


def write_geojson(frame: gpd.GeoDataFrame, path: Path, id_columns: Sequence[str] = ()) -> None:
    """Write a layer as GeoJSON after RFC 7946 (WGS84, six decimals).

    Parameters
    ----------
    frame
        Features in any CRS.
    path
        File to write.
    id_columns
        Columns whose values together name a feature: they become its `id` and stay among its properties. Where two
        features have the same, none gets an id.
    """
    options = {"RFC7946": "YES", "COORDINATE_PRECISION": str(COORDINATE_DIGITS)}
    features = to_wgs84(outward_frame(frame))
    ids = [_feature_id(values) for values in frame[list(id_columns)].itertuples(index=False)] if id_columns else []
    if ids and len(set(ids)) == len(ids):
        # the driver takes the field away from the properties, so it is one of its own
        features = features.assign(**{ID_FIELD: ids})
        options |= {"ID_FIELD": ID_FIELD, "ID_TYPE": "String"}
    pyogrio.write_dataframe(features, path, driver="GeoJSON", layer_options=options)


def _feature_id(values: Sequence[object]) -> str:
    return "-".join(f"{value:g}" if isinstance(value, float) else str(value) for value in values)


def write_geoparquet(frame: gpd.GeoDataFrame, path: Path) -> None:
    """Write a layer as GeoParquet 1.1 (WGS84)."""
    to_wgs84(outward_frame(frame)).to_parquet(path, index=False, compression="zstd", schema_version="1.1.0")


def write_geopackage(layers: Mapping[str, gpd.GeoDataFrame], path: Path) -> None:
    """Write layers (WGS84) into one GeoPackage with their QGIS styles inside."""
    with _FIXED_CLOCK:
        for name, frame in layers.items():
            kinds = frame.geom_type.dropna().unique()
            pyogrio.write_dataframe(
                to_wgs84(outward_frame(frame)),
                path,
                layer=name,
                driver="GPKG",
                append=path.exists(),
                promote_to_multi=len(kinds) > 1,
                geometry_type=None if len(frame) else "Point",
            )
        styles = pd.DataFrame(
            [
                {
                    "f_table_catalog": "",
                    "f_table_schema": "",
                    "f_table_name": name,
                    "f_geometry_column": "geom",
                    "styleName": name,
                    "styleQML": style,
                    "styleSLD": "",
                    "useAsDefault": True,
                    "description": "",
                    "owner": "infragap",
                    "ui": "",
                    "update_time": FIXED_TIME,
                }
                for name, frame in layers.items()
                if (style := qgis_style(name, frame))
            ]
        )
        if len(styles):
            pyogrio.write_dataframe(styles, path, layer="layer_styles", driver="GPKG", append=True)
