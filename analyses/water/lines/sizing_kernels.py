"""Diameters of a tree of pipes at least cost on the head available: dynamic programming over levels of head
(compiled)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from infragap.analyses.arrays import FloatArray, IntArray
from infragap.analyses.water.lines.pressure_kernels import INLET_M, NOTHING, VALVE
from infragap.analyses.water.lines.section_kernels import Points
from infragap.compiled import compiled

LEVELS = 200
FINEST_M = 0.1
"""A zone's head is cut into at most so many levels, none finer than this."""

CLEARANCE_M = 2.0
"""Height of the grade line above the pipe at peak flow; half of the head at rest where that is less."""

MIN_PIECE_M = 0.5
"""A shorter piece of another diameter is not laid: the pipe beside it takes its metres, so that no head is lost by
it."""

BURIED_M = 0.05
"""Just below a tank the grade line may run so much under the ground: the pipe lies deeper."""


class PipeOptions(NamedTuple):
    """Pipes by class, thin ones first.

    Attributes
    ----------
    class_m
        (classes,) head at rest that each class holds [m], ascending.
    pipe, inside_m, c, mvnd_per_m
        (classes, sizes) row of the catalogue, inner diameter, roughness, price; sizes ascend.
    sizes
        (classes,) how many sizes.
    """

    class_m: FloatArray
    pipe: IntArray
    inside_m: FloatArray
    c: FloatArray
    mvnd_per_m: FloatArray
    sizes: IntArray


class Limits(NamedTuple):
    """Slowest and fastest water, velocity and gradient that no design loses more at, least pressure at a tap."""

    slowest_m_s: float
    fastest_m_s: float
    gradient_velocity_m_s: float
    gradient_m_per_m: float
    tap_m: float


class Sections(NamedTuple):
    """Pipes between points, (m,) each: a wide pipe first, then a narrow one over a share of the length."""

    start: IntArray
    end: IntArray
    length_m: FloatArray
    static_m: FloatArray
    flow_m3_s: FloatArray
    wide: IntArray
    narrow: IntArray
    narrow_share: FloatArray
    loss_m: FloatArray
    mvnd: FloatArray


@compiled
def gradient(flow_m3_s: float, inside_m: float, c: float) -> float:
    """Hazen-Williams: head lost per metre."""
    return float(10.67 * flow_m3_s**1.852 / (c**1.852 * inside_m**4.8704))


@compiled
def cut_sections(points: Points, level0: float, flow: FloatArray) -> Sections:
    """Sections between the points that matter, upstream before downstream, pipes not yet chosen."""
    n = len(points.z)
    count = 0
    for k in range(1, n):
        if points.breaks[k] and points.device[k] != VALVE:
            count += 1
    start, end = np.zeros(count, np.int64), np.zeros(count, np.int64)
    length, static, flows = np.zeros(count), np.zeros(count), np.zeros(count)
    s = 0
    for k in range(1, n):
        if not points.breaks[k] or points.device[k] == VALVE:
            continue
        zone = points.zone[k]
        surface = level0 if zone == 0 else points.level[zone]
        at, total, low = k, 0.0, points.z[k]
        while True:
            total += points.length_m[at]
            at = points.parent[at]
            low = min(low, points.z[at])
            if points.breaks[at]:
                break
        start[s], end[s], length[s], static[s], flows[s] = at, k, total, surface - low, flow[k]
        s += 1
    nothing = np.full(count, -1, np.int64)
    return Sections(
        start, end, length, static, flows, nothing, nothing.copy(), np.zeros(count), np.zeros(count), np.zeros(count)
    )


@compiled
def steepest(flow_m3_s: float, limits: Limits, c: float) -> float:
    """Gradient that a design loses at most: falls with the flow, so that larger schemes never lose more."""
    inside = np.sqrt(4.0 * flow_m3_s / (np.pi * limits.gradient_velocity_m_s))
    return float(min(limits.gradient_m_per_m, gradient(flow_m3_s, inside, c)))


