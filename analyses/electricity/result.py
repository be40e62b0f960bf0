"""What `plan_electricity` returns."""

from __future__ import annotations

from dataclasses import dataclass, field
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
