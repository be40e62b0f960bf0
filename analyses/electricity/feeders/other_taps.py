"""Which trees of planned lines hold at another tap, and what the change costs; checked by the load flow with all else
that hangs there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray
from infragap.analyses.electricity.assumptions.builds import Build
from infragap.analyses.electricity.demand.load import design_load_kw
from infragap.analyses.electricity.feeders.extended_feeder import ExtendedFeeder, Hung, extend_feeder
from infragap.analyses.electricity.feeders.load_flow import load_flow
from infragap.analyses.electricity.feeders.radial import RadialFeeder
from infragap.analyses.electricity.feeders.rerooted import Rerooted, rerooted
from infragap.analyses.electricity.least_cost.plan import Plan
from infragap.analyses.electricity.routing.cost_surface import routing_cost
from infragap.analyses.electricity.routing.line_components import built_for, line_km, unit_prices
from infragap.analyses.electricity.routing.paths import line_components
from infragap.analyses.electricity.routing.ways_to_lines import Connection, WaysToLines

FARTHEST_KM = 5.0
"""Ways to another tap are looked for up to the price of so many kilometres of upper-level line on easy ground."""


CHECKED_PER_TREE = 3
"""So many of the cheapest taps that hold by the linear sum go to the load flow."""


@dataclass(frozen=True, eq=False)
class TapChange:
    """A tree at another tap.

    Attributes
    ----------
    row
        Line in `grid_lines` that it hangs on then.
    length_km
        New line to it.
    investment_mvnd
        New line and lines for the other voltage, less the piece that is not needed any more; may be
        below 0.
    load_known
        Whether the new feeder's load is published; otherwise its drop is understated.
    """

    row: int
    length_km: float
    investment_mvnd: float
    load_known: bool


@dataclass(frozen=True, eq=False)
class _Candidate:
    """A tap that holds by the linear sum, to be checked by the load flow."""

    root: int
    change: TapChange
    radial: RadialFeeder
    must_hold: BoolArray


def find_tap_changes(plan: Plan, *, ok: BoolArray, row_of_root: Mapping[int, int]) -> dict[int, list[TapChange]]:
    """Find other taps at which trees keep their limits and spoil no other tree.

    Parameters
    ----------
    plan
        The plan.
    ok
        (branches,) whether each branch keeps its limits where it is.
    row_of_root
        Uppermost branch of each tree that fails → line in `grid_lines` that it hangs on now.

    Returns
    -------
    dict
        Uppermost branch → tap changes that hold, cheapest first, each as if it were the only one; empty where none
        does.
    """
    p, branches, surface = plan.parameters, plan.branches, plan.study.surface
    top = branches.tap()
    ground = WaysToLines(surface, routing_cost(surface, p))
    connections: dict[int, list[Connection]] = {}
    for root, row in row_of_root.items():
        cells = [branches.cells[b][1:] if b == root else branches.cells[b] for b in np.flatnonzero(top == root)]
        limit = FARTHEST_KM * p.mv35_line_mvnd_per_km
        found = ground.within(np.unique(np.concatenate(cells)), limit)
        connections[root] = [connection for connection in found if connection.row != row]
    extended_feeders = _extend_all(plan, [each for found in connections.values() for each in found])
    loads_kw = branches.at_end(design_load_kw(plan.study.settlements, p))
    candidates = []
    for root, found in connections.items():
        candidates += _candidates(plan, np.flatnonzero(top == root), found, extended_feeders, (ok, loads_kw))
    changes: dict[int, list[TapChange]] = {root: [] for root in row_of_root}
    for candidate, (drop, loading) in zip(candidates, load_flow([c.radial for c in candidates]), strict=True):
        count = len(candidate.must_hold)
        holds = (drop[-count:] <= p.mv_drop_limit_pct) & (loading[-count:] <= 100)
        if holds[candidate.must_hold].all():
            changes[candidate.root].append(candidate.change)
    return changes


ExtendedFeeders = Mapping[int, tuple[ExtendedFeeder, dict[int, int]]]
"""Row of an existing line → its feeder with all taps looked at, and the number of the tap at each cell."""


def _extend_all(plan: Plan, connections: list[Connection]) -> ExtendedFeeders:
    keys = plan.study.grid.keys
    cells: dict[str, set[int]] = {}
    for connection in connections:
        cells.setdefault(str(keys[connection.row]), set()).add(connection.tap_cell)
    of_key, hung = {}, Hung.of(plan)
    for key, taps in sorted(cells.items()):
        ordered = np.array(sorted(taps), dtype=np.int64)
        extended = extend_feeder(plan, hung, key, further_cells=ordered)
        of_key[key] = extended, dict(zip(ordered.tolist(), extended.further_tap.tolist(), strict=True))
    return {connection.row: of_key[str(keys[connection.row])] for connection in connections}


def _candidates(
    plan: Plan,
    tree: IntArray,
    connections: list[Connection],
    extended_feeders: ExtendedFeeders,
    of_branches: tuple[BoolArray, FloatArray],
) -> list[_Candidate]:
    """Cheapest taps of one tree that hold by the linear sum; `of_branches` is whether each branch keeps its limits, and
    the load at its lower end."""
    p, study, (ok, loads_kw) = plan.parameters, plan.study, of_branches
    costed = []
    for connection in connections:
        kept = rerooted(plan.branches, tree, connection.junction_cell, columns=study.surface.grid.shape[1])
        investment = tap_change_mvnd(plan, tree, connection, kept)
        costed.append((investment, connection.row, connection, kept))
    found: list[_Candidate] = []
    for investment, row, connection, kept in sorted(costed, key=lambda each: each[:2]):
        extended, tap_at = extended_feeders[row]
        others = ~np.isin(extended.branch, tree)
        joined = _with_tree(
            extended,
            others,
            kept,
            tap=tap_at[connection.tap_cell],
            connection=connection,
            loads_kw=loads_kw,
            moved=(plan.outcome.sizes.build[int(tree[0])],) * len(kept.branch),
        )
        radial = joined.radial(p)
        must_hold = np.concatenate([ok[extended.branch[others]], np.ones(len(kept.branch), dtype=bool)])
        if not (radial.linear_drop_pct()[-len(must_hold) :] <= p.mv_drop_limit_pct)[must_hold].all():
            continue
        change = TapChange(
            row=row,
            length_km=float(line_km(connection.components)),
            investment_mvnd=investment,
            load_known=extended.feeder.load_known,
        )
        found.append(_Candidate(root=int(tree[0]), change=change, radial=radial, must_hold=must_hold))
        if len(found) == CHECKED_PER_TREE:
            break
    return sorted(found, key=lambda candidate: (candidate.change.investment_mvnd, candidate.change.row))


def _with_tree(
    extended: ExtendedFeeder,
    others: BoolArray,
    kept: Rerooted,
    *,
    tap: int,
    connection: Connection,
    loads_kw: FloatArray,
    moved: tuple[Build, ...],
) -> ExtendedFeeder:
    """Feeder with its other branches, and a tree at a further tap as the last of them."""
    number = np.cumsum(others) - 1
    parent = np.where(extended.parent >= 0, number[np.maximum(extended.parent, 0)], -1)[others]
    length_km = kept.length_km.copy()
    length_km[0] = line_km(connection.components)
    own_kw = np.where(kept.branch >= 0, loads_kw[np.maximum(kept.branch, 0)], 0.0)
    return replace(
        extended,
        parent=np.concatenate([parent, np.where(kept.parent >= 0, kept.parent + len(parent), -1)]),
        tap=np.concatenate([extended.tap[others], np.full(len(kept.branch), tap)]),
        length_km=np.concatenate([extended.length_km[others], length_km]),
        load_mw=np.concatenate([extended.load_mw[others], own_kw / 1000]),
        build=(*(build for build, stays in zip(extended.build, others, strict=True) if stays), *moved),
    )


def tap_change_mvnd(plan: Plan, tree: IntArray, connection: Connection, kept: Rerooted) -> float:
    """Investment in the connection and in what stays of the tree at the new voltage, less that in the tree as planned
    [million VND]."""
    study = plan.study
    # as its first branch is built, which carries all of it
    prices = unit_prices(plan.parameters, plan.outcome.sizes.build[int(tree[0])])
    planned = plan.branches.components[tree].sum(axis=0)
    removed = line_components(kept.removed, study.surface)
    voltage_kv = float(study.grid.voltage_kv[connection.row])
    after = built_for(connection.components + planned - removed, upper=study.grid.levels.is_upper(voltage_kv))
    return float(after @ prices - planned @ prices)
