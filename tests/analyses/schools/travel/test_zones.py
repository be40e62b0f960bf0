"""Rings and catchments: areas by hand, no overlap."""

import geopandas as gpd
import numpy as np
import pytest
from shapely import box

from infragap.analyses.schools.travel.zones import catchments, time_zones
from tests.analyses.schools.ground_factory import CELL_M, CRS, X0, Y0, raster

LIKE = raster(np.zeros((4, 10)))
MINUTES = np.tile(np.array([0, 10, 20, 30, 30.1, 50, 60, 61, np.inf, np.inf], np.float32), (4, 1))


def test_rings_by_hand():
    site = np.where(np.isfinite(MINUTES), 2, -1).astype(np.int32)
    rings = time_zones(MINUTES, site, LIKE, upper_min=(30.0, 60.0))
    # columns 0-3 within 30 min (exactly 30 included), 4-6 within 60: 4 * 4 and 4 * 3 cells of 0.04 km²
    assert rings[["site", "minutes_from", "minutes_to"]].to_numpy().tolist() == [[2, 0, 30], [2, 30, 60]]
    assert rings["area_km2"].tolist() == pytest.approx([0.64, 0.48])
    assert rings.geometry[0].intersection(rings.geometry[1]).area == 0
    assert rings.geometry[0].bounds == (X0, Y0, X0 + 4 * CELL_M, Y0 + 4 * CELL_M)


def test_rings_of_two_sites_stay_apart():
    site = np.where(np.arange(10) < 5, 0, 1) * np.ones((4, 1), int)
    rings = time_zones(np.full((4, 10), 15, np.float32), site.astype(np.int32), LIKE, upper_min=(30.0,))
    assert rings["site"].tolist() == [0, 1]
    assert rings["area_km2"].sum() == pytest.approx(40 * 0.04)


def test_nobody_in_reach_gives_no_ring():
    nowhere = np.full((4, 10), np.inf, np.float32)
    assert time_zones(nowhere, np.full((4, 10), -1, np.int32), LIKE, upper_min=(30.0,)).empty


def test_catchments_are_clipped():
    site = np.zeros((4, 10), np.int32)
    site[:, 8:] = 3
    west = gpd.GeoDataFrame(geometry=[box(X0, Y0, X0 + 9 * CELL_M, Y0 + 4 * CELL_M)], crs=CRS)
    zones = catchments(site, LIKE, within=west)
    assert zones["site"].tolist() == [0, 3]
    assert zones["area_km2"].tolist() == pytest.approx([32 * 0.04, 4 * 0.04])
