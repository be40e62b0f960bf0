"""Pupils of each village by level, and who may board: distance thresholds by level, or cut off by water."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from infragap.analyses.arrays import BoolArray, FloatArray
from infragap.analyses.schools.parameters import SchoolsParameters


def border_school_weight(villages: pd.DataFrame, parameters: SchoolsParameters) -> FloatArray:
    """Weight of each village in the placement of border schools, which teach primary and lower secondary.

    Parameters
    ----------
    villages
        Columns pupils_primary, pupils_lower_secondary.
    parameters
        `weight_primary`, `weight_lower_secondary`.

    Returns
    -------
    ndarray
        (villages,) weighted pupils.
    """
    primary = parameters.weight_primary * villages["pupils_primary"].to_numpy(float)
    return np.asarray(primary + parameters.weight_lower_secondary * villages["pupils_lower_secondary"].to_numpy(float))


def minority_pupils(pupils: ArrayLike, minority_pct: ArrayLike) -> FloatArray:
    """Pupils of ethnic minorities, taking the village's share of people for that of its pupils; NaN where it is unknown."""
    return np.asarray(np.asarray(pupils, float) * np.asarray(minority_pct, float) / 100)


def threshold_km(level: str, parameters: SchoolsParameters) -> float:
    """Distance from which pupils of a level may board [km]."""
    return float(getattr(parameters, f"boarding_{level}_km"))


def may_board(distance_km: ArrayLike, cut_off: ArrayLike, *, level: str, parameters: SchoolsParameters) -> BoolArray:
    """Whether pupils of a village are entitled to board.

    Parameters
    ----------
    distance_km
        (n,) way to the school [km], inf where there is none.
    cut_off
        (n,) whether the way is blocked part of the year (no bridge), which entitles at any distance.
    level
        A `Level`.
    parameters
        Thresholds.

    Notes
    -----
    Decree 66/2025/NĐ-CP: home at least 4, 7 or 10 km from the school (primary, lower and upper secondary), or blocked terrain.
    The decree also asks for residence in a particularly difficult commune or village, which no layer of the pack holds: these are
    upper numbers.
    """
    return np.asarray((np.asarray(distance_km, float) >= threshold_km(level, parameters)) | np.asarray(cut_off, bool))


def pupils_who_may_board(
    villages: pd.DataFrame,
    distance_km: ArrayLike,
    cut_off: ArrayLike,
    *,
    levels: tuple[str, ...],
    parameters: SchoolsParameters,
) -> FloatArray:
    """Pupils of each village who may board, summed over levels.

    Parameters
    ----------
    villages
        Columns pupils_<level>.
    distance_km, cut_off
        As in `may_board`.
    levels
        Levels that the school teaches.
    parameters
        Thresholds.
    """
    total = np.zeros(len(villages))
    for level in levels:
        entitled = may_board(distance_km, cut_off, level=level, parameters=parameters)
        total += np.where(entitled, villages[f"pupils_{level}"].to_numpy(float), 0.0)
    return total


def cut_off(minutes: Mapping[str, FloatArray]) -> BoolArray:
    """Villages that have a motorbike way in the dry season and none in the rainy one."""
    return np.isfinite(minutes["motorbike_dry"]) & ~np.isfinite(minutes["motorbike_rainy"])
