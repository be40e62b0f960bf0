"""Corners of the markers on commune sheets: those of the map pages."""

from __future__ import annotations

from infragap.maps.sheets.sheet import Mark

CORNERS = {
    "square": ((-0.89, -0.89), (0.89, -0.89), (0.89, 0.89), (-0.89, 0.89)),
    "diamond": ((0.0, -1.25), (1.25, 0.0), (0.0, 1.25), (-1.25, 0.0)),
    "pentagon": ((0.0, -1.2), (1.14, -0.37), (0.71, 0.97), (-0.71, 0.97), (-1.14, -0.37)),
    "triangle": ((0.0, -1.3), (1.2, 0.9), (-1.2, 0.9)),
}
"""In half widths from the middle, downwards positive."""


def corners_of(mark: Mark) -> tuple[tuple[float, float], ...]:
    """Corners of a square, diamond, pentagon or triangle [mm]."""
    (x, y), size = mark.rings[0][0], mark.size
    return tuple((round(x + a * size, 2), round(y + b * size, 2)) for a, b in CORNERS[mark.kind])
