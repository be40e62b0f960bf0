"""What `plan_water` returns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import pandas as pd

from infragap.analyses.water.programme.network import Network


@dataclass(frozen=True, eq=False)
class WaterResult:
    """Answer to the water question; frames with geometry are in the measuring CRS.

    Attributes
    ----------
    villages, communes, works, schemes, pipes
        As in `infragap.analyses.water.columns`; `communes` has no geometry, `pipes` are lines.
    tables
        Further tables by name: boq, frontier, candidates, candidate_links, households, years.
    networks
        The chosen works as engineers' networks, by rank.
    siting
        Every question with cost, people, bound, gap and status, and the plan that is shown. Where nobody lacks water or
        no candidate reaches anybody: no works, 0 people, and status 'optimal', since nothing can be gained.
    summary
        Key numbers.
    """

    villages: gpd.GeoDataFrame
    communes: pd.DataFrame
    works: gpd.GeoDataFrame
    schemes: gpd.GeoDataFrame
    pipes: gpd.GeoDataFrame
    tables: dict[str, pd.DataFrame]
    networks: tuple[Network, ...]
    siting: dict[str, Any]
    summary: dict[str, Any]
