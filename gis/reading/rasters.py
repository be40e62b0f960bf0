"""Reading rasters: a GeoTIFF as it is stored, on the grid and in the CRS of its file."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pyproj
import rasterio
import rasterio.errors

from infragap.gis.errors import LayerError, MissingDataError
from infragap.gis.raster import Raster


def read_raster(path: Path, *, layer: str = "raster", crs: pyproj.CRS | str | None = None) -> Raster:
    """Read all bands of a GeoTIFF (or any raster that GDAL reads).

    Parameters
    ----------
    path
        The file.
    layer
        Name for messages.
    crs
        CRS for a file that has none.

    Returns
    -------
    Raster
        Two-dimensional values for one band, three-dimensional for several; dtype as stored.

    Raises
    ------
    MissingDataError
        There is no such file.
    LayerError
        It cannot be read, has no CRS, or is rotated.
    """
    if not path.exists():
        raise MissingDataError(f"{layer}: there is no file {path}. Put it there or correct `file` in catalog.toml.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", rasterio.errors.NotGeoreferencedWarning)
            with rasterio.open(path) as dataset:
                values = dataset.read(1) if dataset.count == 1 else dataset.read()
                found, nodata, affine = dataset.crs, dataset.nodata, dataset.transform
    except rasterio.errors.NotGeoreferencedWarning as error:
        raise LayerError(
            f"{layer}: {path.name} does not say where it lies, or is cut off. Export it again as GeoTIFF with its CRS."
        ) from error
    except rasterio.errors.RasterioError as error:
        raise LayerError(
            f"{layer}: {path.name} is not a readable raster ({error}). Export it again as GeoTIFF."
        ) from error
    if found is None and crs is None:
        raise LayerError(
            f"{layer}: {path.name} has no CRS. Write it into the file (gdal_edit -a_srs) or as `crs` of the layer in catalog.toml."
        )
    return Raster(
        values=values,
        transform=affine,
        crs=_known_crs(found) if found else pyproj.CRS.from_user_input(crs),
        nodata=nodata,
    )


def grid_of(path: Path, *, crs: pyproj.CRS | str | None = None) -> Raster | None:
    """Tell CRS and cells of a raster file without reading its values (the values are a view of one zero).

    Parameters
    ----------
    path
        The file.
    crs
        CRS for a file that has none.

    Returns
    -------
    Raster or None
        None where the file cannot be read, is rotated, or has no CRS: `read_raster` says what is wrong with it.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", rasterio.errors.NotGeoreferencedWarning)
            with rasterio.open(path) as dataset:
                found, affine, shape = dataset.crs, dataset.transform, dataset.shape
        if found is None and crs is None:
            return None
        known = _known_crs(found) if found else pyproj.CRS.from_user_input(crs)
        return Raster(values=np.broadcast_to(np.uint8(0), shape), transform=affine, crs=known)
    except (rasterio.errors.NotGeoreferencedWarning, rasterio.errors.RasterioError, LayerError):
        return None


def _known_crs(found: rasterio.crs.CRS) -> pyproj.CRS:
    # the EPSG code where there is one: GDAL's own WKT of the same CRS would not compare equal to the vector layers' CRS
    code = found.to_epsg()
    return pyproj.CRS.from_epsg(code) if code else pyproj.CRS.from_wkt(found.to_wkt())
