"""Sunshine and yield by month from PVGIS, at points half a degree apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from infragap.fetching.answers import read_json
from infragap.fetching.client import Client, Fetched, FetchError, RefusedError, Wanted
from infragap.fetching.services import address

FIRST_YEAR, LAST_YEAR = 2014, 2023
LOSS_PCT = 14
STEP = 0.5
"""Distance of the points that are asked for [°]; sunshine hardly changes within, and the service is shared."""


def fetch_sunshine(client: Client, areas: Sequence[tuple[str, float, float]]) -> tuple[pd.DataFrame, list[Fetched]]:
    """Give the layer `solar`.

    Parameters
    ----------
    areas
        Code, longitude and latitude of each area [°].

    Raises
    ------
    FetchError
        The service does not answer, or not what it should.
    """
    fetched: list[Fetched] = []
    known: dict[tuple[float, float], pd.DataFrame] = {}
    rows = []
    for code, longitude, latitude in areas:
        point = (round(longitude / STEP) * STEP, round(latitude / STEP) * STEP)
        if point not in known:
            try:
                known[point], files = _at(client, *point)
            except RefusedError as refused:
                if "sea" not in str(refused):
                    raise
                # the point of the lattice lies in the water, the area itself does not
                point = (longitude, latitude)
                known[point], files = _at(client, *point)
            fetched += files
        rows.append(known[point].assign(commune_code=code))
    return pd.concat(rows, ignore_index=True), fetched


def _at(client: Client, longitude: float, latitude: float) -> tuple[pd.DataFrame, list[Fetched]]:
    """Series and yield of a point, from the base that the service prefers there, or the one that holds everywhere."""
    try:
        return _from_base(client, longitude, latitude, "")
    except RefusedError as refused:
        if "sea" in str(refused):
            raise
        return _from_base(client, longitude, latitude, "&raddatabase=PVGIS-ERA5")


def _from_base(client: Client, longitude: float, latitude: float, base: str) -> tuple[pd.DataFrame, list[Fetched]]:
    place = f"lat={latitude:g}&lon={longitude:g}&outputformat=json&browser=0{base}"
    years = f"startyear={FIRST_YEAR}&endyear={LAST_YEAR}"
    # flat, so that what falls on the plane is global horizontal irradiation
    series_url = address("pvgis", f"seriescalc?{place}&{years}&angle=0&pvcalculation=0", client.environment)
    yield_url = address("pvgis", f"PVcalc?{place}&peakpower=1&loss={LOSS_PCT}&optimalangles=1", client.environment)
    series, pv = (client.get(Wanted("pvgis", url, "json")) for url in (series_url, yield_url))
    try:
        content = read_json(series.path)
        monthly = _monthly(content["outputs"]["hourly"])
        told = content["inputs"]["meteo_data"]["radiation_db"]
        made = {int(one["month"]): float(one["E_m"]) for one in read_json(pv.path)["outputs"]["monthly"]["fixed"]}
        monthly["pv_kwh_per_kwp"] = [made[month] for month in monthly["month"]]
    except (KeyError, TypeError, ValueError) as error:
        raise FetchError(f"pvgis: the answer is not what was expected ({type(error).__name__}: {error})") from error
    return monthly.assign(provenance="open-data", source=f"PVGIS 5.3, {told}, {FIRST_YEAR}-{LAST_YEAR}"), [series, pv]


def _monthly(hourly: list[dict[str, Any]]) -> pd.DataFrame:
    """Mean day and day-to-day deviation of each month [kWh/m²/day], and mean temperature [°C]."""
    frame = pd.DataFrame(
        {
            "day": [str(one["time"])[:8] for one in hourly],
            "ghi": [float(one["G(i)"]) / 1000 for one in hourly],
            "temperature_c": [float(one["T2m"]) for one in hourly],
        }
    )
    days = frame.groupby("day", sort=True).agg({"ghi": "sum", "temperature_c": "mean"})
    by_month = days.groupby([int(day[4:6]) for day in days.index])
    table = pd.DataFrame(
        {
            "ghi_kwh_per_m2_day": by_month["ghi"].mean().round(4),
            "ghi_daily_sd_kwh_per_m2_day": by_month["ghi"].std(ddof=0).round(4),
            "temperature_c": by_month["temperature_c"].mean().round(3),
        }
    )
    if list(table.index) != list(np.arange(1, 13)):
        raise ValueError("not twelve months")
    return table.rename_axis("month").reset_index()
