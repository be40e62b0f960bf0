"""Travel time to the nearest school beside AccessMod's published algorithm, on the same raster, speeds and schools.

The peer is written here from the published description (no code of theirs): every cell has one mode and one speed;
roads are burnt over the land cover and over rivers, which are barriers elsewhere; a step costs half its length in each
cell at that cell's own speed; on foot Tobler's function, scaled so that the given speed is that on the flat, is applied
to the slope between the middles of the cells, toward the facility; motorbikes ignore slope; 16 neighbours (knight's
move), whose long step runs in quarters through the two cells that it passes between. Reference: Ray, N., Ebener, S.
(2008), AccessMod 3.0, Int J Health Geogr 7:63, and the AccessMod 5 user manual, 'travel time analysis'.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import rasterio.features
import scipy.sparse as sp
from scipy.sparse.csgraph import dijkstra

from benchmarks import Row
from benchmarks.measure import timed, timed_with_cpu
from infragap.analyses.arrays import BoolArray, FloatArray, IntArray
from infragap.analyses.schools.codes import Mode, Season
from infragap.analyses.schools.parameters import SchoolsParameters
from infragap.analyses.schools.study import Study, prepare
from infragap.analyses.schools.travel.speeds import motorbike_kmh, tobler_effort
from infragap.analyses.schools.travel.ways import at_nodes, nearest
from infragap.gis.pack import read_pack

PACK = Path(__file__).resolve().parent.parent / "data"
ROUNDS = 3

SIDES = ((0, 1), (1, 0), (0, -1), (-1, 0), (1, 1), (1, -1), (-1, 1), (-1, -1))
KNIGHTS = ((1, 2), (2, 1), (-1, 2), (-2, 1), (1, -2), (2, -1), (-1, -2), (-2, -1))


def merged_land_cover(study: Study) -> tuple[FloatArray, BoolArray]:
    """(rows, columns) speed [km/h] of each cell, 0 = barrier, and whether it is ridden."""
    ground, parameters, roads = study.travel.ground, study.parameters, study.roads
    grid = {"out_shape": ground.open_cells.shape, "transform": ground.elevation.transform, "all_touched": True}
    speed = np.where(ground.open_cells, ground.kmh, 0.0).astype(np.float64)
    rivers = rasterio.features.rasterize([(line, 1) for line in ground.water.rivers], dtype="uint8", **grid)
    speed[rivers > 0] = 0.0
    kmh = np.array(
        [
            motorbike_kmh(*pair, Season.DRY, parameters)
            for pair in zip(roads["road_class"], roads["surface"], strict=True)
        ]
    )
    ridden = np.zeros(speed.shape)
    # of several roads in a cell the fastest is burnt last
    burnt = [(roads.geometry.iloc[row], kmh[row]) for row in np.argsort(kmh, kind="stable").tolist() if kmh[row] > 0]
    rasterio.features.rasterize(burnt, out=ridden, transform=ground.elevation.transform, all_touched=True)
    return np.where(ridden > 0, ridden, speed), ridden > 0


def accessmod_links(study: Study) -> sp.csr_array:
    """Matrix of minutes from each cell to its sixteen neighbours."""
    kmh, ridden = merged_land_cover(study)
    height, cell_m = study.travel.ground.elevation.values.astype(float), study.travel.ground.cell_size_m
    rows, columns = kmh.shape
    row, column = np.nonzero(kmh > 0)
    parts = []
    for down, right in (*SIDES, *KNIGHTS):
        run_m = float(np.hypot(down, right)) * cell_m
        a, b = row + down, column + right
        inside = (a >= 0) & (a < rows) & (b >= 0) & (b < columns)
        r, c, a, b = row[inside], column[inside], a[inside], b[inside]
        between = [(r, c), (a, b)]
        if (down, right) in KNIGHTS:
            half_down, half_right = down // abs(down), right // abs(right)
            long_down = abs(down) == 2
            first = (r + half_down, c) if long_down else (r, c + half_right)
            second = (r + half_down, c + half_right)
            between = [(r, c), first, second, (a, b)]
        usable = np.all([kmh[cell] > 0 for cell in between], axis=0)
        r, c, a, b = r[usable], c[usable], a[usable], b[usable]
        between = [(one[usable], other[usable]) for one, other in between]
        effort = tobler_effort((height[a, b] - height[r, c]) / run_m)
        share = 0.06 * run_m / len(between)
        minutes = np.sum([share / kmh[cell] * np.where(ridden[cell], 1.0, effort) for cell in between], axis=0)
        parts.append((r * columns + c, a * columns + b, minutes))
    tail, head, minutes = (np.concatenate(part) for part in zip(*parts, strict=True))
    return sp.csr_array((minutes, (tail, head)), shape=(kmh.size, kmh.size))


def accessmod_minutes(links: sp.csr_array, schools: IntArray) -> FloatArray:
    """(cells,) minutes from each cell to the nearest school, toward the facility."""
    return np.asarray(dijkstra(links.T.tocsr(), indices=schools, min_only=True))


def cases(*, quick: bool, shared: Path | None) -> Iterator[Row]:
    """All villages of the embedded pack to the nearest school with upper secondary, motorbike, dry season."""
    study = prepare(read_pack(PACK), SchoolsParameters(draws=0))
    teaches = (study.schools["has_upper_secondary"] & (study.schools["status"] == "existing")).to_numpy(bool)
    schools, villages = study.school_cell[teaches], study.village_cell
    build_s, links = timed(lambda: accessmod_links(study))
    study.nearest(Mode.MOTORBIKE, Season.DRY, schools)  # compiles
    ours_s: list[float] = []
    theirs_s: list[float] = []
    ratio: list[float] = []
    for _ in range(1 if quick else ROUNDS):
        seconds, cpu, ways = timed_with_cpu(lambda: nearest(study.travel, Mode.MOTORBIKE, Season.DRY, schools))
        peer_seconds, peer_cpu, field = timed_with_cpu(lambda: accessmod_minutes(links, schools))
        for values, value in ((ours_s, seconds), (theirs_s, peer_seconds), (ratio, peer_cpu / cpu)):
            values.append(value)
    ours = at_nodes(ways.cost, study.village_node, missing=np.inf)
    theirs = np.where(villages >= 0, field[villages], np.inf)
    told = np.isfinite(ours) & np.isfinite(theirs) & (theirs > 5)
    longer = ours[told] / theirs[told]
    low, middle, high = np.quantile(longer, [0.1, 0.5, 0.9])
    pupils = study.villages["pupils_upper_secondary"].to_numpy(float)[told]
    one_only = int((np.isfinite(ours) != np.isfinite(theirs)).sum())
    yield Row(
        routine="ways to the nearest school",
        instance="embedded pack, 200 m, motorbike, dry season",
        size=study.travel.graph.nodes,
        seconds=float(np.median(ours_s)),
        objective=float(np.average(ours[told], weights=pupils)),
        peer="AccessMod's published algorithm, searched by scipy",
        peer_seconds=float(np.median(theirs_s)),
        peer_objective=float(np.average(theirs[told], weights=pupils)),
        speed_up=float(np.median(ratio)),
        note=f"objective: mean minutes of a pupil. Ours are {middle:.2f} times theirs at the median village "
        f"(10 %: {low:.2f}, 90 %: {high:.2f}; {told.sum()} villages, {one_only} reached by one only): "
        f"real road lengths instead of cells, slopes of roads, fords. "
        f"Building their links {build_s:.1f} s.",
    )
