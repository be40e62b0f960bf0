"""Which existing feeder planned lines hang on, and each feeder with them as one radial network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from infragap.analyses.arrays import FloatArray, IntArray
from infragap.analyses.electricity.demand.load import design_load_kw
from infragap.analyses.electricity.feeders.existing_feeder import Feeder, trace_feeder
from infragap.analyses.electricity.feeders.radial import Radial, assemble, choose_conductors
from infragap.analyses.electricity.least_cost.outcome import Decision
from infragap.analyses.electricity.least_cost.study import Study
from infragap.analyses.electricity.least_cost.taps import branch_feeder
from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.analyses.electricity.routing.existing_grid import feeder_keys, is_existing_mv

if TYPE_CHECKING:
    from infragap.gis.pack import Pack


@dataclass(frozen=True, eq=False)
class Hanging:
    """One existing feeder and the planned branches on it.

    Attributes
    ----------
    feeder
        Existing line, cut down to the ways to the taps: of trees, then of settlements on the line, then further ones.
    branch
        (b,) planned branches, upstream first.
    place
        (s,) settlements that lie on the line and get the grid.
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
    place: IntArray
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

    def radial(self, conductor: list[str], parameters: ElectricityParameters) -> Radial:
        """Feeder and branches as one network; the branches are its last nodes."""
        return assemble(
            self.feeder,
            parent=self.parent,
            tap=self.tap,
            length_km=self.length_km,
            conductor=conductor,
            load_mw=self.load_mw,
            power_factor=parameters.power_factor,
        )


def hang(
    pack: Pack,
    study: Study,
    decision: Decision,
    parameters: ElectricityParameters,
    key: str,
    *,
    further_cells: IntArray | None = None,
) -> Hanging:
    """Put one feeder and what the plan hangs on it together.

    Parameters
    ----------
    pack, study, decision, parameters
        The plan.
    key
        Of `feeder_keys`.
    further_cells
        Flat cells of the feeder at which something else might be tapped.
    """
    p, branches = parameters, decision.branches
    keys = feeder_keys(pack.grid_lines)
    mine = np.flatnonzero(keys[branch_feeder(branches, study)] == key)
    on_line = np.flatnonzero(decision.on_grid & (branches.branch_of < 0))
    here = on_line[keys[study.routes.line[on_line]] == key]
    roots = mine[branches.parent[mine] < 0]
    further = np.empty(0, dtype=np.int64) if further_cells is None else further_cells
    root_cells = np.array([branches.cells[root][0] for root in roots], dtype=np.int64)
    cells = np.concatenate([root_cells, study.routes.cell[here], further]).astype(np.int64)
    x, y = study.surface.middles(cells)
    lines = pack.grid_lines[is_existing_mv(pack.grid_lines) & (keys == key)]
    feeder = trace_feeder(
        lines,
        _station(pack, lines),
        x,
        y,
        name=key,
        power_factor=p.power_factor,
        served_drop_pct=p.existing_drop_pct,
    )
    load_kw = design_load_kw(study.places.households, p)
    # settlements on the line load the feeder at their own tap
    np.add.at(feeder.existing_mw, feeder.tap_node[len(roots) : len(roots) + len(here)], load_kw[here] / 1000)
    number = np.full(len(branches), -1, dtype=np.int64)
    number[mine] = np.arange(len(mine))
    tap = np.zeros(len(mine), dtype=np.int64)
    tap[number[roots]] = np.arange(len(roots))
    above = branches.parent[mine]
    return Hanging(
        feeder=feeder,
        branch=mine,
        place=here,
        parent=np.where(above >= 0, number[np.maximum(above, 0)], -1),
        tap=tap,
        length_km=branches.length_km[mine],
        load_mw=branches.at_end(load_kw)[mine] / 1000,
        further_tap=len(roots) + len(here) + np.arange(len(further), dtype=np.int64),
    )


def _station(pack: Pack, lines: gpd.GeoDataFrame) -> shapely.Point | None:
    ids = lines["substation_id"].dropna()
    known = pack.substations[pack.substations["substation_id"].isin(ids)]
    return known.geometry.iloc[0] if len(known) else None
