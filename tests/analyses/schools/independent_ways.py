"""A model of its own of every way to school, for tests: written from the description of the method, not from its code.

Taken from the project are only where cells are open and which cell a point stands on; steps, slopes, rivers, roads,
meeting points, speeds and the search are made here anew, with scipy's Dijkstra.
"""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
import shapely
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.spatial import cKDTree

from infragap.analyses.schools.codes import Mode, Season
from infragap.analyses.schools.parameters import SchoolsParameters
from infragap.analyses.schools.study import Study
from infragap.analyses.schools.travel.open_ground import ground_cell
from infragap.gis.pack import Pack

CELL_M = 200.0
GOOD = ("asphalt", "concrete")
P = SchoolsParameters()


def tobler(grade: np.ndarray) -> np.ndarray:
    """Time against the flat: 6 exp(-3.5 |s + 0.05|) km/h against 6 exp(-0.175)."""
    return np.exp(-3.5 * 0.05) / np.exp(-3.5 * np.abs(grade + 0.05))


def heights_of(pack: Pack) -> np.ndarray:
    """Mean of each two by two cells of 100 m."""
    fine = np.asarray(pack.elevation.values, float)
    assert pack.elevation.cell_size_m == 100.0
    return np.nanmean(fine.reshape(fine.shape[0] // 2, 2, fine.shape[1] // 2, 2), axis=(1, 3))


class IndependentWays:
    """Links of the whole province by mode and season, as sparse matrices."""

    def __init__(self, pack: Pack, study: Study) -> None:
        self.pack, self.study = pack, study
        self.open = study.travel.ground.open_cells
        self.height = np.nan_to_num(heights_of(pack))
        self.west, self.north = pack.elevation.transform.c, pack.elevation.transform.f
        rivers = [
            (part, bool(major))
            for line, major in zip(pack.rivers.geometry, pack.rivers["is_major"], strict=True)
            for part in getattr(line, "geoms", [line])
        ]
        self.river = np.array([line for line, _ in rivers], dtype=object)
        self.major = np.array([major for _, major in rivers])
        self.tree = shapely.STRtree(self.river)
        self._steps()
        self._roads()

    def centre(self, cell: np.ndarray) -> np.ndarray:
        row, column = np.divmod(cell, self.open.shape[1])
        return np.stack([self.west + (column + 0.5) * CELL_M, self.north - (row + 0.5) * CELL_M], axis=1)

    def crossed(self, one: np.ndarray, other: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Whether straight steps cross any river, and a major one."""
        steps = shapely.linestrings(np.stack([one, other], axis=1))
        step, found = self.tree.query(steps, predicate="intersects")
        any_river, major = np.zeros(len(one), bool), np.zeros(len(one), bool)
        any_river[step] = True
        major[step[self.major[found]]] = True
        return any_river, major

    def _steps(self) -> None:
        rows, columns = self.open.shape
        cell = np.flatnonzero(self.open.ravel())
        row, column = np.divmod(cell, columns)
        fine = np.asarray(self.pack.forest.values)
        # the land cover of the cell's middle: the fine cell south-east of it holds the middle's corner
        forest = fine[1::2, 1::2] if fine.shape[0] == 2 * rows else None
        assert forest is not None
        kmh = np.full(self.open.shape, 5.04 * 0.6)
        kmh[forest > 0] *= 0.85
        kmh[forest >= 10] *= 0.67 / 0.85
        parts = []
        for down in (-1, 0, 1):
            for right in (-1, 0, 1):
                a, b = row + down, column + right
                inside = (a >= 0) & (a < rows) & (b >= 0) & (b < columns)
                if (down, right) == (0, 0):
                    continue
                r, c, a, b = row[inside], column[inside], a[inside], b[inside]
                free = self.open[a, b] & self.open[a, c] & self.open[r, b]
                r, c, a, b = r[free], c[free], a[free], b[free]
                run = np.hypot(down, right) * CELL_M
                grade = (self.height[a, b] - self.height[r, c]) / run
                flat = 0.06 * run * (0.5 / kmh[r, c] + 0.5 / kmh[a, b])
                parts.append(
                    (r * columns + c, a * columns + b, np.where(np.abs(grade) > 1, np.inf, flat * tobler(grade)))
                )
        self.step_from, self.step_to, self.step_min = (np.concatenate(part) for part in zip(*parts, strict=True))
        one, other = self.centre(self.step_from), self.centre(self.step_to)
        near = shapely.STRtree(shapely.points(one)).query(self.river, predicate="dwithin", distance=2 * CELL_M)[1]
        close = np.unique(near)
        self.step_wet, self.step_major = np.zeros(len(one), bool), np.zeros(len(one), bool)
        self.step_wet[close], self.step_major[close] = self.crossed(one[close], other[close])

    def _roads(self) -> None:
        roads = self.pack.roads.reset_index(drop=True)
        roads = roads[roads["road_class"] != "expressway"].reset_index(drop=True)
        every = self.pack.roads.reset_index(drop=True)
        self.roads = roads
        lines = np.asarray(roads.geometry.array, dtype=object)
        ends = np.concatenate([shapely.get_coordinates(shapely.get_point(lines, at)) for at in (0, -1)])
        all_lines = np.asarray(every.geometry.array, dtype=object)
        all_ends = np.concatenate([shapely.get_coordinates(shapely.get_point(all_lines, at)) for at in (0, -1)])
        pairs = cKDTree(all_ends).query_pairs(2.0, output_type="ndarray")
        joined = sp.coo_array((np.ones(len(pairs)), pairs.T), shape=(len(all_ends), len(all_ends)))
        _, group = connected_components(joined, directed=False)
        at_point: dict[int, np.ndarray] = {}
        for number in np.lexsort((all_ends[:, 1], all_ends[:, 0])).tolist():
            at_point.setdefault(int(group[number]), all_ends[number])
        keep = (every["road_class"] != "expressway").to_numpy()
        group = group[np.concatenate([keep, keep])]
        assert len(group) == len(ends)
        point_ids = sorted(at_point)
        points = shapely.points(np.array([at_point[one] for one in point_ids]))
        touch_point, touch_line = shapely.STRtree(lines).query(points, predicate="dwithin", distance=2.0)
        own = {(int(group[k]), k % len(lines)) for k in range(len(ends))}
        splits: dict[int, list[tuple[float, int]]] = {}
        for point, line in zip(touch_point.tolist(), touch_line.tolist(), strict=True):
            if (point_ids[point], line) not in own:
                splits.setdefault(line, []).append((float(lines[line].project(points[point])), point_ids[point]))
        xy, links, joints = [], [], []
        for row, line in enumerate(lines):
            count = max(1, int(np.ceil(line.length / CELL_M - 1e-9)))
            marks = [(line.length * k / count, -1) for k in range(count + 1)] + splits.get(row, [])
            marks.sort(key=lambda one: one[0])
            first = len(xy)
            spots = [line.interpolate(at) for at, _ in marks]
            xy += [(spot.x, spot.y) for spot in spots]
            stations = [line.interpolate(line.length * k / count) for k in range(count + 1)]
            for k in range(len(marks) - 1):
                start, end = marks[k][0], marks[k + 1][0]
                if end - start <= 0:
                    joints.append((first + k, first + k + 1))
                    continue
                piece = min(int((start + end) / 2 / (line.length / count)), count - 1)
                one, two = stations[piece], stations[piece + 1]
                links.append((first + k, first + k + 1, row, start, end, count, one.x, one.y, two.x, two.y))
            for k, (_, point) in enumerate(marks):
                if point >= 0:
                    joints.append((first + k, -1 - point))
            joints += [(first, -1 - int(group[row])), (first + len(marks) - 1, -1 - int(group[len(lines) + row]))]
        self.xy = np.array(xy)
        cells = self.open.size
        number = {one: cells + len(xy) + k for k, one in enumerate(point_ids)}
        self.joint = np.array([(cells + a, cells + b if b >= 0 else number[-1 - b]) for a, b in joints])
        self.nodes = cells + len(xy) + len(point_ids)
        columns = [np.array(column) for column in zip(*links, strict=True)]
        self.tail, self.head = cells + columns[0], cells + columns[1]
        self.row, self.start, self.end, self.count = columns[2], columns[3], columns[4], columns[5]
        rise = self._height_at(columns[8], columns[9]) - self._height_at(columns[6], columns[7])
        km = roads["length_km"].to_numpy(float)[self.row]
        self.grade = rise / (1000 * km / self.count)
        drawn = shapely.length(lines)[self.row]
        self.km = km * (self.end - self.start) / drawn
        good = roads["road_class"].isin(("national", "provincial")) | roads["surface"].isin(GOOD) | roads["is_bridge"]
        self.ford = np.zeros(len(self.row), bool)
        for row in np.flatnonzero(~good.to_numpy()).tolist():
            for number_of in self.tree.query(lines[row], predicate="intersects").tolist():
                meeting = lines[row].intersection(self.river[number_of])
                for spot in getattr(meeting, "geoms", [meeting]):
                    at = lines[row].project(spot.representative_point())
                    mine = np.flatnonzero(self.row == row)
                    self.ford[mine[(self.start[mine] < at) & (at <= self.end[mine])]] = True

    def _height_at(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Bilinear between middles of cells."""
        from scipy.ndimage import map_coordinates

        row, column = (self.north - y) / CELL_M - 0.5, (x - self.west) / CELL_M - 0.5
        return map_coordinates(self.height, [row, column], order=1, mode="nearest")

    def _onto_roads(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Stations and cells that touch, and what walking between them takes in the dry season."""
        x, y = self.xy.T
        cell = ground_cell(self.study.travel.ground, x, y)
        beside = np.zeros(len(x), bool)
        beside[self.tree.query(shapely.points(self.xy), predicate="dwithin", distance=25.0)[0]] = True
        usable = np.flatnonzero((cell >= 0) & ~beside)
        middle = self.centre(cell[usable])
        off = np.abs(middle - self.xy[usable])
        within = (off <= CELL_M / 2 * (1 + 1e-9)).all(axis=1)
        far = np.hypot(*off.T)
        near = within | (far <= 1.5 * CELL_M)
        taken = np.where(within, 0.0, 0.06 * far / (5.04 * 0.6))
        return self.open.size + usable[near], cell[usable[near]], taken[near]

    def minutes(self, mode: Mode, season: Season) -> sp.csr_array:
        """Matrix of all links; of several between two nodes the fastest."""
        rain = season == Season.RAINY
        wet = 0.8 if rain else 1.0
        step = self.step_min / wet + np.where(self.step_wet, np.inf if rain else 5.0, 0.0)
        step = np.where(self.step_major, np.inf, step)
        surface, kind = (self.roads[name].to_numpy(object)[self.row] for name in ("surface", "road_class"))
        paved = np.isin(surface, GOOD)
        walk = 5.04 * np.where(paved, 1.0, wet)
        dry = np.select([surface == s for s in ("asphalt", "concrete", "gravel", "earth")], [30.0, 22.0, 15.0, 10.0])
        track = (kind == "track") & ~paved
        dry = np.where(track, np.minimum(dry, 8.6), dry)
        ride = dry
        if rain:
            ride = np.select([paved, track, surface == "gravel"], [dry * 0.85, 0.0, dry * 0.6], 4.0)
        from_, to, taken = [self.step_from], [self.step_to], [step]
        for sign, a, b in ((1, self.tail, self.head), (-1, self.head, self.tail)):
            ford = np.where(self.ford, np.inf if rain else 5.0, 0.0)
            best = 60 * self.km / walk * tobler(sign * self.grade)
            if mode == Mode.MOTORBIKE:
                over = np.maximum(np.abs(100 * self.grade) - 8, 0)
                kept = np.maximum(1 - np.where(sign * self.grade > 0, 2.0, 1.0) * over / 100, 0.5)
                with np.errstate(divide="ignore"):
                    best = np.minimum(best, 60 * self.km / (ride * kept))
            from_.append(a), to.append(b), taken.append(best + ford)
        station, cell, onto = self._onto_roads()
        for a, b, value in (
            (station, cell, onto / wet), (cell, station, onto / wet),
            (self.joint[:, 0], self.joint[:, 1], np.zeros(len(self.joint))),
            (self.joint[:, 1], self.joint[:, 0], np.zeros(len(self.joint))),
        ):  # fmt: skip
            from_.append(a), to.append(b), taken.append(value)
        a, b, value = (np.concatenate(part) for part in (from_, to, taken))
        use = np.isfinite(value)
        a, b, value = a[use], b[use], value[use] + 1e-9  # a link of no length is a link
        order = np.lexsort((value, b, a))
        a, b, value = a[order], b[order], value[order]
        first = np.concatenate([[True], (np.diff(a) != 0) | (np.diff(b) != 0)])
        return sp.csr_array((value[first], (a[first], b[first])), shape=(self.nodes, self.nodes))

    def table(self, mode: Mode, season: Season, village: np.ndarray, site: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Minutes from villages to sites and back (cells); inf where there is no way."""
        matrix = self.minutes(mode, season)
        back = dijkstra(matrix, indices=site)[:, village].T
        to = dijkstra(matrix.T.tocsr(), indices=site)[:, village].T
        return to, back
