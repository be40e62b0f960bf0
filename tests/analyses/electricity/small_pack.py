"""A small made-up province: 20 × 20 km, one 35 kV line running north, settlements wherever a test puts them."""

from dataclasses import dataclass, field
from types import SimpleNamespace

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely
from affine import Affine

from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.analyses.electricity.plan import plan_electricity
from infragap.analyses.electricity.result import ElectricityResult
from infragap.gis.raster import Raster
from infragap.profiles.profile import Profile, read_profile

CRS = "EPSG:9208"
WEST, SOUTH, SIZE_M, CELL_M = 480_000.0, 2_400_000.0, 20_000.0, 100.0
LINE_X = WEST + 2_050.0

Easy = dict[str, object]
"""Settings of the fixture `easy`."""


@dataclass
class SmallPack:
    """Looks like a `infragap.gis.pack.Pack` to the analysis."""

    layers: dict[str, object]
    crs_measure: str = CRS
    profile: Profile = field(default_factory=read_profile)
    stand_ins: frozenset[str] = frozenset()
    catalog: SimpleNamespace = field(default_factory=lambda: SimpleNamespace(layer=[], targets={}))

    def __getattr__(self, name: str) -> object:
        layers = self.__dict__["layers"]
        if name not in layers:
            raise AttributeError(name)
        return layers[name]

    def has(self, name: str) -> bool:
        return name in self.layers

    def layer_faults(self, name: str) -> tuple[str, ...]:
        return ()


def grid(values: np.ndarray, *, cell_m: float = CELL_M) -> Raster:
    north = SOUTH + SIZE_M
    return Raster(
        values=values,
        transform=Affine(cell_m, 0, WEST, 0, -cell_m, north),
        crs=pyproj.CRS.from_user_input(CRS),
        nodata=None,
    )


def at(east_km: float, north_km: float) -> shapely.Point:
    """Centre of the cell that holds a point given in km from the south-west corner."""
    return shapely.Point(
        WEST + (np.floor(east_km * 10) + 0.5) * CELL_M, SOUTH + (np.floor(north_km * 10) + 0.5) * CELL_M
    )


def settlements_at(places: list[tuple[float, float, int]], **columns: object) -> gpd.GeoDataFrame:
    """Layer of settlements from (east km, north km, households)."""
    n = len(places)
    frame = gpd.GeoDataFrame(
        {
            "settlement_id": [f"C{i:03d}" for i in range(n)],
            "name": [f"Cụm {i}" for i in range(n)],
            "name_in_scheme": None,
            "kind": "cluster",
            "commune_code": ["00001" if p[0] < 10 else "00002" for p in places],
            "legacy_commune": "Xã cũ",
            "households": [p[2] for p in places],
            "households_provenance": "official",
            "supply": "none",
            "position_accuracy_m": 300.0,
            "provenance": "official",
            "source": "test",
        },
        geometry=[at(p[0], p[1]) for p in places],
        crs=CRS,
    )
    return frame.assign(**columns)


def small_pack(settlements: gpd.GeoDataFrame, **layers: object) -> SmallPack:
    """Flat ground 500 m high, a road on the line, sun, no stream, no forest, no river; layers given replace these."""
    cells = int(SIZE_M / CELL_M)
    half = WEST + SIZE_M / 2
    communes = gpd.GeoDataFrame(
        {
            "commune_code": ["00001", "00002"],
            "name": ["Tây", "Đông"],
            "poverty_rate_pct": [20.0, 40.0],
            "households": [3000, 3000],
        },
        geometry=[
            shapely.box(WEST, SOUTH, half, SOUTH + SIZE_M),
            shapely.box(half, SOUTH, WEST + SIZE_M, SOUTH + SIZE_M),
        ],
        crs=CRS,
    )
    line = shapely.LineString([(LINE_X, SOUTH + 500), (LINE_X, SOUTH + SIZE_M - 500)])
    profile = np.array([0.6, 0.7, 0.9, 1.1, 1.2, 1.2, 1.2, 1.2, 1.1, 1.1, 0.9, 0.8])
    days = np.array([31, 28.25, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
    solar = pd.DataFrame(
        {
            "commune_code": np.repeat(["00001", "00002"], 12),
            "month": np.tile(np.arange(1, 13), 2),
            "pv_kwh_per_kwp": np.tile(3.0 * profile * days, 2),
            "ghi_kwh_per_m2_day": np.tile(3.8 * profile, 2),
            "ghi_daily_sd_kwh_per_m2_day": np.tile(1.2 * profile, 2),
            "temperature_c": 20.0,
        }
    )
    defaults: dict[str, object] = {
        "settlements": settlements,
        "communes": communes,
        "roads": gpd.GeoDataFrame({"road_id": ["R"]}, geometry=[line], crs=CRS),
        "rivers": gpd.GeoDataFrame({"river_id": ["S"], "is_major": [False]}, geometry=[line], crs=CRS),
        "grid_lines": gpd.GeoDataFrame(
            {
                "line_id": ["G1"],
                "feeder": ["371"],
                "substation_id": ["E1"],
                "voltage_kv": [35.0],
                "conductor": ["AC-95"],
                "status": ["existing"],
                "length_km": [line.length / 1000],
                "feeder_load_mw": [2.0],
                "feeder_loading_pct": [20.0],
            },
            geometry=[line],
            crs=CRS,
        ),
        "substations": gpd.GeoDataFrame(
            {
                "substation_id": ["E1"],
                "name": ["Trạm"],
                "voltage_kv": [110.0],
                "capacity_mva": [40.0],
                "load_mva": [20.0],
            },
            geometry=[shapely.Point(LINE_X, SOUTH + 500)],
            crs=CRS,
        ),
        "elevation": grid(np.full((cells, cells), 500.0, dtype=np.float32)),
        "forest": grid(np.zeros((cells, cells), dtype=np.uint8)),
        "runoff": grid(np.full((12, 4, 4), 50.0, dtype=np.float32), cell_m=SIZE_M / 4),
        "solar": solar,
    }
    return SmallPack(defaults | layers)


def plan(pack: SmallPack, easy: Easy, **change: object) -> ElectricityResult:
    """Plan with the quick settings of the fixture `easy`, some of them changed."""
    return plan_electricity(pack, ElectricityParameters(**(easy | change)))  # type: ignore[arg-type]
