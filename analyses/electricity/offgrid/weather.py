"""How much a solar plant leaves unserved: an hourly year on synthetic weather with the right monthly sums, for plants
of many sizes."""

from __future__ import annotations

from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import pandas as pd
import pvlib
import pyproj

from infragap.analyses.arrays import FloatArray, IntArray
from infragap.analyses.demand import HOURLY_SHAPE
from infragap.gis.crs import WGS84, transform

HOURS = 8760


YEAR = 2026


PERSISTENCE = 0.4
"""Correlation of one day's cloudiness with the next: assumption for the monsoon climate."""


PANELS = np.array([0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6, 0.7, 0.8, 1.0, 1.25, 1.6, 2.2, 3.0])
"""Panels of the simulated plants, losses taken off [kWp per kWh of daily load]."""


DAYS = np.array([0.0, 0.15, 0.3, 0.45, 0.6, 0.8, 1.0, 1.25, 1.6, 2.2, 3.2, 5.0])
"""Usable batteries of the simulated plants [days of load]."""


@dataclass(frozen=True, eq=False)
class Unserved:
    """Part of the load that solar plants of any size do not serve.

    Attributes
    ----------
    share
        (communes, len(PANELS), len(DAYS)) between 0 and 1; falls with either size.
    """

    share: FloatArray
    _last: list[tuple[tuple[FloatArray, FloatArray, FloatArray], FloatArray]] = field(default_factory=list)

    def at(self, panels: FloatArray, days: FloatArray) -> FloatArray:
        """Give the share for plants by their panels (communes, k) [kWp per kWh/day] and batteries (k,) [days], linear
        between simulated ones."""
        row, down = _between(PANELS, panels)
        column, right = _between(DAYS, days)
        each = np.arange(len(self.share))[:, np.newaxis]
        upper = self.share[each, row - 1, column - 1] * (1 - right) + self.share[each, row - 1, column] * right
        lower = self.share[each, row, column - 1] * (1 - right) + self.share[each, row, column] * right
        return np.asarray(upper * (1 - down) + lower * down)

    def total_of_pairs(self, panels: FloatArray, days: FloatArray, worth: FloatArray) -> FloatArray:
        """Sum of the share over the years, weighted, for each pair of panels and battery: the same as `at` and quicker,
        as either axis is looked up once.

        Parameters
        ----------
        panels
            (communes, k, years) panels by the load of each year [kWp per kWh/day].
        days
            (m, years) batteries by the load of each year [days].
        worth
            (years,) weight of each year.

        Returns
        -------
        total
            (communes, k, m); not to be changed, as the last answer is kept: settlements alone and in groups ask alike.
        """
        asked = (panels, days, worth)
        for known, total in tuple(self._last):
            if all(np.array_equal(a, b) for a, b in zip(known, asked, strict=True)):
                return total
        total = self._summed(panels, days, worth)
        self._last[:] = [(asked, total)]
        return total

    def _summed(self, panels: FloatArray, days: FloatArray, worth: FloatArray) -> FloatArray:
        row, down = _between(PANELS, panels)
        each = np.arange(len(self.share))[:, np.newaxis, np.newaxis]
        down = down[..., np.newaxis]
        by_days = self.share[each, row - 1] * (1 - down) + self.share[each, row] * down  # (communes, k, years, DAYS)
        column, right = _between(DAYS, days)
        weight = np.zeros((*days.shape, len(DAYS)))
        np.put_along_axis(weight, column[..., np.newaxis] - 1, (worth * (1 - right))[..., np.newaxis], axis=-1)
        np.put_along_axis(weight, column[..., np.newaxis], (worth * right)[..., np.newaxis], axis=-1)
        return np.asarray(by_days.reshape(*row.shape[:2], -1) @ weight.reshape(len(days), -1).T)


def _between(known: FloatArray, values: FloatArray) -> tuple[IntArray, FloatArray]:
    """Upper of the two known values around each value, and how far it is towards it; beyond the ends the ends count."""
    inside = np.clip(values, known[0], known[-1])
    above = np.clip(np.searchsorted(known, inside, side="right"), 1, len(known) - 1)
    return above.astype(np.int64), (inside - known[above - 1]) / (known[above] - known[above - 1])


def clear_sky_shape(latitude: float, longitude: float) -> FloatArray:
    """Clear-sky horizontal irradiance of each hour of a year, each day scaled to sum 1, (365, 24).

    Notes
    -----
    Sun position and the Haurwitz clear sky of pvlib [1]_; the mid of each hour in Vietnamese time.

    References
    ----------
    .. [1] B. Haurwitz, "Insolation in relation to cloudiness and cloud density", Journal of Meteorology 2, 1945.
    """
    times = pd.date_range(f"{YEAR}-01-01 00:30", periods=HOURS, freq="h", tz="Asia/Ho_Chi_Minh")
    sun = pvlib.solarposition.get_solarposition(times, latitude, longitude)
    clear = pvlib.clearsky.haurwitz(sun["apparent_zenith"])["ghi"].to_numpy().reshape(365, 24)
    return np.asarray(clear / clear.sum(axis=1, keepdims=True))


