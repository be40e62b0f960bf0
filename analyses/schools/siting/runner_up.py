"""What the next best choice would cost."""

from __future__ import annotations

import numpy as np
import pandas as pd

from infragap.analyses.schools.siting.placement import Placement


def second_best(placement: Placement, candidates: pd.DataFrame) -> dict[int, tuple[int, float]]:
    """For each open site the next best candidate of the same school while the other schools stay, and what it adds.

    Returns
    -------
    dict
        Open site → (runner-up candidate, -1 = none; added minutes per weighted pupil that the open site serves, NaN without one).
    """
    sites = placement.median.sites
    result = {}
    for site in sites.tolist():
        others = placement.minutes[:, sites[sites != site]].min(axis=1, initial=np.inf)
        rivals = np.flatnonzero((candidates["school"] == candidates["school"].iloc[site]).to_numpy())
        best = np.minimum(others[:, None], placement.minutes[:, rivals])
        total = np.where(np.isfinite(best).all(axis=0), (placement.weight[:, None] * best).sum(axis=0), np.inf)
        own = total[rivals == site][0]
        total[rivals == site] = np.inf
        served = placement.weight[placement.median.assignment == site].sum()
        runner_up = int(rivals[np.argmin(total)]) if np.isfinite(total).any() else -1
        extra = float((total.min() - own) / served) if runner_up >= 0 and served > 0 else np.nan
        result[site] = runner_up, extra
    return result
