"""The ranked table: one row per settlement with costs, choice, reason and provenance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
from pandas.arrays import IntegerArray

from infragap.analyses.arrays import BoolArray, FloatArray
from infragap.analyses.columns import names
from infragap.analyses.electricity.columns import RANKING
from infragap.analyses.electricity.demand.life_cycle import levelised_vnd_per_kwh, line_factor
from infragap.analyses.electricity.demand.payback import grid_payback_years
from infragap.analyses.electricity.least_cost.line_cost import line_life_cycle
from infragap.analyses.electricity.least_cost.outcome import ALL_OPTIONS, Decision
from infragap.analyses.electricity.least_cost.rank import grid_to_offgrid_ratio, rank_by_ratio
from infragap.analyses.electricity.least_cost.study import Priced, Study
from infragap.analyses.electricity.least_cost.taps import feeder_of
from infragap.analyses.electricity.offgrid.compare import OPTIONS, OffGrid
from infragap.analyses.electricity.offgrid.interim import interim_steps
from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.analyses.electricity.routing.line_components import any_forest_km, unit_prices
from infragap.analyses.electricity.tables.reasons import reason_vi, with_position
from infragap.analyses.electricity.years.schedule import Schedule, calendar_year
from infragap.analyses.provenance import modelled_layers, provenance_of
from infragap.gis.crs import WGS84, to_wgs84, transform

if TYPE_CHECKING:
    from infragap.gis.pack import Pack


INPUT_LAYERS = (
    "settlements",
    "communes",
    "roads",
    "rivers",
    "lakes",
    "grid_lines",
    "substations",
    "elevation",
    "forest",
    "runoff",
    "solar",
)


def ranking_table(
    pack: Pack,
    study: Study,
    priced: Priced,
    decision: Decision,
    parameters: ElectricityParameters,
    *,
    headroom: BoolArray,
) -> gpd.GeoDataFrame:
    """Assemble the table of settlements, without the columns that phasing, feeders and uncertainty add.

    Parameters
    ----------
    pack, study, priced, decision, parameters
        The plan and what it was made from.
    headroom
        (n,) settlements kept off the grid because their feeder or station has nothing left.
    """
    p, layer, places = parameters, pack.settlements, study.places
    n = places.households
    works, offgrid = priced.works, priced.offgrid
    per_household = np.where(n > 0, n, np.nan)
    at = layer.reset_index(drop=True)
    wgs84 = to_wgs84(at[["geometry"]])
    ratio = grid_to_offgrid_ratio(decision.grid_alone_mvnd, offgrid.best_mvnd)
    length = study.routes.length_km
    forest = any_forest_km(study.routes.components)
    feeder = feeder_of(study, decision, pack.grid_lines)
    provenance = provenance_of(pack.catalog, INPUT_LAYERS, _row_provenance(at))
    modelled = ", ".join(sorted(modelled_layers(pack.catalog, INPUT_LAYERS)))
    table: dict[str, object] = {
        "rank": rank_by_ratio(ratio, n, at["settlement_id"].to_numpy()),
        "grid_to_offgrid_ratio": ratio,
        **{name: at[name] for name in ("settlement_id", "name", "kind", "commune_code", "legacy_commune", "households", "supply")},
        "commune": at["commune_code"].map(pack.communes.set_index("commune_code")["name"]),
        "choice": [ALL_OPTIONS[k] if k >= 0 else "" for k in decision.choice],
        "runner_up": [ALL_OPTIONS[k] if k >= 0 else "" for k in decision.runner_up],
        "reason_vi": _reasons(study, priced, decision, p, headroom=headroom, stream_modelled=_is_modelled(pack, "elevation")),
        "grid_alone_mvnd": decision.grid_alone_mvnd,
        "grid_alone_mvnd_per_household": decision.grid_alone_mvnd / per_household,
        "grid_alone_investment_mvnd": decision.grid_alone_investment_mvnd,
        "grid_share_mvnd": np.where(decision.on_grid, decision.share_mvnd, np.nan),
        "grid_share_investment_mvnd": np.where(decision.on_grid, decision.share_investment_mvnd, np.nan),
        "grid_local_mvnd": works.total_life_cycle_mvnd,
        "grid_local_investment_mvnd": works.total_investment_mvnd,
        "lcoe_grid_vnd_per_kwh": levelised_vnd_per_kwh(decision.grid_alone_mvnd, n, p),
        "best_offgrid": [OPTIONS[k] if k >= 0 and n[row] > 0 else "" for row, k in enumerate(offgrid.best)],
        "best_offgrid_mvnd": np.where(np.isfinite(offgrid.best_mvnd) & (n > 0), offgrid.best_mvnd, np.nan),
        "plan_mvnd": decision.choice_mvnd,
        "plan_investment_mvnd": decision.investment_mvnd,
        "saving_mvnd": decision.runner_up_mvnd - decision.choice_mvnd,
        "break_even_km": break_even_km(study, priced, p),
        "grid_payback_years": _finite(grid_payback_years(decision.grid_alone_investment_mvnd, n, p)),
        "mv_km": length,
        "forest_km": np.where(np.isfinite(length), forest, np.nan),
        "grid_if_forest_allowed_mvnd": _if_forest(study, priced, p),
        "lv_km": works.lv_km,
        "transformer_kva": works.stations * works.station_kva,
        "peak_kw": works.peak_kw,
        "feeder": [str(pack.grid_lines["feeder"].iloc[row]) if row >= 0 and pd.notna(pack.grid_lines["feeder"].iloc[row]) else "" for row in feeder],
        "position_accuracy_m": at["position_accuracy_m"],
        "provenance": provenance,
        "modelled_inputs": modelled,
        "longitude": wgs84.geometry.x.round(6),
        "latitude": wgs84.geometry.y.round(6),
    }  # fmt: skip
    for name in OPTIONS:
        option = offgrid.options[name]
        table[f"{name}_mvnd"] = np.where(n > 0, option.life_cycle_mvnd, np.nan)
        table[f"{name}_investment_mvnd"] = np.where(n > 0, option.investment_mvnd, np.nan)
        table[f"{name}_unserved_pct"] = option.unserved_pct
        table[f"{name}_tier"] = IntegerArray(option.tier.astype(np.int64), ~np.isfinite(option.life_cycle_mvnd))
        table[f"lcoe_{name}_vnd_per_kwh"] = levelised_vnd_per_kwh(option.life_cycle_mvnd, n, p)
    table |= _sizes(offgrid, crs=layer.crs)
    frame = gpd.GeoDataFrame(table, geometry=at.geometry, crs=layer.crs)
    return in_order(frame)


def _sizes(offgrid: OffGrid, *, crs: Any) -> dict[str, object]:
    """What each off-grid option would be made of, and where its powerhouse would stand; empty where there is none."""
    plant, grid, home = (offgrid.options[name].size for name in ("hydro", "minigrid", "solar_home"))
    sizes: dict[str, object] = {
        "minigrid_pv_kwp": grid["pv_kwp"],
        "minigrid_battery_kwh": grid["battery_kwh"],
        "minigrid_inverter_kw": grid["inverter_kw"],
        "solar_home_kits_per_household": home["kits_per_household"].astype(np.int64),
        "solar_home_kits_later_per_household": home["kits_later_per_household"].astype(np.int64),
    }
    empty = np.full(len(grid["pv_kwp"]), np.nan)
    for name in ("plant_kw", "head_m", "dry_flow_m3_s", "canal_km", "wire_km"):
        sizes[f"hydro_{name}"] = plant.get(name, empty)
    x, y = plant.get("x", empty), plant.get("y", empty)
    known = np.isfinite(x)
    longitude, latitude = np.full(len(x), np.nan), np.full(len(x), np.nan)
    longitude[known], latitude[known] = transform(x[known], y[known], source=crs, target=WGS84)
    return sizes | {"hydro_longitude": longitude.round(5), "hydro_latitude": latitude.round(5)}


def _finite(values: FloatArray) -> FloatArray:
    return np.where(np.isfinite(values), values, np.nan)


def in_order(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Columns in the order of the data dictionary, geometry last; what is not there yet stays absent."""
    return frame[[name for name in names(RANKING) if name in frame.columns] + ["geometry"]]


