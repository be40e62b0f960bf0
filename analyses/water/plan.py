"""The water question from layers to ranked lists, as a list of steps."""

from __future__ import annotations

from collections.abc import Callable

from infragap.analyses.water.needs import NEEDS
from infragap.analyses.water.parameters import WaterParameters
from infragap.analyses.water.result import WaterResult
from infragap.analyses.water.service.today import coverage_today, gap_of
from infragap.analyses.water.siting.choice import choose
from infragap.analyses.water.siting.target import reach_target
from infragap.analyses.water.study import prepare
from infragap.analyses.water.tables.communes import commune_table
from infragap.analyses.water.tables.record import siting_record, summary
from infragap.analyses.water.tables.schemes import scheme_table
from infragap.analyses.water.tables.villages import village_table
from infragap.analyses.water.tables.works import built_works, work_table
from infragap.analyses.water.works.candidates import all_candidates
from infragap.gis.pack import Pack


def plan_water(
    pack: Pack, parameters: WaterParameters, *, progress: Callable[[str], None] | None = None
) -> WaterResult:
    """Find who lacks water to standard, and which works bring most people to it.

    Parameters
    ----------
    pack
        Layers of `infragap.analyses.water.needs`.
    parameters
        Demand, hydraulics, costs, limits.
    progress
        Receives the name of each step.

    Raises
    ------
    MissingDataError
        A layer is not in the pack.
    """
    NEEDS.require(pack)
    step = progress or (lambda _: None)
    step("coverage today")
    study = prepare(pack, parameters)
    today = coverage_today(study.villages, study.schemes, study.household_works, study.elevation, parameters)
    gap = gap_of(study, today)
    step("candidate works")
    candidates = all_candidates(study, today, gap)
    step("choice of works")
    choice = choose(candidates, gap, parameters)
    target = reach_target(study, candidates, gap)
    step("tables")
    works = built_works(study, candidates, choice, gap)
    villages = village_table(study, today, candidates, choice, works, gap)
    siting = siting_record(study, choice, target, works, gap)
    return WaterResult(
        villages=villages,
        communes=commune_table(study, villages, works, gap),
        works=work_table(works),
        schemes=scheme_table(study, today),
        siting=siting,
        summary=summary(study, today, villages, siting),
    )
