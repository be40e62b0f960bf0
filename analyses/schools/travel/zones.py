"""Zones on the ground as polygons: travel-time zones around schools and catchments, from rasters of nearest schools."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import rasterio.features
import shapely
from numpy.typing import NDArray

from infragap.gis.raster import Raster


def polygons_of(labels: NDArray[np.int32], like: Raster) -> gpd.GeoSeries:
    """One polygon (of one or several parts) per label.

    Parameters
    ----------
    labels
        (rows, columns), negative = no zone. Cells that touch only at a corner are apart.
    like
        Grid and CRS.

    Returns
    -------
    GeoSeries
        Index: labels, ascending.
    """
    shapes = rasterio.features.shapes(labels, mask=labels >= 0, connectivity=4, transform=like.transform)
    parts = [(int(label), shapely.geometry.shape(shape)) for shape, label in shapes]
    frame = gpd.GeoDataFrame(
        {"label": [label for label, _ in parts]}, geometry=[shape for _, shape in parts], crs=like.crs
    )
    return frame.dissolve("label").geometry if len(frame) else gpd.GeoSeries([], crs=like.crs)


def time_zones(
    minutes: NDArray[np.float64], site: NDArray[np.int32], like: Raster, *, upper_min: Sequence[float]
) -> gpd.GeoDataFrame:
    """Rings of travel time to the nearest site.

    Parameters
    ----------
    minutes, site
        (rows, columns) minutes to the nearest site, and which.
    like
        Grid and CRS.
    upper_min
        Ascending upper ends [min]; a cell at exactly an end lies within it.

    Returns
    -------
    GeoDataFrame
        site, minutes_from, minutes_to, area_km2 and the ring; rings of one site do not overlap.
    """
    ends = np.asarray(upper_min, np.float64)
    band = np.searchsorted(ends, minutes)
    labels = np.where((site >= 0) & (band < len(ends)), site * len(ends) + band, -1).astype(np.int32)
    rings = polygons_of(labels, like)
    number = rings.index.to_numpy(np.int64)
    starts = np.concatenate([[0.0], ends[:-1]])
    return gpd.GeoDataFrame(
        {
            "site": number // len(ends),
            "minutes_from": starts[number % len(ends)],
            "minutes_to": ends[number % len(ends)],
            "area_km2": rings.area.to_numpy() / 1e6,
        },
        geometry=rings.to_numpy(),
        crs=like.crs,
    )


def catchments(site: NDArray[np.int32], like: Raster, *, within: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Ground whose nearest site is the same, clipped to polygons.

    Parameters
    ----------
    site
        (rows, columns) row of the nearest site, -1 = none.
    like
        Grid and CRS.
    within
        Polygons that the catchments end at.

    Returns
    -------
    GeoDataFrame
        site, area_km2 and the polygon.
    """
    inside = rasterio.features.rasterize(
        ((shape, 1) for shape in within.geometry), out_shape=like.shape, transform=like.transform, dtype="uint8"
    ).astype(bool)
    zones = polygons_of(np.where(inside, site, -1).astype(np.int32), like)
    return gpd.GeoDataFrame(
        {"site": pd.array(zones.index), "area_km2": zones.area.to_numpy() / 1e6},
        geometry=zones.to_numpy(),
        crs=like.crs,
    )
