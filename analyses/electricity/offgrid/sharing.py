"""Which groups of neighbours share a plant, and what each settlement is charged for that while nothing is decided."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray
from infragap.analyses.electricity.offgrid.joint import JointPlants
from infragap.analyses.solvers.mixed_integer import Program, minimise, row_prices
from infragap.analyses.solvers.stopping import Meter, Stop

FEW = 10
"""Up to so many groups that hang together all choices among them are counted out."""

MANY = 5_000
"""From so many groups on the shares of the best choice are not tried as charges: among 20,000 some group was charged
more than it costs in every draw that was looked at, after a third of the time of the dual."""

BUNDLE = 400
"""Groups beyond that, chosen together in one programme at least."""

PRICED_TOGETHER = 2_000
"""Groups whose duals are looked for in one programme at least: in one of all groups each step takes longer the more
there are, and each of many small ones has to be set up."""


def least_allocation_mvnd(joint: JointPlants) -> FloatArray:
    """What each settlement is charged off the grid, (n,), so that no group can supply its members for less than they
    are charged together.

    Notes
    -----
    ``Σ y ≤ cost`` for every group and ``y ≤ alone``: so the sum over any settlements is a lower bound of what any
    choice of plants for them costs, and a plan priced with y has a bound that holds with joint plants. Where the shares
    of the best choice of groups are such charges, they are taken; otherwise the dual of its relaxation, ``max Σ y``.
    """
    result = joint.alone_mvnd.copy()
    rows = _members_of(joint, np.arange(len(joint)))
    if len(rows) == 0:
        return result
    if len(joint) < MANY and _charged_by_shares(joint, result):
        return result
    result = joint.alone_mvnd.copy()
    prices = np.zeros(len(result))
    for groups in _bundled(_hanging_together(joint, np.arange(len(joint))), PRICED_TOGETHER):
        of_groups = _members_of(joint, groups)
        duals = row_prices(_program(joint, of_groups, groups))
        if duals is None:
            return _least_shares_mvnd(joint)
        prices[of_groups] = duals
    # rounding must not let a group pay more than it costs
    over = float(np.max(joint.members @ prices - joint.cost_mvnd, initial=0.0))
    result[rows] = np.minimum(prices[rows] - over, joint.alone_mvnd[rows])
    return result


def _least_shares_mvnd(joint: JointPlants) -> FloatArray:
    """Charges that are possible without any programme, (n,): of what each costs alone the part that its cheapest group
    takes, so no group is charged more than it costs."""
    part = np.ones(len(joint.alone_mvnd))
    member = np.repeat(np.arange(len(joint)), np.diff(joint.members.indptr))
    together = joint.members @ np.where(np.isfinite(joint.alone_mvnd), joint.alone_mvnd, 0.0)
    np.minimum.at(part, joint.members.indices, (joint.cost_mvnd / together)[member])
    return np.where(part < 1, part * joint.alone_mvnd, joint.alone_mvnd)


def _charged_by_shares(joint: JointPlants, charged_mvnd: FloatArray) -> bool:
    """Charge everybody its share of the best choice of groups, (n,) in place; whether no group is charged more than it
    costs. Where one is, those that hang together with more groups are not looked at any more."""
    meter = _meter()
    for groups in _apart(joint, np.arange(len(joint))):
        for g in _chosen(joint, groups, meter):
            charged_mvnd[joint.rows(g)] = joint.shares(g)
        together = joint.members[groups] @ np.where(np.isfinite(charged_mvnd), charged_mvnd, 0.0)
        if not (together <= joint.cost_mvnd[groups] * (1 + 1e-9)).all():
            return False
    return True


def charges_mvnd(joint: JointPlants, off: BoolArray, at_least_mvnd: FloatArray) -> FloatArray:
    """What each settlement is charged off the grid, (n,), so that those off the grid in a known plan are charged most.

    Parameters
    ----------
    joint
        The groups.
    off
        (n,) who is off the grid.
    at_least_mvnd
        (n,) least charge of the others: below it they might rather be off the grid too. Such charges must be possible.

    Notes
    -----
    As in `least_allocation_mvnd`, no group costs less than its members are charged together.
    """
    result = joint.alone_mvnd.copy()
    rows = _members_of(joint, np.arange(len(joint)))
    if len(rows) == 0:
        return result
    whole = _program(joint, rows, np.arange(len(joint)))
    more = len(rows)
    # somebody's charge may be below nothing, where that lets neighbours of two groups be charged what they pay alone
    least = np.where(off, np.minimum(at_least_mvnd, 0.0), at_least_mvnd)[rows]
    prices = row_prices(
        replace(
            whole,
            objective=np.concatenate([whole.objective, -least]),
            lower=np.zeros(len(whole.lower) + more),
            upper=np.full(len(whole.upper) + more, np.inf),
            integer=np.zeros(len(whole.integer) + more, dtype=bool),
            rows=sparse.csr_array(sparse.hstack([whole.rows, -sparse.eye_array(more)])),
            row_lower=off[rows].astype(np.float64),
            row_upper=off[rows].astype(np.float64),
        )
    )
    if prices is None:
        return at_least_mvnd
    charged = np.zeros(len(result))
    charged[rows] = prices
    over = max(float(np.max(joint.members @ charged - joint.cost_mvnd, initial=0.0)), 0.0)
    result[rows] = np.minimum(prices - over, joint.alone_mvnd[rows])
    return result


def _members_of(joint: JointPlants, groups: IntArray) -> IntArray:
    """Settlements of some groups, in the order of their identifiers."""
    if len(groups) == 0:
        return np.empty(0, dtype=np.int64)
    rows = np.flatnonzero(np.asarray(joint.members[groups].sum(axis=0)).ravel() > 0)
    return np.asarray(rows[np.argsort(joint.id_rank[rows])], dtype=np.int64)


def best_groups(joint: JointPlants, off: BoolArray) -> IntArray:
    """Groups that share a plant when some settlements are off the grid: those that save most, each settlement in one at
    most; group of each settlement, (n,), -1 where it has its own supply.

    Raises
    ------
    RuntimeError
        The solver found no choice, which having none of the groups is.
    """
    group_of = np.full(len(off), -1, dtype=np.int64)
    if not len(joint):
        return group_of
    on_grid = np.asarray(joint.members @ (~off).astype(np.float64)).ravel() > 0
    usable = np.flatnonzero(~on_grid)
    if len(usable) == 0:
        return group_of
    meter = _meter()
    for groups in _apart(joint, usable):
        for g in _chosen(joint, groups, meter):
            group_of[joint.rows(g)] = g
    return group_of


def _meter() -> Meter:
    """Work that a choice among all groups may take."""
    return Meter(Stop(0.0, 5.0))


def _chosen(joint: JointPlants, groups: IntArray, meter: Meter) -> list[int]:
    """Of groups that hang together those that save most."""
    return _most_saved(joint, groups) if len(groups) <= FEW else _least_cost(joint, groups, meter)


def _apart(joint: JointPlants, groups: IntArray) -> list[IntArray]:
    """Groups by those that hang together, the fewest first; those of more than `FEW` bundled, since a programme of its
    own for each takes longer than its solution."""
    parts = sorted(_hanging_together(joint, groups), key=len)
    few = [each for each in parts if len(each) <= FEW]
    return few + _bundled(parts[len(few) :], BUNDLE)


def _hanging_together(joint: JointPlants, groups: IntArray) -> list[IntArray]:
    """Groups by those that hang together through members that they share, in the order of their first ones."""
    belongs, count = joint.members[groups], len(groups)
    group = np.repeat(np.arange(count), np.diff(belongs.indptr))
    size = count + belongs.shape[1]
    joins = sparse.csr_array((np.ones(len(group)), (group, count + belongs.indices)), shape=(size, size))
    part = connected_components(joins, directed=False)[1][:count]
    return np.split(groups[np.argsort(part, kind="stable")], np.cumsum(np.bincount(part))[:-1])


def _bundled(parts: list[IntArray], at_least: int) -> list[IntArray]:
    """Parts put together, in their order, until there are so many groups in each bundle but the last."""
    bundles, bundled, count = [], 0, 0
    for k, part in enumerate(parts):
        count += len(part)
        if count >= at_least or k == len(parts) - 1:
            bundles.append(np.sort(np.concatenate(parts[bundled : k + 1])))
            bundled, count = k + 1, 0
    return bundles


def _most_saved(joint: JointPlants, groups: IntArray) -> list[int]:
    """Of a few groups those without a common member that save most, all choices counted out."""
    members = [frozenset(joint.rows(g).tolist()) for g in groups.tolist()]
    saved = [float(joint.alone_mvnd[joint.rows(g)].sum() - joint.cost_mvnd[g]) for g in groups.tolist()]
    best: tuple[float, tuple[int, ...]] = (0.0, ())

    def look(first: int, free_of: frozenset[int], value: float, chosen: tuple[int, ...]) -> None:
        nonlocal best
        if value > best[0] * (1 + 1e-12):
            best = value, chosen
        if value + sum(saved[first:]) <= best[0]:
            return
        for k in range(first, len(members)):
            if not members[k] & free_of:
                look(k + 1, free_of | members[k], value + saved[k], (*chosen, k))

    look(0, frozenset(), 0.0, ())
    return [int(groups[k]) for k in best[1]]


def _least_cost(joint: JointPlants, groups: IntArray, meter: Meter) -> list[int]:
    """Of groups that hang together those that save most, by integer programming."""
    program = _program(joint, _members_of(joint, groups), groups)
    outcome = minimise(replace(program, upper=np.ones(len(program.upper))), meter)
    if outcome.values is None:
        raise RuntimeError("no choice of joint plants was found, though none at all is one")
    return [int(g) for g, taken in zip(groups, outcome.values[: len(groups)], strict=True) if taken > 0.5]


def _program(joint: JointPlants, rows: IntArray, groups: IntArray) -> Program:
    """Choose groups, or each alone, so that every settlement of `rows` is supplied once at least cost.

    Its rows hold each choice to 1 at most: with bounds of their own a part of the price would be theirs, and the prices
    of the rows would be no charges.
    """
    belongs = joint.members[groups][:, rows].T
    count = len(groups) + len(rows)
    return Program(
        objective=np.concatenate([joint.cost_mvnd[groups], joint.alone_mvnd[rows]]),
        lower=np.zeros(count),
        upper=np.full(count, np.inf),
        integer=np.ones(count, dtype=bool),
        rows=sparse.csr_array(sparse.hstack([belongs, sparse.eye_array(len(rows))])),
        row_lower=np.ones(len(rows)),
        row_upper=np.ones(len(rows)),
    )
