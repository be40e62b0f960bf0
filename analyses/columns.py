"""How the columns of a result table are described: the data dictionary that goes with every run."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeVar

import pandas as pd

from infragap.profiles.profile import read_profile
from infragap.wording.catalogue import all_languages, words
from infragap.wording.country import spoken_profile

Frame = TypeVar("Frame", bound=pd.DataFrame)

DECIMALS = {
    "households": 0, "people": 0, "-": 2, "mvnd": 0, "m": 0, "VND/kWh": 0, "pupils": 0, "min": 0, "kits": 0, "works": 0,
    "m³/s": 3, "l/s": 2, "°": 5, "places": 0, "persons": 0, "schools": 0, "villages": 0, "draws": 0, "pcs": 0,
}  # fmt: skip
"""Decimals of people's tables and maps by unit; one where the unit is not named here."""
PROBABILITY_DECIMALS = 3
"""Decimals of a part of the draws: 0.205, as texts say 20.5 %."""
GAP_DECIMALS = 4
"""Decimals of a proven distance from the best, a ratio: 0.0015 and not 0.00."""
WHOLE_OR_SHARE = ("-", "villages or %")
"""Units of columns in which whole numbers are counts: 18 villages beside 99.6 %."""


YEARS = ("year", "observed_year", "must_build_by")
"""Columns that hold a year."""


def is_plain(column: str) -> bool:
    """Whether the numbers of a column name something, a year or a rank, and are written without separators: 2030."""
    return column in YEARS or column == "stt" or "rank" in column.split("_")


@dataclass(frozen=True)
class Column:
    """One column of a result table; its heading and meaning stand in the catalogue of words.

    Attributes
    ----------
    name
        Column name; a number's unit is its ending.
    unit
        Unit, '-' for texts, codes and ratios.
    derived_from
        Layers and parameters that the value comes from, such as 'settlements.households, demand_kwh_per_month'.
    table
        Table that the column stands in, such as 'electricity.ranking'. Its own words are `column.<table>.<name>`; a
        column that reads the same in every table has `column.<name>` instead.
    deprecated
        What replaces the column, and the version that is without it; empty while it stays (docs/schema.md).
    """

    name: str
    unit: str
    derived_from: str
    table: str = ""
    deprecated: str = ""

    @property
    def decimals(self) -> int:
        """Decimals that people's tables and maps show, at most; a price in single units of the currency has more where
        the money unit is small: 0.184 US dollars a kWh."""
        if self.unit.startswith("VND/") and spoken_profile().money.units < read_profile().money.units:
            return 3
        if self.name.endswith("_probability"):
            return PROBABILITY_DECIMALS
        return GAP_DECIMALS if self.name == "gap" else DECIMALS.get(self.unit, 1)

    def heading(self, language: str) -> str:
        """Heading of people's tables and maps."""
        return self._text("heading", language)

    def meaning(self, language: str) -> str:
        """One clause of the data dictionary."""
        return self._text("meaning", language)

    def _text(self, kind: str, language: str) -> str:
        chosen = words(language)
        own = f"column.{self.table}.{self.name}.{kind}"
        return chosen(own if own in chosen else f"column.{self.name}.{kind}")


Columns = tuple[Column, ...]


def table(name: str, *columns: Column) -> Columns:
    """Declare the columns of a table, in their order."""
    return tuple(replace(column, table=name) for column in columns)


def names(columns: Columns) -> list[str]:
    """Give the names in order."""
    return [column.name for column in columns]


def in_one_language(columns: Columns, language: str) -> Columns:
    """Leave out texts in other languages, where a text has a column for each: 'remedy_en' beside 'remedy_vi'."""
    others = tuple(f"_{code}" for code in all_languages() if code != language)
    own = {column.name.removesuffix(f"_{language}") for column in columns if column.name.endswith(f"_{language}")}
    return tuple(c for c in columns if not (c.name.endswith(others) and c.name.rpartition("_")[0] in own))


def in_order(frame: Frame, columns: Columns) -> Frame:
    """Give a frame's declared columns in their order, and its geometry last where it has one.

    Raises
    ------
    KeyError
        The frame lacks a declared column.
    """
    ordered: Frame = frame[names(columns) + (["geometry"] if "geometry" in frame else [])]
    return ordered
