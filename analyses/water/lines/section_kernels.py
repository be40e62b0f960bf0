"""Cut a tree of pipes into sections between points that matter: source, junctions, villages, tanks, valves
(compiled)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from infragap.analyses.arrays import FloatArray, IntArray
from infragap.analyses.water.lines.pressure_kernels import NOTHING, TANK, VALVE
from infragap.compiled import compiled

CELLS_PER_SECTION = 8
"""A section is no longer, so that pipe classes follow the profile."""

SHORTEST_M = 0.5
"""A tank stands no nearer than this to a node."""


class Points(NamedTuple):
    """Nodes of the tree and, between them, tanks and valves; a parent comes before its children.

    Attributes
    ----------
    z, parent, length_m
        (n,) ground [m], point above, length to it [m].
    device, level
        (n,) `TANK` or `VALVE` where the point is one, and the level that it sets [m].
    node
        (n,) node of the tree; -1 for a tank or valve.
    breaks
        (n,) 1 where a section ends.
    zone
        (n,) the tank, valve or source that sets the pressure at the point; of a tank or valve itself: the one above.
    """

    z: FloatArray
    parent: IntArray
    length_m: FloatArray
    device: IntArray
    level: FloatArray
    node: IntArray
    breaks: IntArray
    zone: IntArray


@compiled
def lay_points(
    z: FloatArray, parent: IntArray, length_m: FloatArray, is_tap: IntArray, device: IntArray, level: FloatArray
) -> Points:
    """Put tanks and valves into the tree as points of their own, and mark where sections end."""
    n = len(z)
    total = n + int((device != NOTHING).sum())
    pz, plength, plevel = np.zeros(total), np.zeros(total), np.full(total, np.nan)
    pparent, pdevice = np.full(total, -1, np.int64), np.zeros(total, np.int64)
    pnode, at = np.full(total, -1, np.int64), np.zeros(n, np.int64)
    count = 0
    for i in range(n):
        above = at[parent[i]] if i > 0 else -1
        length = length_m[i] if i > 0 else 0.0
        if device[i] == TANK:
            up = z[parent[i]]
            part = (up - level[i]) / (up - z[i]) * length
            part = min(max(part, SHORTEST_M), length - SHORTEST_M)
            pz[count], pparent[count], plength[count] = level[i], above, part
            length -= part
        elif device[i] == VALVE:
            pz[count], pparent[count] = z[parent[i]], above
        if device[i] != NOTHING:
            pdevice[count], plevel[count] = device[i], level[i]
            above = count
            count += 1
        pz[count], pparent[count], plength[count], pnode[count] = z[i], above, length, i
        at[i] = count
        count += 1
    children = np.zeros(total, np.int64)
    breaks = np.zeros(total, np.int64)
    for k in range(1, total):
        children[pparent[k]] += 1
        if pdevice[k] == VALVE:
            breaks[pparent[k]] = 1
    zone = np.zeros(total, np.int64)
    steps = np.zeros(total, np.int64)
    for k in range(total):
        up = pparent[k]
        if k > 0:
            zone[k] = up if pdevice[up] != NOTHING else zone[up]
            steps[k] = 1 if breaks[up] else steps[up] + 1
        tap = pnode[k] >= 0 and is_tap[pnode[k]] == 1
        if k == 0 or tap or pdevice[k] != NOTHING or children[k] != 1 or steps[k] >= CELLS_PER_SECTION:
            breaks[k] = 1
    return Points(pz, pparent, plength, pdevice, plevel, pnode, breaks, zone)
