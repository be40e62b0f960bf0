"""Which existing line feeds each branch and each settlement."""

from __future__ import annotations

import geopandas as gpd
import numpy as np

from infragap.analyses.arrays import IntArray
from infragap.analyses.electricity.least_cost.branches import Branches
from infragap.analyses.electricity.least_cost.outcome import Decision
from infragap.analyses.electricity.least_cost.study import Study


def feeder_of(study: Study, decision: Decision, grid_lines: gpd.GeoDataFrame) -> IntArray:
    """Row in `grid_lines` that feeds each settlement: of its tap in the plan, otherwise of its own way; -1 where there is none."""
    tap_row = branch_feeder(decision.branches, study)
    branch = decision.branches.branch_of
    in_tree = branch >= 0
    result = study.routes.line.copy()
    result[in_tree] = tap_row[branch[in_tree]]
    return np.where(result < len(grid_lines), result, -1)


def branch_feeder(branches: Branches, study: Study) -> IntArray:
    """Row in `grid_lines` that each branch hangs on, (branches,)."""
    if len(branches) == 0:
        return np.empty(0, dtype=np.int64)
    tap_cell = np.array([branches.cells[top][0] for top in branches.tap()])
    return np.asarray(study.surface.line_of_cell[study.surface.line_number[tap_cell]])
