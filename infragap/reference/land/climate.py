"""Sunshine by commune and month, and monthly runoff: coarse open climate data, brought to published yields and to the
relief."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from infragap.gis.crs import WGS84, transform
from infragap.gis.raster import Raster, resample, sample, xy
from infragap.reference.inputs import CRS_MEASURE, Facts

DAYS = np.array([31, 28.25, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])

PV_VALLEY, PV_RIDGE = 1110.0, 960.0
VALLEY_M, RIDGE_M = 300.0, 1800.0
"""Yield [kWh/kWp a year] at low and at high communes: published ranges 1,000-1,150 in valleys, 900-1,050 on foggy
ridges (confidence C); where one turns into the other is an assumption."""

WORST_MONTH_SHARE = 0.55
"""Yield of the worst month over the mean: 50-60 % (confidence C). The open irradiation data say 79 %: known to be too
sunny in cloudy mountains."""

PERFORMANCE_RATIO = 0.77
"""Yield over irradiation on a flat array; 0.75-0.8."""

LAPSE_K_PER_KM = 6.0
"""Fall of the mean air temperature with height; usual value for humid mountains, assumption."""

RUNOFF_CELL_M = 5000.0
OROGRAPHIC_PER_KM = 0.2
"""Rain grows by this share per km above the mean height of the 0.25° cell; assumption."""

RAIN_LIMITS = (0.85, 1.5)
EVAPORATION_SHARE = 0.7
"""Evapotranspiration of moist ground over Thornthwaite's, which is too high in the humid tropics (1,400 mm in the
lowlands); assumption."""

SOIL_MM = 150.0
QUICK_SHARE, RECESSION = 0.6, 0.75
"""Soil storage, share of the surplus that runs off in its month, share of the groundwater that stays for the next;
assumption."""


def build_solar(facts: Facts, communes: gpd.GeoDataFrame, elevation: Raster) -> pd.DataFrame:
    """Build the solar table: 12 months for each commune.

    Parameters
    ----------
    facts
        Irradiation cells and temperature.
    communes
        With centre_longitude and centre_latitude.
    elevation
        Heights in the measuring CRS [m].

    Returns
    -------
    DataFrame
        Columns of `infragap.gis.schema.Solar`.

    Notes
    -----
    The yearly yield follows the height of the commune centre between the published ranges. The months follow the
    MERRA-2 cell 21° N 105° E, stretched about their mean until the worst month has 55 % of it. Irradiation = yield /
    performance ratio; the day-to-day deviation keeps its ratio to the mean.
    """
    x, y = transform(communes["centre_longitude"], communes["centre_latitude"], source=WGS84, target=CRS_MEASURE)
    height_m = sample(elevation, x, y)
    high = np.clip((height_m - VALLEY_M) / (RIDGE_M - VALLEY_M), 0, 1)
    yearly = PV_VALLEY + (PV_RIDGE - PV_VALLEY) * high
    shape, deviation = _months(facts)
    daily = yearly[:, None] / DAYS.sum() * shape[None, :]
    ghi = daily / PERFORMANCE_RATIO
    count = len(communes)
    return pd.DataFrame(
        {
            "commune_code": np.repeat(communes["commune_code"].to_numpy(), 12),
            "month": np.tile(np.arange(1, 13), count),
            "ghi_kwh_per_m2_day": np.round(ghi, 3).ravel(),
            "ghi_daily_sd_kwh_per_m2_day": np.round(ghi * deviation, 3).ravel(),
            "pv_kwh_per_kwp": np.round(daily * DAYS, 2).ravel(),
            "temperature_c": np.round(_temperature_c(facts, x, y, height_m).T, 1).ravel(),
            "provenance": "modelled",
            "source": "MERRA-2 months (2011-15) scaled to published yields by height; ITU-R P.1510 temperature with "
            "lapse",
        }
    )


def _months(facts: Facts) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Daily yield of each month over the year's mean (mean over days = 1), and the day-to-day deviation over the
    month's mean."""
    cells = facts.table("registry/ghi_merra2_3deg_monthly")
    cell = cells[(cells["lat"].astype(float) == 21) & (cells["lon"].astype(float) == 105)].iloc[0]
    ghi = np.array([float(cell[f"ghi_kwh_m2_day_{month:02d}"]) for month in range(1, 13)])
    deviation = np.array([float(cell[f"daily_sd_{month:02d}"]) for month in range(1, 13)])
    ratio = ghi / np.average(ghi, weights=DAYS)
    stretch = (1 - WORST_MONTH_SHARE) / (1 - ratio.min())
    return 1 + stretch * (ratio - 1), deviation / ghi


