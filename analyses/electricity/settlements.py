"""What each settlement needs on the spot when the grid arrives: stations, 0.4 kV lines, services and the energy itself."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray
from infragap.analyses.costs import discount_factors, life_cycle_factor
from infragap.analyses.demand import DAYS_PER_MONTH, TIER_KWH_PER_DAY, household_kwh_per_month, peak_kw
from infragap.analyses.electricity.parameters import ElectricityParameters

STATION_KVA = np.array([31.5, 50, 75, 100, 160, 180, 250])
"""Standard sizes of village stations [kVA]."""

TREE_CONSTANT = 0.6331
"""Length of the shortest tree through n points strewn evenly over an area A, by √(n A), for many points (see `lv_length_km`)."""

LV_KV, LV_R_OHM_PER_KM, LV_CIRCUITS = 0.4, 0.443, 4
"""Low voltage, resistance of ABC 4×70 cable (general knowledge), and circuits per station (assumption)."""


@dataclass(frozen=True, eq=False)
class Places:
    """The settlements as arrays, in the order of the layer.

    Attributes
    ----------
    households
        (n,) households without safe supply.
    commune
        (n,) row of the commune in the layer `communes`.
    x, y
        (n,) position in the measuring CRS [m].
    roughness
        (n,) 0 easy ground to 1 full terrain factor, at the settlement.
    at_22_kv
        (n,) whether the nearest line is of 22 kV.
    has_home_system
        (n,) donated solar home systems are there.
    position_accuracy_m
        (n,) radius that holds the true position (90 %).
    spread_m
        (n,) radius that holds nine tenths of its houses; NaN where it is not known.
    id_rank
        (n,) place of its identifier among all: decides between equals, so that the order of the rows does not.
    """

    households: FloatArray
    commune: IntArray
    x: FloatArray
    y: FloatArray
    roughness: FloatArray
    at_22_kv: BoolArray
    has_home_system: BoolArray
    position_accuracy_m: FloatArray
    spread_m: FloatArray
    id_rank: IntArray

    def __len__(self) -> int:
        """Number of settlements."""
        return len(self.households)


@dataclass(frozen=True, eq=False)
class GridWorks:
    """Local grid works of each settlement, all (n,); investments and life-cycle costs in million VND.

    `life_cycle_mvnd` maps each part ('transformers', 'lv', 'service', 'energy') to its life-cycle cost; the line inside a large settlement
    to its further stations counts as a part of 'transformers'.
    """

    peak_kw: FloatArray
    stations: IntArray
    station_kva: FloatArray
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


def read_places(
    settlements: gpd.GeoDataFrame, communes: gpd.GeoDataFrame, *, roughness: FloatArray, at_22_kv: BoolArray
) -> Places:
    """Arrays of the settlement layer."""
    row_of = {str(code): row for row, code in enumerate(communes["commune_code"])}
    return Places(
        households=settlements["households"].to_numpy(dtype=np.float64),
        commune=np.array([row_of.get(str(code), -1) for code in settlements["commune_code"]], dtype=np.int64),
        x=settlements.geometry.x.to_numpy(dtype=np.float64),
        y=settlements.geometry.y.to_numpy(dtype=np.float64),
        roughness=roughness,
        at_22_kv=at_22_kv,
        has_home_system=(settlements["supply"] == "solar_home").to_numpy(),
        position_accuracy_m=settlements["position_accuracy_m"].to_numpy(dtype=np.float64),
        spread_m=spread(settlements),
        id_rank=np.argsort(np.argsort(settlements["settlement_id"].astype(str).to_numpy(), kind="stable")),
    )


def spread(settlements: gpd.GeoDataFrame) -> FloatArray:
    """Radius that holds nine tenths of each settlement's houses [m]; NaN where the layer does not say."""
    if "spread_m" not in settlements:
        return np.full(len(settlements), np.nan)
    return np.asarray(settlements["spread_m"], dtype=np.float64)


def yearly_household_kwh(parameters: ElectricityParameters) -> FloatArray:
    """Use of one household in each year of the horizon [kWh/year], (horizon_years,)."""
    p = parameters
    if p.demand_tier != "expected":
        monthly = TIER_KWH_PER_DAY[int(p.demand_tier[-1])] * DAYS_PER_MONTH
        return np.full(p.horizon_years, 12 * monthly)
    return 12 * household_kwh_per_month(
        first_year=p.household_kwh_per_month_year1,
        tenth_year=p.household_kwh_per_month_year10,
        growth_pct=p.demand_growth_pct,
        ceiling=p.household_kwh_per_month_ceiling,
        years=p.horizon_years,
    )


