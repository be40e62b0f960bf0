"""A tiny valid data pack for tests: four communes of 10 × 10 km, a handful of rows in every layer, all numbers made up.

`write_pack(folder)` writes it; keyword arguments change it: a frame replaces a layer, a function changes one, None
leaves it out. The catalogue's checksums and row counts always fit the files written.

Layout (EPSG:9208, metres; commune codes 90001 to 90004)::

    2430000  +---------+---------+
             |  90003  |  90004  |     a road runs along y = 2 415 000 and one along x = 445 000,
    2420000  +---------+---------+     the 35 kV line along y = 2 415 000 from x = 440 500 to 452 000,
             |  90001  |  90002  |     the river along x = 456 000 (bridge at y = 2 415 000);
    2410000  +---------+---------+     the ground rises by 10 % towards north from 300 m.
           440000    450000    460000
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
from affine import Affine
from shapely.geometry import LineString, Point, box

from infragap.gis.crs import to_wgs84
from infragap.gis.raster import Raster, write_raster
from infragap.gis.schema import GEOMETRY

CRS_MEASURE = "EPSG:9208"
WEST, SOUTH, EAST, NORTH = 440_000, 2_410_000, 460_000, 2_430_000
CODES = ("90001", "90002", "90003", "90004")

FILES = {
    "communes": "boundaries/communes.geojson",
    "villages": "villages/villages.csv",
    "settlements": "villages/settlements.csv",
    "roads": "roads/roads.geojson",
    "bridges": "roads/bridges.csv",
    "rivers": "water/rivers.geojson",
    "lakes": "water/lakes.geojson",
    "grid_lines": "grid/grid_lines.geojson",
    "substations": "grid/substations.csv",
    "stations": "grid/stations.csv",
    "hydro_sites": "grid/hydro_sites.csv",
    "elevation": "terrain/elevation.tif",
    "forest": "terrain/forest.tif",
    "runoff": "climate/runoff.tif",
    "solar": "climate/solar.csv",
    "water_schemes": "water/schemes.csv",
    "water_households": "water/households.csv",
    "schools": "schools/schools.csv",
}

Layer: TypeAlias = gpd.GeoDataFrame | pd.DataFrame | Raster
Change: TypeAlias = Layer | Callable[[Any], Layer] | None


def _frame(rows: list[dict[str, Any]]) -> gpd.GeoDataFrame:
    sourced = [{**row, "provenance": "modelled", "source": "test"} for row in rows]
    return gpd.GeoDataFrame(sourced, geometry="geometry", crs=CRS_MEASURE)


def communes() -> gpd.GeoDataFrame:
    """Four squares; 90003 is a border commune, 90002 a ward."""
    rows = []
    for code, name, column, row in (
        ("90001", "Mù Cang Chải", 0, 0),
        ("90002", "Lào Cai", 1, 0),
        ("90003", "Lao Chải", 0, 1),
        ("90004", "Tà Xi Láng", 1, 1),
    ):
        x, y = WEST + column * 10_000, SOUTH + row * 10_000
        rows.append(
            {
                "commune_code": code, "name": name, "kind": "phường" if code == "90002" else "xã", "area_km2": 100.0,
                "population": 5_000 + 1_000 * column, "households": 1_000 + 100 * column,
                "poverty_rate_pct": 40.0 - 10 * column,
                "poverty_provenance": "modelled", "minority_pct": 90.0, "is_border": code == "90003",
                "natural_forest_ha": 2_000.0,
                "special_use_forest_ha": 0.0, "protection_forest_ha": 1_500.0, "production_forest_ha": 1_000.0,
                "forest_cover_pct": 25.0,
                "merged_from": "Xã Kim Nọi; Xã Mồ Dề" if code == "90001" else None, "centre_longitude": 104.5,
                "centre_latitude": 21.9,
                "geometry": box(x, y, x + 10_000, y + 10_000),
            }
        )  # fmt: skip
    return _frame(rows)


def villages() -> gpd.GeoDataFrame:
    """Three villages in each commune."""
    rows = []
    for number in range(12):
        column, row = number % 4 // 2, number % 4 % 2
        x, y = WEST + 10_000 * column + 2_000 + 2_500 * (number // 4), SOUTH + 10_000 * row + 4_000
        rows.append(
            {
                "village_id": f"V{number + 1:04}", "name": f"Bản {number + 1}", "commune_code": CODES[column + 2 * row],
                "legacy_commune": "Kim Nọi" if column + row == 0 else None, "households": 60 + number,
                "population": 300 + 5 * number,
                "pupils_primary": 30, "pupils_lower_secondary": 20, "pupils_upper_secondary": 8, "minority_pct": 95.0,
                "on_grid": number != 11,
                "scheme_persons": 120.0 if number == 0 else None, "position_accuracy_m": 500.0, "geometry": Point(x, y),
            }
        )  # fmt: skip
    return _frame(rows)


def settlements() -> gpd.GeoDataFrame:
    """Two villages without grid of the same name, four clusters with 80 households in all."""
    places = (
        ("S01", "Làng Mảnh", "village", "90003", 40, "solar_home", 443_000, 2_427_000),
        ("S02", "Làng Mảnh", "village", "90004", 60, "none", 457_000, 2_426_000),
        ("C0001", "Cụm 1", "cluster", "90001", 10, "none", 442_000, 2_412_000),
        ("C0002", "Cụm 2", "cluster", "90002", 20, "unsafe", 452_000, 2_416_000),
        ("C0003", "Cụm 3", "cluster", "90003", 30, "none", 447_000, 2_424_000),
        ("C0004", "Cụm 4", "cluster", "90004", 20, "none", 454_000, 2_425_000),
    )
    return _frame(
        [
            {
                "settlement_id": key, "name": name, "name_in_scheme": name if kind == "village" else None, "kind": kind,
                "commune_code": code,
                "legacy_commune": None, "households": households, "households_provenance": "modelled", "supply": supply,
                "position_accuracy_m": 1_000.0, "geometry": Point(x, y),
            }
            for key, name, kind, code, households, supply, x, y in places
        ]
    )  # fmt: skip


def roads() -> gpd.GeoDataFrame:
    """A national road from west to east over the bridge, a commune road from south to north, a track."""
    pieces = (
        ("R1", "QL32", "national", "asphalt", [(440_000, 2_415_000), (445_000, 2_415_000)], False),
        ("R2", "QL32", "national", "asphalt", [(445_000, 2_415_000), (455_900, 2_415_000)], False),
        ("R3", "QL32", "national", "asphalt", [(455_900, 2_415_000), (456_100, 2_415_000)], True),
        ("R4", "QL32", "national", "asphalt", [(456_100, 2_415_000), (460_000, 2_415_000)], False),
        ("R5", None, "commune", "concrete", [(445_000, 2_415_000), (445_000, 2_425_000)], False),
        ("R6", None, "track", "earth", [(445_000, 2_425_000), (443_000, 2_427_000)], False),
    )
    return _frame(
        [
            {
                "road_id": key, "name": name, "road_class": road_class, "surface": surface,
                "length_km": LineString(line).length / 1000,
                "is_bridge": bridge, "geometry": LineString(line),
            }
            for key, name, road_class, surface, line, bridge in pieces
        ]
    )  # fmt: skip


def grid_lines() -> gpd.GeoDataFrame:
    """One existing 35 kV feeder of 11.5 km and a planned 110 kV line."""
    shared = {"feeder_length_km": None, "feeder_load_mw": None, "feeder_loading_pct": None}
    feeder = {
        "feeder": "371 E99.1",
        "substation_id": "E99.1",
        "voltage_kv": 35.0,
        "conductor": "AC-95",
        "status": "existing",
    }
    planned = {"feeder": None, "substation_id": None, "voltage_kv": 110.0, "conductor": None, "status": "planned"}
    return _frame(
        [
            {
                "line_id": "L1",
                **feeder,
                "length_km": 11.5,
                **shared,
                "geometry": LineString([(440_500, 2_415_000), (452_000, 2_415_000)]),
            },
            {
                "line_id": "L2",
                **planned,
                "length_km": 10.0,
                **shared,
                "geometry": LineString([(440_500, 2_415_000), (440_500, 2_425_000)]),
            },
        ]
    )


def substations() -> gpd.GeoDataFrame:
    """One station of 25 MVA."""
    row = {
        "substation_id": "E99.1",
        "name": "Thử",
        "voltage_kv": 110.0,
        "capacity_mva": 25.0,
        "load_mva": 15.0,
        "status": "existing",
    }
    return _frame([{**row, "position_accuracy_m": 500.0, "geometry": Point(440_500, 2_415_000)}])


def stations() -> gpd.GeoDataFrame:
    """Two distribution transformers in the middle of two communes, one with a known load."""
    rows = [
        {
            "station_id": f"T{number}",
            "name": f"Trạm {number}",
            "voltage_kv": 35.0,
            "capacity_kva": 100.0,
            "load_kva": load_kva,
            "status": "existing",
            "position_accuracy_m": 100.0,
            "provenance": "modelled",
            "geometry": Point(445_000 + 10_000 * number, 2_415_000),
        }
        for number, load_kva in ((0, 60.0), (1, None))
    ]
    return _frame(rows)


def hydro_sites() -> gpd.GeoDataFrame:
    """One surveyed fall of 30 m."""
    row = {"site_id": "S1", "firm_flow_m3_s": 0.05, "head_m": 30.0, "canal_km": 0.4, "evidence": "surveyed"}
    return _frame([{**row, "geometry": Point(445_500, 2_415_500)}])


def rivers() -> gpd.GeoDataFrame:
    """One large river from north to south."""
    return _frame(
        [
            {
                "river_id": "W1",
                "name": "Ngòi Thử",
                "is_major": True,
                "geometry": LineString([(456_000, NORTH), (456_000, SOUTH)]),
            }
        ]
    )


def lakes() -> gpd.GeoDataFrame:
    """One small lake."""
    return _frame([{"lake_id": "K1", "name": "Hồ Thử", "geometry": box(448_000, 2_428_000, 449_000, 2_429_000)}])


def bridges() -> gpd.GeoDataFrame:
    """One bridge."""
    return _frame(
        [
            {
                "bridge_id": "B1",
                "name": "Cầu Thử",
                "river": "Ngòi Thử",
                "length_m": 150.0,
                "geometry": Point(456_000, 2_415_000),
            }
        ]
    )


def water_schemes() -> gpd.GeoDataFrame:
    """Two gravity schemes and an urban plant."""
    rows = []
    for number, (kind, state, x, y) in enumerate(
        (
            ("gravity", "sustainable", 442_000, 2_416_000),
            ("gravity", "not_working", 447_000, 2_427_000),
            ("urban_plant", "sustainable", 455_000, 2_417_000),
        ),
        1,
    ):
        rows.append(
            {
                "scheme_id": f"W{number:04}", "name": f"CT {number}", "commune_code": ("90001", "90003",
                "90002")[number - 1], "kind": kind,
                "capacity_m3_day": 60.0 * number, "households_design": 80 * number, "households_served": 60 * number,
                "source_elevation_m": 1_500.0,
                "functionality": state, "treatment": kind == "urban_plant", "meets_standard": kind == "urban_plant",
                "in_plan_2026_2030": number == 2,
                "year": 2015.0, "position_accuracy_m": 1_000.0, "geometry": Point(x, y),
            }
        )  # fmt: skip
    return _frame(rows)


def schools() -> gpd.GeoDataFrame:
    """An ethnic boarding school and a border school to be placed."""
    rows = []
    for number, (kind, code, x, y) in enumerate(
        (("ethnic_boarding", "90002", 453_000, 2_415_500), ("border_boarding", "90003", 445_000, 2_425_000)), 1
    ):
        rows.append(
            {
                "school_id": f"T{number:02}", "name": f"Trường {number}", "kind": kind, "has_primary": False,
                "has_lower_secondary": True,
                "has_upper_secondary": number == 1, "boarding": True, "commune_code": code, "capacity_pupils": 350.0,
                "pupils": None,
                "status": "existing" if number == 1 else "planned", "site_known": number == 1, "cost_mvnd": None,
                "position_accuracy_m": 500.0,
                "geometry": Point(x, y),
            }
        )  # fmt: skip
    return _frame(rows)


def solar() -> pd.DataFrame:
    """The same twelve months for each commune."""
    rows = [
        {"commune_code": code, "month": month, "ghi_kwh_per_m2_day": 3.5 + 0.1 * month,
        "ghi_daily_sd_kwh_per_m2_day": 1.2, "pv_kwh_per_kwp": 80.0 + 2 * month, "temperature_c": 20.0}
        for code in CODES
        for month in range(1, 13)
    ]  # fmt: skip
    return pd.DataFrame(rows).assign(provenance="modelled", source="test")


def water_households() -> pd.DataFrame:
    """A quarter of the households off the schemes have an own source to standard; nine in ten have basic water."""
    return pd.DataFrame(
        {"commune_code": CODES, "household_works": 50, "own_source_to_standard_pct": 25.0, "basic_pct": 90.0}
    ).assign(provenance="modelled", source="test")


def _raster(values: np.ndarray[Any, Any], cell_m: float) -> Raster:
    # two cells more than the province on each side
    transform = Affine(cell_m, 0, WEST - 2 * cell_m, 0, -cell_m, NORTH + 2 * cell_m)
    return Raster(
        values=values,
        transform=transform,
        crs=pyproj.CRS.from_user_input(CRS_MEASURE),
        nodata=-9999 if values.dtype == np.int16 else None,
    )


def elevation() -> Raster:
    """A plane that rises 10 m for each cell of 100 m towards north, from 300 m."""
    rows = np.arange(204)[::-1]
    return _raster(np.repeat((300 + 10 * rows)[:, None], 204, axis=1).astype(np.int16), 100)


def forest() -> Raster:
    """Natural protection forest in the north-west quarter of 90003, else none."""
    values = np.zeros((204, 204), dtype=np.uint8)
    values[2:52, 2:52] = 12
    return _raster(values, 100)


def runoff() -> Raster:
    """30 mm in the first month, 40 in the second, and so on."""
    return _raster(np.broadcast_to(np.arange(30, 150, 10, dtype=np.float32)[:, None, None], (12, 6, 6)).copy(), 5_000)


BUILDERS: dict[str, Callable[[], Layer]] = {
    "communes": communes, "villages": villages, "settlements": settlements, "roads": roads, "bridges": bridges,
    "rivers": rivers, "lakes": lakes,
    "grid_lines": grid_lines, "substations": substations, "stations": stations, "hydro_sites": hydro_sites,
    "elevation": elevation, "forest": forest, "runoff": runoff, "solar": solar,
    "water_schemes": water_schemes, "water_households": water_households, "schools": schools,
}  # fmt: skip

RARE = {"stations", "hydro_sites"}
"""Layers that most packs lack: written only where a test asks for them."""


def write_pack(
    folder: Path,
    *,
    targets: dict[str, float] | None = None,
    entries: dict[str, dict[str, Any]] | None = None,
    **changes: Change,
) -> Path:
    """Write the pack.

    Parameters
    ----------
    folder
        Is created.
    targets
        The catalogue's [targets].
    entries
        By layer, keys of its catalogue entry to set or (with None) to leave out: `entries={"villages": {"crs": None}}`.
        `file` names a file that the test has put there before instead of the one written here.
    changes
        By layer: a frame or raster that replaces it, a function of the valid one, or None to leave the layer out.

    Returns
    -------
    Path
        The folder.
    """
    tables: list[dict[str, Any]] = []
    for name, build in BUILDERS.items():
        change = changes.pop(name, None if name in RARE else build)
        if change is None:
            continue
        layer = change if isinstance(change, pd.DataFrame | Raster) else build() if change is build else change(build())
        given = (entries or {}).get(name, {})
        path = folder / given.get("file", FILES[name])
        path.parent.mkdir(parents=True, exist_ok=True)
        if "file" not in given:
            _write(layer, path)
        tables.append({**_entry(name, layer, path.relative_to(folder), path), **given})
    if changes:
        raise ValueError(f"unknown layers {sorted(changes)}")
    write_catalog(folder, tables, targets=targets)
    return folder


def _write(layer: Layer, path: Path) -> None:
    if isinstance(layer, Raster):
        write_raster(layer, path)
    elif isinstance(layer, gpd.GeoDataFrame):
        degrees = to_wgs84(layer)
        if path.suffix == ".csv":
            table = pd.DataFrame(degrees.drop(columns="geometry"))
            table.assign(longitude=degrees.geometry.x.round(5), latitude=degrees.geometry.y.round(5)).to_csv(
                path, index=False
            )
        else:
            degrees.to_file(path, driver="GeoJSON", RFC7946="YES", COORDINATE_PRECISION=5)
    else:
        layer.to_csv(path, index=False)


def _entry(name: str, layer: Layer, file: Path, path: Path) -> dict[str, Any]:
    shared = {
        "name": name, "title": name, "file": file.as_posix(), "licence": "CC0-1.0", "date": "2026-11-22",
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(), "provenance": "modelled",
        "method": "made up for tests",
    }  # fmt: skip
    if isinstance(layer, Raster):
        return {**shared, "kind": "raster", "crs": CRS_MEASURE, "bands": layer.bands}
    if isinstance(layer, gpd.GeoDataFrame):
        return {
            **shared,
            "kind": "vector",
            "crs": "EPSG:4326",
            "geometry": str(layer.geometry.geom_type.iloc[0]) if len(layer) else GEOMETRY[name][0],
            "rows": len(layer),
        }
    return {**shared, "kind": "table", "rows": len(layer)}


def write_catalog(
    folder: Path, tables: list[dict[str, Any]], *, targets: dict[str, float] | None = None, **head: Any
) -> None:
    """Write catalog.toml with these [[layer]] tables; `head` overrides keys of [pack]."""
    pack = {
        "title": "Thử",
        "province": "Thử",
        "crs_measure": CRS_MEASURE,
        "provenance_note": "made up",
        "seed": 1,
        **head,
    }
    lines = ["[pack]", *_toml(pack), "", "[targets]", *_toml(targets or {})]
    for table in tables:
        lines += ["", "[[layer]]", *_toml(table)]
    (folder / "catalog.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _toml(values: dict[str, Any]) -> list[str]:
    return [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in values.items() if value is not None]
