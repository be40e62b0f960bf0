"""How much plants of water, sun and battery leave unserved: an hourly year of load, sun and flow, for plants of many
sizes."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from infragap.analyses.arrays import FloatArray, IntArray
from infragap.analyses.demand import HOURLY_SHAPE
from infragap.analyses.electricity.offgrid.weather import YEAR, HourlyYield
from infragap.compiled import compiled

LEVELS = np.array([0.0, 0.1, 0.2, 0.35, 0.5, 0.75, 1.0, 1.5, 2.4, 4.0])
"""Firm hydro power of the simulated plants: its energy of a day by the day's load."""

SPANS = np.array([1.0, 1.6, 2.6])
"""Power of the plant by its firm power: what is above one runs where the brook carries more."""

SUN = np.array([0.0, 0.1, 0.2, 0.35, 0.6])
"""Panels of the simulated plants, losses taken off [kWp per kWh of daily load]."""

STORES = np.array([0.0, 0.12, 0.25, 0.45, 0.8, 1.3])
"""Usable batteries of the simulated plants [days of load]."""

AXES = (LEVELS, SPANS, SUN, STORES)

DRIEST_TO_MEAN, FIRM_TO_DRIEST = 0.38, 0.65
"""Shape of the year's flow: defaults of `hydro_driest_to_mean` and `hydro_firm_to_driest`. Draws move the firm flow,
not the shape by it."""

FLOW_PERSISTENCE = 0.9
"""Correlation of one day's flow with the next: assumption for small catchments."""

FIRM_PCT = 5.0
"""Firm is what 95 % of the days reach."""


def daily_flow(month_flow: FloatArray, *, seed: int) -> FloatArray:
    """Flow of each day of a year by the firm flow, (365,).

    Parameters
    ----------
    month_flow
        (12,) mean flow of each month, in any unit.
    seed
        Of the sequence of days.

    Notes
    -----
    The months keep their order and are drawn together or apart until the driest is `DRIEST_TO_MEAN` of the mean. Days
    vary log-normally within their month, whose mean they keep, as widely as it takes for 95 % of the days to reach
    `DRIEST_TO_MEAN` · `FIRM_TO_DRIEST` of the mean.
    """
    month = pd.date_range(f"{YEAR}-01-01", periods=365, freq="D").month.to_numpy() - 1
    relative = month_flow / month_flow.mean() if month_flow.mean() > 0 else np.ones(12)
    depth = 1 - relative.min()
    if depth > 1e-6:
        relative = 1 + (relative - 1) * (1 - DRIEST_TO_MEAN) / depth
    else:
        relative = 1 - (1 - DRIEST_TO_MEAN) * np.cos(2 * np.pi * (np.arange(12) - 2) / 12)
    noise = np.random.default_rng(seed).standard_normal(365)
    state = np.empty(365)
    state[0] = noise[0]
    for day in range(1, 365):
        state[day] = FLOW_PERSISTENCE * state[day - 1] + np.sqrt(1 - FLOW_PERSISTENCE**2) * noise[day]

    def spread(sd: float) -> FloatArray:
        factor = np.exp(sd * state)
        mean = np.bincount(month, factor, minlength=12) / np.bincount(month, minlength=12)
        return np.asarray(relative[month] * factor / mean[month])

    low, high = 0.0, 3.0
    for _ in range(50):
        middle = (low + high) / 2
        days = spread(middle)
        if np.percentile(days, FIRM_PCT) > DRIEST_TO_MEAN * FIRM_TO_DRIEST * days.mean():
            low = middle
        else:
            high = middle
    days = spread(high)
    return np.asarray(days / np.percentile(days, FIRM_PCT))


@dataclass(frozen=True, eq=False)
class WaterYear:
    """The year of sun and flow, and what plants of many sizes leave unserved in it.

    Attributes
    ----------
    sun
        (communes, 8760) yield of panels [kWh/kWp], or what gives it by commune.
    flow
        (365,) flow of each day by the firm flow.
    storage_efficiency
        Of what water puts into a battery and takes out.
    """

    sun: FloatArray | HourlyYield
    flow: FloatArray
    storage_efficiency: float
    _known: dict[int, FloatArray] = field(default_factory=dict)

    def tables(self, communes: IntArray) -> tuple[FloatArray, IntArray]:
        """Tables of unserved shares (k, LEVELS, SPANS, SUN, STORES) of the communes that occur, and the table of each
        row. Each is simulated once."""
        at = np.unique(communes)
        for commune in at:
            if int(commune) not in self._known:
                self._known[int(commune)] = unserved_table(
                    np.ascontiguousarray(self.sun[int(commune)]), self.flow, self.storage_efficiency
                )
        tables = np.stack([self._known[int(commune)] for commune in at]) if len(at) else np.empty((0, 0, 0, 0, 0))
        return tables, np.searchsorted(at, communes).astype(np.int64)


