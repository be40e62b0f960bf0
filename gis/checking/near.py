"""What must lie near each other: lines and the villages on the grid, stations and lines, bridges and rivers, roads and
villages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from infragap.gis.arrays import FloatArray
from infragap.gis.checking.places import in_km, metres
from infragap.gis.findings import Check, Finding, notice, printable
from infragap.gis.lines.feeder_lines import JOIN_TOLERANCE_M, feeder_reach

VILLAGE_LINE_KM, VILLAGE_ROAD_KM = 5.0, 5.0
STATION_KM, BRIDGE_KM, INTAKE_KM = 1.0, 1.0, 1.0

ON_GRID_FAR = notice(
    "near.on_grid",
    tolerance=f"{VILLAGE_LINE_KM:g} km beside the village's position accuracy",
    reason="a village on the grid has a medium-voltage line within the reach of low voltage and a branch; the map may "
    "lack it",
)
ROAD_FAR = notice(
    "near.road",
    tolerance=f"{VILLAGE_ROAD_KM:g} km beside the village's position accuracy",
    reason="few villages have no road or track at all within an hour's walk; the map may lack it",
)
STATION_FAR = notice(
    "near.station",
    tolerance=f"{STATION_KM:g} km beside the station's position accuracy; planned stations pass",
    reason="an existing station has lines; without them its feeders cannot be traced",
)
NO_STATION = notice(
    "near.no_station",
    tolerance="none",
    reason="a feeder whose station is not in the layer has no capacity and no start",
)
UNREACHED = notice(
    "near.unreached",
    tolerance=f"gaps up to {JOIN_TOLERANCE_M:g} m, which are closed; 0.1 km or 1 % of a feeder",
    reason="losses and voltage are reckoned along the drawn feeder; beyond a gap a straight way is assumed",
)
GAPS_CLOSED = notice(
    "near.gaps_closed",
    tolerance="gaps up to 2 m: rounding of coordinates",
    reason="lines that should meet and do not were joined; a wide gap may also be an open switch",
)
INTAKE_FAR = notice(
    "near.intake",
    tolerance=f"{INTAKE_KM:g} km beside the scheme's position accuracy; schemes of springs, wells and unknown sources",
    reason="water said to come from a river, stream or lake is taken where one runs; small streams may be missing",
)
BRIDGE_FAR = notice(
    "near.bridge",
    tolerance=f"{BRIDGE_KM:g} km",
    reason="small rivers may be missing on the map; a bridge far from any river opens no way over one",
)


def near_findings(layers: Mapping[str, Any]) -> list[Finding]:
    """Check distances between layers.

    Parameters
    ----------
    layers
        Typed layers by name, geometry in one metric CRS [m].
    """
    frames = {name: frame for name, frame in layers.items() if isinstance(frame, gpd.GeoDataFrame) and len(frame)}
    lines, villages, stations = frames.get("grid_lines"), frames.get("villages"), frames.get("substations")
    found = []
    if villages is not None and lines is not None and "on_grid" in villages.columns:
        far_m = distance_to(villages, lines) - metres(villages, "position_accuracy_m")
        far = (far_m > 1000 * VILLAGE_LINE_KM) & villages["on_grid"].to_numpy(dtype=bool)
        if far.any():
            found.append(
                ON_GRID_FAR.in_rows(villages, far, layer="villages", shown=in_km(far_m), limit_km=VILLAGE_LINE_KM)
            )
    if villages is not None and "roads" in frames:
        far_m = distance_to(villages, frames["roads"]) - metres(villages, "position_accuracy_m")
        far = far_m > 1000 * VILLAGE_ROAD_KM
        if far.any():
            found.append(
                ROAD_FAR.in_rows(villages, far, layer="villages", shown=in_km(far_m), limit_km=VILLAGE_ROAD_KM)
            )
    for name in ("substations", "stations"):
        if name in frames and lines is not None:
            found += _station_findings(frames[name], lines, layer=name)
    if stations is not None and lines is not None:
        found += _named_stations(lines, stations)
        found += _feeder_findings(lines, stations)
    if "water_schemes" in frames:
        found += _intake_findings(frames)
    if "bridges" in frames and "rivers" in frames:
        far_m = distance_to(frames["bridges"], frames["rivers"])
        far = far_m > 1000 * BRIDGE_KM
        if far.any():
            found.append(
                BRIDGE_FAR.in_rows(frames["bridges"], far, layer="bridges", shown=in_km(far_m), limit_km=BRIDGE_KM)
            )
    return found


def distance_to(places: gpd.GeoDataFrame, others: gpd.GeoDataFrame) -> FloatArray:
    """Distance of every place to the nearest geometry of another layer [m]."""
    tree = shapely.STRtree(others.geometry.to_numpy())
    (row, _), distance_m = tree.query_nearest(places.geometry.to_numpy(), return_distance=True, all_matches=False)
    nearest = np.full(len(places), np.inf)
    nearest[row] = distance_m
    return nearest


def _intake_findings(frames: Mapping[str, gpd.GeoDataFrame]) -> list[Finding]:
    """Name the schemes that take their water from a river, stream or lake where none is drawn near."""
    schemes = frames["water_schemes"]
    found: list[Finding] = []
    if "water_source" not in schemes.columns:
        return found
    for sources, layer in ((("river", "stream"), "rivers"), (("lake",), "lakes")):
        if layer in frames:
            far_m = distance_to(schemes, frames[layer]) - metres(schemes, "position_accuracy_m")
            far = (far_m > 1000 * INTAKE_KM) & schemes["water_source"].isin(sources).to_numpy()
            if far.any():
                values = {"shown": in_km(far_m), "limit_km": INTAKE_KM, "waters": layer}
                found.append(INTAKE_FAR.in_rows(schemes, far, layer="water_schemes", **values))
    return found


def _station_findings(stations: gpd.GeoDataFrame, lines: gpd.GeoDataFrame, *, layer: str) -> list[Finding]:
    """Name the stations, of high or medium voltage, that stand and have no line near."""
    if "status" not in stations.columns:
        return []
    far_m = distance_to(stations, lines) - metres(stations, "position_accuracy_m")
    far = (far_m > 1000 * STATION_KM) & (stations["status"] == "existing").to_numpy()
    if not far.any():
        return []
    return [STATION_FAR.in_rows(stations, far, layer=layer, shown=in_km(far_m), limit_km=STATION_KM)]


def _named_stations(lines: gpd.GeoDataFrame, stations: gpd.GeoDataFrame) -> list[Finding]:
    """Name the lines whose station is not in the layer."""
    if not {"substation_id"} <= set(stations.columns) & set(lines.columns):
        return []
    unknown = (lines["substation_id"].notna() & ~lines["substation_id"].isin(stations["substation_id"])).to_numpy()
    if not unknown.any():
        return []
    return [NO_STATION.in_rows(lines, unknown, layer="grid_lines", shown=lines["substation_id"])]


def _feeder_findings(lines: gpd.GeoDataFrame, stations: gpd.GeoDataFrame) -> list[Finding]:
    """Name the feeders that their station does not reach along the drawn lines, and count the gaps that were closed."""
    if not {"feeder", "substation_id", "voltage_kv", "length_km"} <= set(lines.columns):
        return []
    if "substation_id" not in stations.columns or not (lines.geometry.geom_type == "LineString").all():
        return []
    reach = feeder_reach(lines, stations)
    found = []
    off = reach[reach["unreached_km"] > np.maximum(0.1, 0.01 * reach["length_km"])]
    if len(off):
        shown = [f"{row.unreached_km:.1f} of {row.length_km:.1f} km" for row in off.itertuples()]
        values = {"km": float(off["unreached_km"].sum())}
        found.append(_of_feeders(UNREACHED, off["feeder"], shown, of=len(reach), **values))
    closed = reach[reach["widest_gap_m"] > 2.0]
    if len(closed):
        shown = [f"{row.gaps_closed} gaps, {row.widest_gap_m:.1f} m" for row in closed.itertuples()]
        values = {"gaps": int(closed["gaps_closed"].sum()), "widest_m": float(closed["widest_gap_m"].max())}
        found.append(_of_feeders(GAPS_CLOSED, closed["feeder"], shown, of=len(reach), **values))
    return found


def _of_feeders(check: Check, feeders: pd.Series[Any], shown: list[str], *, of: int, **values: Any) -> Finding:
    names = tuple(printable(name) for name in feeders)
    return Finding(check.code, check.severity, "grid_lines", rows=names, of=of, shown=tuple(shown), values=values)
