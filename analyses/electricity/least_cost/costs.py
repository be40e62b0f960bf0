"""What lines, works and off-grid options of a study cost at one set of prices, and the choice that they pose."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from infragap.analyses.arrays import BoolArray, FloatArray
from infragap.analyses.electricity.demand.local_works import LocalWorks, local_works
from infragap.analyses.electricity.least_cost.choice import SupplyCosts, TreeProblem, state_problem
from infragap.analyses.electricity.least_cost.line_cost import line_life_cycle
from infragap.analyses.electricity.least_cost.study import Study
from infragap.analyses.electricity.least_cost.targets import binding, required_villages
from infragap.analyses.electricity.low_voltage.works import LvWorks, lv_works
from infragap.analyses.electricity.offgrid.compare import OffGrid, compare_offgrid
from infragap.analyses.electricity.offgrid.joint import JointPlants, joint_plants
from infragap.analyses.electricity.offgrid.sharing import least_allocation_mvnd
from infragap.analyses.electricity.parameters import ElectricityParameters


@dataclass(frozen=True, eq=False)
class Costs:
    """Costs of a study at one set of prices.

    Attributes
    ----------
    works
        Works of each settlement with a station of its own.
    low_voltage
        Its supply from a station that stands already.
    offgrid
        Its options without the grid, by itself.
    joint
        Plants that it could share with neighbours.
    charges_mvnd
        (n,) what each is charged off the grid, with the plants that it could share (`least_allocation_mvnd`).
    problem
        What is to be chosen.
    free
        (n,) who may be off the grid.
    made_of
        Settlements, resources, stations and parameters.
    """

    works: LocalWorks
    low_voltage: LvWorks
    offgrid: OffGrid
    joint: JointPlants
    charges_mvnd: FloatArray
    problem: TreeProblem
    free: BoolArray
    made_of: tuple[object, ...]

    @property
    def gain_mvnd(self) -> FloatArray:
        """(n,) what a line saves each settlement before it is paid; below 0 where other supply costs less than the
        works on the spot."""
        return self.problem.without_line_mvnd - self.works.total_life_cycle_mvnd


def must_be_on_grid(study: Study, parameters: ElectricityParameters) -> BoolArray:
    """Settlements that must be on the national grid, (n,): by the user, as villages of the target, or since they hang
    on it already."""
    inhabited = study.settlements.households > 0
    must = study.forced | required_villages(study, binding(study, parameters)) | parameters.all_on_grid
    if not parameters.unsafe_may_leave_grid:
        must = must | study.settlements.has_unsafe_wires
    return np.asarray(must & inhabited & ~study.forbidden)


def cost_study(
    study: Study,
    parameters: ElectricityParameters,
    *,
    barred: BoolArray | None = None,
    household_price_mvnd: float = 0.0,
    like: Costs | None = None,
) -> Costs:
    """Price works, off-grid options and lines of a study, and state what is to be chosen.

    Parameters
    ----------
    study
        The study.
    parameters
        Prices and switches; they may differ from those that the study was routed with.
    barred
        (n,) further settlements for which the grid has no room, by whichever way.
    household_price_mvnd
        Price of a household that is not on the national grid.
    like
        Costs made before: what hangs neither on the network nor on who is barred is taken over, where it was made of
        the same.
    """
    made_of = (study.settlements, study.resources, study.stations, parameters)
    known = like if like is not None and all(a is b for a, b in zip(like.made_of, made_of, strict=True)) else None
    works = known.works if known else local_works(study.settlements, parameters)
    lines_mvnd = works.investment_mvnd["lv"] + works.investment_mvnd["service"]
    if known:
        offgrid, low_voltage = known.offgrid, known.low_voltage
    else:
        offgrid = compare_offgrid(study.settlements, study.resources, parameters, local_mvnd=lines_mvnd)
        low_voltage = lv_works(study.settlements, study.stations, parameters)
    inhabited = study.settlements.households > 0
    without_grid = study.forbidden | (barred if barred is not None else False)
    off_limits = without_grid | ~inhabited
    must = must_be_on_grid(study, parameters)
    free = ~must | without_grid
    if known and np.array_equal(known.free, free):
        joint, charges = known.joint, known.charges_mvnd
    else:
        joint = joint_plants(study.settlements, study.resources, offgrid, free, parameters, local_mvnd=lines_mvnd)
        charges = least_allocation_mvnd(joint)
    supply = SupplyCosts(
        local_mvnd=works.total_life_cycle_mvnd,
        lv_mvnd=np.where(without_grid, np.inf, low_voltage.life_cycle_mvnd),
        offgrid_mvnd=np.where(inhabited, charges, 0.0),
        households=study.settlements.households,
    )
    problem = state_problem(
        study.network,
        edge_mvnd=line_life_cycle(study.network.components, parameters),
        supply=supply,
        must_grid=must,
        barred=off_limits,
        household_price_mvnd=household_price_mvnd,
    )
    return Costs(works, low_voltage, offgrid, joint, charges, problem, free, made_of)
