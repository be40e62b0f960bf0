"""Journeys of a school year: dry months and rainy months."""

from __future__ import annotations

import numpy as np

from infragap.analyses.arrays import FloatArray


def yearly_minutes(dry: FloatArray, rainy: FloatArray, *, rainy_share: float, longest_rainy_min: float) -> FloatArray:
    """Mean journey over the school year.

    Parameters
    ----------
    dry, rainy
        Minutes of a season, inf = no way; the rainy way is never the faster one.
    rainy_share
        Share of journeys in the rainy season.
    longest_rainy_min
        Rainy journeys that take longer, or that nobody can make, count as this (at least as long as the dry one):
        whoever cannot travel waits.

    Examples
    --------
    >>> dry, rainy = np.array([30.0, 30.0]), np.array([60.0, np.inf])
    >>> yearly_minutes(dry, rainy, rainy_share=0.5, longest_rainy_min=480.0).tolist()
    [45.0, 255.0]
    """
    waited = np.maximum(dry, np.minimum(rainy, longest_rainy_min))
    return np.where(
        np.isfinite(dry), (1 - rainy_share) * np.where(np.isfinite(dry), dry, 0.0) + rainy_share * waited, np.inf
    )
