"""The tables, each built once, in one place."""

from __future__ import annotations

from infragap.analyses.schools.result import SchoolsResult
from infragap.analyses.schools.tables.findings import Findings
from infragap.analyses.schools.tables.links import link_table
from infragap.analyses.schools.tables.pairs import (
    alternatives_table,
    assignment_table,
    od_table,
    without_place_table,
)
from infragap.analyses.schools.tables.record import assignment_record, placement_record, summary, upper_record
from infragap.analyses.schools.tables.sites import site_table
from infragap.analyses.schools.tables.targets import before_after_table, target_table
from infragap.analyses.schools.tables.villages import village_table
from infragap.analyses.schools.tables.zones import catchment_table, isochrone_table


def assemble(findings: Findings) -> SchoolsResult:
    """Make all tables and records of the school question."""
    assert findings.links is not None
    sites, villages = site_table(findings), village_table(findings)
    return SchoolsResult(
        sites=sites,
        villages=villages,
        catchments=catchment_table(findings),
        isochrones=isochrone_table(findings),
        od=od_table(findings),
        assignment=assignment_table(findings),
        without_place=without_place_table(findings),
        alternatives=alternatives_table(findings),
        links=link_table(findings.study, findings.links),
        targets=target_table(findings),
        before_after=before_after_table(findings),
        placement=placement_record(findings),
        assignment_record=assignment_record(findings),
        upper_record=upper_record(findings),
        summary=summary(findings, sites, villages),
    )
