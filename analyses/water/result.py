"""What `plan_water` returns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import pandas as pd


@dataclass(frozen=True, eq=False)
class WaterResult:
    """Tables of the water question; frames with geometry are in the measuring CRS.

    Attributes
    ----------
    villages, communes, works, schemes
        As in `infragap.analyses.water.columns`; `communes` has no geometry.
    siting
        Choice of works: people covered, bound, gap, status, cost, and what the 2030 target would take. Where nobody lacks water or no
        candidate reaches anybody: no works, 0 people, and status 'optimal', since nothing can be gained.
    summary
        Key numbers.
    """

    villages: gpd.GeoDataFrame
    communes: pd.DataFrame
    works: gpd.GeoDataFrame
    schemes: gpd.GeoDataFrame
    siting: dict[str, Any]
    summary: dict[str, Any]
