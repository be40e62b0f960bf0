"""Commune polygons approximated from registry boxes, official areas and centroids; labelled approximate wherever they
go.

No open registry package holds the polygons of the communes of July 2025. What is known of each: the old communes merged
into it (their bounding boxes, 0.5-2 km off), its official area, and the centroid of its true polygon. A cell of the
ground goes to the commune with the smallest score; the score is the box metric of the old communes plus the distance to
the centroid, shifted and tilted per commune until areas and centroids come out (the dual prices of an assignment
problem with these totals).
"""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import rasterio.features
import scipy.ndimage as ndi
import shapely
from numpy.typing import NDArray

from infragap.gis.crs import WGS84, transform
from infragap.gis.raster import Raster, xy
from infragap.reference.inputs import CRS_MEASURE, Facts, boxes_measure, province_grid
from infragap.reference.places.commune_kernels import candidates, winners

DISTANCE_WEIGHT = 0.5
"""Weight of the distance to the centroid (in radii of a circle of the commune's area) beside the box metric;
assumption."""

METRIC_CAP = 4.0
"""Beyond four half-widths of a box its metric tells nothing more; assumption."""

CANDIDATES = 12
"""Communes that compete for one cell: those with the smallest scores before the prices."""

COARSE_CELL_M, FINE_CELL_M = 400.0, 200.0
COARSE_ROUNDS, FINE_ROUNDS = 140, 40
SIMPLIFY_M = 250.0


@dataclass(frozen=True)
class _Targets:
    """Official area [km²], centroid [m] and radius [m] of a circle of that area, one per commune in the order of the
    codes."""

    codes: tuple[str, ...]
    area_km2: NDArray[np.float64]
    x: NDArray[np.float64]
    y: NDArray[np.float64]

    @property
    def radius_m(self) -> NDArray[np.float64]:
        return np.sqrt(self.area_km2 * 1e6 / np.pi)


@dataclass(frozen=True)
class _Boxes:
    """Box centre and half-widths [m] of old communes; `owner` is 0 for those outside the province, else commune
    position + 1."""

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    half_width_m: NDArray[np.float64]
    half_height_m: NDArray[np.float64]
    owner: NDArray[np.int64]


def approximate_polygons(facts: Facts) -> gpd.GeoSeries:
    """Approximate the polygons of the communes.

    Returns
    -------
    GeoSeries
        One valid Polygon per commune, indexed by commune code, in the measuring CRS; neighbours share their borders,
        without gaps or overlaps.
    """
    targets = _targets(facts)
    boxes = _boxes(facts, targets)
    prices = np.zeros((3, len(targets.codes) + 1))
    coarse = province_grid(COARSE_CELL_M)
    prices, _ = _balance(coarse, _inside_vietnam(facts, coarse), boxes, targets, prices, rounds=COARSE_ROUNDS, step=0.5)
    fine = province_grid(FINE_CELL_M)
    _, owner = _balance(fine, _inside_vietnam(facts, fine), boxes, targets, prices, rounds=FINE_ROUNDS, step=0.15)
    return _polygonise(_without_islands(owner), fine, targets.codes)


def _targets(facts: Facts) -> _Targets:
    frame = facts.communes
    x, y = transform(frame["centroid_lon"], frame["centroid_lat"], source=WGS84, target=CRS_MEASURE)
    return _Targets(tuple(frame["ma_xa"]), frame["dien_tich_km2"].to_numpy(dtype=float), x, y)


def _boxes(facts: Facts, targets: _Targets) -> _Boxes:
    """Boxes of the old communes inside and around the province; a box that cannot be right is replaced by a square."""
    legacy = facts.legacy
    position = {code: i for i, code in enumerate(targets.codes)}
    owner = legacy["commune_code"].map(position).to_numpy(dtype=np.int64)
    x = (legacy["west"] + legacy["east"]).to_numpy() / 2
    y = (legacy["south"] + legacy["north"]).to_numpy() / 2
    half_width = (legacy["east"] - legacy["west"]).to_numpy() / 2
    half_height = (legacy["north"] - legacy["south"]).to_numpy() / 2
    parts = np.bincount(owner, minlength=len(targets.codes))[owner]
    area = targets.area_km2[owner]
    expected = area / parts
    box_area = 4 * half_width * half_height / 1e6
    radius = targets.radius_m[owner]
    off = np.hypot(x - targets.x[owner], y - targets.y[owner]) / radius
    wrong = (box_area > 2.5 * area) | (box_area < 0.12 * expected) | (off > 2.2)
    point_off = np.hypot(legacy.geometry.x - targets.x[owner], legacy.geometry.y - targets.y[owner]).to_numpy() / radius
    by_point, by_centroid = wrong & (point_off < 1.6), wrong & (point_off >= 1.6) & (parts == 1)
    x = np.where(by_point, legacy.geometry.x, np.where(by_centroid, targets.x[owner], x))
    y = np.where(by_point, legacy.geometry.y, np.where(by_centroid, targets.y[owner], y))
    square = 0.6 * np.sqrt(expected) * 1e3
    kept = ~wrong | by_point | by_centroid
    west, south, east, north = (side.to_numpy() for side in boxes_measure(facts.neighbour_communes))
    return _Boxes(
        x=np.concatenate([x[kept], (west + east) / 2]),
        y=np.concatenate([y[kept], (south + north) / 2]),
        half_width_m=np.concatenate([np.where(wrong, square, half_width)[kept], (east - west) / 2]) + 50,
        half_height_m=np.concatenate([np.where(wrong, square, half_height)[kept], (north - south) / 2]) + 50,
        owner=np.concatenate([owner[kept] + 1, np.zeros(len(west), dtype=np.int64)]),
    )


