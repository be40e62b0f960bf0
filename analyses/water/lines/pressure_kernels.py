"""Where the pressure at rest is broken on a tree of pipes: from the taps upwards, as high as the classes allow
(compiled)."""

from __future__ import annotations

import numpy as np

from infragap.analyses.arrays import FloatArray, IntArray
from infragap.compiled import compiled

NOTHING, TANK, VALVE = 0, 1, 2
"""What stands on the way from a node to its parent."""

SLACK_M = 0.5
"""Least fall that a zone must have; below it no pipe is large enough."""

NEAR_M = 1.0
"""A tank that would stand less than this above a node of the profile stands at the node."""

INLET_M = 2.0
"""Head that a tank or valve wants above its own level."""


@compiled
def break_pressure(
    z: FloatArray,
    parent: IntArray,
    tap_m: FloatArray,
    is_tap: IntArray,
    limit_m: float,
) -> tuple[bool, FloatArray, IntArray, FloatArray, IntArray]:
    """Place tanks and valves on a tree; nodes are ordered so that a parent comes before its children.

    Parameters
    ----------
    z
        (n,) ground [m]; node 0 is the source.
    parent
        (n,) node above; -1 at the source.
    tap_m
        (2,) least and largest pressure at a tap [m].
    is_tap
        (n,) 1 where a village is joined.
    limit_m
        Head that the pipes hold at rest [m].

    Returns
    -------
    tuple
        Whether all can be supplied; (2,) head needed and largest level at the source; (n,) what stands on the way to
        the parent; (n,) its level [m]; (n,) 1 where the tap needs a valve of its own.

    Notes
    -----
    Upwards from the taps each node knows the head that it needs and the largest water level that it bears at rest.
    Where the ground rises above that level, a tank stands at it. Where one branch needs more than another bears, the
    lower one hangs on a reducing valve.
    """
    n = len(z)
    need = z.copy()
    bears = z + limit_m
    device = np.zeros(n, np.int64)
    level = np.full(n, np.nan)
    tap_valve = np.zeros(n, np.int64)
    up_need, up_bears = np.empty(n), np.empty(n)
    first = np.full(n, -1, np.int64)
    following = np.full(n, -1, np.int64)
    root = np.array([0.0, 0.0])
    for i in range(n - 1, -1, -1):
        high = -np.inf
        if is_tap[i]:
            high = z[i] + tap_m[0]
        child = first[i]
        while child >= 0:
            high = max(high, up_need[child])
            child = following[child]
        need[i] = max(high, z[i])
        if is_tap[i]:
            if z[i] + tap_m[1] < high + SLACK_M:
                tap_valve[i] = 1
            else:
                bears[i] = min(bears[i], z[i] + tap_m[1])
        child = first[i]
        while child >= 0:
            if up_bears[child] < high + SLACK_M and device[child] == NOTHING:
                device[child], level[child] = VALVE, up_bears[child]
                if up_bears[child] - SLACK_M < need[child]:
                    return False, root, device, level, tap_valve
                need[i] = max(need[i], up_bears[child] + INLET_M)
            else:
                bears[i] = min(bears[i], up_bears[child])
            child = following[child]
        if bears[i] < max(high + SLACK_M, z[i]):
            return False, root, device, level, tap_valve
        if i == 0:
            break
        up = parent[i]
        up_need[i], up_bears[i] = need[i], bears[i]
        if z[up] > bears[i]:
            # a tank just above a node stands at the node
            device[i], level[i] = TANK, z[i] if bears[i] - z[i] < NEAR_M else bears[i]
            if level[i] - SLACK_M < high:
                return False, root, device, level, tap_valve
            up_need[i], up_bears[i] = level[i] + INLET_M, level[i] + limit_m
            if z[up] > up_bears[i]:
                return False, root, device, level, tap_valve
        following[i], first[up] = first[up], i
    root[0], root[1] = need[0], bears[0]
    return need[0] <= bears[0], root, device, level, tap_valve
