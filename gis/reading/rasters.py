"""Reading rasters: a GeoTIFF on the grid and in the CRS of its file, its values as they are meant: scaled, masked, in
the unit of the layer."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import rasterio
import rasterio.enums
import rasterio.errors
from affine import Affine

from infragap.gis.arrays import AnyArray, BoolArray
from infragap.gis.errors import InfragapError
from infragap.gis.findings import Finding, fault
from infragap.gis.raster import Raster
from infragap.gis.reading.files import DAMAGED, FORMAT, limits, require_file, require_format, require_size
from infragap.gis.reading.raster_part import COARSE, MARGIN_KM, PART, RASTER_MB, Bounds, Part, fits, part_of
from infragap.process_wide import UNWARNED

NO_PLACE = fault("raster.no_place", reason="a grid without an origin lies nowhere")
NO_CRS = fault("raster.no_crs", reason="coordinates mean nothing without their system")
ODD_CRS = fault("raster.odd_crs", reason="a local or vertical system has no place on Earth")
ROTATED = fault(
    "raster.rotated",
    tolerance="grids whose rows run from south to north, or columns from east to west: they are turned",
    reason="cells must lie along the axes",
)
IN_METRES = fault("raster.in_metres", reason="a grid of degrees does not reach beyond 360")
IN_DEGREES = fault(
    "raster.in_degrees",
    reason="a grid of metres no wider than a few hundred metres, with cells of less than 1 m, holds degrees",
)
COMPLEX = fault("raster.complex", reason="heights, codes and runoff are plain numbers")
ODD_UNIT = fault(
    "raster.odd_unit", reason="the file states a unit that the layer is not in, and that cannot be converted"
)

DRIVER = "GTiff"

RESAMPLING = rasterio.enums.Resampling
CLASSES = ("forest",)
"""Layers of codes: of several cells the most frequent one stands, where others stand as their mean."""

UNITS: dict[str, dict[str, float]] = {
    "elevation": {
        "m": 1, "metre": 1, "metres": 1, "meter": 1, "meters": 1, "ft": 0.3048, "foot": 0.3048, "feet": 0.3048,
        "us survey foot": 1200 / 3937,
        "us-ft": 1200 / 3937, "ftus": 1200 / 3937, "cm": 0.01, "dm": 0.1, "km": 1000,
    },
    "runoff": {"mm": 1, "millimetre": 1, "millimeter": 1, "kg m-2": 1, "kg/m2": 1, "mm/month": 1, "cm": 10, "m": 1000,
    "in": 25.4, "inch": 25.4},
}  # fmt: skip
"""Units that a file may state, by layer, as a factor to metres or to mm a month."""


def read_raster(
    path: Path, *, layer: str = "raster", crs: pyproj.CRS | str | None = None, inside: Path | None = None
) -> Raster:
    """Read all bands of a GeoTIFF, all of it.

    Parameters
    ----------
    path
        The file.
    layer
        Name for messages, and for the unit that the values are brought into.
    crs
        CRS for a file that has none.
    inside
        Folder that nothing may lead out of.

    Returns
    -------
    Raster
        Two-dimensional values for one band, three-dimensional for several; north-up. Scale and offset of the file are
        applied, cells that a mask or an alpha band hides are unknown; dtype as stored where nothing had to be reckoned.

    Raises
    ------
    MissingDataError
        There is no such file.
    LayerError
        It cannot be read, has no CRS, is rotated, or too large.
    """
    return read_raster_around(lambda: None, path, layer=layer, crs=crs, inside=inside)[0]


def read_raster_around(
    ground: Callable[[], Bounds | None],
    path: Path,
    *,
    layer: str,
    crs: pyproj.CRS | str | None = None,
    inside: Path | None = None,
) -> tuple[Raster, list[Finding]]:
    """Read as `read_raster` does; of a file that is too large for memory the part around some places.

    Parameters
    ----------
    ground
        Gives the box of the places [degrees, WGS84: west, south, east, north], asked where the file is too large; None:
        such a file is refused.
    path, layer, crs, inside
        As for `read_raster`.

    Returns
    -------
    Raster
        As of `read_raster`.
    list of Finding
        The notice of what was read, where that is not all (`raster_part`).

    Raises
    ------
    MissingDataError
        There is no such file.
    LayerError
        As for `read_raster`; or none of the places lies on the raster.
    """
    require_file(path, layer=layer, inside=inside, largest_mb=limits().raster_file_mb)
    require_format(path, layer=layer)
    if path.suffix.lower() not in (".tif", ".tiff"):
        raise FORMAT.error(layer, file=path.name, found=path.suffix or "-", wanted="GeoTIFF (.tif)")
    try:
        with UNWARNED:
            with rasterio.open(path, driver=DRIVER) as dataset:
                known = _known_crs(dataset, path, layer=layer, crs=crs)
                _require_grid(dataset, known, path, layer=layer)
                part, found = _part(dataset, known, ground, path, layer=layer)
                affine = part.affine(dataset.transform)
            # levels of less detail that a file may hold were made by whatever rule: means are of its own cells
            own = {"OVERVIEW_LEVEL": "NONE"} if part.coarser > 1 else {}
            with rasterio.open(path, driver=DRIVER, **own) as dataset:
                values, nodata = _values(dataset, part, path, layer=layer)
    except (rasterio.errors.RasterioError, OverflowError, MemoryError, ValueError, TypeError) as error:
        raise DAMAGED.error(layer, file=path.name, reason=str(error)) from error
    if affine.e > 0:
        values = values[..., ::-1, :]
    if affine.a < 0:
        values = values[..., ::-1]
    upright = _north_up(affine, values.shape[-2:])
    return Raster(values=np.ascontiguousarray(values), transform=upright, crs=known, nodata=nodata), found


def _part(
    dataset: Any, crs: pyproj.CRS, ground: Callable[[], Bounds | None], path: Path, *, layer: str
) -> tuple[Part, list[Finding]]:
    """Give the cells to be read, and the notice that says so where these are not all."""
    rows, columns = dataset.shape
    if fits(rows, columns, dataset):
        return Part(0, 0, rows, columns), []
    part = part_of(dataset, crs, ground, layer=layer)
    if part is None:
        cells = rows * columns * dataset.count
        require_size(cells, limits().raster_cells, "cells", path=path, layer=layer)
        require_size(cells * np.dtype(dataset.dtypes[0]).itemsize / 1e6, RASTER_MB, "MB", path=path, layer=layer)
        raise AssertionError("what is too large was refused")
    read: dict[str, Any] = {"rows_read": part.rows, "columns_read": part.columns, "margin_km": MARGIN_KM}
    said = [PART.found(layer, file=path.name, rows_all=rows, columns_all=columns, **read)]
    if part.coarser > 1:
        said.append(COARSE.found(layer, file=path.name, coarser=part.coarser))
    return part, said


def _north_up(affine: Affine, shape: tuple[int, ...]) -> Affine:
    """Transform of the same grid with rows from north to south and columns from west to east."""
    west = affine.c if affine.a > 0 else affine.c + affine.a * shape[1]
    north = affine.f if affine.e < 0 else affine.f + affine.e * shape[0]
    return Affine(abs(affine.a), 0, west, 0, -abs(affine.e), north)


def _known_crs(dataset: Any, path: Path, *, layer: str, crs: pyproj.CRS | str | None) -> pyproj.CRS:
    found = dataset.crs
    if not found and crs is None:
        if dataset.transform.is_identity:
            raise NO_PLACE.error(layer, file=path.name)
        raise NO_CRS.error(layer, file=path.name)
    try:
        known = _pyproj_crs(found) if found else pyproj.CRS.from_user_input(crs)
    except pyproj.exceptions.CRSError as error:
        raise ODD_CRS.error(layer, file=path.name, crs=found.to_wkt()[:200]) from error
    base = known.source_crs if known.is_bound and known.source_crs is not None else known
    if known.is_compound:
        base = known.sub_crs_list[0]
        known = base
    if not (base.is_projected or base.is_geographic):
        raise ODD_CRS.error(layer, file=path.name, crs=known.name)
    return known


def _pyproj_crs(found: rasterio.crs.CRS) -> pyproj.CRS:
    # the EPSG code where there is one: GDAL's own WKT of the same CRS would not compare equal to the vector layers' CRS
    code = found.to_epsg()
    return pyproj.CRS.from_epsg(code) if code else pyproj.CRS.from_wkt(found.to_wkt())


def _require_grid(dataset: Any, crs: pyproj.CRS, path: Path, *, layer: str) -> None:
    """Refuse a grid that is rotated, nowhere, or in other units than its CRS."""
    affine = dataset.transform
    if affine.is_identity:
        raise NO_PLACE.error(layer, file=path.name)
    if affine.b or affine.d or not affine.a or not affine.e or not all(map(math.isfinite, affine[:6])):
        raise ROTATED.error(layer, file=path.name)
    if any(np.dtype(kind).kind not in "iuf" for kind in dataset.dtypes):
        raise COMPLEX.error(layer, file=path.name, dtype=dataset.dtypes[0])
    far = (affine.c + affine.a * dataset.width, affine.f + affine.e * dataset.height)
    reach = max(abs(value) for value in (affine.c, affine.f, *far))
    if crs.is_geographic and reach > 400:
        raise IN_METRES.error(layer, file=path.name, crs=crs.to_string())
    if crs.is_projected and reach <= 360 and abs(affine.a) < 1:
        raise IN_DEGREES.error(layer, file=path.name, crs=crs.to_string())


def _values(dataset: Any, part: Part, path: Path, *, layer: str) -> tuple[AnyArray, float | None]:
    """Give the bands of data as they are meant, and the value that says 'unknown'."""
    bands = [
        band
        for band, use in zip(dataset.indexes, dataset.colorinterp, strict=True)
        if use != rasterio.enums.ColorInterp.alpha
    ] or list(dataset.indexes)
    how = RESAMPLING.mode if layer in CLASSES else RESAMPLING.average
    values = dataset.read(bands, window=part.window, out_shape=(len(bands), *part.shape), resampling=how)
    nodata = dataset.nodata
    hidden = _hidden(dataset, part, bands, nodata)
    factors = np.array([_factor(dataset.units[band - 1], path, layer=layer) for band in bands])
    scales = np.array([dataset.scales[band - 1] for band in bands]) * factors
    offsets = np.array([dataset.offsets[band - 1] for band in bands]) * factors
    reckoned = bool((scales != 1).any() or (offsets != 0).any())
    if reckoned or (hidden is not None and hidden.any()):
        unknown = np.zeros(values.shape, dtype=bool) if hidden is None else hidden
        if nodata is not None and not math.isnan(nodata):
            unknown |= values == nodata
        values = values.astype(np.float32)
        values *= scales[:, None, None].astype(np.float32)
        values += offsets[:, None, None].astype(np.float32)
        values[unknown] = np.nan
        nodata = math.nan
    return (values[0] if len(bands) == 1 else values), nodata


def _hidden(dataset: Any, part: Part, bands: list[int], nodata: float | None) -> BoolArray | None:
    """Mark the cells that a mask or an alpha band hides; None where the file has neither."""
    alpha = [band for band in dataset.indexes if band not in bands]
    if alpha:
        # read as it is: GDAL makes masks of alpha bands of a few types only
        seen = dataset.read(alpha[0], window=part.window, out_shape=part.shape)
        return np.broadcast_to(seen == 0, (len(bands), *part.shape)).copy()
    flags = dataset.mask_flag_enums
    if nodata is not None or all(rasterio.enums.MaskFlags.all_valid in flags[band - 1] for band in bands):
        return None
    return np.asarray(dataset.read_masks(bands, window=part.window, out_shape=(len(bands), *part.shape)) == 0)


def _factor(unit: str | None, path: Path, *, layer: str) -> float:
    known = UNITS.get(layer)
    if not unit or not unit.strip() or known is None:
        return 1.0
    factor = known.get(unit.strip().lower())
    if factor is None:
        raise ODD_UNIT.error(layer, file=path.name, unit=unit, known=", ".join(known))
    return float(factor)


def grid_of(path: Path, *, crs: pyproj.CRS | str | None = None, inside: Path | None = None) -> Raster | None:
    """Tell CRS and cells of a raster file without reading its values (the values are a view of one zero).

    Parameters
    ----------
    path
        The file.
    crs
        CRS for a file that has none.
    inside
        Folder that nothing may lead out of.

    Returns
    -------
    Raster or None
        None where the file cannot be read, is rotated, or has no CRS: `read_raster` says what is wrong with it.
    """
    try:
        require_file(path, layer="raster", inside=inside, largest_mb=limits().raster_file_mb)
        require_format(path, layer="raster")
        with UNWARNED, rasterio.open(path, driver=DRIVER) as dataset:
            known = _known_crs(dataset, path, layer="raster", crs=crs)
            _require_grid(dataset, known, path, layer="raster")
            affine, shape = dataset.transform, dataset.shape
    except (InfragapError, rasterio.errors.RasterioError, ValueError, TypeError, OverflowError):
        return None
    return Raster(values=np.broadcast_to(np.uint8(0), shape), transform=_north_up(affine, shape), crs=known)
