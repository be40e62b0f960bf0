"""What plants on streams cost a settlement: water alone with battery or diesel set for the peak, and water with sun."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from scipy.spatial import cKDTree

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray
from infragap.analyses.demand import DAYS_PER_YEAR, tier_by_power, tier_of
from infragap.analyses.electricity.demand.life_cycle import line_factor, station_factor, unserved_price
from infragap.analyses.electricity.demand.load import (
    design_peak_kw,
    energy_households,
    household_energy_pv_kwh,
    local_efficiency,
    tenth_year_day_kwh,
    yearly_factors,
    yearly_household_kwh,
)
from infragap.analyses.electricity.demand.local_works import distribution_mvnd, terrain
from infragap.analyses.electricity.demand.settlements import Settlements
from infragap.analyses.electricity.offgrid.option import Option, floor_tier, no_option, serves_enough
from infragap.analyses.electricity.offgrid.sites import (
    Sites,
    firm_flow_m3_s,
    firm_power_kw,
    true_head_m,
    water_works_mvnd,
)
from infragap.analyses.electricity.offgrid.supplies import (
    backup,
    equipment_factor,
    hydro_factor,
    operator_mvnd,
    sheds,
)
from infragap.analyses.electricity.offgrid.water_year import SPANS, STORES, SUN, Plants, WaterYear, lacking_kwh
from infragap.analyses.electricity.parameters import ElectricityParameters

WIRE_WINDING = 1.2
"""Length of a wire by the straight distance: assumption."""


MOST_PAIRS = 10_000
"""Pairs of settlement and stream whose plants are looked at together, in some 0.25 GB."""

STEP_UP_KM = 1.0
"""A longer wire than this needs a small transformer at each end: assumption, 0.4 kV does not carry farther."""


@dataclass(frozen=True, eq=False)
class Reach:
    """Sites within reach of settlements as pairs, all (pairs,), settlements ascending.

    Attributes
    ----------
    settlement, site
        Rows of the settlements, and of the sites of the resources.
    wire_km
        Length of the wire from the powerhouse.
    """

    settlement: IntArray
    site: IntArray
    wire_km: FloatArray

    def chosen(self, pairs: BoolArray | IntArray) -> Reach:
        """Some of the pairs."""
        return Reach(self.settlement[pairs], self.site[pairs], self.wire_km[pairs])


@dataclass(frozen=True, eq=False)
class Water:
    """Streams around the settlements.

    Attributes
    ----------
    sites
        Where water could be used.
    reach
        Which settlement could use which.
    nearby
        The same for all sites, whether their evidence counts or not.
    year
        Sun and flow of a year.
    """

    sites: Sites
    reach: Reach
    nearby: Reach
    year: WaterYear


def farthest_plant_m(parameters: ElectricityParameters) -> float:
    """Straight distance from a settlement within which a powerhouse is looked for."""
    return parameters.hydro_reach_km * 1000 / WIRE_WINDING


def farthest_intake_m(parameters: ElectricityParameters) -> float:
    """The same of its intake, which may lie a canal's length beyond."""
    return (farthest_plant_m(parameters) + parameters.hydro_canal_km * 1000) * (1 + 1e-9)


def sites_within_reach(
    settlements: Settlements, sites: Sites, parameters: ElectricityParameters, *, counts: BoolArray | None = None
) -> Reach:
    """Pair each settlement with the sites within `hydro_reach_km` to which no other settlement lies nearer, at intake
    and powerhouse.

    The nearest settlement has the water to itself, so that none is counted for two; of several on one spot the first
    identifier. Only sites that count are looked at, where nothing is said those whose evidence does.
    """
    rows = np.flatnonzero(sites.allowed(parameters) if counts is None else counts)
    if len(rows) == 0 or len(settlements) == 0:
        return Reach(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64), np.empty(0))
    by_id = np.argsort(settlements.id_rank)
    homes, first = np.unique(np.column_stack([settlements.x, settlements.y])[by_id], axis=0, return_index=True)
    points, powerhouse, intake = sites.spots
    farthest_m = farthest_plant_m(parameters)
    nearest = cKDTree(homes).query(points, distance_upper_bound=farthest_intake_m(parameters), workers=-1)
    distance_m, home = np.asarray(nearest[0]), np.asarray(nearest[1], dtype=np.int64)
    near = (distance_m[powerhouse] <= farthest_m * (1 + 1e-9)) & (home[powerhouse] == home[intake])
    site = rows[near[rows]]
    settlement = by_id[first[home[powerhouse[site]]]]
    order = np.argsort(settlement, kind="stable")
    return Reach(
        settlement=np.asarray(settlement[order], dtype=np.int64),
        site=np.asarray(site[order], dtype=np.int64),
        wire_km=distance_m[powerhouse[site[order]]] / 1000 * WIRE_WINDING,
    )


