"""Pupils as customers: those who are entitled to board and those who are not, by village and level, with what each
weighs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray
from infragap.analyses.schools.codes import Level, Priority
from infragap.analyses.schools.pupils.entitlement import Entitlement, pupils_of
from infragap.analyses.schools.pupils.terrain import WayToSchool
from infragap.analyses.schools.siting.question import SiteQuestion

FARTHEST_HOUR = 60.0
"""With the farthest first, a pupil weighs once more for every hour of the way (choice)."""
POOREST_PCT = 20.0
"""With the poorest first, a pupil weighs once more for every 20 % of poor households in the commune (choice)."""


@dataclass(frozen=True, eq=False)
class Customers:
    """Groups of pupils who are alike.

    Attributes
    ----------
    village
        (n,) place in the question's list of villages.
    level
        (n,) number of the level in `list(Level)`.
    entitled
        (n,) entitled to board, by the way to the school of today.
    pupils
        (n,) how many, above 0.
    weight
        (n,) what one of them weighs.
    """

    village: IntArray
    level: IntArray
    entitled: BoolArray
    pupils: FloatArray
    weight: FloatArray


def customers_of(
    question: SiteQuestion, entitled: dict[Level, Entitlement], today: dict[Level, WayToSchool]
) -> Customers:
    """List the pupils of villages as customers.

    Parameters
    ----------
    question
        Villages, levels taught, weights.
    entitled, today
        By level: who may board, and the way to the school of today, which counts where the farthest come first.
    """
    study, village = question.study, question.village
    parameters, rows = study.parameters, study.villages.iloc[village]
    level_weight = {Level.PRIMARY: parameters.weight_primary}
    poorest = np.ones(len(village))
    if parameters.priority == Priority.POOREST:
        poverty = study.communes.set_index("commune_code")["poverty_rate_pct"].reindex(rows["commune_code"])
        poorest += np.nan_to_num(poverty.to_numpy(float), nan=0.0) / POOREST_PCT
    parts = []
    for level in question.levels:
        pupils, may, first = pupils_of(rows, level), entitled[level].may_board(level), poorest
        if parameters.priority == Priority.FARTHEST:
            dry = today[level].dry_min
            first = 1 + np.where(np.isfinite(dry), dry, parameters.day_limit_min) / FARTHEST_HOUR
        for is_entitled in (True, False):
            mine = np.flatnonzero((may == is_entitled) & (pupils > 0))
            weight = level_weight.get(level, parameters.weight_lower_secondary) * first[mine]
            if not is_entitled:
                weight = weight * parameters.weight_day_pupil
            number = np.full(len(mine), list(Level).index(level))
            parts.append((mine, number, np.full(len(mine), is_entitled), pupils[mine], weight))
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    order = np.lexsort((~columns[2], columns[1], columns[0]))
    return Customers(*(column[order] for column in columns))
