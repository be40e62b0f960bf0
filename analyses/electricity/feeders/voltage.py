"""The voltage check of a whole plan: every planned tree on the existing feeder that it hangs on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from infragap.analyses.arrays import BoolArray, FloatArray, ObjectArray
from infragap.analyses.electricity.codes import VoltageBasis, VoltageStatus
from infragap.analyses.electricity.feeders.existing_feeder import Feeder
from infragap.analyses.electricity.feeders.extended_feeder import ExtendedFeeder, extend_feeder
from infragap.analyses.electricity.feeders.load_flow import load_flow
from infragap.analyses.electricity.feeders.radial import extra_cost
from infragap.analyses.electricity.least_cost.plan import Plan
from infragap.analyses.electricity.least_cost.taps import branch_feeder
from infragap.analyses.electricity.parameters import ElectricityParameters


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
        `VoltageStatus`: 'ok', or why it fails.
    extra_mvnd
        Conductor beyond AC-70.
    tap_drop_pct
        At the tap of the branch's tree.
    basis
        `VoltageBasis`: whether the existing line's course and load are known.
    feeders
        Every feeder that gets new load, and the drop at each of its nodes.
    settlement_drop_pct
        (n,) drop at each grid settlement; NaN off the grid or where the feeder cannot be solved.
    """

    conductor: ObjectArray
    drop_pct: FloatArray
    loading_pct: FloatArray
    status: ObjectArray
    extra_mvnd: FloatArray
    tap_drop_pct: FloatArray
    basis: ObjectArray
    feeders: list[tuple[ExtendedFeeder, FloatArray]]
    settlement_drop_pct: FloatArray

    @property
    def failing(self) -> BoolArray:
        """Branches that do not hold."""
        return np.asarray(self.status != VoltageStatus.OK)


def check_voltage(plan: Plan) -> Check:
    """Choose conductors and run the load flow for every planned branch."""
    p, study, outcome, branches = plan.parameters, plan.study, plan.outcome, plan.branches
    count = len(branches)
    keys = study.grid.keys
    on_line = outcome.on_grid & (branches.branch_of < 0)
    loaded = sorted({*keys[branch_feeder(branches, study)], *keys[study.routes.line[on_line]]})
    extended_feeders = [extend_feeder(plan, key) for key in loaded]
    conductors = [extended.conductors(p) for extended in extended_feeders]
    radials = [extended.radial(names, p) for extended, names in zip(extended_feeders, conductors, strict=True)]
    conductor, basis = np.full(count, "AC-50", dtype=object), np.full(count, "", dtype=object)
    drop, loading, tap_drop = np.full(count, np.nan), np.full(count, np.nan), np.full(count, np.nan)
    settlement_drop = np.full(len(study.settlements), np.nan)
    feeders = []
    for extended, names, (node_drop, node_loading) in zip(
        extended_feeders, conductors, load_flow(radials), strict=True
    ):
        k, mine = len(extended.feeder.parent), extended.branch
        conductor[mine], basis[mine] = names, basis_of(extended.feeder).value
        drop[mine], loading[mine] = node_drop[k:], node_loading[k:]
        at_tap = node_drop[extended.feeder.tap_node]
        roots = mine[extended.parent < 0]
        tap_drop[roots] = at_tap[: len(roots)]
        settlement_drop[extended.settlement] = at_tap[len(roots) :]
        feeders.append((extended, node_drop[:k]))
    tap_drop = tap_drop[branches.tap()]
    served = branches.branch_of >= 0
    settlement_drop[served] = drop[branches.branch_of[served]]
    return Check(
        conductor=conductor,
        drop_pct=drop,
        loading_pct=loading,
        status=np.array([judge(drop[b], tap_drop[b], loading[b], p).value for b in range(count)], dtype=object),
        extra_mvnd=extra_cost(list(conductor), branches.length_km, p),
        tap_drop_pct=tap_drop,
        basis=basis,
        feeders=feeders,
        settlement_drop_pct=settlement_drop,
    )


def judge(drop_pct: float, tap_drop_pct: float, loading_pct: float, parameters: ElectricityParameters) -> VoltageStatus:
    """Say whether a branch holds, and if not why."""
    limit = parameters.mv_drop_limit_pct
    if np.isnan(drop_pct):
        return VoltageStatus.NO_SOLUTION
    if loading_pct > 100:
        return VoltageStatus.OVERLOADED
    if drop_pct <= limit:
        return VoltageStatus.OK
    return VoltageStatus.WEAK_AT_TAP if tap_drop_pct > limit else VoltageStatus.TOO_LONG


def basis_of(feeder: Feeder) -> VoltageBasis:
    """Say what is known of the existing feeder: a drop without its load is the least it can be."""
    if feeder.load_known:
        return VoltageBasis.KNOWN if feeder.drawn else VoltageBasis.COURSE_ASSUMED
    return VoltageBasis.LOAD_UNKNOWN if feeder.drawn else VoltageBasis.COURSE_ASSUMED_LOAD_UNKNOWN
