"""Streams that nobody has surveyed: what they would save if they prove, and what a survey must find for them to pay."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray
from infragap.analyses.electricity.codes import Supply
from infragap.analyses.electricity.least_cost.plan import Plan
from infragap.analyses.electricity.offgrid.hydro import Reach, Water, hydro
from infragap.analyses.electricity.offgrid.option import Option
from infragap.analyses.electricity.offgrid.sites import Sites, firm_flow_m3_s, true_head_m
from infragap.analyses.electricity.parameters import ElectricityParameters

Scaling = Callable[[Sites, FloatArray], Sites]
"""Sites whose flow or head is a part of what it is."""

HALVINGS = 14
"""Steps in which the least flow and head are closed in on: to a ten-thousandth of the modelled ones."""


@dataclass(frozen=True, eq=False)
class UnprovenStreams:
    """What unsurveyed streams would bring, all (n,).

    Attributes
    ----------
    saving_mvnd
        What the settlement's supply costs less if its best unsurveyed stream proves; 0 where nothing.
    supply
        Index into `SUPPLIES`; -1 where nothing.
    flow_needed_m3_s, head_needed_m
        Firm flow at the modelled head, and head at the modelled flow, from which on a plant pays; NaN where nothing.
    """

    saving_mvnd: FloatArray
    supply: IntArray
    flow_needed_m3_s: FloatArray
    head_needed_m: FloatArray


SUPPLIES = (Supply.HYDRO, Supply.HYBRID)


def unproven_streams(plan: Plan) -> UnprovenStreams:
    """Compare each settlement's supply with plants on streams that do not count yet.

    Notes
    -----
    Where the plan may leave a settlement off the grid, a stream saves what its plant costs less than the supply of the
    plan, less the price of the households that the target then misses. Each settlement is looked at by itself. Flow and
    head are halved in on at the site of the cheapest plant.
    """
    study, outcome = plan.study, plan.outcome
    count = len(study.settlements)
    p = plan.parameters.model_copy(update={"hydro_evidence": "modelled"})
    most = np.where(plan.costs.problem.must_grid, -np.inf, outcome.choice_mvnd)
    most = most - np.where(outcome.national_grid, plan.choice.household_price_mvnd * study.settlements.households, 0.0)
    water = study.resources.water
    open_to = np.isfinite(most) & ~_counted(plan)
    pairs = np.flatnonzero(open_to[water.nearby.settlement])
    water = replace(water, reach=water.nearby.chosen(pairs))
    cost, which, site = _cheapest(hydro(study.settlements, water, p), p, count)
    saving = np.where(open_to & np.isfinite(cost), np.maximum(most - cost, 0.0), 0.0)
    rows = np.flatnonzero(saving > 0)
    flow, head = np.full(count, np.nan), np.full(count, np.nan)
    if len(rows):
        by_row = _at_sites(water, rows, site[rows].astype(np.int64))
        for target, scaled in ((flow, _with_flow), (head, _with_head)):
            part = _least_part(plan, by_row, most, p, scaled)
            now = firm_flow_m3_s(by_row.sites, p) if target is flow else true_head_m(by_row.sites, p)
            target[rows] = part * now
    return UnprovenStreams(saving, np.where(saving > 0, which, -1), flow, head)


def _counted(plan: Plan) -> BoolArray:
    """Settlements whose streams all count already, (n,)."""
    water = plan.study.resources.water
    result = np.ones(len(plan.study.settlements), dtype=bool)
    unknown = ~water.sites.allowed(plan.parameters)[water.nearby.site]
    result[water.nearby.settlement[unknown]] = False
    return result


def _cheapest(
    options: tuple[Option, Option], parameters: ElectricityParameters, count: int
) -> tuple[FloatArray, IntArray, FloatArray]:
    """Cost of the cheaper lasting plant of each settlement, which it is, and its site."""
    cost = np.column_stack([np.where(each.lasting(parameters), each.life_cycle_mvnd, np.inf) for each in options])
    which = cost.argmin(axis=1)
    site = np.column_stack([each.size.get("site", np.full(count, np.nan)) for each in options])
    every = np.arange(count)
    return cost[every, which], which.astype(np.int64), site[every, which]


def _at_sites(water: Water, rows: IntArray, site: IntArray) -> Water:
    """One site for each of some settlements."""
    reach = water.reach
    count = int(reach.settlement.max()) + 1
    asked, wire_km = np.full(count, -1, dtype=np.int64), np.full(count, np.nan)
    asked[rows] = site
    pairs = np.flatnonzero(reach.site == asked[reach.settlement])
    wire_km[reach.settlement[pairs]] = reach.wire_km[pairs]
    of_row = Reach(rows.astype(np.int64), np.arange(len(rows)), wire_km[rows])
    return replace(water, sites=water.sites.chosen(site), reach=of_row)


def _with_flow(sites: Sites, part: FloatArray) -> Sites:
    return replace(sites, mean_flow_m3_s=sites.mean_flow_m3_s * part, firm_flow_m3_s=sites.firm_flow_m3_s * part)


def _with_head(sites: Sites, part: FloatArray) -> Sites:
    return replace(sites, head_m=sites.head_m * part)


def _least_part(
    plan: Plan, water: Water, most: FloatArray, parameters: ElectricityParameters, scaled: Scaling
) -> FloatArray:
    """Part of flow or head from which on the plant costs no more than the supply of the plan."""
    rows = water.reach.settlement
    low, high = np.zeros(len(rows)), np.ones(len(rows))
    for _ in range(HALVINGS):
        part = (low + high) / 2
        options = hydro(plan.study.settlements, replace(water, sites=scaled(water.sites, part)), parameters)
        cost, _, _ = _cheapest(options, parameters, len(most))
        pays = cost[rows] <= most[rows]
        low, high = np.where(pays, low, part), np.where(pays, part, high)
    return high