@compiled
def mix(
    flow: float, wanted: float, options: PipeOptions, kind: int, limits: Limits
) -> tuple[int, int, float, float, float]:
    """Two neighbouring sizes that together lose the wanted gradient, the share of the narrow one, what they lose and
    cost per metre; -1 if none."""
    size = options.sizes[kind]
    widest = 0
    for j in range(size):
        if flow * 4.0 / (np.pi * options.inside_m[kind, j] ** 2) >= limits.slowest_m_s:
            widest = j
    narrow = -1
    for j in range(widest, -1, -1):
        if flow * 4.0 / (np.pi * options.inside_m[kind, j] ** 2) > limits.fastest_m_s:
            break
        loss = gradient(flow, options.inside_m[kind, j], options.c[kind, j])
        if loss > wanted + 1e-12:
            if narrow < 0:
                return -1, -1, 0.0, np.inf, np.inf
            wide_loss = gradient(flow, options.inside_m[kind, narrow], options.c[kind, narrow])
            share = (wanted - wide_loss) / (loss - wide_loss)
            cost = (1 - share) * options.mvnd_per_m[kind, narrow] + share * options.mvnd_per_m[kind, j]
            return narrow, j, share, wanted, cost
        narrow = j
    if narrow < 0:
        return -1, -1, 0.0, np.inf, np.inf
    loss = gradient(flow, options.inside_m[kind, narrow], options.c[kind, narrow])
    return narrow, narrow, 0.0, loss, options.mvnd_per_m[kind, narrow]


@compiled
def laid_share(share: float, length_m: float) -> float:
    """Share of the narrow pipe as it can be laid: no piece is shorter than `MIN_PIECE_M`, and never more is narrow."""
    if share * length_m < MIN_PIECE_M:
        return 0.0
    return min(share, max(1.0 - MIN_PIECE_M / length_m, 0.0))


