"""Which existing feeder feeds planned lines, and each feeder with them as one radial network."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from infragap.analyses.arrays import FloatArray, IntArray
from infragap.analyses.electricity.assumptions.builds import Build
from infragap.analyses.electricity.demand.load import design_load_kw
from infragap.analyses.electricity.feeders.existing_feeder import Feeder, trace_feeder
from infragap.analyses.electricity.feeders.radial import RadialFeeder, hang_branches
from infragap.analyses.electricity.headroom.limits import added_load_kw
from infragap.analyses.electricity.least_cost.plan import Plan
from infragap.analyses.electricity.least_cost.taps import branch_feeder
from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.analyses.electricity.routing.existing_grid import rows_of_each
from infragap.analyses.reuse import content_of, remembered


@dataclass(frozen=True, eq=False)
class ExtendedFeeder:
    """One existing feeder and the planned branches on it.

    Attributes
    ----------
    feeder
        Existing line, cut down to the ways to the taps: of trees, then of settlements without a new line, then further
        ones.
    branch
        (b,) planned branches, upstream first.
    settlement
        (s,) those that it feeds without a new line: they lie on it, or a standing station supplies them.
    parent
        (b,) branch above, counted within `branch`; -1 at a tap.
    tap
        (b,) number of the tap of a branch with parent -1.
    length_km, load_mw, build
        (b,) length, load at the lower end, and wires with conductor.
    settlement_mw
        (k,) what those add at each node of the feeder.
    further_tap
        Numbers of the further taps.
    """

    feeder: Feeder
    branch: IntArray
    settlement: IntArray
    parent: IntArray
    tap: IntArray
    length_km: FloatArray
    load_mw: FloatArray
    build: tuple[Build, ...]
    settlement_mw: FloatArray
    further_tap: IntArray

    @property
    def tap_of_branch(self) -> IntArray:
        """(b,) number of the tap that each branch's tree hangs on."""
        tap = self.tap.copy()
        for branch, above in enumerate(self.parent.tolist()):
            if above >= 0:
                tap[branch] = tap[above]
        return tap

    def radial(self, parameters: ElectricityParameters) -> RadialFeeder:
        """Feeder and branches as one network; the branches are its last nodes."""
        with_settlements = replace(self.feeder, existing_mw=self.feeder.existing_mw + self.settlement_mw)
        return hang_branches(
            with_settlements,
            parent=self.parent,
            tap=self.tap,
            length_km=self.length_km,
            build=self.build,
            load_mw=self.load_mw,
            parameters=parameters,
        )

    def today(self, parameters: ElectricityParameters) -> RadialFeeder:
        """The feeder without anything planned."""
        nothing = np.empty(0, dtype=np.int64)
        return hang_branches(
            self.feeder,
            parent=nothing,
            tap=nothing,
            length_km=np.empty(0),
            build=(),
            load_mw=np.empty(0),
            parameters=parameters,
        )


@dataclass(frozen=True, eq=False)
class Hung:
    """What a plan hangs on all feeders, worked out once for each of them.

    Attributes
    ----------
    branch, settlement
        Planned branches, and settlements that get the grid without a new line, by the key of their feeder.
    added_kw, at_end_kw
        (n,) what each settlement adds, (branches,) load at the lower end of each branch. A new line carries the whole
        load of a settlement; what unsafe wires draw today stands in the load of the feeder already.
    """

    branch: dict[str, IntArray]
    settlement: dict[str, IntArray]
    added_kw: FloatArray
    at_end_kw: FloatArray

    @classmethod
    def of(cls, plan: Plan) -> Hung:
        """Look at a plan."""
        study, branches, keys, routes = plan.study, plan.branches, plan.study.grid.keys, plan.study.routes
        fed = plan.outcome.national_grid & (branches.branch_of < 0) & (routes.line >= 0) & (routes.cell >= 0)
        without_line = np.flatnonzero(fed)
        here = rows_of_each(keys[routes.line[without_line]])
        return cls(
            branch=rows_of_each(keys[branch_feeder(branches, study)]),
            settlement={key: without_line[places] for key, places in here.items()},
            added_kw=added_load_kw(study.settlements, plan.parameters),
            at_end_kw=branches.at_end(design_load_kw(study.settlements, plan.parameters)),
        )


def extend_feeder(
    plan: Plan, hung: Hung, key: str, *, further_cells: IntArray | None = None, with_ends: bool = False
) -> ExtendedFeeder:
    """Put one feeder and what the plan hangs on it together.

    Parameters
    ----------
    plan, hung
        The plan, and what it hangs on all feeders.
    key
        Of `ExistingGrid.keys`.
    further_cells
        Flat cells of the feeder at which something else might be tapped.
    with_ends
        Whether the ways to the feeder's ends are kept too.
    """
    p, study, branches = plan.parameters, plan.study, plan.branches
    none = np.empty(0, dtype=np.int64)
    mine, here = hung.branch.get(key, none), hung.settlement.get(key, none)
    roots = mine[branches.parent[mine] < 0]
    further = none if further_cells is None else further_cells
    root_cells = np.array([branches.cells[root][0] for root in roots], dtype=np.int64)
    cells = np.concatenate([root_cells, study.routes.cell[here], further]).astype(np.int64)
    x, y = study.surface.middles(cells)

    def traced(parameters: ElectricityParameters) -> Feeder:
        pieces = study.grid.pieces(key)
        return trace_feeder(
            pieces,
            study.grid.station_of(pieces),
            x,
            y,
            name=key,
            power_factor=parameters.power_factor,
            served_drop_pct=parameters.existing_drop_pct,
            join_tolerance_m=parameters.feeder_join_tolerance_m,
            with_ends=with_ends,
        )

    step = f"feeder {key}, {'all ends' if with_ends else 'taps'}{', further taps' if further_cells is not None else ''}"
    feeder = remembered(step, traced, p, (study.grid, content_of(x, y)))
    # settlements without a new line load the feeder where it passes them
    settlement_mw = np.zeros(len(feeder.parent))
    np.add.at(settlement_mw, feeder.tap_node[len(roots) : len(roots) + len(here)], hung.added_kw[here] / 1000)
    number = np.full(len(branches), -1, dtype=np.int64)
    number[mine] = np.arange(len(mine))
    tap = np.zeros(len(mine), dtype=np.int64)
    tap[number[roots]] = np.arange(len(roots))
    above = branches.parent[mine]
    return ExtendedFeeder(
        feeder=feeder,
        branch=mine,
        settlement=here,
        parent=np.where(above >= 0, number[np.maximum(above, 0)], -1),
        tap=tap,
        length_km=branches.length_km[mine],
        load_mw=hung.at_end_kw[mine] / 1000,
        build=tuple(plan.outcome.sizes.build[b] for b in mine.tolist()),
        settlement_mw=settlement_mw,
        further_tap=len(roots) + len(here) + np.arange(len(further), dtype=np.int64),
    )
