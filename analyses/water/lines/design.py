"""A line that can be built: tanks on the profile, a pipe for every section, pressure at every tap."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray
from infragap.analyses.water.codes import Slow
from infragap.analyses.water.hydraulics.pipe_catalogue import M_PER_BAR, STEEL_CLASS_BAR, PipeCatalogue, pipes_for
from infragap.analyses.water.lines.pressure_kernels import TANK, VALVE, break_pressure
from infragap.analyses.water.lines.section_kernels import Points, lay_points
from infragap.analyses.water.lines.sizing_kernels import (
    Limits,
    PipeOptions,
    Sections,
    add_up,
    cut_sections,
    heads,
    size_pipes,
)
from infragap.analyses.water.lines.tree import PipeTree

SMALLEST_MAIN_MM = 32.0
CLASSES_BAR = (6.0, 8.0, 10.0, 12.5, 16.0, STEEL_CLASS_BAR)
REST_LIMITS_M = (16.0 * M_PER_BAR, STEEL_CLASS_BAR * M_PER_BAR)
"""Heads at rest that a line is planned for: polyethylene first, and only where no tank can keep that, steel."""

TAP_VALVE_M = 30.0
"""Pressure that the reducing valve of a tap is set to [m]."""


@dataclass(frozen=True, eq=False)
class LineRules:
    """What every line is designed by.

    Attributes
    ----------
    catalogue, options
        Pipes, and the same by class.
    limits
        Velocities, gradient, least pressure at a tap.
    tap_most_m
        Largest pressure at a tap at rest [m].
    peak_m3_s_per_household
        Flow of the peak hour.
    """

    catalogue: PipeCatalogue
    options: PipeOptions
    limits: Limits
    tap_most_m: float
    peak_m3_s_per_household: float


@dataclass(frozen=True)
class SourceLevel:
    """Level that the water starts from: the ground of the source, or so much above it as a pump may lift [m]."""

    lift_m: float = 0.0
    spare_m: float = np.inf


@dataclass(frozen=True, eq=False)
class Line:
    """A designed line.

    Attributes
    ----------
    tree
        Cells and villages.
    points, sections
        Where sections end, and their pipes.
    level_m
        Level that the water starts from.
    tap_point
        (villages,) point of each village's tap.
    tap_valve
        (villages,) True where the tap has a reducing valve of its own.
    households
        (villages,) that the pipes are sized for.
    capacity
        Households that the works can serve; no pipe is sized for more.
    """

    tree: PipeTree
    points: Points
    sections: Sections
    level_m: float
    tap_point: IntArray
    tap_valve: FloatArray
    households: FloatArray
    capacity: float

    @property
    def tanks(self) -> int:
        """Break-pressure tanks."""
        return int((self.points.device == TANK).sum())

    @property
    def valves(self) -> int:
        """Reducing valves, of branches and of taps."""
        return int((self.points.device == VALVE).sum() + self.tap_valve.sum())

    @property
    def pipes_mvnd(self) -> float:
        """Price of all pipes in place."""
        return float(self.sections.mvnd.sum())


def pipe_options(catalogue: PipeCatalogue) -> PipeOptions:
    """Arrange the pipes of mains by class and size."""
    rows = [pipes_for(catalogue, bar * M_PER_BAR) for bar in CLASSES_BAR]
    rows = [row[catalogue.od_mm[row] >= SMALLEST_MAIN_MM] for row in rows]
    widest = max(len(row) for row in rows)
    pipe = np.array([np.pad(row, (0, widest - len(row)), mode="edge") for row in rows])
    return PipeOptions(
        class_m=np.array(CLASSES_BAR) * M_PER_BAR,
        pipe=pipe,
        inside_m=catalogue.inside_m[pipe],
        c=catalogue.c[pipe],
        mvnd_per_m=catalogue.mvnd_per_m[pipe],
        sizes=np.array([len(row) for row in rows], dtype=np.int64),
    )


def design_line(
    tree: PipeTree, households: FloatArray, capacity: float, source: SourceLevel, rules: LineRules
) -> Line | None:
    """Design the pipes of a tree; None where pressure, class or velocity cannot be kept.

    Parameters
    ----------
    tree
        Villages along their paths.
    households
        (villages,) households to be served.
    capacity
        Households that the works can serve at most.
    source
        Where the water starts.
    rules
        Pipes and limits.
    """
    for rest_m in REST_LIMITS_M:
        line = _at_limit(tree, households, capacity, source, rules, rest_m)
        if line is not None:
            return line
    return None


def _at_limit(
    tree: PipeTree, households: FloatArray, capacity: float, source: SourceLevel, rules: LineRules, rest_m: float
) -> Line | None:
    is_tap = np.zeros(len(tree.z), dtype=np.int64)
    is_tap[tree.node] = 1
    taps_m = np.array([rules.limits.tap_m, rules.tap_most_m])
    possible, root, device, level, tap_valve = break_pressure(tree.z, tree.parent, taps_m, is_tap, rest_m)
    start = min(root[1], tree.z[0] + source.lift_m, root[0] + source.spare_m)
    if not possible or start < root[0]:
        return None
    points = lay_points(tree.z, tree.parent, tree.length_m, is_tap, device, level)
    at = np.zeros(len(tree.z), dtype=np.int64)
    at[points.node[points.node >= 0]] = np.flatnonzero(points.node >= 0)
    wanted = np.zeros(len(points.z))
    np.add.at(wanted, at[tree.node], households)
    flow = add_up(points, wanted, capacity) * rules.peak_m3_s_per_household
    sections = cut_sections(points, start, flow)
    if not size_pipes(points, sections, start, is_tap, rules.options, rules.limits):
        return None
    return Line(
        tree=tree,
        points=points,
        sections=sections,
        level_m=float(start),
        tap_point=at[tree.node],
        tap_valve=tap_valve[tree.node].astype(np.float64),
        households=households,
        capacity=capacity,
    )


@dataclass(frozen=True, eq=False)
class Flow:
    """What runs in a line: head at its points [m], flow and loss of its sections [m³/s, m], pressure at the taps
    [m]."""

    head_m: FloatArray
    flow_m3_s: FloatArray
    loss_m: FloatArray
    tap_m: FloatArray


def flow_in(line: Line, households: FloatArray, rules: LineRules) -> Flow:
    """Let the peak hour of some households of each village run through a line, (villages,)."""
    wanted = np.zeros(len(line.points.z))
    np.add.at(wanted, line.tap_point, households)
    flow = add_up(line.points, wanted, np.inf) * rules.peak_m3_s_per_household
    catalogue = rules.catalogue
    head, loss = heads(line.points, line.sections, line.level_m, flow, catalogue.inside_m, catalogue.c)
    free = head[line.tap_point] - line.points.z[line.tap_point]
    tap = np.where(line.tap_valve > 0, np.minimum(free, TAP_VALVE_M), free)
    return Flow(head_m=head, flow_m3_s=flow[line.sections.end], loss_m=loss, tap_m=np.asarray(tap))


def velocity_m_s(flow_m3_s: float, inside_m: float) -> float:
    """Mean velocity in a full pipe [m/s]."""
    return float(flow_m3_s * 4 / (np.pi * inside_m**2))


def slow_because(flow_m3_s: float, inside_m: float, static_m: float, rules: LineRules) -> Slow | None:
    """Why the water of a pipe is slower than the least velocity; None where it is not.

    Parameters
    ----------
    flow_m3_s, inside_m
        Flow and inner diameter.
    static_m
        Head at rest, which sets the class.
    rules
        Least velocity, and the mains that can be bought.
    """
    slowest, options = rules.limits.slowest_m_s * (1 - 1e-9), rules.options
    if velocity_m_s(flow_m3_s, inside_m) >= slowest:
        return None
    kind = min(int(np.searchsorted(options.class_m, static_m - 1e-9)), len(options.class_m) - 1)
    smallest = velocity_m_s(flow_m3_s, float(options.inside_m[kind, 0]))
    return Slow.SMALLEST_PIPE if smallest < slowest else Slow.LITTLE_HEAD


def narrower_is_wanted(line: Line, households: FloatArray, sections: BoolArray, rules: LineRules) -> bool:
    """Whether some of the sections carry nothing, or water too slow though a narrower main could be bought, when so
    many households of each village are served."""
    flow = flow_in(line, households, rules).flow_m3_s
    for s in np.flatnonzero(sections):
        inside = float(rules.catalogue.inside_m[line.sections.wide[s]])
        slow = slow_because(float(flow[s]), inside, float(line.sections.static_m[s]), rules)
        if flow[s] <= 0 or slow == Slow.LITTLE_HEAD:
            return True
    return False
