"""One plant for several neighbouring settlements, joined by a small tree of lines of their own: which groups could
share one, and what that costs."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray
from infragap.analyses.electricity.codes import Supply
from infragap.analyses.electricity.demand.groups import Groups
from infragap.analyses.electricity.demand.life_cycle import line_factor, station_factor
from infragap.analyses.electricity.demand.load import design_peak_kw
from infragap.analyses.electricity.demand.local_works import distribution_mvnd, terrain
from infragap.analyses.electricity.demand.settlements import Settlements
from infragap.analyses.electricity.offgrid.compare import OPTIONS, OffGrid, Resources, shared_options
from infragap.analyses.electricity.offgrid.hydro import STEP_UP_KM, Reach
from infragap.analyses.electricity.offgrid.neighbours import neighbour_groups, trees_of
from infragap.analyses.electricity.offgrid.option import Option
from infragap.analyses.electricity.parameters import ElectricityParameters

LV_MOMENT_KW_KM = 16.6
"""Load times length that a cable of 4 × 70 mm² carries at a drop of 5 % (engineering facts 3); what is more needs a
transformer at each end of the line."""


@dataclass(frozen=True, eq=False)
class JointPlants:
    """Groups that could share a plant.

    Attributes
    ----------
    members
        (groups, n) sparse: 1 where a settlement belongs to a group.
    cost_mvnd, investment_mvnd
        (groups,) of the whole: plant, lines between the members, their local lines and services.
    supply
        (groups,) index into `OPTIONS`.
    options
        Options of the groups, for their sizes.
    alone_mvnd
        (n,) what each costs with its best supply of its own.
    peak_kw
        (groups,) design peak of all members together.
    id_rank
        (n,) of the settlements, so that the order of the rows decides nothing.
    """

    members: sparse.csr_array
    cost_mvnd: FloatArray
    investment_mvnd: FloatArray
    supply: IntArray
    options: dict[Supply, Option]
    alone_mvnd: FloatArray
    id_rank: IntArray
    peak_kw: FloatArray

    def __len__(self) -> int:
        """Number of groups."""
        return len(self.cost_mvnd)

    def rows(self, group: int) -> IntArray:
        """Members of one group."""
        return np.asarray(
            self.members.indices[self.members.indptr[group] : self.members.indptr[group + 1]], dtype=np.int64
        )

    def shares(self, group: int) -> FloatArray:
        """Cost of a group by member: in proportion to what each would pay alone, so that nobody pays more than that."""
        alone = self.alone_mvnd[self.rows(group)]
        return np.asarray(self.cost_mvnd[group] * alone / alone.sum())


def joint_plants(
    settlements: Settlements,
    resources: Resources,
    offgrid: OffGrid,
    free: BoolArray,
    parameters: ElectricityParameters,
    *,
    local_mvnd: FloatArray | None = None,
) -> JointPlants:
    """Price a joint plant for every group of neighbours, and keep the groups that cost less than each alone.

    Parameters
    ----------
    settlements, resources, offgrid
        The settlements, what nature gives, and their options alone.
    free
        (n,) settlements that may be off the grid.
    parameters
        Prices and demand.
    local_mvnd
        (n,) investment in local lines and services; worked out where nothing is said.

    Notes
    -----
    A group is up to four settlements, joined one to the next within `joint_plant_km` (each to its four nearest). Lines
    between them are their shortest tree, times the winding of wires, of low voltage; a stretch of more than a kilometre
    or more load than that carries gets a transformer at each end. The plant stands at the largest member, or on any
    stream of a member.
    """
    p = parameters
    alone = np.where(np.isfinite(offgrid.best_mvnd), offgrid.best_mvnd, np.inf)
    can = free & (settlements.households > 0) & np.isfinite(alone)
    groups = neighbour_groups(settlements, can, p)
    if not len(groups):
        # drawn positions may lie nearer: its kernel is compiled in any case, so that a warmed run compiles nothing
        trees_of(settlements, groups, groups.first_largest(settlements.households), settlements.households)
        return no_joint_plants(alone, settlements.id_rank)
    whole = _as_settlements(settlements, groups)
    local = distribution_mvnd(settlements, p) if local_mvnd is None else local_mvnd
    of_group = groups.sums(local)
    water = replace(resources.water, reach=_reach_of(groups, resources.water.reach))
    options = shared_options(whole, replace(resources, water=water), p, local_mvnd=of_group)
    cost = np.column_stack([np.where(each.lasting(p), each.life_cycle_mvnd, np.inf) for each in options.values()])
    best = cost.argmin(axis=1)
    plant, most = cost[np.arange(len(groups)), best], groups.sums(alone) * (1 - 1e-9)
    lines, line_investment = _lines_between(settlements, groups, p)
    total = plant + lines
    kept = np.flatnonzero(total < most)
    investment = np.column_stack([each.investment_mvnd[kept] for each in options.values()])
    rows = groups.member[kept][groups.filled[kept]]
    start = np.concatenate([[0], np.cumsum(groups.size[kept])])
    members = sparse.csr_array((np.ones(len(rows)), rows, start), shape=(len(kept), len(alone)))
    supply = np.array([OPTIONS.index(tuple(options)[k]) for k in best[kept]], dtype=np.int64)
    return JointPlants(
        members=members,
        cost_mvnd=total[kept],
        investment_mvnd=investment[np.arange(len(kept)), best[kept]] + line_investment[kept],
        supply=supply,
        options={name: each.chosen(kept) for name, each in options.items()},
        alone_mvnd=alone,
        id_rank=settlements.id_rank,
        peak_kw=design_peak_kw(whole, p)[kept],
    )


def no_joint_plants(alone_mvnd: FloatArray, id_rank: IntArray) -> JointPlants:
    """Give no groups at all."""
    empty = np.empty(0)
    members = sparse.csr_array((0, len(alone_mvnd)))
    return JointPlants(members, empty, empty, np.empty(0, dtype=np.int64), {}, alone_mvnd, id_rank, empty)


def _as_settlements(settlements: Settlements, groups: Groups) -> Settlements:
    """Each group as one settlement at its largest member."""
    largest = groups.first_largest(settlements.households)
    return replace(
        settlements,
        households=groups.sums(settlements.households),
        commune=settlements.commune[largest],
        x=settlements.x[largest],
        y=settlements.y[largest],
        roughness=settlements.roughness[largest],
        at_lower_kv=settlements.at_lower_kv[largest],
        has_home_system=np.zeros(len(groups), dtype=bool),
        position_accuracy_m=settlements.position_accuracy_m[largest],
        is_village=np.zeros(len(groups), dtype=bool),
        has_unsafe_wires=np.zeros(len(groups), dtype=bool),
        spread_m=np.full(len(groups), np.nan),
        id_rank=np.arange(len(groups)),
        other=None if settlements.other is None else settlements.other.chosen(groups),
        outage_hours=None,
    )


def _lines_between(
    settlements: Settlements, groups: Groups, parameters: ElectricityParameters
) -> tuple[FloatArray, FloatArray]:
    """Life-cycle cost and investment of the lines between the members of each group, (groups,)."""
    p = parameters
    peak, ground = design_peak_kw(settlements, p), terrain(settlements, p)
    trees = trees_of(settlements, groups, groups.first_largest(settlements.households), peak)
    rough, step_ups = groups.means(ground), np.zeros(len(groups))
    for km, load_kw in zip(trees.km.T, trees.carried.T, strict=True):
        step_ups += (km > STEP_UP_KM) | (load_kw * km > LV_MOMENT_KW_KM)
    wire = trees.total_km * p.lv_line_mvnd_per_km * rough
    stations = step_ups * 2 * p.transformer_50_mvnd * rough
    return wire * line_factor(p) + stations * station_factor(p), wire + stations


def _reach_of(groups: Groups, reach: Reach) -> Reach:
    """Streams of each group: those of its members, in the order of the settlements' rows."""
    most = int(max(groups.member.max(initial=-1), reach.settlement.max(initial=-1)))
    start = np.searchsorted(reach.settlement, np.arange(most + 2))
    near = np.flatnonzero(groups.any(np.diff(start) > 0))
    members = np.sort(groups.member[near], axis=1)
    group, place = np.nonzero(members >= 0)
    group, member = near[group], members[group, place]
    count = start[member + 1] - start[member]
    within = np.arange(int(count.sum())) - np.repeat(np.cumsum(count) - count, count)
    pair = np.repeat(start[member], count) + within
    return Reach(np.repeat(group, count).astype(np.int64), reach.site[pair], reach.wire_km[pair])
