"""Which trees of planned lines hold at another tap, and what moving them there costs; checked by the load flow with all else that hangs there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray
from infragap.analyses.electricity.demand.load import design_load_kw
from infragap.analyses.electricity.feeders.extended_feeder import Hanging, hang
from infragap.analyses.electricity.feeders.load_flow import load_flow
from infragap.analyses.electricity.feeders.radial import Radial, extra_cost
from infragap.analyses.electricity.feeders.rerooted import Rerooted, rerooted
from infragap.analyses.electricity.least_cost.outcome import Decision
from infragap.analyses.electricity.least_cost.study import Study
from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.analyses.electricity.routing.existing_grid import feeder_keys
from infragap.analyses.electricity.routing.line_components import built_for, line_km, unit_prices
from infragap.analyses.electricity.routing.paths import line_components
from infragap.analyses.electricity.routing.ways_to_lines import Way, ways_to_other_lines

if TYPE_CHECKING:
    from infragap.gis.pack import Pack


FARTHEST_KM = 5.0
"""Ways to another tap are looked for up to the price of so many kilometres of 35 kV line on easy ground."""


CHECKED_PER_TREE = 3
"""So many of the cheapest taps that hold by the linear sum go to the load flow."""


@dataclass(frozen=True, eq=False)
class Move:
    """A tree at another tap.

    Attributes
    ----------
    row
        Line in `grid_lines` that it hangs on then.
    length_km
        New line to it.
    investment_mvnd
        New line, lines for the other voltage and heavier conductors, less the piece that is not needed any more; may be below 0.
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
    move: Move
    radial: Radial
    must_hold: BoolArray


def find_moves(
    pack: Pack,
    study: Study,
    decision: Decision,
    parameters: ElectricityParameters,
    *,
    ok: BoolArray,
    row_of_root: Mapping[int, int],
) -> dict[int, list[Move]]:
    """Find other taps at which trees keep their limits and spoil no other tree.

    Parameters
    ----------
    pack, study, decision, parameters
        The plan.
    ok
        (branches,) whether each branch keeps its limits where it is.
    row_of_root
        Uppermost branch of each tree that fails → line in `grid_lines` that it hangs on now.

    Returns
    -------
    dict
        Uppermost branch → moves that hold, cheapest first, each as if it were the only one; empty where none does.
    """
    p, branches, surface = parameters, decision.branches, study.surface
    top = branches.tap()
    cost = surface.cost(p, forest_rule=p.forest_rule)
    ways: dict[int, list[Way]] = {}
    for root, row in row_of_root.items():
        cells = [branches.cells[b][1:] if b == root else branches.cells[b] for b in np.flatnonzero(top == root)]
        limit = FARTHEST_KM * p.mv35_line_mvnd_per_km
        found = ways_to_other_lines(surface, cost, np.unique(np.concatenate(cells)), limit_mvnd=limit)
        ways[root] = [way for way in found if way.row != row]
    hangings = _hang_all(pack, study, decision, p, [way for found in ways.values() for way in found])
    loads_kw = branches.at_end(design_load_kw(study.places.households, p))
    candidates = []
    for root, found in ways.items():
        tree = np.flatnonzero(top == root)
        candidates += _candidates(pack, study, decision, p, tree, found, hangings, loads_kw=loads_kw, ok=ok)
    moves: dict[int, list[Move]] = {root: [] for root in row_of_root}
    for candidate, (drop, loading) in zip(candidates, load_flow([c.radial for c in candidates]), strict=True):
        count = len(candidate.must_hold)
        holds = (drop[-count:] <= p.mv_drop_limit_pct) & (loading[-count:] <= 100)
        if holds[candidate.must_hold].all():
            moves[candidate.root].append(candidate.move)
    return moves


