"""The plan laid out in years: what is built when, in which order, and what the years add up to."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
from pandas.arrays import IntegerArray

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray
from infragap.analyses.columns import names
from infragap.analyses.electricity.columns import EXTENSION, YEARS
from infragap.analyses.electricity.decision import Decision
from infragap.analyses.electricity.interim import interim_steps
from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.analyses.electricity.phasing import VALUE_DECIMALS, Phases, Works, phase, yearly_budgets
from infragap.analyses.electricity.settlements import yearly_household_kwh
from infragap.analyses.electricity.study import Priced, Study
from infragap.analyses.electricity.surface import COMPONENTS
from infragap.analyses.electricity.tree import Branches
from infragap.gis.crs import WGS84

if TYPE_CHECKING:
    from infragap.gis.pack import Pack

KIT_KWH_PER_DAY = 0.2
"""What a donated kit gives a household: the floor of tier 2."""


@dataclass(frozen=True, eq=False)
class Schedule:
    """Years of lines and settlements.

    Attributes
    ----------
    branch_year, settlement_year
        0 for the first year; -1 where no budget reaches, or nothing is to be built.
    priority
        (n,) order of building, 1 first.
    budgets_mvnd
        (years,) money.
    phases
        Benefit reached and bound.
    """

    branch_year: IntArray
    settlement_year: IntArray
    priority: IntArray
    budgets_mvnd: FloatArray
    phases: Phases


def household_weights(pack: Pack, study: Study, parameters: ElectricityParameters) -> FloatArray:
    """Benefit of supplying each settlement for a year: households, more where the commune is poor, less where donated kits give light."""
    poverty = pack.communes["poverty_rate_pct"].to_numpy(dtype=np.float64)
    poverty = np.where(np.isfinite(poverty), poverty, np.nanmean(poverty) if np.isfinite(poverty).any() else 0.0) / 100
    rate = np.where(study.places.commune >= 0, poverty[np.maximum(study.places.commune, 0)], 0.0)
    has_light = min(1.0, KIT_KWH_PER_DAY * 365.25 / float(yearly_household_kwh(parameters)[0]))
    need = np.where(study.places.has_home_system, 1 - has_light, 1.0)
    return np.asarray(study.places.households * need * (1 + parameters.weight_poverty * rate))


def make_schedule(
    pack: Pack, study: Study, priced: Priced, decision: Decision, parameters: ElectricityParameters
) -> Schedule:
    """Lay the plan out in years."""
    branches = decision.branches
    count, n = len(branches), len(study.places)
    on_grid = decision.on_grid
    local = np.where(on_grid, priced.works.total_investment_mvnd, decision.investment_mvnd)
    needs = np.where(on_grid & (branches.branch_of >= 0), branches.branch_of, -1)
    weight = household_weights(pack, study, parameters)
    order = _order_of_works(branches, study.places.id_rank)
    place_in_order = np.argsort(order)
    needs = np.concatenate([branches.parent, needs])
    works = Works(
        cost_mvnd=np.concatenate([decision.branch_investment_mvnd, local])[order],
        benefit=np.concatenate([np.zeros(count), weight])[order],
        needs=np.where(needs >= 0, place_in_order[needs], -1)[order],
        earliest=np.concatenate([_earliest(decision, parameters), np.zeros(n, dtype=np.int64)])[order],
    )
    budgets = yearly_budgets(float(works.cost_mvnd.sum()), parameters, targets=pack.catalog.targets)
    phases = phase(works, budgets)
    year = phases.year[place_in_order]
    settlement_year = np.where(study.places.households > 0, year[count:], -1)
    value = np.round(weight / np.maximum(decision.investment_mvnd, 1e-9), VALUE_DECIMALS)
    late = np.where(settlement_year >= 0, settlement_year, len(budgets))
    priority = np.empty(n, dtype=np.int64)
    priority[np.lexsort((study.places.id_rank, -value, late))] = np.arange(1, n + 1)
    return Schedule(
        branch_year=year[:count],
        settlement_year=settlement_year,
        priority=priority,
        budgets_mvnd=budgets,
        phases=phases,
    )


def _order_of_works(branches: Branches, rank: IntArray) -> IntArray:
    """Order of lines and settlements that hangs on identifiers alone: settlements by theirs, each line before the first of those it serves."""
    count, n = len(branches), len(rank)
    first = np.full(count, n, dtype=np.int64)
    served = branches.branch_of >= 0
    np.minimum.at(first, branches.branch_of[served], rank[served])
    for branch in range(count - 1, -1, -1):
        if branches.parent[branch] >= 0:
            first[branches.parent[branch]] = min(first[branches.parent[branch]], first[branch])
    depth = branches.along(np.ones(count))
    return np.lexsort((np.concatenate([depth, np.full(n, np.inf)]), np.concatenate([first, rank]))).astype(np.int64)


def _earliest(decision: Decision, parameters: ElectricityParameters) -> IntArray:
    """First year of each line: one through forest that must be converted waits for the permit."""
    components = decision.branches.components
    crosses = components[:, [COMPONENTS.index("forest_km_35"), COMPONENTS.index("forest_km_22")]].sum(axis=1) > 0
    wait = int(np.ceil(parameters.forest_delay_months / 12)) if parameters.forest_rule == "price" else 0
    return np.where(crosses, wait, 0).astype(np.int64)


def calendar_year(year: IntArray, parameters: ElectricityParameters) -> IntegerArray:
    """Years as nullable integers, empty where no budget reaches."""
    return IntegerArray(parameters.first_year + year, year < 0)


def with_schedule(
    settlements: gpd.GeoDataFrame,
    schedule: Schedule,
    study: Study,
    decision: Decision,
    parameters: ElectricityParameters,
) -> gpd.GeoDataFrame:
    """Add order, year and the interim step of those who wait beyond the period or whose option does not last."""
    waits = (schedule.settlement_year < 0) & (study.places.households > 0)
    step, step_mvnd = interim_steps(study.places, study.resources, parameters)
    bridges = waits | ~decision.lasting
    return settlements.assign(
        priority_rank=schedule.priority,
        year=calendar_year(schedule.settlement_year, parameters),
        interim=np.where(bridges, step, ""),
        interim_mvnd=np.where(bridges, step_mvnd, 0.0),
    )


def without_electricity(pack: Pack) -> BoolArray:
    """Settlements whose households count as without electricity, as the scheme counts: nothing, or donated kits; unsafe wires of their own do count."""
    return np.asarray(pack.settlements["supply"].isin(("none", "solar_home")))


def share_pct(households: float, without: float) -> float:
    """Part of the households that is not without [%]; NaN where their number is unknown."""
    return 100 * (households - without) / households if households > 0 else math.nan


def years_table(
    pack: Pack, study: Study, priced: Priced, decision: Decision, schedule: Schedule, parameters: ElectricityParameters
) -> pd.DataFrame:
    """One row per year, and one for what no budget reaches."""
    places, on = study.places, decision.on_grid
    villages = (pack.settlements["kind"] == "village").to_numpy()
    inhabited = places.households > 0
    province = float(pack.communes["households"].sum())
    dark = without_electricity(pack)
    lasting = decision.lasting
    served = lit = safe = 0.0
    length = decision.branches.length_km
    rows = []
    count = len(schedule.budgets_mvnd)
    for t in (*range(count), -1):
        built, lines = (schedule.settlement_year == t) & inhabited, schedule.branch_year == t
        grid, off = built & on, built & ~on
        if t >= 0:
            served += float(places.households[built].sum())
            lit += float(places.households[built & lasting & dark].sum())
            safe += float(places.households[built & lasting].sum())
        lines_mvnd = float(decision.branch_investment_mvnd[lines].sum())
        works_mvnd = float(priced.works.total_investment_mvnd[grid].sum())
        off_mvnd = float(decision.investment_mvnd[off].sum())
        rows.append(
            {
                "year": str(parameters.first_year + t) if t >= 0 else f"sau {parameters.first_year + count - 1}",
                "budget_mvnd": float(schedule.budgets_mvnd[t]) if t >= 0 else np.nan,
                "spent_mvnd": lines_mvnd + works_mvnd + off_mvnd,
                "lines_mvnd": lines_mvnd,
                "grid_works_mvnd": works_mvnd,
                "offgrid_mvnd": off_mvnd,
                "line_km": float(length[lines].sum()),
                "grid_settlements": int(grid.sum()),
                "offgrid_settlements": int(off.sum()),
                "villages": int((built & villages).sum()),
                "households_grid": int(places.households[grid].sum()),
                "households_offgrid": int(places.households[off].sum()),
                "households_cumulative": int(served) if t >= 0 else pd.NA,
                "people": round(float(places.households[built].sum()) * parameters.household_size),
                "electrified_pct": share_pct(province, float(places.households[dark].sum()) - lit)
                if t >= 0
                else np.nan,
                "safe_supply_pct": share_pct(province, float(places.households.sum()) - safe) if t >= 0 else np.nan,
            }
        )
    return pd.DataFrame(rows)[names(YEARS)].astype({"households_cumulative": "Int64"})


def extension_table(
    settlements: gpd.GeoDataFrame, lines: gpd.GeoDataFrame, priced: Priced, decision: Decision
) -> pd.DataFrame:
    """List the grid extensions for the power company, in order of building; every planned kilometre stands in exactly one row."""
    order = settlements.index[settlements["choice"] == "grid"]
    order = order[np.argsort(settlements.loc[order, "priority_rank"].to_numpy(), kind="stable")]
    length = lines["length_km"].to_numpy()
    forest_ha = lines["forest_ha"].to_numpy()
    taken = np.zeros(len(lines), dtype=bool)
    tap_points = gpd.GeoSeries.from_xy(lines["tap_longitude"], lines["tap_latitude"], crs=WGS84).to_crs(lines.crs)
    taps = tap_points.to_numpy()
    works, rows = priced.works, []
    for number, place in enumerate(order, start=1):
        row, branch = settlements.loc[place], int(decision.branches.branch_of[place])
        new, above = [], branch
        while above >= 0 and not taken[above]:
            taken[above] = True
            new.append(above)
            above = int(decision.branches.parent[above])
        tap = lines.iloc[branch] if branch >= 0 else None
        rows.append(
            {
                "stt": number,
                "village": row["name"],
                "commune": row["commune"],
                "legacy_commune": row["legacy_commune"],
                "households": int(row["households"]),
                "mv_km": float(length[new].sum()) + float(works.inner_mv_km[place]),
                "voltage_kv": float(tap["voltage_kv"]) if tap is not None else np.nan,
                "conductor": tap["conductor"] if tap is not None else "",
                "stations": int(works.stations[place]),
                "station_kva": float(works.stations[place] * works.station_kva[place]),
                "lv_km": float(works.lv_km[place]),
                "meters": int(row["households"]),
                "investment_mvnd": float(row["plan_investment_mvnd"]),
                "investment_mvnd_per_household": float(row["plan_investment_mvnd"]) / max(int(row["households"]), 1),
                "feeder": row["feeder"],
                "tap_point": str(tap["tap_line_id"]) if tap is not None else "tại chỗ",
                "tap_northing_m": round(float(taps[branch].y), 1) if tap is not None else np.nan,
                "tap_easting_m": round(float(taps[branch].x), 1) if tap is not None else np.nan,
                "forest_ha": float(forest_ha[new].sum()),
                "year": row.get("year", pd.NA),
                "voltage_drop_pct": float(row["voltage_drop_pct"]),
                "remedy_vi": tap["remedy_vi"] if tap is not None else "",
                "grid_probability_pct": 100 * float(row.get("grid_probability", np.nan)),
                "position_accuracy_km": float(row["position_accuracy_m"]) / 1000,
                "provenance": row["provenance"],
            }
        )
    return pd.DataFrame(rows, columns=names(EXTENSION))
