"""Journeys of a school year: dry months and rainy months, the way there and the way back."""

from __future__ import annotations

import numpy as np

from infragap.analyses.arrays import FloatArray


def yearly_minutes(dry: FloatArray, rainy: FloatArray, *, rainy_share: float) -> FloatArray:
    """Mean journey over the school year.

    Parameters
    ----------
    dry, rainy
        (villages, sites) minutes of a season, inf = no way.
    rainy_share
        Share of journeys in the rainy season.

    Returns
    -------
    ndarray
        The weighted mean. A village that reaches no site at all in the rainy season travels in the dry one only, so its mean is the dry
        one; for any other village a site that is cut off in the rain stays out of reach.
    """
    cut_off = np.asarray(~np.isfinite(rainy).any(axis=1), bool)
    return np.where(cut_off[:, None], dry, (1 - rainy_share) * dry + rainy_share * rainy)
