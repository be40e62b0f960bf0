"""Forest classes by cell: each commune's published hectares laid on its highest and steepest ground."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import rasterio.features
import scipy.ndimage as ndi
from numpy.typing import NDArray

from infragap.gis.errors import LayerError
from infragap.gis.raster import Raster, rasterize, sample, xy
from infragap.gis.schema import FOREST_NATURAL, FOREST_NONE, FOREST_PRODUCTION, FOREST_PROTECTION, FOREST_SPECIAL_USE
from infragap.gis.terrain import slope_deg

SLOPE_WEIGHT_M = 15.0
"""One degree of slope counts as much as this many metres of height in the order in which cells become forest;
assumption."""

PATCH_M = 600.0
"""Standard deviation of the smoothing that makes patches of forest instead of single cells; assumption."""

TEXTURE_M = 60.0
"""Random metres in that order, so that edges of forest do not follow contour lines; assumption."""


def build_forest(
    communes: gpd.GeoDataFrame,
    elevation: Raster,
    lakes: gpd.GeoDataFrame,
    rng: np.random.Generator,
    *,
    given: Raster | None = None,
) -> Raster:
    """Build the forest layer.

    Parameters
    ----------
    communes
        Polygons with forest hectares, columns of `infragap.gis.schema.Communes`.
    elevation
        Heights in the measuring CRS [m].
    lakes
        Cells of lakes stay without forest.
    rng
        Source of the texture.
    given
        A real raster with the codes of `infragap.gis.schema`, any CRS; it is brought to the grid instead.

    Returns
    -------
    Raster
        uint8 on the grid of `elevation`: class, plus 10 where the stand is natural forest.

    Notes
    -----
    Per commune the cells are put in order of height and slope; the first become special-use forest, the next
    protection, the next production, and the first of all of them are natural, each as many as the published hectares
    times the polygon's area over the official area. Forest outside the three classes enters only where it is natural
    (code 10).
    """
    if given is not None:
        return _from_given(given, elevation)
    owner = rasterize(communes.assign(number=np.arange(1, len(communes) + 1)), elevation, column="number")
    burnt = rasterio.features.rasterize(list(lakes.geometry), out_shape=elevation.shape, transform=elevation.transform)
    number = np.where(burnt > 0, 0, owner.values).ravel()
    order = np.argsort(-_suitability(elevation, rng).ravel(), kind="stable")
    codes = np.zeros(number.size, dtype=np.uint8)
    by_commune = order[np.argsort(number[order], kind="stable")]
    ends = np.searchsorted(number[by_commune], np.arange(1, len(communes) + 2))
    cell_ha = elevation.cell_size_m**2 / 1e4
    for i, commune in enumerate(communes.itertuples()):
        cells = by_commune[ends[i] : ends[i + 1]]
        scale = commune.geometry.area / 1e6 / commune.area_km2 / cell_ha
        codes[cells] = _classes(
            len(cells),
            special_use=round(commune.special_use_forest_ha * scale),
            protection=round(commune.protection_forest_ha * scale),
            production=round(commune.production_forest_ha * scale),
            natural=round(commune.natural_forest_ha * scale),
        )
    return elevation.with_values(codes.reshape(elevation.shape))


def _classes(count: int, *, special_use: int, protection: int, production: int, natural: int) -> NDArray[np.uint8]:
    """Codes of the cells of one commune, in their order."""
    codes = np.full(count, FOREST_NONE, dtype=np.uint8)
    protected = special_use + protection
    codes[:special_use] = FOREST_SPECIAL_USE
    codes[special_use:protected] = FOREST_PROTECTION
    codes[protected : protected + production] = FOREST_PRODUCTION
    codes[:natural] += FOREST_NATURAL
    return codes


def _suitability(elevation: Raster, rng: np.random.Generator) -> NDArray[np.float32]:
    height = elevation.floats()
    steep = slope_deg(elevation).values
    texture = ndi.gaussian_filter(rng.standard_normal(elevation.shape).astype(np.float32), 8)
    texture *= TEXTURE_M / texture.std()
    patches = ndi.gaussian_filter(height + SLOPE_WEIGHT_M * steep, PATCH_M / elevation.cell_size_m)
    return np.asarray(patches + texture, dtype=np.float32)


def _from_given(given: Raster, elevation: Raster) -> Raster:
    rows, cols = np.indices(elevation.shape)
    if given.crs != elevation.crs:
        raise LayerError(
            f"forest: the raster is in {given.crs.to_string()}. Warp it to {elevation.crs.to_string()} first."
        )
    x, y = xy(elevation, rows.ravel(), cols.ravel())
    codes = sample(given, x, y, method="nearest").reshape(elevation.shape)
    known = {base + extra for base in range(4) for extra in (0, FOREST_NATURAL)}
    unknown = sorted(set(np.unique(codes[~np.isnan(codes)]).astype(int)) - known)
    if unknown:
        raise LayerError(f"forest: unknown class codes {unknown}. Recode them to {sorted(known)}.")
    return elevation.with_values(np.nan_to_num(codes, nan=FOREST_NONE).astype(np.uint8))
