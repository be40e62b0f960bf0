"""The school question from layers to tables, as a list of steps."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context

from infragap.analyses.parameters import for_country
from infragap.analyses.schools.links.worth import worth_of_links
from infragap.analyses.schools.needs import NEEDS, given
from infragap.analyses.schools.parameters import SchoolsParameters
from infragap.analyses.schools.result import SchoolsResult
from infragap.analyses.schools.siting.candidates import site_candidates
from infragap.analyses.schools.siting.outcome import place_schools
from infragap.analyses.schools.study import prepare
from infragap.analyses.schools.tables.assemble import assemble
from infragap.analyses.schools.tables.findings import Findings, journeys_of
from infragap.analyses.schools.upper.outcome import upper_secondary
from infragap.gis.pack import Pack


def plan_schools(
    pack: Pack, parameters: SchoolsParameters, *, progress: Callable[[str], None] | None = None
) -> SchoolsResult:
    """Place boarding schools and share out their places; tell every village's way to school before and after, and which
    links are worth building.

    Parameters
    ----------
    pack
        Layers of `infragap.analyses.schools.needs`.
    parameters
        Speeds, thresholds, places, what the choice minimises.
    progress
        Receives the name of each step.

    Raises
    ------
    MissingDataError
        A layer is not in the pack, or the pack plans no border school and no number of schools is asked for.
    ParameterError
        Candidates that are named but not there.
    NoSolutionError
        Nobody can reach any place where a school may stand.
    """
    NEEDS.require(pack, given(parameters.sites))
    parameters = for_country(parameters, pack.profile)
    step = progress or (lambda _: None)
    step("ground and roads")
    study = prepare(pack, parameters)
    step("placing the schools")
    # candidates first: what cannot be used in them is said before anything long begins
    candidates = site_candidates(study)
    # upper secondary needs nothing of the border schools; on two cores both are done in the time of the longer one
    with ThreadPoolExecutor(1) as beside:
        upper_answer = beside.submit(copy_context().run, upper_secondary, study)
        siting = place_schools(study, candidates, step)
        step("upper secondary")
        upper = upper_answer.result()
    step("worth of bridges and paved stretches")
    findings = Findings(study=study, siting=siting, upper=upper, links=None)
    links = worth_of_links(study, journeys_of(findings))
    step("tables")
    return assemble(Findings(study=study, siting=siting, upper=upper, links=links))