@dataclass(frozen=True, eq=False)
class _Candidates:
    """Plants looked at, all (m,), settlements ascending; money in million VND."""

    settlement: IntArray
    pair: IntArray
    plant_kw: FloatArray
    pv_kwp: FloatArray
    battery_kwh: FloatArray
    inverter_kw: FloatArray
    backup_kw: FloatArray
    investment_mvnd: FloatArray
    cost_mvnd: FloatArray
    unserved_kwh: FloatArray
    lacking_pct: FloatArray
    tier: IntArray


@dataclass(frozen=True, eq=False)
class _Basis:
    """What all plants are priced from: (n,) commune, households that use energy, peak and ground of the settlements,
    (sites,) firm power and price of the waterway."""

    water: Water
    commune: IntArray
    households: FloatArray
    peak_kw: FloatArray
    ground: FloatArray
    firm_kw: FloatArray
    works_mvnd: FloatArray

    @classmethod
    def of(cls, settlements: Settlements, water: Water, parameters: ElectricityParameters) -> _Basis:
        """Work it out once for all pieces."""
        p = parameters
        return cls(
            water=water,
            commune=np.maximum(settlements.commune, 0),
            households=energy_households(settlements, p),
            peak_kw=design_peak_kw(settlements, p),
            ground=terrain(settlements, p),
            firm_kw=firm_power_kw(water.sites, p),
            works_mvnd=water_works_mvnd(water.sites, p),
        )


def hydro(
    settlements: Settlements, water: Water, parameters: ElectricityParameters, *, local_mvnd: FloatArray | None = None
) -> tuple[Option, Option]:
    """Price the cheapest plant of every settlement on water alone, and on water and sun; NaN where there is none.

    Parameters
    ----------
    settlements, water
        Who asks, and what the streams give.
    parameters
        Prices and demand.
    local_mvnd
        (n,) investment in local lines and services; that of each settlement where nothing is said.

    Notes
    -----
    A plant gives its firm power or up to 2.6 times that, at most the design peak and `hydro_licence_kw`. What it lacks
    at the peak a battery with its inverter gives, or a diesel set, or a load controller sheds, and every kWh not served
    is priced: whichever costs least. Wires longer than 1 km get a transformer at each end. The plant on water and sun
    stands on the site that is best for water alone.
    """
    reach = water.reach
    if len(reach.settlement) == 0:
        return no_option(len(settlements)), no_option(len(settlements))
    local = distribution_mvnd(settlements, parameters) if local_mvnd is None else local_mvnd
    basis = _Basis.of(settlements, water, parameters)
    alone = _best_plants(basis, parameters, np.arange(len(reach.settlement)), suns=SUN[:1])
    with_sun = _best_plants(basis, parameters, alone.pair, suns=SUN[1:])
    on_water, on_both = (_as_option(each, basis, parameters, local) for each in (alone, with_sun))
    return on_water, on_both


def _best_plants(basis: _Basis, parameters: ElectricityParameters, pairs: IntArray, *, suns: FloatArray) -> _Candidates:
    """Cheapest plant of each settlement at some pairs, of those that serve enough where there are any; settlements
    without one are left out."""
    first = np.flatnonzero(np.diff(basis.water.reach.settlement[pairs], prepend=-1))
    # a settlement's pairs stay together
    cuts = np.searchsorted(first, np.arange(MOST_PAIRS, len(pairs), MOST_PAIRS))
    pieces = np.split(pairs, np.unique(first[cuts[cuts < len(first)]]))
    best = [_cheapest(_candidates(basis, parameters, piece, suns=suns), parameters) for piece in pieces]
    return _Candidates(*(np.concatenate([getattr(each, f.name) for each in best]) for f in fields(_Candidates)))