def unserved_table(sun: FloatArray, flow: FloatArray, storage_efficiency: float) -> FloatArray:
    """Part of a year's load that plants of all `LEVELS`, `SPANS`, `SUN` and `STORES` leave unserved."""
    level, span, store = (axis.ravel() for axis in np.meshgrid(LEVELS, SPANS, STORES, indexing="ij"))
    firm = level / 24
    found = [
        simulate((HOURLY_SHAPE, sun * panels, flow), firm, firm * span, store, storage_efficiency) for panels in SUN
    ]
    table = np.reshape(found, (len(SUN), len(LEVELS), len(SPANS), len(STORES)))
    return np.ascontiguousarray(np.moveaxis(table, 0, 2))


@compiled
def simulate(
    year: tuple[FloatArray, FloatArray, FloatArray],
    firm: FloatArray,
    cap: FloatArray,
    store: FloatArray,
    efficiency: float,
) -> FloatArray:  # pragma: no cover - compiled
    """Part of a year's load of 1 kWh a day that plants leave unserved, (plants,), hour by hour, from full batteries.

    `year` is load of each hour of a day (24,) [kWh], yield after losses (8760,) [kWh], flow (365,) by the firm flow;
    `firm` and `cap` firm power and power of the plants [kW], `store` usable batteries [kWh], `efficiency` of water
    that is stored. Water serves the load itself; what it does not need is stored with the sun.
    """
    shape, sun, flow = year
    stored, unserved, water = store.copy(), np.zeros(len(store)), np.empty(len(store))
    for day in range(365):
        for k in range(len(store)):
            water[k] = min(cap[k], firm[k] * flow[day])
        for hour in range(24):
            load, yielded = shape[hour], sun[day * 24 + hour]
            # each hour waits for the one before, plants do not wait for each other
            for k in range(len(store)):
                direct = min(load, water[k])
                left = stored[k] + (yielded + (water[k] - direct) * efficiency) - (load - direct)
                unserved[k] -= min(left, 0.0)
                stored[k] = min(max(left, 0.0), store[k])
    return unserved / 365


@dataclass(frozen=True, eq=False)
class Plants:
    """Plants to look up, all (m,).

    Attributes
    ----------
    table
        Table of `WaterYear.tables`.
    firm_kw, cap_kw
        Firm power of the water, and power of the plant.
    sun_kwp
        Panels, losses taken off.
    store_kwh
        Usable battery.
    households
        Households, other loads counted as households.
    """

    table: IntArray
    firm_kw: FloatArray
    cap_kw: FloatArray
    sun_kwp: FloatArray
    store_kwh: FloatArray
    households: FloatArray


def lacking_kwh(tables: FloatArray, plants: Plants, day_kwh: FloatArray, worth: FloatArray) -> FloatArray:
    """Weighted sum over the years of the energy that plants leave unserved [kWh], (m,).

    Parameters
    ----------
    tables
        Of `WaterYear.tables`.
    plants
        The plants.
    day_kwh
        (years,) load of a household on a day at the plant [kWh].
    worth
        (years,) weight of the energy of one household in each year [kWh].
    """
    p = plants
    if len(p.table) == 0:
        return np.empty(0)
    sizes = np.column_stack([p.firm_kw, p.cap_kw, p.sun_kwp, p.store_kwh, p.households])
    return np.asarray(_look_up(tables, AXES, p.table, sizes, day_kwh, worth))


@compiled
def _look_up(
    tables: FloatArray,
    axes: tuple[FloatArray, FloatArray, FloatArray, FloatArray],
    row: IntArray,
    sizes: FloatArray,
    day_kwh: FloatArray,
    worth: FloatArray,
) -> FloatArray:  # pragma: no cover - compiled
    levels, spans, suns, stores = axes
    found = np.empty(len(row))
    for i in range(len(row)):
        total = 0.0
        cap, households = sizes[i, 1], sizes[i, 4]
        firm = min(sizes[i, 0], cap)
        span = cap / firm if firm > 0 else 1.0
        j, v = _place(spans, span)
        for t in range(len(day_kwh)):
            load = day_kwh[t] * households
            a, u = _place(levels, firm * 24 / load)
            k, w = _place(suns, sizes[i, 2] / load)
            m, z = _place(stores, sizes[i, 3] / load)
            share = 0.0
            for da in range(2):
                for dj in range(2):
                    for dk in range(2):
                        for dm in range(2):
                            first = (u if da else 1 - u) * (v if dj else 1 - v)
                            weight = first * (w if dk else 1 - w) * (z if dm else 1 - z)
                            if weight > 0:
                                share += weight * tables[row[i], a + da, j + dj, k + dk, m + dm]
            total += share * worth[t]
        found[i] = total * households
    return found


@compiled
def _place(known: FloatArray, value: float) -> tuple[int, float]:  # pragma: no cover - compiled
    """Lower of the two known values around a value, and how far it is towards the upper; beyond the ends the ends
    count."""
    last = len(known) - 2
    at = 0
    while at < last and value > known[at + 1]:
        at += 1
    part = (value - known[at]) / (known[at + 1] - known[at])
    return at, min(max(part, 0.0), 1.0)
