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
}
"""Columns with the people of each level."""


def village_levels(
    villages: pd.DataFrame,
    households_works: pd.DataFrame,
    to_standard: FloatArray,
    piped: FloatArray,
) -> pd.DataFrame:
    """Split the people of each village by level of service.

    Parameters
    ----------
    villages
        commune_code, households, population.
    households_works
        Rows of `infragap.gis.schema.WaterHouseholds`, one per commune.
    to_standard, piped
        (villages,) households on schemes whose water meets the standard, and on the other working schemes.

    Returns
    -------
    DataFrame
        people_piped_to_standard, people_piped, people_own_source_to_standard, people_basic, people_none (sum = population), and
        people_to_standard = the first and the third.

    Notes
    -----
    People of a village without households count as 'none': no scheme can be told to join them, and no share of households holds for them.
    """
    works = households_works.set_index("commune_code").loc[villages["commune_code"]]
    households = villages["households"].to_numpy(dtype=float)
    size = np.divide(villages["population"], households, out=np.zeros(len(villages)), where=households > 0)
    rest = np.maximum(households - to_standard - piped, 0.0)
    own = rest * works["own_source_to_standard_pct"].to_numpy() / 100.0
    none = np.minimum(rest - own, households * (1.0 - works["basic_pct"].to_numpy() / 100.0))
    basic = rest - own - none
    nowhere = np.where(households > 0, 0.0, villages["population"].to_numpy(dtype=float))
    people = pd.DataFrame(
        {
            "people_piped_to_standard": to_standard * size,
            "people_piped": piped * size,
            "people_own_source_to_standard": own * size,
            "people_basic": basic * size,
            "people_none": none * size + nowhere,
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
    return table.assign(to_standard_pct=100 * standard / people, basic_pct=100 * (1 - table["people_none"] / people))
