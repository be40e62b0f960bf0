"""Who may board: distance thresholds by level, or difficult terrain on the way, each with its reason kept."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from infragap.analyses.arrays import BoolArray, FloatArray
from infragap.analyses.schools.codes import Level
from infragap.analyses.schools.parameters import SchoolsParameters
from infragap.analyses.schools.pupils.terrain import WayToSchool


def threshold_km(level: Level, parameters: SchoolsParameters) -> float:
    """Distance from which pupils of a level may board [km].

    Examples
    --------
    >>> [threshold_km(level, SchoolsParameters()) for level in Level]
    [4.0, 7.0, 10.0]
    """
    return float(getattr(parameters, f"boarding_{level}_km"))


def minority_pupils(pupils: ArrayLike, minority_pct: ArrayLike) -> FloatArray:
    """Pupils of ethnic minorities, taking the village's share of people for that of its pupils; NaN where it is
    unknown."""
    return np.asarray(np.asarray(pupils, float) * np.asarray(minority_pct, float) / 100)


@dataclass(frozen=True, eq=False)
class Entitlement:
    """Which villages' pupils may board, and why.

    Attributes
    ----------
    by_distance
        By level: (n,) the way is at least as long as the law asks for.
    by_terrain
        (n,) difficult terrain on the way, or cut off in the rain.
    """

    by_distance: dict[Level, BoolArray]
    by_terrain: BoolArray

    def may_board(self, level: Level) -> BoolArray:
        """(n,) whether the pupils of a level may board."""
        return self.by_distance[level] | self.by_terrain


def entitlement(way: WayToSchool, parameters: SchoolsParameters) -> Entitlement:
    """Decide who may board.

    Notes
    -----
    Decree 66/2025/NĐ-CP: home at least 4, 7 or 10 km from the school as travelled (primary, lower and upper secondary),
    or difficult terrain: no bridge, pass or high mountain, landslide zone. The decree also asks for residence in a
    region III, II or I commune or a specially difficult village, which no layer of the pack holds, and leaves it to the
    province to name the areas of difficult terrain: these are upper numbers.
    """
    rough = np.array([bool(one.kinds(parameters)) for one in way.terrain], bool)
    return Entitlement(
        by_distance={
            level: np.isfinite(way.km) & (np.round(way.km, 2) >= threshold_km(level, parameters)) for level in Level
        },
        by_terrain=rough | way.cut_off(parameters.day_limit_min),
    )


def pupils_of(villages: pd.DataFrame, level: Level) -> FloatArray:
    """(villages,) pupils of a level."""
    return villages[f"pupils_{level}"].to_numpy(float)
