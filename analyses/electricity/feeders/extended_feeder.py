"""Which existing feeder feeds planned lines, and each feeder with them as one radial network."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from infragap.analyses.arrays import FloatArray, IntArray
from infragap.analyses.electricity.demand.load import design_load_kw
from infragap.analyses.electricity.feeders.existing_feeder import Feeder, trace_feeder
from infragap.analyses.electricity.feeders.radial import RadialFeeder, choose_conductors, hang_branches
from infragap.analyses.electricity.least_cost.plan import Plan
from infragap.analyses.electricity.least_cost.taps import branch_feeder
from infragap.analyses.electricity.parameters import ElectricityParameters


@dataclass(frozen=True, eq=False)
class ExtendedFeeder:
    """One existing feeder and the planned branches on it.

    Attributes
    ----------
    feeder
        Existing line, cut down to the ways to the taps: of trees, then of settlements on the line, then further ones.
    branch
        (b,) planned branches, upstream first.
    settlement
        (s,) those that lie on the line and get the grid.
    parent
        (b,) branch above, counted within `branch`; -1 at a tap.
    tap
        (b,) number of the tap of a branch with parent -1.
    length_km, load_mw
        (b,) length, and load at the lower end.
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
    further_tap: IntArray

    def conductors(self, parameters: ElectricityParameters) -> list[str]:
        """Lightest conductors that keep the drop."""
        return choose_conductors(
            self.feeder,
            parent=self.parent,
            tap=self.tap,
            length_km=self.length_km,
            load_mw=self.load_mw,
            power_factor=parameters.power_factor,
            limit_pct=parameters.mv_drop_limit_pct,
        )

    def radial(self, conductor: list[str], parameters: ElectricityParameters) -> RadialFeeder:
        """Feeder and branches as one network; the branches are its last nodes."""
        return hang_branches(
            self.feeder,
            parent=self.parent,
            tap=self.tap,
            length_km=self.length_km,
            conductor=conductor,
            load_mw=self.load_mw,
            power_factor=parameters.power_factor,
        )


def extend_feeder(plan: Plan, key: str, *, further_cells: IntArray | None = None) -> ExtendedFeeder:
    """Put one feeder and what the plan hangs on it together.

    Parameters
    ----------
    plan
        The plan.
    key
        Of `ExistingGrid.keys`.
    further_cells
        Flat cells of the feeder at which something else might be tapped.
    """
    p, study, branches = plan.parameters, plan.study, plan.branches
    keys = study.grid.keys
    mine = np.flatnonzero(keys[branch_feeder(branches, study)] == key)
    on_line = np.flatnonzero(plan.outcome.on_grid & (branches.branch_of < 0))
    here = on_line[keys[study.routes.line[on_line]] == key]
    roots = mine[branches.parent[mine] < 0]
    further = np.empty(0, dtype=np.int64) if further_cells is None else further_cells
    root_cells = np.array([branches.cells[root][0] for root in roots], dtype=np.int64)
    cells = np.concatenate([root_cells, study.routes.cell[here], further]).astype(np.int64)
    x, y = study.surface.middles(cells)
    pieces = study.grid.pieces(key)
    feeder = trace_feeder(
        pieces,
        study.grid.station_of(pieces),
        x,
        y,
        name=key,
        power_factor=p.power_factor,
        served_drop_pct=p.existing_drop_pct,
        join_tolerance_m=p.feeder_join_tolerance_m,
    )
    load_kw = design_load_kw(study.settlements.households, p)
    # settlements on the line load the feeder at their own tap
    np.add.at(feeder.existing_mw, feeder.tap_node[len(roots) : len(roots) + len(here)], load_kw[here] / 1000)
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
        load_mw=branches.at_end(load_kw)[mine] / 1000,
        further_tap=len(roots) + len(here) + np.arange(len(further), dtype=np.int64),
    )