def _row_provenance(layer: gpd.GeoDataFrame) -> pd.Series:
    worse = layer["households_provenance"] == "modelled"
    return pd.Series(layer["provenance"].where(~worse, "modelled"))


def _if_forest(study: Study, priced: Priced, parameters: ElectricityParameters) -> FloatArray:
    """Life-cycle cost through forest where only forest stands in the way; NaN elsewhere."""
    blocked = ~study.routes.reachable & np.isfinite(study.routes.if_forest_mvnd)
    factor = line_factor(parameters)
    return np.where(blocked, study.routes.if_forest_mvnd * factor + priced.works.total_life_cycle_mvnd, np.nan)


def _cheaper_interim(priced: Priced, decision: Decision, lasts: dict[str, BoolArray], place: int) -> str:
    """Cheapest option that undercuts the choice or its runner-up but does not reach the service floor; empty where there is none."""
    found, least = "", float(np.fmax(decision.choice_mvnd[place], decision.runner_up_mvnd[place]))
    for name, option in priced.offgrid.options.items():
        cost = float(option.life_cycle_mvnd[place])
        if cost < least and not bool(lasts[name][place]):
            found, least = name, cost
    return found


def _is_modelled(pack: Pack, layer: str) -> bool:
    return any(entry.name == layer and entry.provenance == "modelled" for entry in pack.catalog.layer)


