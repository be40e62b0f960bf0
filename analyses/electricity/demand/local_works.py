"""What each settlement needs on the spot when the grid arrives: stations, 0.4 kV lines, services and the energy
itself."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray, ObjectArray
from infragap.analyses.electricity.assumptions.builds import line_mvnd_per_km, single_phase_allowed, station_sizes
from infragap.analyses.electricity.demand.life_cycle import line_factor, station_factor, unserved_price
from infragap.analyses.electricity.demand.load import (
    design_peak_kw,
    energy_households,
    household_energy_pv_kwh,
)
from infragap.analyses.electricity.demand.settlements import Settlements
from infragap.analyses.electricity.parameters import ElectricityParameters

HOURS_PER_YEAR = 8766.0


TREE_CONSTANT = 0.6331
"""Length of the shortest tree through n points strewn evenly over an area A, by √(n A), for many points (see
`lv_length_km`)."""


LV_KV, LV_CIRCUITS = 0.4, 4
"""Low voltage, and circuits per station (assumption)."""


SINGLE_PHASE_DROP = 2 * (0.4 / 0.46) ** 2
"""Drop along three wires at 460/230 V behind a single-phase station by that along a three-phase line at 400 V: balanced
``2 z P / 0.46²`` against ``z P / 0.4²``. Its cable counts as dear as the four-wire one (assumption)."""


@dataclass(frozen=True, eq=False)
class LocalWorks:
    """Local grid works of each settlement, all (n,); investments and life-cycle costs in million VND.

    `station_kva` is the size of one station, `single_phase` whether it hangs between two wires, `cable` the 0.4 kV
    cable (name in the table of works). `life_cycle_mvnd` maps each part ('transformers', 'lv', 'service', 'energy',
    'outages') to its life-cycle cost; the line inside a large settlement to its further stations counts as a part of
    'transformers'.
    """

    peak_kw: FloatArray
    stations: IntArray
    station_kva: FloatArray
    single_phase: BoolArray
    cable: ObjectArray
    lv_km: FloatArray
    inner_mv_km: FloatArray
    investment_mvnd: dict[str, FloatArray]
    life_cycle_mvnd: dict[str, FloatArray]

    @property
    def total_investment_mvnd(self) -> FloatArray:
        """Investment on the spot."""
        return np.asarray(sum(self.investment_mvnd.values()))

    @property
    def total_life_cycle_mvnd(self) -> FloatArray:
        """Life-cycle cost on the spot, energy included."""
        return np.asarray(sum(self.life_cycle_mvnd.values()))


def terrain(settlements: Settlements, parameters: ElectricityParameters) -> FloatArray:
    """Multiplier on lines and stations on each settlement's ground, (n,)."""
    return np.asarray(1 + (parameters.terrain_factor - 1) * settlements.roughness)


def mv_mvnd_per_km(settlements: Settlements, parameters: ElectricityParameters) -> FloatArray:
    """Least price of a medium-voltage line of each settlement's voltage on easy ground, (n,)."""
    lower, upper = (line_mvnd_per_km(parameters, upper=upper) for upper in (False, True))
    return np.where(settlements.at_lower_kv, lower, upper)


def lv_length_km(settlements: Settlements, parameters: ElectricityParameters) -> FloatArray:
    """Length of the 0.4 kV lines of each settlement, whoever feeds them [km], (n,).

    Notes
    -----
    Where the spread s is known: nine tenths of the houses lie within s, so they are taken as strewn evenly over ``A = π
    s² / 0.9``, and the line is
    their shortest tree [1]_ times `lv_route_factor`: ``0.6331 √(n A)``. Elsewhere it is `lv_m_per_household` for each.

    References
    ----------
    .. [1] P. Cortina-Borja, T. Robinson, "Estimating the asymptotic constants of the total length of Euclidean minimal
    spanning trees with
       power-weighted edges", Statistics and Probability Letters 47, 2000.
    """
    p, n = parameters, settlements.households
    tree_m = TREE_CONSTANT * np.sqrt(n * np.pi * settlements.spread_m**2 / 0.9) * p.lv_route_factor
    return np.where(np.isfinite(settlements.spread_m), tree_m, n * p.lv_m_per_household) / 1000


