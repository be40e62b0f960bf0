"""Which existing line feeds each branch and each settlement."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from infragap.analyses.arrays import IntArray
from infragap.analyses.electricity.least_cost.branches import Branches
from infragap.analyses.electricity.least_cost.study import Study

if TYPE_CHECKING:
    from infragap.analyses.electricity.least_cost.outcome import Outcome


def feeder_of(study: Study, outcome: Outcome) -> IntArray:
    """Row of the line that feeds each settlement: of its tap in the plan, otherwise as `Routes.line`."""
    tap_row = branch_feeder(outcome.branches, study)
    branch = outcome.branches.branch_of
    in_tree = branch >= 0
    result = study.routes.line.copy()
    result[in_tree] = tap_row[branch[in_tree]]
    return result


def branch_feeder(branches: Branches, study: Study) -> IntArray:
    """Row of the existing line that each branch hangs on, (branches,)."""
    if len(branches) == 0:
        return np.empty(0, dtype=np.int64)
    tap_cell = np.array([branches.cells[top][0] for top in branches.tap()])
    return np.asarray(study.surface.line_of_cell[study.surface.line_number[tap_cell]])
