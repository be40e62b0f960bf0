"""Rivers, the large lake and bridges: documented points in order, completed by an old open river data set."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from infragap.gis.crs import WGS84, transform
from infragap.gis.names import fold
from infragap.reference.inputs import CRS_MEASURE, Facts

MAJOR_RIVERS = ("R01", "R02", "R10", "R15")
"""Sông Hồng, Sông Chảy, Ngòi Thia, Nậm Thi: not fordable in any season (general knowledge, assumption)."""

SAME_RIVER_M = 3000.0
"""A line of the old data set closer than this to a documented river is the same river: it is 0.5-3 km off."""

SHORTEST_M = 4000.0
CONFLUENCE_M = 4000.0
"""A documented river that ends closer than this to the river that it joins is led to it."""

BRIDGE_SNAP_M = 1500.0

LAKE_AREA_KM2 = 234.0
"""Thác Bà at its normal level (encyclopaedia text); the documented outline is an envelope of 276 km²."""


def build_rivers(facts: Facts) -> gpd.GeoDataFrame:
    """Build the river layer.

    Returns
    -------
    GeoDataFrame
        Columns of `infragap.gis.schema.Rivers`, lines in flow direction where documented (`flows_into` names the next
        river, else empty), in the measuring CRS. Documented rivers first, in the order of their codes.
    """
    documented = _documented(facts)
    return gpd.GeoDataFrame(
        pd.concat([documented, _others(facts, documented)], ignore_index=True), geometry="geometry", crs=CRS_MEASURE
    )


def _documented(facts: Facts) -> gpd.GeoDataFrame:
    table = facts.bridges_rivers
    points = table[table["feature"] == "river"].sort_values(["id", "order"], kind="stable")
    x, y = transform(points["lon"], points["lat"], source=WGS84, target=CRS_MEASURE)
    points = points.assign(x=x, y=y)
    rows = []
    for river_id, group in points.groupby("id", sort=True):
        confidences = "".join(sorted(set(group["confidence"])))
        rows.append(
            {
                "river_id": river_id,
                "name": group["name"].iloc[0],
                "is_major": river_id in MAJOR_RIVERS,
                "flows_into": group["tributary_of"].iloc[0],
                "provenance": "modelled",
                "source": f"drawn through {len(group)} documented points (facts/bridges_rivers.csv, confidence "
                f"{confidences})",
                "geometry": shapely.LineString(np.column_stack([group["x"], group["y"]])),
            }
        )
    frame = gpd.GeoDataFrame(rows, geometry="geometry", crs=CRS_MEASURE)
    return frame.set_geometry(gpd.GeoSeries(_joined(frame), index=frame.index, crs=CRS_MEASURE))


def _joined(rivers: gpd.GeoDataFrame) -> list[shapely.LineString]:
    """Lead each river to the nearest point of the river that it flows into."""
    lines = list(rivers.geometry)
    for i, target in enumerate(rivers["flows_into"]):
        wanted = [
            j
            for j, name in enumerate(rivers["name"])
            if j != i and target and fold(str(name)).startswith(fold(str(target)))
        ]
        mouth = shapely.Point(lines[i].coords[-1])
        nearest = min(wanted, key=lambda j: mouth.distance(lines[j]), default=None)
        if nearest is not None and 1.0 < mouth.distance(lines[nearest]) < CONFLUENCE_M:
            end = shapely.shortest_line(mouth, lines[nearest]).coords[-1]
            lines[i] = shapely.LineString([*lines[i].coords, end])
    return lines


def _others(facts: Facts, documented: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Rivers of the old data set that are not the documented ones."""
    merged = shapely.line_merge(shapely.union_all(facts.lines("rivers_wdbii").geometry.to_numpy()))
    near = shapely.union_all(documented.geometry.to_numpy()).buffer(SAME_RIVER_M)
    pieces = shapely.get_parts(shapely.difference(merged, near))
    kept = [piece for piece in pieces if piece.length >= SHORTEST_M]
    kept.sort(key=lambda piece: (round(piece.bounds[0]), round(piece.bounds[1])))
    simple = [shapely.simplify(piece, 20) for piece in kept]
    return gpd.GeoDataFrame(
        {
            "river_id": [f"W{number:03d}" for number in range(1, len(simple) + 1)],
            "name": pd.Series([None] * len(simple), dtype=object),
            "is_major": False,
            "flows_into": "",
            "provenance": "open-data",
            "source": "World Data Bank II (GSHHG 2.3.7, 1980s data, 0.5-3 km off)",
        },
        geometry=gpd.GeoSeries(simple, crs=CRS_MEASURE),
    )


