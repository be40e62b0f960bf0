"""The voltage check of a whole plan: every planned tree on the existing feeder that it hangs on."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

import numpy as np

from infragap.analyses.arrays import BoolArray, FloatArray, ObjectArray
from infragap.analyses.electricity.codes import VoltageBasis, VoltageStatus
from infragap.analyses.electricity.feeders.existing_feeder import Feeder
from infragap.analyses.electricity.feeders.extended_feeder import ExtendedFeeder, Hung, extend_feeder
from infragap.analyses.electricity.feeders.load_flow import load_flow
from infragap.analyses.electricity.feeders.radial import RadialFeeder
from infragap.analyses.electricity.least_cost.plan import Plan
from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.analyses.electricity.routing.existing_grid import is_existing_mv
from infragap.analyses.reuse import content_of, remembered_alone


@dataclass(frozen=True, eq=False)
class FeederVoltage:
    """The voltage of one feeder.

    Attributes
    ----------
    extended
        The feeder and the planned branches on it.
    today_pct, after_pct
        (k,) drop at each of its nodes, the branches apart, without the plan and with it; NaN where there is no
        solution.
    """

    extended: ExtendedFeeder
    today_pct: FloatArray
    after_pct: FloatArray


@dataclass(frozen=True, eq=False)
class Check:
    """What the load flow says, for every branch of the plan, all (branches,) unless said.

    Attributes
    ----------
    drop_pct, loading_pct
        At the lower end, from the busbar; and of the conductor's limit.
    status
        `VoltageStatus`: 'ok', or why it fails.
    tap_drop_pct, tap_today_pct
        At the tap of the branch's tree, with the plan and without it.
    added_pct
        What the branch's tree adds at the lower end: its own drop from the tap on, and its part of what all new lines
        together add at the tap.
    basis
        `VoltageBasis`: whether the existing line's course and load are known.
    feeders
        Every feeder that was looked at, and its voltage.
    settlement_drop_pct
        (n,) drop at each grid settlement; NaN off the grid or where the feeder cannot be solved.
    """

    drop_pct: FloatArray
    loading_pct: FloatArray
    status: ObjectArray
    tap_drop_pct: FloatArray
    tap_today_pct: FloatArray
    added_pct: FloatArray
    basis: ObjectArray
    feeders: list[FeederVoltage]
    settlement_drop_pct: FloatArray

    @property
    def failing(self) -> BoolArray:
        """Branches that do not hold."""
        return np.asarray(self.status != VoltageStatus.OK)


def check_voltage(plan: Plan, *, all_feeders: bool = True) -> Check:
    """Run the load flow of every feeder, without the plan and with it, and judge every branch by what it adds.

    Parameters
    ----------
    plan
        The plan.
    all_feeders
        Whether to look at feeders without new load too, for the list of what is amiss today.
    """
    p, study, branches = plan.parameters, plan.study, plan.branches
    count = len(branches)
    hung = Hung.of(plan)
    looked_at = {*hung.branch, *hung.settlement}
    if all_feeders:
        looked_at |= set(study.grid.keys[is_existing_mv(study.grid.lines, study.grid.levels)])
    extended_feeders = [extend_feeder(plan, hung, key, with_ends=all_feeders) for key in sorted(looked_at)]
    basis = np.full(count, "", dtype=object)
    drop, loading = np.full(count, np.nan), np.full(count, np.nan)
    tap_drop, tap_today, tap_part = (np.full(count, np.nan) for _ in range(3))
    settlement_drop = np.full(len(study.settlements), np.nan)
    feeders = []
    of = "all feeders" if all_feeders else "feeders with new load"
    after = _flow(f"flow of {of}, with the plan", [extended.radial(p) for extended in extended_feeders])
    today = _flow(f"flow of {of}, today", [extended.today(p) for extended in extended_feeders])
    for extended, (node_drop, node_loading), (drop_today, _) in zip(extended_feeders, after, today, strict=True):
        k, mine = len(extended.feeder.parent), extended.branch
        basis[mine] = basis_of(extended.feeder).value
        drop[mine], loading[mine] = node_drop[k:], node_loading[k:]
        at_tap, roots = extended.feeder.tap_node, mine[extended.parent < 0]
        tap_drop[roots], tap_today[roots] = (each[at_tap[: len(roots)]] for each in (node_drop, drop_today))
        tap_part[roots] = own_part_at_tap(extended, p)
        settlement_drop[extended.settlement] = node_drop[at_tap[len(roots) : len(roots) + len(extended.settlement)]]
        feeders.append(FeederVoltage(extended, drop_today, node_drop[:k]))
    tap_drop, tap_today, tap_part = (each[branches.tap()] for each in (tap_drop, tap_today, tap_part))
    added = drop - tap_drop + (tap_drop - tap_today) * tap_part
    served = branches.branch_of >= 0
    settlement_drop[served] = drop[branches.branch_of[served]]
    status = [judge(drop[b], added[b], loading[b], p).value for b in range(count)]
    return Check(
        drop_pct=drop,
        loading_pct=loading,
        status=np.array(status, dtype=object),
        tap_drop_pct=tap_drop,
        tap_today_pct=tap_today,
        added_pct=added,
        basis=basis,
        feeders=feeders,
        settlement_drop_pct=settlement_drop,
    )


def _flow(step: str, feeders: list[RadialFeeder]) -> list[tuple[FloatArray, FloatArray]]:
    """Load flow of all feeders, or the one of the last plan where all are the same: each hangs a little on the others
    by the number of rounds."""
    content = content_of(*(getattr(radial, part.name) for radial in feeders for part in fields(radial)))
    return remembered_alone(step, lambda: load_flow(feeders), (content,))


def own_part_at_tap(extended: ExtendedFeeder, parameters: ElectricityParameters) -> FloatArray:
    """Part of the further drop at its tap that each tree brings about itself, by the linear sum, (trees,)."""
    after, today = extended.radial(parameters), extended.today(parameters)
    tangent = math.tan(math.acos(parameters.power_factor))
    to_node = (today.r_ohm_per_km + today.x_ohm_per_km * tangent) * today.length_km
    for node in range(1, len(to_node)):
        to_node[node] += to_node[today.parent[node]]
    trees = int((extended.parent < 0).sum())
    load_mw = np.bincount(extended.tap_of_branch, weights=extended.load_mw, minlength=trees)[:trees]
    at = extended.feeder.tap_node[:trees]
    own = 100 * load_mw * to_node[at] / (after.voltage_kv**2 * after.busbar_pu)
    all_of_it = after.linear_drop_pct()[at] - today.linear_drop_pct()[at]
    return np.asarray(np.divide(own, all_of_it, out=np.ones(trees), where=all_of_it > 1e-12))


def judge(drop_pct: float, added_pct: float, loading_pct: float, parameters: ElectricityParameters) -> VoltageStatus:
    """Say whether a branch holds, and if not why.

    Notes
    -----
    It holds where the whole drop is within the medium-voltage share, or where its tree adds no more than
    `added_drop_limit_pct`: what is amiss on the feeder today, and what all new lines together bring about, stands once
    in the list of feeders.

    Examples
    --------
    >>> judge(9.02, 0.02, 10.0, ElectricityParameters()).value
    'ok'
    """
    p = parameters
    if np.isnan(drop_pct):
        return VoltageStatus.NO_SOLUTION
    if loading_pct > 100:
        return VoltageStatus.OVERLOADED
    holds = drop_pct <= p.mv_drop_limit_pct or added_pct <= p.added_drop_limit_pct
    return VoltageStatus.OK if holds else VoltageStatus.TOO_LONG


def basis_of(feeder: Feeder) -> VoltageBasis:
    """Say what is known of the existing feeder: a drop without its load is the least it can be."""
    if feeder.load_known:
        return VoltageBasis.KNOWN if feeder.drawn else VoltageBasis.COURSE_ASSUMED
    return VoltageBasis.LOAD_UNKNOWN if feeder.drawn else VoltageBasis.COURSE_ASSUMED_LOAD_UNKNOWN
