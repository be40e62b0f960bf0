"""Why a school stands where it does, in one sentence with numbers, in any language of the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from infragap.analyses.schools.codes import SchoolStatus
from infragap.wording.catalogue import words

CLOSE_CALL_MIN = 2.0
"""A runner-up that adds less than this is as good as the choice, given how roughly villages are placed (assumption)."""


def border_reason(row: Mapping[str, Any], language: str) -> str:
    """Reason of a border school; `row` has the columns of `columns.SITES`."""
    say = words(language)
    levels = say("schools.and").join(say(f"schools.level.{level}") for level in row["levels"].split("+"))
    counted = ("pupils_served", "villages_served", "mean_min", "p90_min", "mean_rainy_min", "pupils_may_board",
               "capacity_pupils")  # fmt: skip
    people = say("schools.reason.people", levels=levels, **{key: say.number(row[key]) for key in counted})
    if row["site_known"]:
        return say("schools.reason.decided", people=people)
    parts = [say("schools.reason.chosen", village=row["village"], people=people)]
    if row["runner_up"]:
        extra = row["runner_up_extra_min"]
        key = "schools.reason.runner_up_close" if extra < CLOSE_CALL_MIN else "schools.reason.runner_up"
        parts.append(say(key, village=row["runner_up"], extra_min=say.number(extra, decimals=1)))
    if row["fairest_village"] and row["fairest_village"] != row["village"]:
        parts.append(say("schools.reason.fairest", village=row["fairest_village"]))
    return "; ".join(parts) + "."


def upper_reason(row: Mapping[str, Any], language: str) -> str:
    """Reason of an upper-secondary school that is raised or new."""
    say = words(language)
    what = say("schools.reason.raised" if row["status"] == SchoolStatus.UPGRADE else "schools.reason.new")
    if row["pupils_nearer"] > 0:
        numbers = {key: say.number(row[key]) for key in ("pupils_nearer", "before_min", "after_min")}
        gain = say("schools.reason.gain", **numbers)
    else:
        gain = say("schools.reason.no_gain")
    if row["pupils_served"] == 0:
        return say("schools.reason.upper_nobody", what=what, gain=gain)
    numbers = {key: say.number(row[key]) for key in ("pupils_served", "pupils_may_board")}
    return say("schools.reason.upper", what=what, gain=gain, **numbers)
