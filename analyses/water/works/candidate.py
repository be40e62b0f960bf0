"""What a list of candidate works holds."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class Candidates:
    """Works that may be chosen.

    Attributes
    ----------
    table
        kind (repair, extend, new), scheme (row of the existing scheme, -1 for new), capacity_households, x, y, source_elevation_m.
    pairs
        source (row of `table`), village, main_km, head_m.
    """

    table: pd.DataFrame
    pairs: pd.DataFrame
