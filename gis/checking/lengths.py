"""Stated against drawn: lengths of roads, lines and feeders, areas of communes, with the unit that would make them
fit."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from infragap.gis.arrays import FloatArray
from infragap.gis.findings import Check, Finding, fault, notice, printable

SLACK_KM = 0.05
"""Lengths this close are never told apart: rounding of short pieces."""

DRAWN_LOW, DRAWN_HIGH = 0.5, 5.0
"""Stated by drawn length. Real roads are up to three times their drawn way (coarse waypoints); shorter than half of it
none can be."""

SHORT_MEDIAN, SHORT_ROWS = 0.9, 5
FEEDER_LOW, FEEDER_HIGH = 0.5, 2.0
AREA_TOLERANCE, AREA_NOTICE = 0.5, 0.2
"""Share by which stated and drawn area may differ: a fault beyond the first, a notice beyond the second."""

LENGTH = fault(
    "length.drawn",
    tolerance=f"{DRAWN_LOW:g} to {DRAWN_HIGH:g} times the drawn length, or {1000 * SLACK_KM:.0f} m",
    reason="a road winds more than its drawing, but not so much; shorter than half of the drawn way nothing can be",
)
LENGTH_UNIT = fault(
    "length.unit",
    tolerance="as length.drawn; the unit named fits the median of the rows",
    reason="QGIS gives $length in metres, the column is in km: travel times and losses would be a thousandfold",
)
SHORT = fault(
    "length.short",
    tolerance=f"medians from {SHORT_MEDIAN:g} on, layers of fewer than {SHORT_ROWS} rows",
    reason="no way is shorter than its drawing: half of the rows cannot be by a tenth; 0.62 are miles",
)
FEEDER = notice(
    "length.feeder",
    tolerance=f"pieces of {FEEDER_LOW:g} to {FEEDER_HIGH:g} times the published length",
    reason="published feeder lengths count branches that maps leave out, or leave out what maps show",
)
FEEDER_UNIT = fault(
    "length.feeder_unit", tolerance="factors under 20", reason="published length and pieces are in different units"
)
FEEDER_TWO = fault(
    "length.feeder_two", reason="one feeder has one published length; two of them are two feeders under one name"
)
AREA = fault(
    "area.drawn",
    tolerance=f"{100 * AREA_TOLERANCE:.0f} % between stated and drawn area",
    reason="the polygon is another commune's, or the number in another unit",
)
AREA_UNIT = fault(
    "area.unit", tolerance="as area.drawn", reason="hectares or square metres in a column of square kilometres"
)
AREA_OFF = notice(
    "area.off",
    tolerance=f"{100 * AREA_NOTICE:.0f} %; beyond {100 * AREA_TOLERANCE:.0f} % it is a fault",
    reason="approximate borders change areas",
)

_LENGTH_UNITS = (("metres", 1000.0), ("feet", 3280.84))
_AREA_UNITS = (("hectares", 100.0), ("m²", 1_000_000.0))


def length_findings(lines: gpd.GeoDataFrame, *, layer: str) -> list[Finding]:
    """Compare `length_km` of a line layer with what is drawn.

    Parameters
    ----------
    lines
        In a metric CRS [m].
    layer
        'roads' or 'grid_lines'.
    """
    if "length_km" not in lines.columns:
        return []
    stated, drawn = lines["length_km"].to_numpy(dtype=np.float64), shapely.length(lines.geometry.to_numpy()) / 1000
    ratio = stated / np.maximum(drawn, 1e-6)
    off = ((ratio < DRAWN_LOW) | (ratio > DRAWN_HIGH)) & (np.abs(stated - drawn) > SLACK_KM)
    if not off.any():
        return _short_findings(lines, ratio, layer=layer)
    shown = [f"{a:g} km, drawn {b:.2f} km" for a, b in zip(stated, drawn, strict=True)]
    median = float(np.median(ratio[off]))
    other = _unit_of(median, _LENGTH_UNITS)
    if other is None:
        return [
            LENGTH.in_rows(lines, off, layer=layer, shown=shown, column="length_km", low=DRAWN_LOW, high=DRAWN_HIGH)
        ]
    return [LENGTH_UNIT.in_rows(lines, off, layer=layer, shown=shown, column="length_km", ratio=median, other=other)]


def _short_findings(lines: gpd.GeoDataFrame, ratio: FloatArray, *, layer: str) -> list[Finding]:
    """Find a layer whose lengths as a whole are shorter than its drawing: miles, or a scale that the map has and the
    ground not."""
    median = float(np.median(ratio)) if len(ratio) else 1.0
    if len(ratio) < SHORT_ROWS or median >= SHORT_MEDIAN:
        return []
    return [SHORT.found(layer, of=len(lines), ratio=median)]


def _unit_of(ratio: float, units: tuple[tuple[str, float], ...]) -> str | None:
    """Name the unit whose factor is within half to double the ratio of stated to drawn."""
    for name, factor in units:
        if factor / 2 <= ratio <= factor * 2:
            return name
    return None


def feeder_findings(lines: gpd.GeoDataFrame) -> list[Finding]:
    """Compare the published length of each feeder with the sum of its pieces."""
    if not {"feeder", "feeder_length_km", "length_km"} <= set(lines.columns):
        return []
    known = lines[lines["feeder"].notna() & lines["feeder_length_km"].notna()]
    if known.empty:
        return []
    groups = known.groupby("feeder", sort=True)
    found = []
    several = groups["feeder_length_km"].max() > groups["feeder_length_km"].min()
    if several.any():
        marked = lines["feeder"].isin(several.index[several]).to_numpy()
        found.append(FEEDER_TWO.in_rows(lines, marked, layer="grid_lines", shown=lines["feeder_length_km"]))
    pieces_km, published_km = groups["length_km"].sum(), groups["feeder_length_km"].first()
    ratio = (pieces_km / published_km)[~several]
    wild, off = (ratio > 20) | (ratio < 1 / 20), (ratio > FEEDER_HIGH) | (ratio < FEEDER_LOW)
    for check, feeders in ((FEEDER_UNIT, ratio[wild]), (FEEDER, ratio[off & ~wild])):
        if len(feeders):
            found.append(_of_feeders(check, feeders, pieces_km, published_km))
    return found


def _of_feeders(
    check: Check, ratio: pd.Series[float], pieces_km: pd.Series[float], published_km: pd.Series[float]
) -> Finding:
    """Name feeders in the place of rows: a length is of the feeder, not of a piece."""
    names = tuple(printable(name) for name in ratio.index)
    shown = tuple(f"{pieces_km[name]:.1f} of {published_km[name]:.1f} km" for name in ratio.index)
    values = {"low": FEEDER_LOW, "high": FEEDER_HIGH}
    return Finding(check.code, check.severity, "grid_lines", rows=names, of=len(pieces_km), shown=shown, values=values)


def area_findings(communes: gpd.GeoDataFrame) -> list[Finding]:
    """Compare `area_km2` of the communes with what is drawn."""
    if "area_km2" not in communes.columns:
        return []
    stated, drawn = communes["area_km2"].to_numpy(dtype=np.float64), shapely.area(communes.geometry.to_numpy()) / 1e6
    ratio: FloatArray = stated / np.maximum(drawn, 1e-9)
    difference = np.maximum(ratio, 1 / np.maximum(ratio, 1e-12)) - 1
    shown = [f"{a:g} km², drawn {b:.1f} km²" for a, b in zip(stated, drawn, strict=True)]
    found = []
    off = difference > AREA_TOLERANCE
    if off.any():
        other = _unit_of(float(np.median(ratio[off])), _AREA_UNITS)
        if other is None:
            found.append(AREA.in_rows(communes, off, layer="communes", shown=shown, tolerance_pct=100 * AREA_TOLERANCE))
        else:
            found.append(AREA_UNIT.in_rows(communes, off, layer="communes", shown=shown, other=other))
    slight = (difference > AREA_NOTICE) & ~off
    if slight.any():
        found.append(AREA_OFF.in_rows(communes, slight, layer="communes", shown=shown, tolerance_pct=100 * AREA_NOTICE))
    return found
