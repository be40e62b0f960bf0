"""What the builders read: the fact tables, the registry cuts, and the base layers that the later layers stand on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely
from affine import Affine
from numpy.typing import NDArray

from infragap.gis.crs import WGS84, to_measure, transform
from infragap.gis.errors import MissingDataError
from infragap.gis.raster import Raster
from infragap.gis.reading.rasters import read_raster
from infragap.reference.words import Words, read_toml

CRS_MEASURE = "EPSG:9208"
"""VN-2000 / TM-3 104°45', the legal projected system of Lào Cai."""

_NUMBERS: dict[str, tuple[str, ...]] = {
    "communes": (
        "dien_tich_km2", "dan_so_2025", "centroid_lon", "centroid_lat", "dt_tu_nhien_ha_KL", "dt_co_rung_ha",
        "rung_tu_nhien_ha",
        "rung_dac_dung_ha", "rung_phong_ho_ha", "rung_san_xuat_ha", "rung_muc_dich_khac_ha", "ty_le_che_phu_pct",
    ),
    "poverty": (
        "population_2025", "poor_rate_2025_pct", "near_poor_rate_2025_pct", "poor_households",
        "ethnic_minority_share_pct",
    ),
    "heights": ("lon", "lat", "accuracy_m", "elevation_m"),
    "bridges_rivers": ("order", "lon", "lat", "accuracy_m", "length_m", "year_open"),
    "roads": ("length_km", "order", "lon", "lat", "accuracy_m"),
    "substations": ("lon", "lat", "accuracy_m", "length_km"),
    "boarding_schools": (
        "lon", "lat", "accuracy_m", "classes", "pupils", "site_ha", "dorm_rooms", "cost_billion_vnd",
    ),
    "water_plants": ("capacity_m3_day", "capacity_2030_m3_day", "design_persons", "households"),
    "villages": ("lon", "lat", "accuracy_m"),
    "unelectrified_villages": (
        "accuracy_m", "households", "population", "within_m_of_peak", "within_m_of_border", "lowest_m", "highest_m",
    ),
    "household_works": ("works",),
    "registry/legacy_communes": ("lat", "lon", "bbox_s", "bbox_w", "bbox_n", "bbox_e"),
    "registry/neighbour_communes": ("bbox_s", "bbox_w", "bbox_n", "bbox_e"),
    "registry/communes_points": ("lat", "lon", "area_km2_pkg"),
    "registry/villages18": ("lat_registry", "lon_registry", "uncertainty_registry_m"),
    "registry/towns": ("population", "lon", "lat"),
}  # fmt: skip


@dataclass(frozen=True)
class Facts:
    """Fact tables of a folder such as `data/facts`, read when first asked for.

    Every table keeps the file's columns and order; cells are text, numbers where the column is one (NaN where empty).
    Text cells that are empty are empty strings. Coordinates are WGS84 degrees.

    Attributes
    ----------
    folder
        Holds the CSV tables, and `registry/` with the cuts from open packages.
    """

    folder: Path

    def table(self, name: str) -> pd.DataFrame:
        """Read one CSV table by its name without ending, such as 'roads' or 'registry/towns'.

        Raises
        ------
        MissingDataError
            There is no such table.
        """
        path = self.folder / f"{name}.csv"
        if not path.exists():
            raise MissingDataError(
                f"facts: there is no {path}. Give the folder data/facts of the checkout with --facts."
            )
        frame = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
        for column in _NUMBERS.get(name, ()):
            frame[column] = pd.to_numeric(frame[column])
        return frame

    def raster(self, name: str) -> Raster:
        """Read one raster of `registry/` by its file name, in WGS84."""
        return read_raster(self.folder / "registry" / name, layer=name)

    def lines(self, name: str) -> gpd.GeoDataFrame:
        """Read one line layer of `registry/` by its name without ending, in the measuring CRS."""
        path = self.folder / "registry" / f"{name}.geojson"
        if not path.exists():
            raise MissingDataError(
                f"facts: there is no {path}. Give the folder data/facts of the checkout with --facts."
            )
        return to_measure(gpd.read_file(path), CRS_MEASURE, layer=name)

    @cached_property
    def words(self) -> Words:
        """Names, notes and patterns (`words.toml`)."""
        return Words.read(self.folder / "words.toml")

    @cached_property
    def pack(self) -> dict[str, Any]:
        """What the catalogue says of the pack and its layers (`pack.toml`)."""
        return read_toml(self.folder / "pack.toml")

    @cached_property
    def communes(self) -> pd.DataFrame:
        """99 communes: code, name, official area, population 2025, centroid, border flag, merged units, forest [ha]."""
        return self.table("communes")

    @cached_property
    def poverty(self) -> pd.DataFrame:
        """Poverty and minority shares of the province, old districts and communes."""
        return self.table("poverty")

    @cached_property
    def heights(self) -> pd.DataFrame:
        """56 spot heights."""
        return self.table("heights")

    @cached_property
    def bridges_rivers(self) -> pd.DataFrame:
        """Points of 16 rivers in order, outline of the lake, bridges."""
        return self.table("bridges_rivers")

    @cached_property
    def roads(self) -> pd.DataFrame:
        """Road waypoints in order."""
        return self.table("roads")

    @cached_property
    def substations(self) -> pd.DataFrame:
        """Stations, lines and feeders."""
        return self.table("substations")

    @cached_property
    def boarding_schools(self) -> pd.DataFrame:
        """Boarding and upper-secondary schools."""
        return self.table("boarding_schools")

    @cached_property
    def water_plants(self) -> pd.DataFrame:
        """Urban plants, plans, rural schemes, totals."""
        return self.table("water_plants")

    @cached_property
    def villages(self) -> pd.DataFrame:
        """Documented hamlets."""
        return self.table("villages")

    @cached_property
    def unelectrified_villages(self) -> pd.DataFrame:
        """The 18 villages without grid in the order of the scheme (section II.3), with what is known of each and where
        it may lie."""
        return self.table("unelectrified_villages")

    @cached_property
    def household_works(self) -> pd.DataFrame:
        """Household water works of the two former provinces."""
        return self.table("household_works")

    @cached_property
    def villages18(self) -> pd.DataFrame:
        """The 18 villages at their old commune's registry point, with the radius of uncertainty [m]."""
        return self.table("registry/villages18")

    @cached_property
    def towns(self) -> pd.DataFrame:
        """Towns of an open gazetteer in and around the province."""
        return self.table("registry/towns")

    @cached_property
    def communes_points(self) -> pd.DataFrame:
        """Registry points of the 99 communes."""
        return self.table("registry/communes_points")

    @cached_property
    def neighbour_communes(self) -> pd.DataFrame:
        """Boxes of the old communes around the province."""
        return self.table("registry/neighbour_communes")

    @cached_property
    def legacy(self) -> gpd.GeoDataFrame:
        """319 old communes in the measuring CRS: geocoder points, box, and the commune that each went into.

        Columns: legacy_code, full_name, name, province, district, commune_code, west, south, east, north [m].
        """
        frame = self.table("registry/legacy_communes").rename(
            columns={"code_legacy": "legacy_code", "new_code": "commune_code"}
        )
        x, y = transform(frame["lon"], frame["lat"], source=WGS84, target=CRS_MEASURE)
        west, south, east, north = boxes_measure(frame)
        kept = frame[["legacy_code", "full_name", "name", "province", "district", "commune_code"]]
        return gpd.GeoDataFrame(
            kept.assign(west=west, south=south, east=east, north=north),
            geometry=gpd.GeoSeries(shapely.points(x, y), crs=CRS_MEASURE),
        )