def reasons_with_position(settlements: gpd.GeoDataFrame) -> list[str]:
    """Reasons of the finished table, with what the rough place of a settlement does to its choice."""
    known = settlements["grid_probability"] if "grid_probability" in settlements else [None] * len(settlements)
    rough = settlements["position_accuracy_m"].where(settlements["households"] > 0)
    return [
        with_position(reason, choice=choice, accuracy_m=accuracy_m, grid_probability=probability)
        for reason, choice, accuracy_m, probability in zip(
            settlements["reason_vi"], settlements["choice"], rough, known, strict=True
        )
    ]


def _reasons(
    study: Study,
    priced: Priced,
    decision: Decision,
    parameters: ElectricityParameters,
    *,
    headroom: BoolArray,
    stream_modelled: bool,
) -> list[str]:
    length, if_forest = study.routes.length_km, _if_forest(study, priced, parameters)
    limit_km = break_even_km(study, priced, parameters)
    branches = decision.branches
    below = branches.below(np.ones(len(length)))
    required, wished = priced.question.required, study.forced | parameters.all_on_grid
    lasts = {name: option.lasting(parameters) for name, option in priced.offgrid.options.items()}
    texts = []
    for place in range(len(length)):
        branch = int(branches.branch_of[place])
        top = branch
        while top >= 0 and branches.parent[top] >= 0:
            top = int(branches.parent[top])
        texts.append(
            reason_vi(
                households=int(study.places.households[place]),
                choice=ALL_OPTIONS[decision.choice[place]],
                cost_mvnd=float(decision.choice_mvnd[place]),
                runner_up=ALL_OPTIONS[decision.runner_up[place]] if decision.runner_up[place] >= 0 else "",
                runner_up_mvnd=float(decision.runner_up_mvnd[place]),
                mv_km=float(length[place]),
                break_even_km=float(limit_km[place]),
                shares_line=bool(branch >= 0 and below[top] > 1),
                on_line=bool(study.network.terminal[place] == 0),
                forest_blocks=bool(np.isfinite(if_forest[place])),
                if_forest_mvnd=float(if_forest[place]),
                required="user" if wished[place] else "lone" if required[place] else "",
                barred_by="user" if study.forbidden[place] else "headroom" if headroom[place] else "",
                has_home_system=bool(study.places.has_home_system[place]),
                lasting=bool(decision.lasting[place]),
                cheaper_interim=(interim := _cheaper_interim(priced, decision, lasts, place)),
                interim_mvnd=float(priced.offgrid.options[interim].life_cycle_mvnd[place]) if interim else 0.0,
                stream_modelled=stream_modelled,
            )
        )
    return texts


def break_even_km(study: Study, priced: Priced, parameters: ElectricityParameters) -> FloatArray:
    """Length of an own line at which grid and best off-grid option cost the same, at the price of the settlement's own way, (n,) [km]."""
    prices = unit_prices(parameters)
    length = study.routes.length_km
    own_price = np.divide(
        line_life_cycle(np.nan_to_num(study.routes.components), parameters),
        length,
        out=np.full(len(length), np.nan),
        where=np.isfinite(length) & (length > 0),
    )
    per_km = np.where(study.places.at_22_kv, prices[2] + prices[3], prices[0] + prices[1])
    usual = per_km * line_life_cycle(np.eye(len(prices))[:1], parameters)[0] / prices[0]
    price_per_km = np.where(np.isfinite(own_price), own_price, usual)
    gain = np.maximum(priced.offgrid.best_mvnd - priced.works.total_life_cycle_mvnd, 0.0)
    return np.where(np.isfinite(gain), gain / price_per_km, np.nan)


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
