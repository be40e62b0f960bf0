"""What local works, off-grid options and lines of a study cost at one set of prices, and the choice that they pose."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from infragap.analyses.arrays import BoolArray, FloatArray
from infragap.analyses.electricity.demand.local_works import LocalWorks, local_works
from infragap.analyses.electricity.least_cost.choice import TreeProblem, state_problem
from infragap.analyses.electricity.least_cost.line_cost import line_life_cycle
from infragap.analyses.electricity.least_cost.study import Study
from infragap.analyses.electricity.offgrid.compare import OffGrid, compare_offgrid
from infragap.analyses.electricity.parameters import ElectricityParameters


@dataclass(frozen=True, eq=False)
class Costs:
    """Costs of a study at one set of prices.

    Attributes
    ----------
    works
        Local grid works of each settlement.
    offgrid
        Its options without the grid.
    problem
        What is to be chosen.
    """

    works: LocalWorks
    offgrid: OffGrid
    problem: TreeProblem

    @property
    def gain_mvnd(self) -> FloatArray:
        """(n,) what the grid saves each settlement before any line is paid; below 0 where off-grid supply costs less
        than the works on the spot."""
        return self.offgrid.best_mvnd - self.works.total_life_cycle_mvnd


def cost_study(study: Study, parameters: ElectricityParameters, *, barred: BoolArray | None = None) -> Costs:
    """Price local works, off-grid options and lines of a study, and state what is to be chosen.

    Parameters
    ----------
    study
        The study.
    parameters
        Prices and switches; they may differ from those that the study was routed with.
    barred
        (n,) further settlements that must not get the grid.
    """
    works = local_works(study.settlements, parameters)
    offgrid = compare_offgrid(study.settlements, study.resources, parameters)
    inhabited = study.settlements.households > 0
    off_limits = study.forbidden | ~inhabited | (barred if barred is not None else False)
    required = (study.forced | parameters.all_on_grid) & ~off_limits
    problem = state_problem(
        study.network,
        edge_mvnd=line_life_cycle(study.network.components, parameters),
        local_mvnd=works.total_life_cycle_mvnd,
        offgrid_mvnd=np.where(inhabited, offgrid.best_mvnd, 0.0),
        required=required,
        barred=off_limits,
    )
    return Costs(works=works, offgrid=offgrid, problem=problem)
