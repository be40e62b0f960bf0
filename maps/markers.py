"""Shapes of the markers: one place for the pages, the commune sheets, the KMZ icons and QGIS."""

from __future__ import annotations

import math
from collections.abc import Mapping

Corners = tuple[tuple[float, float], ...]


def _round(count: int, radii: tuple[float, ...]) -> Corners:
    """Corners on circles around the middle, the first on top, the radii in turn."""
    turns = [2 * math.pi * i / count - math.pi / 2 for i in range(count)]
    return tuple(
        (round(radii[i % len(radii)] * math.cos(turn), 2), round(radii[i % len(radii)] * math.sin(turn), 2))
        for i, turn in enumerate(turns)
    )


CORNERS: Mapping[str, Corners] = {
    "square": ((-0.89, -0.89), (0.89, -0.89), (0.89, 0.89), (-0.89, 0.89)),
    "diamond": ((0.0, -1.25), (1.25, 0.0), (0.0, 1.25), (-1.25, 0.0)),
    "triangle": ((0.0, -1.3), (1.2, 0.9), (-1.2, 0.9)),
    "nabla": ((0.0, 1.3), (1.2, -0.9), (-1.2, -0.9)),
    "cross_fill": (
        (-0.45, -1.25), (0.45, -1.25), (0.45, -0.45), (1.25, -0.45), (1.25, 0.45), (0.45, 0.45),
        (0.45, 1.25), (-0.45, 1.25), (-0.45, 0.45), (-1.25, 0.45), (-1.25, -0.45), (-0.45, -0.45),
    ),
    "star": _round(10, (1.5, 0.65)),
    "hexagon": _round(6, (1.2,)),
    "pentagon": _round(5, (1.25,)),
}  # fmt: skip
"""In half widths from the middle, downwards positive; a circle has none. The names are those of QGIS, but for nabla,
its triangle turned round."""
