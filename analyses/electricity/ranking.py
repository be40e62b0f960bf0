"""The ranked table: one row per settlement with costs, choice, reason and provenance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
from pandas.arrays import IntegerArray

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray, ObjectArray
from infragap.analyses.columns import names
from infragap.analyses.electricity.columns import RANKING
from infragap.analyses.electricity.decision import ALL_OPTIONS, Decision, break_even_km, levelised_vnd_per_kwh
from infragap.analyses.electricity.offgrid import OPTIONS, OffGrid
from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.analyses.electricity.payback import grid_payback_years
from infragap.analyses.electricity.reasons_vi import reason_vi, with_position
from infragap.analyses.electricity.settlements import line_factor
from infragap.analyses.electricity.study import Priced, Study
from infragap.analyses.electricity.surface import any_forest_km
from infragap.analyses.electricity.tree import Branches
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


def rank_by_ratio(ratio: FloatArray, households: FloatArray, identifier: ObjectArray) -> IntArray:
    """Rank 1 for the smallest ratio; of equal ones more households first, then the identifier; NaN last.

    The identifier decides last, so that the order of the rows does not.
    """
    order = np.lexsort((identifier.astype(str), -households, np.where(np.isnan(ratio), np.inf, ratio)))
    rank = np.empty(len(ratio), dtype=np.int64)
    rank[order] = np.arange(1, len(ratio) + 1)
    return rank


def grid_to_offgrid_ratio(grid_mvnd: FloatArray, offgrid_mvnd: FloatArray) -> FloatArray:
    """Ratio of life-cycle costs; NaN where either is missing."""
    usable = np.isfinite(grid_mvnd) & np.isfinite(offgrid_mvnd) & (offgrid_mvnd > 0)
    return np.asarray(np.divide(grid_mvnd, offgrid_mvnd, out=np.full(len(grid_mvnd), np.nan), where=usable))


def feeder_of(study: Study, decision: Decision, grid_lines: gpd.GeoDataFrame) -> IntArray:
    """Row in `grid_lines` that feeds each settlement: of its tap in the plan, otherwise of its own way; -1 where there is none."""
    tap_row = branch_feeder(decision.branches, study)
    branch = decision.branches.branch_of
    in_tree = branch >= 0
    result = study.routes.line.copy()
    result[in_tree] = tap_row[branch[in_tree]]
    return np.where(result < len(grid_lines), result, -1)


def branch_feeder(branches: Branches, study: Study) -> IntArray:
    """Row in `grid_lines` that each branch hangs on, (branches,)."""
    if len(branches) == 0:
        return np.empty(0, dtype=np.int64)
    tap_cell = np.array([branches.cells[top][0] for top in branches.tap()])
    return np.asarray(study.surface.line_of_cell[study.surface.line_number[tap_cell]])


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
