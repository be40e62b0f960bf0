"""The ranked table: one row per settlement with costs, choice, reason and provenance."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from pandas.arrays import IntegerArray

from infragap.analyses.arrays import BoolArray, FloatArray
from infragap.analyses.columns import in_order
from infragap.analyses.electricity.codes import Supply, SupplyKind
from infragap.analyses.electricity.columns import RANKING
from infragap.analyses.electricity.demand.life_cycle import levelised_vnd_per_kwh
from infragap.analyses.electricity.demand.payback import grid_payback_years
from infragap.analyses.electricity.feeders.voltage import Check
from infragap.analyses.electricity.headroom.limits import added_load_kw
from infragap.analyses.electricity.least_cost.outcome import ALL_OPTIONS
from infragap.analyses.electricity.least_cost.plan import Plan
from infragap.analyses.electricity.least_cost.rank import grid_to_offgrid_ratio, rank_by_ratio
from infragap.analyses.electricity.least_cost.taps import feeder_of
from infragap.analyses.electricity.needs import LAYERS
from infragap.analyses.electricity.offgrid.compare import OPTIONS, OffGrid
from infragap.analyses.electricity.offgrid.interim import interim_steps
from infragap.analyses.electricity.routing.line_components import any_forest_km
from infragap.analyses.electricity.tables.decision_class import binding_limits, decision_classes
from infragap.analyses.electricity.tables.grounds import (
    best_evidence,
    break_even_km,
    grounds_of,
    if_forest_mvnd,
    works_of,
)
from infragap.analyses.electricity.tables.reasons import reason
from infragap.analyses.electricity.tables.targets import target_price_mvnd
from infragap.analyses.electricity.tables.undecided import undecided_because
from infragap.analyses.electricity.tables.why_not import codes_text, other_options, why_not
from infragap.analyses.electricity.uncertainty.assessment import Uncertainty
from infragap.analyses.electricity.years.schedule import Schedule, calendar_year
from infragap.analyses.provenance import modelled_layers, provenance_of
from infragap.gis.crs import WGS84, to_wgs84, transform


def ranking_table(
    plan: Plan, check: Check, schedule: Schedule, uncertainty: Uncertainty, lines: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """Assemble the table of settlements.

    Parameters
    ----------
    plan, check, schedule
        The plan, the voltage of its feeders and its years.
    lines
        Table of lines, for the permits that they need.
    uncertainty
        What was looked at beside the plan; columns of the draws are left out without them.
    """
    draws = uncertainty.draws
    layer = plan.study.inputs.settlements
    table = _who(plan) | _grid(plan) | _choice(plan) | _offgrid(plan) | _when(plan, schedule)
    table["voltage_drop_pct"] = check.settlement_drop_pct
    grounds, others = grounds_of(plan, uncertainty), other_options(plan)
    for language in ("vi", "en"):
        table[f"reason_{language}"] = [reason(each, language) for each in grounds]
        table[f"why_not_{language}"] = [why_not(each, language) for each in others]
    table["ruled_out"] = [codes_text(each) for each in others]
    table["undecided_because"] = undecided_because(plan, uncertainty)
    limits = binding_limits(plan, schedule)
    table["binding_limit"] = limits
    classes = decision_classes(plan, limits, _needs_permit(plan, lines), uncertainty)
    table["decision_class"] = [each.value for each in classes]
    if draws is not None:
        table["grid_probability"] = draws.grid_probability
        table["works_probability"] = draws.works_probability
        table["rank_low"] = draws.rank_low.astype(int)
        table["rank_high"] = draws.rank_high.astype(int)
        rank = np.asarray(table["rank"])
        table["untypical_position"] = (rank < draws.rank_low) | (rank > draws.rank_high)
    frame = gpd.GeoDataFrame(table, geometry=layer.geometry, crs=layer.crs)
    return in_order(frame, tuple(column for column in RANKING if column.name in table))


def _needs_permit(plan: Plan, lines: gpd.GeoDataFrame) -> BoolArray:
    """Settlements with a line that needs a forest permit anywhere between them and the tap, (n,)."""
    permit = lines["forest_permit"].to_numpy(dtype=np.float64)
    branch = plan.branches.branch_of
    along = plan.branches.along(permit) > 0 if len(permit) else np.zeros(1, dtype=bool)
    return np.asarray((branch >= 0) & along[np.maximum(branch, 0)])


def _who(plan: Plan) -> dict[str, object]:
    """Who it is, where, and what is known of it."""
    inputs, at = plan.study.inputs, plan.study.inputs.settlements
    wgs84 = to_wgs84(at[["geometry"]])
    copied = ("settlement_id", "name", "kind", "commune_code", "legacy_commune", "households", "supply")
    worse = at["households_provenance"] == "modelled"
    return {
        **{name: at[name] for name in copied},
        "commune": at["commune_code"].map(inputs.communes.set_index("commune_code")["name"]),
        "position_accuracy_m": at["position_accuracy_m"],
        "provenance": provenance_of(inputs.catalog, LAYERS, pd.Series(at["provenance"].where(~worse, "modelled"))),
        "modelled_inputs": ", ".join(sorted(modelled_layers(inputs.catalog, LAYERS))),
        "longitude": wgs84.geometry.x.round(6),
        "latitude": wgs84.geometry.y.round(6),
    }


def _grid(plan: Plan) -> dict[str, object]:
    """What the grid takes and costs there."""
    study, outcome, works, p = plan.study, plan.outcome, plan.costs.works, plan.parameters
    n = study.settlements.households
    ratio = grid_to_offgrid_ratio(outcome.grid_alone_mvnd, plan.costs.offgrid.best_mvnd)
    length = study.routes.length_km
    feeder = study.grid.lines["feeder"].fillna("").astype(str).to_numpy()
    substation, line_id = (
        study.grid.lines[name].fillna("").astype(str).to_numpy() for name in ("substation_id", "line_id")
    )
    fed_by = feeder_of(study, outcome)
    loads = outcome.national_grid & (fed_by >= 0)
    payback = grid_payback_years(outcome.grid_alone_investment_mvnd, n, p)
    return {
        "rank": rank_by_ratio(ratio, n, study.inputs.settlements["settlement_id"].to_numpy()),
        "grid_to_offgrid_ratio": ratio,
        "grid_alone_mvnd": outcome.grid_alone_mvnd,
        "grid_alone_mvnd_per_household": outcome.grid_alone_mvnd / np.where(n > 0, n, np.nan),
        "grid_alone_investment_mvnd": outcome.grid_alone_investment_mvnd,
        "grid_share_mvnd": np.where(outcome.on_grid, outcome.share_mvnd, np.nan),
        "grid_share_investment_mvnd": np.where(outcome.on_grid, outcome.share_investment_mvnd, np.nan),
        "grid_local_mvnd": works.total_life_cycle_mvnd,
        "grid_local_investment_mvnd": works.total_investment_mvnd,
        "lcoe_grid_vnd_per_kwh": levelised_vnd_per_kwh(outcome.grid_alone_mvnd, n, p),
        "break_even_km": break_even_km(plan),
        "grid_payback_years": np.where(np.isfinite(payback), payback, np.nan),
        "mv_km": length,
        "forest_km": np.where(np.isfinite(length), any_forest_km(study.routes.components), np.nan),
        "grid_if_forest_allowed_mvnd": if_forest_mvnd(plan),
        "lv_km": works.lv_km,
        "transformer_kva": works.stations * works.station_kva,
        "peak_kw": works.peak_kw,
        "feeder": np.where(fed_by >= 0, feeder[fed_by], ""),
        "fed_by_substation": np.where(loads, substation[fed_by], ""),
        "fed_by_line_id": np.where(loads, line_id[fed_by], ""),
        "added_load_kw": np.where(loads, added_load_kw(study.settlements, p), 0.0),
    }


def _choice(plan: Plan) -> dict[str, object]:
    """What is chosen, and what it is compared with."""
    outcome, offgrid, n = plan.outcome, plan.costs.offgrid, plan.study.settlements.households
    return {
        "choice": [ALL_OPTIONS[k].value if k >= 0 else "" for k in outcome.choice],
        "runner_up": [ALL_OPTIONS[k].value if k >= 0 else "" for k in outcome.runner_up],
        "best_offgrid": [OPTIONS[k].value if k >= 0 and n[row] > 0 else "" for row, k in enumerate(offgrid.best)],
        "best_offgrid_mvnd": np.where(np.isfinite(offgrid.best_mvnd) & (n > 0), offgrid.best_mvnd, np.nan),
        "plan_mvnd": outcome.choice_mvnd,
        "plan_investment_mvnd": outcome.investment_mvnd,
        "saving_mvnd": outcome.runner_up_mvnd - outcome.choice_mvnd,
        "supply_kind": [_kind(plan, k) for k in range(len(n))],
        "works": [each.value if n[k] > 0 else "" for k, each in enumerate(works_of(plan))],
        "low_voltage_mvnd": np.where(np.isfinite(plan.costs.problem.lv_mvnd), plan.costs.problem.lv_mvnd, np.nan),
        "target_price_mvnd": target_price_mvnd(plan),
        "core_is_empty": outcome.core_is_empty,
    }


def _kind(plan: Plan, k: int) -> str:
    if plan.study.settlements.households[k] <= 0:
        return ""
    return (SupplyKind.NATIONAL_GRID if plan.outcome.national_grid[k] else SupplyKind.OFFGRID).value


def _offgrid(plan: Plan) -> dict[str, object]:
    """Cost, service and size of every off-grid option."""
    n = plan.study.settlements.households
    table: dict[str, object] = {}
    for supply, option in plan.costs.offgrid.options.items():
        name = supply.value
        table[f"{name}_mvnd"] = np.where(n > 0, option.life_cycle_mvnd, np.nan)
        table[f"{name}_investment_mvnd"] = np.where(n > 0, option.investment_mvnd, np.nan)
        table[f"{name}_unserved_pct"] = option.unserved_pct
        table[f"{name}_tier"] = IntegerArray(option.tier.astype(np.int64), ~np.isfinite(option.life_cycle_mvnd))
        table[f"lcoe_{name}_vnd_per_kwh"] = levelised_vnd_per_kwh(option.life_cycle_mvnd, n, plan.parameters)
    return table | _sizes(plan.costs.offgrid, crs=plan.study.inputs.settlements.crs) | _chosen_plant(plan)


def _chosen_plant(plan: Plan) -> dict[str, object]:
    """What the chosen plant is made of, so that its power can be held against the design peak, and what the stream
    beside it rests on."""
    outcome, options = plan.outcome, plan.costs.offgrid.options
    size: dict[str, FloatArray] = {
        name: np.full(len(outcome.choice), np.nan) for name in ("plant_kw", "battery_kwh", "backup_kw", "sheds")
    }
    for supply, option in options.items():
        here = outcome.choice == ALL_OPTIONS.index(supply)
        for name, values in size.items():
            if name in option.size:
                values[here] = option.size[name][here]
    joint, n = plan.costs.joint, plan.study.settlements.households
    peak = plan.costs.works.peak_kw.copy()
    for group in np.unique(outcome.joint[outcome.joint >= 0]).tolist():
        # every member shows its part of the plant, by households
        rows = joint.rows(group)
        part, made = n[rows] / n[rows].sum(), joint.options[OPTIONS[joint.supply[group]]].size
        for name, values in size.items():
            values[rows] = made[name][group] if name == "sheds" else made[name][group] * part
        peak[rows] = joint.peak_kw[group] * part
    return {
        "design_peak_kw": peak,
        "joint_plant_id": _joint_ids(plan),
        "joint_plant_mvnd": _joint_mvnd(plan),
        "hydro_evidence": best_evidence(plan),
        "plant_kw": size["plant_kw"],
        "battery_kwh": size["battery_kwh"],
        "backup_kw": size["backup_kw"],
        "shedding_priced": size["sheds"] == 1,
    }


def _sizes(offgrid: OffGrid, *, crs: Any) -> dict[str, object]:
    """What each off-grid option would be made of, and where its powerhouse would stand; empty where there is none."""
    plant, both, grid, home = (
        offgrid.options[name].size for name in (Supply.HYDRO, Supply.HYBRID, Supply.MINIGRID, Supply.SOLAR_HOME)
    )
    sizes: dict[str, object] = {
        "minigrid_pv_kwp": grid["pv_kwp"],
        "minigrid_battery_kwh": grid["battery_kwh"],
        "minigrid_inverter_kw": grid["inverter_kw"],
        "solar_home_kits_per_household": home["kits_per_household"].astype(np.int64),
        "solar_home_kits_later_per_household": home["kits_later_per_household"].astype(np.int64),
    }
    empty = np.full(len(grid["pv_kwp"]), np.nan)
    for name in ("plant_kw", "head_m", "firm_flow_m3_s", "canal_km", "wire_km"):
        sizes[f"hydro_{name}"] = plant.get(name, empty)
    for name in ("plant_kw", "pv_kwp", "battery_kwh"):
        sizes[f"hybrid_{name}"] = both.get(name, empty)
    x, y = plant.get("x", empty), plant.get("y", empty)
    known = np.isfinite(x)
    longitude, latitude = np.full(len(x), np.nan), np.full(len(x), np.nan)
    longitude[known], latitude[known] = transform(x[known], y[known], source=crs, target=WGS84)
    return sizes | {"hydro_longitude": longitude.round(5), "hydro_latitude": latitude.round(5)}


def _when(plan: Plan, schedule: Schedule) -> dict[str, object]:
    """Order, year, and the interim step of those who wait beyond the period or whose option does not last."""
    study, p = plan.study, plan.parameters
    waits = (schedule.settlement_year < 0) & (study.settlements.households > 0)
    step, step_mvnd = interim_steps(study.settlements, study.resources, p)
    bridges = waits | ~plan.outcome.lasting
    return {
        "priority_rank": schedule.priority,
        "year": calendar_year(schedule.settlement_year, p),
        "must_build_by": IntegerArray(schedule.must_build_by, schedule.must_build_by == 0),
        "interim": np.where(bridges, step, ""),
        "interim_mvnd": np.where(bridges, step_mvnd, 0.0),
    }


def _joint_ids(plan: Plan) -> list[str]:
    """Joint plant of each settlement, numbered by the first identifier of its members; empty where it has none."""
    joint, ids = plan.outcome.joint, plan.study.inputs.identifiers
    first: dict[int, str] = {}
    for k in np.argsort(plan.study.settlements.id_rank):
        if joint[k] >= 0:
            first.setdefault(int(joint[k]), f"J-{ids[k]}")
    return [first[int(group)] if group >= 0 else "" for group in joint]


def _joint_mvnd(plan: Plan) -> FloatArray:
    """Share of each settlement in the joint plant that it is in, elsewhere in the group that would be cheapest for it;
    NaN without any."""
    joint = plan.costs.joint
    least = np.full(len(plan.outcome.joint), np.inf)
    for group in range(len(joint)):
        rows = joint.rows(group)
        least[rows] = np.minimum(least[rows], joint.shares(group))
    least[plan.outcome.joint >= 0] = plan.outcome.choice_mvnd[plan.outcome.joint >= 0]
    return np.where(np.isfinite(least), least, np.nan)
