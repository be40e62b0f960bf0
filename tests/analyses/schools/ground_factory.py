"""Small made-up ground for the tests of the school analysis."""

import geopandas as gpd
import numpy as np
import pyproj
from affine import Affine
from shapely import LineString

from infragap.analyses.schools.codes import Season
from infragap.analyses.schools.travel.walking_ground import Ground
from infragap.gis.raster import Raster

CRS = pyproj.CRS.from_epsg(9208)
CELL_M = 200.0
X0, Y0 = 500_000.0, 2_400_000.0


def raster(values: np.ndarray, cell_m: float = CELL_M) -> Raster:
    """Grid whose south-west corner is (X0, Y0)."""
    north = Y0 + cell_m * values.shape[0]
    return Raster(values.astype(np.float32), Affine(cell_m, 0, X0, 0, -cell_m, north), CRS)


def centre(row: int, column: int, rows: int) -> tuple[float, float]:
    """Centre of a cell."""
    return X0 + CELL_M * (column + 0.5), Y0 + CELL_M * (rows - row - 0.5)


def roads_layer(lines: list[LineString], **columns: list) -> gpd.GeoDataFrame:
    """Roads with their drawn lengths; earth tracks unless told."""
    values = {
        "road_id": [f"R{k}" for k in range(len(lines))],
        "road_class": ["track"] * len(lines),
        "surface": ["earth"] * len(lines),
        "length_km": [line.length / 1000 for line in lines],
        "is_bridge": [False] * len(lines),
        **columns,
    }
    return gpd.GeoDataFrame(values, geometry=lines, crs=CRS)


def bare_ground(minutes: np.ndarray, heights: np.ndarray) -> Ground:
    """Ground with the same costs in both seasons and no water."""
    cost = minutes.astype(np.float32)
    return Ground(elevation=raster(heights), minutes={Season.DRY: cost, Season.RAINY: cost}, water=np.zeros(0, object))