def distribution_mvnd(settlements: Settlements, parameters: ElectricityParameters) -> FloatArray:
    """Investment in 0.4 kV lines and services, which every joint supply needs, on the grid or off it [million VND],
    (n,)."""
    p = parameters
    factor = cheapest_stations(settlements, p).cable_price_factor
    lines = lv_length_km(settlements, p) * p.lv_line_mvnd_per_km * factor
    return np.asarray(lines + settlements.households * p.service_mvnd_per_household)


@dataclass(frozen=True, eq=False)
class StationChoice:
    """Stations and cable of each settlement, all (n,); see `LocalWorks`.

    Attributes
    ----------
    stations, station_kva, station_mvnd
        Number, size and price of one on easy ground.
    single_phase, cable, cable_price_factor
        Whether they hang between two wires, the cable, and its price by that of the usual one.
    """

    stations: IntArray
    station_kva: FloatArray
    station_mvnd: FloatArray
    single_phase: BoolArray
    cable: ObjectArray
    cable_price_factor: FloatArray


def size_stations(
    households: FloatArray,
    peak: FloatArray,
    lv_km: FloatArray,
    parameters: ElectricityParameters,
    *,
    kind: str = "three_phase",
    cable: str = "ABC 4x70",
) -> tuple[IntArray, FloatArray]:
    """Number and size [kVA] of equal stations of one kind on one cable: enough for the households, the peak within the
    largest size, and the voltage.

    Notes
    -----
    Each station feeds `LV_CIRCUITS` equal 0.4 kV circuits with the load spread evenly along them: ``ΔU = P · r · l / 2
    / U²`` with the circuit's
    load and length. Both fall with the number of stations s, so s is at least the root of the drop of a single one by
    the limit.

    Examples
    --------
    25 households peak at 14.6 kW, 16.3 kVA at a power factor of 0.9: one station of the smallest size. 219 need three.

    >>> from infragap.analyses.electricity.demand.load import settlement_peak_kw
    >>> p = ElectricityParameters()
    >>> households = np.array([25.0, 219.0])
    >>> stations, kva = size_stations(households, settlement_peak_kw(households, p), np.array([0.8, 7.2]), p)
    >>> stations.tolist(), kva.tolist()
    ([1, 3], [25.0, 50.0])
    """
    sizes = np.array([size for size, _ in station_sizes(parameters, kind=kind)])
    wires = SINGLE_PHASE_DROP if kind == "single_phase" else 1.0
    r_ohm_per_km = parameters.works.cables[cable].r_ohm_per_km * wires
    kva = peak / parameters.power_factor
    by_households = np.ceil(households / parameters.households_per_station_max)
    drop_of_one = peak / 1000 * r_ohm_per_km * lv_km / (2 * LV_CIRCUITS**2 * LV_KV**2)
    by_voltage = np.ceil(np.sqrt(drop_of_one / (parameters.lv_drop_limit_pct / 100)) - 1e-9)
    by_size = np.ceil(kva / sizes[-1])
    stations = np.maximum.reduce([by_households, by_voltage, by_size, np.ones(len(households))])
    size = sizes[np.minimum(np.searchsorted(sizes, kva / stations - 1e-9), len(sizes) - 1)]
    return np.where(households > 0, stations, 0).astype(np.int64), np.where(households > 0, size, 0.0)


def cheapest_stations(settlements: Settlements, parameters: ElectricityParameters) -> StationChoice:
    """Choose for each settlement the kind of stations and the cable that cost least together over their life.

    Notes
    -----
    A heavier cable costs more and needs fewer stations; a single-phase station costs less, but drops more on the same
    cable. Of equals the lighter cable, and three phases.
    """
    p, n = parameters, len(settlements)
    peak, lv_km = design_peak_kw(settlements, p), lv_length_km(settlements, p)
    ground, as_line, as_station = terrain(settlements, p), line_factor(p), station_factor(p)
    inner = p.inner_mv_km_per_extra_station * mv_mvnd_per_km(settlements, p) * ground
    least = np.full(n, np.inf)
    stations, kva, price = np.zeros(n, dtype=np.int64), np.zeros(n), np.zeros(n)
    single, cable, factor = np.zeros(n, dtype=bool), np.full(n, "", dtype=object), np.ones(n)
    for kind in ("three_phase", "single_phase") if single_phase_allowed(p) else ("three_phase",):
        of_size = station_sizes(p, kind=kind)
        sizes, prices = np.array([size for size, _ in of_size]), np.array([mvnd for _, mvnd in of_size])
        for name, each in p.works.cables.items():
            count, size = size_stations(settlements.households, peak, lv_km, p, kind=kind, cable=name)
            one = prices[np.minimum(np.searchsorted(sizes, size), len(sizes) - 1)]
            lines = np.maximum(count - 1, 0) * inner + lv_km * p.lv_line_mvnd_per_km * each.price_factor
            cost = count * one * ground * as_station + lines * as_line
            if kind == "single_phase":
                cost = np.where(needs_three_phase(settlements), np.inf, cost)
            better = cost < least - 1e-9
            least = np.where(better, cost, least)
            stations, kva, price = (
                np.where(better, count, stations),
                np.where(better, size, kva),
                np.where(better, one, price),
            )
            single[better], cable[better], factor[better] = kind == "single_phase", name, each.price_factor
    return StationChoice(stations, kva, price, single, cable, factor)


