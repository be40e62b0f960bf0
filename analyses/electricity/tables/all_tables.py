"""Every table of a run, built once, from the plan and what followed from it."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from infragap.analyses.electricity.feeders.feeder_list import FeederFinding
from infragap.analyses.electricity.feeders.remedies import Remedies
from infragap.analyses.electricity.feeders.voltage import Check
from infragap.analyses.electricity.headroom.limits import headroom_record
from infragap.analyses.electricity.least_cost.plan import Plan
from infragap.analyses.electricity.least_cost.record import plan_record
from infragap.analyses.electricity.result import ElectricityResult
from infragap.analyses.electricity.routing.existing_grid import is_existing_mv
from infragap.analyses.electricity.tables.extension import extension_table
from infragap.analyses.electricity.tables.feeders import feeders_table
from infragap.analyses.electricity.tables.headroom import headroom_table
from infragap.analyses.electricity.tables.low_voltage import low_voltage_table
from infragap.analyses.electricity.tables.ranking import ranking_table
from infragap.analyses.electricity.tables.remedies import remedies_table
from infragap.analyses.electricity.tables.scenarios import all_on_grid_table, scenarios_table
from infragap.analyses.electricity.tables.summary import summarise
from infragap.analyses.electricity.tables.targets import targets_table
from infragap.analyses.electricity.tables.undecided import locate_first_table, streams_table
from infragap.analyses.electricity.tables.years import years_table
from infragap.analyses.electricity.uncertainty.assessment import Uncertainty
from infragap.analyses.electricity.uncertainty.backtest import backtest_table, medians
from infragap.analyses.electricity.years.schedule import Schedule


def build_tables(
    plan: Plan,
    check: Check,
    remedies: Remedies,
    schedule: Schedule,
    uncertainty: Uncertainty,
    feeders: list[FeederFinding],
    lines: gpd.GeoDataFrame,
) -> ElectricityResult:
    """Build the tables.

    Parameters
    ----------
    plan
        The plan.
    check, remedies
        The voltage of its feeders, and what helps.
    schedule
        Its years.
    uncertainty
        What was looked at beside it.
    feeders
        Every feeder with the plan on it.
    lines
        Table of lines.
    """
    study = plan.study
    settlements = ranking_table(plan, check, schedule, uncertainty, lines)
    years = years_table(plan, schedule)
    tables = {
        "targets": targets_table(plan, schedule, uncertainty.scenarios),
        "lv_works": low_voltage_table(plan, settlements),
        "streams": streams_table(plan, uncertainty),
        "locate_first": locate_first_table(plan, uncertainty),
        "remedies": remedies_table(plan, remedies, lines),
        "feeders": feeders_table(plan, feeders),
        "headroom": headroom_table(plan, schedule),
    }
    if uncertainty.scenarios:
        tables["scenarios"] = scenarios_table(uncertainty.scenarios)
        tables["all_on_grid"] = all_on_grid_table(plan, uncertainty.scenarios)
    if uncertainty.sensitivity is not None:
        tables["sensitivity"] = uncertainty.sensitivity
    projects = backtest_table(plan.parameters)
    if len(projects):
        tables["backtest"] = projects
    existing = study.grid.lines
    return ElectricityResult(
        settlements=settlements,
        lines=lines,
        years=years,
        existing_grid=existing[is_existing_mv(existing, study.grid.levels)].reset_index(drop=True),
        grid_extension=extension_table(plan, settlements, lines),
        plan=plan_record(plan) | headroom_record(plan.loading),
        summary=summarise(
            plan,
            schedule,
            settlements=settlements,
            lines=lines,
            years=years,
            feeders=tables["feeders"],
            backtest_median=medians(projects).all,
        ),
        targets=_plain(tables["targets"]),
        tables=tables,
    )


def _plain(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as dictionaries, None where a number is not known."""
    return [
        {str(k): None if isinstance(v, float) and not np.isfinite(v) else v for k, v in row.items()}
        for row in table.to_dict("records")
    ]
