"""Forest classes: the hectares of each commune, on its high ground, and given rasters."""

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely
from affine import Affine

from infragap.gis.errors import LayerError
from infragap.gis.raster import Raster, rasterize
from infragap.reference.land.forest import build_forest

EPSG = "EPSG:9208"


def _no_lakes() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(geometry=gpd.GeoSeries([], crs=EPSG))


def _hill(size: int = 60) -> Raster:
    """Ground that rises by 20 m a cell to the north."""
    rows = np.arange(size)[::-1, None] * 20.0
    values = np.repeat(rows, size, axis=1).astype(np.float32)
    return Raster(values, Affine(100, 0, 400_000, 0, -100, 2_406_000), pyproj.CRS.from_user_input(EPSG))


def _commune(area_km2: float, **hectares: float) -> gpd.GeoDataFrame:
    columns = {"special_use": 0.0, "protection": 0.0, "production": 0.0, "natural": 0.0} | hectares
    return gpd.GeoDataFrame(
        {"area_km2": [area_km2]} | {f"{key}_forest_ha": [value] for key, value in columns.items()},
        geometry=[shapely.box(400_000, 2_400_000, 406_000, 2_406_000)],
        crs=EPSG,
    )


def test_hectares_by_class() -> None:
    commune = _commune(36.0, special_use=300, protection=500, production=700, natural=600)
    codes = build_forest(commune, _hill(), _no_lakes(), np.random.default_rng(1)).values
    # 36 km² drawn and official, one cell is one hectare; 600 ha natural = 300 special use + 300 of 500 protection
    counts = dict(zip(*(part.tolist() for part in np.unique(codes, return_counts=True)), strict=True))
    assert counts == {0: 3600 - 1500, 1: 700, 2: 200, 12: 300, 13: 300}
    rows = np.indices(codes.shape)[0]
    assert rows[codes == 13].mean() < rows[codes == 12].mean() < rows[codes == 1].mean() < rows[codes == 0].mean()


def test_hectares_scale_with_the_drawn_area() -> None:
    commune = _commune(72.0, production=1000)
    codes = build_forest(commune, _hill(), _no_lakes(), np.random.default_rng(1)).values
    assert (codes == 1).sum() == 500


def test_lakes_stay_free() -> None:
    lake = gpd.GeoDataFrame(geometry=[shapely.box(400_000, 2_404_000, 406_000, 2_406_000)], crs=EPSG)
    codes = build_forest(_commune(36.0, special_use=1000), _hill(), lake, np.random.default_rng(1)).values
    assert (codes[:20] == 0).all()
    assert (codes == 3).sum() == 1000


def test_given_raster_is_taken_and_checked() -> None:
    hill = _hill()
    given = hill.with_values(np.full(hill.shape, 12, dtype=np.uint8))
    assert (build_forest(_commune(36.0), hill, _no_lakes(), np.random.default_rng(1), given=given).values == 12).all()
    wrong = hill.with_values(np.full(hill.shape, 7, dtype=np.uint8))
    with pytest.raises(LayerError, match="unknown class codes"):
        build_forest(_commune(36.0), hill, _no_lakes(), np.random.default_rng(1), given=wrong)


@pytest.mark.slow
def test_province_matches_the_published_hectares(
    communes: gpd.GeoDataFrame, lakes: gpd.GeoDataFrame, elevation: Raster
) -> None:
    codes = build_forest(communes, elevation, lakes, np.random.default_rng(2)).values
    owner = rasterize(communes.assign(number=np.arange(1, 100)), elevation, column="number").values
    scale = (communes.area / 1e6 / communes["area_km2"]).to_numpy()
    for digit, column in ((1, "production"), (2, "protection"), (3, "special_use")):
        found = np.bincount(owner.ravel(), weights=(codes % 10 == digit).ravel(), minlength=100)[1:]
        wanted = communes[f"{column}_forest_ha"].to_numpy() * scale
        assert (np.abs(found - wanted) <= np.maximum(0.02 * wanted, 1)).all(), column
    natural = np.bincount(owner.ravel(), weights=(codes >= 10).ravel(), minlength=100)[1:]
    wanted = communes["natural_forest_ha"].to_numpy() * scale
    assert (np.abs(natural - wanted) <= np.maximum(0.02 * wanted, 1)).all()
    # QĐ 537/QĐ-UBND: 466,716 ha of natural forest in the province; the drawn polygons are 0.8 % small
    assert natural.sum() == pytest.approx(466_716, rel=0.02)
    inside = owner > 0
    height = elevation.values
    assert height[inside & (codes == 13)].mean() > height[inside & (codes % 10 == 1)].mean()
