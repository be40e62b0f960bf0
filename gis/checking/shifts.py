"""A whole layer shifted by a wrong central meridian: the zone that makes it fit is tried and named.

Every zone is tried by reading the layer's coordinates in it; where the layer should lie near places, the places are
moved the other way instead.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from infragap.gis.arrays import AnyArray
from infragap.gis.checking.places import metres, outside_province
from infragap.gis.crs import same_crs, transform
from infragap.gis.findings import Finding, fault

NEARER = 4.0
"""How much nearer a layer must come before another zone is named."""

FITS_M = 3_000.0
"""Distance within which a layer fits in the zone that is named."""

LEAST_M, FEW_LEAST_M = 100.0, 8_000.0
"""Distance under which no zone is tried: where there are many places, and where there are few."""

FEW, MOST = 20, 400
"""Fewer places than the first decide only large shifts; no more than the second are tried."""

ALIKE = 1.5
"""Zones whose distance is within this of the best cannot be told apart."""

OFF_SHARE = 0.3
"""Share of places outside their commune from which a shift of the whole layer is tried."""

SHIFTED = fault(
    "shift.zone",
    tolerance=f"a layer whose distance (three quarters of the places) to what it belongs to is not {NEARER:g} times "
    f"smaller in any other zone",
    reason="a table or drawing written in one grid zone and declared in another lies tens of kilometres off: "
    "every distance is wrong",
)

QUANTILE = 0.75
"""A layer fits when three quarters of the places lie near it: in a dense network the median hardly grows when it is
shifted."""


@dataclass(frozen=True)
class Zone:
    """A system that a layer may have been written in, and the one that it was read in."""

    name: str
    written: pyproj.CRS
    read: pyproj.CRS


def _anew(check: Callable[..., list[Any]], *layers: Any, **named: Any) -> list[Any]:
    return check(*layers, **named)


def shift_findings(
    layers: Mapping[str, Any],
    communes: gpd.GeoDataFrame,
    crs_of: Mapping[str, str | None],
    tried: Mapping[str, str],
    made: Callable[..., list[Any]] = _anew,
) -> list[Finding]:
    """Name the layers that fit only when they are read in another zone.

    Parameters
    ----------
    layers
        Typed layers by name, geometry in the CRS of `communes` [m].
    communes
        The province.
    crs_of
        CRS that the catalogue names for each layer.
    tried
        Systems in which layers of the country are often written, name → EPSG code.
    made
        Measures layers, or gives what it measured in the same ones.
    """
    frames = {name: frame for name, frame in layers.items() if isinstance(frame, gpd.GeoDataFrame) and len(frame)}
    found: list[Finding] = []
    shifted: set[str] = set()

    def look(name: str, off: Callable[[Zone | None], float], few: bool) -> None:
        zone = _better_zone(off, _zones(frames[name], crs_of.get(name), tried), least=FEW_LEAST_M if few else LEAST_M)
        if zone is not None:
            shifted.add(name)
            values = {"zone": zone[0].name, "off_km": zone[1] / 1000, "fits_km": round(zone[2] / 1000, 2)}
            found.append(SHIFTED.found(name, of=len(frames[name]), **values))

    for name in ("villages", "settlements", "water_schemes", "schools"):
        if name in frames and made(_share_off, frames[name], communes, layer=name)[0] > OFF_SHARE:
            look(name, _commune_distance(frames[name], communes), few=len(frames[name]) < FEW)
    for name, near, by_layer in (
        ("grid_lines", "villages", False), ("roads", "villages", False), ("substations", "grid_lines", True),
        ("bridges", "roads", True), ("rivers", "bridges", False), ("stations", "villages", True),
    ):  # fmt: skip
        if name in frames and near in frames and near not in shifted:
            as_is, count = made(_as_it_is, frames[name], frames[near], layer=name, by_layer=by_layer)
            few = count < FEW
            if as_is > (FEW_LEAST_M if few else LEAST_M):
                points, others = _compared(frames[name], frames[near], layer=name, by_layer=by_layer)
                look(name, _distance(points, others, back=not by_layer), few=few)
    return found


def _compared(
    frame: gpd.GeoDataFrame, near: gpd.GeoDataFrame, *, layer: str, by_layer: bool
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Points, and what they should lie near: of the layer near another one, or the other way round."""
    return (frame, near) if by_layer else (_anchors(near, layer), frame)


def _as_it_is(frame: gpd.GeoDataFrame, near: gpd.GeoDataFrame, *, layer: str, by_layer: bool) -> list[float]:
    """Distance of a layer as it was read, and the number of points that it was measured at."""
    points, others = _compared(frame, near, layer=layer, by_layer=by_layer)
    return [_distance(points, others, back=not by_layer)(None), len(points)]


