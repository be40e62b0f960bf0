"""Writes results for other tools: CSV, GeoJSON, GeoPackage with QGIS styles, KML. The spreadsheet is in `spreadsheet`."""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import simplekml

from infragap.analyses.columns import Column
from infragap.gis.crs import to_wgs84
from infragap.maps.style import qgis_style

FIXED_TIME = "2026-01-01T00:00:00.000Z"
"""Time stamp inside files that want one, so that equal results give equal bytes."""

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
COORDINATE_DIGITS = 6
DECIMALS = 6
BALLOON_CHARACTERS = 1900


def safe_cell(value: Any) -> Any:
    """A text that a spreadsheet would read as a formula gets an apostrophe before it; all else stays, a lone dash too."""
    return "'" + value if isinstance(value, str) and value.startswith(FORMULA_STARTS) and value != "-" else value


def write_csv(frame: pd.DataFrame, path: Path) -> None:
    """Write a table as CSV, UTF-8 with BOM; geometry is left out, numbers have six decimals at most, texts cannot act as formulas."""
    table = pd.DataFrame(frame.drop(columns="geometry", errors="ignore")).round(DECIMALS)
    for name in table.select_dtypes(object).columns:
        table[name] = table[name].map(safe_cell)
    table.to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\n")


def write_dictionary(tables: Mapping[str, Sequence[Column]], path: Path) -> None:
    """Write the data dictionary: one row per table and column with unit, meaning, Vietnamese heading and origin."""
    rows = [
        (table, c.name, c.unit, c.heading("vi"), c.meaning("en"), c.derived_from)
        for table, columns in tables.items()
        for c in columns
    ]
    names = ["table", "column", "unit", "heading_vi", "meaning", "derived_from"]
    write_csv(pd.DataFrame(rows, columns=names), path)


@contextmanager
def _fixed_clock() -> Iterator[None]:
    """GDAL writes the time into GeoPackages; give it always the same one."""
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": FIXED_TIME})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})


def write_geojson(frame: gpd.GeoDataFrame, path: Path) -> None:
    """Write a layer as GeoJSON after RFC 7946 (WGS84, six decimals)."""
    pyogrio.write_dataframe(
        to_wgs84(frame),
        path,
        driver="GeoJSON",
        layer_options={"RFC7946": "YES", "COORDINATE_PRECISION": str(COORDINATE_DIGITS)},
    )


def write_geopackage(layers: Mapping[str, gpd.GeoDataFrame], path: Path) -> None:
    """Write layers (WGS84) into one GeoPackage with their QGIS styles inside."""
    with _fixed_clock():
        for name, frame in layers.items():
            kinds = frame.geom_type.dropna().unique()
            pyogrio.write_dataframe(
                to_wgs84(frame),
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


def write_kml(
    layers: Mapping[str, tuple[str, gpd.GeoDataFrame]], headings: Mapping[str, Sequence[Column]], path: Path
) -> None:
    """Write layers as KML: a folder per layer, in it a folder per commune, values as ExtendedData.

    Parameters
    ----------
    layers
        Layer name → (Vietnamese title, frame with `name` or an id in its first column, and `commune` where known).
    headings
        Layer name → columns to show, with their Vietnamese headings.
    """
    # the counter of ids is the library's own and lives as long as the process: start it anew before the document
    simplekml.Kml().resetidcounter()
    kml = simplekml.Kml(name="infragap")
    for layer, (title, frame) in layers.items():
        top = kml.newfolder(name=title)
        folders: dict[str, Any] = {}
        for row in to_wgs84(frame).to_dict("records"):
            commune = _text(row.get("commune")) or title
            folder = folders.get(commune) or folders.setdefault(commune, top.newfolder(name=commune))
            _add_feature(folder, row, headings[layer])
    path.write_text(kml.kml(format=False), encoding="utf-8")


def _add_feature(folder: Any, row: Mapping[str, Any], columns: Sequence[Column]) -> None:
    geometry = row["geometry"]
    name = _text(row.get("name")) or _text(row.get(columns[0].name))
    for part in getattr(geometry, "geoms", [geometry]):
        if part is None or part.is_empty:
            continue
        if part.geom_type == "Point":
            feature = folder.newpoint(name=name, coords=_coordinates(part.coords))
        elif part.geom_type == "LineString":
            feature = folder.newlinestring(name=name, coords=_coordinates(part.coords))
        else:
            feature = folder.newpolygon(name=name, outerboundaryis=_coordinates(part.exterior.coords))
        reason = _text(row.get("reason_vi"))
        if reason:
            # a balloon is read as HTML
            feature.description = html.escape(reason[:BALLOON_CHARACTERS])
        for column in columns:
            value = row.get(column.name)
            if column.name != "reason_vi" and value is not None and not (isinstance(value, float) and np.isnan(value)):
                feature.extendeddata.newdata(
                    name=column.name, value=escape(_text(value)), displayname=escape(column.heading("vi"))
                )


def _coordinates(coordinates: Iterable[tuple[float, ...]]) -> list[tuple[float, float]]:
    return [(round(c[0], COORDINATE_DIGITS), round(c[1], COORDINATE_DIGITS)) for c in coordinates]


def _text(value: Any) -> str:
    """Text that XML can hold: NFC, no control characters."""
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return ""
    text = unicodedata.normalize("NFC", f"{value:.6g}" if isinstance(value, float) else str(value))
    return "".join(
        c for c in text if c in "\n\t" or (unicodedata.category(c) not in ("Cc", "Cs") and c not in "\ufffe\uffff")
    )
