"""Writing a pack: layers in the formats of the embedded pack, the catalogue with checksums, and the swap into place."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from infragap.gis.catalog import FILE_NAME, sha256_of
from infragap.gis.crs import WGS84, to_wgs84
from infragap.gis.errors import LayerError, ParameterError
from infragap.gis.findings import faults
from infragap.gis.pack import check_pack
from infragap.gis.raster import Raster, write_raster
from infragap.gis.schema import GEOMETRY, ID_COLUMN

DATE = "2026-11-22"
"""Day of the fact tables; fixed, so that a rebuilt pack has the same bytes."""

DECIMALS = 5
"""Decimals of coordinates in degrees: about one metre."""

FILES: dict[str, str] = {
    "communes": "boundaries/communes.geojson",
    "villages": "villages/villages.csv",
    "settlements": "villages/settlements.csv",
    "roads": "roads/roads.geojson",
    "bridges": "roads/bridges.csv",
    "rivers": "water/rivers.geojson",
    "lakes": "water/lakes.geojson",
    "grid_lines": "grid/grid_lines.geojson",
    "substations": "grid/substations.csv",
    "stations": "grid/stations.csv",
    "elevation": "terrain/elevation.tif",
    "forest": "terrain/forest.tif",
    "runoff": "climate/runoff.tif",
    "solar": "climate/solar.csv",
    "water_schemes": "water/schemes.csv",
    "water_households": "water/households.csv",
    "schools": "schools/schools.csv",
}


@dataclass(frozen=True)
class Described:
    """What the catalogue says of a layer beside what its file shows."""

    title: str
    licence: str
    provenance: str
    method: str


def write_layer(folder: Path, name: str, layer: gpd.GeoDataFrame | pd.DataFrame | Raster, about: Described) -> str:
    """Write one layer and give its part of the catalogue.

    Parameters
    ----------
    folder
        Of the pack.
    name
        Layer name of `infragap.gis.schema`.
    layer
        In the measuring CRS (tables without geometry have none).
    about
        Title, licence, provenance, method.
    """
    path = folder / FILES[name]
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(layer, Raster):
        write_raster(layer, path)
        facts: dict[str, str | int] = {"kind": "raster", "crs": layer.crs.to_string(), "bands": layer.bands}
    elif not isinstance(layer, gpd.GeoDataFrame):
        _write_csv(layer, path)
        facts = {"kind": "table", "rows": len(layer)}
    else:
        facts = {"kind": "vector", "crs": WGS84, "geometry": _geometry_type(name, layer), "rows": len(layer)}
        degrees = to_wgs84(layer, layer=name)
        if path.suffix == ".csv":
            longitude, latitude = degrees.geometry.x.round(DECIMALS), degrees.geometry.y.round(DECIMALS)
            table = pd.DataFrame(degrees.drop(columns="geometry"))
            _write_csv(table.assign(longitude=longitude, latitude=latitude), path)
            facts |= {"x": "longitude", "y": "latitude"}
        else:
            degrees = degrees.set_geometry(rounded(degrees.geometry.to_numpy()), crs=degrees.crs)
            degrees.to_file(path, driver="GeoJSON", engine="pyogrio", RFC7946="YES", COORDINATE_PRECISION=DECIMALS)
    if name in ID_COLUMN:
        facts["id"] = ID_COLUMN[name]
    entry = {
        "name": name, "title": about.title, "file": FILES[name], **facts, "licence": about.licence, "date": DATE,
        "sha256": sha256_of(path), "provenance": about.provenance, "method": about.method,
    }  # fmt: skip
    return "[[layer]]\n" + "".join(f"{key} = {_toml(value)}\n" for key, value in entry.items())


def rounded(shapes: NDArray[Any]) -> NDArray[Any]:
    """Round polygons to the decimals written so that they stay valid polygons: rings that close up are dropped,
    crossing ones mended.

    Parameters
    ----------
    shapes
        (n,) geometries in degrees.

    Examples
    --------
    A spur narrower than the rounding disappears:

    >>> spur = shapely.Polygon([(0, 0), (1, 0), (1, 1), (0.500001, 1), (0.5, 2), (0.499999, 1), (0, 1)])
    >>> rounded(np.array([spur]))[0].geom_type, round(rounded(np.array([spur]))[0].area, 6)
    ('Polygon', 1.0)
    """
    result = np.array(shapes, dtype=object)
    area = shapely.get_dimensions(result) == 2
    # rounded here and not by GDAL alone, which moves vertices of its own choice when the rounded ring crosses itself
    plain = shapely.transform(result, lambda points: np.round(points, DECIMALS))
    result[area] = plain[area]
    broken = area & ~shapely.is_valid(plain)
    result[broken] = [_polygonal(shape) for shape in shapely.set_precision(shapes[broken], 10.0**-DECIMALS)]
    return result


def _polygonal(shape: shapely.Geometry) -> shapely.Geometry:
    """The polygons of a shape, without the lines and points that a mended ring may leave."""
    parts = [part for part in shapely.get_parts(shape).tolist() if part.geom_type == "Polygon"]
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)


def write_catalog(
    folder: Path, *, head: dict[str, str | int], targets: dict[str, float | int], entries: list[str]
) -> None:
    """Write catalog.toml from the head, the published targets, and the parts that `write_layer` gave."""
    parts = [
        "[pack]\n" + "".join(f"{key} = {_toml(value)}\n" for key, value in head.items()),
        "[targets]\n" + "".join(f"{key} = {_toml(value)}\n" for key, value in targets.items()),
        *entries,
    ]
    (folder / FILE_NAME).write_text("\n".join(parts), encoding="utf-8", newline="\n")


@contextmanager
def replaced(out: Path) -> Iterator[Path]:
    """Give a folder beside `out` to build in; where the building succeeds and the pack is sound, it takes the place of
    `out`.

    What else lies in `out` (fact tables, README) is kept. A failed build leaves `out` as it was.

    Raises
    ------
    ParameterError
        `out` holds something that is not a data pack.
    LayerError
        The built pack has faults.
    """
    if out.exists() and any(out.iterdir()) and not (out / FILE_NAME).exists() and not (out / "facts").is_dir():
        raise ParameterError(f"--out: {out} is not empty and not a data pack. Name a new folder, or empty this one.")
    out.parent.mkdir(parents=True, exist_ok=True)
    building, former = out.with_name(f".{out.name}.building"), out.with_name(f".{out.name}.former")
    for stale in (building, former):
        if stale.exists():
            shutil.rmtree(stale)
    building.mkdir()
    try:
        yield building
        found = faults(check_pack(building))
        if found:
            raise LayerError("the built pack has faults: " + " ".join(map(str, found)), findings=found)
        if out.exists():
            _keep_others(out, building)
            out.rename(former)
        building.rename(out)
    finally:
        if former.exists() and not out.exists():
            former.rename(out)
        for rest in (building, former):
            if rest.exists():
                shutil.rmtree(rest)


def _keep_others(out: Path, building: Path) -> None:
    built = {Path(file).parts[0] for file in FILES.values()} | {FILE_NAME}
    for other in sorted(out.iterdir()):
        if other.name not in built:
            if other.is_dir():
                shutil.copytree(other, building / other.name)
            else:
                shutil.copy2(other, building / other.name)


def _write_csv(frame: pd.DataFrame, path: Path) -> None:
    frame.to_csv(path, index=False, encoding="utf-8", lineterminator="\n")


def _geometry_type(name: str, layer: gpd.GeoDataFrame) -> str:
    multi = layer.geometry.geom_type.str.startswith("Multi").any()
    return next(kind for kind in reversed(GEOMETRY[name]) if kind.startswith("Multi") or not multi)


def _toml(value: str | float) -> str:
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return str(value)
