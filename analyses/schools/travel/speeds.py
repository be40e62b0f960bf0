"""How fast people travel: Tobler's function for walkers, surfaces, slopes and seasons for motorbikes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from infragap.analyses.arrays import FloatArray
from infragap.analyses.schools.codes import RainRule, Season
from infragap.analyses.schools.parameters import SchoolsParameters
from infragap.gis.schema import FOREST_NATURAL, FOREST_NONE

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


def tobler_effort(grade: ArrayLike) -> FloatArray:
    """Time of a step on a slope against the same step on the flat, by Tobler's function.

    Parameters
    ----------
    grade
        Rise over run in the direction of walking, uphill positive.

    Examples
    --------
    >>> tobler_effort([0.0, 0.2, -0.05]).round(3).tolist()
    [1.0, 2.014, 0.839]
    """
    return np.asarray(np.exp(3.5 * (np.abs(np.asarray(grade, np.float64) + 0.05) - 0.05)))


def off_path_kmh(
    forest: NDArray[Any] | None, shape: tuple[int, int], parameters: SchoolsParameters
) -> NDArray[np.float32]:
    """Walking speed off the paths on the flat, by land cover [km/h].

    Parameters
    ----------
    forest
        (rows, columns) class codes as in `infragap.gis.schema`; None = no forest known.
    shape
        Rows and columns.
    parameters
        Speeds and factors.
    """
    speed = np.full(shape, parameters.walk_flat_kmh * parameters.walk_off_path_factor, np.float32)
    if forest is not None:
        speed[forest > FOREST_NONE] *= parameters.walk_plantation_factor
        natural = forest >= FOREST_NATURAL
        speed[natural] *= parameters.walk_natural_forest_factor / parameters.walk_plantation_factor
    return speed


def motorbike_kmh(road_class: str, surface: str, season: Season, parameters: SchoolsParameters) -> float:
    """Speed of a motorbike [km/h]; 0 where it may not or cannot ride.

    Parameters
    ----------
    road_class, surface
        As in the schema of roads. Motorbikes may not use expressways (Road Traffic Order and Safety Law 2024).
    season
        Of the year: in the rain earth roads and tracks are slow or closed, as the parameters say.
    parameters
        Speeds and factors.

    Examples
    --------
    >>> motorbike_kmh("commune", "concrete", Season.DRY, SchoolsParameters())
    22.0
    """
    if road_class == "expressway":
        return 0.0
    dry = float(getattr(parameters, f"motorbike_{surface}_kmh"))
    is_track = road_class == "track" and surface not in PAVED
    if is_track:
        dry = min(dry, parameters.motorbike_track_kmh)
    if season == Season.DRY:
        return dry
    if surface in PAVED:
        return dry * parameters.motorbike_rainy_paved_factor
    if parameters.tracks_in_rain == RainRule.CLOSED and is_track:
        return 0.0
    if surface == "gravel":
        return dry * parameters.motorbike_rainy_gravel_factor
    if parameters.earth_roads_in_rain == RainRule.CLOSED:
        return 0.0
    return min(dry, parameters.motorbike_rainy_earth_kmh)


def slope_factor(grade_pct: ArrayLike, parameters: SchoolsParameters) -> FloatArray:
    """Share of its speed that a motorbike keeps on a slope.

    Parameters
    ----------
    grade_pct
        Rise over run in the direction of riding [%], uphill positive; it loses less downhill than uphill.
    parameters
        Free slope and losses.

    Examples
    --------
    >>> slope_factor([0.0, 12.0, -12.0], SchoolsParameters()).tolist()
    [1.0, 0.92, 0.96]
    """
    grade = np.asarray(grade_pct, np.float64)
    above = np.maximum(np.abs(grade) - parameters.motorbike_slope_free_pct, 0.0)
    loss = np.where(grade > 0, parameters.motorbike_slope_loss, parameters.motorbike_downhill_loss)
    return np.asarray(np.maximum(1.0 - loss * above / 100.0, parameters.motorbike_slope_least_factor))
