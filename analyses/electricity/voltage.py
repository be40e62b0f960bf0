"""The voltage check of a whole plan: every planned tree on the existing feeder that it hangs on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from infragap.analyses.arrays import FloatArray, ObjectArray
from infragap.analyses.electricity.decision import Decision
from infragap.analyses.electricity.feeders import basis_of, extra_cost, judge, load_flow
from infragap.analyses.electricity.hanging import Hanging, feeder_keys, hang
from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.analyses.electricity.ranking import branch_feeder
from infragap.analyses.electricity.study import Study

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
