"""Key numbers of the electricity plan for the summary page and run.json."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from infragap.analyses.electricity.codes import FeederRemedy, Supply, VoltageStatus
from infragap.analyses.electricity.demand.payback import tariff_cover_pct
from infragap.analyses.electricity.least_cost.plan import Plan
from infragap.analyses.electricity.least_cost.record import plan_record
from infragap.analyses.electricity.years.rates import share_pct, without_electricity
from infragap.analyses.electricity.years.schedule import Schedule
from infragap.analyses.electricity.years.target_reach import reach_of_targets

if TYPE_CHECKING:
    pass


def summarise(
    plan: Plan,
    schedule: Schedule,
    *,
    settlements: gpd.GeoDataFrame,
    lines: gpd.GeoDataFrame,
    years: pd.DataFrame,
    feeders: pd.DataFrame,
    backtest_median: float,
) -> dict[str, Any]:
    """Collect the key numbers; every one can be counted again from the tables."""
    inputs, parameters, record = plan.study.inputs, plan.parameters, plan_record(plan)
    grid = settlements[settlements["choice"] == Supply.GRID.value]
    per_household = grid["plan_investment_mvnd"] / grid["households"].clip(lower=1)
    last = (
        years[years["national_grid_pct"].notna()].iloc[-1]
        if years["national_grid_pct"].notna().any()
        else years.iloc[-2]
    )
    new_km = float((lines["length_km"] - lines["not_energised_km"]).sum())
    targets = reach_of_targets(plan, schedule)
    households = int(grid["households"].sum())
    without = float(inputs.settlements.loc[without_electricity(inputs.settlements), "households"].sum())
    today = share_pct(float(inputs.communes["households"].sum()), without)
    target = inputs.targets.get("household_electrification_2030_pct")
    reached, on_grid = _known(float(last["electrified_pct"])), _known(float(last["national_grid_pct"]))
    return {
        "settlements": len(settlements),
        "villages": int((settlements["kind"] == "village").sum()),
        "households": int(settlements["households"].sum()),
        "settlements_without_households": int((settlements["households"] <= 0).sum()),
        "settlements_by_choice": {str(k): int(v) for k, v in settlements["choice"].value_counts().sort_index().items()},
        "households_by_choice": {str(k): int(v) for k, v in settlements.groupby("choice")["households"].sum().items()},
        "without_route": int(settlements["grid_alone_mvnd"].isna().sum()),
        "only_forest_in_the_way": int(settlements["grid_if_forest_allowed_mvnd"].notna().sum()),
        "line_km": float(lines["length_km"].sum()),
        "not_energised_km": float(lines["not_energised_km"].sum()),
        "plan_cost_mvnd": record["cost_mvnd"],
        "plan_investment_mvnd": record["investment_mvnd"],
        "grid_investment_mvnd_per_household": float(grid["plan_investment_mvnd"].sum() / households)
        if households
        else None,
        "tariff_covers_pct_of_grid": tariff_cover_pct(float(grid["plan_mvnd"].sum()), households, parameters),
        "benchmark_mvnd_per_household": parameters.benchmark_mvnd_per_household,
        "grid_settlements_above_110_mvnd_per_household": int((per_household > 110).sum()),
        "minigrid_investment_mvnd_per_kwp": _median_per_kwp(settlements),
        "minigrid_mvnd_per_kwp": parameters.minigrid_mvnd_per_kwp,
        "mv_m_per_grid_household": 1000 * new_km / households if households else None,
        "screening_mv_m_per_household": parameters.screening_mv_m_per_household,
        "branches_beyond_voltage_limit": int((lines["voltage_status"] != VoltageStatus.OK.value).sum()),
        "remedies_mvnd": float(lines["remedy_mvnd"].sum()),
        **_voltage(settlements, feeders, parameters.mv_drop_limit_pct),
        "conductor_extra_mvnd": float(lines["conductor_extra_mvnd"].sum()),
        "unbuilt_after_budgets": int((settlements["year"].isna() & (settlements["households"] > 0)).sum()),
        "electrified_pct_today": _known(today),
        "electrified_pct_last_year": reached,
        "electrification_target_pct": target,
        # the scheme's target is the national grid's: off-grid plants do not count towards it
        "electrification_target_reached": None if target is None or on_grid is None else on_grid >= target,
        "works": {str(k): int(v) for k, v in settlements["works"].value_counts().sort_index().items()},
        "national_grid_pct_last_year": on_grid,
        "national_grid_strict_pct_last_year": _known(float(last["national_grid_strict_pct"])),
        "targets_reached": {each.target.value: each.is_reached for each in targets},
        "household_price_mvnd": plan.choice.household_price_mvnd,
        "forest_exempt_km": float(lines["forest_exempt_km"].sum()),
        "forest_outside_km": float(lines["forest_outside_km"].sum()),
        "forest_ha": float(lines["forest_ha"].sum()),
        "forest_permit_lines": int(lines["forest_permit"].sum()),
        "safe_supply_pct_last_year": _known(float(last["safe_supply_pct"])),
        "order_gap": schedule.gap,
        "budgets_granted": schedule.budgets_mvnd is not None,
        "backtest_median": _known(backtest_median),
    }


def _voltage(settlements: gpd.GeoDataFrame, feeders: pd.DataFrame, limit_pct: float) -> dict[str, Any]:
    """What the existing feeders mean for those who are connected to them: a settlement may lie beyond the share though
    its own line adds next to nothing."""
    fed = settlements[settlements["fed_by_line_id"] != ""]
    beyond, unsolved = fed["voltage_drop_pct"] > limit_pct, fed["voltage_drop_pct"].isna()
    return {
        "mv_drop_limit_pct": limit_pct,
        "settlements_beyond_voltage_share": int(beyond.sum()),
        "households_beyond_voltage_share": int(fed.loc[beyond, "households"].sum()),
        "settlements_without_voltage": int(unsolved.sum()),
        "feeders_beyond_share_today": int((feeders["fault"] == "today").sum()),
        "feeders_beyond_share_with_plan": int((feeders["fault"] != "").sum()),
        "feeders_remedies_mvnd": float(feeders["remedy_mvnd"].sum()),
        "feeders_without_priced_remedy": int((feeders["remedy"] == FeederRemedy.NEARER_SUBSTATION.value).sum()),
    }


def _median_per_kwp(settlements: gpd.GeoDataFrame) -> float | None:
    """Median all-in investment of the mini-grids looked at, by their panels: to hold against
    `minigrid_mvnd_per_kwp`."""
    ratio = settlements["minigrid_investment_mvnd"] / settlements["minigrid_pv_kwp"]
    return _known(float(ratio.dropna().median()))


def _known(value: float) -> float | None:
    return value if np.isfinite(value) else None