def build_lakes(facts: Facts) -> gpd.GeoDataFrame:
    """Build the lake layer: the one large lake, its documented envelope drawn in until the published area comes out.

    Returns
    -------
    GeoDataFrame
        Columns of `infragap.gis.schema.Lakes`, in the measuring CRS.
    """
    table = facts.bridges_rivers
    rows = table[table["feature"] == "lake_outline"].sort_values(["id", "order"], kind="stable")
    lakes = []
    for lake_id, group in rows.groupby("id", sort=True):
        x, y = transform(group["lon"], group["lat"], source=WGS84, target=CRS_MEASURE)
        lakes.append(
            {
                "lake_id": lake_id,
                "name": group["name"].iloc[0],
                "provenance": "modelled",
                "source": f"envelope of {len(group)} documented shore points (confidence G), drawn in to the published "
                f"{LAKE_AREA_KM2:g} km²",
                "geometry": _drawn_in(shapely.make_valid(shapely.Polygon(np.column_stack([x, y])))),
            }
        )
    return gpd.GeoDataFrame(lakes, geometry="geometry", crs=CRS_MEASURE)


def _drawn_in(envelope: Any) -> Any:
    low, high = 0.0, 2000.0
    for _ in range(40):
        middle = (low + high) / 2
        too_large = float(shapely.area(shapely.buffer(envelope, -middle))) > LAKE_AREA_KM2 * 1e6
        low, high = (middle, high) if too_large else (low, middle)
    return shapely.simplify(shapely.buffer(envelope, -low), 30)


def build_bridges(facts: Facts, rivers: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Build the bridge layer: existing road bridges; planned ones and railway bridges are left out.

    Parameters
    ----------
    facts
        Fact tables.
    rivers
        From `build_rivers`: a bridge is moved onto the drawn river that it crosses when that is within its accuracy, or
        1,500 m.

    Returns
    -------
    GeoDataFrame
        Columns of `infragap.gis.schema.Bridges` and position_accuracy_m, points in the measuring CRS.
    """
    table = facts.bridges_rivers
    rows = table[table["feature"] == "bridge"]
    text = rows["name"].str.lower() + " " + rows["status"].str.lower()
    find = facts.words.find
    # 'in the plan' also stands beside bridges in use, for their widening: only a status that begins so means a bridge
    # to come
    left_out = text.str.contains(find["bridge_not_in_use"]) | rows["status"].str.contains(find["bridge_planned"])
    rows = rows[~left_out].reset_index(drop=True)
    x, y = transform(rows["lon"], rows["lat"], source=WGS84, target=CRS_MEASURE)
    frame = pd.DataFrame(
        {
            "bridge_id": rows["id"],
            "name": rows["name"],
            "river": rows["tributary_of"],
            "length_m": rows["length_m"],
            "position_accuracy_m": rows["accuracy_m"],
            "provenance": _official_where_stated(rows["confidence"]),
            "source": rows["source"] + " (confidence " + rows["confidence"] + ")",
        }
    )
    points = [
        _onto_river(shapely.Point(px, py), str(river), accuracy, rivers)
        for px, py, river, accuracy in zip(x, y, frame["river"], frame["position_accuracy_m"], strict=True)
    ]
    return gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries(points, index=frame.index, crs=CRS_MEASURE))


def _onto_river(point: shapely.Point, river: str, accuracy_m: float, rivers: gpd.GeoDataFrame) -> shapely.Point:
    lines = [
        line
        for name, line in zip(rivers["name"], rivers.geometry, strict=True)
        if name and fold(name).startswith(fold(river))
    ]
    nearest = min(lines, key=point.distance, default=None)
    if nearest is None or point.distance(nearest) > max(accuracy_m, BRIDGE_SNAP_M):
        return point
    return shapely.Point(shapely.shortest_line(point, nearest).coords[-1])


def _official_where_stated(confidence: pd.Series[str]) -> NDArray[np.str_]:
    return np.where(confidence.isin(["A"]), "official", "modelled")