def tenth_year_day_kwh(parameters: ElectricityParameters) -> float:
    """Use of one household on a day of year 10, of the last year where the horizon is shorter [kWh]."""
    return float(yearly_household_kwh(parameters)[min(10, parameters.horizon_years) - 1] / 365.25)


def local_efficiency(parameters: ElectricityParameters) -> float:
    """What a local line brings from its plant to the sockets: half of the grid's losses are its own."""
    return 1 - parameters.loss_pct / 200


def terrain(places: Places, parameters: ElectricityParameters) -> FloatArray:
    """Multiplier on lines and stations on each settlement's ground, (n,)."""
    return np.asarray(1 + (parameters.terrain_factor - 1) * places.roughness)


def mv_mvnd_per_km(places: Places, parameters: ElectricityParameters) -> FloatArray:
    """Price of medium-voltage line of each settlement's voltage on easy ground, (n,)."""
    return np.where(places.at_22_kv, parameters.mv22_line_mvnd_per_km, parameters.mv35_line_mvnd_per_km)


def tier_scale(parameters: ElectricityParameters) -> float:
    """Peak of a demand scenario by that of expected demand: as the energy of the last year, and never below 1."""
    expected = yearly_household_kwh(parameters.model_copy(update={"demand_tier": "expected"}))[-1]
    return max(1.0, float(yearly_household_kwh(parameters)[-1] / expected))


def settlement_peak_kw(households: FloatArray, parameters: ElectricityParameters) -> FloatArray:
    """Peak of each settlement in the design year [kW]."""
    return peak_kw(
        households,
        kw_per_household_many=parameters.peak_kw_per_household * tier_scale(parameters),
        coincidence_many=parameters.coincidence_many,
    )


def design_load_kw(households: FloatArray, parameters: ElectricityParameters) -> FloatArray:
    """Load of households on medium voltage in the design year: fully diversified, so that loads add up along a line [kW]."""
    return np.asarray(households * parameters.peak_kw_per_household * tier_scale(parameters))


def lv_length_km(places: Places, parameters: ElectricityParameters) -> FloatArray:
    """Length of the 0.4 kV lines of each settlement, whoever feeds them [km], (n,).

    Notes
    -----
    Where the spread s is known: nine tenths of the houses lie within s, so they are taken as strewn evenly over ``A = π s² / 0.9``, and the line is
    their shortest tree [1]_ times `lv_route_factor`: ``0.6331 √(n A)``. Elsewhere it is `lv_m_per_household` for each.

    References
    ----------
    .. [1] P. Cortina-Borja, T. Robinson, "Estimating the asymptotic constants of the total length of Euclidean minimal spanning trees with
       power-weighted edges", Statistics and Probability Letters 47, 2000.
    """
    p, n = parameters, places.households
    tree_m = TREE_CONSTANT * np.sqrt(n * np.pi * places.spread_m**2 / 0.9) * p.lv_route_factor
    return np.where(np.isfinite(places.spread_m), tree_m, n * p.lv_m_per_household) / 1000


def distribution_mvnd(places: Places, parameters: ElectricityParameters) -> FloatArray:
    """Investment in 0.4 kV lines and services, which every joint supply needs, on the grid or off it [million VND], (n,)."""
    p = parameters
    return lv_length_km(places, p) * p.lv_line_mvnd_per_km + places.households * p.service_mvnd_per_household


