"""What supplying each settlement from a station that stands already takes and costs: the nearest stations, cable,
transformer and voltage."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, fields
from typing import Any

import geopandas as gpd
import numpy as np
from scipy.spatial import cKDTree

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray, ObjectArray
from infragap.analyses.electricity.assumptions.builds import station_sizes
from infragap.analyses.electricity.assumptions.network_works import Cable
from infragap.analyses.electricity.codes import Works
from infragap.analyses.electricity.demand.life_cycle import line_factor, station_factor
from infragap.analyses.electricity.demand.load import design_peak_kw
from infragap.analyses.electricity.demand.local_works import (
    energy_mvnd,
    lv_length_km,
    outages_mvnd,
    station_price_mvnd,
    terrain,
)
from infragap.analyses.electricity.demand.settlements import Settlements
from infragap.analyses.electricity.low_voltage.cables import lv_drop_pct
from infragap.analyses.electricity.parameters import ElectricityParameters

LOOKED_AT = 6
"""Stations within reach that are looked at for each settlement."""

WINDING = 1.15
"""Length of a low-voltage line by the straight distance: assumption."""

BUILT_FOR_M = 500.0
"""A station that was never switched on was built, its lines too, for a settlement whose spread it lies in; within this
distance where the spread is not known: assumption."""


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
    near
        Whether any station stands within reach, be it too weak or the voltage too low.
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

    near: BoolArray
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


@dataclass(frozen=True, eq=False)
class _Supply:
    """Settlements from stations, the transformers left aside, all (pairs,).

    Attributes
    ----------
    settlement, station
        Rows of the two.
    distance_m, feed_km, drop_pct, investment_mvnd
        As in `LvWorks`.
    cable
        Number in the table of works.
    new_line
        Whether lines are to be built.
    """

    settlement: IntArray
    station: IntArray
    distance_m: FloatArray
    feed_km: FloatArray
    cable: IntArray
    drop_pct: FloatArray
    investment_mvnd: FloatArray
    new_line: BoolArray

    def at(self, rows: IntArray) -> _Supply:
        """Some of the pairs."""
        return _Supply(*(getattr(self, each.name)[rows] for each in fields(self)))


def lv_works(settlements: Settlements, stations: Stations, parameters: ElectricityParameters) -> LvWorks:
    """Find the cheapest supply of every settlement from a station within reach.

    Notes
    -----
    The lightest cable that keeps `lv_drop_limit_pct` from the station to the last house is taken; where none does, or
    the station lies farther than `lv_reach_m`, there is no such supply. Settlements that would use one station are
    counted in order of their distance: as long as the transformer carries them it stays, then the smallest standard
    size that carries all of them replaces it, at the cost of those that it is for. A station that was built but never
    switched on only needs that, and meters, where it stands within the settlement; farther ones need a line from it as
    well.
    """
    peak = design_peak_kw(settlements, parameters)
    pairs = _within_reach(settlements, stations, parameters)
    near = np.isin(np.arange(len(settlements)), pairs[0])
    found = _supply(settlements, stations, pairs, peak, parameters)
    order = np.lexsort((found.station, found.distance_m, found.investment_mvnd, found.settlement))
    first = order[np.flatnonzero(np.diff(found.settlement[order], prepend=-1))]
    return _with_transformers(settlements, stations, found.at(first), peak, parameters, near)


def _within_reach(
    settlements: Settlements, stations: Stations, parameters: ElectricityParameters
) -> tuple[IntArray, IntArray, FloatArray]:
    """Inhabited settlements with their nearest stations within reach, and the distances [m], (pairs,) each."""
    if len(stations.x) == 0 or not parameters.lv_reach_m > 0:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64), np.empty(0)
    tree = cKDTree(np.column_stack([stations.x, stations.y]))
    points = np.column_stack([settlements.x, settlements.y])
    count = min(LOOKED_AT, len(stations.x))
    distance, station = tree.query(points, k=count, distance_upper_bound=parameters.lv_reach_m)
    distance, station = np.reshape(distance, (len(points), count)), np.reshape(station, (len(points), count))
    settlement, place = np.nonzero(np.isfinite(distance) & (settlements.households > 0)[:, None])
    return settlement, station[settlement, place].astype(np.int64), distance[settlement, place]


def _supply(
    settlements: Settlements,
    stations: Stations,
    pairs: tuple[IntArray, IntArray, FloatArray],
    peak_kw: FloatArray,
    parameters: ElectricityParameters,
) -> _Supply:
    """Of some pairs (`_within_reach`) those from whose station the voltage holds, over the lightest cable that keeps
    it."""
    p, inner_km = parameters, lv_length_km(settlements, parameters)
    settlement, station, distance_m = pairs
    energised = stations.energised[station]
    spread_m = settlements.spread_m[settlement]
    has_lines = ~energised & (distance_m <= np.where(np.isfinite(spread_m), spread_m, BUILT_FOR_M))
    feed_km = np.where(has_lines, 0.0, distance_m / 1000 * WINDING)
    inner = inner_km[settlement]
    by_cable = np.array(
        [
            lv_drop_pct(each, peak_kw=peak_kw[settlement], feed_km=feed_km, inner_km=inner, power_factor=p.power_factor)
            for each in p.works.cables.values()
        ]
    )
    keeps = (by_cable <= p.lv_drop_limit_pct) | has_lines
    cable = keeps.argmax(axis=0)
    price = np.array([cable_mvnd_per_km(each, p) for each in p.works.cables.values()])
    line = np.where(has_lines, 0.0, feed_km * price[cable] + inner * p.lv_line_mvnd_per_km)
    line = np.where(energised, line, line + p.energise_mvnd)
    all_pairs = _Supply(
        settlement=settlement,
        station=station,
        distance_m=distance_m,
        feed_km=feed_km,
        cable=cable,
        drop_pct=np.where(has_lines, 0.0, by_cable[cable, np.arange(len(cable))]),
        investment_mvnd=line + settlements.households[settlement] * p.service_mvnd_per_household,
        new_line=~has_lines,
    )
    return all_pairs.at(np.flatnonzero(keeps.any(axis=0)))


def cable_mvnd_per_km(cable: Cable, parameters: ElectricityParameters) -> float:
    """Price of a low-voltage line with a cable."""
    return parameters.lv_line_mvnd_per_km * cable.price_factor


def _with_transformers(
    settlements: Settlements,
    stations: Stations,
    chosen: _Supply,
    peak_kw: FloatArray,
    parameters: ElectricityParameters,
    near: BoolArray,
) -> LvWorks:
    """Check the transformers, enlarge them where that is needed, and price the whole."""
    p, n = parameters, len(settlements)
    order = np.lexsort((settlements.id_rank[chosen.settlement], chosen.distance_m))
    members: dict[int, list[int]] = {}
    for station, k in zip(chosen.station[order].tolist(), chosen.settlement[order].tolist(), strict=True):
        members.setdefault(station, []).append(k)
    sizes = [kva for kva, _ in station_sizes(p, kind="three_phase")]
    carried = [
        each
        for station, users in members.items()
        for each in _shares_of_transformer(station, users, stations, peak_kw, p, sizes)
    ]
    k = np.array([each[0] for each in carried], dtype=np.int64)
    size_kva, part = np.array([each[1:] for each in carried]).reshape(-1, 2).T
    row = np.full(n, -1, dtype=np.int64)
    row[chosen.settlement] = np.arange(len(chosen.settlement))
    supply = chosen.at(row[k])
    swap = part * station_price_mvnd(size_kva, p) * terrain(settlements, p)[k]
    life_cycle = supply.investment_mvnd * line_factor(p) + swap * station_factor(p) + energy_mvnd(settlements, p)[k]
    life_cycle += outages_mvnd(settlements, p)[k]
    with_line = np.where(size_kva > 0, Works.LV_UPGRADE.value, Works.LV_EXTENSION.value)
    works = np.where(supply.new_line, with_line, Works.ENERGISE.value).astype(object)

    def spread(values: np.ndarray[Any, Any], otherwise: float | str, kind: type) -> np.ndarray[Any, Any]:
        found: np.ndarray[Any, Any] = np.full(n, otherwise, dtype=kind)
        found[k] = values
        return found

    return LvWorks(
        near=near,
        station=spread(supply.station, -1, np.int64),
        works=spread(works, "", object),
        distance_m=spread(supply.distance_m, np.nan, np.float64),
        feed_km=spread(supply.feed_km, np.nan, np.float64),
        cable=spread(supply.cable, 0, np.int64),
        drop_pct=spread(supply.drop_pct, np.nan, np.float64),
        upgrade_kva=spread(size_kva, 0.0, np.float64),
        investment_mvnd=spread(supply.investment_mvnd + swap, np.inf, np.float64),
        life_cycle_mvnd=spread(life_cycle, np.inf, np.float64),
    )


def _shares_of_transformer(
    station: int,
    users: list[int],
    stations: Stations,
    peak_kw: FloatArray,
    parameters: ElectricityParameters,
    sizes: list[float],
) -> list[tuple[int, float, float]]:
    """Settlement, size of the new transformer (0: none) and part of it to pay, for those that the station can carry at
    all; `sizes` are the standard ones, ascending [kVA]."""
    p = parameters
    limit = p.loading_limit_pct / 100
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
    size = float(sizes[bisect_left(sizes, load / limit - 1e-9)])
    return kept + [(k, size, 1 / len(beyond)) for k in beyond]