@compiled
def size_pipes(
    points: Points, sections: Sections, level0: float, is_tap: IntArray, options: PipeOptions, limits: Limits
) -> bool:
    """Choose the pipes of all sections at least cost, in place; False where the head does not suffice.

    Notes
    -----
    In each zone (below the source, a tank or a valve) the head is cut into levels. From the ends upwards: the least
    cost of everything below a point, given the head there. A section may lose any number of levels between the widest
    pipe that still scours and the steepest gradient; the two neighbouring sizes that lose just that are its cost.
    """
    n, m = len(points.z), len(sections.start)
    need = np.empty(n)
    for k in range(n):
        surface = level0 if points.zone[k] == 0 else points.level[points.zone[k]]
        need[k] = points.z[k] + min(CLEARANCE_M, 0.5 * (surface - points.z[k])) - BURIED_M
        if points.node[k] >= 0 and is_tap[points.node[k]]:
            need[k] = points.z[k] + limits.tap_m
    for k in range(n):
        if points.device[k] == VALVE:
            up = points.parent[k]
            need[up] = max(need[up], points.level[k] + INLET_M)
        elif points.device[k] != NOTHING:
            need[k] = points.level[k] + INLET_M
    surface, finest = np.empty(n), np.empty(n)
    lowest = np.full(n, np.inf)
    for k in range(1, n):
        lowest[points.zone[k]] = min(lowest[points.zone[k]], need[k])
    for k in range(n):
        surface[k] = level0 if k == 0 else points.level[k]
        finest[k] = max(FINEST_M, (surface[k] - lowest[k]) / LEVELS) if lowest[k] < np.inf else FINEST_M
    below = np.zeros((n, LEVELS + 1))
    lost = np.zeros((m, LEVELS + 1), np.int64)
    price = np.empty(LEVELS + 2)
    for s in range(m - 1, -1, -1):
        top, foot = sections.start[s], sections.end[s]
        zone = points.zone[foot]
        step, length, flow = finest[zone], sections.length_m[s], sections.flow_m3_s[s]
        kind = 0
        while kind < len(options.class_m) and options.class_m[kind] < sections.static_m[s] - 1e-9:
            kind += 1
        if kind == len(options.class_m) or flow <= 0:
            return False
        most = steepest(flow, limits, options.c[kind, 0])
        largest = min(int(np.ceil(most * length / step - 1e-9)), LEVELS)
        for lose in range(largest + 1):
            price[lose] = mix(flow, min(lose * step / length, most), options, kind, limits)[4] * length
        reachable = False
        for k in range(LEVELS + 1):
            best, chosen = np.inf, -1
            head = surface[zone] - k * step
            allowed = largest
            at, gone = foot, 0.0
            while True:
                gone += points.length_m[at]
                at = points.parent[at]
                if at == top:
                    break
                along = length - gone
                room = head - need[at]
                if room < 0:
                    allowed = -1
                    break
                allowed = min(allowed, int(np.floor(room * length / along / step + 1e-9)))
            for lose in range(allowed + 1):
                if k + lose > LEVELS or head - lose * step < need[foot] - 1e-9:
                    break
                # a tank or valve begins a zone of its own: what lies below it is paid for there
                rest = below[foot, k + lose] if points.device[foot] == NOTHING else 0.0
                if price[lose] + rest < best - 1e-12:
                    best, chosen = price[lose] + rest, lose
            below[top, k] += best
            lost[s, k] = chosen
            if best < np.inf:
                reachable = True
        if not reachable:
            return False
    at_level = np.zeros(n, np.int64)
    for s in range(m):
        top, foot = sections.start[s], sections.end[s]
        zone = points.zone[foot]
        k = at_level[top] if top != zone else 0
        lose = lost[s, k]
        if lose < 0:
            return False
        at_level[foot] = k + lose
        kind = 0
        while options.class_m[kind] < sections.static_m[s] - 1e-9:
            kind += 1
        flow, length = sections.flow_m3_s[s], sections.length_m[s]
        wanted = min(lose * finest[zone] / length, steepest(flow, limits, options.c[kind, 0]))
        wide, narrow, share, _, _ = mix(flow, wanted, options, kind, limits)
        share = laid_share(share, length)
        loss, cost = 0.0, 0.0
        for j, part in ((wide, 1.0 - share), (narrow, share)):
            loss += part * gradient(flow, options.inside_m[kind, j], options.c[kind, j])
            cost += part * options.mvnd_per_m[kind, j]
        sections.wide[s], sections.narrow[s] = options.pipe[kind, wide], options.pipe[kind, narrow]
        sections.narrow_share[s], sections.loss_m[s], sections.mvnd[s] = share, loss * length, cost * length
    return True


@compiled
def add_up(points: Points, households: FloatArray, cap: float) -> FloatArray:
    """Households below each point, (n,), never more than the works can serve."""
    below = households.copy()
    for k in range(len(points.z) - 1, 0, -1):
        below[points.parent[k]] += below[k]
    for k in range(len(below)):
        below[k] = min(below[k], cap)
    return below


@compiled
def heads(
    points: Points,
    sections: Sections,
    level0: float,
    flow: FloatArray,
    inside_m: FloatArray,
    c: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """Head at each point [m] (below a tank or valve: the level that it sets) and loss of each section [m] at given
    flows (per point, m³/s)."""
    head = np.full(len(points.z), np.nan)
    head[0] = level0
    loss = np.zeros(len(sections.start))
    section_of = np.full(len(points.z), -1, np.int64)
    for s in range(len(sections.start)):
        section_of[sections.end[s]] = s
    for k in range(1, len(points.z)):
        if points.device[k] == VALVE:
            head[k] = min(points.level[k], head[points.parent[k]])
            continue
        s = section_of[k]
        if s < 0:
            continue
        q, length = flow[k], sections.length_m[s]
        narrow = sections.narrow_share[s] * length
        loss[s] = (length - narrow) * gradient(q, inside_m[sections.wide[s]], c[sections.wide[s]])
        loss[s] += narrow * gradient(q, inside_m[sections.narrow[s]], c[sections.narrow[s]])
        head[k] = head[sections.start[s]] - loss[s]
        if points.device[k] != NOTHING:
            head[k] = points.level[k]
    return head, loss
