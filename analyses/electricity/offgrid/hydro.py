"""What a small hydro plant costs a settlement: the best fall within reach, its dry-season power, canal, wire and local
lines."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray
from infragap.analyses.demand import DAYS_PER_YEAR, HOURLY_SHAPE, tier_by_power, tier_of
from infragap.analyses.electricity.demand.life_cycle import factor, line_factor, unserved_price
from infragap.analyses.electricity.demand.load import (
    household_energy_pv_kwh,
    local_efficiency,
    settlement_peak_kw,
    tenth_year_day_kwh,
    yearly_factors,
    yearly_household_kwh,
)
from infragap.analyses.electricity.demand.local_works import distribution_mvnd, terrain
from infragap.analyses.electricity.demand.settlements import Settlements
from infragap.analyses.electricity.offgrid.option import Option, floor_tier, no_option, serves_enough
from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.gis.hydrology import Falls

GRAVITY_KN_PER_M3 = 9.81


WIRE_WINDING = 1.2
"""Length of a wire by the straight distance: assumption."""


STEP_UP_KM = 1.0
"""A longer wire than this needs a small transformer at each end: assumption, 0.4 kV does not carry farther."""


MIN_PLANT_KW = 1.0


@dataclass(frozen=True, eq=False)
class Reach:
    """Falls within reach of settlements as pairs, all (pairs,), settlements ascending."""

    settlement: IntArray
    fall: IntArray
    wire_km: FloatArray


def falls_within_reach(settlements: Settlements, falls: Falls, parameters: ElectricityParameters) -> Reach:
    """Pair each settlement with the falls within `hydro_reach_km` to which no other settlement lies nearer, at intake
    and powerhouse.

    The nearest settlement has the water to itself, so that none is counted for two; of several on one spot the first
    identifier.
    """
    if len(falls.x) == 0 or len(settlements) == 0:
        return Reach(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64), np.empty(0))
    by_id = np.argsort(settlements.id_rank)
    homes, first = np.unique(np.column_stack([settlements.x, settlements.y])[by_id], axis=0, return_index=True)
    points, powerhouse, intake = falls.spots
    farthest_m = parameters.hydro_reach_km * 1000 / WIRE_WINDING
    # an intake may lie a canal's length beyond its powerhouse
    bound_m = (farthest_m + parameters.hydro_canal_km * 1000) * (1 + 1e-9)
    nearest = cKDTree(homes).query(points, distance_upper_bound=bound_m, workers=-1)
    distance_m, home = np.asarray(nearest[0]), np.asarray(nearest[1], dtype=np.int64)
    fall = np.flatnonzero((distance_m[powerhouse] <= farthest_m * (1 + 1e-9)) & (home[powerhouse] == home[intake]))
    settlement = by_id[first[home[powerhouse[fall]]]]
    order = np.argsort(settlement, kind="stable")
    return Reach(
        settlement=np.asarray(settlement[order], dtype=np.int64),
        fall=np.asarray(fall[order], dtype=np.int64),
        wire_km=distance_m[powerhouse[fall[order]]] / 1000 * WIRE_WINDING,
    )


def firm_power_kw(falls: Falls, parameters: ElectricityParameters) -> FloatArray:
    """Power in the driest month: ``P = 9.81 · Q · share · H · η`` [kW]."""
    p = parameters
    return GRAVITY_KN_PER_M3 * falls.dry_flow_m3_s * p.hydro_flow_share * falls.head_m * p.hydro_efficiency


def hydro(settlements: Settlements, falls: Falls, reach: Reach, parameters: ElectricityParameters) -> Option:
    """Price the cheapest plant within reach of every settlement, unserved energy included; NaN where there is none or
    none is allowed.

    Notes
    -----
    The plant is as large as the peak of the design year or the dry-season power, whichever is less, and has no store:
    in each hour it
    gives what it can of the day's shape, and in the evening all households draw at once, so its tier is also that of
    its power per household. Wires
    longer than 1 km get a transformer at each end.
    """
    p = parameters
    n, settlement = settlements.households, reach.settlement
    if len(settlement) == 0 or not p.hydro_allowed:
        return no_option(len(settlements))
    firm = firm_power_kw(falls, p)[reach.fall]
    plant_kw = np.minimum(firm, settlement_peak_kw(n, p)[settlement])
    on_ground = terrain(settlements, p)[settlement]
    plant_mvnd = plant_kw * p.micro_hydro_mvnd_per_kw
    wire_mvnd = reach.wire_km * p.lv_line_mvnd_per_km * on_ground
    wire_mvnd += np.where(reach.wire_km > STEP_UP_KM, 2 * p.transformer_50_mvnd * on_ground, 0.0)
    canal_mvnd = falls.canal_km[reach.fall] * p.canal_mvnd_per_km
    per_household_kw = plant_kw * local_efficiency(p) / np.maximum(n[settlement], 1)
    lacking = unserved_kwh_per_household(per_household_kw, p)
    running = p.hydro_availability_pct / 100
    all_kwh = household_energy_pv_kwh(p)
    unserved_kwh = n[settlement] * (lacking * running + all_kwh * (1 - running))
    unserved_mvnd = unserved_kwh * unserved_price(p)
    plant_factor = factor(p.hydro_life_years, p, om_pct=p.offgrid_om_pct)
    cost = (plant_mvnd + canal_mvnd) * plant_factor + wire_mvnd * line_factor(p) + unserved_mvnd
    cost = np.where((plant_kw >= MIN_PLANT_KW) & (n[settlement] > 0), cost, np.inf)
    demand_kwh = np.maximum(n, 1) * all_kwh
    serves = serves_enough(lacking / all_kwh, p)
    enough = (tier_by_power(per_household_kw) >= floor_tier(p)) & serves
    best = cheapest_per_settlement(settlement, cost, enough, len(settlements))

    def of(values: FloatArray) -> FloatArray:
        return np.where(best >= 0, values[np.maximum(best, 0)], np.nan)

    local = distribution_mvnd(settlements, p)
    served_day = _served_day_year10(of(per_household_kw), p)
    return Option(
        investment_mvnd=of(plant_mvnd + canal_mvnd + wire_mvnd) + local,
        life_cycle_mvnd=of(cost) + local * line_factor(p),
        unserved_mvnd=of(unserved_mvnd),
        unserved_pct=100 * of(unserved_kwh) / demand_kwh,
        serves_enough=(best >= 0) & serves[np.maximum(best, 0)],
        tier=np.where(
            best >= 0,
            np.minimum(tier_of(np.nan_to_num(served_day)), tier_by_power(np.nan_to_num(of(per_household_kw)))),
            0,
        ),
        size={
            "plant_kw": of(plant_kw),
            "wire_km": of(reach.wire_km),
            "canal_km": of(falls.canal_km[reach.fall]),
            "head_m": of(falls.head_m[reach.fall]),
            "dry_flow_m3_s": of(falls.dry_flow_m3_s[reach.fall]),
            "x": of(falls.x[reach.fall]),
            "y": of(falls.y[reach.fall]),
        },
    )


def unserved_kwh_per_household(plant_kw_per_household: FloatArray, parameters: ElectricityParameters) -> FloatArray:
    """Discounted energy over the horizon that a plant of constant power leaves unserved, per household [kWh].

    Notes
    -----
    ``Σ_t d_t · 365.25 · Σ_h max(E_t · s_h - w, 0)`` with the hour's share of the day `s`: piecewise linear in `w`,
    summed exactly from
    its sorted breakpoints.
    """
    yearly_day = yearly_household_kwh(parameters) / DAYS_PER_YEAR
    level = np.multiply.outer(yearly_day, HOURLY_SHAPE).ravel()
    weight = np.repeat(yearly_factors(parameters) * DAYS_PER_YEAR, len(HOURLY_SHAPE))
    order = np.argsort(level)
    level, weight = level[order], weight[order]
    above_weight = np.append(np.cumsum(weight[::-1])[::-1], 0.0)
    above_energy = np.append(np.cumsum((weight * level)[::-1])[::-1], 0.0)
    first_above = np.searchsorted(level, plant_kw_per_household, side="right")
    return np.asarray(above_energy[first_above] - above_weight[first_above] * plant_kw_per_household)


def _served_day_year10(plant_kw_per_household: FloatArray, parameters: ElectricityParameters) -> FloatArray:
    asked_kw = HOURLY_SHAPE * tenth_year_day_kwh(parameters)
    served = np.minimum(asked_kw, plant_kw_per_household[:, np.newaxis]).sum(axis=1)
    return np.asarray(served, dtype=np.float64)


def cheapest_per_settlement(settlement: IntArray, cost: FloatArray, enough: BoolArray, count: int) -> IntArray:
    """Row of the cheapest pair of each settlement, of those that serve enough if there are any; -1 where none has a
    finite cost.

    Places stand in ascending order; of equal costs the first row counts.
    """
    best = np.full(count, -1, dtype=np.int64)
    start = np.flatnonzero(np.append(True, settlement[1:] != settlement[:-1]))
    group = np.repeat(np.arange(len(start)), np.diff(np.append(start, len(settlement))))
    some = np.logical_or.reduceat(enough & np.isfinite(cost), start)
    counted = np.where(some[group] & ~enough, np.inf, cost)
    least = np.minimum.reduceat(counted, start)
    rows = np.flatnonzero((counted == least[group]) & np.isfinite(counted))
    # backwards, so that the first of equal rows is written last
    best[settlement[rows[::-1]]] = rows[::-1]
    return best
