"""The summary's part on boarding schools."""

from __future__ import annotations

from infragap.analyses.schools import columns
from infragap.analyses.schools.result import SchoolsResult
from infragap.maps.proof import proof_of
from infragap.maps.quantities import schools_quantities
from infragap.maps.summary.markdown import in_language, shown, spoken_proof, table
from infragap.wording.catalogue import Words

FIGURES = ("border_mean_dry_min", "border_mean_min", "border_longest_min")
KEYS = ("rank", "name", "commune")
MODELLED, LACKING = "communes_by_modelled_schools", "communes_by_centre"
"""What stands for day schools, in the record of each level."""


def schools_part(say: Words, result: SchoolsResult) -> list[str]:
    """Write how good the placement is, and where the border schools stand."""
    placement, counted = result.placement, schools_quantities(result)
    quality = say(
        "maps.summary.schools.quality",
        cost=shown(say, placement.get("cost")),
        lower_bound=shown(say, placement.get("lower_bound")),
    )
    proof = proof_of("schools", placement)
    figures = [
        say(
            "maps.summary.figure",
            name=counted[key].label[say.language],
            number=counted[key].number,
            unit=(counted[key].unit_text or {}).get(say.language, ""),
        ).rstrip()
        for key in FIGURES
        if key in counted
    ]
    sites = result.sites[result.sites["kind"] == "border_boarding"]
    known = {column.name: column.heading(say.language) for column in columns.SITES}
    headings = [*(known[key] for key in KEYS), say("maps.summary.schools.reason")]
    rows = [
        (*(shown(say, row[key]) for key in KEYS), in_language(say, row, "reason")) for row in sites.to_dict("records")
    ]
    return [
        say("maps.summary.schools.title"),
        quality,
        *([spoken_proof(say, proof)] if proof else []),
        "; ".join(figures) + ".",
        *_entitled(say, result),
        table(headings, rows),
    ]


def _entitled(say: Words, result: SchoolsResult) -> list[str]:
    """What the number of entitled pupils rests on, where that is not day schools that a source places."""
    levels = list(result.assignment_record.get("levels", {}).values())
    doubtful = {key: max((one[key] for one in levels), default=0) for key in (MODELLED, LACKING)}
    if not any(doubtful.values()):
        return []
    entitled, pupils = (sum(one[key] for one in levels) for key in ("entitled", "pupils"))
    numbers = {
        "modelled": doubtful[MODELLED], "lacking": doubtful[LACKING], "communes": levels[0]["communes"],
        "entitled": entitled, "pupils": pupils, "share": 100 * entitled / max(pupils, 1),
    }  # fmt: skip
    return [say("maps.summary.schools.entitled", **{key: say.number(value) for key, value in numbers.items()})]
