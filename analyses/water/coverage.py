"""The people of each village by level of service."""

from __future__ import annotations

import numpy as np
import pandas as pd

from infragap.analyses.arrays import FloatArray, ObjectArray
from infragap.analyses.water.codes import Level

PEOPLE_COLUMNS = {
    Level.SAFELY_PIPED: ("people_piped_to_standard", "people_own_source_to_standard"),
    Level.PIPED: ("people_piped",),
    Level.BASIC: ("people_basic",),
    Level.NONE: ("people_none",),
    Level.UNKNOWN: ("people_unknown",),
}
"""Columns with the people of each level."""


def own_source_households(villages: pd.DataFrame, household_works: pd.DataFrame) -> FloatArray:
    """Households of each village whose own source meets the standard, (villages,): surveyed, or the commune's share;
    NaN where neither is known.

    Parameters
    ----------
    villages
        commune_code, households and, where surveyed, own_source_households.
    household_works
        Rows of `infragap.gis.schema.WaterHouseholds`.

    Notes
    -----
    The number does not hang on the schemes: a pipe that fails makes no well better.
    """
    households = villages["households"].to_numpy(dtype=float)
    share_pct = _of_commune(villages, household_works, "own_source_to_standard_pct")
    own = households * share_pct / 100.0
    if "own_source_households" in villages:
        surveyed = villages["own_source_households"].to_numpy(dtype=float)
        own = np.where(np.isnan(surveyed), own, surveyed)
    return np.asarray(np.minimum(own, households))


def village_levels(
    villages: pd.DataFrame,
    household_works: pd.DataFrame,
    to_standard: FloatArray,
    piped: FloatArray,
    unknown: FloatArray | None = None,
) -> pd.DataFrame:
    """Split the people of each village by level of service.

    Parameters
    ----------
    villages
        commune_code, households, population; own_source_households where surveyed.
    household_works
        Rows of `infragap.gis.schema.WaterHouseholds`, one per commune.
    to_standard, piped, unknown
        (villages,) households on schemes whose water meets the standard, on working schemes below it, and on schemes of
        which nothing is known.

    Returns
    -------
    DataFrame
        people_piped_to_standard, people_piped, people_own_source_to_standard, people_basic, people_none, people_unknown
        (sum = population); people_to_standard = the first and the third; people_without_basic = those of none, and
        those unknown because nobody has counted them.

    Notes
    -----
    Households off the pipe fall to basic water or to none: to none as many as the commune counts without basic water,
    where so many are left. So no number of people to standard, and none of people with basic water, rises when a scheme
    fails. People of a village without households, and of a commune without data, are 'unknown'. So are those on a
    scheme of which nothing is known; they have basic water as the commune has counted it, with the scheme or without.
    """
    households = villages["households"].to_numpy(dtype=float)
    size = np.divide(villages["population"], households, out=np.zeros(len(villages)), where=households > 0)
    own = own_source_households(villages, household_works)
    basic_pct = _of_commune(villages, household_works, "basic_pct")
    no_data = np.isnan(own) | np.isnan(basic_pct)
    safe = np.minimum(to_standard, households)
    own = np.minimum(np.nan_to_num(own), households - safe)
    below = np.minimum(piped, households - safe - own)
    unseen = np.zeros(len(villages)) if unknown is None else np.minimum(unknown, households - safe - own - below)
    rest = households - safe - own - below - unseen
    none = np.minimum(rest, households * (1.0 - np.nan_to_num(basic_pct, nan=100.0) / 100.0))
    basic = np.where(no_data, 0.0, rest - none)
    uncounted = np.where(no_data, rest - none, 0.0)
    nowhere = np.where(households > 0, 0.0, villages["population"].to_numpy(dtype=float))
    people = pd.DataFrame(
        {
            "people_piped_to_standard": safe * size,
            "people_piped": below * size,
            "people_own_source_to_standard": own * size,
            "people_basic": basic * size,
            "people_none": none * size,
            "people_unknown": (unseen + uncounted) * size + nowhere,
            "people_without_basic": (none + uncounted) * size + nowhere,
        }
    )
    people["people_to_standard"] = people["people_piped_to_standard"] + people["people_own_source_to_standard"]
    return people


def main_level(people: pd.DataFrame) -> ObjectArray:
    """Level that most people of each village have; of equal ones the better."""
    sums = np.stack([people[list(columns)].sum(axis=1).to_numpy() for columns in PEOPLE_COLUMNS.values()], axis=1)
    return np.asarray(np.array([str(level) for level in PEOPLE_COLUMNS], dtype=object)[sums.argmax(axis=1)])


def with_rates(table: pd.DataFrame) -> pd.DataFrame:
    """Add to_standard_pct and basic_pct from the people columns; missing where nobody lives."""
    people = table["population"].where(table["population"] > 0)
    standard = table["people_piped_to_standard"] + table["people_own_source_to_standard"]
    basic = 1 - table["people_without_basic"] / people
    return table.assign(to_standard_pct=100 * standard / people, basic_pct=100 * basic)


def _of_commune(villages: pd.DataFrame, household_works: pd.DataFrame, column: str) -> FloatArray:
    return villages["commune_code"].map(household_works.set_index("commune_code")[column]).to_numpy(dtype=float)