def _hang_all(
    pack: Pack,
    study: Study,
    decision: Decision,
    parameters: ElectricityParameters,
    ways: list[Way],
) -> dict[int, tuple[Hanging, dict[int, int]]]:
    """Row of `grid_lines` that some way leads to → its feeder with all such taps, and the number of the tap at each cell."""
    keys = feeder_keys(pack.grid_lines)
    cells: dict[str, set[int]] = {}
    for way in ways:
        cells.setdefault(str(keys[way.row]), set()).add(way.tap_cell)
    of_key = {}
    for key, taps in sorted(cells.items()):
        ordered = np.array(sorted(taps), dtype=np.int64)
        hanging = hang(pack, study, decision, parameters, key, further_cells=ordered)
        of_key[key] = hanging, dict(zip(ordered.tolist(), hanging.further_tap.tolist(), strict=True))
    return {way.row: of_key[str(keys[way.row])] for way in ways}


def _candidates(
    pack: Pack,
    study: Study,
    decision: Decision,
    parameters: ElectricityParameters,
    tree: IntArray,
    ways: list[Way],
    hangings: Mapping[int, tuple[Hanging, dict[int, int]]],
    *,
    loads_kw: FloatArray,
    ok: BoolArray,
) -> list[_Candidate]:
    """Cheapest taps of one tree that hold by the linear sum."""
    p, branches = parameters, decision.branches
    priced = []
    for way in ways:
        kept = rerooted(branches, tree, way.junction_cell, columns=study.surface.grid.shape[1])
        voltage = float(pack.grid_lines["voltage_kv"].iloc[way.row])
        investment = move_investment_mvnd(study, decision, p, tree, way, kept, voltage_kv=voltage)
        priced.append((investment, way.row, way, kept))
    found: list[_Candidate] = []
    for investment, row, way, kept in sorted(priced, key=lambda each: each[:2]):
        hanging, tap_at = hangings[row]
        others = ~np.isin(hanging.branch, tree)
        joined = _with_tree(hanging, others, kept, tap=tap_at[way.tap_cell], way=way, loads_kw=loads_kw)
        names = joined.conductors(p)
        radial = joined.radial(names, p)
        must_hold = np.concatenate([ok[hanging.branch[others]], np.ones(len(kept.branch), dtype=bool)])
        if not (radial.linear_drop_pct()[-len(must_hold) :] <= p.mv_drop_limit_pct)[must_hold].all():
            continue
        first = int(others.sum())
        heavier = float(extra_cost(names[first:], joined.length_km[first:], p).sum())
        move = Move(
            row=row,
            length_km=float(line_km(way.components)),
            investment_mvnd=investment + heavier,
            load_known=hanging.feeder.load_known,
        )
        found.append(_Candidate(root=int(tree[0]), move=move, radial=radial, must_hold=must_hold))
        if len(found) == CHECKED_PER_TREE:
            break
    return sorted(found, key=lambda candidate: (candidate.move.investment_mvnd, candidate.move.row))


def _with_tree(
    hanging: Hanging, others: BoolArray, kept: Rerooted, *, tap: int, way: Way, loads_kw: FloatArray
) -> Hanging:
    """Feeder with its other branches, and a tree at a further tap as the last of them."""
    number = np.cumsum(others) - 1
    parent = np.where(hanging.parent >= 0, number[np.maximum(hanging.parent, 0)], -1)[others]
    length_km = kept.length_km.copy()
    length_km[0] = line_km(way.components)
    own_kw = np.where(kept.branch >= 0, loads_kw[np.maximum(kept.branch, 0)], 0.0)
    return replace(
        hanging,
        parent=np.concatenate([parent, np.where(kept.parent >= 0, kept.parent + len(parent), -1)]),
        tap=np.concatenate([hanging.tap[others], np.full(len(kept.branch), tap)]),
        length_km=np.concatenate([hanging.length_km[others], length_km]),
        load_mw=np.concatenate([hanging.load_mw[others], own_kw / 1000]),
    )


def move_investment_mvnd(
    study: Study,
    decision: Decision,
    parameters: ElectricityParameters,
    tree: IntArray,
    way: Way,
    kept: Rerooted,
    *,
    voltage_kv: float,
) -> float:
    """Investment in the way and in what stays of the tree at the new voltage, less that in the tree as planned [million VND]."""
    prices = unit_prices(parameters)
    planned = decision.branches.components[tree].sum(axis=0)
    removed = line_components(kept.removed, study.surface)
    after = built_for(way.components + planned - removed, voltage_kv)
    return float(after @ prices - planned @ prices)
