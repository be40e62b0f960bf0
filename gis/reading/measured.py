"""Which CRS a pack is measured in, and how each layer comes into it.

A raster is never resampled if it is metric: resampled heights are other heights, and with them other slopes, streams
and routes. So the measuring CRS in memory is that of the elevation raster where lengths can be measured in it (square
cells, metres, scale error below 0.1 % at its middle), and the catalogue's `crs_measure` otherwise (degrees, Web
Mercator, a far UTM zone). Vector layers move without loss; the other rasters follow the elevation. What the catalogue's
`crs_measure` says beyond that, the CRS of coordinate tables that name none, holds always.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj

from infragap.gis.catalog import Catalog, LayerEntry
from infragap.gis.checking.grids import raster_findings
from infragap.gis.crs import measures_truly, to_measure
from infragap.gis.errors import InfragapError
from infragap.gis.findings import Finding, fault, findings_of
from infragap.gis.raster import Raster, warp
from infragap.gis.reading.layers import read_layer
from infragap.gis.reading.raster_part import Bounds
from infragap.gis.reading.rasters import grid_of, read_raster_around
from infragap.profiles.profile import Profile

NOT_MEASURED = fault(
    "geometry.not_measured",
    reason="the coordinates lie outside what the measuring system can hold, so they are of another system",
)


def measuring_crs(folder: Path, catalog: Catalog) -> str:
    """Choose the projected CRS of all layers in memory [m]: that of the elevation raster where it can measure, else the
    catalogue's."""
    named = catalog.pack.crs_measure
    if not catalog.has("elevation"):
        return named
    entry = catalog.entry("elevation")
    if entry.kind != "raster":
        return named
    grid = grid_of(folder / entry.file, crs=entry.crs, inside=folder)
    if grid is None or grid.crs == pyproj.CRS.from_user_input(named):
        return named
    west, south, east, north = grid.bounds
    square = math.isclose(grid.transform.a, -grid.transform.e, rel_tol=1e-9)
    if square and measures_truly(grid.crs, x=(west + east) / 2, y=(south + north) / 2):
        return grid.crs.to_string()
    return named


@dataclass(frozen=True, eq=False)
class LayerReader:
    """Reads the layers of one pack into its measuring CRS.

    Attributes
    ----------
    folder
        Of the pack.
    crs_named
        The catalogue's `crs_measure`: that of coordinate tables that name none.
    crs_measure
        The measuring CRS [m], see `measuring_crs`.
    profile
        Of the country.
    one_area
        Code of the one area that all places are of; None where the pack says which areas there are.
    """

    folder: Path
    crs_named: str
    crs_measure: str
    profile: Profile
    one_area: str | None

    def frame(self, entry: LayerEntry) -> tuple[gpd.GeoDataFrame | pd.DataFrame | None, list[Finding]]:
        """Read places or a table, in the order of the file, and give it with what is wrong with it; None where nothing
        of it can be used."""
        layer, found = read_layer(
            self.folder, entry, crs_measure=self.crs_named, profile=self.profile, one_area=self.one_area
        )
        if isinstance(layer, gpd.GeoDataFrame):
            layer = to_measure(layer, self.crs_measure, layer=entry.name)
            if not np.isfinite(layer.geometry.bounds.to_numpy()[~layer.geometry.is_empty.to_numpy()]).all():
                return None, [*found, NOT_MEASURED.found(entry.name, of=len(layer), crs=self.crs_measure)]
        return layer, found

    def raster(self, entry: LayerEntry, ground: Callable[[], Bounds | None]) -> tuple[Raster | None, list[Finding]]:
        """Read a raster, and give it with what is wrong with it; `ground` tells where places are if it is too large to
        be read whole."""
        try:
            raster, found = read_raster_around(
                ground, self.folder / entry.file, layer=entry.name, crs=entry.crs, inside=self.folder
            )
            found += raster_findings(raster, entry)
            return warp(raster, crs=self.crs_measure, method="nearest" if entry.name == "forest" else "bilinear"), found
        except InfragapError as error:
            return None, findings_of(error, layer=entry.name)
