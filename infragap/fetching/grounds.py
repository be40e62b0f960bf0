"""Rasters cut to a box: people, trees."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from affine import Affine
from rasterio.enums import Resampling
from rasterio.merge import merge

from infragap.fetching.answers import read_json
from infragap.fetching.client import Client, Fetched, FetchError, NotThereError, Wanted
from infragap.fetching.services import address

Box = tuple[float, float, float, float]

TREE_CODES = (10, 95)
"""Codes of WorldCover for trees and mangroves."""

TREE_CELL = 1 / 2000
"""Cell of the forest layer [°], about 55 m."""

POPULATION_NODATA = -99999.0


def cover_tiles(box: Box) -> list[str]:
    """Names of the tiles of three degrees that a box touches, by their south-west corners.

    Examples
    --------
    >>> cover_tiles((103.52, 21.32, 105.10, 22.85))
    ['ESA_WorldCover_10m_2021_v200_N21E102_Map.tif', 'ESA_WorldCover_10m_2021_v200_N21E105_Map.tif']
    """
    return [
        f"ESA_WorldCover_10m_2021_v200_{_letter(lat, 'NS')}{abs(lat):02d}{_letter(lon, 'EW')}{abs(lon):03d}_Map.tif"
        for lat, lon in corners(box, 3)
    ]


def _letter(degrees: int, letters: str) -> str:
    return letters[0] if degrees >= 0 else letters[1]


def corners(box: Box, step: int) -> Iterator[tuple[int, int]]:
    """Latitude and longitude of the south-west corners of the tiles that a box touches [°]."""
    west, south, east, north = box
    for lat in range(step * math.floor(south / step), step * math.ceil(north / step), step):
        for lon in range(step * math.floor(west / step), step * math.ceil(east / step), step):
            yield lat, lon


def fetch_people(client: Client, country: str, year: int, box: Box, path: Path) -> tuple[list[Fetched], str]:
    """Write people per cell of 100 m, and give what must be cited.

    Raises
    ------
    FetchError
        The country or year is not there, or the file cannot be read.
    """
    # Kosovo is asked for by another code than its files have
    asked = {"XKX": "KOS"}.get(country, country)
    url = address("worldpop", f"pop/G2_CN_POP_R25A_100m?iso3={asked}", client.environment)
    meta = client.get(Wanted("worldpop", url, "json"))
    records = [one for one in read_json(meta.path).get("data", []) if str(one.get("popyear")) == str(year)]
    if not records or not records[0].get("files"):
        raise NotThereError(f"worldpop: no people of {country} in {year}")
    record = records[0]
    raster = client.get(Wanted("worldpop_files", str(record["files"][0]), "tiff"))
    with opened(raster.path) as dataset:
        own = dataset.transform
        rows, cols, transform = _part(own, (dataset.height, dataset.width), box)
        if rows[0] >= rows[1] or cols[0] >= cols[1]:
            raise NotThereError(f"worldpop: the box lies outside of {country}")
        values = dataset.read(1, window=(rows, cols)).astype(np.float32)
        nodata = POPULATION_NODATA if dataset.nodata is None else dataset.nodata
    values = np.where(np.isfinite(values) & (values != nodata) & (values > 0), values, 0)
    written(path, values.astype(np.float32), transform)
    told = f"{record.get('citation', '')} (record of {record.get('date', '?')}, {record.get('doi', '')})"
    return [meta, raster], " ".join(told.split())


def _part(own: Affine, shape: tuple[int, int], box: Box) -> tuple[tuple[int, int], tuple[int, int], Affine]:
    """Rows and columns of a raster that a box touches, and where the first of them lies."""
    west, south, east, north = box
    cols = max(0, math.floor((west - own.c) / own.a)), min(shape[1], math.ceil((east - own.c) / own.a))
    rows = max(0, math.floor((own.f - north) / -own.e)), min(shape[0], math.ceil((own.f - south) / -own.e))
    return rows, cols, Affine(own.a, 0, own.c + cols[0] * own.a, 0, own.e, own.f + rows[0] * own.e)


def fetch_trees(client: Client, box: Box, path: Path) -> list[Fetched]:
    """Write forest: 1 under trees, 0 elsewhere; whose forest it is by law is not known from above."""
    found = []
    for name in cover_tiles(box):
        try:
            found.append(client.get(Wanted("worldcover", address("worldcover", name, client.environment), "tiff")))
        except NotThereError:
            continue
    if not found:
        raise NotThereError("worldcover: no tile of land cover lies in the box")
    values, transform = _mosaic([one.path for one in found], box, TREE_CELL, Resampling.nearest, 0)
    written(path, np.isin(values, TREE_CODES).astype(np.uint8), transform)
    return found


def opened(path: Path) -> Any:
    """Open a fetched file as what it must be: nothing else is tried, so it cannot name other files."""
    try:
        return rasterio.open(path, driver="GTiff")
    except rasterio.errors.RasterioIOError as error:
        raise FetchError(f"{path.name} is no readable raster: {error}") from error


def _mosaic(paths: Sequence[Path], box: Box, step: float, how: Resampling, empty: float) -> tuple[Any, Affine]:
    datasets = [opened(path) for path in paths]
    try:
        with warnings.catch_warnings():
            # rasterio multiplies transforms in a way that affine wants written anew
            warnings.simplefilter("ignore", PendingDeprecationWarning)
            values, transform = merge(datasets, bounds=box, res=(step, step), nodata=empty, resampling=how)
    finally:
        for dataset in datasets:
            dataset.close()
    return values[0], transform


def written(path: Path, values: Any, transform: Affine) -> None:
    """Write a raster in degrees."""
    path.parent.mkdir(parents=True, exist_ok=True)
    profile = {
        "driver": "GTiff", "height": values.shape[0], "width": values.shape[1], "count": 1, "dtype": values.dtype.name,
        "crs": "EPSG:4326", "transform": transform, "compress": "deflate",
    }  # fmt: skip
    with rasterio.open(path, "w", **profile) as dataset:
        dataset.write(values, 1)