def daily_yield(month_mean: FloatArray, relative_sd: FloatArray, *, seed: int) -> FloatArray:
    """Yield of each day of a year [kWh/kWp], (communes, 365), whose monthly means are exactly the given ones.

    Parameters
    ----------
    month_mean
        (communes, 12) mean day of each month [kWh/kWp/day].
    relative_sd
        (communes, 12) standard deviation of days by their mean.
    seed
        Of the sequence of days, which is common to all communes: bad weather spans the province.
    """
    noise = np.random.default_rng(seed).standard_normal(365)
    days = np.empty(365)
    state = 0.0
    for day in range(365):
        state = PERSISTENCE * state + np.sqrt(1 - PERSISTENCE**2) * noise[day]
        days[day] = state
    month = pd.date_range(f"{YEAR}-01-01", periods=365, freq="D").month.to_numpy() - 1
    result = np.empty((len(month_mean), 365))
    for m in range(12):
        chosen = month == m
        z = days[chosen] - days[chosen].mean()
        z = z / max(float(z.std()), 1e-9)
        relative = np.clip(1 + relative_sd[:, m : m + 1] * z, 0.05, None)
        result[:, chosen] = month_mean[:, m : m + 1] * relative / relative.mean(axis=1, keepdims=True)
    return result


@dataclass(frozen=True, eq=False)
class HourlyYield:
    """Yield of each hour of a year in each commune [kWh/kWp], as what it is made of: of a country all hours are much.

    Attributes
    ----------
    days
        (communes, 365) yield of each day.
    shape
        (365, 24) part of its day that each hour has.
    """

    days: FloatArray
    shape: FloatArray

    def __getitem__(self, commune: int) -> FloatArray:
        """All hours in one commune, (8760,)."""
        return np.asarray((self.days[commune][:, np.newaxis] * self.shape).ravel())

    def everywhere(self) -> FloatArray:
        """All hours in all communes, (communes, 8760)."""
        return np.asarray((self.days[:, :, np.newaxis] * self.shape[np.newaxis]).reshape(len(self.days), HOURS))


def hourly_yield(solar: pd.DataFrame, communes: gpd.GeoDataFrame, day_yield: FloatArray, *, seed: int) -> HourlyYield:
    """Yield of each hour of a synthetic year in each commune.

    Parameters
    ----------
    solar
        Layer `solar`, for the day-to-day spread.
    communes
        Layer `communes`; the sun's course is taken at the middle of the province.
    day_yield
        (communes, 12) monthly means [kWh/kWp/day], which the year reproduces.
    seed
        Of the weather.
    """
    west, south, east, north = communes.total_bounds
    crs = pyproj.CRS.from_user_input(communes.crs)
    longitude, latitude = transform([(west + east) / 2], [(south + north) / 2], source=crs, target=WGS84)
    shape = clear_sky_shape(float(latitude[0]), float(longitude[0]))
    return HourlyYield(daily_yield(day_yield, _relative_sd(solar, communes), seed=seed), shape)


def simulate_plants(hourly: FloatArray) -> Unserved:
    """Simulate plants of all `PANELS` and `DAYS` for a load of 1 kWh a day shaped like `HOURLY_SHAPE`, in every commune
    for one year.

    Parameters
    ----------
    hourly
        (communes, 8760) [kWh/kWp].
    """
    panels, days = (axis.ravel() for axis in np.meshgrid(PANELS, DAYS, indexing="ij"))
    size = (len(hourly), len(panels))
    share = unserved_share(
        hourly,
        load_kwh=np.tile(HOURLY_SHAPE, HOURS // 24),
        pv_kwp=np.broadcast_to(panels, size),
        battery_kwh=np.broadcast_to(days, size),
    )
    return Unserved(share=share.reshape(len(hourly), len(PANELS), len(DAYS)))


def unserved_share(
    hourly: FloatArray, *, load_kwh: FloatArray, pv_kwp: FloatArray, battery_kwh: FloatArray
) -> FloatArray:
    """Part of a year's load that plants leave unserved, hour by hour, starting with a full battery.

    Parameters
    ----------
    hourly
        (communes, hours) [kWh/kWp].
    load_kwh
        (hours,) load of each hour [kWh], the same for all plants.
    pv_kwp
        (communes, plants) panels, losses already taken off.
    battery_kwh
        (communes, plants) usable battery.

    Returns
    -------
    ndarray
        (communes, plants) between 0 and 1.
    """
    stored = np.array(battery_kwh, dtype=np.float64)
    unserved = np.zeros_like(stored)
    for hour, load in enumerate(load_kwh):
        stored += hourly[:, hour : hour + 1] * pv_kwp
        stored -= load
        unserved -= np.minimum(stored, 0)
        np.clip(stored, 0, battery_kwh, out=stored)
    return np.asarray(unserved / load_kwh.sum())


def _relative_sd(solar: pd.DataFrame, communes: gpd.GeoDataFrame) -> FloatArray:
    """Day-to-day standard deviation by the mean, (communes, 12); the layer's median where a commune is missing."""
    ratio = solar["ghi_daily_sd_kwh_per_m2_day"] / solar["ghi_kwh_per_m2_day"]
    table = solar.assign(ratio=ratio).pivot_table(index="commune_code", columns="month", values="ratio", aggfunc="mean")
    table = table.reindex(index=communes["commune_code"].astype(str), columns=range(1, 13))
    return np.asarray(table.fillna(float(ratio.median())).to_numpy(dtype=np.float64))
