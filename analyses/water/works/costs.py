"""Cost of works by kind and size."""

from __future__ import annotations

import numpy as np

from infragap.analyses.arrays import FloatArray, ObjectArray
from infragap.analyses.water.codes import WorkKind
from infragap.analyses.water.hydraulics.formulas import break_tanks
from infragap.analyses.water.parameters import WaterParameters
from infragap.analyses.water.works.candidate import Candidates

SMALL_HOUSEHOLDS, LARGE_HOUSEHOLDS = 100.0, 200.0
"""Sizes between which the cost per household of a new scheme falls, as in the norms."""


def works_cost_mvnd(
    kind: ObjectArray,
    households: FloatArray,
    main_km: FloatArray,
    head_m: FloatArray,
    p: WaterParameters,
) -> FloatArray:
    """Cost of works [million VND]: repair by household; new and extended by household (cheaper when larger), main beyond 1 km, tanks."""
    per_household = np.interp(
        households,
        [SMALL_HOUSEHOLDS, LARGE_HOUSEHOLDS],
        [p.small_scheme_mvnd_per_household, p.large_scheme_mvnd_per_household],
    )
    tanks = break_tanks(head_m, zone_m=p.pressure_zone_m) * p.break_tank_mvnd
    built = households * per_household + np.maximum(main_km - 1.0, 0.0) * p.main_mvnd_per_km + tanks
    return np.asarray(
        np.where(kind == WorkKind.REPAIR, households * p.repair_mvnd_per_household, built), dtype=np.float64
    )


def candidate_costs_mvnd(candidates: Candidates, uncovered: FloatArray, p: WaterParameters) -> FloatArray:
    """Cost of each candidate at the size that it would be built for."""
    table, pairs = candidates.table, candidates.pairs
    reached = np.bincount(pairs["source"], weights=uncovered[pairs["village"]], minlength=len(table))
    households = np.minimum(table["capacity_households"].to_numpy(), reached)
    nearest = pairs.groupby("source")["main_km"].min().reindex(range(len(table)), fill_value=0.0).to_numpy()
    head = pairs.groupby("source")["head_m"].max().reindex(range(len(table)), fill_value=0.0).to_numpy()
    return works_cost_mvnd(table["kind"].to_numpy(), households, nearest, head, p)
