"""Who gets the grid and who an own plant, along which lines, in which order, at what cost and how surely: the
electricity analysis."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import geopandas as gpd

from infragap.analyses.electricity.feeders.feeder_list import FeederFinding, feeder_findings
from infragap.analyses.electricity.feeders.remedies import Remedies, find_remedies
from infragap.analyses.electricity.feeders.voltage import Check, check_voltage
from infragap.analyses.electricity.headroom.search import within_headroom
from infragap.analyses.electricity.least_cost.plan import Plan, least_cost
from infragap.analyses.electricity.least_cost.study import prepare
from infragap.analyses.electricity.parameters import ElectricityParameters, in_country
from infragap.analyses.electricity.preconditions import NEEDS
from infragap.analyses.electricity.result import ElectricityResult
from infragap.analyses.electricity.tables.all_tables import build_tables
from infragap.analyses.electricity.tables.lines import lines_table
from infragap.analyses.electricity.uncertainty.assessment import Unknowns, assessment, unknowns_of
from infragap.analyses.electricity.years.schedule import Schedule, make_schedule
from infragap.analyses.memory import give_back_memory
from infragap.analyses.together import both
from infragap.gis.errors import MissingDataError
from infragap.gis.pack import Pack
from infragap.gis.stand_ins import with_stand_ins

Progress = Callable[[str], None]


@dataclass(frozen=True, eq=False)
class Planned:
    """What is decided before anybody asks how sure it is.

    Attributes
    ----------
    plan
        The plan.
    check, remedies
        The voltage of its feeders, and what helps.
    schedule
        Its years.
    feeders, lines
        Every feeder with the plan on it, and the table of lines.
    unknowns
        What is not known of places and streams.
    """

    plan: Plan
    check: Check
    remedies: Remedies
    schedule: Schedule
    feeders: list[FeederFinding]
    lines: gpd.GeoDataFrame
    unknowns: Unknowns


def plan_electricity(
    pack: Pack, parameters: ElectricityParameters, *, progress: Progress | None = None
) -> ElectricityResult:
    """Plan the electricity supply of every settlement of a pack.

    Parameters
    ----------
    pack
        Data pack with the layers of `needs`.
    parameters
        All assumptions.
    progress
        Receives the name of each step, in English.

    Returns
    -------
    ElectricityResult
        Ranked settlements, planned lines, years, the plan's cost with its bound, and tables.

    Raises
    ------
    MissingDataError
        A layer is not there, settlements has no rows, or there is no existing medium-voltage line.
    NoSolutionError
        A settlement that must get the grid cannot be reached.
    ParameterError
        A named settlement does not exist.
    """
    progress = progress or (lambda _: None)
    return assessed(planned(pack, parameters, progress), progress)


def planned(pack: Pack, parameters: ElectricityParameters, progress: Progress) -> Planned:
    """Plan, without looking at how sure the plan is; arguments and errors are those of `plan_electricity`."""
    pack, parameters = with_stand_ins(pack, NEEDS.replaceable), in_country(parameters, pack.profile)
    _require_layers(pack)
    progress("line routes, sun and streams")
    study = prepare(pack, parameters)
    progress("least-cost plan")
    plan = within_headroom(least_cost(study, parameters))

    def certain() -> tuple[Check, Remedies, Schedule, list[FeederFinding], gpd.GeoDataFrame]:
        progress("voltage of the feeders")
        check = check_voltage(plan)
        remedies = find_remedies(plan, check)
        feeders = feeder_findings(check.feeders, plan.parameters)
        progress("years")
        schedule = make_schedule(plan)
        return check, remedies, schedule, feeders, lines_table(plan, check, remedies, schedule)

    made, unknowns = both(certain, lambda: unknowns_of(plan))
    return Planned(plan, *made, unknowns)


def assessed(decided: Planned, progress: Progress) -> ElectricityResult:
    """Make the scenarios, the draws and the sensitivity that the parameters ask for, and build the tables."""
    d = decided
    # from here on a second process may need as much
    give_back_memory()
    uncertainty = assessment(d.plan, d.remedies, d.unknowns, progress)
    return build_tables(d.plan, d.check, d.remedies, d.schedule, uncertainty, d.feeders, d.lines)


def unassessed(decided: Planned) -> Planned:
    """Give the same plan as one that asks for neither draws nor scenarios."""
    parameters = decided.plan.parameters.model_copy(update={"draws": 0, "scenarios": False})
    return replace(decided, plan=replace(decided.plan, parameters=parameters))


def _require_layers(pack: Pack) -> None:
    NEEDS.require(pack)
    if len(pack.settlements) == 0:
        raise MissingDataError("settlements: the layer has no rows. Add the settlements that lack safe supply.")
