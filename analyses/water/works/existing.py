"""Works on existing schemes: repair or treat those below standard, extend those with spare capacity."""

from __future__ import annotations

import numpy as np
import pandas as pd

from infragap.analyses.arrays import FloatArray
from infragap.analyses.water.codes import SchemeKind, WorkKind
from infragap.analyses.water.service.schemes import Service
from infragap.analyses.water.works.candidate import Candidates


def existing_candidates(
    schemes: pd.DataFrame, service: Service, pairs: pd.DataFrame, uncovered: FloatArray
) -> Candidates:
    """Works on existing rural schemes: repair or treat those below standard, extend those with spare capacity.

    Parameters
    ----------
    schemes, service, pairs
        The schemes, what they serve, and the villages in their reach.
    uncovered
        (villages,) households without water to standard.
    """
    rural = (schemes["kind"] != SchemeKind.URBAN_PLANT).to_numpy()
    below = rural & ~schemes["meets_standard"].to_numpy(dtype=bool)
    spare = np.maximum(service.capacity_households - service.households, 0.0)
    able = np.where(below, service.capacity_households, spare)
    reached = np.bincount(pairs["source"], weights=uncovered[pairs["village"]], minlength=len(schemes))
    rows = np.flatnonzero(rural & (np.minimum(able, reached) >= 1.0))
    table = pd.DataFrame(
        {
            "kind": np.where(below[rows], WorkKind.REPAIR, WorkKind.EXTEND),
            "scheme": rows,
            "capacity_households": able[rows],
            "x": service.sources.x[rows],
            "y": service.sources.y[rows],
            "source_elevation_m": service.sources.head_m[rows],
        }
    )
    number = pd.Series(np.arange(len(rows)), index=rows)
    kept = pairs[pairs["source"].isin(rows) & (uncovered[pairs["village"]] >= 1.0)]
    return Candidates(table, kept.assign(source=number.loc[kept["source"]].to_numpy()).reset_index(drop=True))
