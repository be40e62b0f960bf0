"""Heights: the coarse real relief of open packages with modelled ridges and valleys, pulled to spot heights and rivers.

What is real: the mean height of 9 km cells, points every 9 km, 56 spot heights, the course of rivers and some of their
levels. What is modelled: everything finer. Streams cut the ground between the known rivers until slope and catchment
are in balance, with a steepness that makes the mean heights come out. Ridges and valleys look right and drain; they are
not where the real ones are.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import rasterio.features
import scipy.ndimage as ndi
from numpy.typing import NDArray
from scipy.interpolate import RectBivariateSpline
from scipy.optimize import isotonic_regression

from infragap.gis.crs import WGS84, transform
from infragap.gis.raster import Raster, inside, rowcol, sample, warp, xy
from infragap.reference.inputs import CRS_MEASURE, Facts, province_grid
from infragap.reference.land.landform import StreamPower, breach_pits, cut_heights, drain, upstream_area

CELL_M, COARSE_CELL_M = 100.0, 200.0

SMOOTH_M = 4000.0
"""Standard deviation of the smoothing that turns real heights into the coarse layer: its cells are 9 km wide."""

FLOOR_SHARE = 0.62
"""A river of the mountains lies at this share of the mean height around it; assumption, only where no level is
known."""

STREAM_POWER = StreamPower(head_km2=0.15, channel_km2=8.0, river_km2=200.0, steepest=0.65, concavity=0.45)
"""Concavity: the usual value (Whipple and Tucker 1999). Hillslopes slide beyond 33°, and the three catchments:
assumptions."""

STEEPNESS = (0.07, 0.22)
"""Least and greatest slope of a catchment of 1 km² [m/m]; assumption."""

STREAM_HEAD = 0.6
"""The smallest streams lie this far between valley floor and mean height; assumption."""

FLOOR_REACH_M, FLOOR_TRUST = 5000.0, 0.004
"""How far a river's level tells the height of the valley floors, and the weight of the general share beside it;
assumption."""

ROUNDS_COARSE, ROUNDS_FINE = 9, 2

SHORTEST_RIVER_M = 5000.0
"""A shorter piece of a river is not sunk into the ground: it would be a hole."""

SAME_MOUTH_M = 200.0

SPOT_REACH_M = {"peak": 1600.0, "ridge": 1600.0, "pass": 1500.0, "town": 1300.0, "village": 900.0}
"""How far a spot height pulls the ground with it (standard deviation); assumption."""

SAMPLE_REACH_M, SAMPLE_TRUST = 2500.0, 0.5
"""Reach and weight of the height points every 9 km; assumption."""


def build_elevation(
    facts: Facts,
    rivers: gpd.GeoDataFrame,
    lakes: gpd.GeoDataFrame,
    rng: np.random.Generator,
    *,
    given: Raster | None = None,
) -> Raster:
    """Build the elevation layer.

    Parameters
    ----------
    facts
        Fact tables and coarse relief.
    rivers, lakes
        From `infragap.reference.land.rivers`, in the measuring CRS.
    rng
        Source of the fine texture.
    given
        A real elevation layer in any CRS, taken instead of the model and brought to the same grid.

    Returns
    -------
    Raster
        int16 [m], 100 m cells in the measuring CRS, no gaps.
    """
    grid = province_grid(CELL_M)
    if given is not None:
        return _whole_metres(grid, _from_given(given, grid, facts))
    coarse_grid = province_grid(COARSE_CELL_M)
    mean = _mean_height(facts, coarse_grid)
    base = mean + _sample_correction(facts, coarse_grid, mean)
    river_level = _river_levels(facts, coarse_grid, base, rivers, lakes)
    base = base + _spot_correction(facts, coarse_grid, base)
    start = base + _texture(coarse_grid, rng)
    log_steepness = np.log(np.clip(base / 8000, *STEEPNESS))
    height, log_steepness = _cut(coarse_grid, start, base, river_level, log_steepness, rounds=ROUNDS_COARSE, keep=0.5)
    fine_base = _finer(coarse_grid, grid, base)
    fine_level = _river_levels(facts, grid, fine_base, rivers, lakes)
    fine = _finer(coarse_grid, grid, height) + 0.25 * _texture(grid, rng, longest_m=1500)
    fine, _ = _cut(
        grid, fine, fine_base, fine_level, _finer(coarse_grid, grid, log_steepness), rounds=ROUNDS_FINE, keep=0.0
    )
    fine = ndi.gaussian_filter(fine, 0.7)
    fine += _tapered(grid, fine_level, fine_base - _smooth(fine, CELL_M))
    fine = _pull_to_spots(facts, grid, fine, fine_level)
    fine = np.where(np.isnan(fine_level), fine, fine_level)
    return _whole_metres(grid, _drained(grid, fine, fine_level))


def _mean_height(facts: Facts, grid: Raster) -> NDArray[np.float64]:
    """The 9 km mean heights, interpolated by cubic splines."""
    coarse = facts.raster("dem_itur_p1511_5min.tif")
    rows, cols = np.indices(coarse.shape)
    lon, lat = xy(coarse, rows[:, 0], 0)[1], xy(coarse, 0, cols[0])[0]
    spline = RectBivariateSpline(lon[::-1], lat, coarse.floats().astype(np.float64)[::-1], s=0)
    every = 4
    # the spline is smooth over kilometres: every fourth cell is enough, linear between
    x, y = xy(
        grid, np.arange(0, grid.shape[0] + every, every)[:, None], np.arange(0, grid.shape[1] + every, every)[None, :]
    )
    x, y = np.broadcast_arrays(x, y)
    longitude, latitude = transform(x.ravel(), y.ravel(), source=CRS_MEASURE, target=WGS84)
    values = spline.ev(latitude, longitude).reshape(x.shape)
    positions = np.indices(grid.shape) / every
    return np.asarray(ndi.map_coordinates(values, positions, order=1))


def _sample_correction(facts: Facts, grid: Raster, mean: NDArray[np.float64]) -> NDArray[np.float64]:
    """What the height points every 9 km say beyond the mean heights."""
    points = facts.raster("dem_etopo2022_5min.tif")
    rows, cols = np.nonzero(points.valid())
    lon, lat = xy(points, rows, cols)
    x, y = transform(lon, lat, source=WGS84, target=CRS_MEASURE)
    there = inside(grid, x, y)
    rest = points.values[rows, cols][there] - sample(grid.with_values(mean), x[there], y[there])
    weight_before = 1 / SAMPLE_TRUST - 1
    return _bumps(grid, x[there], y[there], rest, np.full(there.sum(), SAMPLE_REACH_M), weight_before)


def _bumps(
    grid: Raster,
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    amount: NDArray[np.float64],
    reach_m: NDArray[np.float64],
    weight_before: float,
) -> NDArray[np.float64]:
    """Weighted mean of amounts around points, weights falling off as a Gaussian, against 0 with `weight_before`."""
    total, weight_sum = np.zeros(grid.shape), np.full(grid.shape, weight_before)
    half = np.ceil(4.5 * reach_m / grid.cell_size_m).astype(int)
    rows, cols = rowcol(grid, x, y)
    for px, py, value, reach, r, c, h in zip(x, y, amount, reach_m, rows, cols, half, strict=True):
        r0, r1, c0, c1 = max(r - h, 0), min(r + h + 1, grid.shape[0]), max(c - h, 0), min(c + h + 1, grid.shape[1])
        cell_x, _ = xy(grid, 0, np.arange(c0, c1))
        _, cell_y = xy(grid, np.arange(r0, r1), 0)
        near = np.exp(-((cell_x[None, :] - px) ** 2 + (cell_y[:, None] - py) ** 2) / (2 * reach**2))
        total[r0:r1, c0:c1] += near * value
        weight_sum[r0:r1, c0:c1] += near
    return np.asarray(total / np.maximum(weight_sum, 1e-9))


def _spots(facts: Facts) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], NDArray[np.str_]]:
    """Spot heights whose position is known to 2.5 km: x, y, height, kind; rivers and lakes are not among them."""
    table = facts.heights
    used = table[table["kind"].isin(SPOT_REACH_M) & (table["accuracy_m"] <= 2500)]
    x, y = transform(used["lon"], used["lat"], source=WGS84, target=CRS_MEASURE)
    return x, y, used["elevation_m"].to_numpy(dtype=float), used["kind"].to_numpy(dtype=str)


def _spot_correction(facts: Facts, grid: Raster, height: NDArray[np.float64]) -> NDArray[np.float64]:
    x, y, known, kind = _spots(facts)
    reach = np.array([SPOT_REACH_M[k] for k in kind])
    return _bumps(grid, x, y, known - sample(grid.with_values(height), x, y), reach, 0.2)


def _pull_to_spots(
    facts: Facts, grid: Raster, height: NDArray[np.float64], river_level: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Raise or lower the ground around each spot until it has its height; three rounds, narrower each time."""
    x, y, known, kind = _spots(facts)
    reach = np.array([SPOT_REACH_M[k] for k in kind])
    for share in (0.6, 0.3, 0.12):
        rest = known - sample(grid.with_values(height), x, y)
        height = height + _tapered(grid, river_level, _bumps(grid, x, y, rest, reach * share, 0.02), reach_m=300)
    # the last metres: towns stand on ground as level as the published figure is rough
    rows, cols = rowcol(grid, x, y)
    height[rows, cols] = known
    return height


