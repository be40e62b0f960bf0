"""A large pack at the density of a real country: copies of the embedded province side by side, each with settlements of
its own.

    python -m benchmarks.mosaic FOLDER --settlements 5000 [--seed 1]

So the ground, the grid and the headroom grow with the number of settlements, unlike in `benchmarks.synthetic`. Copies
touch where the province's raster ends: nothing crosses between them, as between provinces with a border of mountains.
Relief and forest are read at 200 m, or 20,000 settlements would be 75 million cells: plan with `routing_cell_m = 200`.
With `cell_m=100` they keep the cells of the province.
"""

import math
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from affine import Affine

from benchmarks.headroom import DATA, random_settlements
from benchmarks.synthetic import pack_command
from infragap.gis.pack import Pack, read_pack
from infragap.gis.raster import Raster, resample
from infragap.gis.writing.layers import write_layers

PROVINCE, CELL_M = 845, 200.0
"""Settlements of one copy, and width of its cells."""

EDGE_M, RAMP_CELLS = 500.0, 15

LAYERS = {
    "grid_lines": ("line_id", "feeder", "substation_id"),
    "substations": ("substation_id",),
    "stations": ("station_id",),
    "roads": ("road_id",),
    "rivers": ("river_id",),
    "lakes": ("lake_id",),
}
"""Layers that are copied as they are, and their columns with identifiers."""


def write_mosaic_pack(
    folder: Path, count: int, *, seed: int = 1, copies: int | None = None, cell_m: float = CELL_M
) -> Path:
    """Write a pack of about `count` settlements, on as many copies as hold them at the province's density unless their
    number is given; the same bytes for the same seed."""
    pack = read_pack(DATA)
    copies = copies or max(1, round(count / PROVINCE))
    columns = math.ceil(math.sqrt(copies))
    ground = resample(
        pack.elevation.with_values(pack.elevation.floats(), nodata=np.nan), cell_size_m=cell_m, method="mean"
    )
    ground = _even_at_edges(ground)
    rows, cols = ground.shape
    step = (cols * cell_m, rows * cell_m)
    shifts = [
        ((k % columns - columns // 2) * step[0], (k // columns - copies // columns // 2) * step[1])
        for k in range(copies)
    ]
    size = [count // copies + (k < count % copies) for k in range(copies)]
    layers: dict[str, Any] = {
        name: _together([_copy(getattr(pack, name), k, ids, *shift) for k, shift in enumerate(shifts)])
        for name, ids in LAYERS.items()
    }
    # a D of another alphabet in one name, which a check takes for an old font
    layers["grid_lines"]["feeder"] = layers["grid_lines"]["feeder"].str.replace("Ð", "Đ")
    communes = [_communes(pack, k, *shift) for k, shift in enumerate(shifts)]
    places = [_settlements(pack, k, n, seed + k, *shift) for k, (n, shift) in enumerate(zip(size, shifts, strict=True))]
    layers["settlements"] = _together(places)
    added = layers["settlements"].groupby("commune_code")["households"].sum()
    layers["communes"] = _together(communes)
    more = layers["communes"]["commune_code"].map(added).fillna(0).astype(int)
    layers["communes"]["households"] += more
    layers["communes"]["population"] += 4 * more
    layers["solar"] = pd.concat(
        [pack.solar.assign(commune_code=_codes(pack, pack.solar["commune_code"], k)) for k in range(copies)],
        ignore_index=True,
    )
    layers["elevation"] = _tiled(ground, ground, copies, columns)
    forest = resample(pack.forest, cell_size_m=cell_m, method="mode")
    layers["forest"] = _tiled(forest, forest, copies, columns)
    layers["runoff"] = _rain(pack.runoff, ground, copies, columns)
    write_layers(folder, layers, title=f"mosaic of {copies}", crs_measure=pack.crs_measure)
    return folder


def _codes(pack: Pack, codes: pd.Series, copy: int) -> pd.Series:
    number = {code: f"{10_000 + 100 * copy + k:05d}" for k, code in enumerate(pack.communes["commune_code"])}
    return codes.map(number)


def _copy(frame: gpd.GeoDataFrame, copy: int, ids: tuple[str, ...], right: float, down: float) -> gpd.GeoDataFrame:
    moved = frame.copy()
    moved.geometry = frame.geometry.translate(right, -down)
    for column in ids:
        moved[column] = (f"{copy:03d}-" + moved[column].astype(object)).where(moved[column].notna(), None)
    return moved


def _communes(pack: Pack, copy: int, right: float, down: float) -> gpd.GeoDataFrame:
    moved = _copy(pack.communes, copy, (), right, down)
    moved["commune_code"] = _codes(pack, pack.communes["commune_code"], copy)
    middle = moved.geometry.representative_point().to_crs("EPSG:4326")
    return moved.assign(centre_longitude=middle.x, centre_latitude=middle.y)


def _settlements(pack: Pack, copy: int, count: int, seed: int, right: float, down: float) -> gpd.GeoDataFrame:
    placed = random_settlements(pack, count, seed=seed)
    placed["commune_code"] = _codes(pack, placed["commune_code"], copy)
    return _copy(placed.drop(columns="near_village_id", errors="ignore"), copy, ("settlement_id", "name"), right, down)


def _together(frames: list[gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(pd.concat(frames, ignore_index=True), crs=frames[0].crs)


def _corner(ground: Raster, copies: int, columns: int) -> tuple[float, float]:
    """West and north of the mosaic."""
    rows, cols = ground.shape
    west = ground.transform.c - columns // 2 * cols * ground.cell_size_m
    return west, ground.transform.f + copies // columns // 2 * rows * ground.cell_size_m


def _tiled(raster: Raster, ground: Raster, copies: int, columns: int) -> Raster:
    west, north = _corner(ground, copies, columns)
    rows, cols = ground.shape
    values = np.tile(raster.values[:rows, :cols], (-(-copies // columns), columns))
    return Raster(values, Affine(ground.cell_size_m, 0, west, 0, -ground.cell_size_m, north), raster.crs, raster.nodata)


def _even_at_edges(ground: Raster) -> Raster:
    """Ground that falls or climbs to one height at its edges, so that copies meet without a cliff."""
    rows, cols = (np.minimum(np.arange(n), np.arange(n)[::-1]) for n in ground.shape)
    part = np.clip(np.minimum(rows[:, np.newaxis], cols[np.newaxis]) / RAMP_CELLS, 0, 1)
    values = EDGE_M + (np.nan_to_num(ground.values, nan=EDGE_M) - EDGE_M) * part
    return ground.with_values(values.astype(np.float32), nodata=np.nan)


def _rain(rain: Raster, ground: Raster, copies: int, columns: int) -> Raster:
    """Rain on its own coarse cells, each from the place of the province that lies there."""
    west, north = _corner(ground, copies, columns)
    height, width = (n * ground.cell_size_m for n in ground.shape)
    size = rain.transform.a
    x = np.arange(math.ceil(columns * width / size)) * size + size / 2
    y = np.arange(math.ceil(-(-copies // columns) * height / size)) * size + size / 2
    col = ((x % width + ground.transform.c - rain.transform.c) / size).astype(int).clip(0, rain.shape[1] - 1)
    row = ((y % height - ground.transform.f + rain.transform.f) / size).astype(int).clip(0, rain.shape[0] - 1)
    values = rain.values[:, row[:, np.newaxis], col[np.newaxis]]
    return Raster(np.ascontiguousarray(values), Affine(size, 0, west, 0, -size, north), rain.crs, rain.nodata)


if __name__ == "__main__":
    pack_command("mosaic", __doc__, write_mosaic_pack)