def needs_three_phase(settlements: Settlements) -> BoolArray:
    """Whether each settlement has machines that ask for three phases, (n,)."""
    return np.zeros(len(settlements), dtype=bool) if settlements.other is None else settlements.other.three_phase


def station_price_mvnd(size_kva: FloatArray, parameters: ElectricityParameters) -> FloatArray:
    """Price of three-phase stations of some sizes, the next larger where there is none of one; 0 for none [million
    VND]."""
    sizes = station_sizes(parameters, kind="three_phase")
    row = np.searchsorted([kva for kva, _ in sizes], size_kva - 1e-9)
    price = np.array([price for _, price in sizes])[np.minimum(row, len(sizes) - 1)]
    return np.where(size_kva > 0, price, 0.0)


def energy_mvnd(settlements: Settlements, parameters: ElectricityParameters) -> FloatArray:
    """Energy bought over the horizon, losses on top [million VND], (n,)."""
    p = parameters
    bought_kwh = energy_households(settlements, p) * household_energy_pv_kwh(p) / (1 - p.loss_pct / 100)
    return np.asarray(bought_kwh * p.energy_price_vnd_per_kwh / 1e6)


def outages_mvnd(settlements: Settlements, parameters: ElectricityParameters) -> FloatArray:
    """Price of what the grid does not serve while it is down, over the horizon [million VND], (n,)."""
    p = parameters
    hours = p.grid_outage_hours if settlements.outage_hours is None else settlements.outage_hours
    hours = np.where(np.isfinite(hours), hours, p.grid_outage_hours)
    kwh = energy_households(settlements, p) * household_energy_pv_kwh(p)
    return np.asarray(kwh * hours / HOURS_PER_YEAR * unserved_price(p))


def local_works(settlements: Settlements, parameters: ElectricityParameters) -> LocalWorks:
    """Size and price the local grid works of every settlement.

    Notes
    -----
    Stations stand on the settlement's ground, so the terrain factor applies to them and to inner lines; 0.4 kV lines
    and services are priced
    per metre and household as the projects of norms A1 report them. Energy is bought with the losses on top.
    """
    p = parameters
    households = settlements.households
    peak = design_peak_kw(settlements, p)
    lv_km = lv_length_km(settlements, p)
    chosen = cheapest_stations(settlements, p)
    on_ground = terrain(settlements, p)
    inner_mv_km = np.maximum(chosen.stations - 1, 0) * p.inner_mv_km_per_extra_station
    station_mvnd = chosen.stations * chosen.station_mvnd * on_ground
    inner_mvnd = inner_mv_km * mv_mvnd_per_km(settlements, p) * on_ground
    investment = {
        "transformers": station_mvnd + inner_mvnd,
        "lv": lv_km * p.lv_line_mvnd_per_km * chosen.cable_price_factor,
        "service": households * p.service_mvnd_per_household,
    }
    as_line, as_station = line_factor(p), station_factor(p)
    life_cycle = {
        "transformers": station_mvnd * as_station + inner_mvnd * as_line,
        "lv": investment["lv"] * as_line,
        "service": investment["service"] * as_line,
        "energy": energy_mvnd(settlements, p),
        "outages": outages_mvnd(settlements, p),
    }
    return LocalWorks(
        peak_kw=peak,
        stations=chosen.stations,
        station_kva=chosen.station_kva,
        single_phase=chosen.single_phase,
        cable=chosen.cable,
        lv_km=lv_km,
        inner_mv_km=inner_mv_km,
        investment_mvnd=investment,
        life_cycle_mvnd=life_cycle,
    )
