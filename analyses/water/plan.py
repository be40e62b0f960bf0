"""The water question from layers to ranked lists, as a list of steps."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from infragap.analyses.parameters import for_country
from infragap.analyses.water.needs import NEEDS
from infragap.analyses.water.parameters import WaterParameters
from infragap.analyses.water.programme.built import built_works
from infragap.analyses.water.programme.network import networks_of
from infragap.analyses.water.programme.off_pipe import off_pipe
from infragap.analyses.water.programme.right_sized import not_to_be_sized, right_sized
from infragap.analyses.water.programme.schedule import schedule
from infragap.analyses.water.result import WaterResult
from infragap.analyses.water.service.today import coverage_today, gap_of
from infragap.analyses.water.siting.questions import answer_all, first_plan
from infragap.analyses.water.sources.streams import stream_flow
from infragap.analyses.water.study import prepare
from infragap.analyses.water.tables.choice import candidate_table, frontier_table, link_table
from infragap.analyses.water.tables.communes import commune_table
from infragap.analyses.water.tables.money import household_table, year_table
from infragap.analyses.water.tables.pipes import bill_table, pipe_table
from infragap.analyses.water.tables.record import Asked, siting_record, summary
from infragap.analyses.water.tables.schemes import listed_record, scheme_table
from infragap.analyses.water.tables.villages import village_table
from infragap.analyses.water.tables.works import work_name, work_table
from infragap.analyses.water.uncertainty.draws import assess
from infragap.analyses.water.works.candidates import all_candidates
from infragap.gis.pack import Pack


def plan_water(
    pack: Pack, parameters: WaterParameters, *, progress: Callable[[str], None] | None = None
) -> WaterResult:
    """Find who lacks water to standard, which works can be built, and which of them reach the target at least cost.

    Parameters
    ----------
    pack
        Layers of `infragap.analyses.water.needs`.
    parameters
        Demand, hydraulics, prices, limits, which plan is shown.
    progress
        Receives the name of each step.

    Raises
    ------
    MissingDataError
        A layer is not in the pack.
    ParameterError
        A forced or forbidden site is not among the candidates.
    NoSolutionError
        The forced works do not fit into the limits.
    """
    step = progress or (lambda _: None)
    step("coverage today")
    NEEDS.require(pack)
    parameters = for_country(parameters, pack.profile)
    study = prepare(pack, parameters)
    today = coverage_today(study.villages, study.schemes, study.household_works, study.elevation, parameters)
    gap = gap_of(study, today)
    step("water in the streams")
    flow = stream_flow(study)
    step("candidate works and their lines")
    maker, candidates = all_candidates(study, today, flow, gap)
    step("choice of works")
    model, first = first_plan(
        study, candidates, gap, lambda model, choice: not_to_be_sized(candidates, model, choice, maker)
    )
    candidates, plan = right_sized(study, candidates, model, first, gap, maker)
    model, answers = answer_all(study, candidates, gap, plan)
    built = built_works(candidates, model, answers.shown, maker)
    step("years and upkeep")
    plan_years, off = schedule(study, built), off_pipe(study, today, flow)
    step("uncertainty")
    sure = assess(study, today, candidates, model, answers, built)
    step("tables")
    networks = networks_of(study, built, [work_name(study, work, "vi") for work in built], maker)
    villages = village_table(study, today, candidates, built, gap)
    works = work_table(study, built, plan_years, sure, maker)
    schemes = scheme_table(study, today, candidates, built, gap)
    siting = siting_record(Asked(study, model, answers), built, plan_years, sure, gap)
    siting |= {"listed": listed_record(schemes)}
    return WaterResult(
        villages=villages,
        communes=commune_table(study, villages, works),
        works=works,
        schemes=schemes,
        pipes=pipe_table(study, networks),
        tables={
            "boq": bill_table(built),
            "frontier": frontier_table(answers),
            "candidates": candidate_table(candidates, pd.Series(sure.chosen_probability)),
            "candidate_links": link_table(study, candidates, answers.shown),
            "households": household_table(study, off),
            "years": year_table(study, built, plan_years, gap),
        },
        networks=tuple(networks),
        siting=siting,
        summary=summary(study, today, villages, siting, off),
    )