def size_stations(
    households: FloatArray, peak: FloatArray, lv_km: FloatArray, parameters: ElectricityParameters
) -> tuple[IntArray, FloatArray]:
    """Number and size [kVA] of equal stations: enough for the households, the peak within the largest standard size, and the voltage.

    Notes
    -----
    Each station feeds `LV_CIRCUITS` equal 0.4 kV circuits with the load spread evenly along them: ``ΔU = P · r · l / 2 / U²`` with the circuit's
    load and length. Both fall with the number of stations s, so s is at least the root of the drop of a single one by the limit.
    """
    kva = peak / parameters.power_factor
    by_households = np.ceil(households / parameters.households_per_station_max)
    drop_of_one = peak / 1000 * LV_R_OHM_PER_KM * lv_km / (2 * LV_CIRCUITS**2 * LV_KV**2)
    by_voltage = np.ceil(np.sqrt(drop_of_one / (parameters.lv_drop_limit_pct / 100)) - 1e-9)
    by_size = np.ceil(kva / STATION_KVA[-1])
    stations = np.maximum.reduce([by_households, by_voltage, by_size, np.ones(len(households))])
    size = STATION_KVA[np.minimum(np.searchsorted(STATION_KVA, kva / stations - 1e-9), len(STATION_KVA) - 1)]
    return np.where(households > 0, stations, 0).astype(np.int64), np.where(households > 0, size, 0.0)


def station_price_mvnd(size_kva: FloatArray, parameters: ElectricityParameters) -> FloatArray:
    """Price of one station of a size [million VND]."""
    p = parameters
    steps = [size_kva <= 0, size_kva <= 50, size_kva <= 100]
    return np.select(steps, [0.0, p.transformer_50_mvnd, p.transformer_100_mvnd], p.transformer_250_mvnd)


def factor(life_years: float, parameters: ElectricityParameters, *, from_year: int = 0, om_pct: float) -> float:
    """Life-cycle cost per unit of a work that is built at the end of `from_year`, worth today."""
    rate = parameters.discount_rate
    horizon = parameters.horizon_years - from_year
    if horizon <= 0:
        return 0.0
    whole = life_cycle_factor(life_years=life_years, om_pct=om_pct, horizon_years=horizon, discount_rate=rate)
    return float(whole * (1 + rate) ** -from_year)


def line_factor(parameters: ElectricityParameters) -> float:
    """Life-cycle cost per unit of investment of lines."""
    return factor(parameters.line_life_years, parameters, om_pct=parameters.grid_om_pct)


def station_factor(parameters: ElectricityParameters) -> float:
    """Life-cycle cost per unit of investment of transformer stations."""
    return factor(parameters.transformer_life_years, parameters, om_pct=parameters.grid_om_pct)


def grid_works(places: Places, parameters: ElectricityParameters) -> GridWorks:
    """Size and price the local grid works of every settlement.

    Notes
    -----
    Stations stand on the settlement's ground, so the terrain factor applies to them and to inner lines; 0.4 kV lines and services are priced
    per metre and household as the projects of norms A1 report them. Energy is bought with the losses on top.
    """
    p = parameters
    households = places.households
    peak = settlement_peak_kw(households, p)
    lv_km = lv_length_km(places, p)
    stations, size_kva = size_stations(households, peak, lv_km, p)
    on_ground = terrain(places, p)
    inner_mv_km = np.maximum(stations - 1, 0) * p.inner_mv_km_per_extra_station
    station_mvnd = stations * station_price_mvnd(size_kva, p) * on_ground
    inner_mvnd = inner_mv_km * mv_mvnd_per_km(places, p) * on_ground
    investment = {
        "transformers": station_mvnd + inner_mvnd,
        "lv": lv_km * p.lv_line_mvnd_per_km,
        "service": households * p.service_mvnd_per_household,
    }
    as_line, as_station = line_factor(p), station_factor(p)
    bought_kwh = households * household_energy_pv_kwh(p) / (1 - p.loss_pct / 100)
    life_cycle = {
        "transformers": station_mvnd * as_station + inner_mvnd * as_line,
        "lv": investment["lv"] * as_line,
        "service": investment["service"] * as_line,
        "energy": bought_kwh * p.energy_price_vnd_per_kwh / 1e6,
    }
    return GridWorks(
        peak_kw=peak,
        stations=stations,
        station_kva=size_kva,
        lv_km=lv_km,
        inner_mv_km=inner_mv_km,
        investment_mvnd=investment,
        life_cycle_mvnd=life_cycle,
    )


def household_energy_pv_kwh(parameters: ElectricityParameters) -> float:
    """Discounted energy of one household over the horizon [kWh], the denominator of levelised costs."""
    factors = discount_factors(discount_rate=parameters.discount_rate, years=parameters.horizon_years)
    return float(yearly_household_kwh(parameters) @ factors)
