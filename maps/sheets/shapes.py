"""Corners of the markers on commune sheets: those of the map pages."""

from __future__ import annotations

from infragap.maps.markers import CORNERS
from infragap.maps.sheets.sheet import Mark


def corners_of(mark: Mark) -> tuple[tuple[float, float], ...]:
    """Corners of a marker that is no circle [mm]."""
    (x, y), size = mark.rings[0][0], mark.size
    return tuple((round(x + a * size, 2), round(y + b * size, 2)) for a, b in CORNERS[mark.kind])
