"""Which layers the electricity plan reads: those that it cannot do without, and those that it uses where they are
there."""

from __future__ import annotations

NEEDED_LAYERS = ("settlements", "grid_lines", "elevation")

REPLACEABLE_LAYERS = ("communes", "roads", "substations", "forest", "runoff", "solar")
"""Layers that something stated stands in for where they are absent (`gis.stand_ins`)."""

OPTIONAL_LAYERS = ("rivers", "lakes", "stations", "hydro_sites")

LAYERS = (*NEEDED_LAYERS, *REPLACEABLE_LAYERS, *OPTIONAL_LAYERS)
