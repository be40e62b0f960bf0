"""The school question from layers to tables, as a list of steps."""

from __future__ import annotations

from collections.abc import Callable

from infragap.analyses.schools.needs import NEEDS
from infragap.analyses.schools.parameters import SchoolsParameters
from infragap.analyses.schools.result import SchoolsResult
from infragap.analyses.schools.siting.border_ways import border_schools
from infragap.analyses.schools.study import prepare
from infragap.analyses.schools.tables.record import placement_record, summary
from infragap.analyses.schools.tables.sites import site_table
from infragap.analyses.schools.tables.villages import village_table
from infragap.analyses.schools.tables.zones import catchment_table, isochrone_table
from infragap.analyses.schools.upper.nearest_school import upper_secondary_ways
from infragap.gis.pack import Pack


def plan_schools(
    pack: Pack, parameters: SchoolsParameters, *, progress: Callable[[str], None] | None = None
) -> SchoolsResult:
    """Place the border boarding schools, and tell every village's way to school before and after the plan.

    Parameters
    ----------
    pack
        Layers of `infragap.analyses.schools.needs`.
    parameters
        Speeds, thresholds, what the placement minimises.
    progress
        Receives the name of each step.

    Raises
    ------
    MissingDataError
        A layer, or the planned border schools, are not in the pack.
    NoSolutionError
        Nobody can reach any place where a border school may stand.
    """
    NEEDS.require(pack)
    step = progress or (lambda _: None)
    step("ground and roads")
    study = prepare(pack, parameters)
    step("ways to upper secondary")
    upper = upper_secondary_ways(study)
    step("placing the border schools")
    border = border_schools(study)
    step("travel-time zones")
    isochrones, nearest = isochrone_table(study, border)
    step("tables")
    sites, villages = site_table(study, border, upper), village_table(study, border, upper)
    return SchoolsResult(
        sites=sites,
        villages=villages,
        catchments=catchment_table(study, border, upper, nearest),
        isochrones=isochrones,
        placement=placement_record(border.placement, parameters),
        summary=summary(study, border, upper, sites, villages),
    )
