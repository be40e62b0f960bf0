"""How the columns of a result table are described: the data dictionary that goes with every run."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """One column of a result table.

    Attributes
    ----------
    name
        Column name; a number's unit is its ending.
    unit
        Unit, '-' for texts, codes and ratios.
    meaning
        One clause in English.
    heading_vi
        Vietnamese heading for people's tables and maps.
    derived_from
        Layers and parameters that the value comes from, such as 'settlements.households, demand_kwh_per_month'.
    """

    name: str
    unit: str
    meaning: str
    heading_vi: str
    derived_from: str
