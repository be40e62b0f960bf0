"""How fast people travel: Tobler's function for walkers, surfaces, slopes and seasons for motorbikes."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from infragap.analyses.arrays import FloatArray
from infragap.analyses.schools.codes import Season
from infragap.analyses.schools.parameters import SchoolsParameters

PAVED = ("asphalt", "concrete")


def tobler_kmh(grade: ArrayLike) -> FloatArray:
    """Walking speed on a path by Tobler's hiking function [km/h].

    Parameters
    ----------
    grade
        Rise over run in the direction of walking, uphill positive.

    Examples
    --------
    >>> tobler_kmh([0.0, 0.2, -0.05, -0.2]).round(2).tolist()
    [5.04, 2.5, 6.0, 3.55]

    References
    ----------
    Tobler, W. (1993): Three presentations on geographical analysis and modeling. NCGIA technical report 93-1.
    """
    return np.asarray(6.0 * np.exp(-3.5 * np.abs(np.asarray(grade, np.float64) + 0.05)))


def motorbike_kmh(road_class: str, surface: str, season: Season, parameters: SchoolsParameters) -> float:
    """Speed of a motorbike [km/h]; 0 on expressways, which motorbikes may not use (Road Traffic Order and Safety Law 2024).

    Parameters
    ----------
    road_class, surface
        As in the schema of roads.
    season
        Of the year.
    parameters
        Speeds and factors.
    """
    if road_class == "expressway":
        return 0.0
    dry = float(getattr(parameters, f"motorbike_{surface}_kmh"))
    if road_class == "track" and surface not in PAVED:
        dry = min(dry, parameters.motorbike_track_kmh)
    if season == Season.DRY:
        return dry
    if surface in PAVED:
        return dry * parameters.motorbike_rainy_paved_factor
    if surface == "gravel":
        return dry * parameters.motorbike_rainy_gravel_factor
    return min(dry, parameters.motorbike_rainy_earth_kmh)


def slope_factor(grade_pct: ArrayLike, parameters: SchoolsParameters) -> FloatArray:
    """Share of its speed that a motorbike keeps on a road of this slope [%], whichever way it goes."""
    above = np.maximum(np.asarray(grade_pct, np.float64) - parameters.motorbike_slope_free_pct, 0.0)
    return np.maximum(1.0 - parameters.motorbike_slope_loss * above / 100.0, parameters.motorbike_slope_least_factor)
