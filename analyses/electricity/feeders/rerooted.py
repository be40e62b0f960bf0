"""A tree of planned lines turned round so that it is fed from another cell of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from infragap.analyses.arrays import FloatArray, IntArray
from infragap.analyses.electricity.least_cost.branches import Branches


@dataclass(frozen=True, eq=False)
class Rerooted:
    """What stays of a tree that is fed from a junction in it.

    Attributes
    ----------
    branch
        (k,) planned branch whose lower end is the node; -1 at a junction within a branch. Node 0 is the junction.
    parent
        (k,) node above; -1 at node 0.
    length_km
        (k,) of the piece to the node above; 0 at node 0.
    removed
        Flat cells of the piece between the old tap and the rest, from the tap on.
    """

    branch: IntArray
    parent: IntArray
    length_km: FloatArray
    removed: IntArray


def rerooted(branches: Branches, tree: IntArray, junction_cell: int, *, columns: int) -> Rerooted:
    """Turn a tree round so that it is fed from a cell of it.

    Parameters
    ----------
    branches
        Planned lines.
    tree
        Numbers of the branches of one tree, upstream first.
    junction_cell
        Flat cell on one of them, not the old tap.
    columns
        Width of the routing raster.
    """
    root = int(tree[0])
    length = branches.length_km
    node: dict[object, int] = {}
    names: list[int] = []
    edges: list[tuple[int, int, float]] = []

    def number(name: object, branch: int) -> int:
        if name not in node:
            node[name] = len(names)
            names.append(branch)
        return node[name]

    ends = [int(b) for b in tree if branches.cells[b][-1] == junction_cell]
    within = [int(b) for b in tree if not ends and junction_cell in branches.cells[b]][:1]
    number(ends[0] if ends else "junction", ends[0] if ends else -1)
    removed = branches.cells[root]
    for b in tree.tolist():
        lower = number(b, b)
        upper = None if b == root else number(int(branches.parent[b]), int(branches.parent[b]))
        if b in within:
            at = int(np.flatnonzero(branches.cells[b] == junction_cell)[0])
            part = _part_of_length(branches.cells[b], at, columns=columns)
            edges.append((0, lower, float(length[b] * (1 - part))))
            if upper is None:
                removed = branches.cells[b][: at + 1]
            else:
                edges.append((0, upper, float(length[b] * part)))
        elif upper is not None:
            edges.append((upper, lower, float(length[b])))
    return _from_first(names, edges, removed)


def _part_of_length(cells: IntArray, at: int, *, columns: int) -> float:
    step = np.hypot(np.diff(cells // columns), np.diff(cells % columns))
    return float(step[:at].sum() / step.sum())


def _from_first(names: list[int], edges: list[tuple[int, int, float]], removed: IntArray) -> Rerooted:
    """Order a tree from its first node outwards."""
    around: dict[int, list[tuple[int, float]]] = {}
    for a, b, km in edges:
        around.setdefault(a, []).append((b, km))
        around.setdefault(b, []).append((a, km))
    order, parent, length = [0], [-1], [0.0]
    index_of = {0: 0}
    for here in order:
        for there, km in sorted(around.get(here, [])):
            if there not in index_of:
                index_of[there] = len(order)
                order.append(there)
                parent.append(index_of[here])
                length.append(km)
    return Rerooted(
        branch=np.array([names[k] for k in order], dtype=np.int64),
        parent=np.array(parent, dtype=np.int64),
        length_km=np.array(length),
        removed=removed,
    )
