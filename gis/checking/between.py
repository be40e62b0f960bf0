"""All checks between columns, layers and targets, as one list."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import geopandas as gpd
import pandas as pd

from infragap.gis.checking.geometry import spike_findings
from infragap.gis.checking.grids import coverage_findings, ground_findings, river_findings
from infragap.gis.checking.heights import source_findings
from infragap.gis.checking.lengths import area_findings, feeder_findings, length_findings
from infragap.gis.checking.near import near_findings
from infragap.gis.checking.places import commune_findings, far_findings, place_findings
from infragap.gis.checking.rows import row_findings
from infragap.gis.checking.shifts import shift_findings
from infragap.gis.checking.sums import solar_month_findings, sum_findings, work_row_findings
from infragap.gis.checking.targets import target_findings
from infragap.gis.checking.twins import twin_findings
from infragap.gis.checking.unlikely.offsets import offset_findings
from infragap.gis.checking.unlikely.parts import part_findings
from infragap.gis.findings import Finding
from infragap.gis.raster import Raster
from infragap.profiles.profile import Profile

WET = {"VN", "VNM"}
"""Countries of which no province has less runoff than `RUNOFF_YEAR_WET` in the mean."""

FAR_OFF = ("shift.zone", "place.layer_outside", "place.exchanged")
"""Layers that lie further off than a short move could mend are told as such."""

PLACES = ("settlements", "villages", "water_schemes", "schools")

NEAR = ("grid_lines", "villages", "roads", "substations", "stations", "water_schemes", "rivers", "lakes", "bridges")
"""Layers that `near_findings` looks at."""

Layers = Mapping[str, gpd.GeoDataFrame | pd.DataFrame | Raster]


class Checked:
    """Checks that were made, by the very layers that they looked at: where only one layer is another one, the checks of
    the others need not be made again."""

    def __init__(self) -> None:
        """Begin with none."""
        self._made: dict[tuple[Any, ...], tuple[tuple[Any, ...], list[Any]]] = {}

    def __call__(self, check: Callable[..., list[Any]], *layers: Any, **named: Any) -> list[Any]:
        """Make a check, or give what it found in the same objects; `named` is told apart by value."""
        key = (check.__name__, *map(id, layers), *sorted(named.items()))
        if key not in self._made:
            # the layers are held, so that no other object can come by their number
            self._made[key] = (layers, check(*layers, **named))
        return list(self._made[key][1])

    def __reduce__(self) -> tuple[type[Checked], tuple[()]]:
        """Send nothing to another process: objects have other numbers there."""
        return Checked, ()


def cross_findings(
    layers: Layers,
    *,
    targets: Mapping[str, float | int],
    crs_of: Mapping[str, str | None] | None = None,
    profile: Profile,
    checked: Checked | None = None,
) -> list[Finding]:
    """Give what does not fit between columns, layers and targets.

    Parameters
    ----------
    layers
        The readable layers by name, geometry in one metric CRS; a column with a fault of its own is absent.
    targets
        Published totals and rates of the catalogue.
    crs_of
        CRS that the catalogue names for each layer.
    profile
        What is particular to the country: words for rural, climate.
    checked
        Checks of the same layers that were made before; those made now are added.
    """
    once = checked or Checked()
    tables = {name: layer for name, layer in layers.items() if isinstance(layer, pd.DataFrame) and len(layer)}
    found = target_findings(tables, targets, profile.administration.rural) + row_findings(tables) + sum_findings(tables)
    frames = {name: table for name, table in tables.items() if isinstance(table, gpd.GeoDataFrame)}
    for name in ("roads", "grid_lines"):
        if name in frames:
            found += once(length_findings, frames[name], layer=name)
    if "grid_lines" in frames:
        found += once(feeder_findings, frames["grid_lines"])
    for name, frame in frames.items():
        found += once(spike_findings, frame, layer=name) + once(twin_findings, frame, layer=name)
    found += once(_near_findings, *(frames.get(name) for name in NEAR)) + part_findings(layers)
    rasters = {name: layer for name, layer in layers.items() if isinstance(layer, Raster)}
    for name, raster in rasters.items():
        found += once(ground_findings, raster, layer=name, wet=bool(WET & set(profile.country_codes)))
    if "elevation" in rasters:
        found += once(_on_relief, rasters["elevation"], frames.get("rivers"), frames.get("water_schemes"))
    communes = frames.get("communes")
    if communes is None or "commune_code" not in communes.columns:
        return found + offset_findings(frames, None, made=once)
    found += _against_communes(communes, tables, rasters, once)
    found += shift_findings(tables, communes, crs_of or {}, profile.crs_zones, once)
    far_off = any(finding.code in FAR_OFF for finding in found)
    return found if far_off else found + offset_findings(frames, communes, made=once)


def _near_findings(*near: gpd.GeoDataFrame | None) -> list[Finding]:
    return near_findings({name: frame for name, frame in zip(NEAR, near, strict=True) if frame is not None})


def _on_relief(
    elevation: Raster, rivers: gpd.GeoDataFrame | None, water_schemes: gpd.GeoDataFrame | None
) -> list[Finding]:
    upside_down = river_findings(elevation, rivers) if rivers is not None else []
    if upside_down or water_schemes is None:
        return upside_down
    return source_findings(water_schemes, elevation)


def _against_communes(
    communes: gpd.GeoDataFrame,
    tables: Mapping[str, pd.DataFrame],
    rasters: Mapping[str, Raster],
    once: Checked,
) -> list[Finding]:
    found = once(commune_findings, communes) + once(area_findings, communes)
    for name, table in tables.items():
        if name in PLACES and isinstance(table, gpd.GeoDataFrame):
            found += once(place_findings, table, communes, layer=name)
        elif isinstance(table, gpd.GeoDataFrame) and name != "communes":
            found += once(far_findings, table, communes, layer=name)
    for name, raster in rasters.items():
        found += once(coverage_findings, raster, communes, layer=name)
    if "solar" in tables:
        found += once(solar_month_findings, tables["solar"], communes)
    if "water_households" in tables:
        found += once(work_row_findings, tables["water_households"], communes)
    return found
