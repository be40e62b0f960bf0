"""What stands in for layers that a pack does not hold, so that few layers are enough; each says so in a notice.

Two of them are favourable and their notices say so: without forest no ground is forbidden or dearer, without stations
no headroom is short. The others are not: without roads all ground counts as far from a road; without runoff no stream
holds water.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely
from affine import Affine

from infragap.gis import schema
from infragap.gis.arrays import FloatArray
from infragap.gis.catalog import LayerEntry
from infragap.gis.crs import transform
from infragap.gis.errors import InfragapError
from infragap.gis.findings import Check, notice
from infragap.gis.pack import Pack
from infragap.gis.raster import Raster

Layer: TypeAlias = gpd.GeoDataFrame | pd.DataFrame | Raster

CLEARNESS = 0.5
"""Sunshine on the ground by that above the air; assumption, between 0.35 under lasting cloud and 0.7 in deserts."""

DAILY_SD_SHARE = 0.3
"""Day-to-day standard deviation of sunshine by its mean; assumption."""

PERFORMANCE_RATIO = 0.8
"""Yield of a panel by that of a lossless one; assumption."""

SOLAR_CONSTANT_KW_PER_M2 = 1.361
MIDDLE_DAY_OF_MONTH = np.array([17, 47, 75, 105, 135, 162, 198, 228, 258, 288, 318, 344])
"""Day of the year whose sunshine is the month's mean (Klein 1977)."""

MONTH_DAYS = 30.4

_REASON = "the plan goes on without the layer, and whoever reads it must know what stood in"
NOTICES: dict[str, Check] = {
    "communes": notice("stand_in.communes", tolerance="none", reason=_REASON),
    "roads": notice("stand_in.roads", tolerance="none", reason=_REASON),
    "substations": notice("stand_in.substations", tolerance="none", reason=_REASON),
    "forest": notice("stand_in.forest", tolerance="none", reason=_REASON),
    "runoff": notice("stand_in.runoff", tolerance="none", reason=_REASON),
    "solar": notice("stand_in.solar", tolerance="none", reason=_REASON),
}


def with_stand_ins(pack: Pack, names: Iterable[str]) -> Pack:
    """Give a pack in which something stands in for those of some layers that are absent.

    Parameters
    ----------
    pack
        With a readable elevation layer; without one it is given back as it is.
    names
        Layers that may be replaced: keys of `NOTICES`.

    Returns
    -------
    Pack
        The same pack where nothing is absent. Each stand-in brings a notice among the findings.
    """
    absent = [name for name in dict.fromkeys(names) if not pack.has(name)]
    if not absent or not pack.has("elevation"):
        return pack
    try:
        ground = pack.elevation
    except InfragapError:
        # the check names what is wrong with it
        return pack
    made = {name: _MAKERS[name](pack, ground) for name in sorted(absent)}
    return pack.with_layers(
        {name: (_entry(name, layer), layer, NOTICES[name].found(name)) for name, layer in made.items()}
    )


def _entry(name: str, layer: Layer) -> LayerEntry:
    kind = "raster" if isinstance(layer, Raster) else "vector" if isinstance(layer, gpd.GeoDataFrame) else "table"
    return LayerEntry.model_validate(
        {
            "name": name, "title": name, "file": f"{name} (stand-in)", "kind": kind, "provenance": "modelled",
            "geometry": schema.GEOMETRY[name][0] if kind == "vector" else None, "licence": "-",
            "method": f"stand-in: the pack holds no layer {name}",
        }
    )  # fmt: skip


def _one_area(pack: Pack, ground: Raster) -> gpd.GeoDataFrame:
    """One area over all of the ground; its people are those of the settlements, its poverty is not known."""
    west, south, east, north = ground.bounds
    words = pack.profile.administration
    households = int(pack.settlements["households"].sum()) if not pack.layer_faults("settlements") else 0
    longitude, latitude = transform(
        (west + east) / 2, (south + north) / 2, source=ground.crs.to_string(), target="EPSG:4326"
    )
    row = {
        "commune_code": words.area_code_example, "name": pack.catalog.pack.province, "kind": words.rural[0],
        "area_km2": (east - west) * (north - south) / 1e6, "households": households,
        "population": round(households * pack.profile.household_size), "poverty_rate_pct": np.nan,
        "poverty_provenance": "modelled", "minority_pct": np.nan, "is_border": False, "natural_forest_ha": 0.0,
        "special_use_forest_ha": 0.0, "protection_forest_ha": 0.0, "production_forest_ha": 0.0,
        "forest_cover_pct": np.nan, "merged_from": None, "centre_longitude": float(longitude),
        "centre_latitude": float(latitude), "provenance": "modelled", "source": "stand-in",
    }  # fmt: skip
    return gpd.GeoDataFrame([row], geometry=[shapely.box(west, south, east, north)], crs=ground.crs)


