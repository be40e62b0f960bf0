"""Who gets the grid and who an own plant, along which lines, in which order, at what cost and how surely: the electricity analysis."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pandas as pd

from infragap.analyses.electricity.feeders.remedies import find_remedies
from infragap.analyses.electricity.feeders.voltage import check_voltage
from infragap.analyses.electricity.feeders.voltage_plan import keep_voltage
from infragap.analyses.electricity.least_cost.diversion import divert
from infragap.analyses.electricity.least_cost.headroom import headroom_record, keep_headroom, limits
from infragap.analyses.electricity.least_cost.outcome import take_apart
from infragap.analyses.electricity.least_cost.record import plan_record
from infragap.analyses.electricity.least_cost.study import prepare, solve
from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.analyses.electricity.result import ElectricityResult
from infragap.analyses.electricity.routing.existing_grid import is_existing_mv
from infragap.analyses.electricity.tables.extension import extension_table
from infragap.analyses.electricity.tables.lines import lines_in_order, lines_table, remedies_table, with_check
from infragap.analyses.electricity.tables.ranking import in_order, ranking_table, reasons_with_position, with_schedule
from infragap.analyses.electricity.tables.summary import summarise
from infragap.analyses.electricity.tables.years import years_table
from infragap.analyses.electricity.uncertainty.backtest import backtest_table
from infragap.analyses.electricity.uncertainty.monte_carlo import draw_plans
from infragap.analyses.electricity.uncertainty.scenarios import compare_scenarios, voltage_row
from infragap.analyses.electricity.uncertainty.sensitivity import sensitivity
from infragap.analyses.electricity.years.schedule import calendar_year, make_schedule
from infragap.gis.errors import MissingDataError

if TYPE_CHECKING:
    from infragap.gis.pack import Pack


NEEDED = ("settlements", "communes", "roads", "grid_lines", "substations", "elevation", "forest", "runoff", "solar")


def plan_electricity(
    pack: Pack, parameters: ElectricityParameters, *, progress: Callable[[str], None] | None = None
) -> ElectricityResult:
    """Plan the electricity supply of every settlement of a pack.

    Parameters
    ----------
    pack
        Data pack; layers settlements, communes, roads, grid_lines, substations, elevation, forest, runoff, solar and, where there, rivers and lakes.
    parameters
        All assumptions.
    progress
        Is told each step, in English.

    Returns
    -------
    ElectricityResult
        Ranked settlements, planned lines, years, the plan's cost with its bound, and tables.

    Raises
    ------
    MissingDataError
        A layer is not there, settlements has no rows, or there is no existing 35 or 22 kV line.
    NoSolutionError
        A settlement that must get the grid cannot be reached.
    ParameterError
        A named settlement does not exist.
    """
    say = progress or (lambda _: None)
    if lacking := [name for name in NEEDED if not pack.has(name)]:
        raise MissingDataError(
            f"{', '.join(lacking)}: the electricity plan needs {'these layers' if len(lacking) > 1 else 'this layer'}, which the pack has not. "
            "Add the files and their [[layer]] to catalog.toml."
        )
    if len(pack.settlements) == 0:
        raise MissingDataError("settlements: the layer has no rows. Add the settlements that lack safe supply.")
    say("line routes, sun and streams")
    study = prepare(pack, parameters)
    say("least-cost plan")
    study, priced, choice = solve(study, parameters)
    known_limits = limits(pack.grid_lines, pack.substations, parameters) if parameters.respect_headroom else []
    priced, choice, loading = keep_headroom(
        study, priced, choice, parameters, grid_lines=pack.grid_lines, known_limits=known_limits
    )
    if loading.barred.any():
        study, priced, choice, loading = divert(
            study, priced, choice, parameters, known_limits=known_limits, loading=loading
        )
    decision = take_apart(study, priced, choice, parameters)
    record = plan_record(study, priced, choice, decision, parameters)
    settlements = ranking_table(pack, study, priced, decision, parameters, headroom=loading.barred)
    lines = lines_table(pack, study, decision, parameters)
    say("voltage of the feeders")
    check, settlement_drop_pct = check_voltage(pack, study, decision, parameters)
    remedies = find_remedies(
        pack, study, priced, decision, check, parameters, known_limits=known_limits, loading=loading
    )
    settlements = settlements.assign(voltage_drop_pct=settlement_drop_pct)
    lines = with_check(lines, check, remedies)
    say("years")
    schedule = make_schedule(pack, study, priced, decision, parameters)
    settlements = with_schedule(settlements, schedule, study, decision, parameters)
    lines["year"] = calendar_year(schedule.branch_year, parameters)
    tables = {"remedies": remedies_table(lines, remedies)}
    if parameters.scenarios:
        say("scenarios")
        scenarios, everywhere = compare_scenarios(study, decision, record, parameters)
        kept = keep_voltage(
            pack, study, priced, choice, decision, remedies, parameters, known_limits=known_limits, loading=loading
        )
        with_voltage = voltage_row(study, *kept, record, parameters)
        tables["scenarios"] = pd.concat([scenarios, with_voltage], ignore_index=True)
        tables["all_on_grid"] = pd.concat([settlements[["settlement_id"]], everywhere], axis=1)
        tables["sensitivity"] = sensitivity(study, choice, parameters, barred=loading.barred)
    if parameters.draws:
        say(f"uncertainty, {parameters.draws} draws")
        spread = draw_plans(
            study, choice, parameters, settlements=pack.settlements, communes=pack.communes, barred=loading.barred
        )
        settlements = settlements.assign(
            grid_probability=spread.grid_probability,
            rank_low=spread.rank_low.astype(int),
            rank_high=spread.rank_high.astype(int),
        )
    settlements = settlements.assign(reason_vi=reasons_with_position(settlements))
    tables["backtest"] = backtest_table(parameters)
    settlements, lines = in_order(settlements), lines_in_order(lines)
    existing = pack.grid_lines
    years = years_table(pack, study, priced, decision, schedule, parameters)
    return ElectricityResult(
        settlements=settlements,
        lines=lines,
        years=years,
        existing_grid=existing[is_existing_mv(existing)].reset_index(drop=True),
        grid_extension=extension_table(settlements, lines, priced, decision),
        plan=record | headroom_record(loading),
        summary=summarise(pack, settlements, lines, years, record, schedule, parameters),
        tables=tables,
    )
