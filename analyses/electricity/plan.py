"""Who gets the grid and who an own plant, along which lines, in which order, at what cost and how surely: the electricity analysis."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from analyses.electricity.decision import plan_record, take_apart
from analyses.electricity.lines import lines_in_order, lines_table
from analyses.electricity.parameters import ElectricityParameters
from analyses.electricity.ranking import in_order, ranking_table
from analyses.electricity.result import ElectricityResult
from analyses.electricity.schedule import calendar_year, extension_table, make_schedule, years_table
from analyses.electricity.study import prepare, solve

if TYPE_CHECKING:
    from gis.pack import Pack


def plan_electricity(
    pack: Pack, parameters: ElectricityParameters, *, progress: Callable[[str], None] | None = None
) -> ElectricityResult:
    """Plan the electricity supply of every settlement of a pack.

    Parameters
    ----------
    pack
        Data pack; layers settlements, communes, roads, rivers, grid_lines, substations, elevation, forest, runoff, solar and, where there, lakes.
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
        A layer is not there, or no existing 35 or 22 kV line.
    NoSolutionError
        A settlement that must get the grid cannot be reached.
    ParameterError
        A named settlement does not exist.
    """
    say = progress or (lambda _: None)
    say("line routes, sun and streams")
    study = prepare(pack, parameters)
    say("least-cost plan")
    study, priced, choice = solve(study, parameters)
    decision = take_apart(study, priced, choice, parameters)
    settlements = ranking_table(
        pack, study, priced, decision, parameters, headroom=np.zeros(len(study.places), dtype=bool)
    )
    lines = lines_table(pack, study, decision, parameters)
    say("years")
    schedule = make_schedule(pack, study, priced, decision, parameters)
    settlements["priority_rank"] = schedule.priority
    settlements["year"] = calendar_year(schedule.settlement_year, parameters).to_numpy()
    lines["year"] = calendar_year(schedule.branch_year, parameters).to_numpy()
    settlements, lines = in_order(settlements), lines_in_order(lines)
    existing = pack.grid_lines
    return ElectricityResult(
        settlements=settlements,
        lines=lines,
        years=years_table(pack, study, priced, decision, schedule, parameters),
        existing_grid=existing[
            existing["voltage_kv"].isin((35.0, 22.0)) & (existing["status"] == "existing")
        ].reset_index(drop=True),
        grid_extension=extension_table(settlements, lines, priced, decision),
        plan=plan_record(study, priced, choice, decision, parameters),
        summary={},
    )
