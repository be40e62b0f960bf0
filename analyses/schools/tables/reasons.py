"""Why a school stands where it does, in one sentence with numbers, in any language of the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from infragap.analyses.schools.codes import Objective, SchoolStatus
from infragap.wording.catalogue import Words, words

CLOSE_CALL_MIN = 2.0
"""A runner-up that adds less than this is as good as the choice, given how roughly villages are placed (assumption)."""

_WHY = {
    Objective.LEAST_TOTAL: "schools.reason.chosen",
    Objective.FAIREST: "schools.reason.chosen_fairest",
    Objective.WIDEST: "schools.reason.chosen_widest",
}

_PEOPLE = (
    "pupils_served", "entitled_with_place", "boarders", "day_pupils", "villages_served", "capacity_pupils",
    "without_place", "mean_min", "p90_min", "mean_rainy_min",
)  # fmt: skip


def border_reason(row: Mapping[str, Any], language: str) -> str:
    """Reason of a placed school; `row` has the columns of `columns.SITES`, `aim` (what all sites are best at),
    `is_asked` (a site that was fixed by the user) and `by_centre` (of some level the layer holds no day school in its
    commune, so that the centre stands for them) and `by_model` (all that it holds there are modelled)."""
    say = words(language)
    levels = say("schools.and").join(say(f"schools.level.{level}") for level in row["levels"].split("+"))
    people = say("schools.reason.people", levels=levels, **{key: say.number(row[key]) for key in _PEOPLE})
    if row["worst_village"]:
        people += say(
            "schools.reason.worst", village=row["worst_village"], year_max_min=say.number(row["year_max_min"])
        )
    if row["by_centre"]:
        people += say("schools.reason.by_centre")
    elif row["by_model"]:
        people += say("schools.reason.by_model")
    if row["site_known"]:
        parts = [say("schools.reason.decided", people=people), *_free(row, say)]
    else:
        why = "schools.reason.asked" if row["is_asked"] else _WHY[row["aim"]]
        parts = [say(why, village=row["village"], people=people), *_rival(row, say)]
        if row["fairest_village"] and row["fairest_village"] != row["village"]:
            parts.append(say("schools.reason.fairest", village=row["fairest_village"]))
    if row["robustness"]:
        parts.append(_robust(row, say))
    return "; ".join(parts) + "."


def _free(row: Mapping[str, Any], say: Words) -> list[str]:
    """A decided site against the free best."""
    if not row["free_place"] or row["free_place"] == row["village"]:
        return []
    numbers = ("year_min", "year_max_min", "free_year_min", "free_year_max_min")
    # the joint choice may move a school for pupils who are not admitted to it as it stands
    key = "schools.reason.free" if row["free_year_min"] < row["year_min"] else "schools.reason.free_others"
    return [say(key, place=row["free_place"], **{name: say.number(row[name]) for name in numbers})]


def _rival(row: Mapping[str, Any], say: Words) -> list[str]:
    """The runner-up, and whether it is as good."""
    if not row["runner_up"]:
        return []
    extra = row["runner_up_extra_min"]
    key = "schools.reason.runner_up_close" if extra < CLOSE_CALL_MIN else "schools.reason.runner_up"
    if extra < 0:
        key = "schools.reason.runner_up_nearer"
    return [say(key, village=row["runner_up"], extra_min=say.number(abs(extra), decimals=1))]


def _robust(row: Mapping[str, Any], say: Words) -> str:
    label = say(f"schools.robustness.{row['robustness'].replace(' ', '_')}")
    share, regret = say.number(100 * row["share_won"]), say.number(row["regret95_min"], decimals=1)
    return say("schools.reason.robust", label=label, share=share, regret=regret)


def upper_reason(row: Mapping[str, Any], language: str) -> str:
    """Reason of an upper-secondary school that is raised or new."""
    say = words(language)
    what = say("schools.reason.raised" if row["status"] == SchoolStatus.UPGRADE else "schools.reason.new")
    boarding = row["order_of_raising"] == row["order_of_raising"]
    if row["pupils_nearer"] > 0:
        numbers = {key: say.number(row[key]) for key in ("pupils_nearer", "before_min", "after_min", "before_any_min")}
        key = "schools.reason.gain_boarding" if boarding else "schools.reason.gain"
        gain = say(key, comparator=row["comparator"], **numbers)
    else:
        gain = say("schools.reason.no_gain")
    if boarding:
        order = {key: say.number(row[key]) for key in ("order_of_raising", "marginal_hours", "places_needed")}
        return say("schools.reason.order", what=what, gain=gain, **order)
    if row["pupils_served"] == 0:
        return say("schools.reason.upper_nobody", what=what, gain=gain)
    numbers = {key: say.number(row[key]) for key in ("pupils_served", "pupils_may_board", "capacity_pupils")}
    return say("schools.reason.upper", what=what, gain=gain, **numbers)
