"""What `plan_electricity` returns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from typing import Any

import geopandas as gpd
import pandas as pd


@dataclass(frozen=True, eq=False)
class ElectricityResult:
    """Tables of the electricity plan; frames with geometry are in the measuring CRS.

    Attributes
    ----------
    settlements
        One row per settlement in the order of the layer, columns `columns.RANKING` (table electricity_ranking).
    lines
        One row per planned line, columns `columns.LINES` (table electricity_lines).
    years
        One row per year and one for what no budget reaches, columns `columns.YEARS` (table electricity_years).
    existing_grid
        The existing medium-voltage lines, as the layer has them.
    grid_extension
        One row per settlement that gets the grid, columns `columns.EXTENSION`, in order of building.
    plan
        Cost, bound, gap, status and the parts that the cost is the sum of.
    summary
        Key numbers.
    targets
        One dictionary per target of the scheme: wanted, reached, missing, and what it costs; as table
        electricity_targets.
    tables
        Further tables: 'sensitivity', 'scenarios', 'backtest'.
    """

    settlements: gpd.GeoDataFrame
    lines: gpd.GeoDataFrame
    years: pd.DataFrame
    existing_grid: gpd.GeoDataFrame
    grid_extension: pd.DataFrame
    plan: dict[str, Any]
    summary: dict[str, Any]
    targets: list[dict[str, Any]]
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)


FOLLOWS = ("settlements", "grid_extension", "targets", "tables")
"""What draws and scenarios enter; all else of a result is the same without them."""


class FollowedResult(ElectricityResult):
    """A result of which `FOLLOWS` are made when one of them is first asked for: scenarios, draws and sensitivity take
    many times as long as the plan.

    Attributes
    ----------
    at_once
        The whole result without draws and scenarios, its ranking included.
    """

    at_once: ElectricityResult

    def __getattr__(self, name: str) -> Any:
        """Make what follows, once."""
        if name not in FOLLOWS:
            raise AttributeError(f"{type(self).__name__} has no attribute {name}")
        whole = self._whole()
        for follows in FOLLOWS:
            object.__setattr__(self, follows, getattr(whole, follows))
        # what it was made from is as large as the study
        object.__setattr__(self, "_whole", None)
        return getattr(self, name)

    def __repr__(self) -> str:
        """Tell what is there; showing a result makes nothing."""
        state = "there" if "settlements" in vars(self) else "made when asked for"
        return f"ElectricityResult({', '.join(FOLLOWS)}: {state}; plan: {self.plan})"

    def __reduce__(self) -> tuple[Any, ...]:
        """Copy and send the whole result."""
        return ElectricityResult, tuple(getattr(self, each.name) for each in fields(ElectricityResult))


def followed(at_once: ElectricityResult, whole: Callable[[], ElectricityResult]) -> FollowedResult:
    """Give the answer that is there, with what makes the whole one."""
    result = object.__new__(FollowedResult)
    there = {each.name: getattr(at_once, each.name) for each in fields(at_once) if each.name not in FOLLOWS}
    for name, value in {**there, "at_once": at_once, "_whole": whole}.items():
        object.__setattr__(result, name, value)
    return result
