"""A chosen work as an engineer's network: nodes with elevations and demands, pipes, tanks and valves, ready for a
simulator and for drawing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from infragap.analyses.arrays import FloatArray
from infragap.analyses.water.codes import Slow
from infragap.analyses.water.lines.design import TAP_VALVE_M, slow_because, velocity_m_s
from infragap.analyses.water.lines.pressure_kernels import NOTHING, TANK, VALVE
from infragap.analyses.water.lines.sizing_kernels import gradient
from infragap.analyses.water.programme.built import Built
from infragap.analyses.water.study import Study
from infragap.analyses.water.works.maker import Maker
from infragap.gis.raster import Raster, xy

L_PER_M3 = 1000.0


@dataclass(frozen=True)
class Node:
    """A point of a network: position and elevation [m], demand of the peak hour [l/s], head and pressure [m]; the
    village that it is the tap of."""

    name: str
    x: float
    y: float
    elevation_m: float
    head_m: float
    demand_l_s: float = 0.0
    village_id: str | None = None
    pressure_m: float = float("nan")


@dataclass(frozen=True)
class Pipe:
    """A piece of pipe of one size between two nodes, water running from start to end."""

    name: str
    start: str
    end: str
    length_m: float
    od_mm: float
    inside_mm: float
    pn: float
    material: str
    c: float
    laid_share: float
    flow_l_s: float
    velocity_m_s: float
    slow_because: Slow | None
    loss_m: float
    static_head_m: float
    from_head_m: float
    to_head_m: float
    course: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Valve:
    """Where pressure is broken: a tank (pressure 0 behind it) or a reducing valve; `setting_m` is the pressure behind
    it."""

    name: str
    start: str
    end: str
    setting_m: float
    is_tank: bool


@dataclass(frozen=True, eq=False)
class Network:
    """One work.

    Attributes
    ----------
    work_id, title
        Identifier (ASCII), and the name for people.
    source
        Node where the water starts, with its level.
    level_m
        Level of the source.
    nodes
        By name, the source first.
    pipes, valves
        Links.
    profile
        Of the farthest served village: distance from the source, ground and grade line, (points, 3) [m].
    """

    work_id: str
    title: str
    source: str
    level_m: float
    nodes: dict[str, Node]
    pipes: tuple[Pipe, ...]
    valves: tuple[Valve, ...]
    profile: FloatArray


def networks_of(study: Study, works: Sequence[Built], titles: Sequence[str], maker: Maker) -> list[Network]:
    """Networks of all works."""
    return [_Drawn(study, work, maker).network(title) for work, title in zip(works, titles, strict=True)]


class _Drawn:
    """Draws one work."""

    def __init__(self, study: Study, work: Built, maker: Maker) -> None:
        self.study, self.work = study, work
        self.rules = maker.rules
        self.catalogue = maker.rules.catalogue
        self.peak_l_s_per_person = maker.rules.peak_m3_s_per_household * L_PER_M3 / maker.people_per_household
        line = work.candidate.line
        self.line, self.points, self.sections = line, line.points, line.sections
        self.place = _places(study.elevation, work)
        self.nodes: dict[str, Node] = {}
        self.pipes: list[Pipe] = []
        self.valves: list[Valve] = []

    def network(self, title: str) -> Network:
        source = self._name(0)
        self._node(0, source, self.line.level_m)
        for s in range(len(self.sections.start)):
            if self.work.laid[s]:
                self._valve_before(int(self.sections.start[s]))
                self._section(s)
        self._taps()
        return Network(
            work_id=self.work.work_id,
            title=title,
            source=source,
            level_m=self.line.level_m,
            nodes=self.nodes,
            pipes=tuple(self.pipes),
            valves=tuple(self.valves),
            profile=self._profile(),
        )

    def _name(self, point: int) -> str:
        """Name of a point as the start of what lies below it: behind a tank or valve."""
        return f"J{point:04d}o" if self.points.device[point] != NOTHING else f"J{point:04d}"

    def _node(self, point: int, name: str, head: float) -> None:
        x, y = self.place[point]
        self.nodes.setdefault(name, Node(name, x, y, float(self.points.z[point]), float(head)))

    def _valve_before(self, point: int) -> None:
        """Valve at the head of a branch: it has no pipe of its own."""
        if self.points.device[point] != VALVE or any(v.name == f"V{point:04d}" for v in self.valves):
            return
        head = float(self.work.flow.head_m[point])
        self._node(point, self._name(point), head)
        up = self._name(int(self.points.parent[point]))
        setting = float(self.points.level[point] - self.points.z[point])
        self.valves.append(Valve(f"V{point:04d}", up, self._name(point), setting, is_tank=False))

    def _section(self, s: int) -> None:
        start, end = int(self.sections.start[s]), int(self.sections.end[s])
        tank = self.points.device[end] == TANK
        head = self._head(start)
        arriving = head - float(self.work.flow.loss_m[s])
        foot = f"J{end:04d}"
        self._node(end, foot, arriving)
        self._pieces(s, self._name(start), foot, head)
        if tank:
            level = float(self.points.level[end])
            self._node(end, self._name(end), level)
            self.valves.append(
                Valve(f"T{end:04d}", foot, self._name(end), level - float(self.points.z[end]), is_tank=True)
            )

    def _head(self, point: int) -> float:
        return float(self.work.flow.head_m[point])

    def _pieces(self, s: int, start: str, foot: str, head: float) -> None:
        sections = self.sections
        length, share = float(sections.length_m[s]), float(sections.narrow_share[s])
        parts = [(int(sections.wide[s]), length * (1 - share)), (int(sections.narrow[s]), length * share)]
        parts = [part for part in parts if part[1] > 0]
        course, z = self._course(s)
        along, above = 0.0, start
        flow = float(self.work.flow.flow_m3_s[s])
        for k, (pipe, metres) in enumerate(parts):
            last = k == len(parts) - 1
            name = f"S{s:04d}" + ("" if len(parts) == 1 else "ab"[k])
            inside = float(self.catalogue.inside_m[pipe])
            loss = metres * gradient(flow, inside, float(self.catalogue.c[pipe]))
            end = foot if last else f"M{s:04d}"
            piece = _between(course, z, along / length, (along + metres) / length)
            if not last:
                x, y, ground = piece[-1]
                self.nodes[end] = Node(end, x, y, ground, head - loss)
            self.pipes.append(
                Pipe(
                    name=name,
                    start=above,
                    end=end,
                    length_m=metres,
                    od_mm=float(self.catalogue.od_mm[pipe]),
                    inside_mm=inside * 1000,
                    pn=float(self.catalogue.class_bar[pipe]),
                    material=self.catalogue.material(pipe),
                    c=float(self.catalogue.c[pipe]),
                    laid_share=float(self.work.candidate.pipes_share[s]),
                    flow_l_s=flow * L_PER_M3,
                    velocity_m_s=velocity_m_s(flow, inside),
                    slow_because=slow_because(flow, inside, float(sections.static_m[s]), self.rules),
                    loss_m=loss,
                    static_head_m=float(sections.static_m[s]),
                    from_head_m=head,
                    to_head_m=head - loss,
                    course=tuple((x, y) for x, y, _ in piece),
                )
            )
            head, along, above = head - loss, along + metres, end

    def _course(self, s: int) -> tuple[FloatArray, FloatArray]:
        """Points of a section from start to end (n, 2), and their ground."""
        at, path = int(self.sections.end[s]), []
        while at != int(self.sections.start[s]):
            path.append(at)
            at = int(self.points.parent[at])
        path.append(at)
        order = path[::-1]
        return self.place[order], self.points.z[order]

    def _taps(self) -> None:
        """Demands at the taps; a tap with its own valve is a node behind it."""
        ids = self.study.villages["village_id"].to_numpy()
        for k, village in enumerate(self.line.tree.village):
            if self.work.households[k] <= 0:
                continue
            point = int(self.line.tap_point[k])
            name = self._name(point)
            node = self.nodes[name]
            demand = float(self.work.people[k]) * self.peak_l_s_per_person
            pressure = float(self.work.flow.tap_m[k])
            if self.line.tap_valve[k]:
                tap = f"H{point:04d}"
                self.valves.append(Valve(f"V{point:04d}h", name, tap, TAP_VALVE_M, is_tank=False))
                self.nodes[tap] = Node(tap, node.x, node.y, node.elevation_m, node.elevation_m + pressure, demand,
                str(ids[village]), pressure)  # fmt: skip
                # the pipe's end keeps the village's name for the table
                self.nodes[name] = Node(name, node.x, node.y, node.elevation_m, node.head_m, 0.0, str(ids[village]),
                pressure)  # fmt: skip
            else:
                self.nodes[name] = Node(name, node.x, node.y, node.elevation_m, node.head_m, node.demand_l_s + demand,
                str(ids[village]), pressure)  # fmt: skip

    def _profile(self) -> FloatArray:
        """Distance, ground and grade line from the source to the farthest served village."""
        z, parent = self.points.z, self.points.parent
        along = np.zeros(len(z))
        for k in range(1, len(z)):
            along[k] = along[parent[k]] + self.points.length_m[k]
        served = [int(self.line.tap_point[k]) for k in np.flatnonzero(self.work.households > 0)]
        if not served:
            return np.zeros((0, 3))
        at = max(served, key=lambda point: (along[point], -point))
        path = [at]
        while at > 0:
            at = int(parent[at])
            path.append(at)
        path = path[::-1]
        arriving = self._arriving()
        # a tank or valve is two points: the head that arrives, and the one that it sets
        rows = [
            (along[k], z[k], head)
            for k in path
            for head in ([arriving[k]] if self.points.device[k] != NOTHING else []) + [self.work.flow.head_m[k]]
        ]
        profile = np.array(rows)
        known = np.isfinite(profile[:, 2])
        place = np.arange(len(profile))
        # between the ends of a section the grade line is straight along the pipe
        for k in place[~known]:
            before, after = place[known & (place < k)].max(), place[known & (place > k)].min()
            profile[k, 2] = np.interp(profile[k, 0], profile[[before, after], 0], profile[[before, after], 2])
        return profile

    def _arriving(self) -> FloatArray:
        """Head that arrives at each point, above a tank or valve: (points,) [m]."""
        head, sections = self.work.flow.head_m, self.sections
        arriving = head.copy()
        arriving[sections.end] = head[sections.start] - self.work.flow.loss_m
        valves = np.flatnonzero(self.points.device == VALVE)
        arriving[valves] = arriving[self.points.parent[valves]]
        return arriving


def _places(elevation: Raster, work: Built) -> FloatArray:
    """Position of every point, (n, 2): of a tank or valve between its neighbours by distance."""
    line = work.candidate.line
    x, y = xy(elevation, line.tree.row, line.tree.col)
    points = line.points
    place = np.zeros((len(points.z), 2))
    own = points.node >= 0
    place[own, 0], place[own, 1] = x[points.node[own]], y[points.node[own]]
    below = {int(points.parent[k]): k for k in range(1, len(points.z))}
    for k in np.flatnonzero(~own):
        up = int(points.parent[k])
        child = below.get(int(k))
        if child is None or points.device[k] == VALVE:
            place[k] = place[up]
            continue
        total = points.length_m[k] + points.length_m[child]
        share = points.length_m[k] / total if total > 0 else 0.0
        place[k] = place[up] + share * (place[child] - place[up])
    return place


def _between(course: FloatArray, z: FloatArray, low: float, high: float) -> list[tuple[float, float, float]]:
    """Part of a course between two shares of its length."""
    step = np.hypot(np.hypot(np.diff(course[:, 0]), np.diff(course[:, 1])), np.diff(z))
    along = np.concatenate([[0.0], np.cumsum(step)])
    total = along[-1] if along[-1] > 0 else 1.0
    share = along / total
    inner = (share > low + 1e-12) & (share < high - 1e-12)
    wanted = np.concatenate([[low], share[inner], [high]])
    parts = [np.interp(wanted, share, values) for values in (course[:, 0], course[:, 1], z)]
    return [(float(a), float(b), float(c)) for a, b, c in zip(*parts, strict=True)]
