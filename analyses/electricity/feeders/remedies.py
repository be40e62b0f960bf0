"""What helps planned trees that do not keep the voltage, and what each way costs: regulator, upper level, another tap,
own supply."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray, ObjectArray
from infragap.analyses.electricity.assumptions.builds import line_mvnd_per_km
from infragap.analyses.electricity.codes import Remedy
from infragap.analyses.electricity.demand.life_cycle import line_factor, station_factor
from infragap.analyses.electricity.demand.load import design_load_kw
from infragap.analyses.electricity.feeders.existing_feeder import Feeder
from infragap.analyses.electricity.feeders.other_taps import TapChange, find_tap_changes
from infragap.analyses.electricity.feeders.radial import REGULATOR_BOOST_PCT
from infragap.analyses.electricity.feeders.voltage import Check
from infragap.analyses.electricity.headroom.limits import HeadroomLedger
from infragap.analyses.electricity.least_cost.plan import Plan
from infragap.analyses.electricity.least_cost.taps import branch_feeder
from infragap.analyses.electricity.parameters import ElectricityParameters

SINGLE = (Remedy.REGULATOR, Remedy.STEP_UP, Remedy.OTHER_TAP, Remedy.OFFGRID)
"""What can help one tree by itself; of equal costs the first is taken."""


@dataclass(frozen=True, eq=False)
class TreeRemedies:
    """Every way to help one tree that fails.

    Attributes
    ----------
    root
        Uppermost branch of the tree.
    failing
        Its branches that do not hold.
    drop_pct, tap_drop_pct
        Largest drop of those, and that at its tap.
    tap_today_pct
        That at its tap without the plan.
    mvnd
        Life-cycle cost of each remedy beyond the plan; inf where it does not suffice.
    change
        Cheapest change of tap that holds and finds headroom; None where there is none.
    cheapest_alone
        Remedy that costs least for this tree alone.
    """

    root: int
    failing: IntArray
    drop_pct: float
    tap_drop_pct: float
    tap_today_pct: float
    mvnd: Mapping[Remedy, float]
    change: TapChange | None
    cheapest_alone: Remedy


@dataclass(frozen=True, eq=False)
class Remedies:
    """What helps, and what it costs.

    Attributes
    ----------
    code
        (branches,) `Remedy` taken, on each branch that fails; empty elsewhere.
    mvnd
        (branches,) its life-cycle cost beyond the plan, on the uppermost branch of the tree; NaN where nothing that has
        a price helps.
    regulator_km
        (branches,) distance from the substation of a regulator that several trees share; NaN elsewhere.
    trees
        Every tree that fails, by its uppermost branch.
    """

    code: ObjectArray
    mvnd: FloatArray
    regulator_km: FloatArray
    trees: tuple[TreeRemedies, ...]


def find_remedies(plan: Plan, check: Check, *, other_taps: bool = True) -> Remedies:
    """Price every way that suffices for every tree that fails, and take the cheapest.

    Parameters
    ----------
    plan, check
        The plan and its voltage.
    other_taps
        Whether to look for other taps, which takes longest.

    Notes
    -----
    All costs are life-cycle costs beyond the plan. A tree fails as its worst branch does. Where one regulator on a
    feeder costs less than the
    remedies of the trees behind it that it lifts enough, it is taken for all of them and stands once, on the first.
    """
    branches = plan.branches
    trees = _each_tree(plan, check, other_taps=other_taps)
    count = len(branches)
    found = Remedies(np.full(count, "", dtype=object), np.zeros(count), np.full(count, np.nan), tuple(trees))
    for tree in trees:
        found.code[tree.failing] = tree.cheapest_alone.value
        found.mvnd[tree.root] = tree.mvnd.get(tree.cheapest_alone, np.nan)
    _share_regulators(found, check, branches.tap(), plan.parameters)
    return found


def _each_tree(plan: Plan, check: Check, *, other_taps: bool) -> list[TreeRemedies]:
    branches, p, grid = plan.branches, plan.parameters, plan.study.grid
    top, row = branches.tap(), branch_feeder(branches, plan.study)
    failing = check.failing
    # what is beyond the share today stays so wherever the tree goes
    within = ~failing & (check.drop_pct <= p.mv_drop_limit_pct)
    roots = np.unique(top[failing])
    row_of_root = {int(root): int(row[root]) for root in roots}
    changes = find_tap_changes(plan, ok=within, row_of_root=row_of_root) if other_taps else {}
    ledger = HeadroomLedger(grid.limits, dict(plan.loading.added_kw))
    load_kw = branches.below(design_load_kw(plan.study.settlements, p))
    left = np.maximum(plan.costs.offgrid.best_mvnd - plan.outcome.choice_mvnd, 0.0)
    leaving = branches.below(np.where(plan.costs.problem.required, np.inf, left))
    found = []
    for root in roots.tolist():
        tree = np.flatnonzero(top == root)
        bad = tree[failing[tree]]
        here, load = int(row[root]), float(load_kw[root])
        worst = worst_drop_pct(check, bad)
        change = next((c for c in changes.get(root, []) if ledger.fits(c.row, instead_of=here, load_kw=load)), None)
        lifted = regulator_lifts(worst, check.drop_pct[_meeting(bad, branches.parent)], p)
        tap_drop = float(check.tap_drop_pct[root])
        length_km, voltage_kv = float(branches.length_km[tree].sum()), float(grid.voltage_kv[here])
        mvnd = {
            Remedy.REGULATOR: p.regulator_mvnd * station_factor(p) if lifted else np.inf,
            Remedy.STEP_UP: step_up_mvnd(worst, tap_drop, voltage_kv=voltage_kv, length_km=length_km, parameters=p),
            Remedy.OTHER_TAP: change.investment_mvnd * line_factor(p) if change is not None else np.inf,
            Remedy.OFFGRID: float(leaving[root]),
        }
        taken = min(SINGLE, key=lambda remedy: mvnd[remedy])
        taken = taken if np.isfinite(mvnd[taken]) else Remedy.NEARER_SUBSTATION
        if taken == Remedy.OTHER_TAP and change is not None:
            ledger.take(change.row, instead_of=here, load_kw=load)
        found.append(
            TreeRemedies(
                root=root,
                failing=bad,
                drop_pct=float(check.drop_pct[bad].max()),
                tap_drop_pct=tap_drop,
                tap_today_pct=float(check.tap_today_pct[root]),
                mvnd=mvnd,
                change=change,
                cheapest_alone=taken,
            )
        )
    return found


def worst_drop_pct(check: Check, bad: IntArray) -> float:
    """Largest drop of the branches that fail; inf where one has no solution or is overloaded, which no voltage
    helps."""
    hopeless = np.isnan(check.drop_pct[bad]) | (check.loading_pct[bad] > 100)
    return float(np.where(hopeless, np.inf, check.drop_pct[bad]).max())


def _meeting(bad: IntArray, parent: IntArray) -> int:
    """Lowest branch behind which all the named branches lie, itself perhaps one of them."""
    ways = []
    for branch in bad.tolist():
        way = [branch]
        while parent[way[-1]] >= 0:
            way.append(int(parent[way[-1]]))
        ways.append(set(way))
    return int(max(set.intersection(*ways)))  # every branch comes after the one above it


def regulator_lifts(
    worst_drop_pct: ArrayLike, place_drop_pct: ArrayLike, parameters: ElectricityParameters
) -> BoolArray:
    """Whether a regulator lifts enough.

    Parameters
    ----------
    worst_drop_pct
        Largest drop behind it.
    place_drop_pct
        Drop where it stands.
    parameters
        The limit, which holds upwards too.

    Notes
    -----
    It lifts by `REGULATOR_BOOST_PCT` at most, and not above the upper limit where it stands.

    Examples
    --------
    A regulator where the drop is 5 % lifts by 10 %: 17 % behind it becomes 7 %, which is the limit.

    >>> regulator_lifts([17.0, 17.1], 5.0, ElectricityParameters()).tolist()
    [True, False]
    """
    limit = parameters.mv_drop_limit_pct
    boost = np.minimum(REGULATOR_BOOST_PCT, limit + np.asarray(place_drop_pct, dtype=np.float64))
    return np.asarray(np.asarray(worst_drop_pct, dtype=np.float64) - boost <= limit)


def step_up_mvnd(
    worst_drop_pct: float,
    tap_drop_pct: float,
    *,
    voltage_kv: float,
    length_km: float,
    parameters: ElectricityParameters,
) -> float:
    """Life-cycle cost of building a tree for the upper level behind a transformer at the tap on a feeder of the lower;
    inf where that does not suffice.

    Notes
    -----
    The drop along the new lines falls by ``(U / upper)²``; that of the existing feeder stays as it is.
    """
    p = parameters
    after_pct = tap_drop_pct + (worst_drop_pct - tap_drop_pct) * (voltage_kv / p.levels.upper_kv) ** 2
    if p.levels.is_upper(voltage_kv) or not after_pct <= p.mv_drop_limit_pct:
        return np.inf
    dearer_per_km = max(line_mvnd_per_km(p, upper=True) - line_mvnd_per_km(p, upper=False), 0.0)
    return p.step_up_mvnd * station_factor(p) + dearer_per_km * length_km * line_factor(p)


def _share_regulators(found: Remedies, check: Check, top: IntArray, parameters: ElectricityParameters) -> None:
    """Take one regulator on a feeder for several of its trees, as long as some node saves more than it costs."""
    price = parameters.regulator_mvnd * station_factor(parameters)
    worst_pct = np.zeros(len(top))
    for tree in found.trees:
        worst_pct[tree.root] = worst_drop_pct(check, tree.failing)
    for each in check.feeders:
        extended, node_drop_pct = each.extended, each.after_pct
        if not (worst_pct[extended.branch] > 0).any():
            continue
        roots = extended.branch[extended.parent < 0]
        km = _from_station_km(extended.feeder)
        behind = _behind(extended.feeder.parent)[:, extended.feeder.tap_node[: len(roots)]]
        waiting = worst_pct[roots] > 0
        while waiting.any():
            lifted = behind & waiting & regulator_lifts(worst_pct[roots], node_drop_pct[:, np.newaxis], parameters)
            lifted[0] = False  # not in the substation itself
            saved = np.where(lifted, np.nan_to_num(found.mvnd[roots], nan=np.inf), 0.0).sum(axis=1)
            # of nodes that serve the same trees the farthest: what lies before it needs no lift
            node = int(np.lexsort((km, saved))[-1])
            if not saved[node] > price:
                break
            helped = roots[lifted[node]]
            lifted_branches = np.isin(top, helped) & check.failing
            found.code[lifted_branches] = Remedy.SHARED_REGULATOR.value
            found.regulator_km[lifted_branches] = km[node]
            found.mvnd[helped] = 0.0
            found.mvnd[helped[0]] = price
            waiting = waiting & ~lifted[node]


def _behind(parent: IntArray) -> BoolArray:
    """Whether node j is node i or lies behind it, (nodes, nodes)."""
    behind = np.eye(len(parent), dtype=bool)
    for node in range(len(parent) - 1, 0, -1):
        behind[parent[node]] |= behind[node]
    return behind


def _from_station_km(feeder: Feeder) -> FloatArray:
    """Length of the way from the station to each node, (nodes,)."""
    distance_km = feeder.length_km.copy()
    for node in range(1, len(distance_km)):
        distance_km[node] += distance_km[feeder.parent[node]]
    return distance_km