def _cheapest(found: _Candidates, parameters: ElectricityParameters) -> _Candidates:
    """Of some candidates the cheapest of each settlement, of those that serve enough where there are any."""
    enough = (found.tier >= floor_tier(parameters)) & serves_enough(found.lacking_pct, parameters)
    count = int(found.settlement.max(initial=-1)) + 1
    best = cheapest_per_settlement(found.settlement, found.cost_mvnd, enough, count)
    rows = best[best >= 0]
    return _Candidates(*(getattr(found, f.name)[rows] for f in fields(found)))


def _candidates(basis: _Basis, parameters: ElectricityParameters, pairs: IntArray, *, suns: FloatArray) -> _Candidates:
    """Plants of all sizes at some pairs of settlement and site, each without and with a diesel set."""
    p, water = parameters, basis.water
    span, sun, store = (axis.ravel() for axis in np.meshgrid(SPANS, suns, STORES, indexing="ij"))
    pair = np.repeat(pairs, len(span))
    span, sun, store = (np.tile(axis, len(pairs)) for axis in (span, sun, store))
    settlement = water.reach.settlement[pair]
    n, peak = basis.households[settlement], basis.peak_kw[settlement]
    firm = basis.firm_kw[water.reach.site[pair]]
    plant_kw = np.minimum.reduce([firm * span, peak, np.full(len(pair), p.hydro_licence_kw)])
    # where the next smaller span is at the limit already, this one is the same plant again
    before = np.where(span == SPANS[0], 0.0, SPANS[np.maximum(np.searchsorted(SPANS, span) - 1, 0)])
    counts = (plant_kw >= p.hydro_min_plant_kw) & (n > 0) & (firm * before < plant_kw)
    pair, settlement, n, peak, firm, plant_kw, sun, store = (
        each[counts] for each in (pair, settlement, n, peak, firm, plant_kw, sun, store)
    )
    last_kwh = yearly_household_kwh(p)[-1] / DAYS_PER_YEAR / local_efficiency(p) * n
    tables, table = water.year.tables(basis.commune[settlement])
    plants = Plants(table, firm, plant_kw, sun * last_kwh * p.solar_yield_factor, store * last_kwh, n)
    day_kwh = yearly_household_kwh(p) / DAYS_PER_YEAR / local_efficiency(p)
    lacking = lacking_kwh(tables, plants, day_kwh, yearly_household_kwh(p) * yearly_factors(p))
    pv_kwp, battery_kwh = sun * last_kwh / p.storage_efficiency, store * last_kwh / p.battery_depth
    inverter_kw = np.where(sun + store > 0, np.maximum(peak - plant_kw, np.minimum(pv_kwp, peak)), 0.0)
    investment, cost = _plant_mvnd(basis, pair, plant_kw, p)
    site = 1 + p.minigrid_site_pct / 100
    for size, price, life in (
        (pv_kwp, p.pv_mvnd_per_kwp, p.pv_life_years),
        (battery_kwh, p.battery_mvnd_per_kwh, p.battery_life_years),
        (inverter_kw, p.inverter_mvnd_per_kw, p.inverter_life_years),
    ):
        investment = investment + size * price * site
        cost = cost + size * price * site * equipment_factor(life, p)
    demand = n * household_energy_pv_kwh(p)
    running = p.hydro_availability_pct / 100
    unserved = lacking * running + demand * (1 - running)
    diesel = backup(peak, unserved, p)
    # a plant that sheds at the peak gives all households its power at once; with battery or diesel set they have theirs
    nothing = np.zeros(len(pair))
    served_kw = np.minimum(plant_kw + inverter_kw, peak) * local_efficiency(p) / np.maximum(n, 1)
    tier = np.minimum(tier_by_power(served_kw), _tier_of_share(lacking / demand, p))
    whole = np.minimum(tier_by_power(peak / np.maximum(n, 1)), _tier_of_share(nothing, p))
    both = [
        (settlement, settlement), (pair, pair), (plant_kw, plant_kw), (pv_kwp, pv_kwp), (battery_kwh, battery_kwh),
        (inverter_kw, inverter_kw), (nothing, peak), (investment, investment + diesel.investment_mvnd),
        (cost + unserved * unserved_price(p), cost + diesel.life_cycle_mvnd), (unserved, nothing),
        (lacking / demand, nothing), (tier, whole),
    ]  # fmt: skip
    return _Candidates(*(np.column_stack(each).ravel() for each in both))


