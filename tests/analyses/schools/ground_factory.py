"""Small made-up ground for the tests of the school analysis."""

import geopandas as gpd
import numpy as np
import pyproj
from affine import Affine
from shapely import LineString

from infragap.analyses.schools.parameters import SchoolsParameters
from infragap.analyses.schools.travel.open_ground import Ground
from infragap.analyses.schools.travel.speeds import off_path_kmh
from infragap.analyses.schools.travel.water import water_of
from infragap.gis.raster import Raster

CRS = pyproj.CRS.from_epsg(9208)
CELL_M = 200.0
X0, Y0 = 500_000.0, 2_400_000.0


def raster(values: np.ndarray, cell_m: float = CELL_M) -> Raster:
    """Grid whose south-west corner is (X0, Y0)."""
    north = Y0 + cell_m * values.shape[0]
    return Raster(values.astype(np.float32), Affine(cell_m, 0, X0, 0, -cell_m, north), CRS)


def centre(row: float, column: float, rows: int) -> tuple[float, float]:
    """Centre of a cell."""
    return X0 + CELL_M * (column + 0.5), Y0 + CELL_M * (rows - row - 0.5)


def roads_layer(lines: list[LineString], **columns: list) -> gpd.GeoDataFrame:
    """Roads with their drawn lengths; earth tracks unless told."""
    values = {
        "road_id": [f"R{k:02}" for k in range(len(lines))],
        "name": [None] * len(lines),
        "road_class": ["track"] * len(lines),
        "surface": ["earth"] * len(lines),
        "length_km": [line.length / 1000 for line in lines],
        "is_bridge": [False] * len(lines),
        **columns,
    }
    return gpd.GeoDataFrame(values, geometry=lines, crs=CRS)


def bare_ground(open_cells: np.ndarray, heights: np.ndarray, rivers: gpd.GeoDataFrame | None = None) -> Ground:
    """Ground without forest."""
    return Ground(
        elevation=raster(heights),
        open_cells=open_cells,
        kmh=off_path_kmh(None, heights.shape, SchoolsParameters()),
        water=water_of(rivers, None),
    )


def river(line: LineString, *, is_major: bool) -> gpd.GeoDataFrame:
    """One river."""
    return gpd.GeoDataFrame({"river_id": ["W1"], "is_major": [is_major]}, geometry=[line], crs=CRS)
