"""The same thing twice: rows that differ by their identifier alone, doubled lines, many places at one point."""

from __future__ import annotations

import unicodedata

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from infragap.gis import schema
from infragap.gis.arrays import BoolArray
from infragap.gis.findings import Finding, fault, notice

ROUND_M = 1.0
"""Places within the same metre are at one point."""

APART_M = 3.0
"""Lines that are nowhere farther apart are one line, digitised or transformed twice."""

MANY, MANY_SHARE = 8, 0.8
"""Places of a commune at one point from which on they were geocoded to its centre, not surveyed: number, and share of
its places."""

TWIN = fault(
    "twin.row",
    tolerance="none; a row is a twin where name, place and all numbers are equal",
    reason="a settlement, village or school entered twice under two identifiers is planned and paid for twice",
)
TWIN_PLACE = notice(
    "twin.place",
    tolerance="none",
    reason="registers list the phases of one scheme apart; they may also hold one scheme twice",
)
TWIN_LINE = notice(
    "twin.line",
    tolerance=f"lines that are {APART_M:g} m or a tenth of their length apart somewhere; circuits on one line of poles "
    "are drawn once each",
    reason="a line drawn twice counts its length and its load twice",
)
ONE_POINT = notice(
    "twin.one_point",
    tolerance=f"fewer than {MANY} places, or less than {100 * MANY_SHARE:.0f} % of a commune's",
    reason="places without coordinates of their own are often put at the centre of their commune",
)

_UNIQUE = ("settlements", "villages", "schools", "substations")
_DROPPED = ("geometry", "source", "provenance")


def twin_findings(frame: gpd.GeoDataFrame, *, layer: str) -> list[Finding]:
    """Look for rows of a layer that are one thing.

    Parameters
    ----------
    frame
        In a metric CRS [m].
    layer
        Name in `schema.LAYERS`.
    """
    if len(frame) < 2:
        return []
    if schema.GEOMETRY.get(layer) != ("Point",):
        return _doubled_lines(frame, layer=layer) if layer in ("roads", "grid_lines", "rivers") else []
    point = _points(frame)
    found = []
    if "name" in frame.columns:
        compared = [
            column
            for column in frame.columns
            if column not in (*_DROPPED, schema.ID_COLUMN.get(layer), "settlement_id", "fact_id")
        ]
        texts = frame[compared].astype(str).reset_index(drop=True)
        texts["name"] = names = texts["name"].map(_folded)
        table = pd.concat([texts, point], axis=1)
        same = table.duplicated(keep=False).to_numpy()
        if same.any() and layer in _UNIQUE:
            found.append(TWIN.in_rows(frame, same, layer=layer, shown=frame["name"]))
        alike = pd.concat([names, point], axis=1).duplicated(keep=False).to_numpy()
        alike &= ~same if layer in _UNIQUE else True
        if alike.any():
            found.append(TWIN_PLACE.in_rows(frame, alike, layer=layer, shown=frame["name"]))
    return found + _at_one_point(frame, point, layer=layer)


def _folded(name: str) -> str:
    # a name in capitals, or with two blanks, is the same name
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def _points(frame: gpd.GeoDataFrame) -> pd.DataFrame:
    shapes = frame.geometry.to_numpy()
    return pd.DataFrame(
        {"_x": np.round(shapely.get_x(shapes) / ROUND_M), "_y": np.round(shapely.get_y(shapes) / ROUND_M)}
    )


def _at_one_point(frame: gpd.GeoDataFrame, point: pd.DataFrame, *, layer: str) -> list[Finding]:
    if "commune_code" not in frame.columns:
        return []
    keyed = point.assign(commune=frame["commune_code"].to_numpy())
    here = keyed.groupby(["commune", "_x", "_y"])["commune"].transform("size")
    all_of = keyed.groupby("commune")["commune"].transform("size")
    many: BoolArray = ((here >= MANY) & (here >= MANY_SHARE * all_of)).to_numpy()
    if not many.any():
        return []
    communes = keyed.loc[many, "commune"].nunique()
    return [ONE_POINT.in_rows(frame, many, layer=layer, communes=int(communes))]


def _doubled_lines(frame: gpd.GeoDataFrame, *, layer: str) -> list[Finding]:
    # the direction of drawing and some metres do not matter; where a line and its copy are near, so are their middles
    lines = frame.geometry.to_numpy()
    middle = shapely.centroid(lines)
    first, second = shapely.STRtree(middle).query(middle, predicate="dwithin", distance=APART_M)
    first, second = first[first < second], second[first < second]
    # pieces of a few metres that follow each other are no copies
    apart_m = np.minimum(APART_M, shapely.length(lines[first]) / 10)
    same = shapely.hausdorff_distance(lines[first], lines[second]) < apart_m
    if "voltage_kv" in frame.columns:
        voltage_kv = frame["voltage_kv"].to_numpy()
        same &= voltage_kv[first] == voltage_kv[second]
    doubled: BoolArray = np.zeros(len(frame), dtype=bool)
    doubled[first[same]] = doubled[second[same]] = True
    return [TWIN_LINE.in_rows(frame, doubled, layer=layer)] if doubled.any() else []