def _plant_mvnd(
    basis: _Basis, pair: IntArray, plant_kw: FloatArray, parameters: ElectricityParameters
) -> tuple[FloatArray, FloatArray]:
    """Investment and life-cycle cost of plant, waterway, wire and operator."""
    p, reach = parameters, basis.water.reach
    on_ground = basis.ground[reach.settlement[pair]]
    plant = p.hydro_fixed_mvnd + plant_kw * p.micro_hydro_mvnd_per_kw + basis.works_mvnd[reach.site[pair]]
    wire_km = reach.wire_km[pair]
    wire = wire_km * p.lv_line_mvnd_per_km * on_ground
    step_up = np.where(wire_km > STEP_UP_KM, 2 * p.transformer_50_mvnd * on_ground, 0.0)
    cost = plant * hydro_factor(p) + wire * line_factor(p) + step_up * station_factor(p) + operator_mvnd(p)
    return plant + wire + step_up, cost


def _tier_of_share(lacking: FloatArray, parameters: ElectricityParameters) -> IntArray:
    """Tier of the energy that is served in year 10 where a share of it is lacking."""
    return tier_of((1 - lacking) * tenth_year_day_kwh(parameters))


def _as_option(found: _Candidates, basis: _Basis, parameters: ElectricityParameters, local_mvnd: FloatArray) -> Option:
    """One plant of some settlements as their option."""
    if not len(found.pair):
        return no_option(len(basis.peak_kw))
    p, water, peak = parameters, basis.water, basis.peak_kw
    serves = serves_enough(found.lacking_pct, p)
    best = np.full(len(peak), -1, dtype=np.int64)
    best[found.settlement] = np.arange(len(found.settlement))
    at = np.maximum(best, 0)

    def of(values: FloatArray) -> FloatArray:
        return np.where(best >= 0, values[at], np.nan)

    site = water.reach.site[found.pair]
    demand_kwh = np.maximum(basis.households, 1) * household_energy_pv_kwh(p)
    plant_kw, inverter_kw, backup_kw = of(found.plant_kw), of(found.inverter_kw), of(found.backup_kw)
    return Option(
        investment_mvnd=of(found.investment_mvnd) + local_mvnd,
        life_cycle_mvnd=of(found.cost_mvnd) + local_mvnd * line_factor(p),
        unserved_mvnd=of(found.unserved_kwh) * unserved_price(p),
        unserved_pct=100 * of(found.unserved_kwh) / demand_kwh,
        serves_enough=(best >= 0) & serves[at],
        tier=np.where(best >= 0, found.tier[at], 0),
        size={
            "plant_kw": plant_kw,
            "pv_kwp": of(found.pv_kwp),
            "battery_kwh": of(found.battery_kwh),
            "inverter_kw": inverter_kw,
            "backup_kw": backup_kw,
            "sheds": np.where(best >= 0, sheds(plant_kw, inverter_kw, backup_kw, peak), False),
            "evidence": of(water.sites.evidence[site].astype(np.float64)),
            "wire_km": of(water.reach.wire_km[found.pair]),
            "canal_km": of(water.sites.course_km[site]),
            "head_m": of(true_head_m(water.sites, p)[site]),
            "firm_flow_m3_s": of(firm_flow_m3_s(water.sites, p)[site]),
            "x": of(water.sites.x[site]),
            "y": of(water.sites.y[site]),
            "site": of(site.astype(np.float64)),
        },
    )


def cheapest_per_settlement(settlement: IntArray, cost: FloatArray, enough: BoolArray, count: int) -> IntArray:
    """Row of the cheapest pair of each settlement, of those that serve enough if there are any; -1 where none has a
    finite cost.

    Places stand in ascending order; of equal costs the first row counts.
    """
    best = np.full(count, -1, dtype=np.int64)
    if len(settlement) == 0:
        return best
    start = np.flatnonzero(np.append(True, settlement[1:] != settlement[:-1]))
    group = np.repeat(np.arange(len(start)), np.diff(np.append(start, len(settlement))))
    some = np.logical_or.reduceat(enough & np.isfinite(cost), start)
    counted = np.where(some[group] & ~enough, np.inf, cost)
    least = np.minimum.reduceat(counted, start)
    rows = np.flatnonzero((counted == least[group]) & np.isfinite(counted))
    # backwards, so that the first of equal rows is written last
    best[settlement[rows[::-1]]] = rows[::-1]
    return best