def _inside_vietnam(facts: Facts, grid: Raster) -> NDArray[np.bool_]:
    """Cells south of the national border line."""
    merged = shapely.line_merge(shapely.union_all(facts.lines("border_vn_cn").geometry.to_numpy()))
    pieces = [shapely.get_coordinates(line) for line in shapely.get_parts(merged)]
    pieces = sorted((p if p[0, 0] < p[-1, 0] else p[::-1] for p in pieces), key=lambda p: float(p[0, 0]))
    line = np.concatenate(pieces)
    west, south, east, _ = grid.bounds
    frame = np.array(
        [
            [east, line[-1, 1]],
            [east, south - 1e3],
            [min(west, line[0, 0]), south - 1e3],
            [min(west, line[0, 0]), line[0, 1]],
        ]
    )
    vietnam = shapely.make_valid(shapely.Polygon(np.concatenate([line, frame])))
    burnt = rasterio.features.rasterize([vietnam], out_shape=grid.shape, transform=grid.transform)
    return np.asarray(burnt > 0)


def _balance(
    grid: Raster,
    vietnam: NDArray[np.bool_],
    boxes: _Boxes,
    targets: _Targets,
    prices: NDArray[np.float64],
    *,
    rounds: int,
    step: float,
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Adjust shift and tilt of each commune's score until areas and centroids fit; give prices and owner of each cell
    (0 = outside)."""
    rows, cols = np.nonzero(vietnam)
    x, y = xy(grid, rows, cols)
    box = np.column_stack([boxes.x, boxes.y, boxes.half_width_m, boxes.half_height_m])
    disc = np.vstack([[0.0, 0.0, 1.0], np.column_stack([targets.x, targets.y, targets.radius_m])])
    owners, scores = candidates(x, y, box, boxes.owner, disc, CANDIDATES, METRIC_CAP, DISTANCE_WEIGHT)
    cell_km2 = grid.cell_size_m**2 / 1e6
    count = len(targets.codes) + 1
    prices = prices.copy()
    winner = np.zeros(len(x), dtype=np.int64)
    for turn in range(rounds + 1):
        winner = winners(x, y, owners, scores, disc, prices)
        if turn == rounds:
            break
        cells = np.bincount(winner, minlength=count)[1:]
        held = np.maximum(cells, 1)
        rate = step / (1 + turn / 50)
        off_x = (np.bincount(winner, weights=x, minlength=count)[1:] / held - targets.x) / targets.radius_m
        off_y = (np.bincount(winner, weights=y, minlength=count)[1:] / held - targets.y) / targets.radius_m
        excess = np.log(np.maximum(cells * cell_km2, 0.3) / targets.area_km2)
        prices[0, 1:] += 0.6 * rate * np.clip(excess, -1, 1)
        prices[1, 1:] += np.where(cells > 0, rate * off_x, 0)
        prices[2, 1:] += np.where(cells > 0, rate * off_y, 0)
    owner = np.zeros(grid.shape, dtype=np.int64)
    owner[rows, cols] = winner
    return prices, owner


def _without_islands(owner: NDArray[np.int64]) -> NDArray[np.int64]:
    """Keep the largest piece of each commune (and of the outside) and give the rest to the nearest kept cell."""
    kept = np.zeros(owner.shape, dtype=bool)
    for value in np.unique(owner):
        pieces, number = ndi.label(owner == value)
        if value == 0:
            # the outside lies all around: a hole is a piece that does not touch the frame of the grid
            rim = np.unique(np.concatenate([pieces[0], pieces[-1], pieces[:, 0], pieces[:, -1]]))
            kept |= np.isin(pieces, rim[rim > 0])
        elif number:
            sizes = np.bincount(pieces.ravel())[1:]
            kept |= pieces == 1 + int(sizes.argmax())
    nearest = ndi.distance_transform_edt(~kept, return_distances=False, return_indices=True)
    return np.asarray(owner[tuple(nearest)])


def _polygonise(owner: NDArray[np.int64], grid: Raster, codes: tuple[str, ...]) -> gpd.GeoSeries:
    """Outline the cells of each commune and straighten the steps, shared borders together."""
    shapes = rasterio.features.shapes(owner.astype(np.int32), mask=owner > 0, transform=grid.transform)
    pieces: dict[int, list[shapely.Geometry]] = {}
    for geometry, value in shapes:
        pieces.setdefault(int(value), []).append(shapely.geometry.shape(geometry))
    outlines = [max(pieces[i + 1], key=shapely.area) for i in range(len(codes))]
    # a vertex at every cell corner: neighbours must share their vertices, and straight runs come without them
    stepped = shapely.segmentize(np.asarray(outlines, dtype=object), grid.cell_size_m)
    simplified = shapely.coverage_simplify(stepped, SIMPLIFY_M)
    return gpd.GeoSeries(simplified, index=pd.Index(codes, name="commune_code"), crs=CRS_MEASURE)