def _temperature_c(
    facts: Facts, x: NDArray[np.float64], y: NDArray[np.float64], height_m: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Monthly mean air temperature (12, n) [°C] at points of a known height."""
    cells = facts.raster("temp_monthly_p1510_0.75deg.tif")
    # heights of the temperature cells, so that the lapse starts from the ground that they stand for
    rows, cols = np.indices(cells.shape)
    lon, lat = xy(cells, rows.ravel(), cols.ravel())
    relief = facts.raster("dem_itur_p1511_5min.tif")
    around = np.linspace(-0.3, 0.3, 7)
    heights = [sample(relief, lon + dx, lat + dy) for dx in around for dy in around]
    known = np.array([np.nan_to_num(part, nan=0.0) for part in heights])
    share = np.maximum(np.isfinite(np.array(heights)).sum(axis=0), 1)
    cell_height = (known.sum(axis=0) / share).reshape(cells.shape)
    at_sea = cells.with_values(cells.values - 273.15 + LAPSE_K_PER_KM * cell_height / 1000)
    longitude, latitude = transform(x, y, source=CRS_MEASURE, target=WGS84)
    return np.asarray(sample(at_sea, longitude, latitude) - LAPSE_K_PER_KM * height_m / 1000)


def build_runoff(facts: Facts, elevation: Raster) -> Raster:
    """Build the runoff layer.

    Returns
    -------
    Raster
        float32 (12, rows, cols) [mm a month], 5 km cells in the measuring CRS.

    Notes
    -----
    Rain of ITU-R P.837-7 (0.25°), more on high ground; seven tenths of the potential evapotranspiration of Thornthwaite
    (1948); a soil storage of 150 mm; six tenths of the surplus runs off in its month, the rest through groundwater that
    keeps three quarters of its content from month to month. Years are repeated until the storages come back to where
    they were. All parameters are assumptions: no gauge is used.
    """
    coarse = resample(elevation, cell_size_m=RUNOFF_CELL_M, method="mean")
    height = coarse.floats().astype(np.float64).ravel()
    rows, cols = np.indices(coarse.shape)
    x, y = xy(coarse, rows.ravel(), cols.ravel())
    longitude, latitude = transform(x, y, source=CRS_MEASURE, target=WGS84)
    rain_cells = facts.raster("rain_monthly_p837_0.25deg.tif")
    mean_height = np.nan_to_num(sample(facts.raster("dem_itur_p1511_5min.tif"), longitude, latitude), nan=0.0)
    factor = np.clip(
        1 + OROGRAPHIC_PER_KM * (height - _cell_mean(rain_cells, longitude, latitude, mean_height)) / 1000, *RAIN_LIMITS
    )
    rain = sample(rain_cells, longitude, latitude) * factor
    temperature = _temperature_c(facts, x, y, height)
    runoff = monthly_runoff_mm(rain, EVAPORATION_SHARE * thornthwaite_mm(temperature, latitude))
    return Raster(runoff.reshape(12, *coarse.shape).astype(np.float32).round(1), coarse.transform, coarse.crs)


def _cell_mean(
    cells: Raster, longitude: NDArray[np.float64], latitude: NDArray[np.float64], values: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Mean of the values of all points in the same cell."""
    col = np.floor((longitude - cells.transform.c) / cells.transform.a).astype(int)
    row = np.floor((latitude - cells.transform.f) / cells.transform.e).astype(int)
    cell = row * cells.shape[1] + col
    _, group = np.unique(cell, return_inverse=True)
    return np.asarray((np.bincount(group, weights=values) / np.bincount(group))[group])


def thornthwaite_mm(temperature_c: NDArray[np.float64], latitude: NDArray[np.float64]) -> NDArray[np.float64]:
    """Potential evapotranspiration (12, n) [mm a month] from monthly temperature (12, n) [°C].

    Notes
    -----
    PET = 16 · (L/12) · (N/30) · (10 T / I)^a with I = Σ (T/5)^1.514, a = 6.75e-7 I³ - 7.71e-5 I² + 1.792e-2 I +
    0.49239, L hours of daylight, N days.

    References
    ----------
    Thornthwaite (1948): An approach toward a rational classification of climate. Geographical Review 38.
    """
    warm = np.maximum(temperature_c, 0.0)
    index = ((warm / 5) ** 1.514).sum(axis=0)
    power = 6.75e-7 * index**3 - 7.71e-5 * index**2 + 1.792e-2 * index + 0.49239
    middle = np.cumsum(DAYS) - DAYS / 2
    declination = np.radians(23.44) * np.sin(2 * np.pi * (middle - 80) / 365.25)
    hours = 24 / np.pi * np.arccos(-np.tan(np.radians(latitude))[None, :] * np.tan(declination)[:, None])
    return np.asarray(16 * hours / 12 * DAYS[:, None] / 30 * (10 * warm / index) ** power)


def monthly_runoff_mm(rain_mm: NDArray[np.float64], potential_mm: NDArray[np.float64]) -> NDArray[np.float64]:
    """Runoff (12, n) [mm a month] of a soil and a groundwater storage, after the storages have come into balance."""
    soil = np.full(rain_mm.shape[1], SOIL_MM)
    ground = np.zeros(rain_mm.shape[1])
    runoff = np.zeros_like(rain_mm)
    for turn in range(12 * 20):
        month = turn % 12
        excess = rain_mm[month] - potential_mm[month]
        # a drying soil gives less and less; a wetting one fills first and then overflows
        dried = soil * np.exp(np.minimum(excess, 0) / SOIL_MM)
        filled = dried + np.maximum(excess, 0)
        soil, surplus = np.minimum(filled, SOIL_MM), np.maximum(filled - SOIL_MM, 0)
        ground = ground + (1 - QUICK_SHARE) * surplus
        base = (1 - RECESSION) * ground
        ground = ground - base
        runoff[month] = QUICK_SHARE * surplus + base
    return runoff
