"""Distribution stations of the reference pack: what the villages on the grid must have, since no list of them is
public."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from infragap.analyses.demand import peak_kw
from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.reference.inputs import Base

STATION_KVA = np.array([31.5, 50, 75, 100, 160, 180, 250])
"""Sizes of the stations that villages have [kVA] (norms A3)."""

USED_SHARE = 0.8
"""A station is bought so that today's peak takes up this part of it: assumption."""

APART_M = 500.0
"""Further stations of a village stand this far from the one before, in a row to the east: assumption."""


def build_stations(base: Base, villages: gpd.GeoDataFrame, grid_lines: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Build the layer of distribution stations.

    Parameters
    ----------
    base
        For the measuring CRS.
    villages, grid_lines
        Villages with `on_grid`, and lines with their voltage.

    Returns
    -------
    GeoDataFrame
        Columns of `infragap.gis.schema.Stations`, all modelled; villages in the order of their identifiers.
    """
    p = ElectricityParameters()
    on_grid = villages[villages["on_grid"].astype(bool) & (villages["households"] > 0)].sort_values("village_id")
    households = on_grid["households"].to_numpy(dtype=np.float64)
    count = np.ceil(households / p.households_per_station_max).astype(np.int64)
    village = np.repeat(np.arange(len(on_grid)), count)
    number = np.arange(len(village)) - np.repeat(np.cumsum(count) - count, count)
    each = (households / count)[village]
    load_kva = (
        peak_kw(each, kw_per_household_many=p.peak_kw_per_household, coincidence_many=p.coincidence_many)
        / p.power_factor
    )
    size = np.minimum(np.searchsorted(STATION_KVA, load_kva / USED_SHARE), len(STATION_KVA) - 1)
    x = on_grid.geometry.x.to_numpy()[village] + number * APART_M
    y = on_grid.geometry.y.to_numpy()[village]
    frame = pd.DataFrame(
        {
            "station_id": [f"T{k:05d}" for k in range(1, len(village) + 1)],
            "name": on_grid["name"].to_numpy()[village],
            "voltage_kv": _nearest_voltage_kv(x, y, grid_lines),
            "capacity_kva": STATION_KVA[size],
            "load_kva": np.round(load_kva, 1),
            "status": "existing",
            "position_accuracy_m": on_grid["position_accuracy_m"].to_numpy(dtype=np.float64)[village],
            "provenance": "modelled",
            "source": base.words.note["station_of_village"],
        }
    )
    return gpd.GeoDataFrame(frame, geometry=gpd.points_from_xy(x, y), crs=base.communes.crs)


def _nearest_voltage_kv(x: np.ndarray, y: np.ndarray, grid_lines: gpd.GeoDataFrame) -> np.ndarray:
    """Voltage of the nearest medium-voltage line to each point, by vertices no farther apart than 200 m."""
    lines = grid_lines[grid_lines["voltage_kv"] < 100]
    vertices = lines.geometry.segmentize(200.0).get_coordinates()
    nearest = cKDTree(vertices.to_numpy()).query(np.column_stack([x, y]))[1]
    return np.asarray(lines["voltage_kv"].loc[vertices.index[nearest]], dtype=np.float64)