def _river_levels(
    facts: Facts, grid: Raster, base: NDArray[np.float64], rivers: gpd.GeoDataFrame, lakes: gpd.GeoDataFrame
) -> NDArray[np.float64]:
    """Heights of river and lake cells [m], NaN elsewhere; falling downstream."""
    level = np.full(grid.shape, np.nan)
    ground = grid.with_values(base)
    known_x, known_y, known_m, known_weight = _known_levels(facts)
    done: list[NDArray[np.float64]] = []
    for line, documented in zip(rivers.geometry, rivers["river_id"].str.startswith("R"), strict=True):
        if line.length < SHORTEST_RIVER_M:
            continue
        count = max(int(line.length / (grid.cell_size_m / 8)), 2)
        points = line.interpolate(np.linspace(0, line.length, count))
        px, py = np.array([p.x for p in points]), np.array([p.y for p in points])
        there = inside(grid, px, py)
        if there.sum() < 2:
            continue
        px, py = px[there], py[there]
        estimate = FLOOR_SHARE * sample(ground, px, py)
        weight = np.full(len(px), 0.02)
        for kx, ky, metres, trust in zip(known_x, known_y, known_m, known_weight, strict=True):
            distance = np.hypot(px - kx, py - ky)
            if distance.min() < 2500:
                near = np.argsort(distance, kind="stable")[:40]
                estimate[near], weight[near] = metres, trust
        if not documented and estimate[: len(estimate) // 4].mean() < estimate[-len(estimate) // 4 :].mean():
            px, py, estimate, weight = px[::-1], py[::-1], estimate[::-1], weight[::-1]
        if done:
            # a tributary ends at the level of the river that it meets
            stack = np.concatenate(done)
            gap = np.hypot(stack[:, 0] - px[-1], stack[:, 1] - py[-1])
            if gap.min() < 2 * grid.cell_size_m + SAME_MOUTH_M:
                estimate[-20:], weight[-20:] = stack[gap.argmin(), 2], 100.0
        fitted = isotonic_regression(estimate, weights=weight, increasing=False).x
        rows, cols = rowcol(grid, px, py)
        ordered = np.argsort(-fitted, kind="stable")
        free = np.isnan(level[rows[ordered], cols[ordered]])
        level[rows[ordered][free], cols[ordered][free]] = fitted[ordered][free]
        done.append(np.column_stack([px, py, fitted]))
    burnt = rasterio.features.rasterize(list(lakes.geometry), out_shape=grid.shape, transform=grid.transform)
    level[burnt > 0] = _lake_level(facts)
    return level


def _known_levels(facts: Facts) -> tuple[NDArray[np.float64], ...]:
    """River levels that are known, and towns: a town beside a river stands about 10 m above it (assumption)."""
    table = facts.heights
    used = table[table["kind"].isin(["river", "town", "lake"])]
    x, y = transform(used["lon"], used["lat"], source=WGS84, target=CRS_MEASURE)
    town = (used["kind"] == "town").to_numpy()
    metres = used["elevation_m"].to_numpy(dtype=float) - np.where(town, 10.0, 0.0)
    return x, y, metres, np.where(town, 1.0, 50.0)


def _lake_level(facts: Facts) -> float:
    table = facts.heights
    return float(table.loc[table["kind"] == "lake", "elevation_m"].iloc[0])


def _texture(grid: Raster, rng: np.random.Generator, *, longest_m: float = 9000.0) -> NDArray[np.float64]:
    """Random relief of many wavelengths [m], so that streams find ways of their own; standard deviation about 70 m."""
    total = np.zeros(grid.shape)
    wave, amplitude = longest_m, 55.0
    while wave > 2 * grid.cell_size_m:
        shape = tuple(int(np.ceil(n * grid.cell_size_m / (wave / 2))) + 3 for n in grid.shape)
        knots = rng.standard_normal(shape)
        offset = rng.random(2)
        positions = np.indices(grid.shape) * (grid.cell_size_m / (wave / 2)) + offset[:, None, None]
        total += amplitude * ndi.map_coordinates(knots, positions, order=3, mode="reflect")
        wave, amplitude = wave / 2, amplitude * 0.55
    return total


def _smooth(height: NDArray[np.float64], cell_m: float, *, by_m: float = SMOOTH_M) -> NDArray[np.float64]:
    # smoothing on some of the cells: the result is smooth over kilometres anyway
    step = max(int(by_m / cell_m / 8), 1)
    rows, cols = height.shape
    blocks = ndi.uniform_filter(height, step, mode="nearest")[step // 2 :: step, step // 2 :: step]
    soft = ndi.gaussian_filter(blocks, by_m / cell_m / step, mode="nearest")
    positions = (np.indices((rows, cols)) - step // 2) / step
    return np.asarray(ndi.map_coordinates(soft, positions, order=1, mode="nearest"))


def _rim(shape: tuple[int, int]) -> NDArray[np.bool_]:
    rim = np.ones(shape, dtype=bool)
    rim[1:-1, 1:-1] = False
    return rim


def _floor(grid: Raster, base: NDArray[np.float64], river_level: NDArray[np.float64]) -> NDArray[np.float64]:
    """Height of valley floors [m], smooth: the rivers' share of the mean height, spread between them."""
    known = ~np.isnan(river_level)
    share = np.where(known, np.clip(np.nan_to_num(river_level) / np.maximum(base, 10), 0.15, 1.0), 0.0)
    weight = _smooth(known.astype(float), grid.cell_size_m, by_m=FLOOR_REACH_M)
    total = _smooth(share, grid.cell_size_m, by_m=FLOOR_REACH_M)
    spread = (total + FLOOR_TRUST * FLOOR_SHARE) / (weight + FLOOR_TRUST)
    return np.where(known, river_level, spread * base)


def _cut(
    grid: Raster,
    start: NDArray[np.float64],
    base: NDArray[np.float64],
    river_level: NDArray[np.float64],
    log_steepness: NDArray[np.float64],
    *,
    rounds: int,
    keep: float,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Let streams cut the ground; give heights and the logarithm of the steepness that makes the mean heights come out.

    `keep` is the share of the former ground that stays in the first round: streams find their ways while divides move
    slowly.
    """
    cell_m = grid.cell_size_m
    known = ~np.isnan(river_level)
    outlet = known | _rim(grid.shape)
    floor = _floor(grid, base, river_level)
    head = STREAM_HEAD * np.maximum(base - floor, 0)
    wanted = np.maximum(base - _smooth(floor, cell_m), 4.0)
    height = np.where(outlet, floor, start)
    former = start
    for turn in range(rounds):
        order, receiver = drain(height, outlet)
        area = upstream_area(order, receiver, (cell_m / 1000) ** 2)
        cut = cut_heights(
            order,
            receiver,
            area,
            floor.ravel(),
            head.ravel(),
            np.exp(log_steepness).ravel(),
            STREAM_POWER,
            grid.shape[1],
            cell_m,
        ).reshape(grid.shape)
        above = np.maximum(_smooth(cut - floor, cell_m), 4.0)
        change = _smooth(np.clip(np.log(wanted / above), -0.5, 0.5), cell_m)
        log_steepness = np.clip(log_steepness + 0.6 * change, np.log(STEEPNESS[0]), np.log(STEEPNESS[1]))
        stay = keep * max(1 - turn / (0.7 * rounds), 0.0)
        height = np.where(outlet, floor, (1 - stay) * cut + stay * former)
    return height, log_steepness


def _tapered(
    grid: Raster, river_level: NDArray[np.float64], amount: NDArray[np.float64], *, reach_m: float = 1200.0
) -> NDArray[np.float64]:
    """Fade a correction out towards the rivers, whose levels stay."""
    distance_m = ndi.distance_transform_edt(np.isnan(river_level)) * grid.cell_size_m
    return np.asarray(amount * (1 - np.exp(-distance_m / reach_m)))


def _drained(grid: Raster, height: NDArray[np.float64], river_level: NDArray[np.float64]) -> NDArray[np.float64]:
    """Open what pits the corrections have left."""
    outlet = ~np.isnan(river_level) | _rim(grid.shape)
    order, receiver = drain(height, outlet)
    return np.asarray(breach_pits(order, receiver, height.ravel()).reshape(grid.shape))


def _finer(source: Raster, target: Raster, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Interpolate to a finer grid with the same corner, cubic."""
    ratio = target.cell_size_m / source.cell_size_m
    positions = (np.indices(target.shape) + 0.5) * ratio - 0.5
    return np.asarray(ndi.map_coordinates(values, positions, order=3, mode="nearest"))


def _from_given(given: Raster, grid: Raster, facts: Facts) -> NDArray[np.float64]:
    """Bring a given layer to the grid; beyond its edge the coarse real relief."""
    there = warp(given.with_values(given.floats(), nodata=np.nan), crs=CRS_MEASURE, cell_size_m=CELL_M)
    rows, cols = np.indices(grid.shape)
    x, y = xy(grid, rows.ravel(), cols.ravel())
    height = sample(there, x, y).reshape(grid.shape)
    return np.where(np.isnan(height), _mean_height(facts, grid), height)


def _whole_metres(grid: Raster, height: NDArray[np.float64]) -> Raster:
    return grid.with_values(np.rint(height).astype(np.int16))