def _no_rows(name: str) -> Callable[[Pack, Raster], gpd.GeoDataFrame]:
    def maker(pack: Pack, ground: Raster) -> gpd.GeoDataFrame:
        columns = {
            column: pd.Series(dtype=object if str(declared.dtype) == "str" else str(declared.dtype))
            for column, declared in schema.LAYERS[name].to_schema().columns.items()
            if declared.required
        }
        return gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries([], crs=ground.crs), crs=ground.crs)

    return maker


def _everywhere(value: float, *, bands: int, dtype: str) -> Callable[[Pack, Raster], Raster]:
    """A coarse raster of one value over all of the ground, with a margin of one cell."""

    def maker(pack: Pack, ground: Raster) -> Raster:
        west, south, east, north = ground.bounds
        cell_m = max(east - west, north - south) / 8
        rows, cols = (math.ceil(length / cell_m) + 2 for length in (north - south, east - west))
        shape = (rows, cols) if bands == 1 else (bands, rows, cols)
        corner = Affine(cell_m, 0, west - cell_m, 0, -cell_m, north + cell_m)
        return Raster(np.full(shape, value, dtype=dtype), corner, pyproj.CRS.from_user_input(ground.crs))

    return maker


def _climatology(pack: Pack, ground: Raster) -> pd.DataFrame:
    """Sunshine by latitude: that above the air times `CLEARNESS`, the same in all areas."""
    areas = pack.communes if pack.has("communes") and not pack.layer_faults("communes") else _one_area(pack, ground)
    rows = []
    for code, latitude in zip(areas["commune_code"], areas["centre_latitude"], strict=True):
        ghi = CLEARNESS * extraterrestrial_kwh_per_m2_day(float(latitude))
        rows.append(
            pd.DataFrame(
                {
                    "commune_code": str(code), "month": np.arange(1, 13), "ghi_kwh_per_m2_day": ghi,
                    "ghi_daily_sd_kwh_per_m2_day": DAILY_SD_SHARE * ghi,
                    "pv_kwh_per_kwp": PERFORMANCE_RATIO * ghi * MONTH_DAYS,
                    "temperature_c": 27.0 - 0.4 * abs(float(latitude)), "provenance": "modelled",
                    "source": "stand-in: sunshine by latitude",
                }
            )
        )  # fmt: skip
    return pd.concat(rows, ignore_index=True)


def extraterrestrial_kwh_per_m2_day(latitude: float) -> FloatArray:
    """Sunshine above the air on a level square metre, mean day of each month [kWh/m²/day], (12,).

    Parameters
    ----------
    latitude
        In degrees, south negative.

    Examples
    --------
    On the equator in March: ``24 / π · 1.361 · (1 + 0.033 · cos(2π · 75 / 365)) · cos(2.4°)`` = 10.5 kWh.

    >>> round(float(extraterrestrial_kwh_per_m2_day(0.0)[2]), 1)
    10.5
    """
    day = MIDDLE_DAY_OF_MONTH
    tilt = _declination(2 * np.pi * (day - 1) / 365)
    phi = math.radians(latitude)
    sunset = np.arccos(np.clip(-np.tan(phi) * np.tan(tilt), -1, 1))
    distance = 1 + 0.033 * np.cos(2 * np.pi * day / 365)
    share = np.cos(phi) * np.cos(tilt) * np.sin(sunset) + sunset * np.sin(phi) * np.sin(tilt)
    # a polar night has no sunshine, but a panel's yield must stay above nothing
    return np.asarray(np.maximum(24 / np.pi * SOLAR_CONSTANT_KW_PER_M2 * distance * share, 0.01))


def _declination(day_angle: FloatArray) -> FloatArray:
    """Declination of the sun by the angle of the year [rad] (Spencer 1971)."""
    even = 0.006918 - 0.399912 * np.cos(day_angle) - 0.006758 * np.cos(2 * day_angle) - 0.002697 * np.cos(3 * day_angle)
    odd = 0.070257 * np.sin(day_angle) + 0.000907 * np.sin(2 * day_angle) + 0.00148 * np.sin(3 * day_angle)
    return np.asarray(even + odd)


_MAKERS: dict[str, Callable[[Pack, Raster], Layer]] = {
    "communes": _one_area,
    "roads": _no_rows("roads"),
    "substations": _no_rows("substations"),
    "forest": _everywhere(schema.FOREST_NONE, bands=1, dtype="uint8"),
    "runoff": _everywhere(0.0, bands=12, dtype="float32"),
    "solar": _climatology,
}
