"""Who gets the grid and who an own plant, along which lines, in which order, at what cost and how surely: the
electricity analysis."""

from __future__ import annotations

from collections.abc import Callable

from infragap.analyses.electricity.feeders.remedies import find_remedies
from infragap.analyses.electricity.feeders.voltage import check_voltage
from infragap.analyses.electricity.headroom.search import within_headroom
from infragap.analyses.electricity.least_cost.plan import least_cost
from infragap.analyses.electricity.least_cost.study import prepare
from infragap.analyses.electricity.parameters import ElectricityParameters, in_country
from infragap.analyses.electricity.preconditions import NEEDS
from infragap.analyses.electricity.result import ElectricityResult
from infragap.analyses.electricity.tables.all_tables import build_tables
from infragap.analyses.electricity.uncertainty.assessment import assess_uncertainty
from infragap.analyses.electricity.years.schedule import make_schedule
from infragap.gis.errors import MissingDataError
from infragap.gis.pack import Pack
from infragap.gis.stand_ins import with_stand_ins


def plan_electricity(
    pack: Pack, parameters: ElectricityParameters, *, progress: Callable[[str], None] | None = None
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
    pack, parameters = with_stand_ins(pack, NEEDS.replaceable), in_country(parameters, pack.profile)
    _require_layers(pack)
    progress("line routes, sun and streams")
    study = prepare(pack, parameters)
    progress("least-cost plan")
    plan = within_headroom(least_cost(study, parameters))
    progress("voltage of the feeders")
    check = check_voltage(plan)
    remedies = find_remedies(plan, check)
    progress("years")
    schedule = make_schedule(plan)
    uncertainty = assess_uncertainty(plan, remedies, progress)
    return build_tables(plan, check, remedies, schedule, uncertainty)


def _require_layers(pack: Pack) -> None:
    NEEDS.require(pack)
    if len(pack.settlements) == 0:
        raise MissingDataError("settlements: the layer has no rows. Add the settlements that lack safe supply.")