def _zones(frame: gpd.GeoDataFrame, declared: str | None, tried: Mapping[str, str]) -> list[Zone]:
    """List the zones to try beside the one that the layer was read in."""
    read = pyproj.CRS.from_user_input(declared) if declared else frame.crs
    if not read.is_projected:
        # turned into degrees before it came here: out of the system that the province measures in
        read = frame.crs
    zones = [Zone(f"{name} ({code})", pyproj.CRS.from_user_input(code), read) for name, code in tried.items()]
    return [zone for zone in zones if not same_crs(zone.written, read)]


def _better_zone(
    off: Callable[[Zone | None], float], zones: list[Zone], *, least: float
) -> tuple[Zone, float, float] | None:
    """Give the zone that fits much better than the layer as it is, with both distances; None where there is none."""
    as_is = off(None)
    if not as_is > least:
        return None
    tried = sorted(((off(zone), zone.name, zone) for zone in zones), key=lambda item: item[:2])
    if not tried or tried[0][0] > FITS_M or tried[0][0] * NEARER > as_is:
        return None
    # zones of one meridian in two systems lie some 700 m apart, less than places from what they lie near: the legal
    # system goes first
    alike = [item for item in tried if item[0] <= ALIKE * tried[0][0] + LEAST_M]
    best = min(alike, key=lambda item: (item[1].startswith("UTM"), item[0], item[1]))
    return best[2], as_is, best[0]


def _moved(points: AnyArray, crs: pyproj.CRS, zone: Zone | None, *, back: bool) -> AnyArray:
    """Where points of a layer lie when it is read in the zone that it was written in; or back from there."""
    if zone is None:
        return points
    first, second = (zone.written, zone.read) if back else (zone.read, zone.written)
    x, y = transform(shapely.get_x(points), shapely.get_y(points), source=crs, target=first)
    x, y = transform(x, y, source=second, target=crs)
    return np.asarray(shapely.points(np.nan_to_num(x, nan=1e9, posinf=1e9), np.nan_to_num(y, nan=1e9, posinf=1e9)))


def _anchors(frame: gpd.GeoDataFrame, layer: str) -> gpd.GeoDataFrame:
    """Places that a layer should lie near: for lines the villages on the grid."""
    if layer == "grid_lines" and "on_grid" in frame.columns:
        frame = frame[frame["on_grid"].astype(bool)]
    return frame.iloc[:: max(1, len(frame) // MOST)]


def _distance(points: gpd.GeoDataFrame, others: gpd.GeoDataFrame, *, back: bool) -> Callable[[Zone | None], float]:
    """Distance within which three quarters of the points have another layer [m]."""
    tree = shapely.STRtree(others.geometry.to_numpy())
    places = points.geometry.to_numpy()[:: max(1, len(points) // MOST)]

    def off(zone: Zone | None) -> float:
        moved = _moved(places, points.crs, zone, back=back)
        _, distance_m = tree.query_nearest(moved, return_distance=True, all_matches=False)
        return float(np.quantile(distance_m, QUANTILE)) if len(distance_m) else 0.0

    return off


def _share_off(places: gpd.GeoDataFrame, communes: gpd.GeoDataFrame, *, layer: str) -> list[float]:
    """Share of places outside their commune, alone in a list."""
    outside, _ = outside_province(places, communes, layer=layer)
    own = _own_polygons(places, communes)
    if own is None:
        return [float(outside.mean())]
    off_m = shapely.distance(places.geometry.to_numpy(), own)
    return [float((outside | (off_m > metres(places, "position_accuracy_m") + 1000)).mean())]


def _own_polygons(places: gpd.GeoDataFrame, communes: gpd.GeoDataFrame) -> AnyArray | None:
    if "commune_code" not in places.columns:
        return None
    own = pd.Index(communes["commune_code"]).get_indexer(places["commune_code"])
    return None if (own < 0).any() else communes.geometry.to_numpy()[own]


def _commune_distance(places: gpd.GeoDataFrame, communes: gpd.GeoDataFrame) -> Callable[[Zone | None], float]:
    """Mean distance of the places to the commune that they name, or to the province [m]."""
    points, own = places.geometry.to_numpy(), _own_polygons(places, communes)
    polygons = own if own is not None else np.full(len(points), shapely.union_all(communes.geometry.to_numpy()))
    step = max(1, len(points) // MOST)

    def off(zone: Zone | None) -> float:
        return float(np.mean(shapely.distance(_moved(points[::step], places.crs, zone, back=False), polygons[::step])))

    return off
