"""The voltage check of a whole plan: every planned tree on the existing feeder that it hangs on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from infragap.analyses.arrays import FloatArray, ObjectArray
from infragap.analyses.electricity.feeders.existing_feeder import Feeder
from infragap.analyses.electricity.feeders.extended_feeder import Hanging, hang
from infragap.analyses.electricity.feeders.load_flow import load_flow
from infragap.analyses.electricity.feeders.radial import extra_cost
from infragap.analyses.electricity.least_cost.outcome import Decision
from infragap.analyses.electricity.least_cost.study import Study
from infragap.analyses.electricity.least_cost.taps import branch_feeder
from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.analyses.electricity.routing.existing_grid import feeder_keys

if TYPE_CHECKING:
    from infragap.gis.pack import Pack


@dataclass(frozen=True, eq=False)
class Check:
    """What the load flow says, for every branch of the plan, all (branches,) unless said.

    Attributes
    ----------
    conductor
        Chosen conductor.
    drop_pct, loading_pct
        At the lower end, and of the conductor's limit.
    status
        'ok' or why it fails.
    extra_mvnd
        Conductor beyond AC-70.
    tap_drop_pct
        At the tap of the branch's tree.
    basis
        What the check rests on: whether the existing line's course and load are known.
    feeders
        Every feeder that gets new load, and the drop at each of its nodes.
    """

    conductor: ObjectArray
    drop_pct: FloatArray
    loading_pct: FloatArray
    status: ObjectArray
    extra_mvnd: FloatArray
    tap_drop_pct: FloatArray
    basis: ObjectArray
    feeders: list[tuple[Hanging, FloatArray]]


def check_voltage(
    pack: Pack, study: Study, decision: Decision, parameters: ElectricityParameters
) -> tuple[Check, FloatArray]:
    """Choose conductors and run the load flow for every planned branch.

    Returns
    -------
    check
        By branch.
    settlement_drop_pct
        (n,) drop at each grid settlement; NaN off the grid or where the feeder cannot be solved.
    """
    p, branches = parameters, decision.branches
    count = len(branches)
    keys = feeder_keys(pack.grid_lines)
    on_line = decision.on_grid & (branches.branch_of < 0)
    loaded = sorted({*keys[branch_feeder(branches, study)], *keys[study.routes.line[on_line]]})
    hangings = [hang(pack, study, decision, p, key) for key in loaded]
    conductors = [hanging.conductors(p) for hanging in hangings]
    radials = [hanging.radial(names, p) for hanging, names in zip(hangings, conductors, strict=True)]
    conductor, basis = np.full(count, "AC-50", dtype=object), np.full(count, "", dtype=object)
    drop, loading, tap_drop = np.full(count, np.nan), np.full(count, np.nan), np.full(count, np.nan)
    settlement_drop = np.full(len(study.places), np.nan)
    feeders = []
    for hanging, names, (node_drop, node_loading) in zip(hangings, conductors, load_flow(radials), strict=True):
        k, mine = len(hanging.feeder.parent), hanging.branch
        conductor[mine], basis[mine] = names, basis_of(hanging.feeder)
        drop[mine], loading[mine] = node_drop[k:], node_loading[k:]
        at_tap = node_drop[hanging.feeder.tap_node]
        roots = mine[hanging.parent < 0]
        tap_drop[roots] = at_tap[: len(roots)]
        settlement_drop[hanging.place] = at_tap[len(roots) :]
        feeders.append((hanging, node_drop[:k]))
    tap_drop = tap_drop[branches.tap()]
    served = branches.branch_of >= 0
    settlement_drop[served] = drop[branches.branch_of[served]]
    return Check(
        conductor=conductor,
        drop_pct=drop,
        loading_pct=loading,
        status=np.array([judge(drop[b], tap_drop[b], loading[b], p) for b in range(count)], dtype=object),
        extra_mvnd=extra_cost(list(conductor), branches.length_km, p),
        tap_drop_pct=tap_drop,
        basis=basis,
        feeders=feeders,
    ), settlement_drop


def judge(drop_pct: float, tap_drop_pct: float, loading_pct: float, parameters: ElectricityParameters) -> str:
    """Say whether a branch holds, and if not why."""
    limit = parameters.mv_drop_limit_pct
    if np.isnan(drop_pct):
        return "the load flow has no solution: the existing feeder is far beyond its reach"
    if loading_pct > 100:
        return "conductor overloaded"
    if drop_pct <= limit:
        return "ok"
    if tap_drop_pct > limit:
        return "the existing feeder is beyond the limit at the tap already"
    return "the new line is too long for its load"


def basis_of(feeder: Feeder) -> str:
    """Say what is known of the existing feeder: a drop without its load is the least it can be."""
    known = "load published" if feeder.load_known else "load not published, drop understated"
    return f"{known}; {'drawn course' if feeder.drawn else 'course not drawn, straight way assumed'}"
