"""What supplying each settlement from a station that stands already takes and costs: the nearest stations, cable,
transformer and voltage."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
from scipy.spatial import cKDTree

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray, ObjectArray
from infragap.analyses.electricity.assumptions.builds import station_sizes
from infragap.analyses.electricity.assumptions.network_works import Cable
from infragap.analyses.electricity.codes import Works
from infragap.analyses.electricity.demand.life_cycle import line_factor, station_factor
from infragap.analyses.electricity.demand.load import settlement_peak_kw
from infragap.analyses.electricity.demand.local_works import (
    energy_mvnd,
    lv_length_km,
    one_station_mvnd,
    terrain,
)
from infragap.analyses.electricity.demand.settlements import Settlements
from infragap.analyses.electricity.low_voltage.cables import lv_drop_pct
from infragap.analyses.electricity.parameters import ElectricityParameters

LOOKED_AT = 6
"""Stations within reach that are looked at for each settlement."""

WINDING = 1.15
"""Length of a low-voltage line by the straight distance: assumption."""


@dataclass(frozen=True, eq=False)
class Stations:
    """Distribution stations, all (m,).

    Attributes
    ----------
    identifier
        station_id.
    x, y
        Position in the measuring CRS [m].
    capacity_kva, load_kva
        Transformer, and peak load today; where the load is not known, all of the transformer (nothing is left).
    energised
        Whether it is switched on.
    """

    identifier: ObjectArray
    x: FloatArray
    y: FloatArray
    capacity_kva: FloatArray
    load_kva: FloatArray
    energised: BoolArray


@dataclass(frozen=True, eq=False)
class LvWorks:
    """Supply from a station that stands already, all (n,); where there is none `station` is -1 and costs are inf.

    Attributes
    ----------
    station
        Row in the stations.
    works
        `Works`: extension, upgrade (the transformer is replaced by a larger one) or energise; empty where there is
        none.
    distance_m, feed_km
        Straight, and along the line to be built.
    cable
        Number in the table of works.
    drop_pct
        Voltage drop from the station to the last house.
    upgrade_kva
        Size of the new transformer; 0 where the old one suffices.
    investment_mvnd, life_cycle_mvnd
        Line, lines within the settlement, services and its part of the transformer; for the whole life with energy.
    """

    station: IntArray
    works: ObjectArray
    distance_m: FloatArray
    feed_km: FloatArray
    cable: IntArray
    drop_pct: FloatArray
    upgrade_kva: FloatArray
    investment_mvnd: FloatArray
    life_cycle_mvnd: FloatArray


def read_stations(layer: gpd.GeoDataFrame | None) -> Stations:
    """Arrays of the layer; planned stations do not stand yet."""
    if layer is None or len(layer) == 0:
        nothing = np.empty(0)
        return Stations(np.empty(0, dtype=object), nothing, nothing, nothing, nothing, np.empty(0, dtype=bool))
    rows = layer[layer["status"] != "planned"].sort_values("station_id", kind="stable")
    capacity = rows["capacity_kva"].to_numpy(dtype=np.float64)
    load = rows["load_kva"].to_numpy(dtype=np.float64)
    return Stations(
        identifier=rows["station_id"].astype(str).to_numpy(dtype=object),
        x=rows.geometry.x.to_numpy(dtype=np.float64),
        y=rows.geometry.y.to_numpy(dtype=np.float64),
        capacity_kva=capacity,
        load_kva=np.where(np.isfinite(load), load, capacity),
        energised=(rows["status"] == "existing").to_numpy(),
    )


@dataclass(frozen=True)
class _Supply:
    """One settlement from one station, the transformer left aside."""

    station: int
    distance_m: float
    feed_km: float
    cable: int
    drop_pct: float
    investment_mvnd: float


def lv_works(settlements: Settlements, stations: Stations, parameters: ElectricityParameters) -> LvWorks:
    """Find the cheapest supply of every settlement from a station within reach.

    Notes
    -----
    The lightest cable that keeps `lv_drop_limit_pct` from the station to the last house is taken; where none does, or
    the station lies farther than `lv_reach_m`, there is no such supply. Settlements that would use one station are
    counted in order of their distance: as long as the transformer carries them it stays, then the smallest standard
    size that carries all of them replaces it, at the cost of those that it is for. A station that was built but never
    switched on only needs that, and meters.
    """
    p, n = parameters, len(settlements)
    peak = settlement_peak_kw(settlements.households, p)
    inner_km = lv_length_km(settlements, p)
    within = _within_reach(settlements, stations, p)
    chosen: dict[int, _Supply] = {}
    for k in range(n):
        if settlements.households[k] <= 0:
            continue
        found = [_supply(k, s, d, stations, peak[k], inner_km[k], settlements, p) for s, d in within[k]]
        usable = [each for each in found if each is not None]
        if usable:
            chosen[k] = min(usable, key=lambda each: (each.investment_mvnd, each.distance_m, each.station))
    return _with_transformers(settlements, stations, chosen, peak, p)


def _within_reach(
    settlements: Settlements, stations: Stations, parameters: ElectricityParameters
) -> list[list[tuple[int, float]]]:
    """Nearest stations of each settlement within reach, with their distance [m]."""
    if len(stations.x) == 0 or not parameters.lv_reach_m > 0:
        return [[] for _ in range(len(settlements))]
    tree = cKDTree(np.column_stack([stations.x, stations.y]))
    points = np.column_stack([settlements.x, settlements.y])
    count = min(LOOKED_AT, len(stations.x))
    distance, station = tree.query(points, k=count, distance_upper_bound=parameters.lv_reach_m)
    distance, station = np.reshape(distance, (len(points), count)), np.reshape(station, (len(points), count))
    return [
        [(int(s), float(d)) for s, d in zip(row_s, row_d, strict=True) if np.isfinite(d)]
        for row_s, row_d in zip(station, distance, strict=True)
    ]


def _supply(
    k: int,
    station: int,
    distance_m: float,
    stations: Stations,
    peak_kw: float,
    inner_km: float,
    settlements: Settlements,
    parameters: ElectricityParameters,
) -> _Supply | None:
    p = parameters
    service = float(settlements.households[k]) * p.service_mvnd_per_household
    if not stations.energised[station]:
        return _Supply(station, distance_m, 0.0, 0, 0.0, p.energise_mvnd + service)
    feed_km = distance_m / 1000 * WINDING
    for number, cable in enumerate(p.works.cables.values()):
        drop = lv_drop_pct(cable, peak_kw=peak_kw, feed_km=feed_km, inner_km=inner_km, power_factor=p.power_factor)
        if drop <= p.lv_drop_limit_pct:
            line = feed_km * cable_mvnd_per_km(cable, p) + inner_km * p.lv_line_mvnd_per_km
            return _Supply(station, distance_m, feed_km, number, drop, line + service)
    return None


def cable_mvnd_per_km(cable: Cable, parameters: ElectricityParameters) -> float:
    """Price of a low-voltage line with a cable."""
    return parameters.lv_line_mvnd_per_km * cable.price_factor


def _with_transformers(
    settlements: Settlements,
    stations: Stations,
    chosen: dict[int, _Supply],
    peak_kw: FloatArray,
    parameters: ElectricityParameters,
) -> LvWorks:
    """Check the transformers, enlarge them where that is needed, and price the whole."""
    p, n = parameters, len(settlements)
    none = LvWorks(
        station=np.full(n, -1, dtype=np.int64),
        works=np.full(n, "", dtype=object),
        distance_m=np.full(n, np.nan),
        feed_km=np.full(n, np.nan),
        cable=np.zeros(n, dtype=np.int64),
        drop_pct=np.full(n, np.nan),
        upgrade_kva=np.zeros(n),
        investment_mvnd=np.full(n, np.inf),
        life_cycle_mvnd=np.full(n, np.inf),
    )
    energy, ground = energy_mvnd(settlements, p), terrain(settlements, p)
    members: dict[int, list[int]] = {}
    for k in sorted(chosen, key=lambda k: (chosen[k].distance_m, settlements.id_rank[k])):
        members.setdefault(chosen[k].station, []).append(k)
    for station, users in members.items():
        for k, size_kva, part in _shares_of_transformer(station, users, stations, peak_kw, p):
            supply = chosen[k]
            swap = part * one_station_mvnd(size_kva, p) * ground[k]
            none.station[k], none.upgrade_kva[k] = station, size_kva
            none.works[k] = _code(bool(stations.energised[station]), size_kva).value
            none.distance_m[k], none.feed_km[k] = supply.distance_m, supply.feed_km
            none.cable[k], none.drop_pct[k] = supply.cable, supply.drop_pct
            none.investment_mvnd[k] = supply.investment_mvnd + swap
            none.life_cycle_mvnd[k] = supply.investment_mvnd * line_factor(p) + swap * station_factor(p) + energy[k]
    return none


def _code(energised: bool, size_kva: float) -> Works:
    if not energised:
        return Works.ENERGISE
    return Works.LV_UPGRADE if size_kva > 0 else Works.LV_EXTENSION


def _shares_of_transformer(
    station: int, users: list[int], stations: Stations, peak_kw: FloatArray, parameters: ElectricityParameters
) -> list[tuple[int, float, float]]:
    """Settlement, size of the new transformer (0: none) and part of it to pay, for those that the station can carry at
    all."""
    p = parameters
    limit = p.loading_limit_pct / 100
    sizes = np.array([kva for kva, _ in station_sizes(p, kind="three_phase")])
    load = float(stations.load_kva[station]) if stations.energised[station] else 0.0
    capacity = float(stations.capacity_kva[station])
    kept, beyond = [], []
    for k in users:
        load += float(peak_kw[k]) / p.power_factor
        if load <= capacity * limit:
            kept.append((k, 0.0, 0.0))
        elif load <= sizes[-1] * limit:
            beyond.append(k)
        else:
            load -= float(peak_kw[k]) / p.power_factor
    if not beyond:
        return kept
    size = float(sizes[np.searchsorted(sizes, load / limit - 1e-9)])
    return kept + [(k, size, 1 / len(beyond)) for k in beyond]
