"""Shares of households with electricity, as the scheme counts them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np

from infragap.analyses.arrays import BoolArray

if TYPE_CHECKING:
    pass


def without_electricity(settlements: gpd.GeoDataFrame) -> BoolArray:
    """Settlements whose households count as without electricity, as the scheme counts: nothing, or donated kits; unsafe
    wires of their own do count."""
    return np.asarray(settlements["supply"].isin(("none", "solar_home")))


def share_pct(households: float, without: float) -> float:
    """Part of the households that is not without [%]; NaN where their number is unknown."""
    return 100 * (households - without) / households if households > 0 else math.nan
