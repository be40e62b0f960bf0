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
from infragap.analyses.reuse import Memory, content_of, kept_in


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
    steps
        Works, options and charges as they were made, for costs that are `like` these.
    """

    works: LocalWorks
    low_voltage: LvWorks
    offgrid: OffGrid
    joint: JointPlants
    charges_mvnd: FloatArray
    problem: TreeProblem
    steps: Memory

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
        Costs made before: works, options and charges are taken over where they were made of the same.
    """
    s, steps = study.settlements, Memory() if like is None else Memory(dict(like.steps.steps))
    works = kept_in(steps, "works", lambda p: local_works(s, p), parameters, (s,))
    lines_mvnd = works.investment_mvnd["lv"] + works.investment_mvnd["service"]
    low_voltage = kept_in(
        steps, "low voltage", lambda p: lv_works(s, study.stations, p), parameters, (s, study.stations)
    )
    inhabited = s.households > 0
    without_grid = study.forbidden | (barred if barred is not None else False)
    must = must_be_on_grid(study, parameters)
    offgrid, joint, charges = _off_the_grid(steps, study, lines_mvnd, ~must | without_grid, parameters)
    supply = SupplyCosts(
        local_mvnd=works.total_life_cycle_mvnd,
        lv_mvnd=np.where(without_grid, np.inf, low_voltage.life_cycle_mvnd),
        offgrid_mvnd=np.where(inhabited, charges, 0.0),
        households=s.households,
    )
    problem = state_problem(
        study.network,
        edge_mvnd=line_life_cycle(study.network.components, parameters),
        supply=supply,
        must_grid=must,
        barred=without_grid | ~inhabited,
        household_price_mvnd=household_price_mvnd,
    )
    return Costs(works, low_voltage, offgrid, joint, charges, problem, steps)


def _off_the_grid(
    steps: Memory, study: Study, lines_mvnd: FloatArray, free: BoolArray, parameters: ElectricityParameters
) -> tuple[OffGrid, JointPlants, FloatArray]:
    """Options off the grid, plants that neighbours could share, and what each is charged for them; taken over where
    the parameters that they read have not changed."""
    s, resources, by_lines = study.settlements, study.resources, content_of(lines_mvnd)

    def alone(p: ElectricityParameters) -> OffGrid:
        return compare_offgrid(s, resources, p, local_mvnd=lines_mvnd)

    offgrid = kept_in(steps, "options", alone, parameters, (s, resources, by_lines))

    def together(p: ElectricityParameters) -> tuple[JointPlants, FloatArray]:
        joint = joint_plants(s, resources, offgrid, free, p, local_mvnd=lines_mvnd)
        return joint, least_allocation_mvnd(joint)

    given = (s, resources, offgrid, by_lines, content_of(free))
    joint, charges = kept_in(steps, "joint plants", together, parameters, given)
    return offgrid, joint, charges