def boxes_measure(frame: pd.DataFrame) -> tuple[pd.Series[float], pd.Series[float], pd.Series[float], pd.Series[float]]:
    """Bring the boxes of a registry table (bbox_s, bbox_w, bbox_n, bbox_e in degrees) to metres: west, south, east,
    north."""
    west, south = transform(frame["bbox_w"], frame["bbox_s"], source=WGS84, target=CRS_MEASURE)
    east, north = transform(frame["bbox_e"], frame["bbox_n"], source=WGS84, target=CRS_MEASURE)
    west_m, south_m, east_m, north_m = (pd.Series(values, index=frame.index) for values in (west, south, east, north))
    return west_m, south_m, east_m, north_m


@dataclass(frozen=True, eq=False)
class Base:
    """Base layers that villages, roads, grid, water and schools are built on; all in the measuring CRS.

    Attributes
    ----------
    communes
        Polygons with the columns of `infragap.gis.schema.Communes`, in the order of the official codes.
    legacy
        Old communes: points, boxes (west, south, east, north), `commune_code`; see `Facts.legacy`.
    elevation
        Heights [m], int16, 100 m cells (or as given).
    forest
        Classes, uint8, same grid as `elevation`.
    rivers, lakes, bridges
        As in `infragap.gis.schema`.
    words
        Names and notes for the layers.
    population
        People per km², NaN where unknown; None where no population layer is given.
    """

    communes: gpd.GeoDataFrame
    legacy: gpd.GeoDataFrame
    elevation: Raster
    forest: Raster
    rivers: gpd.GeoDataFrame
    lakes: gpd.GeoDataFrame
    bridges: gpd.GeoDataFrame
    words: Words
    population: Raster | None = None

    def commune_centres(self) -> NDArray[np.float64]:
        """Centres of the communes (n, 2) [m], in the order of the layer."""
        communes = self.communes
        x, y = transform(communes["centre_longitude"], communes["centre_latitude"], source=WGS84, target=communes.crs)
        return np.column_stack([x, y]).round(1)

    def is_rural(self) -> NDArray[np.bool_]:
        """Whether each commune is a rural one (n,), in the order of the layer."""
        return np.asarray(self.communes["kind"] == self.words.word["rural_commune"])


def province_grid(cell_size_m: float) -> Raster:
    """Empty float32 grid in the measuring CRS that covers the province with a margin of 5 km.

    Parameters
    ----------
    cell_size_m
        Width of the square cells [m]; 173 km × 180 km should be whole multiples of it.
    """
    shape = (round(180_000 / cell_size_m), round(173_000 / cell_size_m))
    transform_ = Affine(cell_size_m, 0, 369_000, 0, -cell_size_m, 2_533_000)
    return Raster(np.zeros(shape, dtype=np.float32), transform_, pyproj.CRS.from_user_input(CRS_MEASURE))
