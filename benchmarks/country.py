"""A country for measuring: the embedded province side by side any number of times, each with its own ground, grid and
stations.

    python -m benchmarks.country FOLDER --provinces 24 [--seed 1]

So density and headroom stay those of a province, and what grows is the ground. Households of each settlement are drawn
anew in every province but the first (a factor around 1, log-normal, 0.3), so that no two provinces have the same plan.
Published numbers of the targets grow with the provinces, shares stay. Layers of water supply and schools are left out.
"""

import argparse
import json
import math
import re
import shutil
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import rasterio
from rasterio.transform import Affine

from infragap.gis.catalog import FILE_NAME, read_catalog
from infragap.starting.hashes import fill_hashes

DATA = Path(__file__).resolve().parent.parent / "data"

EAST_M, NORTH_M = 175_000, 180_000
"""From province to province: the rasters' width and height, up to whole cells of the coarsest."""

CRS = "EPSG:9208"

IDENTIFIERS = {
    "village_id",
    "settlement_id",
    "near_village_id",
    "fact_id",
    "road_id",
    "bridge_id",
    "river_id",
    "flows_into",
    "lake_id",
    "line_id",
    "feeder",
    "substation_id",
    "code",
    "station_id",
}
"""Columns that tell things apart: in every province but the first they begin with its number."""

CODE, CODES = "commune_code", 3_000
"""Column of communes, and by how much their numbers grow from province to province: five digits, as official ones."""

LEFT_OUT = ("water_schemes", "water_households", "schools")

SPREAD = 0.3
"""Of the households, by settlement."""


def write_country_pack(folder: Path, provinces: int, *, seed: int = 1) -> Path:
    """Write the pack into a folder that is not there yet, and return the folder; the same bytes for the same seed."""
    catalog, across = read_catalog(DATA), math.ceil(math.sqrt(provinces))
    places = [divmod(k, across) for k in range(provinces)]
    rows: dict[str, int] = {}
    for entry in catalog.layer:
        if entry.name in LEFT_OUT:
            continue
        source, target = DATA / entry.file, folder / entry.file
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.suffix == ".tif":
            _write_raster(source, target, places)
        elif source.suffix == ".geojson":
            rows[entry.name] = _write_features(source, target, places)
        else:
            rows[entry.name] = _write_table(source, target, places, seed)
    _write_catalogue(folder, provinces, rows)
    fill_hashes(folder, replace=True)
    return folder


def _write_raster(source: Path, target: Path, places: list[tuple[int, int]]) -> None:
    """Copies side by side; the last row and column of each goes on to where the next begins."""
    with rasterio.open(source) as given:
        bands, profile, at = given.read(), given.profile, given.transform
    high, wide = round(NORTH_M / -at.e), round(EAST_M / at.a)
    more = ((0, 0), (0, high - bands.shape[1]), (0, wide - bands.shape[2]))
    bands = np.pad(bands, more, mode="edge")
    down, right = max(row for row, _ in places) + 1, max(col for _, col in places) + 1
    whole = np.tile(bands, (1, down, right))
    profile.update(height=whole.shape[1], width=whole.shape[2], tiled=True, blockxsize=256, blockysize=256)
    profile.update(transform=Affine(at.a, 0, at.c, 0, at.e, at.f))
    with rasterio.open(target, "w", **profile) as file:
        file.write(whole)


def _write_features(source: Path, target: Path, places: list[tuple[int, int]]) -> int:
    layer = gpd.read_file(source).to_crs(CRS)
    found = []
    for number, (down, right) in enumerate(places):
        moved = layer.set_geometry(layer.translate(right * EAST_M, -down * NORTH_M))
        found.append(_renamed(moved, number))
    whole = gpd.GeoDataFrame(pd.concat(found, ignore_index=True), crs=CRS).to_crs("EPSG:4326")
    if "centre_longitude" in whole:
        middle = whole.representative_point()
        whole = whole.assign(centre_longitude=middle.x.round(5), centre_latitude=middle.y.round(5))
    whole.to_file(target, driver="GeoJSON", COORDINATE_PRECISION=6)
    return len(whole)


def _write_table(source: Path, target: Path, places: list[tuple[int, int]], seed: int) -> int:
    table = pd.read_csv(source, dtype=dict.fromkeys([*IDENTIFIERS, CODE], str))
    rng, found = np.random.default_rng(seed), []
    has_place = "longitude" in table
    spots = gpd.GeoSeries.from_xy(table.longitude, table.latitude, crs="EPSG:4326").to_crs(CRS) if has_place else None
    for number, (down, right) in enumerate(places):
        copy = _renamed(table, number)
        if spots is not None:
            moved = spots.translate(right * EAST_M, -down * NORTH_M).to_crs("EPSG:4326")
            copy = copy.assign(longitude=moved.x.round(5), latitude=moved.y.round(5))
        if source.stem == "settlements" and number:
            factor = rng.lognormal(-(SPREAD**2) / 2, SPREAD, len(copy))
            copy = copy.assign(households=np.maximum(np.rint(copy.households * factor), 1).astype(int))
        found.append(copy)
    whole = pd.concat(found, ignore_index=True)
    whole.to_csv(target, index=False)
    return len(whole)


def _renamed(table: Any, number: int) -> Any:
    """The table of one province, its things told apart from those of the others."""
    if "feeder" in table:
        # one name has the letter of another alphabet, which counts as a wrong encoding from the second on
        table = table.assign(feeder=table["feeder"].str.replace("\N{LATIN CAPITAL LETTER ETH}", "Đ"))
    if number == 0:
        return table
    named = {}
    for column in sorted(IDENTIFIERS & set(table)):
        values = table[column]
        named[column] = values.where(values.isna() | (values == ""), f"{number:02d}." + values)
    if CODE in table:
        named[CODE] = (table[CODE].astype(int) + number * CODES).astype(str).str.zfill(5)
    return table.assign(**named)


def _write_catalogue(folder: Path, provinces: int, rows: dict[str, int]) -> None:
    head, *layers = (DATA / FILE_NAME).read_text(encoding="utf-8").split("[[layer]]\n")

    def grown(line: re.Match[str]) -> str:
        name, number = line.group(1), json.loads(line.group(2))
        return f"{name} = {number if name.endswith('_pct') else number * provinces}"

    before, targets = head.split("[targets]\n")
    text = before + "[targets]\n" + re.sub(r"^(\w+) = ([\d.]+)$", grown, targets, flags=re.MULTILINE)
    for layer in layers:
        name = re.search(r'name = "(\w+)"', layer)
        if name is None or name.group(1) in LEFT_OUT:
            continue
        count = rows.get(name.group(1))
        text += "[[layer]]\n" + (layer if count is None else re.sub(r"rows = \d+", f"rows = {count}", layer))
    (folder / FILE_NAME).write_text(text, encoding="utf-8")


def main() -> None:
    """Write one pack."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.country", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--provinces", type=int, required=True)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    shutil.rmtree(asked.folder, ignore_errors=True)
    write_country_pack(asked.folder, asked.provinces, seed=asked.seed)


if __name__ == "__main__":
    main()
