"""The summary's part on boarding schools."""

from __future__ import annotations

import math

from infragap.analyses.schools import columns
from infragap.analyses.schools.result import SchoolsResult
from infragap.analyses.wording.catalogue import Number, Words
from infragap.analyses.wording.codes import label
from infragap.maps.summary.markdown import in_language, shown, table

KEYS = ("rank", "name", "commune")


def schools_part(say: Words, result: SchoolsResult) -> list[str]:
    """Write how good the placement is, and where the border schools stand."""
    placement = result.placement
    quality = say(
        "maps.summary.schools.quality",
        cost=shown(say, placement.get("cost")),
        lower_bound=shown(say, placement.get("lower_bound")),
        gap_pct=Number(100 * float(placement.get("gap", math.nan)), 2),
        status=label(say.language, "solver_status", placement.get("status", "")),
    )
    sites = result.sites[result.sites["kind"] == "border_boarding"]
    known = {column.name: column.heading(say.language) for column in columns.SITES}
    headings = [*(known[key] for key in KEYS), say("maps.summary.schools.reason")]
    rows = [
        (*(shown(say, row[key]) for key in KEYS), in_language(say, row, "reason")) for row in sites.to_dict("records")
    ]
    return [say("maps.summary.schools.title"), quality, table(headings, rows)]
